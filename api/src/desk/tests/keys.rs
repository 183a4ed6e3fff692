//! Who comes to a desk, and who is what there, with members' browsers played here.
//!
//! Beside the way as it should be: one who would like to be more, somebody who has found a code, what is sent again.

use serde_json::Value;

use super::hands::{Hand, acceptance, county_of_wang, created, joined, take};
use super::*;
use crate::desk::code::InvitationCode;
use crate::desk::keys::{ShareOf, browser};
use crate::desk::role::Role;
use crate::desk::testing::bytes;
use crate::dice::SystemDice;
use crate::sealing::binding::labelled;
use crate::store::desk::Inviting;
use crate::store::testing::each;

#[tokio::test]
async fn a_desk_without_a_key_takes_no_letters_until_its_first_head_has_made_one() {
    for fresh in each().await {
        let (office, code) = created(fresh).await;
        assert_eq!(office.get("/api/v1/desks/county/key").await.status, StatusCode::NOT_FOUND);
        letter(&office).await;
        let city = AtDesk::sign_in(&office, "city 的成员", PASSPHRASE).await;
        assert_eq!(city.queue().await.len(), 1, "the next desk above answers meanwhile");
        let desks = city.get("/desks").await.json();
        assert_eq!(desks["desks"].as_array().unwrap().len(), 1);

        let opened =
            call(&office, Method::POST, "/invitations/open", ("", Some(json!({ "code": code.text() }))))
                .await
                .json();
        assert_eq!(
            (&opened["founds"], &opened["role"], &opened["desk"]),
            (&json!(true), &json!("head"), &json!("county"))
        );
        assert_eq!(opened["member"], code.member());
        assert_eq!(take(&office, &acceptance(&code, "王芳", false).0).await.status, StatusCode::CONFLICT);
        let (body, _) = acceptance(&code, "王芳", true);
        for _ in 0..2 {
            assert_eq!(take(&office, &body).await.status, StatusCode::CREATED, "sent again, it is the same");
        }
        let rows = office.app.store.everything().await;
        assert!(!rows.contains(&code.text().to_lowercase()), "the code is not stored");
        letter(&office).await;
        let head = AtDesk::sign_in(&office, "王芳", PASSPHRASE).await;
        let id = head.queue().await.remove(0);
        assert_eq!(head.read(&id).await[0].text, "他打我");
        assert!(office.app.store.verify_audit("county").await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn who_waits_can_do_nothing_until_a_head_has_let_them_in() {
    for fresh in each().await {
        let (office, _) = county_of_wang(fresh).await;
        letter(&office).await;
        let head = Hand::sign_in(&office, "王芳").await;
        let code = head.invite("member").await;
        assert_eq!(take(&office, &acceptance(&code, "李梅", false).0).await.status, StatusCode::CREATED);
        let waiting = Hand::sign_in(&office, "李梅").await;
        assert_eq!((&waiting.me["admitted"], waiting.keys.len()), (&json!(false), 0));
        for path in ["/consultations", "/desks", "/reseal", "/members", "/audit", "/below"] {
            let reply = waiting.get(path).await;
            assert_eq!(
                (reply.status, reply.json()["type"].clone()),
                (StatusCode::FORBIDDEN, json!("/problems/not-admitted")),
                "{path}"
            );
        }
        let id = waiting.id().to_owned();
        let refused = waiting.post(&format!("/members/{id}/admit"), json!({ "shares": [] })).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "nobody lets themselves in");
        let missing = head.post(&format!("/members/{id}/admit"), json!({ "shares": [] })).await;
        assert_eq!(missing.status, StatusCode::BAD_REQUEST, "without every key nobody is let in");
        for _ in 0..2 {
            assert_eq!(head.admit(&id).await.status, StatusCode::NO_CONTENT);
        }
        let member = AtDesk::sign_in(&office, "李梅", PASSPHRASE).await;
        let id = member.queue().await.remove(0);
        assert_eq!(member.read(&id).await[0].text, "他打我");
    }
}

#[tokio::test]
async fn an_invitation_is_for_one_for_three_days_and_until_it_is_taken_back() {
    for fresh in each().await {
        let (office, _) = county_of_wang(fresh).await;
        let head = Hand::sign_in(&office, "王芳").await;
        let code = head.invite("member").await;
        let (one, other) = (acceptance(&code, "李梅", false).0, acceptance(&code, "赵六", false).0);
        let (one, other) = tokio::join!(take(&office, &one), take(&office, &other));
        let mut both = [one.status, other.status];
        both.sort();
        assert_eq!(both, [StatusCode::CREATED, StatusCode::NOT_FOUND], "of two who found it, one");
        let open = async |code: &str| {
            call(&office, Method::POST, "/invitations/open", ("", Some(json!({ "code": code })))).await
        };
        let used = open(&code.text()).await;
        let back = head.invite("member").await;
        let id = crate::sealing::binding::hex(&back.hash());
        let revoked =
            call(&office, Method::DELETE, &format!("/invitations/{id}"), (&head.cookie, None)).await;
        assert_eq!(revoked.status, StatusCode::NO_CONTENT);
        let taken = head.invite("member").await;
        let name = acceptance(&taken, "王芳", false).0;
        assert_eq!(take(&office, &name).await.json()["errors"][0]["pointer"], "/name");
        office.clock.advance(SignedDuration::from_hours(72));
        for worthless in [back.text(), taken.text(), InvitationCode::draw(&SystemDice).text(), "x".to_owned()]
        {
            let reply = open(&worthless).await;
            assert_eq!((reply.status, &reply.text), (StatusCode::NOT_FOUND, &used.text), "{worthless}");
        }
        assert_eq!(take(&office, &acceptance(&taken, "周七", false).0).await.status, StatusCode::NOT_FOUND);
        office.app.store.forget_invitations(office.app.clock.hour()).await.unwrap();
        assert!(!office.app.store.is_invitation(&taken.hash()).await.unwrap());
    }
}

#[tokio::test]
async fn there_is_always_a_head_and_who_ceases_to_read_costs_a_key() {
    for fresh in each().await {
        let (office, _) = county_of_wang(fresh).await;
        let wang = Hand::sign_in(&office, "王芳").await;
        let role =
            async |by: &Hand<'_>, id: &str, body: Value| by.post(&format!("/members/{id}/role"), body).await;
        for to in ["member", "auditor"] {
            assert_eq!(role(&wang, wang.id(), json!({ "role": to })).await.status, StatusCode::CONFLICT);
        }
        let li = joined(&office, &wang, "李梅", "auditor").await;
        assert!(li.keys.is_empty(), "who reads nothing holds nothing");
        let bare = role(&wang, li.id(), json!({ "role": "head" })).await;
        assert_eq!(bare.status, StatusCode::BAD_REQUEST, "{}", bare.text);
        let shares = wang.shares_for(li.id(), "head").await;
        let made = role(&wang, li.id(), json!({ "role": "head", "shares": shares })).await;
        assert_eq!(made.status, StatusCode::NO_CONTENT, "{}", made.text);
        let li = Hand::sign_in(&office, "李梅").await;
        assert_eq!(li.keys.len(), 1);
        assert_eq!(role(&wang, wang.id(), json!({ "role": "auditor" })).await.status, StatusCode::CONFLICT);
        let rotation = li.rotation(wang.id()).await;
        assert_eq!(role(&li, wang.id(), json!({ "role": "auditor" })).await.status, StatusCode::CONFLICT);
        let put = role(&li, wang.id(), json!({ "role": "auditor", "rotation": rotation })).await;
        assert_eq!(put.status, StatusCode::NO_CONTENT, "{}", put.text);
        assert_eq!(wang.get("/members").await.status, StatusCode::FORBIDDEN);
        assert!(wang.get("/me").await.json()["desk_keys"].as_array().unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_paper_lets_somebody_in_where_nobody_else_can_and_nothing_else_does() {
    for fresh in each().await {
        let (office, paper) = county_of_wang(fresh).await;
        letter(&office).await;
        let code = InvitationCode::draw(&SystemDice);
        let invitation = Inviting { hash: code.hash(), role: Role::Member, name: None };
        let hour = office.app.clock.hour();
        office.app.store.invite_by_operator("county", invitation, hour).await.unwrap();
        assert_eq!(take(&office, &acceptance(&code, "李梅", false).0).await.status, StatusCode::CREATED);
        let li = Hand::sign_in(&office, "李梅").await;
        let shown = li.get("/recovery").await.json();
        let (own, own_public) = (&li.private, li.private.public());
        let info = labelled(
            "nuanzhan/recovery-proof/1",
            &[b"county\0".as_slice(), li.id().as_bytes(), &[0]].concat(),
        );
        assert!(own.open(&info, &bytes(&shown["challenge"])).is_err());
        let proof = paper.pair().0.open(&info, &bytes(&shown["challenge"])).unwrap();
        let of = ShareOf { desk: "county", generation: 1, holder: li.id() };
        let desk = browser::from_paper(&paper, &of, &bytes(&shown["shares"][0]["sealed_key"]));
        let body = |proof: &[u8]| {
            json!({
                "proof": BASE64_STANDARD.encode(proof),
                "shares": [{ "generation": 1, "sealed_key": browser::share(&desk, &of, &own_public) }],
            })
        };
        for wrong in [&[0_u8; 32][..], b""] {
            let reply = li.post("/recovery", body(wrong)).await;
            assert_eq!(reply.json()["type"], "/problems/not-confirmed", "{}", reply.text);
        }
        office.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(li.post("/recovery", body(&proof)).await.status, StatusCode::NO_CONTENT);
        assert_eq!(li.post("/recovery", body(&proof)).await.status, StatusCode::CONFLICT);
        let member = AtDesk::sign_in(&office, "李梅", PASSPHRASE).await;
        let id = member.queue().await.remove(0);
        assert_eq!(member.read(&id).await[0].text, "他打我");
        let wang = Hand::sign_in(&office, "王芳").await;
        assert_eq!(wang.get("/audit").await.json()["lines"][1]["act"], "recover_keys");
    }
}
