//! The terms of very many records, kept in little room until the index is written.
//!
//! Entries are gathered, and each time there are enough of them sorted into a run, in which an entry takes about three bytes.
//! Runs follow each other as the records do, so a key's list is those of all runs one after another: [`Runs::merged`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::bytes::{Reader, put_number};
use super::terms::Key;

/// Entries that are sorted together: 64 MB.
const GATHERED: usize = 4 << 20;

/// Mentions count in halves.
const PARTS: f32 = 2.0;

/// Entries by key, each a record's number and what the mentions in it count for.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Key, number, halves.
    gathered: Vec<(Key, u32, u32)>,
    runs: Vec<Vec<u8>>,
}

/// A run being read: its key, and where in it the list of that key is.
struct Place<'r> {
    rest: Reader<'r>,
    key: Key,
}

impl Runs {
    /// Takes the terms of the record `number`, which is higher than those before. `mentions`: each key once.
    pub(super) fn add(&mut self, number: u32, mentions: &[(Key, f32)]) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "counts of halves, far below 2³²"
        )]
        let halves = |mentions: f32| (mentions * PARTS) as u32;
        self.gathered.extend(mentions.iter().map(|&(key, mentions)| (key, number, halves(mentions))));
        if self.gathered.len() >= GATHERED {
            self.end_run();
        }
    }

    /// Nothing comes any more.
    pub(super) fn end(&mut self) {
        self.end_run();
        self.gathered = Vec::new();
    }

    fn end_run(&mut self) {
        if self.gathered.is_empty() {
            return;
        }
        self.gathered.sort_unstable();
        let mut run = Vec::new();
        let mut key_before = 0;
        for list in self.gathered.chunk_by(|a, b| a.0 == b.0) {
            put_number(&mut run, list[0].0 - key_before);
            put_number(&mut run, list.len() as u64);
            key_before = list[0].0;
            let mut before = 0;
            for &(_, number, halves) in list {
                put_number(&mut run, u64::from(number - before));
                put_number(&mut run, u64::from(halves));
                before = number;
            }
        }
        run.shrink_to_fit();
        self.gathered.clear();
        self.runs.push(run);
    }

    /// Calls `take` for every key, in order, with its records, in order, and what the mentions in each count for.
    pub(super) fn merged(&self, mut take: impl FnMut(Key, &[(u32, f32)])) {
        let mut places: Vec<Option<Place<'_>>> = self.runs.iter().map(|run| Place::first(run)).collect();
        let next = |place: &Option<Place<'_>>| place.as_ref().map(|place| place.key);
        let mut keys: BinaryHeap<Reverse<(Key, usize)>> =
            places.iter().enumerate().filter_map(|(run, place)| Some(Reverse((next(place)?, run)))).collect();
        let mut list = Vec::new();
        while let Some(&Reverse((key, _))) = keys.peek() {
            list.clear();
            while let Some(&Reverse((same, run))) = keys.peek()
                && same == key
            {
                keys.pop();
                places[run] = places[run].take().and_then(|place| place.read(&mut list));
                keys.extend(next(&places[run]).map(|key| Reverse((key, run))));
            }
            take(key, &list);
        }
    }
}

impl<'r> Place<'r> {
    fn first(run: &'r [u8]) -> Option<Self> {
        Self { rest: Reader::new(run, 0), key: 0 }.at_next_key()
    }

    fn at_next_key(mut self) -> Option<Self> {
        let step = self.rest.number().ok()?;
        Some(Self { key: self.key + step, ..self })
    }

    /// Reads the list; goes to the next key, where there is one.
    fn read(mut self, list: &mut Vec<(u32, f32)>) -> Option<Self> {
        let count = self.rest.number().ok()?;
        let mut number = 0;
        for _ in 0..count {
            number += self.rest.small().ok()?;
            #[expect(clippy::cast_precision_loss, reason = "mentions in a text: seven digits are plenty")]
            let mentions = self.rest.small().ok()? as f32 / PARTS;
            list.push((number, mentions));
        }
        self.at_next_key()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_give_back_what_was_put_whatever_run_it_is_in() {
        for at_once in [1, 2, 3, 100] {
            let mut runs = Runs::default();
            for number in 0..50_u16 {
                let mentions: Vec<(Key, f32)> = (0..7)
                    .filter(|key| number % (key + 1) == 0)
                    .map(|key| (Key::from(key) << 40, 1.5 + f32::from(number)))
                    .collect();
                runs.add(number.into(), &mentions);
                if number % at_once == 0 {
                    runs.end_run();
                }
            }
            runs.end();
            let mut seen = Vec::new();
            runs.merged(|key, list| seen.push((key >> 40, list.to_vec())));
            let expected: Vec<(Key, Vec<(u32, f32)>)> = (0..7_u16)
                .map(|key| {
                    let numbers = (0..50).filter(|number| number % (key + 1) == 0);
                    (key.into(), numbers.map(|number| (u32::from(number), 1.5 + f32::from(number))).collect())
                })
                .collect();
            assert_eq!(seen, expected, "{at_once}");
        }
    }
}
