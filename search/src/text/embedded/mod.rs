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
pub(crate) mod bytes;
pub(super) mod export;
mod index;
mod meant;
mod phrasebook;
mod phrases;
mod question;
mod rank;
mod runs;
mod snippet;
mod spelling;
mod suggest;
mod table;
mod terms;
#[cfg(feature = "meilisearch")]
mod understood;

use std::collections::BTreeMap;
use std::future;
use std::sync::Arc;

pub use self::build::{Builder, Read};
pub use self::index::{Index, IndexError};
use self::phrasebook::Phrasebook;
use self::question::{Question, Said, forms_of_saying};
use self::rank::{Ranked, Ranking};
use self::spelling::Spellings;
#[cfg(feature = "meilisearch")]
pub(crate) use self::understood::{Best, Form, Found, Piece, Understood, article_numbers};
use super::danger;
use super::query::normalised;
use super::{Answer, Engine, Hit, Named, Place, Query, Results, Suggestion};
use crate::coord::Coord;
use crate::knowledge;
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
    /// The divisions that are counted in answers, in order: townships and what lies above them.
    counted: Vec<RegionCode>,
    /// The records that others are parts of; `None` for one that is not here.
    wholes: Vec<Option<u32>>,
    /// Which records rest on which articles: pairs of numbers, in order.
    rests: Vec<(u32, u32)>,
    /// Lay phrases, and the entries that they stand in: of the thesaurus first, then of what ships with the engine.
    sayings: Phrasebook<Said>,
    /// Which characters a syllable of pinyin may stand for.
    spellings: Spellings,
    /// The names of divisions.
    places: Phrasebook<RegionCode>,
    /// Their records.
    divisions: BTreeMap<RegionCode, u32>,
}

/// What ranking needs to know of a record.
#[derive(Debug, Clone, Copy)]
struct Facts {
    kind: Kind,
    /// Its place among the shelves; past the end for a record that stands on none.
    shelf: u32,
    /// Its whole's place among the wholes; past the end for a record that is no part of any.
    whole: u32,
    /// The place of its division, or of its village's township, among those that are counted; past the end for a record
    /// that belongs to none.
    region: u32,
}

impl Embedded {
    /// Opens the engine. Fails when the index was not built from these records.
    pub fn new(index: Index, records: impl Into<Arc<[Record]>>) -> Result<Self, IndexError> {
        let records = records.into();
        index.check_records(&records)?;
        let shelves = each_once(records.iter().filter_map(|record| record.topic.clone()));
        let whole_ids = each_once(records.iter().filter_map(|record| record.part_of.clone()));
        let counted = each_once(records.iter().filter_map(counted_in));
        let names = Names { shelves: &shelves, wholes: &whole_ids, regions: &counted };
        let facts = records.iter().map(|record| Facts::new(record, &names)).collect();
        let mut wholes = vec![None; whole_ids.len()];
        for (number, record) in (0..).zip(&*records) {
            if let Ok(place) = whole_ids.binary_search(&record.id) {
                wholes[place] = Some(number);
            }
        }
        let rests = resting(&records);
        let shipped = knowledge::sayings().iter().map(|saying| saying.say.clone());
        let own = index.thesaurus.iter().map(|entry| entry.say.iter().map(String::as_str).collect());
        let said = (0..).zip(own.chain(shipped)).flat_map(|(entry, say): (u32, Vec<&str>)| {
            let forms = say.into_iter().flat_map(forms_of_saying);
            forms.map(move |say| {
                let length = say.chars().count();
                (say, Said { entry, length })
            })
        });
        let sayings = Phrasebook::new(said);
        let spellings = Spellings::new(&index);
        let places = Phrasebook::new(records.iter().flat_map(place_names));
        let divisions = (0..).zip(&*records).filter(|(_, record)| record.kind == Kind::Region);
        let divisions =
            divisions.filter_map(|(number, record)| Some((record.region.clone()?, number))).collect();
        Ok(Self {
            index,
            records,
            facts,
            shelves,
            counted,
            wholes,
            rests,
            sayings,
            spellings,
            places,
            divisions,
        })
    }

    fn answer(&self, query: &Query) -> Results {
        let text = query.text.as_str();
        let meant = meant::meant(self, text);
        let question = Question::read(text, meant.as_deref(), self);
        let ranking = rank::rank(self, &question, query);
        self.tell(query, meant, &question, ranking)
    }

