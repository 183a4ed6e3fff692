//! Makes the compressed copies that lie beside published files: `index.html.br`, `.gz`, `.zst`.
//!
//! [`variants`] is a function of a path and bytes, the same on every machine; [`Compressor`] remembers what it made
//! ([`Cache`]). The server only picks one of the copies: nothing that holds a secret is ever compressed together with
//! something that the caller chose (`api/src/site.rs`).

use std::io::Write as _;
use std::path::Path;

use flate2::{Compression, GzBuilder};
use serde::{Deserialize, Serialize};

use crate::cache::{Cache, name_of};
use crate::source::Hash;

/// Files under this size gain less than the headers of their answer.
const SMALLEST: usize = 1024;

/// Endings of files that shrink. Pictures are dense already, and the index of the API is fetched by nobody.
const COMPRESSIBLE: [&str; 13] =
    ["bin", "css", "csv", "geojson", "html", "ics", "js", "json", "mjs", "svg", "txt", "webmanifest", "xml"];

/// Files above this size are pressed with little care, whoever asks: with much, a megabyte takes seconds.
const LARGE: usize = 512 * 1024;

/// How much care is taken to make a copy small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Care {
    /// As small as it gets.
    Much,
    /// Up to 14 % larger, in a thirtieth of the time: for sites of many pages.
    Little,
}

impl Care {
    /// `stamp` of everything that pages show, and of the care: what is published changes with either.
    #[must_use]
    pub fn stamp(self, stamp: Hash) -> Hash {
        match self {
            Self::Much => stamp,
            Self::Little => blake3::hash(&stamp).into(),
        }
    }
}

/// A way to make a copy.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// The ending of the copy's file.
    pub ending: &'static str,
    /// A name that changes with its parameters (`br11`).
    pub name: &'static str,
    /// Makes it; empty where it can't be made.
    pub make: fn(&[u8]) -> Vec<u8>,
}

/// A coding: the ending of its files, and for each care the name of the way, and how.
struct Coding {
    ending: &'static str,
    much: (&'static str, Encode),
    little: (&'static str, Encode),
}

type Encode = fn(&[u8]) -> Vec<u8>;

/// In the order in which a server prefers them. The levels are measured: see `docs/decisions/0013-outputs.md`.
const CODINGS: [Coding; 3] = [
    Coding {
        ending: "br",
        much: ("br11", |bytes| brotli(bytes, 11)),
        little: ("br5", |bytes| brotli(bytes, 5)),
    },
    Coding {
        ending: "zst",
        much: ("zst19", |bytes| zstd(bytes, 19)),
        little: ("zst6", |bytes| zstd(bytes, 6)),
    },
    Coding { ending: "gz", much: ("gz9", |bytes| gzip(bytes, 9)), little: ("gz6", |bytes| gzip(bytes, 6)) },
];

/// Compresses, and remembers.
#[derive(Debug)]
pub struct Compressor {
    cache: Cache,
}

impl Compressor {
    /// Remembers in the folder `cache`.
    pub fn new(cache: &Path) -> Self {
        Self { cache: Cache::inside(cache, "compress") }
    }

    /// The copies of the file at `path` that are smaller than it, each with its ending.
    pub fn variants(&self, path: &str, bytes: &[u8], care: Care) -> Vec<(&'static str, Vec<u8>)> {
        if !is_worth_it(path, bytes) {
            return Vec::new();
        }
        let name = name_of(bytes);
        let remembered = |way: Way| {
            let name = format!("{name}.{}", way.name);
            (way.ending, self.cache.get_or_make(&name, || (way.make)(bytes)))
        };
        only_smaller(ways(care, bytes.len()).map(remembered), bytes)
    }

    /// Forgets what was not asked for since it was made.
    pub fn prune(&self) {
        self.cache.prune();
    }

    /// Forgets what was made of a site that is not published.
    pub fn forget_new(&self) {
        self.cache.forget_new();
    }

    /// How many copies had to be made.
    pub fn made(&self) -> u64 {
        self.cache.made()
    }
}

/// The copies of the file at `path` that are smaller than it, each with its ending.
pub fn variants(path: &str, bytes: &[u8], care: Care) -> Vec<(&'static str, Vec<u8>)> {
    if !is_worth_it(path, bytes) {
        return Vec::new();
    }
    only_smaller(ways(care, bytes.len()).map(|way| (way.ending, (way.make)(bytes))), bytes)
}

/// How the copies of a file of so many bytes are made, in the order in which a server prefers them.
pub fn ways(care: Care, size: usize) -> impl Iterator<Item = Way> {
    CODINGS.iter().map(move |coding| {
        let (name, make) = match care {
            Care::Much if size <= LARGE => coding.much,
            _ => coding.little,
        };
        Way { ending: coding.ending, name, make }
    })
}

/// The endings of copies.
pub fn endings() -> impl Iterator<Item = &'static str> {
    CODINGS.iter().map(|coding| coding.ending)
}

/// Whether the file at `path` gets copies: pictures are dense already, and what is small stays as it is.
pub fn is_worth_it(path: &str, bytes: &[u8]) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    bytes.len() >= SMALLEST && COMPRESSIBLE.contains(&ending)
}

