//! From case to digest at the desk: a draft is taken only with consent and after the end, each time is a line, what is taken back is
//! heard and seen.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::acts::{answered, detail};
use super::events::{PATIENCE, listening};
use super::*;
use crate::consultations::state::Event;
use crate::desk::testing::new_key;
use crate::sealing::binding::ThreadId;
use crate::store::bell::Ring;
use crate::store::consultation::{Act, Actor, Request as Wish};

async fn says(office: &Office, id: &str, consent: bool) {
    let id: ThreadId = id.parse().unwrap();
    let hash = new_key().into_bytes();
    let request = Wish { hour: office.app.clock.hour(), hash, schedule: std::sync::Arc::default() };
    office.app.store.transition(Actor::Asker, &id, Act::Consent(consent), &request).await.unwrap();
}

#[tokio::test]
async fn a_draft_is_refused_without_consent_and_before_the_end_and_each_one_is_a_line() {
    for office in counties().await {
        let (county, id) = answered(&office).await;
        let take = async || county.act(&id, "digest", json!({})).await;
        let early = take().await;
        assert_eq!((early.status, detail(&early).contains("请先办结")), (StatusCode::CONFLICT, true));
        county.act(&id, "close", json!({ "outcome": "mediated" })).await;
        let refused = take().await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
        assert!(detail(&refused).starts_with("本人没有同意写成案例"), "{}", refused.text);
        let read = async || county.get(&format!("/consultations/{id}")).await.json();
        assert_eq!(read().await["drafted"], json!(false));

        says(&office, &id, true).await;
        let key = new_key();
        let lines = async || office.app.store.verify_audit("county").await.unwrap().unwrap().number;
        let before = lines().await;
        for _ in 0..2 {
            let wish = json!({ "request_key": key });
            let taken = county.post(&format!("/consultations/{id}/digest"), wish).await;
            assert_eq!((taken.status, &taken.json()["state"]), (StatusCode::OK, &json!("closed")));
        }
        assert_eq!(lines().await, before + 1, "sent again it is one");
        let thread = read().await;
        assert_eq!((&thread["consent"], &thread["drafted"]), (&json!(true), &json!(true)));
        says(&office, &id, false).await;
        let thread = read().await;
        assert_eq!((&thread["consent"], &thread["drafted"]), (&json!(false), &json!(true)), "both are seen");
        let told = thread["history"].as_array().unwrap().iter().map(|told| told["text"].as_str().unwrap());
        let told: Vec<&str> = told.collect();
        let expected = ["本人同意写成案例。", "拿走了一份案例草稿。", "本人收回了写成案例的同意。"];
        assert_eq!(told[told.len() - 3..], expected);
        assert_eq!(take().await.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn what_is_taken_back_is_heard_at_once_and_the_words_of_digests_are_there() {
    for office in counties().await {
        let (county, id) = answered(&office).await;
        let ears = listening(&office).await;
        let mut inbox = office.app.store.bell().listen(9).unwrap();
        for (consent, event) in
            [(true, Event::Consent), (false, Event::RevokeConsent), (true, Event::Consent)]
        {
            for _ in 0..2 {
                says(&office, &id, consent).await;
            }
            let Ok(Ok(Ring::Changed(heard))) = timeout(PATIENCE, inbox.recv()).await else {
                panic!("the desk hears of it")
            };
            assert_eq!((heard.event, heard.desks.contains("county")), (event, true), "once a change");
        }
        assert!(inbox.try_recv().is_err(), "once, however often it is said");
        ears.abort();
        let words = county.get("/words").await.json();
        let channels: Vec<&Value> =
            words["digest_channels"].as_array().unwrap().iter().map(|word| &word["code"]).collect();
        assert_eq!(channels, ["mediation", "legal_aid", "court", "police", "arbitration", "agency"]);
    }
}
