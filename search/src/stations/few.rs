//! Where few points fit, all that fit are gathered and measured: that is quicker than a tree in which they lie far apart.

use super::traits::{Columns, Wanted};

/// So many points are measured sooner than a tree finds the nearest of them, if they are no larger a share of all.
const FEW: usize = 1500;
const SHARE: usize = 16;

/// How many points have each trait, and which lie in each division.
#[derive(Debug, Default)]
pub(super) struct Few {
    points: usize,
    with_trait: Vec<u32>,
    by_region: Vec<u32>,
    /// Where in `by_region` each division begins, and where the last one ends.
    starts: Vec<u32>,
}

impl Few {
    /// Takes the traits and the division of each point.
    pub(super) fn new(columns: &Columns, regions: &[u32]) -> Self {
        let mut by_region: Vec<u32> = (0..).take(regions.len()).collect();
        by_region.sort_by_key(|&point| regions[point as usize]);
        let count = regions.iter().max().map_or(0, |&last| last + 1);
        let mut starts = vec![0; count as usize + 1];
        for &region in regions {
            starts[region as usize + 1] += 1;
        }
        for region in 1..starts.len() {
            starts[region] += starts[region - 1];
        }
        Self { points: regions.len(), with_trait: columns.counts(), by_region, starts }
    }

    /// The points that fit, in any order; `None` where they are not few.
    pub(super) fn that_fit(&self, columns: &Columns, wanted: &Wanted) -> Option<Vec<u32>> {
        let most = FEW.min(self.points / SHARE);
        if let Some(region) = wanted.region() {
            let start = |number: u32| {
                self.starts.get(number as usize).map_or(self.by_region.len(), |&start| start as usize)
            };
            let within = &self.by_region[start(region.start)..start(region.end)];
            let fits =
                |&&point: &&u32| columns.word(point as usize / 64, wanted.traits()) >> (point % 64) & 1 == 1;
            return (within.len() <= most).then(|| within.iter().filter(fits).copied().collect());
        }
        if wanted.traits().is_empty() || self.expected(wanted.traits()) > most / 2 {
            return None;
        }
        let mut points = Vec::with_capacity(most);
        for word in 0..self.points.div_ceil(64) {
            let mut bits = columns.word(word, wanted.traits());
            while bits != 0 {
                points.push(u32::try_from(word * 64).ok()? + bits.trailing_zeros());
                bits &= bits - 1;
            }
            // Traits that go together are had by more than one would think.
            if points.len() > most {
                return None;
            }
        }
        Some(points)
    }

    /// How many would have all of these if none had to do with another.
    fn expected(&self, traits: &[u16]) -> usize {
        let with =
            |&number: &u16| self.with_trait.get(usize::from(number)).map_or(0, |&count| count as usize);
        traits.iter().fold(self.points, |rest, number| rest * with(number) / self.points.max(1))
    }
}
