//! The public data set of the real content: every file as its schema says, every promise of the catalogue kept.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::common::{TestSite, read_all, real_site};

fn json_of(path: &str) -> Value {
    serde_json::from_slice(&real_site()[path]).unwrap_or_else(|err| panic!("{path}: {err}"))
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::options().should_validate_formats(true).build(schema).unwrap()
}

fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let validator = validator(schema);
    validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

/// A table as its schema sees it: rows of named texts.
fn rows_of(path: &str) -> Value {
    let bytes = &real_site()[path];
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).expect("Excel wants a byte-order mark");
    let mut reader = csv::Reader::from_reader(bytes);
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    json!(rows)
}

#[test]
fn every_file_of_the_data_is_as_its_schema_says() {
    let names: Vec<&str> = real_site().keys().filter_map(|path| path.strip_prefix("data/")).collect();
    let mut checked = 0;
    for name in names {
        let (schema, value) = match name.rsplit_once('.') {
            _ if name.starts_with("schema/") || name == "index.html" => continue,
            // What only the site's own script reads, in the shape that this script wants: `tests/tests/phone.rs` reads it.
            _ if name.starts_with("near/") || name.starts_with("by-phone/") => continue,
            Some((stem, "json")) if stem.starts_with("statutes/") && stem != "statutes/index" => {
                ("statutes/statute".to_owned(), json_of(&format!("data/{name}")))
            }
            Some((stem, "json")) => (stem.to_owned(), json_of(&format!("data/{name}"))),
            Some((_, "geojson")) => (name.to_owned(), json_of(&format!("data/{name}"))),
            Some((_, "csv")) => (name.to_owned(), rows_of(&format!("data/{name}"))),
            // What only the program reads: the shell of its pages and its indexes.
            _ => {
                assert!(
                    ["shell.html", "search.index", "stations.index"].contains(&name),
                    "{name} has no schema"
                );
                continue;
            }
        };
        let schema = json_of(&format!("data/schema/{schema}.json"));
        let found = faults(&schema, &value);
        assert!(found.is_empty(), "{name}: {:#?}", &found[..found.len().min(5)]);
        checked += 1;
    }
    assert!(checked > 14, "{checked}");
}

#[test]
fn every_schema_is_one_has_an_address_and_says_what_each_member_means() {
    let schemas: Vec<&String> = real_site().keys().filter(|path| path.starts_with("data/schema/")).collect();
    assert_eq!(schemas.len(), 21);
    for path in schemas {
        let schema = json_of(path);
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{path}");
        assert_eq!(schema["$id"], format!("https://nuanzhan.example/{path}"));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(schema["title"].is_string() && schema["description"].is_string(), "{path}");
        assert!(!schema.to_string().contains("\"@"), "{path}: a vocabulary was not filled in");
        let of_item = [&schema["items"]["properties"], &schema["properties"]];
        for (name, member) in of_item.into_iter().filter_map(Value::as_object).flatten() {
            let said =
                ["description", "const", "items", "properties"].iter().any(|key| member.get(key).is_some());
            assert!(said, "{path}: what is {name}?");
        }
    }
}

#[test]
fn what_does_not_keep_to_a_schema_is_found() {
    let schema = json_of("data/schema/stations.json");
    let stations = json_of("data/stations.json");
    let shelter =
        stations.as_array().unwrap().iter().find(|station| station["confidential"] == true).unwrap();
    let open = stations.as_array().unwrap().iter().find(|station| station["location"].is_object()).unwrap();
    for (station, member, value) in [
        (shelter, "address", json!("人民路 18 号")),
        (shelter, "location", json!({ "lat": 40.5, "lon": 102.5 })),
        (shelter, "confidential", json!(false)),
        (open, "confidential", json!(true)),
        (open, "kind", json!("hospital")),
        (open, "verified", json!("2026/10/12")),
        (open, "location", json!({ "lat": 140.5, "lon": 102.5 })),
        (open, "secret", json!("x")),
        (open, "phones", json!(["见公告"])),
    ] {
        let mut changed = station.clone();
        changed[member] = value;
        assert!(!faults(&schema, &json!([changed])).is_empty(), "{member}: {changed}");
    }
    assert!(faults(&schema, &json!([shelter, open])).is_empty());
}

