//! Recurring duty and reception days in words: `FREQ=MONTHLY;BYMONTHDAY=25` is 每月 25 日.
//!
//! The rule is a recurrence rule of RFC 5545. The part of it that duty rosters use is understood: weekly by day, monthly
//! by day of the month or by nth weekday.

pub mod spoken;

use jiff::civil::{Date, Time};

/// The day or days of `rule` in words; the error says what is wrong in Chinese.
pub fn days_in_words(rule: &str) -> Result<String, String> {
    let (mut freq, mut by_day, mut by_month_day) = (None, None, None);
    for part in rule.trim().split(';').map(str::trim) {
        match part.split_once('=') {
            Some(("FREQ", value)) => freq = Some(value),
            Some(("BYDAY", value)) => by_day = Some(value),
            Some(("BYMONTHDAY", value)) => by_month_day = Some(value),
            _ => return Err(format!("值班规则里的“{part}”读不懂")),
        }
    }
    match (freq, by_day, by_month_day) {
        (Some("DAILY"), None, None) => Ok("每天".to_owned()),
        (Some("WEEKLY"), Some(days), None) => weekly(days),
        (Some("MONTHLY"), Some(days), None) => monthly_by_weekday(days),
        (Some("MONTHLY"), None, Some(days)) => monthly_by_date(days),
        _ => Err("值班规则要写成每周几、每月几号或每月第几个星期几".to_owned()),
    }
}

/// Whether `day` is one of the days of `rule`, which [`days_in_words`] has read.
pub fn falls_on(rule: &str, day: Date) -> bool {
    let mut days = rule.split(';').filter_map(|part| part.trim().split_once('='));
    days.all(|(name, value)| match name {
        "BYDAY" => value.split(',').any(|nth| is_weekday(nth, day)),
        "BYMONTHDAY" => value.split(',').any(|nth| match nth.parse::<i8>() {
            Ok(-1) => day.day() == day.days_in_month(),
            Ok(nth) => day.day() == nth,
            Err(_) => false,
        }),
        _ => true,
    })
}

/// Whether `day` is a `MO`, the `1MO` or the `-1MO` of its month.
fn is_weekday(nth: &str, day: Date) -> bool {
    const CODES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let at = nth.len().saturating_sub(2);
    let (count, code) = (nth.get(..at).unwrap_or_default(), nth.get(at..).unwrap_or_default());
    let today = CODES[usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())];
    let from_start = (day.day() - 1) / 7 + 1;
    let last = day.day() + 7 > day.days_in_month();
    code == today
        && match count {
            "" => true,
            "-1" => last,
            count => count.parse() == Ok(from_start),
        }
}

/// The ends of `09:00-11:30`; `None` where it is not a time. The end of a day is its midnight.
pub fn times(time: &str) -> Option<(Time, Time)> {
    let (from, to) = time.trim().split_once('-')?;
    let time =
        |(hour, minute): (u8, u8)| Time::new((hour % 24).cast_signed(), minute.cast_signed(), 0, 0).ok();
    Some((time(clock_time(from).ok()?)?, time(clock_time(to).ok()?)?))
}

/// `09:00-11:30` as 9:00–11:30.
pub fn time_in_words(time: &str) -> Result<String, String> {
    let (from, to) = time.trim().split_once('-').ok_or("时间要写成 09:00-11:30")?;
    let (from, to) = (clock_time(from)?, clock_time(to)?);
    if from >= to {
        return Err("时间的先后写反了".to_owned());
    }
    let show = |(hour, minute): (u8, u8)| format!("{hour}:{minute:02}");
    Ok(format!("{}–{}", show(from), show(to)))
}

fn clock_time(text: &str) -> Result<(u8, u8), String> {
    let wrong = || format!("“{text}”不是几点几分");
    let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
    let (hour, minute) =
        (hour.parse::<u8>().map_err(|_| wrong())?, minute.parse::<u8>().map_err(|_| wrong())?);
    if hour > 24 || minute > 59 || (hour == 24 && minute > 0) { Err(wrong()) } else { Ok((hour, minute)) }
}

fn weekly(days: &str) -> Result<String, String> {
    let names: Result<Vec<&str>, String> = days.split(',').map(weekday).collect();
    let names = names?;
    if names == ["周一", "周二", "周三", "周四", "周五"] {
        return Ok("每周一至周五".to_owned());
    }
    Ok(format!("每{}", names.join("、")))
}

fn monthly_by_weekday(days: &str) -> Result<String, String> {
    let mut words = Vec::new();
    for day in days.split(',') {
        let at = day.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(|| format!("“{day}”读不懂"))?;
        let nth = match &day[..at] {
            "1" | "+1" => "第一个",
            "2" | "+2" => "第二个",
            "3" | "+3" => "第三个",
            "4" | "+4" => "第四个",
            "5" | "+5" => "第五个",
            "-1" => "最后一个",
            _ => return Err(format!("“{day}”要写明每月第几个，例如 1MO 或 -1FR")),
        };
        words.push(format!("{nth}{}", weekday(&day[at..])?));
    }
    Ok(format!("每月{}", words.join("、")))
}

fn monthly_by_date(days: &str) -> Result<String, String> {
    let mut words = Vec::new();
    for day in days.split(',') {
        match day.parse::<i8>() {
            Ok(-1) => words.push("最后一天".to_owned()),
            Ok(day @ 1..=31) => words.push(format!("{day} 日")),
            _ => return Err(format!("一个月里没有“{day}”日")),
        }
    }
    // 每月 25 日, but 每月最后一天.
    let gap = if words.first().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit())) {
        " "
    } else {
        ""
    };
    Ok(format!("每月{gap}{}", words.join("、")))
}

fn weekday(code: &str) -> Result<&'static str, String> {
    match code {
        "MO" => Ok("周一"),
        "TU" => Ok("周二"),
        "WE" => Ok("周三"),
        "TH" => Ok("周四"),
        "FR" => Ok("周五"),
        "SA" => Ok("周六"),
        "SU" => Ok("周日"),
        other => Err(format!("不认识星期“{other}”，用 MO TU WE TH FR SA SU")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rosters_read_as_people_say_them() {
        for (rule, expected) in [
            ("FREQ=MONTHLY;BYMONTHDAY=25", "每月 25 日"),
            ("FREQ=MONTHLY;BYMONTHDAY=5,15,25", "每月 5 日、15 日、25 日"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "每月最后一个周五"),
            ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "每周一至周五"),
            ("FREQ=WEEKLY;BYDAY=TU,TH", "每周二、周四"),
        ] {
            assert_eq!(days_in_words(rule).unwrap(), expected);
        }
        assert_eq!(time_in_words("09:00-11:30").unwrap(), "9:00–11:30");
    }

    #[test]
    fn rules_and_times_that_can_not_be_are_refused() {
        for bad in [
            "",
            "每月25日",
            "FREQ=MONTHLY",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=MONTHLY;BYDAY=MO",
            "FREQ=WEEKLY;BYDAY=XX",
            "FREQ=YEARLY;BYMONTH=3",
        ] {
            assert!(days_in_words(bad).is_err(), "{bad}");
        }
        for bad in ["", "9点", "11:30-09:00", "09:61-10:00", "25:00-26:00", "09:00-24:30"] {
            assert!(time_in_words(bad).is_err(), "{bad}");
        }
    }
}
