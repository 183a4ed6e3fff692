//! The piece of a record that answers best.
//!
//! Start at [`cut`]. A snippet begins after a sentence mark where it can, ends at one where it can, is at most
//! [`LONGEST`] characters long and holds only the record's own words; a line break becomes a blank.

use super::question::{MOST_TERMS, Wanted};
use super::terms::scan;
use crate::record::Record;
use crate::text::SnippetPart;

/// The longest snippet, in characters.
pub(super) const LONGEST: usize = 90;

/// A snippet may end at a sentence mark from here on, rather than fill up.
const LONG_ENOUGH: usize = 40;

/// How far before the first word asked for a snippet begins where there is no mark to begin after.
const LEAD: usize = 12;

/// What a line begins with that names the articles which a text rests on: it has all the words, and says nothing.
const SOURCE: &str = "依据《";

/// Nobody reads on in a text of this many bytes to find a better piece.
const READ_BYTES: usize = 60_000;

/// Cuts the snippet of `record` for what is `wanted`, which is in the order of the keys.
pub(super) fn cut(record: &Record, wanted: &[Wanted]) -> Vec<SnippetPart> {
    let summary = best_piece(&record.summary, wanted);
    let text = best_piece(&record.text, wanted);
    // The summary was written to be read here: the text has to answer better.
    let piece = if text.worth > summary.worth || record.summary.is_empty() { text } else { summary };
    piece.into_parts()
}

/// A piece of a text and what was asked for in it.
struct Piece<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    /// In order, apart from each other, in bytes of the text.
    marked: Vec<(usize, usize)>,
    worth: u32,
}

/// A place in the text where a term stands that is asked for.
#[derive(Clone, Copy)]
struct Found {
    start: usize,
    end: usize,
    /// Its place among the terms wanted, which are at most [`MOST_TERMS`].
    term: usize,
    worth: u32,
}

fn best_piece<'a>(text: &'a str, wanted: &[Wanted]) -> Piece<'a> {
    let text = &text[..text.floor_char_boundary(READ_BYTES)];
    let found = find(text, wanted);
    let mut best = Piece { text, start: 0, end: 0, marked: Vec::new(), worth: 0 };
    let mut tried = None;
    for (at, first) in found.iter().enumerate() {
        let start = start_before(text, first.start);
        // The piece from there has been looked at, with all that is found in it.
        if tried.replace(start) == Some(start) || names_sources(&text[start..]) {
            continue;
        }
        let limit = forward(text, start, LONGEST);
        let inside: Vec<Found> = found[at..].iter().copied().take_while(|found| found.end <= limit).collect();
        let worth = worth_of(&inside);
        if worth > best.worth {
            best = Piece { start, worth, marked: joined(&inside), ..best };
        }
    }
    let last = best.marked.last().map_or(best.start, |&(_, end)| end);
    best.end = end_after(text, best.start, last);
    best
}

/// Whether a text begins with nothing but the names of articles: 依据《民法典》第一千零七十九条。
fn names_sources(text: &str) -> bool {
    /// The longest name of a statute with the number after it, in bytes.
    const NAME: usize = 150;
    let beginning = &text[..text.floor_char_boundary(NAME)];
    let sentence = beginning.split('。').next().unwrap_or_default();
    sentence.starts_with(SOURCE)
        || sentence.starts_with('《') && sentence.contains("》第") && sentence.ends_with('条')
}

fn find(text: &str, wanted: &[Wanted]) -> Vec<Found> {
    let sieve = Sieve::new(wanted);
    let mut found = Vec::new();
    scan(text, |term| {
        if sieve.may_pass(term.key)
            && let Ok(at) = wanted.binary_search_by_key(&term.key, |wanted| wanted.key)
        {
            found.push(Found { start: term.start, end: term.end, term: at, worth: wanted[at].worth });
        }
    });
    found.sort_by_key(|found| (found.start, found.end));
    found
}

/// Tells at once that most terms of a text are not wanted.
struct Sieve([u64; 16]);

impl Sieve {
    fn new(wanted: &[Wanted]) -> Self {
        let mut bits = [0; 16];
        for &Wanted { key, .. } in wanted {
            let (word, bit) = Self::place(key);
            bits[word] |= 1 << bit;
        }
        Self(bits)
    }

    fn may_pass(&self, key: u64) -> bool {
        let (word, bit) = Self::place(key);
        self.0[word] >> bit & 1 == 1
    }

    fn place(key: u64) -> (usize, u64) {
        let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54;
        ((mixed >> 6) as usize, mixed & 63)
    }
}

/// Terms count once in full; saying them again counts for a little.
fn worth_of(inside: &[Found]) -> u32 {
    let mut seen = [false; MOST_TERMS];
    let mut worth = 0;
    for found in inside {
        let is_again = std::mem::replace(&mut seen[found.term], true);
        worth += if is_again { found.worth / 16 } else { found.worth };
    }
    worth
}

/// Runs of terms that touch or overlap.
fn joined(inside: &[Found]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for found in inside {
        match runs.last_mut() {
            Some(run) if found.start <= run.1 => run.1 = run.1.max(found.end),
            _ => runs.push((found.start, found.end)),
        }
    }
    runs
}

