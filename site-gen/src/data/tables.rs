//! Stations for maps and for spreadsheets.

use search::record::{Person, Station};
use serde_json::{Value, json};

use crate::load::cells;
use crate::model::Site;

/// The columns, in order.
const COLUMNS: [&str; 27] = [
    "id",
    "name",
    "kind",
    "kind_name",
    "region",
    "region_names",
    "level",
    "confidential",
    "address",
    "lat",
    "lon",
    "phones",
    "hours",
    "hours_text",
    "services",
    "has",
    "facilities",
    "languages",
    "audience",
    "home_visits",
    "people",
    "duty",
    "serves",
    "note",
    "parent",
    "verified",
    "url",
];

/// The stations that have a public position (RFC 7946).
pub(super) fn geojson(site: &Site) -> Value {
    let feature = |station: &Station| {
        let at = station.location()?;
        Some(json!({
            "type": "Feature",
            "id": station.id,
            "geometry": { "type": "Point", "coordinates": [degrees(at.lon()), degrees(at.lat())] },
            "properties": {
                "name": station.name,
                "kind": station.kind,
                "kind_name": station.kind.chinese(),
                "region": station.region,
                "address": station.address(),
                "phones": station.phones,
                "hours": station.hours.as_ref().map(|hours| &hours.osm),
                "url": format!("{}{}", site.settings.base_url, station.url),
            },
        }))
    };
    let features: Vec<Value> = site.stations.iter().filter_map(feature).collect();
    json!({ "type": "FeatureCollection", "features": features })
}

/// To six decimals, ten centimetres: RFC 7946 (11.2) asks for no more than is meant, and nobody measures a door finer.
fn degrees(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

/// All stations as a table that Excel opens without asking (UTF-8 with a byte-order mark, RFC 4180).
pub(super) fn csv(site: &Site) -> String {
    let mut text = "\u{feff}".to_owned();
    line(&mut text, COLUMNS.iter().map(|name| (*name).to_owned()));
    for station in &site.stations {
        line(&mut text, cells(site, station).into_iter());
    }
    text
}

fn cells(site: &Site, station: &Station) -> [String; 27] {
    let at = station.location();
    let (osm, words) =
        station.hours.as_ref().map(|hours| (hours.osm.clone(), hours.text.clone())).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        station.id.clone(),
        station.name.clone(),
        station.kind.code().to_owned(),
        station.kind.chinese().to_owned(),
        station.region.to_string(),
        station.region_names.join(" "),
        json!(station.level).as_str().unwrap_or_default().to_owned(),
        station.is_confidential().to_string(),
        station.address().unwrap_or_default().to_owned(),
        at.map_or(String::new(), |at| at.lat().to_string()),
        at.map_or(String::new(), |at| at.lon().to_string()),
        station.phones.join(";"),
        osm,
        words,
        joined(&station.services, |service| service.chinese()),
        joined(&station.has, |have| have.chinese()),
        joined(&station.facilities, |facility| facility.chinese()),
        joined(&station.languages, String::as_str),
        joined(&station.audience, |audience| audience.chinese()),
        joined(&station.home_visits, |audience| audience.chinese()),
        people(station),
        joined(&station.duty, |duty| &duty.text),
        text(&station.serves),
        text(&station.note),
        text(&station.parent),
        station.verified.map_or(String::new(), |day| day.to_string()),
        format!("{}{}", site.settings.base_url, station.url),
    ]
}

/// Who is there, as the import of a list reads it: 站长：负责接待；心理辅导员（心理咨询师，擅长 children）.
fn people(station: &Station) -> String {
    let one = |person: &Person| {
        let topics: Vec<&str> = person.topics.iter().map(String::as_str).collect();
        cells::person_text(&person.role, person.profession, &topics, person.duty.as_deref())
    };
    station.people.iter().map(one).collect::<Vec<_>>().join("；")
}

/// A list in one cell.
fn joined<T>(items: &[T], shown: impl Fn(&T) -> &str) -> String {
    items.iter().map(shown).collect::<Vec<_>>().join(";")
}

/// Adds a row.
pub(crate) fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// A cell, so that a spreadsheet takes it for a text and not for a formula. Coordinates are numbers and stay so.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_two() {
        for (cell, written) in [
            ("暖溪", "暖溪"),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-12.5", "-12.5"),
            ("-12.5x", "'-12.5x"),
            ("a,b", "\"a,b\""),
            ("说“\"是\"”", "\"说“\"\"是\"\"”\""),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }
}
