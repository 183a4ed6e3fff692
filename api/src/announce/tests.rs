//! From a letter to a receiver: what is heard, when, how often.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::SignedDuration;
use ring::hmac;

use super::testing::{Heard, Receiver};
use super::*;
use crate::announce::webhook::place;
use crate::consultations::testing::Office;
use crate::dice::SystemDice;
use crate::store::testing::{Fresh, each, founded, new_schema, postgres_url};

const SECRET: [u8; 32] = [7; 32];
const LETTER: &str = "他打我，还不让我出门";

/// A county whose news are told to a receiver.
struct County {
    office: Office,
    receiver: Receiver,
    announcer: Announcer,
}

impl County {
    async fn open(fresh: Fresh, kind: Kind) -> Self {
        founded(&fresh.store, "county", None).await;
        let receiver = Receiver::open().await;
        let secret = (kind == Kind::Plain).then(|| SECRET.to_vec());
        fresh.store.add_recipient("county", (kind, receiver.url.clone()), secret).await.unwrap();
        let office = Office::open(fresh).await;
        let announcer = announcer(&office);
        Self { office, receiver, announcer }
    }

    /// A letter, and what must never be heard of it.
    async fn letter(&self, danger: bool) -> Vec<String> {
        let mut fields = vec![("text", LETTER), ("topic", "violence"), ("region", "990121")];
        fields.extend(danger.then_some(("danger", "1")));
        let receipt = self.office.post("/ask/", &fields).await.receipt();
        let rows = self.office.app.store.everything().await;
        let row = rows.lines().rfind(|row| row.starts_with("thread: ")).unwrap();
        let id = row.split(|c: char| !c.is_ascii_hexdigit()).find(|part| part.len() == 32).unwrap();
        [LETTER, "violence", "990121", id, &receipt, "county"].map(str::to_owned).to_vec()
    }

    /// Looks, as the loop does, at a time of the day on which it is ten past three in China, or later ones.
    async fn look(&self, (since, now): (Option<&str>, &str)) -> Vec<Heard> {
        assert!(self.announcer.round(since.map(|since| Tick::of(at(since))), at(now)).await.unwrap());
        self.receiver.heard()
    }
}

fn announcer(office: &Office) -> Announcer {
    Announcer::new(&office.app, Post::open(None, "https://nuanzhan.example").unwrap())
}

/// A time of that day; the letters of these tests come at 07:10:20.
fn at(text: &str) -> Timestamp {
    format!("2026-11-21T{text}Z").parse().unwrap()
}

fn says(heard: &[Heard], what: What) {
    let bodies: Vec<&str> = heard.iter().map(|heard| heard.body.as_str()).collect();
    assert_eq!(bodies, [what.json(Kind::Plain, "https://nuanzhan.example/desk/")]);
}

#[tokio::test]
async fn danger_is_told_at_the_next_five_minutes_and_other_news_at_the_next_hour_without_a_word_of_them() {
    for fresh in each().await {
        let county = County::open(fresh, Kind::Plain).await;
        let mut secrets = county.letter(false).await;
        assert!(county.look((Some("07:10:00"), "07:15:00")).await.is_empty(), "its hour is not over");
        secrets.extend(county.letter(true).await);
        let urgent = county.look((Some("07:10:00"), "07:15:00")).await;
        says(&urgent, What::Urgent);
        assert!(county.look((Some("07:15:00"), "07:20:00")).await.is_empty(), "once is enough");
        let work = county.look((Some("07:55:00"), "08:00:00")).await;
        says(&work, What::Work);
        for heard in urgent.iter().chain(&work) {
            let all = format!("{} {:?} {}", heard.path, heard.headers, heard.body);
            for secret in &secrets {
                assert!(!all.contains(secret.as_str()), "{secret} in {all}");
            }
        }
        assert!(county.office.app.store.news().await.unwrap().is_empty());
        let to = county.office.app.store.recipient("county", 1).await.unwrap().unwrap();
        assert_eq!((to.told, to.failed), (Some(Hour::of(at("08:00:00"))), None));
    }
}

