//! Which line of a YAML text is at fault. Its parser says where it gave up, which is often a line too late: behind a quote
//! that was never closed, or a colon without its blank.
//!
//! Start at [`line()`]. Nothing is guessed from how a line looks: a line is to blame if the text reads further without it.

use std::ops::Range;

use crate::diag::lines::Lines;

/// A text longer than this is not read again and again.
const LONGEST: usize = 1 << 17;
/// So many lines before the place are tried.
const BEFORE: usize = 3;

/// The bytes of the line at fault, without its line break, in a text at whose byte `told` a parser gave up. `gives_up` says
/// at which byte it gives up in another text, if it does.
pub(super) fn line(text: &str, told: usize, gives_up: impl Fn(&str) -> Option<usize>) -> Range<usize> {
    let lines: Vec<Range<usize>> = ranges(text);
    let here = lines.iter().rposition(|line| line.start <= told).unwrap_or(0);
    let Some(told_line) = lines.get(here).cloned() else { return 0..0 };
    if text.len() > LONGEST {
        return told_line;
    }
    let is_to_blame = |at: &usize| {
        let line = &lines[*at];
        let next = lines.get(at + 1).map_or(text.len(), |next| next.start);
        let without = [&text[..line.start], &text[next..]].concat();
        // In a text that is a line shorter; the line behind the place may only be where the same fault shows next.
        gives_up(&without).is_none_or(|at| line_number(&without, at) > here + 1)
    };
    let filled = |at: &usize| !text[lines[*at].clone()].trim().is_empty();
    let after = (here + 1..lines.len()).take(1);
    let before = (0..here).rev().filter(filled).take(BEFORE);
    let to_blame = std::iter::once(here).filter(filled).chain(after).chain(before).find(is_to_blame);
    to_blame.map_or(told_line, |at| lines[at].clone())
}

/// The bytes of the line with the byte `told`, without its line break.
pub(super) fn told_line(text: &str, told: usize) -> Range<usize> {
    let (start, line) = Lines::new(text).around(told);
    start..start + line.len()
}

fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let ranges = text.split_inclusive('\n').map(|line| {
        let start = at;
        at += line.len();
        start..start + line.trim_end_matches(['\r', '\n']).len()
    });
    ranges.collect()
}

/// From 0.
fn line_number(text: &str, byte: usize) -> usize {
    Lines::new(text).place(byte, 0).line - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A parser that wants every `(` closed on its line, and notices on the next.
    fn gives_up(text: &str) -> Option<usize> {
        let open = ranges(text).into_iter().find(|line| text[line.clone()].contains('('))?;
        Some((open.end + 1).min(text.len()))
    }

    #[test]
    fn the_line_before_is_blamed_where_the_text_reads_without_it() {
        let text = "a\nb(\nc\nd\n";
        let found = line(text, gives_up(text).unwrap(), gives_up);
        assert_eq!(&text[found], "b(");
    }

    #[test]
    fn where_no_line_is_to_blame_it_is_the_one_that_was_told() {
        assert_eq!(line("a\nb\nc", 2, |_| Some(0)), 2..3);
        assert_eq!(line("", 0, |_| Some(0)), 0..0);
    }
}
