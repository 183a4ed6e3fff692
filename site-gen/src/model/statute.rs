//! A statute as it will be published: its versions, what took its place, and the articles that matter.
//!
//! Start at [`Statute`]. What it says word for word is a [`FullText`]; this file reads none.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::{ArticleNo, Body, Citation};
use crate::statute::text::FullText;

/// A law, regulation or judicial interpretation.
#[derive(Debug)]
pub struct Statute {
    /// Its file and its name in URLs.
    pub slug: String,
    /// The full title without book marks.
    pub title: String,
    /// What people call it, the first one shown.
    pub short_titles: Vec<String>,
    /// 法律, 行政法规, 司法解释 …
    pub rank: String,
    /// Questions as people type them that the statute as a whole answers: it is found by them, and its page has none.
    pub asked: Vec<String>,
    /// Whether editors wrote about it: it has an entry in `laws/`, not only a full text.
    pub own_words: bool,
    /// Oldest first, at least one.
    pub versions: Vec<StatuteVersion>,
    /// For repealed ones: what took its place.
    pub replaced_by: Vec<Replacement>,
    /// What it is for.
    pub intro: Body,
    /// The articles that matter, in our own words.
    pub notes: BTreeMap<ArticleNo, ArticleNote>,
}

/// A statute as it stood for a time.
#[derive(Debug, Clone)]
pub struct StatuteVersion {
    /// When it was passed.
    pub adopted: Date,
    /// From when it holds. The day it was passed, where [`Since::Adopted`] says that nothing else is known.
    pub effective: Date,
    /// Who says from when it holds.
    pub since: Since,
    /// How many articles it has.
    pub articles: u16,
    /// The first day on which it no longer holds.
    pub repealed: Option<Date>,
    /// What it says, where the library has it.
    pub text: Option<Arc<FullText>>,
}

/// Who says from when a version holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The entry in `laws/`.
    Entry,
    /// The text.
    Text,
    /// Nobody: the day it was passed stands in, and pages say so.
    Adopted,
}

/// What took the place of a repealed article.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// `None`: the whole statute.
    pub article: Option<ArticleNo>,
    /// What to cite.
    pub by: Citation,
}

/// What an article means for the reader.
#[derive(Debug)]
pub struct ArticleNote {
    /// Its name in plain words.
    pub title: String,
    /// A few sentences.
    pub body: Body,
}

impl StatuteVersion {
    /// The number of its last article: the text's, where there is one.
    pub fn last_number(&self) -> u16 {
        let of_text = self.text.as_ref().and_then(|text| text.last());
        of_text.map_or(self.articles, |last| last.number)
    }
}

impl Statute {
    /// Its address from the root.
    pub fn url(&self) -> String {
        format!("/laws/{}/", self.slug)
    }

    /// The name to show: the first short title, else the full one.
    pub fn short_title(&self) -> &str {
        self.short_titles.first().unwrap_or(&self.title)
    }

    /// The version that holds on `day`.
    pub fn in_force_on(&self, day: Date) -> Option<&StatuteVersion> {
        self.versions
            .iter()
            .rev()
            .find(|version| version.effective <= day && version.repealed.is_none_or(|end| day < end))
    }

    /// The newest version.
    ///
    /// # Panics
    ///
    /// Never for a statute that `check` let through: it has a version.
    pub fn latest(&self) -> &StatuteVersion {
        // `check` refuses an entry without versions.
        self.versions.last().expect("a statute has a version")
    }

    /// The versions that have a text, oldest first.
    pub fn texts(&self) -> impl Iterator<Item = (&StatuteVersion, &Arc<FullText>)> {
        self.versions.iter().filter_map(|version| Some((version, version.text.as_ref()?)))
    }

    /// The day the whole statute lost force, if it did.
    pub fn repealed(&self) -> Option<Date> {
        self.latest().repealed
    }
}
