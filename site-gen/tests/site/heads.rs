//! Edits of heads: what lists show, what is held against other files, and where a page is. They are among the random edits of
//! [`crate::edits`], and here on a site so large that its lists go on on further pages.

use std::fs;

use proptest::prelude::*;
use site_gen::Options;
use site_gen::Outcome;
use site_gen::workshop::Workshop;

use crate::common::{TODAY, TestSite, read_all};

/// One line of a head, written anew.
#[derive(Debug, Clone)]
pub(crate) struct HeadEdit {
    /// A guide, or a digest.
    guide: bool,
    number: u8,
    /// Which line, and what it then says. Numbers choose among what there is.
    line: u8,
    says: u8,
}

/// Lines of guides' heads, each with what it may say; an empty one is taken out. Some are wrong.
const GUIDE: [(&str, [&str; 4]); 11] = [
    ("title", ["甲", "她能申请什么", "乙说", "孩子归谁"]),
    ("summary", ["一句。", "另一句。", "被辞退了怎么办", "第三句。"]),
    ("reviewed", ["", "2026-10-12", "2026-11-01", "2030-01-01"]),
    ("updated", ["", "2026-10-13", "2024-10-13", ""]),
    ("related", ["[g0]", "[g1, protection-order]", "[]", "[nobody]"]),
    ("keywords", ["[]", "[证据]", "[证据, 录音]", "[归谁]"]),
    ("asked", ["[]", "[他打我怎么办]", "[能离婚吗, 要多久]", "[怎么办]"]),
    ("help_at", ["[]", "[police]", "[court_window, police]", "[nowhere]"]),
    ("sensitive", ["", "true", "false", ""]),
    ("aliases", ["", "[/old/a]", "[/old/b]", "[/about]"]),
    ("hotlines", ["[]", "[\"110\"]", "[\"12345\"]", ""]),
];

/// The same of digests' heads.
const CASE: [(&str, [&str; 4]); 7] = [
    ("title", ["丙", "丁说", "她能申请什么", "戊"]),
    ("summary", ["有人陪她。", "另一句。", "第三句。", "一句。"]),
    ("topic", ["domestic-violence", "work", "domestic-violence", "nothing"]),
    ("guides", ["[g0]", "[g1, g2]", "[]", "[nobody]"]),
    ("applied", ["", "[《反家庭暴力法》第二十条]", "[《反家庭暴力法》第二十一条]", "[《反家庭暴力法》]"]),
    ("asked", ["", "[有人成功过吗]", "[她后来怎样, 要多久]", "[]"]),
    ("aliases", ["", "[/old/a]", "[/old/c]", ""]),
];

pub(crate) fn head_edit() -> impl Strategy<Value = HeadEdit> {
    (any::<bool>(), 0..4_u8, 0..11_u8, 0..4_u8).prop_map(|(guide, number, line, says)| HeadEdit {
        guide,
        number,
        line,
        says,
    })
}

impl HeadEdit {
    /// Does it, where the file is there; gives its path.
    pub(crate) fn apply(&self, site: &TestSite) -> String {
        let (folder, lines): (_, &[_]) =
            if self.guide { ("guides/domestic-violence/g", &GUIDE) } else { ("cases/2026/c", &CASE) };
        let path = format!("{folder}{}.md", self.number);
        let (key, values) = lines[usize::from(self.line) % lines.len()];
        if site.content().join(&path).is_file() {
            site.write(&path, with_line(&site.read(&path), key, values[usize::from(self.says)]));
        }
        path
    }
}

/// `text` with that line in its head, and no other of that key.
fn with_line(text: &str, key: &str, value: &str) -> String {
    let own = format!("{key}:");
    let (head, body) = text.strip_prefix("---\n").unwrap().split_once("---\n").unwrap();
    let mut lines: Vec<&str> = head.lines().filter(|line| !line.starts_with(&own)).collect();
    let line = format!("{key}: {value}");
    if !value.is_empty() {
        lines.push(&line);
    }
    format!("---\n{}\n---\n{body}", lines.join("\n"))
}

/// More than two pages of guides, more than one of digests, all of them resting on one article.
fn large() -> TestSite {
    let site = crate::edits::site();
    for number in 0..230 {
        let reviewed = if number % 3 == 0 { "reviewed: 2026-10-12\n" } else { "" };
        site.write(
            &format!("guides/domestic-violence/m{number:03}.md"),
            format!("---\ntitle: 第 {number:03} 篇\nsummary: 一句。\n{reviewed}---\n依据《反家庭暴力法》第二十四条。\n"),
        );
    }
    for number in 0..120 {
        site.write(
            &format!("cases/2025/m{number:03}.md"),
            format!("---\ntitle: 案子 {number:03}\nsummary: 一句。\ntopic: domestic-violence\noutcome: advised\n---\n有人陪她。\n"),
        );
    }
    site
}