/// Where a snippet begins that is to show what stands at `at`: after the sentence mark before it, or else after a
/// lesser mark, or else a little before it.
fn start_before(text: &str, at: usize) -> usize {
    let mut lesser = None;
    let mut little = at;
    for (count, (start, c)) in text[..at].char_indices().rev().enumerate() {
        if ends_sentence(c) {
            return skip_blanks(text, start + c.len_utf8());
        }
        if ends_clause(c) && lesser.is_none() {
            lesser = Some(start + c.len_utf8());
        }
        if count < LEAD {
            little = start;
        }
        if count >= LONGEST / 2 {
            return skip_blanks(text, lesser.unwrap_or(little));
        }
    }
    skip_blanks(text, 0)
}

/// Where a snippet ends that begins at `start` and shows what ends at `shown`.
fn end_after(text: &str, start: usize, shown: usize) -> usize {
    let limit = forward(text, start, LONGEST);
    let source = text[shown.max(start)..limit.max(shown)].find(SOURCE).map(|at| shown.max(start) + at);
    let limit = source.map_or(limit, |source| text[..source].trim_end().len().max(shown));
    let (mut sentence, mut clause) = (None, None);
    for (count, (at, c)) in (1..).zip(text[start..limit].char_indices()) {
        let end = start + at + c.len_utf8();
        if count >= LONG_ENOUGH && end >= shown {
            if ends_sentence(c) {
                sentence = Some(end);
            } else if ends_clause(c) {
                clause = Some(end);
            }
        }
    }
    if limit == text.len() { limit } else { sentence.or(clause).unwrap_or(limit) }
}

fn skip_blanks(text: &str, at: usize) -> usize {
    at + (text[at..].len() - text[at..].trim_start().len())
}

/// The place `count` characters after `start`, or the end of the text.
fn forward(text: &str, start: usize, count: usize) -> usize {
    text[start..].char_indices().nth(count).map_or(text.len(), |(at, _)| start + at)
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '\n' | '!' | '?')
}

fn ends_clause(c: char) -> bool {
    matches!(c, '，' | '、' | '：' | ',' | ':' | ')' | '）')
}

impl Piece<'_> {
    fn into_parts(self) -> Vec<SnippetPart> {
        let mut parts = Vec::new();
        let mut push = |start: usize, end: usize, marked: bool| {
            if start < end {
                let text = self.text[start..end].replace(['\n', '\r', '\t'], " ");
                parts.push(SnippetPart { text, marked });
            }
        };
        let end = self.start + self.text[self.start..self.end].trim_end().len();
        let mut at = self.start;
        for &(from, to) in &self.marked {
            push(at, from, false);
            push(from, to, true);
            at = to;
        }
        push(at, end, false);
        parts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::embedded::terms;

    /// Wants the pairs of neighbours of `words`.
    fn pairs(words: &str) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        terms::scan(words, |term| {
            if matches!(terms::shape(term.key), terms::Shape::Pair(..)) {
                wanted.push(Wanted { key: term.key, worth: 100 });
            }
        });
        wanted.sort_by_key(|wanted| wanted.key);
        wanted
    }

    /// The snippet of a text, with what is marked in brackets.
    fn snippet(text: &str, words: &str) -> String {
        let parts = best_piece(text, &pairs(words)).into_parts();
        parts
            .iter()
            .map(|part| if part.marked { format!("[{}]", part.text) } else { part.text.clone() })
            .collect()
    }

    #[test]
    fn a_snippet_is_the_sentence_that_answers() {
        let text = "先离开危险。\n法院可以出保护令，不收费。\n证据留好。";
        assert_eq!(snippet(text, "保护令"), "法院可以出[保护令]，不收费。 证据留好。");
    }

    #[test]
    fn a_long_text_is_cut_at_its_marks() {
        let text =
            format!("{}。他不听保护令，{}。{}。", "前".repeat(200), "可以拘留".repeat(12), "后".repeat(200));
        assert_eq!(snippet(&text, "保护令"), format!("他不听[保护令]，{}。", "可以拘留".repeat(12)));
    }

    #[test]
    fn a_text_without_marks_is_cut_near_what_is_found() {
        let text = format!("{}保护令{}", "前".repeat(200), "后".repeat(200));
        let snippet = snippet(&text, "保护令");
        assert!(snippet.starts_with(&format!("{}[保护令]后", "前".repeat(LEAD))), "{snippet}");
        assert_eq!(snippet.chars().count(), LONGEST + "[]".len());
    }

    #[test]
    fn the_piece_with_more_of_the_question_wins() {
        let text = "保护令保护令保护令。离婚的事另说，很长很长的一句话放在这里隔开，再放一句隔开，再放一句，再放一句。保护令和离婚可以一起办。";
        assert!(snippet(&text.replace('。', "。\n"), "保护令 离婚").contains("[保护令]和[离婚]"));
    }

    #[test]
    fn where_nothing_is_found_the_text_begins() {
        assert_eq!(snippet("从头开始。", "离婚"), "从头开始。");
        assert_eq!(snippet("", "离婚"), "");
    }

    proptest! {
        #[test]
        fn a_snippet_is_a_short_piece_of_the_text(text in "([前后保护令离婚。，\n🙂a ]|.){0,300}", words in "[保护令离婚前后]{1,6}") {
            let parts = best_piece(&text, &pairs(&words)).into_parts();
            let joined: String = parts.iter().map(|part| part.text.as_str()).collect();
            prop_assert!(joined.chars().count() <= LONGEST);
            prop_assert!(text.replace(['\n', '\r', '\t'], " ").contains(&joined));
            prop_assert!(parts.iter().all(|part| !part.text.is_empty()));
        }
    }
}
