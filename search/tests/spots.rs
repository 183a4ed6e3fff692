//! A place is found by the words people have for it, and what is not known is said.
#![expect(clippy::unwrap_used, reason = "a station that can't be made up is a test that fails")]

use proptest::prelude::*;
use search::coord::Coord;
use search::record::{Place, Station};
use search::region::{Region, RegionCode};
use search::stations::{SpotError, StationIndex};
use search::vocabulary::StationKind;

fn code(digits: &str) -> RegionCode {
    digits.parse().unwrap()
}

fn at(lat: f64, lon: f64) -> Coord {
    Coord::new(lat, lon).unwrap()
}

fn region(digits: &str, name: &str, location: Option<Coord>) -> Region {
    let code = code(digits);
    let (level, url) = (code.level(), format!("/regions/{digits}/"));
    Region { name: name.to_owned(), level, parent: None, location, stations: 0, url, code }
}

fn station(id: &str, region: &str, address: &str, location: Option<Coord>) -> Station {
    let place = Place::Public { address: Some(address.to_owned()), location };
    Station { name: format!("{id}站"), ..Station::new(id, StationKind::RightsStation, code(region), place) }
}

fn index() -> StationIndex {
    let shelter = Place::Confidential { confidential: true };
    StationIndex::new(
        vec![
            station("a", "990121100", "河湾路 12 号，第一小学旁", Some(at(40.5, 102.5))),
            station("b", "990122100", "第一小学对面", Some(at(40.1, 101.5))),
            station("c", "990121101", "晴柳街 3 号", None),
            Station::new("d", StationKind::Shelter, code("990121"), shelter),
        ],
        vec![
            region("990121", "示例县", Some(at(40.4, 102.4))),
            region("990121100", "暖溪镇", Some(at(40.52, 102.55))),
            region("990121100201", "新村", None),
            region("990121101", "晴柳镇", None),
            region("990122", "暖水县", Some(at(40.4, 101.9))),
            region("990122100", "河口镇", None),
            region("990122100201", "新村", None),
        ],
    )
}

/// Division, position, station and what was not understood.
fn spot(words: &str) -> (String, Option<Coord>, Option<String>, String) {
    let index = index();
    let spot = index.spot(words, None).unwrap();
    (
        spot.region.as_str().to_owned(),
        spot.at,
        spot.station.map(|station| index.station(station).id),
        spot.unknown,
    )
}

fn division(digits: &str, lat: f64, lon: f64) -> (String, Option<Coord>, Option<String>, String) {
    (digits.to_owned(), Some(at(lat, lon)), None, String::new())
}

#[test]
fn a_division_is_found_by_its_name_in_full_and_in_short() {
    let town = division("990121100", 40.52, 102.55);
    for words in ["暖溪镇", "暖溪", "示例县暖溪镇", "示例县 暖溪", "我在暖溪镇附近", "离暖溪镇的"]
    {
        assert_eq!(spot(words), town, "{words}");
    }
}

#[test]
fn a_landmark_is_found_in_the_addresses_of_stations() {
    let school = ("990121100".to_owned(), Some(at(40.5, 102.5)), Some("a".to_owned()), String::new());
    for words in ["示例县第一小学旁", "示例县第一小学", "暖溪镇河湾路"] {
        assert_eq!(spot(words), school, "{words}");
    }
    for words in ["示例县河湾路 12 号", "河湾路12号"] {
        assert_eq!(spot(words), school, "{words}");
    }
    assert_eq!(spot("暖水县第一小学旁边").2.as_deref(), Some("b"));
    let (_, _, station, unknown) = spot("示例县河湾路 99 号");
    assert_eq!((station.as_deref(), unknown.as_str()), (Some("a"), "99号"));
}

#[test]
fn where_only_the_town_of_an_address_is_known_it_is_the_town() {
    let (region, at, station, unknown) = spot("暖溪镇没人知道的巷子");
    assert_eq!((region.as_str(), station, unknown.as_str()), ("990121100", None, "没人知道的巷子"));
    assert!(at.is_some());
    // Another school is not this one.
    let (region, _, station, unknown) = spot("示例县第二中心第一小学");
    assert_eq!((region.as_str(), station, unknown.as_str()), ("990121", None, "第二中心第一小学"));
}

#[test]
fn a_division_without_a_middle_has_that_of_a_station_or_of_the_one_around_it() {
    assert_eq!(spot("河口镇"), division("990122100", 40.1, 101.5));
    assert_eq!(spot("晴柳镇"), division("990121101", 40.4, 102.4));
}

#[test]
fn a_name_that_several_have_is_asked_back_until_it_is_said_which() {
    let several = vec![code("990121100201"), code("990122100201")];
    assert_eq!(index().spot("新村", None), Err(SpotError::Several(several)));
    assert_eq!(spot("暖水县新村").0, "990122100201");
    assert_eq!(index().spot("新村", Some(&code("990121"))).unwrap().region, code("990121100201"));
}

#[test]
fn what_nobody_knows_is_not_guessed() {
    for words in ["", "旁边", "火星", "12 号", "县", "  ,  "] {
        assert_eq!(index().spot(words, None), Err(SpotError::Unknown), "{words}");
    }
}

proptest! {
    #[test]
    fn any_words_have_an_answer(words in "[示例县暖溪新村第一小学旁边河湾路0-9 a-z，号\\PC]{0,120}") {
        let index = index();
        if let Ok(spot) = index.spot(&words, None) {
            prop_assert!(index.region(&spot.region).is_some() || spot.station.is_some());
        }
    }
}
