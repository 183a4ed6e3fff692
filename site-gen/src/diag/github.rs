//! Findings as workflow commands of GitHub Actions: notes beside the lines of a pull request.
//!
//! GitHub shows the first ten errors and ten warnings of a step and drops the rest: errors come first, and the log has to
//! show them all in another way.

use std::fmt::Write as _;

use super::Severity;
use super::found::{Found, below};

/// One command for each of `found`, each on its line.
pub fn render(found: &[Found<'_>], folder: &str) -> String {
    let mut out = String::new();
    let mut ordered: Vec<&Found<'_>> = found.iter().collect();
    ordered.sort_by_key(|found| found.diagnostic.severity);
    for found in ordered {
        command(found, folder, &mut out);
    }
    out
}

fn command(found: &Found<'_>, folder: &str, out: &mut String) {
    let diagnostic = found.diagnostic;
    let name = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let (start, end) = (found.start, found.end);
    let file = property(&below(folder, found.path));
    // Writing to a string can't fail.
    let _ = write!(out, "::{name} file={file},line={},endLine={}", start.line, end.line);
    // GitHub takes columns only for what stands on one line; its last column is inside, ours is behind.
    if start.line == end.line {
        let last = end.column.saturating_sub(1).max(start.column);
        let _ = write!(out, ",col={},endColumn={last}", start.column);
    }
    let mut message = diagnostic.message.clone();
    if let Some(hint) = &diagnostic.hint {
        let _ = write!(message, "\n改法：{hint}");
    }
    let _ = writeln!(out, ",title={}::{}", property(diagnostic.code), data(&message));
}

/// What may stand behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What may stand behind `name=`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_or_a_property_is_escaped() {
        assert_eq!(data("100%\r\n::error::x"), "100%25%0D%0A::error::x");
        assert_eq!(property("a,b:c%2C"), "a%2Cb%3Ac%252C");
    }
}
