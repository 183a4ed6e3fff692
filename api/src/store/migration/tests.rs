//! From every earlier version, with data in it, to this one, in place or out of a backup: everything is still there and can be read.

use sea_orm::{ConnectionTrait, DatabaseBackend, EntityTrait, QueryOrder, Statement};
use sea_orm_migration::MigratorTrait;

mod register;

use super::Migrator;
use crate::clock::Hour;
use crate::consultations::state::{Event, State};
use crate::desk::member::Member;
use crate::dice::{self, SystemDice};
use crate::sealing::binding::{Binding, Sender, ThreadId, hex};
use crate::sealing::message::{self, Envelope};
use crate::sealing::suite::{PrivateKey, PublicKey};
use crate::store::Store;
use crate::store::consultation::{Act, Actor, Request, Sealed, Shelf, Writing};
use crate::store::desk::NewDesk;
use crate::store::entity::thread;
use crate::store::testing::{self, Fresh, NOW};

/// The step that made `thread` anew. Before it, rows are written as they were written then.
const REBUILT: u32 = 3;
/// All there are.
const STEPS: u32 = 10;

/// What was in a database before, and what opens it.
struct Old {
    id: ThreadId,
    asker: PrivateKey,
    desk: NewDesk,
    /// From the rebuilding on: the rest of what a desk has, row by row.
    register: Vec<register::Row>,
}

/// Runs statements; `x(…)` in them is bytes as hexadecimal digits.
async fn run(store: &Store, sql: &str) {
    let (before, after) = match store.db.get_database_backend() {
        DatabaseBackend::Postgres => ("'\\x", "'"),
        _ => ("X'", "'"),
    };
    let mut statement = String::new();
    let mut rest = sql;
    while let Some((text, bytes)) = rest.split_once("x(") {
        let (digits, more) = bytes.split_once(')').unwrap();
        statement.extend([text, before, digits, after]);
        rest = more;
    }
    statement.push_str(rest);
    store.db.execute_unprepared(&statement).await.unwrap_or_else(|err| panic!("{err}: {statement}"));
}

/// A desk, a member who is signed in, and a letter that the desk has answered and asked about.
async fn write_as_it_was_written(store: &Store) -> Old {
    let desk = testing::new_desk("county", None);
    let member = &desk.member.joining;
    let b = |bytes: &[u8]| format!("x({})", hex(bytes));
    run(store, &format!("INSERT INTO site_parameter VALUES (1, {}, 600000, {})", b(&[1; 16]), b(&[2; 32])))
        .await;
    run(
        store,
        &format!(
            "INSERT INTO desk (id, name, region, parent, generation, recovery_public_key) \
         VALUES ('county', '示例县妇联', '990121', NULL, 1, {})",
            b(&desk.recovery_public_key.to_bytes()),
        ),
    )
    .await;
    run(store, &format!("INSERT INTO desk_key VALUES ('county', 1, {})", b(&desk.public_key.to_bytes())))
        .await;
    run(
        store,
        &format!(
            "INSERT INTO member (id, desk_id, name, salt, rounds, login_hash, public_key, wrapped_key) \
         VALUES ('{}', 'county', '王芳', {}, 600000, '{}', {}, {})",
            member.id,
            b(&member.salt),
            member.login_hash,
            b(&member.public_key.to_bytes()),
            b(member.wrapped_key.as_bytes()),
        ),
    )
    .await;
    for (holder, share) in [(member.id.as_str(), &desk.member.share), ("recovery", &desk.recovery_share)] {
        run(
            store,
            &format!("INSERT INTO desk_key_share VALUES ('county', 1, '{holder}', {})", b(share.as_bytes())),
        )
        .await;
    }
    let (token, hour) = (b(&[5; 32]), NOW.number());
    run(store, &format!("INSERT INTO member_session VALUES ({token}, '{}', {hour}, {hour})", member.id))
        .await;
    let (id, asker) = write_a_thread(store, &desk.public_key).await;
    Old { id, asker, desk, register: Vec::new() }
}

