//! The asker's path through the service's own front door: what is promised, and that it holds.

use std::io::Write as _;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::consultations::receipt::Receipt;
use crate::consultations::testing::Office;
use crate::consultations::{Consultations, Settings};
use crate::desk::testing::AtDesk;
use crate::dice::{self, SystemDice};
use crate::store::testing::{self, PASSPHRASE, founded};

const WORDS: &str = "他打我，孩子也在旁边看着";
const REACH: &str = "只在周三上午打 0000-1234567";

/// A county's desk over every kind of database.
async fn counties() -> Vec<Office> {
    let offices = Office::each().await;
    for office in &offices {
        founded(&office.app.store, "county", None).await;
    }
    offices
}

#[tokio::test]
async fn a_letter_is_answered_and_asked_again_without_any_script() {
    for fresh in testing::each().await {
        let office = Office::open(fresh).await;
        founded(&office.app.store, "city", None).await;
        founded(&office.app.store, "county", Some("city")).await;

        let sent = office.post("/ask/", &[("text", WORDS), ("reach", REACH), ("region", "990121")]).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        assert!(sent.text.contains("county 妇联") && !sent.text.contains(WORDS));
        let receipt = sent.receipt();

        let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
        assert!(opened.text.contains(WORDS) && opened.text.contains(REACH), "{}", opened.text);
        assert!(
            opened.text.contains("已收到，等人受理") && opened.text.contains("2026 年 11 月 21 日 15 时")
        );
        assert!(!opened.text.contains(&receipt));

        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        let id = member.queue().await.remove(0);
        member.accept(&id).await;
        assert_eq!(member.answer(&id, "先到安全的地方。").await.status, StatusCode::CREATED);

        let answered = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
        assert!(
            answered.text.contains("先到安全的地方。") && answered.text.contains("已答复"),
            "{}",
            answered.text
        );

        let again = [("pass", answered.hidden("pass")), ("text", "去哪里好？".to_owned())];
        let again = again.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
        for _ in 0..2 {
            let taken = office.post("/ask/reply/message", &again).await;
            assert!(
                taken.text.contains("补充已经收到") && taken.text.contains("有人受理了"),
                "{}",
                taken.text
            );
            assert!(!taken.text.contains(WORDS), "a pass does not read");
        }
        let read: Vec<String> = member.read(&id).await.iter().map(|envelope| envelope.text.clone()).collect();
        assert_eq!(read, [WORDS, "先到安全的地方。", "去哪里好？"]);
    }
}

#[tokio::test]
async fn nothing_that_was_written_typed_or_known_of_the_writer_is_on_the_disk() {
    for fresh in testing::each().await {
        let office = Office::open(fresh).await;
        founded(&office.app.store, "county", None).await;
        let sent = office.post("/ask/", &[("text", WORDS), ("reach", REACH)]).await;
        let receipt = sent.receipt();
        let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
        let pass = opened.hidden("pass");
        office.post("/ask/reply/message", &[("pass", &pass), ("text", WORDS)]).await;
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        let id = member.queue().await.remove(0);
        member.accept(&id).await;
        member.answer(&id, WORDS).await;

        let (everything, files) =
            (office.app.store.everything().await, files_below(office.database_folder()));
        let telling = [WORDS, REACH, "0000-1234567", &receipt, &pass, PASSPHRASE, "telling", "192.0.2"];
        for secret in telling {
            let hex = crate::sealing::binding::hex(secret.as_bytes());
            assert!(!everything.contains(&secret.to_lowercase()) && !everything.contains(&hex), "{secret}");
            assert!(files.windows(secret.len()).all(|bytes| bytes != secret.as_bytes()), "{secret}");
        }
        let grouped = receipt.as_bytes().chunks(4).map(|group| str::from_utf8(group).unwrap());
        let grouped = grouped.collect::<Vec<_>>().join(" ");
        assert!(!everything.contains(&grouped));
        // What may be there is found: the search above is able to find things.
        assert!(everything.contains(&office.app.clock.hour().number().to_string()), "{everything}");
    }
}

