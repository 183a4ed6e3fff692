//! What `git diff-tree --stdin --raw -z -c` says, and what it means for the files of one commit.
//!
//! [`read`] takes the stream apart; [`Pass`] draws the conclusions. Paths are bytes here: git has no encoding.

use std::collections::BTreeMap;
use std::io::BufRead;

use anyhow::{Context as _, bail};

/// One file that one commit changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// When, in seconds since 1970: the committer's.
    pub seconds: i64,
    /// Whether it is the same bytes under another name.
    pub only_renamed: bool,
    /// The id of the bytes after the change.
    pub bytes: Vec<u8>,
    /// Its name before, for a rename.
    pub from: Option<Vec<u8>>,
    /// Its name after.
    pub path: Vec<u8>,
}

/// Reads the stream to its end.
///
/// ```text
/// \x01SECONDS NUL [LF] :MODE MODE ID ID STATUS NUL PATH NUL [PATH NUL]  …   a commit
/// \x01SECONDS NUL NUL ::MODE MODE MODE ID ID ID STATUS NUL PATH NUL …       a merge that differs from all its parents
/// ```
pub(super) fn read(mut stream: impl BufRead, mut take: impl FnMut(Entry)) -> anyhow::Result<()> {
    let mut seconds = None;
    while let Some(token) = next(&mut stream)? {
        let token = token.trim_ascii_start();
        if let Some(time) = token.strip_prefix(b"\x01") {
            seconds = Some(std::str::from_utf8(time)?.trim().parse()?);
        } else if token.starts_with(b":") {
            let seconds = seconds.context("a change before any commit")?;
            take(entry(token, seconds, || next(&mut stream))?);
        } else if !token.is_empty() {
            bail!("neither a commit nor a change: {}", String::from_utf8_lossy(token));
        }
    }
    Ok(())
}

fn entry(
    head: &[u8],
    seconds: i64,
    mut path: impl FnMut() -> anyhow::Result<Option<Vec<u8>>>,
) -> anyhow::Result<Entry> {
    let parents = head.iter().take_while(|&&byte| byte == b':').count();
    let words: Vec<&[u8]> = head[parents..].split(|&byte| byte == b' ').collect();
    // One mode for each parent and for the result, then as many ids, then what happened.
    let (Some(bytes), Some(status)) = (words.get(2 * parents + 1), words.get(2 * parents + 2)) else {
        bail!("a change without its ids: {}", String::from_utf8_lossy(head));
    };
    let mut path = || path()?.context("a change without its path");
    let moved = parents == 1 && status.starts_with(b"R");
    let from = if moved { Some(path()?) } else { None };
    let only_renamed = moved && words[2] == words[3];
    Ok(Entry { seconds, only_renamed, bytes: bytes.to_vec(), from, path: path()? })
}

fn next(stream: &mut impl BufRead) -> anyhow::Result<Option<Vec<u8>>> {
    let mut token = Vec::new();
    if stream.read_until(0, &mut token)? == 0 {
        return Ok(None);
    }
    token.pop_if(|last| *last == 0);
    Ok(Some(token))
}

/// Files whose bytes are being looked for in the history, newest commits first.
#[derive(Debug)]
pub(super) struct Pass {
    /// What is looked for: name and bytes, and for which of the files (several, where copies were renamed apart).
    wanted: BTreeMap<(Name, Bytes), Vec<Name>>,
    found: BTreeMap<Name, i64>,
}

type Name = Vec<u8>;
/// The id of a file's bytes.
type Bytes = Vec<u8>;

impl Pass {
    /// Looks for `files`: path and the id of the bytes.
    pub(super) fn new(files: BTreeMap<Name, Bytes>) -> Self {
        let wanted = files.into_iter().map(|(path, bytes)| ((path.clone(), bytes), vec![path])).collect();
        Self { wanted, found: BTreeMap::new() }
    }

    /// Looks at one change.
    pub(super) fn take(&mut self, entry: Entry) {
        let Entry { seconds, only_renamed, bytes, from, path } = entry;
        let key = (path, bytes);
        let Some(files) = self.wanted.get(&key) else { return };
        if let Some(from) = from.filter(|_| only_renamed) {
            // The bytes are older than this: they are looked for under the old name from here on.
            let files = files.clone();
            let older = self.wanted.entry((from, key.1)).or_default();
            older.extend(files);
            older.sort_unstable();
            older.dedup();
            return;
        }
        for file in files {
            let newest = self.found.entry(file.clone()).or_insert(seconds);
            *newest = seconds.max(*newest);
        }
    }

    /// When the bytes of each file came to be; files whose bytes came from nowhere are left out.
    pub(super) fn found(&self) -> impl Iterator<Item = (&[u8], i64)> {
        self.found.iter().map(|(path, seconds)| (path.as_slice(), *seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entries(stream: &[u8]) -> anyhow::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        read(stream, |entry| entries.push(entry))?;
        Ok(entries)
    }

    #[test]
    fn commits_renames_and_merges_are_told_apart() {
        let stream = b"\x0130\0\0::100644 100644 100644 a1 b2 c3 MM\0m.md\0\x0120\0\n:100644 100644 d4 d4 R100\0old.md\0:new.md\0\x0110\0\n:000000 100644 00 d4 A\0old.md\0";
        let found = entries(stream).unwrap();
        assert_eq!(found.len(), 3);
        assert_eq!((found[0].seconds, &*found[0].bytes, &*found[0].path), (30, &b"c3"[..], &b"m.md"[..]));
        assert!(found[1].only_renamed && found[1].path == b":new.md", "{:?}", found[1]);
        assert_eq!((found[2].seconds, &*found[2].bytes), (10, &b"d4"[..]));
    }

    #[test]
    fn a_rename_is_no_change_and_a_change_undone_by_a_merge_is_nobodys() {
        let mut pass = Pass::new(BTreeMap::from([(b"new.md".to_vec(), b"d4".to_vec())]));
        let stream = b"\x0130\0\n:100644 100644 d4 e5 M\0new.md\0\x0120\0\n:100644 100644 d4 d4 R100\0old.md\0new.md\0\x0110\0\n:000000 100644 00 d4 A\0old.md\0";
        read(&stream[..], |entry| pass.take(entry)).unwrap();
        assert_eq!(pass.found().collect::<Vec<_>>(), [(&b"new.md"[..], 10)]);
    }

    proptest! {
        #[test]
        fn any_stream_is_read_or_refused_without_a_panic(stream in "(\x01[0-9]{0,3}|:{0,3}|[0-9a-f]{0,2} |[AMR]|\0|\n|p){0,40}") {
            let _read = entries(stream.as_bytes());
        }
    }
}
