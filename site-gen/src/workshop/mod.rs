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
mod held;
mod library;
mod outputs;
mod stale;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cache::Cache;
use crate::check::citations::StatuteBook;
use crate::check::pictures::Album;
use crate::check::{self, Heads};
use crate::compress::Compressor;
use crate::diag::Diagnostics;
use crate::load::{Drafts, Piece};
use crate::model::{Cited, Site};
use crate::render::Printer;
use crate::source::{Changes, FileId, Hash, SourceMap};
use crate::statute::{gather, publish};
use crate::{Options, Outcome, Report, cache, data, history, index, pictures};
use document::{Document, Maker};
use library::Shelf;
use outputs::{Batch, Outputs, Owner};
pub use stale::Reason;

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
    documents: BTreeMap<FileId, Document>,
    /// Who rests on which article, as it was last printed.
    cited: Cited,
    /// When each page's words last changed, by address.
    days: BTreeMap<String, Date>,
    stamps: Stamps,
    outputs: Outputs,
    /// What is known of the pictures.
    album: Album,
    /// Whether what is not of one document has to be printed again.
    others_stale: bool,
    /// Whether the records and the search index have to be written again.
    data_stale: bool,
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
            documents: BTreeMap::new(),
            cited: Cited::new(),
            stamps: Stamps::default(),
            outputs: Outputs::default(),
            album: Album::default(),
            others_stale: true,
            data_stale: true,
            taken_up: None,
        }
    }

    /// Takes note of when each file last changed: a commit changes that without touching a file.
    pub fn know_days(&mut self, changed: &history::Changed) {
        let days = history::by_address(changed);
        self.others_stale |= days != self.days;
        self.days = days;
    }

    /// Brings the site up to date. `paths`: where something changed, from the content root; look everywhere where it
    /// is `None`.
    ///
    /// # Errors
    ///
    /// Fails when the machine is at fault. What is published is then as it was.
    pub fn update(&mut self, paths: Option<&[String]>) -> anyhow::Result<Outcome> {
        let mut changes = self.take_in(paths)?;
        changes.set |= self.album.look(&self.sources, &|blob| changes.pictures.contains(&blob.file))?;
        self.make(&changes, true)
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
        let changes = workshop.read_pieces(changes);
        let outcome = workshop.make(&changes, false)?;
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
        self.sources.load(&changes.written)?;
        let changes = self.read_pieces(changes);
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

    fn make(&mut self, changes: &Changes, print: bool) -> anyhow::Result<Outcome> {
        let (drafts, mut diags) = self.drafts()?;
        let Heads { world, mut site, book } =
            check::heads((&self.sources, &self.album), &drafts, self.options.today, &mut diags);
        if let Some(site) = &mut site {
            site.changed.clone_from(&self.days);
        }
        let printer = site.as_ref().filter(|_| print).map(Printer::new).transpose()?;
        let printing = printer.as_ref().map_or(self.stamps.printing, Printer::stamp);
        let moved = site.as_ref().map_or(self.stamps.moved, Site::stamp_of_redirects);
        let stamps = Stamps { reading: world.stamp(), printing, moved };
        let question = stale::Question {
            world: &world,
            changes,
            drafts: &drafts,
            days: &self.days,
            old: self.stamps,
            new: stamps,
        };
        let reasons = question.documents(&self.documents);
        self.others_stale |= question.others(&self.documents);
        let batch = match &printer {
            Some(_) => Some(Batch::begin(&self.outputs, &self.options.out, self.compressor())?),
            None => None,
        };
        let press = printer.as_ref().zip(batch.as_ref());
        let maker = Maker::new(&world, &self.days, press, self.options.search);
        let made = make_all(&maker, &reasons, &self.pieces)?;
        let done = Made { documents: self.named(&reasons), ..Made::default() };
        put_all(&mut self.documents, made);
        let told = |file, codes: &[&str]| {
            self.documents.get(&file).is_some_and(|document| document.notes.diags.told_of(file, codes))
        };
        check::heads::check_age(&drafts, self.options.today, &told, &mut diags);
        let pages = self.documents.values().map(|document| (document.url.as_str(), &document.notes));
        let pictures = book.close(pages, &world, &mut diags);
        self.check_held(&mut diags);
        self.stamps = stamps;
        self.data_stale |= !reasons.is_empty() || self.others_stale;
        let Some(site) = site.as_ref().filter(|_| !diags.has_errors()) else {
            return Ok(Outcome::Rejected(self.report(diags, done)));
        };
        let (Some(printer), Some(batch)) = (&printer, batch) else {
            return Ok(Outcome::Built(self.report(diags, done)));
        };
        let done =
            self.publish(Ready { site, drafts: &drafts, printer, batch, pictures, reasons: &reasons, done })?;
        Ok(Outcome::Built(self.report(diags, done)))
    }

    /// Prints what is not of one document, and puts everything in its place.
    fn publish(&mut self, ready: Ready<'_>) -> anyhow::Result<Made> {
        let Ready { site, drafts, printer, batch, pictures, reasons, mut done } = ready;
        self.forget()?;
        let cited = document::cited(self.documents.values());
        done.others = self.others_stale || cited != self.cited;
        if done.others {
            let put = |(path, bytes): (String, Vec<u8>)| batch.put(Owner::Others, &path, &bytes);
            // What is wrong with titles has been told.
            let statutes = StatuteBook::new(drafts, self.options.today, &mut Diagnostics::default());
            printer.others(&cited, &statutes, &put)?;
            publish::files(&site.statutes).try_for_each(put)?;
        }
        self.put_pictures(&batch, &pictures)?;
        self.cited = cited;
        let data = self.data_stale || done.others;
        if data {
            if self.options.search && !self.fetch_records() {
                anyhow::bail!("上一次生成的搜索数据读不了：再运行一次，会全部重新生成");
            }
            self.put_data(&batch, site, printer)?;
        }
        let remade = |owner: Owner| match owner {
            // One that went while something stopped publishing is known to nobody any more.
            Owner::Document(file) => reasons.contains_key(&file) || !self.documents.contains_key(&file),
            Owner::Others => done.others,
            Owner::Picture => true,
            Owner::Data => data,
        };
        (done.written, done.gone) = batch.finish(&mut self.outputs, remade)?;
        self.documents.values_mut().for_each(|document| document.printed = true);
        (self.others_stale, self.data_stale) = (false, false);
        Ok(done)
    }

    fn cache(&self) -> PathBuf {
        self.options.cache.clone().unwrap_or_else(|| cache::folder_beside(&self.options.out))
    }

    fn compressor(&self) -> Option<Compressor> {
        self.options.compress.then(|| Compressor::new(&self.cache()))
    }

    /// The files of the pictures at these paths in the content. Those that are there were made of the same bytes: their
    /// names say it.
    fn put_pictures(&self, batch: &Batch, paths: &[String]) -> anyhow::Result<()> {
        let cache = Cache::inside(&self.cache(), "pictures");
        let wanted: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
        let blobs = self.sources.blobs().par_iter().filter(|blob| wanted.contains(blob.path.as_str()));
        blobs.try_for_each(|blob| {
            let Some(picture) = self.album.picture(&blob.path) else { return Ok(()) };
            if picture.paths().iter().all(|path| batch.keeps(Owner::Picture, path)) {
                return Ok(());
            }
            let bytes = blob.bytes()?;
            if !picture.is_of(&bytes) {
                anyhow::bail!("图片 {} 正在被改写，等它存好再生成一次", blob.path);
            }
            let mut files = pictures::files(picture, &bytes, &cache).into_iter();
            files.try_for_each(|(path, bytes)| batch.put(Owner::Picture, &path, &bytes))
        })?;
        // Without a picture left, too: what was taken off the site must not stay beside it.
        let marks: BTreeSet<&str> =
            paths.iter().filter_map(|path| Some(self.album.picture(path)?.mark())).collect();
        cache.keep_only(|name| name.get(..pictures::MARK).is_some_and(|mark| marks.contains(mark)));
        Ok(())
    }

    /// The published records, and the search index where it is wanted.
    fn put_data(&self, batch: &Batch, site: &Site, printer: &Printer<'_>) -> anyhow::Result<()> {
        let mut resting: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for document in self.documents.values() {
            let statutes = document.citations.iter().map(|citation| citation.statute.as_str());
            resting.entry(&document.url).or_default().extend(statutes);
        }
        let mut published = data::files(site, &self.cited, &resting).into_iter();
        published.try_for_each(|(path, bytes)| batch.put(Owner::Data, &path, &bytes))?;
        let mut bundle = index::bundle(site, printer.shell()?);
        let put = |(name, bytes): (String, Vec<u8>)| {
            batch.put(Owner::Data, &format!("{}/{name}", search::bundle::FOLDER), &bytes)
        };
        if self.options.search {
            let documents = self.documents.values().filter_map(|document| document.record.clone());
            bundle.records = index::others(site, &self.cited).into_iter().chain(documents).collect();
            bundle.records.sort_by(|a, b| a.id.cmp(&b.id));
            bundle.files().into_iter().try_for_each(put)
        } else {
            bundle.files_without_search().into_iter().try_for_each(put)
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

/// What is needed to publish.
struct Ready<'a> {
    site: &'a Site,
    drafts: &'a Drafts,
    printer: &'a Printer<'a>,
    batch: Batch,
    /// By path in the content.
    pictures: Vec<String>,
    reasons: &'a BTreeMap<FileId, Reason>,
    done: Made,
}

fn make_all(
    maker: &Maker<'_>,
    reasons: &BTreeMap<FileId, Reason>,
    pieces: &BTreeMap<FileId, Arc<Piece>>,
) -> anyhow::Result<Vec<(FileId, Option<Document>)>> {
    let files: Vec<FileId> = reasons.keys().copied().collect();
    let make = |&file: &FileId| Ok((file, maker.make(file, pieces.get(&file).map(Arc::as_ref))?));
    files.par_iter().map(make).collect()
}

fn put_all(documents: &mut BTreeMap<FileId, Document>, made: Vec<(FileId, Option<Document>)>) {
    for (file, document) in made {
        match document {
            Some(document) => documents.insert(file, document),
            None => documents.remove(&file),
        };
    }
}
