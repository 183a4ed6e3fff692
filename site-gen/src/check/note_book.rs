//! What the reading of all pages brought to light, until everything is known that it is held against.
//!
//! Start at [`NoteBook::add`]; [`NoteBook::close`] comes once, at the end: it looks up anchors and pictures.

use std::collections::{BTreeMap, BTreeSet};

use super::links::{self, WantedAnchor};
use super::resolver::Notes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{SourceMap, Span};
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
            self.anchors.entry(url.to_owned()).or_default().extend(notes.anchors);
        }
        self.wanted.extend(notes.wanted);
        self.shown.extend(notes.shown);
        self.diags.extend(notes.diags);
    }

    /// Looks up what had to wait until every page was read. `documents`: guides and digests by address. Gives the
    /// pictures to publish.
    pub fn close<'n>(
        mut self,
        documents: impl Iterator<Item = (&'n str, &'n Notes)> + Clone,
        (sources, catalogue): (&SourceMap, &Catalogue),
        diags: &mut Diagnostics,
    ) -> BTreeMap<String, Vec<u8>> {
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
            self.anchors.entry(url.to_owned()).or_default().extend(notes.anchors.iter().cloned());
        }
        // Thousands of full texts have anchors; only those of pages that somebody links into are looked at.
        for url in wanted.iter().filter(|url| url.starts_with("/laws/")) {
            self.anchors.entry((*url).to_owned()).or_default().extend(catalogue.anchors(url));
        }
        links::check_anchors(&self.wanted, &self.anchors, diags);
        pictures(sources, &self.shown, diags)
    }
}

/// The pictures that pages show. One that no page shows stays unpublished; one that may say where it was taken stops
/// publishing.
fn pictures(
    sources: &SourceMap,
    shown: &BTreeSet<String>,
    diags: &mut Diagnostics,
) -> BTreeMap<String, Vec<u8>> {
    let mut published = BTreeMap::new();
    for blob in sources.blobs() {
        let at = Span::start_of(blob.file);
        if !shown.contains(&blob.path) {
            diags.push(
                Diagnostic::warning("unused-image", at, "没有页面用到这张图片，没有发布").hint("不用就删掉"),
            );
        } else if blob.has_camera_data() {
            let message = "图片里带着拍摄信息，可能有拍摄的时间和地点";
            diags.push(Diagnostic::error("image-metadata", at, message).hint("对着图片截一张屏，用截图代替"));
        } else {
            published.insert(format!("media/{}", blob.path), blob.bytes.clone());
        }
    }
    published
}
