//! One content folder and the site made from it, kept in step: the first run does everything, a later one what has
//! changed.
//!
//! Start at [`Workshop::update`]. Guides and case digests are the documents of which there are many: each is read,
//! checked and printed by itself, in parallel, and its text is not kept. What else there is (statutes, stations,
//! settings, lists) is little: it is made anew whenever any of it may have changed. [`stale`] says which documents
//! have to be made again and why; nothing is written whose bytes are what they were.
//!
//! A document's page depends on its own file, on what every page may show ([`Printer::stamp`]), on what it may cite and
//! the rules it is held against ([`check::World::stamp`]), on where its links lead, and on the heads of the documents
//! that it mentions or that mention it. Whatever else a page is to show has to become part of that, or it goes stale:
//! the test of random edits finds it.

mod document;
mod due;
mod frame;
mod held;
mod library;
mod only_site;
mod outputs;
mod publication;
mod published_pictures;
mod records;
mod stale;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::check;
use crate::check::pictures::Album;
use crate::diag::Diagnostics;
use crate::load::{Drafts, Piece};
use crate::model::{Cited, Site};
use crate::render::{self, Printer};
use crate::source::{Changes, FileId, Hash, SourceMap};
use crate::statute::gather;
use crate::{Options, Outcome, Report, held_back, history};
use document::{Document, Maker};
use due::Due;
use frame::Frame;
use library::Shelf;
use outputs::{Batch, Outputs};
use publication::{Publication, Tell};
pub use stale::Reason;

/// Up to how many documents it is quicker to say who cites what anew for these alone.
const FEW: usize = 64;

/// So many documents are made at a time, by all threads.
const MADE_TOGETHER: usize = 1024;

/// A content folder and what was made of it.
#[derive(Debug)]
pub struct Workshop {
    options: Options,
    sources: SourceMap,
    /// Of what is published.
    pieces: BTreeMap<FileId, Arc<Piece>>,
    shelf: Shelf,
    /// Of drafts: what is checked and never published. `sources` does not list them.
    held: BTreeMap<FileId, Arc<Piece>>,
    /// Everything with the drafts, as it was last looked at.
    together: Option<held::Together>,
    documents: BTreeMap<FileId, Document>,
    /// Documents that went since the site was published last.
    gone: BTreeSet<FileId>,
    /// The file of documents that was kept last.
    base: Option<state::Base>,
    /// Who rests on which article, as it was last printed; `None` where nobody has asked yet.
    cited: Option<Cited>,
    /// What the last documents were made in, where it may still hold.
    frame: Option<Frame>,
    /// When each page's words last changed, by address.
    days: BTreeMap<String, Date>,
    stamps: Stamps,
    outputs: Outputs,
    /// What is known of the pictures.
    album: Album,
    /// What has to be printed again that is not of one document.
    due: Due,
    /// Whether the records and the search index have to be written again.
    data_stale: bool,
    /// Whether what a browser searches by itself is left to a later build.
    leaves_browsers: bool,
    /// Whether it is older than the rest.
    browsers_stale: bool,
    /// What has changed since the state was kept that this workshop was opened with.
    taken_up: Option<Changes>,
}

/// What every document depends on, as it was when they were last made.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stamps {
    /// What may be cited, and the names of places.
    reading: Hash,
    /// What any page may show.
    printing: Hash,
    /// The old addresses.
    moved: Hash,
}

/// What an update made anew.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Made {
    /// Documents, by path in the content, and why.
    pub documents: BTreeMap<String, Reason>,
    /// Whether lists and the other pages were made again.
    pub others: bool,
    /// Files that were written, by path from the site's root.
    pub written: BTreeSet<String>,
    /// Files that were taken away, by path from the site's root.
    pub gone: Vec<String>,
}

impl Workshop {
    /// Nothing made yet.
    pub fn new(options: Options) -> Self {
        let days = history::by_address(&options.changed);
        Self {
            options,
            days,
            sources: SourceMap::default(),
            pieces: BTreeMap::new(),
            shelf: Shelf::default(),
            held: BTreeMap::new(),
            together: None,
            documents: BTreeMap::new(),
            gone: BTreeSet::new(),
            base: None,
            cited: None,
            frame: None,
            stamps: Stamps::default(),
            outputs: Outputs::default(),
            album: Album::default(),
            due: Due::everything(),
            data_stale: true,
            leaves_browsers: false,
            browsers_stale: false,
            taken_up: None,
        }
    }

