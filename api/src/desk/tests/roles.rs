//! Who may do what: every desk address for everybody there is, in one table. An address that is not in it fails the test.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::acts::climb;
use super::*;
use crate::desk::role::Role;
use crate::desk::testing::new_key;
use crate::store::testing::{admit_member, new_desk};

/// What comes of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comes {
    /// It is done, or refused for a reason that only who may do it at all is told.
    Open,
    /// 403: not in this role.
    NotForRole,
    /// 404: nothing there, for this one.
    Nothing,
    /// 401: nobody is signed in.
    SignedOut,
}
use Comes::{NotForRole, Nothing, Open, SignedOut};

/// A member and the head of the county, its supervisor, its auditor, the head of another desk, somebody who is not signed in.
const WHO: [&str; 6] = ["member", "head", "supervisor", "auditor", "elsewhere", "nobody"];

/// What works on one consultation of the county.
const ON_ITS_OWN: [Comes; 6] = [Open, Open, NotForRole, NotForRole, Nothing, SignedOut];
/// What works on letters in general.
const WORK: [Comes; 6] = [Open, Open, NotForRole, NotForRole, Open, SignedOut];
/// What supervisors look at.
const BELOW: [Comes; 6] = [NotForRole, NotForRole, Open, NotForRole, NotForRole, SignedOut];
/// What supervisors and auditors look at below.
const CHAIN_BELOW: [Comes; 6] = [NotForRole, NotForRole, Open, Open, NotForRole, SignedOut];
/// What is looked at over the desk's shoulder.
const AUDIT: [Comes; 6] = [NotForRole, Open, Open, Open, Open, SignedOut];
/// What is everybody's who is signed in.
const ALL: [Comes; 6] = [Open, Open, Open, Open, Open, SignedOut];

/// Signing in and out is before every role.
const BEFORE: [&str; 5] =
    ["/sessions/parameters", "/sessions", "/sessions/current", "/invitations/open", "/invitations/accept"];
/// What heads do in general, and with a member of their desk.
const HEAD: [Comes; 6] = [NotForRole, Open, NotForRole, NotForRole, Open, SignedOut];
const ON_A_MEMBER: [Comes; 6] = [NotForRole, Open, NotForRole, NotForRole, Nothing, SignedOut];

