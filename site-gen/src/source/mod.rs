//! The only reader of `content/`: every file in order, with places to point at.
//!
//! Start at [`SourceMap::read`]. Everything later works on these values, so a diagnostic can always show the line
//! it means. A file is read from disk when somebody first asks for its text, and once; [`SourceMap::refresh`] takes in
//! what has changed since. Nothing here knows what the files are for.

mod blob;
mod changes;
mod folder;
mod read;
mod release;
mod variants;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use blob::Blob;
use blob::{Held, is_drawing};
use folder::Found;
pub use folder::Signature;
pub(crate) use folder::is_left_out;
use read::Read;

/// All files of a content folder, sorted by path. A clone shares the texts.
#[derive(Debug, Default, Clone)]
pub struct SourceMap {
    /// `None` for files that only tests know.
    root: Option<PathBuf>,
    /// A folder under the root that is somebody else's.
    but: Option<String>,
    /// By id, which is by path.
    texts: Vec<Arc<SourceText>>,
    blobs: Vec<Arc<Blob>>,
    /// Files that are not content, only there to be pointed at.
    pointed_at: Vec<Arc<SourceText>>,
    /// Files that are not listed: see [`SourceMap::without`].
    left_out: BTreeSet<FileId>,
}

/// A text file, or the place of a picture among them.
#[derive(Debug)]
pub struct SourceText {
    /// From the content root, with `/`: `guides/work/maternity-leave.md`.
    pub path: String,
    id: FileId,
    kind: Kind,
    signature: Signature,
    read: OnceLock<Read>,
    /// What it was when its text was let go.
    known: Option<Hash>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// Pictures have only a path here.
    Picture,
    /// Neither a text nor a picture that we know.
    Other,
}

/// The BLAKE3 hash of a file's bytes.
pub type Hash = [u8; 32];

/// Names a file of a [`SourceMap`]. Ordered as the paths are, and kept when other files come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileId(u64);

/// A place in a text file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Which file.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A value and where the editor wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Located<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// Which files came, went or changed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Texts whose bytes may have changed, and new ones.
    pub written: Vec<FileId>,
    /// Pictures whose bytes may have changed, whatever they look like from outside, and new ones.
    pub pictures: Vec<FileId>,
    /// Files that are gone, by path.
    pub gone: Vec<(FileId, String)>,
    /// Whether a file came or went, or a picture changed.
    pub set: bool,
}

/// Endings of the texts that editors write.
const TEXT_ENDINGS: [&str; 5] = ["md", "yaml", "yml", "csv", "toml"];
/// Endings of files that are published as they are.
const BLOB_ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "webp", "avif", "svg"];
/// Between the ids of two files that are read together: room for those that come between them.
const STEP: u64 = 1 << 36;
/// The ids of files that are not content begin here: behind those of all others.
const POINTED_AT: u64 = 1 << 63;

impl Span {
    /// A place in `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start, end }
    }

    /// The first byte of `file`, for what is wrong with a file as a whole.
    pub fn start_of(file: FileId) -> Self {
        Self { file, start: 0, end: 0 }
    }
}

impl SourceMap {
    /// Finds every file under `content`, hidden ones and the handbook apart. They are read when asked for.
    ///
    /// # Errors
    ///
    /// Fails when the folder can't be read.
    pub fn read(content: &Path) -> anyhow::Result<Self> {
        Self::read_but(content, None)
    }

    /// [`SourceMap::read`] without the folder `but` (from the content root), which is somebody else's.
    ///
    /// # Errors
    ///
    /// As [`SourceMap::read`].
    pub fn read_but(content: &Path, but: Option<String>) -> anyhow::Result<Self> {
        let mut sources = Self { root: Some(content.to_owned()), but, ..Self::default() };
        for found in sources.found(content)? {
            let id = FileId((sources.texts.len() as u64 + 1) * STEP);
            sources.insert(sources.texts.len(), id, found);
        }
        Ok(sources)
    }

    /// As [`SourceMap::read_but`], giving files that were known before the ids they had.
    ///
    /// # Errors
    ///
    /// As [`SourceMap::read`].
    pub fn read_again(
        (content, but): (&Path, Option<String>),
        known: &[(FileId, String)],
    ) -> anyhow::Result<Self> {
        let mut sources = Self { root: Some(content.to_owned()), but, ..Self::default() };
        let mut known = known.iter().peekable();
        let mut waiting: Vec<Found> = Vec::new();
        for found in sources.found(content)? {
            while known.next_if(|(_, path)| *path < found.path).is_some() {}
            match known.next_if(|(_, path)| *path == found.path) {
                Some((id, _)) => {
                    sources.append(std::mem::take(&mut waiting), Some(*id))?;
                    sources.insert(sources.texts.len(), *id, found);
                }
                None => waiting.push(found),
            }
        }
        sources.append(waiting, None)?;
        Ok(sources)
    }

