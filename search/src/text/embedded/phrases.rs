//! What can be completed while typing, and what may have been meant: titles, asked questions, the thesaurus.
//!
//! A [`Phrase`] says where its text stands; [`collect`] finds them all, the most useful first, which is also the order
//! in which the index numbers them.

use std::collections::BTreeSet;

use crate::record::{Kind, Record, ThesaurusEntry};
use crate::text::danger::speaks_of_killing;
use crate::text::query::{fold, normalised};
use crate::text::sound::{is_han, readings, usual_way_to_say};

/// The longest phrase that is compared by its sound, in characters.
pub(super) const LONGEST_SOUND: usize = 10;

/// Where the text of a phrase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phrase {
    /// The title of a record.
    Title(u32),
    /// A question that a record answers.
    Asked(u32, u32),
    /// A word that a record is found by. Known by its sound, never completed.
    Keyword(u32, u32),
    /// A term of the law in an entry of the thesaurus.
    Law(u32, u32),
    /// A lay phrase in an entry of the thesaurus.
    Say(u32, u32),
}

impl Phrase {
    /// The opposite of [`parts`](Self::parts).
    pub(super) fn new(source: u8, first: u32, second: u32) -> Option<Self> {
        match (source, second) {
            (0, 0) => Some(Self::Title(first)),
            (1, _) => Some(Self::Asked(first, second)),
            (2, _) => Some(Self::Keyword(first, second)),
            (3, _) => Some(Self::Law(first, second)),
            (4, _) => Some(Self::Say(first, second)),
            _ => None,
        }
    }

    /// As it stands in the file.
    pub(super) fn parts(self) -> (u8, u32, u32) {
        match self {
            Self::Title(record) => (0, record, 0),
            Self::Asked(record, at) => (1, record, at),
            Self::Keyword(record, at) => (2, record, at),
            Self::Law(entry, at) => (3, entry, at),
            Self::Say(entry, at) => (4, entry, at),
        }
    }

    /// Whether it stands in the thesaurus, unless it stands in a record.
    pub(super) fn is_in(self, thesaurus: &[ThesaurusEntry]) -> bool {
        !matches!(self, Self::Law(..) | Self::Say(..)) || self.text(&[], thesaurus).is_some()
    }

    /// The text; `None` when there is no such place.
    pub(super) fn text<'a>(self, records: &'a [Record], thesaurus: &'a [ThesaurusEntry]) -> Option<&'a str> {
        let text = match self {
            Self::Title(record) => Some(&records.get(record as usize)?.title),
            Self::Asked(record, at) => records.get(record as usize)?.asked.get(at as usize),
            Self::Keyword(record, at) => records.get(record as usize)?.keywords.get(at as usize),
            Self::Law(entry, at) => thesaurus.get(entry as usize)?.law.get(at as usize),
            Self::Say(entry, at) => thesaurus.get(entry as usize)?.say.get(at as usize),
        };
        text.map(String::as_str)
    }

    /// The record whose page the phrase names or whose question it is.
    pub(super) fn record(self) -> Option<u32> {
        match self {
            Self::Title(record) | Self::Asked(record, _) => Some(record),
            Self::Keyword(..) | Self::Law(..) | Self::Say(..) => None,
        }
    }

    /// Whether it is offered while typing.
    pub(super) fn completes(self) -> bool {
        !matches!(self, Self::Keyword(..))
    }
}

