//! Where something could have left a trace: what the search for plaintext, receipts and addresses looks through (P2, P3, P4, P7).
//!
//! Start at [`all_traces`].

use std::path::PathBuf;

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
