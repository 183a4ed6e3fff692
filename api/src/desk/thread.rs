//! One consultation as a member opens it: sealed letters and notes, and to whom the next ones must be sealed.

use std::collections::BTreeMap;

use axum::extract::State as Part;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer as Reply;
use crate::consultations::history;
use crate::consultations::public::ReaderOut;
use crate::consultations::state::Event;
use crate::desk::member::Member;
use crate::desk::queue::ConsultationOut;
use crate::desk::wire::{nowhere, thread_id};
use crate::error::{ApiResult, Problem};
use crate::extract::Segment;
use crate::state::AppState;
use crate::store::consultation::{Handover, Queued, StoredMessage, Told};
use crate::store::desk::Reader;

/// A consultation with its sealed letters and notes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadOut {
    /// What is known in the clear.
    pub consultation: ConsultationOut,
    /// Its letters in their order.
    pub messages: Vec<MessageOut>,
    /// Everyone to whom an answer must be sealed.
    pub readers: Vec<ReaderOut>,
    /// The number of the next letter.
    pub next_position: u32,
    /// What desks noted for themselves, in its order. The asker can't tell that there is any.
    pub notes: Vec<MessageOut>,
    /// Everyone to whom a note must be sealed: never the asker.
    pub note_readers: Vec<ReaderOut>,
    /// The number of the next note. Notes count apart.
    pub next_note: u32,
    /// What was handed over to agencies outside.
    pub handovers: Vec<HandoverOut>,
    /// What happened to it, oldest first. Marks and notes are not in it.
    pub history: Vec<HappenedOut>,
    /// The hour of closing, RFC 3339.
    pub closed: Option<String>,
    /// What came of it, as a code.
    pub outcome: Option<String>,
    /// Whether the asker agrees that it becomes a case digest.
    pub consent: bool,
    /// Whether a draft of a digest was taken away. What came of it the service does not know.
    pub drafted: bool,
}

/// A sealed letter or note.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageOut {
    /// Its number among the letters of the thread, or among its notes.
    pub position: u32,
    /// `asker` or `desk`.
    pub sender: String,
    /// The hour of arrival, RFC 3339.
    pub sent: String,
    /// Nonce, ciphertext and tag, base64.
    pub content: String,
    /// The content key, sealed to the desk, base64. Missing where it was not sealed to it.
    pub key: Option<String>,
    /// To which key of the desk.
    pub generation: Option<u32>,
}

/// Something that was handed over to an agency outside.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverOut {
    /// From 1.
    pub number: u32,
    /// The name of the agency.
    pub agency: String,
    /// The hour of handing over, RFC 3339.
    pub handed: String,
    /// The hour in which the agency said that it has it, RFC 3339.
    pub confirmed: Option<String>,
    /// The hour of the result, RFC 3339.
    pub ended: Option<String>,
    /// What came of it: `settled`, `partly`, `declined`.
    pub result: Option<String>,
    /// What came of it, in words.
    pub result_text: Option<String>,
}

/// Something that happened to a consultation.
#[derive(Debug, Serialize, ToSchema)]
pub struct HappenedOut {
    /// The hour of it, RFC 3339.
    pub at: String,
    /// What, in words for the desk.
    pub text: String,
}

/// A consultation of the member's desk, or one that has climbed there.
#[utoipa::path(
    get, path = "/desk/consultations/{id}", tag = "工作台",
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = ThreadOut, description = "密封的来信、答复和内部记录"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "这个角色不看来信"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有，或是别的工作台的"),
    ),
)]
pub async fn one(member: Member, Part(app): Part<AppState>, Segment(id): Segment) -> ApiResult<Response> {
    let now = app.clock.hour();
    let opened = app.store.open_thread(&member, &thread_id(&id)?, now).await?.ok_or_else(nowhere)?;
    let names = app.store.names_at(member.desk()).await?;
    let desks = app.store.desks().await?.into_iter().map(|desk| (desk.id, desk.name)).collect();
    let thread = opened.thread;
    let last = opened.letters.last().map_or(thread.received, |letter| letter.sent);
    let of_notes = opened.readers.iter().filter(|key| key.reader != Reader::Thread);
    let out = ThreadOut {
        next_position: next_after(&opened.letters),
        messages: opened.letters.iter().map(MessageOut::new).collect(),
        readers: opened.readers.iter().map(ReaderOut::new).collect(),
        next_note: next_after(&opened.notes),
        notes: opened.notes.iter().map(MessageOut::new).collect(),
        note_readers: of_notes.map(ReaderOut::new).collect(),
        handovers: opened.handovers.into_iter().map(HandoverOut::new).collect(),
        history: opened.history.iter().map(|told| HappenedOut::new(told, &desks)).collect(),
        closed: thread.closed.map(crate::clock::Hour::to_rfc3339),
        outcome: thread.outcome.map(|ending| ending.code().to_owned()),
        consent: thread.consent,
        drafted: opened.history.iter().any(|told| told.event == Event::DraftDigest),
        consultation: ConsultationOut::new(Queued { thread, last }, &member, &names, now),
    };
    Ok(Reply::private(out).into_response())
}

fn next_after(messages: &[StoredMessage]) -> u32 {
    messages.last().map_or(0, |message| message.binding.position) + 1
}

impl MessageOut {
    fn new(message: &StoredMessage) -> Self {
        Self {
            position: message.binding.position,
            sender: message.binding.sender.code().to_owned(),
            sent: message.sent.to_rfc3339(),
            content: BASE64_STANDARD.encode(message.content.as_bytes()),
            key: message.key.as_ref().map(|key| BASE64_STANDARD.encode(key.key.as_bytes())),
            generation: message.key.as_ref().map(|key| key.generation),
        }
    }
}

impl HappenedOut {
    fn new(told: &Told, desks: &BTreeMap<String, String>) -> Self {
        Self { at: told.at.to_rfc3339(), text: history::words_for_desk(told, desks) }
    }
}

impl HandoverOut {
    fn new(handover: Handover) -> Self {
        Self {
            number: handover.number,
            agency: handover.agency,
            handed: handover.handed.to_rfc3339(),
            confirmed: handover.confirmed.map(crate::clock::Hour::to_rfc3339),
            ended: handover.result.map(|(hour, _)| hour.to_rfc3339()),
            result: handover.result.map(|(_, result)| result.code().to_owned()),
            result_text: handover.result.map(|(_, result)| result.chinese().to_owned()),
        }
    }
}
