//! A CSV table: quotes only where they are needed, no empty rows and columns, plain line ends.

use crate::csv_text;

/// The table in order; `None` where it is better left alone: quotes that don't pair, rows longer or shorter than the
/// heading, another separator.
pub(super) fn formatted(text: &str) -> Option<String> {
    let rows = csv_text::records(text, ',');
    if rows.iter().flatten().any(|piece| piece.slip.is_some()) {
        return None;
    }
    let rows: Vec<Vec<&str>> =
        rows.iter().map(|row| row.iter().map(|piece| piece.value.trim()).collect()).collect();
    let filled: Vec<Vec<&str>> =
        rows.into_iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
    let columns = filled.first()?.len();
    if columns < 2 || filled.iter().any(|row| row.len() != columns) {
        return None;
    }
    // Excel leaves empty columns at the right.
    let used = (0..columns).rev().find(|column| filled.iter().any(|row| !row[*column].is_empty()))? + 1;
    let lines = filled.iter().map(|row| csv_text::line(row[..used].iter().copied(), ',') + "\n");
    Some(lines.collect())
}
