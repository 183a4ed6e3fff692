//! What the files of a phone's own look-up promise: every public station once, no secret place, small changes for small edits. That
//! the nearest are found in them is tried with the script that reads them (`tests/tests/phone.rs`).
#![expect(clippy::unwrap_used, reason = "a station that can't be made up is a test that fails")]

use std::collections::BTreeMap;

use search::coord::Coord;
use search::near::Near;
use search::record::{Place, Station};
use search::vocabulary::StationKind;
use serde_json::Value;

/// Stations on a lattice that is denser in one corner.
fn stations(count: u32) -> Vec<Station> {
    (0..count)
        .map(|number| {
            let at = |step: u32| f64::from(number * step % 1009) / 1009.0;
            let place = Coord::new(25.0 + 10.0 * at(31) * at(17), 100.0 + 12.0 * at(57)).unwrap();
            let place =
                Place::Public { address: Some(format!("河湾路 {number} 号")), location: Some(place) };
            Station::new(
                format!("s-{number:05}"),
                StationKind::RightsStation,
                "990121100".parse().unwrap(),
                place,
            )
        })
        .collect()
}

fn shelter(id: &str, region: &str) -> Station {
    let place = Place::Confidential { confidential: true };
    let station = Station::new(id, StationKind::Shelter, region.parse().unwrap(), place);
    Station { phones: vec!["0000-5550199".to_owned()], ..station }
}

fn files(stations: &[Station]) -> BTreeMap<String, Vec<u8>> {
    Near::of(stations).files().collect()
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn every_public_station_is_in_one_cell_and_within_its_edges() {
    let stations = stations(5_000);
    let files = files(&stations);
    assert_eq!(files, self::files(&stations), "the same bytes every time");
    let mut seen = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("data/near/cells/")) {
        let cell = json(bytes);
        let numbers =
            |of: &Value| of.as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).collect::<Vec<i64>>();
        let edges = numbers(&cell["box"]);
        for (lat, lon) in numbers(&cell["lat"]).into_iter().zip(numbers(&cell["lon"])) {
            let is_inside =
                (0..edges[3] - edges[1]).contains(&lat) && (0..edges[2] - edges[0]).contains(&lon);
            assert!(is_inside, "{path}: {lat} {lon}");
        }
        seen.extend(cell["id"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()));
    }
    seen.sort();
    assert_eq!(seen, stations.iter().map(|station| station.id.clone()).collect::<Vec<_>>());
    assert_eq!(json(&files["data/near/index.json"])["count"], 5_000);
}

#[test]
fn a_cell_is_neither_large_nor_telling() {
    let stations = stations(5_000);
    let sizes: Vec<usize> = Near::of(&stations).sizes().collect();
    assert!(sizes.iter().all(|size| (48..=128).contains(size)), "{sizes:?}");
    // A county hall with five thousand desks can't be cut.
    let mut pile = stations;
    let spot = pile[0].place.clone();
    for station in &mut pile {
        station.place = spot.clone();
    }
    assert_eq!(Near::of(&pile).sizes().collect::<Vec<_>>(), [5_000]);
    assert_eq!(Near::of(&[]).sizes().collect::<Vec<_>>(), [0]);
}

#[test]
fn whose_address_is_secret_is_in_no_cell_and_has_no_place_elsewhere() {
    let mut all = stations(200);
    all.extend([
        shelter("county-shelter", "990121"),
        shelter("city-shelter", "990100"),
        shelter("province-shelter", "990000"),
        shelter("far-shelter", "880100"),
    ]);
    let files = files(&all);
    for (path, bytes) in &files {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(text.contains("-shelter"), path.starts_with("data/by-phone/"), "{path}");
    }
    let city = json(&files["data/by-phone/9901.json"]);
    assert_eq!(city["id"], serde_json::json!(["county-shelter", "city-shelter"]));
    assert_eq!(city["phone"][0], "0000-5550199");
    for member in ["lat", "lon", "address", "box"] {
        assert!(city.get(member).is_none(), "{member}");
    }
    // A cell leads to those of its own city and province, and to no others.
    let cell = files.iter().find(|(path, _)| path.starts_with("data/near/cells/")).unwrap().1;
    assert_eq!(json(cell)["by_phone"], serde_json::json!(["99", "9901"]));
    assert_eq!(json(&files["data/near/index.json"])["by_phone"], serde_json::json!(["8801", "99", "9901"]));
}

#[test]
fn an_edit_changes_the_cell_that_it_is_in_and_no_other_file() {
    let before = stations(5_000);
    let mut after = before.clone();
    after[17].phones = vec!["0000-5550100".to_owned()];
    let (before, after) = (files(&before), files(&after));
    assert!(before.keys().eq(after.keys()));
    let changed: Vec<&String> =
        before.iter().filter(|(path, bytes)| after[*path] != **bytes).map(|(path, _)| path).collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
}