/// All bytes of all files in a folder.
fn files_below(folder: &std::path::Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.flat_map(|file| std::fs::read(file).unwrap()).collect()
}

#[tokio::test]
async fn a_form_that_is_sent_again_shows_the_same_receipt_until_that_is_typed_back() {
    for office in counties().await {
        let form = [("request_key", "AAAAAAAAAAAAAAAAAAAAAA"), ("text", WORDS)];
        let receipt = office.post("/ask/", &form).await.receipt();
        // The hour changes between the two: the key of the last one is still known.
        office.clock.advance(SignedDuration::from_mins(55));
        assert_eq!(office.post("/ask/", &form).await.receipt(), receipt);
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        assert_eq!(member.queue().await.len(), 1);

        office.post("/ask/reply/", &[("receipt", &receipt)]).await;
        let late = office.post("/ask/", &form).await;
        assert!(late.text.contains("已经寄到") && !late.text.contains("class=\"receipt\""), "{}", late.text);

        let edited = [form[0], ("text", "别的事")];
        assert_ne!(office.post("/ask/", &edited).await.receipt(), receipt);
        assert_eq!(member.queue().await.len(), 2);
    }
}

#[tokio::test]
async fn two_askers_with_the_same_words_have_two_threads() {
    for office in counties().await {
        for key in ["", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAQ"] {
            for _ in 0..2 {
                office.post("/ask/", &[("request_key", key), ("text", WORDS)]).await;
            }
        }
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        assert_eq!(member.queue().await.len(), 4, "without a key each sending is one of its own");
    }
}

