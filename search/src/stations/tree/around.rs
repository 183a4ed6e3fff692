//! The box around points, and how far points and boxes are.
//!
//! Both are measured here and by the same steps, so that a box is never further than a point in it.

/// The smallest box along the axes that holds some points.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Box3 {
    pub(super) low: [f64; 3],
    pub(super) high: [f64; 3],
}

impl Box3 {
    pub(super) const NOWHERE: Self = Self { low: [f64::INFINITY; 3], high: [f64::NEG_INFINITY; 3] };

    pub(in super::super) fn around(points: impl Iterator<Item = [f64; 3]>) -> Self {
        points.fold(Self::NOWHERE, |around, at| around.with(Self { low: at, high: at }))
    }

    pub(super) fn with(self, other: Self) -> Self {
        let axes = [0, 1, 2];
        Self {
            low: axes.map(|axis| self.low[axis].min(other.low[axis])),
            high: axes.map(|axis| self.high[axis].max(other.high[axis])),
        }
    }

    pub(super) fn longest_axis(&self) -> usize {
        let length = |axis: &usize| self.high[*axis] - self.low[*axis];
        (0..3).max_by(|a, b| length(a).total_cmp(&length(b))).unwrap_or(0)
    }

    /// From a point to the nearest one of the box, never more than [`chord_2`] gives for a point in it.
    pub(super) fn chord_2(&self, from: [f64; 3]) -> f64 {
        squares([0, 1, 2].map(|axis| apart(self.low[axis], self.high[axis], from[axis])))
    }
}

/// How far a number is from what lies between two others. Every step is one that rounding keeps in order.
#[inline]
pub(super) fn apart(low: f64, high: f64, from: f64) -> f64 {
    let (below, above) = (low - from, from - high);
    let outside = if below > above { below } else { above };
    if outside > 0.0 { outside } else { 0.0 }
}

/// The square of the straight line between two points.
#[inline]
pub(super) fn chord_2(at: [f64; 3], from: [f64; 3]) -> f64 {
    squares([0, 1, 2].map(|axis| at[axis] - from[axis]))
}

#[inline]
fn squares([x, y, z]: [f64; 3]) -> f64 {
    x * x + y * y + z * z
}
