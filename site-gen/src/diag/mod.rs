//! What is wrong with the content, told to the person who can mend it.
//!
//! The reader is an editor, not a programmer: say what was found, where, and what to write instead. A stage reports
//! with [`Diagnostics::push`] and carries on, so that one run shows every mistake.
//!
//! How they are told: [`found`] gives each its lines and columns, and one small file each makes of them what people read
//! ([`text`]) or what a program does ([`json`], [`sarif`], [`github`], [`gitlab`]). [`pages`] is what each code means.

pub mod fingerprint;
pub mod found;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod lines;
pub mod pages;
pub mod sarif;
pub mod suggest;
pub mod text;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize};

use crate::source::{FileId, Span};

/// The problems found so far.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    /// What [`Diagnostics::push_once`] has said: of which file, and the words.
    #[serde(skip)]
    said: BTreeSet<(FileId, Code, String)>,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Whether it stops publishing.
    pub severity: Severity,
    /// Names the kind of problem; explained in the editors' handbook.
    #[serde(deserialize_with = "code")]
    pub code: Code,
    /// Where.
    pub span: Span,
    /// One line of plain Chinese without a final stop.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
    /// What mends it without a person's judgement; empty where a person has to decide.
    pub edits: Vec<Edit>,
}

/// Names a kind of problem. An alias, because serde would borrow a plain `&'static str` from what it reads.
type Code = &'static str;

/// A text to put in the place of what stands there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// What goes; empty where something is only put in.
    pub span: Span,
    /// What comes.
    pub text: String,
}

/// Whether a problem stops publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Nothing is published until it is mended.
    Error,
    /// Worth mending.
    Warning,
}

impl Diagnostics {
    /// Records a problem and carries on.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Records a problem unless the same was said of the same file: for what is true of a whole page.
    pub fn push_once(&mut self, diagnostic: Diagnostic) {
        if self.said.insert((diagnostic.span.file, diagnostic.code, diagnostic.message.clone())) {
            self.push(diagnostic);
        }
    }

    /// Records what another stage found.
    pub fn extend(&mut self, others: Self) {
        self.found.extend(others.found);
    }

    /// Forgets what was found in `files`.
    pub fn forget(&mut self, files: &[FileId]) {
        self.found.retain(|diagnostic| !files.contains(&diagnostic.span.file));
        self.said.retain(|(file, ..)| !files.contains(file));
    }

    /// The files in which something was found.
    pub fn files(&self) -> BTreeSet<FileId> {
        self.found.iter().map(|diagnostic| diagnostic.span.file).collect()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether any of these codes was reported of `file`.
    pub fn told_of(&self, file: FileId, codes: &[&str]) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.span.file == file && codes.contains(&diagnostic.code))
    }

    /// Whether anything stops publishing.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How many errors and warnings there are.
    pub fn counts(&self) -> (usize, usize) {
        let shown = self.sorted();
        let errors = shown.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        (errors, shown.len() - errors)
    }

    /// By file and place; the same problem at the same place once.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.found.iter().collect();
        sorted.sort_by(|a, b| {
            (a.span, a.severity, a.code, &a.message).cmp(&(b.span, b.severity, b.code, &b.message))
        });
        sorted.dedup();
        sorted
    }
}

impl Diagnostic {
    /// A problem that stops publishing.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, span, message: message.into(), hint: None, edits: Vec::new() }
    }

    /// A problem worth mending.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            code,
            span,
            message: message.into(),
            hint: None,
            edits: Vec::new(),
        }
    }

    /// What to write instead.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds an edit that mends it safely.
    pub fn edit(self, span: Span, text: impl Into<String>) -> Self {
        self.edits([Edit { span, text: text.into() }])
    }

    /// Adds edits that mend it safely together: all of them are made, or none.
    pub fn edits(mut self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.edits.extend(edits);
        self
    }

    /// Adds an edit where one is known that mends it safely.
    pub fn maybe_edit(self, edit: Option<(Span, String)>) -> Self {
        self.edits(edit.map(|(span, text)| Edit { span, text }))
    }

    /// What to write instead, where that is known.
    pub fn maybe_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }
}

/// A code out of a cache. There are a few dozen, so each is kept for good the first time it is met.
fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    static MET: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let code = String::deserialize(deserializer)?;
    let mut met = MET.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = met.get(code.as_str()) {
        return Ok(known);
    }
    let known: &'static str = code.leak();
    met.insert(known);
    Ok(known)
}

/// The candidate nearest to what was typed, where one is near enough to be meant.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(typed, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.5)
        // On a tie the first candidate wins, whatever `max_by` would do.
        .fold(None, |best: Option<(f64, &str)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, candidate)| candidate)
}

/// A document of the machine formats, with a line break at its end.
fn pretty(document: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(document);
    text.expect("our own structs of texts and numbers always become JSON") + "\n"
}
