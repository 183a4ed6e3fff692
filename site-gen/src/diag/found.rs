//! Findings with their places: what every way of telling them starts from. Start at [`all`].

use std::collections::BTreeMap;
use std::ops::Range;

use super::lines::{Lines, Place};
use super::{Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap, Span, floor_char_boundary};

/// A problem and where it stands.
#[derive(Debug)]
pub struct Found<'r> {
    /// What was found.
    pub diagnostic: &'r Diagnostic,
    /// The file's path from the content root.
    pub path: &'r str,
    /// Its first character.
    pub start: Place,
    /// Just behind its last character; the same as `start` where it is a place between two.
    pub end: Place,
    /// The line it begins on, without its line break; what is near of one that goes on and on.
    pub line: &'r str,
    /// The bytes of `line` that are meant. A problem of several lines is cut at the end of the first.
    pub marked: Range<usize>,
    /// What mends it.
    pub edits: Vec<Replacement<'r>>,
}

/// A text to put in the place of another.
#[derive(Debug)]
pub struct Replacement<'r> {
    /// The file's path from the content root.
    pub path: &'r str,
    /// From here …
    pub start: Place,
    /// … to just before here.
    pub end: Place,
    /// What comes.
    pub text: &'r str,
}

/// A line longer than this is not shown whole, in bytes: a thousand findings would show it a thousand times.
const LONGEST_LINE: usize = 8_000;

/// What of a line that begins at a byte is near another one, and where that begins.
fn near((start, line): (usize, &str), byte: usize) -> (usize, &str) {
    if line.len() <= LONGEST_LINE {
        return (start, line);
    }
    let at = byte.saturating_sub(start);
    let from = floor_char_boundary(line, at.saturating_sub(LONGEST_LINE / 20));
    let to = floor_char_boundary(line, at + LONGEST_LINE / 20);
    (start + from, &line[from..to])
}

/// Everything found, in file order, the same problem at the same place once.
pub fn all<'r>(diagnostics: &'r Diagnostics, sources: &'r SourceMap) -> Vec<Found<'r>> {
    let mut index = Index { sources, lines: BTreeMap::new() };
    diagnostics.sorted().into_iter().map(|diagnostic| index.found(diagnostic)).collect()
}

/// The files' lines, each file looked through once.
struct Index<'r> {
    sources: &'r SourceMap,
    lines: BTreeMap<FileId, Lines<'r>>,
}

impl<'r> Index<'r> {
    fn found(&mut self, diagnostic: &'r Diagnostic) -> Found<'r> {
        let span = self.without_line_break(diagnostic.span);
        let (start, end) = self.places(span);
        let (line_start, line) = near(self.lines(span.file).around(span.start), span.start);
        let within = |byte: usize| byte.saturating_sub(line_start).min(line.len());
        let edits = diagnostic.edits.iter().map(|edit| {
            let (start, end) = self.places(edit.span);
            Replacement { path: self.sources.path(edit.span.file), start, end, text: &edit.text }
        });
        Found {
            diagnostic,
            edits: edits.collect(),
            path: self.sources.path(span.file),
            start,
            end,
            line,
            marked: within(span.start)..within(span.end),
        }
    }

    fn places(&mut self, span: Span) -> (Place, Place) {
        let text = self.sources.text(span.file);
        let start = floor_char_boundary(text, span.start);
        let end = floor_char_boundary(text, span.end).max(start);
        let skipped = self.sources.skipped(span.file);
        let lines = self.lines(span.file);
        (lines.place(start, skipped), lines.place(end, skipped))
    }

    /// A problem that takes in the end of its line ends with the line: nobody looks for it on the next one.
    fn without_line_break(&self, span: Span) -> Span {
        let text = self.sources.text(span.file);
        let start = floor_char_boundary(text, span.start);
        let end = floor_char_boundary(text, span.end).max(start);
        let kept = text[start..end].trim_end_matches(['\r', '\n']).len();
        Span::new(span.file, start, start + kept)
    }

    fn lines(&mut self, file: FileId) -> &Lines<'r> {
        self.lines.entry(file).or_insert_with(|| Lines::new(self.sources.text(file)))
    }
}

/// `path` below the folder as people or a git host name it.
pub fn below(folder: &str, path: &str) -> String {
    match folder {
        "" | "." => path.to_owned(),
        folder => format!("{}/{path}", folder.trim_end_matches('/')),
    }
}
