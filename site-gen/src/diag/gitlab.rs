//! Findings as a Code Quality report of GitLab: notes in a merge request, and which of them are new.

use serde::Serialize;

use super::Severity;
use super::fingerprint;
use super::found::{Found, below};

/// One entry, with the members that GitLab reads.
#[derive(Debug, Serialize)]
struct Entry {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: LineRange,
}

#[derive(Debug, Serialize)]
struct LineRange {
    begin: usize,
    end: usize,
}

/// The report: a list, empty when nothing was found.
pub fn render(found: &[Found<'_>], folder: &str) -> String {
    let entries = found.iter().zip(fingerprint::of_all(found, folder));
    let entries: Vec<Entry> = entries.map(|(found, fingerprint)| entry(found, folder, fingerprint)).collect();
    super::pretty(&entries)
}

fn entry(found: &Found<'_>, folder: &str, fingerprint: String) -> Entry {
    let diagnostic = found.diagnostic;
    let hint = diagnostic.hint.as_ref().map_or(String::new(), |hint| format!("。改法：{hint}"));
    Entry {
        description: format!("{}{hint}", diagnostic.message),
        check_name: diagnostic.code,
        fingerprint,
        severity: match diagnostic.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
        },
        location: Location {
            path: below(folder, found.path),
            lines: LineRange { begin: found.start.line, end: found.end.line },
        },
    }
}
