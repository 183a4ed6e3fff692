//! What ships with the engine: which questions people ask that articles of national law answer, and what people say for
//! what the law calls otherwise.
//!
//! Start at [`questions`] and [`sayings`]. The files lie in `search/knowledge/`, written by hand (their README says how);
//! they are compiled in, so that any text of these statutes is found by them, whoever published it. What a site's editors
//! write in `content/` comes on top. Nothing here knows of scores.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::numeral::first_article;

/// The files of questions: statute, article, marks, questions.
const ASKED: &[&str] = &[
    include_str!("../knowledge/asked/contract.tsv"),
    include_str!("../knowledge/asked/crime.tsv"),
    include_str!("../knowledge/asked/family.tsv"),
    include_str!("../knowledge/asked/labour.tsv"),
    include_str!("../knowledge/asked/procedure.tsv"),
    include_str!("../knowledge/asked/property.tsv"),
    include_str!("../knowledge/asked/torts.tsv"),
];

/// Sayings, terms of the law, and how sure.
const SAY: &str = include_str!("../knowledge/say.tsv");

/// Words of dialects, and what they are in common speech.
const DIALECT: &str = include_str!("../knowledge/dialect.tsv");

/// What parts several questions, marks or sayings in one column.
const PARTED_BY: char = '|';

/// Lay phrases and the terms of the law for the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Saying {
    /// What people say.
    pub say: Vec<&'static str>,
    /// What the law calls it.
    pub law: Vec<&'static str>,
    /// How sure, from 0.1 to 1.
    pub weight: f32,
}

/// What is asked of one article.
struct Article {
    /// 1079, or 133-1 for 第一百三十三条之一.
    number: &'static str,
    /// Pieces of its text that stand in no other article of the statute: they tell it after a renumbering.
    marks: Vec<&'static str>,
    questions: Vec<&'static str>,
}

/// The articles by the plain name of their statute.
static STATUTES: LazyLock<BTreeMap<String, Vec<Article>>> = LazyLock::new(|| {
    let mut statutes: BTreeMap<String, Vec<Article>> = BTreeMap::new();
    for line in ASKED.iter().flat_map(|file| file.lines()) {
        if let [statute, number, marks, questions] = *line.split('\t').collect::<Vec<_>>() {
            let article = Article { number, marks: pieces(marks), questions: pieces(questions) };
            statutes.entry(plain_name(statute)).or_default().push(article);
        }
    }
    statutes
});

static SAYINGS: LazyLock<Vec<Saying>> = LazyLock::new(|| {
    let saying = |line: &'static str| match *line.split('\t').collect::<Vec<_>>() {
        [say, law, weight] => {
            Some(Saying { say: pieces(say), law: pieces(law), weight: weight.parse().ok()? })
        }
        _ => None,
    };
    SAY.lines().filter_map(saying).collect()
});

/// By their first character.
static COMMON_WORDS: LazyLock<BTreeMap<&'static str, &'static str>> =
    LazyLock::new(|| DIALECT.lines().filter_map(|line| line.split_once('\t')).collect());

/// The longest word of a dialect that is known, in characters.
const LONGEST_DIALECT: usize = 6;

/// All characters of what ships with the engine: those of everyday speech.
pub(crate) fn characters() -> impl Iterator<Item = char> {
    ASKED.iter().chain([&SAY, &DIALECT]).flat_map(|file| file.chars())
}

/// The words of dialects that are known, each with the common word for it.
pub(crate) fn dialect() -> impl Iterator<Item = (&'static str, &'static str)> {
    COMMON_WORDS.iter().map(|(&word, &common)| (word, common))
}

/// A question in common speech; `None` where there is nothing of a dialect in it.
pub(crate) fn in_common_words(text: &str) -> Option<String> {
    let mut common = String::new();
    let mut rest = text;
    let mut changed = false;
    while let Some(first) = rest.chars().next() {
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST_DIALECT);
        let words = ends.filter_map(|end| Some((end, *COMMON_WORDS.get(&rest[..end])?)));
        let (end, word) = words.last().unwrap_or((first.len_utf8(), &rest[..first.len_utf8()]));
        changed |= word != &rest[..end];
        common.push_str(word);
        rest = &rest[end..];
    }
    changed.then_some(common)
}

/// What people ask that an article answers; nothing for one that is not known.
///
/// `statute` is its title in any of the usual forms: with or without 中华人民共和国, in 《》, with a date or with the number of
/// the article after it. `number` is the article's, where it is known: `1079`, `133-1`. The text decides: an article that
/// has been renumbered is known by its words, and one whose words have changed beyond recognition is not taken for the
/// old one. Where there is no text, the number is believed.
pub fn questions(statute: &str, number: Option<&str>, text: &str) -> &'static [&'static str] {
    let Some((articles, is_exact)) = articles_of(&plain_name(statute)) else { return &[] };
    let has_mark = |article: &&Article| article.marks.iter().any(|mark| text.contains(mark));
    let numbered = articles.iter().find(|article| Some(article.number) == number);
    let is_it =
        |article: &&Article| has_mark(article) || is_exact && (text.is_empty() || article.marks.is_empty());
    let found = numbered.filter(is_it).or_else(|| articles.iter().find(has_mark));
    found.map_or(&[], |article| &article.questions)
}

