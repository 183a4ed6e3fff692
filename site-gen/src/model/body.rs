//! Markdown that has been read and whose links are known to lead somewhere.

use super::Citation;

/// Checked Markdown: links point at addresses of the site, citations at articles that exist.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// What it says, as HTML, but for what goes into [`Body::holes`]. Raw HTML of the editor is already plain text here.
    pub html: String,
    /// What only the whole site knows how to write, in order, each with the byte of [`Body::html`] it stands before.
    pub holes: Vec<(usize, Hole)>,
    /// The headings, for the list of contents.
    pub headings: Vec<Heading>,
    /// Without markup, blocks on lines of their own: for search, feeds and summaries.
    pub text: String,
    /// What it rests on, in order of mention, each once.
    pub citations: Vec<Citation>,
}

/// What is written when a page is made: `render::html` fills it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hole {
    /// The tag that begins the next of [`Body::headings`]: its anchor is known when it has been read.
    Opening,
    /// Words of a heading, which may break where the site's own words end.
    Words(String),
    /// A picture, whose sizes are known when all are read.
    Picture(Shown),
}

/// A picture that a text shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Its address, from the site's root.
    pub address: String,
    /// What the editor wants said when a mouse rests on it; may be empty.
    pub title: String,
    /// What it shows, as plain text.
    pub alt: String,
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
        self.html.is_empty() && self.holes.is_empty()
    }
}
