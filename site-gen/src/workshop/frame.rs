//! What the pages of documents are made in: everything that was read, as far as it is not the text of one document.
//!
//! Making it goes through all documents, so it is kept from one update to the next. It holds as long as nothing was written
//! but bodies of documents: [`Frame::fits`] is strict, and whatever it doubts is made anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::document::Document;
use crate::check::citations::StatuteBook;
use crate::check::pictures::Album;
use crate::check::{self, Heads, Lasting, NoteBook, World};
use crate::diag::Diagnostics;
use crate::load::{Draft, Drafts, Piece};
use crate::model::Site;
use crate::render::{Printer, TypeCase};
use crate::source::{Changes, FileId, SourceMap};

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

    /// Whether it still holds after `changes`: only bodies of documents were written, and nothing else of those files.
    pub(super) fn fits(
        &self,
        changes: &Changes,
        pieces: &BTreeMap<FileId, Arc<Piece>>,
        documents: &BTreeMap<FileId, Document>,
    ) -> bool {
        let only_body = |file: &FileId| {
            let piece = pieces.get(file).and_then(|piece| piece.front);
            piece.is_some() && documents.get(file).is_some_and(|document| document.front == piece)
        };
        self.site.is_some()
            && !changes.set
            && changes.gone.is_empty()
            && changes.written.iter().all(only_body)
    }

    /// Whether it was made for this day: warnings may be others on another.
    pub(super) fn is_of(&self, today: Date) -> bool {
        self.today == today
    }

    /// Takes the documents' drafts, after their bodies changed.
    pub(super) fn take(&mut self, written: &[FileId], pieces: &BTreeMap<FileId, Arc<Piece>>) {
        for file in written {
            match pieces.get(file).map(|piece| &piece.draft) {
                Some(Draft::Guide(draft)) => {
                    let all = &mut self.drafts.guides;
                    if let Ok(place) = all.binary_search_by_key(file, |draft| draft.slug.span.file) {
                        all[place] = Arc::clone(draft);
                    }
                }
                Some(Draft::Case(draft)) => {
                    let all = &mut self.drafts.cases;
                    if let Ok(place) = all.binary_search_by_key(file, |draft| draft.slug.span.file) {
                        all[place] = Arc::clone(draft);
                    }
                }
                _ => {}
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
