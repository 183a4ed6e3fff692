//! Drafts in the workshop: told from what is published when files are read, looked at together with it, never printed.
//!
//! Start at [`Workshop::read_pieces`] and [`Workshop::check_held`]. What is a draft is [`held_back`]'s to say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::Workshop;
use super::document::{Document, Maker};
use super::frame::Frame;
use crate::check;
use crate::check::pictures::Album;
use crate::diag::Diagnostics;
use crate::held_back;
use crate::load::{self, Draft, Drafts, Piece};
use crate::source::{Changes, FileId, SourceMap};
use crate::statute::Library;

/// So many files are read at a time.
const READ_TOGETHER: usize = 512;

/// Everything as if nothing were held back. Making it goes through all documents, so it is kept from one update to the
/// next: it holds as long as nothing was written but bodies of documents, as a [`Frame`] does.
#[derive(Debug)]
pub(super) struct Together {
    frame: Frame,
    /// What the frame was made of.
    pieces: BTreeMap<FileId, Arc<Piece>>,
    library: Arc<Library>,
    album: Album,
    /// The drafts, and what has findings without them.
    read: BTreeMap<FileId, Document>,
}

impl Workshop {
    /// Takes up what the files say that were written, and forgets those that are gone. Gives the changes as what is
    /// published sees them: a page that became a draft is gone.
    ///
    /// # Errors
    ///
    /// Fails where one of the files can't be read.
    pub(super) fn read_pieces(&mut self, changes: Changes) -> anyhow::Result<Changes> {
        self.forget_pieces(&changes.gone);
        let (mut seen, mut bytes) = (changes, 0);
        let written = std::mem::take(&mut seen.written);
        for files in written.chunks(READ_TOGETHER) {
            self.sources.load(files)?;
            let some = Changes { written: files.to_vec(), ..Changes::default() };
            let some = held_back::sort_out(&mut self.sources, some);
            self.forget_pieces(&some.gone);
            seen.written.extend(some.written);
            seen.gone.extend(some.gone);
            seen.set |= some.set;
            self.read_into_place(files);
            bytes += self.sources.held_bytes(files);
            if bytes > self.options.held_bytes {
                self.let_go_of_documents(files);
            }
        }
        Ok(seen)
    }

    fn forget_pieces(&mut self, gone: &[(FileId, String)]) {
        for (file, _) in gone {
            self.pieces.remove(file);
            self.held.remove(file);
        }
    }

    /// The texts of documents are read once more when they are made.
    fn let_go_of_documents(&mut self, files: &[FileId]) {
        let is_document = |file: &&FileId| {
            let piece = self.pieces.get(file).or_else(|| self.held.get(file));
            piece.is_some_and(|piece| matches!(piece.draft, Draft::Guide(_) | Draft::Case(_)))
        };
        let documents: Vec<FileId> = files.iter().filter(is_document).copied().collect();
        self.sources.let_go(&documents);
    }

    /// Reads `files`; `sources` leaves out the drafts among them.
    pub(super) fn read_into_place(&mut self, files: &[FileId]) {
        let sources = &self.sources;
        let read = files.par_iter().map(|&file| (file, Arc::new(load::piece(sources, file))));
        for (file, piece) in read.collect::<Vec<_>>() {
            let (to, from) = match self.sources.left_out().contains(&file) {
                true => (&mut self.held, &mut self.pieces),
                false => (&mut self.pieces, &mut self.held),
            };
            from.remove(&file);
            to.insert(file, piece);
        }
    }

    /// Adds what is wrong with the drafts to `diags`. They may refer to everything and to each other, so everything is
    /// looked at as if nothing were held back. A text in which nothing was found then has nothing to find now.
    ///
    /// # Errors
    ///
    /// Fails when a file is not any more what it was.
    pub(super) fn check_held(&mut self, diags: &mut Diagnostics) -> anyhow::Result<()> {
        let kept = self.together.take();
        if self.held.is_empty() {
            return Ok(());
        }
        let sources = self.sources.whole();
        let kept = kept.and_then(|kept| kept.after_edits(self));
        let mut together = kept.unwrap_or_else(|| Together::new(self, &sources));
        together.read(self, &sources)?;
        let held: BTreeSet<FileId> = self.held.keys().copied().collect();
        held_back::tell(&held, &together.found(self, &sources), diags);
        self.together = Some(together);
        Ok(())
    }

