//! What is drawn of made-up counties.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use search::record::Place;
use search::vocabulary::StationKind;

use super::*;
use crate::coverage::{Circle, Coverage};

fn region(code: &str, name: &str, at: Option<(f64, f64)>) -> Region {
    let code: search::region::RegionCode = code.parse().unwrap();
    let location = at.and_then(|(lat, lon)| Coord::new(lat, lon));
    let (level, parent, url) = (code.level(), code.parent(), format!("/regions/{code}/"));
    Region { name: name.into(), level, parent, location, stations: 0, url, code }
}

fn station(id: &str, kind: StationKind, (lat, lon): (f64, f64)) -> Station {
    let place = Place::Public { address: None, location: Coord::new(lat, lon) };
    Station { name: format!("{id}服务站"), ..Station::new(id, kind, "990121100".parse().unwrap(), place) }
}

fn county() -> Region {
    region("990121", "示例县", None)
}

fn drawn(stations: &[Station], within: &[Region]) -> Option<Sketch> {
    let (stations, within): (Vec<_>, Vec<_>) = (stations.iter().collect(), within.iter().collect());
    of_directory(&county(), &stations, &within)
}

/// As a county has them: most around the seats of its townships.
fn eighty() -> (Vec<Station>, Vec<Region>) {
    let seat = |at: u32| (40.2 + f64::from(at * 7 % 10) * 0.05, 102.2 + f64::from(at * 3 % 10) * 0.07);
    let townships =
        (0..10).map(|at| region(&format!("9901211{at:02}"), &format!("第{at}镇"), Some(seat(at))));
    let stations = (0..80_u32).map(|at| {
        let (lat, lon) = seat(at % 10);
        let (a, b) = (f64::from(at * 37 % 19) - 9.0, f64::from(at * 53 % 23) - 11.0);
        let kind = StationKind::ALL[at as usize * 7 % StationKind::ALL.len()];
        station(&format!("made-{at:02}"), kind, (lat + a * 0.003, lon + b * 0.003))
    });
    (stations.collect(), townships.collect())
}

#[test]
fn eighty_stations_are_small_and_the_same_each_time() {
    let (stations, townships) = eighty();
    let sketch = drawn(&stations, &townships).unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(sketch.svg.0.as_bytes()).unwrap();
    let bytes = packed.finish().unwrap().len();
    assert!(bytes <= 6 * 1024, "{bytes} bytes");
    let mut other = stations.clone();
    other.reverse();
    assert_eq!(drawn(&other, &townships).unwrap().svg, sketch.svg);
    let told: usize = sketch.spots.iter().map(Vec::len).sum();
    assert_eq!(told, 80, "every station is in the list");
    let names = sketch.svg.0.matches("镇</text>").count() + sketch.unnamed.len();
    assert_eq!(names, 10, "a name is in the picture or in the list");
}

#[test]
fn what_lies_close_is_one_mark_with_a_count_and_a_kind_is_told_by_its_shape() {
    let stations = [
        station("a", StationKind::Police, (40.0, 102.0)),
        station("b", StationKind::Police, (40.0001, 102.0)),
        station("c", StationKind::LegalAid, (40.2, 102.0)),
        station("d", StationKind::Mediation, (40.2, 102.0)),
        station("e", StationKind::CourtWindow, (40.4, 102.1)),
    ];
    let sketch = drawn(&stations, &[]).unwrap();
    let names = |spot: &Vec<Link>| spot.iter().map(|link| link.url.clone()).collect::<Vec<_>>();
    let spots: Vec<_> = sketch.spots.iter().map(names).collect();
    assert_eq!(
        spots,
        [vec!["/stations/e/"], vec!["/stations/c/", "/stations/d/"], vec!["/stations/a/", "/stations/b/"]]
    );
    assert_eq!(sketch.svg.0.matches(">×2<").count(), 2);
    for used in ["<use href=\"#k-police\"", "<use href=\"#k-mixed\"", "<use href=\"#k-court_window\""] {
        assert_eq!(sketch.svg.0.matches(used).count(), 1, "{used}");
    }
    let words: Vec<_> = sketch.signs.iter().map(|sign| sign.words.as_str()).collect();
    assert_eq!(words, ["法庭维权窗口", "派出所", "这里有几种站点"]);
}

#[test]
fn a_confidential_station_is_not_in_the_picture_nor_beside_it() {
    let (mut stations, townships) = eighty();
    let before = drawn(&stations, &townships).unwrap();
    let hidden = Place::Confidential { confidential: true };
    let hidden = Station {
        name: "庇护".into(),
        ..Station::new("hidden", StationKind::Shelter, "990121".parse().unwrap(), hidden)
    };
    stations.push(hidden);
    let after = drawn(&stations, &townships).unwrap();
    assert_eq!(after.svg, before.svg);
    assert!(after.spots.iter().flatten().all(|link| !link.url.contains("hidden")));
}

#[test]
fn without_two_places_or_without_a_station_there_is_nothing_to_draw() {
    let here = (40.0, 102.0);
    assert!(drawn(&[], &[]).is_none());
    assert!(drawn(&[station("a", StationKind::Police, here)], &[]).is_none());
    let seats = [region("990121100", "甲镇", Some(here)), region("990121101", "乙镇", Some((40.2, 102.0)))];
    assert!(drawn(&[], &seats).is_none());
    assert!(drawn(&[station("a", StationKind::Police, here)], &seats).is_some());
}

#[test]
fn a_name_is_text_and_the_picture_says_what_it_is() {
    let stations =
        [station("a", StationKind::Police, (40.0, 102.0)), station("b", StationKind::Police, (40.3, 102.0))];
    let seats = [region("990121100", "<b>&镇", Some((40.1, 102.1)))];
    let svg = drawn(&stations, &seats).unwrap().svg.0;
    assert!(svg.contains("&lt;b&gt;&amp;镇</text>") && !svg.contains("<b>"));
    assert!(
        svg.contains("role=\"img\"") && svg.contains("<title id=\"map-title\">示例县的站点示意图</title>")
    );
    assert!(svg.contains("北</text>") && svg.contains(" 公里</text>") && !svg.contains("style="));
    let read = roxmltree::Document::parse(&svg).unwrap();
    assert_eq!(read.root_element().attribute("viewBox").unwrap().split(' ').count(), 4);
}

#[test]
fn a_gap_is_marked_and_named() {
    let regions = [
        region("990121", "示例县", None),
        region("990121100", "甲镇", Some((40.0, 102.0))),
        region("990121100201", "近村", Some((40.01, 102.0))),
        region("990121100202", "远村", Some((40.4, 102.0))),
        region("990121100203", "无名村", None),
    ];
    let stations = [station("a", StationKind::Police, (40.0, 102.0))];
    let coverage = Coverage::of(&regions, &stations, &Circle::default(), None);
    let villages: Vec<_> = coverage.villages.iter().collect();
    let sketch = of_coverage(&regions[0], &villages, &[&regions[1]], &[&stations[0]]).unwrap();
    let svg = &sketch.svg.0;
    assert!(svg.contains("<text class=\"t far\"") && svg.contains("远村</text>"), "{svg}");
    assert_eq!((svg.matches("#k-far").count(), svg.matches("#k-near").count()), (1, 1));
    assert!(!svg.contains("近村") && !svg.contains("无名村"), "only gaps are named");
}
