//! Where few points fit, all that fit are gathered and measured: that is quicker than a tree in which they lie far apart.

use std::collections::BTreeMap;

use super::traits::{Columns, Wanted};

/// So many points are measured sooner than a tree finds the nearest of them, if they are no larger a share of all.
const FEW: usize = 1500;
const SHARE: usize = 16;

/// A point by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) at: [f64; 3],
    pub(super) point: u32,
    pub(super) station: u32,
}

/// How many points have each trait, and which lie in each division.
#[derive(Debug, Default)]
pub(super) struct Few {
    /// Every point by its number, whole: in the tree its coordinates lie apart.
    spots: Vec<Spot>,
    /// For each trait that no more than [`FEW`] points have, these.
    rare: BTreeMap<u16, Vec<Spot>>,
    points: usize,
    with_trait: Vec<u32>,
    by_region: Vec<u32>,
    /// Where in `by_region` each division begins, and where the last one ends.
    starts: Vec<u32>,
}

impl Few {
    /// Takes the points in order, with the traits and the division of each.
    pub(super) fn new(spots: Vec<Spot>, columns: &Columns, regions: &[u32]) -> Self {
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
        let with_trait = columns.counts();
        let most = u32::try_from(most(regions.len())).unwrap_or(u32::MAX);
        let mut rare = BTreeMap::new();
        for (number, &count) in (0..).zip(&with_trait).filter(|&(_, &count)| 0 < count && count <= most) {
            let mut with = Vec::with_capacity(count as usize);
            columns.each_with(&[number], |point| {
                with.push(spots[point as usize]);
                true
            });
            rare.insert(number, with);
        }
        Self { spots, rare, points: regions.len(), with_trait, by_region, starts }
    }

    /// The points that may fit, in any order: all that do are among them; `None` where they are not few.
    pub(super) fn that_fit(&self, columns: &Columns, wanted: &Wanted) -> Option<Vec<u32>> {
        let most = most(self.points);
        if let Some(region) = wanted.region() {
            let start = |number: u32| {
                self.starts.get(number as usize).map_or(self.by_region.len(), |&start| start as usize)
            };
            let within = &self.by_region[start(region.start)..start(region.end)];
            return (within.len() <= most).then(|| within.to_vec());
        }
        if wanted.traits().is_empty() || self.expected(wanted.traits()) > most / 2 {
            return None;
        }
        let mut points = Vec::with_capacity(most);
        columns.each_with(wanted.traits(), |point| {
            points.push(point);
            // Traits that go together are had by more than one would think.
            points.len() <= most
        });
        (points.len() <= most).then_some(points)
    }

    /// Every point that has the rarest of the wanted traits, where that is rare: they lie side by side, but whatever else is
    /// wanted has to be asked of each.
    pub(super) fn rare(&self, wanted: &Wanted) -> Option<&[Spot]> {
        let lists = wanted.traits().iter().filter_map(|number| self.rare.get(number));
        lists.min_by_key(|spots| spots.len()).map(Vec::as_slice)
    }

    /// Where a point lies.
    #[inline]
    pub(super) fn at(&self, point: u32) -> &Spot {
        &self.spots[point as usize]
    }

    /// How many would have all of these if none had to do with another.
    fn expected(&self, traits: &[u16]) -> usize {
        let with =
            |&number: &u16| self.with_trait.get(usize::from(number)).map_or(0, |&count| count as usize);
        traits.iter().fold(self.points, |rest, number| rest * with(number) / self.points.max(1))
    }
}

fn most(points: usize) -> usize {
    FEW.min(points / SHARE)
}
