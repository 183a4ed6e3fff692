//! Completions while typing: Chinese, pinyin, initials, or a mixture of them.
//!
//! Start at [`complete`]. The openings of the index (two letters of pinyin in a row) say which phrases may fit; each
//! of those is then compared with what was typed, character by character.

use super::Embedded;
use super::phrases::{Phrase, START, letters, opening, typed_chars};
use crate::text::query::normalised;
use crate::text::sound::{is_han, may_begin_with, readings};
use crate::text::{QueryText, Suggestion};

/// Nobody types more than this many characters to find a completion.
const LONGEST_TYPED: usize = 40;

/// How many phrases are compared at most, the most useful first.
const MOST_COMPARED: usize = 3_000;

/// How well a phrase fits what was typed, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is what was typed.
    Whole,
    /// It begins so.
    Beginning,
    /// It has it inside.
    Inside,
}

/// At most `limit` completions of `typed`.
pub(super) fn complete(engine: &Embedded, typed: &str, limit: usize) -> Vec<Suggestion> {
    // Put in order once, and no further than a question may go: somebody may have pasted a book.
    let Ok(typed) = QueryText::new(typed) else { return Vec::new() };
    let typed = typed.as_str();
    let mut fits = best_fits(engine, typed, limit);
    if fits.len() < limit {
        // A wrong character sounds like the right one.
        let alike = sounds_like(typed).map(|sound| best_fits(engine, &sound, limit)).unwrap_or_default();
        let new: Vec<_> =
            alike.into_iter().filter(|(_, phrase)| fits.iter().all(|(_, known)| known != phrase)).collect();
        fits.extend(new);
        fits.truncate(limit);
    }
    fits.into_iter().map(|(_, phrase)| suggestion(engine, phrase)).collect()
}

/// What was typed in Chinese, as pinyin; `None` for less than two characters, which sound like too much.
fn sounds_like(typed: &str) -> Option<String> {
    let chars: Vec<char> = typed_chars(typed).collect();
    let is_word = chars.len() >= 2 && chars.iter().all(|&c| is_han(c));
    is_word.then(|| chars.iter().filter_map(|&c| readings(c).next()).collect())
}

/// The phrases that fit `typed` best.
pub(super) fn best_fits(engine: &Embedded, typed: &str, limit: usize) -> Vec<(Fit, Phrase)> {
    let Some(typed) = keys(typed) else { return Vec::new() };
    let mut fits = compared(engine, candidates(engine, &typed), |chars| fit(&typed, chars));
    if limit < fits.len() {
        fits.select_nth_unstable_by_key(limit, |&(place, _)| place);
        fits.truncate(limit);
    }
    fits.sort_unstable_by_key(|&(place, _)| place);
    fits.into_iter().map(|(place, phrase)| (place.fit, phrase)).collect()
}

/// The phrase that `word`, which is small letters, is the whole of: the first of [`best_fits`] where it is one.
pub(super) fn whole_fit(engine: &Embedded, word: &str) -> Option<Phrase> {
    let typed = keys(word)?;
    let whole = |chars: &[char]| typed_from(&typed, chars).filter(|rest| rest.is_empty()).map(|_| Fit::Whole);
    let fits = compared(engine, candidates(engine, &typed), whole);
    fits.into_iter().min_by_key(|&(place, _)| place).map(|(_, phrase)| phrase)
}

/// The characters to be compared; `None` for nothing, and for more than is looked up.
fn keys(typed: &str) -> Option<Vec<char>> {
    let keys: Vec<char> = typed_chars(&normalised(typed)).map(|c| if c == 'ü' { 'v' } else { c }).collect();
    (1..=LONGEST_TYPED).contains(&keys.len()).then_some(keys)
}

