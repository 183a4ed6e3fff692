//! Makes the tree: cuts points in halves until they fit into blocks, and writes down what is below each side.

use super::super::few::{Few, Spot};
use super::super::traits::{Columns, Fold, Rows};
use super::around::Box3;
use super::{BLOCK, Below, Bucket, IS_BLOCK, Node, Point, SIDES, Tree};

/// What makes the tree, in the order of stations.
pub(in super::super) struct Source<'a> {
    /// The division of each station.
    pub(in super::super) regions: &'a [u32],
    /// The bit of each division's province.
    pub(in super::super) provinces: &'a [u64],
    /// The traits of each station.
    pub(in super::super) traits: &'a Rows,
}

/// All that a node has to know of a side.
struct Side {
    around: Box3,
    below: Below,
    first: u32,
    /// What stands in [`Node::side`].
    number: u32,
}

impl Tree {
    pub(in super::super) fn new(mut points: Vec<Point>, source: &Source<'_>) -> Self {
        let mut tree = Self { buckets: Vec::with_capacity(points.len().div_ceil(SIDES)), ..Self::default() };
        if !points.is_empty() {
            tree.grow_root(&mut points, source);
        }
        tree.regions = points.iter().map(|point| source.regions[point.station as usize]).collect();
        let traits = points.iter().map(|point| source.traits.of(point.station));
        tree.columns = Columns::new(points.len(), traits);
        let spot = |(point, Point { at, station }): (u32, Point)| Spot { at, point, station };
        tree.few = Few::new((0..).zip(points).map(spot), &tree.columns, &tree.regions);
        tree
    }

    /// A root stands above all, be it above one block.
    fn grow_root(&mut self, points: &mut [Point], source: &Source<'_>) {
        let root = self.grow(points, source);
        if root.number & IS_BLOCK != 0 {
            self.push_node(&[root]);
        }
    }

    /// Puts points in the order of the tree, and writes what is below a side.
    fn grow(&mut self, points: &mut [Point], source: &Source<'_>) -> Side {
        if points.len() <= BLOCK {
            return self.grow_block(points, source);
        }
        // All sides but the last are full, so that blocks below one node are words of one line of a column.
        let mut whole = BLOCK;
        while whole * SIDES < points.len() {
            whole *= SIDES;
        }
        let mut parts = Vec::with_capacity(SIDES);
        split(points, whole, &mut parts);
        let node = self.push_node(&[]);
        let sides: Vec<Side> = parts.into_iter().map(|part| self.grow(part, source)).collect();
        self.set_node(node, &sides);
        Side::around(&sides, number(node))
    }

    fn grow_block(&mut self, points: &mut [Point], source: &Source<'_>) -> Side {
        let mut parts = Vec::with_capacity(SIDES);
        split(points, SIDES, &mut parts);
        let mut sides = Vec::with_capacity(parts.len());
        for points in parts {
            let below =
                points.iter().fold(Below::NOTHING, |below, point| below.with(Below::of(point, source)));
            let first = points.iter().map(|point| point.station).min().unwrap_or(u32::MAX);
            let number = number(self.buckets.len());
            sides.push(Side {
                around: Box3::around(points.iter().map(|point| point.at)),
                below,
                first,
                number,
            });
            self.buckets.push(Bucket::new(points));
        }
        let block = number(self.blocks.len()) | IS_BLOCK;
        self.blocks.push(Node::new(&sides));
        Side::around(&sides, block)
    }

    fn push_node(&mut self, sides: &[Side]) -> usize {
        let node = self.nodes.len();
        self.nodes.push(Node::new(&[]));
        self.below.push([Below::NOTHING; SIDES]);
        self.set_node(node, sides);
        node
    }

    fn set_node(&mut self, node: usize, sides: &[Side]) {
        self.nodes[node] = Node::new(sides);
        for (below, side) in self.below[node].iter_mut().zip(sides) {
            *below = side.below;
        }
    }
}

/// Cuts points into parts of `whole` that lie together; the last may be smaller.
fn split<'p>(points: &'p mut [Point], whole: usize, parts: &mut Vec<&'p mut [Point]>) {
    if points.len() <= whole {
        parts.push(points);
        return;
    }
    let left = points.len().div_ceil(whole).div_ceil(2) * whole;
    let axis = Box3::around(points.iter().map(|point| point.at)).longest_axis();
    points.select_nth_unstable_by(left, |a, b| {
        a.at[axis].total_cmp(&b.at[axis]).then(a.station.cmp(&b.station))
    });
    let (lower, upper) = points.split_at_mut(left);
    split(lower, whole, parts);
    split(upper, whole, parts);
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Side {
    fn around(sides: &[Self], number: u32) -> Self {
        let mut around = Self { around: Box3::NOWHERE, below: Below::NOTHING, first: u32::MAX, number };
        for side in sides {
            around.around = around.around.with(side.around);
            around.below = around.below.with(side.below);
            around.first = around.first.min(side.first);
        }
        around
    }
}

impl Node {
    fn new(sides: &[Side]) -> Self {
        let (low, high) = ([[f32::INFINITY; SIDES]; 3], [[f32::NEG_INFINITY; SIDES]; 3]);
        let mut node = Self { low, high, first: [u32::MAX; SIDES], side: [u32::MAX; SIDES] };
        for (at, side) in sides.iter().enumerate() {
            for axis in 0..3 {
                node.low[axis][at] = rounded_down(side.around.low[axis]);
                node.high[axis][at] = -rounded_down(-side.around.high[axis]);
            }
            node.first[at] = side.first;
            node.side[at] = side.number;
        }
        node
    }
}

/// The nearest `f32` that is not more.
fn rounded_down(number: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "what is lost is looked at")]
    let near = number as f32;
    if f64::from(near) > number { near.next_down() } else { near }
}

impl Bucket {
    fn new(points: &[Point]) -> Self {
        let mut bucket = Self { axes: [[f64::INFINITY; SIDES]; 3], stations: [u32::MAX; SIDES] };
        for (place, point) in points.iter().enumerate() {
            for axis in 0..3 {
                bucket.axes[axis][place] = point.at[axis];
            }
            bucket.stations[place] = point.station;
        }
        bucket
    }
}

impl Below {
    const NOTHING: Self = Self { traits: Fold::NOTHING, regions: (u32::MAX, 0), provinces: 0 };

    fn of(point: &Point, source: &Source<'_>) -> Self {
        let region = source.regions[point.station as usize];
        Self {
            traits: Fold::of(source.traits.of(point.station)),
            regions: (region, region),
            provinces: source.provinces[region as usize],
        }
    }

    fn with(self, other: Self) -> Self {
        let ((low, high), (other_low, other_high)) = (self.regions, other.regions);
        Self {
            traits: self.traits.with(other.traits),
            regions: (low.min(other_low), high.max(other_high)),
            provinces: self.provinces | other.provinces,
        }
    }
}
