//! Answers the Markdown reader's questions for one page: where a link leads, what a citation means.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::citations::{Spoken, StatuteBook};
use super::links::{Links, Target, WantedAnchor, check_anchors};
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::front_matter::BodyDraft;
use crate::markdown::{self, Resolver};
use crate::model::{Body, Citation};
use crate::source::{FileId, Located, SourceMap, Span};

/// Everything that pages refer to, and the references that can only be looked up at the end.
pub struct References<'s> {
    /// The files.
    pub sources: &'s SourceMap,
    links: &'s Links,
    /// Every statute that content may cite.
    pub statutes: &'s StatuteBook<'s>,
    wanted: Vec<WantedAnchor>,
    anchors: BTreeMap<String, BTreeSet<String>>,
    shown: BTreeSet<String>,
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

impl<'s> References<'s> {
    /// No page read yet.
    pub fn new(sources: &'s SourceMap, links: &'s Links, statutes: &'s StatuteBook<'s>) -> Self {
        Self {
            sources,
            links,
            statutes,
            wanted: Vec::new(),
            anchors: BTreeMap::new(),
            shown: BTreeSet::new(),
        }
    }

    /// Reads the body of a page and remembers its anchors.
    pub fn body(&mut self, draft: BodyDraft, page: &PageContext<'_>, diags: &mut Diagnostics) -> Body {
        let span = draft.0;
        let text = &self.sources.text(span.file)[span.start..span.end];
        let body = markdown::compile(text, span, &mut self.resolver(page, diags));
        self.add_anchors(page.url, body.headings.iter().map(|heading| heading.id.clone()));
        body
    }

    /// Says which anchors the page at `url` has.
    pub fn add_anchors(&mut self, url: &str, anchors: impl IntoIterator<Item = String>) {
        self.anchors.entry(url.to_owned()).or_default().extend(anchors);
    }

    /// Answers questions for `page`.
    pub fn resolver<'r>(
        &'r mut self,
        page: &'r PageContext<'r>,
        diags: &'r mut Diagnostics,
    ) -> PageResolver<'r, 's> {
        PageResolver { references: self, page, diags }
    }

    /// The citations that a field of front matter names.
    pub fn cite(&self, text: &Located<String>, spoken: Spoken, diags: &mut Diagnostics) -> Vec<Citation> {
        self.statutes.resolve_one(&text.value, self.place_in_source(text), spoken, diags)
    }

    /// Where the text itself stands: inside its quotes, if it has any.
    pub fn place_in_source(&self, text: &Located<String>) -> Span {
        let span = text.span;
        let written = &self.sources.text(span.file)[span.start..span.end];
        match written.find(&text.value) {
            Some(at) => Span::new(span.file, span.start + at, span.start + at + text.value.len()),
            None => span,
        }
    }

    /// Looks up the anchors that links asked for; gives the pictures that pages show, by path.
    pub fn finish(mut self, diags: &mut Diagnostics) -> BTreeSet<String> {
        // Thousands of full texts have anchors; only those of pages that somebody links into are looked at.
        let laws = self.wanted.iter().filter(|wanted| wanted.url.starts_with("/laws/"));
        let laws: BTreeSet<String> = laws.map(|wanted| wanted.url.clone()).collect();
        for url in laws {
            let anchors = self.statutes.catalogue().anchors(&url);
            self.add_anchors(&url, anchors);
        }
        check_anchors(&self.wanted, &self.anchors, diags);
        self.shown
    }
}

/// Answers questions for one page.
pub struct PageResolver<'r, 's> {
    references: &'r mut References<'s>,
    page: &'r PageContext<'r>,
    diags: &'r mut Diagnostics,
}

impl Resolver for PageResolver<'_, '_> {
    fn link(&mut self, target: &str, at: Span) -> Option<String> {
        let from = (self.references.sources.path(self.page.file), self.page.url);
        match self.references.links.resolve(target, from) {
            Target::Found { href, anchor } => {
                if let Some((url, anchor)) = anchor {
                    self.references.wanted.push(WantedAnchor { at, url, anchor });
                }
                Some(href)
            }
            Target::Lost { message, hint } => {
                self.diags.push(Diagnostic::error("broken-link", at, message).maybe_hint(hint));
                None
            }
        }
    }

    fn image(&mut self, target: &str, at: Span) -> Option<String> {
        let from = self.references.sources.path(self.page.file);
        let found = self.references.links.image(target, from).map(str::to_owned);
        if let Some(path) = found.as_ref().and_then(|url| url.strip_prefix("/media/")) {
            self.references.shown.insert(path.to_owned());
        } else {
            let message = format!("没有“{target}”这张图片");
            let hint = "图片放在内容文件夹里，用相对路径写；不能用别的网站的图片";
            self.diags.push(Diagnostic::error("broken-image", at, message).hint(hint));
        }
        found
    }

    fn citations(&mut self, text: &str, at: Span) -> Vec<(Range<usize>, Vec<Citation>)> {
        self.references.statutes.resolve(text, at, self.page.spoken, self.diags)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diags.push(diagnostic);
    }
}
