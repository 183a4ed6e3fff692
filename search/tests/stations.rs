//! What the station index promises: the nearest are the nearest, everywhere on earth, and a shelter is not among them.
#![expect(clippy::unwrap_used, reason = "a station that can't be made up is a test that fails")]

use proptest::prelude::*;
use search::coord::Coord;
use search::record::{Place, Station};
use search::region::{Level, Region, RegionCode};
use search::stations::{Near, StationFilter, StationIndex};
use search::vocabulary::{Service, StationKind};

fn station(id: &str, region: &str, place: Place) -> Station {
    Station {
        name: format!("站点 {id}"),
        level: Level::Township,
        region_names: vec!["示例市".to_owned(), "暖溪镇".to_owned()],
        ..Station::new(id, StationKind::RightsStation, region.parse().unwrap(), place)
    }
}

fn at(lat: f64, lon: f64) -> Coord {
    Coord::new(lat, lon).unwrap()
}

fn public(lat: f64, lon: f64) -> Place {
    Place::Public { address: Some("灯火街道 3 号".to_owned()), location: Some(at(lat, lon)) }
}

fn shelter(id: &str, region: &str) -> Station {
    Station { kind: StationKind::Shelter, ..station(id, region, Place::Confidential { confidential: true }) }
}

fn index(stations: Vec<Station>) -> StationIndex {
    StationIndex::new(stations, Vec::new())
}

fn ids<'a>(stations: impl IntoIterator<Item = &'a Station>) -> Vec<&'a str> {
    stations.into_iter().map(|station| station.id.as_str()).collect()
}

fn near_ids<'a>(near: &[Near<'a>]) -> Vec<&'a str> {
    near.iter().map(|near| near.station.id.as_str()).collect()
}

#[test]
fn the_nearest_come_first_with_their_distance() {
    let index = index(vec![
        station("a", "990121", public(40.5, 102.5)),
        station("b", "990121", public(40.41, 102.5)),
        station("c", "990121", Place::Public { address: None, location: None }),
    ]);
    let near = index.nearest(at(40.4, 102.5), &StationFilter::default(), 9);
    assert_eq!(near_ids(&near), ["b", "a"]);
    assert!((near[0].distance_m - 1111.95).abs() < 0.1, "{}", near[0].distance_m);
}

#[test]
fn what_is_equally_far_goes_by_id() {
    // The same point many times, and points as far to the east as to the west.
    let mut stations: Vec<Station> =
        (0..30).rev().map(|n| station(&format!("{n:02}"), "990121", public(10.0, 20.0))).collect();
    stations.push(station("99-east", "990121", public(10.0, 20.5)));
    stations.push(station("98-west", "990121", public(10.0, 19.5)));
    let index = index(stations);
    let near = index.nearest(at(10.0, 20.0), &StationFilter::default(), 7);
    assert_eq!(near_ids(&near), ["00", "01", "02", "03", "04", "05", "06"]);
    let near = index.nearest(at(10.0, 20.0), &StationFilter::default(), 31);
    assert_eq!(near_ids(&near)[30], "98-west");
}

#[test]
fn neighbours_across_the_date_line_and_the_pole_are_near() {
    let index = index(vec![
        station("date-line", "990121", public(0.0, -179.9)),
        station("far", "990121", public(0.0, 170.0)),
        station("pole", "990121", public(89.9, 0.0)),
    ]);
    assert_eq!(near_ids(&index.nearest(at(0.0, 179.9), &StationFilter::default(), 1)), ["date-line"]);
    assert_eq!(near_ids(&index.nearest(at(89.9, 180.0), &StationFilter::default(), 1)), ["pole"]);
}

#[test]
fn a_confidential_station_is_never_near_and_its_region_can_call_it() {
    let index = index(vec![
        station("nuanxi", "990121100", public(40.4, 102.5)),
        shelter("county", "990121"),
        shelter("other-county", "990122"),
        shelter("city", "990200"),
    ]);
    assert_eq!(near_ids(&index.nearest(at(40.4, 102.5), &StationFilter::default(), 9)), ["nuanxi"]);
    let code = |text: &str| text.parse::<RegionCode>().unwrap();
    assert_eq!(ids(index.confidential_for(Some(&code("990121100")))), ["county"]);
    // A city without its own calls those of its counties.
    assert_eq!(ids(index.confidential_for(Some(&code("990100")))), ["county", "other-county"]);
    // A county without one goes up as far as it must.
    assert_eq!(ids(index.confidential_for(Some(&code("990223")))), ["city"]);
    assert_eq!(ids(index.confidential_for(Some(&code("110101")))), Vec::<&str>::new());
    assert_eq!(index.confidential_for(None).len(), 3);
}

#[test]
fn a_list_goes_by_level_then_name_and_comes_in_pages() {
    let named = |id: &str, name: &str, level: Level| Station {
        name: name.to_owned(),
        level,
        ..station(id, "990121", public(40.0, 102.0))
    };
    let index = index(vec![
        named("1", "乙村", Level::Village),
        named("2", "甲县", Level::County),
        named("3", "丙市", Level::City),
        named("5", "甲村", Level::Village),
        named("4", "甲村", Level::Village),
    ]);
    let (all, total) = index.list(&StationFilter::default(), 0, 99);
    assert_eq!((ids(all), total), (vec!["3", "2", "1", "4", "5"], 5));
    let (page, total) =
        index.list(&StationFilter { level: Some(Level::Village), ..StationFilter::default() }, 1, 1);
    assert_eq!((ids(page), total), (vec!["4"], 3));
}

