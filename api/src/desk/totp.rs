//! The second factor: a code of six digits that changes every half minute (TOTP, RFC 6238, HMAC-SHA-1).
//!
//! SHA-1 because that is what every authenticator understands; as HMAC nothing is known against it. One step before and one
//! after are taken too, for clocks that differ. The secret lies in the database sealed under a key that does not.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use jiff::Timestamp;
use ring::hmac;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::dice::{self, Dice};
use crate::sealing::binding::labelled;

/// Bytes of a secret: what HMAC-SHA-1 is worth.
pub const SECRET_LEN: usize = 20;
/// Seconds of a step.
const STEP: i64 = 30;
const NONCE_LEN: usize = 12;
/// Base32 of RFC 4648, which authenticators read.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What codes are made of. In the member's authenticator and, sealed, in the database.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; SECRET_LEN]);

impl Secret {
    /// A new one.
    pub fn draw(dice: &dyn Dice) -> Self {
        Self(dice::draw(dice))
    }

    /// Reads [`Secret::text`].
    pub fn parse(text: &str) -> Option<Self> {
        let mut secret = Self([0; SECRET_LEN]);
        let mut bits = 0;
        for c in text.bytes() {
            let value = ALPHABET.iter().position(|&letter| letter == c)?;
            for bit in (0..5).rev() {
                let byte = secret.0.get_mut(bits / 8)?;
                *byte |= u8::from(value >> bit & 1 == 1) << (7 - bits % 8);
                bits += 1;
            }
        }
        (bits == SECRET_LEN * 8).then_some(secret)
    }

    /// 32 characters of base32.
    pub fn text(&self) -> Zeroizing<String> {
        let bit = |at: usize| self.0[at / 8] >> (7 - at % 8) & 1;
        let value = |at: usize| (0..5).fold(0, |sum, bit_of| sum << 1 | bit(at * 5 + bit_of));
        let text = (0..SECRET_LEN * 8 / 5).map(|at| char::from(ALPHABET[usize::from(value(at))]));
        Zeroizing::new(text.collect())
    }

    /// The step whose code this is, of those that are good at `now`; nothing where it is none.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let now = now.as_second().div_euclid(STEP);
        // Hashes are compared, in constant time.
        let shown = blake3::hash(code.as_bytes());
        let is_code = |step: &i64| blake3::hash(self.code(*step).as_bytes()) == shown;
        // All are tried, so that the time does not tell which one it was.
        [now, now - 1, now + 1].into_iter().filter(is_code).reduce(|first, _| first)
    }

    /// The code of a step.
    pub fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        format!("{:06}", truncated(hmac::sign(&key, &step.to_be_bytes()).as_ref()) % 1_000_000)
    }

    /// As it lies in the database.
    ///
    /// # Panics
    ///
    /// Never: twenty bytes can always be sealed.
    pub fn sealed(&self, key: &[u8; 32], member: &str, dice: &dyn Dice) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = dice::draw(dice);
        let sealed = Aes256Gcm::new(key.into())
            .encrypt((&nonce).into(), Payload { msg: &self.0, aad: &aad(member) })
            .expect("20 bytes are below the limit of AES-GCM");
        [&nonce[..], &sealed].concat()
    }

    /// Undoes [`Secret::sealed`]; nothing for another key or another member's.
    pub fn open(sealed: &[u8], key: &[u8; 32], member: &str) -> Option<Self> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let payload = Payload { msg: sealed, aad: &aad(member) };
        let opened = Aes256Gcm::new(key.into()).decrypt(nonce.into(), payload).map(Zeroizing::new).ok()?;
        opened.as_slice().try_into().ok().map(Self)
    }
}

/// Ties a secret to its owner, so that two members' rows can't be swapped.
fn aad(member: &str) -> Vec<u8> {
    labelled("nuanzhan/second-factor/1", member.as_bytes())
}

/// Dynamic truncation of RFC 4226, section 5.3.
fn truncated(mac: &[u8]) -> u32 {
    let at = usize::from(mac[mac.len() - 1] & 15);
    u32::from_be_bytes([mac[at], mac[at + 1], mac[at + 2], mac[at + 3]]) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// RFC 6238, appendix B, the rows of SHA-1. The RFC's codes have eight digits; ours are the last six of them.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = Secret(*b"12345678901234567890");
        for (second, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(secret.code(second / 30), code[2..], "{second}");
            assert_eq!(secret.step_of(&code[2..], at(second)), Some(second / 30));
        }
    }

    #[test]
    fn a_code_is_good_for_the_steps_around_it_and_no_others() {
        let secret = Secret::draw(&SystemDice);
        let code = secret.code(1000);
        for (step, good) in [(998, false), (999, true), (1000, true), (1001, true), (1002, false)] {
            assert_eq!(secret.step_of(&code, at(step * 30)).is_some(), good, "{step}");
        }
        for bad in ["", "12345", "1234567", "abcdef"] {
            assert_eq!(secret.step_of(bad, at(30_000)), None);
        }
    }

    #[test]
    fn a_secret_comes_back_from_text_and_from_the_database_for_its_owner_alone() {
        let secret = Secret::draw(&SystemDice);
        assert_eq!(secret.text().len(), 32);
        assert!(Secret::parse(&secret.text()).unwrap() == secret);
        // RFC 4648's own base32 of these bytes.
        assert_eq!(*Secret(*b"12345678901234567890").text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for bad in ["", "GEZDGNBVGY3TQOJQ", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", &"A".repeat(33)] {
            assert!(Secret::parse(bad).is_none());
        }
        let sealed = secret.sealed(&[1; 32], "a", &SystemDice);
        assert!(Secret::open(&sealed, &[1; 32], "a").unwrap() == secret);
        for (key, member) in [([1; 32], "b"), ([2; 32], "a")] {
            assert!(Secret::open(&sealed, &key, member).is_none());
        }
    }
}
