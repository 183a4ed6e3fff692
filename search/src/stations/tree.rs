//! The nearest of many points on the unit sphere, with filters that prune.
//!
//! A balanced k-d tree that never changes: points lie in buckets of eight, and every node knows the box around what is
//! below it, which traits occur there, which divisions, and the least number of a station. Boxes and points are both `f64`
//! and are measured by the same steps, so a box is never further than a point in it, not even by rounding: nothing is
//! given away for safety, and thousands of stations on one point are passed over as one.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::few::{Few, Spot};
use super::traits::{Columns, Fold, Rows, Wanted};
use crate::coord::EARTH_RADIUS_M;

/// Points to a bucket.
const BUCKET: usize = 8;
/// Buckets to a word of a column: below as many, filters are answered exactly.
const BLOCK: usize = 64 / BUCKET;
/// Two points as far away to the millimetre differ by less in their straight-line distance.
const MILLIMETRE: f64 = 1.6e-10;

/// Where a point is, and which station it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) at: [f64; 3],
    /// By id: a smaller number means a smaller id.
    pub(super) station: u32,
}

/// The tree. Nodes are in the order of a walk that takes the left side first, so none needs to say where its sides are.
#[derive(Debug)]
pub(super) struct Tree {
    buckets: Vec<Bucket>,
    boxes: Vec<Box3>,
    below: Vec<Below>,
    /// The traits of points, in the order of the buckets.
    columns: Columns,
    /// The division of each point, in the order of the buckets.
    regions: Vec<u32>,
    few: Few,
}

#[derive(Debug, Clone)]
struct Bucket {
    /// Places that are not taken are NaN, which is no distance.
    axes: [[f64; BUCKET]; 3],
    stations: [u32; BUCKET],
}

#[derive(Debug, Clone, Copy)]
struct Box3 {
    low: [f64; 3],
    high: [f64; 3],
}

/// What is somewhere below a node.
#[derive(Debug, Clone, Copy)]
struct Below {
    traits: Fold,
    regions: (u32, u32),
    first: u32,
}

/// A station and the square of its straight-line distance. The order is that of answers: millimetres, then ids.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) chord_2: f64,
    pub(super) station: u32,
}

/// A node that is still to be looked at, and the buckets below it.
#[derive(Debug, Clone)]
struct Todo {
    chord_2: f64,
    node: usize,
    buckets: Range<usize>,
}

/// What is asked.
struct Asked<'a> {
    from: [f64; 3],
    wanted: &'a Wanted,
}

/// What makes the tree, in the order of stations.
pub(super) struct Source<'a> {
    /// The division of each station.
    pub(super) regions: &'a [u32],
    /// The traits of each station.
    pub(super) traits: &'a Rows,
}

impl Tree {
    pub(super) fn new(mut points: Vec<Point>, source: &Source<'_>) -> Self {
        let buckets = points.len().div_ceil(BUCKET);
        let mut tree = Self {
            buckets: Vec::with_capacity(buckets),
            boxes: Vec::with_capacity(2 * buckets),
            below: Vec::with_capacity(2 * buckets),
            columns: Columns::default(),
            regions: Vec::new(),
            few: Few::default(),
        };
        if !points.is_empty() {
            tree.grow(&mut points, buckets, source);
        }
        tree.regions = points.iter().map(|point| source.regions[point.station as usize]).collect();
        let traits = points.iter().map(|point| source.traits.of(point.station));
        tree.columns = Columns::new(points.len(), traits);
        let spot = |(point, Point { at, station }): (u32, Point)| Spot { at, point, station };
        let spots = (0..).zip(points).map(spot).collect();
        tree.few = Few::new(spots, &tree.columns, &tree.regions);
        tree
    }

    /// Puts points in the order of the tree and writes the node above them and all below it.
    fn grow(&mut self, points: &mut [Point], buckets: usize, source: &Source<'_>) -> Below {
        let around = Box3::around(points);
        let node = self.boxes.len();
        self.boxes.push(around);
        self.below.push(Below::NOTHING);
        let below = if buckets == 1 {
            self.buckets.push(Bucket::new(points));
            points.iter().fold(Below::NOTHING, |below, point| below.with(Below::of(point, source)))
        } else {
            let left = left_of(buckets);
            let axis = around.longest_axis();
            points.select_nth_unstable_by(left * BUCKET, |a, b| {
                a.at[axis].total_cmp(&b.at[axis]).then(a.station.cmp(&b.station))
            });
            let (lower, upper) = points.split_at_mut(left * BUCKET);
            let lower = self.grow(lower, left, source);
            lower.with(self.grow(upper, buckets - left, source))
        };
        self.below[node] = below;
        below
    }

