//! The receipt: twenty digits that alone open a thread again.
//!
//! Nineteen digits of chance and one that checks them, in five groups of four. Digits, because everyone can write them
//! down, read them out on the telephone and hide them among other numbers. A receipt is never stored, logged or sent
//! anywhere but to the one who gets it: the type prints as `Receipt(..)` and is wiped when dropped.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Digits of a receipt, the check digit included.
pub const DIGITS: usize = 20;
/// Digits in a group.
const GROUP: usize = 4;

/// A receipt. Invariant: digits 0 to 9, of which the last one checks the others.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Receipt([u8; DIGITS]);

/// Why what was typed is not a receipt. Told before any work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAReceipt {
    /// Nothing was typed.
    #[error("请输入回执码：5 组，每组 4 位数字")]
    Empty,
    /// Something that is neither a digit nor a separator.
    #[error("回执码只有数字，这里有别的字符。请对照抄下来的看一遍")]
    Stray,
    /// Too few digits.
    #[error("少了 {0} 位：回执码一共 20 位数字，5 组，每组 4 位")]
    Short(usize),
    /// Too many digits.
    #[error("多了 {0} 位：回执码一共 20 位数字，5 组，每组 4 位")]
    Long(usize),
    /// The check digit does not fit.
    #[error("有一位不对，或者有两位写反了。请一组一组地对照着再看一遍")]
    Mistyped,
}

/// Damm's table of order 10: catches every wrong digit and every two neighbours that changed places.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

impl Receipt {
    /// Makes a receipt of 16 bytes of chance.
    ///
    /// Nineteen digits are the remainder of 128 bits: no receipt is likelier than another by more than 2⁻⁶⁴ of itself.
    pub fn from_chance(chance: [u8; 16]) -> Self {
        let mut rest = u128::from_be_bytes(chance) % 10_u128.pow(19);
        let mut digits = [0; DIGITS];
        for digit in digits[..DIGITS - 1].iter_mut().rev() {
            *digit = (rest % 10).to_le_bytes()[0];
            rest /= 10;
        }
        digits[DIGITS - 1] = damm(&digits[..DIGITS - 1]);
        Self(digits)
    }

    /// Reads what somebody typed: spaces, dashes, dots and full-width digits are fine.
    pub fn parse(typed: &str) -> Result<Self, NotAReceipt> {
        let mut digits = [0; DIGITS];
        let mut count = 0;
        for c in typed.chars() {
            if let Some(digit) = digit(c) {
                if let Some(place) = digits.get_mut(count) {
                    *place = digit;
                }
                count += 1;
            } else if !is_separator(c) {
                return Err(NotAReceipt::Stray);
            }
        }
        match count {
            0 => Err(NotAReceipt::Empty),
            DIGITS if damm(&digits) != 0 => Err(NotAReceipt::Mistyped),
            DIGITS => Ok(Self(digits)),
            fewer if fewer < DIGITS => Err(NotAReceipt::Short(DIGITS - fewer)),
            more => Err(NotAReceipt::Long(more - DIGITS)),
        }
    }

    /// The five groups, for the one page that shows them.
    pub fn groups(&self) -> Vec<String> {
        self.0
            .chunks(GROUP)
            .map(|group| group.iter().map(|&digit| char::from(b'0' + digit)).collect())
            .collect()
    }

    /// The digits as ASCII, for stretching.
    pub(super) fn ascii(&self) -> zeroize::Zeroizing<[u8; DIGITS]> {
        zeroize::Zeroizing::new(self.0.map(|digit| b'0' + digit))
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt(..)")
    }
}

/// The interim digit after all of `digits`; zero after a whole receipt.
fn damm(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |interim, &digit| DAMM[usize::from(interim)][usize::from(digit)])
}

fn digit(c: char) -> Option<u8> {
    let digit = match c {
        '0'..='9' => c.to_digit(10)?,
        // Chinese keyboards write full-width digits.
        '０'..='９' => u32::from(c) - u32::from('０'),
        _ => return None,
    };
    u8::try_from(digit).ok()
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || "-‐‑‒–—―－_.·,，、。".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(receipt: &Receipt) -> String {
        receipt.groups().join(" ")
    }

    #[test]
    fn a_receipt_is_read_as_people_write_it() {
        let receipt = Receipt::from_chance([9; 16]);
        let written = text(&receipt);
        let full_width: String = written
            .chars()
            .map(|c| c.to_digit(10).map_or('　', |d| char::from_u32('０' as u32 + d).unwrap()))
            .collect();
        for typed in [
            written.clone(),
            written.replace(' ', "-"),
            written.replace(' ', ""),
            full_width,
            format!("\n {written}。"),
        ] {
            assert_eq!(Receipt::parse(&typed), Ok(receipt.clone()), "{typed}");
        }
        assert_eq!(written.len(), 24);
    }

    #[test]
    fn what_is_wrong_with_a_receipt_is_told_apart() {
        let written = text(&Receipt::from_chance([1; 16]));
        assert_eq!(Receipt::parse(" - "), Err(NotAReceipt::Empty));
        assert_eq!(Receipt::parse(&written[..23]), Err(NotAReceipt::Short(1)));
        assert_eq!(Receipt::parse(&format!("{written}00")), Err(NotAReceipt::Long(2)));
        assert_eq!(Receipt::parse(&written.replacen(' ', "x", 1)), Err(NotAReceipt::Stray));
        assert_eq!(Receipt::parse("一二三四"), Err(NotAReceipt::Stray));
        assert!(NotAReceipt::Short(1).to_string().contains("少了 1 位"));
    }

    #[test]
    fn a_receipt_does_not_print_itself() {
        assert_eq!(format!("{:?}", Receipt::from_chance([7; 16])), "Receipt(..)");
    }

    #[test]
    fn the_table_is_damms() {
        // Known from the literature: 572 has the check digit 4.
        assert_eq!(damm(&[5, 7, 2]), 4);
        for (at, row) in DAMM.iter().enumerate() {
            assert_eq!(row[at], 0);
        }
    }

    proptest! {
        #[test]
        fn every_receipt_comes_back(chance in any::<[u8; 16]>()) {
            let receipt = Receipt::from_chance(chance);
            prop_assert_eq!(Receipt::parse(&text(&receipt)), Ok(receipt));
        }

        #[test]
        fn one_wrong_digit_is_always_caught(chance in any::<[u8; 16]>(), at in 0..DIGITS, off in 1_u8..10) {
            let mut receipt = Receipt::from_chance(chance);
            receipt.0[at] = (receipt.0[at] + off) % 10;
            prop_assert_eq!(Receipt::parse(&text(&receipt)), Err(NotAReceipt::Mistyped));
        }

        #[test]
        fn two_neighbours_that_changed_places_are_always_caught(chance in any::<[u8; 16]>(), at in 0..DIGITS - 1) {
            let mut receipt = Receipt::from_chance(chance);
            prop_assume!(receipt.0[at] != receipt.0[at + 1]);
            receipt.0.swap(at, at + 1);
            prop_assert_eq!(Receipt::parse(&text(&receipt)), Err(NotAReceipt::Mistyped));
        }

        #[test]
        fn reading_anything_does_not_panic(typed in "\\PC{0,60}") {
            let _ = Receipt::parse(&typed);
        }
    }
}
