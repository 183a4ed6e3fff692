//! The cells of one sheet of an old workbook, and which of them are merged.
//!
//! Start at [`read`]. Cells that only have a look are no cells: a list that is framed down to its last row stays as small as it is.

use calamine::Dimensions;

use super::super::cell::{Cell, Sheet};
use super::super::workbook::{Room, too_many, words};
use super::BROKEN;
use super::globals::Globals;
use super::records::{BOF, EOF, Record, Records, bytes_at, u16_at, u32_at};
use super::text::Parts;

const FORMULA: u16 = 0x0006;
const MUL_RK: u16 = 0x00BD;
const R_STRING: u16 = 0x00D6;
const MERGE_CELLS: u16 = 0x00E5;
const LABEL_SST: u16 = 0x00FD;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_ERR: u16 = 0x0205;
const STRING: u16 = 0x0207;
const RK: u16 = 0x027E;
/// Where in a record a cell's value begins: after its row, column and look.
const VALUE: usize = 6;
/// More merged areas than this are no list.
const MOST_MERGED: usize = 100_000;

/// Reads the records of one sheet into `sheet`, and gives what is merged. `steps`: how many records may be read of all sheets together.
pub(super) fn read(
    start: &[u8],
    globals: &Globals,
    sheet: &mut Sheet,
    (room, steps): (&mut Room, &mut usize),
) -> Result<Vec<Dimensions>, String> {
    let mut records = Records::new(start);
    if records.next()?.kind != BOF {
        return Err(BROKEN.to_owned());
    }
    let mut reading = Reading { globals, sheet, room, merged: Vec::new(), asked: None };
    // A chart in the sheet has records of its own, those of cells among them.
    let mut depth = 0_usize;
    loop {
        *steps = steps.checked_sub(1).ok_or(BROKEN)?;
        let record = records.next()?;
        match record.kind {
            BOF => depth += 1,
            EOF if depth == 0 => return Ok(reading.merged),
            EOF => depth -= 1,
            _ if depth == 0 => reading.take(&record)?,
            _ => {}
        }
    }
}

/// A sheet on the way.
struct Reading<'a> {
    globals: &'a Globals,
    sheet: &'a mut Sheet,
    room: &'a mut Room,
    merged: Vec<Dimensions>,
    /// The cell of a formula whose text comes in a record after it.
    asked: Option<(u32, u32)>,
}

impl Reading<'_> {
    fn take(&mut self, record: &Record<'_>) -> Result<(), String> {
        let data = record.data();
        match record.kind {
            NUMBER => {
                let number = f64::from_le_bytes(bytes_at(data, VALUE)?);
                self.put(place(data)?, self.number(number, u16_at(data, 4)?))
            }
            RK => {
                let number = rk(u32_at(data, VALUE)?);
                self.put(place(data)?, self.number(number, u16_at(data, 4)?))
            }
            MUL_RK => self.row_of_numbers(data),
            LABEL_SST => {
                let number = usize::try_from(u32_at(data, VALUE)?).map_err(|_| BROKEN)?;
                let text = self.globals.texts.get(number).ok_or(BROKEN)?;
                self.put(place(data)?, words(text.clone())?)
            }
            LABEL | R_STRING => self.put(place(data)?, words(Parts::of(record, VALUE)?.words()?)?),
            BOOL_ERR => {
                let [value, is_fault] = bytes_at(data, VALUE)?;
                let cell = if is_fault == 0 { Cell::Truth(value != 0) } else { fault(value) };
                self.put(place(data)?, cell)
            }
            FORMULA => self.formula(data),
            STRING => match self.asked.take() {
                Some(place) => self.put(place, words(Parts::of(record, 0)?.words()?)?),
                None => Ok(()),
            },
            MERGE_CELLS => self.merge(data),
            _ => Ok(()),
        }
    }

    fn put(&mut self, (row, column): (u32, u32), cell: Cell) -> Result<(), String> {
        self.room.take(&cell)?;
        self.sheet.put(row, column, cell);
        Ok(())
    }

    fn number(&self, number: f64, look: u16) -> Cell {
        match number.is_finite() {
            true if self.globals.is_moment(look) => Cell::Moment(number + self.globals.shift),
            true => Cell::Number(number),
            false => fault(0x24),
        }
    }

    /// Row, first column, a look and a number for each, last column.
    fn row_of_numbers(&mut self, data: &[u8]) -> Result<(), String> {
        let (row, first) = place(data)?;
        let cells = data.get(4..data.len().saturating_sub(2)).ok_or(BROKEN)?;
        for (column, cell) in (first..).zip(cells.chunks_exact(6)) {
            self.put((row, column), self.number(rk(u32_at(cell, 2)?), u16_at(cell, 0)?))?;
        }
        Ok(())
    }

    /// What the formula came to when the workbook was stored.
    fn formula(&mut self, data: &[u8]) -> Result<(), String> {
        let place = place(data)?;
        let value: [u8; 8] = bytes_at(data, VALUE)?;
        self.asked = None;
        if value[6..] != [0xFF, 0xFF] {
            return self.put(place, self.number(f64::from_le_bytes(value), u16_at(data, 4)?));
        }
        match value[0] {
            0 => self.asked = Some(place),
            1 => return self.put(place, Cell::Truth(value[2] != 0)),
            2 => return self.put(place, fault(value[2])),
            _ => {}
        }
        Ok(())
    }

    /// How many areas, then first row, last row, first column and last column of each.
    fn merge(&mut self, data: &[u8]) -> Result<(), String> {
        for at in 0..usize::from(u16_at(data, 0)?) {
            let [top, bottom, left, right] =
                [0, 2, 4, 6].map(|step| u16_at(data, 2 + at * 8 + step).map(u32::from));
            if self.merged.len() == MOST_MERGED {
                return Err(too_many());
            }
            let (top, bottom, left, right) = (top?, bottom?, left?, right?);
            if top > bottom || left > right {
                return Err(BROKEN.to_owned());
            }
            self.merged.push(Dimensions { start: (top, left), end: (bottom, right) });
        }
        Ok(())
    }
}

/// The row and the column of a cell.
fn place(data: &[u8]) -> Result<(u32, u32), String> {
    Ok((u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?)))
}

/// A number in four bytes: a whole one, or the upper half of a float; either may be a hundredth.
fn rk(bits: u32) -> f64 {
    let number = if bits & 2 != 0 {
        f64::from(bits.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(bits & !3) << 32)
    };
    if bits & 1 != 0 { number / 100.0 } else { number }
}

/// As Excel shows it.
fn fault(code: u8) -> Cell {
    let shown = match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    };
    Cell::Fault(shown.to_owned())
}