async fn write_a_thread(store: &Store, desk: &PublicKey) -> (ThreadId, PrivateKey) {
    let (asker, public_key) = PrivateKey::generate(&SystemDice);
    let id = ThreadId::draw(&SystemDice);
    let b = |bytes: &[u8]| format!("x({})", hex(bytes));
    run(store, &format!(
        "INSERT INTO thread (id, desk_id, state, danger, child, topic, region, received_hour, first_responder, typed_back, \
         locator_hash, request_hash, public_key) VALUES ('{id}', 'county', 'waiting_for_asker', TRUE, FALSE, 'violence', \
         '990121100201', {}, 'member-of-county', TRUE, {}, {}, {})",
        NOW.number(), b(&[6; 32]), b(&[7; 32]), b(&public_key.to_bytes()),
    )).await;
    for (position, sender, text, request) in [
        (1, Sender::Asker, "他打我", 7),
        (2, Sender::Desk, "我们来帮你", 8),
        (3, Sender::Desk, "孩子呢？", 9),
    ] {
        let binding = Binding::letter(id, position, sender);
        let sealed = message::seal(&Envelope::of(text), &binding, &[desk, &public_key], &SystemDice).unwrap();
        run(
            store,
            &format!(
                "INSERT INTO message (thread_id, position, sender, sent_hour, content, request_hash) \
             VALUES ('{id}', {position}, '{}', {}, {}, {})",
                sender.code(),
                NOW.number() + i64::from(position),
                b(sealed.content.as_bytes()),
                b(&[request; 32]),
            ),
        )
        .await;
        for (reader, generation, key) in [("desk/county", 1, &sealed.keys[0]), ("thread", 0, &sealed.keys[1])]
        {
            run(
                store,
                &format!(
                    "INSERT INTO message_key (thread_id, position, reader, generation, sealed_key) \
                 VALUES ('{id}', {position}, '{reader}', {generation}, {})",
                    b(key.as_bytes()),
                ),
            )
            .await;
        }
    }
    (id, asker)
}

/// A database that stopped at an earlier step, on each kind.
async fn stopped_at(steps: u32) -> Vec<Fresh> {
    let mut all = Vec::new();
    for fresh in testing::each_empty().await {
        Migrator::up(&fresh.store.db, Some(steps)).await.unwrap();
        all.push(fresh);
    }
    all
}

#[tokio::test]
async fn from_every_earlier_version_everything_is_still_there() {
    assert_eq!(
        Migrator::migrations().len(),
        STEPS as usize,
        "a new step: its own data belongs into this test"
    );
    for steps in 1..STEPS {
        for (fresh, old) in in_use_at(steps).await {
            let store = &fresh.store;
            store.migrate().await.unwrap();
            everything_is_there(store, &old, steps).await;
            if steps >= REBUILT {
                what_was_of_the_hour_is_there(store, steps).await;
            }
        }
    }
}

/// A backup outlives the version that made it: whichever that was, and whichever database it goes into.
#[tokio::test]
async fn a_backup_of_every_earlier_version_is_brought_up_to_this_one() {
    for steps in 1..STEPS {
        for (from, old) in in_use_at(steps).await {
            let copy = from.store.copied_as_then().await;
            for to in testing::each().await {
                let store = &to.store;
                // What is replaced is of this version.
                testing::founded(store, "elsewhere", None).await;
                store.copy_in(&mut copy.as_slice(), true, &mut |_| {}).await.unwrap();
                assert!(store.desk("elsewhere").await.unwrap().is_none());
                // Sessions are in no backup: she signs in again.
                assert!(store.live_session(&[5; 32], NOW).await.unwrap().is_none());
                let hour = NOW.number();
                let session =
                    format!("(x({}), '{}', {hour}, {hour})", hex(&[5; 32]), old.desk.member.joining.id);
                run(store, &format!("INSERT INTO member_session VALUES {session}")).await;
                everything_is_there(store, &old, steps).await;
                let pending = Migrator::get_pending_migrations(&store.db).await.unwrap();
                assert!(pending.is_empty(), "{steps}: no step is left");
            }
        }
    }
}

