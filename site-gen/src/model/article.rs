//! Articles of statutes, the places in them, and how they are cited and linked to.
//!
//! Anchors on a statute's page are made here and nowhere else:
//!
//! ```text
//! art-33            第三十三条
//! art-33-1          第三十三条之一
//! art-33.k2         第三十三条第二款
//! art-33-1.k2.x3    第三十三条之一第二款第（三）项
//! book-5.ch-2.sec-1 第五编第二章第一节      part-2 is a 分编: book-3.part-2.ch-9
//! ```
//!
//! `-` joins the numbers of one article, `.` goes a level down, so no two places share an anchor. An item's anchor names its
//! paragraph even where there is only one (k1); where it is not known which paragraph is meant, the article's anchor is
//! as precise as a link gets.

use std::fmt::{self, Write as _};
use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use super::numeral::{chinese_number, parse_number};

/// The number of an article: 第三十三条 is `33`, 第三十三条之一 is `33` with `sub` 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ArticleNo {
    /// From 1.
    pub number: u16,
    /// 0 for a plain article, n for 之n.
    pub sub: u16,
}

/// A place inside an article: 第一款第（二）项.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// 款, from 1; 0 where none is named.
    pub paragraph: u16,
    /// 项, from 1; 0 where none is named.
    pub item: u16,
}

/// A division of a statute: 第五编第二章第一节. Each from 1; 0 where none is named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Division {
    /// 编
    pub book: u16,
    /// 分编
    pub sub_book: u16,
    /// 章
    pub chapter: u16,
    /// 节
    pub section: u16,
}

/// Where in a statute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// No place in particular.
    Whole,
    /// A book, chapter or section.
    Division(Division),
    /// An article, or a part of it.
    Article(ArticleNo, Part),
}

/// A reference to an article of a statute that the site knows: what a page rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Citation {
    /// The statute's slug.
    pub statute: String,
    /// `None`: the statute as a whole.
    pub article: Option<ArticleNo>,
}

/// A piece of a text that cites, and where its link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitationLink {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// What it counts as citing, at least one: all articles of a range.
    pub citations: Vec<Citation>,
    /// Where in the statute the link leads: the first of a range. No more precise than the statute's page is known to be.
    pub place: Place,
    /// The day from which the version that is meant holds, where one holds on the day the text speaks for.
    pub version: Option<Date>,
}

impl ArticleNo {
    /// A plain article.
    pub fn plain(number: u16) -> Self {
        Self { number, sub: 0 }
    }

    /// The anchor on the statute's page: `art-23`, `art-33-1`.
    pub fn anchor(self) -> String {
        let mut anchor = String::new();
        Place::Article(self, Part::default()).push_anchor(&mut anchor);
        anchor
    }
}

impl Part {
    /// Whether it names nothing: the whole article.
    pub fn is_whole(self) -> bool {
        self == Self::default()
    }
}

impl Division {
    /// Whether it names nothing.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    fn levels(self) -> [(u16, &'static str, &'static str); 4] {
        [
            (self.book, "book", "编"),
            (self.sub_book, "part", "分编"),
            (self.chapter, "ch", "章"),
            (self.section, "sec", "节"),
        ]
    }
}

impl Place {
    /// The anchor on the statute's page; `None` for the page itself.
    pub fn anchor(self) -> Option<String> {
        let mut anchor = String::new();
        self.push_anchor(&mut anchor);
        Some(anchor).filter(|anchor| !anchor.is_empty())
    }

    /// Writes the anchor; nothing for the page itself.
    fn push_anchor(self, out: &mut String) {
        // A string takes whatever is written to it.
        let _ = match self {
            Self::Whole => Ok(()),
            Self::Division(division) => {
                let levels = division.levels().into_iter().filter(|(number, ..)| *number > 0);
                levels.enumerate().try_for_each(|(place, (number, name, _))| {
                    write!(out, "{}{name}-{number}", if place == 0 { "" } else { "." })
                })
            }
            Self::Article(ArticleNo { number, sub }, part) => write!(out, "art-{number}")
                .and_then(|()| if sub > 0 { write!(out, "-{sub}") } else { Ok(()) })
                .and_then(|()| match part {
                    Part { paragraph: 0, .. } => Ok(()),
                    Part { paragraph, item: 0 } => write!(out, ".k{paragraph}"),
                    Part { paragraph, item } => write!(out, ".k{paragraph}.x{item}"),
                }),
        };
    }
}

impl Citation {
    /// The address from the site's root.
    pub fn url(&self) -> String {
        let place = self.article.map_or(Place::Whole, |article| Place::Article(article, Part::default()));
        url(&self.statute, place)
    }
}

impl CitationLink {
    /// Where its link leads, from the site's root.
    pub fn url(&self) -> String {
        self.citations.first().map_or_else(String::new, |citation| url(&citation.statute, self.place))
    }
}

/// The address of a place in the statute called `slug`, from the site's root.
fn url(slug: &str, place: Place) -> String {
    // A site has more links to articles than anything else: written in one go.
    let mut url = String::with_capacity(slug.len() + 40);
    url.push_str("/laws/");
    url.push_str(slug);
    url.push_str("/#");
    let page = url.len();
    place.push_anchor(&mut url);
    if url.len() == page {
        url.truncate(page - 1);
    }
    url
}

/// As statutes write it: 第三十三条之一.
impl fmt::Display for ArticleNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "第{}条", chinese_number(self.number))?;
        if self.sub > 0 {
            write!(f, "之{}", chinese_number(self.sub))?;
        }
        Ok(())
    }
}

/// As statutes write it: 第一款第（二）项.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.paragraph > 0 {
            write!(f, "第{}款", chinese_number(self.paragraph))?;
        }
        if self.item > 0 {
            write!(f, "第（{}）项", chinese_number(self.item))?;
        }
        Ok(())
    }
}

/// As statutes write it: 第五编第二章.
impl fmt::Display for Division {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, _, name) in self.levels().into_iter().filter(|(number, ..)| *number > 0) {
            write!(f, "第{}{name}", chinese_number(number))?;
        }
        Ok(())
    }
}

/// What stands behind the title: nothing for the whole statute.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Division(division) => division.fmt(f),
            Self::Article(article, part) => write!(f, "{article}{part}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_an_anchor_of_its_own() {
        let article = ArticleNo { number: 33, sub: 1 };
        let place = |paragraph, item| Place::Article(article, Part { paragraph, item });
        assert_eq!(place(0, 0).anchor().unwrap(), "art-33-1");
        assert_eq!(place(2, 0).anchor().unwrap(), "art-33-1.k2");
        assert_eq!(place(2, 3).anchor().unwrap(), "art-33-1.k2.x3");
        assert_eq!(place(0, 3).anchor().unwrap(), "art-33-1");
        let division = Division { book: 3, sub_book: 2, chapter: 9, section: 1 };
        assert_eq!(Place::Division(division).anchor().unwrap(), "book-3.part-2.ch-9.sec-1");
        assert_eq!(division.to_string(), "第三编第二分编第九章第一节");
        assert_eq!(place(2, 3).to_string(), "第三十三条之一第二款第（三）项");
        assert_eq!(Place::Whole.anchor(), None);
    }
}
