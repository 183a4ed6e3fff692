//! Chinese copy: marks, spaces, quotes and letters as Chinese is set (docs/decisions/0008-chinese-copy.md).
//!
//! Start at [`check`]. Nearly every block is in order, so [`looks_odd`] reads it once, byte by byte, and asks only whether
//! any two neighbours could be wrong; a block that could be is taken apart by [`super::mend`], which decides.

use std::ops::Range;

use super::block::{Block, Piece};
use super::chars::{SORTS, Sort, han_run, sort_at};
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

/// Reports what is wrong with the copy of a block. `place` gives the place in the file of a range of its bytes.
pub(super) fn check(
    block: &Block<'_>,
    spacing: Spacing,
    place: &dyn Fn(Range<usize>) -> Span,
    diags: &mut Diagnostics,
) {
    if !looks_odd(block, spacing) {
        return;
    }
    for finding in Line::of(block).mend(spacing) {
        diags.push(diagnostic(&finding, place));
    }
}

/// Whether anything in the block might be wrong. One pass over its bytes.
pub(super) fn looks_odd(block: &Block<'_>, spacing: Spacing) -> bool {
    let pairs = &PAIRS[spacing as usize];
    let mut seen = Seen::default();
    for piece in &block.pieces {
        match piece {
            Piece::Text { text, .. } => seen.text(text, pairs),
            Piece::Break | Piece::Opaque => seen.before = Sort::Other,
            Piece::Open(_) | Piece::Close(_) => {}
        }
    }
    seen.dots(Sort::Other);
    seen.odd || (seen.chinese && (seen.pair || seen.quoted))
}

/// What a block has shown so far.
#[expect(clippy::struct_excessive_bools, reason = "each is something seen, and any of them may hold at once")]
struct Seen {
    before: Sort,
    chinese: bool,
    odd: bool,
    pair: bool,
    /// An opening quote waits for its closing one.
    quoted: bool,
    dots: u32,
}

impl Default for Seen {
    fn default() -> Self {
        Self { before: Sort::Other, chinese: false, odd: false, pair: false, quoted: false, dots: 0 }
    }
}

impl Seen {
    fn text(&mut self, text: &str, pairs: &Pairs) {
        let mut at = 0;
        while at < text.len() {
            let (sort, len) = sort_at(text, at);
            match sort {
                Sort::Han => self.chinese = true,
                Sort::Odd => self.odd = true,
                Sort::Open if text[at..].starts_with('“') => {
                    self.pair |= self.quoted;
                    self.quoted = true;
                }
                Sort::Close if text[at..].starts_with('”') => {
                    self.pair |= !self.quoted;
                    self.quoted = false;
                }
                _ => {}
            }
            self.pair |= pairs[self.before as usize][sort as usize];
            if sort == Sort::Dots || self.dots > 0 {
                self.dots(sort);
            }
            self.before = sort;
            at += len;
            // Chinese beside Chinese is in order, and most of every text.
            if sort == Sort::Han {
                at += han_run(&text[at..]);
            }
        }
    }

    /// …… is two of its character: one alone, or three, are a slip.
    fn dots(&mut self, sort: Sort) {
        if sort == Sort::Dots {
            self.dots += 1;
        } else {
            self.pair |= self.dots != 0 && self.dots != 2;
            self.dots = 0;
        }
    }
}

type Pairs = [[bool; SORTS]; SORTS];

/// For each way of spacing: whether two neighbours are worth a second look.
static PAIRS: [Pairs; 3] = [pairs(Spacing::Spaced), pairs(Spacing::Tight), pairs(Spacing::Any)];

const fn pairs(spacing: Spacing) -> Pairs {
    use Sort::{Close, Half, Han, Hyphen, Open, Space, Stop, Word};
    const ALWAYS: [(Sort, Sort); 17] = [
        (Stop, Stop),
        (Space, Space),
        (Space, Stop),
        (Space, Open),
        (Space, Close),
        (Stop, Space),
        (Open, Space),
        (Close, Space),
        (Han, Half),
        (Half, Han),
        (Close, Half),
        (Half, Open),
        (Half, Half),
        (Half, Space),
        (Hyphen, Hyphen),
        (Open, Half),
        (Half, Close),
    ];
    let mut table = [[false; SORTS]; SORTS];
    let mut place = 0;
    while place < ALWAYS.len() {
        table[ALWAYS[place].0 as usize][ALWAYS[place].1 as usize] = true;
        place += 1;
    }
    match spacing {
        Spacing::Spaced => {
            table[Han as usize][Word as usize] = true;
            table[Word as usize][Han as usize] = true;
            // 50%以上.
            table[Sort::Percent as usize][Han as usize] = true;
        }
        Spacing::Tight => {
            table[Han as usize][Space as usize] = true;
            table[Space as usize][Han as usize] = true;
        }
        Spacing::Any => {}
    }
    table
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
