//! Searching without a server is as good as with one: the judged questions of `search/eval` through the site's own script, and
//! what it understands. Figures only: nobody who works on ranking is to read the half kept aside.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use search::bundle::Bundle;
use search::text::embedded::Embedded;
use search::text::{Engine, Query, QueryText, Results};
use serde_json::{Value, json};
use site_gen::{Options, Outcome};
use tempfile::TempDir;
use tests::find::{self, Asked};
use tests::workspace;

/// So much may be lost beside the engine of the server.
const MAY_BE_LOST: f64 = 0.02;

/// What a first question may cost where nothing is compressed; with compressed copies see `docs/performance.md`.
const MOST_BYTES: u64 = 250_000;

/// Nobody is to have such words put into their mouth, and whoever says them gets the numbers.
const KILLING: [&str; 16] = [
    "自杀",
    "自残",
    "不想活",
    "想死",
    "去死",
    "轻生",
    "割腕",
    "跳楼",
    "喝农药",
    "一了百了",
    "活着没意思",
    "杀我",
    "杀了",
    "弄死",
    "打死",
    "同归于尽",
];

/// The real content, built.
struct Site {
    _folder: TempDir,
    dist: PathBuf,
}

impl Site {
    fn build() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dist = folder.path().join("site");
        let options = Options::new(workspace::content(), &dist, workspace::newest_day(&workspace::content()));
        match site_gen::build(&options).unwrap() {
            Outcome::Built(_) => Self { _folder: folder, dist },
            Outcome::Rejected(report) => panic!("{}", report.text()),
        }
    }

    fn engine(&self) -> Embedded {
        let records = Bundle::open(&self.dist).unwrap().records;
        Embedded::new(Bundle::open_index(&self.dist).unwrap(), records).unwrap()
    }

    fn ask(&self, questions: &[Value]) -> Option<Vec<Asked>> {
        find::ask(&self.dist, questions, "searching without a server").unwrap()
    }

    fn search(&self, question: &str) -> Option<Value> {
        Some(self.ask(&[json!({ "q": question })])?.remove(0).answer)
    }
}

fn answer(engine: &Embedded, query: &Query) -> Results {
    at_once(engine.search(query)).unwrap()
}

/// The answer of an engine that never waits.
fn at_once<T>(answer: impl Future<Output = T>) -> T {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("the embedded engine answers at once"),
    }
}

fn query(text: &str) -> Query {
    Query { grouped: false, ..Query::new(QueryText::new(text).unwrap(), 10) }
}

#[test]
fn the_judged_questions_are_answered_as_well_as_by_the_server() {
    let site = Site::build();
    let engine = site.engine();
    for half in ["tune", "test"] {
        let judged = find::judged(half).unwrap();
        let questions: Vec<Value> =
            judged.iter().map(|question| json!({ "q": question.text, "grouped": false })).collect();
        let Some(asked) = site.ask(&questions) else { return };
        let with: Vec<Results> =
            judged.iter().map(|question| answer(&engine, &query(&question.text))).collect();
        let urls = |results: &'_ Results| results.hits.iter().map(|hit| hit.url.clone()).collect::<Vec<_>>();
        let with: Vec<Vec<String>> = with.iter().map(urls).collect();
        let with = with.iter().map(|urls| urls.iter().map(String::as_str).collect());
        let with = find::mean_reciprocal_rank(&judged, with);
        let without = find::mean_reciprocal_rank(&judged, asked.iter().map(Asked::urls));
        assert!(without > with - MAY_BE_LOST, "{half}: MRR@10 {without:.3}, the server's {with:.3}");
        let most = asked.iter().map(Asked::bytes).max().unwrap();
        assert!(most < MOST_BYTES, "{half}: {most} bytes, uncompressed");
    }
}

#[test]
fn what_is_asked_is_understood_in_many_ways() {
    let site = Site::build();
    let first = |question: &str| Some(site.search(question)?["hits"][0]["url"].as_str()?.to_owned());
    for (question, url) in [
        ("老公打我还不让我出门", "/guides/domestic-violence/violence-now/"),
        ("怎么申请保护令", "/guides/domestic-violence/protection-order/"),
        ("產假多少天", "/guides/work/maternity-leave/"),
        ("chanjia duoshao tian", "/guides/work/maternity-leave/"),
        ("民法典第１０７９条", "/laws/civil-code/#art-1079"),
    ] {
        let Some(found) = first(question) else { return };
        assert_eq!(found, url, "{question}");
    }
}

