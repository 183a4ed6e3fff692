//! Reads a block once, byte by byte, and tells which rules have to look closer: nearly every block is in order.
//!
//! Start at [`Scan::of`]. It decides nothing: what it lets pass, no rule would find anything in.

use super::block::{Block, Piece};
use super::chars::{SORTS, Sort, han_run, sort_at};
use super::copy::Spacing;

/// What a block shows at a glance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan {
    /// Two neighbours, or a mark, may be against the rules of copy.
    pub(super) odd: bool,
    /// There is a sign of Markdown that became nothing, or a title that may be cut: [`super::markup`] has to look.
    pub(super) signs: bool,
    /// How many characters.
    pub(super) characters: usize,
    /// Characters of the longest stretch without the end of a sentence.
    pub(super) longest: usize,
}

impl Scan {
    /// Reads `block`.
    pub(super) fn of(block: &Block<'_>, spacing: Spacing) -> Self {
        let pairs = &PAIRS[spacing as usize];
        let mut seen = Seen::default();
        let mut begins = true;
        for piece in &block.pieces {
            match piece {
                Piece::Text { text, .. } => {
                    let first = text.bytes().next();
                    // #, or its full-width sister.
                    seen.signs |= begins && (first == Some(b'#') || first == Some(0xef));
                    seen.text(text, pairs);
                }
                Piece::Break | Piece::Opaque => seen.before = Sort::Other,
                Piece::Open(_) | Piece::Close(_) => {}
            }
            begins = matches!(piece, Piece::Break);
        }
        seen.dots(Sort::Other);
        Self {
            odd: seen.odd || (seen.chinese && (seen.pair || seen.quoted)),
            signs: seen.signs,
            characters: seen.characters,
            longest: seen.longest.max(seen.stretch),
        }
    }
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
    signs: bool,
    characters: usize,
    /// The longest stretch that has ended, and the one at hand.
    longest: usize,
    stretch: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            before: Sort::Other,
            chinese: false,
            odd: false,
            pair: false,
            quoted: false,
            dots: 0,
            signs: false,
            characters: 0,
            longest: 0,
            stretch: 0,
        }
    }
}

impl Seen {
    fn text(&mut self, text: &str, pairs: &Pairs) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(first) = bytes.get(at) {
            // Chinese beside Chinese is in order, and most of every text.
            if matches!(first, 0xe4..=0xe9) {
                self.meet(Sort::Han, pairs);
                let run = han_run(&bytes[at..]);
                self.chinese = true;
                self.stretch += run / 3;
                self.characters += run / 3;
                at += run;
                continue;
            }
            let (sort, len) = sort_at(text, at);
            self.meet(sort, pairs);
            self.stretch += 1;
            self.characters += 1;
            match sort {
                Sort::Han => self.chinese = true,
                Sort::Word | Sort::Space => {}
                _ => self.mark(sort, &bytes[at..at + len]),
            }
            at += len;
        }
    }

    /// Takes note of what comes behind what was met last.
    fn meet(&mut self, sort: Sort, pairs: &Pairs) {
        self.pair |= pairs[self.before as usize][sort as usize];
        if sort == Sort::Dots || self.dots > 0 {
            self.dots(sort);
        }
        self.before = sort;
    }

    /// Takes note of what is no letter.
    fn mark(&mut self, sort: Sort, written: &[u8]) {
        let is = |mark: &str| written == mark.as_bytes();
        match sort {
            Sort::Odd => self.odd = true,
            Sort::Open if is("“") => {
                self.pair |= self.quoted;
                self.quoted = true;
            }
            Sort::Close if is("”") => {
                self.pair |= !self.quoted;
                self.quoted = false;
            }
            Sort::Open => self.signs |= is("《"),
            Sort::Close => self.signs |= is("》") || is("】"),
            Sort::Stop if is("。") || is("！") || is("？") => {
                self.longest = self.longest.max(self.stretch - 1);
                self.stretch = 0;
            }
            Sort::Other => self.signs |= is("[") || is("*") || is("＊") || is("］"),
            _ => {}
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