#[tokio::test]
async fn ten_letters_are_one_announcement_signed_for_its_receiver() {
    for fresh in each().await {
        let county = County::open(fresh, Kind::Plain).await;
        for _ in 0..10 {
            county.letter(false).await;
        }
        let heard = county.look((Some("07:55:00"), "08:00:00")).await;
        says(&heard, What::Work);
        let heard = &heard[0];
        assert_eq!(heard.header("content-type"), "application/json");
        let (id, time) = (heard.header("webhook-id"), heard.header("webhook-timestamp"));
        assert_eq!((id.len(), time), (36, at("08:00:00").as_second().to_string().as_str()));
        let signature = heard.header("webhook-signature").strip_prefix("v1,").unwrap();
        let tag = BASE64_STANDARD.decode(signature).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &SECRET);
        hmac::verify(&key, format!("{id}.{time}.{}", heard.body).as_bytes(), &tag).unwrap();
        let mut names: Vec<&str> = heard.headers.keys().map(axum::http::HeaderName::as_str).collect();
        names.sort_unstable();
        let known = ["accept", "content-length", "content-type", "host", "user-agent"];
        assert_eq!(names, [&known[..], &["webhook-id", "webhook-signature", "webhook-timestamp"]].concat());
    }
}

#[tokio::test]
async fn what_is_not_taken_is_told_again_with_the_same_id_and_with_more_in_it_under_another() {
    for fresh in each().await {
        let county = County::open(fresh, Kind::Plain).await;
        county.letter(false).await;
        county.receiver.answers(500, "geheim");
        county.receiver.answers(302, "");
        let first = county.look((Some("07:55:00"), "08:00:00")).await;
        let to = county.office.app.store.recipient("county", 1).await.unwrap().unwrap();
        assert_eq!(to.failed, Some((Hour::of(at("08:00:00")), "对方回答了 500".to_owned())));
        let second = county.look((Some("08:00:00"), "08:05:00")).await;
        assert_eq!(second.len(), 1, "nobody is led elsewhere");
        assert_eq!(first[0].header("webhook-id"), second[0].header("webhook-id"));
        assert_eq!(first[0].body, second[0].body);
        assert_ne!(first[0].header("webhook-signature"), second[0].header("webhook-signature"));
        assert!(county.look((Some("08:05:00"), "08:10:00")).await.is_empty(), "the pauses grow");
        // Somebody in danger does not wait for the pause.
        county.office.clock.advance(SignedDuration::from_mins(58));
        county.letter(true).await;
        let third = county.look((Some("08:05:00"), "08:10:00")).await;
        says(&third, What::Urgent);
        assert_ne!(first[0].header("webhook-id"), third[0].header("webhook-id"));
        assert!(county.look((Some("08:10:00"), "09:00:00")).await.is_empty(), "both were told");
    }
}

#[tokio::test]
async fn a_robot_has_taken_it_when_its_answer_says_so() {
    let robots = [(Kind::Wecom, "errcode"), (Kind::Dingtalk, "errcode"), (Kind::Feishu, "code")];
    for ((kind, field), fresh) in robots.into_iter().zip([each().await, each().await, each().await]) {
        for fresh in fresh {
            let county = County::open(fresh, kind).await;
            county.letter(false).await;
            county.receiver.answers(200, &format!("{{\"{field}\":93000,\"msg\":\"geheim\"}}"));
            county.receiver.answers(200, "<html>登录</html>");
            county.receiver.answers(200, &"长".repeat(1 << 16));
            let looks = [("07:55:00", "08:00:00"), ("08:00:00", "08:05:00"), ("08:10:00", "08:15:00")];
            let mut why = Vec::new();
            for (since, now) in looks {
                let heard = county.look((Some(since), now)).await;
                assert_eq!(heard[0].body, What::Work.json(kind, "https://nuanzhan.example/desk/"));
                assert!(heard[0].headers.get("webhook-id").is_none());
                let to = county.office.app.store.recipient("county", 1).await.unwrap().unwrap();
                why.push(to.failed.unwrap().1);
            }
            assert_eq!(why[0], "群机器人没有收，错误码 93000");
            assert!(why[1..].iter().all(|why| why == "那里回答的不是群机器人"), "{why:?}");
            assert_eq!(county.look((Some("08:15:00"), "08:30:00")).await.len(), 1);
            assert!(county.look((Some("08:30:00"), "09:30:00")).await.is_empty());
        }
    }
}

