//! Questions that people type, in the front matter of what is no guide: it is found by them, and no page of its own shows them.

use std::task::{Context, Poll, Waker};

use search::bundle::Bundle;
use search::record::Kind;
use search::text::Engine as _;
use search::text::embedded::Embedded;
use search::text::query::{Query, QueryText};

use crate::common::{TestSite, read_all};

const CASE: &str = "cases/2025/order-in-two-days.md";
const LAW: &str = "laws/anti-domestic-violence-law.md";
const PAGE: &str = "pages/welcome.md";
const CAMPAIGN: &str = "campaigns/open-day.md";

/// What each kind is asked here: its file, what stands in its front matter, the question, and what is found by it.
const ASKED: [(&str, &str, &str, &str); 4] = [
    (CASE, "asked:\n  - 熬几宿才盼那张纸\n", "熬几宿才盼那张纸", "case_digest/order-in-two-days"),
    (LAW, "常问: [骂娘砸锅归哪部管]\n", "骂娘砸锅归哪部管", "statute/anti-domestic-violence-law"),
    (PAGE, "asked: 光脚能踩么\n", "光脚能踩么", "page/welcome"),
    (CAMPAIGN, "asked:\n  - 赶圩那阵摆几桌\n  - 大门几时敞开\n", "赶圩那阵摆几桌", "campaign/open-day"),
];

/// A site with one of each kind, and nothing asked of any.
fn without_questions() -> TestSite {
    let site = TestSite::new();
    site.write(PAGE, "---\ntitle: 来之前\nsummary: 什么都不带也可以来。\n---\n推门进来就行。\n");
    site.write(CAMPAIGN, "---\ntitle: 开放日\ndates: 12-01\n---\n这一天门开着。\n");
    site
}

/// Puts `line` at the end of the settings of `path`.
fn add(site: &TestSite, path: &str, line: &str) {
    let text = site.read(path);
    let (head, body) = text.split_once("\n---\n").unwrap();
    site.write(path, format!("{head}\n{line}---\n{body}"));
}

fn with_questions() -> TestSite {
    let site = without_questions();
    for (path, line, ..) in ASKED {
        add(&site, path, line);
    }
    site
}

/// The id of the best hit.
fn first_found(site: &TestSite, question: &str) -> Option<String> {
    let bundle = Bundle::open(&site.dist()).unwrap();
    let engine = Embedded::new(Bundle::open_index(&site.dist()).unwrap(), bundle.records).unwrap();
    let query = Query::new(QueryText::new(question).unwrap(), 1);
    // The engine within the process answers at once.
    let answer = engine.search(&query).as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(results) = answer else { panic!("it waits for something") };
    results.unwrap().hits.into_iter().next().map(|hit| hit.id)
}

#[test]
fn every_kind_is_found_by_what_it_is_asked() {
    let site = with_questions();
    assert_eq!(site.findings(), Vec::<String>::new());
    site.build();
    let bundle = Bundle::open(&site.dist()).unwrap();
    for (_, _, question, id) in ASKED {
        let record = bundle.records.iter().find(|record| record.id == id).unwrap();
        assert_eq!(record.asked.first().map(String::as_str), Some(question));
        assert_eq!(first_found(&site, question).as_deref(), Some(id), "{question}");
    }
    let plain = without_questions();
    plain.build();
    for (_, _, question, id) in ASKED {
        assert_ne!(first_found(&plain, question).as_deref(), Some(id), "{question} is in its words anyway");
    }
    let campaign = bundle.records.iter().find(|record| record.kind == Kind::Campaign).unwrap();
    assert_eq!(campaign.asked, ["赶圩那阵摆几桌", "大门几时敞开"]);
}

#[test]
fn no_page_shows_them() {
    let (plain, asked) = (without_questions(), with_questions());
    plain.build();
    asked.build();
    let pages = |site: &TestSite| {
        let mut files = read_all(&site.dist());
        // What the site is searched by is no page.
        files.retain(|path, _| {
            !path.starts_with("data/") && (!path.starts_with("search/") || path == "search/index.html")
        });
        assert!(files.contains_key("search/index.html"));
        files
    };
    assert_eq!(pages(&plain), pages(&asked));
}

#[test]
fn whoever_writes_them_wrongly_is_told_where() {
    for (path, ..) in ASKED {
        for (line, code) in [
            ("asked: {怎么办: 好}\n", "field-type"),
            ("asked: [怎么办, 怎么办]\n", "duplicate-value"),
            ("asked: [怎么办]\n常问: [要多久]\n", "duplicate-key"),
            ("askd: [怎么办]\n", "unknown-field"),
        ] {
            let site = without_questions();
            add(&site, path, line);
            assert_eq!(site.codes(), [code], "{path} with {line}");
            assert!(site.findings()[0].starts_with(&format!("{path}:")), "{:?}", site.findings());
        }
    }
}

/// Questions are people's own words: they stay as typed.
#[test]
fn they_are_not_held_to_the_rules_of_prose() {
    for (path, ..) in ASKED {
        let site = without_questions();
        add(&site, path, "asked:\n  - 过了诉讼时效,还能告不?110管不管\n");
        assert_eq!(site.findings(), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn what_a_digest_is_asked_leads_to_nobody() {
    for (question, what) in [
        ("张某后来咋样了", "姓名"),
        ("3 月 8 日那回判了没", "日期"),
        ("暖溪镇那个媳妇赢了吗", "县以下的地名"),
    ] {
        let site = without_questions();
        add(&site, CASE, &format!("asked:\n  - 有人成功过吗\n  - {question}\n"));
        assert_eq!(site.codes(), ["digest-identity"], "{question}");
        assert!(site.findings()[0].contains(what), "{:?}", site.findings());
    }
    let site = without_questions();
    add(&site, LAW, "asked: [暖溪镇也管吗]\n");
    assert_eq!(site.findings(), Vec::<String>::new(), "only digests are about somebody");
}

#[test]
fn the_home_page_asks_what_most_guides_lead_on_to() {
    let site = TestSite::new();
    let home = |of_third: &str| {
        for (name, question, more) in
            [("a", "先进哪扇门", ""), ("b", "该敲哪扇窗", ""), ("c", "从哪座桥过", of_third)]
        {
            site.write(
                &format!("guides/domestic-violence/{name}.md"),
                format!("---\ntitle: 第 {name} 篇\nsummary: 说一件事。\nreviewed: 2026-10-12\n{more}asked: [{question}]\n---\n一句话。\n"),
            );
        }
        site.build();
        String::from_utf8(read_all(&site.dist())["index.html"].clone()).unwrap()
    };
    let is_asked =
        |home: &str| ["先进哪扇门", "该敲哪扇窗", "从哪座桥过"].map(|question| home.contains(question));
    assert_eq!(is_asked(&home("related: [b]\n")), [false, true, false]);
    assert_eq!(is_asked(&home("")), [true, false, false], "of equals the first");
}
