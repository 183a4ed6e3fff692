//! Measures the station index beside a plain scan: `cargo bench -p search -- stations` measures nothing else.
//!
//! Stations are made up ([`made::stations`]), their places and traits as uneven as real ones. Look-ups are asked from where
//! stations are, because that is where people are. Loading is measured in processes of their own, so that what it takes in
//! memory is what it takes.

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::process::Command;
use std::time::Instant;

use search::coord::Coord;
use search::record::Station;
use search::stations::{StationFilter, StationIndex};
use search::vocabulary::{Audience, Facility, Service, StationKind};

use crate::{Spread, made, spread, timed};

/// Tells a process that was started where the file is that it should load, and as what.
const LOAD: (&str, &str) = ("NUANZHAN_BENCH_FILE", "NUANZHAN_BENCH_AS");
const NEAREST: usize = 10;

/// Loads the file that the process which started this one wrote, and says what that took; `false` where none did.
pub(crate) fn load_for_parent() -> bool {
    let (Ok(path), Ok(kind)) = (std::env::var(LOAD.0), std::env::var(LOAD.1)) else { return false };
    let before = resident("VmRSS:");
    let load = || {
        let bytes = std::fs::read(path).expect("the file is there");
        match kind.as_str() {
            "json" => {
                let stations = serde_json::from_slice(&bytes).expect("stations");
                drop(bytes);
                StationIndex::new(stations, Vec::new())
            }
            _ => StationIndex::from_bytes(bytes, Vec::new()).expect("just written"),
        }
    };
    let (index, took) = timed(load);
    let megabytes = |now: u64| now.saturating_sub(before) / 1024;
    let (grown, peak) = (megabytes(resident("VmRSS:")), megabytes(resident("VmHWM:")));
    println!("| {} from {kind} | {took:.2?} | {grown} MB, at most {peak} MB |", index.len());
    true
}

/// What the kernel says of this process, in kilobytes; 0 where it says nothing.
fn resident(what: &str) -> u64 {
    let status = std::fs::read("/proc/self/status").unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let line = status.lines().find(|line| line.starts_with(what));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// Writes the stations as the published JSON and as the index, and loads each in a new process.
fn load(stations: &[Station]) {
    let folder = tempfile::tempdir().expect("a folder");
    let json = serde_json::to_vec(stations).expect("plain data");
    for (kind, bytes) in [("json", json), ("index", StationIndex::file_of(stations.to_vec()))] {
        let path = folder.path().join(kind);
        File::create(&path).and_then(|mut out| out.write_all(&bytes)).expect("a file");
        println!("| {kind} | {} MB |", bytes.len() >> 20);
        for _ in 0..3 {
            let mut child = Command::new(std::env::current_exe().expect("this program"));
            let output = child.arg("--bench").env(LOAD.0, &path).env(LOAD.1, kind).output();
            print!("{}", String::from_utf8_lossy(&output.expect("this program starts").stdout));
        }
    }
}

pub(crate) fn measure() {
    for count in [80, 20_000, 650_000] {
        measure_count(count);
    }
}

fn measure_count(count: usize) {
    let stations = made::stations(count);
    let scanned = stations.clone();
    let (index, built) = timed(|| StationIndex::new(stations, Vec::new()));
    let mut draws = made::Draws::new(6);
    let places: Vec<Coord> = (0..20_000)
        .filter_map(|_| {
            let around = scanned[draws.below(count)].location()?;
            Coord::new(around.lat() + 0.1 * draws.fraction(), around.lon() + 0.1 * draws.fraction())
        })
        .collect();
    println!(
        "\n{count} stations, built in {built:.2?} | nearest {NEAREST} a second | p50 / p99 | fit | count p50 / p99"
    );
    for (name, filter) in filters(&scanned) {
        let start = Instant::now();
        for &from in &places {
            black_box(index.nearest(from, &filter, NEAREST));
        }
        let a_second =
            f64::from(u32::try_from(places.len()).unwrap_or(u32::MAX)) / start.elapsed().as_secs_f64();
        let near = spread(&places, |&from| {
            black_box(index.nearest(from, &filter, NEAREST));
        });
        let counted = spread(&places[..200], |_| {
            black_box(index.list(&filter, 0, 20));
        });
        println!("| {name} | {a_second:.0} | {near} | {} | {counted}", index.count(&filter));
    }
    load(&scanned);
    let Spread { p50, .. } = spread(&places[..20], |&from| {
        black_box(scan(&scanned, from, NEAREST));
    });
    println!("| plain scan | {:.0} | {p50:.2?} | |", 1.0 / p50.as_secs_f64());
    #[cfg(feature = "peers")]
    crate::places::measure(&scanned, &index, &places);
}

fn filters(stations: &[Station]) -> Vec<(&'static str, StationFilter)> {
    let all = StationFilter::default();
    let middle = &stations[stations.len() / 2].region;
    vec![
        ("no filter", all.clone()),
        ("1 in 10: a kind", StationFilter { kind: Some(StationKind::Police), ..all.clone() }),
        ("1 in 20: a facility", StationFilter { facilities: vec![Facility::StepFree], ..all.clone() }),
        ("1 in 1,000: a service", StationFilter { service: Some(Service::Shelter), ..all.clone() }),
        (
            "1 in 1,000: three that are not rare",
            StationFilter {
                kind: Some(StationKind::Police),
                facilities: vec![Facility::PrivateRoom],
                home_visit: Some(Audience::Older),
                ..all.clone()
            },
        ),
        ("a province", StationFilter { region: middle.ancestry().last(), ..all.clone() }),
        ("a county", StationFilter { region: middle.ancestry().nth(2), ..all.clone() }),
        ("1 in 2: open on a Monday at 16:40", open_at("2026-11-23T16:40")),
        ("1 in 50: open at night", open_at("2026-11-23T02:00")),
        ("none fits", StationFilter { topic: Some("no-such-topic".to_owned()), ..all }),
    ]
}

fn open_at(moment: &str) -> StationFilter {
    StationFilter { open_at: moment.parse().ok(), ..StationFilter::default() }
}

/// The plain way: every station's distance, then the least.
fn scan(stations: &[Station], from: Coord, limit: usize) -> Vec<(f64, usize)> {
    let distances = stations
        .iter()
        .enumerate()
        .filter_map(|(at, station)| Some((station.location()?.distance_m(from), at)));
    let mut distances: Vec<(f64, usize)> = distances.collect();
    let by_distance = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0);
    if distances.len() > limit {
        distances.select_nth_unstable_by(limit, by_distance);
        distances.truncate(limit);
    }
    distances.sort_by(by_distance);
    distances
}
