//! Whether somewhere is open, asked at moments whose answer anybody can check on a calendar.

use jiff::civil::datetime;
use proptest::prelude::*;

use super::*;

const OFFICE: [(u16, u16); 2] = [(510, 720), (840, 1050)];

fn closed_on_holidays() -> Rule {
    Rule { holidays: true, is: State::Closed, ..Rule::on(&[], &[]) }
}

/// 周一至周五 8:30–12:00、14:00–17:30；法定节假日休息.
fn office() -> Timetable {
    Timetable(vec![Rule::on(&[1, 2, 3, 4, 5], &OFFICE), closed_on_holidays()])
}

fn said(timetable: &Timetable, moment: DateTime) -> String {
    timetable.at(moment, Holidays::known()).words(moment)
}

#[test]
fn an_office_is_open_in_its_hours_and_says_when_it_opens_next() {
    for (moment, expected) in [
        // A Tuesday.
        (datetime(2026, 11, 24, 9, 0, 0, 0), "现在开着，12:00 关门"),
        (datetime(2026, 11, 24, 12, 0, 0, 0), "现在没开，14:00 开门"),
        (datetime(2026, 11, 24, 17, 30, 0, 0), "现在没开，明天 8:30 开门"),
        // A Friday evening, a Saturday, a Sunday.
        (datetime(2026, 11, 27, 18, 0, 0, 0), "现在没开，下周一 8:30 开门"),
        (datetime(2026, 11, 28, 10, 0, 0, 0), "现在没开，后天 8:30 开门"),
        (datetime(2026, 11, 29, 10, 0, 0, 0), "现在没开，明天 8:30 开门"),
        // Spring Festival: nine days off from a Sunday on, and the Saturday before is worked.
        (datetime(2026, 2, 16, 10, 0, 0, 0), "现在没开，下周二 8:30 开门"),
        (datetime(2026, 2, 14, 10, 0, 0, 0), "现在开着，12:00 关门。今天调休上班，开不开先打电话问"),
    ] {
        assert_eq!(said(&office(), moment), expected, "{moment}");
    }
}

#[test]
fn a_timetable_that_says_nothing_of_holidays_is_not_trusted_on_one() {
    let always_weekdays = Timetable(vec![Rule::on(&[1, 2, 3, 4, 5], &OFFICE)]);
    let national_day = datetime(2026, 10, 1, 9, 0, 0, 0);
    assert_eq!(said(&always_weekdays, national_day), "现在开着，12:00 关门。今天放假，开不开先打电话问");
    let in_five_years = datetime(2031, 10, 1, 9, 0, 0, 0);
    assert_eq!(always_weekdays.at(in_five_years, Holidays::known()).unsure, Some(Unsure::NotAnnounced));
    assert_eq!(said(&office(), national_day), "现在没开，下周四 8:30 开门");
}

#[test]
fn what_is_always_open_is_so_on_every_day() {
    let always = Timetable(vec![Rule::on(&[], &[(0, DAY)])]);
    for moment in [datetime(2026, 2, 17, 3, 0, 0, 0), datetime(2031, 10, 1, 0, 0, 0, 0)] {
        assert_eq!(said(&always, moment), "一直开着");
    }
    assert_eq!(said(&Timetable::default(), datetime(2026, 11, 24, 9, 0, 0, 0)), "最近都不开，先打电话");
    assert!(!Timetable(vec![closed_on_holidays()]).ever_opens());
    // Some months have five Fridays, some five Saturdays, none both and an eighth.
    for day in 1..=7 {
        let fifth = Rule { nth: vec![5], ..Rule::on(&[day], &[(540, 660)]) };
        assert!(Timetable(vec![fifth]).ever_opens(), "{day}");
    }
}

#[test]
fn a_night_goes_on_into_the_next_day() {
    let nights = Timetable(vec![Rule::on(&[6], &[(1200, 1560)])]);
    let sunday = datetime(2026, 11, 29, 1, 59, 0, 0);
    assert_eq!(said(&nights, sunday), "现在开着，2:00 关门");
    assert_eq!(said(&nights, datetime(2026, 11, 28, 23, 0, 0, 0)), "现在开着，明天 2:00 关门");
    assert!(!nights.is_open(datetime(2026, 11, 28, 1, 0, 0, 0), Holidays::known()));
}

