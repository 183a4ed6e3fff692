//! What the search in the browser is made of: the lists of an index, its phrases, and the weights of questions and ranks.
//!
//! Everything here is handed out as it is; [`crate::text::web`] puts it into files. Nothing here decides anything, so the
//! browser can't come to weigh a word otherwise than the engine does.

use serde::Serialize;

use super::bytes::Sum;
use super::index::Index;
use super::phrases::{self, Phrase};
use super::question::{self, forms_of_saying};
pub(in crate::text) use super::terms::Shape as Form;
use super::terms::{self, Key};
use super::{place_names, rank, spelling};
use crate::knowledge;
use crate::record::{Kind, Record};
use crate::region::RegionCode;

/// The weights of questions and ranks, by the names that the script reads them by.
#[derive(Debug, Serialize)]
pub(in crate::text) struct Weights {
    expansion: f32,
    shipped: f32,
    made: f32,
    enough: f32,
    article: f32,
    other_records: f64,
    /// The usual share of records: little characters, other characters, pairs of two little ones, of one, of none; words.
    usual: [f64; 6],
    share_of_best: f32,
    share_of_question: f32,
    for_a_place: f32,
    in_the_place: f32,
    of_the_place: f32,
    beside_the_place: f32,
    beside_m: f32,
    lent: u32,
    on_the_shelf: f32,
    priors: [f32; KINDS.len()],
    known_pair: f32,
    unknown_pair: f32,
    across_a_blank: f32,
    common_character: f32,
    rare_reading: f32,
    most_characters: usize,
}

/// In the order in which the script numbers them.
pub(in crate::text) const KINDS: [Kind; 9] = [
    Kind::Guide,
    Kind::CaseDigest,
    Kind::Statute,
    Kind::Article,
    Kind::Station,
    Kind::Region,
    Kind::Topic,
    Kind::Campaign,
    Kind::Page,
];

/// A lay phrase in one of the forms in which it is looked for, and what the law calls it.
#[derive(Debug, Clone)]
pub(in crate::text) struct Saying {
    pub(in crate::text) form: String,
    /// Phrases of one entry count once.
    pub(in crate::text) entry: usize,
    /// Whether the site's editors wrote it.
    pub(in crate::text) is_own: bool,
    pub(in crate::text) law: Vec<String>,
    pub(in crate::text) weight: f32,
    pub(in crate::text) topic: Option<String>,
}

/// What a phrase that can be completed or meant is.
#[derive(Debug, Clone)]
pub(in crate::text) struct Known<'a> {
    pub(in crate::text) text: &'a str,
    /// The record whose page it names or whose question it is.
    pub(in crate::text) record: Option<u32>,
    pub(in crate::text) completes: bool,
    /// Whether it is of the street rather than of the site.
    pub(in crate::text) is_lay: bool,
}

/// The weights.
pub(in crate::text) fn weights() -> Weights {
    let usual = [
        terms::single('的'),
        terms::single('婚'),
        terms::pair('的', '了'),
        terms::pair('的', '婚'),
        terms::pair('婚', '姻'),
        terms::word("a".chars()),
    ];
    Weights {
        expansion: question::EXPANSION,
        shipped: question::SHIPPED,
        made: question::MADE,
        enough: question::ENOUGH,
        article: question::ARTICLE,
        other_records: question::OTHER_RECORDS,
        usual: usual.map(question::usual_share),
        share_of_best: rank::SHARE_OF_BEST,
        share_of_question: rank::SHARE_OF_QUESTION,
        for_a_place: rank::FOR_A_PLACE,
        in_the_place: rank::IN_THE_PLACE,
        of_the_place: rank::OF_THE_PLACE,
        beside_the_place: rank::BESIDE_THE_PLACE,
        beside_m: rank::BESIDE_M,
        lent: rank::LENT,
        on_the_shelf: rank::ON_THE_SHELF,
        priors: KINDS.map(rank::prior),
        known_pair: spelling::KNOWN_PAIR,
        unknown_pair: spelling::UNKNOWN_PAIR,
        across_a_blank: spelling::ACROSS_A_BLANK,
        common_character: spelling::COMMON,
        rare_reading: spelling::RARE_READING,
        most_characters: spelling::MOST_CHARACTERS,
    }
}

/// How many records an index is of.
pub(in crate::text) fn records(index: &Index) -> u32 {
    index.records
}

