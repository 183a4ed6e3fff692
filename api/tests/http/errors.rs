//! Every way to be refused, and what every answer says to the browser.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use api::state::Limits;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Method, Request};
use hyper::body::Frame;

use crate::bench::{Bench, LIMITS};

#[tokio::test]
async fn an_unknown_address_of_the_api_is_a_problem() {
    let bench = Bench::new().await;
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/search",
        "/api/v1/searching",
        "/api/v1/stations/a/b",
    ] {
        bench.get(path).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let bench = Bench::new().await;
    for (method, path, allowed) in [
        (Method::DELETE, "/api/v1/search?q=a", "GET,HEAD"),
        (Method::GET, "/api/v1/stations/nearest", "POST"),
        (Method::PUT, "/about/", "GET, HEAD"),
        (Method::POST, "/search/", "GET,HEAD"),
        (Method::POST, "/healthz", "GET,HEAD"),
    ] {
        // `/stations/nearest` read with GET is not a station called “nearest”.
        let request = Request::builder().method(method.clone()).uri(path).body(Body::empty()).unwrap();
        let got = bench.send(request).await;
        got.problem(405, "method-not-allowed");
        assert_eq!(got.header("allow"), allowed, "{method} {path}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_or_of_another_type_is_refused() {
    let bench = Bench::new().await;
    let large = format!(r#"{{"near":{{"lat":1,"lon":1}},"x":"{}"}}"#, "a".repeat(2000));
    let got = bench.post_json("/api/v1/stations/nearest", &large).await;
    got.problem(413, "too-large");
    assert!(got.text().contains("2000"));
    for media_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let request = Request::post("/api/v1/stations/nearest").header("content-type", media_type);
        let got = bench.send(request.body(Body::from("{}")).unwrap()).await;
        got.problem(415, "unsupported-media-type");
    }
    bench.post_json("/api/v1/stations/nearest", "{").await.problem(400, "malformed");
    let charset =
        Request::post("/api/v1/stations/nearest").header("content-type", "application/json; charset=utf-8");
    let got = bench.send(charset.body(Body::from(r#"{"near":{"lat":1,"lon":1}}"#)).unwrap()).await;
    assert_eq!(got.status, 200);
}

#[tokio::test]
async fn a_panic_is_our_fault_and_tells_nothing() {
    let bench = Bench::new().await;
    let got = bench.get("/api/v1/search?q=panic").await;
    got.problem(500, "internal");
    assert!(!got.text().contains("fell over"));
    assert_eq!(got.header("x-content-type-options"), "nosniff");
    assert_eq!(bench.get("/api/v1/topics").await.status, 200);
}

#[tokio::test]
async fn what_takes_too_long_or_comes_too_many_at_once_is_told_to_come_again() {
    let bench =
        Bench::with_limits(Limits { concurrency: 1, request: Duration::from_millis(300), ..LIMITS }).await;
    let got = bench.get("/api/v1/search?q=slow").await;
    got.problem(503, "busy");
    assert_eq!(got.header("retry-after"), "5");
    let (slow, crowded) = tokio::join!(bench.get("/api/v1/search?q=slow"), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        bench.get("/api/v1/topics").await
    });
    slow.problem(503, "busy");
    // It waited for the place and got it when the slow one was given up.
    assert_eq!(crowded.status, 200);
}

/// A body of which nothing ever comes.
struct NeverWhole;

impl HttpBody for NeverWhole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn bodies_that_never_come_keep_no_page_from_being_read() {
    let bench =
        Bench::with_limits(Limits { concurrency: 4, request: Duration::from_secs(1), ..LIMITS }).await;
    let stuck = || {
        let request = Request::post("/api/v1/stations/nearest").header("content-type", "application/json");
        bench.send(request.body(Body::new(NeverWhole)).unwrap())
    };
    let reading = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let began = Instant::now();
        (bench.get("/api/v1/topics").await.status, began.elapsed())
    };
    let (.., (status, took)) = tokio::join!(stuck(), stuck(), stuck(), stuck(), reading);
    assert_eq!(status, 200);
    assert!(took < Duration::from_millis(500), "{took:?}");
}

/// A flood that holds every place that is anybody's keeps out neither the desk nor who has a thread.
#[tokio::test]
async fn signed_in_members_and_replies_have_places_of_their_own() {
    let bench =
        Bench::with_limits(Limits { concurrency: 4, request: Duration::from_secs(2), ..LIMITS }).await;
    let slow = || bench.get("/api/v1/search?q=slow");
    let timed = async |request: Request<Body>| {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let began = Instant::now();
        (bench.send(request).await.status.as_u16(), began.elapsed() < Duration::from_secs(1))
    };
    let desk = || Request::get("/api/v1/desk/me");
    let json = |path: &str| Request::post(path).header("content-type", "application/json");
    let (.., (member, stranger, reply, form)) = tokio::join!(slow(), slow(), slow(), slow(), async {
        tokio::join!(
            timed(desk().header("cookie", "nuanzhan=made-up").body(Body::empty()).unwrap()),
            timed(desk().body(Body::empty()).unwrap()),
            timed(json("/api/v1/consultations/open").body(Body::from("{}")).unwrap()),
            timed(json("/api/v1/consultations").body(Body::from("{}")).unwrap()),
        )
    });
    assert_eq!((member, reply), ((401, true), (400, true)));
    assert!(!stranger.1 && !form.1, "the others wait: {stranger:?} {form:?}");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_no_cookie() {
    let bench = Bench::new().await;
    for path in [
        "/",
        "/nowhere/",
        "/about",
        "/assets/site.0f3a.css",
        "/search/?q=a",
        "/stations/?kind=police",
        "/api/v1/topics",
        "/api/v1/search",
        "/api/nothing",
        "/healthz",
        "/readyz",
    ] {
        let got = bench.get(path).await;
        assert!(
            got.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"),
            "{path}"
        );
        assert_eq!(got.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(got.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(got.header("permissions-policy").contains("geolocation=(self)"), "{path}");
        let read = path.starts_with("/api/v1/");
        let policy = if read { "cross-origin" } else { "same-origin" };
        assert_eq!(got.header("cross-origin-resource-policy"), policy, "{path}");
        assert_eq!(got.headers.get("access-control-allow-origin").is_some(), read, "{path}");
        assert_eq!(got.headers.get("set-cookie"), None, "{path}");
        assert_eq!(got.headers.get("server"), None, "{path}");
    }
}

/// The size of a compressed answer tells what stands in it beside what the caller chose (BREACH).
#[tokio::test]
async fn nothing_about_consultations_or_the_desk_is_compressed_or_kept() {
    let bench = Bench::new().await;
    for path in ["/ask/", "/ask/reply/", "/api/v1/consultations/parameters", "/api/v1/desks/none/key"] {
        for method in [Method::GET, Method::POST] {
            let request = Request::builder().method(method).uri(path).header("accept-encoding", "br, gzip");
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let got = bench.send(request.body(Body::from("text=aaaa")).unwrap()).await;
            assert_eq!(got.header("content-encoding"), "", "{path}");
            assert_eq!(got.headers.get("access-control-allow-origin"), None, "{path}");
        }
    }
}

#[tokio::test]
async fn health_is_told_and_not_kept() {
    let bench = Bench::new().await;
    for path in ["/healthz", "/readyz"] {
        let got = bench.get(path).await;
        assert_eq!((got.status.as_u16(), got.header("cache-control")), (200, "no-store"));
    }
}
