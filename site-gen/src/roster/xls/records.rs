//! The records of an old workbook: a kind, a length, bytes, and those of the records that continue it.
//!
//! Start at [`Records`]. Nothing here knows what a record says.

use super::BROKEN;

/// Begins a workbook, a sheet, or a chart within a sheet.
pub(super) const BOF: u16 = 0x0809;
/// Ends what was begun.
pub(super) const EOF: u16 = 0x000A;
const CONTINUE: u16 = 0x003C;

/// A record.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    /// What it has; then what each record has that continues it. Never empty.
    pub(super) parts: Vec<&'a [u8]>,
}

/// The records of a stream, in their order.
#[derive(Debug)]
pub(super) struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    pub(super) fn new(stream: &'a [u8]) -> Self {
        Self { rest: stream }
    }

    /// The next one; the error says that the stream ends within it. A stream ends with the record that says so, not like this.
    pub(super) fn next(&mut self) -> Result<Record<'a>, String> {
        let (kind, data) = self.one()?;
        let mut parts = vec![data];
        while u16_at(self.rest, 0) == Ok(CONTINUE) {
            parts.push(self.one()?.1);
        }
        Ok(Record { kind, parts })
    }

    fn one(&mut self) -> Result<(u16, &'a [u8]), String> {
        let (kind, length) = (u16_at(self.rest, 0)?, usize::from(u16_at(self.rest, 2)?));
        let data = self.rest.get(4..4 + length).ok_or(BROKEN)?;
        self.rest = &self.rest[4 + length..];
        Ok((kind, data))
    }
}

impl<'a> Record<'a> {
    /// What the record itself has.
    pub(super) fn data(&self) -> &'a [u8] {
        self.parts[0]
    }
}

/// The two bytes at a place as a number.
pub(super) fn u16_at(data: &[u8], at: usize) -> Result<u16, String> {
    bytes_at(data, at).map(u16::from_le_bytes)
}

/// The four bytes at a place as a number.
pub(super) fn u32_at(data: &[u8], at: usize) -> Result<u32, String> {
    bytes_at(data, at).map(u32::from_le_bytes)
}

/// So many bytes at a place.
pub(super) fn bytes_at<const N: usize>(data: &[u8], at: usize) -> Result<[u8; N], String> {
    data.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or_else(|| BROKEN.to_owned())
}
