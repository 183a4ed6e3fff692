//! Where the lines of a text begin, so that a place costs a look-up and not a walk through the file.

use std::cell::Cell;

/// The lines of one text.
#[derive(Debug)]
pub struct Lines<'t> {
    text: &'t str,
    /// The first byte of each line; never empty.
    starts: Vec<usize>,
    /// The line, byte and column of the last look-up: of a line with a thousand findings the characters are counted once.
    last: Cell<(usize, usize, usize)>,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// From 1, in characters (Unicode code points).
    pub column: usize,
    /// Bytes from the beginning of the file; a byte-order mark counts.
    pub byte: usize,
}

impl<'t> Lines<'t> {
    /// Finds the lines of `text`.
    pub fn new(text: &'t str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after_breaks).collect(), last: Cell::default() }
    }

    /// The place of a byte of the text; `skipped` bytes of the file stand before the text.
    pub fn place(&self, byte: usize, skipped: usize) -> Place {
        let line = self.line_at(byte);
        let (last_line, last_byte, last_column) = self.last.get();
        let (from, before) = match last_line == line && (self.starts[line]..=byte).contains(&last_byte) {
            true => (last_byte, last_column),
            false => (self.starts[line], 0),
        };
        let column = before + self.text[from..byte].chars().count();
        self.last.set((line, byte, column));
        let column = column + 1;
        Place { line: line + 1, column, byte: byte + skipped }
    }

    /// The line that has the byte: where it begins, and its text without the line break.
    pub fn around(&self, byte: usize) -> (usize, &'t str) {
        let line = self.line_at(byte);
        let start = self.starts[line];
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        (start, self.text[start..end].trim_end_matches(['\r', '\n']))
    }

    /// From 0.
    fn line_at(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_text_has_one_empty_line() {
        let lines = Lines::new("");
        assert_eq!(lines.place(0, 3), Place { line: 1, column: 1, byte: 3 });
        assert_eq!(lines.around(0), (0, ""));
    }

    proptest! {
        #[test]
        fn a_place_is_what_counting_gives_whatever_was_asked_before(text in "[a暖\t\r\n😀]{0,30}", at in 0_usize..31, asked in 0_usize..31) {
            let byte = text.char_indices().map(|(at, _)| at).nth(at).unwrap_or(text.len());
            let before = &text[..byte];
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            let lines = Lines::new(&text);
            lines.place(text.char_indices().map(|(at, _)| at).nth(asked).unwrap_or(0), 0);
            let place = lines.place(byte, 0);
            prop_assert_eq!(place.line, before.matches('\n').count() + 1);
            prop_assert_eq!(place.column, before[line_start..].chars().count() + 1);
            prop_assert_eq!(lines.around(byte).0, line_start);
            prop_assert!(!lines.around(byte).1.contains('\n'));
        }
    }
}
