//! What changed between two versions of a statute, article by article.
//!
//! Numbers shift when articles are put in, so articles are paired by what they say: first those that say the same, then
//! the likest of the rest, the same number winning a tie. Start at [`compare`]; [`since`] answers for single articles.
//! How letters differ within a pair is [`super::marks`]'.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::text::{Article, FullText, Volume, is_blank};
use crate::model::ArticleNo;

/// Two versions side by side.
#[derive(Debug)]
pub struct Comparison<'t> {
    /// In the order of the newer version; what was taken out stands where it stood.
    pub pairs: Vec<Pair<'t>>,
}

/// An article then and now.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'t> {
    /// In the older version.
    pub old: Option<(&'t Volume, &'t Article)>,
    /// In the newer version.
    pub new: Option<(&'t Volume, &'t Article)>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It says the same at the same number.
    Same,
    /// It says the same at another number.
    Moved,
    /// It says something else.
    Changed,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

/// What became of an article that a page cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The article that the page cites.
    pub article: ArticleNo,
    /// What became of it.
    pub fate: Fate,
    /// Where to look now, where that is another number.
    pub now_at: Option<ArticleNo>,
}

/// From this likeness on, two articles are one that changed. Of a hundred thousand pairs of different articles of real
/// statutes 995 in a thousand stay below it, and half below 0.08; where several reach it, the likest is taken.
const ALIKE: f64 = 0.4;

/// How far apart two articles may stand to be compared when neither has a twin, in places of the rest.
const REACH: usize = 150;

type Placed<'t> = (&'t Volume, &'t Article);

/// An article's words as they are compared.
struct Words {
    key: String,
    /// Pairs of letters, sorted.
    bigrams: Vec<u64>,
}

/// Pairs the articles of two versions.
pub fn compare<'t>(older: &'t FullText, newer: &'t FullText) -> Comparison<'t> {
    let (old, new): (Vec<Placed<'_>>, Vec<Placed<'_>>) =
        (older.articles().collect(), newer.articles().collect());
    let (old_words, new_words) = (words(&old), words(&new));
    let mut joined = Joined { to_new: vec![None; old.len()], to_old: vec![None; new.len()] };
    for (a, b) in twins(&old_words, &new_words) {
        joined.join(a, b);
    }
    let (left_old, left_new) = (alone(&joined.to_new), alone(&joined.to_old));
    let mut likes = Vec::new();
    for (place, &a) in left_old.iter().enumerate() {
        // Counted among what is left, so that what stands between does not matter.
        let around = place.saturating_sub(REACH)..(place + REACH).min(left_new.len());
        for &b in left_new.get(around).unwrap_or_default() {
            let likeness = likeness(&old_words[a], &new_words[b]);
            if likeness >= ALIKE {
                likes.push((likeness, old[a].1.number == new[b].1.number, a, b));
            }
        }
    }
    likes.sort_by(|x, y| y.0.total_cmp(&x.0).then(y.1.cmp(&x.1)).then((x.2, x.3).cmp(&(y.2, y.3))));
    for (_, _, a, b) in likes {
        joined.join(a, b);
    }
    let same = |a: usize, b: usize| old_words[a].key == new_words[b].key;
    Comparison { pairs: in_order((&old, &new), &joined, &same) }
}

/// Which articles are one, both ways.
struct Joined {
    to_new: Vec<Option<usize>>,
    to_old: Vec<Option<usize>>,
}

impl Joined {
    /// Joins two that are both alone.
    fn join(&mut self, a: usize, b: usize) {
        if self.to_new[a].is_none() && self.to_old[b].is_none() {
            (self.to_new[a], self.to_old[b]) = (Some(b), Some(a));
        }
    }
}

/// The places of those that have no counterpart.
fn alone(pairs: &[Option<usize>]) -> Vec<usize> {
    pairs.iter().enumerate().filter(|(_, pair)| pair.is_none()).map(|(at, _)| at).collect()
}

/// Articles that say the same; where several do, in their order.
fn twins(old: &[Words], new: &[Words]) -> Vec<(usize, usize)> {
    let mut by_key: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (at, words) in old.iter().enumerate() {
        by_key.entry(&words.key).or_default().0.push(at);
    }
    for (at, words) in new.iter().enumerate() {
        by_key.entry(&words.key).or_default().1.push(at);
    }
    by_key.into_values().flat_map(|(old, new)| old.into_iter().zip(new)).collect()
}

