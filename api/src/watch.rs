//! Notices changes in the content folder and says so, once per burst.
//!
//! The folder may vanish and come back, be renamed under us, or be rewritten file by file by `git checkout`: after
//! every quiet moment the folder is looked at again. A change while the last one is still being worked on is a new
//! change. This module reads no content.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{
    DebounceEventResult, DebouncedEvent, Debouncer, RecommendedCache, new_debouncer,
};

/// How long it must be quiet before a burst of changes counts as over.
const QUIET: Duration = Duration::from_millis(150);

/// How often to look whether the folder is still the one being watched.
const LOOK: Duration = Duration::from_secs(1);

/// A folder being watched; nobody heeds it yet. What changes meanwhile is not lost.
pub struct Watched {
    eye: Eye,
    notices: Sender<Notice>,
    inbox: Receiver<Notice>,
}

/// A thread that heeds changes. Dropping it ends it, after the call that is under way.
#[derive(Debug)]
pub struct Watcher {
    notices: Sender<Notice>,
}

#[derive(Debug)]
enum Notice {
    Change,
    End,
}

type Watch = Debouncer<RecommendedWatcher, RecommendedCache>;

/// Begins to watch `folder`. It need not be there yet.
pub fn watch(folder: PathBuf) -> anyhow::Result<Watched> {
    let (notices, inbox) = mpsc::channel();
    let post = notices.clone();
    let debouncer = new_debouncer(QUIET, None, move |result: DebounceEventResult| {
        // Errors mean that something may have been missed: look again.
        let changed = result.map_or(true, |events| events.iter().any(matters));
        if changed {
            // Nobody listens any more once the watcher is dropped.
            let _gone = post.send(Notice::Change);
        }
    })?;
    let mut eye = Eye { folder, debouncer, watched: None };
    eye.look();
    Ok(Watched { eye, notices, inbox })
}

impl Watched {
    /// Calls `heed` after every change, from a thread of its own.
    pub fn heed(self, heed: impl FnMut() + Send + 'static) -> anyhow::Result<Watcher> {
        let Self { eye, notices, inbox } = self;
        thread::Builder::new().name("watch".to_owned()).spawn(move || eye.run(&inbox, heed))?;
        Ok(Watcher { notices })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // The thread may have ended already.
        let _gone = self.notices.send(Notice::End);
    }
}

struct Eye {
    folder: PathBuf,
    debouncer: Watch,
    /// Which folder is being watched: device and inode.
    watched: Option<(u64, u64)>,
}

impl Eye {
    fn run(mut self, inbox: &Receiver<Notice>, mut heed: impl FnMut()) {
        loop {
            let mut changed = match inbox.recv_timeout(LOOK) {
                Ok(Notice::Change) => true,
                Err(RecvTimeoutError::Timeout) => false,
                Ok(Notice::End) | Err(RecvTimeoutError::Disconnected) => return,
            };
            // What has piled up meanwhile is the same change: the folder is read after this.
            for notice in inbox.try_iter() {
                match notice {
                    Notice::Change => changed = true,
                    Notice::End => return,
                }
            }
            if self.look() || changed {
                heed();
            }
        }
    }

    /// Makes sure that the folder of this name is the one being watched; tells whether it was not.
    fn look(&mut self) -> bool {
        let there = identity(&self.folder);
        if there == self.watched {
            return false;
        }
        if self.watched.take().is_some() {
            // Fails when the folder is gone, and then there is nothing to end.
            let _gone = self.debouncer.unwatch(&self.folder);
        }
        if self.debouncer.watch(&self.folder, RecursiveMode::Recursive).is_ok() {
            self.watched = there;
        }
        true
    }
}

fn identity(folder: &Path) -> Option<(u64, u64)> {
    let metadata = std::fs::metadata(folder).ok()?;
    metadata.is_dir().then(|| (metadata.dev(), metadata.ino()))
}

/// Reading is no change (building reads every file), nor are the notes that editors leave beside a file.
fn matters(event: &DebouncedEvent) -> bool {
    let reading = matches!(event.kind, EventKind::Access(_));
    let note = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with('.') || name.ends_with('~')
    };
    !reading && (event.paths.is_empty() || !event.paths.iter().all(note))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Instant;

    /// Watches a folder; the receiver hears of every change.
    fn watched(folder: &Path) -> (Watcher, Receiver<()>) {
        let (sender, changes) = mpsc::channel();
        let heed = move || {
            let _gone = sender.send(());
        };
        (watch(folder.to_owned()).unwrap().heed(heed).unwrap(), changes)
    }

    fn write(path: &Path, text: &str) {
        #[expect(clippy::disallowed_methods, reason = "the editor of this test")]
        fs::write(path, text).unwrap();
    }

    fn noticed(changes: &Receiver<()>) -> bool {
        changes.recv_timeout(Duration::from_secs(5)).is_ok()
    }

    fn settle(changes: &Receiver<()>) -> usize {
        let until = Instant::now() + Duration::from_millis(600);
        let mut count = 0;
        while let Ok(()) = changes.recv_timeout(until.saturating_duration_since(Instant::now())) {
            count += 1;
        }
        count
    }

    #[test]
    fn a_burst_is_noticed_and_reading_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (_watcher, changes) = watched(folder.path());
        for n in 0..50 {
            write(&folder.path().join(format!("{n}.md")), "text");
        }
        assert!(noticed(&changes));
        assert!(settle(&changes) < 5, "a burst is few changes");
        for n in 0..50 {
            fs::read(folder.path().join(format!("{n}.md"))).unwrap();
        }
        write(&folder.path().join(".1.md.swp"), "note");
        assert_eq!(settle(&changes), 0);
    }

    #[test]
    fn a_folder_that_is_replaced_is_watched_again() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("content");
        fs::create_dir_all(folder.join("guides")).unwrap();
        let (_watcher, changes) = watched(&folder);
        fs::rename(&folder, parent.path().join("old")).unwrap();
        assert!(noticed(&changes));
        fs::create_dir_all(folder.join("cases")).unwrap();
        assert!(noticed(&changes));
        settle(&changes);
        write(&folder.join("cases").join("a.md"), "text");
        assert!(noticed(&changes));
        settle(&changes);
        fs::rename(folder.join("cases"), folder.join("2026")).unwrap();
        assert!(noticed(&changes));
        settle(&changes);
        write(&folder.join("2026").join("a.md"), "more text");
        assert!(noticed(&changes), "a renamed folder inside is still watched");
        fs::remove_dir_all(folder.join("2026")).unwrap();
        assert!(noticed(&changes));
    }
}
