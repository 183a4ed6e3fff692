//! What lies in a folder: paths and how the files look from outside, without opening them.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// A file that was found.
#[derive(Debug)]
pub(super) struct Found {
    /// From the root, with `/`.
    pub path: String,
    pub signature: Signature,
}

/// How a file looks without opening it. Every way of changing its bytes changes this too: the system sets the time of
/// the last change of the entry (ctime) by itself, and no program can set it back.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    size: u64,
    inode: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
    changed: (i64, i64),
}

/// Every file under `root`, by path.
pub(super) fn files(root: &Path) -> anyhow::Result<Vec<Found>> {
    list(root).with_context(|| format!("读不了内容文件夹 {}：请检查 --content 指的位置", root.display()))
}

/// [`files`] of any folder.
pub(super) fn list(root: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    walk(root, "", &mut found)?;
    // By bytes of the relative path: the same order on every machine and file system.
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The files of `paths` that are there, by path; `None` where one of them is or was a folder, or where a folder on
/// the way is gone: then everything has to be looked at.
pub(super) fn look_at(
    root: &Path,
    paths: &[String],
    was_folder: impl Fn(&str) -> bool,
) -> anyhow::Result<Option<Vec<Found>>> {
    let mut found = Vec::new();
    for path in paths {
        if is_left_out(path) {
            continue;
        }
        match fs::metadata(root.join(path)) {
            Ok(metadata) if metadata.is_dir() => return Ok(None),
            Ok(metadata) => found.push(Found { path: path.clone(), signature: Signature::of(&metadata) }),
            Err(err) if err.kind() == io::ErrorKind::NotFound => {
                let around = root.join(path).parent().is_some_and(Path::is_dir);
                if was_folder(path) || !around {
                    return Ok(None);
                }
            }
            Err(err) => return Err(err).with_context(|| format!("读不了 {path}")),
        }
    }
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    Ok(Some(found))
}

fn walk(root: &Path, folder: &str, found: &mut Vec<Found>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            return Err(io::Error::other(format!("文件名不是 UTF-8：{}", entry.path().display())));
        };
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        if is_left_out(&path) {
            continue;
        }
        // `metadata` follows links, so content may be linked in; a loop ends with the system's own error.
        let metadata = match fs::metadata(entry.path()) {
            // Gone since the folder was listed: editors save by renaming.
            Err(err) if err.kind() == io::ErrorKind::NotFound && !is_link(&entry) => continue,
            metadata => metadata?,
        };
        if metadata.is_dir() {
            walk(root, &path, found)?;
        } else {
            found.push(Found { path, signature: Signature::of(&metadata) });
        }
    }
    Ok(())
}

fn is_link(entry: &fs::DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_symlink())
}

/// The handbook, and what editors' programs leave behind or save by way of: hidden files, Office lock files, unsaved work of
/// Emacs, the drafts of `JetBrains`, Windows and macOS litter.
pub(crate) fn is_left_out(path: &str) -> bool {
    let clutter = |name: &str| {
        let saving = name.ends_with("___jb_tmp___") || name.ends_with("___jb_old___");
        let unsaved = name.starts_with('#') && name.ends_with('#');
        let hidden = name.starts_with('.') || name.starts_with("~$") || name.ends_with('~');
        hidden || saving || unsaved || name == "Thumbs.db"
    };
    path == "README.md" || path.split('/').any(clutter)
}

impl Signature {
    /// Whether the file changed less than `nanoseconds` before `moment` (seconds and nanoseconds), or after it.
    pub fn changed_within(&self, nanoseconds: i64, moment: (i64, i64)) -> bool {
        let seconds = moment.0.saturating_sub(self.changed.0);
        seconds.saturating_mul(1_000_000_000).saturating_add(moment.1 - self.changed.1) < nanoseconds
    }

    /// Of the file that `metadata` tells of.
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.size(),
            inode: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}