#[tokio::test]
async fn a_day_in_vain_ends_it_and_is_said_where_the_operator_looks() {
    for fresh in each_without_lingering().await {
        let county = County::open(fresh, Kind::Plain).await;
        county.letter(false).await;
        for _ in 0..40 {
            county.receiver.answers(503, "");
        }
        let (mut now, mut since, mut heard) = (at("07:55:00"), at("07:50:00"), 0);
        for _ in 0..26 * 12 {
            county.announcer.round(Some(Tick::of(since)), now).await.unwrap();
            heard += county.receiver.heard().len();
            (since, now) = (now, now + SignedDuration::from_mins(5));
        }
        assert_eq!(heard, usize::try_from(LAST_TRY).unwrap());
        let store = &county.office.app.store;
        assert!(store.news().await.unwrap().is_empty());
        let (hour, why) = store.recipient("county", 1).await.unwrap().unwrap().failed.unwrap();
        assert_eq!((hour.number(), why.as_str()), (Hour::of(at("08:00:00")).number() + 24, "对方回答了 503"));
        let complained = county.announcer.complained.lock().unwrap();
        assert_eq!(complained.len(), 1);
        assert!(!place(&county.receiver.url).contains("geheim"));
    }
}

/// On SQLite: a turn on PostgreSQL lasts two seconds at least, and this takes dozens.
async fn each_without_lingering() -> Vec<Fresh> {
    vec![crate::store::testing::sqlite().await]
}

#[tokio::test]
async fn who_was_down_for_a_week_tells_once_on_starting_and_what_was_tried_in_vain_waits_for_its_time() {
    for fresh in each().await {
        let county = County::open(fresh, Kind::Plain).await;
        for _ in 0..3 {
            county.letter(false).await;
            county.office.clock.advance(SignedDuration::from_hours(56));
        }
        let now = at("07:10:20") + SignedDuration::from_hours(3 * 56);
        assert!(county.announcer.round(None, now).await.unwrap());
        says(&county.receiver.heard(), What::Work);
        county.letter(true).await;
        county.receiver.answers(500, "");
        assert!(county.announcer.round(None, now).await.unwrap());
        says(&county.receiver.heard(), What::Urgent);
        assert!(county.announcer.round(None, now).await.unwrap());
        assert!(county.receiver.heard().is_empty(), "starting over and over floods nobody");
    }
}

#[tokio::test]
async fn of_two_processes_one_tells_it() {
    let Some(url) = postgres_url() else { return };
    let schema = new_schema(&url).await;
    let [store, other] = [Store::open(&schema).await.unwrap(), Store::open(&schema).await.unwrap()];
    store.migrate().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let county = County::open(Fresh { store, folder }, Kind::Plain).await;
    let (clock, dice) = (county.office.app.clock.clone(), Arc::new(SystemDice));
    let post = Post::open(None, "https://nuanzhan.example").unwrap();
    let second = Announcer { store: other, clock, dice, post, complained: Mutex::default() };
    for round in 0..3 {
        county.letter(true).await;
        if round == 2 {
            county.receiver.answers(500, "");
        }
        let tick = (Some(Tick::of(at("07:10:00"))), at("07:15:00"));
        let (one, other) = tokio::join!(county.announcer.round(tick.0, tick.1), second.round(tick.0, tick.1));
        assert!(one.unwrap() || other.unwrap());
        assert_eq!(county.receiver.heard().len(), 1, "once, and not again right after a failure");
    }
}

#[tokio::test]
async fn what_is_nobodys_any_more_is_forgotten() {
    for fresh in each().await {
        let county = County::open(fresh, Kind::Plain).await;
        county.letter(true).await;
        assert!(county.office.app.store.remove_recipient("county", 1).await.unwrap());
        assert!(county.look((Some("07:10:00"), "07:15:00")).await.is_empty());
        assert!(county.office.app.store.news().await.unwrap().is_empty());
    }
}

#[test]
fn a_kind_reads_back_and_no_failure_says_an_address() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.code()), Some(kind));
    }
    assert_eq!(Kind::parse("telegram"), None);
}