/// A database that stopped at an earlier step and has been used, on each kind.
async fn in_use_at(steps: u32) -> Vec<(Fresh, Old)> {
    let mut all = Vec::new();
    for fresh in stopped_at(steps.min(REBUILT - 1)).await {
        let store = &fresh.store;
        let mut old = write_as_it_was_written(store).await;
        if steps >= 2 {
            run(store, "INSERT INTO search_word VALUES ('2026-11', '家暴', 40)").await;
        }
        if steps >= REBUILT {
            Migrator::up(&store.db, Some(steps - (REBUILT - 1))).await.unwrap();
            write_what_is_new(store, &old, steps).await;
            old.register = register::write(store, &old.desk.public_key, steps).await;
        }
        all.push((fresh, old));
    }
    all
}

async fn everything_is_there(store: &Store, old: &Old, steps: u32) {
    // First of all: what comes after adds to it.
    register::is_there(store, &old.register, steps).await;
    the_thread_is_there(store, old).await;
    the_desk_is_there(store, old).await;
    if steps >= 2 {
        assert_eq!(store.search_words("2026-11").await.unwrap()[0].people, 40);
    }
    if steps >= REBUILT {
        what_was_new_is_there(store, old, steps).await;
    }
    let left = store.tables().await;
    assert!(left.iter().all(|name| !name.ends_with("_before")), "{left:?}");
}

/// What a version from the rebuilding one on had tables and columns for, and those before had not.
async fn write_what_is_new(store: &Store, old: &Old, steps: u32) {
    let (id, hour) = (old.id, NOW.number());
    let hash = |byte: u8| format!("x({})", hex(&[byte; 32]));
    run(store, &format!("UPDATE member SET role = 'head', totp_secret = {}", hash(11))).await;
    run(store, &format!("INSERT INTO handover VALUES ('{id}', 1, '示例区法院', {hour}, {hour}, NULL, NULL)"))
        .await;
    let invited = format!("({}, 'county', 'member', '李梅', NULL, {hour}, {})", hash(12), hour + 72);
    run(
        store,
        &format!(
            "INSERT INTO invitation (token_hash, desk_id, role, name, invited_by, created_hour, expires_hour) \
             VALUES {invited}"
        ),
    )
    .await;
    run(
        store,
        &format!("INSERT INTO desk_hour VALUES ('county', {hour}, 7{})", if steps >= 6 { ", 9" } else { "" }),
    )
    .await;
    if steps >= 5 {
        run(store, &format!("INSERT INTO spent VALUES ({}, {hour})", hash(13))).await;
    }
    if steps >= 6 {
        run(store, &format!("INSERT INTO hour_share VALUES ({hour}, {})", hash(14))).await;
    }
    if steps >= 7 {
        run(store, "INSERT INTO announce_to VALUES ('county', 1, 'mail', 'desk@county.example', NULL, NULL, NULL, NULL)")
            .await;
        run(store, &format!("INSERT INTO announcement VALUES ('county', 1, FALSE, {hour}, 0, NULL)")).await;
    }
}

/// Whether a table has a row with all of these.
fn has_row(rows: &str, table: &str, parts: &[&str]) -> bool {
    let mut of_table = rows.lines().filter(|row| row.starts_with(&format!("{table}: ")));
    of_table.any(|row| parts.iter().all(|part| row.contains(part)))
}

async fn what_was_new_is_there(store: &Store, old: &Old, steps: u32) {
    let (rows, hash) = (store.everything().await, |byte: u8| hex(&[byte; 32]));
    let (id, hour) = (old.id.to_string(), NOW.number().to_string());
    let (factor, code) = (hash(11), hash(12));
    let mut wanted = vec![
        ("member", vec!["王芳", factor.as_str(), "head"]),
        ("handover", vec![id.as_str(), "示例区法院", hour.as_str()]),
        ("invitation", vec!["李梅", code.as_str()]),
    ];
    if steps >= 7 {
        wanted.push(("announce_to", vec!["desk@county.example"]));
    }
    for (table, parts) in wanted {
        assert!(has_row(&rows, table, &parts), "{steps}: {table} {parts:?}: {rows}");
    }
}

