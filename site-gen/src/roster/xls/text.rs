//! Text in an old workbook: one byte for each character where Latin is enough, two where not, and it may change on the way.
//!
//! Start at [`Parts::words`], text with its length before it, and [`Parts::shared`], one of the workbook's list of texts.

use super::BROKEN;
use super::records::{Record, u16_at, u32_at};

/// What a record and those that continue it have, read from front to back.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    here: &'a [u8],
    later: std::vec::IntoIter<&'a [u8]>,
}

/// Two bytes for each character.
const WIDE: u8 = 0x01;
/// Before the text stands how long a description of sounds is, which comes after it.
const WITH_SOUNDS: u8 = 0x04;
/// Before the text stands how often its looks change; the places come after it.
const WITH_LOOKS: u8 = 0x08;

impl<'a> Parts<'a> {
    /// From a place in the record on.
    pub(super) fn of(record: &Record<'a>, from: usize) -> Result<Self, String> {
        let here = record.data().get(from..).ok_or(BROKEN)?;
        let mut later = record.parts.clone().into_iter();
        later.next();
        Ok(Self { here, later })
    }

    /// Whether nothing is left.
    pub(super) fn is_over(&mut self) -> bool {
        while self.here.is_empty() {
            let Some(next) = self.later.next() else { return true };
            self.here = next;
        }
        false
    }

    /// Text after its length in two bytes, and its flags.
    pub(super) fn words(&mut self) -> Result<String, String> {
        let length = u16_at(self.here, 0)?;
        self.here = &self.here[2..];
        self.short_words(usize::from(length))
    }

    /// Text of so many characters after its flags.
    pub(super) fn short_words(&mut self, length: usize) -> Result<String, String> {
        let (flags, rest) = self.here.split_first().ok_or(BROKEN)?;
        self.here = rest;
        self.characters(length, *flags)
    }

    /// A text of the workbook's list, and what belongs to it.
    pub(super) fn shared(&mut self) -> Result<String, String> {
        let length = usize::from(u16_at(self.here, 0)?);
        let flags = *self.here.get(2).ok_or(BROKEN)?;
        let mut after = 0;
        let mut before = 3;
        if flags & WITH_LOOKS != 0 {
            after += usize::from(u16_at(self.here, before)?) * 4;
            before += 2;
        }
        if flags & WITH_SOUNDS != 0 {
            after += usize::try_from(u32_at(self.here, before)?).map_err(|_| BROKEN)?;
            before += 4;
        }
        self.here = self.here.get(before..).ok_or(BROKEN)?;
        let text = self.characters(length, flags)?;
        self.skip(after)?;
        Ok(text)
    }

    /// So many characters. Where the text goes on in another record, that says anew how wide they are.
    fn characters(&mut self, length: usize, mut flags: u8) -> Result<String, String> {
        let mut units: Vec<u16> = Vec::new();
        while units.len() < length {
            if self.here.is_empty() {
                let (first, rest) = self.later.next().and_then(|part| part.split_first()).ok_or(BROKEN)?;
                (flags, self.here) = (*first, rest);
                continue;
            }
            let width = if flags & WIDE == 0 { 1 } else { 2 };
            let count = (length - units.len()).min(self.here.len() / width);
            if count == 0 {
                return Err(BROKEN.to_owned());
            }
            let (these, rest) = self.here.split_at(count * width);
            units.extend(these.chunks(width).map(|unit| match unit {
                [low, high] => u16::from_le_bytes([*low, *high]),
                unit => u16::from(unit[0]),
            }));
            self.here = rest;
        }
        Ok(String::from_utf16_lossy(&units))
    }

    fn skip(&mut self, mut count: usize) -> Result<(), String> {
        while count > 0 {
            if self.is_over() {
                return Err(BROKEN.to_owned());
            }
            let step = count.min(self.here.len());
            self.here = &self.here[step..];
            count -= step;
        }
        Ok(())
    }
}
