//! What is kept on paper: the recovery key of a desk, and passphrases that the program makes up.
//!
//! Both are written in an alphabet without I, L, O and U, in groups of four. A recovery key ends with a group that checks
//! it, so that a slip of the pen is told apart from the wrong sheet.

use std::fmt;

use ring::digest;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::consultations::stretch::expand;
use crate::dice::{self, Dice};
use crate::sealing::suite::{PrivateKey, PublicKey};

/// Digits, and letters that can't be taken for them: five bits each.
pub(super) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters in a group.
const GROUP: usize = 4;
/// Bytes of chance: 160 bits, 32 characters.
const SECRET_LEN: usize = 20;
/// Characters that check: 20 bits.
const CHECK: usize = 4;

/// Opens the copy of a desk's private key that no member holds. Printed once, written on paper, never stored.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryKey([u8; SECRET_LEN]);

/// Why what was typed is not a recovery key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotARecoveryKey {
    /// A character that is not in the alphabet.
    #[error("恢复密钥里没有“{0}”这个字符")]
    Stray(char),
    /// Too few or too many characters.
    #[error("恢复密钥有 36 个字符，9 组，每组 4 个；这里有 {0} 个")]
    Length(usize),
    /// The last group does not fit.
    #[error("有字符不对：最后一组是校验，对不上。请一组一组地对照着再看一遍")]
    Mistyped,
}

impl RecoveryKey {
    /// A new one.
    pub fn draw(dice: &dyn Dice) -> Self {
        Self(dice::draw(dice))
    }

    /// Reads what somebody copied from paper.
    pub fn parse(typed: &str) -> Result<Self, NotARecoveryKey> {
        let mut values = Zeroizing::new(Vec::with_capacity(typed.len()));
        for c in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            values.push(value(c).ok_or(NotARecoveryKey::Stray(c))?);
        }
        let (secret, check) = values
            .split_at_checked(SECRET_LEN * 8 / 5)
            .filter(|(_, check)| check.len() == CHECK)
            .ok_or(NotARecoveryKey::Length(values.len()))?;
        let key = Self(pack(secret));
        if key.check() == check { Ok(key) } else { Err(NotARecoveryKey::Mistyped) }
    }

    /// The nine groups, for the one time they are shown.
    pub fn groups(&self) -> Zeroizing<String> {
        let values = unpack(&self.0).into_iter().chain(self.check());
        Zeroizing::new(grouped(values))
    }

    /// The key pair it stands for.
    pub fn pair(&self) -> (PrivateKey, PublicKey) {
        let mut wide = Zeroizing::new([0; 32]);
        wide[..SECRET_LEN].copy_from_slice(&self.0);
        PrivateKey::derive(&expand(&wide, b"nuanzhan/recovery-seed/1"))
    }

    fn check(&self) -> Vec<u8> {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"nuanzhan/recovery-check/1\0");
        context.update(&self.0);
        let mut values = unpack(context.finish().as_ref());
        values.truncate(CHECK);
        values
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey(..)")
    }
}

/// A passphrase nobody can guess: five groups of four characters, 100 bits.
pub fn passphrase(dice: &dyn Dice) -> Zeroizing<String> {
    let chance: Zeroizing<[u8; 20]> = Zeroizing::new(dice::draw(dice));
    Zeroizing::new(grouped(chance.iter().map(|byte| byte & 31)))
}

fn grouped(values: impl IntoIterator<Item = u8>) -> String {
    let mut text = String::with_capacity(64);
    for (at, value) in values.into_iter().enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(value)]));
    }
    text
}

/// What a character stands for. Letters that are not in the alphabet are taken for the digits they look like.
pub(super) fn value(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let at = ALPHABET.iter().position(|&letter| char::from(letter) == c)?;
    u8::try_from(at).ok()
}

/// Bytes to values of five bits, most significant bit first.
fn unpack(bytes: &[u8]) -> Vec<u8> {
    let bit = |at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    (0..bytes.len() * 8 / 5).map(|value| (0..5).fold(0, |sum, at| sum << 1 | bit(value * 5 + at))).collect()
}

/// Undoes [`unpack`] for a recovery key.
fn pack(values: &[u8]) -> [u8; SECRET_LEN] {
    let bit = |at: usize| values[at / 5] >> (4 - at % 5) & 1;
    std::array::from_fn(|byte| (0..8).fold(0, |sum, at| sum << 1 | bit(byte * 8 + at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;
    use proptest::prelude::*;

    #[test]
    fn a_slip_of_the_pen_is_told_apart() {
        let key = RecoveryKey::draw(&SystemDice);
        let text = key.groups();
        assert_eq!(text.len(), 44);
        assert_eq!(RecoveryKey::parse(&text.to_lowercase().replace('-', " ")).unwrap(), key);
        assert_eq!(RecoveryKey::parse(&text[..40]), Err(NotARecoveryKey::Length(32)));
        assert_eq!(RecoveryKey::parse(&text.replacen('-', "!", 1)), Err(NotARecoveryKey::Stray('!')));
        let other = if text.starts_with('7') { "8" } else { "7" };
        assert_eq!(RecoveryKey::parse(&format!("{other}{}", &text[1..])), Err(NotARecoveryKey::Mistyped));
        assert_eq!(format!("{key:?}"), "RecoveryKey(..)");
    }

    #[test]
    fn letters_that_look_like_digits_are_read_as_digits() {
        assert_eq!([value('o'), value('I'), value('l'), value('U')], [Some(0), Some(1), Some(1), None]);
    }

    #[test]
    fn a_made_up_passphrase_has_five_groups() {
        let made = passphrase(&SystemDice);
        assert_eq!(made.split('-').map(str::len).collect::<Vec<_>>(), [4; 5]);
        assert_ne!(*made, *passphrase(&SystemDice));
    }

    proptest! {
        #[test]
        fn every_recovery_key_comes_back(secret in any::<[u8; SECRET_LEN]>()) {
            let key = RecoveryKey(secret);
            prop_assert_eq!(RecoveryKey::parse(&key.groups()), Ok(key));
        }

        #[test]
        fn reading_anything_does_not_panic(typed in "\\PC{0,60}") {
            let _ = RecoveryKey::parse(&typed);
        }
    }
}
