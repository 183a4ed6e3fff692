//! What a question means, for an engine beside this one that finds records in its own way.
//!
//! Start at [`Embedded::understand`]: danger, places, shelves, misspellings and the thesaurus are understood here once,
//! whichever engine looks the records up. That engine says what it found as [`Found`], and [`Embedded::describe`] makes
//! hits of it. Nothing here finds a record.

use std::collections::{BTreeMap, BTreeSet};

use super::question::{Question, Wanted, forms_of_saying};
use super::rank::{Ranked, Ranking};
use super::terms::{Shape, scan, shape};
use super::{Embedded, meant};
use crate::coord::Coord;
use crate::record::{Facets, Record, ThesaurusEntry};
use crate::region::RegionCode;
use crate::text::Results;
use crate::text::query::Query;

/// A question that has been understood.
#[derive(Debug)]
pub(crate) struct Understood<'a> {
    /// The forms in which it can be looked up: as asked, without little words, as it was probably meant.
    pub(crate) forms: Vec<Form>,
    /// What the law calls it, each name once, and how surely.
    pub(crate) law: Vec<(&'a str, f32)>,
    /// The shelves it points at, by slug, and how surely.
    pub(crate) topics: Vec<(&'a str, f32)>,
    /// The divisions it names.
    pub(crate) places: Vec<&'a RegionCode>,
    /// Whether it looks for a place to go.
    pub(crate) wants_place: bool,
    /// The numbers of articles it names.
    pub(crate) articles: Vec<u32>,
    meant: Option<String>,
    question: Question<'a>,
}

/// The telling pieces of a question, in the order in which they stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form(pub(crate) Vec<Piece>);

/// A piece of a question that stands in some record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// Comparable within one question.
    pub(crate) worth: u32,
}

/// What was found, by the places of records in their order.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// From the query's offset on, best first.
    pub(crate) best: Vec<Best>,
    pub(crate) total: usize,
    pub(crate) facets: Facets,
    pub(crate) topics: BTreeMap<String, usize>,
    pub(crate) regions: BTreeMap<RegionCode, usize>,
}

/// A record that was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Best {
    pub(crate) number: u32,
    pub(crate) score: f32,
    /// The next best parts of the same whole.
    pub(crate) also: Vec<u32>,
    /// How many more there are.
    pub(crate) more: usize,
}

impl Embedded {
    /// The records, in the order that gives them their numbers.
    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    /// What people say, and what the law calls it.
    pub(crate) fn thesaurus(&self) -> &[ThesaurusEntry] {
        &self.index.thesaurus
    }

    /// The middle of a division, where distances are told from.
    pub(crate) fn middle(&self, region: &RegionCode) -> Option<Coord> {
        self.middle_of(region)
    }

    /// Understands a question. There is nothing to look up where it has no forms and no law.
    pub(crate) fn understand(&self, query: &Query) -> Understood<'_> {
        let text = query.text.as_str();
        let meant = meant::meant(self, text);
        let question = Question::read(text, meant.as_deref(), self);
        let mut texts = forms_of_saying(text);
        texts.extend(meant.clone());
        let mut forms: Vec<Form> = texts.iter().map(|text| self.form(text, &question.telling())).collect();
        forms.retain(|form| !form.0.is_empty());
        let mut seen = BTreeSet::new();
        forms.retain(|form| seen.insert(form.text()));
        let said = texts.iter().flat_map(|text| self.sayings.found_in(text));
        let said: BTreeSet<u32> = said.map(|said| said.entry).collect();
        Understood {
            forms,
            law: law_of(said.iter().filter_map(|&entry| self.index.thesaurus.get(entry as usize))),
            topics: question.topics.clone(),
            places: question.places.clone(),
            wants_place: question.wants_place,
            articles: article_numbers(text),
            meant,
            question,
        }
    }

    /// Makes hits of what was found.
    pub(crate) fn describe(&self, query: &Query, understood: Understood<'_>, found: Found) -> Results {
        let Found { best, total, facets, topics, regions } = found;
        let ranked = |Best { number, score, also, more }| Ranked { score, number, also, more };
        let best = best.into_iter().map(ranked).collect();
        let nearest = if total == 0 { self.nearest(&understood.question) } else { Vec::new() };
        let ranking = Ranking { best, total, facets, topics, regions, nearest };
        self.tell(query, understood.meant, &understood.question, ranking)
    }

    /// The pieces of `text` that are made of telling terms which stand in some record. Neighbours that stand together
    /// in no record belong to two words.
    fn form(&self, text: &str, telling: &[Wanted]) -> Form {
        let mut found: Vec<(usize, usize, u32)> = Vec::new();
        scan(text, |term| {
            if let Ok(at) = telling.binary_search_by_key(&term.key, |wanted| wanted.key)
                && self.index.terms.count(term.key) > 0
                && term.article.is_none()
            {
                // A character that stands alone says as much as its neighbours leave it.
                let alone = matches!(shape(term.key), Shape::Single(_));
                found.push((term.start, term.end, if alone { 1 } else { telling[at].worth }));
            }
        });
        found.sort_unstable();
        let mut runs: Vec<(usize, usize, u32)> = Vec::new();
        for (start, end, worth) in found {
            match runs.last_mut() {
                Some(run) if start < run.1 => *run = (run.0, run.1.max(end), run.2 + worth),
                _ => runs.push((start, end, worth)),
            }
        }
        let piece =
            |(start, end, worth): (usize, usize, u32)| Piece { text: text[start..end].to_owned(), worth };
        Form(runs.into_iter().map(piece).collect())
    }
}

impl Understood<'_> {
    /// Whether there is nothing to look up.
    pub(crate) fn is_nothing(&self) -> bool {
        self.forms.is_empty() && self.law.is_empty() && self.articles.is_empty()
    }
}

impl Form {
    /// The pieces side by side.
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// The names that entries give, the surest first, each once.
fn law_of<'a>(entries: impl Iterator<Item = &'a ThesaurusEntry>) -> Vec<(&'a str, f32)> {
    let names = entries.flat_map(|entry| entry.law.iter().map(|name| (name.as_str(), entry.weight)));
    let mut names: Vec<(&str, f32)> = names.collect();
    names.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut seen = BTreeSet::new();
    names.retain(|(name, _)| seen.insert(*name));
    names
}

/// The numbers of the articles that a text names, however they are written.
pub(crate) fn article_numbers(text: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    scan(text, |term| numbers.extend(term.article));
    numbers
}
