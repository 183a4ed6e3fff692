//! The real content as HSDS has it: every object as Open Referral's schemas want it, every reference leads somewhere, and the
//! bytes are the same whatever order the content is in.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::common::{TestSite, read_all, real_site};

fn json_of(name: &str) -> Vec<Value> {
    let value: Value = serde_json::from_slice(&real_site()[&format!("data/hsds/{name}.json")]).unwrap();
    value.as_array().unwrap().clone()
}

/// The whole schema of an object. It is not ours to publish, so it lies beside the checkout.
fn specification(name: &str) -> Option<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/hsds");
    if let Ok(bytes) = std::fs::read(folder.join(name)) {
        let mut schema = serde_json::from_slice(&bytes).unwrap();
        put_in(&mut schema, &folder);
        return Some(schema);
    }
    let line = "skipped: data/hsds against HSDS's schema (../shared/data/hsds is not beside the checkout)\n";
    // Straight to the terminal: the test runner hides what passing tests print.
    let _ = std::io::stderr().write_all(line.as_bytes());
    None
}

/// Puts the schemas of other files in the places that name them. Those of compiled ones are there already.
fn put_in(schema: &mut Value, folder: &Path) {
    if let Some(name) = schema["$ref"].as_str().filter(|name| name.ends_with(".json")) {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        *schema = serde_json::from_slice(&bytes).unwrap();
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(|member| put_in(member, folder)),
        Value::Array(items) => items.iter_mut().for_each(|item| put_in(item, folder)),
        _ => {}
    }
}

#[test]
fn every_object_is_one_of_hsds() {
    for (file, schema, count) in [
        ("services", "compiled/service.json", 80),
        ("taxonomies", "taxonomy.json", 3),
        ("taxonomy_terms", "taxonomy_term.json", 30),
    ] {
        let Some(schema) = specification(schema) else { return };
        let validator =
            jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
        let objects = json_of(file);
        assert!(objects.len() >= count, "{file}: {}", objects.len());
        for object in objects {
            let faults: Vec<String> = validator
                .iter_errors(&object)
                .map(|fault| format!("{}: {fault}", fault.instance_path()))
                .collect();
            assert!(faults.is_empty(), "{file}: {faults:#?}\n{object:#}");
        }
    }
}

/// What stands under `name` anywhere in a value.
fn all_of(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get(name).and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| all_of(value, name, found));
        }
        Value::Array(values) => values.iter().for_each(|value| all_of(value, name, found)),
        _ => {}
    }
}

fn set_of(values: &[Value], name: &str) -> BTreeSet<String> {
    let mut found = Vec::new();
    for value in values {
        all_of(value, name, &mut found);
    }
    found.into_iter().collect()
}

#[test]
fn every_reference_leads_somewhere() {
    let (services, terms, taxonomies) =
        (json_of("services"), json_of("taxonomy_terms"), json_of("taxonomies"));
    let organizations: BTreeSet<String> =
        services.iter().map(|service| service["organization"]["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(organizations.len(), services.len());
    assert!(set_of(&services, "organization_id").is_subset(&organizations));
    let parents = set_of(&services, "parent_organization_id");
    assert!(!parents.is_empty() && parents.is_subset(&organizations));
    let said = set_of(&services, "taxonomy_term_id");
    assert!(said.len() > 20 && said.is_subset(&set_of(&terms, "id")), "{}", said.len());
    assert_eq!(set_of(&terms, "taxonomy_id"), set_of(&taxonomies, "id"));
}

#[test]
fn a_confidential_station_is_a_service_without_a_place() {
    let stations: Value = serde_json::from_slice(&real_site()["data/stations.json"]).unwrap();
    let stations = stations.as_array().unwrap();
    let services = json_of("services");
    let mut hidden = 0;
    for (station, service) in stations.iter().zip(&services) {
        assert_eq!(station["name"], service["name"]);
        let has_place = station["location"].is_object() || station["address"].is_string();
        assert_eq!(service["service_at_locations"].is_array(), has_place, "{}", service["name"]);
        if station["confidential"] == true {
            hidden += 1;
            assert_eq!(station["phones"][0], service["phones"][0]["number"]);
            let text = service.to_string();
            for word in ["location", "address", "latitude", "contacts", "accessibility"] {
                assert!(!text.contains(word), "{word}: {text}");
            }
        }
    }
    assert_eq!(hidden, 2);
}

#[test]
fn a_service_stays_as_it_is_when_others_come() {
    let site = TestSite::new();
    let built = || {
        site.build();
        read_all(&site.dist())
    };
    let first = built();
    let again = built();
    let added = "---\nname: 示例县公安局\nkind: police\nregion: \"990121\"\naddress: 示例县大街 1 号\nphones: [\"0000-5550177\"]\n---\n";
    site.write("stations/shili-county/a-police.md", added);
    let more = built();
    let path = "data/hsds/services.json";
    assert!(first[path] == again[path], "the same content makes the same bytes");
    let [first, more] =
        [first, more].map(|files| serde_json::from_slice::<Vec<Value>>(&files[path]).unwrap());
    assert_eq!((first.len(), more.len()), (2, 3));
    assert_eq!(more[0]["name"], "示例县公安局");
    assert_eq!(first, more[1..]);
}
