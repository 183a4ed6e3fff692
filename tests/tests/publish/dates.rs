//! “Last changed” comes from the history: of the words, not of the file.

use std::process::Command;

use tests::git::{Editor, Remote, alone, bytes_under, said};
use tests::workspace;

const GUIDE: &str = "content/guides/work/leave.md";

/// Commits everything on `day`, as somebody in China who works late.
fn commit_on(editor: &Editor, day: &str, arguments: &[&str]) {
    editor.git(&["add", "--all"]).unwrap().well().unwrap();
    let mut git = Command::new("git");
    git.args(arguments).current_dir(editor.folder());
    alone(&mut git, editor.folder());
    let time = format!("{day}T00:30:00+08:00");
    git.env("GIT_COMMITTER_DATE", &time).env("GIT_AUTHOR_DATE", "2001-01-01T00:00:00+08:00");
    said(&git.output().unwrap()).unwrap().well().unwrap();
}

const COMMIT: [&str; 4] = ["commit", "--quiet", "-m", "改"];

/// The day that the sitemap gives for an address.
fn day_of(remote: &Remote, address: &str) -> Option<String> {
    let sitemap = remote.page("sitemap-1.xml");
    let (_, entry) = sitemap.split_once(&format!("<loc>https://nuanzhan.example{address}</loc>"))?;
    let entry = entry.split("</url>").next()?;
    Some(entry.split_once("<lastmod>")?.1.split_once("</lastmod>")?.0.to_owned())
}

#[test]
fn a_page_is_as_old_as_its_words() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    commit_on(&li, "2026-01-05", &COMMIT);
    let guide = std::fs::read_to_string(li.folder().join(GUIDE)).unwrap();
    li.write(GUIDE, &format!("{guide}\n第二句。\n")).unwrap();
    commit_on(&li, "2026-02-05", &COMMIT);
    // Only renamed: not one word is younger for it.
    li.git(&["mv", GUIDE, "content/guides/work/maternity-leave.md"]).unwrap().well().unwrap();
    commit_on(&li, "2026-03-05", &COMMIT);
    li.push().unwrap().well().unwrap();
    let leave = "/guides/work/maternity-leave/";
    assert_eq!(day_of(&remote, leave).as_deref(), Some("2026-02-05"));
    assert_eq!(day_of(&remote, "/about/").as_deref(), Some("2026-01-05"));
    assert!(remote.page("atom.xml").contains("<updated>2026-02-05T00:00:00+08:00</updated>"));
    // Written on a side branch in April, merged in May without a conflict: the words are of April.
    li.git(&["checkout", "--quiet", "-b", "side"]).unwrap().well().unwrap();
    li.write("content/pages/about.md", "---\ntitle: 关于\n---\n我们是谁，在旁边写的。\n").unwrap();
    commit_on(&li, "2026-04-05", &COMMIT);
    li.git(&["checkout", "--quiet", "main"]).unwrap().well().unwrap();
    commit_on(&li, "2026-05-05", &["merge", "--quiet", "--no-ff", "-m", "合", "side"]);
    li.push().unwrap().well().unwrap();
    assert_eq!(day_of(&remote, "/about/").as_deref(), Some("2026-04-05"));
    // A conflict: the words of the page are those of whoever settled it.
    li.git(&["checkout", "--quiet", "-b", "other"]).unwrap().well().unwrap();
    li.write("content/pages/about.md", "---\ntitle: 关于\n---\n他的说法。\n").unwrap();
    commit_on(&li, "2026-06-05", &COMMIT);
    li.git(&["checkout", "--quiet", "main"]).unwrap().well().unwrap();
    li.write("content/pages/about.md", "---\ntitle: 关于\n---\n她的说法。\n").unwrap();
    commit_on(&li, "2026-06-06", &COMMIT);
    assert_ne!(li.git(&["merge", "--quiet", "other"]).unwrap().code, 0);
    li.write("content/pages/about.md", "---\ntitle: 关于\n---\n两个人商量好的说法。\n").unwrap();
    commit_on(&li, "2026-07-05", &COMMIT);
    li.push().unwrap().well().unwrap();
    assert_eq!(day_of(&remote, "/about/").as_deref(), Some("2026-07-05"));
    // A merge that throws a change away: the page is as old as what stayed.
    li.git(&["checkout", "--quiet", "-b", "lost", "HEAD"]).unwrap().well().unwrap();
    li.write("content/pages/about.md", "---\ntitle: 关于\n---\n没有采用。\n").unwrap();
    commit_on(&li, "2026-08-05", &COMMIT);
    li.git(&["checkout", "--quiet", "main"]).unwrap().well().unwrap();
    commit_on(&li, "2026-09-05", &["merge", "--quiet", "-s", "ours", "-m", "不用", "lost"]);
    li.push().unwrap().well().unwrap();
    assert_eq!(day_of(&remote, "/about/").as_deref(), Some("2026-07-05"));
    assert_eq!(day_of(&remote, leave).as_deref(), Some("2026-02-05"));
}

#[test]
fn what_an_editor_wrote_as_the_date_is_the_date() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.write(GUIDE, "---\ntitle: 产假\nsummary: 写假条。\nupdated: 2025-12-01\n---\n写。\n").unwrap();
    commit_on(&li, "2026-01-05", &COMMIT);
    li.push().unwrap().well().unwrap();
    assert_eq!(day_of(&remote, "/guides/work/leave/").as_deref(), Some("2025-12-01"));
}

#[test]
fn a_checkout_built_by_hand_has_the_days_of_its_history_and_the_same_bytes_as_the_push() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    commit_on(&li, "2026-01-05", &COMMIT);
    li.push().unwrap().well().unwrap();
    let build = |out: &str, more: &[&str]| {
        let mut build = Command::new(workspace::site_gen());
        build.args(["build", "--out", out]).args(more).current_dir(li.folder());
        alone(&mut build, remote.folder());
        said(&build.output().unwrap()).unwrap().well().unwrap();
        bytes_under(&li.folder().join(out))
    };
    // Twice: the second time the days come from what was remembered.
    assert_eq!(build("one", &["--compress"]), remote.bytes());
    assert_eq!(build("two", &["--compress"]), remote.bytes());
    let without = build("three", &["--no-git"]);
    assert!(!String::from_utf8_lossy(&without["sitemap-1.xml"]).contains("lastmod"));
    assert!(String::from_utf8_lossy(&remote.bytes()["sitemap-1.xml"]).contains("2026-01-05"));
}

#[test]
fn a_history_that_was_cut_off_gives_no_days_and_that_is_said() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    commit_on(&li, "2026-01-05", &COMMIT);
    li.mark(2).unwrap();
    li.push().unwrap().well().unwrap();
    let from = format!("file://{}", remote.repository().display());
    tests::git::git(remote.folder(), &["clone", "--quiet", "--depth=1", &from, "ci"])
        .unwrap()
        .well()
        .unwrap();
    let mut publish = Command::new(workspace::site_gen());
    publish
        .args(["publish", "--repo", "ci", "--site", "elsewhere", "--rev", "HEAD"])
        .current_dir(remote.folder());
    alone(&mut publish, remote.folder());
    said(&publish.output().unwrap()).unwrap().has(&["浅克隆", "已发布：第 1 版"]).unwrap();
    let sitemap = std::fs::read_to_string(remote.folder().join("elsewhere/current/sitemap-1.xml")).unwrap();
    assert!(!sitemap.contains("lastmod"));
}
