//! The desk's part of `docs/message-format.json`: an invitation, a member, the paper, a desk's keys and how one follows another.
//!
//! Start at [`made`]: all of it from fixed chance, through the doors that the program itself uses. [`super::vectors`] holds it
//! against the file and prints what should be there. The browser's part reads it here, `pyhpke` in `tests/src/formats.py`;
//! `elsewhere` was sealed by that one. Nothing here may draw chance of its own: the file would be another one every time.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::browser::node;
use super::browser_keys::fingerprint;
use super::vectors::{WRITTEN, b64, bytes};
use crate::consultations::stretch::{expand, stretch};
use crate::desk::code::InvitationCode;
use crate::desk::keys::{self, Enrolled, PASSPHRASE_ROUNDS, RECOVERY_HOLDER, SealedShare, ShareOf, browser};
use crate::desk::paper::RecoveryKey;
use crate::desk::recovery::proof_info;
use crate::dice::Dice;
use crate::sealing::suite::{self, PrivateKey, PublicKey};

const DESK: &str = "county";
/// Ids that do not come from an invitation are 16 bytes of chance.
const COLLEAGUE: &str = "c0112233445566778899aabbccddeeff";
const PASSPHRASE: &str = "灯笼 溪水 麦子 二十三 石桥";
const NEXT_PASSPHRASE: &str = "another 口令 of twelve or more";

/// The seeds of pairs. That of the desk's first key is the reader `desk/county` of the message beside.
const MEMBER_SEED: [u8; 32] = [0x61; 32];
const COLLEAGUE_SEED: [u8; 32] = [0x62; 32];
const FIRST_SEED: [u8; 32] = [0x64; 32];
const SECOND_SEED: [u8; 32] = [0x65; 32];

/// Gives what was laid out, in this order and in these lengths.
struct Prepared(Mutex<VecDeque<Vec<u8>>>);

impl Prepared {
    fn of<const N: usize>(chance: [&[u8]; N]) -> Self {
        Self(Mutex::new(chance.into_iter().map(<[u8]>::to_vec).collect()))
    }
}

impl Dice for Prepared {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0.lock().unwrap().pop_front().unwrap());
    }
}

/// Bytes that count up, so that none stands for another.
fn counting(from: u8, bytes: usize) -> Vec<u8> {
    (from..).take(bytes).collect()
}

/// The section `desk`, all but `elsewhere`. `message` is sealed to the first key.
pub(super) fn made(message: &Value) -> Value {
    let chance = counting(0x10, 26);
    let code = InvitationCode::draw(&Prepared::of([&chance]));
    let (id, (_, public)) = (code.member(), PrivateKey::derive(&COLLEAGUE_SEED));
    let (paper, keys) = desk_keys(&id);
    let proof = proof(&paper.pair().1);
    json!({
        "id": DESK,
        "invitation": { "chance": b64(&chance), "code": code.text(), "hash": b64(&code.hash()) },
        "member": member(&id),
        "changed": changed(&id),
        "colleague": {
            "id": COLLEAGUE,
            "private_key": b64(&PrivateKey::derive(&COLLEAGUE_SEED).0.to_bytes()),
            "public_key": b64(&public.to_bytes()),
            "fingerprint": fingerprint(&public, COLLEAGUE),
        },
        "paper": on_paper(&paper),
        "keys": keys,
        "proof": proof,
        "resealed": resealed(message),
    })
}

/// Every step from a passphrase to what is stored.
fn kept(passphrase: &str, enrolled: &Enrolled) -> Value {
    let stretched = stretch(enrolled.rounds, &enrolled.salt, passphrase.as_bytes());
    json!({
        "passphrase": passphrase,
        "salt": b64(&enrolled.salt),
        "rounds": enrolled.rounds,
        "stretched": b64(stretched.as_slice()),
        "login": b64(enrolled.login.as_slice()),
        "wrap_key": b64(expand(&stretched, b"nuanzhan/member-wrap/1").as_slice()),
        "wrapped_key": b64(enrolled.wrapped_key.as_bytes()),
    })
}

