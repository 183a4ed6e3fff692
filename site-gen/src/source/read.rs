//! What reading one text file gives.

use super::Hash;

/// What reading a text file gave.
#[derive(Debug)]
pub(super) struct Read {
    /// Without a byte-order mark; empty where the file is not UTF-8 or could not be read.
    pub text: String,
    /// How many bytes of a byte-order mark stood before the text: 0 or 3.
    pub skipped: usize,
    pub is_utf8: bool,
    pub hash: Hash,
    /// Why it could not be read.
    pub failure: Option<std::io::Error>,
}

impl Read {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        let hash = blake3::hash(&bytes).into();
        // Chinese is slow to check byte by byte; a copy costs a fortieth of that.
        let text = simdutf8::basic::from_utf8(&bytes).ok().map(str::to_owned);
        let is_utf8 = text.is_some();
        let mut text = text.unwrap_or_default();
        let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        text.drain(..skipped);
        Self { text, skipped, is_utf8, hash, failure: None }
    }

    pub(super) fn failed(why: std::io::Error) -> Self {
        Self { text: String::new(), skipped: 0, is_utf8: true, hash: Hash::default(), failure: Some(why) }
    }
}