#[test]
fn the_catalogue_and_the_page_name_files_that_are_there_and_count_right() {
    let files = real_site();
    let index = json_of("data/index.json");
    assert_eq!(index["licence"]["name"], "CC BY 4.0");
    assert!(
        index["licence"]["url"].as_str().unwrap().starts_with("https://creativecommons.org/licenses/by/4.0/")
    );
    assert!(index["updated"].as_str().unwrap() > "2026-01-01");
    let page = String::from_utf8(files["data/index.html"].clone()).unwrap();
    assert!(page.contains("CC BY 4.0") && page.contains("示例市妇女联合会（演示数据）"));
    let mut named = BTreeSet::new();
    for set in index["sets"].as_array().unwrap() {
        for file in set["files"].as_array().unwrap() {
            for key in ["url", "schema"] {
                let path = file[key].as_str().unwrap().strip_prefix("https://nuanzhan.example/").unwrap();
                assert!(files.contains_key(path), "{path}");
                assert!(page.contains(&format!("href=\"/{path}\"")), "the page leads to {path}");
                named.insert(path.to_owned());
            }
            let path = file["url"].as_str().unwrap().trim_start_matches("https://nuanzhan.example/");
            let count = match file["media_type"].as_str().unwrap() {
                "text/csv" => rows_of(path).as_array().unwrap().len(),
                "application/geo+json" => continue,
                _ if path == "data/statutes/index.json" => {
                    json_of(path)["statutes"].as_array().unwrap().len()
                }
                _ => json_of(path).as_array().unwrap().len(),
            };
            assert_eq!(set["count"], count, "{path}");
        }
    }
    for link in page.split("href=\"/data/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let path = if link.is_empty() { "data/index.html".to_owned() } else { format!("data/{link}") };
        assert!(files.contains_key(&path), "{path}");
    }
    assert!(named.len() >= 20);
}

/// Whoever takes the table for a list of their own, and imports that, has the same people.
#[test]
fn who_is_at_a_station_stands_in_the_table_as_an_import_reads_it() {
    let (stations, rows) = (json_of("data/stations.json"), rows_of("data/stations.csv"));
    let (mut people, mut described) = (0, 0);
    for station in stations.as_array().unwrap() {
        let row = rows.as_array().unwrap().iter().find(|row| row["id"] == station["id"]).unwrap();
        let read = site_gen::load::cells::people(row["people"].as_str().unwrap()).unwrap();
        let there = station["people"].as_array().map_or(&[][..], Vec::as_slice);
        assert_eq!(read.len(), there.len(), "{row}");
        for (read, there) in read.iter().zip(there) {
            let topics = there.get("topics").cloned().unwrap_or_else(|| json!([]));
            let found = json!([read.role, read.duty, read.profession, read.topics]);
            assert_eq!(found, json!([there["role"], there["duty"], there["profession"], topics]), "{row}");
            people += 1;
            described += usize::from(read.profession.is_some() && !read.topics.is_empty());
        }
    }
    assert!(people >= 28 && described >= 9, "{people} people, {described} with all that is known of them");
}

#[test]
fn a_confidential_station_has_no_place_in_any_file() {
    let stations = json_of("data/stations.json");
    let hidden: Vec<&str> = stations
        .as_array()
        .unwrap()
        .iter()
        .filter(|station| station["confidential"] == true)
        .map(|station| station["id"].as_str().unwrap())
        .collect();
    assert_eq!(hidden.len(), 2);
    let geojson = json_of("data/stations.geojson");
    let shown: Vec<&Value> =
        geojson["features"].as_array().unwrap().iter().map(|feature| &feature["id"]).collect();
    let rows = rows_of("data/stations.csv");
    for id in hidden {
        assert!(!shown.contains(&&json!(id)), "{id} is on the map");
        let row = rows.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap();
        assert!(["address", "lat", "lon"].iter().all(|cell| row[cell] == ""), "{row}");
        assert!(row["phones"] != "", "its telephone is there");
        assert!(!real_site().contains_key(&format!("stations/{id}/calendar.ics")));
    }
}

#[test]
fn a_site_that_says_nothing_of_a_licence_says_so() {
    let site = TestSite::new();
    site.build();
    let files = read_all(&site.dist());
    let index: Value = serde_json::from_slice(&files["data/index.json"]).unwrap();
    assert_eq!(index["licence"], Value::Null);
    assert!(String::from_utf8_lossy(&files["data/index.html"]).contains("发布的人没有写明授权"));
    site.edit(
        "site.toml",
        "[footer]",
        "[data]\nlicence = \"本市公共数据开放协议\"\nlicence_url = \"data.example\"\n\n[footer]",
    );
    assert_eq!(site.codes(), ["web-address"]);
    site.edit("site.toml", "licence_url = \"data.example\"\n", "");
    site.build();
    let index: Value = serde_json::from_slice(&read_all(&site.dist())["data/index.json"]).unwrap();
    assert_eq!(index["licence"], json!({ "name": "本市公共数据开放协议", "url": null, "credit": null }));
}
