//! What the browser seals opens here, and the other way round: the parts of its bundles under `node`.
//!
//! Left out, and said so, where there is no `node`.

use std::io::Write;
use std::num::NonZeroU32;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::consultations::receipt::Receipt;
use crate::consultations::stretch::Stretching;
use crate::desk::keys::{self, Founded};
use crate::dice::SystemDice;
use crate::sealing::binding::{Binding, Sender, ThreadId};
use crate::sealing::message::{self, Envelope};
use crate::sealing::suite::{PrivateKey, PublicKey};

/// The parts of the bundles that seal, in their order; the last one is the desk's alone.
const PARTS: &[&str] = &[
    include_str!("../../../site-gen/assets/hpke.js"),
    include_str!("../../../site-gen/assets/sealing.js"),
    include_str!("../../../site-gen/assets/desk/keys.js"),
];

/// Gives `input` to the body of an async function that has the parts, and takes what it returns.
pub(super) fn node(body: &str, input: &Value) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "globalThis.self = globalThis; {}
         const {{ hpke, sealing, keys }} = self.nuanzhan, fs = require('node:fs');
         const b = sealing.fromBase64, t = sealing.toBase64, hex = (x) => Uint8Array.from(Buffer.from(x, 'hex'));
         const run = async (input) => {{ {body} }};
         run(JSON.parse(fs.readFileSync(0))).then((done) => console.log(JSON.stringify(done)));",
        PARTS.concat()
    );
    let mut main = std::fs::File::create(folder.path().join("main.js")).unwrap();
    main.write_all(script.as_bytes()).unwrap();
    let output = run(folder.path(), input)?;
    Some(serde_json::from_str(&output).unwrap())
}

fn run(folder: &Path, input: &Value) -> Option<String> {
    let spawned = Command::new("node")
        .arg("main.js")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        crate::store::testing::skipped("the browser's sealing", "there is no node");
        return None;
    };
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "node failed");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn b64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

fn bytes(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap()
}

const PLACE: &str = "{ thread: '000102030405060708090a0b0c0d0e0f', position: 258, sender: 'desk' }";

fn place() -> Binding {
    let thread: ThreadId = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
    Binding::letter(thread, 258, Sender::Desk)
}

#[test]
fn the_browser_opens_what_the_rfc_sealed_and_derives_its_key_pair() {
    let vector: Value = serde_json::from_str(include_str!("rfc9180.json")).unwrap();
    let body = "const pair = await hpke.deriveKeyPair(hex(input.ikmR));
        const sealed = hpke.concat(hex(input.enc), hex(input.ct));
        const opened = await hpke.open(pair, hex(input.info), sealed, hex(input.aad));
        const imported = await hpke.importKeyPair(hex(input.skRm), hex(input.pkRm));
        const same = await hpke.open(imported, hex(input.info), sealed, hex(input.aad));
        const text = (x) => Buffer.from(x).toString('hex');
        return { opened: text(opened), same: text(same), publicKey: text(pair.publicKey) };";
    let Some(done) = node(body, &vector) else { return };
    assert_eq!((&done["opened"], &done["same"]), (&vector["pt"], &vector["pt"]));
    assert_eq!(done["publicKey"], vector["pkRm"]);
}

#[test]
fn what_is_sealed_here_opens_in_the_browser_and_nowhere_else() {
    let (private, public) = PrivateKey::generate(&SystemDice);
    let envelope =
        Envelope { text: "先到安全的地方。🏠".to_owned(), reach: Some("白天".to_owned()) };
    let sealed = message::seal(&envelope, &place(), &[&public], &SystemDice).unwrap();
    let input = json!({
        "private": b64(&private.to_bytes()), "public": b64(&public.to_bytes()),
        "key": b64(sealed.keys[0].as_bytes()), "content": b64(sealed.content.as_bytes()),
    });
    let body = format!(
        "const pair = await hpke.importKeyPair(b(input.private), b(input.public));
         const open = (place) => sealing.openMessage(pair, place, b(input.key), b(input.content));
         const moved = await open({{ ...{PLACE}, position: 259 }}).catch(() => 'refused');
         const forged = await open({{ ...{PLACE}, sender: 'asker' }}).catch(() => 'refused');
         const note = await open({{ ...{PLACE}, purpose: 'note' }}).catch(() => 'refused');
         return {{ envelope: await open({PLACE}), moved, forged, note }};"
    );
    let Some(done) = node(&body, &input) else { return };
    assert_eq!(serde_json::from_value::<Envelope>(done["envelope"].clone()).unwrap(), envelope);
    for other in ["moved", "forged", "note"] {
        assert_eq!(done[other].as_str(), Some("refused"), "{other}");
    }
}

