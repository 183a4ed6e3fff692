//! Where a position goes on the paper, and how long a kilometre is there.
//!
//! Equirectangular at the middle latitude: within a county no distance is wrong by more than a few parts in a thousand, north is up
//! everywhere, and it takes no more than multiplying. `libm` does the one cosine, so the bytes are the same on every machine.

use search::coord::Coord;

/// The paper's width. Everything else is in these units, so a letter of 12 is as high as a thirtieth of the picture.
pub(super) const WIDTH: f64 = 360.0;
/// The least and the greatest height of what is drawn on.
const HEIGHTS: (f64, f64) = (180.0, 400.0);
/// Left free on every side, for marks and names at the edge.
const MARGIN: f64 = 26.0;
/// A degree of latitude, in metres.
const DEGREE_M: f64 = 111_195.0;
/// What lies closer together than this is one spot, and nothing to draw.
const LEAST_M: f64 = 200.0;
/// How long the bar of the scale may be.
const BAR: f64 = 110.0;

/// A point on the paper: to the right and down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The paper.
#[derive(Debug)]
pub(super) struct Paper {
    west: f64,
    north: f64,
    /// Units to a degree.
    per_lon: f64,
    per_lat: f64,
    left: f64,
    top: f64,
    /// Units to a metre.
    scale: f64,
    /// Of what is drawn on; the strip with the scale comes below.
    pub(super) height: f64,
}

impl Paper {
    /// Large enough for all of `positions`; `None` where they are fewer than two or all in one spot.
    pub(super) fn new(positions: &[Coord]) -> Option<Self> {
        if positions.is_empty() {
            return None;
        }
        let span = |of: fn(Coord) -> f64| {
            let values = positions.iter().map(|at| of(*at));
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        };
        let ((south, north), (west, east)) = (span(Coord::lat), span(Coord::lon));
        let narrowed = libm::cos(f64::midpoint(south, north).to_radians());
        let (wide, high) = ((east - west) * DEGREE_M * narrowed, (north - south) * DEGREE_M);
        if wide.max(high) < LEAST_M {
            return None;
        }
        let (room, tall) = (WIDTH - 2.0 * MARGIN, HEIGHTS.1 - 2.0 * MARGIN);
        // A division in a row, east to west or north to south, must not divide by nothing.
        let scale = (room / wide.max(1.0)).min(tall / high.max(1.0));
        let height = (high * scale + 2.0 * MARGIN).max(HEIGHTS.0);
        Some(Self {
            west,
            north,
            per_lon: DEGREE_M * narrowed * scale,
            per_lat: DEGREE_M * scale,
            left: (WIDTH - wide * scale) / 2.0,
            top: (height - high * scale) / 2.0,
            scale,
            height: height.ceil(),
        })
    }

    /// Where `at` goes.
    pub(super) fn point(&self, at: Coord) -> Point {
        Point {
            x: self.left + (at.lon() - self.west) * self.per_lon,
            y: self.top + (self.north - at.lat()) * self.per_lat,
        }
    }

    /// The bar of the scale: its length on the paper and what it stands for, a round number.
    pub(super) fn bar(&self) -> (f64, String) {
        let rounds = [100_u32, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000];
        let fits = rounds.into_iter().rev().find(|metres| f64::from(*metres) * self.scale <= BAR);
        let metres = fits.unwrap_or(rounds[0]);
        let words = match metres {
            metres if metres < 1000 => format!("{metres} 米"),
            metres => format!("{} 公里", metres / 1000),
        };
        (f64::from(metres) * self.scale, words)
    }
}

impl Point {
    /// How far it is to another, on the paper.
    pub(super) fn distance(self, to: Self) -> f64 {
        libm::hypot(self.x - to.x, self.y - to.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coord(lat: f64, lon: f64) -> Coord {
        Coord::new(lat, lon).unwrap()
    }

    #[test]
    fn a_kilometre_is_as_long_to_the_east_as_to_the_north() {
        let paper = Paper::new(&[coord(60.0, 100.0), coord(60.2, 100.4)]).unwrap();
        let from = paper.point(coord(60.1, 100.2));
        let (north, east) = (paper.point(coord(60.11, 100.2)), paper.point(coord(60.1, 100.22)));
        assert!((from.distance(north) / from.distance(east) - 1.0).abs() < 0.01);
        assert!(north.y < from.y && east.x > from.x, "north is up");
    }

    #[test]
    fn everything_lies_within_the_margins_and_the_bar_is_true() {
        for positions in [
            [coord(40.26, 102.25), coord(40.56, 102.70)],
            [coord(20.0, 110.0), coord(20.0, 110.2)],
            [coord(20.0, 110.0), coord(25.0, 110.0)],
        ] {
            let paper = Paper::new(&positions).unwrap();
            for point in positions.map(|at| paper.point(at)) {
                assert!((MARGIN - 0.1..=WIDTH - MARGIN + 0.1).contains(&point.x), "{point:?}");
                assert!((MARGIN - 0.1..=paper.height - MARGIN + 0.1).contains(&point.y), "{point:?}");
            }
            let (length, words) = paper.bar();
            assert!((40.0..=BAR).contains(&length), "{length}");
            let km: f64 = words.trim_end_matches(" 公里").parse().unwrap();
            let (a, b) = (positions[0], positions[1]);
            let shown = paper.point(a).distance(paper.point(b)) / length * km * 1000.0;
            assert!((shown / a.distance_m(b) - 1.0).abs() < 0.02, "{shown}");
        }
    }

    #[test]
    fn one_spot_is_nothing_to_draw() {
        assert!(Paper::new(&[]).is_none());
        assert!(Paper::new(&[coord(40.0, 102.0)]).is_none());
        assert!(Paper::new(&[coord(40.0, 102.0), coord(40.0005, 102.0)]).is_none());
    }
}
