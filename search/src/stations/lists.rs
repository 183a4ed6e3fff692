//! Which stations a filter takes, how many, and a page of them, without looking at each.
//!
//! Stations stand in the order of lists. A set of them is a bit for each; filters are columns of such bits, laid over one
//! another 64 stations at a time.

use std::ops::Range;

use super::traits::{Columns, Rows, Wanted};

/// The stations in the order of lists.
#[derive(Debug)]
pub(super) struct Lists {
    /// Numbers of stations, in order.
    listed: Vec<u32>,
    columns: Columns,
    /// Places in `listed`, by division and then in order.
    by_region: Vec<u32>,
    /// Where in `by_region` each division begins, and where the last one ends.
    regions: Vec<u32>,
    /// Those that can't be near.
    apart: [Apart; 2],
}

/// Division and place in `listed` of some stations, by division and then in order.
type Apart = Vec<(u32, u32)>;

/// Why a station can't be near anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhyApart {
    /// Its place is nobody's business.
    Confidential,
    /// Nobody has entered its position.
    Unplaced,
}

impl Lists {
    /// Takes the numbers of stations in order, the division and traits of each by its number, and how many divisions there are.
    pub(super) fn new(
        listed: Vec<u32>,
        regions: &[u32],
        traits: &Rows,
        why_apart: impl Fn(u32) -> Option<WhyApart>,
    ) -> Self {
        let columns = Columns::new(listed.len(), traits.columns(), listed.iter().map(|&at| traits.of(at)));
        let region = |place: u32| regions[listed[place as usize] as usize];
        let mut by_region: Vec<u32> = (0..).take(listed.len()).collect();
        by_region.sort_by_key(|&place| region(place));
        let count = regions.iter().max().map_or(0, |&last| last + 1);
        let starts = (0..=count).map(|number| by_region.partition_point(|&place| region(place) < number));
        let starts = starts.map(|start| u32::try_from(start).unwrap_or(u32::MAX)).collect();
        let apart = [WhyApart::Confidential, WhyApart::Unplaced].map(|why| {
            let places = by_region.iter().filter(|&&place| why_apart(listed[place as usize]) == Some(why));
            places.map(|&place| (region(place), place)).collect()
        });
        Self { columns, by_region, regions: starts, apart, listed }
    }

    /// Those a filter takes and that `accepts` takes, as a set.
    pub(super) fn chosen(&self, wanted: &Wanted, accepts: Option<impl Fn(u32) -> bool>) -> Chosen<'_> {
        let mut set = match wanted.region() {
            Some(region) => self.of_regions(&region),
            None => every(self.listed.len()),
        };
        self.columns.keep(&mut set, wanted.traits());
        let mut chosen = Chosen { listed: &self.listed, set };
        if let Some(accepts) = accepts {
            chosen.keep(accepts);
        }
        chosen
    }

    fn of_regions(&self, region: &Range<u32>) -> Vec<u64> {
        let mut set = vec![0; self.listed.len().div_ceil(64)];
        let start =
            |number: u32| self.regions.get(number as usize).map_or(self.by_region.len(), |&at| at as usize);
        for &place in &self.by_region[start(region.start)..start(region.end)] {
            set[place as usize / 64] |= 1 << (place % 64);
        }
        set
    }

    /// The first `most` of those that can't be near, of some divisions, that a filter takes, whatever region that asks for, in
    /// order.
    pub(super) fn apart(
        &self,
        why: WhyApart,
        regions: Option<Range<u32>>,
        wanted: &Wanted,
        accepts: impl Fn(u32) -> bool,
        most: usize,
    ) -> Vec<u32> {
        let regions = regions.unwrap_or(0..u32::MAX);
        let apart = &self.apart[why as usize];
        let first = apart.partition_point(|&(region, _)| region < regions.start);
        let of_regions = apart[first..].iter().take_while(|&&(region, _)| region < regions.end);
        let has_all =
            |place: u32| self.columns.word(place as usize / 64, wanted.traits()) >> (place % 64) & 1 == 1;
        let mut places: Vec<u32> =
            of_regions.map(|&(_, place)| place).filter(|&place| has_all(place)).collect();
        places.retain(|&place| accepts(self.listed[place as usize]));
        // A province has thousands, and somebody reads the first ten.
        if places.len() > most {
            places.select_nth_unstable(most);
            places.truncate(most);
        }
        places.sort_unstable();
        places.into_iter().map(|place| self.listed[place as usize]).collect()
    }
}

/// All of so many.
fn every(count: usize) -> Vec<u64> {
    let mut set = vec![u64::MAX; count.div_ceil(64)];
    if let Some(last) = set.last_mut().filter(|_| !count.is_multiple_of(64)) {
        *last = (1 << (count % 64)) - 1;
    }
    set
}

/// A set of stations.
pub(super) struct Chosen<'a> {
    listed: &'a [u32],
    set: Vec<u64>,
}

impl Chosen<'_> {
    fn keep(&mut self, accepts: impl Fn(u32) -> bool) {
        for (word, bits) in self.set.iter_mut().enumerate() {
            for bit in ones(*bits) {
                if !accepts(self.listed[word * 64 + bit]) {
                    *bits &= !(1 << bit);
                }
            }
        }
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.set.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// Some of them, in order.
    pub(super) fn page(&self, offset: usize, limit: usize) -> Vec<u32> {
        let mut before = offset;
        let mut page = Vec::new();
        for (word, &bits) in self.set.iter().enumerate() {
            let here = bits.count_ones() as usize;
            if page.len() == limit {
                break;
            }
            if before >= here {
                before -= here;
                continue;
            }
            let left = limit - page.len();
            page.extend(ones(bits).skip(before).take(left).map(|bit| self.listed[word * 64 + bit]));
            before = 0;
        }
        page
    }
}

/// The places of the ones in a word, lowest first.
fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(lowest)
    })
}
