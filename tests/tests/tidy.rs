//! Rules about the code itself: every file says what it is, none is too long, nothing is left for later.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

use tests::workspace;

/// Lines in one file: more than this and it has more than one subject.
const LONGEST_FILE: usize = 500;

fn rust_files() -> Vec<PathBuf> {
    let root = workspace::root();
    let folders = ["api", "search", "site-gen", "tests"];
    let all = folders.iter().flat_map(|folder| workspace::files_under(&root.join(folder)));
    all.filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

fn name(path: &Path) -> String {
    path.strip_prefix(workspace::root()).unwrap().display().to_string()
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let silent: Vec<String> = rust_files()
        .iter()
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!"))
        .map(|path| name(path))
        .collect();
    assert!(silent.is_empty(), "no `//!` at the top of {silent:?}");
}

#[test]
fn no_file_is_too_long_to_have_one_subject() {
    let long: Vec<String> = rust_files()
        .iter()
        .filter(|path| fs::read_to_string(path).unwrap().lines().count() > LONGEST_FILE)
        .map(|path| name(path))
        .collect();
    assert!(long.is_empty(), "over {LONGEST_FILE} lines: {long:?}");
}

#[test]
fn nothing_is_left_for_later_in_the_code() {
    let words = ["TO", "FIX"].map(|half| format!("{half}{}", if half == "TO" { "DO" } else { "ME" }));
    let left: Vec<String> = rust_files()
        .iter()
        .filter(|path| words.iter().any(|word| fs::read_to_string(path).unwrap().contains(word)))
        .map(|path| name(path))
        .collect();
    assert!(left.is_empty(), "an issue or a decision, not a note: {left:?}");
}

/// What runs on a public page must not fetch anything from anybody else, nor keep anything on the phone.
#[test]
fn public_scripts_keep_nothing_and_ask_nobody_else() {
    let assets = workspace::files_under(&workspace::root().join("site-gen/assets"));
    for path in assets.iter().filter(|path| path.extension().is_some_and(|ending| ending == "js")) {
        let script = fs::read_to_string(path).unwrap();
        for never in [
            "localStorage",
            "sessionStorage",
            "indexedDB",
            "document.cookie",
            "https://",
            "innerHTML",
            "eval(",
        ] {
            assert!(!script.contains(never), "{} uses {never}", name(path));
        }
    }
}

#[test]
fn only_the_composition_root_of_the_api_knows_the_compiler() {
    let root = workspace::root().join("api/src");
    let knowing: Vec<String> = workspace::files_under(&root)
        .iter()
        .filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("site_gen::")))
        .map(|path| name(path))
        .collect();
    assert_eq!(knowing, ["api/src/compiler.rs"]);
}