    /// Puts an answer into words.
    fn tell(
        &self,
        query: &Query,
        meant: Option<String>,
        question: &Question<'_>,
        ranking: Ranking,
    ) -> Results {
        let place = query.region.as_ref().or(question.places.first().copied());
        let asked =
            Asked { telling: question.telling(), middle: place.and_then(|place| self.middle_of(place)) };
        Results {
            hits: ranking.best.iter().map(|ranked| self.hit(ranked, &asked)).collect(),
            total: ranking.total,
            facets: ranking.facets,
            topics: ranking.topics,
            regions: ranking.regions,
            nearest: ranking.nearest,
            place: place.and_then(|place| self.place(place)),
            danger: query.text.speaks_of_danger() || meant.as_deref().is_some_and(danger::is_spoken_of),
            did_you_mean: meant,
        }
    }

    fn hit(&self, ranked: &Ranked, asked: &Asked) -> Hit {
        let record = &self.records[ranked.number as usize];
        let whole = self.wholes.get(self.facts[ranked.number as usize].whole as usize).copied().flatten();
        let distance = asked.middle.zip(record.location).map(|(middle, place)| middle.distance_m(place));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "metres on earth")]
        let distance_m = distance.filter(|_| record.kind == Kind::Station).map(|metres| metres as u32);
        Hit {
            id: record.id.clone(),
            kind: record.kind,
            title: record.title.clone(),
            url: record.url.clone(),
            topic: record.topic.clone(),
            region: record.region.clone(),
            heading: record.heading.clone(),
            part_of: whole.map(|whole| named(&self.records[whole as usize])),
            also: ranked.also.iter().map(|&number| named(&self.records[number as usize])).collect(),
            more: ranked.more,
            first_step: record.first_step.clone(),
            distance_m,
            phone: record.phone.clone(),
            snippet: snippet::cut(record, &asked.telling),
            score: ranked.score,
        }
    }

    fn place(&self, region: &RegionCode) -> Option<Place> {
        let number = *self.divisions.get(region)?;
        Some(Place { region: region.clone(), name: self.records[number as usize].title.clone() })
    }

    /// The middle of a division.
    fn middle_of(&self, region: &RegionCode) -> Option<Coord> {
        self.records[*self.divisions.get(region)? as usize].location
    }

    /// The number of a shelf; past the end where there is no such shelf.
    fn shelf(&self, topic: &str) -> u32 {
        let place = self.shelves.binary_search_by(|slug| slug.as_str().cmp(topic));
        place.ok().and_then(|place| place.try_into().ok()).unwrap_or(u32::MAX)
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

/// What hits need to know of the question.
struct Asked {
    telling: Vec<question::Wanted>,
    /// Where distances are told from.
    middle: Option<Coord>,
}

/// What facts are told by: names in order.
struct Names<'a> {
    shelves: &'a [String],
    wholes: &'a [String],
    regions: &'a [RegionCode],
}

impl Facts {
    fn new(record: &Record, names: &Names<'_>) -> Self {
        Self {
            kind: record.kind,
            shelf: place_among(record.topic.as_ref(), names.shelves),
            whole: place_among(record.part_of.as_ref(), names.wholes),
            region: place_among(counted_in(record).as_ref(), names.regions),
        }
    }
}

fn place_among<T: Ord>(name: Option<&T>, names: &[T]) -> u32 {
    let place = name.and_then(|name| names.binary_search(name).ok());
    place.and_then(|place| place.try_into().ok()).unwrap_or(u32::MAX)
}

/// The division that a record counts for: what lies in a village counts for its township.
fn counted_in(record: &Record) -> Option<RegionCode> {
    let region = record.region.as_ref()?;
    let township = if region.level() == Level::Village { region.parent() } else { None };
    Some(township.unwrap_or_else(|| region.clone()))
}

fn each_once<T: Ord>(names: impl Iterator<Item = T>) -> Vec<T> {
    let mut names: Vec<T> = names.collect();
    names.sort();
    names.dedup();
    names
}

/// The pairs of a record and an article that it rests on.
fn resting(records: &[Record]) -> Vec<(u32, u32)> {
    let cited = each_once(records.iter().flat_map(|record| record.rests_on.iter().cloned()));
    let mut numbers: Vec<Option<u32>> = vec![None; cited.len()];
    for (number, record) in (0..).zip(records).filter(|(_, record)| record.kind == Kind::Article) {
        if let Ok(place) = cited.binary_search(&record.id) {
            numbers[place] = Some(number);
        }
    }
    let pairs = (0..).zip(records).flat_map(|(number, record)| {
        let articles = record.rests_on.iter().filter_map(|id| numbers[cited.binary_search(id).ok()?]);
        articles.map(move |article| (number, article)).collect::<Vec<_>>()
    });
    pairs.collect()
}

fn named(record: &Record) -> Named {
    Named { id: record.id.clone(), title: record.title.clone(), url: record.url.clone() }
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
