//! What stands in the output folder: which file, with which bytes, made from what.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::compress::{self, Care, Compressor};
use crate::emit::Staging;
use crate::source::{FileId, Hash};

/// The files of the output folder, by path from the site's root. Empty: nothing is known of the folder.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outputs(Arc<BTreeMap<String, Output>>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Output {
    hash: Hash,
    owner: Owner,
    /// With how much care its copies were made.
    care: Care,
}

/// What a file was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Owner {
    /// One guide or digest.
    Document(FileId),
    /// Everything else that readers see.
    Others,
    /// A picture. Its files are named by what is in it.
    Picture,
    /// The published records.
    Data,
    /// What a browser searches by itself.
    InBrowsers,
}

/// The files of one run.
pub(super) struct Batch {
    staging: Staging,
    known: Outputs,
    /// Makes compressed copies, where they are wanted, with as much care as so many pages allow.
    compressor: Option<(Compressor, Care)>,
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    outputs: BTreeMap<String, Output>,
    written: BTreeSet<String>,
}

impl Outputs {
    /// Whether the file at `path` was made with these bytes.
    pub(super) fn has(&self, path: &str, bytes: &[u8]) -> bool {
        self.0.get(path).is_some_and(|output| output.hash == *blake3::hash(bytes).as_bytes())
    }

    /// Whether nothing is known of the folder.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many pages there are.
    pub(super) fn pages(&self) -> usize {
        self.0.keys().filter(|path| path.ends_with(".html") && !path.starts_with("data/")).count()
    }
}

/// Writes a file.
pub(super) type Write<'w> = &'w mut dyn FnMut(&mut dyn io::Write) -> anyhow::Result<()>;

/// Bytes that are written and hashed at a time: few are hashed slowly.
const BUFFER: usize = 512 << 10;

/// A file being written, and the hash of what it has so far.
struct Hashing {
    file: fs::File,
    hasher: blake3::Hasher,
}

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Batch {
    /// Begins a run that leads from `known` to something else in the folder `out`.
    pub(super) fn begin(
        known: &Outputs,
        out: &Path,
        compressor: Option<(Compressor, Care)>,
    ) -> anyhow::Result<Self> {
        Ok(Self { staging: Staging::beside(out)?, known: known.clone(), compressor, made: Mutex::default() })
    }

    /// Takes a file; writes it, and its compressed copies, where its bytes are new.
    pub(super) fn put(&self, owner: Owner, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        // A picture is made once, and there are few.
        let care = match &self.compressor {
            Some((_, care)) if owner != Owner::Picture => *care,
            _ => Care::Much,
        };
        let is_new = self.put_alone((owner, care), path, bytes)?;
        let Some((compressor, _)) = &self.compressor else { return Ok(()) };
        if is_new || self.known.0.get(path).is_some_and(|known| known.care != care) {
            let copies = compressor.variants(path, bytes, care);
            return copies.into_iter().try_for_each(|(ending, copy)| {
                self.put_alone((owner, care), &format!("{path}.{ending}"), &copy).map(drop)
            });
        }
        for ending in compress::endings() {
            // Not every file has a copy in every coding.
            let _had_one = self.keeps(owner, &format!("{path}.{ending}"));
        }
        Ok(())
    }

    /// Takes a file that is too large to be held: `write` writes it.
    pub(super) fn put_as_it_comes(&self, owner: Owner, path: &str, write: Write<'_>) -> anyhow::Result<()> {
        if self.compressor.is_some() {
            // Its copies are made of all of it.
            let mut bytes = Vec::new();
            write(&mut bytes)?;
            return self.put(owner, path, &bytes);
        }
        let file = Hashing { file: self.staging.create(path)?, hasher: blake3::Hasher::new() };
        let mut file = BufWriter::with_capacity(BUFFER, file);
        write(&mut file)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let hash: Hash = file.hasher.finalize().into();
        let is_new = self.known.0.get(path).is_none_or(|known| known.hash != hash);
        let mut made = self.made();
        made.outputs.insert(path.to_owned(), Output { hash, owner, care: Care::Much });
        if is_new {
            made.written.insert(path.to_owned());
            return Ok(());
        }
        self.staging.take_back(path)
    }

    fn put_alone(&self, (owner, care): (Owner, Care), path: &str, bytes: &[u8]) -> anyhow::Result<bool> {
        let hash: Hash = blake3::hash(bytes).into();
        let is_new = self.known.0.get(path).is_none_or(|known| known.hash != hash);
        if is_new {
            self.staging.put(path, bytes)?;
        }
        let mut made = self.made();
        made.outputs.insert(path.to_owned(), Output { hash, owner, care });
        if is_new {
            made.written.insert(path.to_owned());
        }
        Ok(is_new)
    }

    /// Leaves the file at `path` as it is, where it is there.
    pub(super) fn keeps(&self, owner: Owner, path: &str) -> bool {
        let Some(Output { hash, care, .. }) = self.known.0.get(path).cloned() else { return false };
        self.made().outputs.insert(path.to_owned(), Output { hash, owner, care });
        true
    }

    /// Takes back what is remembered of this run, which is not published.
    pub(super) fn forget(&self) {
        self.compressor.iter().for_each(|(compressor, _)| compressor.forget_new());
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes. `remade` tells of whose files this run made all there are. Gives what was written and what is gone.
    pub(super) fn finish(
        self,
        outputs: &mut Outputs,
        remade: impl Fn(Owner) -> bool,
    ) -> anyhow::Result<(BTreeSet<String>, Vec<String>)> {
        // Two hold the table until here: one of them has to let go, or it would be copied.
        drop(self.known);
        let Made { outputs: made, written } = self.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let is_gone = |path: &String, output: &Output| remade(output.owner) && !made.contains_key(path);
        let gone: Vec<String> = outputs
            .0
            .iter()
            .filter(|(path, output)| is_gone(path, output))
            .map(|(path, _)| path.clone())
            .collect();
        if outputs.0.is_empty() {
            self.staging.swap()?;
            // Only a run that made everything knows what nobody needs any more.
            self.compressor.iter().for_each(|(compressor, _)| compressor.prune());
        } else if !(written.is_empty() && gone.is_empty()) {
            self.staging.merge(&gone)?;
        }
        let known = Arc::make_mut(&mut outputs.0);
        for path in &gone {
            known.remove(path);
        }
        known.extend(made);
        Ok((written, gone))
    }
}
