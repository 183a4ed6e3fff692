//! How much is done at once, and how long anything may take.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::state::Limits;

/// Lets requests in, as many at once as there are places.
#[derive(Debug, Clone)]
pub struct Gate {
    places: Arc<Semaphore>,
    limits: Limits,
}

impl Gate {
    /// With as many places as `limits` say.
    pub fn new(limits: Limits) -> Self {
        Self { places: Arc::new(Semaphore::new(limits.concurrency)), limits }
    }

    /// A middleware: waits for a place, then for the answer to begin, both within the time a request has. What takes
    /// longer is dropped and answered with “busy”.
    pub async fn pass(State(gate): State<Self>, request: Request, next: Next) -> Response {
        let answer = async {
            let _place = gate.places.acquire().await;
            next.run(request).await
        };
        tokio::time::timeout(gate.limits.request, answer)
            .await
            .unwrap_or_else(|_| ApiError::Busy.into_response())
    }
}
