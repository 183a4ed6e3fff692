//! What a workshop knows, kept beside the output folder for the next process.
//!
//! Start at [`Workshop::open`]. Nothing kept can show when it is stale: what was kept by another program or with other
//! options is not used; a file whose signature is what it was has the bytes it had, and one that was written so shortly
//! before the state was kept that the clock can't tell is compared by its hash; templates, settings, laws and places go
//! into the stamps that every run compares. The documents, which are nearly all of it, are in a file of their own that is written
//! anew only when many of them changed: what few did is in the state, which names that file by its signature. The state
//! is taken away before the output folder is touched and written
//! again after, so whoever is killed between finds none and makes everything anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use jiff::civil::Date;
use rayon::prelude::*;
use search::bundle::FOLDER;
use search::record::Record;
use serde::{Deserialize, Serialize};

use super::document::{Document, Head};
use super::due::Due;
use super::outputs::Outputs;
use super::records::{self, Packed};
use super::{Stamps, Workshop};
use crate::Options;
use crate::check::pictures::Album;
use crate::check::resolver::Notes;
use crate::diag::Diagnostics;
use crate::load::kinds::{CaseDraft, GuideDraft};
use crate::load::{Draft, Piece};
use crate::model::Citation;
use crate::source::{Blob, Changes, FileId, Hash, Signature, SourceMap};
use crate::statute::gather;
use crate::{emit, held_back};

/// Files written less than this before the state was kept are compared by their hash: clocks of file systems tick.
const RACY_NANOSECONDS: i64 = 2_000_000_000;

/// How many documents are read and written at a time.
const GROUP: usize = 256;

/// What is kept first, and looked at before anything else is read.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Key {
    version: String,
    program: Signature,
    content: PathBuf,
    search: bool,
    compress: bool,
}

/// What is kept once.
#[derive(Serialize, Deserialize)]
struct State {
    stamps: Stamps,
    outputs: Outputs,
    album: Album,
    /// When each page's words last changed, by address.
    days: BTreeMap<String, Date>,
    files: Vec<File>,
    /// The file of documents, as it has to look.
    base: Signature,
    /// How many bytes its groups of documents have.
    groups: Vec<u64>,
    /// Which of them are of no use any more.
    since_base: BTreeSet<FileId>,
    /// Whether what a browser searches by itself is older than the rest.
    browsers_stale: bool,
    /// How many [`Kept`] follow.
    documents: usize,
}

#[derive(Serialize, Deserialize)]
struct File {
    id: FileId,
    path: String,
    signature: Signature,
    hash: Hash,
    /// Whether it was a draft.
    held: bool,
}

/// What is kept of each document.
#[derive(Serialize, Deserialize)]
struct Kept {
    file: FileId,
    draft: KeptDraft,
    diags: Diagnostics,
    unread: bool,
    front: Option<Hash>,
    notes: Notes,
    citations: Vec<Citation>,
    day: Option<Date>,
}

#[derive(Serialize, Deserialize)]
enum KeptDraft {
    Guide(Arc<GuideDraft>),
    Case(Arc<CaseDraft>),
}

impl Workshop {
    /// Takes up the work where the last process left it; begins anew where nothing that fits was kept.
    ///
    /// # Errors
    ///
    /// Fails when a merge that was cut short can't be finished.
    pub fn open(options: Options) -> anyhow::Result<Self> {
        emit::finish_interrupted(&options.out)?;
        let mut workshop = Self::new(options);
        if let Some(kept) = workshop.read() {
            // A folder that can't be read says so when it is read again.
            let _anew = workshop.take_up(kept);
        }
        Ok(workshop)
    }