/// The member who founds the desk.
fn member(id: &str) -> Value {
    let dice = Prepared::of([&MEMBER_SEED, &counting(0x30, 16), &counting(0x40, 12)]);
    let enrolled = keys::enrol(id, PASSPHRASE, PASSPHRASE_ROUNDS, &dice);
    let (private, public) = PrivateKey::derive(&MEMBER_SEED);
    let mut member = kept(PASSPHRASE, &enrolled);
    member["id"] = json!(id);
    member["private_key"] = json!(b64(&private.to_bytes()));
    member["public_key"] = json!(b64(&public.to_bytes()));
    member["aad"] = json!(b64(&browser::member_aad(id, &public)));
    member["fingerprint"] = json!(fingerprint(&public, id));
    member
}

/// The same member's key under another passphrase.
fn changed(id: &str) -> Value {
    let dice = Prepared::of([&counting(0x50, 16), &counting(0x60, 12)]);
    let (private, _) = PrivateKey::derive(&MEMBER_SEED);
    let passphrase = (NEXT_PASSPHRASE, PASSPHRASE_ROUNDS);
    kept(NEXT_PASSPHRASE, &browser::rewrapped_with(&private, id, passphrase, &dice))
}

fn secret() -> Vec<u8> {
    counting(0x81, 20)
}

/// The key on paper, and the desk's two keys with a copy for each holder: the founder, who lets in a colleague by the paper and
/// leaves; the next key is for the colleague and the paper.
fn desk_keys(member: &str) -> (RecoveryKey, Value) {
    let (on_paper, own, let_in, stays, again) = ([0xa1; 32], [0xa2; 32], [0xa3; 32], [0xa4; 32], [0xa5; 32]);
    let (public, colleague) = (PrivateKey::derive(&MEMBER_SEED).1, PrivateKey::derive(&COLLEAGUE_SEED).1);
    let of = |generation, holder| ShareOf { desk: DESK, generation, holder };
    let founded =
        keys::found(DESK, (member, &public), &Prepared::of([&FIRST_SEED, &secret(), &on_paper, &own]));
    let admitted = keys::admit(
        &founded.recovery_key,
        &founded.recovery_share,
        &of(1, COLLEAGUE),
        (&colleague, &Prepared::of([&let_in])),
    );
    let first = [
        copy(&of(1, member), &founded.member_share, &own),
        copy(&of(1, RECOVERY_HOLDER), &founded.recovery_share, &on_paper),
        copy(&of(1, COLLEAGUE), &admitted.unwrap(), &let_in),
    ];
    let (next, _) = PrivateKey::derive(&SECOND_SEED);
    let second = [(COLLEAGUE, &colleague, stays), (RECOVERY_HOLDER, &founded.recovery_public_key, again)]
        .map(|(holder, to, seed)| {
            let of = of(2, holder);
            copy(&of, &browser::copy(&next, &of, to, &Prepared::of([&seed])), &seed)
        });
    let keys = json!([key(1, &FIRST_SEED, &first), key(2, &SECOND_SEED, &second)]);
    (founded.recovery_key, keys)
}

fn key(generation: u32, seed: &[u8; 32], copies: &[Value]) -> Value {
    let (private, public) = PrivateKey::derive(seed);
    json!({
        "generation": generation,
        "private_key": b64(&private.to_bytes()),
        "public_key": b64(&public.to_bytes()),
        "copies": copies,
    })
}

fn copy(of: &ShareOf<'_>, sealed: &SealedShare, seed: &[u8; 32]) -> Value {
    json!({
        "holder": of.holder,
        "info": b64(&browser::share_info(of)),
        "ephemeral_seed": ephemeral(seed, sealed.as_bytes()),
        "sealed_key": b64(sealed.as_bytes()),
    })
}

/// The seed of the ephemeral pair, which is the one that was sealed with.
fn ephemeral(seed: &[u8; 32], sealed: &[u8]) -> String {
    assert!(sealed.starts_with(&PrivateKey::derive(seed).1.to_bytes()));
    b64(seed)
}

