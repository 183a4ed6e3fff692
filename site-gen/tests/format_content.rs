//! The real content, formatted, makes the same site byte for byte.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod real;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use real::newest_day;
use site_gen::source::SourceMap;
use site_gen::{Options, Outcome, files, format};
use tempfile::TempDir;

fn content() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("content")
}

fn site_of(content: &Path) -> BTreeMap<String, Vec<u8>> {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("dist");
    let options = Options::new(content, out.clone(), newest_day(content).unwrap());
    match site_gen::build(&options).unwrap() {
        Outcome::Built(_) => {}
        Outcome::Rejected(report) => panic!("{}", report.text()),
    }
    let mut files = BTreeMap::new();
    read_into(&out, &out, &mut files);
    files
}

fn read_into(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_into(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

#[test]
fn the_site_of_formatted_content_is_the_same() {
    let formatted = TempDir::new().unwrap();
    let sources = SourceMap::read(&content()).unwrap();
    let mut changed = 0;
    for (_, source) in sources.texts() {
        let text = String::from_utf8(fs::read(content().join(&source.path)).unwrap()).unwrap();
        // As a Windows editor with odd habits leaves it, the text says the same.
        let windows = text.replace('\n', "\r\n");
        let new = format::text(&source.path, &windows);
        assert_eq!(format::text(&source.path, &new), new, "{}", source.path);
        assert!(!new.contains('\r'), "{}", source.path);
        changed += usize::from(new != windows);
        files::create(&formatted.path().join(&source.path), new.as_bytes()).unwrap();
    }
    assert!(changed > 0, "nothing was out of order: the test shows nothing");
    let (before, after) = (site_of(&content()), site_of(formatted.path()));
    let differing: Vec<&String> =
        before.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
    assert!(differing.is_empty() && before.len() == after.len(), "{differing:?}");
}
