//! Finds citations in running text, in all the forms people write: 《反家庭暴力法》第二十三条、第二十五条第一款, 民法典1079条,
//! 该法第三条, and a second 第二十八条 in the same sentence. What counts and why: `docs/decisions/0010-citations.md`.
//!
//! Start at [`read`]: it goes from one trigger to the next ([`triggers`]); at 《 it reads a title and what follows
//! ([`marks`], [`grammar`]), at 第 it reads places and looks back for whose they are ([`head`], [`context`]). Only what is
//! certain becomes a [`Reference`]; an article that may be a contract's is left alone. Time is linear in the text, and
//! nothing is allocated where nothing is cited.
//!
//! Whether the place exists and the statute holds is `check::citations`' business, not this folder's.

pub mod books;
pub mod context;
mod cursor;
#[cfg(test)]
mod forms;
mod grammar;
mod head;
mod marks;
mod own_text;
#[cfg(test)]
mod properties;
mod reader;
pub mod titles;
mod triggers;

use std::ops::Range;

use crate::model::ArticleNo;
use crate::model::article::{Division, Part};
use cursor::{Cursor, Level};
use reader::Reader;

pub use context::{Context, Own};
pub use titles::{StatuteId, Titles};

/// A piece of a text that cites: one link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Which statute.
    pub subject: Subject,
    /// Where in it.
    pub target: Target,
    /// The book or chapter that was named with an article: 婚姻家庭编第一千零七十九条.
    pub within: Division,
    /// The year of the version that was named: （2022年修订）.
    pub year: Option<i16>,
}

/// Which statute is cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// One of the [`Titles`].
    Known(StatuteId),
    /// One by this title, which nobody knows.
    Unknown(String),
    /// 该法, where no such statute was named before.
    Unclear,
}

/// Where in a statute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// No place in particular.
    Whole,
    /// A book, chapter or section.
    Division(Division),
    /// An article, or several.
    Articles {
        /// The first.
        from: ArticleNo,
        /// The last, where a range was written; it may be before the first.
        to: Option<ArticleNo>,
        /// The part of the first that was named.
        part: Part,
    },
    /// 第二十三三条: a numeral that can't be read.
    Malformed,
}

/// What is known of the page that a text is on.
#[derive(Debug, Clone, Copy)]
pub struct Page<'t> {
    /// The statutes that may be named.
    pub titles: &'t Titles,
    /// The statute that the page is about.
    pub own: Option<Own>,
}

/// The citations in `text`, in order, none overlapping another. `context` is what was said before in the same paragraph,
/// and then what has been said with this text.
pub fn read(text: &str, page: Page<'_>, context: &mut Context) -> Vec<Reference> {
    Reader::new(text, page, context).read()
}

/// The article at the very start of `text`, and where it ends: for headings such as “第二十三条 谁可以申请”.
pub fn leading_article(text: &str) -> Option<(ArticleNo, usize)> {
    let mut cursor = Cursor::new(text, 0);
    let number = if cursor.eat("第") { cursor.number()?.ok()? } else { return None };
    if cursor.level() != Some(Level::Article) {
        return None;
    }
    let sub = cursor.sub();
    Some((ArticleNo { number, sub }, cursor.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_begins_with_its_article() {
        let (number, end) = leading_article("第二十三条 谁可以申请").unwrap();
        assert_eq!((number, end), (ArticleNo::plain(23), "第二十三条".len()));
        assert_eq!(leading_article("第八条之一 夜间").unwrap().0, ArticleNo { number: 8, sub: 1 });
        assert_eq!(leading_article("这部法管什么"), None);
        assert_eq!(leading_article("第一条例"), None);
    }
}
