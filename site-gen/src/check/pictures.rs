//! The pictures of the content: they can be read, are not too large, and drawings only draw.
//!
//! Start at [`Album::look`], which looks into each picture once and remembers what it saw, over processes too: decoding a
//! photograph takes a tenth of a second. What was remembered is used where the file has the same bytes, and has them
//! where it looks the same from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Diagnostics};
use crate::pictures::{self, Fault, Inspected, MAX_BYTES, MAX_PIXELS, Pictures};
use crate::source::{Blob, FileId, Hash, Signature, SourceMap, Span};

/// What is known of every picture, by path in the content.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Album(BTreeMap<String, Seen>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    signature: Signature,
    hash: Hash,
    found: Result<Inspected, Fault>,
}

impl Album {
    /// Looks into the pictures that are not known yet, and into those of `doubtful`, whose bytes may have changed
    /// whatever they look like from outside. Tells whether a picture came, went or changed.
    ///
    /// # Errors
    ///
    /// Fails when a picture can't be read.
    pub fn look(
        &mut self,
        sources: &SourceMap,
        doubtful: &(dyn Fn(&Blob) -> bool + Sync),
    ) -> anyhow::Result<bool> {
        let seen = |blob: &Arc<Blob>| {
            let known = self.0.get(&blob.path);
            if let Some(known) = known.filter(|known| known.signature == blob.signature && !doubtful(blob)) {
                return Ok((blob.path.clone(), known.clone()));
            }
            let bytes = blob.bytes()?;
            let hash: Hash = blake3::hash(&bytes).into();
            let found = match known.filter(|known| known.hash == hash) {
                Some(known) => known.found.clone(),
                None => pictures::inspect(&blob.path, &bytes),
            };
            Ok((blob.path.clone(), Seen { signature: blob.signature, hash, found }))
        };
        let now = sources.blobs().par_iter().map(seen).collect::<anyhow::Result<BTreeMap<_, _>>>()?;
        let same = now.len() == self.0.len()
            && now.iter().zip(&self.0).all(|(new, old)| (new.0, new.1.hash) == (old.0, old.1.hash));
        self.0 = now;
        Ok(!same)
    }

    /// The address of each picture in texts, by path: it changes with what is in the file.
    pub fn addresses(&self) -> BTreeMap<String, String> {
        let address = |(path, seen): (&String, &Seen)| match &seen.found {
            Ok(inspected) => (path.clone(), inspected.picture.address().to_owned()),
            // Nothing is published; that it is not a missing picture is said.
            Err(_) => (path.clone(), format!("/media/{path}")),
        };
        self.0.iter().map(address).collect()
    }

    /// What pages say of the pictures, by address.
    pub fn pictures(&self) -> Pictures {
        let found = self.0.values().filter_map(|seen| seen.found.as_ref().ok());
        found.map(|found| (found.picture.address().to_owned(), found.picture.clone())).collect()
    }

    /// Reports what is wrong with the pictures `shown` (paths in the content) and which nobody shows; gives the paths of
    /// those to publish.
    pub fn check(
        &self,
        sources: &SourceMap,
        shown: &BTreeSet<String>,
        diags: &mut Diagnostics,
    ) -> Vec<String> {
        let mut published = Vec::new();
        for blob in sources.blobs() {
            match self.0.get(&blob.path).map(|seen| &seen.found) {
                _ if !shown.contains(&blob.path) => diags.push(unused(blob.file)),
                None => {}
                Some(Ok(inspected)) => {
                    if inspected.has_camera_data {
                        diags.push(camera_data(blob.file));
                    }
                    published.push(blob.path.clone());
                }
                Some(Err(fault)) => diags.push(finding(blob.file, fault)),
            }
        }
        published
    }

    /// The picture at `path` in the content.
    pub fn picture(&self, path: &str) -> Option<&pictures::Picture> {
        self.0.get(path).and_then(|seen| seen.found.as_ref().ok()).map(|found| &found.picture)
    }
}

fn unused(file: FileId) -> Diagnostic {
    Diagnostic::warning("unused-image", Span::start_of(file), "没有页面用到这张图片，没有发布")
        .hint("不用就删掉")
}

fn camera_data(file: FileId) -> Diagnostic {
    let message = "图片里带着拍摄信息，可能有时间和地点；发布时会去掉";
    Diagnostic::warning("image-metadata", Span::start_of(file), message)
        .hint("能打开内容文件夹的人还看得到。不放心，就对着图片截一张屏，用截图代替")
}

fn finding(file: FileId, fault: &Fault) -> Diagnostic {
    let at = Span::start_of(file);
    match fault {
        Fault::Broken(message) => Diagnostic::error("image-broken", at, message.clone())
            .hint("在自己电脑上打开看看，再另存一次，重新放进来"),
        Fault::TooLarge(message) => {
            let limits = format!("最大 {} MB、{} 万像素", MAX_BYTES / 1024 / 1024, MAX_PIXELS / 10_000);
            Diagnostic::error("image-size", at, message.clone()).hint(format!("{limits}，缩小了再放"))
        }
        Fault::Format(message) => Diagnostic::error("image-format", at, message.clone())
            .hint("另存为普通的 JPG（照片）或 PNG（截图）；小尺寸和新格式，网站自己会做"),
        Fault::Unsafe(what, range) => {
            let span = Span::new(file, range.start, range.end);
            Diagnostic::error("image-svg", span, format!("SVG 图里不能有{what}")).hint(
                "SVG 只能画图，不能带脚本、链接和外面的东西。在画图软件里另存为“普通 SVG”，或者导出 PNG",
            )
        }
    }
}
