//! A sheet as the importer sees it: cells by row and column, wherever it came from.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What a cell has.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words, or digits that were kept as text.
    Text(String),
    /// A number: a spreadsheet has forgotten how it was typed.
    Number(f64),
    /// A number that is shown as a day or a time: days since 1899-12-30.
    Moment(f64),
    /// Yes or no.
    Truth(bool),
    /// `#N/A` and the like.
    Fault(String),
}

/// One sheet.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Which one, from 1.
    pub number: usize,
    /// Its name; empty for a text file.
    pub name: String,
    /// By row and column, both from 0; empty cells are not there.
    pub rows: BTreeMap<u32, BTreeMap<u32, Cell>>,
}

/// Where a cell or a row stands, as a person counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// Which sheet, from 1.
    pub sheet: usize,
    /// What the sheet is called. Empty for a text file, and for a confidential station: a sheet may be called by its township.
    pub name: Arc<str>,
    /// Which row, from 0.
    pub row: u32,
    /// Which column, from 0; `None` is the whole row.
    pub column: Option<u32>,
}

impl Sheet {
    /// The cell at a place.
    pub fn cell(&self, row: u32, column: u32) -> Option<&Cell> {
        self.rows.get(&row)?.get(&column)
    }

    /// Puts a cell; blank text is no cell.
    pub fn put(&mut self, row: u32, column: u32, cell: Cell) {
        if !matches!(&cell, Cell::Text(text) if text.trim().is_empty()) {
            self.rows.entry(row).or_default().insert(column, cell);
        }
    }

    /// How many cells it has.
    pub fn len(&self) -> usize {
        self.rows.values().map(BTreeMap::len).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Cell {
    /// As it is shown to people and kept aside: text as it is, whole numbers without a decimal point.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) | Self::Moment(number) => plain(*number),
            Self::Truth(true) => "是".to_owned(),
            Self::Truth(false) => "否".to_owned(),
            Self::Fault(fault) => fault.clone(),
        }
    }
}

/// A number without exponent, and without decimals where it has none.
pub fn plain(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}

/// 0 is A, 25 is Z, 26 is AA.
pub fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { String::new() } else { format!("“{}”", self.name) };
        write!(f, "表 {}{name} 第 {} 行", self.sheet, u64::from(self.row) + 1)?;
        self.column.map_or(Ok(()), |column| write!(f, " {} 列", letters(column)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_as_excel_names_them() {
        let named: Vec<String> = [0, 25, 26, 701, 702].map(letters).to_vec();
        assert_eq!(named, ["A", "Z", "AA", "ZZ", "AAA"]);
        let at = At { sheet: 1, name: "".into(), row: 6, column: Some(3) };
        assert_eq!(at.to_string(), "表 1 第 7 行 D 列");
        assert_eq!(At { name: "暖溪镇".into(), ..at }.to_string(), "表 1“暖溪镇” 第 7 行 D 列");
        assert_eq!(plain(13_800_000_000.0), "13800000000");
    }
}
