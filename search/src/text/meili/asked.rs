//! A question as Meilisearch is asked it: parts, and which records may answer.
//!
//! Start at [`parts`]. Meilisearch demands of a record that it has the rarest of the words it is given; lay questions are
//! long and hold words that no answer has. So it is given only the telling pieces, and beside them, as parts that count
//! for less, what the law calls it. What any part finds is found.

use super::settings::LOCALE;
use super::wire::{Part, PartOptions};
use crate::record::Kind;
use crate::text::embedded::{Form, Piece, Understood};
use crate::text::query::{Query, fold};

/// The longest text of a part, in characters: Meilisearch passes over all words after the tenth.
const MOST_CHARACTERS: usize = 24;

/// How many of the law's names are looked up.
const MOST_NAMES: usize = 4;

/// What the law's words for it count for, beside its own.
const LAW: f32 = 0.7;

/// What it counts for that a record is the very article that was named.
const ARTICLE: f32 = 2.0;

/// How much of the question a piece has to say to be looked up by itself, and how many are.
const ALONE: f32 = 0.1;
const MOST_ALONE: usize = 6;

/// Words of which a record needs the rarest; more are better.
const SOME: &str = "frequency";

/// Words of which a record needs every one.
const ALL: &str = "all";

/// Something to look up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    text: String,
    article: Option<u32>,
    strategy: &'static str,
    weight: f32,
}

/// The parts of a question; none where there is nothing to look up.
pub(super) fn parts(understood: &Understood<'_>) -> Vec<Wanted> {
    let own = understood.forms.iter().map(most_telling);
    let mut wanted: Vec<Wanted> = Vec::new();
    for text in own {
        let is_new = wanted.iter().all(|other| other.text != text);
        if is_new {
            wanted.push(Wanted { text, article: None, strategy: SOME, weight: 1.0 });
        }
    }
    wanted.extend(understood.forms.first().into_iter().flat_map(alone));
    let words = wanted.first().map(|own| own.text.clone()).unwrap_or_default();
    let law =
        understood.law.iter().map(|&(name, sure)| (plain(name), sure)).filter(|(name, _)| !name.is_empty());
    for (text, sure) in law.take(MOST_NAMES) {
        wanted.push(Wanted { text, article: None, strategy: ALL, weight: LAW * sure });
    }
    for &number in understood.articles.iter().take(2) {
        let article = Some(number);
        wanted.push(Wanted { text: number.to_string(), article, strategy: ALL, weight: ARTICLE / 2.0 });
        if !words.is_empty() {
            wanted.push(Wanted { text: words.clone(), article, strategy: SOME, weight: ARTICLE });
        }
    }
    wanted
}

impl Wanted {
    /// The part of a question to `index`, for those records that pass `filter`.
    pub(super) fn part<'a>(&'a self, index: &'a str, filter: Option<&str>) -> Part<'a> {
        let article = self.article.map(|number| format!("article = {number}"));
        Part {
            index_uid: index,
            q: &self.text,
            filter: both(article.as_deref(), filter),
            matching_strategy: self.strategy,
            locales: [LOCALE],
            federation_options: Some(PartOptions { weight: self.weight }),
            limit: None,
            show_ranking_score: false,
        }
    }

    /// What it counts for.
    pub(super) fn weight(&self) -> f32 {
        self.weight
    }
}

/// What a question leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    Kind,
    Topic,
    Region,
}

/// The records that may answer, as an expression; without one of its filters, to count what there is beside it.
pub(super) fn filter(query: &Query, without: Option<Dimension>) -> Option<String> {
    let keeps = |dimension| without != Some(dimension);
    let kind = query.kind.filter(|_| keeps(Dimension::Kind)).map(|kind| format!("kind = {}", name_of(kind)));
    let topic = query.topic.as_deref().filter(|_| keeps(Dimension::Topic));
    let topic = topic.map(|topic| format!("topic = {}", quoted(topic)));
    let region = query.region.as_ref().filter(|_| keeps(Dimension::Region));
    let region = region.map(|region| format!("(within = {} OR within NOT EXISTS)", quoted(region.as_str())));
    let all: Vec<String> = [kind, topic, region].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(" AND "))
}

