//! Files of records: what is shown of a hit, and which characters stand in it.
//!
//! Lists of single characters would be long. Which of them a record has is told with the record instead, and looked at once
//! longer terms have led there: nothing is lost by it (decision 0019).

use serde::Serialize;

use super::base::Alphabet;
use super::{Site, beginning};
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

/// Level by level, with `!` between: for each character the step from the one before, in one sign or three.
fn written(levels: [Vec<u32>; LEVELS]) -> String {
    let mut text = String::new();
    for (at, mut places) in levels.into_iter().enumerate() {
        if at > 0 {
            text.push('!');
        }
        places.sort_unstable();
        let mut next = 0;
        for place in places {
            put_step(&mut text, place - next);
            next = place + 1;
        }
    }
    text.truncate(text.trim_end_matches('!').len());
    text
}

/// How many signs there are: those of ASCII from # on, without the backslash.
const SIGNS: u32 = 91;

fn put_step(text: &mut String, step: u32) {
    let sign = |number: u32| char::from_u32(0x23 + number + u32::from(number >= 0x5C - 0x23)).unwrap_or('#');
    if step < SIGNS - 1 {
        return text.push(sign(step));
    }
    text.extend([sign(SIGNS - 1), sign((step / SIGNS).min(SIGNS - 1)), sign(step % SIGNS)]);
}
