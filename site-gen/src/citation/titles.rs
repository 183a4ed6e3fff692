//! The statutes that may be named, by every name they have.
//!
//! A name is looked up in its plain form ([`plain`]): 《最高人民法院关于适用〈中华人民共和国民法典〉婚姻家庭编的解释（一）》 and
//! 民法典婚姻家庭编解释（一） are one. What is not known for certain is not found: near misses are for whoever reports them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::books::CIVIL_CODE;

/// A statute: its place in the order in which [`Titles::add`] was given them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatuteId(pub usize);

/// All names of all statutes.
#[derive(Debug, Default)]
pub struct Titles {
    by_name: BTreeMap<String, StatuteId>,
    /// How long names are, in bytes, longest first.
    lengths: Vec<usize>,
    /// The last characters of names.
    endings: Vec<char>,
    /// By their places.
    statutes: Vec<Known>,
}

/// What is known of a statute besides its names.
#[derive(Debug)]
struct Known {
    kind: Option<&'static str>,
    articles: u16,
    /// 试行 or 暂行 is part of its name.
    on_trial: bool,
}

/// What a statute calls itself: 本法, 本条例. 法典 is 法 to itself. 办法 stands before 法, which it ends with.
pub(super) const KINDS: [&str; 13] =
    ["法典", "办法", "法", "条例", "规定", "解释", "细则", "规则", "决定", "意见", "通知", "批复", "公约"];

impl Titles {
    /// Takes in the next statute, which has `articles` articles: its title, then its other names. Names that another
    /// statute has are given back.
    pub fn add<'n>(&mut self, names: impl IntoIterator<Item = &'n str>, articles: u16) -> Vec<&'n str> {
        let id = StatuteId(self.statutes.len());
        let mut names = names.into_iter().peekable();
        if let Some(title) = names.peek() {
            let on_trial = title.contains("试行") || title.contains("暂行");
            self.statutes.push(Known { kind: kind_of(title), articles, on_trial });
        }
        self.also(id, names)
    }

    /// Takes in more names of a statute. Those that another one has are given back.
    pub fn also<'n>(&mut self, id: StatuteId, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
        let mut taken = Vec::new();
        for name in names {
            let key = plain(name);
            let Some(last) = key.chars().next_back() else { continue };
            if self.by_name.get(key.as_ref()).is_some_and(|other| *other != id) {
                taken.push(name);
                continue;
            }
            insert_sorted(&mut self.lengths, key.len());
            insert_sorted(&mut self.endings, last);
            self.by_name.insert(key.into_owned(), id);
        }
        taken
    }

    /// The statute called `name`, which stood between book marks.
    pub fn find(&self, name: &str) -> Option<StatuteId> {
        self.by_name.get(name).or_else(|| self.by_name.get(plain(name).as_ref())).copied()
    }

    /// The statute whose name `text` ends with, and where in `text` the name begins. The longest name counts.
    pub(super) fn at_end(&self, text: &str) -> Option<(StatuteId, usize)> {
        let last = text.chars().next_back()?;
        self.endings.binary_search(&last).ok()?;
        let (start, id) = self.lengths.iter().rev().find_map(|len| {
            let start = text.len().checked_sub(*len)?;
            Some((start, *self.by_name.get(text.get(start..)?)?))
        })?;
        let before = &text[..start];
        Some((id, before.strip_suffix("中华人民共和国").unwrap_or(before).len()))
    }

    /// Whether `text` names a statute somewhere, without book marks.
    pub(super) fn is_named_in(&self, text: &str) -> bool {
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
        ends.into_iter().any(|end| self.at_end(&text[..end]).is_some())
    }

    /// 法, 条例, 规定 …: what the statute calls itself after 本.
    pub(super) fn kind(&self, id: StatuteId) -> Option<&'static str> {
        self.statutes.get(id.0)?.kind
    }

    /// The Civil Code, whose books have names.
    pub(super) fn civil_code(&self) -> Option<StatuteId> {
        self.by_name.get(CIVIL_CODE).copied()
    }

    /// Whether it is on trial by its name.
    pub(super) fn is_on_trial(&self, id: StatuteId) -> bool {
        self.statutes.get(id.0).is_some_and(|known| known.on_trial)
    }

    /// How many articles it has.
    pub(super) fn articles(&self, id: StatuteId) -> u16 {
        self.statutes.get(id.0).map_or(0, |known| known.articles)
    }
}

fn insert_sorted<T: Ord>(sorted: &mut Vec<T>, value: T) {
    if let Err(place) = sorted.binary_search(&value) {
        sorted.insert(place, value);
    }
}

/// 法 for 民法典, 解释 for 婚姻家庭编解释（一）.
pub(super) fn kind_of(title: &str) -> Option<&'static str> {
    let bare = title.split(['（', '(']).next().unwrap_or(title).trim_end();
    let kind = KINDS.iter().find(|kind| bare.ends_with(**kind))?;
    Some(if *kind == "法典" { "法" } else { kind })
}

/// A name without what people write in different ways: inner marks, 中华人民共和国, spaces, the court that gave it,
/// brackets of half width.
pub(super) fn plain(name: &str) -> Cow<'_, str> {
    let needs_work = |c: char| is_mark(c) || matches!(c, '(' | ')' | ' ' | '\u{3000}' | '\u{a0}');
    let untouched = !name.contains(needs_work)
        && !["中华人民共和国", "最高人民", "的解释", "关于"].iter().any(|word| name.contains(word));
    if untouched {
        return Cow::Borrowed(name);
    }
    let mut key: String = name.chars().filter(|c| !is_mark(*c) && !c.is_whitespace()).collect();
    for (from, to) in [("(", "（"), (")", "）"), ("中华人民共和国", ""), ("的解释", "解释")] {
        key = key.replace(from, to);
    }
    let courts = ["最高人民法院", "、", "最高人民检察院"];
    let mut rest = key.as_str();
    while let Some(shorter) = courts.iter().find_map(|court| rest.strip_prefix(court)) {
        rest = shorter;
    }
    Cow::Owned(rest.strip_prefix("关于适用").or_else(|| rest.strip_prefix("关于")).unwrap_or(rest).to_owned())
}

fn is_mark(c: char) -> bool {
    matches!(c, '《' | '》' | '〈' | '〉' | '<' | '>' | '“' | '”')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_statute_is_found_by_all_its_names() {
        let mut titles = Titles::default();
        titles.add(["中华人民共和国民法典"], 1260);
        let long = "最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（一）";
        titles.add([long], 91);
        for (name, id) in [
            ("民法典", 0),
            ("中华人民共和国民法典", 0),
            ("最高人民法院关于适用〈中华人民共和国民法典〉婚姻家庭编的解释（一）", 1),
            ("关于适用〈民法典〉婚姻家庭编的解释(一)", 1),
            ("民法典婚姻家庭编解释（一）", 1),
        ] {
            assert_eq!(titles.find(name), Some(StatuteId(id)), "{name}");
        }
        assert_eq!(titles.find("民法"), None);
        assert_eq!(titles.at_end("按照中华人民共和国民法典"), Some((StatuteId(0), "按照".len())));
        assert_eq!((titles.kind(StatuteId(0)), titles.kind(StatuteId(1))), (Some("法"), Some("解释")));
        assert_eq!(titles.add(["民法典"], 3), ["民法典"]);
    }
}
