//! Old letters follow the desk's new key: members' browsers fetch content keys that are sealed to an older one, a hundred at
//! a time, and bring them back sealed to the newest.

use axum::extract::State as Part;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer as Reply;
use crate::desk::member::Member;
use crate::desk::wire::{not_done, sealed_key, thread_id, word};
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::Body;
use crate::sealing::binding::Purpose;
use crate::state::AppState;
use crate::store::desk::{Moved, OldKey};

/// The most keys at once.
const MOST_AT_ONCE: u32 = 100;

/// Content keys that are sealed to older keys of the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct OldKeysOut {
    /// The key of the desk to seal them to.
    pub generation: u32,
    /// The older keys of which there are copies yet. While there are any, a `POST` is due, be it with nothing.
    pub older: Vec<u32>,
    /// How many content keys there are in all.
    pub left: u64,
    /// At most a hundred of them.
    pub keys: Vec<OldKeyOut>,
}

/// A content key that is sealed to an older key of the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct OldKeyOut {
    /// The thread.
    pub thread: String,
    /// `letter` or `note`.
    pub purpose: String,
    /// Which one.
    pub position: u32,
    /// `asker` or `desk`.
    pub sender: String,
    /// The key of the desk it is sealed to.
    pub generation: u32,
    /// The sealed key, base64.
    pub key: String,
}

/// Content keys that were sealed anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResealIn {
    /// The key of the desk they are sealed to now.
    pub generation: u32,
    /// The keys, at most a hundred.
    pub keys: Vec<MovedIn>,
}

/// A content key that was sealed anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MovedIn {
    /// The thread.
    pub thread: String,
    /// `letter` or `note`.
    pub purpose: String,
    /// Which one.
    pub position: u32,
    /// The key of the desk it was sealed to before.
    pub generation: u32,
    /// The sealed key, base64.
    pub key: String,
}

/// How many are left.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOut {
    /// Content keys that are sealed to older keys of the desk.
    pub left: u64,
}

/// What is sealed to older keys of the desk.
#[utoipa::path(
    get, path = "/desk/reseal", tag = "工作台",
    responses((status = OK, body = OldKeysOut, description = "还封在旧钥匙上的，一次最多一百份")),
)]
pub async fn list(member: Member, Part(app): Part<AppState>) -> ApiResult<Response> {
    let old = app.store.old_keys(&member, u64::from(MOST_AT_ONCE)).await?;
    Ok(Reply::private(OldKeysOut {
        generation: old.generation,
        older: old.older,
        left: old.left,
        keys: old.keys.iter().map(OldKeyOut::new).collect(),
    })
    .into_response())
}

/// Puts what was sealed anew in its place. What is gone or was done by somebody else meanwhile is passed over.
#[utoipa::path(
    post, path = "/desk/reseal", tag = "工作台", request_body = ResealIn,
    responses(
        (status = OK, body = LeftOut, description = "换好了，还剩多少"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "钥匙又换过"),
    ),
)]
pub async fn put(
    member: Member,
    Part(app): Part<AppState>,
    Body(sent): Body<ResealIn>,
) -> ApiResult<Response> {
    if sent.keys.len() > MOST_AT_ONCE as usize {
        return Err(ApiError::field("/keys", format!("一次最多 {MOST_AT_ONCE} 份")));
    }
    let moved = sent.keys.into_iter().enumerate().map(|(at, key)| key.read(at));
    let moved = (sent.generation, moved.collect::<ApiResult<_>>()?);
    let left = app.store.reseal(&member, moved, app.clock.hour()).await.map_err(not_done)?;
    Ok(Reply::private(LeftOut { left }).into_response())
}

impl MovedIn {
    fn read(self, at: usize) -> ApiResult<Moved> {
        let field = |name: &str| format!("/keys/{at}/{name}");
        let purposes = (&[Purpose::Letter, Purpose::Note][..], Purpose::code);
        Ok(Moved {
            thread: thread_id(&self.thread)
                .map_err(|_| ApiError::field(field("thread"), "不是咨询的编号"))?,
            purpose: word(&field("purpose"), &self.purpose, purposes)?,
            position: self.position,
            from: self.generation,
            key: sealed_key(&field("key"), &self.key)?,
        })
    }
}

impl OldKeyOut {
    fn new(old: &OldKey) -> Self {
        Self {
            thread: old.place.thread.to_string(),
            purpose: old.place.purpose.code().to_owned(),
            position: old.place.position,
            sender: old.place.sender.code().to_owned(),
            generation: old.generation,
            key: BASE64_STANDARD.encode(old.key.as_bytes()),
        }
    }
}