    /// Forgets what was kept: whoever is stopped from here on leaves nothing that could be stale.
    pub(super) fn forget(&self) -> anyhow::Result<()> {
        match fs::remove_file(place(&self.options.out)?) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => Err(err).context("删不掉上一次的记录"),
            _ => Ok(()),
        }
    }

    /// Keeps what is known for the next process. Where that fails the next process has more to do, and nothing else.
    pub fn keep(&mut self) -> anyhow::Result<()> {
        if self.due.is_any() || self.data_stale || self.documents.values().any(|document| !document.printed) {
            return Ok(());
        }
        let fits = |base: &Base| {
            let few = base.since.len() <= super::FEW + self.documents.len() / 8;
            few && looks(&self.options.out).is_some_and(|looks| looks == base.signature)
        };
        let base = match self.base.take().filter(fits) {
            Some(base) => base,
            None => self.keep_documents()?,
        };
        let place = place(&self.options.out)?;
        let draft = place.with_extension("new");
        let mut file = BufWriter::new(fs::File::create(&draft)?);
        write(&mut file, &self.key()?)?;
        let changed: Vec<Kept> = base.since.iter().filter_map(|id| self.kept(*id)).collect();
        write(&mut file, &self.state(&base, changed.len()))?;
        changed.iter().try_for_each(|kept| write(&mut file, kept))?;
        file.flush()?;
        drop(file);
        self.base = Some(base);
        Ok(fs::rename(&draft, &place)?)
    }

    /// Writes the file of documents anew.
    fn keep_documents(&self) -> anyhow::Result<Base> {
        let place = documents_place(&self.options.out)?;
        let draft = place.with_extension("new");
        let mut file = fs::File::create(&draft)?;
        let mut groups = Vec::new();
        let documents: Vec<FileId> = self.documents.keys().copied().collect();
        for group in documents.chunks(GROUP) {
            let group: Vec<Kept> = group.iter().filter_map(|id| self.kept(*id)).collect();
            let bytes = postcard::to_stdvec(&group)?;
            file.write_all(&bytes)?;
            groups.push(bytes.len() as u64);
        }
        drop(file);
        fs::rename(&draft, &place)?;
        Ok(Base { signature: Signature::of(&fs::metadata(&place)?), groups, since: BTreeSet::new() })
    }

    fn kept(&self, file: FileId) -> Option<Kept> {
        Kept::of(file, self.pieces.get(&file)?, self.documents.get(&file)?)
    }

    fn key(&self) -> anyhow::Result<Key> {
        let program = Signature::of(&fs::metadata(std::env::current_exe()?)?);
        let content = fs::canonicalize(&self.options.content)?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let Options { search, compress, .. } = self.options;
        Ok(Key { version, program, content, search, compress })
    }

    fn state(&self, base: &Base, documents: usize) -> State {
        let file = |(id, text): (FileId, &crate::source::SourceText)| File {
            id,
            path: text.path.clone(),
            signature: self.sources.signature(id),
            hash: self.hash_of(id),
            held: self.held.contains_key(&id),
        };
        State {
            stamps: self.stamps,
            outputs: self.outputs.clone(),
            album: self.album.clone(),
            days: self.days.clone(),
            files: self.sources.whole().texts().map(file).collect(),
            base: base.signature,
            groups: base.groups.clone(),
            since_base: base.since.clone(),
            browsers_stale: self.browsers_stale,
            documents,
        }
    }

    /// A document's text may never have been read by this process.
    fn hash_of(&self, file: FileId) -> Hash {
        self.documents.get(&file).map_or_else(|| self.sources.hash(file), |document| document.hash)
    }

    fn read(&self) -> Option<Taken> {
        let place = place(&self.options.out).ok()?;
        let kept_at = fs::metadata(&place).ok()?;
        let kept_at = (kept_at.mtime(), kept_at.mtime_nsec());
        let mut file = BufReader::new(fs::File::open(&place).ok()?);
        let mut buffer = Vec::new();
        let key: Key = read(&mut file, &mut buffer)?;
        if key != self.key().ok()? {
            return None;
        }
        let state: State = read(&mut file, &mut buffer)?;
        let manifest = fs::read(self.options.out.join(FOLDER).join("manifest.json")).ok()?;
        if !state.outputs.has(&format!("{FOLDER}/manifest.json"), &manifest) {
            return None;
        }
        if looks(&self.options.out)? != state.base {
            return None;
        }
        let known: Vec<(FileId, String)> =
            state.files.iter().map(|file| (file.id, file.path.clone())).collect();
        let content = &self.options.content;
        let (documents, sources) = rayon::join(
            || documents(&self.options.out, &state.groups),
            || SourceMap::read_again((content, gather::folder_inside(content)), &known),
        );
        let mut documents = documents?;
        documents.retain(|kept| !state.since_base.contains(&kept.file));
        for _ in 0..state.documents {
            documents.push(read(&mut file, &mut buffer)?);
        }
        Some(Taken { state, documents, known, sources: sources.ok()?, kept_at })
    }

    /// Compares what was kept with what is there.
    fn take_up(&mut self, taken: Taken) -> anyhow::Result<()> {
        let Taken { state, documents, known, sources, kept_at } = taken;
        self.sources = sources;
        let kept_files: BTreeMap<FileId, &File> = state.files.iter().map(|file| (file.id, file)).collect();
        let mut changes = Changes::default();
        let mut to_read = Vec::new();
        let held: BTreeSet<FileId> = documents.iter().map(|kept| kept.file).collect();
        for (id, _) in self.sources.texts() {
            let same = kept_files.get(&id).filter(|file| {
                let signature = self.sources.signature(id);
                let racy = signature.changed_within(RACY_NANOSECONDS, kept_at);
                signature == file.signature && (!racy || self.sources.hash(id) == file.hash)
            });
            match same {
                Some(_) if held.contains(&id) => {}
                Some(_) => to_read.push(id),
                None => {
                    // The same bytes under another signature are no change.
                    let same_bytes =
                        kept_files.get(&id).is_some_and(|file| self.sources.hash(id) == file.hash);
                    changes.set |= !kept_files.contains_key(&id);
                    if !same_bytes {
                        changes.written.push(id);
                    }
                    to_read.push(id);
                }
            }
        }
        let here: BTreeSet<FileId> = self.sources.texts().map(|(id, _)| id).collect();
        changes.gone = known.into_iter().filter(|(id, _)| !here.contains(id)).collect();
        changes.set |= !changes.gone.is_empty();
        let open = |kept: Kept| {
            let file = kept.file;
            Some((file, kept.open(kept_files.get(&file)?.hash)))
        };
        let opened: Vec<_> = documents.into_par_iter().filter_map(open).collect();
        for (file, (piece, document)) in opened {
            if here.contains(&file) {
                self.pieces.insert(file, Arc::new(piece));
            }
            self.documents.insert(file, document);
        }
        self.sources.load(&to_read)?;
        for file in state.files.iter().filter(|file| file.held && here.contains(&file.id)) {
            self.sources.leave_out(file.id, true);
        }
        let mut changes = held_back::sort_out(&mut self.sources, changes);
        self.read_into_place(&to_read);
        (self.stamps, self.outputs, self.album) = (state.stamps, state.outputs, state.album);
        let racy = |blob: &&Arc<Blob>| blob.signature.changed_within(RACY_NANOSECONDS, kept_at);
        changes.pictures = self.sources.blobs().iter().filter(racy).map(|blob| blob.file).collect();
        self.due = if self.days == state.days { Due::default() } else { Due::everything() };
        self.data_stale = state.browsers_stale;
        self.base = Some(Base { signature: state.base, groups: state.groups, since: state.since_base });
        self.taken_up = Some(changes);
        Ok(())
    }

    /// Takes the records of documents that this process has not made from where they were published.
    pub(super) fn fetch_records(&mut self) -> bool {
        if self.documents.values().all(|document| document.record.is_some()) {
            return true;
        }
        let place = self.options.out.join(FOLDER).join("records.json");
        let mut by_url: BTreeMap<String, Packed> = BTreeMap::new();
        let mut all_kept = true;
        let mut keep = |record: Record| match Packed::of(&record) {
            Ok(packed) => drop(by_url.insert(record.url, packed)),
            Err(_) => all_kept = false,
        };
        if records::read(&place, &mut keep).is_err() || !all_kept {
            return false;
        }
        for document in self.documents.values_mut().filter(|document| document.record.is_none()) {
            document.record = by_url.remove(&document.url);
        }
        self.documents.values().all(|document| document.record.is_some())
    }
}

