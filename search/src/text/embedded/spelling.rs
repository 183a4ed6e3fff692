//! Whole questions in pinyin, or half in pinyin: lihun fangzi xie ta mingzi.
//!
//! Start at [`spelled_out`]. Each syllable may stand for many characters; which they are is told by their neighbours:
//! the likeliest row of characters is the one whose pairs stand in the most records. That is Viterbi's algorithm over the
//! counts which the index has anyway, so it knows the words of this site and needs no dictionary.

use std::collections::BTreeMap;

use super::Embedded;
use super::index::Index;
use super::suggest::whole_fit;
use super::table::Keys;
use super::terms::{self, Shape, pair, shape};
use crate::text::sound::{is_han, readings};

/// No more characters are tried for a syllable: the commonest in the records.
pub(super) const MOST_CHARACTERS: usize = 24;

/// The longest syllable: zhuang.
const LONGEST_SYLLABLE: usize = 6;

/// What a pair that stands in some record is worth, beside how often it does.
pub(super) const KNOWN_PAIR: f32 = 2.0;

/// And one that stands in none, inside a word that was typed in one piece.
pub(super) const UNKNOWN_PAIR: f32 = -1.5;

/// How much of that counts across a blank: words that were typed apart are often strangers.
pub(super) const ACROSS_A_BLANK: f32 = 0.6;

/// What a common character is worth by itself.
pub(super) const COMMON: f32 = 0.25;

/// And what a reading costs that is not the usual one.
pub(super) const RARE_READING: f32 = -1.5;

/// A character that a syllable may stand for, and what it is worth by itself.
type Candidate = (char, f32);

/// Which characters each syllable may stand for, the likeliest first.
#[derive(Debug, Default)]
pub(super) struct Spellings(BTreeMap<String, Vec<Candidate>>);

impl Spellings {
    /// Of all characters in the records.
    pub(super) fn new(index: &Index) -> Self {
        let mut spellings: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
        for (key, count) in index.terms.keys_below(terms::AFTER_SINGLES) {
            let Shape::Single(c) = shape(key) else { continue };
            let worth = COMMON * ln(count);
            for (at, reading) in readings(c).enumerate() {
                let worth = if at == 0 { worth } else { worth + RARE_READING };
                spellings.entry(reading.replace('ü', "v")).or_default().push((c, worth));
            }
        }
        for candidates in spellings.values_mut() {
            candidates.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            candidates.truncate(MOST_CHARACTERS);
        }
        Self(spellings)
    }

    fn of(&self, syllable: &str) -> Option<&[Candidate]> {
        // ü is typed as v, or as u where no other syllable is written so.
        let as_typed = self.0.get(syllable);
        let candidates = match as_typed {
            None if syllable.contains('u') => self.0.get(&syllable.replace('u', "v")),
            _ => as_typed,
        };
        candidates.map(Vec::as_slice)
    }

    /// A word as syllables, as few as can be; `None` when it is no pinyin.
    fn syllables<'w>(&self, word: &'w str) -> Option<Vec<&'w str>> {
        // By the length of the beginning: the fewest syllables that it is, and how long the last of them is.
        let mut fewest: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
        fewest[0] = Some((0, 0));
        for end in 1..=word.len() {
            for length in 1..=end.min(LONGEST_SYLLABLE) {
                let Some((count, _)) = fewest[end - length] else { continue };
                if self.of(&word[end - length..end]).is_some()
                    && fewest[end].is_none_or(|(best, _)| count + 1 < best)
                {
                    fewest[end] = Some((count + 1, length));
                }
            }
        }
        let mut syllables = Vec::new();
        let mut end = word.len();
        while end > 0 {
            let (_, length) = fewest[end]?;
            syllables.push(&word[end - length..end]);
            end -= length;
        }
        syllables.reverse();
        Some(syllables)
    }
}

/// One place of the row.
struct Slot<'a> {
    /// What may stand here. One candidate where it was typed as it is.
    candidates: Vec<Candidate>,
    /// What was typed, where no character stands for it.
    typed: Option<&'a str>,
    /// Whether a blank stood before it.
    apart: bool,
}

/// The question with its pinyin as characters; `None` where there is no pinyin in it.
pub(super) fn spelled_out(engine: &Embedded, text: &str) -> Option<String> {
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let mut slots = Vec::new();
    let mut changes = false;
    let mut apart = false;
    for piece in pieces(text) {
        match piece.chars().next() {
            Some(' ' | '\'') => apart = true,
            Some(first) if first.is_ascii_lowercase() => {
                changes |= push_word(engine, piece, apart, &mut slots);
                apart = false;
            }
            Some(first) if is_han(first) => {
                slots.push(Slot { candidates: vec![(first, 0.0)], typed: None, apart });
                apart = false;
            }
            _ => {
                slots.push(Slot { candidates: Vec::new(), typed: Some(piece), apart });
                apart = false;
            }
        }
    }
    changes.then(|| likeliest(&engine.index, &slots))
}

