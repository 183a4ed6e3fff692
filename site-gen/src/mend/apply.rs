//! Chooses among the edits that findings carry, and makes them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::diag::{Diagnostic, Diagnostics, Edit};
use crate::source::{FileId, Span};

/// What is to be changed in one file.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// In order, none overlapping another.
    edits: Vec<Edit>,
    /// How many findings of each code they mend.
    pub(super) codes: BTreeMap<&'static str, usize>,
}

/// The edits to make in one round, by file. Findings are taken in their order; one whose edits would meet those of an
/// earlier one waits for the next round. The edits of a finding are all made or none.
pub(super) fn accepted(diags: &Diagnostics, given_up: &BTreeSet<FileId>) -> BTreeMap<FileId, Edits> {
    let mut taken: BTreeMap<FileId, Edits> = BTreeMap::new();
    for finding in diags.sorted() {
        let possible = !finding.edits.is_empty()
            && finding.edits.iter().all(|edit| !given_up.contains(&edit.span.file))
            && fits(finding, &taken);
        if possible {
            for edit in &finding.edits {
                put(edit, taken.entry(edit.span.file).or_default());
            }
            let at = finding.edits[0].span.file;
            *taken.entry(at).or_default().codes.entry(finding.code).or_default() += 1;
        }
    }
    taken
}

fn fits(finding: &Diagnostic, taken: &BTreeMap<FileId, Edits>) -> bool {
    let edits = &finding.edits;
    let apart = edits
        .iter()
        .enumerate()
        .all(|(place, edit)| edits[place + 1..].iter().all(|other| !meet(edit.span, other.span)));
    apart
        && edits.iter().all(|edit| {
            let others = taken.get(&edit.span.file).map_or(&[][..], |taken| &taken.edits);
            // The same change asked for twice is one change.
            others.iter().all(|other| other == edit || !meet(edit.span, other.span))
        })
}

/// Whether two changes can't both be made, or not without saying which comes first.
fn meet(a: Span, b: Span) -> bool {
    a.file == b.file && (a.start == b.start || (a.start < b.end && b.start < a.end))
}

fn put(edit: &Edit, edits: &mut Edits) {
    if let Err(place) = edits.edits.binary_search_by_key(&edit.span, |edit| edit.span) {
        edits.edits.insert(place, edit.clone());
    }
}

/// A text with changes made, and where they are in it.
pub(super) struct Mended {
    pub(super) text: String,
    pub(super) changed: Vec<Range<usize>>,
}

impl Edits {
    /// The bytes that go.
    pub(super) fn places(&self) -> Vec<Range<usize>> {
        self.edits.iter().map(|edit| edit.span.start..edit.span.end).collect()
    }
}

/// `text` with the changes made. A line break that comes is written as the text's own are.
pub(super) fn mended(text: &str, edits: &Edits) -> Mended {
    let windows = text.split_inclusive('\n').next().is_some_and(|line| line.ends_with("\r\n"));
    let mut out = String::with_capacity(text.len());
    let mut changed = Vec::new();
    let mut from = 0;
    for edit in &edits.edits {
        let Span { start, end, .. } = edit.span;
        let (Some(kept), true) = (text.get(from..start), text.is_char_boundary(end)) else { continue };
        out.push_str(kept);
        let begins = out.len();
        if windows {
            out.push_str(&edit.text.replace("\r\n", "\n").replace('\n', "\r\n"));
        } else {
            out.push_str(&edit.text);
        }
        changed.push(begins..out.len());
        from = end;
    }
    out.push_str(&text[from..]);
    Mended { text: out, changed }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::SourceMap;

    fn file() -> FileId {
        let mut sources = SourceMap::default();
        sources.add("a.md", "");
        sources.texts().next().unwrap().0
    }

    fn found(edits: &[(usize, usize, &str)]) -> Diagnostic {
        let at = |start, end| Span::new(file(), start, end);
        let edits =
            edits.iter().map(|(start, end, text)| Edit { span: at(*start, *end), text: (*text).to_owned() });
        let edits: Vec<Edit> = edits.collect();
        Diagnostic::error("date", edits[0].span, "x").edits(edits)
    }

    fn after(text: &str, findings: Vec<Diagnostic>) -> String {
        let mut diags = Diagnostics::default();
        for finding in findings {
            diags.push(finding);
        }
        let taken = accepted(&diags, &BTreeSet::new());
        taken.get(&file()).map_or_else(|| text.to_owned(), |edits| mended(text, edits).text)
    }

    #[test]
    fn of_two_that_overlap_the_earlier_is_made_whichever_was_found_first() {
        let (early, late) = (found(&[(0, 3, "x")]), found(&[(2, 5, "y")]));
        assert_eq!(after("abcdef", vec![early.clone(), late.clone()]), "xdef");
        assert_eq!(after("abcdef", vec![late, early]), "xdef");
    }

    #[test]
    fn the_edits_of_a_finding_are_made_together_or_not_at_all() {
        let both = found(&[(1, 2, "X"), (4, 5, "Y")]);
        assert_eq!(after("abcdef", vec![both.clone()]), "aXcdYf");
        assert_eq!(after("abcdef", vec![found(&[(0, 2, "-")]), both]), "-cdef");
    }

    #[test]
    fn the_same_change_asked_for_twice_is_made_once() {
        let a = found(&[(1, 2, "X")]);
        let b = Diagnostic { code: "yaml", ..a.clone() };
        assert_eq!(after("abc", vec![a, b]), "aXc");
    }

    #[test]
    fn a_line_break_that_comes_is_like_the_others() {
        assert_eq!(after("ab\r\n", vec![found(&[(1, 1, "\n")])]), "a\r\nb\r\n");
    }

    proptest! {
        #[test]
        fn bytes_outside_the_edits_are_untouched(text in "[a-z\r\n]{20}", spans in prop::collection::vec((0_usize..20, 0_usize..6), 0..8)) {
            let spans: Vec<(usize, usize)> = spans.into_iter().map(|(start, len)| (start, (start + len).min(20))).collect();
            // What comes is told from what was there by its letter.
            let findings = spans.iter().map(|(start, end)| found(&[(*start, *end, "Z")])).collect();
            let mended = after(&text, findings);
            let inside = |at: &usize| spans.iter().any(|(start, end)| (start..end).contains(&at));
            let kept: String = mended.chars().filter(|c| *c != 'Z').collect();
            let outside: String = text.char_indices().filter(|(at, _)| !inside(at)).map(|(_, c)| c).collect();
            let mut rest = kept.chars();
            prop_assert!(outside.chars().all(|c| rest.any(|kept| kept == c)), "{kept:?} lost something of {outside:?}");
        }
    }
}
