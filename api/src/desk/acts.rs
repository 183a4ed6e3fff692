//! What a member does with a consultation: accepting, taking on from a colleague, answering, noting, marking, closing, asking afterwards,
//! taking away the draft of a case digest.
//!
//! What is written comes sealed from the member's browser to each of its readers, and is refused when one of them is missing.

use axum::extract::State as Part;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use search::vocabulary::Outcome;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::consultations::register::{ExtendReason, Mark};
use crate::desk::member::Member;
use crate::desk::wire::{KeyIn, StandingOut, WishIn, act, sealed, word};
use crate::error::{ApiResult, Problem};
use crate::extract::{Body, Segment};
use crate::sealing::binding::Sender;
use crate::state::AppState;
use crate::store::consultation::{Act, Sealed, Writing};

/// An answer, sealed in the browser.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageIn {
    /// The number that the message was sealed for.
    pub position: u32,
    /// What it does.
    pub kind: KindIn,
    /// Random, at least 16 characters: the same message sent twice is there once.
    pub request_key: String,
    /// Nonce, ciphertext and tag, base64.
    pub content: String,
    /// The content key, sealed once for each reader.
    pub keys: Vec<KeyIn>,
}

/// What an answer does.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindIn {
    /// Answers.
    Answer,
    /// Asks back: it is the asker's turn.
    AskBack,
}

/// What the desk notes for itself, sealed in the browser under the purpose `note`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteIn {
    /// The number among the notes that it was sealed for.
    pub position: u32,
    /// Random, at least 16 characters: the same note sent twice is there once.
    pub request_key: String,
    /// Nonce, ciphertext and tag, base64.
    pub content: String,
    /// The content key, sealed once for each of `note_readers`.
    pub keys: Vec<KeyIn>,
}

/// A mark that is set or taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkIn {
    /// `vulnerable`, which comes first in the queue, `mediation`, `legal_aid`, `psychological`.
    pub mark: String,
    /// Set, or taken away.
    pub on: bool,
    /// Random, at least 16 characters.
    pub request_key: String,
}

/// How it ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseIn {
    /// `advised`, `mediated`, `legal_aid_granted`, `protection_order`, `warning_letter`, `police_handled`, `judgment`,
    /// `arbitrated`, `referred`, `withdrawn`.
    pub outcome: String,
    /// Random, at least 16 characters.
    pub request_key: String,
}

/// Why it takes longer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendIn {
    /// `agency`, `court`, `evidence`, `several`, `asked`.
    pub reason: String,
    /// Random, at least 16 characters.
    pub request_key: String,
}

/// What somebody said when a member asked afterwards.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpIn {
    /// Whether it helped.
    pub helped: bool,
    /// Random, at least 16 characters.
    pub request_key: String,
}

/// Makes the member the first responder.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/accept", tag = "工作台", request_body = WishIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "受理了"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "别人已经受理，或已办结"),
    ),
)]
pub async fn accept(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(WishIn { request_key }): Body<WishIn>,
) -> ApiResult<Response> {
    let done = act(&app, (&member, &id), Act::Accept, ("accept", &request_key)).await?;
    Ok(done.into_response())
}

/// Makes the member the first responder in place of who is.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/step-in", tag = "工作台", request_body = WishIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "接办了"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "还没有人受理，或已办结"),
    ),
)]
pub async fn step_in(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(WishIn { request_key }): Body<WishIn>,
) -> ApiResult<Response> {
    let done = act(&app, (&member, &id), Act::StepIn, ("step_in", &request_key)).await?;
    Ok(done.into_response())
}

/// Adds an answer that the member's browser has sealed.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/messages", tag = "工作台", request_body = MessageIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = CREATED, body = StandingOut, description = "存好了"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "形状不对，或少封给了谁"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "中间又有新消息，或现在不能答复"),
    ),
)]
pub async fn answer(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(message): Body<MessageIn>,
) -> ApiResult<Response> {
    let (content, keys) = sealed(&message.content, message.keys)?;
    let writing = Writing::Sealed(Sealed { position: message.position, content, keys });
    let answer = match message.kind {
        KindIn::Answer => Act::Answer(writing),
        KindIn::AskBack => Act::AskBack(writing),
    };
    let done = act(&app, (&member, &id), answer, (Sender::Desk.code(), &message.request_key)).await?;
    Ok((StatusCode::CREATED, done).into_response())
}

