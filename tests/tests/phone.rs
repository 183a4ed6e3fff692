//! What the scripts of the station pages find on the phone is what is there: the nearest in the cells are the nearest of all, and a
//! timetable is read as the server reads it.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::ToSpan as _;
use jiff::civil::{DateTime, datetime};
use search::coord::Coord;
use search::hours::holidays::Holidays;
use search::hours::{Rule, State, Timetable};
use search::near::Near;
use search::record::{Place, Station};
use search::vocabulary::StationKind;
use serde_json::{Value, json};
use site_gen::{Options, Outcome};
use tests::phone::{ask, ask_scripts, nation};
use tests::workspace;

/// Numbers that look drawn, always the same.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    #[expect(clippy::cast_precision_loss, reason = "up to a million")]
    fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.below(1_000_000) as f64 / 1e6
    }
}

fn station(number: usize, at: Coord, kind: StationKind) -> Station {
    let place = Place::Public { address: Some(format!("河湾路 {number} 号")), location: Some(at) };
    let region = format!("99{:02}21100201", 1 + number % 5).parse().unwrap();
    Station {
        name: format!("{number} 号站"),
        phones: vec!["0000-5550000".to_owned()],
        ..Station::new(format!("s-{number:05}"), kind, region, place)
    }
}

/// Towns with many stations and country with few, in the degrees of `west`, `south`, `east`, `north`; a pile of 300 on one spot.
fn stations(count: usize, [west, south, east, north]: [f64; 4]) -> Vec<Station> {
    let mut draws = Draws(7);
    let towns: Vec<(f64, f64)> =
        (0..20).map(|_| (draws.between(south, north), draws.between(west, east))).collect();
    (0..count)
        .map(|number| {
            let town = towns[usize::try_from(draws.below(20)).unwrap()];
            let at = match draws.below(10) {
                0 => (draws.between(south, north), draws.between(west, east)),
                _ if number < 300 => towns[0],
                _ => (town.0 + draws.between(-0.2, 0.2), town.1 + draws.between(-0.2, 0.2)),
            };
            // As exact as cells are.
            let exact = |degrees: f64| (degrees * 1e5).round() / 1e5;
            let at = Coord::new(exact(at.0.clamp(-90.0, 90.0)), exact(at.1.clamp(-180.0, 180.0))).unwrap();
            let kind = if draws.below(200) == 0 { StationKind::Police } else { StationKind::RightsStation };
            station(number, at, kind)
        })
        .collect()
}

fn write(files: impl Iterator<Item = (String, Vec<u8>)>, folder: &Path) {
    for (path, bytes) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Those of a kind by distance, in metres.
fn by_distance<'s>(stations: &'s [Station], from: Coord, kind: Option<&str>) -> Vec<(f64, &'s str)> {
    let wanted = stations.iter().filter(|station| kind.is_none_or(|kind| station.kind.code() == kind));
    let mut all: Vec<(f64, &str)> = wanted
        .filter_map(|station| Some((station.location()?.distance_m(from), station.id.as_str())))
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    all
}

