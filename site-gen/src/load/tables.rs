//! Reads the tables: `regions.csv` and `stations/<folder>/stations.csv`. Each row becomes a map of its named cells.

use super::Reading;
use super::fields::{Fields, Key};
use super::node::{Node, Value};
use super::station::{self, StationDraft};
use crate::csv_text::{self, Piece, Slip};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, Located, Span};

/// A division as written.
#[derive(Debug)]
pub struct RegionDraft {
    /// Its code.
    pub code: Located<String>,
    /// Its name.
    pub name: String,
    /// Its level, if it is said.
    pub level: Option<Located<String>>,
    /// Degrees north and east of its seat, WGS 84.
    pub centre: Option<(Located<f64>, Located<f64>)>,
    /// Everything of it lies within this many kilometres of its seat.
    pub radius_km: Option<f64>,
}

/// Reads `regions.csv`.
pub fn regions(reading: &Reading<'_>, diags: &mut Diagnostics) -> Vec<RegionDraft> {
    rows(reading, diags)
        .into_iter()
        .filter_map(|row| {
            let span = row.span;
            let mut fields = Fields::of(row, span, diags);
            let code = fields.required(Key("code", "代码"));
            let name = fields.required(Key("name", "名称"));
            let level = fields.text(Key("level", "层级"));
            let lat = fields.number(Key("lat", "纬度"), -90.0..=90.0);
            let lon = fields.number(Key("lon", "经度"), -180.0..=180.0);
            let radius = fields.number(Key("radius_km", "半径公里"), 0.0..=5000.0);
            if let (Some(one), None) | (None, Some(one)) = (&lat, &lon) {
                half_a_centre(one.span, &mut fields);
            }
            fields.finish();
            let radius_km = radius.map(|radius| radius.value);
            Some(RegionDraft { code: code?, name: name?.value, level, centre: lat.zip(lon), radius_km })
        })
        .collect()
}

/// One of latitude and longitude is there. Where the other is wrong that has been said.
fn half_a_centre(at: Span, fields: &mut Fields<'_>) {
    let both = [Key("lat", "纬度"), Key("lon", "经度")].iter().all(|key| fields.is_written(*key));
    if !both {
        fields
            .diags
            .push(Diagnostic::error("coord-range", at, "纬度和经度要一起写").hint("两个都填，或者都空着"));
    }
}

/// Reads `stations.csv`.
pub fn stations(reading: &Reading<'_>, diags: &mut Diagnostics) -> Vec<StationDraft> {
    rows(reading, diags).into_iter().filter_map(|row| station::from_row(row, diags)).collect()
}

/// The rows below the heading, as maps from heading to cell; empty cells are left out.
pub(super) fn rows(reading: &Reading<'_>, diags: &mut Diagnostics) -> Vec<Node> {
    if let Some(finding) = wrong_separator(reading) {
        diags.push(finding);
        return Vec::new();
    }
    let mut lines = records(reading.file, reading.text, diags).into_iter();
    let Some(heading) = lines.next() else {
        diags.push(
            Diagnostic::error("table", Span::start_of(reading.file), "表格是空的").hint("第一行写各列的名字"),
        );
        return Vec::new();
    };
    let columns: Vec<Located<String>> = heading
        .into_iter()
        .map(|cell| Located { value: cell.value.trim().to_owned(), span: cell.span })
        .collect();
    lines.filter_map(|cells| row(&columns, cells, diags)).collect()
}

/// A table that Excel saved with semicolons or tabs reads as one column: one finding, not one for each row.
fn wrong_separator(reading: &Reading<'_>) -> Option<Diagnostic> {
    let heading = reading.text.lines().next().unwrap_or_default();
    let other = !heading.contains(',') && heading.contains([';', '\t', '，']);
    other.then(|| {
        let at = Span::new(reading.file, 0, heading.len());
        Diagnostic::error("table", at, "这张表不是用逗号分隔的")
            .hint("在 Excel 里另存为“CSV UTF-8（逗号分隔）”；逗号要用半角的")
    })
}

