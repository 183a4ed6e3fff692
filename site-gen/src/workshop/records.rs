//! What is searched, between the documents that it was made of and the files that hold it.
//!
//! The records of a large site are as large as its texts. They are kept packed, unpacked a few at a time, and written as they
//! come: never are all of them in memory as they are.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufReader, Write};
use std::path::Path;

use anyhow::Context as _;
use rayon::prelude::*;
use search::record::{Record, ThesaurusEntry};
use search::text::embedded::{Builder, Read};
use search::text::web;
use serde::de::{Deserializer, SeqAccess, Visitor};

/// How hard it is packed: a quarter of the room, in a hundredth of the time that reading the text takes.
const CARE: i32 = 1;

/// So many are unpacked at a time.
const TOGETHER: usize = 256;

/// Files up to this are read at once, which is quicker.
const AT_ONCE: u64 = 64 << 20;

/// A record, packed.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    id: Box<str>,
    /// Compressed JSON.
    bytes: Box<[u8]>,
}

impl Packed {
    /// Packs it.
    pub(super) fn of(record: &Record) -> anyhow::Result<Self> {
        let bytes = zstd::bulk::compress(&serde_json::to_vec(record)?, CARE)?;
        Ok(Self { id: record.id.as_str().into(), bytes: bytes.into() })
    }

    /// As it stands in the file, and as it is.
    fn open(&self) -> anyhow::Result<(Vec<u8>, Record)> {
        let json = zstd::decode_all(&*self.bytes).context("a packed record")?;
        let record = serde_json::from_slice(&json)?;
        Ok((json, record))
    }
}

/// What is searched, beside the list of records.
#[derive(Debug, Default)]
pub(super) struct Searched {
    /// The bytes of their index.
    pub index: Vec<u8>,
    /// What a browser searches without a server, by path from the site's root; empty where nobody asked for it.
    pub in_browsers: BTreeMap<String, Vec<u8>>,
}

/// Writes the list of all records, by id, to `file`. Gives what they are searched with, `in_browsers` too or not.
///
/// # Errors
///
/// Fails where `file` does.
pub(super) fn write(
    records: &mut [&Packed],
    thesaurus: &[ThesaurusEntry],
    in_browsers: bool,
    file: &mut dyn Write,
) -> anyhow::Result<Searched> {
    records.sort_by(|a, b| a.id.cmp(&b.id));
    let (mut index, mut cards) = (Builder::default(), Vec::with_capacity(records.len()));
    file.write_all(b"[")?;
    let mut is_first = true;
    for some in records.chunks(TOGETHER) {
        let open = |packed: &&Packed| {
            let (json, record) = packed.open()?;
            let read = Read::new(&record);
            Ok((json, record, read))
        };
        let opened: anyhow::Result<Vec<_>> = some.par_iter().map(open).collect();
        for (json, record, read) in opened? {
            if !std::mem::take(&mut is_first) {
                file.write_all(b",")?;
            }
            file.write_all(&json)?;
            index.add(&record, &read);
            if in_browsers {
                cards.push(web::card(&record));
            }
        }
    }
    file.write_all(b"]")?;
    let index = index.finish(thesaurus);
    let in_browsers = if in_browsers { web::files(index.clone(), &cards)? } else { BTreeMap::new() };
    Ok(Searched { index, in_browsers })
}

/// Calls `take` for every record in the file at `path`.
///
/// # Errors
///
/// Fails where it can't be read, or holds something else.
pub(super) fn read(path: &Path, take: &mut dyn FnMut(Record)) -> anyhow::Result<()> {
    let file = fs::File::open(path)?;
    let each = Each(take);
    if file.metadata()?.len() <= AT_ONCE {
        let bytes = io::read_to_string(file)?;
        serde_json::Deserializer::from_str(&bytes).deserialize_seq(each)?;
    } else {
        serde_json::Deserializer::from_reader(BufReader::new(file)).deserialize_seq(each)?;
    }
    Ok(())
}

/// Takes the records of a list one by one.
struct Each<'f>(&'f mut dyn FnMut(Record));

impl<'de> Visitor<'de> for Each<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(record) = list.next_element()? {
            (self.0)(record);
        }
        Ok(())
    }
}
