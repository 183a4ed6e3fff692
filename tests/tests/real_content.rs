//! The content of the checkout: without findings, the same bytes whenever and wherever it is built, and on every page the way
//! out and nothing that a strict policy would have to stop. What a page says is tested elsewhere.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::BTreeMap;
use std::path::Path;

use search::record::Kind;
use site_gen::{Options, Outcome};
use tests::html::faults;
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

#[test]
fn p10_every_page_has_the_way_out_and_none_runs_or_loads_what_is_not_of_this_site() {
    let folder = tempfile::tempdir().unwrap();
    let files = build(&folder.path().join("site"), workspace::newest_day(&workspace::content()));
    let exit = workspace::way_out().unwrap();
    let mut pages = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        let html = std::str::from_utf8(bytes).unwrap();
        pages += 1;
        if path == "leave/index.html" {
            // It is the way out: an empty page that leads there by itself.
            let refresh = format!("<meta http-equiv=\"refresh\" content=\"0; url={exit}\">");
            assert!(html.contains(&refresh) && html.contains("<body></body>"), "{html}");
            assert!(!html.contains("<script"), "{html}");
            continue;
        }
        let found = faults(html, &exit);
        assert!(found.is_empty(), "{path}: {found:#?}");
    }
    assert!(pages > 200, "the whole site was looked at: {pages}");
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".css") || path.ends_with(".svg")) {
        let text = std::str::from_utf8(bytes).unwrap();
        assert!(!text.contains("@import") && !text.contains("<script"), "{path}");
        for address in text.split("url(").skip(1).map(|rest| rest.trim_start_matches(['"', '\''])) {
            let ours = address.starts_with('#') || address.starts_with("data:image/");
            assert!(ours || address.starts_with('/') && !address.starts_with("//"), "{path}: {address:.60}");
        }
    }
}
