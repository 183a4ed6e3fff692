//! What a desk has beside a letter and its answers: a chain with lines, notes, what is closed, climbed, handed on or registered, more
//! figures than one; written row by row as an earlier version wrote it.
//!
//! Start at [`write`]; [`is_there`] compares the rows with those afterwards, and follows the chains. Not for what a letter says: the
//! tests beside this one open it.

use std::collections::BTreeSet;

use super::run;
use crate::audit::{Entry, Head, Object, READ, TAKE_OVER};
use crate::desk::member::Member;
use crate::dice::SystemDice;
use crate::sealing::binding::{Binding, Purpose, Sender, ThreadId, hex};
use crate::sealing::message::{self, Envelope};
use crate::sealing::suite::PublicKey;
use crate::store::Store;
use crate::store::consultation::Shelf;
use crate::store::testing::NOW;

/// Threads that are the county's and still run: one that has climbed, one of somebody who came in person.
pub(super) const OWN: usize = 2;
/// Lines of the county's chain.
pub(super) const LINES: u64 = 6;

/// A row as it stood there: its table, and each column with its value.
pub(super) type Row = (String, BTreeSet<String>);

/// Where such rows are. The others have a test of their own.
const TABLES: [&str; 9] =
    ["thread", "message", "message_key", "request", "event", "handover", "audit", "audit_head", "figure"];

/// Their ids are the same in every database.
struct Threads {
    closed: ThreadId,
    climbed: ThreadId,
    handed_on: ThreadId,
    walk_in: ThreadId,
}

fn threads() -> Threads {
    Threads {
        closed: ThreadId::from_bytes([0xc1; 16]),
        climbed: ThreadId::from_bytes([0xc2; 16]),
        handed_on: ThreadId::from_bytes([0xc3; 16]),
        walk_in: ThreadId::from_bytes([0xc4; 16]),
    }
}

fn bytes(bytes: &[u8]) -> String {
    format!("x({})", hex(bytes))
}

/// Writes all of it into a database of the version after that many `steps`; the rows as they stand there.
pub(super) async fn write(store: &Store, desk: &PublicKey, steps: u32) -> Vec<Row> {
    let threads = threads();
    write_the_city(store, desk).await;
    write_threads(store, &threads, desk, steps).await;
    write_history(store, &threads).await;
    write_messages(store, &threads, desk).await;
    write_chains(store, &threads).await;
    for (measure, detail, class, count) in [("closed", "advised", 2, 3), ("overdue", "accept", 0, 2)] {
        run(
            store,
            &format!(
                "INSERT INTO figure (month, desk_id, measure, topic, region, channel, detail, class, count) \
                 VALUES ('2026-10', 'county', '{measure}', 'violence', '990121', 'online', '{detail}', {class}, {count})"
            ),
        )
        .await;
    }
    rows(store).await
}

/// The desk above, to which things climb and go.
async fn write_the_city(store: &Store, key: &PublicKey) {
    let key = bytes(&key.to_bytes());
    for sql in [
        format!(
            "INSERT INTO desk (id, name, region, parent, generation, recovery_public_key) \
             VALUES ('city', '示例市妇联', '990100', NULL, 1, {key})"
        ),
        format!("INSERT INTO desk_key VALUES ('city', 1, {key})"),
        "UPDATE desk SET parent = 'city' WHERE id = 'county'".to_owned(),
    ] {
        run(store, &sql).await;
    }
}

