//! Reading level: sentences and paragraphs that are too long for a telephone and a frightened reader.

use std::ops::Range;

use super::block::{Block, Kind, Piece};
use super::chars::{Sort, sort_at};
use super::scan::Scan;
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;

/// The handbook's limit for a sentence, in characters; a word or number of another script counts as one.
const SENTENCE: usize = 60;
/// A screen of a telephone holds about this many characters.
const PARAGRAPH: usize = 200;

/// Reports what is too long in a block. The lines that name the law a page rests on are left alone.
pub(super) fn check(
    block: &Block<'_>,
    scan: &Scan,
    place: &dyn Fn(Range<usize>) -> Span,
    diags: &mut Diagnostics,
) {
    // A reader never counts more than there are: words and numbers of another script are one, spaces nothing.
    if block.quoted || (scan.longest < SENTENCE && scan.characters <= PARAGRAPH) {
        return;
    }
    let all = sentences(block, place, diags);
    if let Some(all) = all.filter(|all| block.kind == Kind::Paragraph && all.len > PARAGRAPH) {
        let message = format!("这一段有 {} 个字，手机上要翻好几屏", all.len);
        let hint = format!("分成几段，每段不超过 {PARAGRAPH} 个字；几件事并列的，写成列表");
        diags.push(Diagnostic::warning("long-paragraph", place(all.start..all.end), message).hint(hint));
    }
}

/// Reports sentences that are too long; the whole block as if it were one.
pub(super) fn sentences(
    block: &Block<'_>,
    place: &dyn Fn(Range<usize>) -> Span,
    diags: &mut Diagnostics,
) -> Option<Stretch> {
    let mut counter = Counter::default();
    for piece in &block.pieces {
        let Piece::Text { text, start, end, exact } = *piece else { continue };
        let mut at = 0;
        while at < text.len() {
            let (sort, len) = sort_at(text, at);
            let byte = if exact { start + at } else { start };
            let past = if exact { byte + len } else { end };
            counter.character(sort, &text[at..at + len], (byte, past));
            at += len;
            if counter.ended {
                report(counter.next(), place, diags);
            }
        }
    }
    report(counter.next(), place, diags);
    counter.all
}

fn report(sentence: Option<Stretch>, place: &dyn Fn(Range<usize>) -> Span, diags: &mut Diagnostics) {
    let Some(sentence) = sentence.filter(|sentence| sentence.len > SENTENCE) else { return };
    let message = format!("这句话有 {} 个字，超过了 {SENTENCE} 个", sentence.len);
    diags.push(
        Diagnostic::warning("long-sentence", place(sentence.start..sentence.end), message)
            .hint("用句号断成两三句，一句只说一件事"),
    );
}

/// A stretch of text: where, and how many characters a reader counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) len: usize,
}

/// Counts as a reader would: spaces are nothing, a word or number is one, the name of a statute is nothing.
#[derive(Debug, Default)]
struct Counter {
    sentence: Option<Stretch>,
    all: Option<Stretch>,
    in_word: bool,
    in_title: bool,
    ended: bool,
}

impl Counter {
    fn character(&mut self, sort: Sort, written: &str, (start, end): (usize, usize)) {
        if sort == Sort::Space {
            self.in_word = false;
            return;
        }
        let in_word = sort == Sort::Word && std::mem::replace(&mut self.in_word, true);
        self.in_word = sort == Sort::Word;
        if sort == Sort::Open && written == "《" {
            self.in_title = true;
        }
        let counts = usize::from(!in_word && !self.in_title);
        for stretch in [&mut self.sentence, &mut self.all] {
            let stretch = stretch.get_or_insert(Stretch { start, end, len: 0 });
            stretch.end = end;
            stretch.len += counts;
        }
        if sort == Sort::Close && written == "》" {
            self.in_title = false;
        }
        self.ended = sort == Sort::Stop && matches!(written, "。" | "！" | "？");
    }

    /// The sentence that has ended.
    fn next(&mut self) -> Option<Stretch> {
        self.ended = false;
        self.sentence.take()
    }
}
