//! Files that did not change between two releases are kept once: hard links to the earlier release.
//!
//! Sound because nothing in a release is ever written to again: a new release is made of new files and new names for
//! old ones, and a file goes when the last release with it does.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::disk::set_mode;

/// How a release differs from the one before it, in files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shared {
    /// The same bytes at the same path.
    pub same: usize,
    /// Other bytes.
    pub changed: usize,
    /// A path that was not there.
    pub new: usize,
}

/// What files and folders of a release may be done with: everybody reads them, whatever the umask of whoever pushed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Modes {
    pub file: u32,
    pub folder: u32,
}

/// Makes the finished folder `into` share with `base` what is the same in both, and gives it its permissions.
///
/// `spare` is a free name on the same file system, for the moment between a link and its place.
pub(super) fn share(base: Option<&Path>, into: &Path, spare: &Path, modes: Modes) -> anyhow::Result<Shared> {
    let mut shared = Shared::default();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let here = into.join(&folder);
        set_mode(&here, modes.folder).with_context(|| format!("改不了 {} 的权限", here.display()))?;
        for entry in fs::read_dir(&here).with_context(|| format!("读不了 {}", here.display()))? {
            let entry = entry?;
            let inside = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(inside);
                continue;
            }
            let file = into.join(&inside);
            let fail = || format!("存不好 {}", file.display());
            set_mode(&file, modes.file).with_context(fail)?;
            match base.map(|base| base.join(&inside)).filter(|old| is_plain_file(old)) {
                None => shared.new += 1,
                Some(old) if same(&old, &file).with_context(fail)? => {
                    link(&old, &file, spare, modes);
                    shared.same += 1;
                }
                Some(_) => shared.changed += 1,
            }
        }
    }
    Ok(shared)
}

/// A copy is as good as a link, only larger: where the system allows none (another owner, too many), the copy stays.
fn link(old: &Path, file: &Path, spare: &Path, modes: Modes) {
    let untouched = fs::metadata(old).is_ok_and(|found| found.permissions().mode() & 0o777 == modes.file);
    if untouched && fs::hard_link(old, spare).is_ok() {
        let _copy_stays = fs::rename(spare, file);
        // A rename between two names of one file does nothing and leaves both.
        let _gone = fs::remove_file(spare);
    }
}

fn is_plain_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

/// Whether two files hold the same bytes.
fn same(one: &Path, other: &Path) -> io::Result<bool> {
    let (a, b) = (fs::metadata(one)?, fs::metadata(other)?);
    if a.len() != b.len() {
        return Ok(false);
    }
    if (a.dev(), a.ino()) == (b.dev(), b.ino()) {
        return Ok(true);
    }
    let (mut a, mut b) = (fs::File::open(one)?, fs::File::open(other)?);
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let read = a.read(&mut left)?;
        if read == 0 {
            return Ok(true);
        }
        b.read_exact(&mut right[..read])?;
        if left[..read] != right[..read] {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::disk::write_whole;

    const MODES: Modes = Modes { file: 0o644, folder: 0o755 };

    fn lay_out(folder: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            write_whole(&path, text.as_bytes(), 0o600).unwrap();
        }
    }

    #[test]
    fn what_is_the_same_is_kept_once_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        lay_out(&old, &[("a/same", "1"), ("a/changed", "1"), ("gone", "1")]);
        let spare = folder.path().join("spare");
        share(None, &old, &spare, MODES).unwrap();
        lay_out(&new, &[("a/same", "1"), ("a/changed", "2"), ("b/new", "1")]);
        let shared = share(Some(&old), &new, &spare, MODES).unwrap();
        assert_eq!(shared, Shared { same: 1, changed: 1, new: 1 });
        let of = |path: &Path| fs::metadata(path).unwrap();
        assert_eq!(of(&old.join("a/same")).ino(), of(&new.join("a/same")).ino());
        assert_eq!(fs::read(old.join("a/changed")).unwrap(), b"1");
        assert_eq!(fs::read(new.join("a/changed")).unwrap(), b"2");
        assert!(!spare.exists() && !new.join("gone").exists());
        assert_eq!(of(&new.join("b/new")).permissions().mode() & 0o777, 0o644);
        assert_eq!(of(&new.join("b")).permissions().mode() & 0o777, 0o755);
        // Once more changes nothing: the same file is the same.
        assert_eq!(share(Some(&old), &new, &spare, MODES).unwrap(), shared);
        assert!(!spare.exists());
    }
}
