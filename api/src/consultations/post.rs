//! What a form brings: its bytes, and from which network, coarsely.

use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use crate::consultations::page::Trouble;
use crate::limit::Network;
use crate::state::AppState;

/// The most bytes of a form: 8,000 characters of four bytes each, written as `%F0%9F%98%80`, and the other fields.
pub const MOST_BYTES: usize = 128 << 10;

/// A form that came in.
pub struct Post {
    /// `a=1&b=2`
    pub body: axum::body::Bytes,
    /// For counting tries. Not for storing.
    pub network: Network,
}

impl Post {
    /// Takes a request apart.
    pub async fn take(app: &AppState, request: Request) -> Result<Self, Trouble> {
        let trusted = app.consultations.settings.client_address_header.as_ref();
        let network = Network::of(request.extensions(), request.headers(), trusted);
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Trouble::Form(StatusCode::UNSUPPORTED_MEDIA_TYPE, "这里只收网页上的表。"));
        }
        let body = axum::body::Bytes::from_request(request, &()).await.map_err(|rejection| {
            if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                Trouble::Form(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "写得太长了，最多 8000 字。请退回去删短一些再寄。",
                )
            } else {
                Trouble::Form(StatusCode::BAD_REQUEST, "信没有收完整。刷新这一页，浏览器会再寄一次。")
            }
        })?;
        Ok(Self { body, network })
    }
}
