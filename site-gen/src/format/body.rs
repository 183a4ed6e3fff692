//! The text below the head: tables line up, empty lines are empty, the last line ends.

use pulldown_cmark::{Event, Tag};

use crate::markdown;
use crate::roster::width;

/// A table wider than this stays narrow: padding would only make its lines longer.
const WIDEST: usize = 100;

/// The body in order. `typed` is the old one as it is in the file, `unix` the same with plain line ends; `None` where
/// even those can't be changed without changing what it says.
pub(super) fn formatted(typed: &str, unix: &str) -> Option<String> {
    let tidy = trimmed(&blank_lines(&tables(unix)));
    let simple = trimmed(unix);
    [tidy, simple].into_iter().find(|new| says_the_same(typed, new))
}

/// Whether two bodies compile to the same: the same events, line ends apart.
pub(super) fn says_the_same(old: &str, new: &str) -> bool {
    let events = |text: &str| -> Vec<String> {
        let events = markdown::events(text).into_iter();
        events.map(|(event, _)| format!("{event:?}").replace("\\r\\n", "\\n")).collect()
    };
    events(old) == events(new)
}

fn trimmed(body: &str) -> String {
    let body = body.trim_start_matches('\n').trim_end_matches('\n');
    if body.trim().is_empty() { String::new() } else { format!("{body}\n") }
}

/// Lines of spaces are empty lines.
fn blank_lines(body: &str) -> String {
    body.split_inclusive('\n')
        .map(|line| if line.trim().is_empty() && line.ends_with('\n') { "\n" } else { line })
        .collect()
}

/// Every table that stands by itself, lined up.
fn tables(body: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    for (event, range) in markdown::events(body) {
        let Event::Start(Tag::Table(_)) = event else { continue };
        let alone = range.start == 0 || body[..range.start].ends_with('\n');
        let table = &body[range.clone()];
        if let Some(lined_up) = lined_up(table).filter(|_| alone && range.start >= at) {
            out.push_str(&body[at..range.start]);
            out.push_str(&lined_up);
            at = range.end;
        }
    }
    out.push_str(&body[at..]);
    out
}

/// A table with its columns padded; `None` where a row is not like the others.
fn lined_up(table: &str) -> Option<String> {
    let text = table.trim_end_matches('\n');
    let rows: Vec<Vec<&str>> = text.lines().map(cells).collect::<Option<_>>()?;
    let columns = rows.first()?.len();
    if rows.len() < 2 || rows.iter().any(|row| row.len() != columns) {
        return None;
    }
    let marks: Vec<(bool, bool)> = rows[1].iter().map(|cell| mark(cell)).collect::<Option<_>>()?;
    let mut widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter()
                .enumerate()
                .filter(|(row, _)| *row != 1)
                .map(|(_, row)| width(row[column]))
                .max()
                .unwrap_or(0)
                .max(3)
        })
        .collect();
    if widths.iter().sum::<usize>() + 3 * columns + 1 > WIDEST {
        widths = vec![0; columns];
    }
    let lines = rows.iter().enumerate().map(|(number, row)| {
        let cells: Vec<String> = (0..columns)
            .map(|column| match number {
                1 => rule(marks[column], widths[column]),
                _ => padded(row[column], marks[column], widths[column]),
            })
            .collect();
        format!("| {} |", cells.join(" | "))
    });
    let ending = &table[text.len()..];
    Some(format!("{}{ending}", lines.collect::<Vec<_>>().join("\n")))
}

/// The cells of a row between `|`; one after a backslash is a character like others.
fn cells(line: &str) -> Option<Vec<&str>> {
    let line = line.trim_end();
    if line.starts_with(char::is_whitespace) {
        return None;
    }
    let inner = line.strip_prefix('|').unwrap_or(line);
    let mut cells = Vec::new();
    let (mut from, mut escaped) = (0, false);
    for (at, c) in inner.char_indices() {
        match c {
            '|' if !escaped => {
                cells.push(inner[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    let last = inner[from..].trim();
    // Behind the closing bar there is no cell.
    if !last.is_empty() || from == 0 {
        cells.push(last);
    }
    Some(cells)
}

/// Whether the column is set left, right: `:--`, `--:`.
fn mark(cell: &str) -> Option<(bool, bool)> {
    let (left, right) = (cell.starts_with(':'), cell.ends_with(':'));
    let dashes = cell.trim_matches(':');
    (!dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-')).then_some((left, right))
}

fn rule((left, right): (bool, bool), width: usize) -> String {
    let ends = usize::from(left) + usize::from(right);
    let dashes = "-".repeat(width.max(3).saturating_sub(ends).max(1));
    format!("{}{dashes}{}", if left { ":" } else { "" }, if right { ":" } else { "" })
}

fn padded(cell: &str, (left, right): (bool, bool), wanted: usize) -> String {
    let room = wanted.saturating_sub(width(cell));
    let before = match (left, right) {
        (false, true) => room,
        (true, true) => room / 2,
        _ => 0,
    };
    format!("{}{cell}{}", " ".repeat(before), " ".repeat(room - before))
}
