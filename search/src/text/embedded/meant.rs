//! What may have been meant: a typing error in Chinese is nearly always a word that sounds alike.
//!
//! Start at [`meant`]. Only a piece of the question that no record has is doubted, and only for a known phrase that
//! sounds the same.

use super::Embedded;
use super::phrases::{LONGEST_SOUND, sound_key};
use super::spelling::spelled_out;
use super::suggest::{Fit, best_fits};
use super::terms;
use crate::text::query::fold;
use crate::text::sound::{is_han, usual_way_to_say};

/// The question with what was probably mistyped put right; `None` when there is nothing to doubt.
pub(super) fn meant(engine: &Embedded, text: &str) -> Option<String> {
    let spelled = typed_in_pinyin(engine, text).or_else(|| spelled_out(engine, text));
    if spelled.is_some() {
        return spelled;
    }
    let doubt = Doubt::new(engine, text)?;
    let mut meant = String::new();
    let mut at = 0;
    while at < doubt.chars.len() {
        let (length, phrase) = doubt.mended(at).unwrap_or((1, doubt.chars[at].to_string()));
        meant.push_str(&phrase);
        at += length;
    }
    (meant != text).then_some(meant)
}

/// A question that is one known phrase.
fn typed_in_pinyin(engine: &Embedded, text: &str) -> Option<String> {
    if !text.chars().all(|c| c.is_ascii_lowercase() || c == ' ' || c == '\'') {
        return None;
    }
    let is_known = |word: &str| engine.index.terms.count(terms::word(word.chars())) > 0;
    if text.split([' ', '\'']).any(is_known) {
        return None;
    }
    let (fit, phrase) = best_fits(engine, text, 1).into_iter().next()?;
    let text = phrase.text(&engine.records, &engine.index.thesaurus)?;
    (fit == Fit::Whole && text.chars().any(is_han)).then(|| text.to_owned())
}

/// A question in which two characters stand side by side that stand so in no record.
struct Doubt<'a> {
    engine: &'a Embedded,
    chars: Vec<char>,
    /// Whether each character and the one after it are such a pair.
    is_unknown: Vec<bool>,
    /// How each character sounds; `None` for what is not Chinese.
    sounds: Vec<Option<String>>,
}

impl<'a> Doubt<'a> {
    /// `None` when all is known.
    fn new(engine: &'a Embedded, text: &str) -> Option<Self> {
        let chars: Vec<char> = text.chars().collect();
        let is_known = |pair: &[char]| engine.index.terms.count(terms::pair(pair[0], pair[1])) > 0;
        let is_unknown: Vec<bool> =
            chars.windows(2).map(|pair| pair.iter().all(|&c| is_han(c)) && !is_known(pair)).collect();
        if !is_unknown.contains(&true) {
            return None;
        }
        let sounds = chars.iter().map(|&c| usual_way_to_say(&[c])).collect();
        Some(Self { engine, chars, is_unknown, sounds })
    }

    /// The longest doubtful piece from `at` on for which there is a known phrase: its length and the phrase.
    fn mended(&self, at: usize) -> Option<(usize, String)> {
        let run = self.sounds[at..].iter().take(LONGEST_SOUND).take_while(|sound| sound.is_some()).count();
        let is_doubtful = |&length: &usize| self.is_unknown[at..at + length - 1].contains(&true);
        (2..=run).rev().filter(is_doubtful).find_map(|length| Some((length, self.same_sound(at, length)?)))
    }

    /// The most useful phrase that sounds like a piece and shares a character with it.
    fn same_sound(&self, at: usize, length: usize) -> Option<String> {
        let index = &self.engine.index;
        let sound: String = self.sounds[at..at + length].iter().flatten().map(String::as_str).collect();
        let list = index.sounds.list(&index.file, sound_key(&sound))?;
        let piece = &self.chars[at..at + length];
        let mut best: Option<(usize, &str)> = None;
        list.each(|number, _| {
            let Some(text) = self.engine.phrase_text(number) else { return };
            let shared = text.chars().filter_map(fold).zip(piece).filter(|(a, b)| a == *b).count();
            if shared > best.map_or(0, |(shared, _)| shared) {
                best = Some((shared, text));
            }
        });
        // What shares them all is the piece itself, known after all.
        best = best.filter(|&(shared, _)| shared < length);
        best.map(|(_, text)| text.to_owned())
    }
}
