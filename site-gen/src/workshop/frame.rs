//! What the pages of documents are made in: everything that was read, as far as it is not the text of one document.
//!
//! Making it goes through all documents, so it is kept from one update to the next. It takes in documents that were written,
//! their heads too ([`Frame::take`]), as long as nothing else was: [`Frame::fits`] is strict, and whatever it doubts is made anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::document::Document;
use crate::check::citations::StatuteBook;
use crate::check::pictures::Album;
use crate::check::{self, Heads, Lasting, NoteBook, World};
use crate::compress::Care;
use crate::diag::Diagnostics;
use crate::load::{Draft, Drafts, Piece};
use crate::model::Site;
use crate::render::{Printer, TypeCase};
use crate::source::{Changes, FileId, Located, SourceMap};
use crate::statute::catalogue::Known;

/// Copies of more pages than this are not pressed as small as they get.
const MANY: usize = 500;

/// What the heads and the few other files say.
#[derive(Debug)]
pub(super) struct Frame {
    pub drafts: Drafts,
    /// `None` where something stops publishing.
    pub site: Option<Site>,
    /// What is wrong so far, but for the texts of documents.
    pub diags: Diagnostics,
    /// What the texts brought to light that are of no document.
    pub book: NoteBook,
    lasting: Lasting,
    today: Date,
    types: Option<TypeCase>,
}

impl Frame {
    /// Makes it of everything that was read.
    pub(super) fn new(
        read: (&SourceMap, &Album),
        drafts: Drafts,
        mut diags: Diagnostics,
        today: Date,
    ) -> Self {
        let Heads { world, site, book } = check::heads(read, &drafts, today, &mut diags);
        let lasting = world.lasting();
        Self { drafts, site, diags, book, lasting, today, types: None }
    }

    /// Whether it can take in `changes`: only documents were written, without a fault, and those whose heads changed have no
    /// old addresses, which are held against everything.
    pub(super) fn fits(
        &self,
        changes: &Changes,
        pieces: &BTreeMap<FileId, Arc<Piece>>,
        documents: &BTreeMap<FileId, Document>,
    ) -> bool {
        let fits = |file: &FileId| {
            let Some(piece) = pieces.get(file).filter(|piece| piece.front.is_some()) else { return false };
            let Some(before) = documents.get(file).and_then(|document| document.front) else { return false };
            piece.front == Some(before) || (!self.has_aliases(*file) && aliases(&piece.draft).is_empty())
        };
        self.site.is_some() && !changes.set && changes.gone.is_empty() && changes.written.iter().all(fits)
    }

    fn has_aliases(&self, file: FileId) -> bool {
        let guide = self.drafts.guide_of(file).is_some_and(|draft| !draft.aliases.is_empty());
        guide || self.drafts.case_of(file).is_some_and(|draft| !draft.aliases.is_empty())
    }

    /// Whether it was made for this day: warnings may be others on another.
    pub(super) fn is_of(&self, today: Date) -> bool {
        self.today == today
    }

    /// Takes the drafts of documents that were written, and what other pages show of them. `false`: their heads have faults,
    /// and it has to be made anew.
    pub(super) fn take(
        &mut self,
        sources: &SourceMap,
        (written, pieces): (&[FileId], &BTreeMap<FileId, Arc<Piece>>),
        documents: &BTreeMap<FileId, Document>,
    ) -> bool {
        self.take_bodies(written, pieces);
        let front = |file: &FileId| pieces.get(file).map(|piece| piece.front);
        let has_new_head = |file: &&FileId| documents.get(file).map(|document| document.front) != front(file);
        let with_heads: Vec<FileId> = written.iter().filter(has_new_head).copied().collect();
        if with_heads.is_empty() {
            return true;
        }
        let mut diags = Diagnostics::default();
        check::heads_again(&self.drafts, (sources, &with_heads), self.today, &mut diags);
        self.diags.forget(&with_heads);
        let has_errors = diags.has_errors();
        self.diags.extend(diags);
        for file in &with_heads {
            self.show(*file);
        }
        !has_errors
    }

    /// Takes the drafts of documents of which nothing but the body was written.
    pub(super) fn take_bodies(&mut self, written: &[FileId], pieces: &BTreeMap<FileId, Arc<Piece>>) {
        for piece in written.iter().filter_map(|file| pieces.get(file)) {
            self.drafts.replace(&piece.draft);
        }
    }

    /// Lists show the head of this document as it is now. Its place among the others depends on its path alone.
    fn show(&mut self, file: FileId) {
        let Some(site) = &mut self.site else { return };
        if let Some(draft) = self.drafts.guide_of(file) {
            let shown = site.guides.iter_mut().find(|head| head.slug == draft.slug.value);
            if let Some(shown) = shown {
                *shown = draft.head();
            }
        }
        if let Some(draft) = self.drafts.case_of(file) {
            let shown = site.cases.iter_mut().find(|head| head.slug == draft.slug.value);
            if let Some(shown) = shown {
                *shown = draft.head();
            }
        }
    }

    /// What documents refer to.
    pub(super) fn world<'f>(&'f self, sources: &'f SourceMap) -> World<'f> {
        World::again(sources, &self.drafts, self.today, &self.lasting)
    }

    /// What may be cited. What is wrong with it has been told.
    pub(super) fn statutes(&self) -> StatuteBook<'_> {
        StatuteBook::new(&self.drafts, self.today, &mut Diagnostics::default())
    }

    /// How well copies are pressed: an editor waits for a small site a minute at most, and not ten for a large one.
    pub(super) fn care(&self) -> Care {
        let texts = self.drafts.catalogue.statutes.iter().flat_map(Known::texts).count();
        let pages = self.drafts.guides.len() + self.drafts.cases.len() + texts;
        if pages > MANY { Care::Little } else { Care::Much }
    }

    /// Gets the type ready that pages are printed with.
    pub(super) fn set_types(&mut self) -> anyhow::Result<()> {
        if let Some(site) = self.site.as_ref().filter(|_| self.types.is_none()) {
            self.types = Some(TypeCase::new(site)?);
        }
        Ok(())
    }

    /// Prints pages, once the type is ready.
    pub(super) fn printer(&self) -> Option<Printer<'_>> {
        Some(Printer::with(self.site.as_ref()?, self.types.as_ref()?))
    }
}

/// The old addresses that a document names.
fn aliases(draft: &Draft) -> &[Located<String>] {
    match draft {
        Draft::Guide(draft) => &draft.aliases,
        Draft::Case(draft) => &draft.aliases,
        _ => &[],
    }
}
