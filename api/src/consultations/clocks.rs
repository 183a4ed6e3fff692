//! When something is due: the clocks of `docs/decisions/0030-working-time.md`, reckoned with the holidays of the site.
//!
//! Start at [`Schedule`]. It knows nothing of threads; the store asks it when a thread takes a step, and writes down the
//! hour it says.

use search::clocks::Clocks;
use search::hours::holidays::Holidays;
use search::record::Site;

use crate::clock::Hour;

/// How soon desks act here, and on which days they work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Hours and working days.
    pub clocks: Clocks,
    /// Days off, and weekends that are worked.
    pub holidays: Holidays,
}

/// What is asked after.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    /// The slug of its topic.
    pub topic: Option<&'a str>,
    /// Whether somebody is in danger.
    pub danger: bool,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { clocks: Clocks::default(), holidays: Holidays::known().clone() }
    }
}

impl Schedule {
    /// That of a site.
    pub fn of(site: &Site) -> Self {
        Self { clocks: site.clocks.clone(), holidays: site.holidays.clone() }
    }

    /// Somebody has to accept it before this hour, if it came to the desk in the hour `from`.
    pub fn accept(&self, matter: Matter<'_>, from: Hour) -> Hour {
        after_hours(from, self.clocks.accept(matter.topic, matter.danger))
    }

    /// It has to be answered before this hour, if she wrote in the hour `from`.
    pub fn answer(&self, matter: Matter<'_>, from: Hour) -> Hour {
        self.after_days(from, self.clocks.answer(matter.topic))
    }

    /// It has to be closed before this hour, if she wrote last in the hour `from`; `extended`: the desk has said why it
    /// takes longer.
    pub fn close(&self, matter: Matter<'_>, from: Hour, extended: bool) -> Hour {
        self.after_days(from, self.clocks.close(matter.topic, extended))
    }

    /// The desk above has to see to it before this hour, if it climbed there in the hour `from`.
    pub fn climb(&self, matter: Matter<'_>, from: Hour) -> Hour {
        if matter.danger {
            after_hours(from, self.clocks.danger_hours)
        } else {
            self.after_days(from, self.clocks.climb_days)
        }
    }

    /// The end of the `days`-th working day after the day of `from`.
    fn after_days(&self, from: Hour, days: u32) -> Hour {
        let day = self.holidays.workday_after(from.date(), days);
        Hour::in_china(day, self.clocks.office_ends)
    }
}

/// So many whole hours after an hour of which some minutes may be gone: never early.
fn after_hours(from: Hour, hours: u32) -> Hour {
    Hour::from_number(from.number() + i64::from(hours) + 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::{Date, date};
    use proptest::prelude::*;
    use search::clocks::TopicClocks;

    use super::*;

    const CALM: Matter<'static> = Matter { topic: None, danger: false };
    const DANGER: Matter<'static> = Matter { topic: None, danger: true };

    fn at(day: Date, hour: u32) -> Hour {
        Hour::in_china(day, hour)
    }

    #[test]
    fn real_days_are_reckoned_as_an_office_reckons_them() {
        let schedule = Schedule::default();
        let friday = at(date(2026, 11, 20), 16);
        assert_eq!(
            schedule.accept(CALM, friday),
            at(date(2026, 11, 21), 17),
            "a day, and the hour that had begun"
        );
        assert_eq!(schedule.accept(DANGER, friday), at(date(2026, 11, 20), 19));
        assert_eq!(schedule.answer(CALM, friday), at(date(2026, 11, 25), 17), "Monday, Tuesday, Wednesday");
        assert_eq!(schedule.close(CALM, friday, false), at(date(2026, 12, 11), 17));
        assert_eq!(schedule.climb(DANGER, friday), at(date(2026, 11, 20), 19));
        assert_eq!(schedule.climb(CALM, friday), at(date(2026, 11, 23), 17));
        // Spring Festival: off from 15 to 23 February 2026, Saturdays 14 and 28 worked.
        let eve = at(date(2026, 2, 13), 9);
        assert_eq!(schedule.answer(CALM, eve), at(date(2026, 2, 25), 17), "the 14th, the 24th, the 25th");
        // 1 a.m. in China is still the day before in Greenwich.
        assert_eq!(schedule.climb(CALM, at(date(2026, 11, 24), 1)), at(date(2026, 11, 25), 17));
    }

    #[test]
    fn a_topic_and_a_site_have_their_own_times() {
        let own = TopicClocks { answer_days: Some(1), ..TopicClocks::default() };
        let topics = BTreeMap::from([("violence".to_owned(), own)]);
        let clocks = Clocks { topics, office_ends: 18, ..Clocks::default() };
        let schedule = Schedule { clocks, ..Schedule::default() };
        let friday = at(date(2026, 11, 20), 16);
        let violence = Matter { topic: Some("violence"), danger: false };
        assert_eq!(schedule.answer(violence, friday), at(date(2026, 11, 23), 18));
        assert_eq!(schedule.answer(CALM, friday), at(date(2026, 11, 25), 18));
    }

    proptest! {
        /// Who comes later is never due earlier, more time is never less, and days end on a day that is worked.
        #[test]
        fn deadlines_keep_their_order(from in 482_000_i64..600_000, later in 0_i64..200, days in 1_u32..40) {
            let schedule = Schedule { clocks: Clocks { answer_days: days, ..Clocks::default() }, ..Schedule::default() };
            let longer = Schedule { clocks: Clocks { answer_days: days + 1, ..Clocks::default() }, ..Schedule::default() };
            let (first, second) = (Hour::from_number(from), Hour::from_number(from + later));
            let due = schedule.answer(CALM, first);
            prop_assert!(due > first && due <= schedule.answer(CALM, second));
            prop_assert!(due < longer.answer(CALM, first));
            prop_assert!(schedule.holidays.is_workday(due.date()));
            prop_assert!(schedule.accept(DANGER, first) <= schedule.accept(CALM, first));
        }
    }
}
