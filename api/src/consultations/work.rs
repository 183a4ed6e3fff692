//! Proof of work: what a new letter that was sealed in a browser pays with, so that junk costs its sender more than us.
//!
//! The open ALTCHA protocol, version 2, in its bounded form: we draw a number, derive a key from it with PBKDF2 and tell the first
//! half of the key; the browser tries numbers from 0 until its key begins so. Nothing is kept of a challenge until it is used up:
//! it carries its own end and our signature, and any process that shares the secrets checks it ([`check`]) at the price of two
//! HMACs. Sending a new letter asks for it, and signing in at the desk while a flood of sign-ins lasts: never reading, adding,
//! taking back, nor the numbers to dial (`docs/decisions/0039-abuse.md`).

use std::num::NonZeroU32;

use ring::hmac;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Hour;
use crate::consultations::stretch;
use crate::dice::{self, Dice};
use crate::sealing::binding::{hex, unhex};
use crate::secrets::Secrets;

/// How hard it is.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// Rounds of PBKDF2 for one try.
    pub rounds: NonZeroU32,
    /// The number is below this: at worst so many tries.
    pub tries: NonZeroU32,
}

/// 400,000 rounds at worst, half of that as a rule: less than a receipt costs on the same phone (`docs/performance.md`).
pub const WORK: Work = Work { rounds: NonZeroU32::new(1000).unwrap(), tries: NonZeroU32::new(400).unwrap() };

/// Whole hours that a challenge is good for, the one in which it was made included. Used-up ones are known for as long.
const GOOD_HOURS: i64 = 2;

const ALGORITHM: &str = "PBKDF2/SHA-256";
const KEY_LEN: usize = 32;

/// What is to be done. Names and shape are the protocol's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// What the signature is of.
    pub parameters: Parameters,
    /// Ours: HMAC-SHA-256 of the parameters as JSON without blanks, in hexadecimal digits.
    pub signature: String,
}

/// What is signed. The fields stand in the order of their names: written as they stand, they are the protocol's canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameters {
    /// `PBKDF2/SHA-256`.
    pub algorithm: String,
    /// Rounds for one try.
    pub cost: u32,
    /// From this second since 1970 on it is not taken any more: always the end of an hour.
    pub expires_at: i64,
    /// Bytes of the key.
    pub key_length: u32,
    /// How the key that is looked for begins, in hexadecimal digits.
    pub key_prefix: String,
    /// Ours, by which the whole key is recognised.
    pub key_signature: String,
    /// What comes before the number, 4 bytes with the highest first, in the password; hexadecimal digits.
    pub nonce: String,
    /// The salt, in hexadecimal digits.
    pub salt: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Solution {
    /// The number.
    pub counter: u32,
    /// The key that it gives, in hexadecimal digits.
    pub derived_key: String,
    /// How long it took, in milliseconds; nobody looks at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<f64>,
}

/// A challenge and what was found: the protocol's payload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkIn {
    /// As it was given.
    pub challenge: Challenge,
    /// What was found.
    pub solution: Solution,
}

/// Why work does not count. In every case another challenge helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wanting {
    /// There is none.
    #[error("寄信以前，手机要先算一道题，防有人用机器乱寄。请刷新页面再寄")]
    Missing,
    /// There is none, and more want to sign in than can be looked at.
    #[error("现在试着登录的太多，浏览器要先算一道题才轮得到。请刷新页面再登录")]
    MissingInACrowd,
    /// Not ours, changed, or not solved.
    #[error("手机算的题不对，请再寄一次")]
    Wrong,
    /// Its hours are over.
    #[error("手机算的题过期了，请再寄一次")]
    Old,
    /// Another letter was paid for with it.
    #[error("手机算的题已经用过了，请再寄一次")]
    Spent,
}

/// The keys of an hour, each for one purpose. Derived, so that all processes of a site have the same.
pub struct WorkKeys {
    challenge: hmac::Key,
    answer: hmac::Key,
}

impl WorkKeys {
    /// Of challenges that were made in this hour.
    pub fn of(secrets: &Secrets, hour: Hour) -> Self {
        let key = |label: &str| secrets.of_hour(label, hour);
        Self::from_secrets(
            key("nuanzhan/work-challenge/1").as_slice(),
            key("nuanzhan/work-answer/1").as_slice(),
        )
    }

    fn from_secrets(challenge: &[u8], answer: &[u8]) -> Self {
        let key = |secret| hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self { challenge: key(challenge), answer: key(answer) }
    }
}

