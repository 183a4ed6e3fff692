//! The keys of desks and members: how they are made, wrapped, shared and had back from paper.
//!
//! A desk's private key is stored only sealed: once for each member, once for a recovery key that is printed and kept
//! on paper. A member's private key is stored only wrapped under a key from the passphrase. Only the operators' command
//! calls [`found`], [`admit`] and [`enrol`]; none of them gives out a private key. The formats are in
//! `docs/message-format.md`; the browser undoes them with WebCrypto.

use std::fmt;
use std::num::NonZeroU32;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use zeroize::Zeroizing;

use crate::consultations::stretch::{expand, stretch};
use crate::desk::paper::RecoveryKey;
use crate::dice::{self, Dice};
use crate::sealing::binding::labelled;
use crate::sealing::suite::{self, CannotOpen, PRIVATE_KEY_LEN, PrivateKey, PublicKey};

/// Rounds of PBKDF2 for a passphrase that is set now.
pub const PASSPHRASE_ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).expect("not zero");
/// Bytes of the salt of a passphrase.
pub const PASSPHRASE_SALT_LEN: usize = 16;

const NONCE_LEN: usize = 12;

/// Bytes of a [`SealedShare`].
pub const SHARE_LEN: usize = PRIVATE_KEY_LEN + suite::OVERHEAD;
/// Bytes of a [`WrappedKey`]: nonce, ciphertext, tag.
pub const WRAPPED_LEN: usize = NONCE_LEN + PRIVATE_KEY_LEN + 16;

/// A desk's private key, sealed to one holder. Invariant: [`SHARE_LEN`] bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedShare(Vec<u8>);

/// A member's private key, wrapped under the passphrase. Invariant: [`WRAPPED_LEN`] bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey(Vec<u8>);

/// Bytes of another length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("应为 {expected} 字节，这里是 {found} 字节")]
pub struct WrongLength {
    expected: usize,
    found: usize,
}

/// The keys of a new desk, all but one sealed.
pub struct Founded {
    /// What letters are sealed to.
    pub public_key: PublicKey,
    /// What the copy on paper is sealed to.
    pub recovery_public_key: PublicKey,
    /// The desk's private key for the key on paper.
    pub recovery_share: SealedShare,
    /// The desk's private key for the first member.
    pub member_share: SealedShare,
    /// To be printed, once.
    pub recovery_key: RecoveryKey,
}

/// The keys of a new member.
pub struct Enrolled {
    /// What shares are sealed to.
    pub public_key: PublicKey,
    /// The private key under the passphrase.
    pub wrapped_key: WrappedKey,
    /// Stretches the passphrase.
    pub salt: [u8; PASSPHRASE_SALT_LEN],
    /// Rounds of PBKDF2.
    pub rounds: NonZeroU32,
    /// What the browser will send to sign in. Only its Argon2id is stored.
    pub login: Zeroizing<[u8; 32]>,
}

/// Whose key it is, and who holds the copy.
#[derive(Debug, Clone, Copy)]
pub struct ShareOf<'a> {
    /// The desk.
    pub desk: &'a str,
    /// Which of its keys.
    pub generation: u32,
    /// The id of a member, or `recovery`.
    pub holder: &'a str,
}

/// The holder of the copy on paper.
pub const RECOVERY_HOLDER: &str = "recovery";

/// Makes the keys of a new desk, with `member` as its first.
pub fn found(desk: &str, member: (&str, &PublicKey), dice: &dyn Dice) -> Founded {
    let (private, public_key) = PrivateKey::generate(dice);
    let recovery_key = RecoveryKey::draw(dice);
    let (_, recovery_public_key) = recovery_key.pair();
    let share =
        |holder, to: &PublicKey| seal_share(&private, &ShareOf { desk, generation: 1, holder }, to, dice);
    Founded {
        recovery_share: share(RECOVERY_HOLDER, &recovery_public_key),
        member_share: share(member.0, member.1),
        public_key,
        recovery_public_key,
        recovery_key,
    }
}

/// Seals a copy of the desk's private key to another member. The key exists only in here.
pub fn admit(
    recovery_key: &RecoveryKey,
    recovery_share: &SealedShare,
    share: &ShareOf<'_>,
    (member, dice): (&PublicKey, &dyn Dice),
) -> Result<SealedShare, CannotOpen> {
    let (recovery, _) = recovery_key.pair();
    let on_paper = ShareOf { holder: RECOVERY_HOLDER, ..*share };
    let opened = recovery.open(&on_paper.info(), &recovery_share.0)?;
    let private = PrivateKey::from_bytes(&opened).map_err(|_| CannotOpen)?;
    Ok(seal_share(&private, share, member, dice))
}

