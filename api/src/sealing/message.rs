//! One message: padded, encrypted once, its key sealed to each reader.
//!
//! [`seal`] makes a [`SealedMessage`]; only [`open`] with a reader's private key undoes it. The stored parts know
//! their shape and nothing else.

use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::dice::Dice;
use crate::sealing::binding::Binding;
use crate::sealing::padding::{self, TooLong};
use crate::sealing::suite::{self, CannotOpen, PrivateKey, PublicKey};

/// Bytes of the content key.
const KEY_LEN: usize = 32;
/// Bytes of the nonce that stands before the ciphertext.
const NONCE_LEN: usize = 12;
/// Bytes of the tag that stands after it.
const TAG_LEN: usize = 16;

/// Bytes of a [`SealedKey`].
pub const SEALED_KEY_LEN: usize = KEY_LEN + suite::OVERHEAD;

/// What somebody wrote. This is the plaintext: it lives for one request and is wiped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Envelope {
    /// The words.
    pub text: String,
    /// How to reach the writer safely, and when not to, if they chose to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<String>,
}

/// An encrypted message: nonce, ciphertext, tag. Invariant: its length is that of a size class.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedContent(Vec<u8>);

/// A content key sealed to one reader. Invariant: [`SEALED_KEY_LEN`] bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey(Vec<u8>);

/// Bytes that do not have the shape of what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misshapen {
    /// Not a [`SealedContent`].
    #[error("密文长度不对：应为 {classes:?} 字节之一，这里是 {0} 字节", classes = SealedContent::lengths())]
    Content(usize),
    /// Not a [`SealedKey`].
    #[error("密封的密钥应为 {SEALED_KEY_LEN} 字节，这里是 {0} 字节")]
    Key(usize),
}

/// A message on its way to the store: the content, and one key for each of the readers it was sealed to, in their order.
#[derive(Debug, Clone)]
pub struct SealedMessage {
    /// The encrypted message.
    pub content: SealedContent,
    /// Its key, sealed once for each reader.
    pub keys: Vec<SealedKey>,
}

/// Encrypts `envelope` for its place and seals the key to each of `readers`.
///
/// # Panics
///
/// Never: a message of a size class is far below the limit of AES-GCM.
pub fn seal(
    envelope: &Envelope,
    binding: &Binding,
    readers: &[&PublicKey],
    dice: &dyn Dice,
) -> Result<SealedMessage, TooLong> {
    let padded = padding::pad(&envelope.to_json())?;
    let mut key = Zeroizing::new([0; KEY_LEN]);
    dice.fill(key.as_mut_slice());
    let nonce: [u8; NONCE_LEN] = crate::dice::draw(dice);
    let payload = Payload { msg: &padded, aad: &binding.content_aad() };
    let ciphertext = Aes256Gcm::new((&*key).into())
        .encrypt((&nonce).into(), payload)
        .expect("a message of a size class is far below the limit of AES-GCM");
    let info = binding.key_info();
    let keys = readers.iter().map(|reader| SealedKey(suite::seal(reader, &info, key.as_slice(), dice)));
    Ok(SealedMessage { content: SealedContent([&nonce[..], &ciphertext].concat()), keys: keys.collect() })
}

/// Opens a message with a reader's private key and the content key that was sealed to it.
pub fn open(
    reader: &PrivateKey,
    binding: &Binding,
    key: &SealedKey,
    content: &SealedContent,
) -> Result<Envelope, CannotOpen> {
    let key = reader.open(&binding.key_info(), &key.0)?;
    let key: &[u8; KEY_LEN] = key.as_slice().try_into().map_err(|_| CannotOpen)?;
    let (nonce, ciphertext) = content.0.split_first_chunk::<NONCE_LEN>().ok_or(CannotOpen)?;
    let payload = Payload { msg: ciphertext, aad: &binding.content_aad() };
    let padded = Aes256Gcm::new(key.into()).decrypt(nonce.into(), payload).map_err(|_| CannotOpen)?;
    let padded = Zeroizing::new(padded);
    let json = padding::unpad(&padded).ok_or(CannotOpen)?;
    serde_json::from_slice(json).map_err(|_| CannotOpen)
}

impl Envelope {
    /// Only words.
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), reach: None }
    }

    fn to_json(&self) -> Zeroizing<Vec<u8>> {
        // Room for the longest there can be, so that growing leaves no copies behind.
        let mut json = Zeroizing::new(Vec::with_capacity(padding::LONGEST));
        serde_json::to_writer(&mut *json, self).expect("two strings are always JSON");
        json
    }
}

impl SealedContent {
    /// The bytes, for storing and sending.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn lengths() -> [usize; 4] {
        padding::CLASSES.map(|class| class + NONCE_LEN + TAG_LEN)
    }
}

impl SealedKey {
    /// The bytes, for storing and sending.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for SealedContent {
    type Error = Misshapen;

    fn try_from(bytes: Vec<u8>) -> Result<Self, Misshapen> {
        if Self::lengths().contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(Misshapen::Content(bytes.len()))
        }
    }
}