/// Adds a note that the member's browser has sealed to the desk and those above, and never to the asker.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/notes", tag = "工作台", request_body = NoteIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = CREATED, body = StandingOut, description = "存好了"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "形状不对，或封给的人不对"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "中间又有新记录，或已撤回"),
    ),
)]
pub async fn note(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(note): Body<NoteIn>,
) -> ApiResult<Response> {
    let (content, keys) = sealed(&note.content, note.keys)?;
    let noted = Act::Note(Sealed { position: note.position, content, keys });
    let done = act(&app, (&member, &id), noted, ("note", &note.request_key)).await?;
    Ok((StatusCode::CREATED, done).into_response())
}

/// Sets a mark, or takes it away.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/marks", tag = "工作台", request_body = MarkIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "标好了，或去掉了"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "已经结束"),
    ),
)]
pub async fn mark(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(MarkIn { mark, on, request_key }): Body<MarkIn>,
) -> ApiResult<Response> {
    let mark = word("/mark", &mark, (Mark::ALL, Mark::code))?;
    let what = format!("mark {} {on}", mark.code());
    let done = act(&app, (&member, &id), Act::Mark(mark, on), (what, &request_key)).await?;
    Ok(done.into_response())
}

/// Closes it with what came of it.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/close", tag = "工作台", request_body = CloseIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "办结了"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "还没有答复，或机构还没有结果"),
    ),
)]
pub async fn close(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(CloseIn { outcome, request_key }): Body<CloseIn>,
) -> ApiResult<Response> {
    let outcome = word("/outcome", &outcome, (Outcome::ALL, Outcome::code))?;
    let done =
        act(&app, (&member, &id), Act::Close(outcome), (format!("close {}", outcome.code()), &request_key))
            .await?;
    Ok(done.into_response())
}

/// Puts it away: nobody asked anything. There need be no answer; the asker reads that there is none, and how to ask again.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/put-away", tag = "工作台", request_body = WishIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "收起来了：不是咨询"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "还没有人受理，已办结，或机构还没有结果"),
    ),
)]
pub async fn put_away(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(WishIn { request_key }): Body<WishIn>,
) -> ApiResult<Response> {
    let done = act(&app, (&member, &id), Act::PutAway, ("put_away", &request_key)).await?;
    Ok(done.into_response())
}

/// Says why it takes longer; the asker reads it.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/extend", tag = "工作台", request_body = ExtendIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "办理时间延长了"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "还没有答复，或已办结"),
    ),
)]
pub async fn extend(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(ExtendIn { reason, request_key }): Body<ExtendIn>,
) -> ApiResult<Response> {
    let reason = word("/reason", &reason, (ExtendReason::ALL, ExtendReason::code))?;
    let done =
        act(&app, (&member, &id), Act::Extend(reason), (format!("extend {}", reason.code()), &request_key))
            .await?;
    Ok(done.into_response())
}

/// Writes down what somebody said when asked whether it helped.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/follow-up", tag = "工作台", request_body = FollowUpIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "回访登记好了"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "还没有答复"),
    ),
)]
pub async fn follow_up(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(FollowUpIn { helped, request_key }): Body<FollowUpIn>,
) -> ApiResult<Response> {
    let done =
        act(&app, (&member, &id), Act::FollowUp { helped }, (format!("follow_up {helped}"), &request_key))
            .await?;
    Ok(done.into_response())
}

/// Notes that the member takes away the draft of a case digest. The draft itself is made in the member's browser and does not come
/// here.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/digest", tag = "工作台", request_body = WishIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "记进操作记录和办理经过了"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "还没有办结，或本人没有同意"),
    ),
)]
pub async fn draft_digest(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(WishIn { request_key }): Body<WishIn>,
) -> ApiResult<Response> {
    let done = act(&app, (&member, &id), Act::DraftDigest, ("draft_digest", &request_key)).await?;
    Ok(done.into_response())
}
