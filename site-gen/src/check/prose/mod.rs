//! The rules of prose: how the text of a page is written, whatever it says.
//!
//! Start at [`Rules::body`]. One walk over the events of a text cuts it into blocks ([`block`]); each block is read by
//! [`copy`] (marks, spaces), [`reading`] (long sentences), [`terms`] (words of the law) and [`markup`] (Markdown that did
//! not become what it was meant to be); [`structure`] reads the events themselves (headings, tables, links, pictures).
//! Pure functions of one text: nothing here knows the site.

mod block;
mod chars;
mod copy;
mod emphasis;
pub mod fields;
mod lost;
mod markup;
mod mend;
mod quotes;
mod reading;
mod scan;
mod spaces;
mod steps;
mod structure;
mod terms;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::diag::Diagnostics;
use crate::load::Drafts;
use crate::markdown::Placed;
use crate::source::{Hash, Span};
use block::{Block, Kind, Piece, Walk};
pub use copy::Spacing;
use markup::Marks;
use scan::Scan;
use structure::Structure;
use terms::{Terms, Use};

/// How this site wants its prose.
#[derive(Debug)]
pub struct Rules {
    spacing: Spacing,
    terms: Terms,
}

/// A text in its file.
#[derive(Debug, Clone, Copy)]
pub struct Place<'s> {
    /// The whole file.
    pub file: &'s str,
    /// Where the text stands in it.
    pub at: Span,
    /// Whether the text stands there as it is: then each of its bytes can be pointed at.
    pub exact: bool,
}

impl Place<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        if self.exact { Span::new(self.at.file, range.start, range.end) } else { self.at }
    }
}

impl Rules {
    /// What `site.toml` asks for; words that people say by themselves, as the thesaurus tells, need no explaining.
    pub fn new(drafts: &Drafts) -> Self {
        let style = drafts.settings.as_ref().map(|settings| &settings.style);
        let said = drafts.thesaurus.iter().flat_map(|draft| &draft.say).map(|word| word.value.as_str());
        let (more, known): (&[String], &[String]) =
            style.map_or((&[], &[]), |style| (style.terms.as_slice(), style.known.as_slice()));
        let known = known.iter().map(String::as_str);
        Self {
            spacing: style.map_or_else(Spacing::default, |style| style.spacing),
            terms: Terms::new(more, &known.chain(said).collect()),
        }
    }

    /// Changes whenever a text may be found to be written otherwise.
    pub fn stamp(&self) -> Hash {
        blake3::hash(format!("{:?} {:?}", self.spacing, self.terms.words()).as_bytes()).into()
    }

    /// Reads a text of Markdown whose events are `events`; their ranges count from the start of `place`.
    pub fn body(&self, events: &[Placed<'_>], place: Place<'_>, diags: &mut Diagnostics) {
        let mut page = Page { rules: self, place, met: self.terms.meet(&place) };
        let mut structure = Structure::default();
        let mut walk = Walk::new(place.exact);
        for event in events {
            structure.event(event, &place, diags);
            walk.event(event, place.at.start, &mut |block| page.block(block, diags));
        }
        walk.flush(&mut |block| page.block(block, diags));
        structure.finish(diags);
        lost::check(events, &place, diags);
    }

    /// Reads a line of plain text, such as a title.
    pub fn line(&self, text: &str, place: Place<'_>, diags: &mut Diagnostics) {
        let block = Block::line(text, &place);
        if Scan::of(&block, self.spacing).odd {
            copy::check(&block, self.spacing, &|range| place.span(range), diags);
        }
        reading::sentences(&block, &|range| place.span(range), diags);
    }
}

/// A page being read.
struct Page<'r, 's> {
    rules: &'r Rules,
    place: Place<'s>,
    met: terms::Met,
}

impl Page<'_, '_> {
    fn block(&mut self, block: &Block<'_>, diags: &mut Diagnostics) {
        let place = |range| self.place.span(range);
        let scan = Scan::of(block, self.rules.spacing);
        if scan.odd {
            copy::check(block, self.rules.spacing, &place, diags);
        }
        reading::check(block, &scan, &place, diags);
        if scan.signs && Marks::of(block).worth_a_look() {
            markup::check(block, &place, diags);
        }
        self.rules.terms.check(block, &mut Use { place: &self.place, met: &mut self.met }, diags);
    }
}

impl<'t> Block<'t> {
    /// A text that is a block by itself.
    fn line(text: &'t str, place: &Place<'_>) -> Self {
        let piece = Piece::Text { text, start: place.at.start, end: place.at.end, exact: place.exact };
        Self { pieces: vec![piece], kind: Kind::Line, quoted: false }
    }
}
