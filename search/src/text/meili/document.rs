//! What Meilisearch is given: one document for each record, and one that says which release they are of.
//!
//! Start at [`Release`]. A document is named by its release and its record's number, and its name is all that
//! Meilisearch ever gives back: hits are made from the records themselves, so no answer can mix two releases.

use serde::Serialize;

use super::settings::IndexSettings;
use crate::record::{Kind, Record, ThesaurusEntry};
use crate::region::{Level, RegionCode};
use crate::text::embedded::article_numbers;

/// Raised when documents change in a way that their own bytes do not show.
const SHAPE: &[u8] = b"nuanzhan meilisearch 1";

/// What the document that stands for the release is found by: Meilisearch puts no question without words beside one with.
pub(super) const RELEASE: &str = "release";

/// The records of one release as an index of Meilisearch.
#[derive(Debug)]
pub struct Release<'a> {
    digest: Digest,
    records: &'a [Record],
    settings: IndexSettings,
}

/// Tells releases apart: 16 hexadecimal digits over everything that an index is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(String);

/// One document. Fields are camelCase over there.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    id: String,
    /// Breaks ties: records are in the order of their ids.
    number: u32,
    /// Only in the document that stands for the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    #[serde(flatten)]
    record: Option<Fields<'a>>,
}

/// What a record is found by.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    title: &'a str,
    asked: &'a [String],
    keywords: &'a [String],
    summary: &'a str,
    heading: &'a str,
    text: &'a str,
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part_of: Option<&'a str>,
    /// The numbers of articles in its title.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    article: Vec<u32>,
    /// The division it is counted in: what lies in a village counts for its township.
    #[serde(skip_serializing_if = "Option::is_none")]
    counted_in: Option<RegionCode>,
    /// Its division and those around it. Absent where it belongs to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<Vec<RegionCode>>,
}

impl<'a> Release<'a> {
    /// The release that these records and this thesaurus make.
    pub fn new(records: &'a [Record], thesaurus: &[ThesaurusEntry]) -> Self {
        let settings = IndexSettings::new(thesaurus);
        let mut hasher = blake3::Hasher::new();
        hasher.update(SHAPE);
        hasher.update(&json(&settings));
        for record in records {
            hasher.update(&json(&Fields::new(record)));
            hasher.update(b"\n");
        }
        let digest = Digest(hasher.finalize().to_hex()[..16].to_owned());
        Self { digest, records, settings }
    }

    /// Which release it is.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    pub(super) fn settings(&self) -> &IndexSettings {
        &self.settings
    }

    /// How many documents there are: the records, and the one that says which release they are of.
    pub(super) fn count(&self) -> usize {
        self.records.len() + 1
    }

    /// The documents, at most `size` at a time, the one that stands for the release last.
    pub(super) fn batches(&self, size: usize) -> impl Iterator<Item = Vec<Document<'_>>> {
        let numbered: Vec<(u32, Option<&Record>)> =
            (0..).zip(self.records.iter().map(Some).chain([None])).collect();
        let count = numbered.len();
        (0..count).step_by(size).map(move |start| {
            let batch = &numbered[start..count.min(start + size)];
            batch.iter().map(|&(number, record)| self.document(number, record)).collect()
        })
    }

    fn document<'b>(&'b self, number: u32, record: Option<&'b Record>) -> Document<'b> {
        match record {
            Some(record) => Document {
                id: format!("{}-{number}", self.digest.0),
                number,
                release: None,
                name: None,
                record: Some(Fields::new(record)),
            },
            None => Document {
                id: self.digest.0.clone(),
                number,
                release: Some(&self.digest.0),
                name: Some(RELEASE),
                record: None,
            },
        }
    }
}

impl Digest {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of the record that a document of this release stands for; `None` for one of another release.
    pub(super) fn number(&self, id: &str) -> Option<u32> {
        id.strip_prefix(&self.0)?.strip_prefix('-')?.parse().ok()
    }
}

impl<'a> Fields<'a> {
    fn new(record: &'a Record) -> Self {
        Self {
            title: &record.title,
            asked: &record.asked,
            keywords: &record.keywords,
            summary: &record.summary,
            heading: &record.heading,
            text: &record.text,
            kind: record.kind,
            topic: record.topic.as_deref(),
            part_of: record.part_of.as_deref(),
            article: article_numbers(&record.title),
            counted_in: record.region.as_ref().map(counted_in),
            within: record.region.as_ref().map(|region| region.ancestry().collect()),
        }
    }
}

fn counted_in(region: &RegionCode) -> RegionCode {
    let above = if region.level() == Level::Village { region.parent() } else { None };
    above.unwrap_or_else(|| region.clone())
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    // Strings, numbers and lists: nothing that serde_json refuses.
    serde_json::to_vec(value).expect("documents are plain data")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<Record> {
        let village = "990121100201".parse().unwrap();
        let station =
            Record { region: Some(village), ..Record::new(Kind::Station, "station/a", "甲站", "/a/") };
        let law = Record {
            part_of: Some("statute/civil-code".to_owned()),
            ..Record::new(Kind::Article, "article/civil-code/1079", "《民法典》第一千零七十九条", "/b/")
        };
        vec![law, station]
    }

    #[test]
    fn a_release_is_another_when_anything_in_it_is() {
        let records = records();
        let say = |word: &str| ThesaurusEntry {
            say: vec![word.to_owned()],
            law: vec!["家庭暴力".to_owned()],
            topic: None,
            weight: 1.0,
        };
        let digest = Release::new(&records, &[say("打我")]).digest().clone();
        assert_eq!(&digest, Release::new(&records, &[say("打我")]).digest());
        assert_ne!(&digest, Release::new(&records, &[say("打她")]).digest());
        let mut changed = records.clone();
        changed[1].topic = Some("work".to_owned());
        assert_ne!(&digest, Release::new(&changed, &[say("打我")]).digest());
    }

    #[test]
    fn every_record_is_in_one_batch_and_the_release_is_last() {
        let records = records();
        let release = Release::new(&records, &[]);
        let batches: Vec<Vec<String>> =
            release.batches(2).map(|batch| batch.iter().map(|one| one.id.clone()).collect()).collect();
        let digest = release.digest().as_str();
        assert_eq!(batches, [vec![format!("{digest}-0"), format!("{digest}-1")], vec![digest.to_owned()]]);
        assert_eq!(release.count(), 3);
        assert_eq!(release.digest().number(&batches[0][1]), Some(1));
        assert_eq!(release.digest().number("0123456789abcdef-1"), None);
        assert_eq!(release.digest().number(digest), None);
    }

    #[test]
    fn a_document_says_where_a_record_counts_and_which_article_it_is() {
        let records = records();
        let release = Release::new(&records, &[]);
        let batch = release.batches(3).next().unwrap();
        let documents = serde_json::to_value(&batch).unwrap();
        assert_eq!(documents[0]["article"], serde_json::json!([1079]));
        assert_eq!(documents[1]["countedIn"], "990121100");
        assert_eq!(
            documents[1]["within"],
            serde_json::json!(["990121100201", "990121100", "990121", "990100", "990000"])
        );
        assert_eq!(documents[2]["release"], release.digest().as_str());
    }
}