#[test]
fn what_is_found_in_cells_is_what_looking_at_all_finds() {
    for (edges, away) in [
        ([100.0, 25.0, 112.0, 35.0], 0.5),
        ([-180.0, 50.0, 180.0, 90.0], 0.5),
        ([178.0, -20.0, 180.0, -10.0], 0.5),
    ] {
        let stations = stations(9_000, edges);
        let folder = tempfile::tempdir().unwrap();
        write(Near::of(&stations).files(), folder.path());
        let mut draws = Draws(11);
        let [west, south, east, north] = edges;
        let questions: Vec<Value> = (0..120)
            .map(|number| {
                let lat = draws.between(south - away, north + away).clamp(-90.0, 90.0);
                let lon = draws.between(west - away, east + away).clamp(-180.0, 180.0);
                let kind = if number % 3 == 0 { json!("police") } else { Value::Null };
                json!({ "near": { "lat": lat, "lon": lon }, "kind": kind, "rings": number % 4 * 4 })
            })
            .collect();
        let Some(answers) = ask(folder.path(), &questions, "the nearest in cells").unwrap() else { return };
        let mut enough = 0;
        for (question, answer) in questions.iter().zip(&answers) {
            let at = &question["near"];
            let from = Coord::new(at["lat"].as_f64().unwrap(), at["lon"].as_f64().unwrap()).unwrap();
            let expected = by_distance(&stations, from, question["kind"].as_str());
            let found: Vec<(f64, &str)> = answer["stations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| (row["distance_m"].as_f64().unwrap(), row["id"].as_str().unwrap()))
                .collect();
            if answer["away"].as_f64().unwrap() > 100_000.0 {
                assert!(found.is_empty());
                continue;
            }
            // Nothing is missing as far as the script says so, and it goes on offering more until there is enough.
            let clear = answer["clear"].as_f64().unwrap_or(f64::INFINITY);
            let certain = expected.iter().take_while(|(away, _)| *away <= clear).count().min(12);
            assert_eq!(found.len(), certain, "{question}, clear {clear}");
            assert!(
                certain == 12 || answer["all"] == true || answer["more"] == true || question["rings"] == 12
            );
            assert_eq!(answer["few"], certain < 12 && answer["all"] == false, "{question}");
            enough += usize::from(question["kind"].is_null() && certain >= 5);
            for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
                assert!(
                    (found.0 - expected.0).abs() < 0.01,
                    "{question}, number {at}: {found:?}, not {expected:?}"
                );
            }
        }
        assert!(enough >= 70, "five are certain for {enough} of 80 who want any station");
    }
}

