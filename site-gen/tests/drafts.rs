//! Drafts: checked like all pages, published by no build, in the way of nobody.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::fs;
use std::path::Path;

use jiff::civil::{Date, date};
use site_gen::scaffold::site::{NewSite, files};
use site_gen::workshop::Workshop;
use site_gen::{Options, Outcome};
use tempfile::TempDir;

const TODAY: Date = date(2026, 11, 12);

fn content(more: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let new = NewSite { name: "示例市".to_owned(), region: "990100".parse().unwrap() };
    for (path, text) in files(&new) {
        put(folder.path(), path, &text);
    }
    for (path, text) in more {
        put(folder.path(), path, text);
    }
    folder
}

#[expect(clippy::disallowed_methods, reason = "a test lays out a folder")]
fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn check(more: &[(&str, &str)]) -> (bool, String) {
    match site_gen::check(content(more).path(), TODAY).unwrap() {
        Outcome::Built(report) => (true, report.text()),
        Outcome::Rejected(report) => (false, report.text()),
    }
}

fn all_bytes(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(path.to_string_lossy().as_bytes());
        bytes.extend(if path.is_dir() { all_bytes(&path) } else { fs::read(&path).unwrap() });
    }
    bytes
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

const PUBLISHED: (&str, &str) =
    ("guides/work/pay.md", "---\ntitle: 要工资\nsummary: 打电话。\n---\n先打电话。\n");
const DRAFT: (&str, &str) =
    ("guides/work/night.md", "---\n标题: 夜班没写完\nsummary: 还没有。\n草稿: 是\n---\n这句话谁也看不到。\n");

#[test]
fn no_byte_of_a_draft_is_published() {
    let content = content(&[PUBLISHED, DRAFT]);
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("dist");
    let options = Options::new(content.path(), out.clone(), TODAY);
    let Outcome::Built(report) = site_gen::build(&options).unwrap() else { panic!("it should be built") };
    assert_eq!(report.held_back, ["guides/work/night.md"]);
    let bytes = all_bytes(&out);
    assert!(has(&bytes, "要工资"));
    for draft in ["夜班没写完", "这句话谁也看不到", "/guides/work/night"] {
        assert!(!has(&bytes, draft), "{draft}");
    }
}

#[test]
fn a_published_page_may_not_lead_to_a_draft_and_a_draft_may() {
    let link = "---\ntitle: 要工资\nsummary: 打电话。\nrelated: [night]\n---\n看[夜班](night.md)。\n";
    let (fine, text) = check(&[("guides/work/pay.md", link), DRAFT]);
    assert!(!fine);
    assert_eq!(text.matches("它还是草稿").count(), 2, "{text}");
    assert!(text.contains("unknown-reference") && text.contains("broken-link"), "{text}");

    let draft = link.replace("title:", "draft: true\ntitle:");
    let (fine, text) = check(&[("guides/work/pay.md", &draft), DRAFT]);
    assert!(fine && !text.contains("它还是草稿"), "{text}");
}

#[test]
fn a_faulty_draft_is_told_and_stops_nobody() {
    let (fine, text) =
        check(&[PUBLISHED, ("guides/work/night.md", "---\ntitel: 没有\ndraft: true\n---\n[x](y.md)\n")]);
    assert!(fine, "{text}");
    assert!(text.contains("建议[unknown-field]") && text.contains("建议[missing-field]"), "{text}");
    assert!(text.contains("1 篇草稿，没有发布"), "{text}");
}

#[test]
fn what_harms_may_not_stand_in_a_draft_either() {
    let shelter = "---\nname: 示例市庇护中心\nkind: shelter\nregion: \"990100\"\nphones: [\"0000-5551234\"]\n\
                   address: 灯笼路 8 号\ndraft: true\n---\n";
    let (fine, text) = check(&[("stations/city/shelter.md", shelter)]);
    assert!(!fine && text.contains("错误[shelter-address]"), "{text}");
}

#[test]
fn a_word_that_is_neither_yes_nor_no_keeps_back_and_is_told() {
    let (fine, text) =
        check(&[("guides/work/pay.md", "---\ntitle: 要工资\nsummary: 打。\ndraft: 也许\n---\n先打。\n")]);
    assert!(fine, "{text}");
    assert!(text.contains("“也许”应是 true（是）或 false（否）") && text.contains("1 篇草稿"), "{text}");
}

#[test]
fn a_workshop_that_is_kept_says_of_drafts_what_a_new_one_says() {
    let head = "---\ntitle: 夜班没写完\nsummary: 还没有。\ndraft: true\n---\n";
    let pay = "---\ntitle: 要工资\nsummary: 打电话。\n---\n";
    let content = content(&[PUBLISHED, ("guides/work/night.md", head)]);
    let folder = TempDir::new().unwrap();
    let options = |name: &str| Options::new(content.path(), folder.path().join(name), TODAY);
    let said = |workshop: &mut Workshop| match workshop.update(None).unwrap() {
        Outcome::Built(report) => (true, report.text()),
        Outcome::Rejected(report) => (false, report.text()),
    };
    let mut kept = Workshop::new(options("kept"));
    let mut seen = Vec::new();
    let steps = [
        ("guides/work/pay.md", format!("{pay}先打电话，再写信。\n")),
        // A fault in the body of the draft, another, and none.
        ("guides/work/night.md", format!("{head}看[那边](nowhere.md)。\n")),
        ("guides/work/night.md", format!("{head}看[那边](elsewhere.md)。\n")),
        ("guides/work/pay.md", format!("{pay}先写信。\n")),
        ("guides/work/night.md", format!("{head}## 几点\n\n十点。\n")),
        // What is published leads to the draft: to the page, to a heading, to one that is gone.
        ("guides/work/pay.md", format!("{pay}看[夜班](night.md#几点)。\n")),
        ("guides/work/night.md", format!("{head}## 哪里\n\n厂里。\n")),
        ("guides/work/pay.md", format!("{pay}看[这里](#没有)。\n")),
        ("guides/work/pay.md", format!("{pay}先打电话。\n")),
        // Another draft, and more than a body.
        ("guides/work/day.md", format!("{head}看[夜班](night.md#哪里)。\n")),
        ("guides/work/night.md", format!("{head}没有标题了。\n")),
        ("guides/work/night.md", format!("{}没有标题了。\n", head.replace("title: 夜班没写完\n", ""))),
        ("guides/work/night.md", format!("{}发布了。\n", head.replace("draft: true\n", ""))),
    ];
    for (path, text) in steps {
        put(content.path(), path, &text);
        let (now, clean) = (said(&mut kept), said(&mut Workshop::new(options("clean"))));
        assert_eq!(now, clean, "after {path}: {text}");
        seen.push(now);
    }
    let different: std::collections::BTreeSet<_> = seen.iter().collect();
    assert!(different.len() >= 8, "too little happens here: {seen:#?}");
}
