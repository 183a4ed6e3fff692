//! An asker whose browser seals, by plain HTTP: letters of the right shape, whose bytes nobody can open.
//!
//! Start at [`Sealing::at`]. The server can't tell these letters from real ones: that it can't is the promise. What is under test
//! with them is what the server does with letters; that real ones are sealed as they should be is shown in a browser. Not for
//! reading anything back but bytes.

use std::num::NonZeroU32;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{agreement, pbkdf2};
use serde_json::{Value, json};

use crate::http::{Answer, Client};

/// Nonce, the smallest class of padded letters, tag (`docs/message-format.md`).
const CONTENT: usize = 12 + 1024 + 16;
/// A sealed content key: a point on P-256, the key, its tag.
const SEALED_KEY: usize = 65 + 32 + 16;

/// A browser that knows to whom letters have to be sealed.
pub struct Sealing {
    client: Client,
    desk: String,
    readers: Vec<Value>,
}

/// A letter that was never sent, or was, and can be sent again.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Where it is posted.
    pub path: &'static str,
    /// What is posted.
    pub body: Value,
}

impl Sealing {
    /// Asks the server who has to read letters.
    pub fn at(client: Client) -> anyhow::Result<Self> {
        let chosen = client.post_json("/api/v1/consultations/desk", &json!({}))?.json()?;
        let desk = chosen["desk"].as_str().context("a desk takes letters")?.to_owned();
        let readers = chosen["readers"].as_array().context("and somebody reads them")?.clone();
        Ok(Self { client, desk, readers })
    }

    /// A new letter, paid for with the work that the server wants. Nothing is sent yet.
    pub fn letter(&self) -> anyhow::Result<Letter> {
        let challenge = self.client.get("/api/v1/consultations/challenge")?.json()?;
        let mut letter = self.unpaid()?;
        letter.body["work"] = solved(challenge)?;
        Ok(letter)
    }

    /// The same, right in all but that nobody has worked for it.
    pub fn unpaid(&self) -> anyhow::Result<Letter> {
        let mut body = sealed_to(&self.readers)?;
        body["id"] = json!(hex(&random::<16>()?));
        body["desk"] = json!(self.desk);
        body["locator"] = json!(BASE64_STANDARD.encode(random::<32>()?));
        body["public_key"] = json!(public_key()?);
        Ok(Letter { path: "/api/v1/consultations", body })
    }

    /// One more letter to the thread of `first`, to stand at `position`.
    pub fn another(&self, first: &Letter, position: u64) -> anyhow::Result<Letter> {
        let mut body = sealed_to(&self.readers)?;
        body["locator"] = first.body["locator"].clone();
        body["position"] = json!(position);
        Ok(Letter { path: "/api/v1/consultations/messages", body })
    }
}

impl Letter {
    /// Sends it; what the server says.
    pub fn send(&self, client: &Client) -> anyhow::Result<Answer> {
        client.post_json(self.path, &self.body)
    }

    /// The sealed bytes, base64: no other letter has the same.
    pub fn content(&self) -> &str {
        self.body["content"].as_str().unwrap_or_default()
    }

    /// The thread that its locator opens, as JSON.
    pub fn open(&self, client: &Client) -> anyhow::Result<Value> {
        let locator = json!({ "locator": self.body["locator"] });
        let opened = client.post_json("/api/v1/consultations/open", &locator)?;
        ensure!(opened.status == 200, "a thread is opened: {} {}", opened.status, opened.body.trim());
        Ok(opened.json()?["thread"].clone())
    }

    /// The same letter under another locator, which leads nowhere.
    pub fn mistaken(&self) -> anyhow::Result<Self> {
        let mut other = self.clone();
        other.body["locator"] = json!(BASE64_STANDARD.encode(random::<32>()?));
        Ok(other)
    }
}

/// The contents, base64, of a thread as its asker or its desk gets it (`letters` or `messages`).
pub fn contents(letters: &Value) -> Vec<&str> {
    let letters = letters.as_array().map(Vec::as_slice).unwrap_or_default();
    letters.iter().filter_map(|letter| letter["content"].as_str()).collect()
}

/// Content, keys for the asker and for `readers`, and a request key of its own.
pub fn sealed_to(readers: &[Value]) -> anyhow::Result<Value> {
    let asker = json!({ "reader": "thread", "generation": 0 });
    let others = readers.iter().filter(|reader| reader["reader"] != "thread");
    let keys = std::iter::once(&asker).chain(others).map(|reader| {
        let key = sealed_key()?;
        Ok(json!({ "reader": reader["reader"], "generation": reader["generation"], "key": key }))
    });
    Ok(json!({
        "content": BASE64_STANDARD.encode(random::<CONTENT>()?),
        "keys": keys.collect::<anyhow::Result<Vec<Value>>>()?,
        "request_key": new_key()?,
    }))
}

/// A content key that is sealed to somebody, base64.
pub fn sealed_key() -> anyhow::Result<String> {
    Ok(BASE64_STANDARD.encode(random::<SEALED_KEY>()?))
}

/// What a request is known by when it comes again.
pub fn new_key() -> anyhow::Result<String> {
    Ok(hex(&random::<16>()?))
}

/// Solves a challenge of the server's as a browser does (`docs/decisions/0039-abuse.md`).
fn solved(challenge: Value) -> anyhow::Result<Value> {
    let asked = &challenge["parameters"];
    let bytes = |name: &str| unhex(asked[name].as_str().unwrap_or_default());
    let (nonce, salt, wanted) = (bytes("nonce")?, bytes("salt")?, bytes("keyPrefix")?);
    let rounds = asked["cost"].as_u64().and_then(|cost| NonZeroU32::new(u32::try_from(cost).ok()?));
    let rounds = rounds.context("a challenge says its rounds")?;
    ensure!(!wanted.is_empty(), "a challenge says what it wants");
    let mut key = [0; 32];
    for counter in 0..u32::MAX {
        let tried = [nonce.as_slice(), &counter.to_be_bytes()].concat();
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, &tried, &mut key);
        if key.starts_with(&wanted) {
            let solution = json!({ "counter": counter, "derivedKey": hex(&key) });
            return Ok(json!({ "challenge": challenge, "solution": solution }));
        }
    }
    anyhow::bail!("a challenge without a solution")
}

/// The public half of a key that nobody keeps, base64.
fn public_key() -> anyhow::Result<String> {
    let key = agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, &SystemRandom::new());
    let public = key.and_then(|key| key.compute_public_key()).map_err(|_| anyhow::anyhow!("no key"))?;
    Ok(BASE64_STANDARD.encode(public))
}

fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow::anyhow!("the machine gives no random bytes"))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn unhex(digits: &str) -> anyhow::Result<Vec<u8>> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { anyhow::bail!("{digits}: half a byte") };
    pairs.iter().map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?)).collect()
}
