//! Makes the file of an index.
//!
//! Start at [`Builder`]. How much a term says about a record is settled here, once: BM25 over the record's fields as one
//! text, as a mark from 1 to 255. What a term is worth in a question is settled when it is asked.

use super::bytes::{CHAR_BYTES, Sum, put_char, put_number, put_text, put_texts};
use super::index::{HEAD, MAGIC, VERSION, add_to_digest};
use super::phrases::{self, Phrase};
use super::runs::Runs;
use super::table::{self, Entry};
use super::terms::{Key, Shape, scan, shape, titled_article};
use crate::record::{Kind, Record, ThesaurusEntry};

/// How much a second and third mention still say.
const SATURATION: f32 = 1.2;

/// How much a long text is held back.
const LENGTH: f32 = 0.5;

/// What a term in a field counts for, where one in the text counts for 1. Multiples of 0.5 add up exactly in any
/// order.
struct Weights {
    title: f32,
    asked: f32,
    keyword: f32,
    heading: f32,
    summary: f32,
    text: f32,
}

const WEIGHTS: Weights =
    Weights { title: 2.0, asked: 2.0, keyword: 1.0, heading: 1.0, summary: 1.5, text: 1.0 };

/// The title of an article is the name of its statute, which hundreds share.
const ARTICLE_TITLE: f32 = 1.0;

/// What is asked of an article was gathered more widely than what is asked of a guide.
const ARTICLE_ASKED: f32 = 1.0;

/// Takes records one by one, in the order in which they are published, and makes the file of their index. Of a text it keeps
/// which terms it has and how often, so records need not be held together.
#[derive(Debug, Default)]
pub struct Builder {
    /// The records without their texts: phrases are taken from titles, questions and keywords.
    records: Vec<Record>,
    lengths: Vec<u32>,
    sum: Sum,
    runs: Runs,
}

/// The terms of a record. Reading takes most of the time, and can be done for many records at once.
#[derive(Debug)]
pub struct Read {
    length: u32,
    /// Each term with the sum of what its mentions count for.
    mentions: Vec<(Key, f32)>,
}

impl Read {
    /// Reads `record`.
    pub fn new(record: &Record) -> Self {
        Self { length: length(record), mentions: mentions(record) }
    }
}

impl Builder {
    /// Takes the next record, and what was read in it.
    ///
    /// # Panics
    ///
    /// Where there are more than 2³² records, which no machine holds.
    pub fn add(&mut self, record: &Record, Read { length, mentions }: &Read) {
        let number = number(self.records.len());
        self.sum = add_to_digest(std::mem::take(&mut self.sum), record);
        self.lengths.push(*length);
        self.runs.add(number, mentions);
        self.records.push(Record { text: String::new(), summary: String::new(), ..record.clone() });
    }

    /// The bytes of the index of all that were taken.
    pub fn finish(self, thesaurus: &[ThesaurusEntry]) -> Vec<u8> {
        let Self { records, lengths, sum, mut runs } = self;
        let mut file = Vec::with_capacity(HEAD);
        file.extend_from_slice(MAGIC);
        file.push(VERSION);
        // Of all that follows; known at the end.
        file.resize(HEAD, 0);
        file.extend_from_slice(&sum.value().to_le_bytes());
        put_number(&mut file, records.len() as u64);
        put_thesaurus(&mut file, thesaurus);
        let phrases = phrases::collect(&records, thesaurus);
        let texts = || phrases.iter().filter_map(|&phrase| Some((phrase, phrase.text(&records, thesaurus)?)));
        put_phrases(&mut file, phrases.len(), texts());
        runs.end();
        put_terms(&mut file, &runs, &lengths);
        drop((runs, lengths));
        table::write(&mut file, &opening_entries(texts()), number(phrases.len()));
        table::write(&mut file, &sound_entries(texts()), number(phrases.len()));
        let sum = Sum::new().add(&file[HEAD..]).value();
        file[HEAD - 8..HEAD].copy_from_slice(&sum.to_le_bytes());
        file
    }
}

/// The bytes of the index of these records.
pub(super) fn file(records: &[Record], thesaurus: &[ThesaurusEntry]) -> Vec<u8> {
    let mut builder = Builder::default();
    for record in records {
        builder.add(record, &Read::new(record));
    }
    builder.finish(thesaurus)
}

fn put_thesaurus(out: &mut Vec<u8>, thesaurus: &[ThesaurusEntry]) {
    put_number(out, thesaurus.len() as u64);
    for entry in thesaurus {
        put_texts(out, &entry.say);
        put_texts(out, &entry.law);
        put_text(out, entry.topic.as_deref().unwrap_or_default());
        // Not a number is no weight.
        let weight = if entry.weight > 0.0 { entry.weight.min(1.0) } else { 0.0 };
        out.extend_from_slice(&weight.to_bits().to_le_bytes());
    }
}