/// What an update of `workshop` wrote, once it was seen to be what a clean build makes.
fn in_step(site: &TestSite, workshop: &mut Workshop, paths: Option<&[String]>) -> Vec<String> {
    let Outcome::Built(report) = workshop.update(paths).unwrap() else { panic!("the content is fine") };
    let clean = site.content().with_file_name("clean");
    drop(fs::remove_dir_all(&clean));
    Workshop::new(Options::new(site.content(), &clean, TODAY)).update(None).unwrap();
    let (kept, clean) = (read_all(&site.dist()), read_all(&clean));
    let stale: Vec<&String> =
        clean.iter().filter(|(path, bytes)| kept.get(*path) != Some(bytes)).map(|(path, _)| path).collect();
    assert_eq!((stale, kept.len()), (Vec::new(), clean.len()));
    let written = report.made.written.into_iter();
    written.filter(|path| !path.starts_with("data/") && !path.starts_with("search/")).collect()
}

#[test]
fn a_title_is_written_into_the_lists_that_show_it_and_nowhere_else() {
    let site = large();
    let path = |slug: &str| format!("guides/domestic-violence/{slug}.md");
    let mut workshop = Workshop::new(Options::new(site.content(), site.dist(), TODAY));
    in_step(&site, &mut workshop, None);
    let topic = "topics/domestic-violence";

    site.edit(&path("m150"), "第 150 篇", "第 150 篇，新的");
    let page = |slug: &str| format!("guides/domestic-violence/{slug}/index.html");
    let second = format!("{topic}/2/index.html");
    let told = [path("m150")];
    // Its article names ten others, and the newest in the feed are others.
    let expected = [page("m150"), second.clone()];
    assert_eq!(in_step(&site, &mut workshop, Some(&told)), expected);

    // A new process knows as much.
    workshop.keep().unwrap();
    site.edit(&path("m150"), "第 150 篇，新的", "又是第 150 篇");
    let mut workshop = Workshop::open(Options::new(site.content(), site.dist(), TODAY)).unwrap();
    let written = in_step(&site, &mut workshop, None);
    assert!(expected.iter().all(|path| written.contains(path)) && written.len() <= 5, "{written:?}");

    // The first named under the article, the first in the feed, on the page of all guides, and with another day.
    site.edit(&path("m003"), "第 003 篇\n", "A 第 003 篇\nupdated: 2026-11-20\n");
    let written = in_step(&site, &mut workshop, Some(&[path("m003")]));
    for expected in ["atom.xml", "laws/anti-domestic-violence-law/index.html", "sitemap-1.xml"] {
        assert!(written.iter().any(|path| path == expected), "{expected} in {written:?}");
    }
    assert!(!written.contains(&second), "{written:?}");

    // A digest on the second page of the list.
    site.edit("cases/2025/m110.md", "案子 110", "案子 110，新的");
    let written = in_step(&site, &mut workshop, Some(&["cases/2025/m110.md".to_owned()]));
    assert_eq!(written, ["cases/m110/index.html", "cases/page/2/index.html", &second]);
}

#[test]
fn a_long_list_goes_on_on_further_pages_and_names_what_it_leaves_out() {
    let site = large();
    assert!(matches!(site.build(), Outcome::Built(_)));
    let all = read_all(&site.dist());
    let page = |path: &str| String::from_utf8(all[path].clone()).unwrap();
    let (first, third) =
        (page("topics/domestic-violence/index.html"), page("topics/domestic-violence/3/index.html"));
    assert_eq!(first.matches("/guides/domestic-violence/").count(), 100);
    assert!(
        first.contains("<link rel=\"next\" href=\"/topics/domestic-violence/2/\">")
            && !first.contains("rel=\"prev\"")
    );
    assert!(
        third.contains(
            "<link rel=\"canonical\" href=\"https://nuanzhan.example/topics/domestic-violence/3/\">"
        )
    );
    assert!(
        third.contains("第 3 页，共 3 页")
            && third.contains("rel=\"prev\"")
            && !third.contains("rel=\"next\"")
    );
    assert!(page("sitemap-1.xml").contains("/topics/domestic-violence/3/</loc>"));
    assert!(page("sitemap-1.xml").contains("/cases/page/2/</loc>"));
    let guides = page("guides/index.html");
    assert!(guides.contains("全部 235 篇") && guides.matches("/guides/domestic-violence/").count() == 12);
    let law = page("laws/anti-domestic-violence-law/index.html");
    assert!(law.contains("，还有 <a rel=\"nofollow\" href=\"/search/?q=%E5%8F%8D"), "{law}");
    assert!(law.contains("220 篇</a>"), "{law}");
    // No alias may take a place into which a list will grow.
    site.edit(
        "guides/domestic-violence/m001.md",
        "summary",
        "aliases: [/topics/domestic-violence/9]\nsummary",
    );
    assert_eq!(site.codes(), ["redirect-old"]);
}
