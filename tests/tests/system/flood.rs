//! Under a flood of junk her letter still arrives and is on the disk, her reply opens, and the desk works.

use std::time::Duration;

use serde_json::{Value, json};
use tests::browser::PHONE;
use tests::desk::{AtDesk, open_desk};
use tests::flood::{Flood, shapes};
use tests::load::Junk;
use tests::sealed::Sealing;
use tests::server::Ground;

use crate::sealed::{Her, LETTER, run};

const ANSWER: &str = "你先到妇联来，我们陪你去。";

/// What she writes about.
const TOPIC: &str = "domestic-violence";

/// Junk a second that is sent; how much of it is answered is the machine's matter. `measure -- flood` has the figures.
const RATE: u32 = 1000;

/// Over how many connections.
const CALLERS: usize = 64;

/// How long it rises before anybody does anything.
const RISING: Duration = Duration::from_secs(2);

/// It is no flood of what dies at its first field.
#[test]
fn each_shape_of_junk_gets_as_far_as_it_can() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let client = server.client();
    let mut seen = Vec::new();
    for junk in shapes(&server.base).unwrap() {
        let (path, answer) = match junk {
            Junk::Get(path) => (path, client.get(path).unwrap()),
            Junk::Post { path, media_type: "application/json", body } => {
                (path, client.post_json(path, &serde_json::from_str(&body).unwrap()).unwrap())
            }
            Junk::Post { .. } => continue,
        };
        let told = if answer.status < 400 { Value::Null } else { answer.json().unwrap()["type"].clone() };
        seen.push((path, answer.status, told));
        if path.ends_with("/open") {
            assert_eq!(answer.json().unwrap(), json!({}));
        }
    }
    let expected = [
        ("/api/v1/consultations", 403, json!("/problems/work-wanted")),
        ("/api/v1/consultations", 403, json!("/problems/work-wanted")),
        ("/api/v1/consultations/challenge", 200, Value::Null),
        ("/api/v1/consultations/open", 200, Value::Null),
        ("/api/v1/desk/sessions", 401, json!("/problems/wrong-sign-in")),
        ("/desk/", 200, Value::Null),
        ("/api/v1/desk/events", 401, json!("/problems/signed-out")),
    ];
    assert_eq!(seen, expected);
    // With work the same letter is taken: there was nothing else wrong with it.
    let paid = Sealing::at(client.clone()).unwrap().letter().unwrap();
    assert_eq!(paid.send(&client).unwrap().status, 201);
}

#[test]
fn under_a_flood_letters_arrive_replies_open_and_the_desk_works() {
    let what = "under a flood";
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    run(async {
        let Some(her) = Her::at(&server, PHONE, what).await else { return };
        let before = her.ask_about(TOPIC).await;
        let Some(desk) = AtDesk::sign_in(&server, what).await.unwrap() else { return };

        let flood = Flood::begin(&server.base, RATE, CALLERS).unwrap();
        tokio::time::sleep(RISING).await;
        // Letters that say the same come in any order within an hour: who works on one topic looks at that topic.
        desk.browser.choose("#only-topic", TOPIC).await.unwrap();
        desk.browser.wait_for_text("只看：反家庭暴力").await.unwrap();
        assert!(desk.open_first().await.unwrap().contains(LETTER), "the desk reads");
        desk.answer(ANSWER).await.unwrap();
        assert!(her.open(&before).await.contains(ANSWER), "the reply opens");
        let during = her.ask().await;
        let queue = desk.back_to_queue().await.unwrap();
        assert!(queue.contains("轮到我们"), "{queue}");
        let load = flood.end().unwrap();
        assert!(load.rate > 50.0, "it was no flood: {load:?}");

        // What was acknowledged is on the disk.
        let listen = server.base.trim_start_matches("http://").to_owned();
        server.kill().unwrap();
        let server = ground.start_at(&listen).unwrap();
        assert!(her.open(&during).await.contains(LETTER));
        assert_eq!(server.stop("INT").unwrap(), 0);
    });
}
