//! Opening hours and duty days as the recurring times of HSDS.
//!
//! A timetable is days and times with rules that overrule one another; a schedule is one span on some days. So each day of
//! the week is laid out first and days that are alike are put together. What HSDS has no member for — holidays, weekends
//! that are worked, a day that overrules its week — is said in words, with every schedule it may change.

use jiff::civil::Time;

use super::objects::Schedule;
use super::uuid::Uuid;
use crate::hours::{Rule, State, Timetable};
use crate::record::{Duty, Hours};

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const EVERY_DAY: &str = "MO,TU,WE,TH,FR,SA,SU";
/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Minutes after midnight, from when to when. The end may lie in the next day.
type Span = (u16, u16);

/// What the schedules of one service have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of<'a> {
    /// The service.
    pub(super) service: Uuid,
    /// The station's page.
    pub(super) page: &'a str,
}

impl Of<'_> {
    /// The opening hours: those of the week first, then those of some days of a month.
    pub(super) fn hours(self, hours: &Hours) -> Vec<Schedule> {
        let notes = holidays(&hours.rules);
        let schedule = |freq, byday: &str, (from, to): Span| Schedule {
            byday: Some(byday.to_owned()),
            opens_at: Some(clock(from)),
            closes_at: Some(clock(to)),
            notes: notes.map(str::to_owned),
            ..self.schedule(freq, &hours.text, &["hours", byday, &clock(from), &clock(to)])
        };
        let weekly = alike(&weekly(&hours.rules));
        let weekly = weekly.into_iter().map(|(days, span)| schedule("WEEKLY", &days, span));
        let monthly = monthly(&hours.rules).into_iter();
        weekly.chain(monthly.map(|(days, span)| schedule("MONTHLY", &days, span))).collect()
    }

    /// A duty or reception day; `None` where its rule is none that the site's generator lets through.
    pub(super) fn duty(self, duty: &Duty) -> Option<Schedule> {
        let part = |name: &str| {
            let mut parts = duty.rule.split(';').filter_map(|part| part.trim().split_once('='));
            parts.find(|(given, _)| *given == name).map(|(_, value)| value.to_owned())
        };
        let (freq, byday) = match part("FREQ")?.as_str() {
            "DAILY" => ("WEEKLY", Some(EVERY_DAY.to_owned())),
            "WEEKLY" => ("WEEKLY", part("BYDAY")),
            "MONTHLY" => ("MONTHLY", part("BYDAY")),
            _ => return None,
        };
        Some(Schedule {
            byday,
            bymonthday: part("BYMONTHDAY"),
            opens_at: duty.from.map(|from| clock(minute(from))),
            closes_at: duty.to.map(|to| clock(if to == Time::midnight() { DAY } else { minute(to) })),
            notes: Some(DUTY.to_owned()),
            ..self.schedule(freq, &duty.text, &["duty", &duty.rule, &duty.text])
        })
    }

    fn schedule(self, freq: &'static str, words: &str, name: &[&str]) -> Schedule {
        Schedule {
            id: self.service.part("schedule", name),
            timezone: 8,
            freq,
            byday: None,
            bymonthday: None,
            opens_at: None,
            closes_at: None,
            description: words.to_owned(),
            notes: None,
            schedule_link: self.page.to_owned(),
        }
    }
}

const DUTY: &str = "遇上法定节假日、调休，先打电话问。";

/// What nobody reads out of days and times. `None`: it is always open.
fn holidays(hours: &Timetable) -> Option<&'static str> {
    let is_always = |rule: &Rule| {
        rule.days.is_empty() && !rule.holidays && rule.times.iter().all(|&span| span == (0, DAY))
    };
    if hours.0.iter().all(is_always) {
        return None;
    }
    let speaks_of_holidays = hours.0.iter().any(|rule| rule.holidays);
    Some(if speaks_of_holidays {
        "法定节假日以文字为准；调休的日子先打电话问。"
    } else {
        "没有写明节假日：法定节假日、调休的日子先打电话问。"
    })
}

/// The open spans of each day of an ordinary week.
fn weekly(hours: &Timetable) -> [Vec<Span>; 7] {
    let of_day = |day: u8| {
        let any_day = |rule: &Rule| rule.days.is_empty() && !rule.holidays;
        let speaks = |rule: &&Rule| rule.nth.is_empty() && (any_day(rule) || rule.days.contains(&day));
        open(hours.0.iter().filter(speaks))
    };
    [1, 2, 3, 4, 5, 6, 7].map(of_day)
}

/// The open spans of days of a month: `1MO,-1FR`. What they are on such a day besides is said by the week.
fn monthly(hours: &Timetable) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for rule in hours.0.iter().filter(|rule| !rule.nth.is_empty()) {
        let all: [u8; 7] = [1, 2, 3, 4, 5, 6, 7];
        let days = if rule.days.is_empty() { &all[..] } else { &rule.days };
        let named = days.iter().filter_map(|&day| DAYS.get(usize::from(day).checked_sub(1)?));
        let named: Vec<String> =
            named.flat_map(|day| rule.nth.iter().map(move |nth| format!("{nth}{day}"))).collect();
        found.extend(open(std::iter::once(rule)).into_iter().map(|span| (named.join(","), span)));
    }
    found
}

