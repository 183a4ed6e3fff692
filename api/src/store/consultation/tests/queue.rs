//! The queue: its order, its pages, and that the databases read it from its index.

use sea_orm::{ConnectionTrait, DatabaseBackend, EntityTrait, QueryTrait, Set, Statement, TransactionTrait};

use super::*;
use crate::store::consultation::queue::{Place, Wanted, places};
use crate::store::entity::thread;

/// A thread of which only what the queue needs is there.
pub(super) fn row(number: u32, desk: &str) -> thread::ActiveModel {
    // Spread over everything that orders a queue, some of it over already.
    let state = match number % 17 {
        0..4 => State::Closed,
        4 => State::Withdrawn,
        n if n % 2 == 0 => State::Received,
        _ => State::Answered,
    };
    let bit = |of: u32| number.is_multiple_of(of);
    let due = (!bit(4)).then(|| NOW.number() + i64::from(number % 97));
    thread::ActiveModel {
        id: Set(format!("{number:032x}")),
        desk_id: Set(desk.to_owned()),
        escalated_to: Set(bit(6).then(|| "city".to_owned())),
        topic: Set((!bit(3)).then(|| if bit(700) { "land" } else { "work" }.to_owned())),
        channel: Set(if bit(500) { "visit" } else { "online" }.to_owned()),
        state: Set(state.code().to_owned()),
        danger: Set(bit(50)),
        child: Set(bit(9)),
        vulnerable: Set(bit(7)),
        received_hour: Set(NOW.number() - i64::from(number % 53)),
        due_hour: Set(due),
        due_stage: Set(due.map(|_| "close".to_owned())),
        mediation: Set(false),
        legal_aid: Set(false),
        psychological: Set(false),
        consent: Set(false),
        typed_back: Set(false),
        extended: Set(false),
        ..Default::default()
    }
}

/// Several thousand threads of three desks.
async fn filled(store: &Store) {
    for desk in ["city", "county", "town"] {
        founded(store, desk, (desk == "county").then_some("city")).await;
    }
    let rows: Vec<_> =
        (0..6000).map(|number| row(number, ["county", "county", "town"][number as usize % 3])).collect();
    for some in rows.chunks(300) {
        thread::Entity::insert_many(some.to_vec()).exec_without_returning(&store.db).await.unwrap();
    }
    // `PostgreSQL` reads an index alone where it knows that nobody is writing any more.
    let known = match store.db.get_database_backend() {
        DatabaseBackend::Postgres => "VACUUM ANALYZE thread",
        _ => "ANALYZE",
    };
    store.db.execute_unprepared(known).await.unwrap();
}

#[tokio::test]
async fn the_queue_has_danger_first_then_children_then_the_vulnerable_then_the_oldest() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let mut expected = Vec::new();
        let urgency = |danger, child, vulnerable| Priority { danger, child, vulnerable };
        for (number, (priority, hours)) in [
            (urgency(true, false, true), 9),
            (urgency(true, false, false), 9),
            (urgency(false, true, false), 8),
            (urgency(false, false, true), 8),
            (Priority::default(), 0),
            (Priority::default(), 7),
        ]
        .into_iter()
        .enumerate()
        {
            let hour = Hour::from_number(NOW.number() + hours);
            let mut next = letter(store, "county", &[u8::try_from(number).unwrap()], hour).await;
            next.new.priority = priority;
            expected.push(next.id);
            send(store, next).await.unwrap();
        }
        let queue = store.queue_of(&member_of("county"), Shelf::Own, None, 10).await.unwrap();
        assert_eq!(queue.items.iter().map(|queued| queued.thread.id).collect::<Vec<_>>(), expected);
        assert!(queue.items.iter().all(|queued| queued.last == queued.thread.received));
        assert_eq!(queue.next, None);
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_and_every_one_comes_from_its_index() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        filled(store).await;
        let mut rows = thread::Entity::find().all(&store.db).await.unwrap();
        rows.retain(|row| row.state != "withdrawn");
        rows.sort_by_key(|row| {
            let flags = (!row.danger, !row.child, !row.vulnerable);
            (flags, row.due_hour.unwrap_or(row.received_hour), row.id.clone())
        });
        for (shelf, desk, index) in [
            (Shelf::Own, "county", "thread_queue"),
            (Shelf::Climbed, "city", "thread_climbed"),
            (Shelf::Closed, "county", "thread_shelf"),
        ] {
            let here = |row: &&thread::Model| match shelf {
                Shelf::Own => row.desk_id == desk && row.state != "closed",
                Shelf::Climbed => row.escalated_to.as_deref() == Some(desk) && row.state != "closed",
                Shelf::Closed => row.desk_id == desk && row.state == "closed",
            };
            let expected: Vec<&str> = rows.iter().filter(here).map(|row| row.id.as_str()).collect();
            assert!(expected.len() > 600, "{}", expected.len());
            let (member, mut seen, mut after) = (member_of(desk), Vec::new(), None);
            loop {
                let plan = plan(store, &member, &shelf.into(), after.as_ref()).await;
                assert!(reads_in_order(&plan, &[index]), "{plan}");
                let page = store.queue_of(&member, shelf, after.as_ref(), 100).await.unwrap();
                seen.extend(page.items.iter().map(|queued| queued.thread.id.to_string()));
                assert!(page.items.len() == 100 || page.next.is_none());
                let Some(next) = page.next else { break };
                after = Some(Place::parse(&next.to_string()).unwrap());
            }
            assert_eq!(seen, expected);
        }
    }
}

