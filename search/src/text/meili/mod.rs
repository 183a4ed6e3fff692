//! The engine that asks a Meilisearch server: for many sites, or for more records than one process should rank.
//!
//! Start at [`Meili`]. Danger, places, misspellings, the thesaurus and completions are understood by the embedded engine,
//! which is open anyway to answer when the server does not; Meilisearch finds and counts:
//!
//! ```text
//! words ──understood──▶ parts of a question ──▶ Meilisearch ──▶ numbers of records and counts ──▶ hits
//!        (embedded)          (asked)              (wire)               (order)            (embedded)
//! ```
//!
//! [`publish()`] makes its index, [`search_key`] the key that a server needs. Nothing here waits longer than it was told
//! to, and nothing logs a question.

mod asked;
mod connection;
mod document;
mod error;
mod keys;
mod order;
mod publish;
mod settings;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::asked::{Dimension, Wanted};
pub use self::connection::Connection;
pub use self::document::{Digest, Release};
pub use self::error::MeiliError;
pub use self::keys::{KeyMade, search_key};
use self::order::Ranked;
pub use self::publish::{Published, Step, publish};
use self::wire::{Answered, Distribution, Federated, Federation, Part, Separately, Several};
use super::embedded::{Best, Embedded, Found, Understood};
use super::{Answer, Engine, MOST_ALSO, Query, Results, Suggestion};

/// The engine: a connection, the name of an index, and the release it has to hold.
#[derive(Debug, Clone)]
pub struct Meili {
    connection: Connection,
    index: String,
    digest: Digest,
    embedded: Arc<Embedded>,
}

impl Meili {
    /// The engine that answers from `index` for the records that `embedded` holds. Asks nothing yet: every answer shows
    /// by itself which release it is from.
    pub fn new(connection: Connection, index: &str, embedded: Arc<Embedded>) -> Result<Self, MeiliError> {
        check_index(index)?;
        let digest = Release::new(embedded.records(), embedded.thesaurus()).digest().clone();
        Ok(Self { connection, index: index.to_owned(), digest, embedded })
    }

    async fn answer(&self, query: &Query) -> Result<Results, MeiliError> {
        let understood = self.embedded.understand(query);
        let wanted = asked::parts(&understood);
        if understood.is_nothing() || wanted.is_empty() {
            return Ok(self.embedded.describe(query, understood, Found::default()));
        }
        let asking =
            Asking { meili: self, query, wanted: &wanted, grouped: query.grouped && query.kind.is_none() };
        let (hits, counts) = tokio::try_join!(asking.hits(&understood), asking.counts())?;
        let best = asking.with_parts(hits, &counts.parts_of).await?;
        let Counts { total, facets, topics, regions, .. } = counts;
        Ok(self.embedded.describe(query, understood, Found { best, total, facets, topics, regions }))
    }
}

impl Engine for Meili {
    fn search<'a>(&'a self, query: &'a Query) -> Answer<'a, Results> {
        Box::pin(async { Ok(self.answer(query).await?) })
    }

    /// Phrases, pinyin and initials are not what Meilisearch is for.
    fn suggest<'a>(&'a self, typed: &'a str, limit: usize) -> Answer<'a, Vec<Suggestion>> {
        self.embedded.suggest(typed, limit)
    }
}

/// A question on its way.
struct Asking<'a> {
    meili: &'a Meili,
    query: &'a Query,
    wanted: &'a [Wanted],
    grouped: bool,
}

/// How much there is.
struct Counts {
    total: usize,
    facets: crate::record::Facets,
    topics: BTreeMap<String, usize>,
    regions: BTreeMap<crate::region::RegionCode, usize>,
    /// How many parts of each whole, by its id.
    parts_of: BTreeMap<String, usize>,
}

