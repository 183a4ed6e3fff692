//! What is wrong with the content, told to the person who can mend it.
//!
//! The reader is an editor, not a programmer: say what was found, where, and what to write instead. A stage reports
//! with [`Diagnostics::push`] and carries on, so that one run shows every mistake. [`text`] is how they are shown.

pub mod text;

use crate::source::{FileId, Span};

/// The problems found so far.
#[derive(Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it stops publishing.
    pub severity: Severity,
    /// Names the kind of problem; explained in the editors' handbook.
    pub code: &'static str,
    /// Where.
    pub span: Span,
    /// One line of plain Chinese without a final stop.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
    /// What mends it without a person's judgement; empty where a person has to decide.
    pub edits: Vec<Edit>,
}

/// A text to put in the place of what stands there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty where something is only put in.
    pub span: Span,
    /// What comes.
    pub text: String,
}

/// Whether a problem stops publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is published until it is mended.
    Error,
    /// Worth mending.
    Warning,
}

impl Diagnostics {
    /// Records a problem and carries on.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Records a problem unless the same was said of the same file: for what is true of a whole page.
    pub fn push_once(&mut self, diagnostic: Diagnostic) {
        let said = self.0.iter().any(|earlier| {
            earlier.code == diagnostic.code
                && earlier.span.file == diagnostic.span.file
                && earlier.message == diagnostic.message
        });
        if !said {
            self.push(diagnostic);
        }
    }

    /// Records what another stage found.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether any of these codes was reported of `file`.
    pub fn told_of(&self, file: FileId, codes: &[&str]) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.span.file == file && codes.contains(&diagnostic.code))
    }

    /// Whether anything stops publishing.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How many errors and warnings there are.
    pub fn counts(&self) -> (usize, usize) {
        let shown = self.sorted();
        let errors = shown.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        (errors, shown.len() - errors)
    }

    /// By file and place; the same problem at the same place once.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.0.iter().collect();
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
    pub fn edit(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { span, text: text.into() });
        self
    }

    /// What to write instead, where that is known.
    pub fn maybe_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }
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
