//! Where something could have left a trace: what the search for plaintext, receipts and addresses looks through (P2, P3, P4, P7).
//!
//! Start at [`all_traces`]. What is looked for in many files at once and in all its [`spellings`] is a [`Search`].

use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use memchr::memmem;
use tests::server::Ground;
use tests::{nuanzhan, postgres, workspace};

/// Every byte that could tell: `var` with database and write-ahead log, `PostgreSQL`'s data folder, what the server said, its temporary
/// files, a backup as it is and as it comes back out of its seal.
pub(crate) fn all_traces(ground: &Ground, said: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let elsewhere = tempfile::tempdir().unwrap();
    back_up_and_restore(ground, elsewhere.path());
    let mut files = workspace::files_under(&ground.var());
    files.extend(workspace::files_under(&ground.temporary()));
    files.extend(workspace::files_under(elsewhere.path()));
    if let Some(folder) = ground.database.as_deref().and_then(postgres::data_folder_of) {
        assert!(folder.is_dir(), "the cluster's data is at {}", folder.display());
        files.extend(workspace::files_under(&folder));
    }
    // A file may go away while we look: temporary files of a running database.
    let mut traces: Vec<(PathBuf, Vec<u8>)> =
        files.into_iter().filter_map(|file| std::fs::read(&file).ok().map(|bytes| (file, bytes))).collect();
    traces.push((PathBuf::from("the log"), said.as_bytes().to_vec()));
    traces
}

/// `elsewhere/backup` is the sealed file, `elsewhere/var` the database that it gives.
fn back_up_and_restore(ground: &Ground, elsewhere: &std::path::Path) {
    let run = |arguments: &[&str]| {
        let ran = nuanzhan::run(elsewhere, arguments).unwrap();
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    };
    let keys = run(&["backup", "key"]);
    let (paper, public) = (keys.lines().nth(1).unwrap().trim(), keys.lines().nth(3).unwrap().trim());
    let data = ground.data_arguments();
    let mut arguments = vec!["backup", "--to", public, "--out", "backup"];
    arguments.extend(data.iter().map(String::as_str));
    run(&arguments);
    std::fs::create_dir(elsewhere.join("var")).unwrap();
    std::fs::copy(ground.var().join("secrets.toml"), elsewhere.join("var/secrets.toml")).unwrap();
    std::fs::write(elsewhere.join("paper"), paper).unwrap();
    run(&["restore", "backup", "--key-file", "paper", "--var", "var"]);
}

pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memmem::find(haystack, needle).is_some()
}

/// The ways in which bytes could be written: as they are, in digits, for addresses, as base64 of both sorts; and all of that again
/// for the UTF-16 of what is a text.
pub(crate) fn spellings(bytes: &[u8]) -> Vec<Vec<u8>> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut all = Vec::new();
    for bytes in std::iter::once(bytes.to_vec()).chain(std::str::from_utf8(bytes).ok().map(wide)) {
        let lower = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
        let upper: Vec<String> = lower.iter().map(|digits| digits.to_uppercase()).collect();
        all.extend([lower.concat(), upper.concat(), format!("%{}", upper.join("%"))].map(String::into_bytes));
        // Base64 looks different at each of three places in a longer text; its first and last characters mix with others.
        for shift in 0..3 {
            let shifted = [vec![0; shift], bytes.clone()].concat();
            for text in [BASE64_STANDARD.encode(&shifted), BASE64_URL_SAFE_NO_PAD.encode(&shifted)] {
                let inner = &text[4.min(text.len())..text.len().saturating_sub(4)];
                if inner.len() >= 12 {
                    all.push(inner.as_bytes().to_vec());
                }
            }
        }
        all.push(bytes);
    }
    all.sort();
    all.dedup();
    all
}

/// Many things looked for in one go over the bytes: some hundred spellings, each by itself, would take minutes.
pub(crate) struct Search {
    /// What begins with these two bytes.
    by_beginning: Vec<Vec<Vec<u8>>>,
}

impl Search {
    /// For all of these, as they are.
    pub(crate) fn of(needles: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut by_beginning = vec![Vec::new(); 1 << 16];
        for needle in needles {
            let beginning = [needle[0], needle[1]];
            by_beginning[usize::from(u16::from_be_bytes(beginning))].push(needle);
        }
        Self { by_beginning }
    }

    /// For all spellings of all of these.
    pub(crate) fn of_spellings<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self::of(secrets.into_iter().flat_map(spellings))
    }

    /// The first of them that is there.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<&[u8]> {
        let mut at = 0;
        while at + 1 < bytes.len() {
            let here = &self.by_beginning[usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1])];
            if !here.is_empty()
                && let Some(found) = here.iter().find(|needle| bytes[at..].starts_with(needle))
            {
                return Some(found);
            }
            at += 1;
        }
        None
    }
}

#[test]
fn a_search_finds_every_spelling_wherever_it_stands() {
    let (word, key) = (
        "她说存折在他那里",
        [0, 7, 200, 255, 62, 63, 251, 239, 190, 9, 0, 1, 128, 33, 44, 55, 66, 77, 88, 99],
    );
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let search = Search::of_spellings([word.as_bytes(), &key]);
    assert_eq!(search.find("她说存折在他那儿".as_bytes()), None);
    for secret in [word.as_bytes(), &wide, &key] {
        for before in 0..9 {
            let among = [vec![b'x'; before], secret.to_vec(), vec![b'y'; 5]].concat();
            let hex = among.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
            let (base64, url) = (BASE64_STANDARD.encode(&among), BASE64_URL_SAFE_NO_PAD.encode(&among));
            let written = [hex.to_uppercase(), hex, base64, url].map(String::into_bytes);
            for bytes in written.iter().chain([&among]) {
                assert!(search.find(bytes).is_some(), "{before}: {:?}", String::from_utf8_lossy(bytes));
            }
        }
    }
}
