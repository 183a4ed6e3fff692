//! The map of the real content by RFC 7946, read by the words of the standard. `tests/tests/exchange.rs` has somebody else
//! look at it too.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::real_site;

/// China with its islands, in degrees: west, south, east, north.
const CHINA: [f64; 4] = [73.0, 3.0, 136.0, 54.0];

fn collection() -> Value {
    serde_json::from_slice(&real_site()["data/stations.geojson"]).unwrap()
}

fn features() -> Vec<Value> {
    collection()["features"].as_array().unwrap().clone()
}

#[test]
fn it_is_a_collection_of_features_in_wgs_84_and_says_nothing_else() {
    let collection = collection();
    let members: Vec<&String> = collection.as_object().unwrap().keys().collect();
    // Section 4: no `crs`. Section 7.1: no member may mean another kind of object.
    assert_eq!(members, ["features", "type"]);
    assert_eq!(collection["type"], "FeatureCollection");
    assert!(
        !real_site()["data/stations.geojson"].starts_with(b"\xef\xbb\xbf"),
        "section 11: no byte-order mark"
    );
    let mut ids = BTreeSet::new();
    for feature in features() {
        let members: BTreeSet<&str> = feature.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, BTreeSet::from(["geometry", "id", "properties", "type"]));
        assert!(feature["type"] == "Feature" && feature["properties"].is_object());
        assert!(ids.insert(feature["id"].as_str().unwrap().to_owned()), "an identifier is of one feature");
    }
    assert!(ids.len() > 70);
}

/// Section 3.1.1: longitude first. Points have no winding, so the right-hand rule (3.1.6) has nothing to say of them; the
/// test that there is nothing but points says so.
#[test]
fn positions_are_points_with_longitude_first_inside_the_country() {
    let [west, south, east, north] = CHINA;
    for feature in features() {
        let geometry = &feature["geometry"];
        assert_eq!(geometry["type"], "Point");
        let members: Vec<&String> = geometry.as_object().unwrap().keys().collect();
        assert_eq!(members, ["coordinates", "type"]);
        let position: Vec<f64> = geometry["coordinates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|number| number.as_f64().unwrap())
            .collect();
        let [lon, lat] = position[..] else { panic!("two numbers, no height: {position:?}") };
        assert!((west..=east).contains(&lon) && (south..=north).contains(&lat), "{lon}, {lat}");
        // The other way round would lie outside.
        assert!(!(west..=east).contains(&lat), "{lon}, {lat}");
    }
}

/// Section 11.2: six decimals are ten centimetres; more would claim to know a station to the hand.
#[test]
fn positions_claim_no_more_than_is_known() {
    let text = String::from_utf8(real_site()["data/stations.geojson"].clone()).unwrap();
    let positions = text.split("\"coordinates\":[").skip(1).map(|rest| rest.split(']').next().unwrap());
    let mut count = 0;
    for number in positions.flat_map(|position| position.split(',')) {
        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        assert!(decimals <= 6, "{number}");
        count += 1;
    }
    assert_eq!(count, features().len() * 2);
}

#[test]
fn each_station_with_a_public_position_is_on_the_map_and_where_it_is() {
    let stations: Value = serde_json::from_slice(&real_site()["data/stations.json"]).unwrap();
    let located = stations.as_array().unwrap().iter().filter(|station| station["location"].is_object());
    let located: Vec<&Value> = located.collect();
    let features = features();
    assert_eq!(features.len(), located.len());
    for (feature, station) in features.iter().zip(located) {
        assert_eq!(feature["id"], station["id"]);
        for (at, name) in ["lon", "lat"].into_iter().enumerate() {
            let [shown, known] = [&feature["geometry"]["coordinates"][at], &station["location"][name]];
            let apart = (shown.as_f64().unwrap() - known.as_f64().unwrap()).abs();
            assert!(apart < 6e-7, "{}: {apart} degrees of {name}", station["id"]);
        }
    }
}
