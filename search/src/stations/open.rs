//! Which stations are open at a moment.
//!
//! Many stations keep the same hours. Each timetable is asked at most once for a moment, when the first station that has
//! it is met.

use std::cell::RefCell;

use jiff::civil::DateTime;

use crate::hours::holidays::Holidays;
use crate::record::Hours;

/// Stands where a station says nothing of its hours.
const NONE: u32 = u32::MAX;

/// The hours of stations, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Opening {
    of_station: Vec<u32>,
    /// The same in the order of the tree.
    of_point: Vec<u32>,
    /// How many stations keep each of them.
    kept_by: Vec<usize>,
}

impl Opening {
    /// For so many stations, and so many hours as [`Moment`] gets.
    pub(super) fn new(count: usize, hours: usize) -> Self {
        Self { of_station: Vec::with_capacity(count), of_point: Vec::new(), kept_by: vec![0; hours] }
    }

    /// Adds those of the next station.
    pub(super) fn add(&mut self, hours: Option<u32>) {
        self.of_station.push(hours.unwrap_or(NONE));
        if let Some(number) = hours {
            self.kept_by[number as usize] += 1;
        }
    }

    /// Takes the stations in the order of the tree.
    pub(super) fn set_points(&mut self, stations: impl Iterator<Item = u32>) {
        self.of_point = stations.map(|station| self.of_station[station as usize]).collect();
    }
}

/// What is open at a moment, as far as that was asked.
#[derive(Debug)]
pub(super) struct Moment<'a> {
    opening: &'a Opening,
    hours: &'a [Hours],
    at: DateTime,
    answers: RefCell<Vec<Option<bool>>>,
}

impl<'a> Moment<'a> {
    pub(super) fn new(opening: &'a Opening, hours: &'a [Hours], at: DateTime) -> Self {
        Self { opening, hours, at, answers: RefCell::new(vec![None; hours.len()]) }
    }

    /// Whether it is open then. What nobody knows is not.
    #[inline]
    pub(super) fn is_open(&self, station: u32) -> bool {
        let number = self.opening.of_station[station as usize];
        number != NONE && self.keeps_open(number as usize)
    }

    /// Which points of a block of the tree are open then, the first one lowest.
    pub(super) fn open_in_block(&self, block: usize) -> u64 {
        let points = self.opening.of_point.chunks(64).nth(block).unwrap_or_default();
        let mut answers = self.answers.borrow_mut();
        let mut open = 0;
        for (at, &number) in points.iter().enumerate() {
            if number != NONE {
                let answer = &mut answers[number as usize];
                let is_open = *answer.get_or_insert_with(|| self.asked(number as usize));
                open |= u64::from(is_open) << at;
            }
        }
        open
    }

    /// How many are open then.
    pub(super) fn count(&self) -> usize {
        let open = self.opening.kept_by.iter().enumerate().filter(|&(number, _)| self.keeps_open(number));
        open.map(|(_, count)| count).sum()
    }

    #[inline]
    fn keeps_open(&self, number: usize) -> bool {
        *self.answers.borrow_mut()[number].get_or_insert_with(|| self.asked(number))
    }

    fn asked(&self, number: usize) -> bool {
        self.hours[number].rules.is_open(self.at, Holidays::known())
    }
}
