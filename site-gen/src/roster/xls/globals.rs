//! What a workbook has for all its sheets: their names and places, the list of texts, how numbers are shown.

use std::collections::BTreeMap;

use super::super::workbook::{MOST_CELLS, MOST_SHEETS, shift, too_many};
use super::records::{BOF, EOF, Record, Records, u16_at, u32_at};
use super::text::Parts;
use super::{BROKEN, LOCKED, OLD, formats};

const DATE_1904: u16 = 0x0022;
const FILE_PASS: u16 = 0x002F;
const BOUND_SHEET: u16 = 0x0085;
const XF: u16 = 0x00E0;
const SST: u16 = 0x00FC;
const FORMAT: u16 = 0x041E;
/// The version of Excel 97 and later; lower ones are older.
const BIFF_8: u16 = 0x0600;

/// What all sheets share.
#[derive(Debug, Default)]
pub(super) struct Globals {
    /// In the order in which a person sees them.
    pub(super) sheets: Vec<Entry>,
    /// The list of texts that cells name by number.
    pub(super) texts: Vec<String>,
    /// How many days later this workbook begins to count.
    pub(super) shift: f64,
    /// The format of each look that cells name by number.
    looks: Vec<u16>,
    /// Formats that somebody wrote, and whether they show days or times.
    moments: BTreeMap<u16, bool>,
}

/// A sheet.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    /// Where its records begin.
    pub(super) start: usize,
    pub(super) is_visible: bool,
    /// A chart has none, and a sheet of macros none that matter.
    pub(super) has_cells: bool,
}

impl Globals {
    /// Reads the records of the workbook, up to those of its first sheet.
    pub(super) fn read(stream: &[u8]) -> Result<Self, String> {
        let mut records = Records::new(stream);
        let first = records.next()?;
        if first.kind != BOF {
            // Before Excel 5 a file began with another record.
            return Err(if first.kind & 0x00FF == 0x0009 { OLD } else { BROKEN }.to_owned());
        }
        if u16_at(first.data(), 0)? < BIFF_8 {
            return Err(OLD.to_owned());
        }
        let mut globals = Self::default();
        loop {
            let record = records.next()?;
            if record.kind == EOF {
                return Ok(globals);
            }
            globals.take(&record)?;
        }
    }

    fn take(&mut self, record: &Record<'_>) -> Result<(), String> {
        let data = record.data();
        match record.kind {
            FILE_PASS => return Err(LOCKED.to_owned()),
            DATE_1904 => self.shift = shift(u16_at(data, 0)? == 1),
            XF => self.looks.push(u16_at(data, 2)?),
            FORMAT => {
                let written = Parts::of(record, 2)?.words()?;
                self.moments.insert(u16_at(data, 0)?, formats::is_moment(&written));
            }
            BOUND_SHEET if self.sheets.len() < MOST_SHEETS => self.sheets.push(Entry::read(record)?),
            SST => {
                let mut parts = Parts::of(record, 8)?;
                while !parts.is_over() {
                    if self.texts.len() == MOST_CELLS {
                        return Err(too_many());
                    }
                    self.texts.push(parts.shared()?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether a cell of this look shows a day or a time.
    pub(super) fn is_moment(&self, look: u16) -> bool {
        let Some(format) = self.looks.get(usize::from(look)) else { return false };
        self.moments.get(format).copied().unwrap_or_else(|| formats::is_moment_by_number(*format))
    }
}

impl Entry {
    fn read(record: &Record<'_>) -> Result<Self, String> {
        let data = record.data();
        let [state, kind] = super::records::bytes_at(data, 4)?;
        let length = *data.get(6).ok_or(BROKEN)?;
        Ok(Self {
            name: Parts::of(record, 7)?.short_words(usize::from(length))?,
            start: usize::try_from(u32_at(data, 0)?).map_err(|_| BROKEN)?,
            // The low two bits: hidden, or hidden from those who would show it again.
            is_visible: state % 4 == 0,
            has_cells: kind == 0,
        })
    }
}
