//! What an asker does to her thread from her own browser: writes again, says whether it helped and whether it may be told,
//! takes everything back.
//!
//! Each shows the locator again: there is no session, and nothing between two requests that could be stolen.

use axum::extract::{Request, State as Part};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::door::knock;
use super::letter::is_at;
use super::{Sent, answered, known, other_request, refused};
use crate::consultations::ask;
use crate::desk::wire::{KeyIn, StandingOut, sealed};
use crate::error::{ApiError, ApiResult, Problem};
use crate::limit::Network;
use crate::state::AppState;
use crate::store::consultation::{Act, Actor, Sealed, Thread, Writing};

/// One more letter. Not to be printed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpIn {
    /// 32 bytes made of the receipt, base64.
    pub locator: String,
    /// The position it was sealed for.
    pub position: u32,
    /// Nonce, ciphertext and tag, base64.
    pub content: String,
    /// The content key, sealed once for `thread` and each of the `readers`.
    pub keys: Vec<KeyIn>,
    /// Random, at least 16 characters: sent twice, it is stored once.
    pub request_key: String,
}

/// Whether it helped. Not to be printed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedbackIn {
    /// 32 bytes made of the receipt, base64.
    pub locator: String,
    /// Whether it did.
    pub helped: bool,
    /// Random, at least 16 characters.
    pub request_key: String,
}

/// Whether it may become a case digest. Not to be printed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentIn {
    /// 32 bytes made of the receipt, base64.
    pub locator: String,
    /// Whether it may. What was said last holds.
    pub consent: bool,
    /// Random, at least 16 characters; another one for each time that it is said.
    pub request_key: String,
}

/// A wish to take everything back. Not to be printed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawIn {
    /// 32 bytes made of the receipt, base64.
    pub locator: String,
    /// Random, at least 16 characters.
    pub request_key: String,
}

/// Adds a letter to a thread.
#[utoipa::path(
    post, path = "/consultations/messages", tag = "咨询", request_body = FollowUpIn,
    responses(
        (status = CREATED, body = StandingOut, description = "存好了"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "形状不对，或封给的人不对"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这封信"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "刚才又有新的消息，或者现在不能补充"),
    ),
)]
pub async fn add(Part(app): Part<AppState>, request: Request) -> Response {
    answered(&app, request, StatusCode::CREATED, add_letter).await
}

async fn add_letter(app: &AppState, sent: Sent<FollowUpIn>) -> ApiResult<StandingOut> {
    let FollowUpIn { locator, position, content, keys, request_key } = sent.body;
    let (content, keys) = sealed(&content, keys)?;
    let letter = Sealed { position, content, keys };
    let door = knock(app, sent.network.clone(), &locator).await?;
    let answer = async {
        let thread = door.found.as_ref().ok_or_else(nowhere)?;
        write(app, thread, (letter, &request_key), &sent.network).await
    };
    let answer = answer.await;
    door.leave(app, answer).await
}

async fn write(
    app: &AppState,
    thread: &Thread,
    (letter, key): (Sealed, &str),
    network: &Network,
) -> ApiResult<StandingOut> {
    let request = known(app, &[b"follow-up", thread.id.as_bytes()], key)?;
    ask::wait_to_add(app, network).await.map_err(|_| ApiError::Busy)?;
    let content = letter.content.as_bytes().to_vec();
    let act = Act::AskerWrites(Writing::Sealed(letter));
    let done = app.store.transition(Actor::Asker, &thread.id, act, &request).await.map_err(refused)?;
    if done.again {
        let letters = app.store.messages_for_asker(&thread.id).await?;
        if !is_at(&letters, done.number.unwrap_or_default(), &content) {
            return Err(other_request());
        }
    }
    Ok(StandingOut::of(&done))
}

/// Whether it helped.
#[utoipa::path(
    post, path = "/consultations/feedback", tag = "咨询", request_body = FeedbackIn,
    responses(
        (status = OK, body = StandingOut, description = "记下了"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这封信"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "还没有答复"),
    ),
)]
pub async fn feedback(Part(app): Part<AppState>, request: Request) -> Response {
    answered(&app, request, StatusCode::OK, tell).await
}

/// Whether it may become a case digest.
#[utoipa::path(
    post, path = "/consultations/consent", tag = "咨询", request_body = ConsentIn,
    responses(
        (status = OK, body = StandingOut, description = "记下了"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这封信"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "还没有答复"),
    ),
)]
pub async fn consent(Part(app): Part<AppState>, request: Request) -> Response {
    answered(&app, request, StatusCode::OK, agree).await
}

/// Takes everything back: what was written is destroyed at once.
#[utoipa::path(
    post, path = "/consultations/withdraw", tag = "咨询", request_body = WithdrawIn,
    responses(
        (status = OK, body = StandingOut, description = "写过的字都销毁了"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这封信，或者已经销毁了"),
    ),
)]
pub async fn withdraw(Part(app): Part<AppState>, request: Request) -> Response {
    answered(&app, request, StatusCode::OK, withdraw_thread).await
}

async fn withdraw_thread(app: &AppState, sent: Sent<WithdrawIn>) -> ApiResult<StandingOut> {
    let WithdrawIn { locator, request_key } = sent.body;
    wish(app, (sent.network, &locator), (b"withdraw", &request_key), Act::Withdraw).await
}

async fn tell(app: &AppState, sent: Sent<FeedbackIn>) -> ApiResult<StandingOut> {
    let FeedbackIn { locator, helped, request_key } = sent.body;
    let what: &[u8] = if helped { b"helped" } else { b"did not help" };
    wish(app, (sent.network, &locator), (what, &request_key), Act::FollowUp { helped }).await
}

async fn agree(app: &AppState, sent: Sent<ConsentIn>) -> ApiResult<StandingOut> {
    let ConsentIn { locator, consent, request_key } = sent.body;
    let what: &[u8] = if consent { b"consent" } else { b"no consent" };
    wish(app, (sent.network, &locator), (what, &request_key), Act::Consent(consent)).await
}

/// What is done to the thread of a locator without a word being written. The answer leaves when the door says, whatever came of it.
async fn wish(
    app: &AppState,
    (network, locator): (Network, &str),
    (what, key): (&[u8], &str),
    act: Act<'_>,
) -> ApiResult<StandingOut> {
    let door = knock(app, network, locator).await?;
    let answer = async {
        let thread = door.found.as_ref().ok_or_else(nowhere)?;
        let request = known(app, &[what, thread.id.as_bytes()], key)?;
        let done = app.store.transition(Actor::Asker, &thread.id, act, &request).await;
        Ok(StandingOut::of(&done.map_err(refused)?))
    };
    let answer = answer.await;
    door.leave(app, answer).await
}

fn nowhere() -> ApiError {
    ApiError::NotFound("这封信")
}
