//! Cuts the map into cells with about as many stations each.

use std::ops::Range;

use crate::coord::Coord;

/// A cell with more is cut in two.
const MOST: usize = 128;

/// No half has fewer: what is fetched says little about where somebody is.
const LEAST: usize = 48;

/// Numbers of cells stay exact in a script.
const DEEPEST: u32 = 50;

/// A cut in 32nds is good enough where the smaller half has so many of 8.
const GOOD_OF_8: usize = 3;

/// In 32nds, and in 65,536ths.
const COARSE: u32 = 5;
const FINE: u32 = 16;

/// A letter for each coarse cut: 1 to 31 across west and east, then 1 to 31 across south and north.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Where a station is, in hundred-thousandths of a degree (a metre), and its number in the list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub lat: i32,
    pub lon: i32,
    pub number: usize,
}

/// A cell that is not cut.
#[derive(Debug)]
pub(super) struct Cell {
    pub number: u64,
    /// West, south, east, north.
    pub edges: [i32; 4],
    /// In the order of the list.
    pub points: Vec<Point>,
}

/// All cells, and how they were cut.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub edges: [i32; 4],
    /// As in the index file.
    pub cuts: String,
    pub cells: Vec<Cell>,
}

/// A way to cut a cell.
#[derive(Debug, Clone, Copy)]
struct Cut {
    is_upright: bool,
    is_fine: bool,
    /// In 32nds, or in 65,536ths.
    parts: i32,
    /// Those below go into the first half.
    at: i32,
    /// How many are in the smaller half.
    smaller: usize,
}

impl Point {
    pub(super) fn new(place: Coord, number: usize) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "at most 18 million")]
        let steps = |degrees: f64| libm::round(degrees * 1e5) as i32;
        Self { lat: steps(place.lat()), lon: steps(place.lon()), number }
    }

    /// How far along the side that is cut.
    fn along(&self, is_upright: bool) -> i32 {
        if is_upright { self.lon } else { self.lat }
    }
}

impl Tree {
    pub(super) fn of(mut points: Vec<Point>) -> Self {
        let mut tree = Self { edges: around(&points), ..Self::default() };
        tree.grow(&mut points, tree.edges, 1);
        tree
    }

    fn grow(&mut self, points: &mut [Point], edges: [i32; 4], number: u64) {
        let Some(cut) = best_cut(points, edges).filter(|_| number >> DEEPEST == 0) else {
            self.cuts.push('.');
            let mut points = points.to_vec();
            points.sort_by_key(|point| point.number);
            self.cells.push(Cell { number, edges, points });
            return;
        };
        self.cuts.push_str(&cut.letters());
        points.sort_unstable_by_key(|point| point.along(cut.is_upright));
        let (first, second) =
            points.split_at_mut(points.partition_point(|point| point.along(cut.is_upright) < cut.at));
        let [west, south, east, north] = edges;
        let halves = if cut.is_upright {
            [[west, south, cut.at, north], [cut.at, south, east, north]]
        } else {
            [[west, south, east, cut.at], [west, cut.at, east, north]]
        };
        self.grow(first, halves[0], 2 * number);
        self.grow(second, halves[1], 2 * number + 1);
    }
}

impl Cut {
    /// As in the index file.
    fn letters(&self) -> String {
        if self.is_fine {
            return format!("{}{:04x}", if self.is_upright { '+' } else { '-' }, self.parts);
        }
        let at = self.parts - 1 + if self.is_upright { 0 } else { 31 };
        let letter = usize::try_from(at).ok().and_then(|at| LETTERS.get(at));
        char::from(*letter.expect("a coarse cut is one of 62")).to_string()
    }
}

fn around(points: &[Point]) -> [i32; 4] {
    let range = |of: fn(&Point) -> i32| {
        let all = || points.iter().map(of);
        (all().min().unwrap_or_default(), all().max().map_or(0, |most| most + 1))
    };
    let ((west, east), (south, north)) = (range(|point| point.lon), range(|point| point.lat));
    [west, south, east, north]
}

/// Across the longer side, unless all stand in a line there.
fn best_cut(points: &[Point], [west, south, east, north]: [i32; 4]) -> Option<Cut> {
    if points.len() <= MOST {
        return None;
    }
    let middle = f64::midpoint(f64::from(south), f64::from(north)) / 1e5;
    let is_wide = f64::from(east - west) * libm::cos(middle.to_radians()) >= f64::from(north - south);
    let cut = |is_upright| {
        let along: Vec<i32> = points.iter().map(|point| point.along(is_upright)).collect();
        let side = if is_upright { west..east } else { south..north };
        let with = |bits: u32| {
            let (parts, at, smaller) = cut_along(&along, side.clone(), bits)?;
            Some(Cut { is_upright, is_fine: bits == FINE, parts, at, smaller })
        };
        let good = with(COARSE).filter(|cut| cut.smaller * 8 >= along.len() * GOOD_OF_8);
        good.or_else(|| with(FINE)).filter(|cut| cut.smaller >= LEAST)
    };
    cut(is_wide).or_else(|| cut(!is_wide))
}

/// The most even cut at a place that so many bits can say: how many parts, where that is, and how many the smaller half has.
fn cut_along(along: &[i32], side: Range<i32>, bits: u32) -> Option<(i32, i32, usize)> {
    let place = |code: i64| {
        let length = i64::from(side.end) - i64::from(side.start);
        i32::try_from(i64::from(side.start) + ((length * code) >> bits)).ok()
    };
    let smaller = |at: i32| {
        let below = along.iter().filter(|along| **along < at).count();
        below.min(along.len() - below)
    };
    // Where half of them are below, give or take a step.
    let mut sorted = along.to_vec();
    let (_, middle, _) = sorted.select_nth_unstable(along.len() / 2);
    let length = (i64::from(side.end) - i64::from(side.start)).max(1);
    let near = ((i64::from(*middle) - i64::from(side.start)) << bits) / length;
    let codes = (near - 1..=near + 2).filter(|code| (1..1 << bits).contains(code));
    let cuts = codes.filter_map(|code| {
        let at = place(code)?;
        Some((i32::try_from(code).ok()?, at, smaller(at)))
    });
    cuts.max_by_key(|(code, _, smaller)| (*smaller, -code))
}
