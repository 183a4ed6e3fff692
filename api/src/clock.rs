//! The only source of the current time.
//!
//! What is stored about people has no finer time than the hour: [`Hour`] is that promise (P4) as a type.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

/// Tells the time. Tests bring a clock they can move.
pub trait Clock: Send + Sync {
    /// This instant. Not for storing with anything a person did: take [`Clock::hour`].
    fn now(&self) -> Timestamp;

    /// The hour this instant lies in.
    fn hour(&self) -> Hour {
        Hour::of(self.now())
    }
}

/// Whole hours since 1970-01-01T00:00Z: the finest time that is ever written down about a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hour(i64);

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

/// China Standard Time, the whole country, all year.
pub const CHINA: Offset = jiff::tz::offset(8);

impl Hour {
    /// The hour `instant` lies in.
    pub fn of(instant: Timestamp) -> Self {
        Self(instant.as_second().div_euclid(3600))
    }

    /// From the number that [`Hour::number`] gave.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// Hours since 1970-01-01T00:00Z, as stored.
    pub fn number(self) -> i64 {
        self.0
    }

    /// RFC 3339 with the offset of China, on the hour: `2026-11-21T15:00:00+08:00`.
    pub fn to_rfc3339(self) -> String {
        let local = self.local();
        format!("{}T{:02}:00:00+08:00", local.date(), local.hour())
    }

    /// For readers: 2026 年 11 月 21 日 15 时.
    pub fn chinese(self) -> String {
        let local = self.local();
        format!("{} 年 {} 月 {} 日 {} 时", local.year(), local.month(), local.day(), local.hour())
    }

    /// The hour that begins at so many o'clock in China.
    pub fn in_china(day: Date, oclock: u32) -> Self {
        let days = (day - Date::constant(1970, 1, 1)).get_days();
        Self(i64::from(days) * 24 + i64::from(oclock) - 8)
    }

    /// The day in China.
    pub fn date(self) -> Date {
        self.local().date()
    }

    fn local(self) -> jiff::civil::DateTime {
        // An hour outside jiff's years (-9999 to 9999) can only come from a damaged row: show the epoch.
        let instant = Timestamp::from_second(self.0.saturating_mul(3600)).unwrap_or(Timestamp::UNIX_EPOCH);
        TimeZone::fixed(CHINA).to_datetime(instant)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        Timestamp::now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_forgets_minutes_and_speaks_chinese_time() {
        let instant: Timestamp = "2026-11-21T07:59:59.9Z".parse().unwrap();
        let hour = Hour::of(instant);
        assert_eq!(hour.to_rfc3339(), "2026-11-21T15:00:00+08:00");
        assert_eq!(hour.chinese(), "2026 年 11 月 21 日 15 时");
        assert_eq!(Hour::from_number(hour.number()), hour);
    }

    #[test]
    fn a_damaged_hour_does_not_panic() {
        assert_eq!(Hour::from_number(i64::MAX).to_rfc3339(), "1970-01-01T08:00:00+08:00");
    }
}
