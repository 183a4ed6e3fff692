//! The statute library: the full texts of statutes, read from a folder in the layout of the `LawRefBook` collection.
//!
//! Start at [`gather::library`]: it reads the files, [`parse`] makes a [`text::Volume`] of each, and what belongs
//! together becomes a [`Work`] with its versions. [`catalogue`] puts works and the entries of `laws/` side by side: it is what
//! citations, pages, records and data are made from. Nothing here knows of HTML, and nothing here stops a build: a file that
//! can't be read is told and left out.

pub mod catalogue;
pub mod compare;
pub mod gather;
pub mod marks;
pub mod parse;
pub mod places;
pub mod publish;
pub mod report;
pub mod text;

mod dates;
mod line;
mod slug;

use std::sync::Arc;

use crate::source::Hash;
use text::FullText;

/// Every statute of which there is a full text.
#[derive(Debug, Default)]
pub struct Library {
    /// By title.
    pub works: Vec<Arc<Work>>,
    /// Of every file that was read, with its path.
    pub stamp: Hash,
    /// Whether there is one that can't be opened: then a title that nobody knows may be in it.
    pub lost: bool,
}

/// A statute through time.
#[derive(Debug)]
pub struct Work {
    /// The full title, without blanks.
    pub title: String,
    /// The title as people say it: without the name of the state.
    pub short_title: String,
    /// 法律, 行政法规, 司法解释 …, from the folder.
    pub rank: String,
    /// Oldest first, at least one, no two of one day.
    pub texts: Vec<Arc<FullText>>,
}

impl Work {
    /// The newest text.
    ///
    /// # Panics
    ///
    /// Never: [`gather`] makes no work without a text.
    pub fn newest(&self) -> &Arc<FullText> {
        self.texts.last().expect("a work has a text")
    }
}
