//! Members at their browsers, who may wait to be let in, for the tests of keys.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::consultations::testing::Reply;
use crate::desk::code::InvitationCode;
use crate::desk::keys::{self, ShareOf, browser};
use crate::desk::paper::RecoveryKey;
use crate::desk::role::Role;
use crate::desk::testing::{bytes, cookie_of, number};
use crate::dice::SystemDice;
use crate::sealing::binding::{Binding, Purpose, Sender};
use crate::sealing::suite::{self, PrivateKey, PublicKey};
use crate::store::desk::{Desk, Inviting};
use crate::store::testing::{Fresh, ROUNDS};

/// A browser with somebody at it, who may wait to be let in.
pub(super) struct Hand<'a> {
    pub(super) office: &'a Office,
    pub(super) cookie: String,
    pub(super) me: Value,
    pub(super) private: PrivateKey,
    pub(super) keys: BTreeMap<u32, PrivateKey>,
}

impl<'a> Hand<'a> {
    pub(super) async fn sign_in(office: &'a Office, name: &str) -> Self {
        let (reply, salt, rounds) = sign_in(office, name, PASSPHRASE).await;
        let cookie = cookie_of(&reply);
        let me = call(office, Method::GET, "/me", (&cookie, None)).await.json();
        let id = me["id"].as_str().unwrap();
        let private = browser::member_key(&me, id, PASSPHRASE, (&salt, rounds));
        let keys = browser::desk_keys(&me, id, &private);
        Self { office, cookie, me, private, keys }
    }

