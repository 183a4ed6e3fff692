//! `docs/message-format.json`: vectors of our own, for whoever writes another client.
//!
//! What is in the file is what this program makes of fixed chance, and what it makes of the file's keys; the browser's part
//! reads the same file, and so does `pyhpke` (`tests/tests/system/formats.rs`). `elsewhere` was sealed by that one. The keys of a
//! desk are made in [`super::desk_vectors`].

use std::num::NonZeroU32;
use std::sync::Mutex;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::browser::node;
use super::desk_vectors;
use crate::consultations::proof::{ProofKey, Statement};
use crate::consultations::receipt::Receipt;
use crate::consultations::stretch::{Stretching, expand};
use crate::dice::Dice;
use crate::sealing::binding::{Binding, Purpose, Sender, hex, labelled};
use crate::sealing::message::{self, Envelope};
use crate::sealing::padding;
use crate::sealing::suite::PrivateKey;
use crate::secrets::Secrets;

/// The file.
pub(super) const WRITTEN: &str = include_str!("../../../docs/message-format.json");

/// Gives the same chance every time: 32 bytes of 1, 32 of 2 and so on, however they are asked for. Remembers what it gave.
#[derive(Default)]
struct Loaded(Mutex<Vec<Vec<u8>>>);

impl Dice for Loaded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut given = self.0.lock().unwrap();
        bytes.fill(u8::try_from(given.len() + 1).unwrap());
        given.push(bytes.to_vec());
    }
}