fn only_smaller(
    made: impl Iterator<Item = (&'static str, Vec<u8>)>,
    bytes: &[u8],
) -> Vec<(&'static str, Vec<u8>)> {
    // A copy that came out empty could not be made: the plain file does.
    made.filter(|(_, copy)| !copy.is_empty() && copy.len() < bytes.len()).collect()
}

fn brotli(bytes: &[u8], quality: i32) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality,
        size_hint: bytes.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut out = Vec::new();
    match brotli::BrotliCompress(&mut &bytes[..], &mut out, &params) {
        Ok(_) => out,
        Err(_) => Vec::new(),
    }
}

/// Without a name and a time in its head: the same bytes whenever it is made.
fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn zstd(bytes: &[u8], level: i32) -> Vec<u8> {
    zstd::bulk::compress(bytes, level).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn page() -> Vec<u8> {
        "<li><a href=\"/guides/work/maternity-leave/\">产假有多少天</a></li>\n".repeat(60).into_bytes()
    }

    fn decode(ending: &str, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match ending {
            "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut out).map(drop),
            "gz" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).map(drop),
            _ => zstd::stream::copy_decode(bytes, &mut out),
        }
        .unwrap();
        out
    }

    #[test]
    fn every_copy_unpacks_to_the_file() {
        for care in [Care::Much, Care::Little] {
            let variants = variants("a/index.html", &page(), care);
            assert_eq!(variants.iter().map(|(ending, _)| *ending).collect::<Vec<_>>(), ["br", "zst", "gz"]);
            for (ending, copy) in variants {
                assert!(copy.len() < page().len() / 4, "{ending}");
                assert_eq!(decode(ending, &copy), page(), "{ending}");
            }
        }
    }

    #[test]
    fn large_files_are_pressed_with_little_care_whoever_asks() {
        let large: Vec<u8> =
            (0..9000u32).flat_map(|n| format!("{} {n}\n", n * n % 977).into_bytes()).collect();
        let large = large.repeat(LARGE / large.len() + 1);
        assert_eq!(variants("a.json", &large, Care::Much), variants("a.json", &large, Care::Little));
        assert_ne!(variants("a.html", &page(), Care::Much), variants("a.html", &page(), Care::Little));
    }

    #[test]
    fn small_and_dense_files_have_no_copies() {
        assert!(variants("a.html", b"<p>short", Care::Much).is_empty());
        assert!(
            variants("a.png", &page(), Care::Much).is_empty()
                && variants("index", &page(), Care::Much).is_empty()
        );
        // Noise does not shrink: no copy, or a smaller one.
        let noise: Vec<u8> = (0..200u8).flat_map(|n| *blake3::hash(&[n]).as_bytes()).collect();
        assert!(variants("a.svg", &noise, Care::Much).is_empty());
    }

    #[test]
    fn what_has_not_changed_is_not_compressed_again() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("cache");
        let first = Compressor::new(&out);
        let copies = first.variants("a.html", &page(), Care::Much);
        assert_eq!((first.made(), &copies), (3, &variants("a.html", &page(), Care::Much)));
        let second = Compressor::new(&out);
        assert_eq!(second.variants("elsewhere/b.html", &page(), Care::Much), copies);
        assert_eq!(second.made(), 0);
    }
}
