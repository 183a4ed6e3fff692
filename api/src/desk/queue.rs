//! What waits at a desk, in the clear: its own queue, and those of the desks below for whoever supervises them.

use std::collections::BTreeMap;

use axum::extract::State as Part;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer as Reply;
use crate::clock::Hour;
use crate::consultations::register::Channel;
use crate::consultations::state::State;
use crate::desk::member::{Member, Overseer, SignedIn, Supervisor};
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::{Fields, FromFields, Query};
use crate::state::AppState;
use crate::store::consultation::{Named, Place, Queue, Queued, Shelf, Wanted};
use crate::store::desk::Desk;

/// The most items of one page.
const MOST_AT_ONCE: usize = 100;

/// Which part of a queue.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueueIn {
    /// `own`, what the desk answers for and is not done with; `climbed`, what came up to it because it was overdue; `closed`,
    /// what the desk has closed and is still there, to be asked afterwards. `own` unless given.
    #[param(value_type = Option<String>)]
    pub shelf: Shelf,
    /// Only this topic, by its slug.
    pub topic: Option<String>,
    /// Only what stands here: `received`, `accepted`, `answered`, `waiting_for_asker`.
    #[param(value_type = Option<String>)]
    pub state: Option<State>,
    /// Only what came this way: `online`, `visit`, `call`, `letter`.
    #[param(value_type = Option<String>)]
    pub channel: Option<Channel>,
    /// Where to go on: the `next` of the page before.
    #[param(value_type = Option<String>)]
    pub cursor: Option<Place>,
    /// 1 to 100, 50 unless given.
    #[param(value_type = Option<u32>)]
    pub limit: u32,
}

/// Which part of the queue of which desk below.
#[derive(Debug)]
pub struct BelowIn {
    /// The desk below, by its id.
    pub desk: String,
    /// The part of its queue.
    pub queue: QueueIn,
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
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each a field of the JSON")]
pub struct ConsultationOut {
    /// Its id.
    pub id: String,
    /// The desk that answers for it.
    pub desk: String,
    /// The desk above that it has climbed to, because it was overdue.
    pub escalated_to: Option<String>,
    /// How somebody came: `online`, `visit`, `call`, `letter`.
    pub channel: String,
    /// How somebody came, in words.
    pub channel_text: String,
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
    /// Marked for mediation.
    pub mediation: bool,
    /// Marked for legal aid.
    pub legal_aid: bool,
    /// Marked for psychological support.
    pub psychological: bool,
    /// The slug of a topic, if one was chosen.
    pub topic: Option<String>,
    /// The code of a division, if one was chosen.
    pub region: Option<String>,
    /// The hour of arrival, RFC 3339.
    pub received: String,
    /// The hour of the last letter, RFC 3339.
    pub last: String,
    /// From this hour on it is overdue, RFC 3339.
    pub due: Option<String>,
    /// What has to be done before: `accept`, `answer`, `close`.
    pub due_stage: Option<String>,
    /// What has to be done before, in words.
    pub due_stage_text: Option<String>,
    /// What came of it, in words, once it is closed.
    pub outcome_text: Option<String>,
    /// Whether it was put away, because nobody asked anything: nobody is asked afterwards either.
    pub put_away: bool,
    /// Whether it helped, where somebody said.
    pub helped: Option<bool>,
    /// Whether it is overdue.
    pub overdue: bool,
    /// Whole hours that somebody has been waiting: since the arrival while nobody has accepted it, then since the last
    /// letter.
    pub waiting_hours: i64,
    /// The name of the first responder: who accepted it, or took it on since.
    pub first_responder: Option<String>,
    /// Whether that is somebody who has left the desk: another one has to take it on.
    pub responder_left: bool,
    /// Whether that is the one who asks.
    pub mine: bool,
}

/// Desks.
#[derive(Debug, Serialize, ToSchema)]
pub struct DesksOut {
    /// By region.
    pub desks: Vec<DeskOut>,
}

/// A desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskOut {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The code of the division it answers for.
    pub region: String,
    /// The desk above it.
    pub parent: Option<String>,
}

/// What waits at the member's desk.
#[utoipa::path(
    get, path = "/desk/consultations", tag = "工作台", params(QueueIn),
    responses(
        (status = OK, body = QueueOut, description = "本工作台的来信，或报上来的来信"),
        (status = UNAUTHORIZED, body = Problem, content_type = "application/problem+json", description = "没有登录"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "这个角色不看来信"),
    ),
)]
pub async fn list(
    member: Member,
    Part(app): Part<AppState>,
    Query(asked): Query<QueueIn>,
) -> ApiResult<Response> {
    let (wanted, after, limit) = asked.take();
    let queue = app.store.queue_of(&member, wanted, after.as_ref(), limit).await?;
    let names = app.store.names_at(member.desk()).await?;
    Ok(Reply::private(QueueOut::new(queue, &member, &names, app.clock.hour())).into_response())
}

/// The desks below that of whoever oversees them.
#[utoipa::path(
    get, path = "/desk/below", tag = "工作台",
    responses(
        (status = OK, body = DesksOut, description = "下级工作台"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "不是督办，也不是审计"),
    ),
)]
pub async fn below(overseer: Overseer, Part(app): Part<AppState>) -> ApiResult<Response> {
    let desks = app.store.desks_below(&overseer).await?.into_iter().map(DeskOut::new).collect();
    Ok(Reply::private(DesksOut { desks }).into_response())
}

