//! The small pieces of the file format: numbers of variable length, strings, and the sum that shows damage.
//!
//! A reader never trusts what it reads: it gives an error at the end of the bytes, and callers never reserve more
//! than the bytes left could fill.

use super::IndexError;

/// Appends a number, seven bits to a byte, the lowest first.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

/// How many bytes a character takes where all take as many.
pub(super) const CHAR_BYTES: usize = 3;

/// A character in three bytes.
pub(super) fn put_char(c: char) -> [u8; CHAR_BYTES] {
    let [low, middle, high, _] = u32::from(c).to_le_bytes();
    [low, middle, high]
}

/// Reads characters that take three bytes each. What is none is the replacement character.
pub(super) fn chars(bytes: &[u8]) -> impl Iterator<Item = char> {
    let code = |&[low, middle, high]: &[u8; CHAR_BYTES]| u32::from_le_bytes([low, middle, high, 0]);
    bytes
        .as_chunks()
        .0
        .iter()
        .map(move |bytes| char::from_u32(code(bytes)).unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Appends a string with its length before it.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Appends strings with their number before them.
pub(super) fn put_texts(out: &mut Vec<u8>, texts: &[String]) {
    put_number(out, texts.len() as u64);
    for text in texts {
        put_text(out, text);
    }
}

/// Reads what was put, in the same order.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Where the next byte is.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(crate) fn byte(&mut self) -> Result<u8, IndexError> {
        let byte = *self.bytes.get(self.at).ok_or(IndexError::CUT_OFF)?;
        self.at += 1;
        Ok(byte)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], IndexError> {
        let end = self.at.checked_add(count).ok_or(IndexError::CUT_OFF)?;
        let taken = self.bytes.get(self.at..end).ok_or(IndexError::CUT_OFF)?;
        self.at = end;
        Ok(taken)
    }

    /// Goes on after what `read` has read of the bytes that are left; it gives those it has left.
    pub(super) fn pass(
        &mut self,
        read: impl FnOnce(&'a [u8]) -> Result<&'a [u8], IndexError>,
    ) -> Result<(), IndexError> {
        self.at = self.bytes.len() - read(&self.bytes[self.at..])?.len();
        Ok(())
    }

    #[inline]
    pub(crate) fn number(&mut self) -> Result<u64, IndexError> {
        // Most numbers are a single byte.
        if let Some(&byte @ 0..0x80) = self.bytes.get(self.at) {
            self.at += 1;
            return Ok(u64::from(byte));
        }
        self.long_number()
    }

    fn long_number(&mut self) -> Result<u64, IndexError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(IndexError::BAD_NUMBER);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(IndexError::BAD_NUMBER)
    }

    /// A number below 2³².
    pub(crate) fn small(&mut self) -> Result<u32, IndexError> {
        self.number()?.try_into().map_err(|_| IndexError::BAD_NUMBER)
    }

    /// How many things follow, each at least `least` bytes long.
    pub(crate) fn count(&mut self, least: usize) -> Result<usize, IndexError> {
        let count = usize::try_from(self.number()?).map_err(|_| IndexError::BAD_NUMBER)?;
        if count.saturating_mul(least) > self.left() { Err(IndexError::CUT_OFF) } else { Ok(count) }
    }

    pub(crate) fn fixed(&mut self) -> Result<u64, IndexError> {
        let mut eight = [0; 8];
        eight.copy_from_slice(self.take(8)?);
        Ok(u64::from_le_bytes(eight))
    }

    pub(crate) fn text(&mut self) -> Result<String, IndexError> {
        self.text_here().map(str::to_owned)
    }

    /// A text where it stands.
    pub(crate) fn text_here(&mut self) -> Result<&'a str, IndexError> {
        let length = self.count(1)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| IndexError::BAD_TEXT)
    }

    pub(super) fn texts(&mut self) -> Result<Vec<String>, IndexError> {
        (0..self.count(1)?).map(|_| self.text()).collect()
    }
}

/// A sum over bytes, eight at a time. It shows damage and mixed-up files; it does not keep out a forger.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sum(u64);

impl Default for Sum {
    fn default() -> Self {
        Self::new()
    }
}

impl Sum {
    pub(crate) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    /// Adds bytes and their number, so that text can't move from one field to the next unseen. Each step waits for the one
    /// before, so long texts are added as four sums side by side.
    pub(crate) fn add(mut self, bytes: &[u8]) -> Self {
        let (blocks, rest) = bytes.as_chunks::<32>();
        if !blocks.is_empty() {
            let mut lanes = [self, self.mix(1), self.mix(2), self.mix(3)];
            for block in blocks {
                for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
                    *lane = lane.mix(u64::from_le_bytes(*word));
                }
            }
            self = lanes.into_iter().fold(self, |sum, lane| sum.mix(lane.0));
        }
        let (words, rest) = rest.as_chunks::<8>();
        for &word in words {
            self = self.mix(u64::from_le_bytes(word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last)).mix(bytes.len() as u64)
    }

    pub(crate) fn value(self) -> u64 {
        self.0
    }

    /// Every step can be undone, so two inputs that differ in one word never have one sum.
    fn mix(self, word: u64) -> Self {
        let mixed = (self.0 ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
        Self(mixed ^ mixed >> 32)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_and_texts_come_back(number in any::<u64>(), text in any::<String>()) {
            let mut out: Vec<u8> = text.chars().flat_map(put_char).collect();
            prop_assert_eq!(&chars(&out).collect::<String>(), &text);
            out.clear();
            put_number(&mut out, number);
            put_texts(&mut out, std::slice::from_ref(&text));
            let mut reader = Reader::new(&out, 0);
            prop_assert_eq!(reader.number().unwrap(), number);
            prop_assert_eq!(reader.texts().unwrap(), vec![text]);
            prop_assert_eq!(reader.left(), 0);
        }

        #[test]
        fn a_flipped_bit_changes_the_sum(bytes in prop::collection::vec(any::<u8>(), 1..160), at in any::<prop::sample::Index>(), bit in 0..8u8) {
            let mut flipped = bytes.clone();
            flipped[at.index(bytes.len())] ^= 1 << bit;
            prop_assert_ne!(Sum::new().add(&bytes).value(), Sum::new().add(&flipped).value());
        }
    }

    #[test]
    fn a_number_too_large_is_refused() {
        assert!(Reader::new(&[0xff; 11], 0).number().is_err());
        assert!(Reader::new(&[0x80; 3], 0).number().is_err());
        assert!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0x7f], 0).small().is_err());
    }
}
