//! `site-gen` as an editor meets it at the terminal: how it ends, what it leaves alone, what a Ctrl-C leaves behind.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use tests::workspace;

/// A new site with a county and a township, and a station.
fn content() -> TempDir {
    let folder = TempDir::new().unwrap();
    assert_eq!(ends(folder.path(), &["new", "site", "--name", "示例市", "--region", "990100"]), 0);
    let regions = "code,name\n990100,示例市\n990121,示例县\n990121100,暖溪镇\n";
    fs::write(folder.path().join("content/regions.csv"), regions).unwrap();
    fs::create_dir_all(folder.path().join("content/stations/shili-county")).unwrap();
    let table = "编号,名称,类别,区划,电话\nnuanxi-police,暖溪镇派出所,派出所,990121100,0000-5551123\n";
    fs::write(folder.path().join("content/stations/shili-county/stations.csv"), table).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(workspace::site_gen()).args(arguments).current_dir(folder).output().unwrap()
}

fn ends(folder: &Path, arguments: &[&str]) -> i32 {
    run(folder, arguments).status.code().unwrap()
}

#[test]
fn the_exit_code_says_how_it_ended() {
    let folder = content();
    let at = |path: &str| folder.path().join(path);
    fs::write(at("good.csv"), "名称,区划,电话\n暖溪镇派出所,暖溪镇,0000-5551124\n").unwrap();
    fs::write(at("bad.csv"), "名称,区划,电话\n暖溪镇派出所,暖溪镇,1.39E+10\n").unwrap();
    fs::write(at("none.csv"), "没有,表头\n").unwrap();
    fs::write(at("content/pages/odd.md"), "---\nsummary: b\ntitle: a\n---\n正文\n").unwrap();
    let import = |file| ["import", "stations", file, "--into", "stations/shili-county"];
    let all: [(&[&str], i32); 34] = [
        (&["--help"], 0),
        (&["--version"], 0),
        (&["import", "stations", "--help"], 0),
        (&["chek"], 2),
        (&["new", "guide", "--titel", "x"], 2),
        (&["check"], 0),
        (&["check", "--content", "nowhere"], 2),
        (&["new", "page", "hello", "--title", "你好"], 0),
        (&["new", "page", "hello", "--title", "你好"], 1),
        (&["new", "guide", "wrok", "--title", "工资"], 1),
        (&["new", "site", "--name", "示例市", "--region", "990100"], 2),
        (&["new", "county", "341823"], 0),
        (&["new", "county", "341823"], 0),
        (&["new", "county", "鼓楼区"], 1),
        (&["new", "county", "341823", "--content", "nowhere"], 2),
        (&import("good.csv"), 0),
        (&import("bad.csv"), 1),
        (&import("none.csv"), 1),
        (&import("nowhere.xlsx"), 2),
        (&["export", "stations", "--format", "csv"], 0),
        (&["export", "stations", "--format", "csv"], 2),
        (&["export", "stations", "--region", "990199"], 1),
        (&["coverage"], 0),
        (&["coverage", "--csv", "away.csv"], 0),
        (&["coverage", "--csv", "away.csv"], 2),
        (&["coverage", "--county", "990199"], 1),
        (&["coverage", "--speed", "0"], 2),
        (&["gaps", "--html", "gaps.html", "--json"], 0),
        (&["gaps", "--county", "990199"], 1),
        (&["gaps", "--content", "nowhere"], 2),
        (&["format", "--check"], 1),
        (&["format"], 0),
        (&["format", "--check"], 0),
        (&["doctor", "--site", "nowhere"], 2),
    ];
    for (arguments, code) in all {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
    }
}

#[test]
fn a_trial_writes_nothing_and_what_is_asked_for_is_printed_and_not_installed() {
    let folder = content();
    fs::write(
        folder.path().join("list.csv"),
        "名称,区划,电话,负责人\n暖溪镇派出所,暖溪镇,0000-5551124,某某\n",
    )
    .unwrap();
    let before = workspace::files_under(folder.path());
    let table = folder.path().join("content/stations/shili-county/stations.csv");
    let text = fs::read(&table).unwrap();
    assert_eq!(ends(folder.path(), &["import", "stations", "list.csv", "--into", "shili-county"]), 0);
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let output = run(folder.path(), &["completions", shell]);
        assert!(
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains("import"),
            "{shell}"
        );
    }
    for page in [&["man"][..], &["man", "import"]] {
        let output = run(folder.path(), page);
        assert!(String::from_utf8_lossy(&output.stdout).contains(".TH"), "{page:?}");
    }
    assert_eq!(workspace::files_under(folder.path()), before);
    assert_eq!(fs::read(table).unwrap(), text);
}

#[test]
fn every_subcommand_explains_itself_in_chinese_with_examples() {
    let folder = TempDir::new().unwrap();
    for words in [
        &["new"][..],
        &["new", "county"],
        &["import", "stations"],
        &["export", "stations"],
        &["coverage"],
        &["gaps"],
        &["format"],
        &["doctor"],
        &["completions"],
        &["man"],
    ] {
        let output = run(folder.path(), &[words, &["--help"]].concat());
        let help = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(help.contains("例子：") && help.contains("结束码："), "{words:?}: {help}");
        assert!(!help.contains("Usage") && !help.contains("Print help"), "{words:?}: {help}");
    }
}

/// Killed at any moment, an import leaves the table as it was or as it should be, and the next one finishes.
#[test]
fn an_import_that_is_killed_leaves_no_half_of_anything() {
    let folder = content();
    let table = folder.path().join("content/stations/shili-county/stations.csv");
    let old = fs::read(&table).unwrap();
    let rows = (0..300).map(|number| format!("站{number},派出所,暖溪镇,0000-555{number:04}"));
    let list = std::iter::once("名称,类别,区划,电话".to_owned()).chain(rows).collect::<Vec<_>>().join("\n");
    fs::write(folder.path().join("list.csv"), list).unwrap();
    let import = ["import", "stations", "list.csv", "--into", "stations/shili-county", "--write"];
    let mut killed = 0;
    for wait in (0..12).map(|step| Duration::from_millis(step * 40)) {
        fs::write(&table, &old).unwrap();
        let mut command = Command::new(workspace::site_gen());
        command.args(import).current_dir(folder.path()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        thread::sleep(wait);
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        let now = fs::read(&table).unwrap();
        let lines = now.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
        assert!(now == old || lines == 302, "{lines} lines");
        // What a kill leaves behind is hidden: the content is as good as before.
        assert_eq!(ends(folder.path(), &["check"]), 0);
    }
    assert!(killed > 0, "it was always done before it was killed: the test shows nothing");
    assert_eq!(ends(folder.path(), &import), 0);
    assert_eq!(fs::read_to_string(&table).unwrap().lines().count(), 302);
}
