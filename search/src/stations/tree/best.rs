//! The nearest so far, in the order of answers.

use std::cmp::Ordering;

use crate::coord::EARTH_RADIUS_M;

/// Two points as far away to the millimetre differ by less in their straight-line distance.
const MILLIMETRE: f64 = 1.6e-10;

/// A station and the square of its straight-line distance. The order is that of answers: millimetres, then ids.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Found {
    pub(in super::super) chord_2: f64,
    pub(in super::super) station: u32,
}

/// The best so far.
pub(super) struct Best {
    limit: usize,
    /// In order, and never more than `limit`, which is not 0.
    pub(super) found: Vec<Found>,
    /// What is further can't be among them.
    pub(super) bound: f64,
}

impl Best {
    pub(super) fn new(limit: usize) -> Self {
        // Nothing on the sphere is as far away as what is not there.
        Self { limit, found: Vec::with_capacity(limit.min(128)), bound: f64::MAX }
    }

    /// Whether nothing so far away can be among them, where `first` is the smallest id that it could have.
    #[inline]
    pub(super) fn is_past(&self, chord_2: f64, first: u32) -> bool {
        if chord_2 > self.bound {
            return true;
        }
        let last = self.found.last().filter(|_| self.found.len() == self.limit);
        last.is_some_and(|last| chord_2 >= last.chord_2 && first > last.station)
    }

    pub(super) fn put(&mut self, new: Found) {
        let mut at = self.found.len();
        if at < self.limit {
            self.found.push(new);
        } else if self.found.last().is_some_and(|last| new >= *last) {
            return;
        } else {
            at -= 1;
        }
        while at > 0 && new < self.found[at - 1] {
            self.found[at] = self.found[at - 1];
            at -= 1;
        }
        self.found[at] = new;
        if let Some(last) = self.found.last().filter(|_| self.found.len() == self.limit) {
            let chord = last.chord_2.sqrt() + MILLIMETRE;
            self.bound = chord * chord;
        }
    }
}

impl Found {
    /// Great-circle distance in metres.
    pub(in super::super) fn distance_m(self) -> f64 {
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
