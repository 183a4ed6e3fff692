//! Which records answer a question, in which order.
//!
//! Start at [`rank`]: one score for every record, then one look at each to weigh, count and keep the best.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::Embedded;
use super::question::Question;
use crate::record::{Facets, Kind, Record};
use crate::region::{Level, RegionCode};
use crate::text::MOST_ALSO;
use crate::text::query::Query;

/// A record counts as found when its score is at least this share of the best one.
pub(super) const SHARE_OF_BEST: f32 = 0.2;

/// And at least this share of what the question's own words are worth: a record that has one word of ten by chance is
/// no answer, even where there is none better.
pub(super) const SHARE_OF_QUESTION: f32 = 0.08;

/// How much stations and directories rise when the question looks for a place.
pub(super) const FOR_A_PLACE: f32 = 1.5;

/// How much more they rise when they lie in a place that the question names.
pub(super) const IN_THE_PLACE: f32 = 1.6;

/// And when they serve the whole of it.
pub(super) const OF_THE_PLACE: f32 = 1.9;

/// And when they lie beside it; less the further away, nothing from [`BESIDE_M`] metres on.
pub(super) const BESIDE_THE_PLACE: f32 = 0.4;
pub(super) const BESIDE_M: f32 = 20_000.0;

/// How many shelves are offered where nothing was found.
const MOST_NEAREST: usize = 3;

/// What a station counts for by whom it serves, where no place is named.
fn reach(level: Level) -> f32 {
    match level {
        Level::Province | Level::City => 1.3,
        Level::County => 1.15,
        Level::Township => 1.0,
        Level::Village | Level::Hamlet => 0.85,
    }
}

/// One part in so many of what an article scores is lent to those who rest on it.
pub(super) const LENT: u32 = 5;

/// How much a record rises when the question surely points at its shelf.
pub(super) const ON_THE_SHELF: f32 = 0.2;

/// The answer to a question, before it is put into words.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    /// From the query's offset on, best first.
    pub(super) best: Vec<Ranked>,
    pub(super) total: usize,
    pub(super) facets: Facets,
    pub(super) topics: BTreeMap<String, usize>,
    pub(super) regions: BTreeMap<RegionCode, usize>,
    /// Where nothing was found: the shelves that come nearest.
    pub(super) nearest: Vec<String>,
}

/// A record and its score, and what was found of the same whole.
#[derive(Debug)]
pub(super) struct Ranked {
    pub(super) score: f32,
    pub(super) number: u32,
    /// The next best parts of the same whole.
    pub(super) also: Vec<u32>,
    /// How many more there are.
    pub(super) more: usize,
}

/// Ranks the records of `engine`.
pub(super) fn rank(engine: &Embedded, question: &Question<'_>, query: &Query) -> Ranking {
    let scale = Scale::new(engine, question);
    let scores = scores(engine, question);
    // The best of all, not of those that the filters leave: a filter takes away and never adds.
    let mut best = 0.0;
    each_from(&scores, 1, |number, score| {
        best = f32::max(best, scale.weigh(number, score));
        scale.least_score(best)
    });

    let mut ranking = Ranking::default();
    let mut counts = Counts::new(engine, query);
    let mut found: Vec<(f32, u32)> = Vec::new();
    let least_score = scale.least_score(scale.enough(best, Kind::Station));
    each_from(&scores, least_score, |number, score| {
        let score = scale.weigh(number, score);
        if score >= scale.enough(best, engine.facts[number as usize].kind) && counts.admits(number) {
            found.push((score, number));
        }
        least_score
    });
    counts.tell(&mut ranking);
    if found.is_empty() {
        ranking.nearest = nearest(engine, question, &scores);
    }
    if query.grouped && query.kind.is_none() && question.names_no_place() {
        station_after_guide(engine, &mut found);
    }
    let groups = Groups::new(engine, &found, query);
    let mut top = Top::new(&engine.records, query.offset.saturating_add(query.limit));
    for &(score, number) in &found {
        if groups.stands_for_its_whole(number) {
            ranking.total += 1;
            top.offer(score, number);
        }
    }
    ranking.best = groups.complete(top.from(query.offset), &found);
    ranking
}

