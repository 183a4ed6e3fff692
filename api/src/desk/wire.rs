//! What the desk's addresses share: keys and answers as they go over the wire, how a request is known again, and how what
//! the store refuses is told: what, where, and what to do instead.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::answer::Answer as Reply;
use crate::consultations::state::{Event, NotAllowed, State};
use crate::desk::member::Member;
use crate::error::{ApiError, ApiResult};
use crate::sealing::binding::ThreadId;
use crate::sealing::message::{SealedContent, SealedKey};
use crate::sealing::suite::PublicKey;
use crate::state::AppState;
use crate::store::consultation::{Act, Actor, Done, KeyFor, Refused, Request};
use crate::store::desk::{NotDone, Reader};

/// Where a consultation stands after something was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingOut {
    /// As in a consultation.
    pub state: String,
    /// In words.
    pub state_text: String,
    /// Whether it is the desk's turn.
    pub waits_for_desk: bool,
    /// The position of the letter or note, or the number of the handover, that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
}

/// A wish that says nothing but that it is one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WishIn {
    /// Random, at least 16 characters: the same wish sent twice gets the same answer.
    pub request_key: String,
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

impl StandingOut {
    /// As the store says.
    pub fn of(done: &Done) -> Self {
        let (state, number) = (done.state, done.number);
        let (state_text, waits_for_desk) = (state.chinese().to_owned(), state.waits_for_desk());
        Self { state: state.code().to_owned(), state_text, waits_for_desk, number }
    }
}

impl KeyIn {
    fn read(self, at: usize) -> ApiResult<KeyFor> {
        let field = |name: &str| format!("/keys/{at}/{name}");
        let reader = reader(&field("reader"), &self.reader)?;
        Ok(KeyFor { reader, generation: self.generation, key: sealed_key(&field("key"), &self.key)? })
    }
}

/// The content and the keys of what a browser has sealed.
pub fn sealed(content: &str, keys: Vec<KeyIn>) -> ApiResult<(SealedContent, Vec<KeyFor>)> {
    let content = base64("/content", content)?;
    let content = content.try_into().map_err(|err| ApiError::field("/content", format!("{err}")))?;
    let keys = keys.into_iter().enumerate().map(|(at, key)| key.read(at));
    Ok((content, keys.collect::<ApiResult<_>>()?))
}

/// A reader by name.
pub fn reader(pointer: &str, text: &str) -> ApiResult<Reader> {
    Reader::parse(text).ok_or_else(|| ApiError::field(pointer, "应为 thread 或 desk/ 加工作台"))
}

/// A sealed content key.
pub fn sealed_key(pointer: &str, text: &str) -> ApiResult<SealedKey> {
    base64(pointer, text)?.try_into().map_err(|err| ApiError::field(pointer, format!("{err}")))
}

/// A word of one of our vocabularies; the refusal lists them.
pub fn word<T: Copy>(
    pointer: &str,
    text: &str,
    (all, code): (&[T], impl Fn(T) -> &'static str),
) -> ApiResult<T> {
    let expected = || all.iter().map(|one| code(*one)).collect::<Vec<_>>().join("、");
    let found = all.iter().copied().find(|one| code(*one) == text);
    found.ok_or_else(|| ApiError::field(pointer, format!("应为这几个之一：{}", expected())))
}

/// The thread of a path. What is no id is nobody's thread.
pub fn thread_id(text: &str) -> ApiResult<ThreadId> {
    text.parse().map_err(|_| nowhere())
}

/// There is no such thread, or it is another desk's: nobody can tell which.
pub fn nowhere() -> ApiError {
    ApiError::Absent("没有这件咨询，或者它归别的工作台办。请回到来信列表刷新".to_owned())
}

/// When it came, and the hash by which it is known when it comes again: of what is asked, of which thread, under which key.
fn request(app: &AppState, thread: &ThreadId, what: &str, key: &str) -> ApiResult<Request> {
    // The id has a fixed length and no code holds a zero byte: two requests never give the same bytes.
    known_by(app, key, &[what.as_bytes(), &[0], thread.as_bytes(), key.as_bytes()].concat())
}

/// When a request came, and the hash by which it is known when it comes again: of bytes in which its key stands. The key
/// itself is never stored.
pub fn known_by(app: &AppState, key: &str, bytes: &[u8]) -> ApiResult<Request> {
    if !(16..=64).contains(&key.len()) {
        return Err(ApiError::field("/request_key", "应有 16 到 64 个字符"));
    }
    let hash = digest::digest(&digest::SHA256, bytes).as_ref().to_vec();
    Ok(Request { hour: app.clock.hour(), hash, schedule: app.published.current().schedule.clone() })
}

/// Does it to the thread of a path, and says where that stands then. `what` and `key` are what it is known by when it comes
/// again.
pub async fn act(
    app: &AppState,
    (member, id): (&Member, &str),
    act: Act<'_>,
    (what, key): (impl AsRef<str>, &str),
) -> ApiResult<Reply<StandingOut>> {
    let thread = thread_id(id)?;
    let request = request(app, &thread, what.as_ref(), key)?;
    let done = app.store.transition(Actor::Member(member), &thread, act, &request).await.map_err(refused)?;
    Ok(Reply::private(StandingOut::of(&done)))
}

/// Base64.
pub fn base64(pointer: &str, text: &str) -> ApiResult<Vec<u8>> {
    BASE64_STANDARD.decode(text).map_err(|_| ApiError::field(pointer, "不是 base64"))
}

/// Base64 of so many bytes.
pub fn of_bytes<const N: usize>(pointer: &str, text: &str) -> ApiResult<[u8; N]> {
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(text).unwrap_or_default());
    bytes.as_slice().try_into().map_err(|_| ApiError::field(pointer, format!("应为 {N} 字节的 base64")))
}

