//! Which names fit on the paper, and where: the first come takes the room, what has none is left to the list.

use super::paper::{Point, WIDTH};

/// The height of a letter, in units. A Chinese letter is as wide as it is high.
pub(super) const LETTER: f64 = 12.0;
/// Between a mark's middle and the name beside it.
const BESIDE: f64 = 13.0;

/// A box on the paper.
#[derive(Debug, Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// What is taken already.
#[derive(Debug)]
pub(super) struct Names {
    taken: Vec<Area>,
    height: f64,
}

impl Names {
    /// For a paper of this height.
    pub(super) fn new(height: f64) -> Self {
        Self { taken: Vec::new(), height }
    }

    /// Keeps names off a mark of this radius.
    pub(super) fn keep_off(&mut self, at: Point, radius: f64) {
        self.taken.push(Area {
            left: at.x - radius,
            top: at.y - radius,
            right: at.x + radius,
            bottom: at.y + radius,
        });
    }

    /// The left end of the base line of `name` beside `at`, if there is room.
    pub(super) fn place(&mut self, at: Point, name: &str) -> Option<Point> {
        let letters = f64::from(u32::try_from(name.chars().count()).unwrap_or(u32::MAX));
        let (wide, half) = (letters * LETTER, LETTER / 2.0);
        let middles = [
            (BESIDE + wide / 2.0, 0.0),
            (-BESIDE - wide / 2.0, 0.0),
            (0.0, -BESIDE - half),
            (0.0, BESIDE + half),
            (BESIDE + wide / 2.0, -LETTER),
            (BESIDE + wide / 2.0, LETTER),
            (-BESIDE - wide / 2.0, -LETTER),
            (-BESIDE - wide / 2.0, LETTER),
        ];
        let areas = middles.into_iter().map(|(x, y)| Area {
            left: at.x + x - wide / 2.0,
            top: at.y + y - half,
            right: at.x + x + wide / 2.0,
            bottom: at.y + y + half,
        });
        let free = areas.into_iter().find(|area| self.is_free(area))?;
        self.taken.push(free);
        // The base line is a little above the lower edge of a letter.
        Some(Point { x: free.left, y: free.bottom - LETTER * 0.14 })
    }

    /// The left end of the base line of a small number at a corner of the mark at `at`, if there is room.
    pub(super) fn corner(&mut self, at: Point, digits: &str) -> Option<Point> {
        const SMALL: f64 = 10.0;
        let letters = f64::from(u32::try_from(digits.len() + 1).unwrap_or(u32::MAX));
        let wide = letters * SMALL * 0.62;
        let corners = [(9.0, -14.0), (9.0, 4.0), (-9.0 - wide, -14.0), (-9.0 - wide, 4.0)];
        let areas = corners.into_iter().map(|(x, y)| Area {
            left: at.x + x,
            top: at.y + y,
            right: at.x + x + wide,
            bottom: at.y + y + SMALL,
        });
        // It may lie in the corner of its own mark, which is round.
        let others =
            |area: &Area| self.taken.iter().any(|taken| taken.overlaps(area) && !taken.is_around(at));
        let free = areas.into_iter().find(|area| self.is_inside(area) && !others(area))?;
        self.taken.push(free);
        Some(Point { x: free.left, y: free.bottom - SMALL * 0.14 })
    }

    fn is_inside(&self, area: &Area) -> bool {
        let (right, bottom) = (WIDTH - 2.0, self.height - 2.0);
        area.left >= 2.0 && area.right <= right && area.top >= 2.0 && area.bottom <= bottom
    }

    fn is_free(&self, area: &Area) -> bool {
        self.is_inside(area) && !self.taken.iter().any(|taken| taken.overlaps(area))
    }
}

impl Area {
    /// Whether a point lies in its middle.
    fn is_around(&self, at: Point) -> bool {
        let middle = (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom));
        (middle.0 - at.x).abs() < 0.1 && (middle.1 - at.y).abs() < 0.1
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_to_another_side_when_one_is_taken_and_nowhere_when_all_are() {
        let mut names = Names::new(200.0);
        let at = Point { x: 180.0, y: 100.0 };
        let first = names.place(at, "暖溪镇").unwrap();
        assert!(first.x > at.x);
        let second = names.place(at, "暖溪镇").unwrap();
        assert!(second.x < at.x);
        let rest = (0..8).filter(|_| names.place(at, "暖溪镇").is_some()).count();
        assert!(rest < 8, "there is no room for ten");
    }

    #[test]
    fn a_count_keeps_off_the_marks_around_and_is_left_out_in_a_crowd() {
        let (mut names, at) = (Names::new(200.0), Point { x: 180.0, y: 100.0 });
        names.keep_off(at, 11.0);
        assert!(names.corner(at, "3").unwrap().x > at.x);
        names.keep_off(Point { x: 201.0, y: 100.0 }, 11.0);
        assert!(names.corner(at, "3").unwrap().x < at.x);
        names.keep_off(Point { x: 159.0, y: 100.0 }, 11.0);
        assert!(names.corner(at, "3").is_none());
    }

    #[test]
    fn a_name_stays_on_the_paper_and_off_the_marks() {
        let mut names = Names::new(200.0);
        let at = Point { x: WIDTH - 5.0, y: 100.0 };
        assert!(names.place(at, "暖溪镇").unwrap().x < at.x - 36.0);
        names.keep_off(Point { x: 60.0, y: 60.0 }, 60.0);
        assert!(names.place(Point { x: 40.0, y: 40.0 }, "暖溪镇").is_none());
    }
}
