//! What may stand behind a statute's name: places in it, in lists and ranges.
//!
//! ```text
//! places   = place (separator place)*
//! place    = division* 第 numbers 条 [之 number] part* [至 第 number 条 part*]   |   division+   |   part+
//! division = (第 number | name of a book) 编 | 第 number (分编 | 章 | 节)
//! part     = 第 numbers (款 | 项 | 目)                                           项 also without 第: （二）项
//! numbers  = number (、 number)* | number 至 number
//! ```
//!
//! Start at [`places`]. Nothing here knows which statute is meant, nor whether the places exist.

use std::ops::Range;

use super::books;
use super::cursor::{Cursor, Level, Ordinal, Unreadable, begins_with_a_thing, is_space};
use crate::model::ArticleNo;
use crate::model::article::{Division, Part};

/// One place, which becomes one link.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) at: Range<usize>,
    pub(super) what: What,
    /// The division that was named before an article.
    pub(super) within: Division,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Division(Division),
    Articles {
        from: ArticleNo,
        to: Option<ArticleNo>,
        part: Part,
    },
    /// 第一款 without an article before it.
    Part(Part),
    /// 第二十三三条
    Malformed,
}

/// What counts as a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    /// Those with 第.
    Marked,
    /// Right behind a name also 1079条, and the names of the Civil Code's books if it is that.
    BehindName { civil_code: bool },
    /// Only parts of this article and paragraph: 前款第一项.
    PartsOf(ArticleNo, u16),
}

/// The places that begin at byte `at`, and where they end; at least one.
pub(super) fn places(text: &str, at: usize, allowed: Allowed) -> Option<(Vec<Piece>, usize)> {
    let mut reading = Reading {
        cursor: Cursor::new(text, at),
        pieces: Vec::new(),
        division: Division::default(),
        article: None,
        paragraph: 0,
        books: allowed == Allowed::BehindName { civil_code: true },
    };
    let found = match allowed {
        Allowed::Marked => reading.place(false),
        Allowed::BehindName { .. } => reading.place(true),
        Allowed::PartsOf(article, paragraph) => {
            (reading.article, reading.paragraph) = (Some(article), paragraph);
            reading.part_in_list(at)
        }
    };
    if !found {
        return None;
    }
    loop {
        let before = reading.cursor.at;
        if !reading.cursor.separator() || !reading.place(reading.article.is_some()) {
            reading.cursor.at = before;
            return Some((reading.pieces, before));
        }
    }
}

struct Reading<'t> {
    cursor: Cursor<'t>,
    pieces: Vec<Piece>,
    /// What was named last: what follows in a list stands in it.
    division: Division,
    article: Option<ArticleNo>,
    paragraph: u16,
    books: bool,
}

