//! How findings are told: the editors' program with each format, on a terminal, in CI jobs.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::common::TestSite;

const GUIDE: &str = "guides/domestic-violence/protection-order.md";

/// What git hosts and people set, and what a test must not inherit.
const VARIABLES: [&str; 11] = [
    "GITHUB_ACTIONS",
    "GITHUB_SERVER_URL",
    "GITHUB_REPOSITORY",
    "GITLAB_CI",
    "CI_PROJECT_URL",
    "CI",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "TERM",
    "COLUMNS",
];

/// A repository with the content of the test site in it.
fn repository() -> TestSite {
    let site = TestSite::new();
    let root = site.content().parent().unwrap().to_owned();
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::create_dir_all(root.join("tests/spec")).unwrap();
    site
}

fn run(site: &TestSite, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_site-gen"));
    for name in VARIABLES {
        program.env_remove(name);
    }
    let root = site.content().parent().unwrap().to_owned();
    program.current_dir(root).args(arguments).args(["--today", "2026-11-21"]).envs(variables.iter().copied());
    program.output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(site: &TestSite) -> Value {
    serde_json::from_str(&stdout(&run(site, &["check", "--format", "json"], &[]))).unwrap()
}

#[test]
fn the_json_document_has_the_shape_that_was_promised() {
    let site = repository();
    let text = fs::read(site.content().join(GUIDE)).unwrap();
    let text = String::from_utf8(text).unwrap().replace("reviewed: 2026-10-12", "reviewed: 2026/10/12");
    site.write(GUIDE, format!("\u{feff}{text}"));
    let output = run(&site, &["check", "--format", "json"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "1 处错误，改好以后才能发布。\n其中 1 处能自动改：加上 --fix 再运行一次。\n");
    let mut document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let finding = document["findings"][0].take();
    assert_eq!(document["version"], 1);
    assert_eq!((&document["errors"], &document["warnings"]), (&Value::from(1), &Value::from(0)));
    assert_eq!(document["checked_on"], "2026-11-21");
    let start = "\u{feff}".len() + text.find("2026/10/12").unwrap();
    let expected = serde_json::json!({
        "file": format!("content/{GUIDE}"),
        "line": 4, "column": 11, "end_line": 4, "end_column": 21,
        "start_byte": start, "end_byte": start + 10,
        "severity": "error", "code": "date", "message": "“2026/10/12”不是一个日子",
        "hint": "写成 2026-10-12 这样：年-月-日，月和日各两位；Excel 会自己改日期，把这一列设成“文本”",
        "text": "reviewed: 2026/10/12",
        "fingerprint": finding["fingerprint"],
        "edits": [{
            "file": format!("content/{GUIDE}"),
            "line": 4, "column": 11, "end_line": 4, "end_column": 21,
            "start_byte": start, "end_byte": start + 10, "text": "2026-10-12",
        }],
    });
    assert_eq!(finding, expected);
}

#[test]
fn a_program_gets_a_whole_document_when_nothing_was_found() {
    let site = repository();
    assert_eq!(json(&site)["findings"], Value::Array(Vec::new()));
    assert_eq!(stdout(&run(&site, &["check", "--format", "gitlab"], &[])), "[]\n");
    assert_eq!(stdout(&run(&site, &["check", "--format", "github"], &[])), "");
    let sarif: Value =
        serde_json::from_str(&stdout(&run(&site, &["check", "--format", "sarif"], &[]))).unwrap();
    assert_eq!(sarif["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn a_finding_keeps_its_fingerprint_when_lines_move_and_no_two_have_the_same() {
    let site = repository();
    site.edit(GUIDE, "法院 **72 小时**内决定。", "<b>\n\n<b>\n\n甲 <b>");
    let marks = |site: &TestSite| -> Vec<String> {
        let document = json(site);
        let findings = document["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["fingerprint"].to_string()).collect()
    };
    let before = marks(&site);
    assert_eq!(before.len(), 3);
    assert!(before[0] != before[1] && before[1] != before[2] && before[0] != before[2]);
    site.edit(GUIDE, "bring:", "keywords: [保护令]\nbring:");
    assert_eq!(marks(&site), before);
}

/// The rules of the published schema that our log can break. (The whole schema is applied by hand when the shape changes:
/// `docs/decisions/0009-findings-formats.md`.)
#[test]
fn the_sarif_log_keeps_the_rules_of_the_schema() {
    let site = repository();
    site.edit(GUIDE, "2026-10-12", "2026/10/12").write("guides/domestic-violence/怎么 办.md", "");
    let host = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_SERVER_URL", "https://host.example"),
        ("GITHUB_REPOSITORY", "federation/nuanzhan"),
    ];
    let output = run(&site, &["check", "--format", "sarif"], &host);
    let log: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        assert_eq!(
            rule["helpUri"],
            format!(
                "https://host.example/federation/nuanzhan/blob/HEAD/tests/spec/{}.md",
                rule["id"].as_str().unwrap()
            )
        );
        for text in
            [&rule["shortDescription"]["text"], &rule["fullDescription"]["text"], &rule["help"]["markdown"]]
        {
            assert!(!text.as_str().unwrap().is_empty());
        }
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "{results:#?}");
    for result in results {
        let place = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[place]["id"], result["ruleId"]);
        let physical = &result["locations"][0]["physicalLocation"];
        let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.is_ascii() && !uri.contains(' ') && uri.starts_with("content/"), "{uri}");
        let number = |name: &str| physical["region"][name].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!((number("endLine"), number("endColumn")) >= (number("startLine"), number("startColumn")));
        assert!(result["partialFingerprints"].as_object().unwrap().values().all(Value::is_string));
    }
    let fix = &results.iter().find(|result| result["ruleId"] == "date").unwrap()["fixes"][0];
    let replacement = &fix["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "2026-10-12");
    assert_eq!(replacement["deletedRegion"]["startLine"], 4);
}

#[test]
fn in_a_job_of_github_the_log_has_the_text_and_the_lines_have_notes() {
    let site = repository();
    site.edit(GUIDE, "2026-10-12", "2026/10/12").write("images/old.png", b"\x89PNG");
    let job = [("GITHUB_ACTIONS", "true")];
    let output = run(&site, &["check"], &job);
    let notes: Vec<String> = stdout(&output).lines().map(str::to_owned).collect();
    assert_eq!(notes.len(), 4, "{notes:#?}");
    assert_eq!((notes[0].as_str(), notes[3].as_str()), ("::group::注解", "::endgroup::"));
    assert!(notes[1].starts_with(&format!(
        "::error file=content/{GUIDE},line=4,endLine=4,col=11,endColumn=20,title=date::"
    )));
    assert!(
        notes[1].contains("%0A改法：")
            && notes[2].starts_with("::warning file=content/images/old.png,line=1,")
    );
    assert!(stderr(&output).contains("错误[date]"));
    assert_eq!(
        stdout(&run(&site, &["check", "--format", "text"], &job)),
        "",
        "whoever asks for text gets text"
    );
    let sarif = run(&site, &["check", "--format", "sarif"], &job);
    assert!(
        stdout(&sarif).starts_with('{') && stderr(&sarif).contains("错误[date]"),
        "a log is for people too"
    );
}

#[test]
fn in_a_job_of_gitlab_the_report_goes_to_the_file_and_the_text_to_the_log() {
    let site = repository();
    site.edit(GUIDE, "2026-10-12", "2026/10/12");
    let job = [("GITLAB_CI", "true")];
    assert_eq!(stdout(&run(&site, &["check"], &job)), "");
    let output = run(&site, &["check", "--format", "gitlab"], &job);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(
        report[0]["location"],
        serde_json::json!({"path": format!("content/{GUIDE}"), "lines": {"begin": 4, "end": 4}})
    );
    assert_eq!(
        (&report[0]["check_name"], &report[0]["severity"]),
        (&Value::from("date"), &Value::from("major"))
    );
    assert!(stderr(&output).contains("错误[date]"));
}

#[test]
fn colours_come_only_when_they_are_wanted() {
    let site = repository();
    site.edit(GUIDE, "2026-10-12", "2026/10/12");
    let coloured = |variables: &[(&str, &str)]| stderr(&run(&site, &["check"], variables)).contains('\u{1b}');
    assert!(!coloured(&[]), "a file is no terminal");
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn the_mark_stands_under_what_is_meant_however_wide_the_characters_are() {
    let site = repository();
    site.edit(GUIDE, "法院 **72 小时**内决定。", "甲\t“乙” <b> 丙\r");
    let text = stderr(&run(&site, &["check"], &[]));
    assert!(text.contains("13 | 甲    “乙” <b> 丙\n   |            ^^^\n"), "{text}");
    site.write("topics.yaml", "").write("regions.csv", "");
    let text = stderr(&run(&site, &["check"], &[]));
    assert!(text.contains("content/regions.csv:1:1\n错误[table]: 表格是空的\n"), "{text}");
}

#[test]
fn a_fault_of_several_lines_shows_the_first_and_says_where_it_ends() {
    let site = repository();
    site.write(
        "stations/shili-county/stations.csv",
        "slug,name,kind,region,hours\na,甲站,mediation,990121,\"24/7\nb,乙站,mediation,990121,24/7\n",
    );
    let text = stderr(&run(&site, &["check"], &[]));
    assert!(text.contains("^^^^^ 到第 3 行为止"), "{text}");
}

#[test]
fn many_findings_of_one_kind_become_a_count_and_programs_get_them_all() {
    let site = repository();
    site.edit(GUIDE, "法院 **72 小时**内决定。", &"<b>\n\n".repeat(25)).edit(
        GUIDE,
        "2026-10-12",
        "2026/10/12",
    );
    let shown = |limit: &[&str]| {
        let text = stderr(&run(&site, &[&["check"], limit].concat(), &[]));
        (text.matches("错误[html]").count(), text.matches("错误[date]").count(), text)
    };
    let (html, date, text) = shown(&[]);
    assert_eq!((html, date), (20, 1));
    assert!(
        text.contains("还有 5 处 [html] 没有列出，在 1 个文件里。全部列出：加上 --limit all\n"),
        "{text}"
    );
    assert!(text.contains("26 处错误"));
    assert_eq!(shown(&["--limit", "all"]).0, 25);
    assert_eq!(shown(&["--limit", "3"]).0, 3);
    assert_eq!(json(&site)["findings"].as_array().unwrap().len(), 26);
}

#[test]
fn mending_says_what_it_did_and_trying_out_writes_nothing() {
    let site = repository();
    site.edit(GUIDE, "2026-10-12", "2026/10/12").edit(GUIDE, "法院 **72", "<b> **72");
    let before = fs::read(site.content().join(GUIDE)).unwrap();
    let tried = run(&site, &["check", "--fix", "--dry-run"], &[]);
    assert_eq!(tried.status.code(), Some(1));
    assert!(stdout(&tried).contains("-reviewed: 2026/10/12\n+reviewed: 2026-10-12\n"), "{}", stdout(&tried));
    assert_eq!(fs::read(site.content().join(GUIDE)).unwrap(), before);
    let done = run(&site, &["check", "--fix"], &[]);
    assert_eq!(done.status.code(), Some(1), "one fault is left");
    let said = stderr(&done);
    assert!(
        said.starts_with(&format!("改好了 1 处，在 1 个文件里：\n  content/{GUIDE}：date 1 处\n")),
        "{said}"
    );
    assert!(said.contains("错误[html]") && !said.contains("能自动改"), "{said}");
    site.edit(GUIDE, "<b> ", "");
    let again = run(&site, &["check", "--fix"], &[]);
    assert_eq!(again.status.code(), Some(0));
    assert!(stderr(&again).starts_with("没有能自动改的。\n"));
}

#[test]
fn ten_thousand_findings_are_told_in_a_moment() {
    let site = repository();
    let line = "法院 <b>七十二小时</b>内决定，字数不少的一行，后面还有。\n\n";
    for number in 0..10 {
        let head = format!("---\ntitle: 很长 {number}\nsummary: 很长。\n---\n");
        site.write(&format!("guides/domestic-violence/long-{number}.md"), head + &line.repeat(1000));
    }
    let (site_gen::Outcome::Built(report) | site_gen::Outcome::Rejected(report)) =
        site_gen::check(&site.content(), crate::common::TODAY).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test of how long it takes")]
    let started = jiff::Timestamp::now();
    let found = report.found();
    assert_eq!(found.len(), 10_000);
    assert_eq!(report.text().matches("错误[html]").count(), 10_000);
    #[expect(clippy::disallowed_methods, reason = "a test of how long it takes")]
    let took = jiff::Timestamp::now().duration_since(started);
    // A walk through the file for each of them took minutes; this leaves room for a slow machine.
    assert!(took.as_secs() < 20, "{took:?}");
}
