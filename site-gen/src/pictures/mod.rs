//! Pictures of the content, made ready for phones: several widths, three formats, nothing that a camera wrote.
//!
//! Start at [`inspect`], which `check` calls: it reads a picture whole and says what is wrong with it, or gives a
//! [`Picture`] — all that the HTML around it needs, known before anything is encoded. [`files`] then makes the files
//! that a [`Picture`] promises, and remembers them ([`Cache`]): AVIF takes a second or two each.
//!
//! Everything published is encoded anew from the pixels, so no Exif, XMP or colour profile gets through; the profile
//! and the orientation are applied to the pixels first. The same bytes give the same files on every machine: encoders
//! run on one thread, pictures in parallel.

mod colour;
mod decode;
mod encode;
mod exif;
mod svg;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::cache::{Cache, name_of};

/// Widths in pixels that phones, tablets and desks are offered. A picture is never made wider than it is.
const WIDTHS: [u32; 3] = [480, 800, 1280];
/// Bytes of a file at most: a phone's largest photographs fit.
pub const MAX_BYTES: usize = 25 * 1024 * 1024;
/// Pixels of a picture at most.
pub const MAX_PIXELS: u64 = 60_000_000;
/// How many hexadecimal digits of the hash of its bytes are in a picture's address.
pub const MARK: usize = 8;
/// Raised when the same source would give other files.
const VERSION: u8 = 1;

/// Pictures by their address in the text: `/media/images/door.jpg`.
pub type Pictures = BTreeMap<String, Picture>;

/// A picture as the HTML around it sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The start of the addresses of its files, with a hash of its content: `/media/images/door-1a2b3c4d`.
    base: String,
    /// Pixels, upright.
    size: (u32, u32),
    form: Form,
}

/// What it is published as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Form {
    /// Pixels: AVIF, WebP and, for old phones, JPEG.
    Photo,
    /// Pixels of which some let the ground through, or a drawing: AVIF, WebP and PNG.
    Drawing,
    /// Lines: one file for all sizes.
    Vector,
}

/// The offers for one format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// `image/avif`
    pub media_type: &'static str,
    /// Addresses with their widths, as in `srcset`.
    pub srcset: String,
}

/// What is wrong with a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// It can't be read as a picture.
    Broken(String),
    /// It is too large.
    TooLarge(String),
    /// Another format is needed.
    Format(String),
    /// The drawing has something in it that must not be published: what, and at which bytes.
    Unsafe(String, Range<usize>),
}

/// A picture that can be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspected {
    /// What it is.
    pub picture: Picture,
    /// Whether a camera or a program wrote beside the pixels, often where and when. It is not published.
    pub has_camera_data: bool,
}

impl Picture {
    /// Its address in texts, without width and ending. It changes with the bytes of the source.
    pub fn address(&self) -> &str {
        &self.base
    }

    /// Whether it is of these bytes: a file may be written while a site is built.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        self.mark() == mark(bytes)
    }

    /// What the names begin with under which its files are remembered.
    pub fn mark(&self) -> &str {
        &self.base[self.base.len().saturating_sub(MARK)..]
    }

    /// The paths of its files from the site's root.
    pub fn paths(&self) -> Vec<String> {
        let base = self.base.trim_start_matches('/');
        if self.form == Form::Vector {
            return vec![format!("{base}.svg")];
        }
        let endings = ["avif", "webp", self.form.fallback()];
        let path = |width: u32| endings.map(|ending| format!("{base}-{width}.{ending}"));
        self.widths().into_iter().flat_map(path).collect()
    }

    /// Pixels of the largest file across and down.
    pub fn size(&self) -> (u32, u32) {
        let Some(&width) = self.widths().last() else { return self.size };
        (width, self.height_at(width))
    }

    /// The address that every browser can show.
    pub fn fallback(&self) -> String {
        match (self.form, self.widths().get(1).or(self.widths().first())) {
            (Form::Vector, _) | (_, None) => format!("{}.svg", self.base),
            (form, Some(width)) => format!("{}-{width}.{}", self.base, form.fallback()),
        }
    }

    /// The fallback in all its widths; `None` where one file does for all.
    pub fn fallback_srcset(&self) -> Option<String> {
        (self.form != Form::Vector).then(|| self.srcset(self.form.fallback()))
    }

    /// The newer formats, smallest first.
    pub fn sources(&self) -> Vec<Source> {
        if self.form == Form::Vector {
            return Vec::new();
        }
        [("image/avif", "avif"), ("image/webp", "webp")]
            .map(|(media_type, ending)| Source { media_type, srcset: self.srcset(ending) })
            .to_vec()
    }

    fn srcset(&self, ending: &str) -> String {
        let offers =
            self.widths().into_iter().map(|width| format!("{}-{width}.{ending} {width}w", self.base));
        offers.collect::<Vec<_>>().join(", ")
    }

    fn widths(&self) -> Vec<u32> {
        let own = self.size.0.min(WIDTHS[WIDTHS.len() - 1]);
        match self.form {
            Form::Vector => Vec::new(),
            _ => WIDTHS.into_iter().filter(|width| *width < own).chain([own]).collect(),
        }
    }

    fn height_at(&self, width: u32) -> u32 {
        let (own_width, own_height) = (u64::from(self.size.0.max(1)), u64::from(self.size.1));
        let height = (u64::from(width) * own_height + own_width / 2) / own_width;
        u32::try_from(height).unwrap_or(u32::MAX).max(1)
    }
}

