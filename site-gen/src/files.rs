//! The only writer of content: single files, whole or not at all, when an editor asks for it.
//!
//! Start at [`create`] and [`replace`]; `check --fix`, `format`, `new`, `import` and `export` write through them. Each
//! writes a hidden file beside the target and renames it, so Ctrl-C or a full disk leaves the old file (or none) and never
//! half of one. Hidden files are not content, so one that a crash leaves behind does no harm. The site is written by
//! [`crate::emit`].

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use tempfile::{Builder, NamedTempFile};

/// Writes a new file.
///
/// # Errors
///
/// Fails when something of that name is there already, or when it can't be written; nothing is changed then.
pub fn create(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let file = written_beside(path, bytes)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(err) if err.error.kind() == io::ErrorKind::AlreadyExists => {
            bail!("{} 已经有了，没有动它", path.display())
        }
        Err(err) => Err(err.error).with_context(|| format!("写不了 {}", path.display())),
    }
}

/// Puts a file in the place of another, or where there was none. Who may read it and whose it is stays; where the path is
/// a link, the link stays and what it leads to changes.
///
/// # Errors
///
/// Fails when it can't be written; what was there stays.
pub fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let linked_in = fs::canonicalize(path);
    let path = linked_in.as_deref().unwrap_or(path);
    let file = written_beside(path, bytes)?;
    if let Ok(old) = fs::metadata(path) {
        let kept = file.as_file().set_permissions(old.permissions());
        kept.with_context(|| format!("{} 的权限设不回去", path.display()))?;
        keep_owner(file.as_file(), &old);
    }
    file.persist(path).map_err(|err| err.error).with_context(|| format!("写不了 {}", path.display()))?;
    Ok(())
}

/// Who runs the command may not be whose file it is; where the system won't let it keep its owner, the text matters more.
#[cfg(unix)]
fn keep_owner(new: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let _not_allowed = fchown(new, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

fn written_beside(path: &Path, bytes: &[u8]) -> anyhow::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("建不了文件夹 {}", folder.display()))?;
    let mut builder = Builder::new();
    builder.prefix(".nuanzhan-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any program makes a file: the user's mask takes away what it takes away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let fail = || format!("写不了 {}：没有权限，或磁盘满了", path.display());
    let mut file = builder.tempfile_in(folder).with_context(fail)?;
    file.write_all(bytes).with_context(fail)?;
    // A rename may reach the disk before the bytes do: after a power cut the file would be empty.
    file.as_file().sync_all().with_context(fail)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_never_overwritten_by_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.md");
        create(&path, b"first").unwrap();
        assert!(create(&path, b"second").unwrap_err().to_string().contains("已经有了"));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        replace(&path, b"third").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"third");
        let left = fs::read_dir(folder.path().join("a")).unwrap().count();
        assert_eq!(left, 1, "nothing is left beside it");
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_who_may_read_it_and_a_link_stays_one() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.md"), folder.path().join("a.md"));
        create(&real, b"first").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        for (path, text) in [(&real, b"second"), (&link, b"third.")] {
            replace(path, text).unwrap();
            assert_eq!(fs::read(&real).unwrap(), text);
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
    }
}