fn row(columns: &[Located<String>], cells: Vec<Located<String>>, diags: &mut Diagnostics) -> Option<Node> {
    let (first, last) = (cells.first()?.span, cells.last()?.span);
    let span = Span::new(first.file, first.start, last.end);
    if cells.iter().all(|cell| cell.value.trim().is_empty()) {
        return None;
    }
    if let Some(extra) =
        cells.get(columns.len()..).and_then(|extra| extra.iter().find(|cell| !cell.value.is_empty()))
    {
        diags.push(
            Diagnostic::error("table", extra.span, "这一行的格子比表头多")
                .hint("内容里有逗号时，整格用英文双引号括起来"),
        );
        return None;
    }
    if cells.len() < columns.len() {
        diags.push(
            Diagnostic::error(
                "table",
                span,
                format!("这一行只有 {} 格，表头有 {} 格", cells.len(), columns.len()),
            )
            .hint("空着的格子也要留逗号；用 Excel 打开再存一次就会补齐"),
        );
        return None;
    }
    let entries = columns
        .iter()
        .zip(cells)
        .filter(|(column, cell)| !column.value.is_empty() && !cell.value.trim().is_empty())
        .map(|(column, cell)| {
            // A heading that nobody knows is reported once, where it stands.
            let name = Node { value: Value::Scalar(column.value.clone()), span: column.span };
            (name, trimmed(cell))
        })
        .collect();
    Some(Node { value: Value::Map(entries), span })
}

/// A cell without blanks around it. Where they are inside quotes its place is that of the whole cell.
fn trimmed(cell: Located<String>) -> Node {
    let Span { file, start, end } = cell.span;
    let (before, after) = (cell.value.trim_start().len(), cell.value.trim_end().len());
    let whole = cell.value.len();
    let bare = end - start == whole;
    let span = if bare { Span::new(file, start + whole - before, end + after - whole) } else { cell.span };
    Node { value: Value::Scalar(cell.value.trim().to_owned()), span }
}

/// The cells of a CSV text (RFC 4180) with their places.
fn records(file: FileId, text: &str, diags: &mut Diagnostics) -> Vec<Vec<Located<String>>> {
    let rows = csv_text::records(text, ',').into_iter();
    let mut cell = |piece: Piece| {
        if let Some(finding) = slip(file, text, &piece) {
            diags.push(finding);
        }
        Located { value: piece.value, span: Span::new(file, piece.raw.start, piece.raw.end) }
    };
    rows.map(|row| row.into_iter().map(&mut cell).collect()).collect()
}

/// What is wrong with the quotes of a cell; blanks behind them are nothing.
fn slip(file: FileId, text: &str, piece: &Piece) -> Option<Diagnostic> {
    match piece.slip? {
        Slip::Open => {
            let start = piece.raw.start;
            let first_line = text[start..].find('\n').map_or(piece.raw.end, |at| start + at);
            let message = "这一格的双引号没有结束，后面的行都被吞进去了";
            Some(
                Diagnostic::error("table", Span::new(file, start, first_line), message)
                    .hint("在这一格的末尾补一个半角双引号，或者删掉开头的那个"),
            )
        }
        Slip::Behind(at) => {
            let past = text[at..piece.raw.end].trim_end().len();
            let message = "双引号已经结束，后面还有字，会丢掉";
            (past > 0).then(|| {
                Diagnostic::error("table", Span::new(file, at, at + past), message)
                    .hint("把这些字移到双引号里面；内容里要写双引号，写两个：\"\"")
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::SourceMap;

    fn parse(text: &str) -> Vec<Vec<String>> {
        let mut sources = SourceMap::default();
        sources.add("regions.csv", text);
        let file = sources.texts().next().unwrap().0;
        let mut diags = Diagnostics::default();
        let cells = |cells: Vec<Located<String>>| cells.into_iter().map(|cell| cell.value).collect();
        records(file, text, &mut diags).into_iter().map(cells).collect()
    }

    #[test]
    fn quotes_commas_line_ends_and_empty_cells_are_read() {
        assert_eq!(parse("a,b\r\n\"x,\"\"y\"\"\",\n"), [vec!["a", "b"], vec!["x,\"y\"", ""]]);
        assert_eq!(parse("a,"), [vec!["a", ""]]);
        assert_eq!(parse("\"两\n行\",b"), [vec!["两\n行", "b"]]);
    }

    proptest! {
        #[test]
        fn our_reader_agrees_with_the_csv_crate(rows in prop::collection::vec(prop::collection::vec("[a暖\",\n ]{0,4}", 2..4), 1..5)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            prop_assert_eq!(parse(&text), rows);
        }

        #[test]
        fn no_text_panics(text in "[a\",\n\r暖]{0,40}") {
            parse(&text);
        }
    }
}
