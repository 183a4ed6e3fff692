//! Finds citations in running text: 《反家庭暴力法》第二十三条、第二十五条第一款.
//!
//! Only what is written is found here; whether the statute and the article exist is `check::citations`' business.
//! Understood: Chinese and Arabic numerals, lists (第三条、第五条; 第三、五条), ranges (第三条至第五条; 第三至五条),
//! inserted articles (第三十三条之一), paragraphs and items after an article (第一款第二项), which don't change the target.

use std::ops::Range;

use crate::model::ArticleNo;
use crate::model::article::parse_number;

/// A statute mentioned in a text, with the articles named right behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The title between the book marks.
    pub title: String,
    /// 《…》 in the text, book marks included.
    pub title_at: Range<usize>,
    /// In the order written.
    pub articles: Vec<ArticleMention>,
}

/// One article, or a range of articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArticleMention {
    /// The first one.
    pub from: ArticleNo,
    /// The last one; the same as `from` for a single article.
    pub to: ArticleNo,
    /// First byte in the text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Every 《…》 of `text`, with the articles behind it.
pub fn mentions(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((title_at, title)) = next_title(text, from) {
        let articles = articles(text, title_at.end);
        from = articles.last().map_or(title_at.end, |last| last.end);
        found.push(Mention { title, title_at, articles });
    }
    found
}

/// The article at the very start of `text`, and where it ends: for headings such as “第二十三条 谁可以申请”.
pub fn leading_article(text: &str) -> Option<(ArticleNo, usize)> {
    let mut scanner = Scanner { text, at: 0 };
    let number = scanner.one_article()?;
    Some((number, scanner.at))
}

/// The next 《…》 from byte `from`; inner book marks 〈…〉 belong to the title.
fn next_title(text: &str, from: usize) -> Option<(Range<usize>, String)> {
    let open = from + text[from..].find('《')?;
    let inner = open + '《'.len_utf8();
    let len = text[inner..].find('》')?;
    let title = &text[inner..inner + len];
    // A second opening mark before the closing one: the first was a slip.
    if let Some(again) = title.rfind('《') {
        return next_title(text, inner + again);
    }
    Some((open..inner + len + '》'.len_utf8(), title.to_owned()))
}

fn articles(text: &str, from: usize) -> Vec<ArticleMention> {
    let mut scanner = Scanner { text, at: from };
    let mut found = Vec::new();
    loop {
        if !found.is_empty() && !scanner.separator() {
            break;
        }
        // 《民法典》 第 1079 条: spaces round numbers are house style.
        scanner.spaces();
        let group = scanner.group();
        if group.is_empty() {
            break;
        }
        found.extend(group);
    }
    found
}

/// A place in a text, moving forward. Each method moves only when it finds what it looks for.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl Scanner<'_> {
    /// 第三条, 第三条之一第二款, 第三条至第五条, 第三至五条, 第三、五条.
    fn group(&mut self) -> Vec<ArticleMention> {
        let start = self.at;
        if let Some(from) = self.one_article() {
            return vec![self.range_after(from, start)];
        }
        self.at = start;
        let listed = self.numbers_before_article();
        if listed.is_empty() {
            self.at = start;
        }
        listed
    }

    /// 第三十三条之一.
    fn one_article(&mut self) -> Option<ArticleNo> {
        let start = self.at;
        let number = self.eat("第").then(|| self.number()).flatten().filter(|_| self.eat_spaced("条"));
        let Some(number) = number else {
            self.at = start;
            return None;
        };
        let before_sub = self.at;
        let sub = if self.eat("之") { self.number() } else { None };
        if sub.is_none() {
            self.at = before_sub;
        }
        Some(ArticleNo { number, sub: sub.unwrap_or(0) })
    }

    /// What may follow an article: paragraphs and items, then 至第五条.
    fn range_after(&mut self, from: ArticleNo, start: usize) -> ArticleMention {
        self.paragraphs();
        let before = self.at;
        let to = if self.range_mark() { self.one_article() } else { None };
        match to {
            Some(_) => self.paragraphs(),
            None => self.at = before,
        }
        ArticleMention { from, to: to.unwrap_or(from), start, end: self.at }
    }

    /// 第三至五条 or 第三、五条: several numbers before one 条.
    fn numbers_before_article(&mut self) -> Vec<ArticleMention> {
        let start = self.at;
        let Some(first) = self.eat("第").then(|| self.number()).flatten() else { return Vec::new() };
        let mut found = vec![plain(first, first, start, self.at)];
        loop {
            let begin = self.at;
            if self.range_mark() {
                self.eat("第");
                let (Some(to), Some(last)) = (self.number(), found.last_mut()) else { return Vec::new() };
                last.to = ArticleNo::plain(to);
                last.end = self.at;
            } else if self.eat("、") {
                self.eat("第");
                let Some(number) = self.number() else { return Vec::new() };
                found.push(plain(number, number, begin + "、".len(), self.at));
            } else {
                break;
            }
        }
        if !self.eat_spaced("条") {
            return Vec::new();
        }
        if let Some(last) = found.last_mut() {
            last.end = self.at;
        }
        found
    }

    /// 第一款第二项.
    fn paragraphs(&mut self) {
        loop {
            let before = self.at;
            let bracketed = self.eat("第") && (self.number().is_some() || self.bracketed_number());
            if !(bracketed && (self.eat_spaced("款") || self.eat_spaced("项"))) {
                self.at = before;
                return;
            }
        }
    }

    /// （二）, as items are numbered.
    fn bracketed_number(&mut self) -> bool {
        self.eat("（") && self.number().is_some() && self.eat("）")
    }

    fn number(&mut self) -> Option<u16> {
        self.spaces();
        let rest = &self.text[self.at..];
        let len = rest.find(|c: char| !is_numeral(c)).unwrap_or(rest.len());
        let number = parse_number(&rest[..len])?;
        self.at += len;
        Some(number)
    }

    fn range_mark(&mut self) -> bool {
        ["至", "到", "—", "–", "-", "～", "~"].iter().any(|mark| self.eat(mark))
    }

    fn separator(&mut self) -> bool {
        self.spaces();
        ["、", "，", "；", ",", ";", "以及", "和", "及", "与", "或"].iter().any(|mark| self.eat(mark))
    }

    fn spaces(&mut self) {
        while self.eat(" ") {}
    }

    fn eat_spaced(&mut self, word: &str) -> bool {
        let before = self.at;
        self.spaces();
        let found = self.eat(word);
        if !found {
            self.at = before;
        }
        found
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.text[self.at..].starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }
}

