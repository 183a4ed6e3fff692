//! How soon desks act, and the days off that the editors know before the program does.

use serde_json::Value;

use crate::common::TestSite;

const HEAD: &str = "[footer]";

fn manifest(site: &TestSite) -> Value {
    assert_eq!(site.findings(), Vec::<String>::new());
    site.build();
    let text = std::fs::read(site.dist().join("data/manifest.json")).unwrap();
    serde_json::from_slice::<Value>(&text).unwrap()["site"].clone()
}

fn form(site: &TestSite) -> String {
    String::from_utf8(std::fs::read(site.dist().join("ask/index.html")).unwrap()).unwrap()
}

#[test]
fn the_form_promises_what_the_site_says_and_the_server_learns_it() {
    let site = TestSite::new();
    assert_eq!(manifest(&site)["clocks"]["accept_hours"], 24);
    assert!(form(&site).contains("24 小时内有人受理，3 个工作日内答复"));
    site.edit(
        "site.toml",
        HEAD,
        "[clocks]\naccept_hours = 8\n\"答复工作日\" = 2\n\n[[clocks.topics]]\ntopic = \"domestic-violence\"\nclose_days = 30\n\n[footer]",
    );
    let clocks = manifest(&site)["clocks"].clone();
    assert_eq!((&clocks["accept_hours"], &clocks["answer_days"]), (&8.into(), &2.into()));
    assert_eq!((&clocks["danger_hours"], &clocks["close_days"]), (&2.into(), &15.into()));
    assert_eq!(clocks["topics"]["domestic-violence"], serde_json::json!({ "close_days": 30 }));
    assert!(form(&site).contains("2 小时内有人受理；别的 8 小时内有人受理，2 个工作日内答复"));

    // Nobody has chosen a topic yet: no more is promised than the slowest one holds.
    site.edit("site.toml", "close_days = 30", "accept_hours = 48\nanswer_days = 7");
    manifest(&site);
    assert!(form(&site).contains("2 小时内有人受理；别的 48 小时内有人受理，7 个工作日内答复"));
}

#[test]
fn a_time_that_is_none_and_a_topic_that_nobody_has_are_named() {
    for (line, code) in [
        ("accept_hours = 0", "number"),
        ("answer_days = \"三天\"", "number"),
        ("accept_hours = 2.5", "number"),
        ("office_ends = 5", "number"),
        ("answer_hours = 3", "unknown-field"),
        ("[[clocks.topics]]\ntopic = \"weather\"", "unknown-reference"),
        ("[[clocks.topics]]\nclose_days = 3", "missing-field"),
        (
            "[[clocks.topics]]\ntopic = \"domestic-violence\"\n[[clocks.topics]]\ntopic = \"domestic-violence\"",
            "duplicate-slug",
        ),
    ] {
        let site = TestSite::new();
        site.edit("site.toml", HEAD, &format!("[clocks]\n{line}\n\n[footer]"));
        assert_eq!(site.codes(), [code], "{line}: {:?}", site.findings());
        assert!(site.findings()[0].starts_with("site.toml:"), "{:?}", site.findings());
    }
}

#[test]
fn a_year_that_the_editors_wrote_down_is_theirs_alone() {
    let site = TestSite::new();
    let known = manifest(&site)["holidays"].as_str().unwrap().to_owned();
    assert!(known.contains("2026-10-01,off\n"));
    site.write("holidays.csv", "day,is\n2031-10-01,放假\n2031-10-11,班\n2026-10-08,off\n");
    let told = manifest(&site)["holidays"].as_str().unwrap().to_owned();
    for (line, there) in [
        ("2031-10-01,off\n", true),
        ("2031-10-11,work\n", true),
        ("2026-10-08,off\n", true),
        ("2026-10-01,off\n", false),
        ("2025-10-01,off\n", true),
    ] {
        assert_eq!(told.contains(line), there, "{line}");
    }
}

#[test]
fn a_phone_goes_by_the_same_days_as_the_server() {
    let site = TestSite::new();
    let script = || {
        site.build();
        let mut files =
            std::fs::read_dir(site.dist().join("assets")).unwrap().map(|file| file.unwrap().path());
        let script = files.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("hours-"));
        String::from_utf8(std::fs::read(script.unwrap()).unwrap()).unwrap()
    };
    assert!(!script().contains("\"2031\""));
    site.write("holidays.csv", "day,is\n2031-10-01,off\n2031-10-11,work\n");
    assert!(script().contains("\"2031\":{\"off\":\"1001\",\"work\":\"1011\"}"));
}

#[test]
fn a_day_that_nobody_can_read_is_named_at_its_cell() {
    for (rows, at, code) in [
        ("2031-13-01,off", "2:1", "date"),
        ("2031-10-01,maybe", "2:12", "vocabulary"),
        ("2031-10-01,", "1:1", "missing-field"),
        ("2031-10-01,off\n2031-10-01,work", "3:1", "duplicate-value"),
    ] {
        let site = TestSite::new();
        site.write("holidays.csv", format!("day,is\n{rows}\n"));
        let findings = site.findings();
        assert!(
            findings.len() == 1
                && findings[0].starts_with(&format!("holidays.csv:{at}"))
                && findings[0].contains(code),
            "{rows}: {findings:?}"
        );
    }
}
