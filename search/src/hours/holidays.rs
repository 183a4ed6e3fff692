//! Which days China has off, and which weekends it works for them.
//!
//! The State Council announces the days of a year late in the year before; `holidays.csv` beside this file has what was
//! announced, and an operator or editor adds the next year without waiting for a new program: [`Holidays::with`]. A day of
//! a year that nobody knows is said to be uncertain where a holiday may fall on it, and only there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// What was announced for the years that this program knows. `day <comma> off or work`; a line that begins with `#` is a remark.
/// Facts of the yearly notices of the General Office of the State Council (国务院办公厅关于部分节假日安排的通知).
const ANNOUNCED: &str = include_str!("holidays.csv");

static KNOWN: LazyLock<Holidays> = LazyLock::new(|| {
    let mut known = Holidays::default();
    known.add(ANNOUNCED).unwrap_or_else(|line| unreachable!("holidays.csv, line {line}"));
    known
});

/// What sort of day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// Like any other of its weekday.
    Ordinary,
    /// A holiday, or a day off beside one.
    Off,
    /// A day of a weekend that is worked for a holiday.
    Worked,
    /// A holiday may fall on it: nobody has announced those of its year.
    MaybeOff,
}

/// The days that were announced. As JSON, the lines of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Holidays {
    /// Whether each of these days is off; else it is worked.
    days: BTreeMap<Date, bool>,
    /// Years of which all days are known.
    years: BTreeSet<i16>,
}

impl Holidays {
    /// Those that this program knows.
    pub fn known() -> &'static Self {
        &KNOWN
    }

    /// These and those of `text`, lines of `2027-01-01,off` and `2027-01-03,work`. A year of which `text` has a day is taken
    /// from it alone.
    ///
    /// # Errors
    ///
    /// The number of the first line that can't be read, from 1.
    pub fn with(&self, text: &str) -> Result<Self, usize> {
        let mut more = Self::default();
        more.add(text)?;
        Ok(self.with_days(more.days))
    }

    /// These and `days`, each with whether it is off. A year of which there is a day is taken from them alone.
    #[must_use]
    pub fn with_days(&self, days: impl IntoIterator<Item = (Date, bool)>) -> Self {
        let more: BTreeMap<Date, bool> = days.into_iter().collect();
        let years: BTreeSet<i16> = more.keys().map(|day| day.year()).collect();
        let mut all = self.clone();
        all.days.retain(|day, _| !years.contains(&day.year()));
        all.days.extend(more);
        all.years.extend(years);
        all
    }

    /// Whether offices work on a day. Of a year that nobody has announced, only what the law itself names is off: a deadline
    /// that comes a day too early is better than one that waits for weeks in which there may be a holiday.
    pub fn is_workday(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        match self.kind(day) {
            DayKind::Off => false,
            DayKind::Worked => true,
            DayKind::Ordinary => !weekend,
            DayKind::MaybeOff => !weekend && !FIXED.contains(&(day.month(), day.day())),
        }
    }

    /// The `count`-th workday after `day`; 1 is the next one.
    pub fn workday_after(&self, day: Date, count: u32) -> Date {
        let mut found = day;
        for _ in 0..count {
            // A calendar ends in the year 9999.
            while let Ok(next) = found.tomorrow() {
                found = next;
                if self.is_workday(found) {
                    break;
                }
            }
        }
        found
    }

    /// The years of which all days are known.
    pub fn years(&self) -> impl Iterator<Item = i16> + '_ {
        self.years.iter().copied()
    }

    /// The days that were announced, in order, and whether each is off; else it is worked.
    pub fn days(&self) -> impl Iterator<Item = (Date, bool)> + '_ {
        self.days.iter().map(|(day, is_off)| (*day, *is_off))
    }

    fn add(&mut self, text: &str) -> Result<(), usize> {
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_start_matches('\u{feff}').trim();
            if line.is_empty() || line.starts_with('#') || line.starts_with("day") {
                continue;
            }
            let (day, is) = line.split_once(',').ok_or(number)?;
            let day: Date = day.trim().parse().map_err(|_| number)?;
            let off = match is.trim() {
                "off" | "休" => true,
                "work" | "班" => false,
                _ => return Err(number),
            };
            self.days.insert(day, off);
            self.years.insert(day.year());
        }
        Ok(())
    }

    /// What sort of day `day` is.
    pub fn kind(&self, day: Date) -> DayKind {
        match self.days.get(&day) {
            Some(true) => DayKind::Off,
            Some(false) => DayKind::Worked,
            None if self.years.contains(&day.year()) || !may_be_off(day) => DayKind::Ordinary,
            None => DayKind::MaybeOff,
        }
    }
}