#[test]
fn what_is_asked_for_hangs_on_the_cell_and_not_on_the_place_in_it() {
    let stations = stations(9_000, [100.0, 25.0, 112.0, 35.0]);
    let near = Near::of(&stations);
    assert!(near.sizes().all(|size| size >= 48), "{:?}", near.sizes().min());
    let folder = tempfile::tempdir().unwrap();
    write(near.files(), folder.path());
    let questions: Vec<Value> = (0..40)
        .map(|step| json!({ "near": { "lat": 30.0 + f64::from(step) * 1e-4, "lon": 106.0 } }))
        .collect();
    let Some(answers) = ask(folder.path(), &questions, "cells fetched").unwrap() else { return };
    let fetched: BTreeSet<String> = answers.iter().map(|answer| answer["fetched"].to_string()).collect();
    assert!(fetched.len() <= 3, "a walk of 400 metres asks for {fetched:?}");
    let [first, on] = [0, 1]
        .map(|rings| json!({ "near": { "lat": 30.0, "lon": 106.0 }, "kind": "police", "rings": rings }));
    let counts: Vec<usize> = ask(folder.path(), &[first, on], "rings fetched")
        .unwrap()
        .unwrap()
        .iter()
        .map(|answer| answer["fetched"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [1 + 9, 1 + 18], "the index and nine cells; nine more only when she goes on");
    let far = [json!({ "near": { "lat": 48.85, "lon": 2.35 } })];
    let paris = ask(folder.path(), &far, "far outside").unwrap().unwrap().remove(0);
    assert_eq!(paris["fetched"], json!(["/data/near/index.json"]));
    assert!(paris["away"].as_f64().unwrap() > 7e6 && paris["stations"] == json!([]));
}

/// What a look-up may cost: 60 KB, packed as plainly as hosts pack. A cell holds as many stations however many the country has, so a
/// small one shows it; the index grows with the cells, and `weigh_near` weighs the whole country.
#[test]
fn a_look_up_fetches_at_most_60_kb() {
    let stations = nation::stations(12_000);
    let folder = tempfile::tempdir().unwrap();
    write(Near::of(&stations).files(), folder.path());
    let questions: Vec<Value> = stations
        .iter()
        .step_by(150)
        .filter_map(Station::location)
        .map(|at| json!({ "near": { "lat": at.lat(), "lon": at.lon() }, "weighed": true }))
        .collect();
    assert_eq!(questions.len(), 80);
    let Some(answers) = ask(folder.path(), &questions, "bytes of a look-up").unwrap() else { return };
    for (question, answer) in questions.iter().zip(&answers) {
        assert_eq!(
            answer["fetched"].as_array().unwrap().len(),
            1 + 9,
            "{question}: the index and nine cells"
        );
        let [plain, gzip, _] = [0, 1, 2].map(|way| answer["bytes"][way].as_u64().unwrap());
        assert!(gzip <= 60_000 && gzip < plain, "{question}: {gzip} bytes in gzip, {plain} plain");
    }
}

fn rule(draws: &mut Draws) -> Rule {
    let pick = |draws: &mut Draws, all: &[u8]| {
        all.iter().copied().filter(|_| draws.below(2) == 0).collect::<Vec<u8>>()
    };
    let days = match draws.below(4) {
        0 => Vec::new(),
        1 => vec![1, 2, 3, 4, 5],
        _ => pick(draws, &[1, 2, 3, 4, 5, 6, 7]),
    };
    let minutes = |draws: &mut Draws| u16::try_from(draws.below(96) * 15).unwrap();
    let times = (0..draws.below(3))
        .map(|_| {
            let from = minutes(draws);
            (from, from + 15 + minutes(draws) / 2)
        })
        .collect();
    let is = [State::Open, State::Open, State::Open, State::Closed, State::Unknown]
        [usize::try_from(draws.below(5)).unwrap()];
    let nth = if draws.below(6) == 0 {
        vec![[1, 2, 3, 4, 5, -1][usize::try_from(draws.below(6)).unwrap()]]
    } else {
        Vec::new()
    };
    Rule { days, nth, holidays: draws.below(4) == 0, times, is, adds: draws.below(3) == 0 }
}

/// Timetables as offices have them and as nobody has them, at moments of ordinary days, holidays, worked weekends, years that nobody
/// announced, and the minutes at which something changes.
fn cases() -> Vec<(Timetable, DateTime)> {
    let mut draws = Draws(5);
    let office = Timetable(vec![
        Rule::on(&[1, 2, 3, 4, 5], &[(510, 720), (840, 1050)]),
        Rule { holidays: true, is: State::Closed, ..Rule::on(&[], &[]) },
    ]);
    let mut tables = vec![office, Timetable::default(), Timetable(vec![Rule::on(&[], &[(0, 1440)])])];
    tables.extend((0..150).map(|_| {
        let rules = 1 + draws.below(3);
        Timetable((0..rules).map(|_| rule(&mut draws)).collect())
    }));
    let mut cases = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let moments = if number == 0 { 300 } else { 6 };
        for _ in 0..moments {
            let day = datetime(2025, 1, 1, 0, 0, 0, 0) + i64::try_from(draws.below(1_000)).unwrap().days();
            cases.push((table.clone(), day + i64::try_from(draws.below(1_440)).unwrap().minutes()));
        }
        for moment in [
            datetime(2026, 2, 14, 12, 0, 0, 0),
            datetime(2026, 10, 1, 8, 30, 0, 0),
            datetime(2028, 2, 29, 17, 30, 0, 0),
            datetime(2026, 12, 31, 23, 59, 0, 0),
        ] {
            cases.push((table.clone(), moment));
        }
    }
    cases
}

#[test]
fn the_phone_says_of_a_timetable_what_the_server_says() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    let options = Options::new(workspace::content(), &site, workspace::newest_day(&workspace::content()));
    assert!(matches!(site_gen::build(&options).unwrap(), Outcome::Built(_)));
    // As they are published: with the holidays in them, and made small.
    let scripts = folder.path().join("scripts");
    fs::create_dir(&scripts).unwrap();
    for file in workspace::files_under(&site.join("assets")) {
        let name = file.file_name().unwrap().to_str().unwrap();
        if name.starts_with("hours-") && name.ends_with(".js") {
            fs::copy(&file, scripts.join("hours.js")).unwrap();
        }
    }
    let cases = cases();
    assert!(cases.len() > 1_000);
    let questions: Vec<Value> =
        cases.iter().map(|(table, moment)| json!({ "rules": table, "moment": moment.to_string() })).collect();
    let Some(answers) = ask_scripts(&scripts, &site, &questions, "hours on the phone").unwrap() else {
        return;
    };
    for ((table, moment), answer) in cases.iter().zip(&answers) {
        let expected = table.at(*moment, Holidays::known());
        assert_eq!(answer["words"], expected.words(*moment), "{moment} {table:?}");
        assert_eq!(answer["state"], json!(expected.state), "{moment} {table:?}");
    }
}
