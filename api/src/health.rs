//! `/healthz` says that the process is up, `/readyz` that it can do its work. For whatever keeps it running.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::state::AppState;
use crate::store::Store;

/// Both, for the main listener or one of their own.
pub fn routes() -> Router<AppState> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz))
}

async fn healthz() -> Response {
    say(StatusCode::OK, "ok\n")
}

/// The release is open by construction: an [`AppState`] can't be made without one. The cause goes to the log.
async fn readyz(State(store): State<Store>) -> Response {
    match store.ping().await {
        Ok(()) => say(StatusCode::OK, "ready\n"),
        Err(err) => {
            tracing::error!("not ready: the database does not answer: {err}");
            say(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

fn say(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}
