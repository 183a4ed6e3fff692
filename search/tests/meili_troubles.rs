//! What becomes of a question when the server hangs, breaks, talks nonsense or goes away: a small one that does.
#![cfg(feature = "meilisearch")]
#![expect(clippy::unwrap_used, reason = "a claim that can't be put is a claim that fails")]

mod site;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use search::text::embedded::{Embedded, Index};
use search::text::meili::{Connection, Meili, MeiliError, Release, publish};
use search::text::{Engine, EngineError, Query, QueryText};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What a server does with whoever connects.
#[derive(Clone, Copy)]
enum Does {
    /// Takes the question and says nothing.
    Hangs,
    /// Lets go at once.
    Closes,
    /// Says this, and lets go.
    Says(u16, &'static str),
    /// Begins an answer and goes away in the middle.
    BreaksOff,
}

/// A server that misbehaves, and how often it was called.
async fn server(does: Does) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                if matches!(does, Does::Closes) {
                    return;
                }
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let answer = match does {
                    Does::Hangs => return tokio::time::sleep(Duration::from_mins(1)).await,
                    Does::Says(status, body) => format!(
                        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                        body.len()
                    ),
                    Does::BreaksOff | Does::Closes => {
                        "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"hits".to_owned()
                    }
                };
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    (url, calls)
}

fn engine(url: &str, patience: Duration) -> Meili {
    let records = site::records();
    let file = Index::build(&records, &site::thesaurus()).to_bytes();
    let embedded = Embedded::new(Index::from_bytes(file).unwrap(), records).unwrap();
    Meili::new(Connection::new(url, "key", patience).unwrap(), "site", Arc::new(embedded)).unwrap()
}

async fn ask(url: &str) -> EngineError {
    let query = Query::new(QueryText::new("他打我怎么办").unwrap(), 10);
    engine(url, Duration::from_secs(5)).search(&query).await.unwrap_err()
}

/// The whole story, as a log would tell it.
fn story(err: &EngineError) -> String {
    let first: &dyn std::error::Error = err;
    let causes = std::iter::successors(Some(first), |err| err.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(" / ")
}

#[tokio::test]
async fn a_server_that_says_nothing_costs_no_more_than_was_allowed() {
    let (url, _) = server(Does::Hangs).await;
    let query = Query::new(QueryText::new("离婚").unwrap(), 10);
    let started = Instant::now();
    let refused = engine(&url, Duration::from_millis(120)).search(&query).await.unwrap_err();
    assert!(matches!(refused, EngineError::Slow));
    let took = started.elapsed();
    assert!((Duration::from_millis(120)..Duration::from_millis(900)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn every_way_of_failing_is_told_and_none_tells_the_question() {
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let quoting = r#"{"message":"Invalid filter 他打我","code":"invalid_search_filter","type":"invalid_request","link":""}"#;
    for (does, told) in [
        (Does::Closes, "连不上"),
        (Does::BreaksOff, "连不上"),
        (Does::Says(500, "<html>oops</html>"), "HTTP 500"),
        (Does::Says(200, "<html>welcome</html>"), "不像是 Meilisearch"),
        (Does::Says(200, "{\"hits\": 3}"), "不像是 Meilisearch"),
        (Does::Says(403, "{}"), "钥匙"),
        (Does::Says(400, quoting), "invalid_search_filter"),
    ] {
        let (url, _) = server(does).await;
        let refused = ask(&url).await;
        let story = story(&refused);
        assert!(matches!(refused, EngineError::Unavailable(_)), "{story}");
        assert!(story.contains(told), "{told}: {story}");
        assert!(!story.contains("打我") && !format!("{refused:?}").contains("打我"), "{refused:?}");
    }
    assert!(story(&ask(&nobody).await).contains("连不上"));
}

#[tokio::test]
async fn an_answer_of_another_release_is_no_answer() {
    let foreign = r#"{"hits":[{"id":"0123456789abcdef-1","_federation":{"queriesPosition":0,"weightedRankingScore":1.0}}],
        "estimatedTotalHits":2,"facetsByIndex":{"site":{"distribution":{"release":{"0123456789abcdef":1}}}}}"#;
    let (url, _) = server(Does::Says(200, foreign)).await;
    assert!(matches!(ask(&url).await, EngineError::OtherRelease));
    let missing = r#"{"message":"","code":"index_not_found","type":"invalid_request","link":""}"#;
    let (url, _) = server(Does::Says(400, missing)).await;
    assert!(matches!(ask(&url).await, EngineError::OtherRelease));
}

#[tokio::test]
async fn a_connection_that_was_let_go_is_made_once_more_and_not_again() {
    let (url, calls) = server(Does::Closes).await;
    ask(&url).await;
    // Two questions go out side by side, for hits and for counts.
    assert!((2..=4).contains(&calls.load(Ordering::Relaxed)), "{calls:?}");
}

#[tokio::test]
async fn a_question_that_says_nothing_is_not_even_asked() {
    let (url, calls) = server(Does::Closes).await;
    let query = Query::new(QueryText::new("怎么办").unwrap(), 10);
    assert_eq!(engine(&url, Duration::from_secs(5)).search(&query).await.unwrap().total, 0);
    assert!(!engine(&url, Duration::from_secs(5)).suggest("jiabao", 3).await.unwrap().is_empty());
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn publishing_tries_again_for_a_while_and_then_says_why_not() {
    let records = site::records();
    let release = Release::new(&records, &[]);
    for (does, least, expected) in [
        (Does::Says(503, "busy"), 6, "HTTP 503"),
        (Does::Says(401, "{}"), 1, "钥匙"),
        (Does::Says(200, "welcome"), 1, "不像是"),
    ] {
        let (url, calls) = server(does).await;
        let connection = Connection::new(&url, "", Duration::from_secs(5)).unwrap();
        let refused = publish(&connection, "site", &release, &mut |_| {}).await.unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
        assert_eq!(calls.load(Ordering::Relaxed), least, "{refused}");
    }
}

#[test]
fn addresses_keys_and_names_that_are_none_are_told_before_anybody_is_asked() {
    let patience = Duration::from_secs(1);
    for url in ["", "meili", "ftp://meili", "http://", "http://meili/", "http://a b"] {
        let refused = Connection::new(url, "", patience).unwrap_err();
        assert_eq!(refused, MeiliError::Address(url.to_owned()));
    }
    for key in ["a b", "密钥", "key\n"] {
        assert_eq!(
            Connection::new("http://meili:7700", key, patience).unwrap_err(),
            MeiliError::Key,
            "{key}"
        );
    }
    let connection = Connection::new("https://meili.example", "secret-key", patience).unwrap();
    assert!(!format!("{connection:?}").contains("secret"));
    let embedded = Embedded::new(Index::build(&[], &[]), Vec::new()).unwrap();
    for name in ["", "Site", "站", "a/b", "1a", "a_b"] {
        let refused = Meili::new(
            connection.clone(),
            name,
            Arc::new(Embedded::new(Index::build(&[], &[]), Vec::new()).unwrap()),
        );
        assert_eq!(refused.unwrap_err(), MeiliError::Index(name.to_owned()));
    }
    assert!(Meili::new(connection, "site-2", Arc::new(embedded)).is_ok());
}
