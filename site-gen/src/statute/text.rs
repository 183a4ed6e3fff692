//! A statute's text as parts of one string: headings, articles, paragraphs.
//!
//! Start at [`FullText`]. A text is kept once, as it was read; everything here is a place in it, so that thousands of
//! statutes are as large in memory as on disk. What readers see is made by [`clean`].

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use crate::model::ArticleNo;

/// One version of a statute.
pub struct FullText {
    /// The day it was passed, or published where only that is known: the name of the version.
    pub adopted: Date,
    /// From when it holds, where the text says so of this version.
    pub effective: Option<Date>,
    /// The first day on which it no longer holds, where the text says so.
    pub repealed: Option<Date>,
    /// One, or the books of a code in their order.
    pub volumes: Vec<Volume>,
}

/// One file.
#[derive(Debug)]
pub struct Volume {
    /// Where it is, from the library's folder.
    pub path: String,
    /// As read.
    pub source: Arc<str>,
    /// The title, without blanks.
    pub title: String,
    /// 人格权编: which book of a code it is.
    pub book: Option<String>,
    /// What happened to it, as the lines below the title tell.
    pub events: Vec<Event>,
    /// In the order of the text.
    pub headings: Vec<Heading>,
    /// In the order of the text.
    pub articles: Vec<Article>,
    /// In the order of the text.
    pub paragraphs: Vec<Paragraph>,
    /// How headings, articles and loose paragraphs follow each other.
    pub blocks: Vec<Block>,
}

/// What comes next in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// A heading, by its place in [`Volume::headings`].
    Heading(usize),
    /// An article, by its place in [`Volume::articles`].
    Article(usize),
    /// A paragraph that belongs to no article: a foreword, an annex.
    Loose(usize),
}

/// 第一章 总则, 附件一.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 for the outermost.
    pub level: u8,
    /// For readers.
    pub name: String,
    /// Whether it begins an annex: what is below it is no article.
    pub annex: bool,
}

/// 第三十三条 and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its number.
    pub number: ArticleNo,
    /// 0, or 1 for the second article of the same number, and so on: texts have slips.
    pub again: u8,
    /// The innermost heading it stands under, by its place in [`Volume::headings`].
    pub heading: Option<usize>,
    /// Its paragraphs, by their places in [`Volume::paragraphs`].
    pub paragraphs: Range<usize>,
}

/// A line of the text, or a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paragraph {
    /// First byte in the source.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// How it is set.
    pub kind: ParagraphKind,
}

/// How a paragraph is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParagraphKind {
    /// 款
    Plain,
    /// 项: （一）
    Item,
    /// 目: 1.
    SubItem,
    /// Rows of a Markdown table, the line under the head among them.
    Table,
}

/// A day in the life of a statute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub on: Date,
    /// What happened.
    pub what: EventKind,
}

/// What happened to a statute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// 通过, 公布, 批准
    Adopted,
    /// 修订: written anew
    Revised,
    /// 修正: changed in places
    Amended,
    /// 施行
    Effective,
    /// 废止
    Repealed,
}

/// Without the words: what shows a version in a message or a stamp must not carry a book about.
impl fmt::Debug for FullText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FullText")
            .field("adopted", &self.adopted)
            .field("effective", &self.effective)
            .field("repealed", &self.repealed)
            .finish_non_exhaustive()
    }
}

impl FullText {
    /// Every article with the volume it is in, in order.
    pub fn articles(&self) -> impl Iterator<Item = (&Volume, &Article)> {
        self.volumes.iter().flat_map(|volume| volume.articles.iter().map(move |article| (volume, article)))
    }

    /// How many articles it has.
    pub fn count(&self) -> usize {
        self.volumes.iter().map(|volume| volume.articles.len()).sum()
    }

    /// The article of this number; the first where slips gave several the same.
    pub fn article(&self, number: ArticleNo) -> Option<(&Volume, &Article)> {
        self.articles().find(|(_, article)| article.number == number)
    }

    /// The highest article.
    pub fn last(&self) -> Option<ArticleNo> {
        self.articles().map(|(_, article)| article.number).max()
    }
}

impl Volume {
    /// A paragraph for readers.
    pub fn text(&self, paragraph: &Paragraph) -> Cow<'_, str> {
        clean(&self.source[paragraph.start as usize..paragraph.end as usize])
    }

    /// The paragraphs of an article.
    pub fn paragraphs_of(&self, article: &Article) -> &[Paragraph] {
        &self.paragraphs[article.paragraphs.clone()]
    }

    /// What an article says, paragraphs on lines, without its number.
    pub fn article_text(&self, article: &Article) -> String {
        let mut text = String::new();
        for paragraph in self.paragraphs_of(article) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&self.text(paragraph));
        }
        text
    }

    /// The headings above a place, outermost first: the book, 第一编, 第二章 ….
    pub fn headings_above(&self, heading: Option<usize>) -> Vec<&str> {
        let mut names = Vec::new();
        let mut level = u8::MAX;
        for heading in heading.iter().flat_map(|at| self.headings[..=*at].iter().rev()) {
            if heading.level < level {
                names.push(heading.name.as_str());
                level = heading.level;
            }
        }
        names.extend(self.book.as_deref());
        names.reverse();
        names
    }
}

impl Article {
    /// The anchor on a page, unique in a version: `art-33`, `art-33-1`; `art-33~2` for a second article 33.
    pub fn anchor(&self) -> String {
        let plain = self.number.anchor();
        if self.again == 0 { plain } else { format!("{plain}~{}", u16::from(self.again) + 1) }
    }
}

/// Whether a character is a blank of any width, the invisible ones of office programs among them.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// `text` without blanks around it.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// `text` for readers: no comments, no invisible characters, blanks as one space, no marks of bold type. Tables keep
/// their lines.
pub fn clean(text: &str) -> Cow<'_, str> {
    let odd = |c: char| is_blank(c) && c != ' ' || c == '*';
    if !text.contains(odd) && !text.contains("  ") && !text.contains("<!--") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        if let Some(after) = rest.strip_prefix("**") {
            rest = after;
            continue;
        }
        match c {
            '\n' => out.push('\n'),
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            c if is_blank(c) && out.ends_with([' ', '\n']) => {}
            c if is_blank(c) => out.push(' '),
            c => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(out.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_see_has_no_odd_blanks_and_no_comments() {
        assert_eq!(clean("第一款　　说的\u{200b}是 <!-- 注 -->**这些**  。"), "第一款 说的是 这些 。");
        assert!(matches!(clean("一句平常的话。"), Cow::Borrowed(_)));
        assert_eq!(clean("半截 <!-- 没有结尾"), "半截");
    }
}
