//! The promises of a consultation, shown on a running server and on its disk. Each test is named after its promise.

use tests::asker::{Receipt, ask, open};
use tests::desk::{self, open_desk};
use tests::http::{ADDRESS, REFERRER_WORDS, USER_AGENT, form_fields, hidden_value, visible_text};
use tests::server::{Ground, on_both_databases};
use tests::skip::skipped;
use tests::workspace;

use crate::traces::{all_traces, contains};

const LETTER: &str = "他把我的工资卡拿走了，锁门不让我上班，已经第三天。";

fn is_database(file: &std::path::Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("nuanzhan.db"))
}

#[test]
fn p1_nothing_that_names_her_is_asked_for() {
    let server = Ground::new().unwrap().start().unwrap();
    let form = server.client().get("/ask/").unwrap();
    assert!(form.header("set-cookie").is_none());
    assert_eq!(form.header("cache-control"), Some("no-store"));
    let names: Vec<&str> =
        form.body.split(" name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let asked: Vec<&&str> = names
        .iter()
        .filter(|name| {
            ![
                "description",
                "format-detection",
                "viewport",
                "referrer",
                "robots",
                "color-scheme",
                "theme-color",
                "q",
            ]
            .contains(name)
        })
        .collect();
    assert_eq!(
        asked,
        [&"request_key", &"text", &"topic", &"region", &"danger", &"child", &"vulnerable", &"reach"]
    );
    let required = form.body.matches(" required").count();
    assert_eq!(required, 1, "only the letter itself must be filled in");
}

#[test]
fn the_published_form_says_how_soon_letters_are_answered_and_each_copy_has_its_key() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let published = std::fs::read_to_string(ground.var().join("site/ask/index.html")).unwrap();
    assert_eq!(hidden_value(&published, "request_key").as_deref(), Some(""), "the file is everybody's");
    let before = published.split_once("<span id=\"pace\"></span>").map(|(before, _)| before.len());
    let before = before.expect("the file has the very place that the server fills");
    let shown = server.client().get("/ask/").unwrap().body;
    assert!(!shown.contains("<span id=\"pace\">"), "{shown}");
    let place =
        shown.find("来信还少，通常多久能回，现在说不准。").expect("the sentence of a desk without letters");
    let key = hidden_value(&shown, "request_key").unwrap().len();
    assert!(key > 0 && place == before, "it stands where it belongs");
}

#[test]
fn how_soon_letters_are_answered_is_measured_and_not_promised() {
    let ground = Ground::new().unwrap();
    open_desk(&ground).unwrap();
    let server = ground.start().unwrap();
    for _ in 0..20 {
        assert_eq!(ask(&server.client(), LETTER, &[]).unwrap().status, 200);
    }
    assert_eq!(server.stop("INT").unwrap(), 0);
    // All came a hundred hours ago; sixteen were answered ten hours later, then fifteen.
    for (answered, told) in [(16, "十封信里有八封在一天内得到答复"), (15, "现在说不准")] {
        let moved = format!(
            "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); rows = [row[0] for row in db.execute('SELECT id FROM thread')]; \
             db.execute('UPDATE thread SET received_hour = received_hour - ?, answered_hour = NULL', ({ago},)); \
             db.executemany('UPDATE thread SET answered_hour = received_hour + 10 WHERE id = ?', [(id,) for id in rows[:{answered}]]); \
             db.commit()",
            ago = if answered == 16 { 100 } else { 0 },
        );
        let database = ground.var().join("nuanzhan.db");
        let ran = std::process::Command::new("python3").args(["-c", &moved]).arg(database).status();
        if !ran.is_ok_and(|status| status.success()) {
            return skipped("how soon letters are answered", "python3 with sqlite3 is not installed");
        }
        let server = ground.start().unwrap();
        let form = server.client().get("/ask/").unwrap().body;
        assert!(form.contains(told), "{answered}: {}", visible_text(&form));
        assert_eq!(server.stop("INT").unwrap(), 0);
    }
}