    pub(super) fn id(&self) -> &str {
        self.me["id"].as_str().unwrap()
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        call(self.office, Method::GET, path, (&self.cookie, None)).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Reply {
        call(self.office, Method::POST, path, (&self.cookie, Some(body))).await
    }

    pub(super) async fn invite(&self, role: &str) -> InvitationCode {
        let code = InvitationCode::draw(&SystemDice);
        let body = json!({ "hash": BASE64_STANDARD.encode(code.hash()), "role": role });
        for _ in 0..2 {
            let reply = self.post("/invitations", body.clone()).await;
            assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
        }
        code
    }

    /// The desk's keys in use, for somebody.
    pub(super) async fn shares_for(&self, id: &str, role: &str) -> Value {
        let people = self.get("/members").await.json();
        let person = people["members"].as_array().unwrap().iter().find(|person| person["id"] == id).unwrap();
        let to = PublicKey::from_bytes(&bytes(&person["public_key"])).unwrap();
        let share = |generation: &Value| {
            let generation = number(generation);
            let of = ShareOf { desk: "county", generation, holder: id };
            let sealed_key = browser::share(&self.keys[&generation], &of, &to);
            json!({ "generation": generation, "sealed_key": sealed_key })
        };
        let works = matches!(role, "member" | "head");
        people["in_use"].as_array().unwrap().iter().filter(|_| works).map(share).collect()
    }

    pub(super) async fn admit(&self, id: &str) -> Reply {
        let people = self.get("/members").await.json();
        let person = people["members"].as_array().unwrap().iter().find(|person| person["id"] == id).unwrap();
        let shares = self.shares_for(id, person["role"].as_str().unwrap()).await;
        self.post(&format!("/members/{id}/admit"), json!({ "shares": shares })).await
    }

    /// The desk's next key, for everybody who holds one but `leaving`.
    pub(super) async fn rotation(&self, leaving: &str) -> Value {
        let people = self.get("/members").await.json();
        let generation = number(&people["generation"]) + 1;
        let (private, public_key) = PrivateKey::generate(&SystemDice);
        let share = |holder: &str, to: &Value| {
            let to = PublicKey::from_bytes(&bytes(to)).unwrap();
            browser::share(&private, &ShareOf { desk: "county", generation, holder }, &to)
        };
        let stay = people["members"].as_array().unwrap().iter().filter(|person| {
            let works = matches!(person["role"].as_str().unwrap(), "member" | "head");
            works && person["admitted"] == true && person["id"] != leaving
        });
        let shares = stay.map(|person| {
            let id = person["id"].as_str().unwrap();
            json!({ "member": id, "sealed_key": share(id, &person["public_key"]) })
        });
        json!({
            "generation": generation,
            "public_key": BASE64_STANDARD.encode(public_key.to_bytes()),
            "shares": shares.collect::<Vec<_>>(),
            "recovery_share": share("recovery", &people["recovery_public_key"]),
        })
    }

    pub(super) async fn remove(&self, id: &str) -> Reply {
        let rotation = self.rotation(id).await;
        self.remove_with(id, rotation).await
    }

    /// The same with a rotation that was made before.
    pub(super) async fn remove_with(&self, id: &str, rotation: Value) -> Reply {
        self.post(&format!("/members/{id}/remove"), json!({ "rotation": rotation })).await
    }

    /// Seals what is sealed to older keys to the newest: what is to be sent.
    pub(super) async fn resealed(&self) -> Value {
        let old = self.get("/reseal").await.json();
        let generation = number(&old["generation"]);
        let to = self.keys[&generation].public();
        let moved = old["keys"].as_array().unwrap().iter().map(|key| {
            let info = place_of(key).key_info();
            let content = self.keys[&number(&key["generation"])].open(&info, &bytes(&key["key"])).unwrap();
            let sealed = suite::seal(&to, &info, &content, &SystemDice);
            let mut moved = key.clone();
            moved.as_object_mut().unwrap().remove("sender");
            moved["key"] = json!(BASE64_STANDARD.encode(sealed));
            moved
        });
        json!({ "generation": generation, "keys": moved.collect::<Vec<_>>() })
    }
}

pub(super) fn place_of(key: &Value) -> Binding {
    Binding {
        thread: key["thread"].as_str().unwrap().parse().unwrap(),
        purpose: Purpose::parse(key["purpose"].as_str().unwrap()).unwrap(),
        position: number(&key["position"]),
        sender: Sender::parse(key["sender"].as_str().unwrap()).unwrap(),
    }
}

/// A county without a key under a city, and the invitation of its first head.
pub(super) async fn created(fresh: Fresh) -> (Office, InvitationCode) {
    let office = Office::open(fresh).await;
    founded(&office.app.store, "city", None).await;
    let code = InvitationCode::draw(&SystemDice);
    let desk = Desk {
        id: "county".to_owned(),
        name: "示例县妇联".to_owned(),
        region: "990121".parse().unwrap(),
        parent: Some("city".to_owned()),
    };
    let invitation = Inviting { hash: code.hash(), role: Role::Head, name: None };
    office.app.store.create_desk(desk, invitation, office.app.clock.hour()).await.unwrap();
    (office, code)
}

/// What a browser sends to take an invitation, and the paper where it founds the desk.
pub(super) fn acceptance(code: &InvitationCode, name: &str, founds: bool) -> (Value, Option<RecoveryKey>) {
    let id = code.member();
    let new = keys::enrol(&id, PASSPHRASE, ROUNDS, &SystemDice);
    let b = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
    let mut body = json!({
        "code": code.text(), "name": name, "salt": b(&new.salt), "rounds": 1, "login": b(new.login.as_slice()),
        "public_key": b(&new.public_key.to_bytes()), "wrapped_key": b(new.wrapped_key.as_bytes()),
    });
    if !founds {
        return (body, None);
    }
    let made = keys::found("county", (&id, &new.public_key), &SystemDice);
    body["founding"] = json!({
        "public_key": b(&made.public_key.to_bytes()),
        "recovery_public_key": b(&made.recovery_public_key.to_bytes()),
        "share": b(made.member_share.as_bytes()), "recovery_share": b(made.recovery_share.as_bytes()),
    });
    (body, Some(made.recovery_key))
}

pub(super) async fn take(office: &Office, body: &Value) -> Reply {
    call(office, Method::POST, "/invitations/accept", ("", Some(body.clone()))).await
}

/// A county that 王芳 has founded; with its paper.
pub(super) async fn county_of_wang(fresh: Fresh) -> (Office, RecoveryKey) {
    let (office, code) = created(fresh).await;
    let (body, paper) = acceptance(&code, "王芳", true);
    assert_eq!(take(&office, &body).await.status, StatusCode::CREATED);
    (office, paper.unwrap())
}

/// Invites somebody and lets them in.
pub(super) async fn joined<'a>(office: &'a Office, head: &Hand<'_>, name: &str, role: &str) -> Hand<'a> {
    let code = head.invite(role).await;
    assert_eq!(take(office, &acceptance(&code, name, false).0).await.status, StatusCode::CREATED);
    let reply = head.admit(&code.member()).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.text);
    Hand::sign_in(office, name).await
}
