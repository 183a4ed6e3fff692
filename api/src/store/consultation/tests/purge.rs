//! What is over is destroyed, its bytes too, and nothing else (P7).

use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, QueryFilter, Statement};
use search::vocabulary::Outcome;

use super::*;
use crate::store::Swept;
use crate::store::entity::{message, message_key, thread};

/// All bytes of the files of the database: with SQLite the log as well; with PostgreSQL every table and index, but without
/// its log, which is not ours to cut.
async fn bytes_of(fresh: &testing::Fresh) -> Vec<u8> {
    let db = &fresh.store.db;
    if db.get_database_backend() != DatabaseBackend::Postgres {
        let files = ["test.db", "test.db-wal"].map(|name| fresh.folder.path().join(name));
        return files.iter().flat_map(|file| std::fs::read(file).unwrap()).collect();
    }
    db.execute_unprepared("CHECKPOINT").await.unwrap();
    let files = "WITH ours AS (SELECT oid, reltoastrelid FROM pg_class WHERE relnamespace = current_schema()::regnamespace
           AND relkind IN ('r', 'i')),
         files AS (SELECT oid FROM ours UNION SELECT reltoastrelid FROM ours WHERE reltoastrelid <> 0)
         SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM files";
    let rows = db.query_all_raw(Statement::from_string(DatabaseBackend::Postgres, files)).await.unwrap();
    rows.iter().flat_map(|row| row.try_get_by_index::<Vec<u8>>(0).unwrap()).collect()
}

/// What would tell of a thread, or open it: its id, its public key, the sealed keys, the letters.
async fn traces(store: &Store, id: &ThreadId) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let row = thread::Entity::find_by_id(id.to_string()).one(&store.db).await.unwrap().unwrap();
    let keys = message_key::Entity::find().filter(message_key::Column::ThreadId.eq(id.to_string()));
    let mut traces = vec![row.public_key.unwrap(), row.locator_hash.unwrap()];
    traces.extend(keys.all(&store.db).await.unwrap().into_iter().map(|row| row.sealed_key));
    let letters = message::Entity::find().filter(message::Column::ThreadId.eq(id.to_string()));
    // The head of each: a long one lies in several pages.
    let letters = letters.all(&store.db).await.unwrap().into_iter().map(|row| row.content[..64].to_vec());
    (traces, letters.collect())
}

fn found(bytes: &[u8], traces: &[Vec<u8>]) -> usize {
    let finder = aho_corasick::AhoCorasick::new(traces).unwrap();
    let found: std::collections::BTreeSet<_> = finder.find_iter(bytes).map(|hit| hit.pattern()).collect();
    found.len()
}

async fn closed(store: &Store) -> ThreadId {
    let id = sent(store, "county").await;
    does(store, "county", &id, Act::Accept).await.unwrap();
    let reply = Act::Answer(Writing::Sealed(answer(store, "county", id, 2).await));
    does(store, "county", &id, reply).await.unwrap();
    does(store, "county", &id, Act::Close(Outcome::Advised)).await.unwrap();
    id
}

#[tokio::test]
async fn p7_what_is_over_is_destroyed_on_its_day_down_to_its_bytes_and_nothing_else_is() {
    for fresh in testing::each().await {
        let store =
            &fresh.store.clone().keeping(crate::store::Retention { closed_days: 1, waiting_days: 60 });
        founded(store, "city", None).await;
        founded(store, "county", Some("city")).await;
        let (over, taken_back) = (closed(store).await, sent(store, "county").await);
        let (later, running) = (closed(&fresh.store).await, sent(store, "county").await);
        let mut gone = traces(store, &over).await;
        let more = traces(store, &taken_back).await;
        gone.0.extend(more.0);
        gone.1.extend(more.1);
        let stays = (traces(store, &later).await, traces(store, &running).await);
        assert_eq!(found(&bytes_of(&fresh).await, &gone.0), gone.0.len(), "the search finds what is there");
        store.transition(Actor::Asker, &taken_back, Act::Withdraw, &new_request()).await.unwrap();

        let due = Hour::from_number(NOW.number() + 25);
        let early = Hour::from_number(NOW.number() + 24);
        assert_eq!(
            store.to_purge(due).await.unwrap(),
            [("county".to_owned(), 1, due)],
            "hers is gone already"
        );
        assert_eq!(store.purge(early).await.unwrap(), 0, "nothing before its day");
        // Two processes look at once.
        let (one, other) = tokio::join!(store.purge(due), store.purge(due));
        assert_eq!(one.unwrap() + other.unwrap(), 1);
        swept(store).await;

        let bytes = bytes_of(&fresh).await;
        assert_eq!(found(&bytes, &gone.0), 0, "no id of hers, no key");
        // With PostgreSQL the letters lie there until their room is used again, and no key in the world opens them.
        if store.db.get_database_backend() != DatabaseBackend::Postgres {
            assert_eq!(found(&bytes, &gone.1), 0, "no letter");
            assert!(!fresh.folder.path().join("test.db-wal").metadata().is_ok_and(|log| log.len() > 0));
        }
        for stays in [stays.0, stays.1] {
            assert_eq!(found(&bytes, &stays.0), stays.0.len());
        }
        assert!(store.to_purge(due).await.unwrap().is_empty());
        assert!(store.verify_audit("county").await.unwrap().is_ok());
    }
}

/// Other tests of the same server hold on to what they see for a while: then it says so, and is asked again.
async fn swept(store: &Store) {
    for _ in 0..60 {
        if store.sweep().await.unwrap() == Swept::Clean {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("the database can't be swept");
}

#[tokio::test]
async fn who_reads_is_not_kept_waiting_by_the_sweep_and_it_says_that_it_is_not_done() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let id = closed(store).await;
        let reading = store.begin().await.unwrap();
        let rows = thread::Entity::find_by_id(id.to_string()).one(&reading).await.unwrap();
        assert!(rows.is_some());
        assert_eq!(store.sweep().await.unwrap(), Swept::Busy);
        reading.rollback().await.unwrap();
        swept(store).await;
    }
}

#[tokio::test]
async fn postgresql_is_swept_once_a_night_by_one_of_its_processes_and_sqlite_every_hour() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        let day = NOW.date();
        let at = |oclock| Hour::in_china(day, oclock);
        let mut said = Vec::new();
        for hour in [at(1), at(2), at(3), at(4), at(23)] {
            let (one, other) = tokio::join!(store.is_time_to_sweep(hour), store.is_time_to_sweep(hour));
            said.push(usize::from(one.unwrap()) + usize::from(other.unwrap()));
        }
        let postgres = store.db.get_database_backend() == DatabaseBackend::Postgres;
        assert_eq!(
            said,
            if postgres { [1, 0, 1, 0, 0] } else { [2; 5] },
            "the first one makes up for last night"
        );
    }
}
