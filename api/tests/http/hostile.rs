//! Questions that nobody asks: far too long, made of operators, of what is no text, or of nothing. Each gets a problem that
//! names the field or an honest empty answer, soon, from the engine that ships.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use api::finder::Engines;
use api::listen;
use api::published::Release;
use proptest::prelude::*;
use search::bundle::{Bundle, FOLDER};
use search::record::{Kind, Record};
use tokio::net::TcpListener;

use crate::bench::{Bench, Got, LIMITS, bundle, write, write_site};

/// Far more than any of these takes in a build without optimisation on a busy machine.
const SOON: Duration = Duration::from_secs(5);

/// More than any question brings with it.
const MUCH: usize = 10_000_000;

/// More than any refusal says, and less than what some of these send.
const FEW_WORDS: usize = 20_000;

/// 离婚, as an address has it.
const DIVORCE: &str = "%E7%A6%BB%E5%A9%9A";

/// A site with something to find, and the engine that ships.
async fn bench() -> Bench {
    let dist = tempfile::tempdir().unwrap();
    write_site(dist.path());
    let record = |at: usize| Record {
        text: "离婚要去民政局登记，孩子归谁可以商量。".to_owned(),
        asked: vec!["想离婚怎么办".to_owned()],
        topic: Some("domestic-violence".to_owned()),
        ..Record::new(
            Kind::Guide,
            format!("guide/g{at:02}"),
            format!("离婚怎么办{at}"),
            format!("/guides/g{at}/"),
        )
    };
    let records = (0..30).map(record).collect();
    for (name, bytes) in (Bundle { records, ..bundle() }).files() {
        write(&dist.path().join(FOLDER).join(name), &bytes);
    }
    let release = Release::open(dist.path(), &Engines::default()).unwrap();
    Bench::over(dist, release, LIMITS).await
}

/// An address of a search with this encoded query.
async fn ask(bench: &Bench, query: &str) -> Got {
    let began = Instant::now();
    let got = bench.get(&format!("/api/v1/search?{query}")).await;
    assert!(began.elapsed() < SOON, "{:?} for {} bytes", began.elapsed(), query.len());
    got
}