#[test]
fn p2_p3_p4_no_plaintext_no_receipt_no_address_is_on_disk_or_in_the_log() {
    on_both_databases("what the disk tells", |ground| {
        let server = ground.start().unwrap();
        open_desk(ground).unwrap();
        let reach = "只在周三下午打，别说是妇联";
        let answer =
            ask(&server.client(), LETTER, &[("topic", "work"), ("region", "990121"), ("reach", reach)])
                .unwrap();
        assert_eq!(answer.status, 200, "{}", visible_text(&answer.body));
        let receipt = Receipt::on(&answer.body).unwrap();
        let thread = open(&server.client(), &receipt.0).unwrap();
        let pass = hidden_value(&thread.body, "pass").unwrap();
        let follow_up = "他今天又说要弄死我。";
        server.client().post_form("/ask/reply/message", &[("pass", &pass), ("text", follow_up)]).unwrap();
        // Mistakes are logged by many servers: none of these may be.
        open(&server.client(), "1234 5678 9012 3456 7890").unwrap();
        server
            .client()
            .get("/search/?q=%E9%94%81%E9%97%A8%E4%B8%8D%E8%AE%A9%E6%88%91%E4%B8%8A%E7%8F%AD")
            .unwrap();
        server.client().get("/api/v1/stations?near=40.4242,102.5151").unwrap();

        let secrets = [
            LETTER.to_owned(),
            LETTER.chars().take(8).collect(),
            follow_up.to_owned(),
            reach.to_owned(),
            receipt.0.clone(),
            receipt.in_groups(),
            receipt.in_groups().replace(' ', "-"),
            USER_AGENT.to_owned(),
            REFERRER_WORDS[0].to_owned(),
            REFERRER_WORDS[1].to_owned(),
            ADDRESS.to_owned(),
            "锁门不让我上班".to_owned(),
            "40.4242".to_owned(),
            desk::PASSPHRASE.to_owned(),
        ];
        for (place, bytes) in all_traces(ground, &server.said()) {
            for secret in &secrets {
                assert!(!contains(&bytes, secret.as_bytes()), "{} holds “{secret}”", place.display());
            }
        }
        if ground.database.is_none() {
            // PostgreSQL's own settings name the loopback address; SQLite's file has no reason to.
            for file in workspace::files_under(&ground.var()).iter().filter(|file| is_database(file)) {
                let bytes = std::fs::read(file).unwrap();
                assert!(!contains(&bytes, b"127.0.0.1"), "{} holds the socket's address", file.display());
            }
        }
        let said = server.said();
        let after_welcome = said.split("Ctrl-C").nth(1).unwrap_or_default();
        assert!(!after_welcome.contains("127.0.0.1"), "no address of a client is logged: {after_welcome}");
        assert_eq!(after_welcome.trim(), "", "nothing at all is said about requests");
    });
}

#[test]
fn p5_what_was_acknowledged_survives_a_kill() {
    on_both_databases("kill -9 right after the receipt", |ground| {
        let mut receipts = Vec::new();
        for round in 0..5 {
            let server = ground.start().unwrap();
            if round == 0 {
                open_desk(ground).unwrap();
            }
            let letter = format!("{LETTER}（第 {round} 封）");
            let answer = ask(&server.client(), &letter, &[]).unwrap();
            let receipt = Receipt::on(&answer.body).unwrap();
            server.kill().unwrap();
            receipts.push((receipt, letter));
        }
        let server = ground.start().unwrap();
        for (receipt, letter) in receipts {
            let thread = open(&server.client(), &receipt.0).unwrap();
            assert_eq!(thread.status, 200);
            assert!(visible_text(&thread.body).contains(&letter), "{}", visible_text(&thread.body));
        }
    });
}

#[test]
fn p9_a_wrong_receipt_gets_a_page_of_the_same_grid() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let client = server.client();
    let receipt = Receipt::on(&ask(&client, LETTER, &[]).unwrap().body).unwrap();
    let right = open(&client, &receipt.0).unwrap();
    let refused = open(&client, &receipt.another().0).unwrap();
    assert_eq!((right.status, refused.status), (200, 200), "nor does the status tell");
    assert_eq!(right.body.len() % 1024, refused.body.len() % 1024, "sizes lie on one grid");
}

