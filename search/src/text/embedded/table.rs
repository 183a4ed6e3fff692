//! Sorted keys, each with the list of things it leads to: the one shape that everything in the index has.
//!
//! A list gives numbers below a known bound, in order, each with a mark from 1 to 255 whose meaning is the caller's.
//! Long lists are a byte for each number, others the steps from one number to the next. [`Table::read`] walks every
//! list once, so a table that exists is sound.

use super::IndexError;
use super::bytes::{Reader, put_number};

/// A key, a number it leads to, and the mark.
pub(super) type Entry = (u64, u32, u8);

/// An open table: where in the file the lists of its keys are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    keys: Vec<u64>,
    lists: Vec<Place>,
    /// Numbers in the lists are below this.
    bound: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    start: usize,
    count: u32,
}

/// The list of one key.
#[derive(Debug, Clone, Copy)]
pub(super) enum List<'a> {
    /// `count` times the step from the number before and the mark.
    Steps { bytes: &'a [u8], start: usize, count: u32 },
    /// A mark for each number, 0 for those that are not in the list.
    Marks(&'a [u8]),
}

/// Appends the table of `entries`, which are in order and hold each pair of key and number once.
pub(super) fn write(out: &mut Vec<u8>, entries: &[Entry], bound: u32) {
    let lists = || entries.chunk_by(|a, b| a.0 == b.0);
    let keys: Vec<(u64, usize)> = lists().map(|list| (list[0].0, list.len())).collect();
    write_keys(out, &keys);
    lists().for_each(|list| write_list(out, list, bound));
}

/// Appends the first part of a table: its keys, in order, and how many numbers each leads to. Their lists have to follow.
pub(super) fn write_keys(out: &mut Vec<u8>, keys: &[(u64, usize)]) {
    put_number(out, keys.len() as u64);
    let mut before = 0;
    for &(key, count) in keys {
        put_number(out, key - before);
        put_number(out, count as u64);
        before = key;
    }
}

/// Appends the list of one key.
pub(super) fn write_list(out: &mut Vec<u8>, list: &[Entry], bound: u32) {
    if is_long(list.len(), bound) { write_marks(out, list, bound) } else { write_steps(out, list) }
}

fn write_marks(out: &mut Vec<u8>, list: &[Entry], bound: u32) {
    let start = out.len();
    out.resize(start + bound as usize, 0);
    for &(_, number, mark) in list {
        out[start + number as usize] = mark;
    }
}

fn write_steps(out: &mut Vec<u8>, list: &[Entry]) {
    let mut before = 0;
    for &(_, number, mark) in list {
        put_number(out, u64::from(number - before));
        out.push(mark);
        before = number;
    }
}

/// Whether a list is kept as a mark for each number. Adding up such a list is many times as fast, so they begin
/// somewhat before they save space.
fn is_long(count: usize, bound: u32) -> bool {
    count as u64 * 3 > u64::from(bound)
}

impl Table {
    /// Opens the table that starts at `reader`, checking every list.
    pub(super) fn read(reader: &mut Reader<'_>, bound: u32) -> Result<Self, IndexError> {
        let count = reader.count(2)?;
        let mut table = Self { keys: Vec::with_capacity(count), lists: Vec::with_capacity(count), bound };
        for at in 0..count {
            let step = reader.number()?;
            let key = table.keys.last().copied().unwrap_or(0u64).checked_add(step);
            if at > 0 && step == 0 {
                return Err(IndexError::BAD_ORDER);
            }
            table.keys.push(key.ok_or(IndexError::BAD_NUMBER)?);
            table.lists.push(Place { start: 0, count: reader.small()? });
        }
        for list in &mut table.lists {
            list.start = reader.at();
            if is_long(list.count as usize, bound) {
                check_marks(reader.take(bound as usize)?, list.count)?;
            } else {
                check_steps(reader, list.count, bound)?;
            }
        }
        Ok(table)
    }

    /// The keys up to a bound, in order, with how many numbers each leads to.
    pub(super) fn keys_below(&self, bound: u64) -> impl Iterator<Item = (u64, u32)> {
        let end = self.keys.partition_point(|&key| key < bound);
        self.keys[..end].iter().zip(&self.lists).map(|(&key, place)| (key, place.count))
    }

    /// How many numbers a key leads to.
    pub(super) fn count(&self, key: u64) -> u32 {
        self.place(key).map_or(0, |place| place.count)
    }

    /// The list of a key in the file that this table was read from.
    pub(super) fn list<'a>(&self, file: &'a [u8], key: u64) -> Option<List<'a>> {
        let Place { start, count } = self.place(key)?;
        Some(if is_long(count as usize, self.bound) {
            List::Marks(file.get(start..start + self.bound as usize)?)
        } else {
            List::Steps { bytes: file, start, count }
        })
    }

    fn place(&self, key: u64) -> Option<Place> {
        self.keys.binary_search(&key).ok().map(|at| self.lists[at])
    }
}

