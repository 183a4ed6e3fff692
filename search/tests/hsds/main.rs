//! Stations as HSDS has them: every object keeps to Open Referral's own schemas, identifiers never move, a shelter is nowhere.
#![expect(clippy::unwrap_used, reason = "a station that can't be made up is a test that fails")]

mod catalogue;
mod made;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use search::hsds::{Detail, Mapping, Vocabulary, terms};
use serde_json::{Value, json};

use crate::made::{CANARY, Made};

/// Where the specification's schemas are: beside the checkout, because their licence is not ours.
fn specification() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/hsds");
    if folder.join("openapi.json").exists() {
        return Some(folder);
    }
    let line = "skipped: objects against HSDS's schemas (../shared/data/hsds is not beside the checkout)\n";
    // Straight to the terminal: the test runner hides what passing tests print.
    let _ = std::io::stderr().write_all(line.as_bytes());
    None
}

/// A schema with the ones that it refers to by file name written in. Where one is within itself, anything may stand.
fn schema(folder: &Path, name: &str, within: &mut Vec<String>) -> Value {
    let bytes = std::fs::read(folder.join(name)).unwrap_or_else(|err| panic!("{name}: {err}"));
    let mut schema = serde_json::from_slice(&bytes).unwrap();
    within.push(name.to_owned());
    write_in(folder, &mut schema, within);
    within.pop();
    schema
}

fn write_in(folder: &Path, value: &mut Value, within: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str).map(str::to_owned) {
                let whole = if within.contains(&name) { json!({}) } else { schema(folder, &name, within) };
                *value = whole;
                return;
            }
            members.values_mut().for_each(|member| write_in(folder, member, within));
        }
        Value::Array(members) => members.iter_mut().for_each(|member| write_in(folder, member, within)),
        _ => {}
    }
}

struct Schemas(PathBuf);

impl Schemas {
    fn of(&self, name: &str) -> Validator {
        let schema = schema(&self.0, name, &mut Vec::new());
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
    }
}

fn check(validator: &Validator, value: &impl serde::Serialize) {
    let value = serde_json::to_value(value).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(&value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}\n{value:#}");
}

#[test]
fn every_object_keeps_to_the_schemas_of_hsds() {
    let Some(folder) = specification() else { return };
    let (schemas, made) = (Schemas(folder), Made::new());
    let mapping = made.mapping();
    let [service, listed] =
        ["compiled/service.json", "compiled/service_list.json"].map(|name| schemas.of(name));
    let organization = schemas.of("compiled/organization.json");
    let listed_organization = schemas.of("compiled/organization_list.json");
    let service_at_location = schemas.of("compiled/service_at_location.json");
    let listed_there = schemas.of("compiled/service_at_location_list.json");
    let parts = ["location.json", "service.json", "organization.json", "service_at_location.json"];
    let [location, uncompiled_service, uncompiled_organization, uncompiled_there] =
        parts.map(|name| schemas.of(name));
    for station in &made.stations {
        let all = mapping.service(station, Detail::Full);
        check(&service, &all);
        check(&uncompiled_service, &all);
        check(&listed, &mapping.service(station, Detail::Listed));
        let mut who = mapping.organization(station, Detail::Full);
        check(&uncompiled_organization, &who);
        who.services = vec![all];
        check(&organization, &who);
        check(&listed_organization, &mapping.organization(station, Detail::Listed));
        if let Some(place) = mapping.location(station) {
            check(&location, &place);
        }
        if let Some(there) = mapping.service_at_location(station, Detail::Full) {
            check(&service_at_location, &there);
            check(&uncompiled_there, &there);
            // The description of the API names this schema for it.
            check(&service, &there);
        }
        if let Some(there) = mapping.service_at_location(station, Detail::Listed) {
            check(&listed_there, &there);
        }
    }
    let (taxonomy, term) = (schemas.of("taxonomy.json"), schemas.of("taxonomy_term.json"));
    for vocabulary in Vocabulary::ALL {
        check(&taxonomy, &vocabulary.taxonomy());
    }
    for one in terms(&made.topics) {
        check(&term, &one);
    }
}

#[test]
fn the_schemas_find_what_is_wrong() {
    let Some(folder) = specification() else { return };
    let (made, schemas) = (Made::new(), Schemas(folder));
    let validator = schemas.of("compiled/service.json");
    let right = serde_json::to_value(made.mapping().service(made.station("nuanxi"), Detail::Full)).unwrap();
    for (pointer, wrong) in [
        ("/id", json!("nuanxi")),
        ("/status", json!("open")),
        ("/last_modified", json!("2026-09-16")),
        ("/phones/0/id", json!("1")),
        ("/schedules/0/freq", json!("DAILY")),
        ("/schedules/0/timezone", json!("+08:00")),
        ("/service_at_locations/0/location/latitude", json!("40.45")),
        ("/attributes/0/taxonomy_term/taxonomy_id", json!(1)),
    ] {
        let mut changed = right.clone();
        *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = wrong;
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
}

/// Every `id` in a value.
fn ids(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("id").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| ids(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| ids(value, found)),
        _ => {}
    }
}

#[test]
fn identifiers_do_not_move_when_the_order_does_or_others_come() {
    let mut made = Made::new();
    let before = serde_json::to_value(made.mapping().service(made.station("nuanxi"), Detail::Full)).unwrap();
    made.stations.reverse();
    made.stations.retain(|station| station.id != "county");
    let station = made.stations.iter_mut().find(|station| station.id == "nuanxi").unwrap();
    station.phones.reverse();
    station.languages.reverse();
    station.services.reverse();
    station.duty.reverse();
    let after = serde_json::to_value(made.mapping().service(made.station("nuanxi"), Detail::Full)).unwrap();
    let [before, after] = [before, after].map(|service| {
        let mut found = Vec::new();
        ids(&service, &mut found);
        found.into_iter().collect::<BTreeSet<_>>()
    });
    assert!(before.len() > 50, "{}", before.len());
    assert_eq!(before, after);
}

#[test]
fn within_a_service_no_two_things_have_one_identifier() {
    let made = Made::new();
    let mapping = Mapping { with_terms: false, ..made.mapping() };
    for station in &made.stations {
        let mut found = Vec::new();
        ids(&serde_json::to_value(mapping.service(station, Detail::Full)).unwrap(), &mut found);
        let count = found.len();
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>().len(), count, "{}", station.id);
    }
}

