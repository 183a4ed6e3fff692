//! How well search answers the judged questions of `search/eval`: held to the floors there, by the program that measures.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::path::Path;
use std::process::{Command, Output};

use search::bundle::Bundle;
use search::record::Record;
use search::text::embedded::Index;
use site_gen::{Options, Outcome};
use tests::workspace;

fn build(content: &Path, out: &Path) {
    let options = Options::new(content, out, workspace::newest_day(content));
    match site_gen::build(&options).unwrap() {
        Outcome::Built(_) => {}
        Outcome::Rejected(report) => panic!("{}", report.text()),
    }
}

fn eval(site: &Path, more: &[&str]) -> Output {
    Command::new(workspace::eval()).arg("--site").arg(site).args(more).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_judged_questions_are_answered_as_well_as_the_floors_demand() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    build(&workspace::content(), &site);
    let done = eval(&site, &["--gate"]);
    assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
}

#[test]
fn a_site_that_has_lost_what_it_is_found_by_is_below_the_floors() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    build(&workspace::content(), &site);
    let bundle = Bundle::open(&site).unwrap();
    let bare: Vec<Record> =
        bundle.records.into_iter().map(|record| Record { asked: Vec::new(), ..record }).collect();
    let data = site.join("data");
    std::fs::write(data.join("search.index"), Index::build(&bare, &[]).to_bytes()).unwrap();
    std::fs::write(data.join("records.json"), serde_json::to_vec(&bare).unwrap()).unwrap();
    let done = eval(&site, &["--gate"]);
    assert_eq!(done.status.code(), Some(1), "{}{}", text(&done.stdout), text(&done.stderr));
    assert!(text(&done.stdout).contains("below its floor"));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let corpus = file("corpus.jsonl", "{\"id\": 7, \"title\": \"某法\", \"text\": \"离婚应当登记。\"}\n");
    let queries = file("queries.tsv", "q1\t怎么离婚\n");
    let run = folder.path().join("out.run").display().to_string();
    let asked = |corpus: &str, queries: &str| {
        Command::new(workspace::eval())
            .args(["--corpus", corpus, "--queries", queries, "--run", &run])
            .output()
            .unwrap()
    };
    let done = asked(&corpus, &queries);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(std::fs::read_to_string(&run).unwrap().starts_with("q1 Q0 7 1 "));

    let broken = file("broken.jsonl", "{\"id\": 7, \"title\": \"某法\", \"text\": \"\"}\n{\"id\": }\n");
    let done = asked(&broken, &queries);
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("broken.jsonl, line 2"), "{}", text(&done.stderr));
    let done = asked(&corpus, &file("empty.tsv", "q1\n"));
    assert!(text(&done.stderr).contains("empty.tsv, line 1"), "{}", text(&done.stderr));
}
