//! Writes the stations as a sheet for Excel, such that the importer reads it back without a difference.
//!
//! Start at [`rows`], then [`csv`] or [`xlsx`]. Every cell is text: Excel changes neither telephone numbers nor codes.
//! A text that a spreadsheet would take for a formula is made harmless: in CSV by a leading `'`, which the importer takes
//! back; in XLSX by the mark that Excel itself uses for it. Where a confidential station is has no cell.

use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use search::region::Level;
use search::vocabulary::StationKind;

use super::fields::{Field, Values, Words};
use super::headings::NO_NAMES;
use crate::csv_text;

/// The heading of a column that is only to be looked at.
const REGION_NAMES: &str = "区划名称";
/// The datums that a cell may have.
const DATUMS: [&str; 3] = ["wgs84", "gcj02", "bd09"];
/// So many rows below the last one get the lists and the text format, for stations that are added.
const ROOM: u32 = 500;

/// A station to write.
pub struct Entry {
    /// What the content says of it.
    pub values: Values,
    /// Names of the divisions, to be looked at: 示例市示例县暖溪镇.
    pub region_names: String,
    /// Whether nobody may know where it is.
    pub confidential: bool,
}

/// The heading of a field. People and duty days say what they must not have.
fn heading(field: Field) -> String {
    match field {
        Field::Roles => format!("{}（只写职务，{NO_NAMES}）", field.chinese()),
        Field::Duty => format!("{}（哪天、几点、什么人，{NO_NAMES}）", field.chinese()),
        _ => field.chinese().to_owned(),
    }
}

/// The headings and a row for each station.
pub fn rows(entries: &[Entry]) -> Vec<Vec<String>> {
    let mut head: Vec<String> = Vec::new();
    for field in Field::ALL {
        head.push(heading(field));
        if field == Field::Region {
            head.push(REGION_NAMES.to_owned());
        }
    }
    let mut rows = vec![head];
    rows.extend(entries.iter().map(row));
    rows
}

fn row(entry: &Entry) -> Vec<String> {
    let mut cells = Vec::new();
    for field in Field::ALL {
        let hidden = entry.confidential && Field::WHERE.contains(&field);
        let value = entry.values.get(field).filter(|_| !hidden).unwrap_or_default();
        cells.push(field.show(value, Words::Chinese));
        if field == Field::Region {
            cells.push(entry.region_names.clone());
        }
    }
    cells
}

/// As CSV with a byte-order mark, which Excel needs to see that it is UTF-8.
pub fn csv(rows: &[Vec<String>]) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
        text.push_str(&csv_text::line(cells.iter().map(String::as_str), ','));
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// As XLSX with widths, lists to choose from, and every cell as text.
///
/// # Errors
///
/// Fails when a text is longer than a cell can hold, or there are more rows than a sheet has.
pub fn xlsx(rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // Same stations, same bytes.
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?));
    let sheet = book.add_worksheet();
    sheet.set_name("站点")?;
    sheet.set_freeze_panes(1, 2)?;
    let head = Format::new().set_bold().set_num_format("@");
    let text = Format::new().set_num_format("@");
    let harmless = Format::new().set_num_format("@").set_quote_prefix();
    for (column, width) in (0u16..).zip(widths(rows)) {
        sheet.set_column_width(column, width)?;
        sheet.set_column_format(column, &text)?;
    }
    for (number, row) in (0u32..).zip(rows) {
        for (column, cell) in (0u16..).zip(row) {
            let format = match number {
                0 => &head,
                _ if looks_like_formula(cell) => &harmless,
                _ => &text,
            };
            if !cell.is_empty() {
                sheet.write_string_with_format(number, column, cell, format)?;
            }
        }
    }
    add_lists(sheet, rows)?;
    book.save_to_buffer()
}

fn add_lists(sheet: &mut Worksheet, rows: &[Vec<String>]) -> Result<(), XlsxError> {
    let last = u32::try_from(rows.len()).unwrap_or(u32::MAX).saturating_add(ROOM).min(1_048_575);
    let kinds: Vec<&str> = StationKind::ALL.iter().map(|kind| kind.chinese()).collect();
    let lists: [(Field, Vec<&str>); 4] = [
        (Field::Kind, kinds),
        (Field::Datum, DATUMS.to_vec()),
        (Field::Visibility, vec!["公开", "保密"]),
        (Field::Level, Level::ALL.iter().map(|level| level.chinese()).collect()),
    ];
    for (field, words) in lists {
        let column = rows.first().and_then(|head| head.iter().position(|name| name == field.chinese()));
        let Some(column) = column.and_then(|column| u16::try_from(column).ok()) else { continue };
        let choice = DataValidation::new().allow_list_strings(&words)?;
        let choice = choice.set_error_title("不能这样写")?.set_error_message("从下拉的词里选一个")?;
        sheet.add_data_validation(1, column, last, column, &choice)?;
    }
    Ok(())
}

/// The widest text of each column, within reason.
fn widths(rows: &[Vec<String>]) -> Vec<f64> {
    let columns = rows.first().map_or(0, Vec::len);
    let widest = |column: usize| {
        let widths = rows.iter().filter_map(|row| row.get(column)).map(|cell| super::width(cell));
        #[expect(clippy::cast_precision_loss, reason = "at most 40")]
        let width = widths.max().unwrap_or(0).clamp(8, 40) as f64;
        width + 2.0
    };
    (0..columns).map(widest).collect()
}

/// Whether a spreadsheet would take this text for a formula.
pub fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// A text for a CSV cell that no spreadsheet runs. One that has the marks of an escaped text gets one more, so that
/// taking one away always gives the text back.
pub fn escaped(text: &str) -> String {
    match looks_like_formula(text.trim_start_matches('\'')) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}
