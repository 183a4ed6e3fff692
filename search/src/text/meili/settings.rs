//! How an index of Meilisearch is set up: what is searched in which order, what counts more, what is said for what.
//!
//! Everything is Chinese (`cmn`), on both sides: otherwise Meilisearch guesses the language of each short text, and takes
//! some for Japanese.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::record::ThesaurusEntry;
use crate::text::query::normalised;

/// The language of texts and questions, as Meilisearch names it.
pub(super) const LOCALE: &str = "cmn";

/// Most values that a facet can have: more than the country has townships.
const MOST_FACETS: usize = 100_000;

/// The furthest hit. Beyond it nobody reads, and Meilisearch would have to rank everything.
pub(super) const FURTHEST: usize = 10_000;

/// Fields that are searched, the most telling first.
const SEARCHED: [&str; 8] = ["title", "asked", "keywords", "summary", "heading", "text", "article", "name"];

/// Fields that answers are filtered and counted by.
const FILTERED: [&str; 7] = ["kind", "topic", "countedIn", "within", "partOf", "article", "release"];

/// What counts, the most first. Last come the numbers of records, so that equals stand in the order of their ids.
const RULES: [&str; 6] = ["words", "typo", "attribute", "proximity", "exactness", "number:asc"];

/// Words that stand in any question and say nothing about which.
const STOP_WORDS: &str = "的 了 吗 呢 吧 啊 呀 嘛 么 我 你 他 她 它 您 俺 咱 我们 你们 他们 她们 咱们 是 在 有 和 与 及 或 就 都 也 还 又 再 \
    把 被 给 对 向 从 到 让 叫 跟 很 太 会 能 可以 要 想 应该 得 这 那 哪 谁 几 多少 请问 一个 一下 些 为 因 所 如何 怎么 怎样 怎么办 什么 为什么 办 说 \
    去 来 上 下 里 不 没 没有 过 着";

/// The settings of an index, as the server takes them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IndexSettings {
    searchable_attributes: [&'static str; 8],
    displayed_attributes: [&'static str; 1],
    filterable_attributes: [&'static str; 7],
    sortable_attributes: [&'static str; 0],
    ranking_rules: [&'static str; 6],
    stop_words: BTreeSet<&'static str>,
    synonyms: BTreeMap<String, BTreeSet<String>>,
    localized_attributes: [Localized; 1],
    typo_tolerance: Typos,
    pagination: Pagination,
    faceting: Faceting,
    prefix_search: &'static str,
    facet_search: bool,
    proximity_precision: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Localized {
    attribute_patterns: [&'static str; 1],
    locales: [&'static str; 1],
}

/// A Chinese word has no spelling to get wrong: words that sound alike are understood before Meilisearch is asked. Words
/// of other scripts have one; numbers of articles and telephones are right or wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Typos {
    enabled: bool,
    #[serde(rename = "minWordSizeForTypos")]
    from: TypoSizes,
    disable_on_numbers: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct TypoSizes {
    one_typo: u8,
    two_typos: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    max_total_hits: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Faceting {
    max_values_per_facet: usize,
}

impl IndexSettings {
    /// The settings for a site that says what is in `thesaurus`.
    pub(super) fn new(thesaurus: &[ThesaurusEntry]) -> Self {
        Self {
            searchable_attributes: SEARCHED,
            displayed_attributes: ["id"],
            filterable_attributes: FILTERED,
            sortable_attributes: [],
            ranking_rules: RULES,
            stop_words: STOP_WORDS.split_whitespace().collect(),
            synonyms: synonyms(thesaurus),
            localized_attributes: [Localized { attribute_patterns: ["*"], locales: [LOCALE] }],
            typo_tolerance: Typos {
                enabled: true,
                from: TypoSizes { one_typo: 5, two_typos: 9 },
                disable_on_numbers: true,
            },
            pagination: Pagination { max_total_hits: FURTHEST },
            faceting: Faceting { max_values_per_facet: MOST_FACETS },
            // Half a Chinese word is another word.
            prefix_search: "disabled",
            facet_search: false,
            proximity_precision: "byWord",
        }
    }
}

/// What the law calls what people say; not the other way round, because a question in the law's words means them.
fn synonyms(thesaurus: &[ThesaurusEntry]) -> BTreeMap<String, BTreeSet<String>> {
    let mut synonyms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in thesaurus {
        for say in entry.say.iter().map(|say| normalised(say)).filter(|say| !say.is_empty()) {
            let mut names: Vec<String> = entry.law.iter().map(|name| normalised(name)).collect();
            names.retain(|name| *name != say);
            synonyms.entry(say).or_default().extend(names);
        }
    }
    synonyms.retain(|_, names| !names.is_empty());
    synonyms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_leads_to_the_law_and_not_back() {
        let entry = |say: &[&str], law: &[&str]| ThesaurusEntry {
            say: say.iter().map(|&say| say.to_owned()).collect(),
            law: law.iter().map(|&law| law.to_owned()).collect(),
            topic: None,
            weight: 1.0,
        };
        let settings = IndexSettings::new(&[
            entry(&["打我", "家暴"], &["家庭暴力"]),
            entry(&["家暴"], &["人身安全保护令", "家暴"]),
        ]);
        let settings = serde_json::to_value(settings).unwrap();
        assert_eq!(
            settings["synonyms"],
            serde_json::json!({"家暴": ["人身安全保护令", "家庭暴力"], "打我": ["家庭暴力"]})
        );
        assert_eq!(settings["displayedAttributes"], serde_json::json!(["id"]));
        assert_eq!(settings["localizedAttributes"][0]["locales"], serde_json::json!(["cmn"]));
    }
}
