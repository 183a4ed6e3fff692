//! What the words of a filter are looked for in. Nothing is allocated to look.

use std::collections::BTreeMap;

use super::store::{Row, Store};
use crate::text::query::{normal_chars, normalised};
use crate::vocabulary::StationKind;

/// The public words of stations, in the order of their numbers.
#[derive(Debug)]
pub(super) struct Words {
    /// Name, address and own division of each, one after the other.
    own: String,
    /// Where those of each end.
    ends: Vec<usize>,
    /// Names of the divisions around: many stations share them.
    around: Vec<Box<str>>,
    /// For each station the number of its divisions, and its sort.
    shared: Vec<(u32, u8)>,
    kinds: Vec<String>,
    numbers: BTreeMap<Vec<u32>, u32>,
}

impl Words {
    pub(super) fn new(count: usize) -> Self {
        let kinds = StationKind::ALL.iter().map(|kind| normalised(kind.chinese())).collect();
        Self {
            own: String::new(),
            ends: Vec::with_capacity(count),
            around: Vec::new(),
            shared: Vec::with_capacity(count),
            kinds,
            numbers: BTreeMap::new(),
        }
    }

    /// Adds those of the next station. A confidential one has no address to hold.
    pub(super) fn add(&mut self, station: &Row<'_>, store: &Store) {
        let (last, around) = station
            .region_names
            .split_last()
            .map_or(("", [].as_slice()), |(&last, around)| (store.text(last), around));
        for part in [station.name, station.address(), last] {
            // 河湾路 12 号 is found by 河湾路12号 too: what is typed has no blanks within a word.
            self.own.extend(normal_chars(part).filter(|c| !c.is_whitespace()));
            // A line break can't be typed into a filter, so no word is found across two parts.
            self.own.push('\n');
        }
        self.ends.push(self.own.len());
        let number = self.numbers.get(around).copied().unwrap_or_else(|| {
            let number = u32::try_from(self.around.len()).unwrap_or(u32::MAX);
            let text = around.iter().map(|&name| normalised(store.text(name))).collect::<Vec<_>>().join("\n");
            self.around.push(text.into_boxed_str());
            self.numbers.insert(around.to_vec(), number);
            number
        });
        self.shared.push((number, station.kind as u8));
    }

    /// Lets go of what only [`Words::add`] needs.
    pub(super) fn finished(mut self) -> Self {
        self.numbers = BTreeMap::new();
        self.own.shrink_to_fit();
        self
    }

    /// Whether a station has each of these words.
    pub(super) fn have(&self, station: u32, words: &[String]) -> bool {
        let at = station as usize;
        let own = &self.own[at.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[at]];
        let (around, kind) = self.shared[at];
        let parts = [own, &self.around[around as usize], &self.kinds[usize::from(kind)]];
        words.iter().all(|word| parts.iter().any(|part| part.contains(word.as_str())))
    }
}
