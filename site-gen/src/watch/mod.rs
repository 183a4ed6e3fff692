//! Notices changes in the content folder and keeps a site in step with them.
//!
//! Start at [`watch`]: [`Watch::next`] waits for a burst of changes to end and says what to look at again. [`Steady`] is
//! the workshop that is brought up to date each time and survives whatever happens meanwhile. [`words`] is what an editor
//! is told. A change that comes while the last one is still being worked on is not lost: it is the next one.
//!
//! The folder may vanish and come back, be renamed under us, or be rewritten file by file by `git checkout`: after every
//! quiet moment the folder is looked at again. This module reads no content.

mod eye;
mod steady;
pub mod words;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use eye::{Eye, Notice};
pub use steady::Steady;

/// How long it must be quiet before a burst of changes counts as over.
const QUIET: Duration = Duration::from_millis(15);

/// The longest that a burst is waited for: whoever copies a thousand files sees the first ones meanwhile.
const PATIENCE: Duration = Duration::from_millis(100);

/// How often to look whether the folder is still the one being watched.
const LOOK: Duration = Duration::from_secs(1);

/// The same while there is none.
const LOOK_FOR_IT: Duration = Duration::from_millis(100);

/// A folder that came may have been filled before it was watched: when to look once more.
const ONCE_MORE: Duration = Duration::from_millis(250);

/// After so long without a change there is time for what no edit should wait for.
const LULL: Duration = Duration::from_secs(3);

/// From how many paths on it is quicker to look everywhere.
const MANY: usize = 500;

/// What to look at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// These files, from the content root; not all of them need to be there, or different.
    Paths(Vec<String>),
    /// Everything.
    Anything,
    /// Nothing, for a while: said once after each change. See [`Steady::catch_up`].
    Nothing,
}

/// A folder being watched. What changes while nobody waits for it is not lost.
pub struct Watch {
    eye: Eye,
    notices: Sender<Notice>,
    inbox: Receiver<Notice>,
    once_more: Option<Instant>,
    /// Whether there was a change since the last lull.
    changed: bool,
}

/// Ends a [`Watch`] from another thread.
#[derive(Debug, Clone)]
pub struct Stopper(Sender<Notice>);

/// A thread that heeds changes. Dropping it ends it, after the call that is under way.
#[derive(Debug)]
pub struct Watcher(Stopper);

/// Begins to watch `folder`. It need not be there yet.
///
/// # Errors
///
/// Fails when the system can't watch anything.
pub fn watch(folder: PathBuf) -> anyhow::Result<Watch> {
    let (notices, inbox) = mpsc::channel();
    let mut eye = Eye::new(&folder, notices.clone())?;
    eye.look();
    Ok(Watch { eye, notices, inbox, once_more: None, changed: true })
}

impl Touched {
    /// For [`crate::workshop::Workshop::update`].
    pub fn paths(&self) -> Option<&[String]> {
        match self {
            Self::Paths(paths) => Some(paths),
            Self::Anything => None,
            Self::Nothing => Some(&[]),
        }
    }
}

impl Watch {
    /// Waits for the next change, or for a lull after the last; `None` once somebody said stop.
    #[expect(clippy::should_implement_trait, reason = "it waits, and nobody chains it")]
    pub fn next(&mut self) -> Option<Touched> {
        let lull = self.changed.then(|| Instant::now() + LULL);
        loop {
            let mut burst = Burst::default();
            match self.inbox.recv_timeout(self.next_look(lull)) {
                Ok(notice) => {
                    burst.take(notice);
                    self.gather(&mut burst);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
            if burst.end {
                return None;
            }
            burst.everywhere |= self.eye.look();
            if self.once_more.is_some_and(|when| when <= Instant::now()) {
                (self.once_more, burst.everywhere) = (None, true);
            }
            if burst.folders {
                self.once_more = Some(Instant::now() + ONCE_MORE);
            }
            if let Some(touched) = burst.touched() {
                self.changed = true;
                return Some(touched);
            }
            if lull.is_some_and(|lull| lull <= Instant::now()) {
                self.changed = false;
                return Some(Touched::Nothing);
            }
        }
    }

    /// Whether the system refuses to tell of changes, so that everything is looked at every second.
    pub fn is_blind(&self) -> bool {
        self.eye.is_blind()
    }

    /// What ends it.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.notices.clone())
    }

    /// Calls `heed` after every change, and in the lull after it, from a thread of its own.
    ///
    /// # Errors
    ///
    /// Fails when the system gives no thread.
    pub fn heed(mut self, mut heed: impl FnMut(&Touched) + Send + 'static) -> anyhow::Result<Watcher> {
        let stopper = self.stopper();
        let run = move || {
            while let Some(touched) = self.next() {
                heed(&touched);
            }
        };
        thread::Builder::new().name("watch".to_owned()).spawn(run)?;
        Ok(Watcher(stopper))
    }

    fn next_look(&self, lull: Option<Instant>) -> Duration {
        let look = if self.eye.is_there() { LOOK } else { LOOK_FOR_IT };
        let left = |when: Instant| when.saturating_duration_since(Instant::now());
        self.once_more.into_iter().chain(lull).map(left).fold(look, Duration::min)
    }

    /// Takes what follows until it is quiet.
    fn gather(&self, burst: &mut Burst) {
        let began = Instant::now();
        while !burst.end {
            let left = PATIENCE.saturating_sub(began.elapsed()).min(QUIET);
            match self.inbox.recv_timeout(left) {
                Ok(notice) if !left.is_zero() => burst.take(notice),
                Ok(notice) => return burst.take(notice),
                Err(_) => return,
            }
        }
    }
}

impl Stopper {
    /// Ends the watch once it waits again.
    pub fn stop(&self) {
        // It may have ended already.
        let _gone = self.0.send(Notice::End);
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Changes that come together.
#[derive(Debug, Default)]
struct Burst {
    paths: BTreeSet<String>,
    folders: bool,
    everywhere: bool,
    end: bool,
}

impl Burst {
    fn take(&mut self, notice: Notice) {
        match notice {
            Notice::Path(path) => drop(self.paths.insert(path)),
            Notice::Folder => self.folders = true,
            Notice::Lost => self.everywhere = true,
            Notice::End => self.end = true,
        }
    }

    fn touched(self) -> Option<Touched> {
        if self.everywhere || self.folders || self.paths.len() >= MANY {
            Some(Touched::Anything)
        } else if self.paths.is_empty() {
            None
        } else {
            Some(Touched::Paths(self.paths.into_iter().collect()))
        }
    }
}

#[cfg(test)]
mod tests;
