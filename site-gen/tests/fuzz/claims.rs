//! What has to hold of any file: no panic, findings that point into it, every way of telling them, a `--fix` that comes to rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use site_gen::diag::{Severity, github, gitlab, json, sarif, text};
use site_gen::roster::import::{Ask, plan};
use site_gen::roster::report;
use site_gen::source::SourceMap;
use site_gen::workshop::Workshop;
use site_gen::{Options, Outcome, Report, format, mend};

const TODAY: Date = date(2026, 11, 21);

type Files = BTreeMap<String, Vec<u8>>;

/// A small site without faults: that of the pages that explain findings.
static SITE: LazyLock<Files> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/spec/site");
    let sources = site_gen::read(&root).unwrap();
    let texts = sources.texts().map(|(_, text)| text.path.clone());
    texts.map(|path| (path.clone(), std::fs::read(root.join(path)).unwrap())).collect()
});

/// The small site with another file in the place of one, or beside the others.
fn sources(path: &str, bytes: &[u8]) -> SourceMap {
    let mut files: BTreeMap<&str, &[u8]> =
        SITE.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    files.insert(path, bytes);
    let mut sources = SourceMap::default();
    for (path, bytes) in files {
        sources.add(path, bytes);
    }
    sources
}

fn options(statutes: Option<PathBuf>) -> Options {
    Options { statutes, ..Options::new("content", "", TODAY) }
}

fn report_of(outcome: &Outcome) -> &Report {
    let (Outcome::Built(report) | Outcome::Rejected(report)) = outcome;
    report
}

/// Holds for any file of the content, however large.
pub(crate) fn checked(path: &str, bytes: &[u8]) {
    told_well(report_of(&Workshop::check(sources(path, bytes), options(None)).unwrap()));
}

/// Holds for any file of the content.
pub(crate) fn content(path: &str, bytes: &[u8]) {
    checked(path, bytes);
    let sources = sources(path, bytes);
    comes_to_rest(path, sources);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let formatted = format::text(path, text);
        assert_eq!(format::text(path, &formatted), formatted, "format does not come to rest");
    }
}

/// Every finding points into its file, and can be told in every way.
pub(crate) fn told_well(report: &Report) {
    let found = report.found();
    for found in &found {
        let finding = found.diagnostic;
        let places = std::iter::once(finding.span).chain(finding.edits.iter().map(|edit| edit.span));
        for span in places {
            let text = report.sources.text(span.file);
            assert!(span.start <= span.end && span.end <= text.len(), "{finding:?} of {}", text.len());
            assert!(
                text.is_char_boundary(span.start) && text.is_char_boundary(span.end),
                "{finding:?} cuts a letter"
            );
        }
        assert!(found.start.line >= 1 && found.start.column >= 1 && !finding.message.is_empty());
        assert!(!finding.message.is_ascii(), "{finding:?} is not Chinese");
    }
    let repeated = found.windows(2).find(|pair| pair[0].diagnostic == pair[1].diagnostic);
    assert!(repeated.is_none(), "{repeated:?}");
    text::render(&found, "content", &text::Look::default());
    text::render(&found, "content", &text::Look { colour: true, width: 40, limit: Some(3) });
    github::render(&found, "content");
    for rendered in [
        json::render(&found, "content", TODAY),
        sarif::render(&found, "content", None),
        gitlab::render(&found, "content"),
    ] {
        serde_json::from_str::<serde_json::Value>(&rendered).unwrap();
    }
}

/// `--fix` leaves no more errors than there were but those it brought to light, and has nothing to do the second time.
fn comes_to_rest(path: &str, sources: SourceMap) {
    let mending = mend::plan_sources(sources, &options(None)).unwrap();
    told_well(mending.report());
    for file in &mending.files {
        assert_eq!(file.path, path, "another file was mended");
        let again = mend::plan_sources(self::sources(path, file.after.as_bytes()), &options(None)).unwrap();
        assert!(again.files.is_empty(), "mended again:\n{:?}\n{:?}", file.after, again.files[0].after);
        // A head that misses something keeps the text below it from being looked at, as one does that can't be read.
        let syntax = ["front-matter", "table", "toml", "yaml", "encoding", "missing-field", "field-type"];
        let errors = |report: &Report| {
            let errors =
                report.found().into_iter().filter(|found| found.diagnostic.severity == Severity::Error);
            let codes: Vec<&str> = errors.map(|found| found.diagnostic.code).collect();
            (codes.len(), codes.iter().any(|code| syntax.contains(code)))
        };
        let before = Workshop::check(self::sources(path, file.before.as_bytes()), options(None)).unwrap();
        let ((before, hid_something), (after, _)) = (errors(report_of(&before)), errors(mending.report()));
        assert!(after <= before || hid_something, "mending made {before} errors {after}: {:?}", file.after);
    }
}

/// Holds for any full text of a statute.
pub(crate) fn statute(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test lays out a library")]
    std::fs::write(folder.path().join("示例法(2019-01-05).md"), bytes).unwrap();
    let options = options(Some(folder.path().to_owned()));
    told_well(report_of(
        &Workshop::check(sources("pages/x.md", b"---\ntitle: x\n---\nx\n"), options).unwrap(),
    ));
}

/// Holds for any list of stations from outside.
pub(crate) fn list(bytes: &[u8]) {
    let ask = Ask { datum: Some("gcj02"), ..Ask::into_folder("shili-county", TODAY) };
    let sources = sources("pages/x.md", b"---\ntitle: x\n---\nx\n");
    match plan(bytes, &ask, &sources) {
        Err(why) => assert!(!why.is_ascii(), "{why:?} is not Chinese"),
        Ok(plan) => {
            assert!(!report::text(&plan).is_empty());
            report::kept(&plan.kept);
            for remark in &plan.remarks {
                assert!(remark.at.sheet >= 1 && !remark.what.is_empty(), "{remark:?}");
            }
            // What was planned is content that can be read.
            let after = sources.with(&plan.files);
            told_well(report_of(&Workshop::check(after, options(None)).unwrap()));
        }
    }
}