async fn write_threads(store: &Store, threads: &Threads, key: &PublicKey, steps: u32) {
    let (hour, late) = (NOW.number(), NOW.number() - 80);
    let all = [
        (
            threads.closed,
            "county",
            format!(
                "'online', 'closed', {late}, {late}, {hour}, {hour}, 'advised', TRUE, NULL, NULL, NULL, {}",
                hour + 9000
            ),
        ),
        (
            threads.climbed,
            "county",
            format!(
                "'online', 'received', {late}, NULL, NULL, NULL, NULL, NULL, 'city', {hour}, 'accept', NULL"
            ),
        ),
        (
            threads.handed_on,
            "city",
            format!(
                "'online', 'received', {late}, {late}, NULL, NULL, NULL, NULL, NULL, {}, 'accept', NULL",
                hour + 72
            ),
        ),
        (
            threads.walk_in,
            "county",
            format!(
                "'visit', 'accepted', {hour}, {hour}, NULL, NULL, NULL, NULL, NULL, {}, 'answer', NULL",
                hour + 24
            ),
        ),
    ];
    for (id, desk, standing) in all {
        run(
            store,
            &format!(
                "INSERT INTO thread (id, desk_id, danger, child, vulnerable, topic, region, mediation, legal_aid, psychological, \
                 consent, typed_back, channel, state, received_hour, accepted_hour, answered_hour, closed_hour, outcome, helped, \
                 escalated_to, due_hour, due_stage, purge_hour) VALUES ('{id}', '{desk}', FALSE, TRUE, TRUE, 'violence', \
                 '990121', TRUE, FALSE, TRUE, FALSE, FALSE, {standing})"
            ),
        )
        .await;
        if id != threads.walk_in {
            let (locator, key) = (bytes(&[id.as_bytes()[0]; 32]), bytes(&key.to_bytes()));
            let sql =
                format!("UPDATE thread SET locator_hash = {locator}, public_key = {key} WHERE id = '{id}'");
            run(store, &sql).await;
        }
    }
    // The third version had no column for when something climbs next, and the step after it takes the deadline for it.
    if steps > 3 {
        run(store, "UPDATE thread SET climb_hour = due_hour WHERE due_hour IS NOT NULL").await;
    }
}

async fn write_history(store: &Store, threads: &Threads) {
    let hour = NOW.number();
    for (id, events) in [
        (threads.closed, vec!["receive", "accept", "answer", "close"]),
        (threads.climbed, vec!["receive", "climb"]),
        (threads.handed_on, vec!["receive", "accept", "transfer"]),
        (threads.walk_in, vec!["receive", "accept", "note"]),
    ] {
        for (kind, number) in events.into_iter().zip(1..) {
            let desks = match kind {
                "climb" => "'county', 'city', NULL",
                "transfer" => "'county', 'city', 'conflict'",
                _ => "NULL, 'county', NULL",
            };
            run(
                store,
                &format!(
                    "INSERT INTO event (thread_id, number, kind, at_hour, from_desk, to_desk, reason) \
                     VALUES ('{id}', {number}, '{kind}', {hour}, {desks})"
                ),
            )
            .await;
        }
    }
    let id = threads.closed;
    run(
        store,
        &format!(
            "INSERT INTO handover VALUES ('{id}', 1, '示例区公安局', {hour}, {hour}, {hour}, 'settled')"
        ),
    )
    .await;
    run(
        store,
        &format!(
            "INSERT INTO request (hash, thread_id, event, state, number, by_desk, at_hour) \
             VALUES ({}, '{id}', 'close', 'closed', NULL, 'county', {hour})",
            bytes(&[0xc9; 32])
        ),
    )
    .await;
}

/// A letter in each thread, and a note in that of who came.
async fn write_messages(store: &Store, threads: &Threads, desk: &PublicKey) {
    let letter = |id, sender| (Binding::letter(id, 1, sender), "他不让我出门");
    let note = Binding { thread: threads.walk_in, purpose: Purpose::Note, position: 1, sender: Sender::Desk };
    for (at, text) in [
        letter(threads.closed, Sender::Asker),
        letter(threads.climbed, Sender::Asker),
        letter(threads.handed_on, Sender::Asker),
        letter(threads.walk_in, Sender::Desk),
        (note, "手上有淤青"),
    ] {
        let sealed = message::seal(&Envelope::of(text), &at, &[desk], &SystemDice).unwrap();
        let place = format!("'{}', '{}', {}", at.thread, at.purpose.code(), at.position);
        run(
            store,
            &format!(
                "INSERT INTO message (thread_id, purpose, position, sender, sent_hour, content) \
                 VALUES ({place}, '{}', {}, {})",
                at.sender.code(),
                NOW.number(),
                bytes(sealed.content.as_bytes())
            ),
        )
        .await;
        let reader = if at.thread == threads.handed_on { "desk/city" } else { "desk/county" };
        run(
            store,
            &format!(
                "INSERT INTO message_key (thread_id, purpose, position, reader, generation, sealed_key) \
                 VALUES ({place}, '{reader}', 1, {})",
                bytes(sealed.keys[0].as_bytes())
            ),
        )
        .await;
    }
}

