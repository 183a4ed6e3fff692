//! What the public learns of consultations: letters that came in through the form and were answered and closed at the desk, a
//! quarter later on the page, as JSON and at the command line, with nothing under five.

use serde_json::{Value, json};
use tests::asker::ask;
use tests::desk::{MEMBER, PASSPHRASE, open_desk};
use tests::http::visible_text;
use tests::member::Member;
use tests::sealed::new_key;
use tests::server::{Ground, Server, on_both_databases};
use tests::{aged, nuanzhan};

const LETTER: &str = "他不让我出门上班，我想知道能找谁说。";
/// How many letters of each topic: the second is the smallest of which there are enough, and hides the third.
const LETTERS: [(&str, usize); 3] = [("domestic-violence", 7), ("work", 5), ("land", 2)];
const ANSWERED: usize = 6;
const CLOSED: usize = 4;

const NOTHING_YET: &str = "还没有可以公布的";

/// Sends the letters, answers some of them and closes fewer.
fn a_quarters_work(server: &Server) {
    let client = server.client();
    for (topic, count) in LETTERS {
        for _ in 0..count {
            assert_eq!(ask(&client, LETTER, &[("topic", topic), ("region", "990121")]).unwrap().status, 200);
        }
    }
    let member = Member::sign_in(&client, MEMBER, PASSPHRASE).unwrap();
    let queue = member.get("/consultations?limit=100").unwrap();
    let ids: Vec<&str> =
        queue["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), LETTERS.iter().map(|(_, count)| count).sum::<usize>());
    let act = |id: &str, act: &str, mut body: Value| {
        body["request_key"] = json!(new_key().unwrap());
        let done = member.post(&format!("/consultations/{id}/{act}"), &body).unwrap();
        assert!([200, 201].contains(&done.status), "{act}: {} {}", done.status, done.body);
    };
    for (at, id) in ids.iter().take(ANSWERED).enumerate() {
        act(id, "accept", json!({}));
        act(id, "messages", member.answer_to(id).unwrap());
        if at < CLOSED {
            act(id, "close", json!({ "outcome": "advised" }));
        }
    }
}

/// The tables of the only quarter, by what they are about.
fn table(statistics: &Value, about: &str) -> Vec<(String, u64)> {
    let [quarter] = statistics["quarters"].as_array().unwrap().as_slice() else { panic!("{statistics}") };
    let tables = quarter["tables"].as_array().unwrap().iter();
    let rows =
        tables.filter(|table| table["about"] == about).flat_map(|table| table["rows"].as_array().unwrap());
    rows.map(|row| (row["what"].as_str().unwrap().to_owned(), row["count"].as_u64().unwrap())).collect()
}

/// The part of the page that is made of figures.
fn page(server: &Server) -> String {
    let page = server.client().get("/statistics/").unwrap();
    assert_eq!(page.status, 200, "{}", page.body);
    let (_, rest) = page.body.split_once("<!--figures-->").unwrap();
    visible_text(rest.split_once("<!--/figures-->").unwrap().0)
}

#[test]
fn what_came_and_was_answered_is_published_a_quarter_later_and_nothing_under_five() {
    on_both_databases("the page of statistics", |ground: &Ground| {
        let server = ground.start().unwrap();
        open_desk(ground).unwrap();
        a_quarters_work(&server);
        assert!(page(&server).contains(NOTHING_YET), "the quarter goes on");
        let none = server.client().get("/api/v1/statistics").unwrap().json().unwrap();
        assert_eq!(none, json!({ "quarters": [] }));
        assert_eq!(server.stop("INT").unwrap(), 0);
        aged::a_quarter_ago(ground).unwrap();

        let server = ground.start().unwrap();
        let statistics = server.client().get("/api/v1/statistics").unwrap().json().unwrap();
        let row = |what: &str, count| (what.to_owned(), count);
        // Four were closed: of these nothing is told, not even that there were any.
        assert_eq!(table(&statistics, "总数"), [row("收到", 14), row("答复", 6)]);
        assert_eq!(table(&statistics, "办结的结果"), []);
        assert_eq!(table(&statistics, "办结用了多久"), []);
        assert_eq!(table(&statistics, "收到的，按主题"), [row("反家庭暴力", 7), row("其他", 7)]);
        // All came in one county and in one way: which one is not told, since the others had none.
        assert_eq!(table(&statistics, "收到的，按地方"), [row("其他", 14)]);
        assert_eq!(table(&statistics, "收到的，按来的方式"), [row("其他", 14)]);
        assert_eq!(table(&statistics, "首次答复用了多久"), [row("其他", 6)]);
        shown_alike_everywhere(ground, &server, &statistics);
    });
}

/// The page, the JSON and the command say the same numbers, and no other.
fn shown_alike_everywhere(ground: &Ground, server: &Server, statistics: &Value) {
    let shown = page(server);
    assert!(!shown.contains(NOTHING_YET), "{shown}");
    for quarter in statistics["quarters"].as_array().unwrap() {
        for table in quarter["tables"].as_array().unwrap() {
            assert!(shown.contains(table["about"].as_str().unwrap()), "{table}: {shown}");
            for row in table["rows"].as_array().unwrap() {
                let (what, count) = (row["what"].as_str().unwrap(), row["count"].as_u64().unwrap());
                assert!(count >= 5, "{table}");
                assert!(shown.contains(&format!("{what} {count}")), "{what} {count}: {shown}");
            }
        }
    }
    for never in ["劳动权益", "土地权益", "示例县", "网上", "办结"] {
        assert!(!shown.contains(never), "{never}: {shown}");
    }
    let mut arguments = vec!["statistics".to_owned()];
    arguments.extend(ground.data_arguments());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = nuanzhan::run(ground.folder(), &arguments).unwrap();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let rows = statistics["quarters"].as_array().unwrap().iter().flat_map(|quarter| {
        let tables = quarter["tables"].as_array().unwrap().iter();
        tables.map(|table| table["rows"].as_array().unwrap().len())
    });
    assert_eq!(ran.stdout.lines().count(), 1 + rows.sum::<usize>(), "{}", ran.stdout);
    for line in ran.stdout.lines().skip(1) {
        let count: u64 = line.rsplit(',').next().unwrap().trim().parse().unwrap();
        assert!(count >= 5, "{line}");
    }
}