/// Asks for a text, letter for letter.
async fn ask_for(bench: &Bench, text: &str) -> Got {
    ask(bench, &format!("q={}", encoded(text))).await
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

/// An answer that says that there is nothing, and where to go on.
fn is_honestly_empty(got: &Got, what: &str) {
    assert_eq!(got.status, 200, "{what}: {}", got.text());
    let found = got.json();
    assert_eq!((&found["total"], &found["hits"]), (&0.into(), &serde_json::json!([])), "{what}");
    assert!(!found["instead"]["hotlines"].as_array().unwrap().is_empty(), "{what}");
}

#[tokio::test]
async fn no_character_is_an_operator() {
    let bench = bench().await;
    let total = ask_for(&bench, "离婚").await.json()["total"].clone();
    assert_eq!(total, 30);
    for operator in (0x21..0x7f_u8).map(char::from).filter(|c| !c.is_ascii_alphanumeric()) {
        for text in [
            format!("离婚{operator}"),
            format!("{operator}离婚"),
            format!("{operator}离婚{operator}"),
            format!("{} 离婚", operator.to_string().repeat(40)),
        ] {
            let got = ask_for(&bench, &text).await;
            assert_eq!((got.status.as_u16(), &got.json()["total"]), (200, &total), "{text}");
        }
        is_honestly_empty(&ask_for(&bench, &operator.to_string()).await, &operator.to_string());
        assert_eq!(bench.get(&format!("/search/?q={}", encoded(&operator.to_string()))).await.status, 200);
    }
    let all: String = (0x21..0x7f_u8).map(char::from).filter(|c| !c.is_ascii_alphanumeric()).collect();
    is_honestly_empty(&ask_for(&bench, &all).await, &all);
    for text in [
        "\"离婚\" OR title:离婚 AND NOT -离婚~2^3",
        "离婚 [a TO b] {c} /.*/ * ? \\",
        "(((离婚",
        "<mark>离婚</mark>",
    ] {
        assert_eq!(ask_for(&bench, text).await.json()["total"], total, "{text}");
    }
}

#[tokio::test]
async fn what_cannot_be_seen_is_passed_over() {
    let bench = bench().await;
    let unseen = (0..0x20).chain(0x7f..0xa0).chain([0xad, 0x200b, 0x202e, 0x2066, 0xfeff]);
    for c in unseen.filter_map(char::from_u32) {
        let got = ask_for(&bench, &format!("离{c}婚")).await;
        // What is white space parts the two characters, which are found all the same.
        assert_eq!((got.status.as_u16(), &got.json()["total"]), (200, &30.into()), "{c:?}");
        let nothing = ask_for(&bench, &c.to_string()).await;
        assert_eq!(nothing.problem(400, "invalid"), ["q"], "{c:?}");
    }
}

#[tokio::test]
async fn half_a_surrogate_is_no_text_and_harms_nothing() {
    let bench = bench().await;
    for bytes in
        ["%ED%A0%80", "%ED%BF%BF", "%FF%FE", "%C0%80", "%F8%88%80%80%80", "%E7%A6", "%", "%zz", "%u5A5A"]
    {
        is_honestly_empty(&ask(&bench, &format!("q={bytes}")).await, bytes);
        let got = ask(&bench, &format!("q={DIVORCE}{bytes}")).await;
        assert_eq!((got.status.as_u16(), &got.json()["total"]), (200, &30.into()), "{bytes}");
        for path in ["/api/v1/search/suggest?q=", "/search/?q="] {
            assert_eq!(bench.get(&format!("{path}{bytes}")).await.status, 200, "{path}{bytes}");
        }
    }
    // The same in an escape of JSON, which has a name for it.
    is_honestly_empty(&ask_for(&bench, r"\ud800").await, "an escape that nobody unescapes");
    for half in [r"\ud800", r"\udc00", r"\ud800\u0041", r"\ud8"] {
        let body = format!(r#"{{"near":{{"lat":30,"lon":110}},"region":"{half}"}}"#);
        bench.post_json("/api/v1/stations/nearest", &body).await.problem(400, "malformed");
    }
}

#[tokio::test]
async fn nothing_asked_is_told_so_and_little_words_find_nothing() {
    let bench = bench().await;
    for nothing in ["", "q", "q=", "q=+++", "q=%20%09%0A", "q=%E3%80%80", "q=%E2%80%8B"] {
        assert_eq!(ask(&bench, nothing).await.problem(400, "invalid"), ["q"], "{nothing}");
    }
    for little in ["的", "我的了吗呢", "请问一下怎么办", "？！，。", "🙂🙂"] {
        is_honestly_empty(&ask_for(&bench, little).await, little);
    }
}

#[tokio::test]
async fn pages_end_where_the_answer_ends() {
    let bench = bench().await;
    let whole = ask(&bench, &format!("q={DIVORCE}&limit=50")).await.json();
    for offset in [29, 30, 31, 1000] {
        let page = ask(&bench, &format!("q={DIVORCE}&offset={offset}")).await.json();
        assert_eq!(page["hits"].as_array().unwrap().len(), 30_usize.saturating_sub(offset), "{offset}");
        assert_eq!((&page["total"], &page["facets"]), (&whole["total"], &whole["facets"]));
    }
    for wrong in ["1001", "-1", "18446744073709551616", "1e3", "0x10", "%E4%B8%80", "NaN"] {
        assert_eq!(
            ask(&bench, &format!("q={DIVORCE}&offset={wrong}")).await.problem(400, "invalid"),
            ["offset"]
        );
    }
    for wrong in ["0", "51", "4294967296", "99999999999999999999999999", "-5", "ten"] {
        assert_eq!(
            ask(&bench, &format!("q={DIVORCE}&limit={wrong}")).await.problem(400, "invalid"),
            ["limit"]
        );
    }
    for page in ["0", "101", "-1", "99999999999999999999"] {
        let got = bench.get(&format!("/search/?q={DIVORCE}&page={page}")).await;
        assert_eq!(got.status, 200, "a person gets the first page, and is told");
    }
}

#[tokio::test]
async fn what_there_is_not_is_named() {
    let bench = bench().await;
    for (query, field) in [
        ("type=guides", "type"),
        ("type=%00", "type"),
        ("topic=none", "topic"),
        ("topic=..%2F..%2Fetc", "topic"),
        ("region=1", "region"),
        ("region=99012100020", "region"),
        ("q=a", "q"),
        ("limit=5&limit=5", "limit"),
        ("sort=date", "sort"),
        ("Q=a", "Q"),
        ("%00=a", "\0"),
    ] {
        let got = ask(&bench, &format!("q={DIVORCE}&{query}")).await;
        assert_eq!(got.problem(400, "invalid"), [field], "{query}");
        let page = bench.get(&format!("/search/?q={DIVORCE}&{query}")).await;
        assert_eq!(page.status, 200, "a link with more in it than ours still answers a person: {query}");
    }
    // A division that nobody has heard of has nothing in it but what belongs to none.
    assert_eq!(ask(&bench, &format!("q={DIVORCE}&region=110000")).await.json()["total"], 30);
}

#[tokio::test]
async fn a_question_of_sixty_thousand_characters_is_refused_in_few_words() {
    let bench = bench().await;
    for (name, text) in [
        ("one character", "婚".repeat(6_000)),
        ("blanks", format!("{}a", " ".repeat(20_000))),
        ("letters", "zh ".repeat(6_000)),
        ("invisible", "\u{200b}".repeat(6_000)),
    ] {
        let got = ask_for(&bench, &text).await;
        if name == "blanks" {
            is_honestly_empty(&got, name);
        } else {
            assert_eq!(got.problem(400, "invalid"), ["q"], "{name}");
        }
        assert!(got.body.len() < FEW_WORDS, "{name}: {} bytes", got.body.len());
        let got = bench.get(&format!("/api/v1/search/suggest?q={}", encoded(&text))).await;
        assert_eq!(
            (got.status.as_u16(), &got.json()["suggestions"]),
            (200, &serde_json::json!([])),
            "{name}"
        );
    }
    for query in
        [format!("q={DIVORCE}&{}", "a=1&".repeat(15_000)), format!("q={DIVORCE}&{}=1", "x".repeat(60_000))]
    {
        let got = ask(&bench, &query).await;
        assert_eq!(got.status, 400);
    }
}

/// Sends bytes to a server and gives what comes back, if only a closed door.
fn send(at: SocketAddr, head: &str, piece: &[u8], pieces: usize) -> String {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let mut sent = stream.write_all(head.as_bytes());
    for _ in 0..pieces {
        // Whoever has heard enough hangs up.
        sent = sent.and_then(|()| stream.write_all(piece));
    }
    drop(sent.and_then(|()| stream.write_all(b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")));
    let mut answer = Vec::new();
    if let Err(err) = stream.read_to_end(&mut answer) {
        assert!(
            !matches!(err.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "no answer, no end: {err}"
        );
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_megabytes_of_question_are_refused_before_they_are_read() {
    let bench = bench().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(listen::serve(listener, bench.app.clone(), LIMITS, std::future::pending()));
    let json = "POST /api/v1/stations/nearest HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let piece = [b'a'; 10_000];
    for (head, refusal) in [
        ("GET /api/v1/search?q=".to_owned(), "4"),
        (format!("GET /api/v1/search?q={DIVORCE} HTTP/1.1\r\nhost: x\r\nx-long: "), "431 "),
        (format!("{json}content-length: {MUCH}\r\n\r\n"), "413 "),
        (format!("{json}transfer-encoding: chunked\r\n\r\n{MUCH:x}\r\n"), "413 "),
    ] {
        let began = Instant::now();
        let sent = head.clone();
        let answer =
            tokio::task::spawn_blocking(move || send(at, &sent, &piece, MUCH / piece.len())).await.unwrap();
        assert!(began.elapsed() < SOON, "{head}: {:?}", began.elapsed());
        // Whoever goes on sending may find the door closed before the answer has come.
        let status = answer.strip_prefix("HTTP/1.1 ").unwrap_or(refusal);
        assert!(status.starts_with(refusal), "{head}: {}", &answer[..answer.len().min(300)]);
        assert!(answer.len() < FEW_WORDS);
    }
    let good = format!("GET /api/v1/search?q={DIVORCE}");
    let answer = tokio::task::spawn_blocking(move || send(at, &good, &[], 0)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_query_is_answered_or_refused(query in "([a-z&=+;%]|%[0-9A-F]{2}|q=|&limit=|&offset=|&type=|离|\\PC){0,60}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let query: String = query.chars().flat_map(|c| if c.is_ascii_graphic() { c.to_string() } else { encoded(&c.to_string()) }.chars().collect::<Vec<_>>()).filter(|c| !"\"<>#`{}|\\^".contains(*c)).collect();
        runtime.block_on(async {
            static SITE: tokio::sync::OnceCell<Bench> = tokio::sync::OnceCell::const_new();
            let bench = SITE.get_or_init(bench).await;
            for path in ["/api/v1/search?", "/api/v1/search/suggest?", "/search/?"] {
                let got = bench.get(&format!("{path}{query}")).await;
                prop_assert!(matches!(got.status.as_u16(), 200 | 400), "{path}{query}: {}", got.text());
                prop_assert!(got.body.len() < FEW_WORDS, "{path}{query}");
                if path.starts_with("/api") {
                    got.json();
                }
            }
            Ok(())
        })?;
    }
}
