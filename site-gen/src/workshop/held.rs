//! Drafts in the workshop: told from what is published when files are read, looked at together with it, never printed.
//!
//! Start at [`Workshop::read_pieces`]. What is a draft is [`held_back`]'s to say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::Workshop;
use super::document::{Document, Maker};
use crate::check::{self, Heads};
use crate::diag::Diagnostics;
use crate::held_back;
use crate::load::{self, Draft, Drafts, Piece};
use crate::source::{Changes, FileId};

/// So many files are read at a time.
const READ_TOGETHER: usize = 512;

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
    pub(super) fn check_held(&self, diags: &mut Diagnostics) -> anyhow::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let mut together = Diagnostics::default();
        let drafts = self.all_drafts(&mut together);
        let of_old = self.documents.iter().filter(|(_, document)| !document.notes.diags.is_empty());
        let again: Vec<(FileId, &Piece)> = of_old
            .filter_map(|(file, _)| Some((*file, self.pieces.get(file)?.as_ref())))
            .chain(self.held.iter().map(|(file, piece)| (*file, piece.as_ref())))
            .collect();
        let files: Vec<FileId> = again.iter().map(|(file, _)| *file).collect();
        let sources = self.sources.whole();
        let sources = sources.holding(&files)?;
        let Heads { world, book, .. } =
            check::heads((&sources, &self.album), &drafts, self.options.today, &mut together);
        let maker = Maker::new(&world, &self.days, None, false);
        // Only printing can fail.
        let read = again
            .par_iter()
            .filter_map(|(file, piece)| Some((*file, maker.make(*file, Some(*piece)).ok()??)));
        let read: BTreeMap<FileId, Document> = read.collect();
        let told = |file, codes: &[&str]| {
            let document = read.get(&file).or_else(|| self.documents.get(&file));
            document.is_some_and(|document| document.notes.diags.told_of(file, codes))
        };
        check::heads::check_age(&drafts, self.options.today, &told, &mut together);
        let rest = self.documents.iter().filter(|(file, _)| !read.contains_key(file));
        let pages = rest.chain(&read).map(|(_, document)| (document.url.as_str(), &document.notes));
        book.close(pages, (&sources, &drafts.catalogue, &self.album), &mut together);
        let held: BTreeSet<FileId> = self.held.keys().copied().collect();
        held_back::tell(&held, &together, diags);
        Ok(())
    }

    /// Everything that could be read, drafts among it.
    fn all_drafts(&self, diags: &mut Diagnostics) -> Drafts {
        let mut pieces: Vec<_> = self.pieces.iter().chain(&self.held).collect();
        pieces.sort_by_key(|(file, _)| **file);
        let mut drafts = Drafts::default();
        for (file, piece) in pieces {
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
}