impl Reading<'_> {
    fn place(&mut self, unmarked: bool) -> bool {
        let (start, count) = (self.cursor.at, self.pieces.len());
        let ways: [fn(&mut Self, usize) -> bool; 3] =
            [Self::divided_place, Self::part_in_list, Self::unmarked];
        for way in &ways[..if unmarked { 3 } else { 2 }] {
            if way(self, start) {
                return true;
            }
            self.cursor.at = start;
            self.pieces.truncate(count);
        }
        false
    }

    /// 第五编第二章, 第五编第一千零七十九条, 第一千零七十九条.
    fn divided_place(&mut self, start: usize) -> bool {
        let mut within = Division::default();
        let mut deepest = None;
        loop {
            let before = self.cursor.at;
            if self.books
                && deepest.is_none_or(|level| level == Level::Book)
                && let Some((book, len)) = books::at_start(self.cursor.rest())
            {
                self.cursor.at += len;
                within = book.division();
                deepest = Some(Level::Book);
                continue;
            }
            self.cursor.spaces();
            match self.marked() {
                Some((_, _, Level::Article))
                    if !self.pieces.is_empty() && begins_with_a_thing(self.cursor.rest()) =>
                {
                    return false;
                }
                Some((first, more, Level::Article)) => {
                    if deepest.is_some() {
                        self.division = within;
                    }
                    self.articles(start, first, more, within);
                    return true;
                }
                Some((first, more, level))
                    if level < Level::Article && deepest.is_none_or(|deepest| deepest < level) =>
                {
                    if deepest.is_none() {
                        within = outer(self.division, level);
                    }
                    if !more.is_empty() {
                        return self.divisions(start, first, more, (within, level));
                    }
                    let Ok(number) = first.from else { return false };
                    set(&mut within, level, number);
                    deepest = Some(level);
                }
                _ => {
                    self.cursor.at = before;
                    break;
                }
            }
        }
        let Some(deepest) = deepest else { return false };
        self.division = within;
        self.article = None;
        self.push(start..self.cursor.at, What::Division(within), within);
        self.range_end_at(deepest);
        true
    }

    /// 第三、四章.
    fn divisions(
        &mut self,
        start: usize,
        first: Ordinal,
        more: Vec<Ordinal>,
        (mut within, level): (Division, Level),
    ) -> bool {
        let mut begin = start;
        for ordinal in std::iter::once(first).chain(more) {
            let Ok(number) = ordinal.from else { return false };
            set(&mut within, level, number);
            self.push(begin..ordinal.at.end, What::Division(within), within);
            begin = self.next_numeral(ordinal.at.end);
        }
        self.division = within;
        self.article = None;
        self.extend(|_| ());
        true
    }

    /// 第, numerals, a level.
    fn marked(&mut self) -> Option<(Ordinal, Vec<Ordinal>, Level)> {
        if !self.cursor.eat("第") {
            return None;
        }
        let (first, more) = self.cursor.ordinals()?;
        let level = self.cursor.level()?;
        Some((first, more, level))
    }

    /// 1079条; 二十五条 in a list. Only where it can't be a count: 《民法典》10条新规.
    fn unmarked(&mut self, start: usize) -> bool {
        self.cursor.spaces();
        let begin = self.cursor.at;
        let Some((first, more)) = self.cursor.ordinals() else { return false };
        let numeral_first = !self.cursor.text[begin..].starts_with(['（', '(']);
        let first_place = self.pieces.is_empty();
        let arabic = self.cursor.text[begin..].starts_with(|c| matches!(c, '0'..='9' | '０'..='９'));
        let large = first.from.is_ok_and(|number| number >= 100);
        let counted = first_place && !arabic && !large;
        if !numeral_first || counted || self.cursor.level() != Some(Level::Article) {
            return false;
        }
        if !citing_goes_on(self.cursor.rest()) || first.from.is_err() {
            return false;
        }
        self.articles(start, first, more, Division::default());
        true
    }

    fn articles(&mut self, start: usize, first: Ordinal, more: Vec<Ordinal>, within: Division) {
        let mut begin = start;
        for ordinal in std::iter::once(first).chain(more) {
            let what = match (ordinal.from, ordinal.to.transpose()) {
                (Ok(from), Ok(to)) => What::Articles {
                    from: ArticleNo::plain(from),
                    to: to.map(ArticleNo::plain),
                    part: Part::default(),
                },
                _ => What::Malformed,
            };
            self.push(begin..ordinal.at.end, what, within);
            begin = self.next_numeral(ordinal.at.end);
        }
        let sub = self.cursor.sub();
        self.extend(|what| {
            if let What::Articles { from, to, .. } = what {
                to.as_mut().unwrap_or(from).sub = sub;
            }
        });
        self.paragraph = 0;
        self.article = self.last_article();
        self.parts();
        self.range_end();
    }

    /// 、 between two numerals belongs to neither.
    fn next_numeral(&self, at: usize) -> usize {
        self.cursor.text.len() - self.cursor.text[at..].trim_start_matches(|c| c == '、' || is_space(c)).len()
    }

    /// 第一款第（二）项 behind an article.
    fn parts(&mut self) {
        loop {
            let before = self.cursor.at;
            self.cursor.spaces();
            let start = self.cursor.at;
            if !self.part(start, false) {
                self.cursor.at = before;
                return;
            }
        }
    }

    /// 第三款 in a list; 第一款 by itself.
    fn part_in_list(&mut self, start: usize) -> bool {
        let found = self.part(start, true);
        if found {
            self.parts();
        }
        found
    }

    fn part(&mut self, start: usize, new: bool) -> bool {
        let marked = self.cursor.eat("第");
        let bracketed = self.cursor.rest().starts_with(['（', '(']);
        if !marked && !bracketed {
            return false;
        }
        let Some((first, more)) = self.cursor.ordinals() else { return false };
        let readable = first.from.is_ok() && more.iter().all(|next| next.from.is_ok());
        let level = self.cursor.level();
        let Some(level) = level.filter(|level| *level > Level::Article && (marked || *level == Level::Item))
        else {
            return false;
        };
        if !readable || (!marked && self.pieces.is_empty()) {
            return false;
        }
        // A second paragraph right behind a paragraph is no part of it: 第一款第二款.
        let again = match level {
            Level::Paragraph => self.paragraph > 0,
            _ => level == Level::Item && self.item() > 0,
        };
        let mut begin = start;
        for (count, ordinal) in std::iter::once(first).chain(more).enumerate() {
            let part = self.lower(level, ordinal.from.unwrap_or(0));
            if let (0, false, Some(last)) = (count, new || again, self.pieces.last_mut()) {
                set_part(&mut last.what, part);
                last.at.end = ordinal.at.end;
            } else {
                let what =
                    self.article.map_or(What::Part(part), |from| What::Articles { from, to: None, part });
                self.push(begin..ordinal.at.end, what, Division::default());
            }
            begin = self.next_numeral(ordinal.at.end);
        }
        self.extend(|_| ());
        self.range_end_at(level);
        true
    }

    /// The part one level down to `level`.
    fn lower(&mut self, level: Level, number: u16) -> Part {
        if level == Level::Paragraph {
            self.paragraph = number;
            return Part { paragraph: number, item: 0 };
        }
        let item = if level == Level::Item { number } else { self.item() };
        Part { paragraph: self.paragraph, item }
    }

    /// The item named last.
    fn item(&self) -> u16 {
        self.pieces.last().map_or(0, |piece| match piece.what {
            What::Articles { part, .. } | What::Part(part) => part.item,
            _ => 0,
        })
    }

    /// 第一项至第五项, 第二章至第四章: the link leads to the first.
    fn range_end_at(&mut self, level: Level) {
        let before = self.cursor.at;
        if self.cursor.range_mark()
            && (self.cursor.eat("第") || self.cursor.rest().starts_with(['（', '(']))
            && self.cursor.number().is_some()
            && self.cursor.level() == Some(level)
        {
            self.extend(|_| ());
        } else {
            self.cursor.at = before;
        }
    }

    /// 至第二十五条, 至二十五条, 至之六.
    fn range_end(&mut self) {
        let before = self.cursor.at;
        let from = self.article;
        let to = if self.cursor.range_mark() { self.end_of_range(from) } else { None };
        let Some(to) = to else {
            self.cursor.at = before;
            return;
        };
        self.extend(|what| {
            if let (What::Articles { to: end, .. }, Ok(to)) = (&mut *what, to) {
                *end = Some(to);
            } else {
                *what = What::Malformed;
            }
        });
        self.article = to.ok().or(from);
        // Its parts are read, but the link leads to the first article.
        while self.cursor.eat("第")
            && self.cursor.number().is_some()
            && self.cursor.level().is_some_and(|level| level > Level::Article)
        {
            self.extend(|_| ());
        }
        self.cursor.at = self.pieces.last().map_or(self.cursor.at, |piece| piece.at.end);
        self.paragraph = 0;
    }

    fn end_of_range(&mut self, from: Option<ArticleNo>) -> Option<Result<ArticleNo, Unreadable>> {
        if let Some(from) = from.filter(|from| from.sub > 0) {
            let sub = self.cursor.sub();
            if sub > 0 {
                return Some(Ok(ArticleNo { sub, ..from }));
            }
        }
        self.cursor.spaces();
        self.cursor.eat("第");
        let number = self.cursor.number()?;
        if self.cursor.level() != Some(Level::Article) {
            return None;
        }
        let sub = self.cursor.sub();
        Some(number.map(|number| ArticleNo { number, sub }))
    }

    fn last_article(&self) -> Option<ArticleNo> {
        match self.pieces.last()?.what {
            What::Articles { from, to, .. } => Some(to.unwrap_or(from)),
            _ => None,
        }
    }

    fn push(&mut self, at: Range<usize>, what: What, within: Division) {
        self.pieces.push(Piece { at, what, within });
    }

    /// Changes the last piece, which now ends here.
    fn extend(&mut self, change: impl FnOnce(&mut What)) {
        if let Some(last) = self.pieces.last_mut() {
            change(&mut last.what);
            last.at.end = self.cursor.at;
        }
    }
}

