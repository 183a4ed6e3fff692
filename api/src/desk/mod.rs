//! The desk: the staff side of consultations, as JSON for the page at `/desk/`.
//!
//! Start at [`routes()`]. A member signs in ([`sessions`]), which makes a [`member::Member`]; everything else takes one.
//! Messages are opened and sealed in the member's browser: nothing here can.

pub mod keys;
pub mod login;
pub mod member;
pub mod paper;
pub mod queue;
pub mod role;
pub mod sessions;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// The most bytes of a body: a message of the largest size class as base64, and its keys.
const MOST_BYTES: usize = 128 << 10;

/// The JSON addresses under `/api/v1/desk`.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(sessions::parameters))
        .routes(routes!(sessions::sign_in))
        .routes(routes!(sessions::sign_out))
        .routes(routes!(sessions::me))
        .routes(routes!(queue::list))
        .routes(routes!(queue::one))
        .routes(routes!(queue::accept))
        .routes(routes!(queue::answer))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}
