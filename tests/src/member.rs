//! A member at the desk by plain HTTP, without a browser: signs in, takes on letters, answers with bytes that nobody can open.
//!
//! Start at [`Member::sign_in`]. For tests of what the server keeps and how fast it is; what a member sees is tested in a browser
//! ([`crate::desk`]).

use std::num::NonZeroU32;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::{hkdf, pbkdf2};
use serde_json::{Value, json};

use crate::http::{Answer, Client};
use crate::sealed;

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Member {
    client: Client,
    /// What the browser would keep, and sends with everything.
    cookie: String,
}

impl Member {
    /// Signs in as the page of the desk does (`docs/message-format.md`).
    pub fn sign_in(client: &Client, name: &str, passphrase: &str) -> anyhow::Result<Self> {
        let sessions = "/api/v1/desk/sessions";
        let asked =
            client.post_json(&format!("{sessions}/parameters"), &json!({ "member": name }))?.json()?;
        let login = login_value(&asked, passphrase)?;
        let begun = client.post_json(sessions, &json!({ "member": name, "login": login }))?;
        ensure!(begun.status == 204, "{name} signs in: {} {}", begun.status, begun.body);
        let cookie = begun.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.context("a session has a cookie")?.to_owned();
        Ok(Self { client: client.clone().with_cookie(&cookie), cookie })
    }

    /// The same session at another server, or at the same one after a new start.
    pub fn at(&self, client: &Client) -> Self {
        Self { client: client.clone().with_cookie(&self.cookie), cookie: self.cookie.clone() }
    }

    /// `GET` below `/api/v1/desk`; the JSON.
    pub fn get(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.client.get(&format!("/api/v1/desk{path}"))?;
        ensure!(answer.status == 200, "GET {path}: {} {}", answer.status, answer.body);
        answer.json()
    }

    /// `POST` below `/api/v1/desk`.
    pub fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.client.post_json(&format!("/api/v1/desk{path}"), body)
    }

    /// What the open desk hears, line by line (server-sent events).
    pub fn events(&self) -> anyhow::Result<impl Iterator<Item = std::io::Result<String>> + use<>> {
        self.client.follow("/api/v1/desk/events")
    }

    /// Ends the session.
    pub fn sign_out(&self) -> anyhow::Result<Answer> {
        self.client.delete("/api/v1/desk/sessions/current")
    }

    /// What has to be posted to a thread's `/messages` to answer it. Nothing is sent yet.
    pub fn answer_to(&self, thread: &str) -> anyhow::Result<Value> {
        let thread = self.get(&format!("/consultations/{thread}"))?;
        let readers = thread["readers"].as_array().context("a thread has readers")?;
        let mut answer = sealed::sealed_to(readers)?;
        answer["position"] = thread["next_position"].clone();
        answer["kind"] = json!("answer");
        Ok(answer)
    }

    /// The same for its `/notes`, which the asker can't read.
    pub fn note_to(&self, thread: &str) -> anyhow::Result<Value> {
        let thread = self.get(&format!("/consultations/{thread}"))?;
        let readers = thread["note_readers"].as_array().context("a note has readers")?;
        let mut note = sealed::sealed_to(readers)?;
        not_for_the_asker(&mut note)?;
        note["position"] = thread["next_note"].clone();
        Ok(note)
    }

    /// The same for its `/transfer` to the desk `to`, with every letter and note sealed once more.
    pub fn transfer_of(&self, thread: &str, to: &str) -> anyhow::Result<Value> {
        let target = self.get(&format!("/consultations/{thread}/transfer?to={to}"))?;
        let keys = |what: &str| {
            let count = target[what].as_u64().context("how many there are")?;
            (0..count).map(|_| sealed::sealed_key()).collect::<anyhow::Result<Vec<String>>>()
        };
        let readers = target["readers"].as_array().context("a transfer has readers")?.iter().map(|reader| {
            let (letters, notes) = (keys("letters")?, keys("notes")?);
            Ok(json!({
                "reader": reader["reader"], "generation": reader["generation"], "letters": letters, "notes": notes,
            }))
        });
        let readers = readers.collect::<anyhow::Result<Vec<Value>>>()?;
        Ok(json!({
            "to": to, "reason": "place", "letters": target["letters"], "notes": target["notes"],
            "request_key": sealed::new_key()?, "keys": readers,
        }))
    }
}

/// Takes the key for the asker out of what is sealed.
fn not_for_the_asker(sealed: &mut Value) -> anyhow::Result<()> {
    let keys = sealed["keys"].as_array_mut().context("what is sealed has keys")?;
    keys.retain(|key| key["reader"] != "thread");
    Ok(())
}

fn login_value(asked: &Value, passphrase: &str) -> anyhow::Result<String> {
    let salt = BASE64_STANDARD.decode(asked["salt"].as_str().context("a name has a salt")?)?;
    let rounds = asked["rounds"].as_u64().and_then(|rounds| NonZeroU32::new(u32::try_from(rounds).ok()?));
    let rounds = rounds.context("a name has rounds")?;
    let (mut stretched, mut login) = ([0; 32], [0; 32]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, passphrase.as_bytes(), &mut stretched);
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&stretched);
    let filled =
        key.expand(&[b"nuanzhan/member-login/1"], hkdf::HKDF_SHA256).and_then(|out| out.fill(&mut login));
    filled.map_err(|_| anyhow::anyhow!("32 bytes can be had"))?;
    Ok(BASE64_STANDARD.encode(login))
}
