//! Which stations are open at a moment.
//!
//! Many stations keep the same hours, and many people ask in the same minute. Each timetable is asked at most once for a minute,
//! when the first station that has it is met; the answers are there until another minute is asked for.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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
    /// What was found out for the minute that was asked for last.
    last: Mutex<Option<(DateTime, Arc<Answers>)>>,
}

/// For each timetable whether it is open: [`UNKNOWN`], [`CLOSED`] or [`OPEN`].
type Answers = [AtomicU8];
const UNKNOWN: u8 = 0;
const CLOSED: u8 = 1;
const OPEN: u8 = 2;

impl Opening {
    /// For so many stations, and so many hours as [`Moment`] gets.
    pub(super) fn new(count: usize, hours: usize) -> Self {
        Self { of_station: Vec::with_capacity(count), kept_by: vec![0; hours], ..Self::default() }
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

    /// What is open at a moment; `hours` and `holidays` are the same each time.
    pub(super) fn at<'a>(&'a self, at: DateTime, hours: &'a [Hours], holidays: &'a Holidays) -> Moment<'a> {
        // Timetables know no seconds.
        let minute = at.date().at(at.hour(), at.minute(), 0, 0);
        Moment { opening: self, hours, holidays, minute, answers: self.answers(minute) }
    }

    /// Forgets what it found out: other holidays hold.
    pub(super) fn forget(&mut self) {
        *self.last.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What is known of a minute; empty if it is not the one that was asked for last.
    fn answers(&self, minute: DateTime) -> Arc<Answers> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, answers)) if *known == minute => Arc::clone(answers),
            _ => {
                let answers: Arc<Answers> = self.kept_by.iter().map(|_| AtomicU8::new(UNKNOWN)).collect();
                *last = Some((minute, Arc::clone(&answers)));
                answers
            }
        }
    }
}

/// What is open at a moment, as far as that was asked.
#[derive(Debug)]
pub(super) struct Moment<'a> {
    opening: &'a Opening,
    hours: &'a [Hours],
    holidays: &'a Holidays,
    minute: DateTime,
    answers: Arc<Answers>,
}

impl Moment<'_> {
    /// Whether it is open then. What nobody knows is not.
    #[inline]
    pub(super) fn is_open(&self, station: u32) -> bool {
        let number = self.opening.of_station[station as usize];
        number != NONE && self.keeps_open(number as usize)
    }

    /// Which points of a block of the tree are open then, the first one lowest.
    pub(super) fn open_in_block(&self, block: usize) -> u64 {
        let points = self.opening.of_point.chunks(64).nth(block).unwrap_or_default();
        let open = |(at, &number): (usize, &u32)| {
            u64::from(number != NONE && self.keeps_open(number as usize)) << at
        };
        points.iter().enumerate().map(open).fold(0, |all, one| all | one)
    }

    /// How many are open then.
    pub(super) fn count(&self) -> usize {
        let open = self.opening.kept_by.iter().enumerate().filter(|&(number, _)| self.keeps_open(number));
        open.map(|(_, count)| count).sum()
    }

    #[inline]
    fn keeps_open(&self, number: usize) -> bool {
        // Who comes second finds out the same.
        match self.answers[number].load(Ordering::Relaxed) {
            UNKNOWN => self.find_out(number),
            known => known == OPEN,
        }
    }

    #[cold]
    fn find_out(&self, number: usize) -> bool {
        let is_open = self.hours[number].rules.is_open(self.minute, self.holidays);
        self.answers[number].store(if is_open { OPEN } else { CLOSED }, Ordering::Relaxed);
        is_open
    }
}