/// What is open by rules of which the last that speaks of a minute counts, and the last that does not add counts alone.
fn open<'r>(rules: impl Iterator<Item = &'r Rule>) -> Vec<Span> {
    let mut spans: Vec<(u16, u16, State)> = Vec::new();
    for rule in rules {
        if !rule.adds {
            spans.clear();
        }
        let whole = [(0, DAY)];
        let times = if rule.times.is_empty() { &whole[..] } else { &rule.times };
        spans.extend(times.iter().map(|&(from, to)| (from, to, rule.is)));
    }
    let mut edges: Vec<u16> = spans.iter().flat_map(|span| [span.0, span.1]).collect();
    edges.sort_unstable();
    edges.dedup();
    let is_open = |minute: u16| {
        let there = spans.iter().rev().find(|span| span.0 <= minute && minute < span.1);
        there.is_some_and(|span| span.2 == State::Open)
    };
    let mut joined: Vec<Span> = Vec::new();
    for piece in edges.windows(2).filter(|piece| is_open(piece[0])) {
        match joined.last_mut() {
            Some(last) if last.1 == piece[0] => last.1 = piece[1],
            _ => joined.push((piece[0], piece[1])),
        }
    }
    joined
}

/// Each span once, with the days that have it.
fn alike(week: &[Vec<Span>; 7]) -> Vec<(String, Span)> {
    let mut found: Vec<(Vec<&str>, Span)> = Vec::new();
    for (day, spans) in DAYS.iter().zip(week) {
        for &span in spans {
            match found.iter_mut().find(|(_, other)| *other == span) {
                Some((days, _)) => days.push(day),
                None => found.push((vec![day], span)),
            }
        }
    }
    found.into_iter().map(|(days, span)| (days.join(","), span)).collect()
}

fn minute(time: Time) -> u16 {
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

/// A time of day with its offset. A day has no 24:00 there: its last minute stands for its end.
fn clock(minute: u16) -> String {
    let minute = if minute == DAY { DAY - 1 } else { minute % DAY };
    format!("{:02}:{:02}+08:00", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(rules: Vec<Rule>) -> Vec<String> {
        let hours = Hours { osm: String::new(), text: "某时".to_owned(), rules: Timetable(rules) };
        let of = Of { service: Uuid::of(&["x"]), page: "https://nuanzhan.example/" };
        let show = |schedule: Schedule| {
            let part = |part: Option<String>| part.unwrap_or_default().replace("+08:00", "");
            format!(
                "{} {} {}-{}",
                schedule.freq,
                part(schedule.byday),
                part(schedule.opens_at),
                part(schedule.closes_at)
            )
        };
        of.hours(&hours).into_iter().map(show).collect()
    }

    #[test]
    fn days_that_are_alike_stand_together() {
        let rules =
            vec![Rule::on(&[1, 2, 3, 4, 5], &[(510, 720), (840, 1050)]), Rule::on(&[6], &[(510, 720)])];
        assert_eq!(
            shown(rules),
            ["WEEKLY MO,TU,WE,TH,FR,SA 08:30-12:00", "WEEKLY MO,TU,WE,TH,FR 14:00-17:30"]
        );
    }

    #[test]
    fn a_later_rule_overrules_and_an_added_one_cuts() {
        let rules = vec![
            Rule::on(&[], &[(480, 1200)]),
            Rule::on(&[7], &[(600, 720)]),
            Rule { adds: true, is: State::Closed, ..Rule::on(&[1], &[(720, 780)]) },
        ];
        assert_eq!(
            shown(rules),
            [
                "WEEKLY MO 08:00-12:00",
                "WEEKLY MO 13:00-20:00",
                "WEEKLY TU,WE,TH,FR,SA 08:00-20:00",
                "WEEKLY SU 10:00-12:00"
            ]
        );
    }

    #[test]
    fn always_is_a_week_of_whole_days_and_a_night_ends_in_the_morning() {
        assert_eq!(shown(vec![Rule::on(&[], &[])]), [format!("WEEKLY {EVERY_DAY} 00:00-23:59")]);
        assert_eq!(shown(vec![Rule::on(&[5], &[(1320, 1560)])]), ["WEEKLY FR 22:00-02:00"]);
    }

    #[test]
    fn some_days_of_a_month_are_monthly_and_holidays_are_no_day_of_the_week() {
        let rules = vec![
            Rule { nth: vec![1, -1], ..Rule::on(&[1], &[(540, 660)]) },
            Rule { holidays: true, is: State::Closed, ..Rule::on(&[], &[]) },
            Rule { is: State::Unknown, ..Rule::on(&[3], &[]) },
        ];
        assert_eq!(shown(rules), ["MONTHLY 1MO,-1MO 09:00-11:00"]);
    }

    #[test]
    fn a_duty_day_keeps_its_rule() {
        let of = Of { service: Uuid::of(&["x"]), page: "https://nuanzhan.example/" };
        let time = |hour| Time::new(hour, 0, 0, 0).ok();
        let duty = |rule: &str, from, to| {
            let (who, text) = ("律师".to_owned(), "律师坐班".to_owned());
            of.duty(&Duty { rule: rule.to_owned(), from, to, who, text })
        };
        let monthly = duty("FREQ=MONTHLY;BYMONTHDAY=25,-1", time(9), time(0)).unwrap();
        assert_eq!((monthly.freq, monthly.bymonthday.as_deref()), ("MONTHLY", Some("25,-1")));
        assert_eq!(monthly.closes_at.as_deref(), Some("23:59+08:00"));
        let daily = duty("FREQ=DAILY", None, None).unwrap();
        assert_eq!((daily.freq, daily.byday.as_deref(), daily.opens_at), ("WEEKLY", Some(EVERY_DAY), None));
        assert_eq!(duty("FREQ=MONTHLY;BYDAY=1MO", None, None).unwrap().byday.as_deref(), Some("1MO"));
        assert_eq!(duty("FREQ=HOURLY", None, None), None);
    }
}
