//! Files of records: what is shown of a hit, and which characters stand in it.
//!
//! Lists of single characters would be long. Which of them a record has is told with the record instead, and looked at once
//! longer terms have led there: nothing is lost by it (decision 0019).

use serde::Serialize;

use super::base::Alphabet;
use super::{Site, beginning, signs};
use crate::record::{Kind, Record};
use crate::text::embedded::export::{self, Form};

/// A character that tells less is not told of.
const TELLING: f32 = 1.0;

/// Marks are told in so many levels.
const LEVELS: usize = 8;

/// A record. Its fields are what `find.js` calls them; empty ones are left out.
#[derive(Serialize)]
struct Card<'a> {
    i: &'a str,
    t: &'a str,
    u: &'a str,
    /// Heading.
    #[serde(skip_serializing_if = "str::is_empty")]
    h: &'a str,
    /// Summary.
    #[serde(skip_serializing_if = "str::is_empty")]
    s: &'a str,
    /// First step.
    #[serde(skip_serializing_if = "str::is_empty")]
    f: &'a str,
    /// The beginning of the text.
    #[serde(skip_serializing_if = "str::is_empty")]
    x: &'a str,
    /// The whole that it is a part of: id, title, address.
    #[serde(skip_serializing_if = "Option::is_none")]
    w: Option<[&'a str; 3]>,
    /// Where it is: latitude, longitude.
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<[f64; 2]>,
    /// The places of the articles that it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    r: Vec<u32>,
    /// Its characters.
    c: String,
}

pub(super) fn files(site: &Site<'_>, alphabet: &Alphabet) -> Vec<Vec<u8>> {
    let mut chars = characters(site, alphabet);
    let mut ids: Vec<(&str, u32)> =
        (0..).zip(site.cards).map(|(number, card)| (card.id.as_str(), number)).collect();
    ids.sort_unstable();
    let find = |id: &str| Some(ids[ids.binary_search_by(|known| known.0.cmp(id)).ok()?].1);
    let card = |&number: &u32| {
        let record = &site.cards[number as usize];
        let whole = record.part_of.as_deref().and_then(find).map(|number| &site.cards[number as usize]);
        let articles = record.rests_on.iter().filter_map(|id| find(id));
        let articles = articles.filter(|&number| site.cards[number as usize].kind == Kind::Article);
        Card {
            i: &record.id,
            t: &record.title,
            u: &record.url,
            h: &record.heading,
            s: &record.summary,
            f: &record.first_step,
            x: beginning(&record.text, site.plan.text),
            w: whole.map(|whole: &Record| [whole.id.as_str(), &whole.title, &whole.url]),
            p: record.location.filter(|_| record.kind == Kind::Station).map(|at| [at.lat(), at.lon()]),
            r: articles.map(|number| site.order.places[number as usize]).collect(),
            c: written(std::mem::take(&mut chars[number as usize])),
        }
    };
    let cards: Vec<Card<'_>> = site.order.records.iter().map(card).collect();
    cards.chunks(site.plan.together).map(|some| super::json(&some)).collect()
}

/// The telling characters of each record: the character's place in the alphabet, by level.
fn characters(site: &Site<'_>, alphabet: &Alphabet) -> Vec<[Vec<u32>; LEVELS]> {
    let mut all = vec![<[Vec<u32>; LEVELS]>::default(); site.cards.len()];
    let records = export::records(site.index);
    export::each_term(site.index, |key, list| {
        let Form::Single(c) = export::form(key) else { return };
        let count = list.len().try_into().unwrap_or(u32::MAX);
        if export::worth(key, count, records) < TELLING {
            return;
        }
        let Some(place) = alphabet.place(c) else { return };
        for &(number, mark) in list {
            all[number as usize][usize::from(mark) * LEVELS / 256].push(place);
        }
    });
    all
}

/// Level by level, with `!` between.
fn written(levels: [Vec<u32>; LEVELS]) -> String {
    let mut text = String::new();
    for (at, mut places) in levels.into_iter().enumerate() {
        if at > 0 {
            text.push('!');
        }
        places.sort_unstable();
        text.push_str(&signs::steps(&places));
    }
    text.truncate(text.trim_end_matches('!').len());
    text
}
