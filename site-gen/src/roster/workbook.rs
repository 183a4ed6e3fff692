//! Reads an XLSX file into sheets, within limits: a file from outside may be broken, or made to break us.
//!
//! Start at [`book`]. An XLSX file is a ZIP of XML. Everything in it is unpacked once into nothing, only to be counted
//! (the sizes a ZIP declares can lie); after that the `calamine` crate reads it cell by cell. Its whole-sheet functions
//! are not used: they make room for every cell between the first and the last, and two cells can be far apart.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Dimensions, Reader as _, SheetVisible, Xlsx};
use zip::ZipArchive;

use super::cell::{Cell, Sheet};

/// The largest file that is read.
pub const LARGEST_FILE: usize = 20 << 20;
/// The most that a file may unpack to.
const LARGEST_UNPACKED: u64 = 150 << 20;
/// The most parts that a file may have.
const MOST_PARTS: usize = 2_000;
/// The most cells of all sheets together: 20,000 stations with all their columns.
pub const MOST_CELLS: usize = 600_000;
/// The most sheets.
pub(super) const MOST_SHEETS: usize = 200;
/// The most text of all cells together, in bytes.
const MOST_TEXT: usize = 150 << 20;
/// The longest text of a cell that Excel itself allows.
pub const LONGEST_TEXT: usize = 32_767;

/// How much more a workbook may hold.
#[derive(Debug)]
pub(super) struct Room {
    cells: usize,
    /// Bytes of text: a text that is stored once can stand in every cell.
    text: usize,
}

impl Room {
    /// For a whole workbook.
    pub(super) fn new() -> Self {
        Self { cells: MOST_CELLS, text: MOST_TEXT }
    }

    /// Takes the room of a cell; the error says that there is none.
    pub(super) fn take(&mut self, cell: &Cell) -> Result<(), String> {
        self.cells = self.cells.checked_sub(1).ok_or_else(too_many)?;
        if let Cell::Text(text) = cell {
            self.text = self
                .text
                .checked_sub(text.len())
                .ok_or_else(|| format!("这个文件里的字超过 {} MB，不像一张名单，没有读", MOST_TEXT >> 20))?;
        }
        Ok(())
    }
}

/// What is in a workbook.
#[derive(Debug, Default)]
pub struct Book {
    /// The visible sheets, numbered as a person sees them.
    pub sheets: Vec<Sheet>,
    /// The names of those that are hidden. They are not read: nobody sees what they say.
    pub hidden: Vec<String>,
}

/// Reads an XLSX file; the error says in Chinese why it can't be read.
pub fn book(bytes: &[u8]) -> Result<Book, String> {
    count(bytes)?;
    // Whatever a broken file makes of a parser, the editor gets a sentence and no content is touched.
    let read = catch_unwind(AssertUnwindSafe(|| read(bytes)));
    read.unwrap_or_else(|_| Err("这个文件坏了：在 Excel 里打开，另存一份再试".to_owned()))
}

/// Refuses what unpacks to too much.
fn count(bytes: &[u8]) -> Result<(), String> {
    const BROKEN: &str = "不是完好的 XLSX 文件：在 Excel 里打开，另存为“Excel 工作簿（.xlsx）”再试";
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BROKEN.to_owned())?;
    if archive.len() > MOST_PARTS {
        return Err(format!("文件里有 {} 个部分，太多了，不像一张名单", archive.len()));
    }
    let mut left = LARGEST_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| BROKEN.to_owned())?;
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|_| BROKEN.to_owned())?;
        left = left.checked_sub(unpacked).ok_or_else(|| {
            format!("这个文件解开以后超过 {} MB，不像一张名单，没有读", LARGEST_UNPACKED >> 20)
        })?;
    }
    Ok(())
}

