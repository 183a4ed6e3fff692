//! Who goes: what they can't open any more, and what a next key must be.

use super::hands::{Hand, acceptance, county_of_wang, joined, place_of, take};
use super::*;
use crate::desk::testing::{bytes, new_key};
use crate::sealing::suite::PrivateKey;
use crate::store::testing::each;

/// A county with 王芳, who founded it and is removed below, 李梅, its other head, and 周七, a member.
async fn three(office: &Office) -> [Hand<'_>; 3] {
    letter(office).await;
    let wang = Hand::sign_in(office, "王芳").await;
    let li = joined(office, &wang, "李梅", "head").await;
    let zhou = joined(office, &wang, "周七", "member").await;
    [wang, li, zhou]
}

#[tokio::test]
async fn who_is_removed_is_out_at_once_with_all_they_have_prepared() {
    for fresh in each().await {
        let (office, _) = county_of_wang(fresh).await;
        let [wang, li, _] = three(&office).await;
        let spare = wang.invite("head").await;
        let brought = wang.invite("member").await;
        assert_eq!(take(&office, &acceptance(&brought, "影子", false).0).await.status, StatusCode::CREATED);
        let shadow = Hand::sign_in(&office, "影子").await;
        for _ in 0..2 {
            let removed = li.remove(wang.id()).await;
            assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.text);
        }
        assert_eq!(wang.get("/me").await.status, StatusCode::UNAUTHORIZED, "dead at once");
        assert_eq!(
            shadow.get("/me").await.status,
            StatusCode::UNAUTHORIZED,
            "who came with her and waited goes too"
        );
        assert_eq!(sign_in(&office, "王芳", PASSPHRASE).await.0.status, StatusCode::UNAUTHORIZED);
        assert_eq!(take(&office, &acceptance(&spare, "后门", false).0).await.status, StatusCode::NOT_FOUND);
        assert!(office.app.store.verify_audit("county").await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn who_is_removed_opens_nothing_new_and_after_resealing_nothing_old_either() {
    for fresh in each().await {
        let (office, _) = county_of_wang(fresh).await;
        let [wang, li, _] = three(&office).await;
        let at_desk = AtDesk::sign_in(&office, "周七", PASSPHRASE).await;
        let id = at_desk.queue().await.remove(0);
        at_desk.accept(&id).await;
        let late = at_desk.sealed(&id, "封给旧钥匙的答复").await;
        let note = at_desk.sealed_note(&id, "记录").await;
        at_desk.post(&format!("/consultations/{id}/notes"), note).await;
        assert_eq!(li.remove(wang.id()).await.status, StatusCode::NO_CONTENT);
        let refused = at_desk.post(&format!("/consultations/{id}/messages"), late).await;
        assert_eq!(
            refused.json()["errors"][0]["pointer"],
            "/keys",
            "sealed to what was replaced: {}",
            refused.text
        );

        letter(&office).await;
        let zhou = Hand::sign_in(&office, "周七").await;
        assert_eq!(zhou.keys.keys().copied().collect::<Vec<_>>(), [1, 2]);
        let moved = zhou.resealed().await;
        assert_eq!(moved["keys"].as_array().unwrap().len(), 2, "one letter, one note");
        let (one, other) =
            tokio::join!(zhou.post("/reseal", moved.clone()), zhou.post("/reseal", moved.clone()));
        assert_eq!(
            (&one.json()["left"], &other.json()["left"]),
            (&json!(0), &json!(0)),
            "two at once do no harm"
        );
        let old = zhou.get("/reseal").await.json();
        assert_eq!((&old["older"], &old["left"]), (&json!([]), &json!(0)), "no copy of the old key is left");
        assert_eq!(Hand::sign_in(&office, "周七").await.keys.len(), 1);
        let member = AtDesk::sign_in(&office, "周七", PASSPHRASE).await;
        assert_eq!(member.read(&id).await[0].text, "他打我");
        assert_eq!(member.notes(&id).await[0].text, "记录");
        nothing_opens(&wang.keys[&1], &member).await;
        everything_is_in_the_chain(&office, &li).await;
    }
}

/// Whatever is in the queue, a key that was replaced opens none of it.
async fn nothing_opens(key: &PrivateKey, member: &AtDesk<'_>) {
    let queue = member.queue().await;
    assert_eq!(queue.len(), 2);
    for id in queue {
        let thread = member.get(&format!("/consultations/{id}")).await.json();
        for message in thread["messages"].as_array().unwrap() {
            let place = place_of(&json!({
                "thread": id, "purpose": "letter", "position": message["position"], "sender": message["sender"],
            }));
            assert!(key.open(&place.key_info(), &bytes(&message["key"])).is_err());
        }
    }
}

async fn everything_is_in_the_chain(office: &Office, head: &Hand<'_>) {
    assert!(office.app.store.verify_audit("county").await.unwrap().is_ok());
    let lines = head.get("/audit").await.json();
    let acts: Vec<&str> =
        lines["lines"].as_array().unwrap().iter().map(|line| line["act"].as_str().unwrap()).collect();
    for act in [
        "remove_member",
        "rotate_key",
        "reseal",
        "retire_keys",
        "join",
        "admit_member",
        "found_desk",
        "invite",
    ] {
        assert!(acts.contains(&act), "{act}: {acts:?}");
    }
}

/// Whoever leaves hands nothing over: a colleague takes on what was theirs. She reads that somebody else goes on, and no name.
#[tokio::test]
async fn what_somebody_leaves_behind_a_colleague_takes_on() {
    for fresh in each().await {
        let (office, _) = county_of_wang(fresh).await;
        let receipt = letter(&office).await;
        let wang = Hand::sign_in(&office, "王芳").await;
        let li = joined(&office, &wang, "李梅", "head").await;
        joined(&office, &wang, "周七", "member").await;
        let leaving = AtDesk::sign_in(&office, "王芳", PASSPHRASE).await;
        let id = leaving.queue().await.remove(0);
        let path = format!("/consultations/{id}/step-in");
        let early = leaving.act(&id, "step-in", json!({})).await;
        assert_eq!(early.status, StatusCode::CONFLICT, "nobody has it yet: {}", early.text);
        assert!(early.text.contains("请先受理"), "{}", early.text);
        leaving.accept(&id).await;
        assert_eq!(li.remove(wang.id()).await.status, StatusCode::NO_CONTENT);

        let zhou = AtDesk::sign_in(&office, "周七", PASSPHRASE).await;
        let item = async || zhou.get("/consultations").await.json()["items"][0].clone();
        let before = item().await;
        assert_eq!((&before["first_responder"], &before["responder_left"]), (&json!("王芳"), &json!(true)));
        let wish = json!({ "request_key": new_key() });
        for wish in [wish.clone(), wish, json!({ "request_key": new_key() })] {
            let done = zhou.post(&path, wish).await;
            assert_eq!((done.status, &done.json()["state"]), (StatusCode::OK, &json!("accepted")));
        }
        let after = item().await;
        assert_eq!((&after["first_responder"], &after["responder_left"]), (&json!("周七"), &json!(false)));
        assert_eq!((&after["mine"], &after["due"]), (&json!(true), &before["due"]), "no deadline moves");

        let lines = li.get("/audit").await.json();
        let taken = lines["lines"].as_array().unwrap().iter().filter(|line| line["act"] == "step_in");
        let taken: Vec<_> = taken.map(|line| (&line["actor"], &line["act_text"])).collect();
        assert_eq!(taken, [(&json!("周七"), &json!("接办"))], "once, and by whom");
        let thread = zhou.get(&format!("/consultations/{id}")).await.json();
        assert_eq!(thread["history"].as_array().unwrap().last().unwrap()["text"], "换了人接办。");
        let hers = office.post("/ask/reply/", &[("receipt", &receipt)]).await.text;
        assert!(
            hers.contains("换了一位工作人员接着办") && !hers.contains("周七") && !hers.contains("王芳"),
            "{hers}"
        );
        let again = Hand::sign_in(&office, "李梅")
            .await
            .post(&format!("/consultations/{id}/accept"), json!({ "request_key": new_key() }))
            .await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(
            again.text.contains("周七 已经受理了。可以一起看、一起答复，也可以由你接办"),
            "{}",
            again.text
        );
    }
}

/// What a browser that is interrupted leaves is done by the next; what is gone meanwhile does not come back.
#[tokio::test]
async fn resealing_goes_on_where_it_stopped_and_brings_nothing_back() {
    for fresh in each().await {
        let (office, _) = county_of_wang(fresh).await;
        let [wang, li, zhou] = three(&office).await;
        for _ in 0..2 {
            letter(&office).await;
        }
        assert_eq!(li.remove(wang.id()).await.status, StatusCode::NO_CONTENT);
        let zhou = Hand { cookie: zhou.cookie, ..Hand::sign_in(&office, "周七").await };
        let moved = zhou.resealed().await;
        let part = |from: usize, to: usize| json!({ "generation": 2, "keys": moved["keys"].as_array().unwrap()[from..to] });
        assert_eq!(zhou.post("/reseal", part(0, 1)).await.json()["left"], 2);
        assert_eq!(Hand::sign_in(&office, "周七").await.keys.len(), 2, "the old key is still needed");
        assert_eq!(
            zhou.post("/reseal", json!({ "generation": 1, "keys": [] })).await.status,
            StatusCode::CONFLICT
        );
        let gone = moved["keys"][1]["thread"].as_str().unwrap();
        office.app.store.tamper(&format!("DELETE FROM thread WHERE id = '{gone}'")).await;
        assert_eq!(zhou.post("/reseal", part(0, 3)).await.json()["left"], 0);
        let rows = office.app.store.everything().await;
        assert!(!rows.contains(gone) && rows.matches("message_key: ").count() > 0);
        assert_eq!(wang.post("/reseal", part(0, 1)).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_next_key_that_leaves_somebody_out_or_is_not_next_changes_nothing() {
    for fresh in each().await {
        let (office, _) = county_of_wang(fresh).await;
        letter(&office).await;
        let wang = Hand::sign_in(&office, "王芳").await;
        let li = joined(&office, &wang, "李梅", "member").await;
        let zhou = joined(&office, &wang, "周七", "member").await;
        let path = format!("/members/{}/remove", zhou.id());
        let good = wang.rotation(zhou.id()).await;
        let before = office.app.store.everything().await;
        let mut bad = Vec::new();
        for (pointer, value) in [
            ("/generation", json!(1)),
            ("/generation", json!(3)),
            ("/shares", json!([])),
            ("/shares/0/member", json!(zhou.id())),
            ("/shares/0/member", json!("recovery")),
            ("/shares/0/sealed_key", json!("AAAA")),
            ("/public_key", json!(BASE64_STANDARD.encode(wang.keys[&1].public().to_bytes()))),
            ("/public_key", json!("AAAA")),
        ] {
            let mut rotation = good.clone();
            *rotation.pointer_mut(pointer).unwrap() = value;
            bad.push(json!({ "rotation": rotation }));
        }
        let mut everybody = good.clone();
        let twice = everybody["shares"][0].clone();
        everybody["shares"].as_array_mut().unwrap().push(twice);
        bad.extend([json!({ "rotation": everybody }), json!({})]);
        for body in bad {
            let reply = wang.post(&path, body.clone()).await;
            assert!(
                reply.status == StatusCode::BAD_REQUEST || reply.status == StatusCode::CONFLICT,
                "{} {body}",
                reply.text
            );
            assert_eq!(office.app.store.everything().await, before, "{body}");
        }
        let own = wang.remove(wang.id()).await;
        assert_eq!(own.status, StatusCode::CONFLICT, "the next key is made by who stays: {}", own.text);
        assert_eq!(li.post(&path, json!({ "rotation": good })).await.status, StatusCode::FORBIDDEN);
        assert_eq!(wang.post(&path, json!({ "rotation": good })).await.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn of_two_heads_who_remove_each_other_one_stays() {
    for fresh in each().await {
        let (office, _) = county_of_wang(fresh).await;
        let wang = Hand::sign_in(&office, "王芳").await;
        let li = joined(&office, &wang, "李梅", "head").await;
        let (first, second) = (wang.rotation(li.id()).await, li.rotation(wang.id()).await);
        let (one, other) = tokio::join!(wang.remove_with(li.id(), first), li.remove_with(wang.id(), second));
        let done = [&one, &other].iter().filter(|reply| reply.status == StatusCode::NO_CONTENT).count();
        assert_eq!(done, 1, "{} {}", one.text, other.text);
        assert!(office.app.store.verify_audit("county").await.unwrap().is_ok());
    }
}