/// What waits at a desk below, in the clear.
#[utoipa::path(
    get, path = "/desk/below/consultations", tag = "工作台", params(("desk" = String, Query, description = "下级工作台"), QueueIn),
    responses(
        (status = OK, body = QueueOut, description = "那个工作台的来信，只有列表"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "不是督办"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "不是下级工作台"),
    ),
)]
pub async fn list_below(
    supervisor: Supervisor,
    Part(app): Part<AppState>,
    Query(BelowIn { desk, queue }): Query<BelowIn>,
) -> ApiResult<Response> {
    let (wanted, after, limit) = queue.take();
    let queue = app.store.queue_below(&supervisor, &desk, wanted, (after.as_ref(), limit)).await?;
    let queue = queue.ok_or_else(not_below)?;
    let names = app.store.names_at(&desk).await?;
    Ok(Reply::private(QueueOut::new(queue, &supervisor, &names, app.clock.hour())).into_response())
}

/// There is no such desk below.
pub fn not_below() -> ApiError {
    ApiError::Absent("下级里没有这个工作台。请从 /desk/below 的列表里选".to_owned())
}

impl QueueOut {
    fn new(queue: Queue, viewer: &SignedIn, names: &BTreeMap<String, Named>, now: Hour) -> Self {
        let out = |queued| ConsultationOut::new(queued, viewer, names, now);
        Self {
            items: queue.items.into_iter().map(out).collect(),
            next: queue.next.map(|place| place.to_string()),
        }
    }
}

impl ConsultationOut {
    /// As `viewer` sees it, with the members of a desk.
    pub fn new(queued: Queued, viewer: &SignedIn, names: &BTreeMap<String, Named>, now: Hour) -> Self {
        let Queued { thread, last } = queued;
        let since = if thread.state == State::Received { thread.received } else { last };
        let responder = thread.first_responder.as_ref();
        let name = |id| names.get(id).map_or("别的工作台的人", |who| who.name.as_str()).to_owned();
        Self {
            id: thread.id.to_string(),
            channel: thread.channel.code().to_owned(),
            channel_text: thread.channel.chinese().to_owned(),
            state: thread.state.code().to_owned(),
            state_text: thread.state.chinese().to_owned(),
            waits_for_desk: thread.state.waits_for_desk(),
            danger: thread.priority.danger,
            child: thread.priority.child,
            vulnerable: thread.priority.vulnerable,
            mediation: thread.marks.mediation,
            legal_aid: thread.marks.legal_aid,
            psychological: thread.marks.psychological,
            received: thread.received.to_rfc3339(),
            last: last.to_rfc3339(),
            due: thread.due.map(|due| due.hour.to_rfc3339()),
            due_stage: thread.due.map(|due| due.stage.code().to_owned()),
            due_stage_text: thread.due.map(|due| due.stage.chinese().to_owned()),
            outcome_text: thread.outcome.map(|ending| ending.chinese().to_owned()),
            put_away: thread.is_put_away(),
            helped: thread.helped,
            overdue: thread.due.is_some_and(|due| due.hour <= now),
            waiting_hours: now.number() - since.number(),
            first_responder: responder.map(name),
            responder_left: responder.and_then(|id| names.get(id)).is_some_and(|who| who.left),
            mine: responder.is_some_and(|id| id == viewer.id()),
            desk: thread.desk,
            escalated_to: thread.escalated_to,
            topic: thread.topic,
            region: thread.region,
        }
    }
}

impl DeskOut {
    /// As it goes over the wire.
    pub fn new(desk: Desk) -> Self {
        Self { id: desk.id, name: desk.name, region: desk.region.to_string(), parent: desk.parent }
    }
}

impl QueueIn {
    fn take(self) -> (Wanted, Option<Place>, u32) {
        let Self { shelf, topic, state, channel, cursor, limit } = self;
        (Wanted { shelf, topic, state, channel }, cursor, limit)
    }
}

impl FromFields for QueueIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let shelf = |text: &str| match text {
            "own" => Some(Shelf::Own),
            "climbed" => Some(Shelf::Climbed),
            "closed" => Some(Shelf::Closed),
            _ => None,
        };
        let state = |text: &str| State::parse(text).filter(|state| !state.is_over());
        let topic = |text: &str| (!text.contains(char::is_control)).then(|| text.to_owned());
        let states =
            " received、accepted、answered 或 waiting_for_asker：办结的在 shelf=closed，撤回的不在列表里";
        Self {
            shelf: fields.parsed("shelf", " own、climbed 或 closed", shelf).unwrap_or(Shelf::Own),
            topic: fields.parsed("topic", "主题的代号", topic),
            state: fields.parsed("state", states, state),
            channel: fields.parsed("channel", " online、visit、call 或 letter", Channel::parse),
            cursor: fields.parsed("cursor", "前一页给的 next", Place::parse),
            limit: fields
                .number("limit", 1..=MOST_AT_ONCE)
                .and_then(|limit| limit.try_into().ok())
                .unwrap_or(50),
        }
    }
}

impl FromFields for BelowIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let desk = fields.text("desk");
        if desk.is_none() {
            fields.reject("desk", "缺少这一项：下级工作台的代号");
        }
        Self { desk: desk.unwrap_or_default(), queue: QueueIn::from_fields(fields) }
    }
}