/// Those of the candidates that fit, in no order.
fn compared(
    engine: &Embedded,
    candidates: Vec<u32>,
    fit: impl Fn(&[char]) -> Option<Fit>,
) -> Vec<(Place, Phrase)> {
    let mut fits = Vec::new();
    let mut chars = Vec::new();
    for number in candidates.into_iter().take(MOST_COMPARED) {
        chars.clear();
        chars.extend(engine.index.typed(number));
        if let Some(fit) = fit(&chars)
            && let Some(&phrase) = engine.index.phrases.get(number as usize)
        {
            fits.push((Place::new(fit, phrase, chars.len(), number), phrase));
        }
    }
    fits
}

/// Where a completion stands in the list: the fields count in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    fit: Fit,
    /// Words of the site before words of the street.
    is_lay: bool,
    /// Of those that begin alike the shorter is sooner what is meant; of those that have it inside, the more useful.
    length: usize,
    number: u32,
}

impl Place {
    fn new(fit: Fit, phrase: Phrase, length: usize, number: u32) -> Self {
        let is_lay = matches!(phrase, Phrase::Say(..));
        Self { fit, is_lay, length: if fit == Fit::Inside { 0 } else { length }, number }
    }
}

fn suggestion(engine: &Embedded, phrase: Phrase) -> Suggestion {
    let text = phrase.text(&engine.records, &engine.index.thesaurus).unwrap_or_default().to_owned();
    let page = phrase.record().map(|record| &engine.records[record as usize]);
    Suggestion { text, kind: page.map(|page| page.kind), url: page.map(|page| page.url.clone()) }
}

/// The numbers of the phrases that may fit, the most useful first.
fn candidates(engine: &Embedded, typed: &[char]) -> Vec<u32> {
    let index = &engine.index;
    let beginning = opening_keys(typed);
    let pairs = typed.windows(2).filter(|pair| pair.iter().all(|&c| is_han(c)));
    let inside = pairs.map(|pair| pairs_of(&letters(pair[0]), &letters(pair[1])));
    // Any two Chinese characters that were typed have to be there: those are followed that the fewest phrases have.
    let count = |keys: &Vec<u64>| keys.iter().map(|&key| u64::from(index.openings.count(key))).sum::<u64>();
    let fewest = inside.chain([beginning]).min_by_key(count).unwrap_or_default();

    let mut numbers = Vec::new();
    for list in fewest.into_iter().filter_map(|key| index.openings.list(&index.file, key)) {
        // No more are compared of all lists together.
        list.first(MOST_COMPARED, |number, _| numbers.push(number));
    }
    if typed.len() == 1 && is_han(typed[0]) {
        // One character inside a phrase has no opening of its own; the most useful phrases are looked through.
        numbers.extend((0..).take(index.phrases.len().min(MOST_COMPARED / 2)));
    }
    // A few runs that are in order already: the stable way to sort sees that.
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The openings of phrases that may begin as typed: the first letter, and what may be typed next to it.
fn opening_keys(typed: &[char]) -> Vec<u64> {
    let first = letters(typed[0]);
    if !is_latin(typed[0]) {
        return match typed.get(1) {
            Some(&second) => pairs_of(&first, &letters(second)),
            None => pairs_of(&[START], &first),
        };
    }
    // After the letter itself or a syllable it begins, the next one begins; none begins with i, u or v.
    let syllable = typed[1..].iter().take(6).take_while(|&&c| is_latin(c)).count();
    let next = typed[1..].iter().take(syllable + 1).filter(|c| !matches!(c, 'i' | 'u' | 'v'));
    let seconds: Vec<u8> = next.flat_map(|&c| letters(c)).collect();
    let mut keys = pairs_of(&first, &seconds);
    if syllable + 1 == typed.len() {
        // What was typed may all be one character's pinyin.
        keys.extend(pairs_of(&[START], &first));
    }
    keys
}

/// The openings that begin with one of some letters and go on with one of others, each once.
fn pairs_of(first: &[u8], second: &[u8]) -> Vec<u64> {
    let mut keys: Vec<u64> = first.iter().flat_map(|&a| second.iter().map(move |&b| opening(a, b))).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn is_latin(c: char) -> bool {
    c.is_ascii_lowercase()
}

/// How the characters of a phrase fit what was typed.
fn fit(typed: &[char], phrase: &[char]) -> Option<Fit> {
    match typed_from(typed, phrase) {
        Some([]) => Some(Fit::Whole),
        Some(_) => Some(Fit::Beginning),
        None => (1..phrase.len()).any(|at| typed_from(typed, &phrase[at..]).is_some()).then_some(Fit::Inside),
    }
}

/// What is left of a phrase when the beginning of it is typed so. Each character may be typed as itself, by its
/// pinyin, or by the first letter of it; the last one by as much of its pinyin as there is.
fn typed_from<'a>(typed: &[char], phrase: &'a [char]) -> Option<&'a [char]> {
    let Some(&key) = typed.first() else { return Some(phrase) };
    let (&c, rest) = phrase.split_first()?;
    if key == c {
        return typed_from(&typed[1..], rest);
    }
    if !is_latin(key) || !may_begin_with(c, key) {
        return None;
    }
    readings(c).find_map(|reading| {
        let same =
            typed.iter().zip(reading.chars()).take_while(|&(&typed, read)| is_typed_for(typed, read)).count();
        let length = reading.chars().count();
        let ends = [length, initial_length(reading), 1];
        let whole_end = (same == typed.len()).then_some(rest);
        whole_end.or_else(|| {
            ends.into_iter().filter(|&end| end <= same).find_map(|end| typed_from(&typed[end..], rest))
        })
    })
}