/// Every phrase once, the most useful first. Of lay phrases that sound alike only the first counts: the others are
/// misspellings, which are understood and never offered. Nor is any offered that speaks of killing, oneself or others,
/// wherever it stands: a guide on it is found by asking.
pub(super) fn collect(records: &[Record], thesaurus: &[ThesaurusEntry]) -> Vec<Phrase> {
    let mut all: Vec<(u8, Phrase)> = Vec::new();
    for (record, number) in records.iter().zip(0..) {
        all.push((title_rank(record.kind), Phrase::Title(number)));
        // What is asked of articles is for finding them: thousands of such questions would crowd out those of the guides.
        let asked = (0..).zip(&record.asked).filter(|_| record.kind != Kind::Article);
        all.extend(asked.map(|(at, _)| (3, Phrase::Asked(number, at))));
        all.extend((0..).zip(&record.keywords).map(|(at, _)| (9, Phrase::Keyword(number, at))));
    }
    for (entry, number) in thesaurus.iter().zip(0..) {
        all.extend((0..).zip(&entry.law).map(|(at, _)| (2, Phrase::Law(number, at))));
        all.extend((0..).zip(&entry.say).map(|(at, _)| (4, Phrase::Say(number, at))));
    }
    all.sort_by_key(|&(rank, _)| rank);

    let mut seen = Seen::default();
    let texts = all.into_iter().filter_map(|(_, phrase)| Some((phrase, phrase.text(records, thesaurus)?)));
    texts.filter(|&(phrase, text)| seen.takes(phrase, text)).map(|(phrase, _)| phrase).collect()
}

fn title_rank(kind: Kind) -> u8 {
    match kind {
        Kind::Topic => 0,
        Kind::Guide => 1,
        Kind::Station | Kind::Region => 5,
        Kind::Statute => 6,
        Kind::CaseDigest | Kind::Campaign | Kind::Page => 7,
        Kind::Article => 8,
    }
}

#[derive(Default)]
struct Seen {
    texts: BTreeSet<String>,
    sounds: BTreeSet<String>,
}

impl Seen {
    /// Whether a phrase is one to offer: not there yet, and not one that nobody is to be offered.
    fn takes(&mut self, phrase: Phrase, text: &str) -> bool {
        let text = normalised(text);
        if text.is_empty() || speaks_of_killing(&text) || self.texts.contains(&text) {
            return false;
        }
        let chars: Vec<char> = text.chars().collect();
        if chars.len() <= LONGEST_SOUND
            && let Some(sound) = usual_way_to_say(&chars)
        {
            let is_misspelt = matches!(phrase, Phrase::Say(..)) && self.sounds.contains(&sound);
            self.sounds.insert(sound);
            if is_misspelt {
                return false;
            }
        }
        self.texts.insert(text)
    }
}

/// The characters of a phrase that are typed: folded, without punctuation.
pub(super) fn typed_chars(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter_map(fold).filter(|&c| is_han(c) || c.is_alphanumeric())
}

/// Stands before the first character of a phrase in a key of the openings.
pub(super) const START: u8 = 0;

/// The key of two letters in a row.
pub(super) fn opening(first: u8, second: u8) -> u64 {
    u64::from(first) << 8 | u64::from(second)
}

/// The letters or digits that typing a character may begin with: itself, or those of its pinyin.
pub(super) fn letters(c: char) -> Vec<u8> {
    let mut letters: Vec<u8> = match u8::try_from(c) {
        Ok(letter) if letter.is_ascii_alphanumeric() => vec![letter],
        _ => {
            readings(c).filter_map(|reading| reading.bytes().next()).filter(u8::is_ascii_lowercase).collect()
        }
    };
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// The openings of a phrase, each with its first place, counted from 1.
pub(super) fn openings(text: &str) -> Vec<(u64, u8)> {
    let mut found: Vec<(u64, u8)> = Vec::new();
    let mut before = vec![START];
    for (c, place) in typed_chars(text).zip(1..=u8::MAX) {
        let letters = letters(c);
        for &first in &before {
            // The second letter of a pair stands at `place`, the pair begins one before.
            found.extend(letters.iter().map(|&second| (opening(first, second), place.max(2) - 1)));
        }
        before = letters;
    }
    found.sort_unstable();
    found.dedup_by_key(|&mut (key, _)| key);
    found
}

/// The key of how a phrase sounds; `None` for what is not a short word in Chinese.
pub(super) fn sound_of(text: &str) -> Option<u64> {
    let chars: Vec<char> = text.chars().collect();
    let is_short = (2..=LONGEST_SOUND).contains(&chars.len());
    is_short.then(|| usual_way_to_say(&chars)).flatten().map(|way| sound_key(&way))
}

/// The key of a sound.
pub(super) fn sound_key(way: &str) -> u64 {
    super::terms::word(way.chars())
}