/// What passes both.
pub(super) fn both(one: Option<&str>, other: Option<&str>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one} AND {other}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

/// A value in an expression. Slugs hold nothing that would have to be escaped, but nobody has to know that here.
pub(super) fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

fn name_of(kind: Kind) -> String {
    serde_json::to_string(&kind).expect("a kind is a word")
}

/// The pieces that say a good part of the question by themselves: a record that has one of them only is found too.
fn alone(form: &Form) -> impl Iterator<Item = Wanted> {
    let all: u32 = form.0.iter().map(|piece| piece.worth).sum();
    let share = move |piece: &Piece| as_f32(piece.worth) / as_f32(all.max(1));
    let several = form.0.len() > 1;
    let mut telling: Vec<&Piece> = form.0.iter().filter(|piece| several && share(piece) >= ALONE).collect();
    telling.sort_by_key(|piece| std::cmp::Reverse(piece.worth));
    telling.into_iter().take(MOST_ALONE).map(move |piece| {
        let text = piece.text.clone();
        Wanted { text, article: None, strategy: SOME, weight: share(piece) }
    })
}

#[expect(clippy::cast_precision_loss, reason = "a share: seven digits are plenty")]
fn as_f32(worth: u32) -> f32 {
    worth as f32
}

/// The pieces of a form that tell most, in their order.
fn most_telling(form: &Form) -> String {
    let mut order: Vec<usize> = (0..form.0.len()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(form.0[at].worth), at));
    let mut left = MOST_CHARACTERS;
    let mut kept: Vec<usize> = Vec::new();
    for at in order {
        let length = form.0[at].text.chars().count();
        if kept.is_empty() || length <= left {
            left = left.saturating_sub(length);
            kept.push(at);
        }
    }
    kept.sort_unstable();
    kept.into_iter().map(|at| form.0[at].text.as_str()).collect::<Vec<_>>().join(" ")
}

/// A name without what means something to Meilisearch: quotes and signs.
fn plain(name: &str) -> String {
    let plain: String =
        name.chars().filter_map(fold).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::QueryText;

    #[test]
    fn a_filter_says_what_may_answer_and_leaves_out_what_is_counted() {
        let mut query = Query::new(QueryText::new("离婚").unwrap(), 10);
        assert_eq!(filter(&query, None), None);
        query.kind = Some(Kind::CaseDigest);
        query.topic = Some("a\"b".to_owned());
        query.region = Some("990121".parse().unwrap());
        let all =
            "kind = \"case_digest\" AND topic = \"a\\\"b\" AND (within = \"990121\" OR within NOT EXISTS)";
        assert_eq!(filter(&query, None).unwrap(), all);
        assert_eq!(filter(&query, Some(Dimension::Region)).unwrap(), all.rsplit_once(" AND ").unwrap().0);
        assert!(filter(&query, Some(Dimension::Kind)).unwrap().starts_with("topic"));
    }

    #[test]
    fn a_long_question_keeps_its_most_telling_pieces_in_their_order() {
        let piece = |text: &str, worth| Piece { text: text.to_owned(), worth };
        let form =
            Form(vec![piece("保护令", 9), piece(&"长".repeat(20), 1), piece("材料", 5), piece("多少钱", 2)]);
        assert_eq!(most_telling(&form), "保护令 材料 多少钱");
        assert_eq!(most_telling(&Form(vec![piece(&"长".repeat(40), 1)])).chars().count(), 40);
    }

    #[test]
    fn names_of_the_law_are_never_read_as_orders() {
        assert_eq!(plain("“人身\"-安全 保护令"), "人身  安全 保护令");
        assert_eq!(plain("《》"), "");
    }
}
