//! Two processes, one output folder: they take turns, and one that is killed holds up nobody.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{TestSite, read_all};

const PATIENCE: Duration = Duration::from_mins(1);

/// A site that takes a while to make.
fn large() -> TestSite {
    let site = TestSite::new();
    for number in 0..150 {
        let text = "她报了警，法院 **72 小时**内决定。依据《反家庭暴力法》第二十三条。\n\n".repeat(20);
        let guide = format!("---\ntitle: 第 {number} 篇指南\nsummary: 一句话。\n---\n{text}");
        site.write(&format!("guides/domestic-violence/g{number}.md"), guide);
    }
    site
}

fn start(site: &TestSite, verb: &str) -> Child {
    let mut program = Command::new(env!("CARGO_BIN_EXE_site-gen"));
    program.args([verb, "--no-git", "--content"]).arg(site.content()).arg("--out").arg(site.dist());
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn said(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "it never was so: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// What lies beside the site when nobody is at work.
fn beside(site: &TestSite) -> Vec<String> {
    let entries = fs::read_dir(site.dist().parent().unwrap()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const TIDY: [&str; 5] = [".dist.documents", ".dist.lock", ".dist.state", "content", "dist"];

#[test]
fn builds_at_the_same_time_take_turns_and_the_site_is_whole() {
    let site = large();
    let running: Vec<Child> = (0..4).map(|_| start(&site, "build")).collect();
    for (code, said) in running.into_iter().map(said) {
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("网站已生成到"), "{said}");
    }
    assert_eq!(beside(&site), TIDY);
    let clean = TestSite::new();
    site.build_into(&clean.dist());
    assert!(read_all(&site.dist()) == read_all(&clean.dist()), "the site is not what one build makes");
}

#[test]
fn a_build_that_is_killed_holds_up_nobody_and_leaves_nothing() {
    let site = large();
    let clean = TestSite::new();
    site.build_into(&clean.dist());
    let (staging, lock) =
        (site.dist().with_file_name(".dist.staging"), site.dist().with_file_name(".dist.lock"));
    for pages in [0, 1, 40] {
        let mut killed = start(&site, "build");
        let written = || fs::read_dir(staging.join("guides/domestic-violence")).map_or(0, Iterator::count);
        wait_for("it is at work", || written() >= pages && fs::read(&lock).is_ok_and(|who| !who.is_empty()));
        killed.kill().unwrap();
        assert!(!killed.wait().unwrap().success(), "it was done before it could be killed");
    }
    assert!(staging.exists(), "the last one was killed half-way");
    assert!(!fs::read(&lock).unwrap().is_empty(), "it could not take its name off");
    let began = Instant::now();
    let (code, said) = said(start(&site, "build"));
    assert_eq!(code, Some(0), "{said}");
    assert!(began.elapsed() < PATIENCE);
    assert_eq!(beside(&site), TIDY);
    assert!(read_all(&site.dist()) == read_all(&clean.dist()), "the site is not what one build makes");
}

#[test]
fn who_builds_into_a_folder_that_is_watched_is_told_by_whom_and_what_to_do() {
    let site = TestSite::new();
    let mut watch = start(&site, "watch");
    wait_for("it watches", || site.dist().join("index.html").exists());
    let before = read_all(&site.dist());
    for verb in ["build", "watch"] {
        let (code, said) = said(start(&site, verb));
        assert_eq!(code, Some(2), "{said}");
        let who = format!("site-gen watch（进程 {}）正守着", watch.id());
        for part in [who.as_str(), "不用再生成", "Ctrl-C", "--out"] {
            assert!(said.contains(part), "“{part}” is not in: {said}");
        }
    }
    assert_eq!(read_all(&site.dist()), before);
    watch.kill().unwrap();
    watch.wait().unwrap();
    let (code, said) = said(start(&site, "build"));
    assert_eq!(code, Some(0), "{said}");
}
