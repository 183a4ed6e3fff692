//! The real content in memory, and what is found when some of its files are others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::civil::Date;
use site_gen::diag::{Severity, github, gitlab, json, sarif, text};
use site_gen::source::SourceMap;
use site_gen::workshop::Workshop;
use site_gen::{Options, Outcome, Report};

use crate::real::newest_day;

/// The day all tests live on.
pub(crate) static TODAY: LazyLock<Date> = LazyLock::new(|| newest_day(&root()).unwrap());

/// Files by path from the content root.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Every file of the real content, which has no faults.
pub(crate) static CONTENT: LazyLock<Files> = LazyLock::new(|| {
    let sources = site_gen::read(&root()).unwrap();
    let texts = sources.texts().map(|(_, text)| text.path.clone());
    texts.map(|path| (path.clone(), std::fs::read(root().join(path)).unwrap())).collect()
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../content")
}

/// A finding, as an editor meets it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) code: String,
    pub(crate) is_error: bool,
    pub(crate) words: String,
}

/// The lists and the settings alone: little to read where nothing else is looked at.
pub(crate) fn small() -> Files {
    let belongs = |path: &str| !path.ends_with(".md");
    CONTENT
        .iter()
        .filter(|(path, _)| belongs(path))
        .map(|(path, bytes)| (path.clone(), bytes.clone()))
        .collect()
}

/// What `check` says of the content with `broken` in the place of its files.
pub(crate) fn told(broken: &Files) -> Vec<Told> {
    told_with(broken, None)
}

/// The same, with a folder of full texts.
pub(crate) fn told_with(broken: &Files, statutes: Option<PathBuf>) -> Vec<Told> {
    let mut files = CONTENT.clone();
    files.extend(broken.clone());
    told_of(&files, statutes)
}

/// What `check` says of these files.
pub(crate) fn told_of(files: &Files, statutes: Option<PathBuf>) -> Vec<Told> {
    let mut sources = SourceMap::default();
    for (path, bytes) in files {
        sources.add(path.as_str(), bytes.as_slice());
    }
    let options = Options { statutes, ..Options::new("content", "", *TODAY) };
    let (Outcome::Built(report) | Outcome::Rejected(report)) = Workshop::check(sources, options).unwrap();
    render_all_ways(&report);
    said(&report)
}

/// Every way of telling has to bear every finding.
fn render_all_ways(report: &Report) {
    let found = report.found();
    let shown = text::render(&found, "content", &text::Look::default());
    let (github, gitlab) = (github::render(&found, "content"), gitlab::render(&found, "content"));
    let (json, sarif) = (json::render(&found, "content", *TODAY), sarif::render(&found, "content", None));
    for rendered in [json, sarif, gitlab] {
        serde_json::from_str::<serde_json::Value>(&rendered).unwrap();
    }
    assert_eq!(shown.is_empty(), found.is_empty());
    assert_eq!(github.is_empty(), found.is_empty());
}

fn said(report: &Report) -> Vec<Told> {
    let told = report.found().into_iter().map(|found| {
        let finding = found.diagnostic;
        let length = report.sources.text(finding.span.file).len();
        assert!(finding.span.start <= finding.span.end && finding.span.end <= length, "{finding:?}");
        let hint = finding.hint.as_deref().map_or(String::new(), |hint| format!(" | {hint}"));
        Told {
            path: found.path.to_owned(),
            line: found.start.line,
            column: found.start.column,
            code: finding.code.to_owned(),
            is_error: finding.severity == Severity::Error,
            words: format!("{}{hint}", finding.message),
        }
    });
    told.collect()
}

#[test]
fn the_content_that_is_broken_here_has_no_faults_of_its_own() {
    assert_eq!(told(&Files::new()), []);
    assert!(CONTENT.len() > 80);
}
