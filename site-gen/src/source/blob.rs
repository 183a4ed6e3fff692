//! A picture of the content, as a file.

use std::borrow::Cow;
use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use super::{FileId, Signature};

/// A picture. Its bytes stay on the disk until somebody asks for them.
#[derive(Debug)]
pub struct Blob {
    /// Its id, for pointing at it.
    pub file: FileId,
    /// From the content root, with `/`.
    pub path: String,
    /// How it looked on disk when it was found.
    pub signature: Signature,
    pub(super) held: Held,
}

/// Where the bytes of a picture are.
#[derive(Debug, Clone)]
pub(super) enum Held {
    Disk(PathBuf),
    /// Only tests know of it.
    Memory(Vec<u8>),
}

impl Blob {
    /// Its bytes, read from disk each time.
    ///
    /// # Errors
    ///
    /// Fails where it can't be read.
    pub fn bytes(&self) -> anyhow::Result<Cow<'_, [u8]>> {
        match &self.held {
            Held::Disk(at) => {
                let bytes = fs::read(at).with_context(|| format!("读不了 {}", at.display()))?;
                Ok(Cow::Owned(bytes))
            }
            Held::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
        }
    }
}

/// Whether a picture is one of lines: a text.
pub(super) fn is_drawing(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with(".svg")
}