    /// The nearest that are wanted and that `accepts` takes, nearest first, at most so many.
    pub(super) fn nearest(
        &self,
        from: [f64; 3],
        limit: usize,
        wanted: &Wanted,
        accepts: impl Fn(u32) -> bool,
    ) -> Vec<Found> {
        let asked = Asked { from, wanted };
        if let Some(spots) = self.few.rare(wanted) {
            return self.nearest_of(spots, &asked, limit, &accepts);
        }
        if let Some(points) = self.few.that_fit(&self.columns, wanted) {
            return self.nearest_of(points.iter().map(|&point| self.few.at(point)), &asked, limit, &accepts);
        }
        let mut best = Best::new(limit);
        let mut todo = Vec::with_capacity(64);
        if limit > 0 && !self.buckets.is_empty() {
            todo.extend(self.seen(0, 0..self.buckets.len(), &asked, &best));
        }
        while let Some(Todo { chord_2, node, buckets }) = todo.pop() {
            if best.is_past(chord_2, || self.below[node].first) {
                continue;
            }
            if buckets.len() == 1 {
                self.search(buckets.start, &asked, &accepts, &mut best);
                continue;
            }
            let middle = buckets.start + left_of(buckets.len());
            // Nodes of the left side: one for each bucket, and one for each pair that is brought together.
            let right = node + 2 * (middle - buckets.start);
            let seen = |node, buckets| self.seen(node, buckets, &asked, &best);
            match (seen(node + 1, buckets.start..middle), seen(right, middle..buckets.end)) {
                (Some(left), Some(right)) => {
                    // What is taken first lies on top. Among sides as far away, smaller ids come first.
                    let first = |todo: &Todo| self.below[todo.node].first;
                    let by_distance = left.chord_2.total_cmp(&right.chord_2);
                    let left_first = by_distance.then_with(|| first(&left).cmp(&first(&right))).is_le();
                    todo.extend(if left_first { [right, left] } else { [left, right] });
                }
                (one, other) => todo.extend(one.or(other)),
            }
        }
        best.in_order()
    }

    /// The nearest of some points, as far as they have the wanted traits and divisions.
    fn nearest_of<'s>(
        &self,
        spots: impl IntoIterator<Item = &'s Spot>,
        asked: &Asked<'_>,
        limit: usize,
        accepts: &impl Fn(u32) -> bool,
    ) -> Vec<Found> {
        let mut best = Best::new(limit);
        let wanted = asked.wanted;
        for &Spot { at, point, station } in spots.into_iter().filter(|_| limit > 0) {
            let chord_2 = squares([0, 1, 2].map(|axis| at[axis] - asked.from[axis]));
            let point = point as usize;
            if chord_2 <= best.bound
                && self.columns.word(point / 64, wanted.traits()) >> (point % 64) & 1 == 1
                && wanted.takes_region(|| self.regions[point])
                && accepts(station)
            {
                best.put(Found { chord_2, station });
            }
        }
        best.in_order()
    }

    /// A node, unless what is below it is too far away or is none of what is wanted.
    #[inline]
    fn seen(&self, node: usize, buckets: Range<usize>, asked: &Asked<'_>, best: &Best) -> Option<Todo> {
        let chord_2 = self.boxes[node].chord_2(asked.from);
        if chord_2 > best.bound {
            return None;
        }
        let wanted = asked.wanted;
        if !wanted.is_all() {
            let below = &self.below[node];
            let may_hold = wanted.may_be_among(below.traits) && wanted.region_may_be_among(below.regions);
            if !may_hold || (buckets.len() <= BLOCK && self.wanted_in(&buckets, wanted) == 0) {
                return None;
            }
        }
        Some(Todo { chord_2, node, buckets })
    }

    /// Which points of at most [`BLOCK`] buckets have the wanted traits, the first one lowest.
    fn wanted_in(&self, buckets: &Range<usize>, wanted: &Wanted) -> u64 {
        let word = self.columns.word(buckets.start / BLOCK, wanted.traits());
        let shifted = word >> (buckets.start % BLOCK * BUCKET);
        let points = buckets.len() * BUCKET;
        if points < 64 { shifted & ((1 << points) - 1) } else { shifted }
    }

    #[inline]
    fn search(&self, at: usize, asked: &Asked<'_>, accepts: &impl Fn(u32) -> bool, best: &mut Best) {
        let Asked { from, wanted } = *asked;
        let bucket = &self.buckets[at];
        let chords = bucket.chords_2(from);
        let fit = if wanted.is_all() { u64::MAX } else { self.wanted_in(&(at..at + 1), wanted) };
        for (place, (&chord_2, &station)) in chords.iter().zip(&bucket.stations).enumerate() {
            if chord_2 <= best.bound
                && fit >> place & 1 == 1
                && wanted.takes_region(|| self.regions[at * BUCKET + place])
                && accepts(station)
            {
                best.put(Found { chord_2, station });
            }
        }
    }
}

/// How many of these buckets go to the left: half of them, whole blocks where there is more than one.
#[inline]
fn left_of(buckets: usize) -> usize {
    let half = buckets.div_ceil(2);
    if buckets > BLOCK { half.next_multiple_of(BLOCK) } else { half }
}