impl TryFrom<Vec<u8>> for SealedKey {
    type Error = Misshapen;

    fn try_from(bytes: Vec<u8>) -> Result<Self, Misshapen> {
        if bytes.len() == SEALED_KEY_LEN { Ok(Self(bytes)) } else { Err(Misshapen::Key(bytes.len())) }
    }
}

/// Plaintext stays out of logs and of panics.
impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Envelope(..)")
    }
}

/// Ciphertext stays out of logs too: it is still somebody's.
impl fmt::Debug for SealedContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedContent(..)")
    }
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;
    use crate::sealing::binding::{Sender, ThreadId};
    use proptest::prelude::*;

    fn place(position: u32) -> Binding {
        Binding::letter(ThreadId::from_bytes([7; 16]), position, Sender::Asker)
    }

    #[test]
    fn ciphers_wipe_what_they_make_of_a_key() {
        fn wiped<T: ZeroizeOnDrop>() {}
        wiped::<Aes256Gcm>();
    }

    #[test]
    fn each_reader_opens_and_nobody_else() {
        let (desk, desk_public) = PrivateKey::generate(&SystemDice);
        let (thread, thread_public) = PrivateKey::generate(&SystemDice);
        let (stranger, _) = PrivateKey::generate(&SystemDice);
        let envelope = Envelope { text: "他打我".to_owned(), reach: Some("周三上午".to_owned()) };
        let sealed = seal(&envelope, &place(1), &[&desk_public, &thread_public], &SystemDice).unwrap();
        assert_eq!(open(&desk, &place(1), &sealed.keys[0], &sealed.content), Ok(envelope.clone()));
        assert_eq!(open(&thread, &place(1), &sealed.keys[1], &sealed.content), Ok(envelope));
        assert_eq!(open(&thread, &place(1), &sealed.keys[0], &sealed.content), Err(CannotOpen));
        assert_eq!(open(&stranger, &place(1), &sealed.keys[0], &sealed.content), Err(CannotOpen));
    }

    #[test]
    fn a_message_that_is_moved_or_given_another_sender_does_not_open() {
        let (reader, public) = PrivateKey::generate(&SystemDice);
        let sealed = seal(&Envelope::of("words"), &place(1), &[&public], &SystemDice).unwrap();
        let elsewhere = [
            place(2),
            Binding { sender: Sender::Desk, ..place(1) },
            Binding { thread: ThreadId::from_bytes([8; 16]), ..place(1) },
        ];
        for binding in elsewhere {
            assert_eq!(open(&reader, &binding, &sealed.keys[0], &sealed.content), Err(CannotOpen));
        }
    }

    #[test]
    fn a_key_does_not_open_the_content_of_another_message() {
        let (reader, public) = PrivateKey::generate(&SystemDice);
        let one = seal(&Envelope::of("one"), &place(1), &[&public], &SystemDice).unwrap();
        let other = seal(&Envelope::of("other"), &place(1), &[&public], &SystemDice).unwrap();
        assert_eq!(open(&reader, &place(1), &one.keys[0], &other.content), Err(CannotOpen));
    }

    #[test]
    fn short_and_longer_messages_have_the_same_size() {
        let (_, public) = PrivateKey::generate(&SystemDice);
        let size = |text: &str| {
            let sealed = seal(&Envelope::of(text), &place(1), &[&public], &SystemDice).unwrap();
            sealed.content.as_bytes().len()
        };
        assert_eq!(size("救"), size(&"救命".repeat(100)));
        assert_eq!(size("救"), 1024 + NONCE_LEN + TAG_LEN);
        // The longest letter the form takes, each character as long as JSON can make it.
        assert_eq!(size(&"\u{1}".repeat(8_000)), 65_536 + NONCE_LEN + TAG_LEN);
    }

    #[test]
    fn what_has_the_wrong_shape_is_not_taken_for_sealed() {
        assert_eq!(SealedContent::try_from(vec![0; 1024]), Err(Misshapen::Content(1024)));
        assert_eq!(SealedKey::try_from(vec![0; 112]), Err(Misshapen::Key(112)));
        assert_eq!(format!("{:?}{:?}", Envelope::of("x"), SealedKey(vec![1])), "Envelope(..)SealedKey(..)");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_changed_bit_anywhere_is_noticed(text in ".{0,40}", byte in 0_usize..2000, bit in 0_u8..8) {
            let (reader, public) = PrivateKey::generate(&SystemDice);
            let sealed = seal(&Envelope::of(text), &place(1), &[&public], &SystemDice).unwrap();
            let (mut content, mut key) = (sealed.content.clone(), sealed.keys[0].clone());
            let (content_len, key_len) = (content.0.len(), key.0.len());
            content.0[byte % content_len] ^= 1 << bit;
            key.0[byte % key_len] ^= 1 << bit;
            prop_assert_eq!(open(&reader, &place(1), &sealed.keys[0], &content), Err(CannotOpen));
            prop_assert_eq!(open(&reader, &place(1), &key, &sealed.content), Err(CannotOpen));
        }
    }
}
