//! The same content, were it a little different: without some files, or with other texts in their place.
//!
//! Start at [`SourceMap::without`]. Nothing here reads from disk or writes to it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Blob, FileId, Kind, SourceMap};

impl SourceMap {
    /// The same without some text files: they are not listed. Ids stay, and what was found in them can still be shown.
    #[must_use]
    pub fn without(&self, files: &BTreeSet<FileId>) -> Self {
        let mut rest = self.clone();
        rest.left_out.extend(files);
        rest
    }

    /// The same with all files listed.
    #[must_use]
    pub fn whole(&self) -> Self {
        Self { left_out: BTreeSet::new(), ..self.clone() }
    }

    /// The files that are not listed.
    pub fn left_out(&self) -> &BTreeSet<FileId> {
        &self.left_out
    }

    /// Lists `file` or leaves it out.
    pub fn leave_out(&mut self, file: FileId, out: bool) {
        if out {
            self.left_out.insert(file);
        } else {
            self.left_out.remove(&file);
        }
    }

    /// The same with other texts in the place of some, or beside them, all listed: for a look at content before it is
    /// written. Ids are others.
    #[must_use]
    pub fn with(&self, files: &BTreeMap<String, String>) -> Self {
        let mut all: BTreeMap<&str, &[u8]> = BTreeMap::new();
        for text in &self.texts {
            // What could not be read as text stays unreadable.
            let unreadable = text.kind != Kind::Picture && self.is_foreign(text.id);
            let bytes = if unreadable { [0xff].as_slice() } else { self.text(text.id).as_bytes() };
            all.insert(&text.path, bytes);
        }
        all.extend(files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())));
        let mut changed = Self::default();
        for (path, bytes) in all {
            changed.add(path, bytes);
        }
        // Pictures stay where they are: nobody writes those as text.
        for blob in &mut changed.blobs {
            let known = self.blobs.binary_search_by(|known| known.path.cmp(&blob.path));
            let known = known.ok().filter(|_| !files.contains_key(&blob.path));
            if let Some(known) = known.map(|place| &self.blobs[place]) {
                let (signature, held) = (known.signature, known.held.clone());
                *blob = Blob { file: blob.file, path: blob.path.clone(), signature, held }.into();
            }
        }
        changed
    }
}
