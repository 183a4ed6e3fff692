//! Writes the HTML of a text while it is being compiled.
//!
//! Tags are [`Markup`]'s business; what is ours stands here: a frame that scrolls for tables, quotations of the law, numbers of
//! articles and short bold words that stay on one line, no lonely last character. What only the whole site knows (where a
//! heading breaks, the files of a picture) is left as a [`Hole`].

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use super::markup::Markup;
use crate::html_text::{is_letter, push_articles};
use crate::model::body::{Hole, Shown};

/// Paragraphs shorter than this, in characters of their last run, need no care for their last line.
const LONG_RUN: usize = 8;
/// Bold words up to this many characters stay on one line: 72 小时, 不收费.
const SHORT_BOLD: usize = 8;

/// HTML being written.
pub(super) struct Writer {
    out: Markup,
    holes: Vec<(usize, Hole)>,
    /// From the outermost to the one at hand.
    places: Vec<Place>,
    /// The picture at hand, and how many pictures stand inside what is said of it.
    shown: Option<(Shown, usize)>,
}

/// What the text at hand is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Heading(u8),
    Bold,
    Link,
}

impl Writer {
    /// Nothing written yet, with room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { out: Markup::with_capacity(bytes), holes: Vec::new(), places: Vec::new(), shown: None }
    }

    /// What was written, and what is still to write into it.
    pub(super) fn finish(self) -> (String, Vec<(usize, Hole)>) {
        (self.out.finish(), self.holes)
    }

    /// Writes text; `ends`: whether its paragraph or item ends behind it.
    pub(super) fn text(&mut self, text: &str, ends: bool) {
        if let Some((shown, _)) = &mut self.shown {
            return shown.alt.push_str(text);
        }
        match self.places.last().copied().unwrap_or(Place::Text) {
            Place::Heading(_) => self.hole(Hole::Words(text.to_owned())),
            Place::Bold if text.chars().nth(SHORT_BOLD).is_none() => self.kept_whole(text),
            Place::Link => self.out.inline(|html| push_articles(html, text)),
            Place::Text if ends => self.with_kept_end(text),
            Place::Text | Place::Bold => self.out.text(text),
        }
    }

    /// Writes what is neither text nor the beginning or end of anything.
    pub(super) fn single(&mut self, event: &Event<'_>) {
        match (&mut self.shown, event) {
            (None, event) => self.out.single(event),
            (Some((shown, _)), Event::Code(code)) => shown.alt.push_str(code),
            (Some((shown, _)), Event::SoftBreak | Event::HardBreak) => shown.alt.push(' '),
            _ => {}
        }
    }

    /// Begins a heading; its anchor is that of the next heading of the body.
    pub(super) fn heading(&mut self, level: u8) {
        self.places.push(Place::Heading(level));
        self.hole(Hole::Opening);
    }

    /// Begins a quotation; `law`: whether it says what the text rests on.
    pub(super) fn quotation(&mut self, tag: &Tag<'_>, law: bool) {
        if law {
            self.out.push("<blockquote class=\"law\">\n");
        } else {
            self.out.start(tag);
        }
    }

    /// Begins a link.
    pub(super) fn link(&mut self, kind: LinkType, url: &str, title: &str) {
        if self.shown.is_none() {
            self.places.push(Place::Link);
            self.out.link(kind, url, title);
        }
    }

    /// Begins a link to a place in a statute.
    pub(super) fn citation(&mut self, address: &str) {
        if self.shown.is_none() {
            self.places.push(Place::Link);
            self.out.link_within(address);
        }
    }

    /// Begins a picture.
    pub(super) fn picture(&mut self, address: String, title: &CowStr<'_>) {
        match &mut self.shown {
            Some((_, inside)) => *inside += 1,
            None => {
                let shown = Shown { address, title: title.to_string(), alt: String::new() };
                self.shown = Some((shown, 0));
            }
        }
    }

    /// Begins anything else.
    pub(super) fn start(&mut self, tag: &Tag<'_>) {
        if self.shown.is_some() {
            return;
        }
        match tag {
            Tag::Table(_) => {
                self.out.push("<div class=\"scroll\" role=\"region\" aria-label=\"表格\" tabindex=\"0\">");
            }
            Tag::Strong => self.places.push(Place::Bold),
            _ => {}
        }
        self.out.start(tag);
    }

    /// Ends what was begun.
    pub(super) fn end(&mut self, tag: TagEnd) {
        if let Some((_, inside)) = &mut self.shown {
            match (tag, *inside) {
                (TagEnd::Image, 0) => self.end_picture(),
                (TagEnd::Image, _) => *inside -= 1,
                _ => {}
            }
            return;
        }
        match tag {
            TagEnd::Heading(_) => {
                if let Some(Place::Heading(level)) = self.places.pop() {
                    self.out.inline(|html| {
                        html.push_str("</h");
                        html.push(char::from(b'0' + level));
                    });
                    self.out.push(">\n");
                }
            }
            TagEnd::Table => {
                self.out.end(tag);
                self.out.push("</div>\n");
            }
            TagEnd::Strong | TagEnd::Link => {
                self.places.pop();
                self.out.end(tag);
            }
            other => self.out.end(other),
        }
    }

    fn end_picture(&mut self) {
        if let Some((shown, _)) = self.shown.take() {
            self.hole(Hole::Picture(shown));
        }
    }

    fn hole(&mut self, hole: Hole) {
        // What fills it ends no line.
        self.out.inline(|_| {});
        self.holes.push((self.out.len(), hole));
    }

    /// Text whose last two characters, with the marks after them, stay on one line.
    fn with_kept_end(&mut self, text: &str) {
        let mut letters = text.char_indices().rev().filter(|(_, c)| is_letter(*c));
        let chinese_end = letters.next().is_some_and(|(_, c)| !c.is_ascii());
        let Some((at, _)) = letters.next().filter(|_| chinese_end && letters.nth(LONG_RUN - 3).is_some())
        else {
            return self.out.text(text);
        };
        let (start, end) = text.split_at(at);
        self.out.text(start);
        self.kept_whole(end);
    }

    fn kept_whole(&mut self, text: &str) {
        self.out.push("<span class=\"nb\">");
        self.out.text(text);
        self.out.push("</span>");
    }
}
