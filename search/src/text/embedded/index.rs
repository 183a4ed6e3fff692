//! The index of a bundle's records: a file, and where in it everything is.
//!
//! An index is its bytes: building makes the file and opens it, so nothing can be found in memory that would not be
//! found again in `search.index`. Opening walks the whole file; a file that is cut off, damaged or made up is refused.
//!
//! ```text
//! magic, version        8 bytes
//! sum of all that follows, digest of the records      8 bytes each, the lowest byte first
//! number of records
//! thesaurus             say, law, topic, weight
//! phrases               what can be completed or meant: where the text of each stands, how many characters of it are typed
//! typed                 those characters, three bytes each: completing compares thousands at every key
//! terms                 key of a term → records, with how much it says about each
//! openings              two letters of pinyin in a row → phrases, with where in them
//! sounds                how a phrase sounds → phrases
//! ```
//!
//! Numbers take as many bytes as they need ([`super::bytes`]), the last three parts are [`super::table`]s. The texts of
//! records are not repeated here: they are in `records.json`.

use super::build;
use super::bytes::{CHAR_BYTES, Reader, Sum, chars};
use super::phrases::Phrase;
use super::table::Table;
use crate::record::{Record, ThesaurusEntry};

pub(super) const MAGIC: &[u8; 7] = b"NZFIND\n";
pub(super) const VERSION: u8 = 2;

/// The bytes before those that the sum is of.
pub(super) const HEAD: usize = 16;

/// The index of a bundle's records. The same records and thesaurus make the same bytes on every machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    pub(super) file: Vec<u8>,
    pub(super) digest: u64,
    pub(super) records: u32,
    pub(super) thesaurus: Vec<ThesaurusEntry>,
    pub(super) phrases: Vec<Phrase>,
    /// Where the characters of the first phrase begin, and where those of each end after that, in bytes.
    typed: (usize, Vec<u32>),
    pub(super) terms: Table,
    pub(super) openings: Table,
    pub(super) sounds: Table,
}

/// Why an index can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// It is some other file.
    #[error("不是检索索引文件")]
    NotAnIndex,
    /// It was written by another version.
    #[error("检索索引是第 {0} 版，本程序只认第 {VERSION} 版")]
    Version(u8),
    /// It is not as it was written; says what is wrong.
    #[error("检索索引已损坏：{0}")]
    Damaged(&'static str),
    /// It is the index of other records.
    #[error("检索索引和数据不是同一次生成的")]
    OtherRecords,
}

impl IndexError {
    pub(super) const CUT_OFF: Self = Self::Damaged("内容不完整");
    pub(super) const BAD_SUM: Self = Self::Damaged("校验和不符");
    pub(super) const BAD_NUMBER: Self = Self::Damaged("数字超出范围");
    pub(super) const BAD_ORDER: Self = Self::Damaged("次序或编号不对");
    pub(super) const BAD_TEXT: Self = Self::Damaged("文字不是 UTF-8");
    pub(super) const LEFT_OVER: Self = Self::Damaged("结尾有多余的内容");
}

impl Index {
    /// Indexes the published records.
    ///
    /// # Panics
    ///
    /// Only if this program can't read what it writes, which its tests rule out.
    pub fn build(records: &[Record], thesaurus: &[ThesaurusEntry]) -> Self {
        Self::from_bytes(build::file(records, thesaurus)).expect("what this program writes it can read")
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.file.clone()
    }

    /// Opens the file. Fails unless it is sound from end to end.
    pub fn from_bytes(file: Vec<u8>) -> Result<Self, IndexError> {
        let mut reader = Reader::new(&file, 0);
        check_head(&mut reader)?;
        let digest = reader.fixed()?;
        let records = reader.small()?;
        let thesaurus = read_thesaurus(&mut reader)?;
        let (phrases, ends) = read_phrases(&mut reader, &thesaurus)?;
        let typed = (reader.at(), ends);
        reader.take(typed.1.last().map_or(0, |&end| end as usize))?;
        // There are no more phrases than bytes, so this is far below 2³².
        let phrase_count = u32::try_from(phrases.len()).map_err(|_| IndexError::BAD_NUMBER)?;
        let terms = Table::read(&mut reader, records)?;
        let openings = Table::read(&mut reader, phrase_count)?;
        let sounds = Table::read(&mut reader, phrase_count)?;
        if reader.left() > 0 {
            return Err(IndexError::LEFT_OVER);
        }
        Ok(Self { file, digest, records, thesaurus, phrases, typed, terms, openings, sounds })
    }