fn put_phrases<'a>(out: &mut Vec<u8>, count: usize, phrases: impl Iterator<Item = (Phrase, &'a str)>) {
    put_number(out, count as u64);
    let mut typed = Vec::new();
    for (phrase, text) in phrases {
        let (source, first, second) = phrase.parts();
        out.push(source);
        put_number(out, first.into());
        put_number(out, second.into());
        let before = typed.len();
        typed.extend(phrases::typed_chars(text).flat_map(put_char));
        put_number(out, ((typed.len() - before) / CHAR_BYTES) as u64);
    }
    out.append(&mut typed);
}

/// Which records each term leads to. What a mention says depends on how long the text is, beside the others.
fn put_terms(out: &mut Vec<u8>, runs: &Runs, lengths: &[u32]) {
    let total: u64 = lengths.iter().copied().map(u64::from).sum();
    let average = (as_f32(total) / as_f32(lengths.len() as u64)).max(1.0);
    let held_back: Vec<f32> = lengths
        .iter()
        .map(|&length| SATURATION * (1.0 - LENGTH + LENGTH * as_f32(length.into()) / average))
        .collect();
    let mut keys = Vec::new();
    runs.merged(|key, list| keys.push((key, list.len())));
    table::write_keys(out, &keys);
    let (bound, mut entries) = (number(lengths.len()), Vec::new());
    runs.merged(|key, list| {
        entries.clear();
        entries.extend(list.iter().map(|&(number, mentions)| {
            (key, number, mark(mentions / (mentions + held_back[number as usize])))
        }));
        table::write_list(out, &entries, bound);
    });
}

/// The length of what is read: the title, the summary and the text. Questions and keywords are doors to it.
fn length(record: &Record) -> u32 {
    let mut count = 0;
    for text in [&record.title, &record.heading, &record.summary, &record.text] {
        scan(text, |term| count += u32::from(!matches!(shape(term.key), Shape::Pair(..))));
    }
    count
}

/// Each term of a record with the sum of what its mentions count for.
fn mentions(record: &Record) -> Vec<(Key, f32)> {
    let mut all: Vec<(Key, f32)> = Vec::new();
    let mut add = |text: &str, weight: f32| scan(text, |term| all.push((term.key, weight)));
    add(&record.title, if record.kind == Kind::Article { ARTICLE_TITLE } else { WEIGHTS.title });
    add(&record.heading, WEIGHTS.heading);
    add(&record.summary, WEIGHTS.summary);
    add(&record.text, WEIGHTS.text);
    let asked = if record.kind == Kind::Article { ARTICLE_ASKED } else { WEIGHTS.asked };
    record.asked.iter().for_each(|text| add(text, asked));
    record.keywords.iter().for_each(|text| add(text, WEIGHTS.keyword));
    if record.kind == Kind::Article {
        scan(&record.title, |term| {
            all.extend(term.article.map(|number| (titled_article(number), WEIGHTS.title)));
        });
    }
    all.sort_unstable_by_key(|&(key, _)| key);
    all.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    all
}

/// A share from 0 to 1 as a mark.
fn mark(share: f32) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 255 by construction")]
    let mark = (share * 255.0 + 0.5).clamp(1.0, 255.0) as u8;
    mark
}

/// Which phrases two letters of pinyin in a row lead to.
fn opening_entries<'a>(phrases: impl Iterator<Item = (Phrase, &'a str)>) -> Vec<Entry> {
    let numbered = (0..).zip(phrases).filter(|(_, (phrase, _))| phrase.completes());
    let mut entries: Vec<Entry> = numbered
        .flat_map(|(number, (_, text))| {
            phrases::openings(text).into_iter().map(move |(key, at)| (key, number, at))
        })
        .collect();
    entries.sort_unstable();
    entries
}

/// Which phrases a sound leads to.
fn sound_entries<'a>(phrases: impl Iterator<Item = (Phrase, &'a str)>) -> Vec<Entry> {
    let numbered = (0..).zip(phrases);
    let mut entries: Vec<Entry> =
        numbered.filter_map(|(number, (_, text))| Some((phrases::sound_of(text)?, number, 1))).collect();
    entries.sort_unstable();
    entries
}

/// Records and phrases are numbered in 32 bits: more would not fit into memory.
fn number(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2³² records and phrases")
}

#[expect(clippy::cast_precision_loss, reason = "lengths of texts: seven digits are plenty")]
fn as_f32(count: u64) -> f32 {
    count as f32
}