/// What means nothing in another database and is in no backup.
async fn what_was_of_the_hour_is_there(store: &Store, steps: u32) {
    let (rows, share) = (store.everything().await, hex(&[14; 32]));
    let hour = NOW.number().to_string();
    let mut wanted =
        vec![("desk_hour", vec!["county", hour.as_str(), "7", if steps >= 6 { "9" } else { "0" }])];
    if steps >= 5 {
        assert!(store.is_spent(&[13; 32]).await.unwrap(), "what counted once does not count again");
    }
    if steps >= 6 {
        wanted.push(("hour_share", vec![share.as_str()]));
    }
    if steps >= 7 {
        wanted.push(("announcement", vec!["county", hour.as_str()]));
    }
    for (table, parts) in wanted {
        assert!(has_row(&rows, table, &parts), "{steps}: {table} {parts:?}: {rows}");
    }
}

/// The third version had deadlines and did not know when something climbs next.
#[tokio::test]
async fn a_deadline_of_the_third_version_climbs_when_it_was_missed() {
    for fresh in stopped_at(REBUILT - 1).await {
        let store = &fresh.store;
        let old = write_as_it_was_written(store).await;
        Migrator::up(&store.db, Some(1)).await.unwrap();
        run(store, "UPDATE thread SET due_hour = 500100, due_stage = 'close'").await;
        store.migrate().await.unwrap();
        the_thread_is_there(store, &old).await;
        let thread = store.thread_by_locator(&[6; 32]).await.unwrap().unwrap();
        assert_eq!(thread.climb, Some(Hour::from_number(500_100)));
        assert_eq!(thread.due.map(|due| due.hour), thread.climb);
    }
}

/// The eighth version forgot with the next answer that a desk had asked for more time. Its history knew.
#[tokio::test]
async fn who_had_asked_for_more_time_before_the_ninth_version_still_has_it() {
    for fresh in stopped_at(8).await {
        let store = &fresh.store;
        testing::founded(store, "county", None).await;
        for (id, kinds) in [
            ("asked", vec!["receive", "answer", "extend", "answer"]),
            ("wrote", vec!["receive", "answer", "extend", "asker_writes", "answer"]),
            ("moved", vec!["receive", "answer", "extend", "transfer"]),
            ("never", vec!["receive", "answer"]),
        ] {
            run(
                store,
                &format!(
                    "INSERT INTO thread (id, desk_id, channel, state, danger, child, vulnerable, received_hour, mediation, \
                     legal_aid, psychological, consent, typed_back) VALUES ('{id}', 'county', 'visit', 'answered', FALSE, FALSE, \
                     FALSE, 500000, FALSE, FALSE, FALSE, FALSE, FALSE)"
                ),
            )
            .await;
            for (kind, number) in kinds.into_iter().zip(1..) {
                let at = format!(
                    "INSERT INTO event (thread_id, number, kind, at_hour) VALUES ('{id}', {number}, "
                );
                run(store, &format!("{at}'{kind}', 500000)")).await;
            }
        }
        store.migrate().await.unwrap();
        let rows = thread::Entity::find().order_by_asc(thread::Column::Id).all(&store.db).await.unwrap();
        let extended: Vec<&str> = rows.iter().filter(|row| row.extended).map(|row| row.id.as_str()).collect();
        assert_eq!((rows.len(), extended), (4, vec!["asked"]));
    }
}

