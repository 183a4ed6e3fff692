//! The files in which a phone finds the nearest station: left alone by edits that are none of theirs, and told nothing secret.

use std::fs;
use std::time::SystemTime;

use crate::common::{TestSite, read_all};

const CELL: &str = "data/near/cells/1.json";

fn written(site: &TestSite) -> SystemTime {
    fs::metadata(site.dist().join(CELL)).unwrap().modified().unwrap()
}

#[test]
fn an_edited_guide_leaves_them_and_an_edited_station_writes_its_cell() {
    let site = TestSite::new();
    site.build();
    let (first, when) = (read_all(&site.dist()), written(&site));
    assert!(String::from_utf8_lossy(&first[CELL]).contains("0000-5550123"));
    site.edit("guides/domestic-violence/protection-order.md", "请法院不许他再动手。", "请法院下命令。");
    site.build();
    assert_eq!(written(&site), when, "a guide is no station");
    site.edit("stations/shili-county/nuanxi-rights.md", "0000-5550123", "0000-5550124");
    site.build();
    let then = read_all(&site.dist());
    assert!(String::from_utf8_lossy(&then[CELL]).contains("0000-5550124"));
    assert_eq!(then["data/near/index.json"], first["data/near/index.json"]);
    // Gone with its station.
    fs::remove_file(site.content().join("stations/shili-county/county-shelter.md")).unwrap();
    assert!(then.contains_key("data/by-phone/9901.json"));
    site.build();
    assert!(!read_all(&site.dist()).contains_key("data/by-phone/9901.json"));
}

#[test]
fn a_shelter_has_a_telephone_there_and_no_place() {
    let site = TestSite::new();
    site.build();
    let files = read_all(&site.dist());
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("data/near/")) {
        assert!(!String::from_utf8_lossy(bytes).contains("county-shelter"), "{path}");
    }
    let by_phone = String::from_utf8_lossy(&files["data/by-phone/9901.json"]);
    assert!(by_phone.contains("0000-5550199") && by_phone.contains("county-shelter"), "{by_phone}");
    assert!(!by_phone.contains("address") && !by_phone.contains("\"lat\""), "{by_phone}");
}