/// `ü` is typed as v or u.
fn is_typed_for(typed: char, read: char) -> bool {
    typed == read || read == 'ü' && matches!(typed, 'v' | 'u')
}

/// zh, ch and sh count as one letter.
fn initial_length(reading: &str) -> usize {
    if matches!(reading.as_bytes(), [b'z' | b'c' | b's', b'h', ..]) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(typed: &str, phrase: &str) -> Option<Fit> {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        fit(&chars(typed), &chars(phrase))
    }

    #[test]
    fn a_phrase_is_typed_in_many_ways() {
        for typed in ["家庭暴力", "jiatingbaoli", "jtbl", "jiatbl", "jtingbl", "家tbl", "家庭baoli", "jt暴力"]
        {
            assert_eq!(how(typed, "家庭暴力"), Some(Fit::Whole), "{typed}");
        }
        for typed in ["家", "j", "ji", "jiat", "jiatin", "jtb", "家t"] {
            assert_eq!(how(typed, "家庭暴力"), Some(Fit::Beginning), "{typed}");
        }
        for typed in ["暴力", "bl", "baol", "tb"] {
            assert_eq!(how(typed, "家庭暴力"), Some(Fit::Inside), "{typed}");
        }
        for typed in ["jtbb", "力暴", "jtbll", "x", "jiatingbaolib"] {
            assert_eq!(how(typed, "家庭暴力"), None, "{typed}");
        }
    }

    #[test]
    fn umlauts_and_two_letter_initials_are_typed_either_way() {
        for typed in ["falv", "falu", "fl"] {
            assert_eq!(how(typed, "法律"), Some(Fit::Whole), "{typed}");
        }
        for typed in ["chanjia", "cj", "chj", "chjia"] {
            assert_eq!(how(typed, "产假"), Some(Fit::Whole), "{typed}");
        }
    }

    #[test]
    fn what_may_fit_has_an_opening() {
        let phrase = "重婚罪怎么告";
        for typed in ["chonghun", "ch", "chh", "zhonghun", "重婚", "chong婚", "hunzui", "c"] {
            let typed: Vec<char> = typed.chars().collect();
            let openings = super::super::phrases::openings(phrase);
            let keys = opening_keys(&typed);
            assert!(openings.iter().any(|(key, _)| keys.contains(key)), "{typed:?}");
        }
    }
}
