//! Counting words that many people look for: off unless turned on, and no trace of fewer than twenty people.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;

use crate::bench::Bench;

/// A question from the network of this number, told by a gateway on the machine itself.
fn question(from: usize, words: &str) -> Request<Body> {
    let gateway: SocketAddr = "127.0.0.1:5000".parse().unwrap();
    Request::get(format!("/api/v1/search?q={words}"))
        .header("x-real-ip", format!("198.51.{from}.7"))
        .extension(ConnectInfo(gateway))
        .body(Body::empty())
        .unwrap()
}

/// 老公打我, which the site's thesaurus has, inside a longer question.
const ASKED: &str = "%E6%88%91%E8%80%81%E5%85%AC%E6%89%93%E6%88%91%E4%BA%86";

async fn counted(bench: &Bench, month: &str) -> Vec<(String, usize)> {
    // What is kept is kept beside the answer, not before it.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let words = bench.store.search_words(month).await.unwrap();
    words.into_iter().map(|word| (word.word, word.people)).collect()
}

fn this_month() -> String {
    use api::clock::Clock as _;
    api::words::month_of(api::clock::SystemClock.hour().date())
}

#[tokio::test]
async fn a_word_leaves_no_trace_until_twenty_people_used_it_and_then_only_its_number() {
    for bench in Bench::counting_words().await {
        for from in 0..19 {
            bench.send(question(from, ASKED)).await;
        }
        for _ in 0..30 {
            bench.send(question(3, ASKED)).await;
        }
        assert_eq!(counted(&bench, &this_month()).await, []);
        bench.send(question(19, ASKED)).await;
        assert_eq!(counted(&bench, &this_month()).await, [("老公打我".to_owned(), 20)]);
        for from in 20..35 {
            bench.send(question(from, ASKED)).await;
        }
        assert_eq!(counted(&bench, &this_month()).await, [("老公打我".to_owned(), 30)]);
    }
}

#[tokio::test]
async fn what_is_no_word_of_the_site_is_never_counted() {
    for bench in Bench::counting_words().await {
        for from in 0..40 {
            bench.send(question(from, "zhangsan-13800000000")).await;
        }
        assert_eq!(counted(&bench, &this_month()).await, []);
    }
}

#[tokio::test]
async fn nothing_is_counted_unless_it_is_turned_on() {
    let bench = Bench::new().await;
    for from in 0..40 {
        bench.send(question(from, ASKED)).await;
    }
    assert_eq!(counted(&bench, &this_month()).await, []);
}
