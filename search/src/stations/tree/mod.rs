//! The nearest of many points on the unit sphere, with filters that prune.
//!
//! A k-d tree that never changes, eight sides to a node: points lie in buckets of eight, buckets in blocks of 64 points (a word of
//! a column), blocks below nodes. What is asked of all sides of a node lies side by side, because a country's tree is larger
//! than any cache and waiting for memory is most of a look-up. A node knows the box around each side, which traits
//! and divisions occur there, and the least number of a station.
//!
//! A box is rounded outward to `f32` and then measured by the same steps as points, which are `f64`, so it is never further
//! than a point in it, not even by rounding; thousands of stations on one point are passed over as one.
//!
//! [`grow`] makes it, here it is asked, [`best`] keeps what was found.

mod around;
mod best;
mod grow;

use super::few::{Few, Spot};
use super::open::Moment;
use super::traits::{Columns, Fold, Wanted};
pub(super) use around::Box3;
use around::{apart, chord_2};
use best::Best;
pub(super) use best::Found;
pub(super) use grow::{Source, in_order};

/// Sides of a node, buckets of a block, points of a bucket.
const SIDES: usize = 8;
/// Points of a block: a word of a column tells which of them fit.
const BLOCK: usize = SIDES * SIDES;
/// So few points of a block are measured without a look at its boxes.
const SINGLE: u32 = 2;
/// Stands before the number of a block, where others are of nodes.
const IS_BLOCK: u32 = 1 << 31;
/// Where a point is, and which station it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) at: [f64; 3],
    /// By id: a smaller number means a smaller id.
    pub(super) station: u32,
}

/// The tree.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The root is the first.
    nodes: Vec<Node>,
    /// What is below each side of each node.
    below: Vec<[Below; SIDES]>,
    /// Nodes whose sides are the buckets of a block.
    blocks: Vec<Node>,
    buckets: Vec<Bucket>,
    /// The traits of points, in the order of the buckets.
    columns: Columns,
    /// The division of each point, in the order of the buckets.
    regions: Vec<u32>,
    few: Few,
}

/// The boxes around the sides of a node, one axis after the other. A side that is not there is nowhere.
#[derive(Debug, Clone)]
#[repr(align(64))]
struct Node {
    low: [[f32; SIDES]; 3],
    high: [[f32; SIDES]; 3],
    /// The least number of a station of each side.
    first: [u32; SIDES],
    /// What each side is: a node, a block ([`IS_BLOCK`]), or in a block a bucket.
    side: [u32; SIDES],
}

#[derive(Debug, Clone)]
#[repr(align(64))]
struct Bucket {
    /// Places that are not taken are infinitely far away.
    axes: [[f64; SIDES]; 3],
    stations: [u32; SIDES],
}

/// What is somewhere below a side.
#[derive(Debug, Clone, Copy)]
struct Below {
    traits: Fold,
    /// The first division and the last one.
    regions: (u32, u32),
    /// A bit for each province: between the first and the last division may be many others.
    provinces: u64,
}

/// A side that is still to be looked at.
#[derive(Debug, Clone, Copy)]
struct Todo {
    chord_2: f64,
    first: u32,
    side: u32,
}

/// What is asked.
pub(super) struct Asked<'a, A> {
    pub(super) from: [f64; 3],
    pub(super) limit: usize,
    pub(super) wanted: &'a Wanted,
    /// When it has to be open.
    pub(super) moment: Option<&'a Moment<'a>>,
    /// What else is asked of a station.
    pub(super) accepts: A,
}

impl Tree {
    /// The stations in the order of the points.
    pub(super) fn stations(&self) -> impl Iterator<Item = u32> {
        self.buckets.iter().flat_map(|bucket| bucket.stations).take(self.regions.len())
    }

