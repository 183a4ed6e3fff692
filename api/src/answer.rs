//! How public reads answer: JSON with a tag, kept for a minute or not at all.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::ApiError;

/// JSON for anyone.
#[derive(Debug)]
pub struct Answer<T> {
    body: T,
    keep: Keep,
}

/// How long an answer may be kept by whoever got it or passed it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The same for everybody.
    Minute,
    /// It tells what somebody looked for, or where they are.
    Never,
}

impl<T> Answer<T> {
    /// An answer that is the same for everybody.
    pub fn public(body: T) -> Self {
        Self { body, keep: Keep::Minute }
    }

    /// An answer that tells what somebody looked for, or where they are.
    pub fn private(body: T) -> Self {
        Self { body, keep: Keep::Never }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let bytes = match serde_json::to_vec(&self.body) {
            Ok(bytes) => bytes,
            Err(err) => return ApiError::Internal(anyhow::Error::new(err).context("answer")).into_response(),
        };
        json(bytes, self.keep)
    }
}

/// An answer whose JSON is ready.
pub fn json(bytes: impl Into<axum::body::Bytes>, keep: Keep) -> Response {
    let bytes = bytes.into();
    let (kept, tag) = match keep {
        Keep::Minute => ("public, max-age=60", Some(tag(&bytes))),
        Keep::Never => ("private, no-store", None),
    };
    let mut response = ([(header::CONTENT_TYPE, "application/json")], bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.extend(tag.map(|tag| (header::ETAG, tag)));
    response
}

/// A weak tag by content: weak, because the same content goes out in several encodings.
///
/// # Panics
///
/// Never: digits fit a header.
pub fn tag(bytes: &[u8]) -> HeaderValue {
    let hash = blake3::hash(bytes).to_hex();
    HeaderValue::try_from(format!("W/\"{}\"", &hash[..32])).expect("hexadecimal digits fit a header")
}

/// `304` instead of a body that the caller already has.
pub fn unless_unchanged(request: &HeaderMap, response: Response) -> Response {
    let Some(tag) = response.headers().get(header::ETAG) else { return response };
    let has_it = response.status() == StatusCode::OK
        && request.get_all(header::IF_NONE_MATCH).iter().any(|given| names_tag(given, tag));
    if !has_it {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_ENCODING);
    Response::from_parts(parts, axum::body::Body::empty())
}

/// Weak comparison (RFC 9110, 8.8.3.2). Our tags hold no comma.
fn names_tag(given: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(given), Ok(tag)) = (given.to_str(), tag.to_str()) else { return false };
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    given.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
}