/// Words of small letters, and everything else one by one.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let letters = rest.bytes().take_while(u8::is_ascii_lowercase).count();
        let (piece, left) = rest.split_at(letters.max(first.len_utf8()).min(rest.len()));
        rest = left;
        Some(piece)
    })
}

/// Adds the slots of a word of letters. Says whether it was understood as pinyin.
fn push_word<'a>(engine: &Embedded, word: &'a str, apart: bool, slots: &mut Vec<Slot<'a>>) -> bool {
    let is_known = engine.index.terms.count(terms::word(word.chars())) > 0;
    if !is_known && let Some(syllables) = engine.spellings.syllables(word) {
        for (at, syllable) in syllables.into_iter().enumerate() {
            let candidates = engine.spellings.of(syllable).unwrap_or_default().to_vec();
            slots.push(Slot { candidates, typed: None, apart: apart && at == 0 });
        }
        return true;
    }
    // Initials: jtbl. Only a phrase that they are the whole of, or it could be anything.
    let phrase = if is_known || word.len() < 3 { None } else { whole_fit(engine, word) };
    let text = phrase.and_then(|phrase| phrase.text(&engine.records, &engine.index.thesaurus));
    let Some(text) = text.filter(|text| text.chars().all(is_han)) else {
        slots.push(Slot { candidates: Vec::new(), typed: Some(word), apart });
        return false;
    };
    slots.extend(text.chars().enumerate().map(|(at, c)| Slot {
        candidates: vec![(c, 0.0)],
        typed: None,
        apart: apart && at == 0,
    }));
    true
}

/// The row of characters that is worth the most.
fn likeliest(index: &Index, slots: &[Slot<'_>]) -> String {
    // For each candidate of each slot: what the best row up to it is worth, and which candidate it comes from.
    let mut worth: Vec<Vec<(f32, usize)>> = Vec::with_capacity(slots.len());
    for (at, slot) in slots.iter().enumerate() {
        let before: &[Candidate] = at.checked_sub(1).map_or(&[], |before| &slots[before].candidates);
        // All that follows a character stands side by side in the index.
        let followers =
            before.iter().map(|&(b, _)| (b, index.terms.between(pair(b, '\0'), pair(b, char::MAX))));
        let followers: Vec<(char, Keys<'_>)> = followers.collect();
        let best_from = |&(c, own): &Candidate| {
            let rows = followers.iter().zip(worth.last().into_iter().flatten()).enumerate();
            let values = rows.map(|(from, (&(b, after), &(row, _)))| {
                (row + pair_worth(after.count(pair(b, c)), slot.apart), from)
            });
            let best = values.fold(None, |best: Option<(f32, usize)>, value| match best {
                Some(best) if best.0 >= value.0 => Some(best),
                _ => Some(value),
            });
            best.map_or((own, 0), |(row, from)| (row + own, from))
        };
        worth.push(slot.candidates.iter().map(best_from).collect());
    }
    let mut chosen: Vec<Option<char>> = vec![None; slots.len()];
    let mut from: Option<usize> = None;
    for at in (0..slots.len()).rev() {
        let rows = &worth[at];
        let best = || (0..rows.len()).max_by(|&a, &b| rows[a].0.total_cmp(&rows[b].0).then(b.cmp(&a)));
        let Some(candidate) = from.or_else(best) else { continue };
        chosen[at] = Some(slots[at].candidates[candidate].0);
        let joined = at > 0 && !slots[at - 1].candidates.is_empty();
        from = joined.then_some(rows[candidate].1);
    }
    written(slots, &chosen)
}

fn written(slots: &[Slot<'_>], chosen: &[Option<char>]) -> String {
    let mut text = String::new();
    for (slot, c) in slots.iter().zip(chosen) {
        match (c, slot.typed) {
            (Some(c), _) => text.push(*c),
            (None, Some(typed)) => {
                if slot.apart {
                    text.push(' ');
                }
                text.push_str(typed);
            }
            (None, None) => {}
        }
    }
    text
}

fn pair_worth(count: u32, apart: bool) -> f32 {
    let worth = if count == 0 { UNKNOWN_PAIR } else { KNOWN_PAIR + ln(count) };
    if apart { worth * ACROSS_A_BLANK } else { worth }
}

fn ln(count: u32) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 23")]
    let ln = libm::log(f64::from(count) + 1.0) as f32;
    ln
}
