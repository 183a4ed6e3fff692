//! Answers the Markdown reader's questions for one page: where a link leads, what a citation means.
//!
//! A [`References`] lives as long as one page is being read, so pages are read in parallel; what it learned is in
//! [`Notes`].

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::World;
use super::citations::{Spoken, Written};
use super::links::{Target, WantedAnchor};
use super::prose::{Place, fields};
use crate::citation::{self, Context, Own, Page};
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::front_matter::BodyDraft;
use crate::markdown::{self, Placed, Resolver};
use crate::model::{ArticleNo, Body, Citation, CitationLink};
use crate::source::{FileId, Located, Span};

/// What one page refers to.
pub struct References<'w> {
    /// What can be referred to.
    pub world: &'w World<'w>,
    page: PageContext<'w>,
    /// The article of the page's statute that the text is about: 本条.
    pub about: Option<ArticleNo>,
    /// What was learned so far.
    pub notes: Notes,
}

/// The page being read.
pub struct PageContext<'p> {
    /// Its file.
    pub file: FileId,
    /// Its address.
    pub url: &'p str,
    /// The day it speaks for.
    pub spoken: Spoken,
}

/// What reading one page brought to light.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Notes {
    /// What is wrong with it.
    pub diags: Diagnostics,
    /// The anchors that it has.
    pub anchors: Anchors,
    /// The anchors that it links to, looked up when every page's are known.
    pub wanted: Vec<WantedAnchor>,
    /// The pictures that it shows, by path in the content.
    pub shown: BTreeSet<String>,
    /// What its links say, and where each was found to lead.
    pub links: Vec<(String, Option<String>)>,
    /// What its pictures' addresses say, and where each picture was found.
    pub images: Vec<(String, Option<String>)>,
}

/// Anchors, each with a line's end behind it: a large site has a million, and one piece of memory a page is kept and read back
/// sooner than one for each.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Anchors(String);

impl Anchors {
    fn add(&mut self, anchor: &str) {
        self.0.push_str(anchor);
        self.0.push('\n');
    }

    /// In the order of the page.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_terminator('\n')
    }

    /// Whether the page has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'w> References<'w> {
    /// Nothing of the page read yet.
    pub fn new(world: &'w World<'w>, page: PageContext<'w>) -> Self {
        Self { world, page, about: None, notes: Notes::default() }
    }

    /// Holds the page's whole file against what is known of confidential places.
    pub fn tells_no_place(&mut self) {
        let World { secrets, sources, regions, .. } = self.world;
        secrets.check(self.page.file, sources, regions, &mut self.notes.diags);
    }

    /// Reads the body of the page and remembers its anchors.
    pub fn body(&mut self, draft: BodyDraft) -> Body {
        let span = draft.0;
        let text = &self.world.sources.text(span.file)[span.start..span.end];
        let events = markdown::events(text);
        self.prose(&events, (span, text.len()));
        let body = markdown::compile_events(&events, (span, 1), self);
        self.add_anchors(body.headings.iter().map(|heading| heading.id.clone()));
        body
    }

    /// Holds a text of `len` bytes that was read from `at`, and whose events these are, against the rules of prose.
    pub fn prose(&mut self, events: &[Placed<'_>], (at, len): (Span, usize)) {
        let file = self.world.sources.text(at.file);
        let exact = at.end - at.start == len;
        self.world.rules.body(events, Place { file, at, exact }, &mut self.notes.diags);
    }

    /// Holds a line of front matter that readers see as plain text against the rules of prose.
    pub fn line(&mut self, text: &Located<String>) {
        fields::line(text, self.world.sources, &self.world.rules, &mut self.notes.diags);
    }

    /// Reads a text of front matter as inline Markdown at its place in the file.
    pub fn inline(&mut self, text: &Located<String>) -> Body {
        let span = self.place_in_source(text);
        let events = markdown::events(&text.value);
        self.prose(&events, (span, text.value.len()));
        markdown::compile_inline(&events, span, self)
    }

    /// Says which anchors the page has.
    pub fn add_anchors(&mut self, anchors: impl IntoIterator<Item = String>) {
        anchors.into_iter().for_each(|anchor| self.notes.anchors.add(&anchor));
    }

    /// The citations that a field of front matter names.
    pub fn cite(&mut self, text: &Located<String>) -> Vec<Citation> {
        let at = self.place_in_source(text);
        self.world.statutes.resolve_one(&text.value, at, self.page.spoken, &mut self.notes.diags)
    }

    /// 本法, on the page of a statute.
    fn own(&self) -> Option<Own> {
        let statute = self.world.statutes.of_page(self.page.url)?;
        Some(Own::page(statute, self.about))
    }

    /// Where the text itself stands: inside its quotes, if it has any.
    fn place_in_source(&self, text: &Located<String>) -> Span {
        let span = text.span;
        let written = &self.world.sources.text(span.file)[span.start..span.end];
        match written.find(&text.value) {
            Some(at) => Span::new(span.file, span.start + at, span.start + at + text.value.len()),
            None => span,
        }
    }
}

/// Takes note of where an address leads, once: a page names the same ones again and again.
fn remember(known: &mut Vec<(String, Option<String>)>, target: &str, found: Option<&String>) {
    if !known.iter().any(|(other, _)| other == target) {
        known.push((target.to_owned(), found.cloned()));
    }
}

impl Resolver for References<'_> {
    fn link(&mut self, target: &str, at: Span) -> Option<String> {
        let from = (self.world.sources.path(self.page.file), self.page.url);
        let found = match self.world.links.resolve(target, from) {
            Target::Found { href, anchor } => {
                if let Some((url, anchor)) = anchor {
                    self.notes.wanted.push(WantedAnchor { at, url, anchor });
                }
                Some(href)
            }
            Target::Lost { message, hint } => {
                self.report(Diagnostic::error("broken-link", at, message).maybe_hint(hint));
                None
            }
        };
        remember(&mut self.notes.links, target, found.as_ref());
        found
    }

    fn image(&mut self, target: &str, at: Span) -> Option<String> {
        let from = self.world.sources.path(self.page.file);
        let found = self.world.links.picture(target, from);
        if let Some((path, _)) = found {
            self.notes.shown.insert(path.to_owned());
        } else {
            let message = format!("没有“{target}”这张图片");
            let hint = "图片放在内容文件夹里，用相对路径写；不能用别的网站的图片";
            self.report(Diagnostic::error("broken-image", at, message).hint(hint));
        }
        let address = found.map(|(_, address)| address.to_owned());
        remember(&mut self.notes.images, target, address.as_ref());
        address
    }

    fn citations(&mut self, text: &str, at: Span, context: &mut Context) -> Vec<CitationLink> {
        let written = Written { text, at, spoken: self.page.spoken, own: self.own() };
        self.world.statutes.resolve(written, context, &mut self.notes.diags)
    }

    fn names(&mut self, text: &str, context: &mut Context) {
        let page = Page { titles: self.world.statutes.titles(), own: self.own() };
        citation::read(text, page, context);
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.notes.diags.push(diagnostic);
    }
}
