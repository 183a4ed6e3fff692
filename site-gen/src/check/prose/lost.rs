//! Text that Markdown swallows: cells that no column is for, a comment or a block of code that never ends. The page shows
//! nothing of it, or nothing as it was meant, so somebody has to say so.
//!
//! Start at [`check`]. It looks at the file, because the events have lost what is lost.

use pulldown_cmark::{CodeBlockKind, Event, Tag};

use super::Place;
use crate::diag::{Diagnostic, Diagnostics};
use crate::markdown::Placed;

/// Reports what is lost of a text whose events are `events`.
pub(super) fn check(events: &[Placed<'_>], place: &Place<'_>, diags: &mut Diagnostics) {
    if !place.exact {
        return;
    }
    let mut columns = 0;
    for (event, range) in events {
        let Event::Start(tag) = event else { continue };
        let start = place.at.start + range.start;
        let written = || place.file.get(start..place.at.start + range.end);
        let found = match tag {
            Tag::Table(alignments) => {
                columns = alignments.len();
                None
            }
            Tag::TableRow => written().and_then(|row| cell_without_column(row, columns)),
            Tag::HtmlBlock => written().and_then(endless_comment),
            Tag::CodeBlock(CodeBlockKind::Fenced(_)) => written().and_then(endless_code),
            _ => None,
        };
        if let Some((at, finding)) = found {
            let span = place.span(start + at.start..start + at.end);
            diags.push(Diagnostic { span, ..finding(span) });
        }
    }
}

type Lost = (std::ops::Range<usize>, fn(crate::source::Span) -> Diagnostic);

fn cell_without_column(row: &str, columns: usize) -> Option<Lost> {
    let cells = cells(row);
    let extra = cells.get(columns..)?.iter().find(|cell| !row[(*cell).clone()].trim().is_empty())?;
    let text = &row[extra.clone()];
    let start = extra.start + text.len() - text.trim_start().len();
    Some((start..start + text.trim().len(), |at| {
        Diagnostic::error("table", at, "这一行的格子比表头多，多出来的不会显示")
            .hint("表头加一列，或者把两格合成一格；内容里要写竖线，写成 \\|")
    }))
}

/// The cells of a row. A sign behind a backslash parts nothing, not even in code.
fn cells(row: &str) -> Vec<std::ops::Range<usize>> {
    let end = row.trim_end().len();
    let mut start = row.len() - row.trim_start().len();
    start += usize::from(row[start..].starts_with('|'));
    let (mut cells, mut escaped) = (Vec::new(), false);
    for (at, c) in row[..end].char_indices() {
        if at >= start && c == '|' && !escaped {
            cells.push(start..at);
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    if start < end {
        cells.push(start..end);
    }
    cells
}

fn endless_comment(block: &str) -> Option<Lost> {
    let comment = block.trim_start();
    let begins = block.len() - comment.len();
    (comment.starts_with("<!--") && !comment.contains("-->")).then_some((begins..begins + 4, |at| {
        Diagnostic::error("html", at, "注释没有结束，后面的内容都不会显示").hint("在注释的末尾写 -->")
    }))
}

fn endless_code(block: &str) -> Option<Lost> {
    let first = block.lines().next()?.trim_end();
    let sign = first.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let fence = first.chars().take_while(|c| *c == sign).count();
    let closes = |line: &str| {
        // A block within a quotation or a list has their signs before its lines.
        let bare = line.trim_start_matches([' ', '\t', '>']).trim_end();
        bare.chars().count() >= fence && bare.chars().all(|c| c == sign)
    };
    let is_closed = block.lines().skip(1).last().is_some_and(closes);
    (!is_closed).then_some((0..first.len(), |at| {
        Diagnostic::error("stray-markup", at, "这一段代码没有结束，后面的内容都成了代码")
            .hint("在这一段的末尾另起一行，写同样的三个反引号；不是代码，就删掉这一行")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_parted_as_the_parser_parts_them() {
        let parted =
            |row: &'static str| cells(row).into_iter().map(|cell| row[cell].trim()).collect::<Vec<_>>();
        assert_eq!(parted("| a | b |"), ["a", "b"]);
        assert_eq!(parted("a | b"), ["a", "b"]);
        assert_eq!(parted("| a \\| b | | c |"), ["a \\| b", "", "c"]);
        assert_eq!(parted("|"), Vec::<&str>::new());
    }
}
