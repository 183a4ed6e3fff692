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

/// Some keys of a table, side by side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys<'a> {
    keys: &'a [u64],
    lists: &'a [Place],
}

impl Keys<'_> {
    /// How many numbers a key leads to, if it is one of these.
    pub(super) fn count(self, key: u64) -> u32 {
        self.keys.binary_search(&key).map_or(0, |at| self.lists[at].count)
    }
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
                reader.pass(|rest| check_steps(rest, list.count, bound))?;
            }
        }
        Ok(table)
    }

    /// The keys up to a bound, in order, with how many numbers each leads to.
    pub(super) fn keys_below(&self, bound: u64) -> impl Iterator<Item = (u64, u32)> {
        let end = self.keys.partition_point(|&key| key < bound);
        self.keys[..end].iter().zip(&self.lists).map(|(&key, place)| (key, place.count))
    }

    /// The keys from `first` up to `last`, to be looked up among themselves.
    pub(super) fn between(&self, first: u64, last: u64) -> Keys<'_> {
        let start = self.keys.partition_point(|&key| key < first);
        let end = start + self.keys[start..].partition_point(|&key| key <= last);
        Keys { keys: &self.keys[start..end], lists: &self.lists[start..end] }
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
    // So many at a time as a byte can count.
    let marked = |block: &[u8]| u32::from(block.iter().map(|&mark| u8::from(mark > 0)).sum::<u8>());
    let marked: u32 = marks.chunks(255).map(marked).sum();
    if marked == count { Ok(()) } else { Err(IndexError::BAD_ORDER) }
}

fn check_steps(bytes: &[u8], count: u32, bound: u32) -> Result<&[u8], IndexError> {
    // Most of the file is lists whose steps are a byte each: of those, four are checked at once.
    let is_dense = u64::from(count) * 0x60 > u64::from(bound);
    let (mut rest, mut left) = (bytes, count);
    // One past the number before, so that a step of nothing shows.
    let mut next = 0u32;
    while left > 0 {
        let four = if is_dense && next > 0 && left >= 4 { rest.split_first_chunk() } else { None };
        if let Some((&four, after)) = four
            && let Some(sum) = four_steps(u64::from_le_bytes(four))
        {
            next = next.checked_add(sum).filter(|&next| next <= bound).ok_or(IndexError::BAD_ORDER)?;
            (rest, left) = (after, left - 4);
            continue;
        }
        let (step, mark, after) = step_of(rest)?;
        let number = if left == count { Some(step) } else { (next - 1).checked_add(step) };
        match number {
            Some(number) if number >= next && number < bound && mark > 0 => next = number + 1,
            _ => return Err(IndexError::BAD_ORDER),
        }
        (rest, left) = (after, left - 1);
    }
    Ok(rest)
}

/// The sum of four steps, each with its mark, where each is a byte and none of them is nothing.
fn four_steps(pairs: u64) -> Option<u32> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES << 7;
    const STEPS: u64 = 0x00ff_00ff_00ff_00ff;
    let has_nothing = pairs.wrapping_sub(ONES) & !pairs & TOPS > 0;
    let is_longer = pairs & STEPS & TOPS > 0;
    // Each product adds one step into the topmost sixteen bits.
    let sum = (pairs & STEPS).wrapping_mul(0x0001_0001_0001_0001) >> 48;
    (!has_nothing && !is_longer).then_some(sum as u32)
}

impl List<'_> {
    /// Walks the list in order.
    pub(super) fn each(self, take: impl FnMut(u32, u8)) {
        self.first(usize::MAX, take);
    }

    /// Walks the first `most` of the list.
    pub(super) fn first(self, most: usize, mut take: impl FnMut(u32, u8)) {
        match self {
            List::Marks(marks) => {
                let marked = (0..).zip(marks).filter(|&(_, &mark)| mark > 0);
                marked.take(most).for_each(|(number, &mark)| take(number, mark));
            }
            List::Steps { bytes, start, count } => {
                let mut rest = bytes.get(start..).unwrap_or_default();
                let mut number = 0;
                for _ in (0..count).take(most) {
                    // `read` has walked this list: it does not end early.
                    let Ok((step, mark, after)) = step_of(rest) else { return };
                    rest = after;
                    number += step;
                    take(number, mark);
                }
            }
        }
    }

    /// Adds `weight` times the mark to the score of each number in the list. This is what most of the time of a question
    /// goes into. No weight is as much as 2¹⁶.
    pub(super) fn add_to(self, scores: &mut [u32], weight: u32) {
        // Any processor multiplies many numbers of sixteen bits at once, and few of 32.
        let weight = u16::try_from(weight).unwrap_or(u16::MAX);
        let worth = |mark: u8| u32::from(weight) * u32::from(mark);
        match self {
            List::Marks(marks) => {
                scores.iter_mut().zip(marks).for_each(|(score, &mark)| *score += worth(mark));
            }
            List::Steps { bytes, start, count } => {
                let mut rest = bytes.get(start..).unwrap_or_default();
                let mut number = 0;
                for _ in 0..count {
                    let Ok((step, mark, after)) = step_of(rest) else { return };
                    rest = after;
                    number += step;
                    if let Some(score) = scores.get_mut(number as usize) {
                        *score += worth(mark);
                    }
                }
            }
        }
    }
}

/// A step, its mark and what follows.
#[inline]
fn step_of(bytes: &[u8]) -> Result<(u32, u8, &[u8]), IndexError> {
    match *bytes {
        [step @ 0..0x80, mark, ref rest @ ..] => Ok((step.into(), mark, rest)),
        [low, high @ 0..0x80, mark, ref rest @ ..] => {
            Ok((u32::from(low & 0x7f) | u32::from(high) << 7, mark, rest))
        }
        _ => {
            let mut reader = Reader::new(bytes, 0);
            let (step, mark) = (reader.small()?, reader.byte()?);
            Ok((step, mark, &bytes[reader.at()..]))
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
        fn four_steps_at_once_are_the_steps_one_by_one(pairs in prop::array::uniform4((0..=255u8, 0..=255u8))) {
            let bytes: Vec<u8> = pairs.iter().flat_map(|&(step, mark)| [step, mark]).collect();
            let word = u64::from_le_bytes(bytes.try_into().unwrap());
            let are_plain = pairs.iter().all(|&(step, mark)| (1..0x80).contains(&step) && mark > 0);
            let sum = pairs.iter().map(|&(step, _)| u32::from(step)).sum();
            prop_assert_eq!(four_steps(word), are_plain.then_some(sum));
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
