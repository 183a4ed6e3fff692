//! In which order Meilisearch's hits are shown, and how many there are.
//!
//! Meilisearch knows how well words fit. What else counts — guides first, what lies in the place that was named, what
//! stands on the shelf that the thesaurus points at — is weighed here, over the best [`WEIGHED`] of its hits. What comes
//! after them stays in its order.

use std::collections::BTreeSet;

use super::document::Digest;
use super::error::MeiliError;
use super::wire::Distribution;
use crate::record::{Kind, Record};
use crate::text::embedded::{Embedded, Understood};

/// How many hits are weighed again. A page further down than that is in the order of Meilisearch.
pub(super) const WEIGHED: usize = 100;

/// How much stations and directories rise when the question looks for a place.
const FOR_A_PLACE: f32 = 1.5;

/// How much more when they lie in a place that it names.
const IN_THE_PLACE: f32 = 1.6;

/// And when they serve the whole of it.
const OF_THE_PLACE: f32 = 1.9;

/// And when they lie beside it; less the further away, nothing from [`BESIDE_M`] metres on.
const BESIDE_THE_PLACE: f32 = 0.4;
const BESIDE_M: f64 = 20_000.0;

/// How much a record rises when the question surely points at its shelf.
const ON_THE_SHELF: f32 = 0.2;

/// A hit: which record, and how well it fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
    pub(super) number: u32,
    pub(super) score: f32,
}

/// Reads hits: names of documents and how well they fit. Fails where one is no record of this release.
pub(super) fn read<'a>(
    hits: impl Iterator<Item = (&'a str, f32)>,
    digest: &Digest,
    records: usize,
) -> Result<Vec<Ranked>, MeiliError> {
    let read = |(id, score): (&str, f32)| {
        let number = digest.number(id).filter(|&number| (number as usize) < records)?;
        Some(Ranked { number, score })
    };
    hits.map(|hit| read(hit).ok_or(MeiliError::OtherRelease)).collect()
}

/// The records of hits that may name one several times, each where it fits best.
pub(super) fn best_first(mut hits: Vec<Ranked>) -> Vec<u32> {
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
    let mut seen = BTreeSet::new();
    hits.into_iter().map(|hit| hit.number).filter(|&number| seen.insert(number)).collect()
}

/// Puts hits in the order in which they are shown.
pub(super) fn weigh(embedded: &Embedded, understood: &Understood<'_>, mut hits: Vec<Ranked>) -> Vec<Ranked> {
    let weighed = WEIGHED.min(hits.len());
    let (first, rest) = hits.split_at_mut(weighed);
    for hit in &mut *first {
        let record = &embedded.records()[hit.number as usize];
        hit.score *= prior(record.kind) * shelf(understood, record) * place(embedded, understood, record);
    }
    first.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
    // What was not weighed never gets before what was.
    let mut above = first.last().map_or(f32::MAX, |hit| hit.score);
    for hit in rest {
        above = if hit.score < above { hit.score } else { above.next_down() };
        hit.score = above;
    }
    hits
}

/// How many hits there are where parts of one whole are one.
pub(super) fn total(all: usize, parts: &Distribution, grouped: bool) -> usize {
    if !grouped {
        return all;
    }
    let in_wholes: usize = parts.part_of.values().sum();
    all.saturating_sub(in_wholes) + parts.part_of.len()
}

/// What a record of some kind counts for, all else being equal.
fn prior(kind: Kind) -> f32 {
    match kind {
        Kind::Guide => 1.4,
        Kind::Station | Kind::Statute => 1.0,
        Kind::Topic | Kind::CaseDigest | Kind::Article | Kind::Region => 0.9,
        Kind::Campaign | Kind::Page => 0.8,
    }
}

fn shelf(understood: &Understood<'_>, record: &Record) -> f32 {
    let pointed = understood.topics.iter().filter(|(topic, _)| record.topic.as_deref() == Some(topic));
    1.0 + ON_THE_SHELF * pointed.map(|&(_, sure)| sure).fold(0.0, f32::max)
}

fn place(embedded: &Embedded, understood: &Understood<'_>, record: &Record) -> f32 {
    if !matches!(record.kind, Kind::Station | Kind::Region) {
        return 1.0;
    }
    let looked_for = if understood.wants_place { FOR_A_PLACE } else { 1.0 };
    let places = &understood.places;
    let region = record.region.as_ref();
    let lies_there = region.is_some_and(|region| places.iter().any(|place| region.is_within(place)));
    let serves_it = lies_there && region.is_some_and(|region| places.contains(&region));
    looked_for
        * match (lies_there, serves_it) {
            (true, true) => OF_THE_PLACE,
            (true, false) => IN_THE_PLACE,
            (false, _) => beside(embedded, understood, record),
        }
}

fn beside(embedded: &Embedded, understood: &Understood<'_>, record: &Record) -> f32 {
    let middle = understood.places.first().and_then(|place| embedded.middle(place));
    let distance = middle.zip(record.location).map(|(middle, place)| middle.distance_m(place));
    #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
    let share = distance.map_or(0.0, |metres| (1.0 - metres / BESIDE_M).max(0.0) as f32);
    1.0 + BESIDE_THE_PLACE * share
}