/// Holidays whose day is the same in every year (全国年节及纪念日放假办法).
const FIXED: [(i8, i8); 6] = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)];

impl From<Holidays> for String {
    fn from(holidays: Holidays) -> Self {
        let line = |(day, off): (Date, bool)| format!("{day},{}\n", if off { "off" } else { "work" });
        holidays.days().map(line).collect()
    }
}

impl TryFrom<String> for Holidays {
    type Error = String;

    fn try_from(lines: String) -> Result<Self, String> {
        let mut holidays = Self::default();
        holidays.add(&lines).map_err(|line| format!("line {line} of the holidays"))?;
        Ok(holidays)
    }
}

/// Whether a holiday, or what is arranged around one, may fall on the day in some year. Spring Festival, Dragon Boat and
/// Mid-Autumn follow the moon: they move within these days.
fn may_be_off(day: Date) -> bool {
    const TIMES: [((i8, i8), (i8, i8)); 6] = [
        ((1, 1), (1, 4)),
        ((1, 18), (3, 1)),
        ((4, 2), (4, 8)),
        ((4, 25), (5, 10)),
        ((5, 25), (6, 28)),
        ((9, 6), (10, 12)),
    ];
    let at = (day.month(), day.day());
    TIMES.iter().any(|&(from, to)| (from..=to).contains(&at))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_days_of_2026_are_those_announced() {
        let holidays = Holidays::known();
        let year = date(2026, 1, 1).series(jiff::ToSpan::days(1)).take_while(|day| day.year() == 2026);
        let kinds: Vec<DayKind> = year.map(|day| holidays.kind(day)).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == DayKind::Off).count(), 33);
        assert_eq!(kinds.iter().filter(|kind| **kind == DayKind::Worked).count(), 6);
        assert_eq!(holidays.kind(date(2026, 2, 17)), DayKind::Off);
        assert_eq!(holidays.kind(date(2026, 2, 28)), DayKind::Worked);
        assert_eq!(holidays.kind(date(2026, 3, 2)), DayKind::Ordinary);
    }

    #[test]
    fn a_year_that_nobody_announced_is_uncertain_only_where_holidays_fall() {
        let holidays = Holidays::known();
        assert_eq!(holidays.kind(date(2031, 10, 1)), DayKind::MaybeOff);
        assert_eq!(holidays.kind(date(2031, 7, 15)), DayKind::Ordinary);
        let told = holidays.with("day,is\n2031-10-01,off\n2031-10-11,班\n").unwrap();
        assert_eq!(told.kind(date(2031, 10, 1)), DayKind::Off);
        assert_eq!(told.kind(date(2031, 10, 2)), DayKind::Ordinary);
        assert_eq!(told.kind(date(2031, 10, 11)), DayKind::Worked);
        assert_eq!(told.kind(date(2026, 2, 17)), DayKind::Off);
    }

    #[test]
    fn workdays_know_make_up_days_and_what_the_law_names() {
        let holidays = Holidays::known();
        // Spring Festival 2026: off from 15 to 23 February, Saturday 14 and 28 worked.
        assert_eq!(holidays.workday_after(date(2026, 2, 13), 1), date(2026, 2, 14));
        assert_eq!(holidays.workday_after(date(2026, 2, 13), 2), date(2026, 2, 24));
        assert_eq!(holidays.workday_after(date(2026, 2, 27), 1), date(2026, 2, 28));
        assert_eq!(holidays.workday_after(date(2026, 11, 20), 1), date(2026, 11, 23));
        // Nobody has announced 2031; 1 October is a Wednesday.
        assert_eq!(holidays.workday_after(date(2031, 9, 30), 1), date(2031, 10, 6));
        assert_eq!(holidays.workday_after(date(2026, 11, 20), 0), date(2026, 11, 20));
    }

    #[test]
    fn holidays_are_the_same_after_a_journey_as_json() {
        let told = Holidays::known().with("2031-10-01,off\n2031-10-11,work\n").unwrap();
        let json = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<Holidays>(&json).unwrap(), told);
        assert!(serde_json::from_str::<Holidays>("\"2031-10-01;off\"").is_err());
    }

    #[test]
    fn a_line_that_nobody_can_read_is_named() {
        for (text, line) in
            [("2027-13-01,off", 1), ("2027-01-01,off\n2027-01-02", 2), ("2027-01-01,maybe", 1)]
        {
            assert_eq!(Holidays::known().with(text), Err(line), "{text}");
        }
    }
}
