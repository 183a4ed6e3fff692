//! Dates as editors write them.

use jiff::civil::Date;

/// When a campaign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearlyDates {
    /// Each year, from one month and day to another (the same for a single day).
    Yearly {
        /// Month and day.
        from: (i8, i8),
        /// Month and day, not before `from`.
        to: (i8, i8),
    },
    /// Once.
    Once {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
}

impl YearlyDates {
    /// Reads `MM-DD`, `MM-DD/MM-DD`, `YYYY-MM-DD` or `YYYY-MM-DD/YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('/').unwrap_or((text, text));
        let (from, to) = (from.trim(), to.trim());
        if let (Some(from), Some(to)) = (date(from), date(to)) {
            return (from <= to).then_some(Self::Once { from, to });
        }
        let (from, to) = (month_day(from)?, month_day(to)?);
        (from <= to).then_some(Self::Yearly { from, to })
    }

    /// Month and day it begins.
    pub fn starts(self) -> (i8, i8) {
        match self {
            Self::Yearly { from, .. } => from,
            Self::Once { from, .. } => (from.month(), from.day()),
        }
    }

    /// For readers: 11 月 25 日, 每年 3 月 1 日至 8 日 …
    pub fn chinese(self) -> String {
        let month_day = |(month, day): (i8, i8)| format!("{month} 月 {day} 日");
        match self {
            Self::Yearly { from, to } if from == to => format!("每年 {}", month_day(from)),
            Self::Yearly { from, to } => format!("每年 {}至 {}", month_day(from), month_day(to)),
            Self::Once { from, to } if from == to => chinese_date(from),
            Self::Once { from, to } => format!("{}至 {}", chinese_date(from), chinese_date(to)),
        }
    }
}

/// Reads `YYYY-MM-DD`.
pub fn date(text: &str) -> Option<Date> {
    // jiff also takes `20260101` and times; editors write one form.
    let shaped = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    shaped.then(|| text.parse().ok()).flatten()
}

/// Reads `72 小时`, `30 天`, `7 个工作日`, `6 个月` as a duration of ISO 8601. Working days count as days: the standard has none.
pub fn duration(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = plain.find(|c: char| !c.is_ascii_digit())?;
    let number: u16 = plain[..digits].parse().ok().filter(|number| *number > 0)?;
    match &plain[digits..] {
        "分钟" => Some(format!("PT{number}M")),
        "小时" | "个小时" => Some(format!("PT{number}H")),
        "天" | "日" | "个工作日" | "工作日" => Some(format!("P{number}D")),
        "周" | "个星期" | "星期" => Some(format!("P{number}W")),
        "个月" | "月" => Some(format!("P{number}M")),
        "年" => Some(format!("P{number}Y")),
        _ => None,
    }
}

/// For readers: 2026 年 10 月 12 日.
pub fn chinese_date(date: Date) -> String {
    format!("{} 年 {} 月 {} 日", date.year(), date.month(), date.day())
}

fn month_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    // A leap year, so that 02-29 is a day.
    let on = Date::new(2024, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some((on.month(), on.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn campaigns_are_yearly_or_once() {
        assert_eq!(YearlyDates::parse("11-25").unwrap().chinese(), "每年 11 月 25 日");
        assert_eq!(YearlyDates::parse("03-01/03-08").unwrap().chinese(), "每年 3 月 1 日至 3 月 8 日");
        let once = YearlyDates::parse("2026-06-26/2026-06-30").unwrap();
        assert_eq!(once.chinese(), "2026 年 6 月 26 日至 2026 年 6 月 30 日");
    }

    #[test]
    fn how_long_it_takes_is_a_number_and_a_unit() {
        for (text, iso) in [
            ("72 小时", "PT72H"),
            ("30天", "P30D"),
            ("7 个工作日", "P7D"),
            ("6 个月", "P6M"),
            ("1 年", "P1Y"),
        ] {
            assert_eq!(duration(text).as_deref(), Some(iso));
        }
        for bad in ["", "很快", "0 天", "三天", "72", "1.5 小时", "99999 天", "3 天左右"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for bad in ["", "13-01", "02-30", "2026-02-29", "11-25/11-20", "十一月", "11-25/"] {
            assert_eq!(YearlyDates::parse(bad), None, "{bad}");
        }
    }
}
