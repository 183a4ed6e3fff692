//! What waits at a desk: listing, reading, accepting, answering.
//!
//! Every handler takes a [`Member`]. What is read is sealed and opened in the browser; an answer comes sealed to each of
//! its readers, and is refused when one of them is missing.

use std::collections::BTreeMap;

use axum::extract::State as Part;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::digest;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer as Reply;
use crate::clock::Hour;
use crate::consultations::public::ReaderOut;
use crate::consultations::state::State;
use crate::desk::member::Member;
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::{Body, Fields, FromFields, Query, Segment};
use crate::sealing::binding::{Sender, ThreadId};
use crate::state::AppState;
use crate::store::consultation::{
    Act, Actor, KeyFor, Place, Queued, Refused, Request, Sealed, Shelf, StoredMessage, Writing,
};
use crate::store::desk::Reader;

/// The most items of one page.
const MOST_AT_ONCE: usize = 100;

/// Which part of a queue.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueueIn {
    /// Where to go on: the `next` of the page before.
    #[param(value_type = Option<String>)]
    pub cursor: Option<Place>,
    /// 1 to 100, 50 unless given.
    #[param(value_type = Option<u32>)]
    pub limit: u32,
}

/// A page of the queue of a desk, in the order in which it is worked on.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueOut {
    /// Danger first, then children, then the old, the ill and the pregnant, then by deadline; what has none by arrival.
    pub items: Vec<ConsultationOut>,
    /// Where the next page begins, if there is more.
    pub next: Option<String>,
}

/// What is known of a consultation in the clear.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "five independent facts, each a field of the JSON")]
pub struct ConsultationOut {
    /// Its id.
    pub id: String,
    /// Where it stands: `received`, `accepted`, `answered`, `waiting_for_asker`, `closed`, `withdrawn`.
    pub state: String,
    /// Where it stands, in words.
    pub state_text: String,
    /// Whether it is the desk's turn.
    pub waits_for_desk: bool,
    /// In danger now.
    pub danger: bool,
    /// A child is involved.
    pub child: bool,
    /// Old, disabled, pregnant or gravely ill.
    pub vulnerable: bool,
    /// The slug of a topic, if the asker chose one.
    pub topic: Option<String>,
    /// The code of a division, if the asker chose one.
    pub region: Option<String>,
    /// The hour of arrival, RFC 3339.
    pub received: String,
    /// The hour of the last message, RFC 3339.
    pub last: String,
    /// Whole hours that somebody has been waiting: since the arrival while nobody has accepted it, then since the last
    /// message.
    pub waiting_hours: i64,
    /// The name of the member who accepted it.
    pub first_responder: Option<String>,
    /// Whether that is the one who asks.
    pub mine: bool,
}

/// A consultation with its sealed messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadOut {
    /// What is known in the clear.
    pub consultation: ConsultationOut,
    /// Its messages in their order.
    pub messages: Vec<MessageOut>,
    /// Everyone to whom an answer must be sealed.
    pub readers: Vec<ReaderOut>,
    /// The number of the next message.
    pub next_position: u32,
}

/// Where a consultation stands after something was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingOut {
    /// As in a consultation.
    pub state: String,
    /// In words.
    pub state_text: String,
    /// Whether it is the desk's turn.
    pub waits_for_desk: bool,
}

/// A sealed message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageOut {
    /// Its number in the thread.
    pub position: u32,
    /// `asker` or `desk`.
    pub sender: String,
    /// The hour of arrival, RFC 3339.
    pub sent: String,
    /// Nonce, ciphertext and tag, base64.
    pub content: String,
    /// The content key, sealed to the desk, base64. Missing where the message was not sealed to it.
    pub key: Option<String>,
    /// To which key of the desk.
    pub generation: Option<u32>,
}

/// The wish to be the first responder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptIn {
    /// Random, at least 16 characters: the same wish sent twice gets the same answer.
    pub request_key: String,
}

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

/// A content key for one reader.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyIn {
    /// `thread`, or `desk/` and the id of a desk.
    pub reader: String,
    /// Which key of the desk; 0 for the thread.
    pub generation: u32,
    /// The sealed key, base64.
    pub key: String,
}

/// What waits at the member's desk.
#[utoipa::path(
    get, path = "/desk/consultations", tag = "工作台", params(QueueIn),
    responses(
        (status = OK, body = QueueOut, description = "本工作台的来信"),
        (status = UNAUTHORIZED, body = Problem, content_type = "application/problem+json", description = "没有登录"),
    ),
)]
pub async fn list(
    member: Member,
    Part(app): Part<AppState>,
    Query(wanted): Query<QueueIn>,
) -> ApiResult<Response> {
    let (names, now) = (app.store.colleagues_of(&member).await?, app.clock.hour());
    let queue = app.store.queue_of(&member, Shelf::Own, wanted.cursor.as_ref(), wanted.limit).await?;
    let out = |queued| ConsultationOut::new(queued, &member, &names, now);
    let items = queue.items.into_iter().map(out).collect();
    Ok(Reply::private(QueueOut { items, next: queue.next.map(|place| place.to_string()) }).into_response())
}

/// A consultation of the member's desk.
#[utoipa::path(
    get, path = "/desk/consultations/{id}", tag = "工作台",
    params(("id" = String, Path, description = "咨询")),
    responses(
        (status = OK, body = ThreadOut, description = "密封的来信和答复"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有，或是别的工作台的"),
    ),
)]
pub async fn one(member: Member, Part(app): Part<AppState>, Segment(id): Segment) -> ApiResult<Response> {
    let found = app.store.thread_for(&member, &thread_id(&id)?, app.clock.hour()).await?;
    let (thread, messages, readers) = found.ok_or(ApiError::NotFound("这件咨询"))?;
    let names = app.store.colleagues_of(&member).await?;
    let last = messages.last().map_or(thread.received, |message| message.sent);
    let out = ThreadOut {
        next_position: messages.last().map_or(0, |message| message.binding.position) + 1,
        consultation: ConsultationOut::new(Queued { thread, last }, &member, &names, app.clock.hour()),
        messages: messages.iter().map(MessageOut::new).collect(),
        readers: readers.iter().map(ReaderOut::new).collect(),
    };
    Ok(Reply::private(out).into_response())
}

