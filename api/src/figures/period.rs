//! Months, quarters and years: what figures are reported by.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// A period of whole months, in China.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    year: i16,
    span: Span,
}

/// What part of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Span {
    /// All of it.
    Year,
    /// From 1 to 4.
    Quarter(i8),
    /// From 1 to 12.
    Month(i8),
}

/// Nothing was counted before.
const FIRST_YEAR: i16 = 2020;

impl Period {
    /// The quarter that a day lies in.
    pub fn quarter_of(day: Date) -> Self {
        Self { year: day.year(), span: Span::Quarter((day.month() + 2) / 3) }
    }

    /// The month that a day lies in.
    pub fn month_of(day: Date) -> Self {
        Self { year: day.year(), span: Span::Month(day.month()) }
    }

    /// The same a year before.
    #[must_use]
    pub fn a_year_before(self) -> Self {
        Self { year: self.year - 1, ..self }
    }

    /// The one of the same length right before.
    #[must_use]
    pub fn before(self) -> Self {
        let (year, span) = match self.span {
            Span::Year => (self.year - 1, Span::Year),
            Span::Quarter(1) => (self.year - 1, Span::Quarter(4)),
            Span::Quarter(quarter) => (self.year, Span::Quarter(quarter - 1)),
            Span::Month(1) => (self.year - 1, Span::Month(12)),
            Span::Month(month) => (self.year, Span::Month(month - 1)),
        };
        Self { year, span }
    }

    /// Its months as the store names them: `2026-11`.
    pub fn months(self) -> Vec<String> {
        let months = match self.span {
            Span::Year => 1..=12,
            Span::Quarter(quarter) => quarter * 3 - 2..=quarter * 3,
            Span::Month(month) => month..=month,
        };
        months.map(|month| format!("{:04}-{month:02}", self.year)).collect()
    }

    /// Whether nothing more is counted in it on that day.
    pub fn is_over(self, today: Date) -> bool {
        self.months_over(today) == self.months().len()
    }

    /// How many of its months are over on that day, from the first.
    pub fn months_over(self, today: Date) -> usize {
        let now = crate::words::month_of(today);
        self.months().iter().filter(|month| **month < now).count()
    }

    /// For readers: 2026 年第 4 季度.
    pub fn chinese(self) -> String {
        match self.span {
            Span::Year => format!("{} 年", self.year),
            Span::Quarter(quarter) => format!("{} 年第 {quarter} 季度", self.year),
            Span::Month(month) => format!("{} 年 {month} 月", self.year),
        }
    }
}

/// `2026`, `2026-Q4` or `2026-11`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.span {
            Span::Year => write!(f, "{}", self.year),
            Span::Quarter(quarter) => write!(f, "{}-Q{quarter}", self.year),
            Span::Month(month) => write!(f, "{}-{month:02}", self.year),
        }
    }
}

/// Reads what `Display` writes.
impl FromStr for Period {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |text: &str, range: std::ops::RangeInclusive<i16>, length: usize| {
            let whole = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|number| whole && range.contains(number))
        };
        let (year, rest) = text.split_once('-').unwrap_or((text, ""));
        let part = |number: i16| i8::try_from(number).ok();
        let span = match rest.strip_prefix('Q') {
            _ if !text.contains('-') => Some(Span::Year),
            Some(quarter) => digits(quarter, 1..=4, 1).and_then(part).map(Span::Quarter),
            None => digits(rest, 1..=12, 2).and_then(part).map(Span::Month),
        };
        let year = digits(year, FIRST_YEAR..=9998, 4);
        let period = year.zip(span).map(|(year, span)| Self { year, span });
        period.ok_or("应为一年、一季或一月，例如 2026、2026-Q4、2026-11")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_has_its_months_its_words_and_the_one_before() {
        for (text, months, before, last_year, words) in [
            ("2026-01", &["2026-01"][..], "2025-12", "2025-01", "2026 年 1 月"),
            ("2026-Q1", &["2026-01", "2026-02", "2026-03"], "2025-Q4", "2025-Q1", "2026 年第 1 季度"),
            ("2026-Q4", &["2026-10", "2026-11", "2026-12"], "2026-Q3", "2025-Q4", "2026 年第 4 季度"),
        ] {
            let period = period(text);
            assert_eq!(period.to_string(), text);
            assert_eq!(period.months(), months);
            assert_eq!(period.before().to_string(), before);
            assert_eq!(period.a_year_before().to_string(), last_year);
            assert_eq!(period.chinese(), words);
        }
        assert_eq!(period("2026").months().len(), 12);
        assert_eq!(period("2026").before(), period("2025"));
        for bad in [
            "",
            "26",
            "2026-",
            "2026-Q5",
            "2026-Q",
            "2026-13",
            "2026-1",
            "2019",
            "12026",
            "2026-Q+1",
            "二〇二六",
        ] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_quarter_is_over_on_the_first_day_after_it() {
        assert!(!period("2026-Q4").is_over(date(2026, 12, 31)));
        assert!(period("2026-Q4").is_over(date(2027, 1, 1)));
        let over = ["2025", "2026", "2026-Q4", "2026-11", "2027"]
            .map(|text| period(text).months_over(date(2026, 11, 23)));
        assert_eq!(over, [12, 10, 1, 0, 0]);
        assert_eq!(Period::quarter_of(date(2026, 11, 23)), period("2026-Q4"));
        assert_eq!(Period::month_of(date(2026, 11, 23)), period("2026-11"));
    }

    proptest! {
        #[test]
        fn anything_typed_is_a_period_that_is_written_the_same_or_refused(text in "\\PC{0,9}|20[0-9]{2}-(Q[0-9]|[0-9]{2})") {
            if let Ok(period) = text.parse::<Period>() {
                prop_assert_eq!(period.to_string(), text);
                prop_assert!(period.before() < period || period.before().year < period.year);
            }
        }
    }
}
