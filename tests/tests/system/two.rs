//! Two processes on one PostgreSQL are one service: forms, receipts, passes and budgets do not tell who writes which of them
//! answered; sessions and news do not tell who works at the desk.

use serde_json::json;
use tests::asker::{Receipt, open};
use tests::desk::{MEMBER, PASSPHRASE, open_desk};
use tests::http::{Answer, hidden_value};
use tests::member::Member;
use tests::postgres;
use tests::sealed::{Sealing, new_key};
use tests::server::{Ground, Server};

const LETTER: &str = "他不让我出门上班，我想知道能找谁说。";
const FOLLOW_UP: &str = "他今天把门也换了锁。";

/// What both take of forms together in an hour.
const FORMS: usize = 5;

fn send(server: &Server, key: &str, text: &str) -> Answer {
    server.client().post_form("/ask/", &[("request_key", key), ("text", text)]).unwrap()
}

#[test]
fn a_form_a_pass_and_a_budget_are_the_same_at_either_process() {
    let Some(database) = postgres::fresh_database("two processes") else { return };
    let mut ground = Ground::new().unwrap();
    ground.database = Some(database);
    ground.environment.push(("NUANZHAN_LIMITS_FORMS_PER_HOUR", FORMS.to_string()));
    let one = ground.start().unwrap();
    let other = ground.start_on(&ground.var().join("site")).unwrap();
    open_desk(&ground).unwrap();

    // The answer was lost, and the balancer sends the form elsewhere.
    let key = hidden_value(&one.client().get("/ask/").unwrap().body, "request_key").unwrap();
    let first = send(&one, &key, LETTER);
    let receipt = Receipt::on(&first.body).unwrap();
    assert_eq!(
        Receipt::on(&send(&other, &key, LETTER).body).unwrap().0,
        receipt.0,
        "one letter, one receipt"
    );

    let thread = open(&one.client(), &receipt.0).unwrap();
    let pass = hidden_value(&thread.body, "pass").unwrap();
    let added = [("pass", pass.as_str()), ("text", FOLLOW_UP)];
    for server in [&other, &one, &other] {
        let answer = server.client().post_form("/ask/reply/message", &added).unwrap();
        assert!(answer.body.contains("补充已经收到"), "{}", answer.body);
    }
    let thread = open(&other.client(), &receipt.0).unwrap().body;
    assert_eq!((thread.matches(LETTER).count(), thread.matches(FOLLOW_UP).count()), (1, 1), "{thread}");

    let gone =
        other.client().post_form("/ask/reply/", &[("receipt", &receipt.0), ("delete", "yes")]).unwrap();
    assert!(gone.body.contains("全部删掉了"), "{}", gone.body);
    let back = send(&one, &key, LETTER);
    assert!(back.body.contains("已经寄到") && Receipt::on(&back.body).is_err(), "{}", back.body);

    for turn in 1..FORMS + 3 {
        let server = if turn % 2 == 0 { &one } else { &other };
        let answer = send(server, &format!("{turn:0>22}"), LETTER);
        assert_eq!(answer.status, if turn < FORMS { 200 } else { 503 }, "{turn}: {}", answer.body);
    }
    for server in [one, other] {
        assert_eq!(server.stop("INT").unwrap(), 0);
    }
}

#[test]
fn a_session_and_news_of_the_desk_are_the_same_at_either_process() {
    let Some(database) = postgres::fresh_database("two processes and one desk") else { return };
    let mut ground = Ground::new().unwrap();
    ground.database = Some(database);
    let one = ground.start().unwrap();
    let other = ground.start_on(&ground.var().join("site")).unwrap();
    open_desk(&ground).unwrap();
    let here = Member::sign_in(&one.client(), MEMBER, PASSPHRASE).unwrap();
    let there = here.at(&other.client());

    let mut heard = there.events().unwrap();
    let mut hear = |what: &[&str]| {
        let said = heard.find(|line| what.iter().all(|part| line.as_ref().unwrap().contains(part)));
        assert!(said.is_some(), "nothing of {what:?} was heard");
    };
    let letter = Sealing::at(one.client()).unwrap().letter().unwrap();
    let id = letter.body["id"].as_str().unwrap();
    assert_eq!(letter.send(&one.client()).unwrap().status, 201);
    hear(&["data:", "receive", id]);
    let accepted =
        here.post(&format!("/consultations/{id}/accept"), &json!({ "request_key": new_key().unwrap() }));
    assert_eq!(accepted.unwrap().status, 200);
    hear(&["data:", "accept", id]);
    assert_eq!(there.get("/consultations").unwrap()["items"][0]["state"], "accepted");

    assert_eq!(here.sign_out().unwrap().status, 204);
    let over = there.get("/me").unwrap_err().to_string();
    assert!(over.contains("signed-out"), "{over}");
    for server in [one, other] {
        assert_eq!(server.stop("INT").unwrap(), 0);
    }
}
