//! When news are told: never at the moment at which they came.
//!
//! A message to somebody else's machine has a second to it, and that second would say when somebody wrote. So what is told is a
//! matter of the clock on the wall alone: ordinary news wait for the next full hour, danger for the next full five minutes.
//! What does not arrive is tried again at full five minutes, more and more rarely. No moment is kept: a place in this plan
//! is the number of tries.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Hour;

/// Seconds from one tick to the next.
const STEP: i64 = 300;

/// Ticks in an hour.
const HOURLY: i64 = 12;

/// After so many tries in vain, which takes a day, nobody tries again.
pub const LAST_TRY: u32 = 28;

/// A span of five minutes, from a full five minutes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tick(i64);

impl Tick {
    /// The one that an instant lies in.
    pub fn of(now: Timestamp) -> Self {
        Self(now.as_second().div_euclid(STEP))
    }

    /// How long it is from an instant to the next one.
    pub fn until_next(now: Timestamp) -> Duration {
        let left = STEP - now.as_second().rem_euclid(STEP);
        // Never a little too early.
        Duration::from_secs(left.unsigned_abs())
    }

    /// The hour that it lies in.
    pub fn hour(self) -> Hour {
        Hour::from_number(self.0.div_euclid(HOURLY))
    }
}

/// Whether news may be told by now: danger at any time, the rest once their hour is over.
pub fn is_open(urgent: bool, hour: Hour, now: Tick) -> bool {
    urgent || hour < now.hour()
}

/// Whether open news are told at the tick `now`, where it was looked last at the tick `since`. Who has just started and does
/// not know when it was looked last tells what nobody has tried to tell, and leaves the rest to its time.
pub fn is_due(urgent: bool, tries: u32, (since, now): (Option<Tick>, Tick)) -> bool {
    let every = every(urgent, tries);
    since.map_or(tries == 0, |since| now.0.div_euclid(every) > since.0.div_euclid(every))
}

/// The next try is at a tick whose number is a multiple of this.
fn every(urgent: bool, tries: u32) -> i64 {
    match tries {
        0 if !urgent => HOURLY,
        0 | 1 => 1,
        2 => 3,
        3 => 6,
        _ => HOURLY,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-21T{text}Z").parse().unwrap()
    }

    /// The times at which something that came at `came` is tried, by a process that looks at every tick.
    fn tried(urgent: bool, came: Timestamp, how_often: u32) -> Vec<Timestamp> {
        let (hour, mut since) = (Hour::of(came), Tick::of(came));
        let (mut now, mut tries, mut all) = (came, 0, Vec::new());
        while tries < how_often {
            now += Tick::until_next(now);
            let tick = Tick::of(now);
            if is_open(urgent, hour, tick) && is_due(urgent, tries, (Some(since), tick)) {
                tries += 1;
                all.push(now);
            }
            since = tick;
        }
        all
    }

    #[test]
    fn ordinary_news_wait_for_the_hour_and_danger_for_five_minutes() {
        assert_eq!(tried(false, at("07:10:20"), 1), [at("08:00:00")]);
        assert_eq!(tried(false, at("07:59:59"), 1), [at("08:00:00")]);
        assert_eq!(tried(true, at("07:10:20"), 1), [at("07:15:00")]);
        assert_eq!(tried(true, at("07:15:00"), 1), [at("07:20:00")]);
    }

    #[test]
    fn tries_in_vain_become_rare_and_end_after_a_day() {
        let all = tried(false, at("07:10:20"), LAST_TRY);
        let times = ["08:00:00", "08:05:00", "08:15:00", "08:30:00", "09:00:00", "10:00:00"];
        assert_eq!(all[..6], times.map(at));
        assert_eq!(all[27].as_second() - all[0].as_second(), 24 * 3600);
    }

    #[test]
    fn who_was_away_at_the_full_hour_tells_it_when_back_and_who_starts_tells_what_is_new() {
        let (before, after) = (Tick::of(at("07:55:00")), Tick::of(at("08:10:00")));
        assert!(is_due(false, 0, (Some(before), after)), "a round took long, or the machine slept");
        assert!(!is_due(false, 0, (Some(Tick::of(at("08:00:00"))), after)));
        assert!(is_due(false, 0, (None, after)) && !is_due(false, 3, (None, after)));
    }

    proptest! {
        /// Whoever sees the tries learns no more than the span in which it came.
        #[test]
        fn all_that_comes_in_one_span_is_tried_at_the_same_times(
            one in 0_i64..3600, other in 0_i64..3600, urgent: bool, hour in 400_000_i64..600_000,
        ) {
            let came = |second: i64| Timestamp::from_second(hour * 3600 + second).unwrap();
            let together = !urgent || one / 300 == other / 300;
            let (one, other) = (tried(urgent, came(one), 6), tried(urgent, came(other), 6));
            prop_assert!(one.iter().all(|at| at.as_second() % 300 == 0));
            prop_assert!(!together || one == other);
        }
    }
}