/// The newer version's articles in their order; what was taken out goes behind what it stood behind.
fn in_order<'t>(
    (old, new): (&[Placed<'t>], &[Placed<'t>]),
    joined: &Joined,
    same: &dyn Fn(usize, usize) -> bool,
) -> Vec<Pair<'t>> {
    let mut removed: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    let mut behind = None;
    for (at, pair) in joined.to_new.iter().enumerate() {
        match pair {
            Some(place) => behind = Some(*place),
            None => removed.entry(behind).or_default().push(at),
        }
    }
    let gone = |behind: Option<usize>| {
        let places = removed.get(&behind).map_or(&[][..], Vec::as_slice);
        places.iter().map(|at| Pair { old: Some(old[*at]), new: None, fate: Fate::Removed })
    };
    let mut pairs: Vec<Pair<'t>> = gone(None).collect();
    for (at, article) in new.iter().enumerate() {
        let before = joined.to_old[at];
        let fate = match before {
            None => Fate::Added,
            Some(a) if !same(a, at) => Fate::Changed,
            Some(a) if old[a].1.number == article.1.number => Fate::Same,
            Some(_) => Fate::Moved,
        };
        pairs.push(Pair { old: before.map(|a| old[a]), new: Some(*article), fate });
        pairs.extend(gone(Some(at)));
    }
    pairs
}

/// What became of the articles in `cited`: those that say the same at the same number are left out, and so are those
/// that the older version does not have.
pub fn since(then: &FullText, now: &FullText, cited: RangeInclusive<ArticleNo>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut told = BTreeSet::new();
    for (volume, article) in then.articles().filter(|(_, article)| cited.contains(&article.number)) {
        if !told.insert(article.number) {
            continue;
        }
        let old = Words::new(volume, article);
        let there = now.article(article.number).map(|(volume, article)| Words::new(volume, article));
        if there.as_ref().is_some_and(|there| there.key == old.key) {
            continue;
        }
        // The same number wins unless another article is clearly what became of this one.
        let mut best = (there.map_or(0.0, |there| likeness(&old, &there)) + 0.1, article.number);
        for (volume, other) in now.articles() {
            let alike = likeness(&old, &Words::new(volume, other));
            if alike > best.0 {
                best = (alike, other.number);
            }
        }
        let moved = (best.1 != article.number).then_some(best.1);
        let fate = match (best.0, moved) {
            (alike, Some(_)) if alike >= 1.0 => Fate::Moved,
            (alike, _) if alike >= ALIKE => Fate::Changed,
            _ => Fate::Removed,
        };
        changes.push(Change {
            article: article.number,
            fate,
            now_at: moved.filter(|_| fate != Fate::Removed),
        });
    }
    changes
}

impl Change {
    /// For editors: what became of the article.
    pub fn what(&self) -> &'static str {
        match self.fate {
            Fate::Moved => "换了条号",
            Fate::Removed => "没有了，或者改得认不出来",
            _ => "改了内容",
        }
    }
}

