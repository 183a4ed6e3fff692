//! What a question is about: its terms and their worth, what the law would call it, the places it names.
//!
//! Start at [`Question::read`]. How rare a term is says what it is worth; no term that was typed is worth more or less for
//! another reason: little words tell too, in what people ask. Everything that weighs words stands here; nothing in it knows of any one question.

use super::Embedded;
use super::terms::{Key, Shape, scan, shape, titled_article};
use crate::knowledge;
use crate::region::RegionCode;
use crate::text::query::normalised;

/// Characters that stand in any question: nothing can be found by them alone, and they are not marked.
pub(super) const COMMON: &str = "的了吗呢吧啊呀嘛么怎什我你他她它您俺咱们是在有和与及或就都也还又再把被给对向从到让叫跟很太会能可以要想应该得这那哪谁几多少请问\
    一个些为因所如何样办说去来上下里不没过着";

/// Numbers, and what stands round the number of an article: the article itself is a term of its own.
pub(super) const NUMERALS: &str = "零一二三四五六七八九十百千第条";

/// What stands between a verb and its object and changes nothing: 离了婚.
pub(super) const PARTICLES: &[char] = &['了', '过', '着', '的', '得'];

/// Words of somebody who looks for a place to go, rather than for what the law says.
pub(super) const PLACE_WORDS: &[&str] = &[
    "在哪里",
    "在哪儿",
    "附近",
    "离我近",
    "最近的",
    "地址",
    "电话号码",
    "联系电话",
    "电话多少",
    "几点上班",
    "几点开门",
    "站点",
    "服务站",
    "援助中心",
    "援助工作站",
    "派出所",
    "警务室",
    "庇护",
    "收容",
    "鉴定中心",
    "投诉中心",
    "投诉站",
    "调解室",
    "调解工作室",
    "妇女儿童之家",
    "家长学校",
    "维权窗口",
    "家事法庭",
    "反馈站",
    "妇联",
];

/// How much of the worth of its own words the law's words for it have.
pub(super) const EXPANSION: f32 = 0.8;

/// The same of what ships with the engine: it knows nothing of this site.
pub(super) const SHIPPED: f32 = 0.3;

/// What a term counts for that was not typed but made of what was typed, beside one that was.
pub(super) const MADE: f32 = 0.8;

/// What a question is worth at most, in terms that stand nowhere: of a long story a part has to be enough.
pub(super) const ENOUGH: f32 = 12.0;

/// What the number of an article counts for in the title of the article itself.
pub(super) const ARTICLE: f32 = 2.0;

/// How many terms are looked up at most: the rest of a long text are its least telling ones.
pub(super) const MOST_TERMS: usize = 128;

/// A term to look up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wanted {
    pub(super) key: Key,
    /// In 256ths.
    pub(super) worth: u32,
}

/// A question, ready to be answered.
#[derive(Debug, Default)]
pub(super) struct Question<'a> {
    /// By key, each once.
    pub(super) wanted: Vec<Wanted>,
    /// The worth of its own words together, up to a point.
    pub(super) worth: u32,
    /// The shelves it points at, by slug, and how surely.
    pub(super) topics: Vec<(&'a str, f32)>,
    /// The divisions it names.
    pub(super) places: Vec<&'a RegionCode>,
    /// Whether it looks for a place to go.
    pub(super) wants_place: bool,
}

impl<'a> Question<'a> {
    /// Reads a normalised text, which may have been `meant` otherwise.
    pub(super) fn read(text: &str, meant: Option<&str>, engine: &'a Embedded) -> Self {
        let mut terms = Terms { engine, all: Vec::new() };
        scan(text, |term| {
            terms.add(term.key, 1.0);
            term.article.iter().for_each(|&number| terms.add_known(titled_article(number), ARTICLE));
        });
        let own_worth = terms.worth();
        let common = knowledge::in_common_words(meant.unwrap_or(text));
        let common = common.as_deref();
        let plain = [Some(text), meant, common].map(|text| without_particles(text.unwrap_or_default()));
        let forms = || [text].into_iter().chain(meant).chain(common).chain(plain.iter().map(String::as_str));
        let said = said(engine, forms());
        if own_worth.is_none() && said.is_empty() {
            return Self::default();
        }
        for form in forms().skip(1) {
            scan(form, |term| terms.add_known(term.key, MADE));
        }

        let mut topics = Vec::new();
        let length = text.chars().count();
        for Said { entry, length: said } in said {
            let number = entry as usize;
            let covers = 1.0 + share(said, length);
            if let Some(entry) = engine.index.thesaurus.get(number) {
                terms.add_law(entry.law.iter().map(String::as_str), EXPANSION * entry.weight * covers);
                topics.extend(entry.topic.as_deref().map(|topic| (topic, entry.weight)));
            } else if let Some(saying) = knowledge::sayings().get(number - engine.index.thesaurus.len()) {
                terms.add_law(saying.law.iter().copied(), SHIPPED * saying.weight * covers);
            }
        }
        let places = engine.places.found_in(text).collect();
        let wants_place = PLACE_WORDS.iter().any(|word| text.contains(word));
        Self { wanted: terms.finish(), worth: own_worth.unwrap_or(0), topics, places, wants_place }
    }

    /// Whether it says nothing of where.
    pub(super) fn names_no_place(&self) -> bool {
        self.places.is_empty() && !self.wants_place
    }