/// Makes the keys of a new member. Takes a good part of a second.
///
/// # Panics
///
/// Never: 32 bytes can always be wrapped.
pub fn enrol(member: &str, passphrase: &str, rounds: NonZeroU32, dice: &dyn Dice) -> Enrolled {
    let (private, public_key) = PrivateKey::generate(dice);
    wrap((&private, public_key), member, (passphrase, rounds), dice)
}

fn wrap(
    (private, public_key): (&PrivateKey, PublicKey),
    member: &str,
    (passphrase, rounds): (&str, NonZeroU32),
    dice: &dyn Dice,
) -> Enrolled {
    let salt: [u8; PASSPHRASE_SALT_LEN] = dice::draw(dice);
    let stretched = stretch(rounds, &salt, passphrase.as_bytes());
    let nonce: [u8; NONCE_LEN] = dice::draw(dice);
    let wrapped = Aes256Gcm::new((&*expand(&stretched, b"nuanzhan/member-wrap/1")).into())
        .encrypt((&nonce).into(), Payload { msg: &private.to_bytes(), aad: &wrap_aad(member, &public_key) })
        .expect("32 bytes are below the limit of AES-GCM");
    Enrolled {
        public_key,
        wrapped_key: WrappedKey([&nonce[..], &wrapped].concat()),
        salt,
        rounds,
        login: expand(&stretched, b"nuanzhan/member-login/1"),
    }
}

fn seal_share(private: &PrivateKey, share: &ShareOf<'_>, to: &PublicKey, dice: &dyn Dice) -> SealedShare {
    SealedShare(suite::seal(to, &share.info(), &private.to_bytes(), dice))
}

/// Ties a wrapped key to its owner, so that two members' rows can't be swapped.
fn wrap_aad(member: &str, public_key: &PublicKey) -> Vec<u8> {
    [labelled("nuanzhan/member-key/1", &public_key.to_bytes()).as_slice(), member.as_bytes()].concat()
}

impl ShareOf<'_> {
    /// The HPKE info of the sealed copy: generation (big-endian), then desk and holder with a zero byte between. Ids hold
    /// no zero byte.
    fn info(&self) -> Vec<u8> {
        let mut bytes = self.generation.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.desk.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(self.holder.as_bytes());
        labelled("nuanzhan/desk-key/1", &bytes)
    }
}

impl SealedShare {
    /// The bytes, for storing and sending.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl WrappedKey {
    /// The bytes, for storing and sending.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for SealedShare {
    type Error = WrongLength;

    fn try_from(bytes: Vec<u8>) -> Result<Self, WrongLength> {
        of_length(bytes, SHARE_LEN).map(Self)
    }
}

impl TryFrom<Vec<u8>> for WrappedKey {
    type Error = WrongLength;

    fn try_from(bytes: Vec<u8>) -> Result<Self, WrongLength> {
        of_length(bytes, WRAPPED_LEN).map(Self)
    }
}

fn of_length(bytes: Vec<u8>, expected: usize) -> Result<Vec<u8>, WrongLength> {
    if bytes.len() == expected { Ok(bytes) } else { Err(WrongLength { expected, found: bytes.len() }) }
}

/// Sealed keys stay out of logs: they are still somebody's.
impl fmt::Debug for SealedShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedShare(..)")
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappedKey(..)")
    }
}

/// What a member's browser does, for tests on this side.
#[cfg(test)]
pub(crate) mod browser {
    use std::collections::BTreeMap;

    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::Value;

    use super::*;
    use crate::desk::testing::{bytes, number};
    use crate::dice::SystemDice;

    /// Unwraps the member's key and opens the desk's newest one. `me` is what `/desk/me` says.
    pub(crate) fn desk_key(
        me: &Value,
        member: &str,
        passphrase: &str,
        stretching: (&[u8], u32),
    ) -> PrivateKey {
        desk_keys(me, member, &member_key(me, member, passphrase, stretching)).pop_last().unwrap().1
    }

    /// Unwraps the member's key.
    pub(crate) fn member_key(
        me: &Value,
        member: &str,
        passphrase: &str,
        (salt, rounds): (&[u8], u32),
    ) -> PrivateKey {
        let stretched = stretch(NonZeroU32::new(rounds).unwrap(), salt, passphrase.as_bytes());
        let (wrapped, public_key) =
            (bytes(&me["wrapped_key"]), PublicKey::from_bytes(&bytes(&me["public_key"])));
        let (nonce, wrapped) = wrapped.split_first_chunk::<NONCE_LEN>().unwrap();
        let private = Aes256Gcm::new((&*expand(&stretched, b"nuanzhan/member-wrap/1")).into())
            .decrypt(nonce.into(), Payload { msg: wrapped, aad: &wrap_aad(member, &public_key.unwrap()) })
            .unwrap();
        PrivateKey::from_bytes(&private).unwrap()
    }