/// The file of documents that was written last.
#[derive(Debug)]
pub(super) struct Base {
    signature: Signature,
    groups: Vec<u64>,
    /// Documents that were made again, came or went since.
    pub since: BTreeSet<FileId>,
}

/// What was read back.
struct Taken {
    state: State,
    documents: Vec<Kept>,
    /// The files there were.
    known: Vec<(FileId, String)>,
    /// The files there are. Their texts are not read yet.
    sources: SourceMap,
    /// Seconds and nanoseconds.
    kept_at: (i64, i64),
}

impl Kept {
    fn of(file: FileId, piece: &Piece, document: &Document) -> Option<Self> {
        let draft = match &piece.draft {
            Draft::Guide(draft) => KeptDraft::Guide(Arc::clone(draft)),
            Draft::Case(draft) => KeptDraft::Case(Arc::clone(draft)),
            _ => return None,
        };
        Some(Self {
            file,
            draft,
            diags: piece.diags.clone(),
            unread: piece.unread,
            front: piece.front,
            notes: document.notes.clone(),
            citations: document.citations.clone(),
            day: document.day,
        })
    }

    fn open(self, hash: Hash) -> (Piece, Document) {
        let Self { draft, diags, unread, front, notes, citations, day, .. } = self;
        let (draft, head) = match draft {
            KeptDraft::Guide(draft) => (Draft::Guide(Arc::clone(&draft)), Head::Guide(draft.head())),
            KeptDraft::Case(draft) => (Draft::Case(Arc::clone(&draft)), Head::Case(draft.head())),
        };
        let url = head.url();
        let document =
            Document { hash, front, head, url, day, notes, citations, record: None, printed: true };
        (Piece { draft, diags, unread, front }, document)
    }
}