    /// Puts `found` behind the last file and before `next`. Where there is no room for their ids, all get new ones.
    fn append(&mut self, found: Vec<Found>, next: Option<FileId>) -> anyhow::Result<()> {
        for file in found {
            let id = self.id_between(self.texts.len(), next);
            self.insert(self.texts.len(), id.context("no room for another file's id")?, file);
        }
        Ok(())
    }

    fn id_between(&self, place: usize, next: Option<FileId>) -> Option<FileId> {
        let before = place.checked_sub(1).map_or(0, |at| self.texts[at].id.0);
        let id = match next {
            // Close behind the last one: files that come together come in order.
            Some(FileId(next)) => before + (next - before) / 64,
            None => before + STEP,
        };
        let fits = id > before && next.is_none_or(|next| id < next.0);
        fits.then_some(FileId(id))
    }

    fn insert(&mut self, place: usize, id: FileId, found: Found) {
        let kind = Kind::of(&found.path);
        if kind == Kind::Picture {
            let at = self.root.as_deref().unwrap_or(Path::new("")).join(&found.path);
            let (path, signature) = (found.path.clone(), found.signature);
            let blob = Arc::new(Blob { file: id, path, signature, held: Held::Disk(at) });
            let among = self.blobs.partition_point(|blob| blob.file < id);
            self.blobs.insert(among, blob);
        }
        let text = SourceText {
            path: found.path,
            id,
            kind,
            signature: found.signature,
            read: OnceLock::new(),
            known: None,
        };
        self.texts.insert(place, Arc::new(text));
    }

    /// Adds one file. Only tests call this from outside; paths must come in order.
    pub fn add(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        let (path, bytes) = (path.into(), bytes.into());
        let id = FileId((self.texts.len() as u64 + 1) * STEP);
        let kind = Kind::of(&path);
        if kind == Kind::Picture {
            let held = Held::Memory(bytes.clone());
            let signature = Signature::default();
            self.blobs.push(Blob { file: id, path: path.clone(), signature, held }.into());
        }
        let read = OnceLock::from(Read::of(bytes));
        self.texts
            .push(SourceText { path, id, kind, signature: Signature::default(), read, known: None }.into());
    }

    fn found(&self, root: &Path) -> anyhow::Result<Vec<Found>> {
        let mut found = folder::files(root)?;
        found.retain(|found| !self.is_others(&found.path));
        Ok(found)
    }

    fn is_others(&self, path: &str) -> bool {
        let but = self.but.as_deref().and_then(|but| path.strip_prefix(but));
        but.is_some_and(|rest| rest.starts_with('/'))
    }

    /// Adds a file that is not content, only so that findings can point at it. It is no text of [`Self::texts`].
    pub fn point_at(&mut self, path: impl Into<String>, text: &str) -> FileId {
        let id = FileId(POINTED_AT + self.pointed_at.len() as u64);
        let (path, read) = (path.into(), OnceLock::from(Read::of(text.as_bytes().to_vec())));
        let (kind, signature) = (Kind::Text, Signature::default());
        self.pointed_at.push(SourceText { path, id, kind, signature, read, known: None }.into());
        id
    }

    /// Forgets the files that are not content.
    pub fn point_at_none(&mut self) {
        self.pointed_at.clear();
    }

    fn place_of(&self, path: &str) -> Result<usize, usize> {
        self.texts.binary_search_by(|text| text.path.as_str().cmp(path))
    }

    /// The text files with their ids, by path.
    pub fn texts(&self) -> impl Iterator<Item = (FileId, &SourceText)> {
        let listed =
            |text: &&Arc<SourceText>| text.kind != Kind::Picture && !self.left_out.contains(&text.id);
        self.texts.iter().filter(listed).map(|text| (text.id, text.as_ref()))
    }

    /// The files to copy, by path.
    pub fn blobs(&self) -> &[Arc<Blob>] {
        &self.blobs
    }

    /// Whether `file` is neither UTF-8 text of a known kind nor a picture.
    pub fn is_foreign(&self, file: FileId) -> bool {
        match self.entry(file).kind {
            Kind::Text => !self.look(file).is_utf8,
            Kind::Picture => false,
            Kind::Other => true,
        }
    }

    /// The file of this path.
    pub fn file(&self, path: &str) -> Option<FileId> {
        self.place_of(path).ok().map(|place| self.texts[place].id)
    }

    /// The path of `file` from the content root.
    pub fn path(&self, file: FileId) -> &str {
        &self.entry(file).path
    }