/// The articles of a statute, and whether it has exactly this name; some titles go on with a book or a chapter.
fn articles_of(name: &str) -> Option<(&'static [Article], bool)> {
    if let Some(articles) = STATUTES.get(name) {
        return Some((articles, true));
    }
    let ends = name.char_indices().map(|(at, _)| at).skip(2);
    let longest = ends.filter_map(|end| STATUTES.get(&name[..end])).last()?;
    Some((longest, false))
}

/// The number of the first article that a text or a title names, as [`questions`] takes it.
pub fn article_number(text: &str) -> Option<String> {
    first_article(text)
}

/// Lay speech and the law's, beside what a site's own thesaurus has.
pub fn sayings() -> &'static [Saying] {
    &SAYINGS
}

fn pieces(column: &'static str) -> Vec<&'static str> {
    column.split(PARTED_BY).filter(|piece| !piece.is_empty()).collect()
}

/// The name of a statute as it is compared: 民法典 for 《中华人民共和国民法典》第一千零七十九条 and 中华人民共和国民法典(2020-05-28).
fn plain_name(title: &str) -> String {
    let title = without_article(title.trim());
    let title = title.replace("中华人民共和国", "").replace(['(', '（'], "（").replace([')', '）'], "）");
    let mut name: String =
        title.chars().filter(|c| !matches!(c, '《' | '》' | '〈' | '〉') && !c.is_whitespace()).collect();
    // (2020-05-28), (2018修正) are versions; （一） is part of the name.
    if name.ends_with('）')
        && let Some(at) = name.rfind('（')
        && name[at..].chars().nth(1).is_some_and(|c| c.is_ascii_digit())
    {
        name.truncate(at);
    }
    name
}

/// A title without the number of an article at its end, and what follows that.
fn without_article(title: &str) -> &str {
    let is_digit = |c: char| c.is_ascii_digit() || "零〇一二三四五六七八九十百千".contains(c);
    let mut numbers = title.match_indices('第').filter(|(at, _)| {
        let rest = title[at + '第'.len_utf8()..].trim_start_matches(is_digit);
        *at > 0 && rest.starts_with('条') && rest.len() < title.len() - at - '第'.len_utf8()
    });
    numbers.next_back().map_or(title, |(at, _)| &title[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_files_is_read() {
        let lines: usize = ASKED.iter().map(|file| file.lines().count()).sum();
        assert_eq!(STATUTES.values().map(Vec::len).sum::<usize>(), lines);
        assert_eq!(SAYINGS.len(), SAY.lines().count());
        for saying in sayings() {
            assert!((0.1..=1.0).contains(&saying.weight) && !saying.law.is_empty(), "{saying:?}");
        }
        for article in STATUTES.values().flatten() {
            assert!(!article.questions.is_empty(), "{}", article.number);
            assert!(article.number.chars().all(|c| c.is_ascii_digit() || c == '-'), "{}", article.number);
        }
    }

    #[test]
    fn dialects_are_put_into_common_speech() {
        assert_eq!(in_common_words("佢打我点算").as_deref(), Some("他打我怎么办"));
        assert_eq!(in_common_words("他打我怎么办"), None);
        assert_eq!(DIALECT.lines().count(), COMMON_WORDS.len());
    }

    #[test]
    fn a_statute_is_known_by_any_form_of_its_title() {
        for title in [
            "民法典",
            "中华人民共和国民法典",
            "《民法典》第一千零七十九条 离婚",
            "中华人民共和国民法典(2020-05-28)",
            "民法典第1079条",
        ] {
            assert_eq!(plain_name(title), "民法典", "{title}");
        }
        let interpretation = "最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释(一)";
        assert_eq!(plain_name(interpretation), "最高人民法院关于适用民法典婚姻家庭编的解释（一）");
    }

    #[test]
    fn an_article_is_known_by_its_words_when_it_moves_and_not_by_its_number_when_they_change() {
        let by_number = questions("民法典", Some("1044"), "");
        assert!(!by_number.is_empty());
        let text = "收养应当遵循最有利于被收养人的原则，保障被收养人和收养人的合法权益。";
        assert_eq!(questions("民法典", Some("9"), text), by_number);
        assert_eq!(questions("民法典", None, text), by_number);
        assert!(questions("民法典", Some("1044"), "另外的话。").is_empty());
        assert!(questions("没有的法", Some("1044"), text).is_empty());
    }
}
