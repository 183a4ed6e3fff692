//! The asker's JSON addresses: for browsers that seal by themselves. Neither words nor receipt come here.
//!
//! [`letter`] takes a letter in, [`door`] finds the thread of a locator, [`thread`] shows it, [`acts`] adds to it, [`super::history`]
//! says in plain words what happened. What holds on the script-less path holds here: nothing is logged but our own
//! faults, once an hour; every answer is padded, refusals too; nobody's address is kept.

pub mod acts;
pub mod door;
pub mod letter;
#[cfg(test)]
mod tests;
pub mod thread;

use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::consultations::page::{FILL, log_once_an_hour};
use crate::consultations::post::MOST_BYTES;
use crate::consultations::work::Wanting;
use crate::desk::wire::known_by;
use crate::error::{ApiError, ApiResult};
use crate::extract::Body;
use crate::limit::Network;
use crate::state::AppState;
use crate::store::consultation::{Refused, Request as Known};

/// The addresses, relative to `/api/v1`.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(letter::desk))
        .routes(routes!(letter::challenge))
        .routes(routes!(letter::receive))
        .routes(routes!(thread::open))
        .routes(routes!(acts::add))
        .routes(routes!(acts::feedback))
        .routes(routes!(acts::consent))
        .routes(routes!(acts::withdraw))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}

/// What a browser sent, and from which network, coarsely.
pub struct Sent<T> {
    /// The JSON.
    pub body: T,
    /// For counting tries. Not for storing.
    pub network: Network,
}

impl<T: DeserializeOwned> Sent<T> {
    /// Takes a request apart.
    async fn take(app: &AppState, request: Request) -> ApiResult<Self> {
        let trusted = app.consultations.settings.client_address_header.as_ref();
        let network = Network::of(request.extensions(), request.headers(), trusted);
        let body = Body::from_request(request, app).await.map_err(|err| match err {
            ApiError::TooLarge { .. } => ApiError::TooLarge { limit: MOST_BYTES },
            other => other,
        })?;
        Ok(Self { body: body.0, network })
    }
}

/// Takes a request apart, does what it wants, and answers.
async fn answered<In: DeserializeOwned, Out: Serialize>(
    app: &AppState,
    request: Request,
    status: StatusCode,
    work: impl AsyncFnOnce(&AppState, Sent<In>) -> ApiResult<Out>,
) -> Response {
    let answer = async { work(app, Sent::take(app, request).await?).await };
    evenly(app, status, answer.await)
}

/// The answer, refusals like the rest, filled up with blanks, which mean nothing after JSON, so that its size tells nothing.
fn evenly<Out: Serialize>(app: &AppState, status: StatusCode, answer: ApiResult<Out>) -> Response {
    match answer {
        Ok(answer) => {
            let bytes = serde_json::to_vec(&answer).expect("an answer is plain data");
            filled(status, "application/json", bytes)
        }
        Err(err) => {
            log_once_an_hour(app, &err);
            let problem = err.problem();
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let bytes = serde_json::to_vec(&problem).expect("a problem is plain data");
            filled(status, "application/problem+json", bytes)
        }
    }
}

fn filled(status: StatusCode, media_type: &'static str, mut bytes: Vec<u8>) -> Response {
    bytes.resize(bytes.len().next_multiple_of(FILL), b' ');
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, bytes).into_response()
}

/// By what a request is known when it comes again: what it wants, of which thread, and its key.
fn known(app: &AppState, parts: &[&[u8]], key: &str) -> ApiResult<Known> {
    let mut bytes = Vec::new();
    for part in parts.iter().chain(&[key.as_bytes()]) {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(*part);
    }
    known_by(app, key, &bytes)
}

/// What the store refuses, as its asker is told. Whether an id or a locator is somebody's is not told.
fn refused(refused: Refused) -> ApiError {
    match refused {
        Refused::Gone => ApiError::NotFound("这封信"),
        Refused::WrongReaders(_) => ApiError::field("/keys", refused.to_string()),
        Refused::Taken => ApiError::Conflict("没有收下，请再寄一次".to_owned()),
        Refused::OutOfStep => ApiError::Conflict("刚才又有新的消息，请先看过再寄".to_owned()),
        Refused::Spent => Wanting::Spent.into(),
        Refused::UsedUp => ApiError::UsedUp,
        Refused::Database(err) => err.into(),
        other => ApiError::Conflict(other.to_string()),
    }
}

/// The same request key with something else in it.
fn other_request() -> ApiError {
    refused(Refused::OtherRequest)
}
