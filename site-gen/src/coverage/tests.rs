//! A county small enough to be worked out by hand.

use proptest::prelude::*;
use search::coord::Coord;

use super::*;

/// One degree along a meridian, in metres.
const DEGREE_M: f64 = 111_195.08;

/// 60 km/h on straight roads: a kilometre is a minute.
fn straight() -> Circle {
    Circle { speed_km_h: 60.0, detour: 1.0, ..Circle::default() }
}

/// So many kilometres north of 40° N, 102° E.
fn north(km: f64) -> Option<Coord> {
    Coord::new(40.0 + km * 1000.0 / DEGREE_M, 102.0)
}

fn region(code: &str, location: Option<Coord>) -> Region {
    let code: RegionCode = code.parse().unwrap();
    Region {
        name: format!("名{code}"),
        level: code.level(),
        parent: code.parent(),
        location,
        stations: 0,
        url: format!("/regions/{code}/"),
        code,
    }
}

fn station(id: &str, kind: StationKind, location: Option<Coord>) -> Station {
    let place = Place::Public { address: None, location };
    Station { name: format!("站{id}"), ..Station::new(id, kind, "990121".parse().unwrap(), place) }
}

/// A county with two townships, the first with a seat: three villages with positions, one without; the second without one.
fn county() -> Vec<Region> {
    vec![
        region("990121", None),
        region("990121100", north(0.0)),
        region("990121100201", north(29.0)),
        region("990121100202", north(30.0)),
        region("990121100203", north(61.0)),
        region("990121100204", None),
        region("990121101", None),
        region("990121101201", None),
    ]
}

fn at_the_seat() -> Vec<Station> {
    vec![station("a", StationKind::RightsStation, north(0.0))]
}

#[test]
fn each_village_is_in_the_count_that_is_worked_out_by_hand() {
    let (regions, stations) = (county(), at_the_seat());
    let coverage = Coverage::of(&regions, &stations, &straight(), None);
    let minutes: Vec<_> =
        coverage.villages.iter().map(|village| village.nearest.map(|nearest| nearest.minutes)).collect();
    assert_eq!(minutes, [Some(29), Some(30), Some(61), Some(0), None]);
    assert_eq!(coverage.total.own, Counts { villages: 3, half_hour: 2, hour: 2 });
    assert_eq!(coverage.total.by_township, Counts { villages: 1, half_hour: 1, hour: 1 });
    assert_eq!((coverage.total.unknown, coverage.total.beyond()), (1, 1));
    assert_eq!((coverage.total.percent(3), coverage.total.percent(5)), (60, 100));
}

#[test]
fn a_village_exactly_half_an_hour_away_is_within_half_an_hour() {
    let (regions, stations) = (county(), at_the_seat());
    let coverage = Coverage::of(&regions, &stations, &straight(), None);
    assert_eq!(coverage.villages[1].reach(), Reach::HalfHour);
    let slower = Circle { speed_km_h: 58.0, ..straight() };
    let coverage = Coverage::of(&regions, &stations, &slower, None);
    assert_eq!(coverage.villages[1].reach(), Reach::Hour);
}

#[test]
fn gaps_come_worst_first_and_those_nobody_knows_the_place_of_are_not_among_them() {
    let (regions, stations) = (county(), at_the_seat());
    let coverage = Coverage::of(&regions, &stations, &straight(), None);
    let codes = |minutes| -> Vec<String> {
        let gaps = gaps(&coverage.villages, minutes).into_iter();
        gaps.map(|village| village.region.code.as_str()[9..].to_owned()).collect()
    };
    assert_eq!(codes(60), ["203"]);
    assert_eq!(codes(20), ["203", "202", "201"]);
    let text = table::text(&coverage, 60, 20);
    assert!(text.contains("名990121100名990121100203：61 分钟，最近的是站a（直线 61.0 公里）"), "{text}");
    assert!(text.contains("1 个村和它的乡镇都没写坐标"), "{text}");
}

#[test]
fn a_confidential_station_neither_counts_nor_appears() {
    let regions = county();
    let hidden = Place::Confidential { confidential: true };
    let hidden = Station {
        name: "示例县庇护中心".into(),
        ..Station::new("hidden", StationKind::RightsStation, "990121".parse().unwrap(), hidden)
    };
    let stations = [hidden];
    let coverage = Coverage::of(&regions, &stations, &straight(), None);
    assert_eq!((coverage.stations, coverage.unplaced, coverage.total.hour()), (0, 0, 0));
    assert_eq!(coverage.total.beyond(), 4, "a village without a station to go to is not reached");
    for written in [
        table::text(&coverage, 60, 20),
        table::csv(&coverage, "https://nuanzhan.example"),
        table::json(&coverage).to_string(),
    ] {
        assert!(!written.contains("hidden") && !written.contains("庇护"), "{written}");
    }
}

