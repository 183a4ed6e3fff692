//! Files of terms: which records say most about each, in parts by the hash of the term.
//!
//! A file holds the terms whose hash has one remainder: for each, in order, the step from the quotient before, how many records
//! have the term, how many are named, and for each of those the step from the number before and the mark. An empty text ends
//! them: after a step of nothing come the [`super::lines`] as text. Numbers are seven bits to a byte, the lowest first. Hashes have 28
//! bits, so the file does not say which terms are in it, and what was not looked up can't be listed from it.

use std::collections::BTreeMap;

use super::{Site, lines};
use crate::text::embedded::export::{self, Form};

/// A term, ready to be written.
#[derive(Default)]
struct Entry {
    count: usize,
    /// Place and mark.
    list: Vec<(u32, u8)>,
    lines: Vec<String>,
}

/// Marks that differ by less say about as much, where a list is cut.
const STEP: f32 = 24.0;

/// Bits of a hash.
const BITS: u32 = 28;

pub(super) fn files(site: &Site<'_>) -> Vec<Vec<u8>> {
    let mut entries: BTreeMap<u32, Entry> = BTreeMap::new();
    export::each_term(site.index, |key, list| {
        let entry = entries.entry(hash(key)).or_default();
        // Two terms may have one hash: the more frequent one then stands for both.
        if entry.count < list.len() {
            entry.count = list.len();
            entry.list = most_telling(site, key, list);
        }
    });
    lines::each(site, |key, line| entries.entry(hash(key)).or_default().lines.push(line));
    let size =
        |entry: &Entry| 5 + entry.list.len() * 5 / 2 + entry.lines.iter().map(String::len).sum::<usize>();
    let shards = (entries.values().map(size).sum::<usize>() / site.plan.shard).max(1);
    let shards = u32::try_from(shards).unwrap_or(u32::MAX);
    let mut files = vec![Shard::default(); shards as usize];
    for (hash, entry) in entries {
        files[(hash % shards) as usize].put(hash / shards, &entry);
    }
    files.into_iter().map(Shard::finish).collect()
}

/// The records to name with a term, by place.
fn most_telling(site: &Site<'_>, key: u64, list: &[(u32, u8)]) -> Vec<(u32, u8)> {
    let single = matches!(export::form(key), Form::Single(_));
    let cut = if single { site.plan.cut_of_singles } else { site.plan.cut };
    let place = |&(number, mark): &(u32, u8)| (site.order.places[number as usize], mark);
    let mut all: Vec<(u32, u8)> = list.iter().map(place).collect();
    if all.len() > cut {
        let worth = |&(place, mark): &(u32, u8)| {
            let record = &site.cards[site.order.records[place as usize] as usize];
            // In steps: of records that say about as much, each list names the same, so that they are found together.
            (f32::from(mark) * export::prior(record.kind) / STEP).floor()
        };
        all.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then(a.0.cmp(&b.0)));
        all.truncate(cut);
    }
    all.sort_unstable();
    all
}

/// A file being written.
#[derive(Debug, Clone, Default)]
struct Shard {
    bytes: Vec<u8>,
    before: u32,
    lines: Vec<String>,
}

impl Shard {
    fn put(&mut self, quotient: u32, entry: &Entry) {
        if entry.count > 0 {
            // One more than the step: nothing means the end.
            put_number(&mut self.bytes, (quotient - self.before + 1) as usize);
            self.before = quotient;
            put_number(&mut self.bytes, entry.count);
            put_number(&mut self.bytes, entry.list.len());
            let mut before = 0;
            for &(place, mark) in &entry.list {
                put_number(&mut self.bytes, (place - before) as usize);
                self.bytes.push(mark);
                before = place;
            }
        }
        self.lines.extend(entry.lines.iter().cloned());
    }

    fn finish(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.lines.sort();
        self.lines.dedup();
        self.bytes.extend(self.lines.join("\n").into_bytes());
        self.bytes
    }
}

/// The hash of a term; `find.js` has the same.
fn hash(key: u64) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of the key")]
    let (high, low) = ((key >> 32) as u32, key as u32);
    let mut mixed = high.wrapping_mul(0x9E37_79B1) ^ low;
    mixed = (mixed ^ mixed >> 16).wrapping_mul(0x85EB_CA6B);
    mixed = (mixed ^ mixed >> 13).wrapping_mul(0xC2B2_AE35);
    (mixed ^ mixed >> 16) >> (u32::BITS - BITS)
}

/// Appends a number.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}