/// Takes each number whose score is at least `least`, in order; `take` says what the least is from there on. Most records
/// come to little, so a look at many at once is enough for most of them.
fn each_from(scores: &[u32], mut least: u32, mut take: impl FnMut(u32, u32) -> u32) {
    const BLOCK: usize = 32;
    for (first, block) in (0..).step_by(BLOCK).zip(scores.chunks(BLOCK)) {
        if block.iter().copied().fold(0, u32::max) < least {
            continue;
        }
        for (number, &score) in (first..).zip(block) {
            if score >= least {
                least = take(number, score);
            }
        }
    }
}

/// What each record scores for the words of a question.
fn scores(engine: &Embedded, question: &Question<'_>) -> Vec<u32> {
    let mut scores = vec![0u32; engine.records.len()];
    for wanted in &question.wanted {
        if let Some(list) = engine.index.terms.list(&engine.index.file, wanted.key) {
            list.add_to(&mut scores, wanted.worth);
        }
    }
    lend(engine, &mut scores);
    scores
}

#[cfg(feature = "meilisearch")]
impl Embedded {
    /// The shelves whose records come nearest to a question that an engine beside this one found nothing for.
    pub(super) fn nearest(&self, question: &Question<'_>) -> Vec<String> {
        nearest(self, question, &scores(self, question))
    }
}

/// Gives guides and digests a share of what the best article scores that they rest on: a guide answers what its articles
/// answer.
fn lend(engine: &Embedded, scores: &mut [u32]) {
    for of_one in engine.rests.chunk_by(|a, b| a.0 == b.0) {
        let best = of_one.iter().map(|&(_, article)| scores[article as usize]).max().unwrap_or(0);
        let score = &mut scores[of_one[0].0 as usize];
        *score = score.saturating_add(best / LENT);
    }
}

/// Where a guide comes first, lets the best station be the second: who says what to do says where to go. Any place does,
/// since none was named; those that serve more people come before those that serve a village.
fn station_after_guide(engine: &Embedded, found: &mut [(f32, u32)]) {
    let kind = |&(_, number): &(f32, u32)| engine.facts[number as usize].kind;
    let best = found.iter().copied().reduce(|best, other| if other.0 > best.0 { other } else { best });
    let Some((score, _)) = best.filter(|best| kind(best) == Kind::Guide) else { return };
    let stations = found.iter_mut().filter(|found| kind(found) == Kind::Station);
    let station = stations.reduce(|best, other| if other.0 > best.0 { other } else { best });
    if let Some(station) = station {
        station.0 = f32::from_bits(score.to_bits() - 1);
    }
}

/// The shelves whose records come nearest to a question that nothing answers.
fn nearest(engine: &Embedded, question: &Question<'_>, scores: &[u32]) -> Vec<String> {
    let mut shelves: Vec<(f32, &str)> = question.topics.iter().map(|&(topic, _)| (f32::MAX, topic)).collect();
    let mut best = vec![0; engine.shelves.len()];
    for (facts, &score) in engine.facts.iter().zip(scores) {
        if let Some(best) = best.get_mut(facts.shelf as usize) {
            *best = score.max(*best);
        }
    }
    let some = best.iter().zip(&engine.shelves).filter(|&(&score, _)| score > 0);
    shelves.extend(some.map(|(&score, shelf)| (as_f32(score), shelf.as_str())));
    shelves.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let mut names: Vec<String> = Vec::new();
    for (_, shelf) in shelves {
        if names.len() < MOST_NEAREST && !names.iter().any(|name| name == shelf) {
            names.push(shelf.to_owned());
        }
    }
    names
}

/// How many records there are of each kind, on each shelf, in each division. Each count leaves out its own filter.
struct Counts<'a> {
    engine: &'a Embedded,
    query: &'a Query,
    /// The number of the shelf asked for; past the end where there is no such shelf.
    shelf: Option<u32>,
    kinds: Vec<(Kind, usize)>,
    shelves: Vec<usize>,
    /// By the place of the division among those that are counted.
    regions: Vec<usize>,
}

