//! Findings as one JSON document, for programs.
//!
//! The shape is a promise (`docs/decisions/0009-findings-formats.md`): members are added, never renamed, removed or given
//! another meaning, unless [`VERSION`] rises.

use jiff::civil::Date;
use serde::Serialize;

use super::Severity;
use super::fingerprint;
use super::found::{Found, Replacement, below};
use super::lines::Place;

/// The version of the shape.
pub const VERSION: u32 = 1;

/// The document.
#[derive(Debug, Serialize)]
struct Document<'r> {
    /// Always first, so that a reader can stop here.
    version: u32,
    /// `site-gen 0.1.0`
    tool: &'static str,
    /// The day the content was checked for, `YYYY-MM-DD`.
    checked_on: String,
    /// How many findings stop publishing.
    errors: usize,
    /// How many don't.
    warnings: usize,
    /// In file order.
    findings: Vec<Finding<'r>>,
}

/// A finding. Lines and columns count from 1, columns in characters; bytes count from the beginning of the file, from 0.
/// An end is just behind the last character.
#[derive(Debug, Serialize)]
struct Finding<'r> {
    /// From the repository's root, with `/`.
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    start_byte: usize,
    end_byte: usize,
    /// `error` or `warning`.
    severity: &'static str,
    code: &'static str,
    /// One sentence without its stop.
    message: &'r str,
    /// What to write instead; `null` where nothing is known.
    hint: Option<&'r str>,
    /// The line that `line` numbers, without its line break.
    text: &'r str,
    /// The same for the same finding when lines above it come or go.
    fingerprint: String,
    /// What mends it without a person's judgement: all of them together, or none.
    edits: Vec<EditOut<'r>>,
}

/// What to put in the place of what.
#[derive(Debug, Serialize)]
struct EditOut<'r> {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    start_byte: usize,
    end_byte: usize,
    /// What comes.
    text: &'r str,
}

/// The document of `found`, with a line break at its end. `folder`: the content folder from the repository's root.
pub fn render(found: &[Found<'_>], folder: &str, today: Date) -> String {
    let fingerprints = fingerprint::of_all(found, folder);
    let errors = found.iter().filter(|found| found.diagnostic.severity == Severity::Error).count();
    let findings = found.iter().zip(fingerprints);
    let document = Document {
        version: VERSION,
        tool: concat!("site-gen ", env!("CARGO_PKG_VERSION")),
        checked_on: today.to_string(),
        errors,
        warnings: found.len() - errors,
        findings: findings.map(|(found, fingerprint)| finding(found, folder, fingerprint)).collect(),
    };
    super::pretty(&document)
}

fn finding<'r>(found: &'r Found<'_>, folder: &str, fingerprint: String) -> Finding<'r> {
    let diagnostic = found.diagnostic;
    let (Place { line, column, byte: start_byte }, end) = (found.start, found.end);
    Finding {
        file: below(folder, found.path),
        line,
        column,
        end_line: end.line,
        end_column: end.column,
        start_byte,
        end_byte: end.byte,
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        code: diagnostic.code,
        message: &diagnostic.message,
        hint: diagnostic.hint.as_deref(),
        text: found.line,
        fingerprint,
        edits: found.edits.iter().map(|edit| edit_out(edit, folder)).collect(),
    }
}

fn edit_out<'r>(edit: &'r Replacement<'_>, folder: &str) -> EditOut<'r> {
    EditOut {
        file: below(folder, edit.path),
        line: edit.start.line,
        column: edit.start.column,
        end_line: edit.end.line,
        end_column: edit.end.column,
        start_byte: edit.start.byte,
        end_byte: edit.end.byte,
        text: edit.text,
    }
}