    /// Takes note of when each file last changed: a commit changes that without touching a file.
    pub fn know_days(&mut self, changed: &history::Changed) {
        let days = history::by_address(changed);
        if days != self.days {
            (self.due, self.frame, self.days) = (Due::everything(), None, days);
        }
    }

    /// Takes note of the day, for warnings about stale facts.
    pub fn know_today(&mut self, today: Date) {
        self.options.today = today;
    }

    /// Leaves what a browser searches by itself as it is from now on, where it is there, until [`Workshop::catch_up`] or the next
    /// workshop: it is a thousand small files that all change with any word, and whoever edits has a server to ask.
    pub fn leave_browsers(&mut self) {
        self.leaves_browsers = true;
    }

    /// Makes what was left. What is not published, because the content has mistakes, is left as it is.
    ///
    /// # Errors
    ///
    /// As [`Workshop::update`].
    pub fn catch_up(&mut self) -> anyhow::Result<()> {
        let unpublished = self.due.is_any() || self.data_stale;
        if self.browsers_stale && !unpublished {
            (self.data_stale, self.leaves_browsers) = (true, false);
            self.make(&Changes::default(), Some(&mut |_| {}))?;
            self.leaves_browsers = true;
        }
        Ok(())
    }

    fn browsers_are_due(&self) -> bool {
        !self.leaves_browsers || self.outputs.is_empty()
    }

    /// Brings the site up to date. `paths`: where something changed, from the content root; look everywhere where it
    /// is `None`.
    ///
    /// # Errors
    ///
    /// Fails when the machine is at fault. What is published is then as it was.
    pub fn update(&mut self, paths: Option<&[String]>) -> anyhow::Result<Outcome> {
        self.update_telling(paths, &mut |_| {})
    }

    /// As [`Workshop::update`]; `tell` hears of what is in its place before the rest is.
    ///
    /// # Errors
    ///
    /// As [`Workshop::update`].
    pub fn update_telling(
        &mut self,
        paths: Option<&[String]>,
        tell: &mut dyn FnMut(&Made),
    ) -> anyhow::Result<Outcome> {
        let mut changes = self.take_in(paths)?;
        if !changes.written.is_empty() {
            // It is needed by whatever is printed, and the heads are looked at first.
            rayon::spawn(render::read_dictionary);
        }
        changes.set |= self.album.look(&self.sources, &|blob| changes.pictures.contains(&blob.file))?;
        self.make(&changes, Some(tell))
    }

    /// Gets ready for edits: finds out who rests on which article, which the first edited title would wait for.
    pub fn get_ready(&mut self) {
        let documents = self.documents.values();
        self.cited.get_or_insert_with(|| document::cited(documents));
    }

    /// Checks what was read, and writes nothing. The report holds all of `sources`.
    ///
    /// # Errors
    ///
    /// Fails when a folder of full texts that the command line names can't be read.
    pub fn check(sources: SourceMap, options: Options) -> anyhow::Result<Outcome> {
        let (workshop, mut outcome) = Self::checked(sources, options)?;
        let (Outcome::Built(report) | Outcome::Rejected(report)) = &mut outcome;
        report.sources = workshop.sources;
        Ok(outcome)
    }

    fn checked(sources: SourceMap, options: Options) -> anyhow::Result<(Self, Outcome)> {
        let mut workshop = Self { sources: sources.whole(), ..Self::new(options) };
        workshop.album.look(&workshop.sources, &|_| true)?;
        let changes = workshop.everything();
        let changes = workshop.read_pieces(changes)?;
        let outcome = workshop.make(&changes, None)?;
        Ok((workshop, outcome))
    }

    /// Reads what has changed on disk.
    fn take_in(&mut self, paths: Option<&[String]>) -> anyhow::Result<Changes> {
        let content = self.options.content.clone();
        if let Some(changes) = self.taken_up.take() {
            return Ok(changes);
        }
        let but = gather::folder_inside(&content);
        let changes = if self.pieces.is_empty() {
            self.sources = SourceMap::read_but(&content, but)?;
            self.everything()
        } else {
            self.sources.refresh(paths, but)?
        };
        let changes = self.read_pieces(changes)?;
        if self.sources.file("site.toml").is_none() {
            anyhow::bail!("{} 里没有 site.toml：--content 要指向内容文件夹的最上层", content.display());
        }
        Ok(changes)
    }

