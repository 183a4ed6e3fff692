//! Chinese copy: marks, spaces, quotes and letters as Chinese is set (docs/decisions/0008-chinese-copy.md).
//!
//! Start at [`check`]. Nearly every block is in order, so [`super::scan`] asks only whether any two neighbours could be
//! wrong; a block that could be is taken apart by [`super::mend`], which decides.

use std::ops::Range;

use super::block::Block;
use super::mend::{Finding, Line, Rule};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;

/// Whether Chinese and other letters and digits are set apart by a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spacing {
    /// 打 110: as the handbook asks.
    #[default]
    Spaced,
    /// 打110.
    Tight,
    /// Either.
    Any,
}

impl Spacing {
    /// Every way, by its name in `site.toml`.
    pub const ALL: [(Self, &str, &str); 3] =
        [(Self::Spaced, "spaced", "空"), (Self::Tight, "tight", "不空"), (Self::Any, "any", "都行")];
}

/// Reports what is wrong with the copy of a block that looks odd. `place` gives the place in the file of a range of its bytes.
pub(super) fn check(
    block: &Block<'_>,
    spacing: Spacing,
    place: &dyn Fn(Range<usize>) -> Span,
    diags: &mut Diagnostics,
) {
    for finding in Line::of(block).mend(spacing) {
        diags.push(diagnostic(&finding, place));
    }
}

fn diagnostic(finding: &Finding, place: &dyn Fn(Range<usize>) -> Span) -> Diagnostic {
    let span = place(finding.at.clone());
    let message = finding.message.clone();
    let found = match finding.rule {
        Rule::Hidden => Diagnostic::warning("invisible", span, message),
        Rule::FullWidth => Diagnostic::warning("full-width", span, message),
        Rule::HalfWidth => Diagnostic::warning("half-width", span, message),
        Rule::Marks => Diagnostic::warning("punctuation", span, message),
        Rule::Quotes => Diagnostic::warning("quotes", span, message),
        Rule::Spaces => Diagnostic::warning("spacing", span, message),
    };
    let found = found.hint(finding.hint.clone());
    finding.edits.iter().fold(found, |found, (range, text)| found.edit(place(range.clone()), text.clone()))
}
