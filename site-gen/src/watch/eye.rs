//! The system's events about a folder, as far as they mean a change of content.
//!
//! An [`Eye`] watches the folder of a name, whichever that is: where another folder takes its place, that one.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use notify::event::{CreateKind, ModifyKind, RemoveKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::source;

/// Something happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// With this file, by path from the root; or with a folder that looks like one.
    Path(String),
    /// With a folder.
    Folder,
    /// Nobody knows with what: the system lost count.
    Lost,
    /// Nothing more is wanted.
    End,
}

pub(super) struct Eye {
    folder: PathBuf,
    watcher: RecommendedWatcher,
    /// Which folder was looked at last: device and inode.
    seen: Option<(u64, u64)>,
    /// Whether the system refuses to watch it.
    blind: bool,
}

impl Eye {
    pub(super) fn new(folder: &Path, post: Sender<Notice>) -> anyhow::Result<Self> {
        // The system tells of whole paths.
        let folder = std::path::absolute(folder)?;
        let root = folder.clone();
        let handler = move |event: notify::Result<Event>| {
            for notice in notices(&root, event) {
                // Nobody listens any more once the watch is dropped.
                let _gone = post.send(notice);
            }
        };
        let watcher = notify::recommended_watcher(handler)?;
        Ok(Self { folder, watcher, seen: None, blind: false })
    }

    /// Makes sure that the folder of this name is the one being watched; tells whether everything has to be looked at.
    pub(super) fn look(&mut self) -> bool {
        let there = identity(&self.folder);
        if there == self.seen {
            return self.blind;
        }
        if self.seen.is_some() {
            // Fails when the folder is gone, and then there is nothing to end.
            let _gone = self.watcher.unwatch(&self.folder);
        }
        self.seen = there;
        // Where it fails because the folder has just gone, the next look finds that out.
        self.blind = there.is_some() && self.watcher.watch(&self.folder, RecursiveMode::Recursive).is_err();
        true
    }

    pub(super) fn is_there(&self) -> bool {
        self.seen.is_some()
    }

    pub(super) fn is_blind(&self) -> bool {
        self.blind
    }
}

fn identity(folder: &Path) -> Option<(u64, u64)> {
    let metadata = std::fs::metadata(folder).ok()?;
    metadata.is_dir().then(|| (metadata.dev(), metadata.ino()))
}

/// What an event means. Reading is no change (building reads every file), nor are the notes that editors' programs leave
/// beside a file.
fn notices(root: &Path, event: notify::Result<Event>) -> Vec<Notice> {
    let Ok(event) = event else { return vec![Notice::Lost] };
    if event.need_rescan() {
        return vec![Notice::Lost];
    }
    if event.kind.is_access() {
        return Vec::new();
    }
    if event.paths.is_empty() {
        return vec![Notice::Lost];
    }
    let of_folder =
        matches!(event.kind, EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder));
    let renamed = matches!(event.kind, EventKind::Modify(ModifyKind::Name(_)));
    let notice = |path: &PathBuf| match path.strip_prefix(root).ok().and_then(Path::to_str) {
        // The root itself: its attributes, or it went. Which it is, the look at its identity tells.
        Some("") => None,
        Some(inside) if source::is_left_out(inside) => None,
        Some(_) if of_folder || (renamed && path.is_dir()) => Some(Notice::Folder),
        Some(inside) => Some(Notice::Path(inside.to_owned())),
        None => Some(Notice::Lost),
    };
    event.paths.iter().filter_map(notice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{AccessKind, DataChange, Flag, RenameMode};

    fn of(kind: EventKind, path: &str) -> Vec<Notice> {
        notices(Path::new("/content"), Ok(Event::new(kind).add_path(PathBuf::from(path))))
    }

    #[test]
    fn a_written_file_is_a_change_and_what_programs_do_beside_it_is_not() {
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        assert_eq!(of(written, "/content/guides/a.md"), [Notice::Path("guides/a.md".to_owned())]);
        for beside in [".a.md.swp", "a.md~", ".#a.md", "#a.md#", "~$a.xlsx", "a.md___jb_tmp___"] {
            assert_eq!(of(written, &format!("/content/guides/{beside}")), [], "{beside}");
        }
        assert_eq!(of(written, "/content/.git/index"), []);
        assert_eq!(of(EventKind::Access(AccessKind::Any), "/content/guides/a.md"), []);
    }

    #[test]
    fn a_folder_that_comes_or_goes_and_a_lost_count_mean_a_look_at_everything() {
        assert_eq!(of(EventKind::Create(CreateKind::Folder), "/content/guides"), [Notice::Folder]);
        assert_eq!(of(EventKind::Remove(RemoveKind::Folder), "/content/guides"), [Notice::Folder]);
        // Where it went from nobody can tell a folder from a file: the workshop knows what was there.
        let from = EventKind::Modify(ModifyKind::Name(RenameMode::From));
        assert_eq!(of(from, "/content/guides"), [Notice::Path("guides".to_owned())]);
        let overflow = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(notices(Path::new("/content"), Ok(overflow)), [Notice::Lost]);
        assert_eq!(notices(Path::new("/content"), Err(notify::Error::generic("full"))), [Notice::Lost]);
    }
}
