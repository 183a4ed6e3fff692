//! Visits, calls and letters in the same register.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::acts::{detail, signed_in};
use super::*;
use crate::desk::testing::{new_key, sealed_at};
use crate::dice::SystemDice;
use crate::sealing::binding::{Binding, Sender, ThreadId};
use crate::store::testing::nothing_of;

/// What a member's browser sends: sealed to those whom the service names for the desk.
async fn visit(office: &Office, desk: &str) -> (ThreadId, Value) {
    let id = ThreadId::draw(&SystemDice);
    let readers = office.get(&format!("/api/v1/desks/{desk}/key")).await.json()["readers"].clone();
    let mut visit = sealed_at(&Binding::letter(id, 1, Sender::Desk), "来访：他打我", &readers);
    visit.as_object_mut().unwrap().remove("position");
    visit["id"] = json!(id.to_string());
    visit["channel"] = json!("visit");
    visit["request_key"] = json!(new_key());
    (id, visit)
}

#[tokio::test]
async fn who_comes_is_registered_waits_like_the_others_and_is_worked_on() {
    for office in counties().await {
        letter(&office).await;
        let county = signed_in(&office, "county").await;
        let (id, mut wish) = visit(&office, "county").await;
        let id = id.to_string();
        (wish["danger"], wish["topic"], wish["region"]) = (json!(true), json!("violence"), json!("990121"));
        for _ in 0..2 {
            let done = county.post("/consultations", wish.clone()).await;
            assert_eq!(
                (done.status, &done.json()["state"]),
                (StatusCode::CREATED, &json!("received")),
                "{}",
                done.text
            );
        }
        let queue = county.queue().await;
        assert_eq!((queue.len(), &queue[0]), (2, &id), "danger comes first, whichever way it came");
        let visits = county.get("/consultations?channel=visit").await.json();
        assert_eq!(visits["items"].as_array().unwrap().len(), 1);
        assert_eq!(visits["items"][0]["channel_text"], "来访");
        assert_eq!(county.read(&id).await[0].text, "来访：他打我");
        county.accept(&id).await;
        let answer = county.sealed(&id, "陪同报警").await;
        assert_eq!(answer["keys"].as_array().unwrap().len(), 2, "nobody holds a receipt");
        assert_eq!(
            county.post(&format!("/consultations/{id}/messages"), answer).await.status,
            StatusCode::CREATED
        );
        let closed = county.act(&id, "close", json!({ "outcome": "police_handled" })).await;
        assert_eq!(closed.status, StatusCode::OK, "{}", closed.text);
        let lines = county.get("/audit").await.json();
        let lines = lines["lines"].as_array().unwrap().iter();
        let entered = lines.filter(|line| line["act"] == "receive" && line["actor"] == "county 的成员");
        assert_eq!(entered.count(), 1, "who registered it is known");
    }
}

/// Who came has no receipt to take it back with: a member destroys all of it. Of what came with a receipt nobody at the desk can.
#[tokio::test]
async fn what_was_registered_is_destroyed_on_the_persons_wish_and_a_letter_with_a_receipt_is_not() {
    for office in counties().await {
        letter(&office).await;
        let county = signed_in(&office, "county").await;
        let online = county.queue().await.remove(0);
        let refused = county.act(&online, "withdraw", json!({})).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(detail(&refused), "撤回不是工作台做的事。网上来的信，写信的人凭回执码自己删");
        for accepted in [false, true] {
            let (id, wish) = visit(&office, "county").await;
            let id = id.to_string();
            county.post("/consultations", wish).await;
            if accepted {
                county.accept(&id).await;
                county.answer(&id, "陪同报警").await;
                let note = county.sealed_note(&id, "邻居知情").await;
                county.post(&format!("/consultations/{id}/notes"), note).await;
            }
            assert_eq!(
                signed_in(&office, "city").await.act(&id, "withdraw", json!({})).await.status,
                StatusCode::NOT_FOUND
            );
            let done = county.act(&id, "withdraw", json!({})).await;
            assert_eq!(
                (done.status, &done.json()["state"]),
                (StatusCode::OK, &json!("withdrawn")),
                "{}",
                done.text
            );
            assert_eq!(county.act(&id, "withdraw", json!({})).await.status, StatusCode::NOT_FOUND);
            nothing_of(&office.app.store, &id).await;
            let line = county.get("/audit").await.json()["lines"][0].clone();
            assert_eq!((&line["act"], &line["actor"]), (&json!("withdraw"), &json!("county 的成员")));
        }
        assert_eq!(county.queue().await, [online], "the letter is where it was");
    }
}

#[tokio::test]
async fn what_is_not_whole_is_not_registered() {
    for office in counties().await {
        let county = signed_in(&office, "county").await;
        let (id, good) = visit(&office, "county").await;
        for (field, value, pointer) in [
            ("channel", json!("online"), "/channel"),
            ("channel", json!("fax"), "/channel"),
            ("topic", json!("nothing"), "/topic"),
            ("region", json!("110000"), "/region"),
            ("id", json!("short"), "/id"),
            ("keys", json!([good["keys"][0]]), "/keys"),
            ("request_key", json!("short"), "/request_key"),
            ("name", json!("王"), "/name"),
        ] {
            let mut bad = good.clone();
            bad[field] = value;
            let refused = county.post("/consultations", bad).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{field}: {}", refused.text);
            assert_eq!(refused.json()["errors"][0]["pointer"], pointer);
        }
        // Sealed for another desk, it is not for this one.
        let (_, elsewhere) = visit(&office, "city").await;
        assert_eq!(county.post("/consultations", elsewhere).await.status, StatusCode::BAD_REQUEST);
        assert!(county.queue().await.is_empty());
        assert_eq!(county.post("/consultations", good.clone()).await.status, StatusCode::CREATED);
        let (_, mut other) = visit(&office, "county").await;
        other["id"] = json!(id.to_string());
        let taken = county.post("/consultations", other).await;
        assert_eq!(
            (taken.status, detail(&taken).as_str()),
            (StatusCode::CONFLICT, "这个编号已经有了，请重新登记")
        );
        assert_eq!(county.queue().await.len(), 1);
    }
}