fn read(bytes: &[u8]) -> Result<Book, String> {
    let fail = |err: calamine::XlsxError| format!("读不懂这个 XLSX 文件（{err}）：在 Excel 里另存一份再试");
    let mut book: Xlsx<Cursor<&[u8]>> = Xlsx::new(Cursor::new(bytes)).map_err(fail)?;
    let is_1904 = book.has_1904_epoch();
    let all = book.sheets_metadata().iter().take(MOST_SHEETS);
    let (visible, hidden): (Vec<_>, Vec<_>) = all.partition(|sheet| sheet.visible == SheetVisible::Visible);
    let names = |some: Vec<&calamine::Sheet>| some.into_iter().map(|sheet| sheet.name.clone()).collect();
    let (names, hidden): (Vec<String>, Vec<String>) = (names(visible), names(hidden));
    let mut sheets = Vec::new();
    let mut room = Room::new();
    for (index, name) in names.into_iter().enumerate() {
        let mut sheet = Sheet { number: index + 1, name, ..Sheet::default() };
        read_cells(&mut book, &mut sheet, (&mut room, is_1904))?;
        let merged = book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        fill_merged(&mut sheet, &merged, &mut room)?;
        sheets.push(sheet);
    }
    Ok(Book { sheets, hidden })
}

fn read_cells(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &mut Sheet,
    (room, is_1904): (&mut Room, bool),
) -> Result<(), String> {
    let fail = |err: calamine::XlsxError| format!("读不懂表“{}”（{err}）", sheet.name);
    // A chart sheet has no cells: nothing to read, nothing wrong.
    let Ok(mut cells) = book.worksheet_cells_reader(&sheet.name) else { return Ok(()) };
    let mut found: BTreeMap<(u32, u32), Cell> = BTreeMap::new();
    while let Some(cell) = cells.next_cell().map_err(fail)? {
        let place = cell.get_position();
        let Some(value) = value(cell.get_value(), is_1904)? else { continue };
        room.take(&value)?;
        found.insert(place, value);
    }
    for ((row, column), cell) in found {
        sheet.put(row, column, cell);
    }
    Ok(())
}

fn value(data: &DataRef<'_>, is_1904: bool) -> Result<Option<Cell>, String> {
    let text = |text: &str| words(text.to_owned()).map(Some);
    match data {
        DataRef::Empty => Ok(None),
        #[expect(clippy::cast_precision_loss, reason = "a whole number that Excel holds fits a float")]
        DataRef::Int(number) => Ok(Some(Cell::Number(*number as f64))),
        DataRef::Float(number) => Ok(Some(Cell::Number(*number))),
        DataRef::Bool(truth) => Ok(Some(Cell::Truth(*truth))),
        DataRef::DateTime(moment) => Ok(Some(Cell::Moment(moment.as_f64() + shift(is_1904)))),
        DataRef::Error(error) => Ok(Some(Cell::Fault(error.to_string()))),
        DataRef::String(words) | DataRef::DateTimeIso(words) | DataRef::DurationIso(words) => text(words),
        DataRef::SharedString(words) => text(words),
    }
}

/// How many days later a workbook begins to count: old Macs do in 1904, four years and a day after all others.
pub(super) fn shift(is_1904: bool) -> f64 {
    if is_1904 { 1462.0 } else { 0.0 }
}

/// A cell of text; the error says that it is too long.
pub(super) fn words(text: String) -> Result<Cell, String> {
    if text.chars().count() > LONGEST_TEXT {
        return Err(format!("有一格超过 {LONGEST_TEXT} 个字，不像一张名单"));
    }
    Ok(Cell::Text(text))
}

/// A merged cell counts for every cell that it covers: a township's name stands once beside all its villages.
pub(super) fn fill_merged(sheet: &mut Sheet, merged: &[Dimensions], room: &mut Room) -> Result<(), String> {
    let last_row = sheet.rows.keys().next_back().copied().unwrap_or(0);
    let last_column =
        sheet.rows.values().filter_map(|row| row.keys().next_back()).max().copied().unwrap_or(0);
    // Merged areas should not overlap; a made-up file may have millions that do.
    let mut steps = MOST_CELLS * 4;
    for area in merged {
        let Some(first) = sheet.cell(area.start.0, area.start.1).cloned() else { continue };
        for row in area.start.0..=area.end.0.min(last_row) {
            for column in area.start.1..=area.end.1.min(last_column) {
                steps = steps.checked_sub(1).ok_or_else(too_many)?;
                if sheet.cell(row, column).is_none() {
                    room.take(&first)?;
                    sheet.put(row, column, first.clone());
                }
            }
        }
    }
    Ok(())
}

pub(super) fn too_many() -> String {
    format!("格子超过 {MOST_CELLS} 个，不像一张名单：按县分成几个文件，再一个一个导入")
}
