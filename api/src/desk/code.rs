//! The code of an invitation: 26 characters of chance, shown to one person, kept as a hash.
//!
//! It stands behind the `#` of an address, which no browser sends anywhere. The id of the member to be comes out of it too,
//! so that the same invitation taken twice makes the same member.

use std::fmt;

use ring::digest;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::desk::paper::{ALPHABET, value};
use crate::dice::{self, Dice};
use crate::sealing::binding::{hex, labelled};

/// Characters of a code, five bits each: 130 bits.
const LENGTH: usize = 26;

/// What makes somebody a member, once. Not to be printed but for the one it is for.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct InvitationCode([u8; LENGTH]);

impl InvitationCode {
    /// A new one.
    pub fn draw(dice: &dyn Dice) -> Self {
        let chance: [u8; LENGTH] = dice::draw(dice);
        Self(chance.map(|byte| ALPHABET[usize::from(byte & 31)]))
    }

    /// Reads a code that was copied or typed.
    pub fn parse(typed: &str) -> Option<Self> {
        let characters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
        let characters: Option<Vec<u8>> =
            characters.map(|c| value(c).map(|value| ALPHABET[usize::from(value)])).collect();
        characters?.try_into().ok().map(Self)
    }

    /// The one time it is shown.
    pub fn text(&self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }

    /// What is stored of it.
    pub fn hash(&self) -> Vec<u8> {
        sha256("nuanzhan/invitation/1", &self.0)
    }

    /// The id of whoever takes it.
    pub fn member(&self) -> String {
        hex(&sha256("nuanzhan/invited-member/1", &self.0)[..16])
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationCode(..)")
    }
}

fn sha256(label: &str, code: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, &labelled(label, code)).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;

    #[test]
    fn a_code_is_read_however_it_was_copied_and_nothing_else_is_one() {
        let code = InvitationCode::draw(&SystemDice);
        let text = code.text();
        let typed = format!(" {}-{} ", text[..13].to_lowercase(), &text[13..]);
        assert_eq!(InvitationCode::parse(&typed), Some(InvitationCode(code.0)));
        for bad in [&text[1..], &format!("{text}0"), &format!("!{}", &text[1..]), ""] {
            assert_eq!(InvitationCode::parse(bad), None, "{bad}");
        }
        assert_eq!((code.hash().len(), code.member().len()), (32, 32));
        assert_ne!(hex(&code.hash())[..32], code.member());
        assert_ne!(code.hash(), InvitationCode::draw(&SystemDice).hash());
        assert_eq!(format!("{code:?}"), "InvitationCode(..)");
    }
}