/// Makes the member the first responder.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/accept", tag = "工作台", request_body = AcceptIn,
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
    Body(AcceptIn { request_key }): Body<AcceptIn>,
) -> ApiResult<Response> {
    let thread = thread_id(&id)?;
    let request = request(&app, &thread, "accept", &request_key)?;
    let done = app.store.transition(Actor::Member(&member), &thread, Act::Accept, &request).await;
    Ok(Reply::private(StandingOut::of(done.map_err(refused)?.state)).into_response())
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
    let thread = thread_id(&id)?;
    let request = request(&app, &thread, Sender::Desk.code(), &message.request_key)?;
    let done = app.store.transition(Actor::Member(&member), &thread, message.read()?, &request).await;
    Ok((StatusCode::CREATED, Reply::private(StandingOut::of(done.map_err(refused)?.state))).into_response())
}

impl ConsultationOut {
    fn new(queued: Queued, member: &Member, names: &BTreeMap<String, String>, now: Hour) -> Self {
        let Queued { thread, last } = queued;
        let since = if thread.state == State::Received { thread.received } else { last };
        let responder = thread.first_responder.as_ref();
        let name = |id| names.get(id).cloned().unwrap_or_else(|| "别的工作台的人".to_owned());
        Self {
            id: thread.id.to_string(),
            state: thread.state.code().to_owned(),
            state_text: thread.state.chinese().to_owned(),
            waits_for_desk: thread.state.waits_for_desk(),
            danger: thread.priority.danger,
            child: thread.priority.child,
            vulnerable: thread.priority.vulnerable,
            received: thread.received.to_rfc3339(),
            last: last.to_rfc3339(),
            waiting_hours: now.number() - since.number(),
            first_responder: responder.map(name),
            mine: responder.is_some_and(|id| id == member.id()),
            topic: thread.topic,
            region: thread.region,
        }
    }
}

impl StandingOut {
    fn of(state: State) -> Self {
        let (state_text, waits_for_desk) = (state.chinese().to_owned(), state.waits_for_desk());
        Self { state: state.code().to_owned(), state_text, waits_for_desk }
    }
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

impl MessageIn {
    fn read(self) -> ApiResult<Act<'static>> {
        let content = base64("/content", &self.content)?;
        let content = content.try_into().map_err(|err| ApiError::field("/content", format!("{err}")))?;
        let keys = self.keys.into_iter().enumerate().map(|(at, key)| key.read(at));
        let keys = keys.collect::<ApiResult<_>>()?;
        let writing = Writing::Sealed(Sealed { position: self.position, content, keys });
        Ok(match self.kind {
            KindIn::Answer => Act::Answer(writing),
            KindIn::AskBack => Act::AskBack(writing),
        })
    }
}

impl KeyIn {
    fn read(self, at: usize) -> ApiResult<KeyFor> {
        let field = |name: &str| format!("/keys/{at}/{name}");
        let reader = Reader::parse(&self.reader);
        let reader =
            reader.ok_or_else(|| ApiError::field(field("reader"), "应为 thread 或 desk/ 加工作台"))?;
        let key = base64(&field("key"), &self.key)?;
        let key = key.try_into().map_err(|err| ApiError::field(field("key"), format!("{err}")))?;
        Ok(KeyFor { reader, generation: self.generation, key })
    }
}

impl FromFields for QueueIn {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            cursor: fields.parsed("cursor", "前一页给的 next", Place::parse),
            limit: fields
                .number("limit", 1..=MOST_AT_ONCE)
                .and_then(|limit| limit.try_into().ok())
                .unwrap_or(50),
        }
    }
}

/// When it came, and the hash by which it is known when it comes again: of what is asked, of which thread, under which key.
fn request(app: &AppState, thread: &ThreadId, what: &str, key: &str) -> ApiResult<Request> {
    if !(16..=64).contains(&key.len()) {
        return Err(ApiError::field("/request_key", "应有 16 到 64 个字符"));
    }
    let of = [what.as_bytes(), thread.as_bytes(), key.as_bytes()].concat();
    let hash = digest::digest(&digest::SHA256, &of).as_ref().to_vec();
    Ok(Request { hour: app.clock.hour(), hash })
}

fn base64(pointer: &str, text: &str) -> ApiResult<Vec<u8>> {
    BASE64_STANDARD.decode(text).map_err(|_| ApiError::field(pointer, "不是 base64"))
}

fn thread_id(text: &str) -> ApiResult<ThreadId> {
    text.parse().map_err(|_| ApiError::NotFound("这件咨询"))
}

fn refused(refused: Refused) -> ApiError {
    match refused {
        Refused::Gone => ApiError::NotFound("这件咨询"),
        Refused::WrongReaders(_) => ApiError::field("/keys", refused.to_string()),
        Refused::Database(err) => err.into(),
        Refused::NotAllowed(_)
        | Refused::Accepted(_)
        | Refused::OutOfStep
        | Refused::OtherRequest
        | Refused::NoHandover(_)
        | Refused::NotAbove
        | Refused::NotYet
        | Refused::Full
        | Refused::TooLong(_) => ApiError::Conflict(refused.to_string()),
    }
}