/// From twenty bytes to the text on the sheet, and to the pair it stands for.
fn on_paper(key: &RecoveryKey) -> Value {
    let wide: [u8; 32] = [secret(), vec![0; 12]].concat().try_into().unwrap();
    let seed = expand(&wide, b"nuanzhan/recovery-seed/1");
    let (private, public) = PrivateKey::derive(&seed);
    assert_eq!(public, key.pair().1);
    json!({
        "secret": b64(&secret()),
        "text": *key.groups(),
        "seed": b64(seed.as_slice()),
        "private_key": b64(&private.to_bytes()),
        "public_key": b64(&public.to_bytes()),
    })
}

/// What the colleague opens to show that they have the paper.
fn proof(paper: &PublicKey) -> Value {
    let (seed, opened, info) = ([0xa6; 32], counting(0xb0, 32), proof_info(DESK, COLLEAGUE));
    let challenge = suite::seal(paper, &info, &opened, &Prepared::of([&seed]));
    json!({
        "member": COLLEAGUE,
        "info": b64(&info),
        "ephemeral_seed": ephemeral(&seed, &challenge),
        "challenge": b64(&challenge),
        "opened": b64(&opened),
    })
}

/// The message's content key, opened with the first key and sealed to the second one.
fn resealed(message: &Value) -> Value {
    let (seed, info) = ([0xa7; 32], bytes(&message["key_info"]));
    let (first, _) = PrivateKey::derive(&FIRST_SEED);
    let content_key = first.open(&info, &bytes(&message["keys"][0]["key"])).unwrap();
    let (_, second) = PrivateKey::derive(&SECOND_SEED);
    let key = suite::seal(&second, &info, &content_key, &Prepared::of([&seed]));
    json!({ "generation": 2, "ephemeral_seed": ephemeral(&seed, &key), "key": b64(&key) })
}

fn written() -> Value {
    serde_json::from_str(WRITTEN).unwrap()
}

#[test]
fn what_another_implementation_sealed_for_a_desk_opens_here() {
    let written = written();
    let (desk, elsewhere) = (&written["desk"], &written["desk"]["elsewhere"]);
    let member = &desk["member"];
    let (id, passphrase) = (member["id"].as_str().unwrap(), member["passphrase"].as_str().unwrap());
    let me = json!({
        "desk": DESK, "public_key": member["public_key"], "wrapped_key": elsewhere["wrapped_key"],
        "desk_keys": [{ "generation": 1, "sealed_key": elsewhere["share"] }],
    });
    let private =
        browser::member_key(&me, id, passphrase, (&bytes(&member["salt"]), PASSPHRASE_ROUNDS.get()));
    assert_eq!(*private.to_bytes(), bytes(&member["private_key"]));
    let key = bytes(&desk["keys"][0]["private_key"]);
    assert_eq!(*browser::desk_keys(&me, id, &private)[&1].to_bytes(), key);
    let paper = RecoveryKey::parse(desk["paper"]["text"].as_str().unwrap()).unwrap();
    let of = ShareOf { desk: DESK, generation: 1, holder: RECOVERY_HOLDER };
    let from_paper = browser::from_paper(&paper, &of, &bytes(&elsewhere["recovery_share"]));
    assert_eq!(*from_paper.to_bytes(), key);
}