fn plain(from: u16, to: u16, start: usize, end: usize) -> ArticleMention {
    ArticleMention { from: ArticleNo::plain(from), to: ArticleNo::plain(to), start, end }
}

fn is_numeral(c: char) -> bool {
    matches!(c, '0'..='9' | '０'..='９') || "零〇一二两三四五六七八九十百千".contains(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is found in `text`, as `title[article,article-article]`.
    fn found(text: &str) -> String {
        let article = |number: ArticleNo| match number.sub {
            0 => number.number.to_string(),
            sub => format!("{}.{sub}", number.number),
        };
        let one = |mention: &ArticleMention| {
            if mention.from == mention.to {
                article(mention.from)
            } else {
                format!("{}-{}", article(mention.from), article(mention.to))
            }
        };
        mentions(text)
            .iter()
            .map(|mention| {
                let articles: Vec<String> = mention.articles.iter().map(one).collect();
                format!("{}[{}]", mention.title, articles.join(","))
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn citations_are_found_in_all_the_forms_people_write() {
        for (text, expected) in [
            ("依据《反家庭暴力法》第二十三条。", "反家庭暴力法[23]"),
            ("《反家庭暴力法》第二十三条、第二十五条，第三十条", "反家庭暴力法[23,25,30]"),
            ("《反家庭暴力法》第二十三条第一款第（二）项和第五条", "反家庭暴力法[23,5]"),
            ("《民法典》第1079条", "民法典[1079]"),
            ("《民法典》 第 1079 条第 2 款；第 1080 条", "民法典[1079,1080]"),
            ("《刑法》第三十三条之一第一款", "刑法[33.1]"),
            ("《反家庭暴力法》第二十三至二十五条", "反家庭暴力法[23-25]"),
            ("《反家庭暴力法》第二十三条至第二十五条", "反家庭暴力法[23-25]"),
            ("《反家庭暴力法》第三、五条", "反家庭暴力法[3,5]"),
            ("《民法典》和《反家庭暴力法》第三条", "民法典[] 反家庭暴力法[3]"),
            ("《民法典》第一章，第三次", "民法典[]"),
            ("《民法典》第五条，第三人", "民法典[5]"),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn a_slip_of_the_book_marks_does_not_swallow_the_next_title() {
        assert_eq!(found("《反家庭《民法典》第五条"), "民法典[5]");
        assert_eq!(found("《没有结尾"), "");
    }

    #[test]
    fn a_heading_begins_with_its_article() {
        let (number, end) = leading_article("第二十三条 谁可以申请").unwrap();
        assert_eq!((number, end), (ArticleNo::plain(23), "第二十三条".len()));
        assert_eq!(leading_article("这部法管什么"), None);
    }

    proptest! {
        #[test]
        fn places_lie_on_characters_and_in_order(text in "[《》第一二三十条款项至、和之（）法a-]{0,40}") {
            let mut last = 0;
            for mention in mentions(&text) {
                prop_assert!(mention.title_at.start >= last);
                prop_assert!(text.get(mention.title_at.clone()).is_some());
                last = mention.title_at.end;
                for article in mention.articles {
                    prop_assert!(article.start >= last && article.end > article.start);
                    prop_assert!(text.get(article.start..article.end).is_some());
                    last = article.end;
                }
            }
        }
    }
}
