//! Which records answer a question, in which order.
//!
//! Start at [`rank`]: one score for every record, then one look at each to weigh, count and keep the best.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Embedded;
use super::question::Question;
use crate::record::{Facets, Kind, Record};
use crate::text::query::Query;

/// A record counts as found when its score is at least this share of the best one.
const SHARE_OF_BEST: f32 = 0.2;

/// And at least this share of what the question's own words are worth: a record that has one word of ten by chance is
/// no answer, even where there is none better.
const SHARE_OF_QUESTION: f32 = 0.08;

/// How much stations and directories rise when the question looks for a place.
const FOR_A_PLACE: f32 = 1.5;

/// How much more they rise when they lie in a place that the question names.
const IN_THE_PLACE: f32 = 1.6;

/// And when they serve the whole of it.
const OF_THE_PLACE: f32 = 1.9;

/// How much a record rises when the question surely points at its shelf.
const ON_THE_SHELF: f32 = 0.25;

/// The answer to a question, before it is put into words.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    /// Scores and records from the query's offset on, best first.
    pub(super) best: Vec<(f32, u32)>,
    pub(super) total: usize,
    pub(super) facets: Facets,
}

/// Ranks the records of `engine`.
pub(super) fn rank(engine: &Embedded, question: &Question<'_>, query: &Query) -> Ranking {
    let scale = Scale::new(engine, question);
    let mut scores = vec![0u32; engine.records.len()];
    for wanted in &question.wanted {
        if let Some(list) = engine.index.terms.list(&engine.index.file, wanted.key) {
            list.add_to(&mut scores, wanted.worth);
        }
    }
    // The best of all, not of those that the filters leave: a filter takes away and never adds.
    let mut best = 0.0;
    for (number, &score) in (0..).zip(&scores) {
        if scale.at_most(score) > best {
            best = f32::max(best, scale.weigh(number, score));
        }
    }
    let least = (best * SHARE_OF_BEST).max(scale.least);

    let mut ranking = Ranking::default();
    let mut top = Top::new(query.offset.saturating_add(query.limit));
    for (number, &score) in (0..).zip(&scores) {
        if score == 0 || scale.at_most(score) < least {
            continue;
        }
        let score = scale.weigh(number, score);
        let record = &engine.records[number as usize];
        if score < least || !admits(query, record) {
            continue;
        }
        *ranking.facets.entry(record.kind).or_default() += 1;
        if query.kind.is_none_or(|kind| kind == record.kind) {
            ranking.total += 1;
            top.offer(score, &record.id, number);
        }
    }
    ranking.best = top.from(query.offset);
    ranking
}

/// All filters but that of the kind.
fn admits(query: &Query, record: &Record) -> bool {
    let in_region = || match (&query.region, &record.region) {
        (Some(wanted), Some(region)) => region.is_within(wanted),
        _ => true,
    };
    let on_shelf = || query.topic.is_none() || query.topic == record.topic;
    on_shelf() && in_region()
}

/// What a record of some kind counts for, all else being equal: first what to do, then the words of the law.
fn prior(kind: Kind) -> f32 {
    match kind {
        Kind::Guide => 1.5,
        Kind::Station | Kind::Statute => 1.0,
        Kind::Topic | Kind::CaseDigest | Kind::Article | Kind::Region => 0.9,
        Kind::Campaign | Kind::Page => 0.8,
    }
}

/// How scores are weighed for one question.
struct Scale<'a> {
    engine: &'a Embedded,
    question: &'a Question<'a>,
    /// What a record of each shelf rises by, by the number of the shelf.
    shelves: Vec<f32>,
    /// The least score that counts.
    least: f32,
    /// The most that a unit of score can come to.
    most: f32,
}

impl<'a> Scale<'a> {
    /// A term's worth is in 256ths and a mark in 255ths.
    const UNIT: f32 = 1.0 / (256.0 * 255.0);

    fn new(engine: &'a Embedded, question: &'a Question<'a>) -> Self {
        let mut shelves = vec![1.0; engine.shelves.len()];
        for &(topic, weight) in &question.topics {
            if let Ok(shelf) = engine.shelves.binary_search_by(|shelf| shelf.as_str().cmp(topic)) {
                shelves[shelf] = f32::max(shelves[shelf], 1.0 + ON_THE_SHELF * weight);
            }
        }
        let least = as_f32(question.worth) / 256.0 * SHARE_OF_QUESTION;
        let mut scale = Self { engine, question, shelves, least, most: 0.0 };
        let place = scale.place(!question.places.is_empty(), true);
        let prior = prior(Kind::Guide).max(prior(Kind::Station) * place);
        // A little more than the factors come to, so that no rounding can get above it.
        scale.most = Self::UNIT * 1.01 * prior * scale.shelves.iter().copied().fold(1.0, f32::max);
        scale
    }

    /// What any record with this score comes to at most. Nearly all records have some word of a question; this tells
    /// at once that they come to nothing.
    fn at_most(&self, score: u32) -> f32 {
        as_f32(score) * self.most
    }

    fn weigh(&self, number: u32, score: u32) -> f32 {
        let facts = self.engine.facts[number as usize];
        let on_shelf = self.shelves.get(facts.shelf as usize).copied().unwrap_or(1.0);
        let score = as_f32(score) * Self::UNIT * prior(facts.kind) * on_shelf;
        if !matches!(facts.kind, Kind::Station | Kind::Region) {
            return score;
        }
        let region = self.engine.records[number as usize].region.as_ref();
        let places = &self.question.places;
        let lies_there = region.is_some_and(|region| places.iter().any(|place| region.is_within(place)));
        score * self.place(lies_there, lies_there && region.is_some_and(|region| places.contains(&region)))
    }

    /// What a station or directory rises by that lies in a place the question names, or serves the whole of it.
    fn place(&self, lies_there: bool, serves_it: bool) -> f32 {
        let looked_for = if self.question.wants_place { FOR_A_PLACE } else { 1.0 };
        let named = match (lies_there, serves_it) {
            (true, true) => OF_THE_PLACE,
            (true, false) => IN_THE_PLACE,
            (false, _) => 1.0,
        };
        looked_for * named
    }
}

/// The best so many records.
struct Top<'a> {
    most: usize,
    /// The worst of them on top. Scores are positive, and the bits of positive numbers are in their order.
    kept: BinaryHeap<(Reverse<u32>, &'a str, u32)>,
}

impl<'a> Top<'a> {
    fn new(most: usize) -> Self {
        Self { most, kept: BinaryHeap::new() }
    }

    fn offer(&mut self, score: f32, id: &'a str, number: u32) {
        let offered = (Reverse(score.to_bits()), id, number);
        if self.kept.len() < self.most {
            self.kept.push(offered);
        } else if let Some(mut worst) = self.kept.peek_mut()
            && offered < *worst
        {
            *worst = offered;
        }
    }

    fn from(self, offset: usize) -> Vec<(f32, u32)> {
        let sorted = self.kept.into_sorted_vec();
        sorted
            .into_iter()
            .skip(offset)
            .map(|(Reverse(bits), _, number)| (f32::from_bits(bits), number))
            .collect()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a score: seven digits are plenty, and the same on every machine"
)]
fn as_f32(score: u32) -> f32 {
    score as f32
}
