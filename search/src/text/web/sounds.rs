//! How things sound and are typed: readings of characters, words that may be meant, pairs of characters for whole sentences of
//! pinyin, completions, traditional characters. Each is asked for only when a question needs it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::base::Alphabet;
use super::order::kind_number;
use super::terms::put_number;
use super::{Site, json, signs};
use crate::knowledge;
use crate::text::danger;
use crate::text::embedded::export::{self, Form, Known};
use crate::text::script;
use crate::text::sound::{is_han, readings};

/// So many words that may be meant are known at most, the most useful ones.
const MOST_WORDS: usize = 1500;

/// The longest of them, in characters: what is mistyped is a word.
const LONGEST_WORD: usize = 6;

/// So many pairs are told of, the most frequent ones.
const MOST_PAIRS: usize = 12_000;

/// So many bytes of completions are there whatever is typed.
const CORE: usize = 12_000;

/// What stands for the kind of a completion that is no page: a word of the site, and one of the street.
const WORD: i32 = 9;
const LAY: i32 = 10;

pub(super) fn files(site: &Site<'_>, alphabet: &Alphabet) -> BTreeMap<String, Vec<u8>> {
    let known = export::known(site.index, site.cards);
    let chars = known_characters(alphabet);
    let mut files = BTreeMap::from([
        ("sounds.json".to_owned(), json(&sounds(&chars))),
        ("readings.json".to_owned(), json(&other_readings(&chars))),
        ("words.json".to_owned(), json(&words(&known))),
        ("pairs.bin".to_owned(), pairs(site, alphabet)),
        ("traditional.json".to_owned(), json(&traditional(alphabet))),
    ]);
    for (name, entries) in typed(site, &known) {
        let list: Vec<_> = entries.iter().map(|entry| entry.row(site)).collect();
        files.insert(format!("typed/{name}.json"), json(&list));
    }
    files
}

/// Characters are told of from here to there: rarer ones have no place in signs of ASCII, and nobody types them by pinyin.
const FIRST: char = '\u{3000}';
const LAST: char = '\u{9FFF}';

/// How characters are usually read.
#[derive(Serialize)]
struct Sounds {
    syllables: Vec<&'static str>,
    /// The characters in order, as steps from [`FIRST`] on.
    chars: String,
    /// The place of each one's syllable.
    usual: String,
}

/// The characters of the records, and those of everyday speech: what is mistyped need not stand in any record.
fn known_characters(alphabet: &Alphabet) -> BTreeSet<char> {
    let all = knowledge::characters().chain(alphabet.chars.iter().copied());
    all.filter(|&c| is_han(c) && (FIRST..=LAST).contains(&c)).collect()
}

fn sounds(chars: &BTreeSet<char>) -> Sounds {
    let usual: Vec<(char, &'static str)> =
        chars.iter().filter_map(|&c| Some((c, readings(c).next()?))).collect();
    let syllables: BTreeSet<&'static str> = usual.iter().map(|&(_, syllable)| syllable).collect();
    let syllables: Vec<&'static str> = syllables.into_iter().collect();
    let place = |syllable| signs::number(syllables.binary_search(&syllable).unwrap_or_default());
    let numbers: Vec<u32> = usual.iter().map(|&(c, _)| u32::from(c) - u32::from(FIRST)).collect();
    Sounds {
        chars: signs::steps(&numbers),
        usual: usual.iter().map(|&(_, syllable)| place(syllable)).collect(),
        syllables,
    }
}

/// The characters of each syllable that are not usually read so, but may be.
fn other_readings(chars: &BTreeSet<char>) -> BTreeMap<&'static str, String> {
    let mut others: BTreeMap<&'static str, String> = BTreeMap::new();
    for &c in chars {
        for reading in readings(c).skip(1) {
            others.entry(reading).or_default().push(c);
        }
    }
    others
}

/// Short words in Chinese, the most useful first.
fn words(known: &[Known<'_>]) -> String {
    let is_short = |text: &&str| {
        let count = text.chars().count();
        (2..=LONGEST_WORD).contains(&count) && text.chars().all(is_han)
    };
    let words: Vec<&str> = known.iter().map(|known| known.text).filter(is_short).take(MOST_WORDS).collect();
    words.join("|")
}

/// The frequent pairs: for each first character how many follow it, and for each of those the step from the one before; then in
/// the same order how often each pair is there, as 24 times the logarithm.
fn pairs(site: &Site<'_>, alphabet: &Alphabet) -> Vec<u8> {
    let mut all: Vec<(usize, u32, u32)> = Vec::new();
    export::each_term(site.index, |key, list| {
        if let Form::Pair(first, second) = export::form(key)
            && let (Some(first), Some(second)) = (alphabet.place(first), alphabet.place(second))
        {
            all.push((list.len(), first, second));
        }
    });
    all.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    all.truncate(MOST_PAIRS);
    all.sort_unstable_by_key(|&(_, first, second)| (first, second));
    let (mut file, mut counts) = (Vec::new(), Vec::new());
    let mut rest = all.as_slice();
    for first in (0..).zip(&alphabet.chars).map(|(place, _)| place) {
        let (of_first, after) = rest.split_at(rest.partition_point(|pair| pair.1 <= first));
        rest = after;
        put_number(&mut file, of_first.len());
        let mut before = 0;
        for &(count, _, second) in of_first {
            put_number(&mut file, (second - before) as usize);
            counts.push(export::logarithm(count));
            before = second;
        }
    }
    file.extend(counts);
    file
}

/// Traditional characters, each with its simplified form after it, of the characters that occur.
fn traditional(alphabet: &Alphabet) -> String {
    let listed = danger::signs().flat_map(str::chars).chain(danger::HARMLESS.chars());
    let listed: BTreeSet<char> = listed.chain(alphabet.chars.iter().copied()).collect();
    let pairs = script::traditional().filter(|(_, simple)| listed.contains(simple));
    pairs.flat_map(|(c, simple)| [c, simple]).collect()
}

/// A completion.
struct Typed<'a> {
    known: &'a Known<'a>,
}

impl<'a> Typed<'a> {
    /// Text, kind, address: without an address where it is no page.
    fn row(&self, site: &Site<'a>) -> (&'a str, i32, &'a str) {
        let page = self.known.record.map(|number| &site.cards[number as usize]);
        let word = if self.known.is_lay { LAY } else { WORD };
        (self.known.text, page.map_or(word, kind_number), page.map_or("", |page| page.url.as_str()))
    }
}

/// Completions by the file that they lie in: the most useful ones first, the others by the letters that typing them may begin with.
fn typed<'a>(site: &Site<'a>, known: &'a [Known<'a>]) -> BTreeMap<String, Vec<Typed<'a>>> {
    let mut files: BTreeMap<String, Vec<Typed<'a>>> = BTreeMap::from([("core".to_owned(), Vec::new())]);
    let mut size = 0;
    for known in known.iter().filter(|known| known.completes) {
        let typed = || Typed { known };
        let (text, _, url) = typed().row(site);
        size += text.len() + url.len() + 10;
        if size <= CORE {
            files.entry("core".to_owned()).or_default().push(typed());
            continue;
        }
        for letter in export::first_letters(text) {
            files.entry(char::from(letter).to_string()).or_default().push(typed());
        }
    }
    files
}