    /// The nearest that are wanted, nearest first.
    pub(super) fn nearest<A: Fn(u32) -> bool>(&self, asked: &Asked<'_, A>) -> Vec<Found> {
        if asked.limit == 0 || self.nodes.is_empty() {
            return Vec::new();
        }
        let mut best = Best::new(asked.limit);
        if let Some(rare) = self.few.rare(asked.wanted) {
            for (chord_2, spots) in rare.by_distance(|around| around.chord_2(asked.from)) {
                if chord_2 > best.bound {
                    break;
                }
                self.measure(spots.iter().copied(), asked, &mut best);
            }
        } else if let Some(spots) = self.few.of_region(asked.wanted) {
            self.measure(spots.iter().copied(), asked, &mut best);
        } else if let Some(points) = self.few.that_fit(&self.columns, asked.wanted, asked.limit) {
            self.measure(points.into_iter().map(|point| self.spot(point)), asked, &mut best);
        } else {
            self.walk(asked, &mut best);
        }
        best.found
    }

    /// Looks at one side after the other, nearest first, until what is left is too far away.
    fn walk<A: Fn(u32) -> bool>(&self, asked: &Asked<'_, A>, best: &mut Best) {
        let mut todo = Vec::with_capacity(64);
        todo.push(Todo { chord_2: 0.0, first: 0, side: 0 });
        while let Some(Todo { chord_2, first, side }) = todo.pop() {
            if best.is_past(chord_2, first) {
                continue;
            }
            if side & IS_BLOCK == 0 {
                self.open(side as usize, asked, best, &mut todo);
            } else {
                self.search((side ^ IS_BLOCK) as usize, asked, best);
            }
        }
    }

    /// Adds those sides of a node that may have something to what is to be looked at, the nearest on top.
    fn open<A>(&self, node: usize, asked: &Asked<'_, A>, best: &Best, todo: &mut Vec<Todo>) {
        let (wanted, base) = (asked.wanted, todo.len());
        let is_all = wanted.is_all();
        let Node { first, side, .. } = &self.nodes[node];
        for (at, chord_2) in self.nodes[node].chords_2(asked.from).into_iter().enumerate() {
            if chord_2 > best.bound || !(is_all || self.may_hold(side[at], &self.below[node][at], wanted)) {
                continue;
            }
            push_in_order(todo, base, Todo { chord_2, first: first[at], side: side[at] });
        }
    }

    fn may_hold(&self, side: u32, below: &Below, wanted: &Wanted) -> bool {
        wanted.may_be_among(below.traits)
            && wanted.region_may_be_among(below.regions, below.provinces)
            && (side & IS_BLOCK == 0 || self.columns.word((side ^ IS_BLOCK) as usize, wanted.traits()) != 0)
    }

    /// Looks at the buckets of a block, nearest first.
    fn search<A: Fn(u32) -> bool>(&self, block: usize, asked: &Asked<'_, A>, best: &mut Best) {
        let mut fit = self.columns.word(block, asked.wanted.traits());
        if let Some(moment) = asked.moment {
            fit &= moment.open_in_block(block);
        }
        if fit.count_ones() <= SINGLE {
            self.search_singly(block, fit, asked, best);
            return;
        }
        let node = &self.blocks[block];
        let mut todo: [Todo; SIDES] = [Todo { chord_2: 0.0, first: 0, side: 0 }; SIDES];
        let mut count = 0;
        for (at, chord_2) in node.chords_2(asked.from).into_iter().enumerate() {
            if chord_2 <= best.bound && fit >> (at * SIDES) & 0xff != 0 {
                let mut place = count;
                while place > 0 && todo[place - 1].chord_2 > chord_2 {
                    todo[place] = todo[place - 1];
                    place -= 1;
                }
                todo[place] = Todo { chord_2, first: node.first[at], side: node.side[at] };
                count += 1;
            }
        }
        for &Todo { chord_2, first, side } in &todo[..count] {
            if !best.is_past(chord_2, first) {
                let bucket = side as usize;
                self.search_bucket(bucket, fit >> (bucket % SIDES * SIDES), asked, best);
            }
        }
    }

