//! Markdown that has been read and whose links are known to lead somewhere.

use pulldown_cmark::Event;

use super::Citation;

/// Checked Markdown: links point at addresses of the site, citations at articles that exist.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// What `render::html` turns into HTML. Raw HTML of the editor is already plain text here.
    pub events: Vec<Event<'static>>,
    /// The headings, for the list of contents.
    pub headings: Vec<Heading>,
    /// Without markup, blocks on lines of their own: for search, feeds and summaries.
    pub text: String,
    /// What it rests on, in order of mention, each once.
    pub citations: Vec<Citation>,
}

/// A heading of a [`Body`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 2 to 6: the page's own title is 1.
    pub level: u8,
    /// The anchor, unique in the page.
    pub id: String,
    /// Without markup.
    pub text: String,
}

impl Body {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}
