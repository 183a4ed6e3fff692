//! Measures the text engine and the station index: `cargo bench -p search`.
//!
//! Records, questions and stations are made up, always the same ones ([`made`]); times are those of this machine. The
//! scan that the station index is compared with runs in the same minute over the same stations. With `--features peers`
//! tantivy indexes the same records and answers the same questions ([`text`], `peers`), `SQLite` and `PostGIS` find the same
//! stations (`places`); with `--features meilisearch` and a
//! server at `MEILI_URL` they go there too (`meili`).
#![expect(clippy::print_stdout, reason = "the table is the result")]

mod hsds;
mod made;
#[cfg(feature = "meilisearch")]
mod meili;
#[cfg(feature = "peers")]
mod peers;
#[cfg(feature = "peers")]
mod places;
mod stations;
mod text;

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

fn main() {
    // `cargo test --all-targets` starts this too, without the word.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    if std::env::args().any(|arg| arg == "hsds") {
        return hsds::measure();
    }
    // `cargo bench -p search -- stations`: nothing else.
    let only_stations = std::env::args().any(|arg| arg == "stations");
    if text::open_for_parent() || stations::load_for_parent() {
        return;
    }
    if !only_stations {
        text::measure();
    }
    stations::measure();
    #[cfg(feature = "meilisearch")]
    meili::measure();
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
