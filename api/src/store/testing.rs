//! Stores for tests: a fresh SQLite file always, a fresh PostgreSQL schema when `NUANZHAN_TEST_POSTGRES` has a URL.

use std::io::Write as _;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};

use crate::clock::Hour;
use crate::desk::keys::{self, Founded};
use crate::desk::role::Role;
use crate::dice::SystemDice;
use crate::store::Store;
use crate::store::desk::{Desk, Joining, NewDesk, NewMember, ReaderKey};

/// The hour in which the tests of the store play.
pub(crate) const NOW: Hour = Hour::from_number(500_000);

/// The passphrase of every member that [`new_desk`] makes.
pub(crate) const PASSPHRASE: &str = "七个字的好口令";

/// Rounds for passphrases in tests.
pub(crate) const ROUNDS: NonZeroU32 = NonZeroU32::MIN;

/// A store of its own, and what must live as long as it does.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    pub(crate) folder: tempfile::TempDir,
}

/// A fresh SQLite store.
pub(crate) async fn sqlite() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("sqlite://{}", folder.path().join("test.db").display())).await.unwrap();
    store.migrate().await.unwrap();
    Fresh { store, folder }
}

/// Every kind of store there is here, without a table.
pub(crate) async fn each_empty() -> Vec<Fresh> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("sqlite://{}", folder.path().join("test.db").display())).await.unwrap();
    let mut all = vec![Fresh { store, folder }];
    if let Some(url) = postgres_url() {
        let store = Store::open(&new_schema(&url).await).await.unwrap();
        all.push(Fresh { store, folder: tempfile::tempdir().unwrap() });
    }
    all
}

/// Every kind of store there is here. Says so when PostgreSQL is left out.
pub(crate) async fn each() -> Vec<Fresh> {
    let mut all = vec![sqlite().await];
    if let Some(url) = postgres_url() {
        all.push(postgres(&url).await);
    }
    all
}

/// Where PostgreSQL is, for tests; says so where there is none.
pub(crate) fn postgres_url() -> Option<String> {
    let url = std::env::var("NUANZHAN_TEST_POSTGRES").ok();
    if url.is_none() {
        skipped("the stores on PostgreSQL", "NUANZHAN_TEST_POSTGRES names no database");
    }
    url
}

/// Says what a test leaves out, past the runner, which keeps what passing tests print to itself.
pub(crate) fn skipped(what: &str, why: &str) {
    let _nobody_reads = std::io::stderr().write_all(format!("skipped: {what} ({why})\n").as_bytes());
}

async fn postgres(url: &str) -> Fresh {
    let store = Store::open(&new_schema(url).await).await.unwrap();
    store.migrate().await.unwrap();
    Fresh { store, folder: tempfile::tempdir().unwrap() }
}

/// The address of an empty schema of its own.
pub(crate) async fn new_schema(url: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let schema = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let admin = Store::open(url).await.unwrap();
    let create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
    admin.db.execute_unprepared(&create).await.unwrap();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}options=-csearch_path%3D{schema}")
}

/// A desk with one member, “`id` 的成员”.
pub(crate) fn new_desk(id: &str, parent: Option<&str>) -> NewDesk {
    let member = format!("member-of-{id}");
    let enrolled = keys::enrol(&member, PASSPHRASE, ROUNDS, &SystemDice);
    let Founded { public_key, recovery_public_key, recovery_share, member_share, .. } =
        keys::found(id, (&member, &enrolled.public_key), &SystemDice);
    NewDesk {
        desk: Desk {
            id: id.to_owned(),
            name: format!("{id} 妇联"),
            region: if parent.is_some() { "990121" } else { "990100" }.parse().unwrap(),
            parent: parent.map(str::to_owned),
        },
        public_key,
        recovery_public_key,
        recovery_share,
        member: NewMember {
            joining: Joining {
                id: member,
                name: format!("{id} 的成员"),
                salt: enrolled.salt.to_vec(),
                rounds: enrolled.rounds.get(),
                login_hash: crate::desk::login::hash(&enrolled.login, &SystemDice),
                public_key: enrolled.public_key,
                wrapped_key: enrolled.wrapped_key,
            },
            share: member_share,
        },
    }
}