impl Challenge {
    /// Makes one. `keys` are those of `hour`.
    ///
    /// # Panics
    ///
    /// Never: the number is below one of 32 bits.
    pub fn new(keys: &WorkKeys, work: Work, hour: Hour, dice: &dyn Dice) -> Self {
        let (nonce, salt): ([u8; 16], [u8; 16]) = (dice::draw(dice), dice::draw(dice));
        // That some numbers are likelier by one in 2^55 helps nobody.
        let counter = u64::from_be_bytes(dice::draw(dice)) % u64::from(work.tries.get());
        let counter = u32::try_from(counter).expect("below a number of 32 bits");
        let key = try_one(&nonce, counter, work.rounds, &salt);
        let parameters = Parameters {
            algorithm: ALGORITHM.to_owned(),
            cost: work.rounds.get(),
            expires_at: (hour.number() + GOOD_HOURS) * 3600,
            key_length: u32::try_from(KEY_LEN).expect("a few bytes"),
            key_prefix: hex(&key[..KEY_LEN / 2]),
            key_signature: hex(hmac::sign(&keys.answer, &key).as_ref()),
            nonce: hex(&nonce),
            salt: hex(&salt),
        };
        let signature = hex(hmac::sign(&keys.challenge, &parameters.signed()).as_ref());
        Self { parameters, signature }
    }
}

impl Parameters {
    fn signed(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a few texts and numbers")
    }

    /// The hour in which it was made, if we made it.
    fn made(&self) -> Hour {
        Hour::from_number(self.expires_at.div_euclid(3600) - GOOD_HOURS)
    }
}

/// Whether this is work that counts in `hour`, unless it was used up; gives what it is known by then.
pub fn check(secrets: &Secrets, shown: &WorkIn, hour: Hour) -> Result<Vec<u8>, Wanting> {
    let made = shown.challenge.parameters.made();
    if made.number() + GOOD_HOURS <= hour.number() {
        return Err(Wanting::Old);
    }
    shown.is_right(&WorkKeys::of(secrets, made))?;
    Ok(secrets.spent_hash("work", shown.challenge.signature.as_bytes()))
}

impl WorkIn {
    fn is_right(&self, keys: &WorkKeys) -> Result<(), Wanting> {
        let Challenge { parameters, signature } = &self.challenge;
        let holds = |key, message: &[u8], shown: &str| {
            let shown = unhex(shown).ok_or(Wanting::Wrong)?;
            hmac::verify(key, message, &shown).map_err(|_| Wanting::Wrong)
        };
        holds(&keys.challenge, &parameters.signed(), signature)?;
        let key = unhex(&self.solution.derived_key).ok_or(Wanting::Wrong)?;
        holds(&keys.answer, &key, &parameters.key_signature)
    }

    /// Solves a challenge as a browser does.
    #[cfg(test)]
    pub(crate) fn solving(challenge: Challenge) -> Self {
        let Parameters { cost, key_prefix, nonce, salt, .. } = &challenge.parameters;
        let (nonce, salt) = (unhex(nonce).unwrap(), unhex(salt).unwrap());
        let rounds = NonZeroU32::new(*cost).unwrap();
        let tries = (0..).map(|counter| (counter, hex(&try_one(&nonce, counter, rounds, &salt))));
        let (counter, derived_key) = tries.into_iter().find(|(_, key)| key.starts_with(key_prefix)).unwrap();
        Self { challenge, solution: Solution { counter, derived_key, time: None } }
    }
}