    /// All files, as changes.
    fn everything(&self) -> Changes {
        let written = self.sources.texts().map(|(file, _)| file).collect();
        Changes { written, set: true, ..Changes::default() }
    }

    /// Everything that could be read, and what is wrong with single files.
    fn drafts(&mut self) -> anyhow::Result<(Drafts, Diagnostics)> {
        let (mut drafts, mut diags) = (Drafts::default(), Diagnostics::default());
        for (file, piece) in &self.pieces {
            drafts.add(self.sources.path(*file), piece);
            diags.extend(piece.diags.clone());
        }
        diags.extend(self.shelf.put_beside(&mut drafts, &self.options, &mut self.sources)?);
        Ok((drafts, diags))
    }

    /// Makes what has changed. `tell`: publishes it and says so; without it nothing is printed.
    fn make(&mut self, changes: &Changes, tell: Option<Tell<'_>>) -> anyhow::Result<Outcome> {
        let (mut frame, is_kept) = self.take_frame(changes)?;
        if tell.is_some() {
            frame.set_types()?;
        }
        let world = frame.world(&self.sources);
        let printer = frame.printer();
        let reasons = if is_kept {
            self.edited(changes, &frame.drafts)
        } else {
            let printing = printer.as_ref().map_or(self.stamps.printing, Printer::stamp);
            let printing = if self.options.compress { frame.care().stamp(printing) } else { printing };
            let moved = frame.site.as_ref().map_or(self.stamps.moved, Site::stamp_of_redirects);
            let new = Stamps { reading: world.stamp(), printing, moved };
            let question = stale::Question {
                world: &world,
                changes,
                drafts: &frame.drafts,
                days: &self.days,
                old: self.stamps,
                new,
            };
            let reasons = question.documents(&self.documents);
            self.due.everything_if(question.others());
            self.stamps = new;
            reasons
        };
        let batch = match &printer {
            Some(_) => Some(Batch::begin(&self.outputs, &self.options.out, self.compressor(&frame))?),
            None => None,
        };
        let press = printer.as_ref().zip(batch.as_ref());
        let made = self.make_all(&frame, press, &reasons)?;
        let done = Made { documents: self.named(&reasons), ..Made::default() };
        self.put_all(made);
        let mut diags = frame.diags.clone();
        let told = |file, codes: &[&str]| {
            self.documents.get(&file).is_some_and(|document| document.notes.diags.told_of(file, codes))
        };
        check::heads::check_age(&frame.drafts, self.options.today, &told, &mut diags);
        let pages = self.documents.values().map(|document| (document.url.as_str(), &document.notes));
        let known = (&self.sources, &frame.drafts.catalogue, &self.album);
        let pictures = frame.book.clone().close(pages, known, &mut diags);
        self.check_held(&mut diags)?;
        self.data_stale |= self.due.is_any() || (self.options.search && !reasons.is_empty());
        batch.iter().filter(|_| held_back::has_harmful(&diags)).for_each(Batch::forget);
        let ready = printer.as_ref().zip(batch).filter(|_| !diags.has_errors()).zip(tell);
        let Some(((printer, batch), tell)) = ready else {
            let report = self.report(diags, done);
            let broken = report.diags.has_errors() || frame.site.is_none();
            return Ok(if broken { Outcome::Rejected(report) } else { Outcome::Built(report) });
        };
        let publication = Publication { frame: &frame, printer, pictures, reasons: &reasons, tell, done };
        let done = publication.publish(self, batch)?;
        self.frame = Some(frame);
        Ok(Outcome::Built(self.report(diags, done)))
    }

