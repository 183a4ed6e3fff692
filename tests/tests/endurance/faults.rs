//! Bad days of the database: a full disk, a cut cable. What is said, what still works, and that nothing is lost.

use std::time::{Duration, Instant};

use tests::asker::{Receipt, open};
use tests::cable::Cable;
use tests::desk::open_desk;
use tests::http::{Client, hidden_value, visible_text};
use tests::postgres;
use tests::sealed::Sealing;
use tests::server::{Ground, Server};
use tests::skip::skipped;
use tests::small_disk::{SmallDisk, SmallPostgres};

use crate::deeds::{Kept, People};

const LETTER: &str = "他把家里的钱全拿走了，我和孩子没有饭吃。";

/// Letters that may still find room on a full disk: in pages that the database has already.
const ROOM: usize = 200;

/// A form that is filled in, and can be sent as often as she likes.
struct Form {
    key: String,
}

impl Form {
    fn new(client: &Client) -> Self {
        let key = hidden_value(&client.get("/ask/").unwrap().body, "request_key");
        Self { key: key.expect("a form has a key") }
    }

    /// It is said that it can't be taken now, with the numbers to dial, and her words are still there.
    fn is_refused_kindly(&self, server: &Server) {
        let answer = self.send(&server.client());
        assert_eq!(answer.status, 503, "{}: {}", visible_text(&answer.body), server.said());
        assert!(answer.body.contains(LETTER) && answer.body.contains("tel:12338"), "{}", answer.body);
        assert!(!answer.body.contains("class=\"receipt\""));
    }

    /// It is taken, once, and can be read.
    fn is_taken(&self, client: &Client) {
        let receipt = Receipt::on(&self.send(client).body).unwrap();
        assert_eq!(Receipt::on(&self.send(client).body).unwrap().0, receipt.0);
        let thread = open(client, &receipt.0).unwrap();
        assert_eq!(thread.body.matches(LETTER).count(), 1, "{}", visible_text(&thread.body));
    }

    fn send(&self, client: &Client) -> tests::http::Answer {
        client.post_form("/ask/", &[("request_key", &self.key), ("text", LETTER)]).unwrap()
    }
}

/// What holds on a disk that fills up while people write, whatever database is on it.
fn a_disk_fills_up(server: &Server, (disk, pid): (&SmallDisk, u32)) {
    let people = People::at(server, None);
    let client = &people.client;
    let mut before = Kept::after(&people, || ());
    before.send_again(&people);
    let form = Form::new(client);

    let filler = disk.fill(pid).unwrap();
    let mut kept = Kept::after(&people, || ());
    let sealing = Sealing::at(client.clone()).unwrap();
    let refused = (0..ROOM).find_map(|_| {
        let answer = sealing.letter().unwrap().send(client).unwrap();
        (answer.status != 201).then_some(answer)
    });
    let refused = refused.expect("a full disk takes no more letters");
    assert_eq!(refused.status, 503, "{}", refused.body.trim());
    form.is_refused_kindly(server);
    assert_eq!(client.get("/").unwrap().status, 200, "pages are there all the same");
    before.can_be_read(client);
    assert!(server.said().contains("磁盘"), "whoever runs it is told: {}", server.said());

    std::fs::remove_file(filler).unwrap();
    is_ready_within(client, Duration::from_mins(1));
    kept.send_again(&people);
    form.is_taken(client);
    // Each reading of the desk would write a line, and the disk is as small as before: what askers read is enough.
    kept.can_be_read(client);
    before.can_be_read(client);
}

fn is_ready_within(client: &Client, patience: Duration) {
    let began = Instant::now();
    while client.get("/readyz").unwrap().status != 200 {
        assert!(began.elapsed() < patience, "it takes up its work again by itself");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_full_disk_is_said_and_loses_nothing_on_sqlite() {
    let mut ground = Ground::new().unwrap();
    let folder = ground.folder().join("disk");
    let Some(disk) = SmallDisk::under(&folder, 4).unwrap() else {
        return skipped("a full disk", "this machine lets nobody mount one");
    };
    ground.database = Some(format!("sqlite://{}/nuanzhan.db", folder.display()));
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    server.stop("INT").unwrap();
    ground.disk = Some(disk.clone());
    let server = ground.start().unwrap();
    a_disk_fills_up(&server, (&disk, server.pid()));
}

#[test]
fn a_full_disk_is_said_and_loses_nothing_on_postgresql() {
    let mut ground = Ground::new().unwrap();
    let Some(database) = SmallPostgres::start(&ground.folder().join("disk"), 128).unwrap() else {
        return skipped("a full disk below PostgreSQL", "it is not installed, or nobody may mount one");
    };
    ground.database = Some(database.url.clone());
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    a_disk_fills_up(&server, (&database.disk, database.pid()));
}

#[test]
fn a_cut_connection_is_said_and_loses_nothing_and_is_taken_up_again() {
    let Some(database) = postgres::fresh_database("a cut connection") else { return };
    let cable = Cable::to(&database).unwrap();
    let mut direct = Ground::new().unwrap();
    let mut ground = direct.clone();
    ground.database = Some(cable.url.clone());
    direct.database = Some(database);
    let server = ground.start().unwrap();
    open_desk(&direct).unwrap();
    let people = People::at(&server, None);
    let client = &people.client;
    let mut all = Kept::default();
    for _ in 0..3 {
        let form = Form::new(client);
        let mut kept = Kept::after(&people, || cable.cut());
        form.is_refused_kindly(&server);
        assert_eq!(client.get("/readyz").unwrap().status, 503);
        assert_eq!(client.get("/").unwrap().status, 200, "pages need no database");
        let queue = people.member.get("/consultations").unwrap_err().to_string();
        assert!(queue.contains("503"), "{queue}");

        cable.mend();
        is_ready_within(client, Duration::from_secs(30));
        kept.send_again(&people);
        kept.check(&people);
        form.is_taken(client);
        all.add(kept);
    }
    all.check(&people);
    assert!(all.counts().1 > 0, "it was cut while there was work");
}
