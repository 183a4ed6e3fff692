//! Stations with one thing missing each.

use jiff::civil::date;
use search::coord::Coord;
use search::record::{Duty, Place};
use search::vocabulary::StationKind;

use super::*;

const TODAY: Date = date(2026, 11, 22);

fn region(code: &str, name: &str) -> Region {
    let code: RegionCode = code.parse().unwrap();
    let (level, url) = (code.level(), format!("/regions/{code}/"));
    Region { name: name.into(), level, parent: code.parent(), location: None, stations: 0, url, code }
}

/// A station that lacks nothing.
fn whole(id: &str) -> Station {
    let place = Place::Public { address: None, location: Coord::new(40.0, 102.0) };
    Station {
        name: format!("站{id}"),
        phones: vec!["0000-5550123".into()],
        hours: Some(crate::hours::read("Mo-Fr 08:30-12:00").unwrap()),
        has: Have::ALL.to_vec(),
        duty: vec![duty("FREQ=WEEKLY;BYDAY=MO")],
        desk: Some("desk".into()),
        verified: Some(date(2026, 1, 1)),
        ..Station::new(id, StationKind::RightsStation, "990121100".parse().unwrap(), place)
    }
}

fn duty(rule: &str) -> Duty {
    Duty { rule: rule.into(), from: None, to: None, who: "律师".into(), text: "律师".into() }
}

fn lacks_on(station: Station, today: Date) -> Vec<Lack> {
    let (regions, stations) = ([], [station]);
    let board = Board::of((&regions, &stations), None, (today, Holidays::known()), 365);
    board.rows[0].lacks.iter().copied().collect()
}

fn lacks(station: Station) -> Vec<Lack> {
    lacks_on(station, TODAY)
}

#[test]
fn what_is_missing_is_told_and_nothing_else() {
    assert_eq!(lacks(whole("a")), []);
    assert_eq!(lacks(Station { phones: vec![], ..whole("a") }), [Lack::Phone]);
    assert_eq!(lacks(Station { hours: None, ..whole("a") }), [Lack::Hours]);
    assert_eq!(lacks(Station { desk: None, ..whole("a") }), [Lack::Desk]);
    assert_eq!(lacks(Station { verified: None, ..whole("a") }), [Lack::NeverVerified]);
    let has = vec![Have::People, Have::Sign, Have::Rules];
    let missing = [Lack::Have(Have::Organisation), Lack::Have(Have::Premises)];
    assert_eq!(lacks(Station { has, ..whole("a") }), missing);
    let place = Place::Public { address: None, location: None };
    assert_eq!(lacks(Station { place, ..whole("a") }), [Lack::Position]);
    let place = Place::Confidential { confidential: true };
    assert_eq!(lacks(Station { place, ..whole("a") }), []);
}

#[test]
fn a_desk_further_up_answers_for_those_below() {
    let below = |id: &str, parent: &str| Station { desk: None, parent: Some(parent.into()), ..whole(id) };
    let stations = [whole("a"), below("b", "a"), below("c", "b"), below("d", "gone")];
    let board = Board::of((&[], &stations), None, (TODAY, Holidays::known()), 365);
    let lacking: Vec<_> = board.rows.iter().map(|row| row.lacks.contains(&Lack::Desk)).collect();
    assert_eq!(lacking, [false, false, false, true]);
}

#[test]
fn a_year_to_the_day_is_not_too_long() {
    let verified = |day| Station { verified: Some(day), ..whole("a") };
    assert_eq!(lacks(verified(date(2025, 11, 22))), []);
    assert_eq!(lacks(verified(date(2025, 11, 21))), [Lack::LongAgo]);
}

#[test]
fn a_rule_that_no_working_day_of_the_month_keeps_is_no_duty() {
    let on = |rule| Station { duty: vec![duty(rule)], ..whole("a") };
    assert_eq!(lacks(Station { duty: vec![], ..whole("a") }), [Lack::Duty]);
    // November 2026 has four Fridays and 30 days.
    assert_eq!(lacks(on("FREQ=MONTHLY;BYDAY=5FR")), [Lack::Duty]);
    assert_eq!(lacks(on("FREQ=MONTHLY;BYMONTHDAY=31")), [Lack::Duty]);
    assert_eq!(lacks(on("FREQ=MONTHLY;BYMONTHDAY=30")), []);
    // The first of October is off.
    assert_eq!(lacks_on(on("FREQ=MONTHLY;BYMONTHDAY=1"), date(2026, 10, 9)), [Lack::Duty]);
    let hours = Some(crate::hours::read("24/7").unwrap());
    assert_eq!(lacks(Station { hours, duty: vec![], ..whole("a") }), []);
}

#[test]
fn counties_sum_up_and_what_is_above_them_is_counted_there() {
    let regions = [region("990121", "示例县"), region("990122", "暖水县")];
    let stations = [
        whole("a"),
        Station { phones: vec![], has: vec![], ..whole("b") },
        Station { region: "990122".parse().unwrap(), ..whole("c") },
        Station { region: "990100".parse().unwrap(), desk: None, ..whole("d") },
    ];
    let board = Board::of((&regions, &stations), None, (TODAY, Holidays::known()), 365);
    let counts: Vec<_> =
        board.areas.iter().map(|area| (area.code.as_str(), area.tally.stations, area.tally.whole)).collect();
    assert_eq!(counts, [("990100", 1, 0), ("990121", 2, 1), ("990122", 1, 1)]);
    assert_eq!((board.total.stations, board.total.five, board.total.whole), (4, 3, 2));
    assert_eq!(board.total.lacking(Lack::Have(Have::Sign)), 1);
    let only: RegionCode = "990121".parse().unwrap();
    assert_eq!(Board::of((&regions, &stations), Some(&only), (TODAY, Holidays::known()), 365).rows.len(), 2);
}

#[test]
fn every_way_of_writing_it_down_says_the_same() {
    let regions = [region("990121", "示例县")];
    let stations = [Station { name: "<b>站".into(), phones: vec![], desk: None, ..whole("b") }, whole("a")];
    let board = Board::of((&regions, &stations), None, (TODAY, Holidays::known()), 365);
    let text = table::text(&board, 20);
    assert!(text.contains("<b>站（b）：没写电话、没有接信的咨询台") && text.contains("1（50%）"), "{text}");
    let csv = table::csv(&board);
    assert_eq!(csv.lines().count(), 3);
    assert!(csv.lines().nth(2).unwrap().ends_with(",2,,,,,,缺,,,,,,缺"), "{csv}");
    let json = table::json(&board);
    assert_eq!(json["each"][1]["lacks"], serde_json::json!(["phone", "desk"]));
    assert_eq!(json["stations"]["lacking"]["phone"], 1);
    let html = table::html(&board);
    assert!(html.contains("&lt;b&gt;站") && !html.contains("<b>") && !html.contains("<script"), "{html}");
}
