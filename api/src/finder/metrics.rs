//! How often which engine answered a search, and `GET /metrics`, which tells it.
//!
//! A number for each engine and reason: no question, no caller, no place, no time. The address is on the operations
//! listener only, because a gateway on the same machine looks like the machine itself.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{AnsweredBy, Reason};
use crate::published::Published;
use crate::state::AppState;

/// Everything that is counted, in the order in which it is told.
const COUNTED: [AnsweredBy; 5] = [
    AnsweredBy::Embedded,
    AnsweredBy::Meilisearch,
    AnsweredBy::Instead(Reason::Unavailable),
    AnsweredBy::Instead(Reason::Slow),
    AnsweredBy::Instead(Reason::OtherRelease),
];

const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counts, since the service was started.
#[derive(Debug, Default)]
pub struct Counters([AtomicU64; COUNTED.len()]);

impl Counters {
    /// Counts an answer.
    pub fn count(&self, by: AnsweredBy) {
        if let Some(at) = COUNTED.iter().position(|&counted| counted == by) {
            self.0[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The counts in OpenMetrics' text. `resting`: whether Meilisearch is being left alone, where there is one.
    pub fn to_open_metrics(&self, resting: Option<bool>) -> String {
        let mut text = "# TYPE nuanzhan_searches counter\n\
                        # HELP nuanzhan_searches Searches answered, by the engine that did and why not the other.\n"
            .to_owned();
        for (by, count) in COUNTED.iter().zip(&self.0) {
            let (engine, reason) = labels(*by);
            // A `String` takes all that is written.
            let _ = writeln!(
                text,
                "nuanzhan_searches_total{{engine=\"{engine}\",reason=\"{reason}\"}} {}",
                count.load(Ordering::Relaxed)
            );
        }
        if let Some(resting) = resting {
            text += "# TYPE nuanzhan_meilisearch_resting gauge\n\
                     # HELP nuanzhan_meilisearch_resting 1 while Meilisearch is left alone after failures.\n";
            let _ = writeln!(text, "nuanzhan_meilisearch_resting {}", u8::from(resting));
        }
        text + "# EOF\n"
    }
}

fn labels(by: AnsweredBy) -> (&'static str, &'static str) {
    match by {
        AnsweredBy::Embedded => ("embedded", "configured"),
        AnsweredBy::Meilisearch => ("meilisearch", "configured"),
        AnsweredBy::Instead(reason) => ("embedded", reason.name()),
    }
}

/// `/metrics`, for a listener of its own.
pub fn routes() -> Router<AppState> {
    Router::new().route("/metrics", get(tell))
}

async fn tell(State(published): State<Published>) -> Response {
    let headers = [(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")];
    (headers, published.current().finder.metrics()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_as_open_metrics() {
        let counters = Counters::default();
        counters.count(AnsweredBy::Meilisearch);
        counters.count(AnsweredBy::Instead(Reason::Slow));
        counters.count(AnsweredBy::Instead(Reason::Slow));
        let text = counters.to_open_metrics(Some(true));
        assert!(text.contains("\nnuanzhan_searches_total{engine=\"meilisearch\",reason=\"configured\"} 1\n"));
        assert!(text.contains("\nnuanzhan_searches_total{engine=\"embedded\",reason=\"slow\"} 2\n"));
        assert!(text.contains("\nnuanzhan_searches_total{engine=\"embedded\",reason=\"configured\"} 0\n"));
        assert!(text.contains("\nnuanzhan_meilisearch_resting 1\n") && text.ends_with("# EOF\n"));
        assert!(!counters.to_open_metrics(None).contains("resting"));
    }
}