#[test]
fn a_filter_takes_what_has_all_it_asks_for() {
    let legal = Station {
        kind: StationKind::LegalAid,
        services: vec![Service::LegalAidApplication],
        ..station("legal", "990121100", public(40.0, 102.0))
    };
    let index =
        index(vec![legal, station("other", "990122", public(40.0, 102.0)), shelter("shelter", "990121")]);
    let all = StationFilter::default();
    let found = |filter: StationFilter| ids(index.list(&filter, 0, 9).0);
    assert_eq!(found(StationFilter { kind: Some(StationKind::LegalAid), ..all.clone() }), ["legal"]);
    assert_eq!(
        found(StationFilter { service: Some(Service::LegalAidApplication), ..all.clone() }),
        ["legal"]
    );
    assert_eq!(
        found(StationFilter { region: Some("990121".parse().unwrap()), ..all.clone() }),
        ["legal", "shelter"]
    );
    for (text, expected) in [
        ("法律援助", vec!["legal"]),
        ("灯火  法律", vec!["legal"]),
        ("ＯＴＨＥＲ", vec!["other"]),
        ("暖溪镇 3 号", vec!["legal", "other"]),
        ("没有这个站", vec![]),
        ("  ", vec!["legal", "other", "shelter"]),
    ] {
        assert_eq!(found(StationFilter { text: Some(text.to_owned()), ..all.clone() }), expected, "{text}");
    }
}

#[test]
fn stations_and_divisions_are_found_by_id_and_code() {
    let region = |code: &str| Region {
        code: code.parse().unwrap(),
        name: "示例县".to_owned(),
        level: Level::County,
        parent: None,
        location: None,
        stations: 1,
        url: String::new(),
    };
    let index = StationIndex::new(
        vec![station("b", "990121", public(1.0, 1.0)), station("a", "990121", public(1.0, 1.0))],
        vec![region("990122"), region("990121")],
    );
    assert_eq!(index.get("a").unwrap().id, "a");
    assert!(index.get("c").is_none());
    assert_eq!(ids(index.all()), ["a", "b"]);
    assert_eq!(index.regions()[0].code.as_str(), "990121");
    assert!(index.region(&"990122".parse().unwrap()).is_some());
    assert!(index.region(&"990123".parse().unwrap()).is_none());
}

/// Points all over the earth, and many of those that go wrong: poles, date line, the same ones again.
fn coords() -> impl Strategy<Value = Coord> {
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

fn made_up() -> impl Strategy<Value = Vec<Station>> {
    let made = (prop::option::weighted(0.9, coords()), 0..4usize, prop::bool::weighted(0.1));
    prop::collection::vec(made, 0..60).prop_map(|made| {
        let numbered = made.into_iter().enumerate();
        numbered
            .map(|(n, (location, kind, confidential))| {
                let place = if confidential {
                    Place::Confidential { confidential }
                } else {
                    Place::Public { address: None, location }
                };
                // Ids in an order of their own.
                let id = format!("{:02}", n * 37 % 60);
                let region = if kind < 2 { "990121" } else { "990122" };
                Station { kind: StationKind::ALL[kind], ..station(&id, region, place) }
            })
            .collect()
    })
}

fn filters() -> impl Strategy<Value = StationFilter> {
    let kind = prop::option::of(prop::sample::select(StationKind::ALL[..4].to_vec()));
    let region = prop::option::of(prop::sample::select(vec!["990121", "990122", "990100"]));
    (kind, region).prop_map(|(kind, region)| StationFilter {
        kind,
        region: region.map(|region| region.parse().unwrap()),
        ..StationFilter::default()
    })
}

/// The nearest by looking at every station: by the millimetres of the way between the two points, then by id.
fn by_looking_at_all<'a>(
    stations: &'a [Station],
    from: Coord,
    filter: &StationFilter,
    limit: usize,
) -> Vec<&'a str> {
    let from = from.on_unit_sphere();
    let wanted = |station: &&Station| {
        filter.kind.is_none_or(|kind| kind == station.kind)
            && filter.region.as_ref().is_none_or(|region| station.region.is_within(region))
    };
    let mut all: Vec<(u64, &str)> = stations
        .iter()
        .filter(wanted)
        .filter_map(|station| {
            let steps = station.location()?.on_unit_sphere().into_iter().zip(from).map(|(a, b)| a - b);
            let chord = libm::sqrt(steps.map(|step| step * step).sum());
            let metres = 2.0 * 6_371_008.8 * libm::asin((chord / 2.0).min(1.0));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2e10 at most")]
            let millimetres = libm::round(metres * 1000.0) as u64;
            Some((millimetres, station.id.as_str()))
        })
        .collect();
    all.sort_unstable();
    all.into_iter().take(limit).map(|(_, id)| id).collect()
}

proptest! {
    #[test]
    fn the_nearest_are_those_found_by_looking_at_all(
        stations in made_up(),
        from in coords(),
        filter in filters(),
        limit in 0..12usize,
    ) {
        let expected = by_looking_at_all(&stations, from, &filter, limit);
        let index = index(stations.clone());
        let near = index.nearest(from, &filter, limit);
        prop_assert_eq!(near_ids(&near), expected);
        prop_assert!(near.iter().all(|near| !near.station.is_confidential()));
        for near in near {
            // The way it is counted and the haversine formula agree; near the antipodes both have 0.2 m to argue about.
            let haversine = from.distance_m(near.station.location().unwrap());
            prop_assert!((near.distance_m - haversine).abs() < 0.5, "{} {haversine}", near.distance_m);
        }
    }
}
