//! A thread as its asker gets it: sealed letters, where it stands, what happened. Her browser opens them.

use std::collections::BTreeMap;

use axum::extract::{Request, State as Part};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::door::{Door, knock};
use super::{Sent, answered};
use crate::clock::Hour;
use crate::consultations::history;
use crate::consultations::outlook::Outlook;
use crate::consultations::public::ReaderOut;
use crate::consultations::reply::typed_back;
use crate::consultations::state::Event;
use crate::error::{ApiResult, Problem};
use crate::sealing::binding::ThreadId;
use crate::state::AppState;
use crate::store::consultation::{StoredMessage, Thread, Told};
use crate::store::desk::ReaderKey;

/// What leads to a thread. Not to be printed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocatorIn {
    /// 32 bytes made of the receipt, base64.
    pub locator: String,
}

/// What a locator led to.
#[derive(Serialize, ToSchema)]
pub struct OpenedOut {
    /// The thread; missing where the locator leads to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<AskersThreadOut>,
}

/// A thread for its asker.
#[derive(Serialize, ToSchema)]
pub struct AskersThreadOut {
    /// 32 hexadecimal digits.
    pub id: String,
    /// As in a consultation of the desk.
    pub state: String,
    /// Where it stands, in plain words.
    pub state_text: String,
    /// Whether the desk has put it away, because nobody asked anything. She may ask again, in another letter.
    pub put_away: bool,
    /// The name of the desk that answers for it.
    pub desk: String,
    /// In danger, or a child is involved.
    pub urgent: bool,
    /// The hour of arrival, RFC 3339.
    pub received: String,
    /// Of what happened: the last transfer, and the last time it climbed for what is still not done. Oldest first.
    pub news: Vec<ToldOut>,
    /// By when the desk takes the next step, or that it is late, in plain words; missing where it is not the desk's turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_text: Option<String>,
    /// What happened, oldest first.
    pub history: Vec<ToldOut>,
    /// The letters in their order.
    pub letters: Vec<LetterOut>,
    /// Those to whom the next letter has to be sealed, besides `thread`.
    pub readers: Vec<ReaderOut>,
    /// The position of the next letter.
    pub next_position: u32,
    /// What may be done now.
    pub may: MayOut,
    /// Whether it helped, where somebody said.
    pub helped: Option<bool>,
    /// Whether it may become a case digest. It can be taken back at any time.
    pub consent: bool,
    /// From this hour on everything is destroyed, RFC 3339; missing while that is not settled.
    pub destroyed: Option<String>,
}

/// What an asker may do to her thread now.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a wish of its own")]
pub struct MayOut {
    /// Write once more.
    pub write: bool,
    /// Say whether it helped.
    pub tell: bool,
    /// Agree that it becomes a case digest.
    pub agree: bool,
    /// Take everything back.
    pub withdraw: bool,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub struct ToldOut {
    /// The hour, RFC 3339.
    pub at: String,
    /// In plain words.
    pub text: String,
}

/// A sealed letter.
#[derive(Serialize, ToSchema)]
pub struct LetterOut {
    /// Its number among the letters of the thread.
    pub position: u32,
    /// `asker` or `desk`.
    pub sender: String,
    /// The hour of arrival, RFC 3339.
    pub sent: String,
    /// Nonce, ciphertext and tag, base64.
    pub content: String,
    /// The content key, sealed to the thread's key, base64.
    pub key: Option<String>,
}

/// Everything that is asked of the database for a thread.
struct Looked {
    letters: Vec<StoredMessage>,
    history: Vec<Told>,
    desks: BTreeMap<String, String>,
    readers: Vec<ReaderKey>,
}

/// The thread of a locator. An unknown one costs the same work, the same time, and gets an answer of the same size.
#[utoipa::path(
    post, path = "/consultations/open", tag = "咨询", request_body = LocatorIn,
    responses(
        (status = OK, body = OpenedOut, description = "密封的来信和答复；没有这封信时 thread 不在"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "形状不对"),
    ),
)]
pub async fn open(Part(app): Part<AppState>, request: Request) -> Response {
    answered(&app, request, StatusCode::OK, find).await
}

