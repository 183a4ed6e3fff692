//! News for the open desk, as server-sent events: that a consultation has changed, of which sort and which one. Never what.
//! Supervisors hear at which desks below theirs, and not which one.
//!
//! Start at [`events`] and [`events_below`]. The session and the role are looked at again before anything is told and every
//! [`LOOK`], so that whoever has signed out, was removed, does something else now or has run out of time hears nothing more.
//! Listening does not lengthen a session. Nobody must hear here of what they could not see by asking: what supervisors hear of
//! is in [`shows_in_a_queue`].

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State as Part;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event as Told, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior, interval};
use utoipa::ToSchema;

use crate::consultations::state::Event;
use crate::desk::member::{Member, Supervisor};
use crate::error::{ApiError, ApiResult, Problem};
use crate::state::AppState;
use crate::store::bell::{Change, Ring};

/// How often the session is looked at.
const LOOK: Duration = Duration::from_secs(20);

/// Of all connections one in so many may be a stream: they stay open, and those who ask must still be let in.
const ONE_IN: usize = 4;

/// The data of the event `changed`. The event `look` says that something may have been missed, `ended` that the session is
/// over; neither has any more to say.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedOut {
    /// What sort of thing happened: `receive`, `accept`, `step_in`, `answer`, `ask_back`, `asker_writes`, `mark`, `note`, `transfer`, `climb`,
    /// `extend`, `hand_over`, `confirm`, `result`, `follow_up`, `consent`, `revoke_consent`, `draft_digest`, `close`, `put_away`,
    /// `lapse`, `withdraw`.
    pub kind: String,
    /// To which consultation.
    pub thread: String,
}

/// The data of the event `changed` for a supervisor. `look` and `ended` are as for members.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedBelowOut {
    /// What sort of thing happened, of those that show in a queue: `receive`, `accept`, `step_in`, `answer`, `ask_back`,
    /// `asker_writes`, `mark`, `transfer`, `climb`, `extend`, `follow_up`, `close`, `put_away`, `lapse`, `withdraw`.
    pub kind: String,
    /// At which desks below, by their ids: those that answer for it, or did before.
    pub desks: Vec<String>,
}

/// Who listens.
enum Who {
    Member(Member),
    /// With the desks below theirs as they were at the last look.
    Supervisor(Supervisor, BTreeSet<String>),
}

/// Somebody who listens.
struct Listener {
    app: AppState,
    who: Who,
    inbox: Receiver<Ring>,
    looks: Interval,
    over: bool,
}

/// What happens at the desk, as it happens.
#[utoipa::path(
    get, path = "/desk/events", tag = "工作台",
    responses(
        (status = OK, body = ChangedOut, content_type = "text/event-stream", description = "有变动就说一声：哪一类、哪一件，没有内容"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "这个角色不看来信"),
        (status = SERVICE_UNAVAILABLE, body = Problem, content_type = "application/problem+json", description = "听的人太多，或服务就要停：请隔一分钟自己看"),
    ),
)]
pub async fn events(member: Member, Part(app): Part<AppState>) -> ApiResult<Response> {
    listen(app, Who::Member(member))
}

/// What happens at the desks below, as it happens.
#[utoipa::path(
    get, path = "/desk/below/events", tag = "工作台",
    responses(
        (status = OK, body = ChangedBelowOut, content_type = "text/event-stream", description = "下级工作台的列表有变动就说一声：哪一类、哪个工作台，不说哪一件，没有内容"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "不是督办"),
        (status = SERVICE_UNAVAILABLE, body = Problem, content_type = "application/problem+json", description = "听的人太多，或服务就要停：请隔一分钟自己看"),
    ),
)]
pub async fn events_below(supervisor: Supervisor, Part(app): Part<AppState>) -> ApiResult<Response> {
    // The first look comes at once, and learns which desks these are.
    listen(app, Who::Supervisor(supervisor, BTreeSet::new()))
}

fn listen(app: AppState, who: Who) -> ApiResult<Response> {
    let most = (app.limits.connections / ONE_IN).max(1);
    let inbox = app.store.bell().listen(most).ok_or(ApiError::Busy)?;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listener = Listener { app, who, inbox, looks, over: false };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::default()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // A gateway that gathers an answer before it passes it on would pass on nothing.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

impl Listener {
    /// The next thing to tell; nothing once there is nothing more to come.
    async fn next(&mut self) -> Option<Told> {
        while !self.over {
            let rung = tokio::select! {
                // The desks below are known before the first change is looked at.
                biased;
                _ = self.looks.tick() => None,
                rung = self.inbox.recv() => Some(rung),
            };
            let news = match rung {
                Some(Err(RecvError::Closed)) => return None,
                Some(Err(RecvError::Lagged(_)) | Ok(Ring::Look)) => Some(look()),
                Some(Ok(Ring::Changed(change))) => match self.who.hears(&change) {
                    None => continue,
                    news => news,
                },
                None => None,
            };
            if !self.may_still_listen().await {
                self.over = true;
                return Some(Told::default().event("ended").data("{}"));
            }
            if news.is_some() {
                return news;
            }
            self.learn_desks().await;
        }
        None
    }

    /// Whether the session lives and whoever listens may still do so. Where nobody can tell, nothing is told.
    async fn may_still_listen(&self) -> bool {
        let (store, hour) = (&self.app.store, self.app.clock.hour());
        let may = match &self.who {
            Who::Member(member) => store.still_works(member, hour).await,
            Who::Supervisor(supervisor, _) => store.still_supervises(supervisor, hour).await,
        };
        may.unwrap_or(false)
    }

    /// Learns which desks are below. Where nobody can tell, they are those of before.
    async fn learn_desks(&mut self) {
        if let Who::Supervisor(supervisor, desks) = &mut self.who
            && let Ok(below) = self.app.store.desks_under(supervisor.desk()).await
        {
            *desks = below.into_iter().map(|desk| desk.id).collect();
        }
    }
}

impl Who {
    /// What these hear of a change, if anything.
    fn hears(&self, change: &Change) -> Option<Told> {
        let kind = change.event.code().to_owned();
        match self {
            Self::Member(member) => change
                .desks
                .contains(member.desk())
                .then(|| changed(&ChangedOut { kind, thread: change.thread.to_string() })),
            Self::Supervisor(_, below) => {
                let desks: Vec<String> = change.desks.intersection(below).cloned().collect();
                let told = !desks.is_empty() && shows_in_a_queue(change.event);
                told.then(|| changed(&ChangedBelowOut { kind, desks }))
            }
        }
    }
}

/// Whether a queue, all of a consultation that supervisors see, looks another after this. Of notes, of agencies and of what
/// an asker allows nothing stands there.
fn shows_in_a_queue(event: Event) -> bool {
    match event {
        Event::Receive
        | Event::Accept
        | Event::StepIn
        | Event::Answer
        | Event::AskBack
        | Event::AskerWrites
        | Event::Mark
        | Event::Transfer
        | Event::Climb
        | Event::Extend
        | Event::FollowUp
        | Event::Close
        | Event::PutAway
        | Event::Lapse
        | Event::Withdraw => true,
        Event::Note
        | Event::HandOver
        | Event::Confirm
        | Event::Result
        | Event::Consent
        | Event::RevokeConsent
        | Event::DraftDigest
        | Event::Purge => false,
    }
}

fn look() -> Told {
    Told::default().event("look").data("{}")
}

fn changed(data: &impl Serialize) -> Told {
    let data = serde_json::to_string(data).expect("texts always become JSON");
    Told::default().event("changed").data(data)
}
