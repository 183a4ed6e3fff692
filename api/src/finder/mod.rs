//! Which engine answers a search: Meilisearch where one is set up and well, else the embedded one, within the same
//! request.
//!
//! Start at [`Finder::search`]. [`Engines`] is what outlives a release: the way to the server, what is known of its
//! health ([`breaker`]), and how often which engine answered ([`metrics`]). Whoever asks waits for Meilisearch no longer
//! than the deadline, and is told in the header [`SEARCH_ENGINE`] which engine it was. Nothing here knows a question.

pub mod breaker;
pub mod metrics;
#[cfg(feature = "meilisearch")]
mod server;
mod settings;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use search::text::embedded::Embedded;
use search::text::{Engine, EngineError, Query, Results, Suggestion};

use self::breaker::{Breaker, Turn};
use self::metrics::Counters;
#[cfg(feature = "meilisearch")]
pub use self::server::{ADMIN_KEY, administrator};
pub use self::settings::Meilisearch;

/// The header that says which engine answered. Only where two could have.
pub const SEARCH_ENGINE: HeaderName = HeaderName::from_static("search-engine");

/// The engines of one release.
pub struct Finder {
    /// Always answers.
    embedded: Arc<dyn Engine>,
    /// Asked first, where there is one.
    beside: Option<Arc<dyn Engine>>,
    shared: Arc<Shared>,
}

/// What releases share. Cheap to clone.
#[derive(Clone, Default)]
pub struct Engines(Arc<Shared>);

#[derive(Default)]
struct Shared {
    #[cfg(feature = "meilisearch")]
    server: Option<server::Server>,
    deadline: Duration,
    breaker: Mutex<Breaker>,
    counters: Counters,
}

/// Which engine answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum AnsweredBy {
    /// The embedded one, the only one there is.
    #[default]
    Embedded,
    /// Meilisearch.
    Meilisearch,
    /// The embedded one, because Meilisearch did not.
    Instead(Reason),
}

/// Why Meilisearch did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It can't be reached, refuses, or makes no sense.
    Unavailable,
    /// Not before the deadline.
    Slow,
    /// It has the records of another release.
    OtherRelease,
}

impl Engines {
    /// The engines that the settings name. Asks nobody yet: a server that is down is no reason not to start.
    pub fn open(settings: &Meilisearch) -> anyhow::Result<Self> {
        if settings.url.is_empty() {
            return Ok(Self::default());
        }
        #[cfg(feature = "meilisearch")]
        return Ok(Self(Arc::new(Shared {
            server: Some(server::Server::new(settings)?),
            deadline: settings.deadline,
            ..Shared::default()
        })));
        #[cfg(not(feature = "meilisearch"))]
        anyhow::bail!(
            "这个程序编译时没有带 Meilisearch：把设置 search.meili_url 改为空，或者换一个带它的程序"
        );
    }

    /// The engines of a release.
    pub fn finder(&self, embedded: Embedded) -> Finder {
        // What was another release may be this one.
        self.0.breaker().forget_release();
        let embedded = Arc::new(embedded);
        #[cfg(feature = "meilisearch")]
        let beside = self.0.server.as_ref().map(|server| server.engine(embedded.clone()));
        #[cfg(not(feature = "meilisearch"))]
        let beside = None;
        Finder { embedded, beside, shared: self.0.clone() }
    }
}

impl Finder {
    /// With one engine, which always answers.
    pub fn alone(engine: impl Engine + 'static) -> Self {
        Self { embedded: Arc::new(engine), beside: None, shared: Arc::default() }
    }

    /// With another one that is asked first, and given so long.
    pub fn with_beside(self, beside: impl Engine + 'static, deadline: Duration) -> Self {
        let shared = Arc::new(Shared { deadline, ..Shared::default() });
        Self { beside: Some(Arc::new(beside)), shared, ..self }
    }

    /// The records that answer `query`, and which engine found them.
    pub async fn search(&self, query: &Query) -> Result<(Results, AnsweredBy), EngineError> {
        let found = match &self.beside {
            None => Err(AnsweredBy::Embedded),
            Some(beside) => self.ask(&**beside, query).await.map_err(AnsweredBy::Instead),
        };
        let (results, by) = match found {
            Ok(results) => (results, AnsweredBy::Meilisearch),
            Err(by) => (self.embedded.search(query).await?, by),
        };
        self.shared.counters.count(by);
        Ok((results, by))
    }

    /// Completions. They come from phrases, which the embedded engine has.
    pub async fn suggest(&self, typed: &str, limit: usize) -> Result<Vec<Suggestion>, EngineError> {
        self.embedded.suggest(typed, limit).await
    }

    /// How often which engine answered, since the service was started, as OpenMetrics.
    pub fn metrics(&self) -> String {
        let resting = self.beside.is_some().then(|| self.shared.breaker().is_open());
        self.shared.counters.to_open_metrics(resting)
    }

    /// Asks Meilisearch, if it is worth a try, until the deadline.
    async fn ask(&self, beside: &dyn Engine, query: &Query) -> Result<Results, Reason> {
        let turn = match self.shared.breaker().turn(Instant::now()) {
            Ok(turn) => turn,
            Err(reason) => return Err(reason),
        };
        // Whoever goes away while it is asked has learned nothing of it.
        let trial = Trial { shared: &self.shared, turn: Some(turn) };
        let found = match tokio::time::timeout(self.shared.deadline, beside.search(query)).await {
            Ok(found) => found.map_err(|err| Reason::of(&err)),
            Err(_) => Err(Reason::Slow),
        };
        trial.end(found.as_ref().err().copied());
        found
    }
}

impl Shared {
    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        // Every change to it is whole.
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question that Meilisearch is being asked.
struct Trial<'a> {
    shared: &'a Shared,
    turn: Option<Turn>,
}

impl Trial<'_> {
    fn end(mut self, failed: Option<Reason>) {
        let Some(turn) = self.turn.take() else { return };
        let changed = self.shared.breaker().learn(turn, failed, Instant::now());
        match (changed, failed) {
            (true, Some(reason)) => tracing::warn!(
                "Meilisearch does not answer searches ({}): the embedded engine does",
                reason.name()
            ),
            (true, None) => tracing::warn!("Meilisearch answers searches again"),
            (false, _) => {}
        }
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if let Some(turn) = self.turn.take() {
            self.shared.breaker().give_back(turn);
        }
    }
}

impl AnsweredBy {
    /// What tells the caller; nothing where there is only one engine.
    pub fn headers(self) -> HeaderMap {
        let value = match self {
            Self::Embedded => return HeaderMap::new(),
            Self::Meilisearch => "meilisearch",
            Self::Instead(Reason::Unavailable) => "embedded; reason=unavailable",
            Self::Instead(Reason::Slow) => "embedded; reason=slow",
            Self::Instead(Reason::OtherRelease) => "embedded; reason=other-release",
        };
        HeaderMap::from_iter([(SEARCH_ENGINE, HeaderValue::from_static(value))])
    }
}

impl Reason {
    /// Its name in the header, the metrics and the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Slow => "slow",
            Self::OtherRelease => "other-release",
        }
    }

    fn of(err: &EngineError) -> Self {
        match err {
            EngineError::Unavailable(_) => Self::Unavailable,
            EngineError::Slow => Self::Slow,
            EngineError::OtherRelease => Self::OtherRelease,
        }
    }
}
