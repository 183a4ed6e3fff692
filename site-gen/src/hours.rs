//! Opening hours in words: `Mo-Fr 08:30-12:00,14:00-17:30; PH off` is 周一至周五 8:30–12:00、14:00–17:30；法定节假日休息.
//!
//! The syntax is OpenStreetMap's `opening_hours`; the `opening-hours-syntax` crate reads it. What can be said in plain
//! words is; an expression that can't (sunrise, week numbers, fallbacks) is refused, because nobody could check it.

use opening_hours_syntax::rules::day::{DaySelector, HolidayKind, WeekDayRange};
use opening_hours_syntax::rules::time::{Time, TimeSelector};
use opening_hours_syntax::rules::{RuleKind, RuleOperator, RuleSequence};
use search::record::Hours;

/// Reads `osm`; the error says what is wrong in Chinese.
pub fn read(osm: &str) -> Result<Hours, String> {
    let osm = osm.trim();
    let expression = opening_hours_syntax::parse(osm).map_err(|_| "开放时间的写法读不懂".to_owned())?;
    let mut parts = Vec::new();
    for rule in &expression.rules {
        parts.push(rule_in_words(rule)?);
    }
    Ok(Hours { osm: expression.to_string(), text: parts.join("；") })
}

fn rule_in_words(rule: &RuleSequence) -> Result<String, String> {
    if rule.operator == RuleOperator::Fallback {
        return Err("开放时间里不能用“||”".to_owned());
    }
    // A comment would be published with the hours, and it is the one place where anything at all could be written.
    if !rule.comment.is_empty() {
        return Err("开放时间里不能写说明文字".to_owned());
    }
    let days = days_in_words(&rule.day_selector)?;
    match rule.kind {
        RuleKind::Closed => Ok(format!("{}休息", if days.is_empty() { "每天" } else { &days })),
        RuleKind::Unknown => Ok(format!("{days}时间不定，去之前先打电话")),
        RuleKind::Open => {
            let times = times_in_words(&rule.time_selector)?;
            let days = match days.as_str() {
                "" | "周一至周日" => "每天",
                other => other,
            };
            // 每天 24 小时, 周一至周五 8:30–12:00
            Ok(format!("{days} {times}"))
        }
    }
}

fn days_in_words(days: &DaySelector) -> Result<String, String> {
    if !(days.year.is_empty() && days.monthday.is_empty() && days.week.is_empty()) {
        return Err("开放时间只能按星期和节假日写，不能写月份、日期和周数".to_owned());
    }
    let mut words = Vec::new();
    for day in &days.weekday {
        words.push(day_in_words(day)?);
    }
    Ok(words.join("、"))
}

fn day_in_words(day: &WeekDayRange) -> Result<String, String> {
    match day {
        WeekDayRange::Holiday { kind: HolidayKind::Public, offset: 0 } => Ok("法定节假日".to_owned()),
        WeekDayRange::Holiday { kind: HolidayKind::School, offset: 0 } => Ok("学校假期".to_owned()),
        WeekDayRange::Fixed { offset: 0, nth_from_start, nth_from_end, .. } => {
            // The crate's own short form (`Mo-Fr`) avoids its calendar library in our signatures.
            let short = day.to_string();
            let range = short.split('[').next().unwrap_or_default();
            let name = match range.split_once('-') {
                Some((from, to)) => format!("{}至{}", weekday(from)?, weekday(to)?),
                None => weekday(range)?.to_owned(),
            };
            nth_in_words(name, *nth_from_start, *nth_from_end)
        }
        _ => Err("开放时间里不能写“节假日前后几天”".to_owned()),
    }
}

/// 每月第一、三个周一.
fn nth_in_words(name: String, from_start: [bool; 5], from_end: [bool; 5]) -> Result<String, String> {
    const NTH: [&str; 5] = ["一", "二", "三", "四", "五"];
    let every = |nths: [bool; 5]| nths.iter().all(|nth| *nth);
    if every(from_start) && every(from_end) {
        return Ok(name);
    }
    let chosen: Vec<&str> =
        NTH.iter().zip(from_start).filter(|(_, nth)| *nth).map(|(word, _)| *word).collect();
    let last = from_end[0] && !from_end[1..].contains(&true);
    match (chosen.is_empty(), from_end.contains(&true)) {
        (false, false) => Ok(format!("每月第{}个{name}", chosen.join("、"))),
        (true, true) if last => Ok(format!("每月最后一个{name}")),
        _ => Err("开放时间里“第几个星期几”的写法读不懂".to_owned()),
    }
}

fn weekday(short: &str) -> Result<&'static str, String> {
    const DAYS: [(&str, &str); 7] = [
        ("Mo", "周一"),
        ("Tu", "周二"),
        ("We", "周三"),
        ("Th", "周四"),
        ("Fr", "周五"),
        ("Sa", "周六"),
        ("Su", "周日"),
    ];
    let found = DAYS.iter().find(|(code, _)| *code == short);
    found.map(|(_, name)| *name).ok_or_else(|| format!("不认识星期“{short}”"))
}

fn times_in_words(times: &TimeSelector) -> Result<String, String> {
    let mut words = Vec::new();
    for span in &times.spans {
        let (Time::Fixed(from), Time::Fixed(to)) = (span.range.start, span.range.end) else {
            return Err("开放时间要写几点几分，不能写日出日落".to_owned());
        };
        let (from, to) = (from.mins_from_midnight(), to.mins_from_midnight());
        if span.open_end || span.repeats.is_some() {
            return Err("开放时间要写到几点为止".to_owned());
        }
        words.push(if (from, to) == (0, 24 * 60) {
            "24 小时".to_owned()
        } else {
            // 20:00-02:00 ends on the next day, as 20:00-26:00 does.
            format!("{}–{}", clock_time(from), clock_time(if to < from { to + 24 * 60 } else { to }))
        });
    }
    Ok(words.join("、"))
}

fn clock_time(minutes: u16) -> String {
    match minutes / 60 {
        hour @ 0..=24 => format!("{hour}:{:02}", minutes % 60),
        next_day => format!("次日 {}:{:02}", next_day - 24, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(osm: &str) -> String {
        read(osm).map_or_else(|reason| format!("✗ {reason}"), |hours| hours.text)
    }

    #[test]
    fn common_hours_read_as_people_say_them() {
        for (osm, expected) in [
            ("Mo-Fr 08:30-12:00,14:00-17:30; PH off", "周一至周五 8:30–12:00、14:00–17:30；法定节假日休息"),
            ("24/7", "每天 24 小时"),
            ("Mo-Su 08:00-20:00", "每天 8:00–20:00"),
            ("Tu,Th 09:00-11:30", "周二、周四 9:00–11:30"),
            ("Mo[1] 09:00-11:00", "每月第一个周一 9:00–11:00"),
            ("Fr[-1] 14:30-17:00", "每月最后一个周五 14:30–17:00"),
            ("Mo-Su 20:00-02:00", "每天 20:00–次日 2:00"),
        ] {
            assert_eq!(words(osm), expected);
        }
    }

    #[test]
    fn what_nobody_could_check_is_refused() {
        for bad in [
            "",
            "周一到周五",
            "Mo-Fr 8点",
            "sunrise-sunset",
            "week 1-10 Mo 09:00-10:00",
            "Mo 25:00-26:70",
            "Mo 09:00+",
        ] {
            assert!(words(bad).starts_with('✗'), "{bad}: {}", words(bad));
        }
    }
}