fn try_one(nonce: &[u8], counter: u32, rounds: NonZeroU32, salt: &[u8]) -> [u8; KEY_LEN] {
    *stretch::stretch(rounds, salt, &[nonce, &counter.to_be_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;

    const SMALL: Work = Work { rounds: NonZeroU32::new(3).unwrap(), tries: NonZeroU32::new(20).unwrap() };
    /// Changes one of them, digits by what it is given.
    type Change = fn(&mut Parameters, &dyn Fn(&str) -> String);

    const HOUR: Hour = Hour::from_number(500_000);

    fn later(hours: i64) -> Hour {
        Hour::from_number(HOUR.number() + hours)
    }

    fn solved(secrets: &Secrets) -> WorkIn {
        WorkIn::solving(Challenge::new(&WorkKeys::of(secrets, HOUR), SMALL, HOUR, &SystemDice))
    }

    #[test]
    fn the_work_of_a_letter_is_less_than_that_of_its_receipt() {
        // Two seconds on a phone four times slower (`docs/performance.md`) rest on these rounds; who asks for more measures anew.
        assert!(WORK.rounds.get() * WORK.tries.get() < stretch::ROUNDS.get());
    }

    #[test]
    fn a_solution_counts_in_its_hour_and_the_next_at_every_process_that_has_the_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.toml");
        let secrets = Secrets::draw(&SystemDice);
        secrets.write(&path).unwrap();
        let other = Secrets::read(&path).unwrap().unwrap();
        let work = solved(&secrets);
        assert!(work.solution.counter < SMALL.tries.get());
        let known = check(&secrets, &work, HOUR).unwrap();
        // A process whose clock is a little behind takes it, too.
        for hour in [-1, 0, 1] {
            assert_eq!(check(&other, &work, later(hour)).as_ref(), Ok(&known));
        }
        for hour in [2, 3, 5000] {
            assert_eq!(check(&secrets, &work, later(hour)), Err(Wanting::Old));
        }
        assert_eq!(check(&Secrets::draw(&SystemDice), &work, HOUR), Err(Wanting::Wrong));
        assert_ne!(check(&secrets, &solved(&secrets), HOUR).unwrap(), known);
    }

    #[test]
    fn whatever_is_changed_does_not_count() {
        let secrets = Secrets::draw(&SystemDice);
        let right = solved(&secrets);
        let flipped = |digits: &str| {
            let first = if digits.starts_with('0') { "1" } else { "0" };
            format!("{first}{}", &digits[1..])
        };
        let parameters: [Change; 8] = [
            |of, _| of.algorithm = "SHA-256".to_owned(),
            |of, _| of.cost = 1,
            |of, _| of.expires_at += 3600,
            |of, _| of.key_length = 16,
            |of, flipped| of.key_prefix = flipped(&of.key_prefix),
            |of, flipped| of.key_signature = flipped(&of.key_signature),
            |of, flipped| of.nonce = flipped(&of.nonce),
            |of, flipped| of.salt = flipped(&of.salt),
        ];
        for change in parameters {
            let mut wrong = right.clone();
            change(&mut wrong.challenge.parameters, &flipped);
            assert_eq!(check(&secrets, &wrong, HOUR), Err(Wanting::Wrong), "{wrong:?}");
        }
        let mut wrong = right.clone();
        wrong.challenge.signature = flipped(&wrong.challenge.signature);
        assert_eq!(check(&secrets, &wrong, HOUR), Err(Wanting::Wrong));
        for key in [flipped(&right.solution.derived_key), String::new(), "不是".to_owned(), "0".to_owned()]
        {
            let mut wrong = right.clone();
            wrong.solution.derived_key = key;
            assert_eq!(check(&secrets, &wrong, HOUR), Err(Wanting::Wrong));
        }
        let mut shouted = right.clone();
        shouted.challenge.signature = right.challenge.signature.to_uppercase();
        assert_eq!(check(&secrets, &shouted, HOUR), Err(Wanting::Wrong), "it can be written in one way only");
        let mut earlier = right;
        earlier.challenge.parameters.expires_at -= 1;
        assert!(check(&secrets, &earlier, HOUR).is_err());
    }

    #[test]
    fn the_number_is_anywhere_below_the_limit() {
        let secrets = Secrets::draw(&SystemDice);
        let numbers: std::collections::BTreeSet<u32> =
            (0..2000).map(|_| solved(&secrets).solution.counter).collect();
        assert_eq!(numbers, (0..SMALL.tries.get()).collect());
    }

    /// What the protocol's own library solves counts here, and it takes what we solve.
    #[test]
    fn the_protocols_own_library_understands_it() {
        let keys = WorkKeys::from_secrets(b"one secret", b"another");
        // Its clock is the machine's.
        let hour = Hour::from_number(1_000_000);
        let ours = WorkIn::solving(Challenge::new(&keys, SMALL, hour, &SystemDice));
        let theirs: altcha::Challenge =
            serde_json::from_value(serde_json::to_value(&ours.challenge).unwrap()).unwrap();
        let solved = altcha::solve_challenge(altcha::SolveChallengeOptions::new(&theirs)).unwrap().unwrap();
        assert_eq!(
            (solved.counter, &solved.derived_key),
            (ours.solution.counter, &ours.solution.derived_key)
        );
        let payload = altcha::Payload { challenge: theirs.clone(), solution: solved.clone() };
        let read: WorkIn = serde_json::from_value(serde_json::to_value(payload).unwrap()).unwrap();
        assert_eq!(read.is_right(&keys), Ok(()));
        for fast in [Some("another".to_owned()), None] {
            let mut options = altcha::VerifySolutionOptions::new(&theirs, &solved, "one secret");
            options.hmac_key_signature_secret = fast;
            assert!(altcha::verify_solution(options).unwrap().verified);
        }
    }
}