/// Where the state of the site in `out` is kept: beside it, hidden, never published.
fn place(out: &Path) -> anyhow::Result<PathBuf> {
    emit::beside(out, "state")
}

/// Where its documents are kept.
fn documents_place(out: &Path) -> anyhow::Result<PathBuf> {
    emit::beside(out, "documents")
}

/// How the file of documents looks.
fn looks(out: &Path) -> Option<Signature> {
    Some(Signature::of(&fs::metadata(documents_place(out).ok()?).ok()?))
}

fn write<T: Serialize>(file: &mut impl io::Write, value: &T) -> anyhow::Result<()> {
    let bytes = postcard::to_stdvec(value)?;
    file.write_all(&(bytes.len() as u64).to_le_bytes())?;
    Ok(file.write_all(&bytes)?)
}

fn block(file: &mut impl io::Read) -> Option<Vec<u8>> {
    let mut length = [0; 8];
    file.read_exact(&mut length).ok()?;
    let length = usize::try_from(u64::from_le_bytes(length)).ok()?;
    let mut bytes = Vec::new();
    // A length that a damaged file makes up must not reserve the machine's memory.
    let limit = u64::try_from(length).ok()?;
    file.take(limit).read_to_end(&mut bytes).ok()?;
    (bytes.len() == length).then_some(bytes)
}

/// The groups of documents, each read for itself: never all their bytes at once.
fn documents(out: &Path, groups: &[u64]) -> Option<Vec<Kept>> {
    let file = fs::File::open(documents_place(out).ok()?).ok()?;
    let (mut places, mut end) = (Vec::with_capacity(groups.len()), 0_u64);
    for length in groups {
        places.push((end, usize::try_from(*length).ok()?));
        end = end.checked_add(*length)?;
    }
    if end != file.metadata().ok()?.len() {
        return None;
    }
    let group = |&(start, length): &(u64, usize)| {
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, start).ok()?;
        postcard::from_bytes::<Vec<Kept>>(&bytes).ok()
    };
    let groups: Option<Vec<Vec<Kept>>> = places.par_iter().map(group).collect();
    Some(groups?.into_iter().flatten().collect())
}

fn read<T: for<'de> Deserialize<'de>>(file: &mut impl io::Read, buffer: &mut Vec<u8>) -> Option<T> {
    *buffer = block(file)?;
    postcard::from_bytes(buffer).ok()
}
