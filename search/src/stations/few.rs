//! Where few points fit, those are measured one by one: that is quicker than a tree in which they lie far apart.
//!
//! Points of a rare trait, and those of a division, lie side by side here. Those that have several traits of which none is rare
//! are gathered from the columns.

use std::collections::BTreeMap;

use super::traits::{Columns, Wanted};
use super::tree::Box3;

/// So many points are measured sooner than a tree finds the nearest of them, if they are no larger a share of all.
const FEW: usize = 1500;
const SHARE: usize = 16;
/// Where so many times as many fit as are wanted, a tree meets enough of them sooner than all columns are read.
const ENOUGH: usize = 8;

/// So many points of a rare trait lie in one box.
const LOT: usize = 16;

/// A point by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) at: [f64; 3],
    pub(super) point: u32,
    pub(super) station: u32,
}

/// The points of a rare trait, and the boxes around each [`LOT`] of them: they stand in the order of the tree, so those that
/// follow one another are near one another.
#[derive(Debug, Default)]
pub(super) struct Rare {
    spots: Vec<Spot>,
    boxes: Vec<Box3>,
}

/// How many points have each trait, and which lie in each division.
#[derive(Debug, Default)]
pub(super) struct Few {
    /// Every point, by division.
    by_region: Vec<Spot>,
    /// Where in `by_region` each division begins, and where the last one ends.
    starts: Vec<u32>,
    /// For each trait that no more than [`FEW`] points have, these.
    rare: BTreeMap<u16, Rare>,
    with_trait: Vec<u32>,
}

impl Few {
    /// Takes the points in order, with the traits and the division of each.
    pub(super) fn new(spots: impl Iterator<Item = Spot>, columns: &Columns, regions: &[u32]) -> Self {
        let mut by_region: Vec<Spot> = Vec::with_capacity(regions.len());
        by_region.extend(spots);
        let with_trait = columns.counts();
        let most = u32::try_from(most(regions.len())).unwrap_or(u32::MAX);
        let mut rare = BTreeMap::new();
        for (number, &count) in (0..).zip(&with_trait).filter(|&(_, &count)| 0 < count && count <= most) {
            let mut with = Vec::with_capacity(count as usize);
            columns.each_with(&[number], |point| {
                with.push(by_region[point as usize]);
                true
            });
            rare.insert(number, Rare::new(with));
        }
        by_region.sort_unstable_by_key(|spot| (regions[spot.point as usize], spot.point));
        let count = regions.iter().max().map_or(0, |&last| last + 1);
        let mut starts = vec![0; count as usize + 1];
        for &region in regions {
            starts[region as usize + 1] += 1;
        }
        for region in 1..starts.len() {
            starts[region] += starts[region - 1];
        }
        Self { by_region, starts, rare, with_trait }
    }

    /// Every point that has the rarest of the wanted traits, where that is rare. Whatever else is wanted has to be asked of
    /// each.
    pub(super) fn rare(&self, wanted: &Wanted) -> Option<&Rare> {
        let lists = wanted.traits().iter().filter_map(|number| self.rare.get(number));
        lists.min_by_key(|rare| rare.spots.len())
    }

    /// Every point of the wanted divisions, where they are few. Whatever else is wanted has to be asked of each.
    pub(super) fn of_region(&self, wanted: &Wanted) -> Option<&[Spot]> {
        let region = wanted.region()?;
        let start = |number: u32| {
            self.starts.get(number as usize).map_or(self.by_region.len(), |&start| start as usize)
        };
        let within = &self.by_region[start(region.start)..start(region.end)];
        (within.len() <= most(self.by_region.len())).then_some(within)
    }

    /// The points that have all the wanted traits, where a tree would look long for `limit` of them.
    pub(super) fn that_fit(&self, columns: &Columns, wanted: &Wanted, limit: usize) -> Option<Vec<u32>> {
        let most = most(self.by_region.len());
        let few = most.min(limit.saturating_mul(ENOUGH));
        if wanted.traits().is_empty() || wanted.region().is_some() || self.expected(wanted.traits()) > few {
            return None;
        }
        let mut points = Vec::with_capacity(few);
        columns.each_with(wanted.traits(), |point| {
            points.push(point);
            // Traits that go together are had by more than one would think.
            points.len() <= most
        });
        (points.len() <= most).then_some(points)
    }

    /// How many would have all of these if none had to do with another.
    fn expected(&self, traits: &[u16]) -> usize {
        let points = self.by_region.len();
        let with =
            |&number: &u16| self.with_trait.get(usize::from(number)).map_or(0, |&count| count as usize);
        traits.iter().fold(points, |rest, number| rest * with(number) / points.max(1))
    }
}

impl Rare {
    fn new(spots: Vec<Spot>) -> Self {
        let boxes = spots.chunks(LOT).map(|lot| Box3::around(lot.iter().map(|spot| spot.at))).collect();
        Self { spots, boxes }
    }

    /// Lots of the points with how far each is at least, nearest first.
    pub(super) fn by_distance(&self, chord_2: impl Fn(&Box3) -> f64) -> impl Iterator<Item = (f64, &[Spot])> {
        let mut lots: Vec<_> = self.boxes.iter().map(chord_2).zip(self.spots.chunks(LOT)).collect();
        lots.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
        lots.into_iter()
    }
}

fn most(points: usize) -> usize {
    FEW.min(points / SHARE)
}
