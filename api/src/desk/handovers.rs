//! Handing over to an agency outside: handed, confirmed, done. The desk stays responsible, and nothing closes before the
//! result. The letter that goes along is made and printed in the member's browser and never comes here.

use axum::extract::State as Part;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::consultations::register::AgencyResult;
use crate::desk::member::Member;
use crate::desk::wire::{StandingOut, act, word};
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::{Body, Segment};
use crate::state::AppState;
use crate::store::consultation::Act;

/// The longest name of an agency, in characters. There is no room for a story: it lies in the clear.
const LONGEST_AGENCY: usize = 60;

/// To whom it goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOverIn {
    /// The name of the agency, 1 to 60 characters, and of nobody else: it is stored in the clear.
    pub agency: String,
    /// Random, at least 16 characters: the same handover sent twice is there once.
    pub request_key: String,
}

/// The agency has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmIn {
    /// Which handover.
    pub number: u32,
    /// Random, at least 16 characters.
    pub request_key: String,
}

/// What the agency said came of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultIn {
    /// Which handover.
    pub number: u32,
    /// `settled`, `partly`, `declined`.
    pub result: String,
    /// Random, at least 16 characters.
    pub request_key: String,
}

/// Hands it over to an agency outside.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/handovers", tag = "工作台", request_body = HandOverIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = CREATED, body = StandingOut, description = "登记好了；`number` 是第几件"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "还没有受理，或已经结束"),
    ),
)]
pub async fn hand_over(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(HandOverIn { agency, request_key }): Body<HandOverIn>,
) -> ApiResult<Response> {
    let agency = agency_name(&agency)?;
    let what = format!("hand_over {agency}");
    let done = act(&app, (&member, &id), Act::HandOver { agency }, (what, &request_key)).await?;
    Ok((StatusCode::CREATED, done).into_response())
}

/// The agency has confirmed that it has it.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/handovers/confirm", tag = "工作台", request_body = ConfirmIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "回执登记好了"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "没有这件转出，或已有结果"),
    ),
)]
pub async fn confirm(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(ConfirmIn { number, request_key }): Body<ConfirmIn>,
) -> ApiResult<Response> {
    let done = act(
        &app,
        (&member, &id),
        Act::Confirm { handover: number },
        (format!("confirm {number}"), &request_key),
    )
    .await?;
    Ok(done.into_response())
}

/// The agency has said what came of it.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/handovers/result", tag = "工作台", request_body = ResultIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "结果登记好了"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "没有这件转出，或已有结果"),
    ),
)]
pub async fn result(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(ResultIn { number, result, request_key }): Body<ResultIn>,
) -> ApiResult<Response> {
    let result = word("/result", &result, (AgencyResult::ALL, AgencyResult::code))?;
    let done = act(
        &app,
        (&member, &id),
        Act::Result { handover: number, result },
        (format!("result {number} {}", result.code()), &request_key),
    )
    .await?;
    Ok(done.into_response())
}

fn agency_name(typed: &str) -> ApiResult<String> {
    let name = typed.trim();
    let length = name.chars().count();
    if name.is_empty() || length > LONGEST_AGENCY || name.contains(char::is_control) {
        let wanted = format!("应为机构的名称，1 到 {LONGEST_AGENCY} 字，一行，这里有 {length} 字");
        return Err(ApiError::field("/agency", wanted));
    }
    Ok(name.to_owned())
}
