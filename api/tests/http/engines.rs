//! Which engine answers when Meilisearch is down, slow, or has another release; and who is told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use api::config::{Settings, Sources};
use api::finder::{Engines, Meilisearch};
use api::published::Release;
use search::bundle::{Bundle, FOLDER};
use search::record::{Kind, Record};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::bench::{Bench, LIMITS, bundle, write, write_site};

const QUESTION: &str = "/api/v1/search?q=%E4%BF%9D%E6%8A%A4%E4%BB%A4"; // 保护令

/// A site with something to find.
fn site(titles: &[&str]) -> TempDir {
    let dist = tempfile::tempdir().unwrap();
    write_site(dist.path());
    let record = |(at, title): (usize, &&str)| Record {
        text: "保护令不收费。".to_owned(),
        ..Record::new(Kind::Guide, format!("guide/g{at}"), *title, format!("/guides/g{at}/"))
    };
    let records = titles.iter().enumerate().map(record).collect();
    for (name, bytes) in (Bundle { records, ..bundle() }).files() {
        write(&dist.path().join(FOLDER).join(name), &bytes);
    }
    dist
}

/// The service over that site, with these engines.
async fn bench(engines: &Engines) -> Bench {
    let dist = site(&["保护令怎么申请", "保护令要钱吗"]);
    let release = Release::open(dist.path(), engines).unwrap();
    Bench::over(dist, release, LIMITS).await
}

fn settings(url: &str, milliseconds: u64) -> Meilisearch {
    let environment = [
        ("NUANZHAN_SEARCH_MEILI_URL", url.to_owned()),
        ("NUANZHAN_SEARCH_MEILI_MILLISECONDS", milliseconds.to_string()),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Settings::load(Sources { environment, ..Sources::default() }).unwrap().0.meilisearch
}

fn engines(url: &str, milliseconds: u64) -> Engines {
    Engines::open(&settings(url, milliseconds)).unwrap()
}

/// An address where nobody listens.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    address(listener.local_addr().unwrap())
}

fn address(at: SocketAddr) -> String {
    format!("http://{at}")
}

/// A server that takes questions and says `answer`, or nothing; and how often it was called.
async fn server(answer: Option<&'static str>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = address(listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                match answer {
                    None => tokio::time::sleep(Duration::from_mins(1)).await,
                    Some(answer) => {
                        let _ = stream.write_all(answer.as_bytes()).await;
                    }
                }
            });
        }
    });
    (url, calls)
}

