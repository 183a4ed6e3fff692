//! The keys that members' browsers make open here, and the other way round: `desk/keys.js` under `node`.
//!
//! Left out, and said so, where there is no `node`.

use std::num::NonZeroU32;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::consultations::stretch::{expand, stretch};
use crate::desk::code::InvitationCode;
use crate::desk::keys::{self, Founded, ShareOf, browser};
use crate::desk::paper::RecoveryKey;
use crate::dice::SystemDice;
use crate::sealing::binding::{Binding, Purpose, Sender, labelled};
use crate::sealing::browser::node;
use crate::sealing::suite::{self, PrivateKey, PublicKey};

fn b64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

fn bytes(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().unwrap_or_else(|| panic!("{value}"))).unwrap()
}

fn public(value: &Value) -> PublicKey {
    PublicKey::from_bytes(&bytes(value)).unwrap()
}

/// What `/desk/me` would say of a member and their copies of the desk's key.
fn me(kept: &Value, id: &str, shares: &[(u32, &Value)]) -> Value {
    let shares: Vec<Value> = shares
        .iter()
        .map(|(generation, sealed)| json!({ "generation": generation, "sealed_key": sealed }))
        .collect();
    json!({ "id": id, "desk": "county", "public_key": kept["public_key"], "wrapped_key": kept["wrapped_key"], "desk_keys": shares })
}

/// What two people compare. The service never reckons it: it could lie.
pub(super) fn fingerprint(key: &PublicKey, member: &str) -> String {
    let of = [key.to_bytes().as_slice(), member.as_bytes()].concat();
    let hash = ring::digest::digest(&ring::digest::SHA256, &labelled("nuanzhan/member-fingerprint/1", &of));
    let digits: Vec<String> = hash.as_ref()[..24].iter().map(|byte| (byte % 10).to_string()).collect();
    let groups: Vec<String> = digits.chunks(4).map(<[String]>::concat).collect();
    groups.join(" ")
}

#[test]
fn a_member_and_a_desk_that_were_made_in_the_browser_open_here() {
    let body = "const kept = await keys.newMember('m', '七个字的好口令', 1000);
        const made = await keys.foundDesk('county', 'm', kept.public_key);
        const next = await keys.nextKey('county', 2, [{ id: 'm', public_key: kept.public_key }], made.founding.recovery_public_key);
        const read = await keys.readPaper(made.paper.toLowerCase().replace(/-/g, ' '));
        const ends = [keys.endsWith(made.paper, made.paper.slice(-9)), keys.endsWith(made.paper, made.paper.slice(0, 9))];
        const stretched = await sealing.stretch('七个字的好口令', b(kept.salt), 1000);
        const again = await keys.rewrap(stretched, Object.assign({ id: 'm' }, kept), '另一个好口令呀');
        return { kept, made, next, again, ends, paper: t(read.pair.publicKey) };";
    let Some(done) = node(body, &json!({})) else { return };
    let (kept, founding) = (&done["kept"], &done["made"]["founding"]);
    let stretching = (bytes(&kept["salt"]), 1000);
    let me = me(kept, "m", &[(1, &founding["share"]), (2, &done["next"]["shares"][0]["sealed_key"])]);
    let private = browser::member_key(&me, "m", "七个字的好口令", (&stretching.0, stretching.1));
    assert_eq!(private.public(), public(&kept["public_key"]));
    let stretched = stretch(NonZeroU32::new(1000).unwrap(), &stretching.0, "七个字的好口令".as_bytes());
    assert_eq!(bytes(&kept["login"]), expand(&stretched, b"nuanzhan/member-login/1").as_slice());
    let desk = browser::desk_keys(&me, "m", &private);
    assert_eq!(desk[&1].public(), public(&founding["public_key"]));
    assert_eq!(desk[&2].public(), public(&done["next"]["public_key"]));

    let paper = RecoveryKey::parse(done["made"]["paper"].as_str().unwrap()).unwrap();
    assert_eq!(paper.pair().1, public(&founding["recovery_public_key"]));
    assert_eq!(
        (done["paper"].clone(), &done["ends"]),
        (founding["recovery_public_key"].clone(), &json!([true, false]))
    );
    for (generation, sealed, key) in [
        (1, &founding["recovery_share"], &founding["public_key"]),
        (2, &done["next"]["recovery_share"], &done["next"]["public_key"]),
    ] {
        let of = ShareOf { desk: "county", generation, holder: "recovery" };
        assert_eq!(browser::from_paper(&paper, &of, &bytes(sealed)).public(), public(key));
    }
    let again =
        json!({ "id": "m", "public_key": kept["public_key"], "wrapped_key": done["again"]["wrapped_key"] });
    let salt = bytes(&done["again"]["salt"]);
    let same = browser::member_key(&again, "m", "另一个好口令呀", (&salt, 1000));
    assert_eq!(same.public(), private.public());
}