#[test]
fn the_browser_derives_and_opens_all_that_is_written_of_a_desk() {
    let body = "
        const { desk, place, message } = input, { member, changed, colleague, paper, proof } = desk, holders = {};
        const steps = async (kept) => {
            const stretched = await sealing.stretch(kept.passphrase, b(kept.salt), kept.rounds);
            const bytes = await sealing.unwrapBytes(stretched, member.id, b(member.public_key), b(kept.wrapped_key));
            return [t(stretched), t(await sealing.loginValue(stretched)), t(bytes)];
        };
        const [own, again] = [await steps(member), await steps(changed)];
        for (const one of [member, colleague]) holders[one.id] = await hpke.importKeyPair(b(one.private_key), b(one.public_key));
        holders.recovery = (await keys.readPaper(paper.text)).pair;
        const pairs = new Map(), copies = [];
        for (const { generation, public_key, copies: sealed } of desk.keys) for (const { holder, sealed_key } of sealed) {
            const share = { desk: desk.id, generation, holder }, info = sealing.shareInfo(share);
            copies.push([generation, t(info), t(await hpke.open(holders[holder], info, b(sealed_key)))]);
            pairs.set(generation, await sealing.openDeskKey(holders[holder], share, b(sealed_key), b(public_key)));
        }
        const old = Object.assign({ generation: 1, key: message.keys[0].key }, place);
        const moved = await keys.reseal(pairs, 2, [old]);
        const letters = [[1, old.key], [2, desk.resealed.key], [2, moved.keys[0].key]];
        const open = ([generation, key]) => sealing.openMessage(pairs.get(generation), place, b(key), b(message.content));
        return {
            own, again, copies, letters: await Promise.all(letters.map(open)), paper: t(holders.recovery.publicKey),
            hash: await keys.codeHash(desk.invitation.code),
            marks: await Promise.all([member, colleague].map((one) => keys.fingerprint(one.public_key, one.id))),
            proof: await keys.proveRecovery(holders.recovery, desk.id, proof.member, proof.challenge),
        };";
    let written = written();
    let Some(done) = node(body, &written) else { return };
    let desk = &written["desk"];
    for (steps, kept) in [("own", &desk["member"]), ("again", &desk["changed"])] {
        let expected = json!([kept["stretched"], kept["login"], desk["member"]["private_key"]]);
        assert_eq!(done[steps], expected, "{steps}");
    }
    let copies = desk["keys"].as_array().unwrap().iter().flat_map(|key| {
        let copies = key["copies"].as_array().unwrap();
        copies.iter().map(|copy| json!([key["generation"], copy["info"], key["private_key"]]))
    });
    assert_eq!(done["copies"], Value::Array(copies.collect()));
    let envelope = &written["message"]["envelope"];
    assert_eq!(done["letters"], json!([envelope, envelope, envelope]));
    assert_eq!((&done["paper"], &done["hash"]), (&desk["paper"]["public_key"], &desk["invitation"]["hash"]));
    assert_eq!(done["marks"], json!([desk["member"]["fingerprint"], desk["colleague"]["fingerprint"]]));
    assert_eq!(done["proof"], desk["proof"]["opened"]);
}

#[test]
fn the_browser_opens_nothing_of_a_desk_that_was_changed_or_is_somebody_elses() {
    let body = "
        const { desk } = input, { member, paper, proof } = desk, told = [];
        const turned = (text, at) => { const bytes = b(text); bytes[at] ^= 1; return bytes; };
        const attempt = async (open) => told.push(await open().then(() => 'opened', () => 'refused'));
        const unwrap = (id, wrapped) => () => sealing.unwrapBytes(b(member.stretched), id, b(member.public_key), wrapped);
        await attempt(unwrap(desk.colleague.id, b(member.wrapped_key)));
        for (const at of [0, 12, 59]) await attempt(unwrap(member.id, turned(member.wrapped_key, at)));
        const pair = (await keys.readPaper(paper.text)).pair, of = { desk: desk.id, generation: 1, holder: 'recovery' };
        const [, { sealed_key }] = desk.keys[0].copies;
        const open = (share, sealed) => () => hpke.open(pair, sealing.shareInfo(Object.assign({}, of, share)), sealed);
        for (const share of [{ desk: 'city' }, { generation: 2 }, { holder: member.id }]) await attempt(open(share, b(sealed_key)));
        for (const at of [0, 1, 65, 112]) await attempt(open({}, turned(sealed_key, at)));
        const prove = (id, challenge) => () => keys.proveRecovery(pair, desk.id, id, t(challenge));
        await attempt(prove(member.id, b(proof.challenge)));
        for (const at of [1, 65, 112]) await attempt(prove(proof.member, turned(proof.challenge, at)));
        // Of 20 bits that check, a changed character keeps all once in a million; these do not.
        for (const at of [0, 20, 43]) {
            const typed = paper.text.slice(0, at) + (paper.text[at] === '7' ? '8' : '7') + paper.text.slice(at + 1);
            await attempt(async () => { if ((await keys.readPaper(typed)).wrong) throw new Error(); });
        }
        return told;";
    let Some(told) = node(body, &written()) else { return };
    assert_eq!(told, json!(vec!["refused"; 18]));
}
