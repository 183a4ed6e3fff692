//! A folder as editors, their programs and git treat it, watched.

use super::*;
use std::fs;
use std::path::Path;

/// Watches a folder; the receiver hears of every change.
fn watched(folder: &Path) -> (Watcher, Receiver<Touched>) {
    let (sender, changes) = mpsc::channel();
    let heed = move |touched: &Touched| drop(sender.send(touched.clone()));
    (watch(folder.to_owned()).unwrap().heed(heed).unwrap(), changes)
}

fn write(path: &Path, text: &str) {
    #[expect(clippy::disallowed_methods, reason = "the editor of this test")]
    fs::write(path, text).unwrap();
}

fn next(changes: &Receiver<Touched>) -> Touched {
    changes.recv_timeout(Duration::from_secs(5)).expect("a change is noticed")
}

/// What comes until it has been quiet for a while.
fn settle(changes: &Receiver<Touched>) -> Vec<Touched> {
    let mut all = Vec::new();
    while let Ok(touched) = changes.recv_timeout(Duration::from_millis(600)) {
        all.push(touched);
    }
    all
}

fn paths(touched: &[Touched]) -> BTreeSet<&str> {
    touched.iter().filter_map(Touched::paths).flatten().map(String::as_str).collect()
}

#[test]
fn a_burst_is_few_changes_with_every_name_and_reading_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let (_watcher, changes) = watched(folder.path());
    for n in 0..50 {
        write(&folder.path().join(format!("{n}.md")), "text");
    }
    let all = settle(&changes);
    assert!((1..5).contains(&all.len()), "{all:?}");
    assert_eq!(paths(&all).len(), 50);
    for n in 0..50 {
        fs::read(folder.path().join(format!("{n}.md"))).unwrap();
    }
    write(&folder.path().join(".1.md.swp"), "note");
    assert_eq!(settle(&changes), []);
}

#[test]
fn a_file_saved_by_renaming_another_over_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("a.md"), "old");
    let (_watcher, changes) = watched(folder.path());
    write(&folder.path().join(".a.md.new"), "new");
    fs::rename(folder.path().join(".a.md.new"), folder.path().join("a.md")).unwrap();
    assert_eq!(paths(&settle(&changes)), BTreeSet::from(["a.md"]));
}

#[test]
fn a_folder_named_from_where_one_stands_is_told_of_file_by_file() {
    let folder = tempfile::tempdir_in(".").unwrap();
    let name = Path::new(folder.path().file_name().unwrap());
    let (_watcher, changes) = watched(name);
    write(&folder.path().join("a.md"), "text");
    let all = settle(&changes);
    assert!(!all.contains(&Touched::Anything), "nothing else has to be looked at: {all:?}");
    assert_eq!(paths(&all), BTreeSet::from(["a.md"]));
}

#[test]
fn a_folder_that_is_replaced_is_watched_again() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("content");
    fs::create_dir_all(folder.join("guides")).unwrap();
    let (_watcher, changes) = watched(&folder);
    fs::rename(&folder, parent.path().join("old")).unwrap();
    assert_eq!(next(&changes), Touched::Anything);
    fs::create_dir_all(folder.join("cases")).unwrap();
    assert_eq!(next(&changes), Touched::Anything);
    settle(&changes);
    write(&folder.join("cases").join("a.md"), "text");
    assert_eq!(paths(&settle(&changes)), BTreeSet::from(["cases/a.md"]));
    fs::rename(folder.join("cases"), folder.join("2026")).unwrap();
    assert!(settle(&changes).contains(&Touched::Anything));
    write(&folder.join("2026").join("a.md"), "more text");
    assert_eq!(paths(&settle(&changes)), BTreeSet::from(["2026/a.md"]), "a renamed folder is still watched");
    fs::remove_dir_all(folder.join("2026")).unwrap();
    assert!(settle(&changes).contains(&Touched::Anything));
}

#[test]
fn a_folder_that_came_with_files_in_it_is_looked_at_once_more() {
    let folder = tempfile::tempdir().unwrap();
    let (_watcher, changes) = watched(folder.path());
    fs::create_dir_all(folder.path().join("cases/2026")).unwrap();
    write(&folder.path().join("cases/2026/a.md"), "text");
    let all = settle(&changes);
    assert!(all.iter().filter(|touched| **touched == Touched::Anything).count() >= 2, "{all:?}");
}

#[test]
fn what_changes_while_nobody_waits_comes_next_and_stop_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut watch = watch(folder.path().to_owned()).unwrap();
    write(&folder.path().join("a.md"), "text");
    thread::sleep(Duration::from_millis(50));
    write(&folder.path().join("b.md"), "text");
    thread::sleep(Duration::from_millis(50));
    assert_eq!(watch.next(), Some(Touched::Paths(vec!["a.md".to_owned(), "b.md".to_owned()])));
    watch.stopper().stop();
    assert_eq!(watch.next(), None);
}