/// True chains, made by what makes them.
async fn write_chains(store: &Store, threads: &Threads) {
    let county = [
        ("receive", threads.closed),
        ("accept", threads.closed),
        (READ, threads.closed),
        ("close", threads.closed),
        ("climb", threads.climbed),
        ("transfer", threads.handed_on),
    ];
    assert_eq!(county.len() as u64, LINES);
    for (desk, lines) in [("county", county.to_vec()), ("city", vec![(TAKE_OVER, threads.handed_on)])] {
        let mut head = Head::NONE;
        for (act, thread) in lines {
            let actor = (act != "receive" && act != "climb").then(|| "member-of-county".to_owned());
            let object = Object::Thread(&thread).hash();
            let line = head.next(desk, Entry { hour: NOW, actor, act: act.to_owned(), object });
            let actor = line.entry.actor.as_ref().map_or("NULL".to_owned(), |actor| format!("'{actor}'"));
            run(
                store,
                &format!(
                    "INSERT INTO audit (desk_id, number, at_hour, actor, act, object, previous, hash) \
                     VALUES ('{desk}', {}, {}, {actor}, '{act}', {}, {}, {})",
                    line.number,
                    NOW.number(),
                    bytes(&line.entry.object),
                    bytes(&line.previous),
                    bytes(&line.hash),
                ),
            )
            .await;
            head = line.head();
        }
        run(store, &format!("DELETE FROM audit_head WHERE desk_id = '{desk}'")).await;
        let end = format!("'{desk}', {}, {}", head.number, bytes(&head.hash));
        run(store, &format!("INSERT INTO audit_head (desk_id, number, hash) VALUES ({end})")).await;
    }
}

/// Every row of the tables, the same words on every kind of database.
async fn rows(store: &Store) -> Vec<Row> {
    let everything = store.everything().await;
    let of_tables = everything.lines().filter_map(|line| {
        let (table, row) = line.split_once(": ")?;
        let values = row.split_whitespace().map(|value| {
            let bare = value.strip_suffix("=true").map(|name| format!("{name}=1"));
            bare.or_else(|| value.strip_suffix("=false").map(|name| format!("{name}=0")))
                .unwrap_or_else(|| value.to_owned())
        });
        TABLES.contains(&table).then(|| (table.to_owned(), values.collect()))
    });
    of_tables.collect()
}

/// Each row is there with every value that it had, there are no others, the chains hold, and the desks find all of it.
pub(super) async fn is_there(store: &Store, before: &[Row], steps: u32) {
    if before.is_empty() {
        return;
    }
    let after = rows(store).await;
    assert_eq!(after.len(), before.len(), "{steps}: {after:?}");
    for (table, row) in before {
        let same = after.iter().filter(|(name, now)| name == table && row.is_subset(now)).count();
        assert_eq!(same, 1, "{steps}: {table} {row:?} among {after:?}");
    }
    for (desk, lines) in [("county", LINES), ("city", 1)] {
        let head = store.verify_audit(desk).await.unwrap();
        assert_eq!(head.unwrap_or_else(|broken| panic!("{steps}: {desk}: {broken}")).number, lines);
    }
    let threads = threads();
    for (desk, shelf, expected) in [
        ("county", Shelf::Closed, threads.closed),
        ("city", Shelf::Climbed, threads.climbed),
        ("city", Shelf::Own, threads.handed_on),
    ] {
        let member = Member::pretended(&format!("member-of-{desk}"), desk);
        let queue = store.queue_of(&member, shelf, None, 10).await.unwrap();
        let ids: Vec<ThreadId> = queue.items.iter().map(|item| item.thread.id).collect();
        assert_eq!(ids, [expected], "{steps}: {desk}");
    }
}