fn words(articles: &[Placed<'_>]) -> Vec<Words> {
    articles.iter().map(|(volume, article)| Words::new(volume, article)).collect()
}

impl Words {
    fn new(volume: &Volume, article: &Article) -> Self {
        let text = volume.article_text(article);
        let key: String = text.chars().filter(|c| !is_blank(*c)).map(full_width).collect();
        let mut bigrams: Vec<u64> = key
            .chars()
            .zip(key.chars().skip(1))
            .map(|(a, b)| u64::from(u32::from(a)) << 32 | u64::from(u32::from(b)))
            .collect();
        bigrams.sort_unstable();
        Self { key, bigrams }
    }
}

/// Editions of one text differ in the width of their punctuation, which changes nothing.
fn full_width(c: char) -> char {
    match c {
        ',' => '，',
        ':' => '：',
        ';' => '；',
        '(' => '（',
        ')' => '）',
        '<' | '《' => '〈',
        '>' | '》' => '〉',
        c => c,
    }
}

/// How much of a short article must be found in a long one to be what became of it, and what that counts for: an article
/// to which a list was added keeps its words but grows to many times its length. Shorter than this it is a turn of phrase.
const KEPT: (f64, f64) = (0.6, 0.7);
const SHORTEST: usize = 8;

/// Which part of the pairs of letters of both is common to both, from 0 to 1; more where one is kept in the other.
fn likeness(a: &Words, b: &Words) -> f64 {
    let (small, large) = (a.bigrams.len().min(b.bigrams.len()), a.bigrams.len().max(b.bigrams.len()));
    if a.key == b.key {
        return 1.0;
    }
    // Nothing can be told of a handful of letters in a page of text.
    if small * 12 < large {
        return 0.0;
    }
    let (mut common, mut i, mut j) = (0_u32, 0, 0);
    while i < a.bigrams.len() && j < b.bigrams.len() {
        match a.bigrams[i].cmp(&b.bigrams[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    let size = |size: usize| f64::from(u32::try_from(size).unwrap_or(u32::MAX).max(1));
    let alike = 2.0 * f64::from(common) / size(small + large);
    let kept = f64::from(common) / size(small);
    if small >= SHORTEST && kept >= KEPT.0 { alike.max(kept * KEPT.1) } else { alike }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::statute::parse;

    fn text(articles: &str) -> FullText {
        let source = format!("# 示例办法\n<!-- INFO END -->\n{articles}\n");
        let (volume, _) = parse::volume("x.md", Arc::from(source));
        FullText {
            adopted: date(2020, 1, 1),
            effective: None,
            repealed: None,
            volumes: vec![volume.unwrap()],
        }
    }

    const OLD: &str = "第一条 为了保护妇女和儿童的权益，制定本办法。\n第二条 每个镇设一个服务站，由镇妇联负责。\n第三条 服务站每周开放五天，每天八小时。\n第四条 这一条后来删掉了，说的是收费标准。\n第五条 本办法自公布之日起施行。";
    const NEW: &str = "第一条 为了保护妇女和儿童的权益，制定本办法。\n第二条 来求助的人不用说出姓名，谁也不许打听。\n第三条 每个镇设一个服务站，由镇妇联负责。\n第四条 服务站每周开放六天，每天八小时。\n第五条 本办法自公布之日起施行。";

    #[test]
    fn articles_are_paired_by_what_they_say() {
        let (old, new) = (text(OLD), text(NEW));
        let found: Vec<String> = compare(&old, &new)
            .pairs
            .iter()
            .map(|pair| {
                let number = |side: Option<Placed<'_>>| {
                    side.map_or_else(|| "-".to_owned(), |(_, article)| article.number.number.to_string())
                };
                format!("{}>{} {:?}", number(pair.old), number(pair.new), pair.fate)
            })
            .collect();
        assert_eq!(found, ["1>1 Same", "->2 Added", "2>3 Moved", "3>4 Changed", "4>- Removed", "5>5 Same"]);
    }

    #[test]
    fn a_cited_article_is_followed_to_its_new_number() {
        let (old, new) = (text(OLD), text(NEW));
        let all = ArticleNo::plain(1)..=ArticleNo::plain(5);
        let found: Vec<_> = since(&old, &new, all)
            .iter()
            .map(|change| (change.article.number, change.fate, change.now_at.map(|number| number.number)))
            .collect();
        assert_eq!(found, [(2, Fate::Moved, Some(3)), (3, Fate::Changed, Some(4)), (4, Fate::Removed, None)]);
        assert_eq!(since(&old, &old, ArticleNo::plain(1)..=ArticleNo::plain(5)), []);
    }

    #[test]
    fn the_width_of_punctuation_changes_nothing() {
        let old = text("第一条 有三样:一,二;三(四)。");
        assert_eq!(
            since(
                &old,
                &text("第一条 有三样：一，二；三（四）。"),
                ArticleNo::plain(1)..=ArticleNo::plain(1)
            ),
            []
        );
    }

    proptest! {
        /// Whatever two texts say, every article of each is shown once, the newer ones in their order.
        #[test]
        fn no_article_is_lost_or_shown_twice(old in articles(), new in articles()) {
            let (old, new) = (text(&old), text(&new));
            let pairs = compare(&old, &new).pairs;
            let mut left: Vec<&Article> = pairs.iter().filter_map(|pair| Some(pair.old?.1)).collect();
            left.sort_by_key(|article| article.paragraphs.start);
            let right: Vec<&Article> = pairs.iter().filter_map(|pair| Some(pair.new?.1)).collect();
            prop_assert_eq!(left, old.articles().map(|(_, article)| article).collect::<Vec<_>>());
            prop_assert_eq!(right, new.articles().map(|(_, article)| article).collect::<Vec<_>>());
            since(&old, &new, ArticleNo::plain(1)..=ArticleNo::plain(9));
        }
    }

    /// Up to eight articles of a few words, numbered in a row.
    fn articles() -> impl Strategy<Value = String> {
        proptest::collection::vec("[甲乙丙丁，。]{1,12}", 1..8).prop_map(|articles| {
            let numbered =
                articles.iter().zip(1..).map(|(text, number)| format!("{} {text}", ArticleNo::plain(number)));
            numbered.collect::<Vec<_>>().join("\n")
        })
    }
}