async fn the_thread_is_there(store: &Store, old: &Old) {
    let thread = store.thread_by_locator(&[6; 32]).await.unwrap().unwrap();
    assert_eq!((thread.id, thread.state, thread.typed_back), (old.id, State::WaitingForAsker, true));
    assert_eq!((thread.topic.as_deref(), thread.region.as_deref()), (Some("violence"), Some("990121100201")));
    assert_eq!((thread.priority.danger, thread.priority.vulnerable), (true, false));
    assert_eq!(thread.answered, Some(Hour::from_number(NOW.number() + 2)));
    assert_eq!(thread.lapse, Some(Hour::from_number(NOW.number() + 3 + 60 * 24 + 1)));
    let letters = store.messages_for_asker(&old.id).await.unwrap();
    let texts = letters.iter().map(|letter| {
        let key = &letter.key.as_ref().unwrap().key;
        message::open(&old.asker, &letter.binding, key, &letter.content).unwrap().text.clone()
    });
    assert_eq!(texts.collect::<Vec<_>>(), ["他打我", "我们来帮你", "孩子呢？"]);
    assert!(store.earlier(&[7; 32]).await.unwrap().unwrap().typed_back, "the form is known");
    // An answer that is sent again across the upgrade is there once.
    let member = Member::pretended("member-of-county", "county");
    let sealed = Sealed { position: 2, content: letters[1].content.clone(), keys: Vec::new() };
    let request = Request { hour: NOW, hash: vec![8; 32], schedule: std::sync::Arc::default() };
    let act = Act::Answer(Writing::Sealed(sealed));
    assert!(store.transition(Actor::Member(&member), &old.id, act, &request).await.unwrap().again);
}

async fn the_desk_is_there(store: &Store, old: &Old) {
    let found = store.live_session(&[5; 32], NOW).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.role.code()), ("王芳", "head"), "nobody loses what they could do");
    let member = Member::pretended(&found.member, "county");
    let ring = store.keyring_of(&member).await.unwrap();
    assert_eq!((ring.shares.len(), &ring.shares[0].1), (1, &old.desk.public_key));
    assert!(found.admitted, "who was in stays in");
    assert_eq!(store.recovery_of("county").await.unwrap().len(), 1);
    assert!(store.credentials("王芳").await.unwrap().is_some());
    let queue = store.queue_of(&member, Shelf::Own, None, 10).await.unwrap();
    assert_eq!(queue.items.len(), if old.register.is_empty() { 1 } else { 1 + register::OWN });
    // The chain goes on, or begins here, with whatever comes next.
    let (_, letters, _) = store.thread_for(&member, &old.id, NOW).await.unwrap().unwrap();
    assert!(letters.iter().all(|letter| letter.key.is_some()));
    let lines = if old.register.is_empty() { 0 } else { register::LINES };
    assert_eq!(store.verify_audit("county").await.unwrap().unwrap().number, lines + 1);
    let request = Request {
        hour: NOW,
        hash: dice::draw::<32>(&SystemDice).to_vec(),
        schedule: std::sync::Arc::default(),
    };
    let accepted = store.transition(Actor::Member(&member), &old.id, Act::Accept, &request).await;
    assert!(accepted.unwrap().again, "she was the first responder before");
    let rows = store.everything().await;
    let figures: Vec<&str> = rows.lines().filter(|row| row.starts_with("figure: ")).collect();
    let arrived = figures.iter().filter(|row| row.contains("received")).collect::<Vec<_>>();
    assert_eq!(arrived.len(), 1);
    assert!(!arrived[0].contains("990121100201"), "counted by county: {rows}");
    assert!(rows.lines().any(|row| row.starts_with("event: ") && row.contains(Event::Receive.code())));
}

#[tokio::test]
async fn on_sqlite_no_table_has_a_hidden_number() {
    let fresh = testing::sqlite().await;
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%WITHOUT ROWID%'";
    let rows =
        fresh.store.db.query_all_raw(Statement::from_string(DatabaseBackend::Sqlite, sql)).await.unwrap();
    let names: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    // The list of migrations is the library's own, and holds nobody's letter.
    assert_eq!(names, ["seaql_migrations"]);
}
