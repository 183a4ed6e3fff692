//! The content of the checkout: without findings, and the same bytes whenever and wherever it is built.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::BTreeMap;
use std::path::Path;

use search::record::Kind;
use site_gen::{Options, Outcome};
use tests::workspace;

fn build(out: &Path, today: jiff::civil::Date) -> BTreeMap<String, Vec<u8>> {
    let options = Options::new(workspace::content(), out, today);
    match site_gen::build(&options).unwrap() {
        Outcome::Built(_) => {}
        Outcome::Rejected(report) => panic!("{}", report.text()),
    }
    let name = |path: &Path| path.strip_prefix(out).unwrap().display().to_string();
    workspace::files_under(out).iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

#[test]
fn the_real_content_builds_to_the_same_bytes_on_any_day() {
    let folder = tempfile::tempdir().unwrap();
    let today = workspace::newest_day(&workspace::content());
    let later = today.checked_add(jiff::Span::new().days(107)).unwrap();
    let first = build(&folder.path().join("first"), today);
    let second = build(&folder.path().join("second"), later);
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (path, bytes) in &first {
        assert!(second[path] == *bytes, "{path} differs");
    }
}

#[test]
fn there_is_as_much_content_as_was_promised() {
    let folder = tempfile::tempdir().unwrap();
    build(&folder.path().join("site"), workspace::newest_day(&workspace::content()));
    let bundle = search::bundle::Bundle::open(&folder.path().join("site")).unwrap();
    let count = |kind| bundle.records.iter().filter(|record| record.kind == kind).count();
    assert!(count(Kind::Guide) >= 16 && bundle.topics.len() >= 8);
    assert!(count(Kind::CaseDigest) >= 10 && count(Kind::Statute) >= 20 && count(Kind::Campaign) >= 5);
    assert!(bundle.thesaurus.iter().map(|entry| entry.say.len()).sum::<usize>() >= 200);
    assert_eq!(bundle.regions.len(), 1 + 2 + 10 + 40);
    assert_eq!(bundle.stations.len(), 80);
    let kinds: std::collections::BTreeSet<_> = bundle.stations.iter().map(|station| station.kind).collect();
    assert_eq!(kinds.len(), search::vocabulary::StationKind::ALL.len(), "stations of every kind");
    assert_eq!(bundle.stations.iter().filter(|station| station.is_confidential()).count(), 2);
}
