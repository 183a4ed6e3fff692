//! A folder beside the output that remembers what is slow to make: compressed files, pictures in other sizes.
//!
//! Nothing in it is the truth: an entry is named by the hash of everything that it was made from, carries a checksum of
//! its own, and is made again where it is missing or torn. Deleting the folder costs time and nothing else. It holds
//! only bytes that are published, or that may be: a build in which something harmful was found takes its entries back. A cache that can't be written is no fault: the build goes on without it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes of checksum at the end of each entry.
const CHECKSUM: usize = 16;

/// Entries of one sort, and which of them this build used.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    used: Mutex<BTreeSet<String>>,
    new: Mutex<BTreeSet<String>>,
    made: AtomicU64,
}

impl Cache {
    /// The entries called `sort` (`compress`, `pictures`) beside the output folder `out`: `dist` has `.dist.cache`.
    pub fn beside(out: &Path, sort: &str) -> Self {
        Self::inside(&folder_beside(out), sort)
    }

    /// The entries called `sort` in the folder `cache`.
    pub fn inside(cache: &Path, sort: &str) -> Self {
        Self {
            folder: cache.join(sort),
            used: Mutex::default(),
            new: Mutex::default(),
            made: AtomicU64::new(0),
        }
    }

    /// The entry `name`, made where it is not there. `name` has to change with everything that goes into it.
    pub fn get_or_make(&self, name: &str, make: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        if let Some(bytes) = self.read(name) {
            return bytes;
        }
        let bytes = make();
        self.new.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        self.write(name, &bytes);
        bytes
    }

    /// How many entries had to be made.
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// Deletes what this build had no use for, so that the folder does not grow for ever.
    pub fn prune(&self) {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        self.keep_only(|name| used.contains(name));
    }

    /// Deletes what this build has made: it was refused, and pages that were made before the fault was found may have it.
    pub fn forget_new(&self) {
        for name in std::mem::take(&mut *self.new.lock().unwrap_or_else(PoisonError::into_inner)) {
            // An entry that could not be written is not there.
            let _never_there = fs::remove_file(self.folder.join(name));
        }
    }

    /// Deletes the entries that `wanted` does not name.
    pub fn keep_only(&self, wanted: impl Fn(&str) -> bool) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            if !wanted(entry.file_name().to_string_lossy().as_ref()) {
                // What can't be deleted now is deleted next time.
                let _stays = fs::remove_file(entry.path());
            }
        }
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let mut bytes = fs::read(self.folder.join(name)).ok()?;
        let content = bytes.len().checked_sub(CHECKSUM)?;
        let whole = bytes[content..] == checksum(&bytes[..content]);
        bytes.truncate(content);
        whole.then_some(bytes)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let turn = self.made.fetch_add(1, Ordering::Relaxed);
        let draft = self.folder.join(format!("{name}.{}-{turn}.part", std::process::id()));
        let entry = [bytes, checksum(bytes).as_slice()].concat();
        #[expect(clippy::disallowed_methods, reason = "not output: what is remembered lies beside it")]
        let written = fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(&draft, entry))
            .and_then(|()| fs::rename(&draft, self.folder.join(name)));
        if written.is_err() {
            let _never_there = fs::remove_file(&draft);
        }
    }
}

/// Where what belongs to the site in `out` is remembered, unless somebody wants it elsewhere.
pub fn folder_beside(out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!(".{name}.cache"))
}

/// A name for an entry that is made from `bytes`.
pub fn name_of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..32].to_owned()
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..CHECKSUM]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_once_is_not_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        assert_eq!(Cache::beside(&out, "x").get_or_make("a", || vec![1, 2]), [1, 2]);
        let again = Cache::beside(&out, "x");
        assert_eq!(again.get_or_make("a", || unreachable!("it is there")), [1, 2]);
        assert_eq!(again.made(), 0);
    }

    #[test]
    fn a_torn_entry_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::beside(&folder.path().join("dist"), "x");
        cache.get_or_make("a", || vec![1; 100]);
        let entry = folder.path().join(".dist.cache/x/a");
        for torn in [&[][..], &[1; 5], &[1; 100], &[2; 116]] {
            #[expect(clippy::disallowed_methods, reason = "a test tears a file")]
            fs::write(&entry, torn).unwrap();
            assert_eq!(cache.get_or_make("a", || vec![1; 100]), [1; 100]);
        }
    }

    #[test]
    fn what_a_build_had_no_use_for_goes() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        let old = Cache::beside(&out, "x");
        old.get_or_make("a", Vec::new);
        old.get_or_make("b", Vec::new);
        let new = Cache::beside(&out, "x");
        new.get_or_make("b", || unreachable!("it is there"));
        new.prune();
        let left = fs::read_dir(folder.path().join(".dist.cache/x")).unwrap();
        assert_eq!(left.map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_cache_that_can_not_be_written_is_done_without() {
        let folder = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test puts a file in the way")]
        fs::write(folder.path().join(".dist.cache"), "a file").unwrap();
        let cache = Cache::beside(&folder.path().join("dist"), "x");
        assert_eq!(cache.get_or_make("a", || vec![7]), [7]);
        cache.prune();
    }
}