#[test]
fn only_the_kinds_that_were_asked_for_count_and_what_has_no_position_is_told() {
    let regions = county();
    let stations = [
        station("near", StationKind::FeedbackPoint, north(60.0)),
        station("far", StationKind::Police, north(0.0)),
        station("nowhere", StationKind::Mediation, None),
    ];
    let coverage = Coverage::of(&regions, &stations, &straight(), None);
    assert_eq!((coverage.stations, coverage.unplaced), (1, 1));
    assert_eq!(coverage.villages[2].nearest.unwrap().station.id, "far");
    let all = Circle { kinds: StationKind::ALL.to_vec(), ..straight() };
    let coverage = Coverage::of(&regions, &stations, &all, None);
    assert_eq!(coverage.villages[2].nearest.unwrap().station.id, "near");
}

#[test]
fn a_station_over_the_border_is_as_near_as_one_at_home() {
    let regions = [county(), vec![region("990122", None), region("990122100", None)]].concat();
    let elsewhere =
        Station { region: "990122".parse().unwrap(), ..station("b", StationKind::Police, north(60.0)) };
    let stations = [elsewhere];
    let only: RegionCode = "990121".parse().unwrap();
    let coverage = Coverage::of(&regions, &stations, &straight(), Some(&only));
    assert_eq!(coverage.villages[2].nearest.unwrap().minutes, 1);
    assert_eq!(coverage.areas.len(), 1, "the other county was not asked for");
}

#[test]
fn townships_without_villages_are_told_and_a_site_without_any_is_no_trouble() {
    let regions = [county(), vec![region("990122", None), region("990122100", None)]].concat();
    let coverage = Coverage::of(&regions, &[], &straight(), None);
    let without: Vec<_> =
        coverage.areas[1].without_villages.iter().map(|region| region.code.as_str()).collect();
    assert_eq!(without, ["990122100"]);
    let none = Coverage::of(&[], &[], &straight(), None);
    assert_eq!((none.total.villages(), none.total.percent(0)), (0, 0));
    assert!(table::text(&none, 60, 20).contains("合计"));
}

#[test]
fn a_share_is_never_rounded_up() {
    let own = Counts { villages: 1000, half_hour: 999, hour: 1000 };
    let tally = Tally { own, ..Tally::default() };
    assert_eq!((tally.percent(tally.half_hour()), tally.percent(tally.hour())), (99, 100));
}

#[test]
fn columns_stand_below_each_other() {
    let rows = [["地方", "村"].map(str::to_owned), ["a", "12"].map(str::to_owned)];
    assert_eq!(table::aligned(&rows), "地方  村\na     12\n");
}

proptest! {
    #[test]
    fn what_is_counted_by_township_sums_up(
        villages in prop::collection::vec((0..4_u32, 0..3_u32, prop::option::of(0.0..200.0)), 0..40),
        seats in prop::collection::vec(prop::option::of(0.0..200.0), 12),
        places in prop::collection::vec(prop::option::of(0.0..200.0), 0..5),
    ) {
        let mut regions: Vec<Region> = (0..4).map(|county| region(&format!("99012{county}"), None)).collect();
        for (at, seat) in seats.iter().enumerate() {
            regions.push(region(&format!("99012{}10{}", at / 3, at % 3), seat.and_then(north)));
        }
        for (at, (county, township, place)) in villages.iter().enumerate() {
            regions.push(region(&format!("99012{county}10{township}2{at:02}"), place.and_then(north)));
        }
        regions.sort_by(|a, b| a.code.cmp(&b.code));
        let stations: Vec<Station> = (0..).zip(&places)
            .map(|(at, place): (usize, _)| station(&at.to_string(), StationKind::Police, place.and_then(north)))
            .collect();
        let coverage = Coverage::of(&regions, &stations, &straight(), None);
        let total = coverage.total;
        prop_assert_eq!(total.villages(), villages.len());
        prop_assert!(total.half_hour() <= total.hour());
        prop_assert_eq!(total.hour() + total.beyond() + total.unknown, villages.len());
        let sum = |of: fn(&Tally) -> usize| coverage.areas.iter().map(|area| of(&area.tally)).sum::<usize>();
        prop_assert_eq!(sum(Tally::villages), villages.len());
        prop_assert_eq!(sum(Tally::hour), total.hour());
        for area in &coverage.areas {
            let townships = area.townships.iter().map(|(_, tally)| tally.hour()).sum::<usize>();
            prop_assert_eq!(townships, area.tally.hour());
            prop_assert_eq!(area.townships.len() + area.without_villages.len(), 3);
        }
        prop_assert_eq!(gaps(&coverage.villages, 60).len(), total.beyond());
    }
}
