//! The words that the desk's forms choose from, so that the browser has no list of its own that could differ.

use axum::response::{IntoResponse, Response};
use search::vocabulary::{self, Outcome, StationKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer as Reply;
use crate::consultations::register::{AgencyResult, Channel, ExtendReason, Mark, TransferReason};
use crate::consultations::state::State;
use crate::desk::member::SignedIn;
use crate::error::{ApiResult, Problem};

/// The words of the register, each list in its order.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordsOut {
    /// What a consultation can be closed with. That the asker took it back is nothing that a desk says.
    pub outcomes: Vec<WordOut>,
    /// Why it goes to another desk.
    pub transfer_reasons: Vec<WordOut>,
    /// Why it takes longer.
    pub extend_reasons: Vec<WordOut>,
    /// What an agency says came of it.
    pub agency_results: Vec<WordOut>,
    /// Kinds of agencies: those of stations.
    pub agencies: Vec<WordOut>,
    /// What it is marked with.
    pub marks: Vec<WordOut>,
    /// How somebody came.
    pub channels: Vec<WordOut>,
    /// Through which door a case was settled: what a case digest says.
    pub digest_channels: Vec<WordOut>,
    /// Where it stands while it is not over.
    pub states: Vec<WordOut>,
}

/// A word.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordOut {
    /// As it goes over the wire.
    pub code: String,
    /// For readers.
    pub text: String,
}

/// The words that forms choose from.
#[utoipa::path(
    get, path = "/desk/words", tag = "工作台",
    responses(
        (status = OK, body = WordsOut, description = "表单里可选的词"),
        (status = UNAUTHORIZED, body = Problem, content_type = "application/problem+json", description = "没有登录"),
    ),
)]
pub async fn list(_: SignedIn) -> ApiResult<Response> {
    let outcomes: Vec<Outcome> =
        Outcome::ALL.iter().copied().filter(|outcome| *outcome != Outcome::Withdrawn).collect();
    let states: Vec<State> = State::ALL.into_iter().filter(|state| !state.is_over()).collect();
    Ok(Reply::private(WordsOut {
        outcomes: listed(&outcomes, Outcome::code, Outcome::chinese),
        transfer_reasons: listed(TransferReason::ALL, TransferReason::code, TransferReason::chinese),
        extend_reasons: listed(ExtendReason::ALL, ExtendReason::code, ExtendReason::chinese),
        agency_results: listed(AgencyResult::ALL, AgencyResult::code, AgencyResult::chinese),
        agencies: listed(StationKind::ALL, StationKind::code, StationKind::chinese),
        marks: listed(Mark::ALL, Mark::code, Mark::chinese),
        channels: listed(Channel::ALL, Channel::code, Channel::chinese),
        digest_channels: listed(
            vocabulary::Channel::ALL,
            vocabulary::Channel::code,
            vocabulary::Channel::chinese,
        ),
        states: listed(&states, State::code, State::chinese),
    })
    .into_response())
}

fn listed<T: Copy>(
    all: &[T],
    code: impl Fn(T) -> &'static str,
    chinese: impl Fn(T) -> &'static str,
) -> Vec<WordOut> {
    all.iter().map(|one| WordOut { code: code(*one).to_owned(), text: chinese(*one).to_owned() }).collect()
}