pub(super) fn b64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub(super) fn bytes(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn place() -> Binding {
    Binding::letter("000102030405060708090a0b0c0d0e0f".parse().unwrap(), 258, Sender::Asker)
}

/// The bytes of a place, without the label before them.
fn place_bytes(place: &Binding) -> String {
    hex(&place.content_aad()["nuanzhan/message/1\0".len()..])
}

fn receipt() -> (Value, PrivateKey) {
    let receipt = Receipt::from_chance([0x5a; 16]);
    let rounds = NonZeroU32::new(600_000).unwrap();
    let stretching = Stretching { salt: (0x30..0x40).collect(), rounds };
    let stretched = stretching.stretch(&receipt);
    let all = crate::consultations::stretch::stretch(
        rounds,
        &stretching.salt,
        receipt.groups().join("").as_bytes(),
    );
    let seed = expand(&all, &labelled("nuanzhan/thread-seed/1", place().thread.as_bytes()));
    let (private, public) = PrivateKey::derive(&seed);
    let written = json!({
        "digits": receipt.groups().join(""),
        "salt": b64(&stretching.salt),
        "rounds": rounds,
        "stretched": b64(all.as_slice()),
        "locator": b64(&stretched.locator().for_comparison()),
        "thread_seed": b64(seed.as_slice()),
        "private_key": b64(&private.to_bytes()),
        "public_key": b64(&public.to_bytes()),
    });
    (written, private)
}

/// A proof of receipt for the message of these vectors.
fn proof(content: &[u8]) -> Value {
    let locator_key = Zeroizing::new([0x6c; 32]);
    let secrets = Secrets { locator_key: locator_key.clone(), names_key: Zeroizing::new([0x6e; 32]) };
    let key = ProofKey::derive(&secrets);
    let day = jiff::civil::date(2026, 11, 21);
    let statement = Statement::of("https://nuanzhan.example", day, "county", content);
    let bytes = statement.canonical();
    json!({
        "locator_key": b64(locator_key.as_slice()),
        "seed": b64(secrets.proof_seed().as_slice()),
        "public_key": key.public().to_string(),
        "bytes": b64(&bytes),
        "text": key.sign(statement).to_string(),
    })
}

fn made() -> Value {
    let (receipt, _) = receipt();
    let thread = PrivateKey::derive(&bytes(&receipt["thread_seed"]).try_into().unwrap());
    let desk = PrivateKey::derive(&[0x64; 32]);
    let envelope =
        Envelope { text: "先到安全的地方。🏠".to_owned(), reach: Some("白天".to_owned()) };
    let dice = Loaded::default();
    let sealed = message::seal(&envelope, &place(), &[&desk.1, &thread.1], &dice).unwrap();
    let given = dice.0.into_inner().unwrap();
    let json = serde_json::to_vec(&envelope).unwrap();
    let note = Binding { purpose: Purpose::Note, sender: Sender::Desk, ..place() };
    let key = |at: usize, (reader, generation): (&str, u32), pair: &(PrivateKey, _)| {
        let (_, ephemeral) = PrivateKey::derive(&given[2 + at].clone().try_into().unwrap());
        assert!(sealed.keys[at].as_bytes().starts_with(&ephemeral.to_bytes()));
        json!({
            "reader": reader,
            "generation": generation,
            "private_key": b64(&pair.0.to_bytes()),
            "public_key": b64(&crate::sealing::suite::PublicKey::to_bytes(&pair.1)),
            "ephemeral_seed": b64(&given[2 + at]),
            "key": b64(sealed.keys[at].as_bytes()),
        })
    };
    let proof = proof(sealed.content.as_bytes());
    json!({
        "format": 1,
        "proof": proof,
        "receipt": receipt,
        "place": {
            "thread": place().thread.to_string(), "position": 258, "sender": "asker", "purpose": "letter",
            "bytes": place_bytes(&place()),
        },
        "note_place": {
            "thread": place().thread.to_string(), "position": 258, "sender": "desk", "purpose": "note",
            "bytes": place_bytes(&note),
        },
        "message": {
            "envelope": { "text": envelope.text, "reach": envelope.reach },
            "json": b64(&json),
            "padded": b64(&padding::pad(&json).unwrap()),
            "content_key": b64(&given[0]),
            "nonce": b64(&given[1]),
            "aad": b64(&place().content_aad()),
            "content": b64(sealed.content.as_bytes()),
            "key_info": b64(&place().key_info()),
            "keys": [key(0, ("desk/county", 1), &desk), key(1, ("thread", 0), &thread)],
        },
    })
}

#[test]
fn the_written_vectors_are_what_this_program_makes() {
    let mut made = made();
    let written: Value = serde_json::from_str(WRITTEN).unwrap();
    made["desk"] = desk_vectors::made(&made["message"]);
    made["desk"]["elsewhere"] = written["desk"]["elsewhere"].clone();
    for only_there in ["about", "elsewhere"] {
        made[only_there] = written[only_there].clone();
    }
    assert!(
        made == written,
        "docs/message-format.json should be:\n{}",
        serde_json::to_string_pretty(&made).unwrap()
    );
}

#[test]
fn what_another_implementation_sealed_opens_here() {
    let written: Value = serde_json::from_str(WRITTEN).unwrap();
    let (_, thread) = receipt();
    let elsewhere = &written["elsewhere"];
    let key = bytes(&elsewhere["key"]).try_into().unwrap();
    let content = bytes(&elsewhere["content"]).try_into().unwrap();
    let opened = message::open(&thread, &place(), &key, &content).unwrap();
    assert_eq!(opened.text, elsewhere["text"].as_str().unwrap());
}

#[test]
fn the_browser_reads_the_written_vectors() {
    let body = "
        const { receipt, place, note_place, message, elsewhere } = input;
        const stretched = await sealing.stretch(receipt.digits, b(receipt.salt), receipt.rounds);
        const pair = await sealing.threadPair(stretched, place.thread);
        const opened = [];
        for (const key of message.keys) {
            const reader = await hpke.importKeyPair(b(key.private_key), b(key.public_key));
            opened.push(await sealing.openMessage(reader, place, b(key.key), b(message.content)));
        }
        opened.push(await sealing.openMessage(pair, place, b(message.keys[1].key), b(message.content)));
        const other = await sealing.openMessage(pair, place, b(elsewhere.key), b(elsewhere.content));
        const hexed = (x) => Buffer.from(x).toString('hex');
        return {
            stretched: t(stretched), locator: t(await sealing.locator(stretched)), publicKey: t(pair.publicKey),
            opened, other: other.text, place: hexed(sealing.canonical(place)), note: hexed(sealing.canonical(note_place)),
            padded: t(sealing.pad(b(message.json))),
        };";
    let written: Value = serde_json::from_str(WRITTEN).unwrap();
    let Some(done) = node(body, &written) else { return };
    let receipt = &written["receipt"];
    assert_eq!((&done["stretched"], &done["locator"]), (&receipt["stretched"], &receipt["locator"]));
    assert_eq!(done["publicKey"], receipt["public_key"]);
    assert_eq!(
        (&done["place"], &done["note"]),
        (&written["place"]["bytes"], &written["note_place"]["bytes"])
    );
    assert_eq!(done["padded"], written["message"]["padded"]);
    assert_eq!(done["other"], written["elsewhere"]["text"]);
    for opened in done["opened"].as_array().unwrap() {
        assert_eq!(opened, &written["message"]["envelope"]);
    }
}