impl Asking<'_> {
    /// The hits from the query's offset on, best first.
    async fn hits(&self, understood: &Understood<'_>) -> Result<Vec<Ranked>, MeiliError> {
        if self.query.limit == 0 {
            return Ok(Vec::new());
        }
        let last = self.query.offset.saturating_add(self.query.limit).min(settings::FURTHEST);
        let federation = Federation {
            limit: last.max(order::WEIGHED),
            distinct: self.grouped.then_some("partOf"),
            ..Federation::default()
        };
        let filter = asked::filter(self.query, None);
        let answered = self.ask(federation, self.parts(filter.as_deref())).await?;
        let hits =
            self.read(answered.hits.iter().map(|hit| (hit.id.as_str(), hit.of.weighted_ranking_score)))?;
        let hits = order::weigh(&self.meili.embedded, understood, hits);
        Ok(hits.into_iter().take(last).skip(self.query.offset).collect())
    }

    /// How many there are of everything. Each count leaves out its own filter.
    async fn counts(&self) -> Result<Counts, MeiliError> {
        let query = self.query;
        let (all, kinds, topics, regions) = tokio::try_join!(
            self.count(None),
            self.count_beside(query.kind.is_some(), Dimension::Kind),
            self.count_beside(query.topic.is_some(), Dimension::Topic),
            self.count_beside(query.region.is_some(), Dimension::Region),
        )?;
        let (found, all) = all;
        Ok(Counts {
            total: order::total(found, &all, self.grouped),
            facets: kinds.map_or(all.kind, |kinds| kinds.kind),
            topics: topics.map_or(all.topic, |topics| topics.topic),
            regions: regions.map_or(all.counted_in, |regions| regions.counted_in),
            parts_of: all.part_of,
        })
    }

    async fn count_beside(
        &self,
        is_filtered: bool,
        dimension: Dimension,
    ) -> Result<Option<Distribution>, MeiliError> {
        if is_filtered { Ok(Some(self.count(Some(dimension)).await?.1)) } else { Ok(None) }
    }

    /// How many records there are, and of what.
    async fn count(&self, without: Option<Dimension>) -> Result<(usize, Distribution), MeiliError> {
        const COUNTED: &[&str] = &["kind", "topic", "countedIn", "partOf", "release"];
        let Meili { index, digest, .. } = self.meili;
        let filter = asked::filter(self.query, without);
        let mut parts = self.parts(filter.as_deref());
        // The one document that says which release this is: always found, whatever was asked.
        parts.push(Part {
            index_uid: index,
            q: document::RELEASE,
            filter: Some(format!("release = {}", asked::quoted(digest.as_str()))),
            matching_strategy: "all",
            locales: [settings::LOCALE],
            federation_options: Some(wire::PartOptions { weight: 0.0 }),
            limit: None,
            show_ranking_score: false,
        });
        let facets_by_index = BTreeMap::from([(index.as_str(), COUNTED)]);
        let answered = self.ask(Federation { facets_by_index, ..Federation::default() }, parts).await?;
        let Answered { estimated_total_hits, mut facets_by_index, .. } = answered;
        let counted = facets_by_index.remove(index).unwrap_or_default().distribution;
        if counted.release.get(digest.as_str()) != Some(&1) {
            return Err(MeiliError::OtherRelease);
        }
        Ok((estimated_total_hits.saturating_sub(1), counted))
    }

    /// Adds to each hit the other parts of its whole that were found.
    async fn with_parts(
        &self,
        hits: Vec<Ranked>,
        parts_of: &BTreeMap<String, usize>,
    ) -> Result<Vec<Best>, MeiliError> {
        let others = |hit: &Ranked| {
            let whole = self.meili.embedded.records()[hit.number as usize].part_of.as_deref();
            let whole = whole.filter(|_| self.grouped)?;
            Some((whole, parts_of.get(whole)?.checked_sub(1).filter(|&others| others > 0)?))
        };
        let wholes: Vec<&str> = hits.iter().filter_map(others).map(|(whole, _)| whole).collect();
        let mut next_best = self.best_parts(&wholes).await?;
        let with_parts = |hit: Ranked| {
            let Some((whole, others)) = others(&hit) else {
                return Best { number: hit.number, score: hit.score, also: Vec::new(), more: 0 };
            };
            let mut also = next_best.remove(whole).unwrap_or_default();
            also.retain(|&number| number != hit.number);
            also.truncate(MOST_ALSO);
            Best { number: hit.number, score: hit.score, more: others.saturating_sub(also.len()), also }
        };
        Ok(hits.into_iter().map(with_parts).collect())
    }

    /// The best parts of each of these wholes, one more than are shown: the hit itself is among them.
    async fn best_parts<'b>(&self, wholes: &[&'b str]) -> Result<BTreeMap<&'b str, Vec<u32>>, MeiliError> {
        if wholes.is_empty() {
            return Ok(BTreeMap::new());
        }
        let filter = asked::filter(self.query, None);
        // Federation would make one list of all wholes; this makes one for each part of the question in each whole.
        let asked: Vec<(&str, &Wanted)> =
            wholes.iter().flat_map(|&whole| self.wanted.iter().map(move |wanted| (whole, wanted))).collect();
        let mut queries = Vec::with_capacity(asked.len());
        for (whole, wanted) in &asked {
            let within = asked::both(Some(&format!("partOf = {}", asked::quoted(whole))), filter.as_deref());
            queries.push(wanted.part(&self.meili.index, within.as_deref()).alone(MOST_ALSO + 1));
        }
        let answered: Separately = self.meili.connection.post(wire::PATH, &Several { queries }).await?;
        let mut found: BTreeMap<&str, Vec<Ranked>> = BTreeMap::new();
        for ((whole, wanted), answer) in asked.into_iter().zip(&answered.results) {
            let hits = answer.hits.iter().map(|hit| (hit.id.as_str(), hit.ranking_score * wanted.weight()));
            found.entry(whole).or_default().extend(self.read(hits)?);
        }
        Ok(found.into_iter().map(|(whole, hits)| (whole, order::best_first(hits))).collect())
    }

    fn parts(&self, filter: Option<&str>) -> Vec<Part<'_>> {
        self.wanted.iter().map(|wanted| wanted.part(&self.meili.index, filter)).collect()
    }

    fn read<'b>(&self, hits: impl Iterator<Item = (&'b str, f32)>) -> Result<Vec<Ranked>, MeiliError> {
        order::read(hits, &self.meili.digest, self.meili.embedded.records().len())
    }

    async fn ask(&self, federation: Federation<'_>, queries: Vec<Part<'_>>) -> Result<Answered, MeiliError> {
        self.meili.connection.post(wire::PATH, &Federated { federation, queries }).await
    }
}

/// The name of an index stands in addresses and in the names of the indexes made beside it.
fn check_index(index: &str) -> Result<(), MeiliError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let well_formed =
        index.len() <= 64 && index.starts_with(|c: char| c.is_ascii_lowercase()) && index.chars().all(plain);
    if well_formed { Ok(()) } else { Err(MeiliError::Index(index.to_owned())) }
}