    /// How the file looked on disk when it was found.
    pub fn signature(&self, file: FileId) -> Signature {
        self.entry(file).signature
    }

    /// The text of `file`.
    pub fn text(&self, file: FileId) -> &str {
        &self.look(file).text
    }

    /// How many bytes of `file` stand before its text: those of a byte-order mark.
    pub fn skipped(&self, file: FileId) -> usize {
        self.look(file).skipped
    }

    /// Puts another text in the place of that of `file`, as if it had been read. Gives the earlier one.
    pub fn replace_text(&mut self, file: FileId, text: String) -> String {
        let skipped = self.skipped(file);
        let earlier = self.text(file).to_owned();
        if let Ok(place) = self.texts.binary_search_by_key(&file, |text| text.id) {
            let read = OnceLock::from(Read { skipped, ..Read::of(text.into_bytes()) });
            let SourceText { path, id, kind, signature, .. } = self.texts[place].as_ref();
            let (path, id, kind, signature) = (path.clone(), *id, *kind, *signature);
            self.texts[place] = SourceText { path, id, kind, signature, read, known: None }.into();
        }
        earlier
    }

    /// The hash of `file`.
    pub fn hash(&self, file: FileId) -> Hash {
        self.entry(file).known.unwrap_or_else(|| self.look(file).hash)
    }

    /// Reads `files` from disk, in parallel.
    ///
    /// # Errors
    ///
    /// Fails where one of them can't be read.
    pub fn load(&self, files: &[FileId]) -> anyhow::Result<()> {
        files.par_iter().try_for_each(|&file| match &self.look(file).failure {
            None => Ok(()),
            Some(why) => anyhow::bail!("读不了 {}：{why}", self.path(file)),
        })
    }

    fn entry(&self, file: FileId) -> &SourceText {
        self.shared(file)
    }

    fn shared(&self, file: FileId) -> &Arc<SourceText> {
        // Ids are only made here, and never outlive the file: what knew of a file that is gone has gone with it.
        let texts = if file.0 >= POINTED_AT { &self.pointed_at } else { &self.texts };
        let place = texts.binary_search_by_key(&file, |text| text.id).expect("an id of this map");
        &texts[place]
    }

    fn look(&self, file: FileId) -> &Read {
        let entry = self.entry(file);
        entry.read.get_or_init(|| {
            let root = self.root.as_deref().unwrap_or(Path::new(""));
            match entry.kind {
                Kind::Text => fs::read(root.join(&entry.path)).map_or_else(Read::failed, Read::of),
                // A drawing has lines that findings point into.
                Kind::Picture if is_drawing(&entry.path) => {
                    fs::read(root.join(&entry.path)).map_or_else(Read::failed, Read::of)
                }
                Kind::Picture | Kind::Other => Read::of(Vec::new()),
            }
        })
    }

    /// Only these files: enough to show what was found in them.
    pub fn excerpt(&self, files: &BTreeSet<FileId>) -> Self {
        let excerpt = |&file: &FileId| {
            self.look(file);
            Arc::clone(self.shared(file))
        };
        let (texts, pointed_at) = files.iter().map(excerpt).partition(|text| text.id.0 < POINTED_AT);
        Self { texts, pointed_at, ..Self::default() }
    }

    /// Line and column of a byte of `file`, both from 1, the column in characters.
    pub fn line_column(&self, file: FileId, byte: usize) -> (usize, usize) {
        let text = self.text(file);
        let byte = floor_char_boundary(text, byte);
        let line_start = text[..byte].rfind('\n').map_or(0, |at| at + 1);
        let line = text[..byte].matches('\n').count() + 1;
        (line, text[line_start..byte].chars().count() + 1)
    }
}

impl Kind {
    fn of(path: &str) -> Self {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        match ending.as_str() {
            ending if BLOB_ENDINGS.contains(&ending) => Self::Picture,
            ending if TEXT_ENDINGS.contains(&ending) => Self::Text,
            _ => Self::Other,
        }
    }
}

/// The Markdown files under `folder`, from it and with `/`, by path, with how they look from outside.
///
/// # Errors
///
/// Fails when a folder can't be listed.
pub fn markdown_under(folder: &Path) -> anyhow::Result<Vec<(String, Signature)>> {
    let mut files = folder::list(folder).with_context(|| format!("打不开文件夹 {}", folder.display()))?;
    files.retain(|file| file.path.ends_with(".md"));
    Ok(files.into_iter().map(|file| (file.path, file.signature)).collect())
}

/// What is in a file.
///
/// # Errors
///
/// Fails when it can't be read.
pub fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    fs::read(path)
}

/// The last character boundary at or before `byte`.
pub fn floor_char_boundary(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests;
