//! A place in a text that moves forward over numerals, levels (条, 款 …) and marks between them.
//!
//! Each method moves only when it finds what it looks for.

use std::ops::Range;

use crate::model::numeral::{is_numeral, parse_number};

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Book,
    SubBook,
    Chapter,
    Section,
    Article,
    Paragraph,
    Item,
    /// 目: below an item; read, and not looked up.
    Point,
}

/// Looks like a numeral, but nobody can say which: 二十三三.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

/// A numeral before a level, or a range of them.
#[derive(Debug, Clone)]
pub(super) struct Ordinal {
    pub(super) from: Result<u16, Unreadable>,
    /// The end of a range.
    pub(super) to: Option<Result<u16, Unreadable>>,
    pub(super) at: Range<usize>,
}

/// Numerals before one level, such as 第三、五、七条: a bound, so that no text makes the scanner read it again and again.
const MOST_IN_A_LIST: usize = 30;

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self { text, at }
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        let rest = self.rest();
        // Most words differ in their first byte: comparing them whole is what reading citations would do most.
        let found = rest.as_bytes().first() == word.as_bytes().first() && rest.starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    pub(super) fn eat_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.eat(word))
    }

    /// The character at hand.
    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat_char(&mut self, is_it: impl FnOnce(char) -> bool) -> bool {
        let found = self.next().filter(|c| is_it(*c));
        self.at += found.map_or(0, char::len_utf8);
        found.is_some()
    }

    pub(super) fn spaces(&mut self) {
        // No space begins with the bytes of most Chinese.
        if !matches!(self.rest().as_bytes().first(), None | Some(0xe4..=0xe9)) {
            self.at = self.text.len() - self.rest().trim_start_matches(is_space).len();
        }
    }

    /// The numerals before one level: 二十三; 二十三、二十五; 二十三至二十五.
    pub(super) fn ordinals(&mut self) -> Option<(Ordinal, Vec<Ordinal>)> {
        let first = self.ordinal()?;
        let mut more = Vec::new();
        while more.len() < MOST_IN_A_LIST {
            let before = self.at;
            self.spaces();
            // 第（一）（二）项 has nothing between them.
            let next = self.eat("、") || self.rest().starts_with(['（', '(']);
            if next {
                self.eat("第");
            }
            let Some(ordinal) = next.then(|| self.ordinal()).flatten() else {
                self.at = before;
                break;
            };
            more.push(ordinal);
        }
        Some((first, more))
    }

    /// 二十三, （二）, 二十三至二十五.
    fn ordinal(&mut self) -> Option<Ordinal> {
        self.spaces();
        let start = self.at;
        let from = self.number()?;
        let end = self.at;
        let to = if self.range_mark() {
            self.eat("第");
            self.number()
        } else {
            None
        };
        if to.is_none() {
            self.at = end;
        }
        Some(Ordinal { from, to, at: start..self.at })
    }

    /// A numeral, in brackets or not.
    pub(super) fn number(&mut self) -> Option<Result<u16, Unreadable>> {
        let before = self.at;
        self.spaces();
        let bracketed = self.eat_char(|c| matches!(c, '（' | '('));
        let rest = self.rest();
        let len = rest.find(|c: char| !is_numeral(c)).unwrap_or(rest.len());
        self.at += len;
        if len == 0 || (bracketed && !self.eat_char(|c| matches!(c, '）' | ')'))) {
            self.at = before;
            return None;
        }
        Some(parse_number(&rest[..len]).ok_or(Unreadable))
    }

    pub(super) fn range_mark(&mut self) -> bool {
        let before = self.at;
        self.spaces();
        let found = self.eat_char(|c| matches!(c, '至' | '到' | '—' | '–' | '-' | '－' | '～' | '~' | '〜'));
        if found {
            // The Chinese dash is two of them.
            self.eat("—");
        } else {
            self.at = before;
        }
        found
    }

    /// 条, 款, 项 …, as a measure word: not the 条 of 条件.
    pub(super) fn level(&mut self) -> Option<Level> {
        const LEVELS: [(&str, Level, &[&str]); 8] = [
            ("条", Level::Article, &["件", "例", "款"]),
            ("款", Level::Paragraph, &["项", "式"]),
            ("项", Level::Item, &["目"]),
            ("目", Level::Point, &["标", "的", "录"]),
            ("分编", Level::SubBook, &[]),
            ("编", Level::Book, &["辑", "号", "制", "写"]),
            ("章", Level::Chapter, &["程"]),
            ("节", Level::Section, &["目", "课", "日"]),
        ];
        let before = self.at;
        self.spaces();
        for (word, level, other_words) in LEVELS {
            if self.eat(word) {
                if !other_words.iter().any(|other| self.rest().starts_with(other)) {
                    return Some(level);
                }
                break;
            }
        }
        self.at = before;
        None
    }

    /// What may stand between two places of one statute: at most two of 、，和及….
    pub(super) fn separator(&mut self) -> bool {
        let before = self.at;
        self.spaces();
        let found = self.between();
        if found {
            self.spaces();
            self.between();
            self.spaces();
        } else {
            self.at = before;
        }
        found
    }

    fn between(&mut self) -> bool {
        let mark = |c| matches!(c, '、' | '，' | '；' | ',' | ';' | '和' | '及' | '与' | '跟' | '并');
        self.eat("以及") || self.eat("或者") || self.eat_char(|c| mark(c) || c == '或')
    }

    /// 之一 of an inserted article; not the 之一 of 之一切.
    pub(super) fn sub(&mut self) -> u16 {
        let before = self.at;
        if self.eat("之")
            && let Some(Ok(number)) = self.number()
            && !self.rest().starts_with(['切', '般', '样', '部'])
        {
            return number;
        }
        self.at = before;
        0
    }
}

pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{3000}' | '\u{a0}')
}

/// Whether what stands behind 条 is a thing that is counted with it too: 第一条路.
pub(super) fn begins_with_a_thing(text: &str) -> bool {
    const THINGS: [&str; 16] = [
        "路", "线", "街", "命", "腿", "河", "裤", "鱼", "狗", "绳", "消息", "短信", "微信", "信息", "建议",
        "理由",
    ];
    THINGS.iter().any(|thing| text.starts_with(thing))
}
