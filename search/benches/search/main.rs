//! Measures the text engine and the station index: `cargo bench -p search`.
//!
//! Records, questions and stations are made up, always the same ones ([`made`]); times are those of this machine. The
//! scan that the station index is compared with runs in the same minute over the same stations. With `--features peers`
//! tantivy indexes the same records and answers the same questions ([`text`], `peers`); with `--features meilisearch` and a
//! server at `MEILI_URL` they go there too (`meili`).
#![expect(clippy::print_stdout, reason = "the table is the result")]

mod made;
#[cfg(feature = "meilisearch")]
mod meili;
#[cfg(feature = "peers")]
mod peers;
mod text;

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use search::coord::Coord;
use search::record::Station;
use search::stations::{StationFilter, StationIndex};

fn main() {
    // `cargo test --all-targets` starts this too, without the word.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    if text::open_for_parent() {
        return;
    }
    text::measure();
    println!("\nstations | index built | nearest 5 p50 / p99 | with a filter p50 / p99 | scan p50");
    for count in [80, 20_000, 650_000] {
        measure_stations(count);
    }
    #[cfg(feature = "meilisearch")]
    meili::measure();
}

fn measure_stations(count: usize) {
    let stations = made::stations(count);
    let scanned = stations.clone();
    let (index, built) = timed(|| StationIndex::new(stations, Vec::new()));
    let mut draws = made::Draws::new(6);
    let mut somewhere =
        || Coord::new(20.0 + 30.0 * draws.fraction(), 80.0 + 50.0 * draws.fraction()).expect("on earth");
    let places: Vec<Coord> = (0..1_000).map(|_| somewhere()).collect();

    let all = StationFilter::default();
    let near = spread(&places, |&from| {
        black_box(index.nearest(from, &all, 5));
    });
    let police =
        StationFilter { kind: Some(search::vocabulary::StationKind::Police), ..StationFilter::default() };
    let filtered = spread(&places, |&from| {
        black_box(index.nearest(from, &police, 5));
    });
    let scan = spread(&places[..20], |&from| {
        black_box(scan(&scanned, from, 5));
    });
    println!("{count} | {built:.2?} | {near} | {filtered} | {:.2?}", scan.p50);
}

/// The plain way: every station's distance, then the five least.
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

/// How long things take: half of them at most `p50`, all but one in a hundred at most `p99`.
struct Spread {
    p50: Duration,
    p99: Duration,
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2?} / {:.2?}", self.p50, self.p99)
    }
}

fn spread<T>(inputs: &[T], run: impl Fn(&T)) -> Spread {
    // Once to warm up.
    inputs.iter().take(100).for_each(&run);
    let mut times: Vec<Duration> = inputs.iter().map(|input| timed(|| run(input)).1).collect();
    times.sort();
    Spread { p50: times[times.len() / 2], p99: times[times.len() * 99 / 100] }
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = run();
    (value, start.elapsed())
}

/// The answer of an engine that never waits.
fn at_once<T>(answer: impl Future<Output = T>) -> T {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("the embedded engine answers at once"),
    }
}
