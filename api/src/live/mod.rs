//! Live reload: tells the pages that are open what has changed, while an editor works.
//!
//! Start at [`Live`]. Only a server that builds its content itself, listens to this machine alone and was given no public
//! address has one ([`Live::where_allowed`]); elsewhere its addresses do not exist. Published bytes know nothing of it: the
//! script is put into answers as they go out ([`inject()`]). No cookie, and nobody writes down who listens.
//!
//! Pages on which something is asked or answered (`/ask/`, `/desk/`) never get the script: a page that reloads itself
//! would take what she has typed.

mod inject;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::compiler::Fresh;
use crate::config::Settings;
use crate::error::ApiError;
use crate::state::AppState;
pub use inject::inject;

/// Where pages hear of changes.
pub const STREAM: &str = "/api/v1/live";

/// The script that listens.
pub const SCRIPT: &str = "/api/v1/live.js";

/// How many changes a page may be behind before it has to look for itself.
const BEHIND: usize = 64;

/// More addresses than this are not listed: every page looks whether it is another one now.
const MOST: usize = 1000;

/// What proxies add: behind one, this is no editor's own machine.
const FORWARDED: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// Tells open pages. Cheap to clone; every clone tells the same pages.
#[derive(Clone)]
pub struct Live(Arc<Mutex<Hub>>);

struct Hub {
    /// `None` once it has ended.
    sender: Option<Sender<News>>,
    /// The findings, while they keep the site as it was.
    rejected: Option<Arc<str>>,
}

#[derive(Debug, Clone)]
enum News {
    Built(Arc<str>),
    Rejected(Arc<str>),
}

/// The data of `built`.
#[derive(Serialize)]
struct Built<'a> {
    /// Addresses from the root; `null`: too many to list.
    changed: Option<&'a [String]>,
    /// Addresses of stylesheets and scripts.
    assets: &'a [String],
}

impl Live {
    /// For a server with these settings; `None` where others than the editor might be listening.
    pub fn where_allowed(settings: &Settings) -> Option<Self> {
        let own_machine = settings.listen.ip().is_loopback();
        let editing = settings.site.is_none() && settings.base_url.is_none();
        (own_machine && editing).then(Self::new)
    }

    /// Nobody listens yet.
    pub fn new() -> Self {
        let hub = Hub { sender: Some(channel(BEHIND).0), rejected: None };
        Self(Arc::new(Mutex::new(hub)))
    }

    /// Tells what is new. Findings that were shown are mended.
    pub fn built(&self, Fresh { changed, assets }: &Fresh) {
        let changed = (changed.len() <= MOST).then_some(changed.as_slice());
        self.tell(News::Built(text(&Built { changed, assets })));
    }

    /// Tells what keeps the site as it was: the document of `docs/decisions/0009-findings-formats.md`.
    pub fn rejected(&self, document: &str) {
        self.tell(News::Rejected(document.into()));
    }

    /// Ends all streams: the server is about to stop.
    pub fn end(&self) {
        self.hub().sender = None;
    }

    fn tell(&self, news: News) {
        let mut hub = self.hub();
        hub.rejected = match &news {
            News::Built(_) => None,
            News::Rejected(document) => Some(document.clone()),
        };
        // Nobody may be listening.
        let _heard = hub.sender.as_ref().map(|sender| sender.send(news));
    }

    /// What is to come, and what holds now.
    fn listen(&self) -> Option<(Receiver<News>, News)> {
        let hub = self.hub();
        let now = match &hub.rejected {
            Some(document) => News::Rejected(document.clone()),
            None => News::Built(text(&Built { changed: Some(&[]), assets: &[] })),
        };
        Some((hub.sender.as_ref()?.subscribe(), now))
    }

