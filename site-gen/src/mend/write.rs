//! Gives one mended file its new text, unless somebody else has given it another.

use std::path::Path;
use std::{fs, io};

use super::{MendedFile, Written};
use crate::files;

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
    match files::replace(path, &[mark.as_bytes(), file.after.as_bytes()].concat()) {
        Ok(()) => Written::Whole,
        Err(err) => Written::Failed(err),
    }
}

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
    fn a_byte_order_mark_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        fs::write(&path, "\u{feff}old\r\n").unwrap();
        assert!(matches!(whole(&path, &file("old\r\n", "new\r\n")), Written::Whole));
        assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}new\r\n");
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
}
