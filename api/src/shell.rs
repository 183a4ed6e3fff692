//! The clothes of the API's own HTML answers: the published page with empty slots.
//!
//! The script-less path needs answers that only the server can give (a receipt, a thread, search results).
//! They are fragments put into the shell that `site-gen` published, so they look like every other page, carry
//! the emergency numbers and the way out, and the API knows no site template.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use search::bundle::{SLOT_MAIN, SLOT_TITLE};

/// An HTML answer: a title and the inside of `<main>`, both put into the shell.
#[derive(Debug)]
pub struct Page {
    /// 200 where all is well.
    pub status: StatusCode,
    /// Plain text.
    pub title: String,
    /// HTML, already escaped where it holds anything from outside.
    pub main: String,
}

impl Page {
    /// The answer as HTML in `shell`. Never cached: it may hold what only the reader may see.
    pub fn dress(self, shell: &str) -> Response {
        let html = shell.replace(SLOT_TITLE, &escape(&self.title)).replace(SLOT_MAIN, &self.main);
        let mut response = (self.status, Html(html)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Escapes text for HTML content and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
