//! Handing a consultation to another desk (转办). The member's browser opens the content key of every letter and note and
//! seals it to those who could not read it so far; here nothing is opened, only counted.

use axum::extract::State as Part;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer as Reply;
use crate::consultations::public::ReaderOut;
use crate::consultations::register::TransferReason;
use crate::desk::member::Member;
use crate::desk::queue::{DeskOut, DesksOut};
use crate::desk::wire::{StandingOut, act, nowhere, reader, sealed_key, thread_id, word};
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::{Body, Fields, FromFields, Query, Segment};
use crate::sealing::message::SealedKey;
use crate::state::AppState;
use crate::store::consultation::{Act, Count, Resealed, Transfer};
use crate::store::desk::Desk;

/// The desk it is to go to.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ToIn {
    /// The desk, by its id.
    pub to: String,
}

/// What it takes to hand a consultation to another desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetOut {
    /// The desk.
    pub desk: DeskOut,
    /// How many letters there are to be sealed once more.
    pub letters: u32,
    /// How many notes.
    pub notes: u32,
    /// To whom: those of the desk and all above it who can't read it yet. Nobody, where all of them can.
    pub readers: Vec<ReaderOut>,
}

/// A consultation on its way to another desk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferIn {
    /// The desk, by its id.
    pub to: String,
    /// `place`, it answers for that place; `subject`, it knows more of such things; `conflict`, somebody here knows one of
    /// those it is about; `asked`, the asker wants it. The asker reads it.
    pub reason: String,
    /// How many letters were sealed once more: all there are.
    pub letters: u32,
    /// How many notes.
    pub notes: u32,
    /// Random, at least 16 characters: sent twice, it goes once.
    pub request_key: String,
    /// For each of the new readers the keys of all letters and notes.
    pub keys: Vec<ResealedIn>,
}

/// The content keys of all letters and notes for one reader.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResealedIn {
    /// `desk/` and the id of a desk.
    pub reader: String,
    /// Which key of the desk.
    pub generation: u32,
    /// The sealed keys of the letters in the order of positions, base64.
    pub letters: Vec<String>,
    /// The sealed keys of the notes in the order of positions, base64.
    pub notes: Vec<String>,
}

/// All desks: where a consultation can go.
#[utoipa::path(
    get, path = "/desk/desks", tag = "工作台",
    responses((status = OK, body = DesksOut, description = "所有工作台")),
)]
pub async fn desks(_: Member, Part(app): Part<AppState>) -> ApiResult<Response> {
    let desks = app.store.desks().await?.into_iter().map(DeskOut::new).collect();
    Ok(Reply::private(DesksOut { desks }).into_response())
}

/// What it takes to hand it to another desk.
#[utoipa::path(
    get, path = "/desk/consultations/{id}/transfer", tag = "工作台",
    params(("id" = String, Path, description = "咨询"), ToIn),
    responses(
        (status = OK, body = TargetOut, description = "要把多少来信和记录封给谁"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "没有那个工作台"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这件咨询，或是别的工作台的"),
    ),
)]
pub async fn target(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Query(ToIn { to }): Query<ToIn>,
) -> ApiResult<Response> {
    let desk = desk(&app, "to", &to).await?;
    let target = app.store.transfer_target(&member, &thread_id(&id)?, &desk.id).await?.ok_or_else(nowhere)?;
    Ok(Reply::private(TargetOut {
        desk: DeskOut::new(desk),
        letters: target.count.letters,
        notes: target.count.notes,
        readers: target.readers.iter().map(ReaderOut::new).collect(),
    })
    .into_response())
}

/// Hands it to another desk. For the desk that gave it away it is not there any more.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/transfer", tag = "工作台", request_body = TransferIn,
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = StandingOut, description = "转过去了，在那边重新等人受理"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "密钥不齐，或没有那个工作台"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "中间又有新消息，或已经结束"),
    ),
)]
pub async fn transfer(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(wanted): Body<TransferIn>,
) -> ApiResult<Response> {
    let to = desk(&app, "/to", &wanted.to).await?.id;
    let reason = word("/reason", &wanted.reason, (TransferReason::ALL, TransferReason::code))?;
    let what = format!("transfer {to}");
    let keys = wanted.keys.into_iter().enumerate().map(|(at, keys)| keys.read(at));
    let seen = Count { letters: wanted.letters, notes: wanted.notes };
    let transfer = Transfer { to, reason, seen, keys: keys.collect::<ApiResult<_>>()? };
    let done =
        act(&app, (&member, &id), Act::Transfer(Box::new(transfer)), (what, &wanted.request_key)).await?;
    Ok(done.into_response())
}

async fn desk(app: &AppState, pointer: &str, id: &str) -> ApiResult<Desk> {
    let unknown = || ApiError::field(pointer, "没有这个工作台。/desk/desks 列出了所有的");
    app.store.desk(id).await?.ok_or_else(unknown)
}

impl ResealedIn {
    fn read(self, at: usize) -> ApiResult<Resealed> {
        let field = |name: &str| format!("/keys/{at}/{name}");
        let keys = |name: &str, keys: Vec<String>| {
            let keys = keys.iter().enumerate();
            keys.map(|(number, key)| sealed_key(&format!("{}/{number}", field(name)), key)).collect()
        };
        let letters: ApiResult<Vec<SealedKey>> = keys("letters", self.letters);
        Ok(Resealed {
            reader: reader(&field("reader"), &self.reader)?,
            generation: self.generation,
            letters: letters?,
            notes: keys("notes", self.notes)?,
        })
    }
}

impl FromFields for ToIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let to = fields.text("to");
        if to.is_none() {
            fields.reject("to", "缺少这一项：转给哪个工作台");
        }
        Self { to: to.unwrap_or_default() }
    }
}