    fn hub(&self) -> std::sync::MutexGuard<'_, Hub> {
        // Every change of it is one assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

impl From<News> for Event {
    fn from(news: News) -> Self {
        match news {
            News::Built(data) => Self::default().event("built").data(data),
            News::Rejected(data) => Self::default().event("rejected").data(data),
        }
    }
}

/// Its routes. They are not part of the API: no description names them.
pub fn routes() -> Router<AppState> {
    Router::new().route(STREAM, get(listen)).route(SCRIPT, get(script))
}

async fn listen(State(live): State<Option<Live>>, headers: HeaderMap) -> Response {
    let listening = live.filter(|_| is_own_machine(&headers)).and_then(|live| live.listen());
    let Some((inbox, now)) = listening else { return ApiError::NotFound("这个接口").into_response() };
    let events = stream::unfold((inbox, Some(now)), |(mut inbox, now)| async move {
        let news = match now {
            Some(now) => now,
            None => match inbox.recv().await {
                Ok(news) => news,
                // It missed some: it has to look for itself.
                Err(RecvError::Lagged(_)) => News::Built(text(&Built { changed: None, assets: &[] })),
                Err(RecvError::Closed) => return None,
            },
        };
        Some((Ok::<_, Infallible>(Event::from(news)), (inbox, None)))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

async fn script(State(live): State<Option<Live>>, headers: HeaderMap) -> Response {
    if live.is_none() || !is_own_machine(&headers) {
        return ApiError::NotFound("这个接口").into_response();
    }
    let media_type = HeaderValue::from_static("text/javascript; charset=utf-8");
    ([(header::CONTENT_TYPE, media_type)], include_str!("live.js")).into_response()
}

/// Whether the request came to this machine by its own name, and through nobody else.
fn is_own_machine(headers: &HeaderMap) -> bool {
    let forwarded = FORWARDED.iter().any(|name| headers.contains_key(HeaderName::from_static(name)));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let is_here = |host: &str| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    !forwarded && host.is_some_and(|host| is_here(host.host()))
}

fn text(built: &Built<'_>) -> Arc<str> {
    serde_json::to_string(built).expect("lists of texts always become JSON").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        is_own_machine(&headers.collect())
    }

    #[test]
    fn only_this_machine_by_its_own_name_is_told() {
        assert!(asked(&[("host", "127.0.0.1:8080")]));
        assert!(asked(&[("host", "localhost:8080")]));
        assert!(asked(&[("host", "[::1]:8080")]));
        assert!(!asked(&[]));
        assert!(!asked(&[("host", "nuanzhan.example")]));
        assert!(!asked(&[("host", "127.0.0.1.nuanzhan.example:8080")]));
        assert!(!asked(&[("host", "127.0.0.1:8080"), ("x-forwarded-for", "192.0.2.1")]));
    }

    #[tokio::test]
    async fn whoever_comes_late_hears_what_holds_and_the_end_ends_it() {
        let live = Live::new();
        live.rejected("{}");
        let (mut inbox, now) = live.listen().unwrap();
        assert!(matches!(now, News::Rejected(document) if &*document == "{}"));
        live.built(&Fresh { changed: vec!["/a/".to_owned()], assets: Vec::new() });
        let News::Built(data) = inbox.recv().await.unwrap() else { panic!("it was built") };
        assert_eq!(&*data, r#"{"changed":["/a/"],"assets":[]}"#);
        assert!(matches!(live.listen().unwrap().1, News::Built(_)), "what was found is mended");
        live.end();
        assert!(inbox.recv().await.is_err() && live.listen().is_none());
    }

    #[test]
    fn too_many_addresses_are_not_listed() {
        let changed: Vec<String> = (0..=MOST).map(|number| format!("/{number}/")).collect();
        let live = Live::new();
        let (mut inbox, _) = live.listen().unwrap();
        live.built(&Fresh { changed, assets: Vec::new() });
        let News::Built(data) = inbox.try_recv().unwrap() else { panic!("it was built") };
        assert_eq!(&*data, r#"{"changed":null,"assets":[]}"#);
    }
}
