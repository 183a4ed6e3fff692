//! Slips in YAML and TOML that have one meaning. A change is offered only when the parser takes the text with it.

use std::ops::Range;

use crate::diag::Edit;
use crate::source::{FileId, Span};

/// Bytes of a text, and what to write there.
type Change = (Range<usize>, String);

/// What makes `text` readable, where one kind of slip is all that is wrong: Tabs before a line; no blank behind a colon; a
/// colon in a value without quotes. `line`: where the parser gave up. `reads`: whether it takes a text.
pub(super) fn yaml(text: &str, line: Range<usize>, reads: impl Fn(&str) -> bool) -> Vec<Change> {
    let lines = || {
        text.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line.trim_end_matches(['\r', '\n'])))
        })
    };
    let here = || lines().take_while(|(start, _)| *start <= line.start).last();
    let before = || lines().take_while(|(start, _)| *start < line.start).last();
    let tabs = lines().filter_map(|(start, text)| tab_indent(start, text)).collect();
    // A parser may notice only on the next line that the last one went wrong.
    let blanks = before().into_iter().chain(here());
    let blanks = blanks.filter_map(|(start, text)| blank_after_colon(start, text)).collect();
    let quotes = here().and_then(|(start, text)| quoted_value(start, text));
    let quotes = quotes.into_iter().flatten().collect();
    let ways: [Vec<Change>; 3] = [tabs, blanks, quotes];
    ways.into_iter().find(|way| !way.is_empty() && reads(&changed(text, way))).unwrap_or_default()
}

/// What turns the quotes of a Chinese keyboard on this line into those that TOML knows.
pub(super) fn toml(text: &str, line: Range<usize>, reads: impl Fn(&str) -> bool) -> Vec<Change> {
    let written = &text[line.clone()];
    // Between quotes that TOML knows, the others are part of what is said.
    if written.contains(['"', '\'']) {
        return Vec::new();
    }
    let half = |c: char| match c {
        '“' | '”' => Some("\""),
        '‘' | '’' => Some("'"),
        '＝' => Some("="),
        _ => None,
    };
    let changes = written.char_indices().filter_map(|(at, c)| {
        let start = line.start + at;
        Some((start..start + c.len_utf8(), half(c)?.to_owned()))
    });
    let way: Vec<Change> = changes.collect();
    if !way.is_empty() && reads(&changed(text, &way)) { way } else { Vec::new() }
}

/// The bytes `line` of `text` with changes that lie within them.
pub(super) fn line(text: &str, line: Range<usize>, changes: &[Change]) -> String {
    let within = |(range, new): &Change| (range.start - line.start..range.end - line.start, new.clone());
    changed(&text[line.clone()], &changes.iter().map(within).collect::<Vec<_>>())
}

/// The changes as edits of `file`, in which the text stands from byte `base`.
pub(super) fn edits(file: FileId, base: usize, changes: Vec<Change>) -> impl Iterator<Item = Edit> {
    changes
        .into_iter()
        .map(move |(range, text)| Edit { span: Span::new(file, base + range.start, base + range.end), text })
}

fn tab_indent(start: usize, line: &str) -> Option<Change> {
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    indent.contains('\t').then(|| (start..start + indent.len(), indent.replace('\t', "  ")))
}

/// `reviewed:2026-11-12`
fn blank_after_colon(start: usize, line: &str) -> Option<Change> {
    let (at, value) = key(line)?;
    let close = value.chars().next().is_some_and(|c| !c.is_whitespace() && c != '/');
    close.then(|| (start + at..start + at, " ".to_owned()))
}

/// `title: 产假: 98 天`
fn quoted_value(start: usize, line: &str) -> Option<[Change; 2]> {
    let (at, value) = key(line)?;
    let value = value.strip_prefix(' ')?;
    let bare = value.contains(": ") && !value.contains(['"', '\\']) && !value.contains(" #");
    let plain = !value.starts_with([' ', '\'', '[', '{', '|', '>', '&', '*', '!']);
    let (from, to) = (start + at + 1, start + at + 1 + value.trim_end().len());
    (bare && plain).then(|| [(from..from, "\"".to_owned()), (to..to, "\"".to_owned())])
}

/// Where the colon behind the name of a setting ends, and what comes behind it.
fn key(line: &str) -> Option<(usize, &str)> {
    let (before, value) = line.split_once(':')?;
    let name = before.trim_start_matches([' ', '-']);
    let named = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (named && !name.starts_with(|c: char| c.is_ascii_digit())).then_some((before.len() + 1, value))
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut out = text.to_owned();
    for (range, new) in changes.iter().rev() {
        out.replace_range(range.clone(), new);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str, gave_up_at: usize) -> String {
        let line = text.split_inclusive('\n').take(gave_up_at).map(str::len).sum::<usize>();
        let reads = |text: &str| serde_saphyr::from_str::<serde_json::Value>(text).is_ok();
        assert!(!reads(text), "{text}");
        changed(text, &yaml(text, line..line + 1, reads))
    }

    #[test]
    fn slips_of_yaml_are_mended_where_the_parser_then_takes_them() {
        assert_eq!(mended("steps:\n\t- do: 打\n\t  how: 说\n", 1), "steps:\n  - do: 打\n    how: 说\n");
        assert_eq!(
            mended("title: 甲\nreviewed:2026-11-12\nsummary: 乙\n", 1),
            "title: 甲\nreviewed: 2026-11-12\nsummary: 乙\n"
        );
        assert_eq!(
            mended("title: 产假: 98 天\r\nsummary: 乙\r\n", 0),
            "title: \"产假: 98 天\"\r\nsummary: 乙\r\n"
        );
    }

    #[test]
    fn what_may_mean_several_things_is_left_alone() {
        for text in ["title: \"甲\nsummary: 乙\n", "title: [甲\nsummary: 乙\n"] {
            assert_eq!(mended(text, 0), text);
        }
    }

    #[test]
    fn quotes_of_a_chinese_keyboard_are_mended_in_toml() {
        let text = "name = “暖站”\n";
        let reads = |text: &str| toml::from_str::<toml::Table>(text).is_ok();
        assert_eq!(changed(text, &super::toml(text, 0..text.len(), reads)), "name = \"暖站\"\n");
        let said = "name = \"说“好” x\n";
        assert_eq!(super::toml(said, 0..said.len(), reads), []);
    }
}
