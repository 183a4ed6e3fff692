//! The files of pictures, and what remembers them: the slow part of publishing, done once for each picture.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rayon::prelude::*;

use super::Workshop;
use super::outputs::{Batch, Owner};
use crate::cache::{self, Cache};
use crate::compress::Compressor;
use crate::pictures;

impl Workshop {
    fn cache(&self) -> PathBuf {
        self.options.cache.clone().unwrap_or_else(|| cache::folder_beside(&self.options.out))
    }

    /// What makes compressed copies, where they are wanted.
    pub(super) fn compressor(&self) -> Option<Compressor> {
        self.options.compress.then(|| Compressor::new(&self.cache()))
    }

    /// The files of the pictures at these paths in the content. Those that are there were made of the same bytes: their
    /// names say it.
    pub(super) fn put_pictures(&self, batch: &Batch, paths: &[String]) -> anyhow::Result<()> {
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
}