async fn find(app: &AppState, sent: Sent<LocatorIn>) -> ApiResult<OpenedOut> {
    let door = knock(app, sent.network, &sent.body.locator).await?;
    let answer = look(app, &door).await;
    door.leave(app, answer).await
}

/// Whether there is a thread or not, the same is asked of the database, and a thread is laid out.
async fn look(app: &AppState, door: &Door) -> ApiResult<OpenedOut> {
    let id = door.found.as_ref().map_or_else(|| ThreadId::draw(&*app.dice), |thread| thread.id);
    let mut letters = app.store.messages_for_asker(&id).await?;
    let history = app.store.history(&id).await?;
    let desks = app.store.desks().await?;
    let any = desks.first().map(|desk| desk.id.clone());
    let desk = door.found.as_ref().map(|thread| thread.desk.clone()).or(any);
    let readers = match desk {
        Some(desk) => app.store.readers_of(&desk).await?,
        None => Vec::new(),
    };
    if door.found.is_none() {
        letters.push(app.consultations.decoy.clone());
    }
    let desks = desks.into_iter().map(|desk| (desk.id, desk.name)).collect();
    let looked = Looked { letters, history, desks, readers };
    let Some(thread) = &door.found else {
        drop(looked.letters.iter().map(LetterOut::new).collect::<Vec<_>>());
        return Ok(OpenedOut { thread: None });
    };
    typed_back(app, thread).await;
    Ok(OpenedOut { thread: Some(AskersThreadOut::new(thread, &looked, app.clock.hour())) })
}

impl AskersThreadOut {
    fn new(thread: &Thread, looked: &Looked, now: Hour) -> Self {
        let may = |event| thread.next(event).is_ok();
        let put_away = thread.is_put_away();
        let state_text = if put_away { history::PUT_AWAY } else { history::standing(thread.state) };
        let said = |at: Hour, text| ToldOut { at: at.to_rfc3339(), text };
        let told = |told: &Told| said(told.at, history::words(told, &looked.desks));
        let outlook = Outlook::of(thread, (&looked.history, &looked.desks), now);
        Self {
            id: thread.id.to_string(),
            state: thread.state.code().to_owned(),
            state_text: state_text.to_owned(),
            put_away,
            desk: looked.desks.get(&thread.desk).unwrap_or(&thread.desk).clone(),
            urgent: thread.priority.danger || thread.priority.child,
            received: thread.received.to_rfc3339(),
            news: outlook.news.into_iter().map(|(at, text)| said(at, text)).collect(),
            due_text: outlook.due,
            history: looked.history.iter().map(told).collect(),
            letters: looked.letters.iter().map(LetterOut::new).collect(),
            readers: looked.readers.iter().map(ReaderOut::new).collect(),
            next_position: looked.letters.last().map_or(0, |letter| letter.binding.position) + 1,
            may: MayOut {
                write: may(Event::AskerWrites),
                tell: may(Event::FollowUp),
                agree: may(Event::Consent),
                withdraw: may(Event::Withdraw),
            },
            helped: thread.helped,
            consent: thread.consent,
            destroyed: outlook.destroyed.map(Hour::to_rfc3339),
        }
    }
}

impl LetterOut {
    fn new(letter: &StoredMessage) -> Self {
        Self {
            position: letter.binding.position,
            sender: letter.binding.sender.code().to_owned(),
            sent: letter.sent.to_rfc3339(),
            content: BASE64_STANDARD.encode(letter.content.as_bytes()),
            key: letter.key.as_ref().map(|key| BASE64_STANDARD.encode(key.key.as_bytes())),
        }
    }
}