#[test]
fn a_form_sent_twice_makes_one_letter_and_shows_the_same_receipt() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let client = server.client();
    let key = hidden_value(&client.get("/ask/").unwrap().body, "request_key").unwrap();
    assert_eq!(key.len(), hidden_value(&client.get("/ask/").unwrap().body, "request_key").unwrap().len());
    let send = |text: &str| client.post_form("/ask/", &[("request_key", &key), ("text", text)]).unwrap().body;
    let (first, again, edited) = (send(LETTER), send(LETTER), send("改过的话"));
    let receipt = |page: &str| Receipt::on(page).unwrap().0;
    assert_eq!(receipt(&first), receipt(&again), "a reload after a lost answer shows the same receipt");
    assert_ne!(receipt(&first), receipt(&edited), "other words are another letter");
}

#[test]
fn without_a_desk_nothing_is_taken_and_the_words_are_not_lost() {
    let server = Ground::new().unwrap().start().unwrap();
    let answer = ask(&server.client(), LETTER, &[]).unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains(LETTER), "her words are still there to copy");
    assert!(answer.body.contains("tel:12338"));
    assert!(!answer.body.contains("class=\"receipt\""));
}

#[test]
fn whatever_was_chosen_is_in_the_form_that_comes_back_with_a_refusal() {
    let server = Ground::new().unwrap().start().unwrap();
    let client = server.client();
    let published = form_fields(&client.get("/ask/").unwrap().body, "/ask/").unwrap();
    let chosen = |name: &str| match name {
        "text" => LETTER.to_owned(),
        "reach" => "只在白天打".to_owned(),
        "topic" => "work".to_owned(),
        "region" => "990121".to_owned(),
        "request_key" => published[name].clone().unwrap(),
        // Boxes: a field that comes later is one, or has to be named here.
        _ => "1".to_owned(),
    };
    let sent: Vec<(String, String)> = published.keys().map(|name| (name.clone(), chosen(name))).collect();
    assert!(sent.len() >= 8, "the form has its fields: {sent:?}");
    // One desk is missing here; one topic there.
    for (wrong, status) in [("", 503), ("cooking", 400)] {
        let sent = sent.iter().map(|(name, value)| {
            let value = if name == "topic" && !wrong.is_empty() { wrong } else { value.as_str() };
            (name.as_str(), value)
        });
        let sent: Vec<(&str, &str)> = sent.collect();
        let answer = client.post_form("/ask/", &sent).unwrap();
        assert_eq!(answer.status, status, "{}", answer.body);
        let kept = form_fields(&answer.body, "/ask/").unwrap();
        for (name, value) in sent {
            // What is not in the list can't be chosen again.
            let value = if value == "cooking" { "" } else { value };
            assert_eq!(kept.get(name), Some(&Some(value.to_owned())), "{status}: {name} is lost: {kept:?}");
        }
        assert_eq!(kept.len(), published.len(), "{kept:?}");
    }
}

#[test]
fn what_can_not_be_sent_is_said_at_its_field_and_kept() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let client = server.client();
    let long = "长".repeat(8001);
    for (text, more) in [
        ("", ("reach", "周三")),
        (long.as_str(), ("topic", "")),
        (LETTER, ("topic", "cooking")),
        (LETTER, ("region", "123")),
    ] {
        let answer = ask(&client, text, &[more]).unwrap();
        assert_eq!(answer.status, 400, "{more:?}");
        assert!(answer.body.contains(text), "what was typed is still there");
        assert!(!answer.body.contains("class=\"receipt\""));
    }
    for slip in ["1234", "1234 5678 9012 3456 7891", "一二三四"] {
        let answer = open(&client, slip).unwrap();
        // The status does not tell a right receipt from a wrong one either.
        assert_eq!(answer.status, 200, "{slip}");
        assert!(
            answer.body.contains(slip) && answer.body.contains("role=\"alert\""),
            "what is wrong is said: {}",
            answer.body
        );
    }
}

#[test]
fn a_letter_full_of_markup_is_shown_as_it_was_written() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let letter = "<script>alert(1)</script> & \"引号\" <b>粗</b>";
    let receipt = Receipt::on(&ask(&server.client(), letter, &[]).unwrap().body).unwrap();
    let page = open(&server.client(), &receipt.0).unwrap().body;
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>alert"));
}
