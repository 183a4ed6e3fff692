//! Stations, places and filters, drawn for property tests.

use proptest::prelude::*;
use search::coord::Coord;
use search::hours::{Rule, Timetable};
use search::record::{Hours, Person, Place, Station};
use search::region::Level;
use search::stations::StationFilter;
use search::vocabulary::{Audience, Facility, Profession, Service, StationKind};

use crate::{at, station, strings};

/// Points all over the earth, and many of those that go wrong: poles, date line, the same ones again.
pub(crate) fn coords() -> impl Strategy<Value = Coord> {
    let corner = prop::sample::select(vec![
        -180.0,
        -179.999_999,
        -90.0,
        -0.000_001,
        0.0,
        90.0,
        102.5,
        179.999_999,
        180.0,
    ]);
    let pole = prop::sample::select(vec![-90.0, -89.999_999, -45.0, 0.0, 40.4, 89.999_999, 90.0]);
    prop_oneof![
        (-90.0..=90.0, -180.0..=180.0f64).prop_map(|(lat, lon)| at(lat, lon)),
        (pole, corner).prop_map(|(lat, lon)| at(lat, lon)),
        (40.0..40.001, 102.0..102.001).prop_map(|(lat, lon)| at(lat, lon)),
    ]
}

/// A few of many, now and then none.
fn some<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(prop::sample::select(all), 0..3)
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let topics = prop::collection::vec(prop::sample::select(TOPICS.to_vec()), 0..3);
    let person = (prop::option::of(prop::sample::select(Profession::ALL[..3].to_vec())), topics);
    let person = person.prop_map(|(profession, topics)| Person {
        role: "坐班".to_owned(),
        duty: None,
        profession,
        topics: strings(&topics),
    });
    prop::collection::vec(person, 0..3)
}

/// More of them than have bits of their own.
fn language() -> impl Strategy<Value = String> {
    (0..40).prop_map(|number| format!("第 {number} 种话"))
}

/// A station but for its id.
pub(crate) fn any_station() -> impl Strategy<Value = Station> {
    let place = (prop::option::weighted(0.9, coords()), prop::bool::weighted(0.1));
    let named = (0..3usize, 0..4usize, prop::sample::select(REGIONS.to_vec()), 2..6usize);
    let hours = prop::sample::select(vec![None, Some("Mo-Fr"), Some("Sa"), Some("24/7")]);
    let people = (people(), hours);
    let has = (some(&Service::ALL[..4]), some(&Facility::ALL[..3]), some(AUDIENCES), some(AUDIENCES), people);
    let languages = prop::collection::vec(language(), 0..3);
    (place, named, has, languages).prop_map(
        |((location, confidential), (name, kind, region, level), has, languages)| {
            let place = if confidential {
                Place::Confidential { confidential }
            } else {
                Place::Public { address: Some("灯火街道 3 号".to_owned()), location }
            };
            let (services, facilities, audience, home_visits, (people, hours)) = has;
            Station {
                kind: StationKind::ALL[kind],
                name: NAMES[name].to_owned(),
                level: Level::ALL[level],
                services,
                facilities,
                audience,
                home_visits,
                people,
                languages,
                hours: hours.map(hours_of),
                ..station("", region, place)
            }
        },
    )
}

fn hours_of(days: &str) -> Hours {
    let day_time = [(540, 1020)];
    let rule = match days {
        "Mo-Fr" => Rule::on(&[1, 2, 3, 4, 5], &day_time),
        "Sa" => Rule::on(&[6], &day_time),
        _ => Rule::on(&[], &[]),
    };
    Hours { osm: days.to_owned(), text: days.to_owned(), rules: Timetable(vec![rule]) }
}

const NAMES: [&str; 3] = ["灯火站", "暖溪站", "河湾站"];
const TOPICS: [&str; 3] = ["marriage", "wages", "violence"];
pub(crate) const REGIONS: [&str; 6] = ["990121", "990122", "990121100", "990121100201", "990200", "980121"];
const AUDIENCES: &[Audience] = &[Audience::Women, Audience::Older, Audience::Everyone];

/// Stations, the same point by the hundred among them; now and then so many that the tree has nodes above nodes.
pub(crate) fn made_up() -> impl Strategy<Value = Vec<Station>> {
    let many = (any_station(), prop_oneof![4 => Just(0), 1 => 100..300usize]);
    let rounds = prop_oneof![9 => Just(1), 1 => Just(9)];
    (prop::collection::vec(any_station(), 0..150), many, rounds).prop_map(
        |(mut stations, (one, times), rounds)| {
            let drawn = stations.clone();
            for round in 1..rounds {
                stations.extend(drawn.iter().cloned().map(|station| moved(station, 0.37 * f64::from(round))));
            }
            stations.extend(std::iter::repeat_n(one, times));
            let count = stations.len();
            for (n, station) in stations.iter_mut().enumerate() {
                // Ids in an order of their own.
                station.id = format!("{:03}", n * 463 % count.max(1) * 2 % 997);
                station.id.push_str(&n.to_string());
            }
            stations
        },
    )
}

/// The same somewhat further to the east, as far as there is an east.
fn moved(mut station: Station, degrees: f64) -> Station {
    if let Place::Public { location, .. } = &mut station.place {
        *location = location.and_then(|from| Coord::new(from.lat(), from.lon() + degrees)).or(*location);
    }
    station
}

pub(crate) fn filters() -> impl Strategy<Value = StationFilter> {
    let seldom = 0.2;
    let region = REGIONS.iter().copied().chain(["990100", "990000", "110000"]).collect::<Vec<_>>();
    let first = (
        prop::option::weighted(seldom, prop::sample::select(region)),
        prop::option::weighted(seldom, prop::sample::select(StationKind::ALL[..5].to_vec())),
        prop::option::weighted(seldom, prop::sample::select(Service::ALL[..5].to_vec())),
        prop::option::weighted(seldom, prop::sample::select(Level::ALL.to_vec())),
        prop::option::weighted(seldom, prop::sample::select(vec!["暖溪", "灯火", "灯火 河湾", "没有"])),
    );
    let second = (
        prop_oneof![3 => Just(Vec::new()), 1 => some(&Facility::ALL[..4])],
        prop::option::weighted(seldom, prop::sample::select(Audience::ALL.to_vec())),
        prop::option::weighted(seldom, prop::sample::select(Audience::ALL.to_vec())),
        prop::option::weighted(seldom, prop::sample::select(Profession::ALL[..4].to_vec())),
        prop::option::weighted(seldom, prop::sample::select(vec!["marriage", "wages", "no-such"])),
        prop::option::weighted(seldom, prop::sample::select(MOMENTS.to_vec())),
        prop::option::weighted(0.1, prop_oneof![9 => language(), 1 => Just("没有人说的话".to_owned())]),
    );
    (first, second).prop_map(|((region, kind, service, level, text), second)| {
        let (facilities, audience, home_visit, profession, topic, open_at, language) = second;
        StationFilter {
            region: region.map(|region| region.parse().unwrap()),
            kind,
            service,
            level,
            facilities,
            audience,
            home_visit,
            profession,
            topic: topic.map(str::to_owned),
            language,
            open_at: open_at.map(|moment| moment.parse().unwrap()),
            text: text.map(str::to_owned),
        }
    })
}

/// On a Monday, at night, on a Saturday.
const MOMENTS: [&str; 3] = ["2026-03-02T10:00", "2026-03-02T23:00", "2026-03-07T10:00"];
