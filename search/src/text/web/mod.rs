//! The files that a browser searches by itself, where there is no server to ask.
//!
//! Start at [`files`]. They are made of the index of the engine, with the same terms, marks and weights, cut into parts so
//! small that a question needs about thirty of several hundred. `site-gen/assets/find/find.js` reads them; nothing here knows
//! of pages or of scripts. Why they are as they are: `docs/decisions/0019-search-without-the-server.md`.
//!
//! ```text
//! search/base.json          what every question needs: how many records of which kind, characters, weights, rules
//! search/<digest>/terms/    terms by hash → the records that say most about them; sayings, dialect, places
//! search/<digest>/cards/    records: title, summary, beginning of the text, and which characters stand in it
//! search/<digest>/typed/    completions, the most useful ones and then by first letter
//! search/<digest>/sounds.json, readings.json, words.json, pairs.bin, traditional.json   pinyin, words that sound alike, old characters
//! ```
//!
//! The digest is of everything below it, so those files never change under their names.

mod base;
mod cards;
mod lines;
mod order;
mod signs;
mod sounds;
mod terms;

use std::collections::BTreeMap;

use super::embedded::{Index, IndexError, export};
use crate::record::Record;

/// The folder of the files, from the site's root.
pub const FOLDER: &str = "search";

/// Of a text so many characters are kept to cut snippets from, at most.
const LONGEST_TEXT: usize = 600;

/// A record as far as the browser needs it: its text only as far as snippets are cut from it. Records need not be held whole
/// until [`files`] is called.
pub fn card(record: &Record) -> Record {
    Record { text: beginning(&record.text, LONGEST_TEXT).to_owned(), ..record.clone() }
}

/// The files, by path from the site's root, of an index and the [`card`]s of its records, in the same order.
///
/// # Errors
///
/// Fails when `index` is not the file of an index, or is that of another number of records.
pub fn files(index: Vec<u8>, cards: &[Record]) -> Result<BTreeMap<String, Vec<u8>>, IndexError> {
    let index = Index::from_bytes(index)?;
    if export::records(&index) as usize != cards.len() {
        return Err(IndexError::OtherRecords);
    }
    let site = Site { plan: Plan::of(cards.len()), order: order::Order::of(cards), index: &index, cards };
    let alphabet = base::Alphabet::of(&index);
    let terms = terms::files(&site);
    let cards = cards::files(&site, &alphabet);
    let mut parts: BTreeMap<String, Vec<u8>> = sounds::files(&site, &alphabet);
    let letters = parts.keys().filter_map(|path| path.strip_prefix("typed/")?.strip_suffix(".json"));
    let letters = letters.filter(|name| name.len() == 1).collect();
    let shape = base::Shape { terms: terms.len(), cards: cards.len(), letters };
    parts.extend((0..).zip(terms).map(|(number, file): (u32, _)| (format!("terms/{number}.bin"), file)));
    parts.extend((0..).zip(cards).map(|(number, file): (u32, _)| (format!("cards/{number}.json"), file)));
    let digest = digest(&parts);
    let base = base::file(&site, &alphabet, &shape, &digest);
    let mut files: BTreeMap<String, Vec<u8>> =
        parts.into_iter().map(|(path, bytes)| (format!("{FOLDER}/{digest}/{path}"), bytes)).collect();
    files.insert(format!("{FOLDER}/base.json"), base);
    Ok(files)
}

/// What is put into files.
struct Site<'a> {
    plan: Plan,
    order: order::Order,
    index: &'a Index,
    /// In the order of the index.
    cards: &'a [Record],
}

/// How much goes into what. A question is to cost less than 100 KB on a site of thousands of records; a small site can do
/// better for that.
struct Plan {
    /// Records named with a term: those that say most about it.
    cut: usize,
    /// Records named with a single character, for questions of nothing else.
    cut_of_singles: usize,
    /// Characters of a text.
    text: usize,
    /// Cards in a file.
    together: usize,
    /// Bytes in a file of terms, about.
    shard: usize,
    /// Files of terms that a question asks for: for its own words, for what is made of them, for what the law calls them.
    most: [usize; 3],
    /// Records that are looked at closely for the first page of hits.
    candidates: usize,
}

impl Plan {
    /// Up to so many records a site is small.
    const SMALL: usize = 1500;

    fn of(records: usize) -> Self {
        if records <= Self::SMALL {
            Self {
                cut: 256,
                cut_of_singles: 24,
                text: 400,
                together: 4,
                shard: 1200,
                most: [24, 16, 14],
                candidates: 20,
            }
        } else {
            Self {
                cut: 96,
                cut_of_singles: 16,
                text: 240,
                together: 5,
                shard: 1900,
                most: [24, 12, 12],
                candidates: 12,
            }
        }
    }
}

/// The first `count` characters.
fn beginning(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

/// A name that changes with any byte below it.
fn digest(parts: &BTreeMap<String, Vec<u8>>) -> String {
    let sum = export::sum(parts.iter().flat_map(|(path, bytes)| [path.as_bytes(), bytes]));
    format!("{sum:016x}")
}

fn json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    // Strings, numbers, lists and string-keyed maps: nothing that serde_json refuses.
    serde_json::to_vec(value).expect("what is put into files is plain data")
}
