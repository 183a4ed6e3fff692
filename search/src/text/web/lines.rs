//! Phrases that are looked for in questions: sayings, words of dialects, names of places. Each is a line of text, and lies in
//! the file of terms where the pair of its first two characters is looked up anyway.

use std::collections::BTreeMap;

use super::Site;
use crate::knowledge;
use crate::record::{Kind, Record};
use crate::text::embedded::export::{self, Saying};
use crate::text::sound::is_han;

/// What has no pair of characters to lie with.
pub(super) struct Own {
    /// Words of one character, and the common word.
    pub(super) dialect: BTreeMap<String, String>,
    /// Phrases that begin in another script.
    pub(super) lines: Vec<String>,
}

/// Calls `take` with each line and the key of the term that it lies with.
pub(super) fn each(site: &Site<'_>, mut take: impl FnMut(u64, String)) {
    for (phrase, line) in phrases(site) {
        if let Some((first, second)) = opening(&phrase) {
            take(export::pair(first, second), line);
        }
    }
    for (code, line) in divisions(site) {
        take(export::word(&format!("@{code}")), line);
    }
}

/// The lines that [`each`] leaves out.
pub(super) fn without_a_file(site: &Site<'_>) -> Own {
    let single = |(word, _): &(&str, &str)| word.chars().nth(1).is_none();
    let mut lines: Vec<String> =
        phrases(site).filter(|(phrase, _)| opening(phrase).is_none()).map(|(_, line)| line).collect();
    lines.sort();
    lines.dedup();
    Own {
        dialect: knowledge::dialect()
            .filter(single)
            .map(|(word, common)| (word.to_owned(), common.to_owned()))
            .collect(),
        lines,
    }
}

/// The phrases of two characters and more, and their lines.
fn phrases<'a>(site: &'a Site<'_>) -> impl Iterator<Item = (String, String)> + 'a {
    let sayings =
        export::sayings(site.index).into_iter().map(|saying| (saying.form.clone(), of_saying(&saying)));
    let dialect =
        knowledge::dialect().map(|(word, common)| (word.to_owned(), format!("D\t{word}\t{common}")));
    let divisions: BTreeMap<_, _> = divisions(site).collect();
    let places = export::places(site.cards).into_iter();
    let places = places.filter_map(move |(name, code)| {
        let line = divisions.get(code.as_str())?.strip_prefix("@\t")?.to_owned();
        Some((name.clone(), format!("P\t{name}\t{line}")))
    });
    let all = sayings.chain(dialect).chain(places);
    all.filter(|(phrase, _)| phrase.chars().nth(1).is_some())
}

fn of_saying(saying: &Saying) -> String {
    let Saying { form, entry, is_own, law, weight, topic } = saying;
    let (topic, law) = (topic.as_deref().unwrap_or_default(), law.join("|"));
    let of = if *is_own { "S" } else { "K" };
    format!("{of}\t{form}\t{entry}\t{weight}\t{topic}\t{law}")
}

/// The lines of the divisions, by code: code, name, and where its middle is.
fn divisions<'a>(site: &'a Site<'_>) -> impl Iterator<Item = (String, String)> + 'a {
    let line = |record: &'a Record| {
        let code = record.region.as_ref().filter(|_| record.kind == Kind::Region)?.as_str().to_owned();
        let middle = record.location.map_or(String::new(), |at| format!("\t{}\t{}", at.lat(), at.lon()));
        let line = format!("@\t{code}\t{}{middle}", record.title);
        Some((code, line))
    };
    site.cards.iter().filter_map(line)
}

/// The pair that is looked up in any question with the phrase in it.
fn opening(phrase: &str) -> Option<(char, char)> {
    let mut chars = phrase.chars();
    let (first, second) = (chars.next()?, chars.next()?);
    (is_han(first) || is_han(second)).then_some((first, second))
}
