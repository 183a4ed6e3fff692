//! Two processes on one PostgreSQL are one service: forms, receipts, passes and budgets do not tell who writes which of them
//! answered; sessions and news do not tell who works at the desk; and what is overdue climbs once, though both have a clock.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::asker::{Receipt, ask, open};
use tests::desk::{MEMBER, PASSPHRASE, open_county_desk, open_desk};
use tests::http::{Answer, hidden_value};
use tests::member::Member;
use tests::nuanzhan;
use tests::postgres;
use tests::sealed::{Sealing, new_key};
use tests::server::{Ground, Server};

const LETTER: &str = "他不让我出门上班，我想知道能找谁说。";
const FOLLOW_UP: &str = "他今天把门也换了锁。";

/// What both take of forms together in an hour.
const FORMS: usize = 5;
/// What both take of letters that a browser has sealed together in an hour.
const SEALED: usize = 4;
/// Letters that are overdue: so many that the two clocks meet.
const OVERDUE: usize = 12;

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

#[test]
fn work_that_was_paid_with_and_the_budget_of_sealed_letters_count_at_both_processes() {
    let Some(database) = postgres::fresh_database("two processes and sealed letters") else { return };
    let mut ground = Ground::new().unwrap();
    ground.database = Some(database);
    ground.environment.push(("NUANZHAN_LIMITS_LETTERS_PER_HOUR", SEALED.to_string()));
    let one = ground.start().unwrap();
    let other = ground.start_on(&ground.var().join("site")).unwrap();
    open_desk(&ground).unwrap();
    let sealing = Sealing::at(one.client()).unwrap();

    // The challenge of one is good at the other, and once: here, there, and back again.
    let first = sealing.letter().unwrap();
    assert_eq!(first.send(&other.client()).unwrap().status, 201);
    for server in [&one, &other] {
        let mut next = sealing.unpaid().unwrap();
        next.body["work"] = first.body["work"].clone();
        let refused = next.send(&server.client()).unwrap();
        let told = refused.json().unwrap()["type"].clone();
        assert_eq!((refused.status, told), (403, json!("/problems/work-wanted")), "{}", refused.body);
        assert!(next.open(&server.client()).unwrap().is_null());
        // The letter that was paid for is the same at both, and not a second one.
        assert_eq!(first.send(&server.client()).unwrap().status, 201);
    }

    for turn in 1..SEALED + 3 {
        let (server, elsewhere) = if turn % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let letter = sealing.letter().unwrap();
        let answer = letter.send(&server.client()).unwrap();
        let kept = letter.open(&elsewhere.client()).unwrap().is_object();
        assert_eq!((answer.status, kept), if turn < SEALED { (201, true) } else { (503, false) }, "{turn}");
        if turn >= SEALED {
            assert_eq!(answer.json().unwrap()["type"], "/problems/used-up");
        }
    }
    for server in [one, other] {
        assert_eq!(server.stop("INT").unwrap(), 0);
    }
}

#[test]
fn what_is_overdue_climbs_once_though_both_processes_have_a_clock() {
    let Some(database) = postgres::fresh_database("two processes and their clocks") else { return };
    let mut ground = Ground::new().unwrap();
    ground.database = Some(database.clone());
    let alone = ground.start().unwrap();
    open_desk(&ground).unwrap();
    open_county_desk(&ground).unwrap();
    for _ in 0..OVERDUE {
        assert_eq!(ask(&alone.client(), LETTER, &[("region", "990121")]).unwrap().status, 200);
    }
    assert_eq!(alone.stop("INT").unwrap(), 0);
    // Missed an hour ago, whatever day it is; the desk above has its own time from then on.
    let missed = "floor(extract(epoch FROM now()) / 3600)::bigint - 1";
    let set_back = format!("UPDATE thread SET due_hour = {missed}, climb_hour = {missed}");
    assert_eq!(postgres::ask(&database, &set_back).unwrap(), format!("UPDATE {OVERDUE}"));
    let count = |sql: &str| postgres::ask(&database, sql).unwrap().parse::<usize>().unwrap();
    let climbed = || {
        [
            "SELECT count(*) FROM audit WHERE desk_id = 'shili-county' AND act = 'climb'",
            "SELECT count(*) FROM event WHERE kind = 'climb'",
            "SELECT count(DISTINCT thread_id) FROM event WHERE kind = 'climb'",
            "SELECT coalesce(sum(count), 0) FROM figure WHERE measure = 'overdue'",
        ]
        .map(count)
    };
    assert_eq!(climbed(), [0; 4]);

    let site = ground.var().join("site");
    let both = std::thread::scope(|scope| {
        let start = || scope.spawn(|| ground.start_on(&site).unwrap());
        [start(), start()].map(|server| server.join().unwrap())
    });
    let deadline = Instant::now() + Duration::from_secs(30);
    while climbed()[0] < OVERDUE && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(100));
    }
    // Whichever was later has had its turn, too.
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(climbed(), [OVERDUE; 4], "each climbs, and once");
    for server in both {
        assert_eq!(server.stop("INT").unwrap(), 0);
    }
    let verified = ["audit", "verify"].map(str::to_owned).into_iter().chain(ground.data_arguments());
    let verified: Vec<String> = verified.collect();
    let verified: Vec<&str> = verified.iter().map(String::as_str).collect();
    let verified = nuanzhan::run(ground.folder(), &verified).unwrap();
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
}