impl<'a> Counts<'a> {
    fn new(engine: &'a Embedded, query: &'a Query) -> Self {
        let shelf = query.topic.as_ref().map(|topic| engine.shelf(topic));
        let (shelves, regions) = (vec![0; engine.shelves.len()], vec![0; engine.counted.len()]);
        Self { engine, query, shelf, kinds: Vec::new(), shelves, regions }
    }

    /// Counts a record, and says whether it passes all filters. Thousands pass here for one question: what the facts
    /// don't tell is looked up only where it matters.
    fn admits(&mut self, number: u32) -> bool {
        let facts = self.engine.facts[number as usize];
        let of_kind = self.query.kind.is_none_or(|kind| kind == facts.kind);
        let on_shelf = self.shelf.is_none_or(|shelf| shelf == facts.shelf);
        let in_region = match &self.query.region {
            Some(wanted) if self.regions.len() > facts.region as usize => {
                let region = self.engine.records[number as usize].region.as_ref();
                region.is_none_or(|region| region.is_within(wanted))
            }
            _ => true,
        };
        if on_shelf && in_region {
            match self.kinds.iter_mut().find(|(kind, _)| *kind == facts.kind) {
                Some((_, count)) => *count += 1,
                None => self.kinds.push((facts.kind, 1)),
            }
        }
        if of_kind
            && in_region
            && let Some(count) = self.shelves.get_mut(facts.shelf as usize)
        {
            *count += 1;
        }
        if of_kind
            && on_shelf
            && let Some(count) = self.regions.get_mut(facts.region as usize)
        {
            *count += 1;
        }
        of_kind && on_shelf && in_region
    }

    /// Writes down what was counted.
    fn tell(self, ranking: &mut Ranking) {
        ranking.facets = self.kinds.into_iter().collect();
        ranking.topics = some(&self.engine.shelves, &self.shelves);
        ranking.regions = some(&self.engine.counted, &self.regions);
    }
}

/// Those of which there are any, with how many.
fn some<T: Ord + Clone>(names: &[T], counts: &[usize]) -> BTreeMap<T, usize> {
    let some = names.iter().zip(counts).filter(|&(_, &count)| count > 0);
    some.map(|(name, &count)| (name.clone(), count)).collect()
}

/// Which records stand for the whole that they are a part of.
struct Groups<'a> {
    engine: &'a Embedded,
    /// By the place of the whole: the best of its parts. Empty when each part stands for itself.
    best: Vec<Option<(f32, u32)>>,
}

impl<'a> Groups<'a> {
    fn new(engine: &'a Embedded, found: &[(f32, u32)], query: &Query) -> Self {
        // Whoever asks for one kind only wants them one by one.
        let groups = if query.grouped && query.kind.is_none() { engine.wholes.len() } else { 0 };
        let mut best: Vec<Option<(f32, u32)>> = vec![None; groups];
        for &(score, number) in found {
            // Records are in the order of their ids: the first of equals stays.
            if let Some(best) = best.get_mut(engine.facts[number as usize].whole as usize)
                && best.is_none_or(|(other, _)| score > other)
            {
                *best = Some((score, number));
            }
        }
        Self { engine, best }
    }

    /// The place of the whole that a record is a part of, where that matters.
    fn whole_of(&self, number: u32) -> Option<usize> {
        let whole = self.engine.facts[number as usize].whole as usize;
        (whole < self.best.len()).then_some(whole)
    }

    fn stands_for_its_whole(&self, number: u32) -> bool {
        self.whole_of(number).and_then(|whole| self.best[whole]).is_none_or(|(_, best)| best == number)
    }

    /// Adds to each the other parts that were found.
    fn complete(&self, best: Vec<(f32, u32)>, found: &[(f32, u32)]) -> Vec<Ranked> {
        let with_parts = |(score, number)| {
            let Some(whole) = self.whole_of(number) else {
                return Ranked { score, number, also: Vec::new(), more: 0 };
            };
            let is_another =
                |&&(_, other): &&(f32, u32)| other != number && self.whole_of(other) == Some(whole);
            let mut others: Vec<(f32, u32)> = found.iter().filter(is_another).copied().collect();
            others.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let also: Vec<u32> = others.iter().take(MOST_ALSO).map(|&(_, number)| number).collect();
            Ranked { score, number, more: others.len() - also.len(), also }
        };
        best.into_iter().map(with_parts).collect()
    }
}

