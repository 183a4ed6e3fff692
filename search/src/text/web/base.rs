//! What every question needs: characters and how many records have them, what the records are, weights and rules.

use std::collections::BTreeMap;

use serde::Serialize;

use super::order::Run;
use super::{Site, lines};
use crate::record::Kind;
use crate::text::MOST_ALSO;
use crate::text::danger;
use crate::text::embedded::Index;
use crate::text::embedded::export::{self, Form, KINDS, Weights};

/// The Chinese characters of a site, those that most records have first: places in it stand for characters.
pub(super) struct Alphabet {
    pub(super) chars: Vec<char>,
    pub(super) counts: Vec<u32>,
    places: BTreeMap<char, u32>,
}

/// How many files there are.
pub(super) struct Shape {
    pub(super) terms: usize,
    pub(super) cards: usize,
    /// The letters that there are completions for.
    pub(super) letters: String,
}

/// The file. Its fields are what `find.js` calls them.
#[derive(Serialize)]
struct Base<'a> {
    folder: &'a str,
    records: usize,
    terms: usize,
    cards: usize,
    together: usize,
    letters: &'a str,
    most: [usize; 3],
    candidates: usize,
    also: usize,
    chars: String,
    /// How many records have the first, and how many fewer each next.
    fewer: Vec<u32>,
    kinds: [Kind; KINDS.len()],
    shelves: &'a [String],
    runs: Vec<Run>,
    /// The divisions of the records that have one, from the first such record on.
    regions: Vec<(u32, Vec<&'a str>)>,
    weights: Weights,
    common: String,
    particles: String,
    place_words: &'static [&'static str],
    danger: Danger,
    dialect: BTreeMap<String, String>,
    lines: Vec<String>,
}

/// What danger sounds like.
#[derive(Serialize)]
struct Danger {
    harmless: Vec<&'static str>,
    signs: Vec<&'static str>,
    particles: String,
    whom: usize,
}

impl Alphabet {
    pub(super) fn of(index: &Index) -> Self {
        let mut all: Vec<(u32, char)> = Vec::new();
        export::each_term(index, |key, list| {
            if let Form::Single(c) = export::form(key) {
                all.push((list.len().try_into().unwrap_or(u32::MAX), c));
            }
        });
        all.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let places = (0..).zip(&all).map(|(place, &(_, c))| (c, place)).collect();
        let (counts, chars) = all.into_iter().unzip();
        Self { chars, counts, places }
    }

    pub(super) fn place(&self, c: char) -> Option<u32> {
        self.places.get(&c).copied()
    }
}

pub(super) fn file(site: &Site<'_>, alphabet: &Alphabet, shape: &Shape, digest: &str) -> Vec<u8> {
    let names = |name: fn(&crate::record::Record) -> &Option<String>| {
        let mut names: Vec<String> = site.cards.iter().filter_map(|card| name(card).clone()).collect();
        names.sort();
        names.dedup();
        names
    };
    let (shelves, wholes) = (names(|card| &card.topic), names(|card| &card.part_of));
    let (common, numerals, particles, place_words) = export::words();
    let own = lines::without_a_file(site);
    let mut before = alphabet.counts.first().copied().unwrap_or(0) * 2;
    let fewer = alphabet.counts.iter().map(|&count| std::mem::replace(&mut before, count) - count).collect();
    super::json(&Base {
        folder: digest,
        records: site.cards.len(),
        terms: shape.terms,
        cards: shape.cards,
        together: site.plan.together,
        letters: &shape.letters,
        most: site.plan.most,
        candidates: site.plan.candidates,
        also: MOST_ALSO,
        chars: alphabet.chars.iter().collect(),
        fewer,
        kinds: KINDS,
        runs: site.order.runs(site.cards, &shelves, &wholes),
        regions: regions(site),
        shelves: &shelves,
        weights: export::weights(),
        common: [common, numerals].concat(),
        particles: particles.iter().collect(),
        place_words,
        danger: Danger {
            harmless: danger::HARMLESS.split_whitespace().collect(),
            signs: danger::signs().collect(),
            particles: danger::PARTICLES.iter().collect(),
            whom: danger::WHOM,
        },
        dialect: own.dialect,
        lines: own.lines,
    })
}

/// The codes of divisions, by runs of neighbours that have one.
fn regions<'a>(site: &Site<'a>) -> Vec<(u32, Vec<&'a str>)> {
    let mut runs: Vec<(u32, Vec<&str>)> = Vec::new();
    for (place, &number) in (0..).zip(&site.order.records) {
        let Some(region) = &site.cards[number as usize].region else { continue };
        match runs.last_mut() {
            Some((first, codes)) if *first as usize + codes.len() == place as usize => {
                codes.push(region.as_str())
            }
            _ => runs.push((place, vec![region.as_str()])),
        }
    }
    runs
}