#[test]
fn identifiers_are_those_that_were_given_out_before() {
    // Written down once. If they change, whoever keeps our identifiers loses us.
    let made = Made::new();
    let service = made.mapping().service(made.station("nuanxi"), Detail::Full);
    let known =
        [service.id, service.organization_id, service.phones[0].id, Vocabulary::Service.term_id("mediation")];
    assert_eq!(known.map(|id| id.to_string()), FROZEN);
}

const FROZEN: [&str; 4] = [
    "cafe46c6-a21b-8e35-8777-781508f9f301",
    "cafe46c6-a21b-8e35-8777-781508f9f300",
    "f9267e93-6c33-8139-93db-b331be4f3948",
    "1a34f349-733e-8a19-aba7-02051764196c",
];

#[test]
fn a_confidential_station_says_how_to_call_it_and_not_where_it_is() {
    let made = Made::new();
    let (mapping, shelter) = (made.mapping(), made.station("shelter"));
    assert_eq!(mapping.location(shelter), None);
    assert_eq!(mapping.service_at_location(shelter, Detail::Full), None);
    let service = serde_json::to_value(mapping.service(shelter, Detail::Full)).unwrap();
    let organization = serde_json::to_value(mapping.organization(shelter, Detail::Full)).unwrap();
    assert_eq!(service["phones"][0]["number"], "0000-5550199");
    assert_eq!(service["schedules"][0]["opens_at"], "00:00+08:00");
    assert_eq!(service["service_areas"][0]["name"], "示例市示例县");
    assert_eq!(service["service_areas"][0]["description"], "区划代码 990121");
    for said in [service.to_string(), organization.to_string()] {
        for secret in
            [CANARY, "暖溪", "990121100", "location", "latitude", "address", "contacts", "accessibility"]
        {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
    }
}

#[test]
fn an_address_says_what_is_known_and_no_more() {
    let made = Made::new();
    let location = made.mapping().location(made.station("nuanxi")).unwrap();
    let address = &location.addresses[0];
    assert_eq!((address.city.as_str(), address.region.as_deref()), ("示例市", Some("示例县")));
    assert_eq!((address.state_province.as_str(), address.postal_code), ("", ""));
    assert_eq!(location.description.as_deref(), Some("示例县暖溪镇人民路 18 号"));
    assert_eq!((location.latitude, location.longitude), (Some(40.45), Some(102.6)));
    assert_eq!(made.mapping().location(made.station("bare")), None);
}
