//! A bundle is opened as it was written, and what can't be opened is named.
#![expect(clippy::unwrap_used, reason = "a bundle that can't be written is a test that fails")]

mod site;

use std::fs;
use std::path::Path;

use search::bundle::{Bundle, BundleError, FOLDER};
use search::record::{Duty, Hotline, Person, Place, Site, Station, Topic};
use search::region::{Level, Region};
use search::text::embedded::Embedded;
use search::vocabulary::{Facility, Have, Profession, Service, StationKind};
use tempfile::TempDir;

/// A published site on disk.
fn written(bundle: &Bundle) -> TempDir {
    let dist = TempDir::new().unwrap();
    fs::create_dir(dist.path().join(FOLDER)).unwrap();
    for (path, bytes) in bundle.files() {
        put(dist.path(), &path, &bytes);
    }
    dist
}

#[expect(clippy::disallowed_methods, reason = "stands in for site-gen's emit")]
fn put(dist: &Path, path: &str, bytes: &[u8]) {
    fs::write(dist.join(FOLDER).join(path), bytes).unwrap();
}

fn bundle() -> Bundle {
    Bundle {
        site: Site {
            name: "暖站".to_owned(),
            title: "示例市妇女儿童维权服务".to_owned(),
            base_url: "https://example.org".to_owned(),
            region: "990100".parse().unwrap(),
            exit_url: "https://example.com".to_owned(),
            clocks: search::clocks::Clocks::default(),
            holidays: search::hours::holidays::Holidays::known().clone(),
        },
        topics: vec![Topic {
            slug: "domestic-violence".to_owned(),
            title: "反家庭暴力".to_owned(),
            summary: "先安全，再留证据。".to_owned(),
            url: "/topics/domestic-violence/".to_owned(),
            emergency: true,
        }],
        hotlines: vec![Hotline {
            number: "110".to_owned(),
            name: "报警".to_owned(),
            usage: "有人正在伤害你".to_owned(),
            emergency: true,
        }],
        regions: vec![Region {
            code: "990121100".parse().unwrap(),
            name: "暖溪镇".to_owned(),
            level: Level::Township,
            parent: Some("990121".parse().unwrap()),
            location: None,
            stations: 2,
            url: "/stations/990121100/".to_owned(),
        }],
        stations: vec![
            station(
                "nuanxi",
                StationKind::RightsStation,
                Place::Public {
                    address: Some("溪口路 18 号".to_owned()),
                    location: search::coord::Coord::new(40.4, 102.49),
                },
            ),
            station("shelter", StationKind::Shelter, Place::Confidential { confidential: true }),
        ],
        records: site::records(),
        thesaurus: site::thesaurus(),
        shell: "<title><!--slot:title--></title><main><!--slot:main--></main>".to_owned(),
    }
}

fn station(id: &str, kind: StationKind, place: Place) -> Station {
    Station {
        name: format!("暖溪镇{}", kind.chinese()),
        region_names: vec!["示例市".to_owned(), "示例县".to_owned(), "暖溪镇".to_owned()],
        phones: vec!["0000-5550123".to_owned()],
        services: vec![Service::LegalAdvice],
        has: vec![Have::People],
        facilities: vec![Facility::StepFree],
        people: vec![Person {
            role: "坐班律师".to_owned(),
            duty: None,
            profession: Some(Profession::Lawyer),
            topics: vec!["marriage".to_owned()],
        }],
        duty: vec![Duty {
            rule: "FREQ=MONTHLY;BYMONTHDAY=25".to_owned(),
            from: Some("09:00".parse().unwrap()),
            to: None,
            who: "律师坐班".to_owned(),
            text: "每月 25 日律师坐班".to_owned(),
        }],
        verified: Some("2026-10-12".parse().unwrap()),
        ..Station::new(id, kind, "990121100".parse().unwrap(), place)
    }
}

/// Opens all there is.
fn whole(dist: &Path) -> Result<(), BundleError> {
    Bundle::open(dist)?;
    Bundle::open_stations(dist, Vec::new())?;
    Bundle::open_index(dist).map(drop)
}

fn refusal(dist: &TempDir) -> BundleError {
    Bundle::open(dist.path()).unwrap_err()
}

#[test]
fn a_bundle_is_opened_as_it_was_written() {
    let dist = written(&bundle());
    let opened = Bundle::open(dist.path()).unwrap();
    assert_eq!(opened, bundle());
    let stations = Bundle::open_stations(dist.path(), opened.regions).unwrap();
    let one_by_one: Vec<Station> =
        opened.stations.iter().filter_map(|station| stations.get(&station.id)).collect();
    assert_eq!((one_by_one, stations.len()), (opened.stations, bundle().stations.len()));
    Embedded::new(Bundle::open_index(dist.path()).unwrap(), opened.records).unwrap();
}

#[test]
fn a_bundle_is_opened_without_its_stations() {
    let dist = written(&bundle());
    fs::remove_file(dist.path().join(FOLDER).join("stations.json")).unwrap();
    let opened = Bundle::open_without_stations(dist.path()).unwrap();
    assert_eq!(opened, Bundle { stations: Vec::new(), ..bundle() });
}

#[test]
fn the_same_bundle_is_written_the_same() {
    assert_eq!(bundle().files(), bundle().files());
}

#[test]
fn a_missing_file_is_named() {
    let names: Vec<String> = bundle().files().into_keys().collect();
    for name in names {
        let dist = written(&bundle());
        fs::remove_file(dist.path().join(FOLDER).join(&name)).unwrap();
        let message = whole(dist.path()).unwrap_err().to_string();
        assert!(message.starts_with("读不了") && message.contains(&name), "{message}");
    }
}

#[test]
fn a_damaged_file_is_named() {
    let names: Vec<String> = bundle().files().into_keys().collect();
    for name in names {
        let dist = written(&bundle());
        put(dist.path(), &name, b"\xff{");
        let message = whole(dist.path()).unwrap_err().to_string();
        assert!(message.contains(&name) && message.contains("不是本程序写的数据"), "{message}");
    }
}

#[test]
fn another_version_is_told_apart_whatever_else_it_changed() {
    let dist = written(&bundle());
    put(dist.path(), "manifest.json", br#"{"format": 99, "sites": []}"#);
    assert!(matches!(refusal(&dist), BundleError::Version { found: 99, .. }));
    assert!(refusal(&dist).to_string().contains("manifest.json"));
}

#[test]
fn a_point_that_is_not_on_earth_is_not_opened() {
    let dist = written(&bundle());
    let stations = String::from_utf8(bundle().files()["stations.json"].clone()).unwrap();
    put(dist.path(), "stations.json", stations.replace("40.4", "140.4").as_bytes());
    assert!(matches!(refusal(&dist), BundleError::Malformed { .. }));
}
