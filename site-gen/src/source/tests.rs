//! What holds for files as they are read, and as they change.

use super::*;

#[test]
fn columns_count_characters_and_a_byte_order_mark_is_not_one() {
    let mut sources = SourceMap::default();
    sources.add("a.md", "\u{feff}第一行\r\n标题：暖站\n");
    let file = sources.file("a.md").unwrap();
    let at = sources.text(file).find('暖').unwrap();
    assert_eq!(sources.line_column(file, at), (2, 4));
    assert_eq!(sources.line_column(file, 9999), (3, 1));
}

#[test]
fn a_file_that_is_not_utf8_is_set_aside() {
    let mut sources = SourceMap::default();
    sources.add("stations/a/stations.csv", vec![0xc3, 0xfb, 0xb3, 0xc6]);
    assert!(sources.is_foreign(sources.file("stations/a/stations.csv").unwrap()));
}

#[test]
fn what_programs_leave_behind_is_not_content() {
    let folder = tempfile::tempdir().unwrap();
    for name in [".DS_Store", "~$stations.xlsx", "README.md", "topics.yaml"] {
        #[expect(clippy::disallowed_methods, reason = "a test lays out a folder")]
        fs::write(folder.path().join(name), "x").unwrap();
    }
    let sources = SourceMap::read(folder.path()).unwrap();
    let paths: Vec<&str> = sources.texts().map(|(_, text)| text.path.as_str()).collect();
    assert_eq!(paths, ["topics.yaml"]);
}

fn write(folder: &Path, name: &str, text: &str) {
    #[expect(clippy::disallowed_methods, reason = "a test lays out a folder")]
    fs::write(folder.join(name), text).unwrap();
}

#[test]
fn a_refresh_tells_what_was_written_and_what_is_gone_and_ids_stay_in_order() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.md", "a");
    write(folder.path(), "c.md", "c");
    let mut sources = SourceMap::read(folder.path()).unwrap();
    let (a, c) = (sources.file("a.md").unwrap(), sources.file("c.md").unwrap());
    assert_eq!(sources.refresh(None, None).unwrap(), Changes::default());

    write(folder.path(), "b.md", "b");
    write(folder.path(), "c.md", "other");
    let changes = sources.refresh(Some(&["b.md".into(), "c.md".into()]), None).unwrap();
    let b = sources.file("b.md").unwrap();
    assert_eq!(changes, Changes { written: vec![b, c], set: true, ..Changes::default() });
    assert!(a < b && b < c);
    assert_eq!(sources.text(c), "other");

    fs::remove_file(folder.path().join("a.md")).unwrap();
    let changes = sources.refresh(Some(&["a.md".into()]), None).unwrap();
    assert_eq!(changes.gone, [(a, "a.md".to_owned())]);
    assert!(sources.file("a.md").is_none());
}

#[test]
fn files_keep_their_ids_over_processes() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.md", "d.md", "f.md"] {
        write(folder.path(), name, name);
    }
    let before = SourceMap::read(folder.path()).unwrap();
    let known: Vec<(FileId, String)> = before.texts().map(|(id, text)| (id, text.path.clone())).collect();
    fs::remove_file(folder.path().join("d.md")).unwrap();
    for name in ["a.md", "c.md", "e.md", "g.md"] {
        write(folder.path(), name, name);
    }
    let after = SourceMap::read_again((folder.path(), None), &known).unwrap();
    for (id, path) in known.iter().filter(|(_, path)| path != "d.md") {
        assert_eq!(after.file(path), Some(*id));
    }
    let ids: Vec<FileId> = after.texts().map(|(id, _)| id).collect();
    assert!(ids.is_sorted() && ids.len() == 6);
}

#[test]
fn a_text_that_was_let_go_is_read_once_more_and_must_be_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.md", "第一稿");
    let mut sources = SourceMap::read(folder.path()).unwrap();
    let file = sources.file("a.md").unwrap();
    sources.load(&[file]).unwrap();
    let hash = sources.hash(file);
    sources.let_go(&[file]);
    assert_eq!((sources.held_bytes(&[file]), sources.hash(file)), (0, hash));
    assert_eq!(sources.holding(&[file]).unwrap().text(file), "第一稿");

    write(folder.path(), "a.md", "第二稿");
    let why = sources.holding(&[file]).unwrap_err().to_string();
    assert!(why.contains("a.md") && why.contains("再运行一次"), "{why}");
}

#[test]
fn texts_that_are_on_no_disk_are_not_let_go() {
    let mut sources = SourceMap::default();
    sources.add("a.md", "只在这里");
    let file = sources.file("a.md").unwrap();
    sources.let_go(&[file]);
    assert_eq!(sources.text(file), "只在这里");
}