    /// Makes documents, some at a time: their texts need not be held all at once.
    fn make_all(
        &self,
        frame: &Frame,
        press: Option<(&Printer<'_>, &Batch)>,
        reasons: &BTreeMap<FileId, Reason>,
    ) -> anyhow::Result<Vec<(FileId, Option<Document>)>> {
        let files: Vec<FileId> = reasons.keys().copied().collect();
        let (mut made, mut press) = (Vec::with_capacity(files.len()), press);
        for files in files.chunks(MADE_TOGETHER) {
            let sources = self.sources.holding(files)?;
            let world = frame.world(&sources);
            let maker = Maker::new(&world, &self.days, press, self.options.search);
            let one = |&file: &FileId| Ok((file, maker.make(file, self.pieces.get(&file).map(Arc::as_ref))?));
            let some: anyhow::Result<Vec<_>> = files.par_iter().map(one).collect();
            made.extend(some?);
            // What will not be published need not be printed.
            press = press.filter(|_| !maker.is_broken());
        }
        Ok(made)
    }

    /// The frame as of these changes, and whether it is the one that was kept.
    fn take_frame(&mut self, changes: &Changes) -> anyhow::Result<(Frame, bool)> {
        if let Some(mut frame) = self.frame.take()
            && self.holds(&frame, changes)?
            && frame.take(&self.sources, (&changes.written, &self.pieces), &self.documents)
        {
            return Ok((frame, true));
        }
        Ok((self.new_frame()?, false))
    }

    fn new_frame(&mut self) -> anyhow::Result<Frame> {
        let (drafts, diags) = self.drafts()?;
        let mut frame = Frame::new((&self.sources, &self.album), drafts, diags, self.options.today);
        if let Some(site) = &mut frame.site {
            site.changed.clone_from(&self.days);
        }
        Ok(frame)
    }

    /// Whether nothing else is to be done than to make the documents that were written, and what shows their heads.
    fn holds(&self, frame: &Frame, changes: &Changes) -> anyhow::Result<bool> {
        Ok(!self.due.is_any()
            && frame.is_of(self.options.today)
            && frame.fits(changes, &self.pieces, &self.documents)
            && self.shelf.is_as_read(&frame.drafts, &self.options)?)
    }

    fn edited(&self, changes: &Changes, drafts: &Drafts) -> BTreeMap<FileId, Reason> {
        let differs = |file: &&FileId| {
            self.documents.get(file).is_some_and(|document| document.hash != self.sources.hash(**file))
        };
        let mut reasons: BTreeMap<FileId, Reason> =
            changes.written.iter().filter(differs).map(|file| (*file, Reason::Edited)).collect();
        let mut talk = stale::Talk::default();
        for file in reasons.keys() {
            if let (Some(old), Some(new)) = (self.documents.get(file), stale::head_of(drafts, *file)) {
                talk.hear(Some(&old.head), Some(&new));
            }
        }
        talk.add_to(&mut reasons, drafts);
        reasons
    }

    fn put_all(&mut self, made: Vec<(FileId, Option<Document>)>) {
        let many = made.len() > FEW;
        for (file, document) in made {
            if let Some(base) = &mut self.base {
                base.since.insert(file);
            }
            let old = match document {
                Some(document) => self.documents.insert(file, document),
                None => {
                    self.gone.insert(file);
                    self.documents.remove(&file)
                }
            };
            let new = self.documents.get(&file);
            self.due.note(old.as_ref(), new, &self.days);
            if document::rest_on_the_same(old.as_ref(), new) {
                continue;
            }
            let statutes = match &mut self.cited {
                Some(cited) if !many => document::cite_again(cited, old.as_ref(), new),
                cited => {
                    *cited = None;
                    document::rested_on(old.as_ref(), new)
                }
            };
            self.data_stale = true;
            for slug in &statutes {
                self.due.note_statute(slug);
            }
        }
    }

    /// By path in the content.
    fn named(&self, reasons: &BTreeMap<FileId, Reason>) -> BTreeMap<String, Reason> {
        let here = |file: &FileId| self.pieces.contains_key(file);
        let named = reasons.iter().filter(|(file, _)| here(file));
        let named = named.map(|(file, reason)| (self.sources.path(*file).to_owned(), *reason));
        let gone = reasons.iter().filter(|(file, _)| !here(file));
        let gone = gone.filter_map(|(file, reason)| Some((self.documents.get(file)?.url.clone(), *reason)));
        named.chain(gone).collect()
    }

    fn report(&self, diags: Diagnostics, made: Made) -> Report {
        let files = diags.files();
        let excerpt = self.sources.excerpt(&files);
        let mut report = Report::new(excerpt, diags, self.outputs.pages(), &self.options.content, made);
        report.held_back = self.held.keys().map(|file| self.sources.path(*file).to_owned()).collect();
        report
    }
}
