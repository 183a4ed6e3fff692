//! The engine that needs nothing but the bundle: no server, no dictionary, no model.
//!
//! Start at [`Embedded`]. `site-gen` builds an [`Index`] and writes it beside the records; `api` opens both. A question
//! goes through these stages:
//!
//! ```text
//! words ──question──▶ terms and their worth ──rank──▶ the best records ──snippet──▶ hits
//!            └ the thesaurus: what the law calls it          └ what may have been meant
//! ```
//!
//! The ranking is BM25 over single characters and pairs of neighbours: the best lexical base for questions about
//! Chinese law, and it needs no segmentation that index and question could disagree on. Sums are of whole numbers, so
//! an answer is the same on every machine.

mod build;
mod bytes;
mod index;
mod meant;
mod phrasebook;
mod phrases;
mod question;
mod rank;
mod runs;
mod snippet;
mod suggest;
mod table;
mod terms;

use std::future;
use std::sync::Arc;

pub use self::build::{Builder, Read};
pub use self::index::{Index, IndexError};
use self::phrasebook::Phrasebook;
use self::question::{Question, forms_of_saying};
use super::danger;
use super::query::normalised;
use super::{Answer, Engine, Hit, Query, Results, Suggestion};
use crate::record::{Kind, Record};
use crate::region::{Level, RegionCode};

/// The embedded engine: an index and its records.
///
/// Records of [`Kind::Region`] teach it the names of places: their titles and keywords.
#[derive(Debug)]
pub struct Embedded {
    index: Index,
    records: Arc<[Record]>,
    /// One for each record, small and side by side: ranking looks at many.
    facts: Vec<Facts>,
    /// The topics' slugs, in order.
    shelves: Vec<String>,
    /// Lay phrases, and the entries of the thesaurus that they stand in.
    sayings: Phrasebook<u32>,
    /// The names of divisions.
    places: Phrasebook<RegionCode>,
}

/// What ranking needs to know of a record.
#[derive(Debug, Clone, Copy)]
struct Facts {
    kind: Kind,
    /// Its place among the shelves; past the end for a record that stands on none.
    shelf: u32,
}

impl Embedded {
    /// Opens the engine. Fails when the index was not built from these records.
    pub fn new(index: Index, records: impl Into<Arc<[Record]>>) -> Result<Self, IndexError> {
        let records = records.into();
        index.check_records(&records)?;
        let mut shelves: Vec<String> = records.iter().filter_map(|record| record.topic.clone()).collect();
        shelves.sort();
        shelves.dedup();
        let facts = records.iter().map(|record| Facts::new(record, &shelves)).collect();
        let entries = (0..).zip(&index.thesaurus);
        let sayings = entries.flat_map(|(entry, phrases)| {
            phrases.say.iter().flat_map(|say| forms_of_saying(say)).map(move |say| (say, entry))
        });
        let sayings = Phrasebook::new(sayings);
        let places = Phrasebook::new(records.iter().flat_map(place_names));
        Ok(Self { index, records, facts, shelves, sayings, places })
    }

    fn answer(&self, query: &Query) -> Results {
        let text = query.text.as_str();
        let meant = meant::meant(self, text);
        let question = Question::read(text, meant.as_deref(), self);
        let ranking = rank::rank(self, &question, query);
        let telling = question.telling();
        Results {
            hits: ranking.best.iter().map(|&(score, number)| self.hit(score, number, &telling)).collect(),
            total: ranking.total,
            facets: ranking.facets,
            danger: query.text.speaks_of_danger() || meant.as_deref().is_some_and(danger::is_spoken_of),
            did_you_mean: meant,
        }
    }

    fn hit(&self, score: f32, number: u32, telling: &[question::Wanted]) -> Hit {
        let record = &self.records[number as usize];
        Hit {
            id: record.id.clone(),
            kind: record.kind,
            title: record.title.clone(),
            url: record.url.clone(),
            topic: record.topic.clone(),
            region: record.region.clone(),
            snippet: snippet::cut(record, telling),
            score,
        }
    }

    fn phrase_text(&self, number: u32) -> Option<&str> {
        self.index.phrases.get(number as usize)?.text(&self.records, &self.index.thesaurus)
    }
}

impl Engine for Embedded {
    fn search<'a>(&'a self, query: &'a Query) -> Answer<'a, Results> {
        Box::pin(future::ready(Ok(self.answer(query))))
    }

    fn suggest<'a>(&'a self, typed: &'a str, limit: usize) -> Answer<'a, Vec<Suggestion>> {
        Box::pin(future::ready(Ok(suggest::complete(self, typed, limit))))
    }
}

impl Facts {
    fn new(record: &Record, shelves: &[String]) -> Self {
        let shelf = record.topic.as_ref().and_then(|topic| shelves.binary_search(topic).ok());
        Self { kind: record.kind, shelf: shelf.and_then(|shelf| shelf.try_into().ok()).unwrap_or(u32::MAX) }
    }
}

/// What people call the division of a directory: its names in full, and those above villages also without 镇, 县 and
/// the like. Villages share their short names with too many words.
fn place_names(record: &Record) -> Vec<(String, RegionCode)> {
    let Some(region) = record.region.as_ref().filter(|_| record.kind == Kind::Region) else {
        return Vec::new();
    };
    let mut names: Vec<String> =
        std::iter::once(&record.title).chain(&record.keywords).map(|name| normalised(name)).collect();
    if region.level() < Level::Village {
        let short = |name: &String| Some(name.strip_suffix(['省', '市', '县', '区', '镇', '乡'])?.to_owned());
        names.extend(names.iter().filter_map(short).collect::<Vec<_>>());
    }
    names.into_iter().map(|name| (name, region.clone())).collect()
}
