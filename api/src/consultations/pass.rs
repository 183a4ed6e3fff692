//! The pass: what an open thread's page carries instead of the receipt, so that its reader can write once more.
//!
//! Without a script a page can carry on only with something in its source. That something is not the receipt and not
//! the thread's key: a pass names the thread, ends after half an hour, and lets its holder add a message, say whether it helped and whether
//! it may be told, not read.
//! It is sealed under a key of the hour (`docs/decisions/0005-pass-instead-of-receipt.md`).

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use crate::consultations::hourly::{self, HourKey, Turn};
use crate::dice::{self, Dice};
use crate::sealing::binding::{THREAD_ID_LEN, ThreadId};

/// How long a pass is good.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

const LABEL: &[u8] = b"nuanzhan/pass/1";
const NONCE_LEN: usize = 12;

/// A pass that was shown and is good.
pub struct Pass {
    /// The thread it is for.
    pub thread: ThreadId,
    key: HourKey,
    token: Vec<u8>,
}

/// Makes a pass for `thread`, good from `now` for [`LIFETIME`].
///
/// # Panics
///
/// Never: a few bytes can always be sealed.
pub fn issue(thread: &ThreadId, now: Timestamp, keys: &Turn, dice: &dyn Dice) -> String {
    let ends = (now + LIFETIME).as_second();
    let inside = [thread.as_bytes().as_slice(), &ends.to_be_bytes()].concat();
    let nonce: [u8; NONCE_LEN] = dice::draw(dice);
    let sealed = Aes256Gcm::new((&*keys.current).into())
        .encrypt((&nonce).into(), Payload { msg: &inside, aad: LABEL })
        .expect("a few bytes are below the limit of AES-GCM");
    BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())
}

/// Reads a pass; `None` where it is none, or has ended.
pub fn read(shown: &str, now: Timestamp, keys: &Turn) -> Option<Pass> {
    let token = BASE64_URL_SAFE_NO_PAD.decode(shown).ok()?;
    let (nonce, sealed) = token.split_first_chunk::<NONCE_LEN>()?;
    let payload = || Payload { msg: sealed, aad: LABEL };
    let open = |key: &HourKey| {
        Some((Aes256Gcm::new((&**key).into()).decrypt(nonce.into(), payload()).ok()?, key.clone()))
    };
    let (inside, key) = keys.both().find_map(open)?;
    let (thread, ends) = inside.split_first_chunk::<THREAD_ID_LEN>()?;
    let ends = i64::from_be_bytes(ends.try_into().ok()?);
    let thread = ThreadId::from_bytes(*thread);
    (now.as_second() < ends).then_some(Pass { thread, key, token })
}

impl Pass {
    /// Recognises the same thing done twice from the same page.
    pub fn request_hash(&self, what: &str, text: &str) -> [u8; 32] {
        hourly::tag(&self.key, what, &[&self.token, text.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Hour;
    use crate::consultations::hourly::Hourly;
    use crate::dice::SystemDice;
    use crate::secrets::Secrets;
    use crate::store::testing;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn drawn(now: Timestamp) -> Turn {
        Turn::drawn(Hour::of(now), &SystemDice)
    }

    #[tokio::test]
    async fn a_pass_is_good_for_half_an_hour_at_every_process_even_over_the_change_of_the_hour() {
        for fresh in testing::each().await {
            let (fresh, secrets) = (fresh, Secrets::draw(&SystemDice));
            let (ours, theirs) = (Hourly::new("pass"), Hourly::new("pass"));
            let keys = async |of: &Hourly, now| {
                of.keys((&secrets, &fresh.store), Hour::of(now), &SystemDice).await.unwrap()
            };
            let made = at("2026-11-21T07:45:00Z");
            let thread = ThreadId::from_bytes([5; 16]);
            let shown = issue(&thread, made, &keys(&ours, made).await, &SystemDice);
            for (moment, good) in
                [("07:45:00", true), ("08:14:59", true), ("08:15:00", false), ("09:00:00", false)]
            {
                let now = at(&format!("2026-11-21T{moment}Z"));
                for process in [&ours, &theirs] {
                    let read = read(&shown, now, &keys(process, now).await);
                    assert_eq!(read.map(|pass| pass.thread), good.then_some(thread), "{moment}");
                }
            }
        }
    }

    #[test]
    fn a_pass_of_another_site_or_a_forged_one_is_none() {
        let now = at("2026-11-21T07:45:00Z");
        let (ours, theirs) = (drawn(now), drawn(now));
        let shown = issue(&ThreadId::from_bytes([5; 16]), now, &theirs, &SystemDice);
        assert!(read(&shown, now, &theirs).is_some());
        assert!(read(&shown, now, &ours).is_none());
        for forged in ["", "AAAA", "不是", &shown[1..], &"A".repeat(70)] {
            assert!(read(forged, now, &theirs).is_none(), "{forged}");
        }
    }

    #[test]
    fn the_same_words_from_the_same_page_are_recognised_and_no_others() {
        let now = at("2026-11-21T07:45:00Z");
        let keys = drawn(now);
        let thread = ThreadId::from_bytes([5; 16]);
        let page = || issue(&thread, now, &keys, &SystemDice);
        let (one, other) = (page(), page());
        let hash = |shown: &str, text: &str| read(shown, now, &keys).unwrap().request_hash("follow-up", text);
        assert_eq!(hash(&one, "words"), hash(&one, "words"));
        assert_ne!(hash(&one, "words"), hash(&one, "other words"));
        assert_ne!(hash(&one, "words"), hash(&other, "words"));
    }
}