#[test]
fn the_last_friday_of_a_month_is_found_weeks_ahead() {
    let last_friday = Rule { nth: vec![-1], ..Rule::on(&[5], &[(870, 1020)]) };
    let monthly = Timetable(vec![last_friday]);
    assert_eq!(said(&monthly, datetime(2026, 11, 28, 9, 0, 0, 0)), "现在没开，12 月 25 日 14:30 开门");
}

#[test]
fn a_later_rule_takes_the_place_of_earlier_ones_unless_it_adds() {
    let thursday = datetime(2026, 11, 26, 18, 0, 0, 0);
    let evening = Rule::on(&[4], &[(1080, 1200)]);
    let instead = Timetable(vec![Rule::on(&[], &OFFICE), evening.clone()]);
    let beside = Timetable(vec![Rule::on(&[], &OFFICE), Rule { adds: true, ..evening }]);
    let morning = datetime(2026, 11, 26, 9, 0, 0, 0);
    let holidays = Holidays::known();
    assert!(instead.is_open(thursday, holidays) && !instead.is_open(morning, holidays));
    assert!(beside.is_open(thursday, holidays) && beside.is_open(morning, holidays));
}

fn rule() -> impl Strategy<Value = Rule> {
    let days = prop::collection::vec(1_u8..=7, 0..4);
    let nth =
        prop_oneof![4 => Just(vec![]), 1 => prop::sample::subsequence(vec![1_i8, 2, 3, 4, 5, -1], 1..3)];
    let times =
        prop::collection::vec((0_u16..1440, 1_u16..600).prop_map(|(from, long)| (from, from + long)), 0..3);
    let is = prop_oneof![4 => Just(State::Open), 1 => Just(State::Closed), 1 => Just(State::Unknown)];
    (days, nth, any::<bool>(), times, is, any::<bool>())
        .prop_map(|(days, nth, holidays, times, is, adds)| Rule { days, nth, holidays, times, is, adds })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Until when, and when next, are what asking every quarter of an hour finds.
    #[test]
    fn what_is_said_of_later_is_what_is_found_later(
        rules in prop::collection::vec(rule(), 0..4),
        day in 0_i64..500,
        minute in 0_i64..1440,
    ) {
        let timetable = Timetable(rules);
        let holidays = Holidays::known();
        let now = datetime(2025, 12, 1, 0, 0, 0, 0) + day.days() + minute.minutes();
        let answer = timetable.at(now, holidays);
        let later = |quarters: i64| now + (15 * quarters).minutes();
        for at in (0..7 * 96).map(later) {
            let state = timetable.at(at, holidays).state;
            if answer.until.is_none_or(|until| at < until) {
                prop_assert_eq!(state, answer.state, "{}", at);
            }
            if state == State::Open && answer.state != State::Open {
                prop_assert!(answer.opens.is_some_and(|opens| opens <= at), "{}", at);
                break;
            }
            if answer.until.is_some_and(|until| at >= until) && answer.state == State::Open {
                break;
            }
        }
        if let Some(until) = answer.until {
            prop_assert_ne!(timetable.at(until, holidays).state, answer.state);
        }
        if let Some(opens) = answer.opens {
            prop_assert!(timetable.is_open(opens, holidays));
            prop_assert!(!timetable.is_open(opens - 1.minutes(), holidays));
        }
    }

    /// As JSON it comes back as it was.
    #[test]
    fn whether_it_is_open_is_what_the_answer_says(
        rules in prop::collection::vec(rule(), 0..5),
        day in 0..400_i32,
        minute in 0..1440_i32,
    ) {
        let timetable = Timetable(rules);
        let moment = datetime(2026, 1, 1, 0, 0, 0, 0) + day.days() + minute.minutes();
        let holidays = Holidays::known();
        prop_assert_eq!(timetable.is_open(moment, holidays), timetable.at(moment, holidays).state == State::Open);
    }

    #[test]
    fn a_timetable_comes_back(rules in prop::collection::vec(rule(), 0..5)) {
        let timetable = Timetable(rules);
        let json = serde_json::to_string(&timetable).unwrap();
        prop_assert_eq!(serde_json::from_str::<Timetable>(&json).unwrap(), timetable);
    }
}
