//! A browser that seals by itself, at the service's front door: what it may do, what it learns, and what is refused.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::consultations::proof::{Proof, PublicProofKey};
use crate::consultations::receipt::Receipt;
use crate::consultations::stretch::ThreadKey;
use crate::consultations::testing::{Office, Reply};
use crate::consultations::work::WorkIn;
use crate::desk::testing::{AtDesk, bytes, new_key, number, sealed_at};
use crate::dice::{self, SystemDice};
use crate::sealing::binding::{Binding, Sender, ThreadId};
use crate::sealing::message::Envelope;
use crate::store::testing::{self, PASSPHRASE, founded};

const WORDS: &str = "他打我，孩子也在旁边看着";

/// A county's desk over every kind of database.
async fn counties() -> Vec<Office> {
    let offices = Office::each().await;
    for office in &offices {
        founded(&office.app.store, "county", None).await;
    }
    offices
}

/// Sends JSON. What holds for every answer is checked here.
async fn post(office: &Office, path: &str, body: &Value) -> Reply {
    let request = Request::post(format!("/api/v1/consultations{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "Mozilla/5.0 (a-telling-phone)")
        .body(Body::from(body.to_string()));
    let reply = office.send(request.unwrap()).await;
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store", "{path}");
    assert!(
        reply.headers.get(header::CONTENT_ENCODING).is_none()
            && reply.headers.get(header::SET_COOKIE).is_none()
    );
    assert_eq!((reply.text.len() % (16 << 10), reply.text.is_empty()), (0, false), "{path} is padded");
    reply
}

/// A receipt in a browser, and the thread that it is for.
struct Asker {
    receipt: Receipt,
    id: ThreadId,
    locator: String,
    key: ThreadKey,
}

impl Asker {
    fn new(office: &Office) -> Self {
        let receipt = Receipt::from_chance(dice::draw(&SystemDice));
        let stretched = office.app.consultations.stretching.stretch(&receipt);
        let id = ThreadId::draw(&SystemDice);
        let locator = BASE64_STANDARD.encode(stretched.locator().for_comparison());
        Self { key: stretched.thread_key(&id), receipt, id, locator }
    }

    fn reader(&self) -> Value {
        let public_key = BASE64_STANDARD.encode(self.key.public().to_bytes());
        json!({ "reader": "thread", "generation": 0, "public_key": public_key })
    }

    /// A letter, sealed to all who must be able to read it.
    async fn letter(&self, office: &Office, text: &str) -> Value {
        let desk = post(office, "/desk", &json!({})).await.json();
        let place = Binding::letter(self.id, 1, Sender::Asker);
        let mut letter = sealed_at(&place, text, &with(&desk["readers"], self.reader()));
        letter.as_object_mut().unwrap().remove("position");
        letter["id"] = json!(self.id.to_string());
        letter["desk"] = desk["desk"].clone();
        letter["locator"] = json!(self.locator);
        letter["public_key"] = self.reader()["public_key"].clone();
        letter["request_key"] = json!(new_key());
        letter["work"] = work(office).await;
        letter
    }

    async fn open(&self, office: &Office) -> Value {
        let opened = post(office, "/open", &json!({ "locator": self.locator })).await;
        assert_eq!(opened.status, StatusCode::OK);
        opened.json()["thread"].clone()
    }

    async fn follow_up(&self, office: &Office, text: &str) -> Value {
        let thread = self.open(office).await;
        let place = Binding::letter(self.id, number(&thread["next_position"]), Sender::Asker);
        let mut letter = sealed_at(&place, text, &with(&thread["readers"], self.reader()));
        letter["locator"] = json!(self.locator);
        letter["request_key"] = json!(new_key());
        letter
    }

    fn read(&self, thread: &Value) -> Vec<String> {
        let open = |letter: &Value| {
            let sender = Sender::parse(letter["sender"].as_str().unwrap()).unwrap();
            let place = Binding::letter(self.id, number(&letter["position"]), sender);
            let key = bytes(&letter["key"]).try_into().unwrap();
            let opened: Envelope =
                self.key.open(&place, &key, &bytes(&letter["content"]).try_into().unwrap()).unwrap();
            opened.text.clone()
        };
        thread["letters"].as_array().unwrap().iter().map(open).collect()
    }

    async fn wish(&self, office: &Office, what: &str, more: &[(&str, Value)]) -> Reply {
        let mut wish = json!({ "locator": self.locator, "request_key": new_key() });
        for (name, value) in more {
            wish[*name] = value.clone();
        }
        post(office, what, &wish).await
    }
}

/// A challenge, solved.
async fn work(office: &Office) -> Value {
    let challenge = office.get("/api/v1/consultations/challenge").await;
    assert_eq!(challenge.text.len() % (16 << 10), 0, "padded");
    serde_json::to_value(WorkIn::solving(serde_json::from_str(&challenge.text).unwrap())).unwrap()
}

fn with(readers: &Value, asker: Value) -> Value {
    let mut readers = readers.clone();
    readers.as_array_mut().unwrap().push(asker);
    readers
}

#[tokio::test]
async fn a_letter_that_was_sealed_in_the_browser_is_answered_asked_again_and_taken_back() {
    for fresh in testing::each().await {
        let office = Office::open(fresh).await;
        founded(&office.app.store, "city", None).await;
        let asker = Asker::new(&office);
        let sent = post(&office, "", &asker.letter(&office, WORDS).await).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
        let parameters = office.get("/api/v1/consultations/parameters").await.json();
        let key = PublicProofKey::parse(parameters["proof_key"].as_str().unwrap()).unwrap();
        let proof = Proof::parse(sent.json()["proof"].as_str().unwrap()).unwrap();
        assert!(key.has_signed(&proof));
        assert_eq!(
            (proof.statement.desk.as_str(), proof.statement.day.to_string().as_str()),
            ("city", "2026-11-21")
        );
        assert!(!sent.text.contains("T15:00"), "never the hour");
        let early = asker.wish(&office, "/feedback", &[("helped", json!(true))]).await;
        assert_eq!(early.status, StatusCode::CONFLICT, "nothing is answered yet: {}", early.text);
        let early = asker.wish(&office, "/consent", &[("consent", json!(true))]).await;
        assert_eq!((early.status, early.text.len() % (16 << 10)), (StatusCode::CONFLICT, 0));

        let member = AtDesk::sign_in(&office, "city 的成员", PASSPHRASE).await;
        let id = member.queue().await.remove(0);
        assert_eq!(id, asker.id.to_string());
        member.accept(&id).await;
        assert_eq!(member.answer(&id, "先到安全的地方。").await.status, StatusCode::CREATED);

        let follow_up = asker.follow_up(&office, "去哪里好？").await;
        for _ in 0..2 {
            assert_eq!(post(&office, "/messages", &follow_up).await.status, StatusCode::CREATED);
        }
        member.answer(&id, "来县城。").await;
        let said = asker.wish(&office, "/feedback", &[("helped", json!(true))]).await;
        assert_eq!(said.status, StatusCode::OK, "{}", said.text);
        let thread = asker.open(&office).await;
        assert_eq!((&thread["consent"], &thread["may"]["agree"]), (&json!(false), &json!(true)));
        for consent in [true, true, false, true] {
            let said = asker.wish(&office, "/consent", &[("consent", json!(consent))]).await;
            assert_eq!((said.status, said.text.len() % (16 << 10)), (StatusCode::OK, 0), "{}", said.text);
            assert_eq!(asker.open(&office).await["consent"], json!(consent));
        }
        let thread = asker.open(&office).await;
        assert_eq!(asker.read(&thread), [WORDS, "先到安全的地方。", "去哪里好？", "来县城。"]);
        assert_eq!((&thread["helped"], &thread["desk"]), (&json!(true), &json!("city 妇联")));
        let told: Vec<&str> =
            thread["history"].as_array().unwrap().iter().map(|told| told["text"].as_str().unwrap()).collect();
        assert_eq!(told[0], "city 妇联收到了你的信。");
        assert_eq!(told.len(), 9, "{told:?}");

        let taken_back = asker.wish(&office, "/withdraw", &[]).await;
        assert_eq!((taken_back.status, &taken_back.json()["state"]), (StatusCode::OK, &json!("withdrawn")));
        assert!(asker.open(&office).await.is_null(), "its receipt opens nothing");
        assert_eq!(asker.wish(&office, "/withdraw", &[]).await.status, StatusCode::NOT_FOUND);
        assert!(member.queue().await.is_empty());
        testing::nothing_of(&office.app.store, &id).await;
    }
}

#[tokio::test]
async fn sent_twice_it_is_stored_once_and_another_letter_under_the_same_key_is_refused() {
    for office in counties().await {
        let asker = Asker::new(&office);
        let letter = asker.letter(&office, WORDS).await;
        let (one, other) = tokio::join!(post(&office, "", &letter), post(&office, "", &letter));
        let third = post(&office, "", &letter).await;
        for reply in [&one, &other, &third] {
            assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
            assert_eq!(reply.text, one.text);
        }
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        assert_eq!(member.queue().await.len(), 1);

        let fresh = Asker::new(&office);
        let mut others = vec![asker.letter(&office, "别的话").await, fresh.letter(&office, WORDS).await];
        others.push(letter.clone());
        others[2]["danger"] = json!(true);
        for mut changed in others {
            changed["request_key"] = letter["request_key"].clone();
            let refused = post(&office, "", &changed).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
        }
        assert_eq!(member.queue().await.len(), 1);
        assert!(fresh.open(&office).await.is_null());

        let follow_up = asker.follow_up(&office, "还有").await;
        assert_eq!(post(&office, "/messages", &follow_up).await.status, StatusCode::CREATED);
        let mut changed = asker.follow_up(&office, "改了").await;
        changed["request_key"] = follow_up["request_key"].clone();
        assert_eq!(post(&office, "/messages", &changed).await.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn an_id_or_a_locator_that_is_somebodys_is_refused_and_nobody_is_told_which() {
    for office in counties().await {
        let (hers, mine) = (Asker::new(&office), Asker::new(&office));
        post(&office, "", &hers.letter(&office, WORDS).await).await;
        let taken = async |field: &str, value: &str| {
            let mut letter = mine.letter(&office, WORDS).await;
            letter[field] = json!(value);
            post(&office, "", &letter).await
        };
        let id = taken("id", &hers.id.to_string()).await;
        let locator = taken("locator", &hers.locator).await;
        assert_eq!((id.status, &id.text), (StatusCode::CONFLICT, &locator.text));
        assert!(mine.open(&office).await.is_null());
        assert_eq!(post(&office, "", &mine.letter(&office, WORDS).await).await.status, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn a_letter_must_be_sealed_to_exactly_those_who_have_to_read_it() {
    for office in Office::each().await {
        founded(&office.app.store, "city", None).await;
        founded(&office.app.store, "county", Some("city")).await;
        let asker = Asker::new(&office);
        let letter = asker.letter(&office, WORDS).await;
        let keys = letter["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 2, "the city's desk and the asker: {letter}");
        let mut bad = vec![keys[..1].to_vec(), keys[1..].to_vec(), [keys.as_slice(), &keys[..1]].concat()];
        let mut older = keys.clone();
        older[0]["generation"] = json!(7);
        bad.push(older);
        for keys in bad {
            let mut letter = asker.letter(&office, WORDS).await;
            letter["keys"] = json!(keys);
            let refused = post(&office, "", &letter).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
            assert_eq!(refused.json()["errors"][0]["pointer"], "/keys");
        }
        let mut elsewhere = letter.clone();
        elsewhere["desk"] = json!("county");
        assert_eq!(
            post(&office, "", &elsewhere).await.status,
            StatusCode::CONFLICT,
            "the place chooses the desk"
        );
        let county = post(&office, "/desk", &json!({ "region": "990121" })).await.json();
        assert_eq!((&county["desk"], county["readers"].as_array().unwrap().len()), (&json!("county"), 2));
        let refused = post(&office, "/desk", &json!({ "region": "110000" })).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn what_is_misshapen_is_refused_field_by_field() {
    for office in counties().await {
        let asker = Asker::new(&office);
        let letter = asker.letter(&office, WORDS).await;
        for (field, value) in [
            ("id", json!("00FF")),
            ("locator", json!("AAAA")),
            ("public_key", json!("AAAA")),
            ("content", json!("AAAA")),
            ("topic", json!("nothing")),
            ("region", json!("110000")),
            ("request_key", json!("short")),
        ] {
            let mut bad = letter.clone();
            bad[field] = value;
            let refused = post(&office, "", &bad).await;
            assert_eq!(refused.json()["errors"][0]["pointer"], format!("/{field}"), "{}", refused.text);
        }
        let mut long = letter.clone();
        long["content"] = json!("A".repeat(140_000));
        let refused = post(&office, "", &long).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(refused.text.contains("131072"), "{}", refused.text);
        let mut named = letter;
        named["name"] = json!("x");
        assert_eq!(post(&office, "", &named).await.json()["errors"][0]["pointer"], "/name");
    }
}

#[tokio::test]
async fn the_limits_of_the_forms_hold_here_too() {
    for fresh in testing::each().await {
        let office = Office::open_with(fresh, |settings| {
            settings.letters_per_hour = 1;
            settings.forms_per_hour = 1;
        })
        .await;
        let nobody = post(&office, "/desk", &json!({})).await;
        assert_eq!(
            (nobody.status, &nobody.json()["type"]),
            (StatusCode::SERVICE_UNAVAILABLE, &json!("/problems/no-desk"))
        );
        founded(&office.app.store, "county", None).await;
        let first = Asker::new(&office).letter(&office, WORDS).await;
        assert_eq!(post(&office, "", &first).await.status, StatusCode::CREATED);
        let late = Asker::new(&office).letter(&office, WORDS).await;
        assert_eq!(post(&office, "", &late).await.json()["type"], "/problems/used-up");
        for status in [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE] {
            let form = office.post("/ask/", &[("text", WORDS)]).await;
            assert_eq!(form.status, status, "forms have a number of their own");
        }
        assert_eq!(
            post(&office, "", &first).await.status,
            StatusCode::CREATED,
            "sent again it costs nothing"
        );
        office.clock.advance(SignedDuration::from_hours(1));
        let again = post(&office, "", &late).await;
        assert_eq!(again.status, StatusCode::CREATED, "its work was not used up: {}", again.text);
    }
}

#[tokio::test]
async fn a_new_letter_costs_work_that_counts_once_and_nothing_else_does() {
    for fresh in testing::each().await {
        let office = Office::open(fresh).await;
        founded(&office.app.store, "county", None).await;
        let asker = Asker::new(&office);
        let refused = async |letter: &Value, why: &str| {
            let refused = post(&office, "", letter).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
            assert_eq!(refused.json()["type"], "/problems/work-wanted");
            assert!(refused.json()["detail"].as_str().unwrap().contains(why), "{}", refused.text);
        };
        let mut letter = asker.letter(&office, WORDS).await;
        let paid = letter["work"].take();
        letter.as_object_mut().unwrap().remove("work");
        refused(&letter, "要先算一道题").await;
        letter["work"] = paid.clone();
        letter["work"]["solution"]["derivedKey"] = json!("00".repeat(32));
        refused(&letter, "不对").await;

        // What is refused for another reason has not used it up.
        let keys = letter["keys"].take();
        letter["keys"] = json!([keys[0]]);
        letter["work"] = paid.clone();
        assert_eq!(post(&office, "", &letter).await.status, StatusCode::BAD_REQUEST);
        letter["keys"] = keys;
        let first = post(&office, "", &letter).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
        let other = Asker::new(&office);
        let mut second = other.letter(&office, WORDS).await;
        let fresh = second["work"].take();
        second["work"] = paid;
        refused(&second, "已经用过了").await;
        assert!(other.open(&office).await.is_null());

        // The phone that lost the answer gets it, whatever it shows.
        assert_eq!(post(&office, "", &letter).await.text, first.text);
        letter.as_object_mut().unwrap().remove("work");
        assert_eq!(post(&office, "", &letter).await.text, first.text);
        assert_eq!(
            post(&office, "/messages", &asker.follow_up(&office, "还有").await).await.status,
            StatusCode::CREATED
        );

        second["work"] = fresh;
        office.clock.advance(SignedDuration::from_hours(2));
        refused(&second, "过期了").await;
        second["work"] = work(&office).await;
        assert_eq!(post(&office, "", &second).await.status, StatusCode::CREATED);
        let spent = "spent: ";
        let rows = office.app.store.everything().await;
        assert_eq!(rows.lines().filter(|row| row.starts_with(spent)).count(), 2, "{rows}");
        assert_eq!(other.wish(&office, "/withdraw", &[]).await.status, StatusCode::OK);
    }
}

/// Somebody behind the same router floods the forms: her letter, her follow-up and her reply are not slowed down.
#[tokio::test]
async fn a_flood_of_forms_from_her_own_network_does_not_slow_down_who_pays_or_has_a_thread() {
    for fresh in testing::each().await {
        let office = Office::open_with(fresh, |settings| settings.pause = Duration::from_mins(5)).await;
        founded(&office.app.store, "county", None).await;
        let shared = &office.app.consultations;
        for _ in 0..400 {
            shared.senders.add(b"", office.app.clock.hour(), &SystemDice);
        }
        let form = Request::post("/ask/").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = office.send(form.body(Body::from("text=junk")).unwrap());
        let waits = tokio::time::timeout(Duration::from_millis(300), form).await;
        assert!(waits.is_err(), "forms of that network wait");
        let asker = Asker::new(&office);
        let sent = post(&office, "", &asker.letter(&office, WORDS).await).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
        let follow_up = asker.follow_up(&office, "还有").await;
        assert_eq!(post(&office, "/messages", &follow_up).await.status, StatusCode::CREATED);
        assert_eq!(asker.read(&asker.open(&office).await), [WORDS, "还有"]);
    }
}

#[tokio::test]
async fn of_two_letters_that_show_the_same_work_at_once_one_is_taken() {
    for fresh in testing::each().await {
        let office = Office::open(fresh).await;
        founded(&office.app.store, "county", None).await;
        let mut letters = [Asker::new(&office), Asker::new(&office)].map(|asker| (asker, Value::Null));
        for (asker, letter) in &mut letters {
            *letter = asker.letter(&office, WORDS).await;
        }
        letters[1].1["work"] = letters[0].1["work"].clone();
        let (one, other) = tokio::join!(post(&office, "", &letters[0].1), post(&office, "", &letters[1].1));
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 403], "{}{}", one.text.trim(), other.text.trim());
    }
}

#[tokio::test]
async fn p9_unknown_locators_get_the_same_size_and_time_and_are_slowed_down() {
    let step = Duration::from_millis(700);
    for fresh in testing::each().await {
        let office = Office::open_with(fresh, |settings| {
            settings.answer_step = step;
            settings.pause = Duration::from_secs(2);
        })
        .await;
        founded(&office.app.store, "county", None).await;
        let (asker, stranger) = (Asker::new(&office), Asker::new(&office));
        post(&office, "", &asker.letter(&office, WORDS).await).await;
        let mut sizes = Vec::new();
        for locator in [&asker.locator, &stranger.locator, &asker.locator, &stranger.locator] {
            let place = Binding::letter(asker.id, 9, Sender::Asker);
            let mut letter = sealed_at(&place, WORDS, &json!([asker.reader()]));
            letter["locator"] = json!(locator);
            letter["request_key"] = json!(new_key());
            for (path, body) in [("/open", json!({ "locator": locator })), ("/messages", letter)] {
                let began = Instant::now();
                let reply = post(&office, path, &body).await;
                let steps = began.elapsed().as_secs_f64() / step.as_secs_f64();
                assert!((1.0..1.4).contains(&steps), "{path}: {steps}");
                sizes.push(reply.text.len());
            }
        }
        assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
        for _ in 0..196 {
            office.app.consultations.wrong.add(b"", office.app.clock.hour(), &SystemDice);
        }
        let began = Instant::now();
        asker.open(&office).await;
        assert!(began.elapsed() > Duration::from_secs(2), "a network with many misses waits");
    }
}

#[tokio::test]
async fn either_way_of_asking_reads_what_the_other_wrote() {
    for office in counties().await {
        let asker = Asker::new(&office);
        post(&office, "", &asker.letter(&office, WORDS).await).await;
        let page = office.post("/ask/reply/", &[("receipt", &asker.receipt.groups().join(" "))]).await;
        assert!(page.text.contains(WORDS), "{}", page.text);
    }
}

#[tokio::test]
async fn when_the_database_fails_it_is_said_and_nothing_is_acknowledged() {
    for office in counties().await {
        let asker = Asker::new(&office);
        let letter = asker.letter(&office, WORDS).await;
        office.app.store.close().await.unwrap();
        for (path, body) in [("", letter), ("/open", json!({ "locator": asker.locator }))] {
            let reply = post(&office, path, &body).await;
            assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(reply.json()["type"], "/problems/store-away");
        }
    }
}
