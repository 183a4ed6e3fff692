//! What each code means: the pages of `tests/spec/`, which are the specification that tests run, what `site-gen explain`
//! prints, what a git host shows beside a finding, and what the editors' handbook links to.
//!
//! A new code needs a line in the table below and its page; `tests/spec/README.md` says how to write one, and
//! `cargo test -p tests --test spec` says what is missing.

use super::{Severity, nearest};

/// The page of a code.
#[derive(Debug)]
pub struct CodePage {
    /// The code.
    pub code: &'static str,
    /// The page, in Markdown.
    pub markdown: &'static str,
}

macro_rules! pages {
    ($($code:literal)*) => {
        &[$(CodePage { code: $code, markdown: include_str!(concat!("../../../tests/spec/", $code, ".md")) }),*]
    };
}

/// Every code, by name.
const PAGES: &[CodePage] = pages! {
    "broken-anchor"
    "broken-image"
    "broken-link"
    "citation"
    "coord-datum"
    "coord-outside"
    "coord-range"
    "date"
    "digest-identity"
    "duplicate-article"
    "duplicate-heading"
    "duplicate-key"
    "duplicate-phone"
    "duplicate-slug"
    "duplicate-station"
    "duplicate-title"
    "duplicate-value"
    "duration"
    "duty"
    "empty-heading"
    "empty-section"
    "encoding"
    "field-type"
    "front-matter"
    "full-width"
    "full-width-colon"
    "half-width"
    "heading-level"
    "hours"
    "html"
    "image-alt"
    "image-broken"
    "image-format"
    "image-metadata"
    "image-size"
    "image-svg"
    "invisible"
    "link-text"
    "long-paragraph"
    "long-sentence"
    "misplaced-file"
    "missing-field"
    "no-such-article"
    "number"
    "phone"
    "punctuation"
    "quotes"
    "redirect-loop"
    "redirect-old"
    "redirect-target"
    "redirect-twice"
    "region-code"
    "repealed-statute"
    "reserved-slug"
    "review-due"
    "reviewed"
    "self-reference"
    "shelter-address"
    "slug"
    "spacing"
    "station-kind"
    "station-level"
    "station-parent"
    "statute-chapter"
    "statute-library"
    "statute-mismatch"
    "statute-not-in-force"
    "statute-order"
    "statute-text"
    "statute-version"
    "stray-emphasis"
    "stray-markup"
    "table"
    "table-head"
    "toml"
    "unclear-statute"
    "unexplained-term"
    "unknown-field"
    "unknown-file"
    "unknown-icon"
    "unknown-reference"
    "unknown-region"
    "unknown-statute"
    "unknown-topic"
    "unused-image"
    "verified"
    "visibility"
    "vocabulary"
    "web-address"
    "yaml"
};

/// Every page, by its code.
pub fn all() -> &'static [CodePage] {
    PAGES
}

/// The page of `code`.
pub fn find(code: &str) -> Option<&'static CodePage> {
    PAGES.iter().find(|page| page.code == code)
}

/// The code that was meant by one that nobody knows.
pub fn meant(typed: &str) -> Option<&'static str> {
    nearest(typed, PAGES.iter().map(|page| page.code))
}

impl CodePage {
    /// What its heading says behind the code: a few words.
    pub fn title(&self) -> &'static str {
        let heading = self.markdown.lines().next().unwrap_or_default();
        heading.rsplit_once("` ").map_or(heading, |(_, title)| title).trim()
    }

    /// The first paragraph: whether it stops publishing, and what it means.
    pub fn lead(&self) -> &'static str {
        self.markdown.split("\n\n").nth(1).unwrap_or_default().trim()
    }

    /// Whether it may stop publishing: the first paragraph says so with its first word.
    pub fn severity(&self) -> Severity {
        if self.lead().starts_with("建议") { Severity::Warning } else { Severity::Error }
    }
}
