//! Opening hours in words: `Mo-Fr 08:30-12:00,14:00-17:30; PH off` is 周一至周五 8:30–12:00、14:00–17:30；法定节假日休息.
//!
//! The syntax is OpenStreetMap's `opening_hours`; the `opening-hours-syntax` crate reads it. What can be said in plain
//! words is; an expression that can't (sunrise, week numbers, fallbacks) is refused, because nobody could check it.

use opening_hours_syntax::rules::day::{DaySelector, HolidayKind, WeekDayRange};
use opening_hours_syntax::rules::time::{Time, TimeSelector};
use opening_hours_syntax::rules::{RuleKind, RuleOperator, RuleSequence};
use search::hours::{Rule, State, Timetable};
use search::record::Hours;

/// Reads `osm`; the error says what is wrong in Chinese.
pub fn read(osm: &str) -> Result<Hours, String> {
    let osm = osm.trim();
    let expression = opening_hours_syntax::parse(osm).map_err(|_| "开放时间的写法读不懂".to_owned())?;
    let (mut parts, mut rules) = (Vec::new(), Vec::new());
    for rule in &expression.rules {
        parts.push(rule_in_words(rule)?);
        rules.push(rule_for_machines(rule)?);
    }
    let rules = Timetable(rules);
    if !rules.ever_opens() {
        return Err("照这样写，从来不开门".to_owned());
    }
    Ok(Hours { osm: expression.to_string(), text: parts.join("；"), rules })
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

/// What [`rule_in_words`] has let through, as the rule that machines keep.
fn rule_for_machines(rule: &RuleSequence) -> Result<Rule, String> {
    let is = match rule.kind {
        RuleKind::Open => State::Open,
        RuleKind::Closed => State::Closed,
        RuleKind::Unknown => State::Unknown,
    };
    let spans = rule.time_selector.spans.iter();
    let mut times = spans.map(|span| minutes(&span.range)).collect::<Result<Vec<_>, String>>()?;
    if times.contains(&(0, 24 * 60)) {
        // The whole day, whatever else is said of it.
        times.clear();
    }
    let adds = rule.operator == RuleOperator::Additional;
    let mut kept = Rule { adds, is, ..Rule::on(&[], &times) };
    for day in &rule.day_selector.weekday {
        match day {
            WeekDayRange::Holiday { .. } => kept.holidays = true,
            WeekDayRange::Fixed { nth_from_start, nth_from_end, .. } => {
                let nth = nths(*nth_from_start, *nth_from_end);
                let is_first = kept.days.is_empty();
                if !is_first && nth != kept.nth {
                    return Err("每月第几个星期几和别的日子，中间用分号分开写".to_owned());
                }
                kept.nth = nth;
                kept.days.extend(numbers(&day.to_string())?);
            }
        }
    }
    kept.days.sort_unstable();
    kept.days.dedup();
    Ok(kept)
}

/// `Fr-Mo[1]` is 5, 6, 7, 1.
fn numbers(short: &str) -> Result<Vec<u8>, String> {
    let range = short.split('[').next().unwrap_or_default();
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    let (from, to) = (weekday(from)?.0, weekday(to)?.0);
    let after = (to + 7 - from) % 7;
    Ok((0..=after).map(|step| (from - 1 + step) % 7 + 1).collect())
}

/// Which of them in a month; none where it is each.
fn nths(from_start: [bool; 5], from_end: [bool; 5]) -> Vec<i8> {
    let chosen = |nths: [bool; 5]| (1..).zip(nths).filter(|(_, nth)| *nth).map(|(number, _)| number);
    if from_start.iter().chain(&from_end).all(|nth| *nth) {
        return Vec::new();
    }
    chosen(from_start).chain(chosen(from_end).map(|nth: i8| -nth)).collect()
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
        WeekDayRange::Holiday { kind: HolidayKind::School, .. } => {
            Err("开放时间里不能写学校假期：哪几天放假，各地不一样".to_owned())
        }
        WeekDayRange::Fixed { offset: 0, nth_from_start, nth_from_end, .. } => {
            // The crate's own short form (`Mo-Fr`) avoids its calendar library in our signatures.
            let short = day.to_string();
            let range = short.split('[').next().unwrap_or_default();
            let name = match range.split_once('-') {
                Some((from, to)) => format!("{}至{}", weekday(from)?.1, weekday(to)?.1),
                None => weekday(range)?.1.to_owned(),
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

/// A weekday's number, 1 is Monday, and its name.
fn weekday(short: &str) -> Result<(u8, &'static str), String> {
    const DAYS: [(&str, &str); 7] = [
        ("Mo", "周一"),
        ("Tu", "周二"),
        ("We", "周三"),
        ("Th", "周四"),
        ("Fr", "周五"),
        ("Sa", "周六"),
        ("Su", "周日"),
    ];
    let found = (1..).zip(DAYS).find(|(_, (code, _))| *code == short);
    found.map(|(number, (_, name))| (number, name)).ok_or_else(|| format!("不认识星期“{short}”"))
}

fn times_in_words(times: &TimeSelector) -> Result<String, String> {
    let mut words = Vec::new();
    for span in &times.spans {
        let (from, to) = minutes(&span.range)?;
        if span.open_end || span.repeats.is_some() {
            return Err("开放时间要写到几点为止".to_owned());
        }
        words.push(if (from, to) == (0, 24 * 60) {
            "24 小时".to_owned()
        } else {
            format!("{}–{}", clock_time(from), clock_time(to))
        });
    }
    Ok(words.join("、"))
}

/// In minutes after midnight. 20:00-02:00 ends on the next day, as 20:00-26:00 does.
fn minutes(range: &std::ops::Range<Time>) -> Result<(u16, u16), String> {
    let (Time::Fixed(from), Time::Fixed(to)) = (range.start, range.end) else {
        return Err("开放时间要写几点几分，不能写日出日落".to_owned());
    };
    let (from, to) = (from.mins_from_midnight(), to.mins_from_midnight());
    Ok((from, if to < from { to + 24 * 60 } else { to }))
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
    fn hours_that_never_open_are_refused() {
        for bad in ["off", "Mo-Fr off", "Mo-Fr 08:30-12:00; Mo-Fr off", "PH off"] {
            assert_eq!(words(bad), "✗ 照这样写，从来不开门", "{bad}");
        }
    }

    #[test]
    fn machines_get_the_same_rules() {
        let rules = |osm: &str| serde_json::to_string(&read(osm).unwrap().rules).unwrap();
        assert_eq!(
            rules("Mo-Fr 08:30-12:00,14:00-17:30; PH off"),
            r#"[{"days":[1,2,3,4,5],"times":[[510,720],[840,1050]],"is":"open"},{"holidays":true,"is":"closed"}]"#
        );
        assert_eq!(rules("24/7"), r#"[{"is":"open"}]"#);
        assert_eq!(
            rules("Fr-Mo 20:00-02:00, Fr[-1] 09:00-10:00"),
            r#"[{"days":[1,5,6,7],"times":[[1200,1560]],"is":"open"},{"days":[5],"nth":[-1],"times":[[540,600]],"is":"open","adds":true}]"#
        );
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
            "SH 09:00-10:00",
            "Mo[1],Tu 09:00-10:00",
        ] {
            assert!(words(bad).starts_with('✗'), "{bad}: {}", words(bad));
        }
    }
}
