//! One paragraph, heading, cell or line of front matter, as the rules of prose read it: its text in pieces, with what
//! stands between them. [`Walk`] cuts the events of a page into blocks; it keeps nothing but the block it is in.

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::markdown::Placed;

/// A run of text or what parts it from the next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'t> {
    /// Text. Where it is not `exact` (an escape or entity is in it) only `at` as a whole can be pointed at.
    Text {
        /// What the reader sees.
        text: &'t str,
        /// First byte in the file.
        start: usize,
        /// One past the last.
        end: usize,
        /// Whether each byte of the text is one of the file.
        exact: bool,
    },
    /// The end of a line inside a paragraph.
    Break,
    /// Code, a picture, a footnote's mark: something that is not prose.
    Opaque,
    /// Emphasis or, where `true`, a link begins.
    Open(bool),
    /// Emphasis or a link has ended before this byte of the file.
    Close(usize),
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// Running text.
    #[default]
    Paragraph,
    /// A heading.
    Heading,
    /// A cell of a table, a term, a line of front matter.
    Line,
}

/// A block.
#[derive(Debug, Default)]
pub(super) struct Block<'t> {
    /// Its text in order.
    pub(super) pieces: Vec<Piece<'t>>,
    /// What it is.
    pub(super) kind: Kind,
    /// Inside a quotation, where the law that a page rests on is named.
    pub(super) quoted: bool,
}

/// Cuts events into blocks.
#[derive(Debug, Default)]
pub(super) struct Walk<'t> {
    block: Block<'t>,
    /// The text stands in the file as it is.
    exact: bool,
    quotes: usize,
    /// Inside code or a picture, whose text is not prose.
    closed: usize,
}

impl<'t> Walk<'t> {
    /// Nothing read yet. `exact`: the text stands in the file as it is.
    pub(super) fn new(exact: bool) -> Self {
        Self { exact, ..Self::default() }
    }

    /// Takes the next event, whose range counts from byte `base` of the file; hands a block that is complete to `done`.
    pub(super) fn event(
        &mut self,
        (event, range): &'t Placed<'_>,
        base: usize,
        done: &mut impl FnMut(&Block<'_>),
    ) {
        let (start, end) = (base + range.start, base + range.end);
        match event {
            Event::Text(text) if self.closed == 0 => {
                let exact = self.exact && text.len() == range.len();
                self.block.pieces.push(Piece::Text { text, start, end, exact });
            }
            Event::Text(_) => {}
            Event::SoftBreak | Event::HardBreak => self.block.pieces.push(Piece::Break),
            Event::Code(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::TaskListMarker(_) => self.block.pieces.push(Piece::Opaque),
            Event::Html(_) | Event::Rule => self.flush(done),
            Event::Start(tag) => self.start(tag, done),
            Event::End(tag) => self.end(*tag, end, done),
        }
    }

    fn start(&mut self, tag: &Tag<'_>, done: &mut impl FnMut(&Block<'_>)) {
        match tag {
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => self.block.pieces.push(Piece::Open(false)),
            Tag::Link { .. } => self.block.pieces.push(Piece::Open(true)),
            Tag::Image { .. } => {
                self.closed += 1;
                self.block.pieces.push(Piece::Opaque);
            }
            Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::MetadataBlock(_) => {
                self.flush(done);
                self.closed += 1;
            }
            tag => {
                self.flush(done);
                self.quotes += usize::from(matches!(tag, Tag::BlockQuote(_)));
                self.block.kind = match tag {
                    Tag::Heading { .. } => Kind::Heading,
                    Tag::TableCell | Tag::TableHead | Tag::DefinitionListTitle => Kind::Line,
                    _ => Kind::Paragraph,
                };
            }
        }
    }

    fn end(&mut self, tag: TagEnd, end: usize, done: &mut impl FnMut(&Block<'_>)) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link => {
                self.block.pieces.push(Piece::Close(end));
            }
            TagEnd::Image => self.closed = self.closed.saturating_sub(1),
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => {
                self.closed = self.closed.saturating_sub(1);
            }
            tag => {
                self.flush(done);
                self.quotes -= usize::from(matches!(tag, TagEnd::BlockQuote(_))).min(self.quotes);
            }
        }
    }

    /// Hands on what was gathered.
    pub(super) fn flush(&mut self, done: &mut impl FnMut(&Block<'_>)) {
        if !self.block.pieces.is_empty() {
            self.block.quoted = self.quotes > 0;
            done(&self.block);
            self.block.pieces.clear();
        }
        self.block.kind = Kind::Paragraph;
    }
}