#[tokio::test]
async fn the_same_form_sent_twice_at_once_makes_one_thread() {
    for office in counties().await {
        let form = [("request_key", "AAAAAAAAAAAAAAAAAAAAAA"), ("text", WORDS)];
        let (one, other) = tokio::join!(office.post("/ask/", &form), office.post("/ask/", &form));
        assert_eq!(one.receipt(), other.receipt());
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        assert_eq!(member.queue().await.len(), 1);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_told_and_what_was_typed_is_kept() {
    for office in counties().await {
        let bad = [
            ("text", "a<b> \"c\""),
            ("topic", "nothing"),
            ("danger", "1"),
            ("phone", "0000-1"),
            ("reach", "白天"),
        ];
        let page = office.post("/ask/", &bad).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        for kept in
            ["a&lt;b&gt; &quot;c&quot;</textarea>", ">白天</textarea>", "没有这个主题", "checked", "tel:110"]
        {
            assert!(page.text.contains(kept), "{kept}: {}", page.text);
        }
        assert_eq!(page.hidden("request_key").len(), 22);
        assert!(page.text.contains("这里没有这一项"));
        let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
        assert!(member.queue().await.is_empty());
    }
}

#[tokio::test]
async fn what_is_no_form_or_too_much_is_refused_as_a_page() {
    for office in counties().await {
        for (kind, size, status) in [
            ("application/json", 2, StatusCode::UNSUPPORTED_MEDIA_TYPE),
            ("multipart/form-data; boundary=x", 2, StatusCode::UNSUPPORTED_MEDIA_TYPE),
            ("application/x-www-form-urlencoded", 200_000, StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            for path in ["/ask/", "/ask/reply/", "/ask/reply/message"] {
                let request =
                    Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::from("x".repeat(size)));
                let reply = office.send(request.unwrap()).await;
                assert_eq!(reply.status, status, "{path}");
                assert!(reply.text.contains("tel:110") && reply.text.contains("<main>"), "{}", reply.text);
            }
        }
    }
}

#[tokio::test]
async fn where_nobody_is_on_duty_the_page_says_so_and_nothing_is_stored() {
    for office in Office::each().await {
        let form = [("text", WORDS), ("region", "990121"), ("child", "1"), ("vulnerable", "1")];
        let page = office.post("/ask/", &form).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        let open_now = "&#x2f;stations&#x2f;?region=990121&amp;open_at=now#list";
        for part in ["没有人值班", "tel:12338", WORDS, "regions&#x2f;990121", open_now] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        assert_eq!((page.hidden("child"), page.hidden("vulnerable")), ("1".to_owned(), "1".to_owned()));
        assert!(!office.app.store.everything().await.contains("thread:"));
    }
}

#[tokio::test]
async fn when_a_desk_has_had_its_letters_the_page_says_so_until_the_next_hour() {
    for fresh in testing::each().await {
        let office = Office::open_with(fresh, |settings| settings.forms_per_hour = 2).await;
        founded(&office.app.store, "county", None).await;
        let send = async |text| office.post("/ask/", &[("text", text)]).await;
        for text in ["one", "two"] {
            assert_eq!(send(text).await.status, StatusCode::OK);
        }
        let refused = send("three").await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            refused.text.contains(">three</textarea>") && refused.text.contains("tel:110"),
            "{}",
            refused.text
        );
        office.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(send("three").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn when_the_database_fails_the_words_are_not_lost() {
    for office in counties().await {
        office.app.store.close().await.unwrap();
        let page = office.post("/ask/", &[("text", WORDS), ("danger", "1")]).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(page.text.contains(WORDS) && page.text.contains("tel:110"), "{}", page.text);
        assert_eq!(page.hidden("danger"), "1");
        let refused = office.post("/ask/reply/", &[("receipt", "0000 0000 0000 0000 0000")]).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.text.contains("tel:110"));
    }
}

#[tokio::test]
async fn when_too_much_waits_the_page_says_busy_with_the_numbers_and_keeps_everything() {
    for fresh in testing::each().await {
        let office = Office::open_with(fresh, |settings| settings.pause = Duration::from_mins(5)).await;
        founded(&office.app.store, "county", None).await;
        let receipt = office.post("/ask/", &[("text", WORDS)]).await.receipt();
        for _ in 0..10 {
            let wrong = Receipt::from_chance(dice::draw(&SystemDice)).groups().join("");
            office.post("/ask/reply/", &[("receipt", &wrong)]).await;
        }
        // Four stand in the slow lane; the fifth is told at once.
        let wait = || async { drop(office.post("/ask/reply/", &[("receipt", &receipt)]).await) };
        let waiting = async { tokio::join!(wait(), wait(), wait(), wait()) };
        let busy = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            office.post("/ask/reply/", &[("receipt", &receipt), ("draft", "还没寄出")]).await
        };
        tokio::select! {
            _ = waiting => panic!("the slow lane is slower than this"),
            busy = busy => {
                assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
                for kept in ["tel:110", "人多", "还没寄出", receipt.as_str()] {
                    assert!(busy.text.contains(kept), "{kept}: {}", busy.text);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_mistyped_receipt_is_told_kindly_and_a_wrong_one_opens_nothing() {
    for office in counties().await {
        let receipt = office.post("/ask/", &[("text", WORDS)]).await.receipt();
        let page = async |receipt: &str| office.post("/ask/reply/", &[("receipt", receipt)]).await.text;
        assert!(page(&receipt[..19]).await.contains("少了 1 位"));
        assert!(page("").await.contains("请输入回执码"));
        let slip = format!("{}{}", &receipt[..19], (receipt.as_bytes()[19] - b'0' + 1) % 10);
        assert!(page(&slip).await.contains("有一位不对"));
        let wrong = Receipt::from_chance(dice::draw(&SystemDice)).groups().join("");
        let refused = page(&wrong).await;
        assert!(refused.contains("没有用这个回执码的信") && !refused.contains(WORDS), "{refused}");
    }
}

#[tokio::test]
async fn answers_to_right_and_wrong_receipts_have_the_same_size() {
    for office in counties().await {
        let receipt = office.post("/ask/", &[("text", WORDS)]).await.receipt();
        let wrong = Receipt::from_chance(dice::draw(&SystemDice)).groups().join("");
        let right = office.post("/ask/reply/", &[("receipt", &receipt)]).await.text.len();
        let wrong = office.post("/ask/reply/", &[("receipt", &wrong)]).await.text.len();
        assert_eq!((right % (16 << 10), right), (0, wrong));
    }
}

#[tokio::test]
async fn a_right_receipt_and_a_wrong_one_take_the_same_time() {
    let step = Duration::from_millis(700);
    for fresh in testing::each().await {
        let office = Office::open_with(fresh, |settings| settings.answer_step = step).await;
        founded(&office.app.store, "county", None).await;
        let receipt = office.post("/ask/", &[("text", WORDS)]).await.receipt();
        for _ in 0..2 {
            let wrong = Receipt::from_chance(dice::draw(&SystemDice)).groups().join("");
            for typed in [&receipt, &wrong] {
                let began = Instant::now();
                office.post("/ask/reply/", &[("receipt", typed)]).await;
                let steps = began.elapsed().as_secs_f64() / step.as_secs_f64();
                assert!((1.0..1.3).contains(&steps), "{steps}");
            }
        }
    }
}

#[tokio::test]
async fn many_wrong_receipts_are_slowed_down_and_none_is_refused() {
    for fresh in testing::each().await {
        let office = Office::open_with(fresh, |settings| settings.pause = Duration::from_millis(150)).await;
        founded(&office.app.store, "county", None).await;
        let receipt = office.post("/ask/", &[("text", WORDS)]).await.receipt();
        for _ in 0..10 {
            let wrong = Receipt::from_chance(dice::draw(&SystemDice)).groups().join("");
            office.post("/ask/reply/", &[("receipt", &wrong)]).await;
        }
        let began = Instant::now();
        assert!(office.post("/ask/reply/", &[("receipt", &receipt)]).await.text.contains(WORDS));
        assert!(began.elapsed() >= Duration::from_millis(150));
        office.clock.advance(SignedDuration::from_hours(1));
        let began = Instant::now();
        office.post("/ask/reply/", &[("receipt", &receipt)]).await;
        assert!(began.elapsed() < Duration::from_millis(150));
    }
}

#[tokio::test]
async fn a_pass_that_has_ended_keeps_what_was_typed_for_the_receipt() {
    for office in counties().await {
        let receipt = office.post("/ask/", &[("text", WORDS)]).await.receipt();
        let pass = office.post("/ask/reply/", &[("receipt", &receipt)]).await.hidden("pass");
        office.clock.advance(SignedDuration::from_mins(31));
        let ended = office.post("/ask/reply/message", &[("pass", &pass), ("text", "还有一件事")]).await;
        assert!(
            ended.text.contains("开得太久") && ended.text.contains(">还有一件事</textarea>"),
            "{}",
            ended.text
        );
        let opened = office.post("/ask/reply/", &[("receipt", &receipt), ("draft", "还有一件事")]).await;
        assert!(opened.text.contains(WORDS) && opened.text.contains(">还有一件事</textarea>"));
        let empty =
            office.post("/ask/reply/message", &[("pass", &opened.hidden("pass")), ("text", " ")]).await;
        assert!(empty.text.contains("请写下你想说的"));
    }
}

#[tokio::test]
async fn the_published_form_gets_a_key_of_its_own_each_time() {
    for office in counties().await {
        let folder = office.folder().join("ask");
        std::fs::create_dir(&folder).unwrap();
        let form = "<form><input type=\"hidden\" name=\"request_key\" value=\"\"></form>";
        std::io::Write::write_all(
            &mut std::fs::File::create(folder.join("index.html")).unwrap(),
            form.as_bytes(),
        )
        .unwrap();
        let (one, other) = (office.get("/ask/").await, office.get("/ask/").await);
        assert_eq!(one.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(one.hidden("request_key").len(), 22);
        assert_ne!(one.hidden("request_key"), other.hidden("request_key"));
        assert_eq!(office.get("/ask/reply/").await.headers[header::CACHE_CONTROL], "no-store");
    }
}

#[tokio::test]
async fn after_a_restart_the_receipt_still_opens_and_with_other_secrets_nothing_starts() {
    for fresh in testing::each().await {
        let store = fresh.store.clone();
        let office = Office::open(fresh).await;
        founded(&store, "county", None).await;
        office.post("/ask/", &[("text", WORDS)]).await;
        let settings = |name: &str| Settings::new(office.folder().join(name));
        assert!(Consultations::open(settings("secrets.toml"), &store, &SystemDice).await.is_ok());
        let lost = Consultations::open(settings("lost.toml"), &store, &SystemDice).await.err().unwrap();
        assert!(lost.to_string().contains("找不到密钥文件"), "{lost:#}");
        crate::secrets::Secrets::draw(&SystemDice).write(&office.folder().join("other.toml")).unwrap();
        let other = Consultations::open(settings("other.toml"), &store, &SystemDice).await.err().unwrap();
        assert!(other.to_string().contains("不是这个数据库的"), "{other:#}");
    }
}

#[tokio::test]
async fn the_public_parameters_and_keys_are_for_anyone() {
    for office in counties().await {
        let parameters = office.get("/api/v1/consultations/parameters").await.json();
        assert_eq!(parameters["suite"], serde_json::json!({ "kem": 16, "kdf": 1, "aead": 2 }));
        let key = office.get("/api/v1/desks/county/key").await.json();
        assert_eq!(crate::desk::testing::bytes(&key["readers"][0]["public_key"]).len(), 65);
        assert_eq!(office.get("/api/v1/desks/nowhere/key").await.status, StatusCode::NOT_FOUND);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// P4 as a property: whatever is done at whatever moment, the rows hold nothing finer than the hour. Every number in
    /// them that could be a time is in a column that ends in `_hour`, and is the number of an hour in which something was
    /// done, or of one that was reckoned from it.
    #[test]
    fn p4_no_row_knows_more_than_the_hour(text in "[a-z ]{1,40}", seconds in 0_i64..1_000_000, danger in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for office in counties().await {
                let founded = testing::NOW.number();
                office.clock.advance(SignedDuration::from_secs(seconds));
                let danger = if danger { "1" } else { "0" };
                office.post("/ask/", &[("text", &format!("x{text}")), ("danger", danger)]).await;
                let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
                let id = member.queue().await.remove(0);
                member.accept(&id).await;
                let mut question = member.sealed(&id, &text).await;
                question["kind"] = "ask_back".into();
                member.post(&format!("/consultations/{id}/messages"), question).await;

                let (rows, now) = (office.app.store.everything().await, office.app.clock.now().as_second());
                let hour = office.app.clock.hour().number();
                let lapse = hour + 60 * 24 + 1;
                let parts = || rows.split_whitespace().filter_map(|part| part.split_once('='));
                let hours: Vec<_> = parts().filter(|(name, value)| name.ends_with("_hour") && !value.is_empty()).collect();
                for table in ["thread: ", "message: ", "event: ", "request: ", "audit: ", "member_session: "] {
                    assert!(rows.contains(table), "{rows}");
                }
                assert!(hours.len() >= 14, "{hours:?}");
                for (name, value) in hours {
                    let known = [hour, founded, lapse].iter().any(|known| known.to_string() == value);
                    assert!(known, "{name}={value} at {hour}: {rows}");
                }
                // Seconds, minutes, milliseconds and microseconds since 1970 all begin like this.
                for (name, value) in parts().filter(|(_, value)| value.chars().all(|c| c.is_ascii_digit())) {
                    for finer in [now.to_string(), (now / 60).to_string()] {
                        assert!(!value.starts_with(&finer), "{name}={value} tells more than the hour");
                    }
                }
            }
        });
    }
}

#[tokio::test]
async fn the_form_tells_how_soon_letters_were_answered_lately() {
    for office in counties().await {
        let folder = office.folder().join("ask");
        std::fs::create_dir(&folder).unwrap();
        let page =
            "<p>3 个工作日内答复。<span id=\"pace\"></span></p><input name=\"request_key\" value=\"\">";
        std::fs::File::create(folder.join("index.html")).unwrap().write_all(page.as_bytes()).unwrap();
        let form = office.get("/ask/").await;
        assert!(form.text.contains("答复。来信还少，通常多久能回，现在说不准。</p>"), "{}", form.text);
        assert!(!form.text.contains("value=\"\""));
    }
}