    /// Opens every key of the desk that the member holds.
    pub(crate) fn desk_keys(me: &Value, member: &str, private: &PrivateKey) -> BTreeMap<u32, PrivateKey> {
        let shares = me["desk_keys"].as_array().unwrap().iter();
        let open = |share: &Value| {
            let generation = number(&share["generation"]);
            let of = ShareOf { desk: me["desk"].as_str().unwrap(), generation, holder: member };
            let opened = private.open(&of.info(), &bytes(&share["sealed_key"])).unwrap();
            (generation, PrivateKey::from_bytes(&opened).unwrap())
        };
        shares.map(open).collect()
    }

    /// A copy of a desk's key for somebody, as base64.
    pub(crate) fn share(private: &PrivateKey, of: &ShareOf<'_>, to: &PublicKey) -> String {
        BASE64_STANDARD.encode(copy(private, of, to, &SystemDice).as_bytes())
    }

    /// The same with chance that the test knows.
    pub(crate) fn copy(
        private: &PrivateKey,
        of: &ShareOf<'_>,
        to: &PublicKey,
        dice: &dyn Dice,
    ) -> SealedShare {
        seal_share(private, of, to, dice)
    }

    /// What ties a copy to its holder.
    pub(crate) fn share_info(of: &ShareOf<'_>) -> Vec<u8> {
        of.info()
    }

    /// What ties a wrapped key to its owner.
    pub(crate) fn member_aad(member: &str, public_key: &PublicKey) -> Vec<u8> {
        wrap_aad(member, public_key)
    }

    /// A member's key under another passphrase.
    pub(crate) fn rewrapped(
        private: &PrivateKey,
        member: &str,
        passphrase: &str,
        rounds: NonZeroU32,
    ) -> Enrolled {
        rewrapped_with(private, member, (passphrase, rounds), &SystemDice)
    }

    /// The same with chance that the test knows.
    pub(crate) fn rewrapped_with(
        private: &PrivateKey,
        member: &str,
        passphrase: (&str, NonZeroU32),
        dice: &dyn Dice,
    ) -> Enrolled {
        wrap((private, private.public()), member, passphrase, dice)
    }

    /// What the key on paper opens.
    pub(crate) fn from_paper(paper: &RecoveryKey, of: &ShareOf<'_>, sealed: &[u8]) -> PrivateKey {
        let of = ShareOf { holder: RECOVERY_HOLDER, ..*of };
        PrivateKey::from_bytes(&paper.pair().0.open(&of.info(), sealed).unwrap()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;

    fn opens(private: &PrivateKey, public: &PublicKey) -> bool {
        private.open(b"", &suite::seal(public, b"", b"x", &SystemDice)).is_ok()
    }

    #[test]
    fn the_key_on_paper_admits_a_second_member() {
        let (first, first_public) = PrivateKey::generate(&SystemDice);
        let (second, second_public) = PrivateKey::generate(&SystemDice);
        let founded = found("county", ("first", &first_public), &SystemDice);
        let share = ShareOf { desk: "county", generation: 1, holder: "second" };
        let admitted =
            admit(&founded.recovery_key, &founded.recovery_share, &share, (&second_public, &SystemDice))
                .unwrap();
        let of_first = ShareOf { holder: "first", ..share };
        for (member, share, sealed) in [(first, of_first, founded.member_share), (second, share, admitted)] {
            let desk = PrivateKey::from_bytes(&member.open(&share.info(), &sealed.0).unwrap()).unwrap();
            assert!(opens(&desk, &founded.public_key));
        }
    }

    #[test]
    fn another_key_on_paper_or_another_desk_admits_nobody() {
        let (_, public) = PrivateKey::generate(&SystemDice);
        let founded = found("county", ("first", &public), &SystemDice);
        let share = ShareOf { desk: "county", generation: 1, holder: "second" };
        let stranger = RecoveryKey::draw(&SystemDice);
        assert!(admit(&stranger, &founded.recovery_share, &share, (&public, &SystemDice)).is_err());
        let elsewhere = ShareOf { desk: "city", ..share };
        assert!(
            admit(&founded.recovery_key, &founded.recovery_share, &elsewhere, (&public, &SystemDice))
                .is_err()
        );
    }

    #[test]
    fn the_values_for_signing_in_and_for_wrapping_have_nothing_in_common() {
        let enrolled = enrol("m", "correct horse", NonZeroU32::MIN, &SystemDice);
        assert_eq!(enrolled.wrapped_key.0.len(), WRAPPED_LEN);
        let stretched = stretch(NonZeroU32::MIN, &enrolled.salt, b"correct horse");
        assert_ne!(*enrolled.login, *expand(&stretched, b"nuanzhan/member-wrap/1"));
        assert_ne!(*enrolled.login, *stretched);
    }
}