/// Founds such a desk and gives its public key.
pub(crate) async fn founded(store: &Store, id: &str, parent: Option<&str>) -> ReaderKey {
    store.found_desk(new_desk(id, parent), NOW).await.unwrap();
    store.readers_of(id).await.unwrap().remove(0)
}

/// Adds somebody to a desk, who holds this one generation of its key where the role opens letters.
pub(crate) async fn admit_member(store: &Store, (desk, generation): (&str, u32), new: NewMember, role: Role) {
    let shares = [(generation, new.share)];
    store.admit_with_shares(desk, (new.joining, &shares), role, NOW).await.unwrap();
}

impl Store {
    /// Every table of ours there is, so that no new one is overlooked.
    pub(crate) async fn tables(&self) -> Vec<String> {
        let backend = self.db.get_database_backend();
        let sql = match backend {
            DatabaseBackend::Postgres => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
            }
            _ => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1",
        };
        let rows = self.db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
        let names = rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap());
        // The migrations' own table tells when the program was set up, to the second, and nothing of anybody.
        names.filter(|name| name != "seaql_migrations").collect()
    }

    /// Changes rows behind the program's back.
    pub(crate) async fn tamper(&self, sql: &str) {
        let changed = self.db.execute_unprepared(sql).await.unwrap();
        assert!(changed.rows_affected() > 0, "{sql} changed nothing");
    }

    /// The names of the columns of a table, in their order.
    pub(crate) async fn columns(&self, table: &str) -> Vec<String> {
        let backend = self.db.get_database_backend();
        let sql = match backend {
            DatabaseBackend::Postgres => format!(
                "SELECT column_name::text FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position"
            ),
            // Also those that the database makes itself, which `table_info` leaves out.
            _ => format!("SELECT name FROM pragma_table_xinfo('{table}') ORDER BY cid"),
        };
        let rows = self.db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Everything a thief of the database would read, in lower case: text as it is, bytes as hexadecimal digits.
    pub(crate) async fn everything(&self) -> String {
        let backend = self.db.get_database_backend();
        let mut found = String::new();
        for table in &self.tables().await {
            let sql = row_as_text(self, table).await;
            for row in self.db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap() {
                let text: String = row.try_get_by_index(0).unwrap();
                found.extend([table, ": ", &text.to_lowercase(), "\n"]);
            }
        }
        found
    }
}

/// Nothing tells of a thread any more: only counts are there, and lines of a chain that holds.
pub(crate) async fn nothing_of(store: &Store, id: &str) {
    let rows = store.everything().await;
    assert!(!rows.contains(id), "{rows}");
    assert!(rows.contains("figure: ") && rows.contains("audit: "), "the search is able to find things");
    for desk in store.desks().await.unwrap() {
        assert!(store.verify_audit(&desk.id).await.unwrap().is_ok(), "the chain of {} holds", desk.id);
    }
}

/// How a row of a table is asked for as `column=value` after `column=value`, the same on every kind of store.
async fn row_as_text(store: &Store, table: &str) -> String {
    let columns = store.columns(table).await;
    let postgres = store.db.get_database_backend() == DatabaseBackend::Postgres;
    let shown = columns.iter().map(|column| {
        let name = format!("\"{column}\"");
        let value = if postgres {
            format!(
                "CASE WHEN pg_typeof({name}) = 'bytea'::regtype THEN ltrim({name}::text, '\\x') ELSE {name}::text END"
            )
        } else {
            format!("CASE typeof({name}) WHEN 'blob' THEN hex({name}) ELSE {name} END")
        };
        format!("'{column}=' || coalesce({value}, '')")
    });
    format!("SELECT {} FROM {table}", shown.collect::<Vec<_>>().join(" || ' ' || "))
}
