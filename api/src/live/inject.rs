//! Puts the script into pages as they go out.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Live, SCRIPT, is_own_machine};
use crate::answer;
use crate::error::ApiError;

/// A middleware: gives HTML the script where this server has a live stream. Such a page has a tag of its own.
pub async fn inject(State(live): State<Option<Live>>, mut request: Request, next: Next) -> Response {
    if live.is_none() || is_left_alone(request.uri().path()) || !is_own_machine(request.headers()) {
        return next.run(request).await;
    }
    // What the browser has is a page with the script: its tag means nothing further in.
    let asked = request.headers().clone();
    request.headers_mut().remove(header::IF_NONE_MATCH);
    let response = next.run(request).await;
    let is_html = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    if !response.headers().get(header::CONTENT_TYPE).is_some_and(is_html) {
        return answer::unless_unchanged(&asked, response);
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return ApiError::Internal(anyhow::anyhow!("a page could not be read")).into_response();
    };
    let is_file = parts.headers.contains_key(header::ETAG);
    let tag = answer::tag(&[&bytes[..], SCRIPT.as_bytes()].concat());
    // Only what is the same each time can be compared later.
    let known = if is_file {
        tag.to_str().unwrap_or_default().trim_start_matches("W/").trim_matches('"')
    } else {
        ""
    };
    let page = with_script(&bytes, known);
    if is_file {
        parts.headers.insert(header::ETAG, tag);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    answer::unless_unchanged(&asked, Response::from_parts(parts, Body::from(page)))
}

/// Where somebody types what must not be lost, and where the desk reads.
fn is_left_alone(path: &str) -> bool {
    ["/ask", "/desk"]
        .iter()
        .any(|own| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn with_script(page: &[u8], tag: &str) -> Vec<u8> {
    let script = format!("<script src=\"{SCRIPT}\" data-tag=\"{tag}\" defer></script>");
    let end = b"</body>";
    let at = page.windows(end.len()).rposition(|window| window == end).unwrap_or(page.len());
    [&page[..at], script.as_bytes(), &page[at..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_stands_at_the_end_of_the_page() {
        let script = "<script src=\"/api/v1/live.js\" data-tag=\"1\" defer></script>";
        assert_eq!(with_script(b"<body>a</body>", "1"), format!("<body>a{script}</body>").into_bytes());
        assert_eq!(with_script(b"a", "1"), format!("a{script}").into_bytes());
    }

    #[test]
    fn pages_on_which_something_is_typed_are_left_alone() {
        assert!(is_left_alone("/ask/") && is_left_alone("/ask/reply/") && is_left_alone("/desk/"));
        assert!(!is_left_alone("/") && !is_left_alone("/asking/") && !is_left_alone("/guides/ask/"));
    }
}
