//! Where a message belongs: the bytes that tie it to its thread, its position and its sender.
//!
//! They are mixed into both the encryption and the sealed keys, so a message that is moved, replayed, swapped or
//! given another sender does not open. All parts have a fixed length: two different places never give the same bytes.

use std::fmt;
use std::str::FromStr;

use crate::dice::{self, Dice};

/// Raised when the format of messages changes.
pub const FORMAT: u8 = 1;

/// Bytes of a thread's id.
pub const THREAD_ID_LEN: usize = 16;

/// Names a thread. Random, so that it says nothing about when or in which order it began.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ThreadId([u8; THREAD_ID_LEN]);

/// Not 32 hexadecimal digits in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("应为 32 位十六进制数字")]
pub struct NotAThreadId;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sender {
    /// Whoever holds the receipt.
    Asker,
    /// A member of the desk.
    Desk,
}

/// The place of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The thread it belongs to.
    pub thread: ThreadId,
    /// What it is for.
    pub purpose: Purpose,
    /// Its number among those of its purpose in the thread, from 1.
    pub position: u32,
    /// Who wrote it.
    pub sender: Sender,
}

/// What a message is for. Each purpose counts its messages for itself: from the letters nobody can tell that there are
/// notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Between asker and desk.
    Letter,
    /// For the desk alone.
    Note,
}

impl ThreadId {
    /// A new one.
    pub fn draw(dice: &dyn Dice) -> Self {
        Self(dice::draw(dice))
    }

    /// From its bytes.
    pub fn from_bytes(bytes: [u8; THREAD_ID_LEN]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; THREAD_ID_LEN] {
        &self.0
    }
}

/// 32 hexadecimal digits in lower case.
impl fmt::Display for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ThreadId({self})")
    }
}

impl FromStr for ThreadId {
    type Err = NotAThreadId;

    fn from_str(text: &str) -> Result<Self, NotAThreadId> {
        let mut bytes = [0; THREAD_ID_LEN];
        if text.len() != 2 * THREAD_ID_LEN {
            return Err(NotAThreadId);
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = nibble(digits[0])? << 4 | nibble(digits[1])?;
        }
        Ok(Self(bytes))
    }
}

/// One hexadecimal digit. Upper case is refused: an id has one spelling.
fn nibble(digit: u8) -> Result<u8, NotAThreadId> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(NotAThreadId),
    }
}

impl Sender {
    /// The name in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Asker => "asker",
            Self::Desk => "desk",
        }
    }

    /// Reads what [`Sender::code`] gave.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Asker, Self::Desk].into_iter().find(|sender| sender.code() == code)
    }

    fn number(self) -> u8 {
        match self {
            Self::Asker => 1,
            Self::Desk => 2,
        }
    }
}

impl Purpose {
    /// The name in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Note => "note",
        }
    }

    /// Reads what [`Purpose::code`] gave.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Letter, Self::Note].into_iter().find(|purpose| purpose.code() == code)
    }

    fn number(self) -> u8 {
        match self {
            Self::Letter => 1,
            Self::Note => 2,
        }
    }
}

impl Binding {
    /// The place of a letter.
    pub fn letter(thread: ThreadId, position: u32, sender: Sender) -> Self {
        Self { thread, purpose: Purpose::Letter, position, sender }
    }

    /// The canonical bytes: format, thread, position (big-endian), sender, purpose.
    fn canonical(&self) -> [u8; 23] {
        let mut bytes = [0; 23];
        bytes[0] = FORMAT;
        bytes[1..17].copy_from_slice(self.thread.as_bytes());
        bytes[17..21].copy_from_slice(&self.position.to_be_bytes());
        bytes[21] = self.sender.number();
        bytes[22] = self.purpose.number();
        bytes
    }

    /// The associated data of the content's encryption.
    pub fn content_aad(&self) -> Vec<u8> {
        labelled("nuanzhan/message/1", &self.canonical())
    }

    /// The HPKE info of a sealed content key.
    pub fn key_info(&self) -> Vec<u8> {
        labelled("nuanzhan/message-key/1", &self.canonical())
    }
}

/// Bytes as hexadecimal digits in lower case.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes that [`hex`] wrote so. Small letters only: otherwise one challenge could be written in several ways, and be used up
/// several times.
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// A label, a zero byte, and what it labels. Labels hold no zero byte, so the two can't run into each other.
pub fn labelled(label: &str, bytes: &[u8]) -> Vec<u8> {
    let mut labelled = Vec::with_capacity(label.len() + 1 + bytes.len());
    labelled.extend_from_slice(label.as_bytes());
    labelled.push(0);
    labelled.extend_from_slice(bytes);
    labelled
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bytes_are_those_of_the_written_format() {
        let thread = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
        let binding = Binding::letter(thread, 0x0102_0304, Sender::Desk);
        let mut expected = b"nuanzhan/message-key/1\0\x01".to_vec();
        expected.extend(0..16);
        expected.extend([1, 2, 3, 4, 2, 1]);
        assert_eq!(binding.key_info(), expected);
        assert!(binding.content_aad().starts_with(b"nuanzhan/message/1\0\x01\x00\x01"));
    }

    #[test]
    fn an_id_has_one_spelling() {
        let id = "00ff000000000000000000000000abcd";
        assert_eq!(id.parse::<ThreadId>().unwrap().to_string(), id);
        for bad in [
            "",
            "00",
            "00FF000000000000000000000000abcd",
            "00ff00000000000000000000000000000",
            "站站站站站站站站站站aa",
        ] {
            assert_eq!(bad.parse::<ThreadId>(), Err(NotAThreadId), "{bad}");
        }
    }

    fn any_binding() -> impl Strategy<Value = Binding> {
        let parts = (any::<[u8; 16]>(), any::<u32>(), any::<bool>(), any::<bool>());
        parts.prop_map(|(thread, position, asker, note)| Binding {
            thread: ThreadId(thread),
            purpose: if note { Purpose::Note } else { Purpose::Letter },
            position,
            sender: if asker { Sender::Asker } else { Sender::Desk },
        })
    }

    proptest! {
        #[test]
        fn two_places_never_give_the_same_bytes(a in any_binding(), b in any_binding()) {
            prop_assert_eq!(a == b, a.key_info() == b.key_info());
            prop_assert_ne!(a.key_info(), a.content_aad());
        }
    }
}