#[test]
fn keys_that_were_made_here_are_passed_on_by_a_member_and_by_paper_in_the_browser() {
    let (first, first_public) = PrivateKey::generate(&SystemDice);
    let (second, second_public) = PrivateKey::generate(&SystemDice);
    let Founded { public_key, member_share, recovery_share, recovery_key, .. } =
        keys::found("county", ("first", &first_public), &SystemDice);
    let info = labelled("nuanzhan/recovery-proof/1", b"county\0second\0");
    let challenge = suite::seal(&recovery_key.pair().1, &info, b"proof", &SystemDice);
    let input = json!({
        "private": b64(&first.to_bytes()), "public": b64(&first_public.to_bytes()),
        "share": b64(member_share.as_bytes()), "recovery": b64(recovery_share.as_bytes()),
        "to": { "id": "second", "public_key": b64(&second_public.to_bytes()) },
        "paper": *recovery_key.groups(), "challenge": b64(&challenge),
    });
    let body = "const pair = await hpke.importKeyPair(b(input.private), b(input.public));
        const copies = (sealed_key) => [{ generation: 1, sealed_key }];
        const { pair: paper } = await keys.readPaper(input.paper);
        const slip = await keys.readPaper((input.paper[0] === '7' ? '8' : '7') + input.paper.slice(1));
        return {
          by: await keys.passOn(pair, 'county', 'first', copies(input.share), input.to),
          paper: await keys.passOn(paper, 'county', 'recovery', copies(input.recovery), input.to),
          proof: await keys.proveRecovery(paper, 'county', 'second', input.challenge),
          wrong: [slip, await keys.readPaper('!'), await keys.readPaper('ABCD')].map((one) => Boolean(one.wrong)),
        };";
    let Some(done) = node(body, &input) else { return };
    for way in ["by", "paper"] {
        let me = me(&json!({}), "second", &[(1, &done[way][0]["sealed_key"])]);
        assert_eq!(browser::desk_keys(&me, "second", &second)[&1].public(), public_key, "{way}");
    }
    assert_eq!(bytes(&done["proof"]), b"proof");
    assert_eq!(done["wrong"], json!([true, true, true]));
}

#[test]
fn content_keys_follow_the_next_key_in_the_browser() {
    let (old, old_public) = PrivateKey::generate(&SystemDice);
    let (new, new_public) = PrivateKey::generate(&SystemDice);
    let thread = "000102030405060708090a0b0c0d0e0f";
    let places = [(Purpose::Letter, 3, Sender::Asker), (Purpose::Note, 1, Sender::Desk)].map(
        |(purpose, position, sender)| Binding { thread: thread.parse().unwrap(), purpose, position, sender },
    );
    let content = [5; 32];
    let listed = places.map(|place| {
        json!({
            "thread": thread, "purpose": place.purpose.code(), "position": place.position, "sender": place.sender.code(),
            "generation": 1, "key": b64(&suite::seal(&old_public, &place.key_info(), &content, &SystemDice)),
        })
    });
    let mut stranger = listed[0].clone();
    stranger["sender"] = json!("desk");
    let input = json!({
        "old": [b64(&old.to_bytes()), b64(&old_public.to_bytes())], "new": [b64(&new.to_bytes()), b64(&new_public.to_bytes())],
        "keys": [listed[0], listed[1], stranger],
    });
    let body = "const pair = async ([bytes, key]) => hpke.importKeyPair(b(bytes), b(key));
        const pairs = new Map([[1, await pair(input.old)], [2, await pair(input.new)]]);
        return keys.reseal(pairs, 2, input.keys);";
    let Some(done) = node(body, &input) else { return };
    assert_eq!(
        (&done["generation"], done["keys"].as_array().unwrap().len()),
        (&json!(2), 2),
        "what does not open is left"
    );
    for (place, moved) in places.iter().zip(done["keys"].as_array().unwrap()) {
        assert_eq!(*new.open(&place.key_info(), &bytes(&moved["key"])).unwrap(), content);
        assert!(old.open(&place.key_info(), &bytes(&moved["key"])).is_err());
        assert_eq!((&moved["generation"], moved.get("sender")), (&json!(1), None), "as the service takes it");
    }
}

#[test]
fn a_code_and_a_fingerprint_are_the_same_on_both_sides() {
    let (_, key) = PrivateKey::generate(&SystemDice);
    let input = json!({ "key": b64(&key.to_bytes()) });
    let body = "const code = keys.drawCode();
        return { code, hash: await keys.codeHash(code), mark: await keys.fingerprint(input.key, 'm') };";
    let Some(done) = node(body, &input) else { return };
    let code = InvitationCode::parse(done["code"].as_str().unwrap()).unwrap();
    assert_eq!(bytes(&done["hash"]), code.hash());
    assert_eq!(done["mark"], fingerprint(&key, "m"));
}
