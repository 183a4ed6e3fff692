//! Makes the tree: [`in_order`] cuts points in halves until they fit into buckets, once, and [`Tree::new`] writes down what is
//! below each side of points in that order. In any other order a tree is slower and finds the same.

use super::super::both;
use super::super::few::{Few, Spot};
use super::super::traits::{Columns, Fold, Rows};
use super::around::Box3;
use super::{BLOCK, Below, Bucket, IS_BLOCK, Node, Point, SIDES, Tree};

/// What makes the tree.
pub(in super::super) struct Source<'a> {
    /// The points, in the order of stations.
    pub(in super::super) points: &'a [Point],
    /// Which point comes next in the tree, each once.
    pub(in super::super) order: &'a [u32],
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
    pub(in super::super) fn new(source: &Source<'_>) -> Self {
        let (mut tree, (columns, regions, few)) = both(|| Self::grown(source), || told(source));
        tree.columns = columns;
        tree.regions = regions;
        tree.few = few;
        tree
    }

    /// The boxes, and the points in them.
    fn grown(source: &Source<'_>) -> Self {
        let buckets = Vec::with_capacity(source.order.len().div_ceil(SIDES));
        let mut tree = Self { buckets, ..Self::default() };
        if !source.order.is_empty() {
            tree.grow_root(source);
        }
        tree
    }

    /// A root stands above all, be it above one block.
    fn grow_root(&mut self, source: &Source<'_>) {
        let root = self.grow(source.order, source);
        if root.number & IS_BLOCK != 0 {
            self.push_node(&[root]);
        }
    }

    /// Writes what is below a side: points that follow one another.
    fn grow(&mut self, order: &[u32], source: &Source<'_>) -> Side {
        if order.len() <= BLOCK {
            return self.grow_block(order, source);
        }
        let node = self.push_node(&[]);
        let sides: Vec<Side> = order.chunks(part(order.len())).map(|part| self.grow(part, source)).collect();
        self.set_node(node, &sides);
        Side::around(&sides, number(node))
    }

    fn grow_block(&mut self, order: &[u32], source: &Source<'_>) -> Side {
        let mut sides = Vec::with_capacity(SIDES);
        for order in order.chunks(SIDES) {
            let points: Vec<Point> = order.iter().map(|&point| source.points[point as usize]).collect();
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
            self.buckets.push(Bucket::new(&points));
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

/// What is told of each point beside where it is, in the order of the tree: its traits, its division, and both the other way
/// round.
fn told(source: &Source<'_>) -> (Columns, Vec<u32>, Few) {
    let points = || source.order.iter().map(|&point| source.points[point as usize]);
    let regions: Vec<u32> = points().map(|point| source.regions[point.station as usize]).collect();
    let traits = points().map(|point| source.traits.of(point.station));
    let columns = Columns::new(source.order.len(), source.traits.columns(), traits);
    let spot = |(point, Point { at, station }): (u32, Point)| Spot { at, point, station };
    let few = Few::new((0..).zip(points()).map(spot), &columns, &regions);
    (columns, regions, few)
}

/// Points in the order of the tree: what lies in one bucket, block or side of a node stands together.
pub(in super::super) fn in_order(mut points: Vec<Point>) -> Vec<Point> {
    put_in_order(&mut points);
    points
}

fn put_in_order(points: &mut [Point]) {
    if points.len() > SIDES {
        let part = part(points.len());
        split(points, part);
        points.chunks_mut(part).for_each(put_in_order);
    }
}

/// How many of so many points go to one side. All sides but the last are full, so that blocks below one node are words of one line
/// of a column.
fn part(count: usize) -> usize {
    let mut part = SIDES;
    while part * SIDES < count {
        part *= SIDES;
    }
    part
}

/// Brings points together that lie together, in parts of `whole`; the last may be smaller.
fn split(points: &mut [Point], whole: usize) {
    if points.len() <= whole {
        return;
    }
    let left = points.len().div_ceil(whole).div_ceil(2) * whole;
    let axis = Box3::around(points.iter().map(|point| point.at)).longest_axis();
    points.select_nth_unstable_by(left, |a, b| {
        a.at[axis].total_cmp(&b.at[axis]).then(a.station.cmp(&b.station))
    });
    let (lower, upper) = points.split_at_mut(left);
    split(lower, whole);
    split(upper, whole);
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
