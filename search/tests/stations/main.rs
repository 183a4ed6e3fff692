//! What the station index promises: the nearest are the nearest, everywhere on earth, and a shelter is not among them.
#![expect(clippy::unwrap_used, reason = "a station that can't be made up is a test that fails")]

mod made;

use proptest::prelude::*;
use search::coord::Coord;
use search::hours::holidays::Holidays;

use search::record::{Person, Place, Station};
use search::region::{Level, Region, RegionCode};
use search::stations::{Near, StationFilter, StationIndex, StationRef};
use search::vocabulary::{Audience, Facility, Profession, Service, StationKind};

use made::{REGIONS, coords, filters, made_up};

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

fn ids(index: &StationIndex, stations: impl IntoIterator<Item = StationRef>) -> Vec<String> {
    stations.into_iter().map(|station| index.station(station).id).collect()
}

fn near_ids(index: &StationIndex, near: &[Near]) -> Vec<String> {
    ids(index, near.iter().map(|near| near.station))
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn the_nearest_come_first_with_their_distance() {
    let index = index(vec![
        station("a", "990121", public(40.5, 102.5)),
        station("b", "990121", public(40.41, 102.5)),
        station("c", "990121", Place::Public { address: None, location: None }),
    ]);
    let near = index.nearest(at(40.4, 102.5), &StationFilter::default(), 9);
    assert_eq!(near_ids(&index, &near), ["b", "a"]);
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
    assert_eq!(near_ids(&index, &near), ["00", "01", "02", "03", "04", "05", "06"]);
    let near = index.nearest(at(10.0, 20.0), &StationFilter::default(), 31);
    assert_eq!(near_ids(&index, &near)[30], "98-west");
}

#[test]
fn neighbours_across_the_date_line_and_the_pole_are_near() {
    let index = index(vec![
        station("date-line", "990121", public(0.0, -179.9)),
        station("far", "990121", public(0.0, 170.0)),
        station("pole", "990121", public(89.9, 0.0)),
    ]);
    assert_eq!(near_ids(&index, &index.nearest(at(0.0, 179.9), &StationFilter::default(), 1)), ["date-line"]);
    assert_eq!(near_ids(&index, &index.nearest(at(89.9, 180.0), &StationFilter::default(), 1)), ["pole"]);
}

#[test]
fn a_confidential_station_is_never_near_and_its_region_can_call_it() {
    let index = index(vec![
        station("nuanxi", "990121100", public(40.4, 102.5)),
        shelter("county", "990121"),
        shelter("other-county", "990122"),
        shelter("city", "990200"),
    ]);
    assert_eq!(near_ids(&index, &index.nearest(at(40.4, 102.5), &StationFilter::default(), 9)), ["nuanxi"]);
    let code = |text: &str| text.parse::<RegionCode>().unwrap();
    let all = StationFilter::default();
    assert_eq!(ids(&index, index.confidential_for(Some(&code("990121100")), &all, 999)), ["county"]);
    // A city without its own calls those of its counties.
    assert_eq!(
        ids(&index, index.confidential_for(Some(&code("990100")), &all, 999)),
        ["county", "other-county"]
    );
    // A county without one goes up as far as it must.
    assert_eq!(ids(&index, index.confidential_for(Some(&code("990223")), &all, 999)), ["city"]);
    assert_eq!(ids(&index, index.confidential_for(Some(&code("110101")), &all, 999)), Vec::<String>::new());
    assert_eq!(index.confidential_for(None, &all, 999).len(), 3);
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
    assert_eq!((ids(&index, all), total), (strings(&["3", "2", "1", "4", "5"]), 5));
    let (page, total) =
        index.list(&StationFilter { level: Some(Level::Village), ..StationFilter::default() }, 1, 1);
    assert_eq!((ids(&index, page), total), (strings(&["4"]), 3));
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
    let found = |filter: StationFilter| ids(&index, index.list(&filter, 0, 9).0);
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
    assert_eq!(index.len(), 2);
    assert_eq!(index.regions()[0].code.as_str(), "990121");
    assert!(index.region(&"990122".parse().unwrap()).is_some());
    assert!(index.region(&"990123".parse().unwrap()).is_none());
}

#[test]
fn a_person_is_wanted_whole_and_nobody_named_means_everybody() {
    let person = |profession: Profession, topics: &[&str]| Person {
        role: "坐班".to_owned(),
        duty: None,
        profession: Some(profession),
        topics: strings(topics),
    };
    let with = |id: &str, change: &dyn Fn(&mut Station)| {
        let mut station = station(id, "990121", public(40.0, 102.0));
        change(&mut station);
        station
    };
    let index = index(vec![
        with("a", &|station| station.people = vec![person(Profession::Lawyer, &["marriage", "wages"])]),
        with("b", &|station| {
            station.people =
                vec![person(Profession::Lawyer, &["wages"]), person(Profession::Doctor, &["marriage"])];
        }),
        with("c", &|station| {
            station.facilities = vec![Facility::StepFree, Facility::SignLanguage];
            station.audience = vec![Audience::Older];
            station.languages = strings(&["客家话"]);
            station.home_visits = vec![Audience::Everyone];
        }),
        with("d", &|station| {
            station.facilities = vec![Facility::StepFree];
            station.audience = vec![Audience::Everyone];
            station.home_visits = vec![Audience::Disabled];
        }),
    ]);
    let all = StationFilter::default();
    let topic = |slug: &str| StationFilter { topic: Some(slug.to_owned()), ..all.clone() };
    let lawyer = Some(Profession::Lawyer);
    let facilities =
        |facilities: &[Facility]| StationFilter { facilities: facilities.to_vec(), ..all.clone() };
    for (filter, expected) in [
        (topic("marriage"), vec!["a", "b"]),
        (StationFilter { profession: lawyer, ..topic("marriage") }, vec!["a"]),
        (StationFilter { profession: Some(Profession::Volunteer), ..topic("marriage") }, vec![]),
        (topic("no-such-shelf"), vec![]),
        (StationFilter { profession: lawyer, ..all.clone() }, vec!["a", "b"]),
        (facilities(&[Facility::StepFree]), vec!["c", "d"]),
        (facilities(&[Facility::StepFree, Facility::SignLanguage]), vec!["c"]),
        (StationFilter { audience: Some(Audience::Older), ..all.clone() }, vec!["a", "b", "c", "d"]),
        (StationFilter { audience: Some(Audience::Women), ..all.clone() }, vec!["a", "b", "d"]),
        (StationFilter { language: Some("客家话".to_owned()), ..all.clone() }, vec!["c"]),
        (StationFilter { language: Some("粤语".to_owned()), ..all.clone() }, vec![]),
        (StationFilter { home_visit: Some(Audience::Older), ..all.clone() }, vec!["c"]),
        (StationFilter { home_visit: Some(Audience::Disabled), ..all.clone() }, vec!["c", "d"]),
    ] {
        assert_eq!(ids(&index, index.list(&filter, 0, 9).0), expected, "{filter:?}");
        assert_eq!(near_ids(&index, &index.nearest(at(40.0, 102.0), &filter, 9)), expected, "{filter:?}");
        assert_eq!(index.count(&filter), expected.len());
    }
}

#[test]
fn a_county_hall_with_thousands_of_desks_is_passed_over_as_one() {
    let hall = (0..20_000).map(|n| station(&format!("hall-{n:05}"), "990121", public(31.2, 121.4)));
    let rare = (0..40).map(|n| Station {
        kind: StationKind::LegalAid,
        ..station(&format!("rare-{n:02}"), "990121", public(31.2 + f64::from(n) / 100.0, 121.4))
    });
    let index = index(hall.chain(rare).collect());
    let filter = StationFilter { kind: Some(StationKind::LegalAid), ..StationFilter::default() };
    let (first, second) = (["hall-00000", "hall-00001"], ["rare-00", "rare-01"]);
    let start = std::time::Instant::now();
    for _ in 0..200 {
        let from = at(31.2, 121.4);
        assert_eq!(near_ids(&index, &index.nearest(from, &StationFilter::default(), 2)), first);
        assert_eq!(near_ids(&index, &index.nearest(from, &filter, 2)), second);
    }
    // Looking at each of them 400 times takes many seconds in a build for tests.
    assert!(start.elapsed().as_secs_f64() < 1.0, "{:?}", start.elapsed());
}

/// What the fields of a filter say, one station at a time.
fn takes(filter: &StationFilter, station: &Station) -> bool {
    let named = |people: &[Audience], whom| people.contains(&whom) || people.contains(&Audience::Everyone);
    let for_whom = |whom| station.audience.is_empty() || named(&station.audience, whom);
    let right_person = |person: &Person| {
        filter.profession.is_none_or(|profession| person.profession == Some(profession))
            && filter.topic.as_ref().is_none_or(|topic| person.topics.contains(topic))
    };
    let nobody_wanted = filter.profession.is_none() && filter.topic.is_none();
    let words = |text: &String| {
        let words = format!(
            "{} {} 示例市 暖溪镇 {}",
            station.name,
            station.kind.chinese(),
            station.address().unwrap_or_default()
        );
        text.split(' ').all(|word| words.contains(word))
    };
    filter.region.as_ref().is_none_or(|region| station.region.is_within(region))
        && filter.kind.is_none_or(|kind| kind == station.kind)
        && filter.service.is_none_or(|service| station.services.contains(&service))
        && filter.level.is_none_or(|level| level == station.level)
        && filter.facilities.iter().all(|facility| station.facilities.contains(facility))
        && filter.audience.is_none_or(for_whom)
        && filter.home_visit.is_none_or(|whom| named(&station.home_visits, whom))
        && (nobody_wanted || station.people.iter().any(right_person))
        && filter.language.as_ref().is_none_or(|language| station.languages.contains(language))
        && filter.open_at.is_none_or(|moment| {
            let hours = station.hours.as_ref();
            hours.is_some_and(|hours| hours.rules.is_open(moment, Holidays::known()))
        })
        && filter.text.as_ref().is_none_or(words)
}

/// The nearest by looking at every station: by the millimetres of the way between the two points, then by id.
fn by_looking_at_all<'a>(
    stations: &'a [Station],
    from: Coord,
    filter: &StationFilter,
    limit: usize,
) -> Vec<&'a str> {
    let from = from.on_unit_sphere();
    let mut all: Vec<(u64, &str)> = stations
        .iter()
        .filter(|station| takes(filter, station))
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
        filters in prop::collection::vec(filters(), 1..6),
        limit in 0..40usize,
    ) {
        let index = index(stations.clone());
        // From anywhere, and from where a station is.
        let stood = stations.iter().find_map(Station::location).unwrap_or(from);
        for (from, filter) in [from, stood].into_iter().flat_map(|from| filters.iter().map(move |filter| (from, filter))) {
            let near = index.nearest(from, filter, limit);
            prop_assert_eq!(near_ids(&index, &near), by_looking_at_all(&stations, from, filter, limit), "{:?}", filter);
            for near in near {
                // The way it is counted and the haversine formula agree; near the antipodes both have 0.2 m to argue about.
                let station = index.station(near.station);
                let haversine = from.distance_m(station.location().unwrap());
                prop_assert!((near.distance_m - haversine).abs() < 0.5, "{} {haversine}", near.distance_m);
            }
        }
    }

    #[test]
    fn a_list_holds_what_the_filter_says_and_counts_it(
        stations in made_up(),
        filter in filters(),
        offset in 0..40usize,
        limit in 0..40usize,
    ) {
        let index = index(stations.clone());
        let mut expected: Vec<&Station> = stations.iter().filter(|station| takes(&filter, station)).collect();
        expected.sort_by_key(|station| (station.level, &station.name, &station.id));
        let page: Vec<&str> = expected.iter().skip(offset).take(limit).map(|station| station.id.as_str()).collect();
        let (listed, total) = index.list(&filter, offset, limit);
        prop_assert_eq!(ids(&index, listed), page);
        prop_assert_eq!((total, index.count(&filter)), (expected.len(), expected.len()));
    }

    #[test]
    fn the_confidential_ones_are_those_of_the_smallest_division_around(
        stations in made_up(),
        filter in filters(),
        region in prop::option::of(prop::sample::select(REGIONS.to_vec())),
        most in 0..4usize,
    ) {
        let index = index(stations.clone());
        let filter = StationFilter { text: None, ..filter };
        let anywhere = StationFilter { region: None, ..filter.clone() };
        let mut fit: Vec<&Station> =
            stations.iter().filter(|station| station.is_confidential() && takes(&anywhere, station)).collect();
        fit.sort_by_key(|station| (station.level, &station.name, &station.id));
        let region = region.map(|region| region.parse::<RegionCode>().unwrap());
        if let Some(region) = &region {
            let around = region.ancestry().find(|around| fit.iter().any(|station| station.region.is_within(around)));
            fit.retain(|station| around.as_ref().is_some_and(|around| station.region.is_within(around)));
        }
        let mut expected: Vec<&str> = fit.iter().map(|station| station.id.as_str()).collect();
        prop_assert_eq!(ids(&index, index.confidential_for(region.as_ref(), &filter, 999)), expected.clone());
        expected.truncate(most);
        prop_assert_eq!(ids(&index, index.confidential_for(region.as_ref(), &filter, most)), expected);
    }
}