#[test]
fn what_the_browser_seals_opens_here() {
    let (private, public) = PrivateKey::generate(&SystemDice);
    let input = json!({ "public": b64(&public.to_bytes()), "long": "长".repeat(8_000) });
    let body = format!(
        "const seal = async (text) => {{
             const sealed = await sealing.sealMessage({{ text }}, {PLACE}, [b(input.public), b(input.public)]);
             return {{ content: t(sealed.content), keys: sealed.keys.map(t) }};
         }};
         return [await seal('我们来帮你'), await seal(input.long)];"
    );
    let Some(done) = node(&body, &input) else { return };
    for (sealed, text) in done.as_array().unwrap().iter().zip(["我们来帮你", &"长".repeat(8_000)]) {
        let content = bytes(&sealed["content"]).try_into().unwrap();
        for key in sealed["keys"].as_array().unwrap() {
            let key = bytes(key).try_into().unwrap();
            assert_eq!(message::open(&private, &place(), &key, &content).unwrap(), Envelope::of(text));
        }
    }
}

#[test]
fn a_receipt_unlocks_the_same_thread_in_the_browser() {
    let receipt = Receipt::from_chance([5; 16]);
    let stretching = Stretching { salt: vec![9; 16], rounds: NonZeroU32::new(1000).unwrap() };
    let stretched = stretching.stretch(&receipt);
    let key = stretched.thread_key(&place().thread);
    let input = json!({ "digits": receipt.groups().join(""), "salt": b64(&[9; 16]), "rounds": 1000 });
    let body = format!(
        "const stretched = await sealing.stretch(input.digits, b(input.salt), input.rounds);
         const pair = await sealing.threadPair(stretched, {PLACE}.thread);
         return {{ locator: t(await sealing.locator(stretched)), publicKey: t(pair.publicKey) }};"
    );
    let Some(done) = node(&body, &input) else { return };
    assert_eq!(PublicKey::from_bytes(&bytes(&done["publicKey"])).as_ref(), Ok(key.public()));
    assert_eq!(bytes(&done["locator"]), stretched.locator().for_comparison());
}

#[test]
fn a_member_gets_at_the_desks_key_in_the_browser() {
    let rounds = NonZeroU32::new(1000).unwrap();
    let enrolled = keys::enrol("member", "七个字的好口令", rounds, &SystemDice);
    let Founded { public_key, member_share, .. } =
        keys::found("county", ("member", &enrolled.public_key), &SystemDice);
    let sealed = message::seal(&Envelope::of("他打我"), &place(), &[&public_key], &SystemDice).unwrap();
    let input = json!({
        "salt": b64(&enrolled.salt), "public": b64(&enrolled.public_key.to_bytes()),
        "wrapped": b64(enrolled.wrapped_key.as_bytes()), "share": b64(member_share.as_bytes()),
        "desk": b64(&public_key.to_bytes()), "key": b64(sealed.keys[0].as_bytes()),
        "content": b64(sealed.content.as_bytes()),
    });
    let body = format!(
        "const stretched = await sealing.stretch('七个字的好口令', b(input.salt), 1000);
         const member = await sealing.unwrapMember(stretched, 'member', b(input.public), b(input.wrapped));
         const share = {{ desk: 'county', generation: 1, holder: 'member' }};
         const desk = await sealing.openDeskKey(member, share, b(input.share), b(input.desk));
         const opened = await sealing.openMessage(desk, {PLACE}, b(input.key), b(input.content));
         return {{ text: opened.text, login: t(await sealing.loginValue(stretched)) }};"
    );
    let Some(done) = node(&body, &input) else { return };
    assert_eq!(done["text"], "他打我");
    assert_eq!(bytes(&done["login"]), enrolled.login.as_slice());
}