    /// Looks at the few points of a block that fit, and not at its boxes.
    fn search_singly<A: Fn(u32) -> bool>(
        &self,
        block: usize,
        mut fit: u64,
        asked: &Asked<'_, A>,
        best: &mut Best,
    ) {
        while fit != 0 {
            let place = fit.trailing_zeros() as usize;
            fit &= fit - 1;
            let bucket = &self.buckets[block * SIDES + place / SIDES];
            let chord_2 = chord_2(bucket.at(place % SIDES), asked.from);
            if chord_2 <= best.bound {
                self.take(block * BLOCK + place, chord_2, asked, best);
            }
        }
    }

    #[inline]
    fn search_bucket<A: Fn(u32) -> bool>(&self, at: usize, fit: u64, asked: &Asked<'_, A>, best: &mut Best) {
        let bucket = &self.buckets[at];
        for (place, chord_2) in bucket.chords_2(asked.from).into_iter().enumerate() {
            if chord_2 <= best.bound && fit >> place & 1 == 1 {
                self.take(at * SIDES + place, chord_2, asked, best);
            }
        }
    }

    /// Takes a point that is near enough and fits, if everything else about it does.
    #[inline]
    fn take<A: Fn(u32) -> bool>(&self, point: usize, chord_2: f64, asked: &Asked<'_, A>, best: &mut Best) {
        let station = self.buckets[point / SIDES].stations[point % SIDES];
        if asked.wanted.takes_region(|| self.regions[point]) && (asked.accepts)(station) {
            best.put(Found { chord_2, station });
        }
    }

    /// Measures some points, as far as they have the wanted traits and divisions.
    fn measure<A: Fn(u32) -> bool>(
        &self,
        spots: impl Iterator<Item = Spot>,
        asked: &Asked<'_, A>,
        best: &mut Best,
    ) {
        let wanted = asked.wanted;
        for Spot { at, point, station } in spots {
            let chord_2 = chord_2(at, asked.from);
            let point = point as usize;
            if chord_2 <= best.bound
                && self.columns.word(point / 64, wanted.traits()) >> (point % 64) & 1 == 1
                && wanted.takes_region(|| self.regions[point])
                && asked.moment.is_none_or(|moment| moment.is_open(station))
                && (asked.accepts)(station)
            {
                best.put(Found { chord_2, station });
            }
        }
    }

    fn spot(&self, point: u32) -> Spot {
        let (bucket, place) = (&self.buckets[point as usize / SIDES], point as usize % SIDES);
        Spot { at: bucket.at(place), point, station: bucket.stations[place] }
    }
}

/// Puts a side among those from `base` on, the furthest first. Among sides as far away, smaller ids come out first.
#[inline]
fn push_in_order(todo: &mut Vec<Todo>, base: usize, new: Todo) {
    let mut at = todo.len();
    todo.push(new);
    while at > base && todo[at - 1].is_before(&new) {
        todo[at] = todo[at - 1];
        at -= 1;
    }
    todo[at] = new;
}

impl Todo {
    #[inline]
    fn is_before(&self, other: &Self) -> bool {
        self.chord_2 < other.chord_2 || (self.chord_2 <= other.chord_2 && self.first < other.first)
    }
}

impl Node {
    /// From a point to the nearest one of each box. Every step is one that rounding keeps in order, so this is never more
    /// than [`Bucket::chords_2`] gives for a point in the box.
    #[inline]
    fn chords_2(&self, from: [f64; 3]) -> [f64; SIDES] {
        let mut chords = [0.0; SIDES];
        for ((low, high), from) in self.low.iter().zip(&self.high).zip(from) {
            for side in 0..SIDES {
                let apart = apart(f64::from(low[side]), f64::from(high[side]), from);
                chords[side] += apart * apart;
            }
        }
        chords
    }
}

impl Bucket {
    #[inline]
    fn at(&self, place: usize) -> [f64; 3] {
        [0, 1, 2].map(|axis| self.axes[axis][place])
    }

    #[inline]
    fn chords_2(&self, from: [f64; 3]) -> [f64; SIDES] {
        let mut chords = [0.0; SIDES];
        for (place, chord) in chords.iter_mut().enumerate() {
            *chord = chord_2(self.at(place), from);
        }
        chords
    }
}
