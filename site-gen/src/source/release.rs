//! Texts that are let go when they have been read, and read once more when their page is made: a large site's texts need
//! not be held all at once.
//!
//! Start at [`SourceMap::let_go`]. [`SourceMap::holding`] brings them back for as long as somebody works on them, and
//! makes sure that they are what they were.

use std::borrow::Cow;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use rayon::prelude::*;

use super::{FileId, Kind, Read, SourceMap, SourceText};

impl SourceMap {
    /// Lets go of the texts of `files`; where no disk has them they stay.
    pub fn let_go(&mut self, files: &[FileId]) {
        if self.root.is_none() {
            return;
        }
        for file in files {
            let Ok(place) = self.texts.binary_search_by_key(file, |text| text.id) else { continue };
            let text = &self.texts[place];
            let read = text.read.get().filter(|read| read.failure.is_none() && text.kind == Kind::Text);
            let Some(known) = read.map(|read| read.hash) else { continue };
            let SourceText { path, id, kind, signature, .. } = text.as_ref();
            let (path, id, kind, signature) = (path.clone(), *id, *kind, *signature);
            let let_go = SourceText { path, id, kind, signature, read: OnceLock::new(), known: Some(known) };
            self.texts[place] = Arc::new(let_go);
        }
    }

    /// The same with the texts of `files` at hand, those that were let go among them.
    ///
    /// # Errors
    ///
    /// Fails when one of them can't be read any more, or is not what it was: places in it would be wrong.
    pub fn holding(&self, files: &[FileId]) -> anyhow::Result<Cow<'_, Self>> {
        let places =
            files.iter().filter_map(|file| self.texts.binary_search_by_key(file, |text| text.id).ok());
        let away: Vec<usize> = places.filter(|place| self.texts[*place].known.is_some()).collect();
        if away.is_empty() {
            return Ok(Cow::Borrowed(self));
        }
        let read = |&place: &usize| Ok((place, self.read_once_more(&self.texts[place])?));
        let read: Vec<(usize, SourceText)> = away.par_iter().map(read).collect::<anyhow::Result<_>>()?;
        let mut holding = self.clone();
        for (place, text) in read {
            holding.texts[place] = Arc::new(text);
        }
        Ok(Cow::Owned(holding))
    }

    fn read_once_more(&self, text: &SourceText) -> anyhow::Result<SourceText> {
        let SourceText { path, id, kind, signature, known, .. } = text;
        let (path, id, kind, signature) = (path.clone(), *id, *kind, *signature);
        let root = self.root.as_deref().unwrap_or(Path::new(""));
        let bytes = fs::read(root.join(&path)).with_context(|| format!("读不了 {path}"))?;
        let read = Read::of(bytes);
        if Some(read.hash) != *known {
            anyhow::bail!("{path} 在生成的时候被改了：保存好以后再运行一次");
        }
        Ok(SourceText { path, id, kind, signature, read: OnceLock::from(read), known: None })
    }

    /// How many bytes the texts of `files` have that are held.
    pub fn held_bytes(&self, files: &[FileId]) -> usize {
        files.iter().filter_map(|file| self.entry(*file).read.get()).map(|read| read.text.len()).sum()
    }
}
