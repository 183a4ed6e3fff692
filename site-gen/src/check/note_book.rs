//! What the reading of all pages brought to light, until everything is known that it is held against.
//!
//! Start at [`NoteBook::add`]; [`NoteBook::close`] comes once, at the end: it looks up anchors and pictures.

use std::collections::{BTreeMap, BTreeSet};

use super::links::{self, WantedAnchor};
use super::pictures::Album;
use super::resolver::{Anchors, Notes};
use crate::diag::Diagnostics;
use crate::source::SourceMap;
use crate::statute::catalogue::Catalogue;

/// What the reading of all pages brought to light, for what can only be looked up at the end.
#[derive(Debug, Default, Clone)]
pub struct NoteBook {
    /// By the page's address.
    anchors: BTreeMap<String, BTreeSet<String>>,
    wanted: Vec<WantedAnchor>,
    shown: BTreeSet<String>,
    /// What is wrong with the pages.
    pub(super) diags: Diagnostics,
}

impl NoteBook {
    /// Takes what reading the page at `url` brought to light.
    pub fn add(&mut self, url: &str, notes: Notes) {
        // Lists have anchors that no editor makes.
        if !notes.anchors.is_empty() || !url.starts_with("/regions/") {
            self.anchors.entry(url.to_owned()).or_default().extend(owned(&notes.anchors));
        }
        self.wanted.extend(notes.wanted);
        self.shown.extend(notes.shown);
        self.diags.extend(notes.diags);
    }

    /// Looks up what had to wait until every page was read. `documents`: guides and digests by address. Gives the
    /// pictures to publish, by path in the content.
    pub fn close<'n>(
        mut self,
        documents: impl Iterator<Item = (&'n str, &'n Notes)> + Clone,
        (sources, catalogue, album): (&SourceMap, &Catalogue, &Album),
        diags: &mut Diagnostics,
    ) -> Vec<String> {
        diags.extend(self.diags);
        for (_, notes) in documents.clone() {
            self.wanted.extend(notes.wanted.iter().cloned());
            self.shown.extend(notes.shown.iter().cloned());
            if !notes.diags.is_empty() {
                diags.extend(notes.diags.clone());
            }
        }
        let wanted: BTreeSet<&str> = self.wanted.iter().map(|wanted| wanted.url.as_str()).collect();
        for (url, notes) in documents.filter(|(url, _)| wanted.contains(url)) {
            self.anchors.entry(url.to_owned()).or_default().extend(owned(&notes.anchors));
        }
        // Thousands of full texts have anchors; only those of pages that somebody links into are looked at.
        for url in wanted.iter().filter(|url| url.starts_with("/laws/")) {
            self.anchors.entry((*url).to_owned()).or_default().extend(catalogue.anchors(url));
        }
        links::check_anchors(&self.wanted, &self.anchors, diags);
        album.check(sources, &self.shown, diags)
    }
}

fn owned(anchors: &Anchors) -> impl Iterator<Item = String> {
    anchors.iter().map(str::to_owned)
}