#[test]
fn an_answer_has_the_shape_that_the_server_gives_it() {
    let site = Site::build();
    let engine = site.engine();
    for text in ["离婚 抚养费", "暖溪镇派出所在哪里", "zzzz"] {
        let Some(without) = site.search(text) else { return };
        let with = answer(&engine, &Query::new(QueryText::new(text).unwrap(), 10));
        let with: Value = serde_json::to_value(&with).unwrap();
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&without), names(&with), "{text}");
        let shapes = |answer: &Value| {
            let hits = answer["hits"].as_array().unwrap().iter();
            hits.map(|hit| (hit["id"].as_str().unwrap().to_owned(), hit.clone())).collect::<BTreeMap<_, _>>()
        };
        let known = shapes(&with);
        for (id, hit) in shapes(&without) {
            let Some(other) = known.get(&id) else { continue };
            for field in ["kind", "title", "url", "topic", "region", "part_of", "distance_m"] {
                assert_eq!(hit.get(field), other.get(field), "{text}: {field} of {id}");
            }
        }
    }
}

#[test]
fn danger_and_places_and_slips_are_heard() {
    let site = Site::build();
    let Some(asked) = site.search("他要殺我") else { return };
    assert_eq!(asked["danger"], true);
    assert_eq!(site.search("产假多少天").unwrap()["danger"], false);
    let near = site.search("暖溪镇的派出所").unwrap();
    assert_eq!((&near["hits"][0]["kind"], &near["place"]["name"]), (&json!("station"), &json!("暖溪镇")));
    assert!(near["hits"][0]["distance_m"].is_u64(), "{near}");
    assert_eq!(site.search("告戒书有什么用").unwrap()["did_you_mean"], "告诫书有什么用");
    let nothing = site.search("zzzzzzzz").unwrap();
    assert_eq!((&nothing["total"], nothing["hits"].as_array().unwrap().len()), (&json!(0), 0));
}

#[test]
fn what_is_typed_is_completed_from_pinyin_and_initials() {
    let site = Site::build();
    for typed in ["jtbl", "jiatingbaoli", "家庭暴", "家tb"] {
        let Some(asked) = site.ask(&[json!({ "typed": typed })]) else { return };
        let texts: Vec<&str> =
            asked[0].answer.as_array().unwrap().iter().filter_map(|one| one["text"].as_str()).collect();
        assert!(texts.iter().any(|text| text.starts_with("家庭暴力")), "{typed}: {texts:?}");
    }
}

#[test]
fn no_completion_speaks_of_killing_and_whoever_does_gets_the_numbers() {
    let site = Site::build();
    let engine = site.engine();
    let is_offered = |text: &str| !KILLING.iter().any(|word| text.contains(word));
    let files = workspace::files_under(&site.dist.join("search"));
    let typed = files.iter().filter(|path| path.parent().is_some_and(|folder| folder.ends_with("typed")));
    let mut count = 0;
    for path in typed {
        let list: Vec<(String, i32, String)> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        count += list.len();
        assert!(list.iter().all(|(text, ..)| is_offered(text)), "{}", path.display());
    }
    assert!(count > 500, "{count} completions");
    let chars: BTreeSet<char> = KILLING.iter().flat_map(|word| word.chars()).chain('a'..='z').collect();
    for typed in chars.into_iter().map(String::from).chain(KILLING.map(str::to_owned)) {
        for offered in at_once(engine.suggest(&typed, 3_000)).unwrap() {
            assert!(is_offered(&offered.text), "{typed}: {}", offered.text);
        }
    }
    for word in KILLING {
        assert!(answer(&engine, &query(word)).danger, "{word}");
    }
    let Some(asked) = site.ask(&KILLING.map(|word| json!({ "q": word }))) else { return };
    for (word, asked) in KILLING.iter().zip(asked) {
        assert_eq!(asked.answer["danger"], true, "{word}");
    }
}

#[test]
fn no_address_asked_for_says_what_was_typed() {
    let site = Site::build();
    let Some(asked) = site.ask(&[json!({ "q": "婆婆 hiv 12338" })]) else { return };
    for address in asked[0].fetched.keys() {
        assert!(address.is_ascii() && !address.contains("hiv") && !address.contains("12338"), "{address}");
        assert!(Path::new(address).starts_with("/search") || address.starts_with("/assets/"), "{address}");
    }
}

#[test]
fn odd_questions_are_answered_too() {
    let site = Site::build();
    let long = "婚".repeat(500);
    let odd = [
        "",
        " ",
        "的",
        "婚",
        "\u{200B}",
        "🙂",
        "a\tb",
        "__proto__",
        "constructor toString",
        "99999999999999条",
        long.as_str(),
    ];
    let questions: Vec<Value> = odd.iter().map(|text| json!({ "q": text })).collect();
    let Some(asked) = site.ask(&questions) else { return };
    for (text, asked) in odd.iter().zip(asked) {
        assert!(asked.answer["hits"].is_array(), "{text}");
    }
}
