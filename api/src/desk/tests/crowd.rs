//! Many who want to sign in: they slow down the name they try and each other, and keep out neither askers nor members.

use std::cell::Cell;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::{counties, letter};
use crate::consultations::testing::Office;
use crate::consultations::work::WorkIn;
use crate::desk::testing::{AtDesk, bytes, call, cookie_of, login_of, sign_in};
use crate::store::testing::{PASSPHRASE, each, founded};

const COUNTY: &str = "county 的成员";

#[tokio::test]
async fn many_failures_slow_down_a_name_and_do_not_lock_it() {
    let pause = Duration::from_millis(300);
    for fresh in each().await {
        let office = Office::open_with(fresh, |settings| settings.pause = pause).await;
        founded(&office.app.store, "county", None).await;
        let failing = async || {
            let began = Instant::now();
            let (reply, ..) = sign_in(&office, COUNTY, "wrong").await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
            began.elapsed()
        };
        let mut quick = Duration::MAX;
        for _ in 0..5 {
            quick = quick.min(failing().await);
        }
        assert!(quick < pause, "the first ones do not wait: {quick:?}");
        for _ in 0..2 {
            assert!(failing().await >= pause);
        }
        let began = Instant::now();
        AtDesk::sign_in(&office, COUNTY, PASSPHRASE).await;
        assert!(began.elapsed() >= pause, "whoever knows the passphrase waits as well, and gets in");
    }
}

/// Does something while sign-ins of made-up names come without end, once they are more than are looked at.
async fn beside_a_flood<T>(office: &Office, act: impl Future<Output = T>) -> T {
    let turned_away = Cell::new(0);
    let mut flood: Vec<_> = (0..40).map(|number| Box::pin(nobody(office, number, &turned_away))).collect();
    let flood = std::future::poll_fn(|cx| {
        for one in &mut flood {
            assert!(one.as_mut().poll(cx).is_pending(), "it has no end");
        }
        Poll::<T>::Pending
    });
    let act = async {
        while turned_away.get() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        act.await
    };
    tokio::select! {
        done = flood => done,
        done = act => done,
    }
}

async fn nobody(office: &Office, number: usize, turned_away: &Cell<usize>) {
    let login = BASE64_STANDARD.encode([0; 32]);
    for turn in 0.. {
        let proof = json!({ "member": format!("nobody {number} {turn}"), "login": login });
        let reply = call(office, Method::POST, "/sessions", ("", Some(proof))).await;
        if reply.status == StatusCode::FORBIDDEN {
            turned_away.set(turned_away.get() + 1);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_flood_of_sign_ins_keeps_no_asker_out() {
    for office in counties().await {
        let receipt = letter(&office).await;
        let opened = beside_a_flood(&office, office.post("/ask/reply/", &[("receipt", &receipt)])).await;
        assert!(opened.text.contains("他打我"), "{}", opened.text);
    }
}

/// A challenge, solved as the desk's page does.
async fn sum(office: &Office) -> Value {
    let challenge = office.get("/api/v1/consultations/challenge").await;
    serde_json::to_value(WorkIn::solving(serde_json::from_str(&challenge.text).unwrap())).unwrap()
}

#[tokio::test]
async fn in_a_flood_of_sign_ins_whoever_has_done_a_sum_gets_in() {
    for office in counties().await {
        let asked = json!({ "member": COUNTY });
        let parameters = call(&office, Method::POST, "/sessions/parameters", ("", Some(asked))).await.json();
        let rounds = u32::try_from(parameters["rounds"].as_u64().unwrap()).unwrap();
        let login = login_of(PASSPHRASE, &bytes(&parameters["salt"]), rounds);
        let mut proof = json!({ "member": COUNTY, "login": login });
        let sign_in =
            async |proof: &Value| call(&office, Method::POST, "/sessions", ("", Some(proof.clone()))).await;
        let let_in = beside_a_flood(&office, async {
            let mut asked_for_work = false;
            for _ in 0..20 {
                let reply = sign_in(&proof).await;
                asked_for_work |=
                    reply.status == StatusCode::FORBIDDEN && reply.json()["type"] == "/problems/work-wanted";
            }
            assert!(asked_for_work, "in a crowd most are turned away");
            proof["work"] = sum(&office).await;
            sign_in(&proof).await
        })
        .await;
        let me = call(&office, Method::GET, "/me", (&cookie_of(&let_in), None)).await;
        assert_eq!(me.json()["name"], COUNTY);

        let again = sign_in(&proof).await;
        assert_eq!(again.json()["type"], "/problems/work-wanted", "a sum counts once: {}", again.text);
        proof["work"]["solution"]["derivedKey"] = json!("00");
        let wrong = sign_in(&proof).await;
        assert_eq!(wrong.json()["type"], "/problems/work-wanted", "{}", wrong.text);
        proof.as_object_mut().unwrap().remove("work");
        let quiet = sign_in(&proof).await;
        assert_eq!(
            quiet.status,
            StatusCode::NO_CONTENT,
            "on an ordinary day nobody asks for one: {}",
            quiet.text
        );
    }
}
