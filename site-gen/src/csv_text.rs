//! Delimited text, cell by cell: any separator, whatever line ends, each cell with its bytes.
//!
//! [`records`] reads, [`line()`] writes. Own reader: the `csv` crate does not say where a cell is. It judges nothing: what
//! comes from elsewhere is read as far as it goes, and what is written comes back the same. `load::tables` says what is
//! wrong with the tables of the content, `roster` with lists from elsewhere.

use std::ops::Range;

/// A cell: what it says, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Without its quotes.
    pub value: String,
    /// Its bytes in the text, quotes included.
    pub raw: Range<usize>,
    /// What is wrong with its quotes: then nobody knows where the cell ends.
    pub slip: Option<Slip>,
}

/// What may be wrong with the quotes of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// They never close: the rest of the text is in the cell.
    Open,
    /// They close before this byte of the text, and the cell goes on.
    Behind(usize),
}

/// The rows of `text`. An empty row is a row of one empty cell; the end of the text begins none.
pub fn records(text: &str, separator: char) -> Vec<Vec<Piece>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut at = 0;
    while at < text.len() || !row.is_empty() {
        let piece = piece(text, at, separator);
        let end = piece.raw.end;
        row.push(piece);
        let rest = &text[end..];
        if rest.starts_with(separator) {
            at = end + separator.len_utf8();
            continue;
        }
        rows.push(std::mem::take(&mut row));
        at = end + line_end(rest);
    }
    rows
}

/// Values as one line of a table, without its end.
pub fn line<'v>(values: impl IntoIterator<Item = &'v str>, separator: char) -> String {
    let cells: Vec<String> = values.into_iter().map(|value| cell(value, separator)).collect();
    // A row of one empty cell would be an empty line, which is no row at all for many readers.
    if cells.len() == 1 && cells[0].is_empty() {
        "\"\"".to_owned()
    } else {
        cells.join(&separator.to_string())
    }
}

/// A value as a cell; in quotes where it needs them.
pub fn cell(value: &str, separator: char) -> String {
    let spaced = value.starts_with(char::is_whitespace) || value.ends_with(char::is_whitespace);
    match spaced || value.contains([separator, '"', '\n', '\r']) {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value.to_owned(),
    }
}

fn line_end(rest: &str) -> usize {
    match rest.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

fn piece(text: &str, from: usize, separator: char) -> Piece {
    let rest = &text[from..];
    let ends = |rest: &str| rest.find([separator, '\n', '\r']).unwrap_or(rest.len());
    if !rest.starts_with('"') {
        let len = ends(rest);
        return Piece { value: rest[..len].to_owned(), raw: from..from + len, slip: None };
    }
    let mut value = String::new();
    let mut at = 1;
    while let Some(quote) = rest[at..].find('"') {
        value.push_str(&rest[at..at + quote]);
        at += quote + 1;
        if !rest[at..].starts_with('"') {
            // `"a"b,`: kept as it stands, and marked.
            let more = ends(&rest[at..]);
            value.push_str(&rest[at..at + more]);
            let slip = (more > 0).then_some(Slip::Behind(from + at));
            return Piece { value, raw: from..from + at + more, slip };
        }
        value.push('"');
        at += 1;
    }
    value.push_str(&rest[at..]);
    Piece { value, raw: from..text.len(), slip: Some(Slip::Open) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(text: &str, separator: char) -> Vec<Vec<String>> {
        let rows = records(text, separator).into_iter();
        rows.map(|row| row.into_iter().map(|piece| piece.value).collect()).collect()
    }

    #[test]
    fn rows_cells_and_line_ends_are_read() {
        assert_eq!(values("a,b\r\n\"x,\"\"y\"\"\",\r\n", ','), [vec!["a", "b"], vec!["x,\"y\"", ""]]);
        assert_eq!(values("a;b\rc;d", ';'), [["a", "b"], ["c", "d"]]);
        assert_eq!(values("a,", ','), [["a", ""]]);
        assert_eq!(values("a\n\nb\n", ','), [["a"], [""], ["b"]]);
        assert_eq!(records("\"a", ',')[0][0].slip, Some(Slip::Open));
        assert_eq!(records("\"a\"b", ',')[0][0].slip, Some(Slip::Behind(3)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            rows in prop::collection::vec(prop::collection::vec("[a暖\",;\t\n\r ]{0,6}", 1..5), 1..6),
            separator in prop::sample::select(vec![',', ';', '\t']),
        ) {
            let lines = rows.iter().map(|row| line(row.iter().map(String::as_str), separator) + "\r\n");
            prop_assert_eq!(values(&lines.collect::<String>(), separator), rows);
        }

        #[test]
        fn no_text_panics_and_no_byte_is_lost(text in "[a\",\n\r暖;]{0,40}") {
            let rows = records(&text, ',');
            let inside: usize = rows.iter().flatten().map(|piece| piece.raw.len()).sum();
            let between = text.len() - inside;
            prop_assert!(between <= rows.iter().map(|row| row.len() + 1).sum());
        }
    }
}