fn check_marks(marks: &[u8], count: u32) -> Result<(), IndexError> {
    let marked = marks.iter().filter(|&&mark| mark > 0).count();
    if marked == count as usize { Ok(()) } else { Err(IndexError::BAD_ORDER) }
}

fn check_steps(reader: &mut Reader<'_>, count: u32, bound: u32) -> Result<(), IndexError> {
    // One past the number before, so that a step of nothing shows.
    let mut next = 0u32;
    for at in 0..count {
        let step = reader.small()?;
        let number = if at == 0 { Some(step) } else { (next - 1).checked_add(step) };
        match number {
            Some(number) if number >= next && number < bound => next = number + 1,
            _ => return Err(IndexError::BAD_ORDER),
        }
        if reader.byte()? == 0 {
            return Err(IndexError::BAD_ORDER);
        }
    }
    Ok(())
}

impl List<'_> {
    /// Walks the list in order.
    pub(super) fn each(self, mut take: impl FnMut(u32, u8)) {
        match self {
            List::Marks(marks) => {
                (0..)
                    .zip(marks)
                    .filter(|&(_, &mark)| mark > 0)
                    .for_each(|(number, &mark)| take(number, mark));
            }
            List::Steps { bytes, start, count } => {
                let mut reader = Reader::new(bytes, start);
                let mut number = 0;
                for _ in 0..count {
                    // `read` has walked this list: it does not end early.
                    let (Ok(step), Ok(mark)) = (reader.small(), reader.byte()) else { return };
                    number += step;
                    take(number, mark);
                }
            }
        }
    }

    /// Adds `weight` times the mark to the score of each number in the list.
    pub(super) fn add_to(self, scores: &mut [u32], weight: u32) {
        match self {
            List::Marks(marks) => {
                scores.iter_mut().zip(marks).for_each(|(score, &mark)| *score += weight * u32::from(mark));
            }
            List::Steps { .. } => self.each(|number, mark| {
                if let Some(score) = scores.get_mut(number as usize) {
                    *score += weight * u32::from(mark);
                }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn entries(bound: u32) -> impl Strategy<Value = Vec<Entry>> {
        prop::collection::btree_map((0..9u64, 0..bound), 1..=255u8, 0..200).prop_map(|map: BTreeMap<_, _>| {
            map.into_iter().map(|((key, number), mark)| (key, number, mark)).collect()
        })
    }

    proptest! {
        #[test]
        fn every_list_comes_back_as_it_was(entries in entries(70)) {
            let mut file = Vec::new();
            write(&mut file, &entries, 70);
            let mut reader = Reader::new(&file, 0);
            let table = Table::read(&mut reader, 70).unwrap();
            prop_assert_eq!(reader.left(), 0);
            let mut read = Vec::new();
            for key in 0..9 {
                let before = read.len();
                if let Some(list) = table.list(&file, key) {
                    list.each(|number, mark| read.push((key, number, mark)));
                }
                prop_assert_eq!(read.len() - before, table.count(key) as usize);
            }
            prop_assert_eq!(read, entries);
        }

        #[test]
        fn long_and_short_lists_add_up_alike(entries in entries(20), weight in 1..1000u32) {
            let mut file = Vec::new();
            write(&mut file, &entries, 20);
            let table = Table::read(&mut Reader::new(&file, 0), 20).unwrap();
            let mut scores = vec![0; 20];
            let mut expected = vec![0; 20];
            for &(_, number, mark) in &entries {
                expected[number as usize] += weight * u32::from(mark);
            }
            (0..9).filter_map(|key| table.list(&file, key)).for_each(|list| list.add_to(&mut scores, weight));
            prop_assert_eq!(scores, expected);
        }

        #[test]
        fn any_bytes_are_read_or_refused(file in prop::collection::vec(any::<u8>(), 0..300), bound in 0..50u32) {
            if let Ok(table) = Table::read(&mut Reader::new(&file, 0), bound) {
                for &key in &table.keys {
                    table.list(&file, key).unwrap().each(|number, mark| assert!(number < bound && mark > 0));
                }
            }
        }
    }
}