fn set_part(what: &mut What, new: Part) {
    if let What::Articles { part, .. } | What::Part(part) = what {
        *part = new;
    }
}

/// What of `division` stands above `level`: in 第一编第六章、第七章 the second chapter is in the same book.
fn outer(division: Division, level: Level) -> Division {
    let keep = |number: u16, of: Level| if of < level { number } else { 0 };
    Division {
        book: keep(division.book, Level::Book),
        sub_book: keep(division.sub_book, Level::SubBook),
        chapter: keep(division.chapter, Level::Chapter),
        section: 0,
    }
}

fn set(division: &mut Division, level: Level, number: u16) {
    match level {
        Level::Book => division.book = number,
        Level::SubBook => division.sub_book = number,
        Level::Chapter => division.chapter = number,
        _ => division.section = number,
    }
}

/// Whether what stands behind 1079条 leaves no doubt that it is an article, not a count.
fn citing_goes_on(rest: &str) -> bool {
    const GOES_ON: [&str; 16] = [
        "第",
        "之",
        "规定",
        "和",
        "与",
        "及",
        "或",
        "至",
        "到",
        "以及",
        "说",
        "写",
        "讲",
        "明确",
        "中规定",
        "的规定",
    ];
    let Some(next) = rest.chars().next() else { return true };
    !next.is_alphanumeric() || GOES_ON.iter().any(|word| rest.starts_with(word))
}
