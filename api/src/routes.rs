//! The URL table.
//!
//! [`app`] is what `serve` listens with and what tests poke. Everything that holds for all answers — headers, limits,
//! what a panic or a wrong method becomes — is laid around the table here and nowhere else.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{Any as Anyone, CorsLayer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{self, Keep};
use crate::error::ApiError;
use crate::finder::metrics;
use crate::gate::Gate;
use crate::state::AppState;
use crate::{
    consultations, desk, health, hsds, live, openapi, pages, reads, search, site, stations, statistics,
    statutes,
};

/// The service, ready to be served or poked by a test.
pub fn app(state: AppState) -> Router {
    guarded(everything(&state).merge(health::routes()), state)
}

/// The service where health is told elsewhere.
pub fn public(state: AppState) -> Router {
    guarded(everything(&state), state)
}

/// Health and counts, for a listener of their own.
pub fn operations(state: AppState) -> Router {
    guarded(
        health::routes().merge(metrics::routes()).fallback(async || ApiError::NotFound("这个地址")),
        state,
    )
}

/// The description of the API as JSON.
///
/// # Panics
///
/// Never: a description is made of texts and maps.
pub fn document() -> String {
    let mut document = openapi::frame();
    document.merge(under_v1(public_reads()).into_openapi());
    document.merge(under_v1(private_routes()).into_openapi());
    openapi::finish(document).to_json().expect("a description is plain data")
}

fn everything(state: &AppState) -> Router<AppState> {
    let description = axum::body::Bytes::from(document());
    let reads = under_v1(public_reads())
        .route("/api/v1/openapi.json", get(async move || answer::json(description, Keep::Minute)));
    Router::new()
        .merge(open_to_all(reads.into()))
        .merge(Router::from(under_v1(private_routes())))
        .merge(consultations::forms())
        .merge(live::routes())
        .merge(website(state))
}

/// What anybody may read, from any page.
fn public_reads() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(search::search))
        .routes(routes!(search::suggest))
        .routes(routes!(stations::list))
        .routes(routes!(stations::nearest))
        .routes(routes!(stations::one))
        .routes(routes!(reads::regions))
        .routes(routes!(reads::region))
        .routes(routes!(reads::topics))
        .routes(routes!(reads::hotlines))
        .routes(routes!(statistics::json))
        .routes(routes!(statutes::list))
        .routes(routes!(statutes::one))
        .routes(routes!(statutes::article))
        .merge(hsds::routes())
}

/// Consultations and the desk: same origin only, never compressed.
fn private_routes() -> OpenApiRouter<AppState> {
    consultations::routes().merge(desk::routes())
}

/// The published site, and the pages that the server can do more for.
fn website(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/search/", get(pages::search::show))
        .route("/stations/", get(pages::stations::show))
        .route("/statistics/", get(statistics::show))
        .fallback(anything_else)
        .layer(middleware::from_fn_with_state(state.live.clone(), live::inject))
        .layer(CompressionLayer::new())
}

fn under_v1(routes: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    OpenApiRouter::default().nest("/api/v1", routes)
}

/// Compressed, not sent twice, and for any origin. Never for answers that hold a secret beside something that the
/// caller chose: their size would tell (BREACH).
fn open_to_all(routes: Router<AppState>) -> Router<AppState> {
    let any_origin = CorsLayer::new()
        .allow_origin(Anyone)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .max_age(Duration::from_hours(24));
    routes
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(unless_unchanged))
        // Answers are made anew for each caller: pressing harder than this would take longer than everything else.
        .layer(CompressionLayer::new().no_br().quality(CompressionLevel::Fastest))
        .layer(middleware::map_response(for_any_origin))
        .layer(any_origin)
}

/// What holds for every answer.
fn guarded(routes: Router<AppState>, state: AppState) -> Router {
    routes
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(state.limits.body_bytes))
        .layer(middleware::from_fn_with_state(Gate::new(state.limits, state.published.clone()), Gate::pass))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(middleware::map_response(with_security_headers))
        .with_state(state)
}

/// The router adds what is allowed.
async fn wrong_method() -> ApiError {
    ApiError::MethodNotAllowed
}

async fn anything_else(state: State<crate::published::Published>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return ApiError::NotFound("这个接口").into_response();
    }
    site::serve(state, request).await
}

async fn unless_unchanged(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    answer::unless_unchanged(&headers, next.run(request).await)
}

async fn for_any_origin(mut response: Response) -> Response {
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    response.headers_mut().insert(policy, HeaderValue::from_static("cross-origin"));
    response
}

/// What every answer says to the browser, unless its handler said something else.
const SECURITY_HEADERS: [(HeaderName, &str); 7] = [
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; \
         require-trusted-types-for 'script'; trusted-types nuanzhan-part",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        HeaderName::from_static("permissions-policy"),
        "geolocation=(self), accelerometer=(), camera=(), display-capture=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), usb=(), browsing-topics=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

async fn with_security_headers(mut response: Response) -> Response {
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The panic's own words may quote what somebody wrote: they go nowhere.
fn after_panic(_: Box<dyn Any + Send>) -> Response {
    ApiError::Internal(anyhow::anyhow!("a handler panicked")).into_response()
}