    /// The terms to show in a snippet: characters alone only when the question has nothing longer.
    pub(super) fn telling(&self) -> Vec<Wanted> {
        let is_long = |wanted: &&Wanted| match shape(wanted.key) {
            Shape::Single(_) => false,
            Shape::Pair(first, second) => !is_common(first) || !is_common(second),
            Shape::Word => true,
        };
        let long: Vec<Wanted> = self.wanted.iter().filter(is_long).copied().collect();
        if long.is_empty() { self.wanted.clone() } else { long }
    }
}

/// A lay phrase that stands in a question: its entry, and how many characters of the question it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    pub(super) entry: u32,
    pub(super) length: usize,
}

/// The entries that any form of a question has a phrase of, each with its longest.
fn said<'t>(engine: &Embedded, forms: impl Iterator<Item = &'t str>) -> Vec<Said> {
    let mut said: Vec<Said> = forms.flat_map(|form| engine.sayings.found_in(form)).copied().collect();
    said.sort_unstable_by_key(|said| (said.entry, std::cmp::Reverse(said.length)));
    said.dedup_by_key(|said| said.entry);
    said
}

/// The forms in which a lay phrase is looked for: as it is, and without the little words that part a verb from its
/// object, if enough is left to mean the same (不想过了 is not 不想).
pub(super) fn forms_of_saying(saying: &str) -> Vec<String> {
    let saying = normalised(saying);
    let plain = without_particles(&saying);
    if plain.chars().count() >= 3 { vec![saying, plain] } else { vec![saying] }
}

fn without_particles(text: &str) -> String {
    text.replace(PARTICLES, "")
}

fn is_common(c: char) -> bool {
    COMMON.contains(c) || NUMERALS.contains(c)
}

/// The terms found so far.
struct Terms<'a> {
    engine: &'a Embedded,
    all: Vec<Wanted>,
}

impl Terms<'_> {
    fn add(&mut self, key: Key, weight: f32) {
        let count = self.engine.index.terms.count(key);
        let worth = in_256ths(rarity(count, self.engine.index.records, usual_share(key)) * weight);
        if worth > 0 {
            self.all.push(Wanted { key, worth });
        }
    }

    /// Adds a term that was not typed: only if it stands in some record.
    fn add_known(&mut self, key: Key, weight: f32) {
        if self.engine.index.terms.count(key) > 0 {
            self.add(key, weight);
        }
    }

    /// Adds what the law calls it. Several names share the worth, so that they don't drown out what was asked.
    fn add_law<'l>(&mut self, law: impl ExactSizeIterator<Item = &'l str>, weight: f32) {
        let names: u16 = law.len().try_into().unwrap_or(u16::MAX);
        let weight = weight / libm::sqrtf(f32::from(names.max(1)));
        for name in law {
            scan(name, |term| {
                if !matches!(shape(term.key), Shape::Single(_)) {
                    self.add_known(term.key, MADE * weight);
                }
            });
        }
    }

    /// The worth of the terms so far; `None` when no question can be made of them: nothing but little words.
    fn worth(&mut self) -> Option<u32> {
        self.tidy();
        let tells = |wanted: &Wanted| match shape(wanted.key) {
            Shape::Single(c) => !is_common(c),
            Shape::Pair(first, second) => !is_common(first) || !is_common(second),
            Shape::Word => true,
        };
        let most = in_256ths(rarity(0, self.engine.index.records, 0.0) * ENOUGH);
        let worth = self.all.iter().map(|wanted| wanted.worth).sum::<u32>();
        self.all.iter().any(tells).then_some(worth.min(most))
    }

    /// The most telling terms, by key.
    fn finish(mut self) -> Vec<Wanted> {
        self.tidy();
        self.all.sort_by_key(|wanted| (std::cmp::Reverse(wanted.worth), wanted.key));
        self.all.truncate(MOST_TERMS);
        self.all.sort_by_key(|wanted| wanted.key);
        self.all
    }

    /// Each term once, with the most that it counts for anywhere.
    fn tidy(&mut self) {
        self.all.sort_by_key(|wanted| (wanted.key, std::cmp::Reverse(wanted.worth)));
        self.all.dedup_by_key(|wanted| wanted.key);
    }
}

/// How much of a question a phrase is: what is nothing but the phrase means just that.
fn share(said: usize, length: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "at most 400 characters")]
    let share = said as f32 / length.max(1) as f32;
    share.min(1.0)
}

/// How many records of any site stand behind what is known of a term, beside those of this one.
pub(super) const OTHER_RECORDS: f64 = 100.0;

/// In which share of any texts a term of this shape stands.
pub(super) fn usual_share(key: Key) -> f64 {
    match shape(key) {
        Shape::Single(c) if is_common(c) => 0.5,
        Shape::Single(_) => 0.02,
        Shape::Pair(first, second) => match (is_common(first), is_common(second)) {
            (true, true) => 0.1,
            (false, false) => 0.0,
            _ => 0.03,
        },
        Shape::Word => 0.0,
    }
}

/// How much it says that a record has a term which `count` of `all` records have: BM25's inverse document frequency. A
/// small site has too few texts to tell that a little word is one, so what is usual counts as well.
pub(super) fn rarity(count: u32, all: u32, usual: f64) -> f32 {
    let count = f64::from(count) + OTHER_RECORDS * usual;
    let all = f64::from(all) + OTHER_RECORDS;
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 23")]
    let rarity = libm::log(1.0 + (all - count + 0.5) / (count + 0.5)) as f32;
    rarity
}

fn in_256ths(worth: f32) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 9,000")]
    let parts = (worth * 256.0 + 0.5) as u32;
    parts
}