impl Bucket {
    fn new(points: &[Point]) -> Self {
        let mut bucket = Self { axes: [[f64::NAN; BUCKET]; 3], stations: [u32::MAX; BUCKET] };
        for (place, point) in points.iter().enumerate() {
            for axis in 0..3 {
                bucket.axes[axis][place] = point.at[axis];
            }
            bucket.stations[place] = point.station;
        }
        bucket
    }

    #[inline]
    fn chords_2(&self, from: [f64; 3]) -> [f64; BUCKET] {
        let mut chords = [0.0; BUCKET];
        for (place, chord_2) in chords.iter_mut().enumerate() {
            *chord_2 = squares([0, 1, 2].map(|axis| self.axes[axis][place] - from[axis]));
        }
        chords
    }
}

impl Box3 {
    fn around(points: &[Point]) -> Self {
        let mut around = Self { low: [f64::INFINITY; 3], high: [f64::NEG_INFINITY; 3] };
        for point in points {
            for axis in 0..3 {
                around.low[axis] = around.low[axis].min(point.at[axis]);
                around.high[axis] = around.high[axis].max(point.at[axis]);
            }
        }
        around
    }

    fn longest_axis(&self) -> usize {
        let length = |axis: &usize| self.high[*axis] - self.low[*axis];
        (0..3).max_by(|a, b| length(a).total_cmp(&length(b))).unwrap_or(0)
    }

    /// From a point to the nearest one of the box. Every step is one that rounding keeps in order, so this is never more
    /// than [`Bucket::chords_2`] gives for a point in the box.
    #[inline]
    fn chord_2(&self, from: [f64; 3]) -> f64 {
        squares([0, 1, 2].map(|axis| {
            let (below, above) = (self.low[axis] - from[axis], from[axis] - self.high[axis]);
            if below > 0.0 {
                below
            } else if above > 0.0 {
                above
            } else {
                0.0
            }
        }))
    }
}

#[inline]
fn squares([x, y, z]: [f64; 3]) -> f64 {
    x * x + y * y + z * z
}

impl Below {
    const NOTHING: Self = Self { traits: Fold::NOTHING, regions: (u32::MAX, 0), first: u32::MAX };

    fn of(point: &Point, source: &Source<'_>) -> Self {
        let region = source.regions[point.station as usize];
        let traits = Fold::of(source.traits.of(point.station));
        Self { traits, regions: (region, region), first: point.station }
    }

    fn with(self, other: Self) -> Self {
        let ((low, high), (other_low, other_high)) = (self.regions, other.regions);
        Self {
            traits: self.traits.with(other.traits),
            regions: (low.min(other_low), high.max(other_high)),
            first: self.first.min(other.first),
        }
    }
}

/// The best so far.
struct Best {
    limit: usize,
    /// The last one of them on top.
    heap: BinaryHeap<Found>,
    /// What is further can't be among them.
    bound: f64,
}

impl Best {
    fn new(limit: usize) -> Self {
        Self { limit, heap: BinaryHeap::with_capacity(limit.min(128)), bound: f64::INFINITY }
    }

    /// Whether nothing so far away can be among them, where `first` is the smallest id that it could have.
    #[inline]
    fn is_past(&self, chord_2: f64, first: impl Fn() -> u32) -> bool {
        if chord_2 > self.bound {
            return true;
        }
        let last = self.heap.peek().filter(|_| self.heap.len() == self.limit);
        last.is_some_and(|last| chord_2 >= last.chord_2 && first() > last.station)
    }

    fn put(&mut self, found: Found) {
        if self.heap.len() < self.limit {
            self.heap.push(found);
            if self.heap.len() < self.limit {
                return;
            }
        } else if let Some(mut last) = self.heap.peek_mut() {
            if found >= *last {
                return;
            }
            *last = found;
        }
        if let Some(last) = self.heap.peek() {
            let chord = last.chord_2.sqrt() + MILLIMETRE;
            self.bound = chord * chord;
        }
    }

    fn in_order(self) -> Vec<Found> {
        self.heap.into_sorted_vec()
    }
}

impl Found {
    /// Great-circle distance in metres.
    pub(super) fn distance_m(self) -> f64 {
        let half_chord = libm::sqrt(self.chord_2) / 2.0;
        2.0 * EARTH_RADIUS_M * libm::asin(half_chord.min(1.0))
    }

    fn millimetres(self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 2.1e10 millimetres"
        )]
        let millimetres = libm::round(self.distance_m() * 1000.0) as u64;
        millimetres
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        let apart = self.chord_2 - other.chord_2;
        // (a² − b²)² against (a + b)² millimetres², which is at most twice a² + b²: most pairs need no arc to be told apart.
        let by_far = apart * apart > 2.0 * MILLIMETRE * MILLIMETRE * (self.chord_2 + other.chord_2);
        let distance = if by_far {
            self.chord_2.total_cmp(&other.chord_2)
        } else if apart == 0.0 {
            Ordering::Equal
        } else {
            self.millimetres().cmp(&other.millimetres())
        };
        distance.then(self.station.cmp(&other.station))
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Found {}