#[tokio::test]
async fn whatever_a_shelf_is_filtered_by_it_is_read_from_indexes_alone() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        filled(store).await;
        let mut rows = thread::Entity::find().all(&store.db).await.unwrap();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        for (shelf, desk, indexes) in [
            (Shelf::Own, "county", &["thread_queue"][..]),
            (Shelf::Climbed, "city", &["thread_climbed"]),
            (Shelf::Closed, "county", &["thread_shelf", "thread_shelf_topic", "thread_shelf_channel"]),
        ] {
            let member = member_of(desk);
            for wanted in filters(shelf) {
                let plan = plan(store, &member, &wanted, None).await;
                assert!(reads_in_order(&plan, indexes), "{wanted:?}: {plan}");
                let queue = store.queue_of(&member, wanted.clone(), None, 6000).await.unwrap();
                let mut shown: Vec<_> =
                    queue.items.iter().map(|queued| queued.thread.id.to_string()).collect();
                shown.sort_unstable();
                let expected = rows.iter().filter(|row| fits(row, desk, &wanted)).map(|row| &row.id);
                assert!(shown.iter().eq(expected), "{wanted:?}: {}", shown.len());
            }
        }
    }
}

/// By something rare, by something common and by several at once.
fn filters(shelf: Shelf) -> Vec<Wanted> {
    let state = if shelf == Shelf::Closed { State::Closed } else { State::Received };
    let mut all = Vec::new();
    for topic in [None, Some("land"), Some("no-such-topic")] {
        for state in [None, Some(state)] {
            for channel in [None, Some(Channel::Visit)] {
                let topic = topic.map(str::to_owned);
                all.push(Wanted { shelf, topic, state, channel });
            }
        }
    }
    // Without a filter there is more than a page.
    all.split_off(1)
}

/// Whether a row is on a shelf of a desk, by what is written in it.
fn fits(row: &thread::Model, desk: &str, wanted: &Wanted) -> bool {
    let (here, over) = match wanted.shelf {
        Shelf::Own => (row.desk_id == desk, false),
        Shelf::Climbed => (row.escalated_to.as_deref() == Some(desk), false),
        Shelf::Closed => (row.desk_id == desk, true),
    };
    here && row.state != "withdrawn"
        && (row.state == "closed") == over
        && wanted.topic.as_ref().is_none_or(|topic| row.topic.as_ref() == Some(topic))
        && wanted.state.is_none_or(|state| row.state == state.code())
        && wanted.channel.is_none_or(|channel| row.channel == channel.code())
}

/// Whether a plan reads one of these indexes, reads nothing else and sorts nothing.
fn reads_in_order(plan: &str, indexes: &[&str]) -> bool {
    let from = |index: &&str| {
        plan.contains(&format!("COVERING INDEX {index} "))
            || plan.contains(&format!("Index Only Scan using {index} "))
    };
    indexes.iter().any(from) && !plan.contains("Sort") && !plan.contains("B-TREE")
}

/// How the database would find what is on a page.
async fn plan(store: &Store, member: &Member, wanted: &Wanted, after: Option<&Place>) -> String {
    let backend = store.db.get_database_backend();
    let asked = places(member.desk(), wanted, after, 100).build(backend);
    let explain = if backend == DatabaseBackend::Postgres { "EXPLAIN" } else { "EXPLAIN QUERY PLAN" };
    let sql = format!("{explain} {}", asked.sql);
    let asked = Statement { sql, ..asked };
    let txn = store.db.begin().await.unwrap();
    if backend == DatabaseBackend::Postgres {
        // Some thousands of short rows it would rather read all.
        txn.execute_unprepared("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            .await
            .unwrap();
    }
    let rows = txn.query_all_raw(asked).await.unwrap();
    let column = if backend == DatabaseBackend::Postgres { 0 } else { 3 };
    let lines = rows.iter().map(|row| row.try_get_by_index::<String>(column).unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_place_has_one_spelling() {
    let place = "3.500000.00ff";
    assert_eq!(Place::parse(place).unwrap().to_string(), place);
    for bad in ["", "3", "3.5", "3.5.", "x.5.a", "3.x.a", "3.5.a'b"] {
        assert_eq!(Place::parse(bad), None, "{bad}");
    }
}
