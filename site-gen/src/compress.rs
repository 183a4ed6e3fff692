//! Makes the compressed copies that lie beside published files: `index.html.br`, `.gz`, `.zst`.
//!
//! [`variants`] is a function of a path and bytes, the same on every machine; [`Compressor`] remembers what it made
//! ([`Cache`]). The server only picks one of the copies: nothing that holds a secret is ever compressed together with
//! something that the caller chose (`api/src/site.rs`).

use std::io::Write as _;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::cache::{Cache, name_of};

/// Files under this size gain less than the headers of their answer.
const SMALLEST: usize = 1024;

/// Endings of files that shrink. Pictures and the search index are dense already, or nobody fetches them.
const COMPRESSIBLE: [&str; 12] =
    ["css", "csv", "geojson", "html", "ics", "js", "json", "mjs", "svg", "txt", "webmanifest", "xml"];

/// A way to compress: the ending of its files, a name that changes with its parameters, and how.
struct Coding {
    ending: &'static str,
    version: &'static str,
    encode: fn(&[u8]) -> Vec<u8>,
}

/// In the order in which a server prefers them. The levels are measured: see `docs/decisions/0013-outputs.md`.
const CODINGS: [Coding; 3] = [
    Coding { ending: "br", version: "br11", encode: brotli },
    Coding { ending: "zst", version: "zst19", encode: zstd },
    Coding { ending: "gz", version: "gz9", encode: gzip },
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
    pub fn variants(&self, path: &str, bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
        if !is_worth_it(path, bytes) {
            return Vec::new();
        }
        let name = name_of(bytes);
        let remembered = |coding: &Coding| {
            let entry = format!("{name}.{}", coding.version);
            (coding.ending, self.cache.get_or_make(&entry, || (coding.encode)(bytes)))
        };
        only_smaller(CODINGS.iter().map(remembered), bytes)
    }

    /// Forgets what was not asked for since it was made.
    pub fn prune(&self) {
        self.cache.prune();
    }

    /// How many copies had to be made.
    pub fn made(&self) -> u64 {
        self.cache.made()
    }
}

/// The copies of the file at `path` that are smaller than it, each with its ending.
pub fn variants(path: &str, bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    if !is_worth_it(path, bytes) {
        return Vec::new();
    }
    only_smaller(CODINGS.iter().map(|coding| (coding.ending, (coding.encode)(bytes))), bytes)
}

/// The endings of copies.
pub fn endings() -> impl Iterator<Item = &'static str> {
    CODINGS.iter().map(|coding| coding.ending)
}

fn is_worth_it(path: &str, bytes: &[u8]) -> bool {
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

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
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
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 19).unwrap_or_default()
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
        let variants = variants("a/index.html", &page());
        assert_eq!(variants.iter().map(|(ending, _)| *ending).collect::<Vec<_>>(), ["br", "zst", "gz"]);
        for (ending, copy) in variants {
            assert!(copy.len() < page().len() / 4, "{ending}");
            assert_eq!(decode(ending, &copy), page(), "{ending}");
        }
    }

    #[test]
    fn small_and_dense_files_have_no_copies() {
        assert!(variants("a.html", b"<p>short").is_empty());
        assert!(variants("a.png", &page()).is_empty() && variants("index", &page()).is_empty());
        // Noise does not shrink: no copy, or a smaller one.
        let noise: Vec<u8> = (0..200u8).flat_map(|n| *blake3::hash(&[n]).as_bytes()).collect();
        assert!(variants("a.svg", &noise).is_empty());
    }

    #[test]
    fn what_has_not_changed_is_not_compressed_again() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("cache");
        let first = Compressor::new(&out);
        let copies = first.variants("a.html", &page());
        assert_eq!((first.made(), &copies), (3, &variants("a.html", &page())));
        let second = Compressor::new(&out);
        assert_eq!(second.variants("elsewhere/b.html", &page()), copies);
        assert_eq!(second.made(), 0);
    }
}
