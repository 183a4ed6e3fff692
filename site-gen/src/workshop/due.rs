//! Which lists have to be printed again: all of them, or those that show what was edited.
//!
//! An edit that leaves every address where it is changes few lists, and which ones is known ([`Edits`]). Whatever is doubtful
//! makes all of them due: the test of random edits compares with a clean build.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::document::{Document, Head};
use crate::render::Edits;

/// What is due.
#[derive(Debug, Default)]
pub(super) struct Due {
    all: bool,
    edits: Edits,
}

impl Due {
    /// All lists are.
    pub(super) fn everything() -> Self {
        Self { all: true, edits: Edits::default() }
    }

    /// From now on all lists are, if `are`.
    pub(super) fn everything_if(&mut self, are: bool) {
        self.all |= are;
    }

    /// Whether anything is.
    pub(super) fn is_any(&self) -> bool {
        self.all || self.edits != Edits::default()
    }

    /// What was edited; `None` where all lists are due.
    pub(super) fn edits(&self) -> Option<&Edits> {
        (!self.all).then_some(&self.edits)
    }

    /// Takes note of a document that was `old` and is `new`. `days`: when words last changed, by address.
    pub(super) fn note(
        &mut self,
        old: Option<&Document>,
        new: Option<&Document>,
        days: &BTreeMap<String, Date>,
    ) {
        let (Some(old), Some(new)) = (old, new) else {
            self.all = true;
            return;
        };
        if old.head == new.head {
            return;
        }
        match (&old.head, &new.head) {
            (Head::Guide(_), Head::Guide(head)) if old.url == new.url => {
                self.edits.guides.insert(head.slug.clone());
                self.edits.is_dated |= day(old, days) != day(new, days);
                // A topic without dates has no feed.
                self.all |= day(old, days).is_some() != day(new, days).is_some();
            }
            (Head::Case(before), Head::Case(head)) if old.url == new.url && before.topic == head.topic => {
                self.edits.cases.insert(head.slug.clone());
            }
            _ => self.all = true,
        }
    }

    /// Takes note of a statute on which other pages rest, or the same under another name.
    pub(super) fn note_statute(&mut self, slug: &str) {
        self.edits.statutes.insert(slug.to_owned());
    }
}

/// The day that lists give a guide.
fn day(document: &Document, days: &BTreeMap<String, Date>) -> Option<Date> {
    let Head::Guide(head) = &document.head else { return None };
    head.updated.or_else(|| days.get(&document.url).copied()).or(head.reviewed)
}
