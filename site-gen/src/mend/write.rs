//! Writes one mended file: beside the old one first, then in its place in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;

use super::{MendedFile, Written};

/// The bytes of a byte-order mark.
const MARK: &str = "\u{feff}";

/// Gives the file at `path` its new text, unless it is no longer what was read. Whenever this stops, the file is whole:
/// the old one or the new one.
pub(super) fn whole(path: &Path, file: &MendedFile) -> Written {
    let mark = if file.skipped > 0 { MARK } else { "" };
    match fs::read(path) {
        Ok(now) if now == [mark.as_bytes(), file.before.as_bytes()].concat() => {}
        Ok(_) => return Written::ChangedMeanwhile,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Written::ChangedMeanwhile,
        Err(err) => return Written::Failed(err.into()),
    }
    match replace(path, &[mark.as_bytes(), file.after.as_bytes()]) {
        Ok(()) => Written::Whole,
        Err(err) => Written::Failed(err),
    }
}

fn replace(path: &Path, parts: &[&[u8]]) -> anyhow::Result<()> {
    let fail = || format!("写不了 {}：磁盘满了，或没有权限", path.display());
    // Content may be linked in: the file itself changes, and the link stays.
    let path = &path.canonicalize().with_context(fail)?;
    let name = path.file_name().with_context(fail)?.to_string_lossy();
    // Hidden, so that neither the checker nor an editor's program takes it for content; one name, so that at most one is
    // left behind when the machine stops half-way.
    let beside = path.with_file_name(format!(".{name}.mending"));
    let old = fs::metadata(path).with_context(fail)?;
    let _nothing_left_behind = fs::remove_file(&beside);
    let written = OpenOptions::new().write(true).create_new(true).open(&beside).and_then(|mut new| {
        for part in parts {
            new.write_all(part)?;
        }
        new.set_permissions(old.permissions())?;
        keep_owner(&new, &old);
        new.sync_all()
    });
    written
        .and_then(|()| fs::rename(&beside, path))
        .inspect_err(|_| {
            let _half_a_file = fs::remove_file(&beside);
        })
        .with_context(fail)
}

/// Who runs the command may not be whose file it is; where the system won't let it keep its owner, the text matters more.
#[cfg(unix)]
fn keep_owner(new: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let _not_allowed = fchown(new, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test lays out a folder")]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn file(before: &str, after: &str) -> MendedFile {
        let (path, before, after) = ("a.md".to_owned(), before.to_owned(), after.to_owned());
        MendedFile { path, before, after, mended: BTreeMap::new(), skipped: 3 }
    }

    #[test]
    fn a_byte_order_mark_stays_and_nothing_is_left_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        fs::write(&path, "\u{feff}old\r\n").unwrap();
        fs::write(folder.path().join(".a.md.mending"), "from a run that was stopped").unwrap();
        assert!(matches!(whole(&path, &file("old\r\n", "new\r\n")), Written::Whole));
        assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}new\r\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_somebody_changed_meanwhile_is_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        fs::write(&path, "\u{feff}somebody else's").unwrap();
        assert!(matches!(whole(&path, &file("old", "new")), Written::ChangedMeanwhile));
        assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}somebody else's");
        fs::remove_file(&path).unwrap();
        assert!(matches!(whole(&path, &file("old", "new")), Written::ChangedMeanwhile));
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.md"), folder.path().join("a.md"));
        fs::write(&real, "\u{feff}old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        assert!(matches!(whole(&link, &file("old", "new")), Written::Whole));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "\u{feff}new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