/// What a record of some kind counts for, all else being equal: first what to do, then the words of the law.
pub(super) fn prior(kind: Kind) -> f32 {
    match kind {
        Kind::Guide => 1.2,
        Kind::Statute => 1.0,
        Kind::Station => 0.85,
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
        let prior = prior(Kind::Guide).max(prior(Kind::Station) * place * reach(Level::City));
        // A little more than the factors come to, so that no rounding can get above it.
        scale.most = Self::UNIT * 1.01 * prior * scale.shelves.iter().copied().fold(1.0, f32::max);
        scale
    }

    /// The least that a record of a kind has to come to, where the best comes to `best`. A station has few words, and
    /// scores less than a page for the same need.
    fn enough(&self, best: f32, kind: Kind) -> f32 {
        let share = if kind == Kind::Station { SHARE_OF_BEST / 2.0 } else { SHARE_OF_BEST };
        (best * share).max(self.least)
    }

    /// Records with a score below this come to less than `worth`, whatever they are. Nearly all records have some word of
    /// a question; this tells at once that they come to nothing. Never 0: those have none.
    fn least_score(&self, worth: f32) -> u32 {
        // A little less than the quotient, so that no rounding can get above it.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative; too large is all"
        )]
        let least = (worth / self.most * 0.999) as u32;
        least.max(1)
    }

    fn weigh(&self, number: u32, score: u32) -> f32 {
        let facts = self.engine.facts[number as usize];
        let on_shelf = self.shelves.get(facts.shelf as usize).copied().unwrap_or(1.0);
        let score = as_f32(score) * Self::UNIT * prior(facts.kind) * on_shelf;
        if !matches!(facts.kind, Kind::Station | Kind::Region) {
            return score;
        }
        let record = &self.engine.records[number as usize];
        let region = record.region.as_ref();
        let places = &self.question.places;
        let lies_there = region.is_some_and(|region| places.iter().any(|place| region.is_within(place)));
        let serves_it = lies_there && region.is_some_and(|region| places.contains(&region));
        if places.is_empty() && facts.kind == Kind::Station {
            let reach = region.map_or(1.0, |region| reach(region.level()));
            return score * self.place(false, false) * reach;
        }
        let beside = if lies_there { 1.0 } else { self.beside(record) };
        score * self.place(lies_there, serves_it) * beside
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

    /// What it rises by that lies near the place.
    fn beside(&self, record: &Record) -> f32 {
        let middle = self.question.places.first().and_then(|&place| self.engine.middle_of(place));
        let distance = middle.zip(record.location).map(|(middle, place)| middle.distance_m(place));
        #[expect(clippy::cast_possible_truncation, reason = "metres on earth")]
        let share = distance.map_or(0.0, |metres| (1.0 - metres as f32 / BESIDE_M).max(0.0));
        1.0 + BESIDE_THE_PLACE * share
    }
}

/// The best so many records.
struct Top<'a> {
    records: &'a [Record],
    most: usize,
    /// The worst of them on top. Scores are positive, and the bits of positive numbers are in their order.
    kept: BinaryHeap<(Reverse<u32>, &'a str, u32)>,
}

impl<'a> Top<'a> {
    fn new(records: &'a [Record], most: usize) -> Self {
        Self { records, most, kept: BinaryHeap::new() }
    }

    fn offer(&mut self, score: f32, number: u32) {
        let bits = Reverse(score.to_bits());
        // Most come to less than the worst that is kept: of those not even the name is looked up.
        let is_full = self.kept.len() >= self.most;
        if is_full && self.kept.peek().is_none_or(|worst| bits > worst.0) {
            return;
        }
        let offered = (bits, self.records[number as usize].id.as_str(), number);
        if !is_full {
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
