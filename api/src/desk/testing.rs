//! A member at a browser, for tests: signs in, opens, answers, all over the JSON addresses.

use std::num::NonZeroU32;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::consultations::stretch::{expand, stretch};
use crate::consultations::testing::{Office, Reply};
use crate::desk::keys::browser;
use crate::dice::SystemDice;
use crate::sealing::binding::{Binding, Purpose, Sender, hex};
use crate::sealing::message::{self, Envelope, SealedKey};
use crate::sealing::suite::{self, PrivateKey, PublicKey};

/// A member who is signed in.
pub(crate) struct AtDesk<'a> {
    office: &'a Office,
    cookie: String,
    desk_key: PrivateKey,
}

/// Sends JSON as a browser would.
pub(crate) async fn call(
    office: &Office,
    method: Method,
    path: &str,
    (cookie, body): (&str, Option<Value>),
) -> Reply {
    let reply = office.send(request(method, path, (cookie, body))).await;
    assert!(reply.headers[header::CACHE_CONTROL].to_str().unwrap().contains("no-store"), "{path}");
    reply
}

fn request(method: Method, path: &str, (cookie, body): (&str, Option<Value>)) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1/desk{path}"))
        .header(header::HOST, "nuanzhan.example")
        .header(header::ORIGIN, "http://nuanzhan.example")
        .header(header::COOKIE, cookie);
    let request = match body {
        Some(body) => {
            request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
        }
        None => request.body(Body::empty()),
    };
    request.unwrap()
}

/// Signs in with `passphrase`; the answer, and how it was stretched.
pub(crate) async fn sign_in(office: &Office, member: &str, passphrase: &str) -> (Reply, Vec<u8>, u32) {
    // A test does not wait for the rounds of a name that nobody has.
    sign_in_with(office, (member, None), passphrase, 10).await
}

/// The same with a code of the second factor.
pub(crate) async fn sign_in_with_code(office: &Office, member: &str, passphrase: &str, code: &str) -> Reply {
    sign_in_with(office, (member, Some(code)), passphrase, 10).await.0
}

/// The value that a passphrase signs in with, as base64.
pub(crate) fn login_of(passphrase: &str, salt: &[u8], rounds: u32) -> String {
    let stretched = stretch(NonZeroU32::new(rounds).unwrap(), salt, passphrase.as_bytes());
    BASE64_STANDARD.encode(expand(&stretched, b"nuanzhan/member-login/1").as_slice())
}

/// The cookie of an answer that began a session.
pub(crate) fn cookie_of(reply: &Reply) -> String {
    assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.text);
    reply.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
}

async fn sign_in_with(
    office: &Office,
    (member, code): (&str, Option<&str>),
    passphrase: &str,
    most: u32,
) -> (Reply, Vec<u8>, u32) {
    let asked =
        call(office, Method::POST, "/sessions/parameters", ("", Some(json!({ "member": member })))).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    let parameters = asked.json();
    let salt = bytes(&parameters["salt"]);
    let rounds = u32::try_from(parameters["rounds"].as_u64().unwrap()).unwrap();
    let login = login_of(passphrase, &salt, rounds.min(most));
    let proof = json!({ "member": member, "login": login, "code": code });
    (call(office, Method::POST, "/sessions", ("", Some(proof))).await, salt, rounds)
}

impl<'a> AtDesk<'a> {
    pub(crate) async fn sign_in(office: &'a Office, member: &str, passphrase: &str) -> Self {
        let (reply, salt, rounds) = sign_in(office, member, passphrase).await;
        Self::begin(office, passphrase, (reply, salt, rounds)).await
    }

    /// For members whom the operators' command made: with all rounds.
    pub(crate) async fn sign_in_slowly(office: &'a Office, member: &str, passphrase: &str) -> Self {
        let signed_in = sign_in_with(office, (member, None), passphrase, u32::MAX).await;
        Self::begin(office, passphrase, signed_in).await
    }

    async fn begin(
        office: &'a Office,
        passphrase: &str,
        (reply, salt, rounds): (Reply, Vec<u8>, u32),
    ) -> Self {
        let cookie = cookie_of(&reply);
        let me = call(office, Method::GET, "/me", (&cookie, None)).await.json();
        let id = me["id"].as_str().unwrap();
        let desk_key = browser::desk_key(&me, id, passphrase, (&salt, rounds));
        Self { office, cookie, desk_key }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        call(self.office, Method::GET, path, (&self.cookie, None)).await
    }

    /// The answer with its body still to come.
    pub(crate) async fn begin_get(&self, path: &str) -> Response {
        self.office.begin(request(Method::GET, path, (&self.cookie, None))).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        call(self.office, Method::POST, path, (&self.cookie, Some(body))).await
    }