type Row = (Method, &'static str, Value, [Comes; 6]);

/// What is done with consultations.
fn work() -> Vec<Row> {
    let sealed = json!({ "content": BASE64_STANDARD.encode([0; 1052]), "keys": [], "position": 90 });
    let with = |more: Value| {
        let mut body = sealed.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let visit = json!({ "id": "0123456789abcdef0123456789abcdef", "channel": "call", "content": sealed["content"], "keys": [] });
    let transfer = json!({ "to": "far", "reason": "asked", "letters": 90, "notes": 0, "keys": [] });
    let get = |path, comes| (Method::GET, path, Value::Null, comes);
    let post = |path, body, comes| (Method::POST, path, body, comes);
    vec![
        get("/me", ALL),
        get("/words", ALL),
        get("/events", WORK),
        get("/desks", WORK),
        get("/consultations", WORK),
        post("/consultations", visit, WORK),
        get("/consultations/{id}", ON_ITS_OWN),
        post("/consultations/{id}/accept", json!({}), ON_ITS_OWN),
        post("/consultations/{id}/step-in", json!({}), ON_ITS_OWN),
        post("/consultations/{id}/messages", with(json!({ "kind": "answer" })), ON_ITS_OWN),
        post("/consultations/{id}/notes", with(json!({})), ON_ITS_OWN),
        post("/consultations/{id}/marks", json!({ "mark": "mediation", "on": true }), ON_ITS_OWN),
        post("/consultations/{id}/handovers", json!({ "agency": "示例县法院" }), ON_ITS_OWN),
        post("/consultations/{id}/handovers/confirm", json!({ "number": 1 }), ON_ITS_OWN),
        post("/consultations/{id}/handovers/result", json!({ "number": 1, "result": "settled" }), ON_ITS_OWN),
        get("/consultations/{id}/transfer?to=far", ON_ITS_OWN),
        post("/consultations/{id}/transfer", transfer, ON_ITS_OWN),
        post("/consultations/{id}/extend", json!({ "reason": "court" }), ON_ITS_OWN),
        post("/consultations/{id}/close", json!({ "outcome": "advised" }), ON_ITS_OWN),
        post("/consultations/{id}/withdraw", json!({}), ON_ITS_OWN),
        post("/consultations/{id}/put-away", json!({}), ON_ITS_OWN),
        post("/consultations/{id}/follow-up", json!({ "helped": true }), ON_ITS_OWN),
        post("/consultations/{id}/digest", json!({}), ON_ITS_OWN),
    ]
}

/// Every address of the desk but those before every role.
fn table() -> Vec<Row> {
    let get = |path, comes| (Method::GET, path, Value::Null, comes);
    let post = |path, body, comes| (Method::POST, path, body, comes);
    let others = vec![
        get("/below", CHAIN_BELOW),
        get("/below/consultations?desk=town", BELOW),
        get("/below/events", BELOW),
        get("/audit", AUDIT),
        get("/audit?desk=town", CHAIN_BELOW),
        get("/figures", ALL),
        get("/figures/file?format=csv", ALL),
        get("/second-factor", ALL),
        post("/second-factor", json!({ "login": "", "secret": "", "code": "" }), ALL),
        post(
            "/passphrase",
            json!({ "login": "", "salt": "", "rounds": 1, "new_login": "", "wrapped_key": "" }),
            ALL,
        ),
        get("/recovery", ALL),
        post("/recovery", json!({ "proof": "", "shares": [] }), ALL),
        get("/reseal", WORK),
        post("/reseal", json!({ "generation": 9, "keys": [] }), WORK),
        get("/members", HEAD),
        post("/invitations", json!({ "hash": BASE64_STANDARD.encode([7; 32]), "role": "member" }), HEAD),
        (
            Method::DELETE,
            "/invitations/{id}",
            Value::Null,
            [NotForRole, Nothing, NotForRole, NotForRole, Nothing, SignedOut],
        ),
        post("/members/{id}/admit", json!({ "shares": [] }), ON_A_MEMBER),
        post("/members/{id}/role", json!({ "role": "auditor" }), ON_A_MEMBER),
        post("/members/{id}/remove", json!({}), ON_A_MEMBER),
        (Method::DELETE, "/members/{id}/second-factor", Value::Null, ON_A_MEMBER),
    ];
    work().into_iter().chain(others).collect()
}

/// Adds somebody in a role to the county, and signs them in; the cookie.
async fn somebody(office: &Office, role: Role) -> String {
    somebody_at(office, "county", role).await
}

/// The same at any desk.
pub(super) async fn somebody_at(office: &Office, desk: &str, role: Role) -> String {
    let mut new = new_desk(role.code(), None).member;
    // Several may be wanted, and each has a name of their own.
    let id = new_key();
    (new.joining.id, new.joining.name) = (id.clone(), id.clone());
    admit_member(&office.app.store, (desk, 1), new, role).await;
    cookie(office, &id).await
}

async fn cookie(office: &Office, name: &str) -> String {
    let (reply, ..) = sign_in(office, name, PASSPHRASE).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.text);
    reply.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn every_address_is_for_the_roles_of_the_table_and_no_other() {
    for office in counties().await {
        founded(&office.app.store, "town", Some("county")).await;
        founded(&office.app.store, "far", None).await;
        letter(&office).await;
        // A stream would never be done: where the service is about to stop there is none, for whoever may listen.
        office.app.store.bell().end();
        let mut cookies = Vec::new();
        for role in [Role::Member, Role::Head, Role::Supervisor, Role::Auditor] {
            cookies.push(somebody(&office, role).await);
        }
        cookies.push(cookie(&office, "far 的成员").await);
        cookies.push(String::new());
        let queue = call(&office, Method::GET, "/consultations", (&cookies[0], None)).await.json();
        let id = queue["items"][0]["id"].as_str().unwrap().to_owned();
        for (method, path, body, expected) in table() {
            for ((who, cookie), expected) in WHO.iter().zip(&cookies).zip(expected) {
                let mut body = Some(body.clone()).filter(|body| !body.is_null());
                let is_work = path.starts_with("/consultations");
                if let Some(body) = body.as_mut().filter(|_| is_work) {
                    body["request_key"] = json!(new_key());
                }
                let id = if is_work { &id } else { "member-of-county" };
                let reply = call(&office, method.clone(), &path.replace("{id}", id), (cookie, body)).await;
                let came = match reply.status {
                    StatusCode::UNAUTHORIZED => SignedOut,
                    StatusCode::FORBIDDEN => NotForRole,
                    StatusCode::NOT_FOUND => Nothing,
                    _ => Open,
                };
                assert_eq!(came, expected, "{method} {path} for {who}: {}", reply.text);
                assert_ne!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{method} {path} for {who}");
                if came == NotForRole {
                    assert_eq!(reply.json()["type"], "/problems/not-for-role");
                }
            }
        }
    }
}

/// Nobody adds an address and forgets to say whose it is.
#[test]
fn every_address_of_the_desk_is_in_the_table() {
    let document: Value = serde_json::from_str(&crate::routes::document()).unwrap();
    let mut there = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/api/v1/desk") else { continue };
        let ours = path.starts_with('/') && !BEFORE.contains(&path);
        let methods = item.as_object().unwrap().keys().filter(|_| ours);
        there.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let known =
        table().into_iter().map(|(method, path, ..)| format!("{method} {}", path.split('?').next().unwrap()));
    assert_eq!(there, known.collect::<BTreeSet<_>>());
}

#[tokio::test]
async fn who_opens_no_letter_gets_no_key_of_the_desk() {
    for office in counties().await {
        for (role, keys) in [(Role::Member, 1), (Role::Head, 1), (Role::Supervisor, 0), (Role::Auditor, 0)] {
            let cookie = somebody(&office, role).await;
            let me = call(&office, Method::GET, "/me", (&cookie, None)).await.json();
            assert_eq!(me["desk_keys"].as_array().unwrap().len(), keys, "{role:?}");
            assert_eq!(me["role"], role.code());
        }
    }
}

#[tokio::test]
async fn a_supervisor_sees_the_queues_below_in_the_clear_and_no_others() {
    for office in counties().await {
        founded(&office.app.store, "province", None).await;
        for (desk, above) in [("town", "county"), ("village", "town")] {
            founded(&office.app.store, desk, Some(above)).await;
        }
        letter(&office).await;
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        let id = member.queue().await.remove(0);
        member.accept(&id).await;
        climb(&office, &id).await;
        let new = new_desk("watching", None).member;
        admit_member(&office.app.store, ("city", 1), new, Role::Supervisor).await;
        let cookie = cookie(&office, "watching 的成员").await;
        let get = async |path: &str| call(&office, Method::GET, path, (&cookie, None)).await;
        let below = get("/below").await.json();
        let below = below["desks"].as_array().unwrap().iter().map(|desk| desk["id"].as_str().unwrap());
        assert_eq!(below.collect::<BTreeSet<_>>(), BTreeSet::from(["county", "town", "village"]));
        let queue = get("/below/consultations?desk=county&state=accepted").await.json();
        let item = &queue["items"][0];
        assert_eq!((&item["id"], &item["first_responder"]), (&json!(id), &json!("county 的成员")));
        assert_eq!((&item["mine"], &item["escalated_to"]), (&json!(false), &json!("city")));
        assert!(get("/below/consultations?desk=town").await.json()["items"].as_array().unwrap().is_empty());
        for desk in ["city", "province", "nowhere", "x%00"] {
            let refused = get(&format!("/below/consultations?desk={desk}")).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{desk}");
        }
        assert_eq!(get("/below/consultations").await.status, StatusCode::BAD_REQUEST);
        assert_eq!(get(&format!("/consultations/{id}")).await.status, StatusCode::FORBIDDEN);
        assert_eq!(get("/consultations?shelf=climbed").await.status, StatusCode::FORBIDDEN);
    }
}
