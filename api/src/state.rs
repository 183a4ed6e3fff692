//! What every handler may ask for.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;

use crate::clock::Clock;
use crate::consultations::Consultations;
use crate::dice::Dice;
use crate::live::Live;
use crate::published::Published;
use crate::store::Store;
use crate::words::Words;

/// The service's parts. Cheap to clone; every clone shares them.
#[derive(Clone)]
pub struct AppState {
    /// The release being served.
    pub published: Published,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub dice: Arc<dyn Dice>,
    /// The database.
    pub store: Store,
    /// Secrets, limits and counters of consultations.
    pub consultations: Consultations,
    /// How much at once, how long, how large.
    pub limits: Limits,
    /// Counts words that many people look for, where that is turned on.
    pub words: Words,
    /// Tells open pages of changes, on an editor's own machine.
    pub live: Option<Live>,
}

/// How much of anything one request, or all of them together, may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// How long an answer may take to begin, waiting included.
    pub request: Duration,
    /// How long the head of a request may take to arrive.
    pub head: Duration,
    /// How many requests are worked on at once; more wait their turn.
    pub concurrency: usize,
    /// How many connections are open at once; more wait to be let in.
    pub connections: usize,
    /// How many letters that a browser sealed one desk takes in an hour.
    pub letters_per_hour: u32,
    /// How many that came as forms, without scripts.
    pub forms_per_hour: u32,
}

impl FromRef<AppState> for Published {
    fn from_ref(state: &AppState) -> Self {
        state.published.clone()
    }
}

impl FromRef<AppState> for Arc<dyn Clock> {
    fn from_ref(state: &AppState) -> Self {
        state.clock.clone()
    }
}

impl FromRef<AppState> for Arc<dyn Dice> {
    fn from_ref(state: &AppState) -> Self {
        state.dice.clone()
    }
}

impl FromRef<AppState> for Store {
    fn from_ref(state: &AppState) -> Self {
        state.store.clone()
    }
}

impl FromRef<AppState> for Consultations {
    fn from_ref(state: &AppState) -> Self {
        state.consultations.clone()
    }
}

impl FromRef<AppState> for Words {
    fn from_ref(state: &AppState) -> Self {
        state.words.clone()
    }
}

impl FromRef<AppState> for Limits {
    fn from_ref(state: &AppState) -> Self {
        state.limits
    }
}

impl FromRef<AppState> for Option<Live> {
    fn from_ref(state: &AppState) -> Self {
        state.live.clone()
    }
}
