//! From a locator to its thread, so that trying locators does not work.
//!
//! [`knock`] settles the moment at which the answer leaves before anything is asked of the database, and lets networks
//! with many wrong tries wait; [`Door::leave`] waits for that moment and counts the miss
//! (`docs/decisions/0006-same-work-for-wrong-receipts.md`). The slow part, the stretching, was the browser's.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::time::Instant;

use crate::consultations::reply;
use crate::consultations::stretch::Locator;
use crate::effort::Steps;
use crate::error::{ApiError, ApiResult};
use crate::limit::Network;
use crate::state::AppState;
use crate::store::consultation::Thread;

/// Somebody has shown a locator.
pub(super) struct Door {
    /// The thread, if there is one.
    pub(super) found: Option<Thread>,
    departure: Instant,
    network: Network,
}

/// A locator as it is sent. The refusal tells its shape and nothing else.
pub(super) fn read_locator(text: &str) -> ApiResult<Locator> {
    let bytes = zeroize::Zeroizing::new(BASE64_STANDARD.decode(text).unwrap_or_default());
    let bytes: Option<&[u8; 32]> = bytes.as_slice().try_into().ok();
    bytes.map(Locator::from_bytes).ok_or_else(|| ApiError::field("/locator", "应为 32 字节的 base64"))
}

/// Looks for the thread of a locator.
pub(super) async fn knock(app: &AppState, network: Network, locator: &str) -> ApiResult<Door> {
    let office = &app.consultations;
    let locator = read_locator(locator)?;
    reply::wait(app, &network).await.map_err(|_| ApiError::Busy)?;
    let departure = Steps::begin(office.settings.answer_step).departure();
    let found = app.store.thread_by_locator(&locator.hash(&office.secrets.locator_key)).await?;
    Ok(Door { found, departure, network })
}

impl Door {
    /// Waits until the answer may leave, and gives it.
    pub(super) async fn leave<T>(self, app: &AppState, answer: ApiResult<T>) -> ApiResult<T> {
        tokio::time::sleep_until(self.departure).await;
        if self.found.is_none() {
            reply::count_miss(app, &self.network);
        }
        answer
    }
}