    /// Everything that could be read, drafts among it.
    fn all_drafts(&self, diags: &mut Diagnostics) -> Drafts {
        let mut drafts = Drafts::default();
        for (file, piece) in &self.all_pieces() {
            let mut unread = std::mem::take(&mut drafts.unread);
            drafts.add(self.sources.path(*file), piece);
            // A draft that can't be read hides nothing of what is wrong with the published pages.
            if !self.held.contains_key(file) {
                unread.append(&mut drafts.unread);
            }
            drafts.unread = unread;
            diags.extend(piece.diags.clone());
        }
        self.shelf.put_known_beside(&mut drafts);
        drafts
    }

    fn all_pieces(&self) -> BTreeMap<FileId, Arc<Piece>> {
        self.pieces.iter().chain(&self.held).map(|(file, piece)| (*file, Arc::clone(piece))).collect()
    }
}

impl Together {
    fn new(workshop: &Workshop, sources: &SourceMap) -> Self {
        let mut diags = Diagnostics::default();
        let drafts = workshop.all_drafts(&mut diags);
        let frame = Frame::new((sources, &workshop.album), drafts, diags, workshop.options.today);
        Self {
            frame,
            pieces: workshop.all_pieces(),
            library: Arc::clone(workshop.shelf.library()),
            album: workshop.album.clone(),
            read: BTreeMap::new(),
        }
    }

    /// The same with the texts of today; `None` where more than bodies of documents changed.
    fn after_edits(mut self, workshop: &Workshop) -> Option<Self> {
        let pieces = workshop.all_pieces();
        let holds = self.frame.is_of(workshop.options.today)
            && Arc::ptr_eq(&self.library, workshop.shelf.library())
            && self.album == workshop.album
            && self.pieces.keys().eq(pieces.keys());
        let rewritten = pieces.iter().zip(self.pieces.values());
        let rewritten: Vec<(FileId, bool)> = rewritten
            .filter(|((_, new), old)| !Arc::ptr_eq(new, old))
            .map(|((file, new), old)| (*file, new.front.is_some() && new.front == old.front))
            .collect();
        if !holds || rewritten.iter().any(|(_, only_body)| !only_body) {
            return None;
        }
        let written: Vec<FileId> = rewritten.into_iter().map(|(file, _)| file).collect();
        self.frame.take_bodies(&written, &pieces);
        self.read.retain(|file, _| !written.contains(file));
        self.pieces = pieces;
        Some(self)
    }

    /// Reads the drafts, and the documents that have findings without them, where that has not been done.
    fn read(&mut self, workshop: &Workshop, sources: &SourceMap) -> anyhow::Result<()> {
        let is_wanted = |file: &FileId| {
            let has_findings = |document: &Document| !document.notes.diags.is_empty();
            workshop.held.contains_key(file) || workshop.documents.get(file).is_some_and(has_findings)
        };
        self.read.retain(|file, _| is_wanted(file));
        let wanted = self.pieces.iter().filter(|(file, _)| is_wanted(file) && !self.read.contains_key(file));
        let wanted: Vec<(FileId, &Piece)> = wanted.map(|(file, piece)| (*file, piece.as_ref())).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let files: Vec<FileId> = wanted.iter().map(|(file, _)| *file).collect();
        let sources = sources.holding(&files)?;
        let world = self.frame.world(&sources);
        let maker = Maker::new(&world, &workshop.days, None, false);
        // Only printing can fail.
        let read = wanted
            .par_iter()
            .filter_map(|(file, piece)| Some((*file, maker.make(*file, Some(*piece)).ok()??)));
        let read: Vec<(FileId, Document)> = read.collect();
        self.read.extend(read);
        Ok(())
    }

    /// What is wrong when nothing is held back.
    fn found(&self, workshop: &Workshop, sources: &SourceMap) -> Diagnostics {
        let mut found = self.frame.diags.clone();
        let told = |file, codes: &[&str]| {
            let document = self.read.get(&file).or_else(|| workshop.documents.get(&file));
            document.is_some_and(|document| document.notes.diags.told_of(file, codes))
        };
        check::heads::check_age(&self.frame.drafts, workshop.options.today, &told, &mut found);
        let rest = workshop.documents.iter().filter(|(file, _)| !self.read.contains_key(file));
        let pages = rest.chain(&self.read).map(|(_, document)| (document.url.as_str(), &document.notes));
        let known = (sources, &self.frame.drafts.catalogue, &workshop.album);
        self.frame.book.clone().close(pages, known, &mut found);
        found
    }
}
