//! Reads an old workbook (`.xls`, Excel 97 to 2003) into sheets, within the limits that XLSX has.
//!
//! Start at [`book`]. The file is a container (the crate `cfb` opens it) with a stream of records ([`records`]): first those of the
//! workbook ([`globals`]), then those of each sheet ([`sheet`]). `calamine` reads such files too, but not ones from outside: its
//! container goes round in a circle where a chain of sectors does, and it makes as much room as a record claims, which ends the
//! process before anybody can say what is wrong. Here every length is looked at before it is believed, and nothing is made
//! for a cell that is not there.

mod formats;
mod globals;
mod records;
mod sheet;
mod text;

use std::io::{Cursor, Read as _};

use cfb::CompoundFile;

use self::globals::Globals;
use super::cell::Sheet;
use super::workbook::{Book, LARGEST_FILE, Room, fill_merged};

/// How such a file begins. Workbooks with a password do too, whatever they are called.
pub(super) const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0";

const BROKEN: &str = "这个 .xls 文件坏了，或者没有下载完：在 Excel 里打开，另存为“Excel 工作簿（.xlsx）”再试";
const LOCKED: &str = "这个文件加了密码，读不了：在 Excel 里打开，去掉密码，另存一份再试";
const OLD: &str = "这是 Excel 95 或者更早的文件：在 Excel 里打开，另存为“Excel 工作簿（.xlsx）”再试";
const NO_BOOK: &str = "这个文件里没有 Excel 表：在 Excel 里打开名单，另存为“Excel 工作簿（.xlsx）”再试";

/// Reads an old workbook.
///
/// # Errors
///
/// Says in Chinese why it can't be read, and what to do.
pub(super) fn book(bytes: &[u8]) -> Result<Book, String> {
    let stream = stream(bytes)?;
    let globals = Globals::read(&stream)?;
    let mut book = Book::default();
    let mut room = Room::new();
    // Sheets lie one after another: whoever reads more than there is, reads something twice.
    let mut steps = stream.len();
    for entry in &globals.sheets {
        if !entry.is_visible {
            book.hidden.push(entry.name.clone());
            continue;
        }
        let mut sheet = Sheet { number: book.sheets.len() + 1, name: entry.name.clone(), ..Sheet::default() };
        if entry.has_cells {
            let start = stream.get(entry.start..).ok_or(BROKEN)?;
            let merged = sheet::read(start, &globals, &mut sheet, (&mut room, &mut steps))?;
            fill_merged(&mut sheet, &merged, &mut room)?;
        }
        book.sheets.push(sheet);
    }
    Ok(book)
}

/// The records of the workbook, out of their container.
fn stream(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(|_| BROKEN.to_owned())?;
    if file.is_stream("/EncryptedPackage") {
        return Err(LOCKED.to_owned());
    }
    if !file.is_stream("/Workbook") {
        return Err(if file.is_stream("/Book") { OLD } else { NO_BOOK }.to_owned());
    }
    let mut stream = Vec::new();
    let most = u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX);
    let opened = file.open_stream("/Workbook");
    opened.and_then(|opened| opened.take(most).read_to_end(&mut stream)).map_err(|_| BROKEN.to_owned())?;
    Ok(stream)
}