    /// The characters of a phrase as they are typed.
    pub(super) fn typed(&self, phrase: u32) -> impl Iterator<Item = char> {
        let (start, ends) = &self.typed;
        let at = phrase as usize;
        let before = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
        let end = ends.get(at).copied().unwrap_or(before);
        chars(self.file.get(start + before as usize..start + end as usize).unwrap_or_default())
    }

    /// Whether these are the records that were indexed, in the same order.
    pub(super) fn check_records(&self, records: &[Record]) -> Result<(), IndexError> {
        let same = records.len() == self.records as usize && digest(records) == self.digest;
        let texts_exist =
            || self.phrases.iter().all(|phrase| phrase.text(records, &self.thesaurus).is_some());
        if same && texts_exist() { Ok(()) } else { Err(IndexError::OtherRecords) }
    }
}

/// A sum over everything in the records that the index knows of.
pub(super) fn digest(records: &[Record]) -> u64 {
    records.iter().fold(Sum::new(), add_to_digest).value()
}

/// The sum with one more record.
pub(super) fn add_to_digest(sum: Sum, record: &Record) -> Sum {
    let sum = sum.add(&[record.kind as u8]).add(&(record.asked.len() as u64).to_le_bytes());
    let texts = [&record.id, &record.title, &record.heading, &record.summary, &record.text];
    let texts = texts.into_iter().chain(&record.asked).chain(&record.keywords);
    texts.fold(sum, |sum, text| sum.add(text.as_bytes()))
}

fn check_head(reader: &mut Reader<'_>) -> Result<(), IndexError> {
    if reader.take(MAGIC.len()) != Ok(MAGIC) {
        return Err(IndexError::NotAnIndex);
    }
    match reader.byte()? {
        VERSION => {}
        other => return Err(IndexError::Version(other)),
    }
    let sum = reader.fixed()?;
    let rest = reader.clone().take(reader.left())?;
    if Sum::new().add(rest).value() == sum { Ok(()) } else { Err(IndexError::BAD_SUM) }
}

fn read_thesaurus(reader: &mut Reader<'_>) -> Result<Vec<ThesaurusEntry>, IndexError> {
    // Two empty lists, an empty topic and a weight.
    const LEAST: usize = 7;
    (0..reader.count(LEAST)?)
        .map(|_| {
            let (say, law, topic) = (reader.texts()?, reader.texts()?, reader.text()?);
            let weight = f32::from_bits(
                reader.take(4)?.iter().rev().fold(0, |bits, &byte| bits << 8 | u32::from(byte)),
            );
            if !(0.0..=1.0).contains(&weight) {
                return Err(IndexError::BAD_NUMBER);
            }
            Ok(ThesaurusEntry { say, law, topic: (!topic.is_empty()).then_some(topic), weight })
        })
        .collect()
}

/// The phrases, and where the characters of each end, in bytes from where those of the first begin.
fn read_phrases(
    reader: &mut Reader<'_>,
    thesaurus: &[ThesaurusEntry],
) -> Result<(Vec<Phrase>, Vec<u32>), IndexError> {
    let count = reader.count(4)?;
    let (mut phrases, mut ends) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut end = 0u32;
    for _ in 0..count {
        let (source, first, second) = (reader.byte()?, reader.small()?, reader.small()?);
        let phrase = Phrase::new(source, first, second).filter(|phrase| phrase.is_in(thesaurus));
        phrases.push(phrase.ok_or(IndexError::BAD_ORDER)?);
        let typed = reader.small()?;
        let typed = u32::try_from(CHAR_BYTES).ok().and_then(|bytes| typed.checked_mul(bytes));
        end = typed.and_then(|typed| end.checked_add(typed)).ok_or(IndexError::BAD_NUMBER)?;
        ends.push(end);
    }
    Ok((phrases, ends))
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
