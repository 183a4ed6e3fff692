//! News for the open desk, as server-sent events: that a consultation has changed, of which sort and which one. Never what.
//!
//! The session is looked at again before anything is told and every [`LOOK`], so that whoever has signed out, was removed
//! or has run out of time hears nothing more. Listening does not lengthen a session.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State as Part;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior, interval};
use utoipa::ToSchema;

use crate::desk::member::Member;
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

/// Somebody who listens.
struct Listener {
    app: AppState,
    member: Member,
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
    let most = (app.limits.connections / ONE_IN).max(1);
    let inbox = app.store.bell().listen(most).ok_or(ApiError::Busy)?;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listener = Listener { app, member, inbox, looks, over: false };
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
    async fn next(&mut self) -> Option<Event> {
        while !self.over {
            let rung = tokio::select! {
                rung = self.inbox.recv() => Some(rung),
                _ = self.looks.tick() => None,
            };
            let news = match rung {
                Some(Err(RecvError::Closed)) => return None,
                Some(Err(RecvError::Lagged(_)) | Ok(Ring::Look)) => Some(look()),
                Some(Ok(Ring::Changed(change))) if change.desks.contains(self.member.desk()) => {
                    Some(changed(&change))
                }
                Some(Ok(Ring::Changed(_))) => continue,
                None => None,
            };
            if !self.still_works().await {
                self.over = true;
                return Some(Event::default().event("ended").data("{}"));
            }
            if news.is_some() {
                return news;
            }
        }
        None
    }

    /// Whether the session lives and its member still works at the desk. Where nobody can tell, nothing is told.
    async fn still_works(&self) -> bool {
        let (store, hour) = (&self.app.store, self.app.clock.hour());
        store.still_works(&self.member, hour).await.unwrap_or(false)
    }
}

fn look() -> Event {
    Event::default().event("look").data("{}")
}

fn changed(change: &Change) -> Event {
    let data = ChangedOut { kind: change.event.code().to_owned(), thread: change.thread.to_string() };
    let data = serde_json::to_string(&data).expect("two texts always become JSON");
    Event::default().event("changed").data(data)
}