/// What a key stands for.
pub(in crate::text) fn form(key: Key) -> Form {
    terms::shape(key)
}

/// The key of two characters side by side.
pub(in crate::text) fn pair(first: char, second: char) -> Key {
    terms::pair(first, second)
}

/// The key of a word.
pub(in crate::text) fn word(word: &str) -> Key {
    terms::word(word.chars())
}

/// What a record of some kind counts for.
pub(in crate::text) fn prior(kind: Kind) -> f32 {
    rank::prior(kind)
}

/// A sum over parts.
pub(in crate::text) fn sum<'a>(parts: impl Iterator<Item = &'a [u8]>) -> u64 {
    parts.fold(Sum::new(), Sum::add).value()
}

/// The letters or digits that typing a phrase may begin with.
pub(in crate::text) fn first_letters(text: &str) -> Vec<u8> {
    phrases::typed_chars(text).next().map(phrases::letters).unwrap_or_default()
}

/// How frequent what `count` records have is, in 24ths of the natural logarithm.
pub(in crate::text) fn logarithm(count: usize) -> u8 {
    #[expect(clippy::cast_precision_loss, reason = "a count of records")]
    let parts = libm::log(count as f64 + 1.0) * 24.0 + 0.5;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
    let parts = parts.min(255.0) as u8;
    parts
}

/// What a term is worth that `count` of `all` records have.
pub(in crate::text) fn worth(key: Key, count: u32, all: u32) -> f32 {
    question::rarity(count, all, question::usual_share(key))
}

/// Little characters, numerals, the particles of verbs, and the words of somebody who looks for a place.
pub(in crate::text) fn words() -> (&'static str, &'static str, &'static [char], &'static [&'static str]) {
    (question::COMMON, question::NUMERALS, question::PARTICLES, question::PLACE_WORDS)
}

/// Calls `take` with every term in order, and the records that it leads to, each with its mark.
pub(in crate::text) fn each_term(index: &Index, mut take: impl FnMut(Key, &[(u32, u8)])) {
    let mut list = Vec::new();
    for (key, _) in index.terms.keys_below(Key::MAX) {
        list.clear();
        if let Some(all) = index.terms.list(&index.file, key) {
            all.each(|number, mark| list.push((number, mark)));
        }
        take(key, &list);
    }
}

/// Whether looking up a name of the law can lead anywhere: it has more than single characters that stand in some record.
fn leads_somewhere(index: &Index, name: &str) -> bool {
    let mut found = false;
    terms::scan(name, |term| {
        found |= !matches!(terms::shape(term.key), Form::Single(_)) && index.terms.count(term.key) > 0;
    });
    found
}

/// Every lay phrase, in each form in which it is looked for: the site's own, then those that ship with the engine
/// and lead anywhere here.
pub(in crate::text) fn sayings(index: &Index) -> Vec<Saying> {
    let own = index
        .thesaurus
        .iter()
        .map(|entry| (true, entry.say.clone(), entry.law.clone(), entry.weight, entry.topic.clone()));
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let shipped = knowledge::sayings()
        .iter()
        .map(|saying| (false, owned(&saying.say), owned(&saying.law), saying.weight, None));
    let mut all = Vec::new();
    for (entry, (is_own, say, law, weight, topic)) in own.chain(shipped).enumerate() {
        if !is_own && !law.iter().any(|name| leads_somewhere(index, name)) {
            continue;
        }
        let forms = say.iter().flat_map(|say| forms_of_saying(say));
        all.extend(forms.map(|form| Saying {
            form,
            entry,
            is_own,
            law: law.clone(),
            weight,
            topic: topic.clone(),
        }));
    }
    all
}

/// What people call the divisions of a site.
pub(in crate::text) fn places(records: &[Record]) -> Vec<(String, RegionCode)> {
    records.iter().flat_map(place_names).collect()
}

/// What can be completed or meant, the most useful first.
pub(in crate::text) fn known<'a>(index: &'a Index, records: &'a [Record]) -> Vec<Known<'a>> {
    let known = |&phrase: &Phrase| {
        Some(Known {
            text: phrase.text(records, &index.thesaurus)?,
            record: phrase.record(),
            completes: phrase.completes(),
            is_lay: matches!(phrase, Phrase::Say(..)),
        })
    };
    index.phrases.iter().filter_map(known).collect()
}