    /// Ends the session.
    pub(crate) async fn sign_out(&self) {
        let done = call(self.office, Method::DELETE, "/sessions/current", (&self.cookie, None)).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text);
    }

    /// The ids in the queue.
    pub(crate) async fn queue(&self) -> Vec<String> {
        let queue = self.get("/consultations").await.json();
        let items = queue["items"].as_array().unwrap().iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The letters, opened.
    pub(crate) async fn read(&self, id: &str) -> Vec<Envelope> {
        self.opened(id, Purpose::Letter).await
    }

    /// The notes, opened.
    pub(crate) async fn notes(&self, id: &str) -> Vec<Envelope> {
        self.opened(id, Purpose::Note).await
    }

    async fn opened(&self, id: &str, purpose: Purpose) -> Vec<Envelope> {
        let thread = self.get(&format!("/consultations/{id}")).await.json();
        let messages = with_content_keys(id, &thread, purpose);
        let open = |(binding, key, sealed): (Binding, SealedKey, &Value)| {
            message::open(&self.desk_key, &binding, &key, &bytes(&sealed["content"]).try_into().unwrap())
                .unwrap()
        };
        messages.into_iter().map(open).collect()
    }

    /// An answer sealed to everyone whom the service names.
    pub(crate) async fn sealed(&self, id: &str, text: &str) -> Value {
        let thread = self.get(&format!("/consultations/{id}")).await.json();
        let position = number(&thread["next_position"]);
        let place = Binding::letter(id.parse().unwrap(), position, Sender::Desk);
        let mut answer = sealed_at(&place, text, &thread["readers"]);
        answer["kind"] = json!("answer");
        answer["request_key"] = json!(format!("request-of-{position:08}"));
        answer
    }

    /// A note sealed to everyone whom the service names.
    pub(crate) async fn sealed_note(&self, id: &str, text: &str) -> Value {
        let thread = self.get(&format!("/consultations/{id}")).await.json();
        let position = number(&thread["next_note"]);
        let thread_id = id.parse().unwrap();
        let place = Binding { thread: thread_id, purpose: Purpose::Note, position, sender: Sender::Desk };
        let mut note = sealed_at(&place, text, &thread["note_readers"]);
        note["request_key"] = json!(new_key());
        note
    }

    /// All of a consultation, sealed once more for the desk `to`.
    pub(crate) async fn resealed(&self, id: &str, to: &str) -> Value {
        let target = self.get(&format!("/consultations/{id}/transfer?to={to}")).await.json();
        let thread = self.get(&format!("/consultations/{id}")).await.json();
        let readers = target["readers"].as_array().unwrap_or_else(|| panic!("{target}"));
        let keys = |reader: &Value, purpose| {
            let keys = with_content_keys(id, &thread, purpose).into_iter().map(|(place, key, _)| {
                let key = self.desk_key.open(&place.key_info(), key.as_bytes()).unwrap();
                BASE64_STANDARD.encode(suite::seal(&public_key(reader), &place.key_info(), &key, &SystemDice))
            });
            keys.collect::<Vec<_>>()
        };
        let all = readers.iter().map(|reader| {
            json!({
                "reader": reader["reader"],
                "generation": reader["generation"],
                "letters": keys(reader, Purpose::Letter),
                "notes": keys(reader, Purpose::Note),
            })
        });
        json!({
            "to": to,
            "reason": "place",
            "letters": target["letters"],
            "notes": target["notes"],
            "request_key": new_key(),
            "keys": all.collect::<Vec<_>>(),
        })
    }

    /// Does something to a consultation under a new request key.
    pub(crate) async fn act(&self, id: &str, what: &str, mut body: Value) -> Reply {
        body["request_key"] = json!(new_key());
        self.post(&format!("/consultations/{id}/{what}"), body).await
    }

    pub(crate) async fn accept(&self, id: &str) -> Reply {
        self.act(id, "accept", json!({})).await
    }

    pub(crate) async fn answer(&self, id: &str, text: &str) -> Reply {
        let sealed = self.sealed(id, text).await;
        self.post(&format!("/consultations/{id}/messages"), sealed).await
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|err| panic!("{err}: {}", self.text))
    }
}

/// The messages of an opened thread, each with its place and the key that is sealed to this desk.
fn with_content_keys<'v>(
    id: &str,
    thread: &'v Value,
    purpose: Purpose,
) -> Vec<(Binding, SealedKey, &'v Value)> {
    let field = if purpose == Purpose::Note { "notes" } else { "messages" };
    let messages = thread[field].as_array().unwrap_or_else(|| panic!("{thread}")).iter();
    let place = |sealed: &Value| Binding {
        thread: id.parse().unwrap(),
        purpose,
        position: number(&sealed["position"]),
        sender: Sender::parse(sealed["sender"].as_str().unwrap()).unwrap(),
    };
    messages.map(|sealed| (place(sealed), bytes(&sealed["key"]).try_into().unwrap(), sealed)).collect()
}

/// A request key that nobody has used.
pub(crate) fn new_key() -> String {
    hex(&crate::dice::draw::<16>(&SystemDice))
}

/// Position, content and keys of a text for a place, sealed to those in a list of the service.
pub(crate) fn sealed_at(place: &Binding, text: &str, readers: &Value) -> Value {
    let readers = readers.as_array().unwrap();
    let keys: Vec<PublicKey> = readers.iter().map(public_key).collect();
    let keys: Vec<&PublicKey> = keys.iter().collect();
    let sealed = message::seal(&Envelope::of(text), place, &keys, &SystemDice).unwrap();
    let keys = readers.iter().zip(sealed.keys).map(|(reader, key)| {
        json!({
            "reader": reader["reader"],
            "generation": reader["generation"],
            "key": BASE64_STANDARD.encode(key.as_bytes()),
        })
    });
    json!({
        "position": place.position,
        "content": BASE64_STANDARD.encode(sealed.content.as_bytes()),
        "keys": keys.collect::<Vec<_>>(),
    })
}

/// The key of a reader in a list of the service.
fn public_key(reader: &Value) -> PublicKey {
    PublicKey::from_bytes(&bytes(&reader["public_key"])).unwrap()
}

/// A number in a field.
pub(crate) fn number(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))).unwrap()
}

/// Base64 in a field.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap()
}