/// How often it was answered so, as `/metrics` tells it.
fn counted(bench: &Bench, labels: &str) -> u64 {
    let metrics = bench.published.current().finder.metrics();
    let line = metrics.lines().find(|line| line.starts_with(&format!("nuanzhan_searches_total{{{labels}}}")));
    line.unwrap_or_else(|| panic!("{labels} in {metrics}")).rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn without_meilisearch_nothing_is_said_of_engines() {
    let bench = bench(&Engines::default()).await;
    let got = bench.get(QUESTION).await;
    assert_eq!(got.json()["total"], 2);
    assert_eq!(got.header("search-engine"), "");
    assert_eq!(counted(&bench, "engine=\"embedded\",reason=\"configured\""), 1);
    assert!(!bench.published.current().finder.metrics().contains("resting"));
}

#[tokio::test]
async fn when_meilisearch_is_down_the_embedded_engine_answers_the_same_and_says_so() {
    let (alone, down) = (bench(&Engines::default()).await, bench(&engines(&nobody().await, 300)).await);
    for path in [QUESTION, "/search/?q=%E4%BF%9D%E6%8A%A4%E4%BB%A4"] {
        let (expected, got) = (alone.get(path).await, down.get(path).await);
        assert_eq!((got.status.as_u16(), got.text()), (200, expected.text()), "{path}");
        assert_eq!(got.header("search-engine"), "embedded; reason=unavailable", "{path}");
    }
    assert_eq!(counted(&down, "engine=\"embedded\",reason=\"unavailable\""), 2);
    assert_eq!(counted(&down, "engine=\"meilisearch\",reason=\"configured\""), 0);
    // Completions never need it.
    let got = down.get("/api/v1/search/suggest?q=bhl").await;
    assert!(got.text().contains("保护令怎么申请"));
}

#[tokio::test]
async fn when_meilisearch_is_slow_nobody_waits_longer_than_the_deadline() {
    let (url, _) = server(None).await;
    let bench = bench(&engines(&url, 100)).await;
    let started = Instant::now();
    let got = bench.get(QUESTION).await;
    let took = started.elapsed();
    assert_eq!(
        (got.json()["total"].as_u64(), got.header("search-engine")),
        (Some(2), "embedded; reason=slow")
    );
    assert!((Duration::from_millis(100)..Duration::from_secs(1)).contains(&took), "{took:?}");
    assert_eq!(counted(&bench, "engine=\"embedded\",reason=\"slow\""), 1);
}

#[tokio::test]
async fn after_failures_in_a_row_nobody_waits_at_all() {
    let (url, calls) = server(None).await;
    let bench = bench(&engines(&url, 200)).await;
    for _ in 0..3 {
        bench.get(QUESTION).await;
    }
    let asked = calls.load(Ordering::Relaxed);
    let started = Instant::now();
    for _ in 0..10 {
        assert_eq!(bench.get(QUESTION).await.header("search-engine"), "embedded; reason=slow");
    }
    assert!(started.elapsed() < Duration::from_millis(1500), "{:?}", started.elapsed());
    assert_eq!(calls.load(Ordering::Relaxed), asked, "it is left alone");
    assert!(bench.published.current().finder.metrics().contains("\nnuanzhan_meilisearch_resting 1\n"));
    assert_eq!(counted(&bench, "engine=\"embedded\",reason=\"slow\""), 13);
}

#[tokio::test]
async fn nonsense_and_other_releases_are_told_apart() {
    let missing = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n\
                   {\"message\":\"\",\"code\":\"index_not_found\",\"type\":\"invalid_request\",\"link\":\"\"}";
    for (answer, told) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", "embedded; reason=unavailable"),
        ("", "embedded; reason=unavailable"),
        (missing, "embedded; reason=other-release"),
    ] {
        let (url, _) = server(Some(answer)).await;
        let bench = bench(&engines(&url, 2000)).await;
        let got = bench.get(QUESTION).await;
        assert_eq!((got.json()["total"].as_u64(), got.header("search-engine")), (Some(2), told));
    }
}

#[tokio::test]
async fn a_release_that_takes_over_keeps_the_counts() {
    let engines = engines(&nobody().await, 300);
    let bench = bench(&engines).await;
    bench.get(QUESTION).await;
    let other = site(&["保护令"]);
    bench.published.replace(Release::open(other.path(), &engines).unwrap());
    assert_eq!(bench.get(QUESTION).await.json()["total"], 1);
    assert_eq!(counted(&bench, "engine=\"embedded\",reason=\"unavailable\""), 2);
}

#[test]
fn settings_that_lead_nowhere_are_told_at_the_start() {
    let refused = |change: fn(&mut Meilisearch)| {
        let mut settings = settings("http://127.0.0.1:7700", 300);
        change(&mut settings);
        format!("{:#}", Engines::open(&settings).err().unwrap())
    };
    assert!(refused(|settings| settings.url = "127.0.0.1:7700".to_owned()).contains("search.meili_url"));
    assert!(refused(|settings| settings.key = "a b".to_owned()).contains("钥匙"));
    assert!(refused(|settings| settings.index = "我的站".to_owned()).contains("search.meili_index"));
}

/// A Meilisearch that somebody runs, and its key with all rights.
fn real() -> Option<(String, String)> {
    let Ok(url) = std::env::var("MEILI_URL") else {
        use std::io::Write as _;
        let _ = writeln!(
            std::io::stderr(),
            "skipped: the service with a real Meilisearch (MEILI_URL is not set)"
        );
        return None;
    };
    Some((url, std::env::var("MEILI_MASTER_KEY").unwrap_or_default()))
}

#[tokio::test]
async fn meilisearch_answers_once_it_is_published_and_never_from_another_release() {
    use search::text::meili::{Connection, publish, search_key};

    let Some((url, master)) = real() else { return };
    let connection = Connection::new(&url, &master, Duration::from_secs(30)).unwrap();
    let index = format!("nuanzhan-test-{}-service", std::process::id());
    let key = search_key(&connection, &index, true).await.unwrap().key;
    let engines = Engines::open(&Meilisearch { index: index.clone(), key, ..settings(&url, 5000) }).unwrap();
    let bench = bench(&engines).await;
    let engine_of = async |bench: &Bench| bench.get(QUESTION).await.header("search-engine").to_owned();
    assert_eq!(engine_of(&bench).await, "embedded; reason=other-release");

    let publish_what_lies_in = async |dist: &TempDir| {
        let Bundle { records, thesaurus, .. } = Bundle::open(dist.path()).unwrap();
        let release = search::text::meili::Release::new(&records, &thesaurus);
        publish(&connection, &index, &release, &mut |_| {}).await.unwrap();
    };
    publish_what_lies_in(&bench.dist).await;
    tokio::time::sleep(api::finder::breaker::REST).await;
    let got = bench.get(QUESTION).await;
    assert_eq!((got.json()["total"].as_u64(), got.header("search-engine")), (Some(2), "meilisearch"));

    let other = site(&["保护令"]);
    bench.published.replace(Release::open(other.path(), &engines).unwrap());
    let got = bench.get(QUESTION).await;
    assert_eq!(
        (got.json()["total"].as_u64(), got.header("search-engine")),
        (Some(1), "embedded; reason=other-release")
    );
    publish_what_lies_in(&other).await;
    tokio::time::sleep(api::finder::breaker::REST).await;
    assert_eq!(engine_of(&bench).await, "meilisearch");
    assert_eq!(counted(&bench, "engine=\"embedded\",reason=\"other-release\""), 2);
    assert_eq!(counted(&bench, "engine=\"meilisearch\",reason=\"configured\""), 2);
}
