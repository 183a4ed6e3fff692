//! The desk's path over its JSON addresses.

mod acts;
mod chain;
mod clocks;
mod crowd;
mod digest;
mod events;
mod figures;
mod hands;
mod keys;
mod removal;
mod roles;
mod second_factor;
mod transfer;
mod walk_in;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::SignedDuration;
use serde_json::json;

use crate::consultations::testing::Office;
use crate::desk::testing::{AtDesk, call, sign_in};
use crate::store::testing::{PASSPHRASE, founded};

/// A county below a city over every kind of database.
async fn counties() -> Vec<Office> {
    let offices = Office::each().await;
    for office in &offices {
        founded(&office.app.store, "city", None).await;
        founded(&office.app.store, "county", Some("city")).await;
    }
    offices
}

async fn letter(office: &Office) -> String {
    let sent =
        office.post("/ask/", &[("text", "他打我"), ("region", "990121"), ("reach", "只在白天打")]).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    sent.receipt()
}

#[tokio::test]
async fn a_member_opens_a_letter_and_nobody_elses_desk_sees_it() {
    for office in counties().await {
        letter(&office).await;
        let county = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        let queue = county.queue().await;
        let read = county.read(&queue[0]).await;
        assert_eq!((read[0].text.as_str(), read[0].reach.as_deref()), ("他打我", Some("只在白天打")));

        let city = AtDesk::sign_in(&office, "city 的成员", PASSPHRASE).await;
        assert!(city.queue().await.is_empty());
        for reply in [city.get(&format!("/consultations/{}", queue[0])).await, city.accept(&queue[0]).await] {
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{}", reply.text);
        }
        assert_eq!(county.get("/consultations/nothing").await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn without_a_session_there_is_nothing() {
    for office in counties().await {
        let id = "00000000000000000000000000000000";
        let accept = format!("/consultations/{id}/accept");
        for (method, path, body) in [
            (Method::GET, "/me", None),
            (Method::GET, "/consultations", None),
            (Method::GET, &format!("/consultations/{id}"), None),
            (Method::POST, &accept, Some(json!({}))),
        ] {
            for cookie in ["", "desk=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
                let reply = call(&office, method.clone(), path, (cookie, body.clone())).await;
                assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{path}");
                assert_eq!(reply.json()["type"], "/problems/signed-out");
            }
        }
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_is_answered_like_any_other() {
    for office in counties().await {
        let (known, salt, _) = sign_in(&office, "county 的成员", "wrong").await;
        let (unknown, made_up, _) = sign_in(&office, "nobody", "wrong").await;
        assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
        assert_eq!(known.status, StatusCode::UNAUTHORIZED);
        assert_eq!(salt.len(), made_up.len());
        let (_, again, rounds) = sign_in(&office, "nobody", "wrong").await;
        assert_eq!((made_up, rounds), (again, 600_000));
        let (_, other, _) = sign_in(&office, "nobody else", "wrong").await;
        assert_ne!(other, salt);
    }
}

#[tokio::test]
async fn a_session_ends_with_signing_out_and_with_time() {
    for office in counties().await {
        let (reply, ..) = sign_in(&office, "county 的成员", PASSPHRASE).await;
        let cookie =
            reply.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let me = async || call(&office, Method::GET, "/me", (&cookie, None)).await.status;
        assert_eq!(me().await, StatusCode::OK);
        office.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(me().await, StatusCode::OK);
        office.clock.advance(SignedDuration::from_hours(2));
        assert_eq!(me().await, StatusCode::UNAUTHORIZED);

        let (reply, ..) = sign_in(&office, "county 的成员", PASSPHRASE).await;
        let cookie =
            reply.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let out = call(&office, Method::DELETE, "/sessions/current", (&cookie, None)).await;
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        assert!(out.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(call(&office, Method::GET, "/me", (&cookie, None)).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn what_another_sites_page_sends_changes_nothing() {
    for office in counties().await {
        letter(&office).await;
        let (reply, ..) = sign_in(&office, "county 的成员", PASSPHRASE).await;
        let cookie =
            reply.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        let id = &member.queue().await[0];
        let forged = async |origin: &str, kind: &str| {
            let request = Request::post(format!("/api/v1/desk/consultations/{id}/accept"))
                .header(header::HOST, "nuanzhan.example")
                .header(header::ORIGIN, origin)
                .header(header::COOKIE, &cookie)
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from(json!({ "request_key": "0123456789abcdef" }).to_string()));
            office.send(request.unwrap()).await.status
        };
        assert_eq!(forged("https://evil.example", "application/json").await, StatusCode::FORBIDDEN);
        assert_eq!(forged("http://nuanzhan.example", "text/plain").await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(member.get("/consultations").await.json()["items"][0]["state"], "received");
        assert_eq!(forged("http://nuanzhan.example", "application/json").await, StatusCode::OK);
    }
}

#[tokio::test]
async fn an_answer_must_be_for_everyone_who_reads_and_of_the_right_shape() {
    for office in counties().await {
        letter(&office).await;
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        let id = member.queue().await.remove(0);
        let path = format!("/consultations/{id}/messages");
        assert_eq!(member.answer(&id, "early").await.status, StatusCode::CONFLICT);
        assert_eq!(member.accept(&id).await.status, StatusCode::OK);

        let good = member.sealed(&id, "我们来帮你").await;
        assert_eq!(good["keys"].as_array().unwrap().len(), 3, "the desk, the one above, the asker");
        for (pointer, value, expected) in [
            ("/keys", json!([]), "/keys"),
            ("/keys/0/generation", json!(2), "/keys"),
            ("/keys/1/key", json!("AAAA"), "/keys/1/key"),
            ("/keys/2/reader", json!("somebody"), "/keys/2/reader"),
            ("/content", json!(BASE64_STANDARD.encode([0; 1000])), "/content"),
            ("/content", json!("不是"), "/content"),
            ("/request_key", json!("short"), "/request_key"),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            let reply = member.post(&path, bad).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{pointer}: {}", reply.text);
            assert_eq!(reply.json()["errors"][0]["pointer"], expected);
        }
        let mut late = good.clone();
        late["position"] = json!(3);
        assert_eq!(member.post(&path, late).await.status, StatusCode::CONFLICT);
        for _ in 0..2 {
            assert_eq!(member.post(&path, good.clone()).await.status, StatusCode::CREATED);
        }
        assert_eq!(member.read(&id).await.len(), 2);
    }
}

#[tokio::test]
async fn the_queue_shows_what_is_known_in_the_clear_and_no_more() {
    for office in counties().await {
        let fields = [("text", "他打我"), ("topic", "violence"), ("danger", "1"), ("region", "990121")];
        office.post("/ask/", &fields).await;
        office.clock.advance(SignedDuration::from_hours(3));
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        let id = member.queue().await.remove(0);
        member.accept(&id).await;
        let item = member.get("/consultations").await.json()["items"][0].clone();
        let expected = json!({
            "id": id, "desk": "county", "escalated_to": null, "channel": "online", "channel_text": "网上", "state": "accepted", "state_text": "已受理，正在办", "waits_for_desk": true, "danger": true, "child": false,
            "vulnerable": false, "mediation": false, "legal_aid": false, "psychological": false,
            "due": "2026-11-25T17:00:00+08:00", "due_stage": "answer", "due_stage_text": "首次答复", "overdue": false,
            "topic": "violence", "region": "990121", "received": "2026-11-21T15:00:00+08:00", "last": "2026-11-21T15:00:00+08:00",
            "waiting_hours": 3, "outcome_text": null, "helped": null,
            "put_away": false, "first_responder": "county 的成员", "responder_left": false, "mine": true,
        });
        assert_eq!(item, expected);
    }
}

#[tokio::test]
async fn a_queue_comes_in_pages_and_a_page_that_nobody_gave_is_refused() {
    for office in counties().await {
        for _ in 0..5 {
            letter(&office).await;
        }
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        let all = member.queue().await;
        assert_eq!(all.len(), 5);
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = member.get(&format!("/consultations?limit=2{cursor}")).await.json();
            let items = page["items"].as_array().unwrap();
            seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            assert_eq!(items.len(), 2);
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, all);
        for bad in ["cursor=1", "limit=0", "limit=101", "page=2"] {
            assert_eq!(
                member.get(&format!("/consultations?{bad}")).await.status,
                StatusCode::BAD_REQUEST,
                "{bad}"
            );
        }
    }
}