/// A key to seal to.
pub fn public_key(pointer: &str, text: &str) -> ApiResult<PublicKey> {
    let point = PublicKey::from_bytes(&base64(pointer, text)?);
    point.map_err(|_| ApiError::field(pointer, "应为 P-256 公钥的 base64"))
}

/// Done, and there is nothing to say. Kept by nobody.
pub fn done() -> Response {
    (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"))])
        .into_response()
}

/// What was not done about members or keys, as it is told.
pub fn not_done(refused: NotDone) -> ApiError {
    match refused {
        NotDone::Database(err) => err.into(),
        NotDone::Gone => ApiError::Absent(NotDone::Gone.to_string()),
        NotDone::NameTaken => ApiError::field("/name", NotDone::NameTaken.to_string()),
        NotDone::WrongShares(_) => ApiError::field("/shares", refused.to_string()),
        NotDone::NoHead | NotDone::Conflict(_) => ApiError::Conflict(refused.to_string()),
    }
}

fn refused(refused: Refused) -> ApiError {
    let instead = match &refused {
        Refused::Gone => return nowhere(),
        Refused::WrongReaders(_) | Refused::KeysOff { .. } => {
            return ApiError::field("/keys", refused.to_string());
        }
        Refused::NotAllowed(refused) => instead_of(*refused),
        Refused::Accepted(_) => "可以一起看、一起答复，也可以由你接办",
        Refused::SameDesk => "请另选一个工作台",
        Refused::NoConsent => "已经拿走的草稿不要登，请告诉编辑",
        Refused::NoHandover(_) => "请刷新，看看登记到哪一步了",
        Refused::OutOfStep
        | Refused::OtherRequest
        | Refused::Taken
        | Refused::Spent
        | Refused::UsedUp
        | Refused::NotYet
        | Refused::Full
        | Refused::TooLong(_)
        | Refused::Database(_) => "",
    };
    match refused {
        Refused::Database(err) => err.into(),
        refused if instead.is_empty() => ApiError::Conflict(refused.to_string()),
        refused => ApiError::Conflict(format!("{refused}。{instead}")),
    }
}

/// What a member can do instead.
fn instead_of(refused: NotAllowed) -> &'static str {
    match refused {
        NotAllowed::Pending(_) => "请先登记机构的办理结果",
        NotAllowed::Here { event: Event::Confirm | Event::Result, .. } => {
            "没有等着回执或结果的转出，请刷新看看"
        }
        NotAllowed::Here { event: Event::DraftDigest, state: State::Answered | State::WaitingForAsker } => {
            "请先办结"
        }
        NotAllowed::Here { state: State::Received, .. } => "请先受理",
        NotAllowed::Here { state: State::Accepted, .. } => "请先答复",
        NotAllowed::Here { state: State::Closed, .. } => "要补充的可以写成内部记录",
        NotAllowed::Here { state: State::Withdrawn | State::Purged, .. } => {
            "写信的人已经撤回，内容已经销毁，不用再办"
        }
        NotAllowed::NotTheirs { event: Event::Withdraw, .. } => "网上来的信，写信的人凭回执码自己删",
        NotAllowed::Here { .. } | NotAllowed::NotTheirs { .. } => "",
    }
}