impl Form {
    fn fallback(self) -> &'static str {
        match self {
            Self::Photo => "jpg",
            Self::Drawing => "png",
            Self::Vector => "svg",
        }
    }
}

/// Reads the picture at `path` (from the content's root) whole.
pub fn inspect(path: &str, bytes: &[u8]) -> Result<Inspected, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault::TooLarge(format!("图片有 {} MB", bytes.len() / 1024 / 1024)));
    }
    let (size, form, has_camera_data) = if is_drawing(path, bytes) {
        let drawing = svg::clean(bytes)?;
        (drawing.size, Form::Vector, false)
    } else {
        let found = decode::decode(bytes)?;
        let drawn = found.has_alpha || found.lossless;
        (found.size(), if drawn { Form::Drawing } else { Form::Photo }, found.has_camera_data)
    };
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let base = format!("/media/{}-{}", escaped(stem), mark(bytes));
    Ok(Inspected { picture: Picture { base, size, form }, has_camera_data })
}

/// What addresses of pictures end with: another one for other bytes, and where the same bytes would give other files.
fn mark(bytes: &[u8]) -> String {
    let mut hashed = blake3::Hasher::new();
    hashed.update(&[VERSION]).update(bytes);
    hashed.finalize().to_hex()[..MARK].to_owned()
}

/// By its name, or because it is a text: whatever it is called, a browser would take it for one.
fn is_drawing(path: &str, bytes: &[u8]) -> bool {
    path.to_ascii_lowercase().ends_with(".svg") || bytes.trim_ascii_start().starts_with(b"<")
}

/// A name of a file as it may stand in an address and in `srcset`, where blanks and commas mean something.
fn escaped(stem: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    stem.chars().map(|c| if plain(c) { c } else { '-' }).collect()
}

/// The files of `picture`, by path from the site's root, from the bytes that [`inspect`] took. What `cache` remembers is
/// not made again.
pub fn files(picture: &Picture, bytes: &[u8], cache: &Cache) -> Vec<(String, Vec<u8>)> {
    let base = picture.base.trim_start_matches('/');
    if picture.form == Form::Vector {
        let drawing = svg::clean(bytes).map(|drawing| drawing.text).unwrap_or_default();
        return vec![(format!("{base}.svg"), drawing.into_bytes())];
    }
    let source = name_of(&[&[VERSION], bytes].concat());
    let mut pixels = None;
    let mut files = Vec::new();
    for width in picture.widths() {
        for ending in ["avif", "webp", picture.form.fallback()] {
            let file = cache.get_or_make(&format!("{source}-{width}.{ending}"), || {
                // Past `inspect` it can be read; a fault of the encoder leaves an empty file, never a stopped build.
                let pixels = pixels.get_or_insert_with(|| decode::decode(bytes).ok());
                let size = (width, picture.height_at(width));
                pixels.as_ref().map(|pixels| encode::encode(pixels, size, ending)).unwrap_or_default()
            });
            files.push((format!("{base}-{width}.{ending}"), file));
        }
    }
    files
}

#[cfg(test)]
mod tests;
