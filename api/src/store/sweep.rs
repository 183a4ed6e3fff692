//! Clearing what a database keeps of rows that are deleted (P7).
//!
//! SQLite overwrites what is deleted (`secure_delete`), but the old pages stand in its log until that is folded in and cut.
//! PostgreSQL leaves deleted rows in the gaps of its pages; only writing a table anew drops them. What this can not reach,
//! backups and the log of PostgreSQL until it is used again, is told in `docs/threat-model.md`.

use std::time::Duration;

use sea_orm::sqlx::{self, PgConnection};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};

use crate::clock::Hour;
use crate::store::Store;

/// What is written anew, the parts first. The letters themselves are not: without their keys nobody reads them, and they
/// are by far the most bytes. Of them only the room is given free.
const REWRITE: &[&str] = &[
    "VACUUM (FULL) message_key",
    "VACUUM (FULL) handover",
    "VACUUM (FULL) event",
    "VACUUM (FULL) request",
    "VACUUM (FULL) thread",
    "VACUUM (FULL) member_session",
    "VACUUM (FULL) desk_key_share",
    "VACUUM (FULL) invitation",
    "VACUUM (FULL) member",
    "VACUUM (FULL) hour_share",
    "VACUUM (FULL) spent",
    "VACUUM (FULL) announcement",
    "VACUUM (FULL) announce_to",
    "VACUUM message",
];

/// How long a table is waited for. While one is written anew nobody reads it, so nobody may be kept waiting for the wait.
const PATIENCE: &str = "SET lock_timeout = '2s'";

/// When the fewest are there, in China.
const NIGHT: u32 = 3;

/// What has been cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swept {
    /// All of it.
    Clean,
    /// Somebody was reading or writing all the while, or can still see what is deleted: try again later.
    Busy,
}

impl Store {
    /// Whether to sweep now: every hour with SQLite, where it costs next to nothing; with PostgreSQL, where readers wait for
    /// it, once a day after [`NIGHT`], in one of its processes.
    pub async fn is_time_to_sweep(&self, now: Hour) -> Result<bool, DbErr> {
        if self.db.get_database_backend() != DatabaseBackend::Postgres {
            return Ok(true);
        }
        let tonight = Hour::in_china(now.date(), NIGHT);
        let last = if tonight > now { Hour::from_number(tonight.number() - 24) } else { tonight };
        self.take_job("sweep", last).await
    }

    /// Clears what is left of deleted rows in the files of the database.
    pub async fn sweep(&self) -> Result<Swept, DbErr> {
        if self.db.get_database_backend() == DatabaseBackend::Postgres {
            return self.rewrite().await;
        }
        let row = self.db.query_one_raw(Statement::from_string(
            DatabaseBackend::Sqlite,
            "PRAGMA wal_checkpoint(TRUNCATE)",
        ));
        let row = row.await?.ok_or_else(|| DbErr::RecordNotFound("wal_checkpoint".to_owned()))?;
        let busy: i64 = row.try_get_by_index(0)?;
        Ok(if busy == 0 { Swept::Clean } else { Swept::Busy })
    }

    /// One connection all along: the patience is that connection's.
    async fn rewrite(&self) -> Result<Swept, DbErr> {
        let pool = self.db.get_postgres_connection_pool();
        let fault = |err: sqlx::Error| DbErr::Custom(format!("the database could not be swept: {err}"));
        let mut connection = pool.acquire().await.map_err(fault)?.detach();
        sqlx::raw_sql(PATIENCE).execute(&mut connection).await.map_err(fault)?;
        let mut swept =
            if nobody_looks_back(&mut connection).await.map_err(fault)? { Swept::Clean } else { Swept::Busy };
        for sql in REWRITE {
            match sqlx::raw_sql(*sql).execute(&mut connection).await {
                Ok(_) => {}
                Err(sqlx::Error::Database(err)) if err.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => {
                    swept = Swept::Busy;
                }
                Err(err) => return Err(fault(err)),
            }
        }
        Ok(swept)
    }
}

/// Waits until no transaction of this database can see what is deleted by now: a table that is written anew before that
/// keeps it. Gives whether that came about in time.
async fn nobody_looks_back(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let now: String =
        sqlx::query_scalar("SELECT pg_current_xact_id()::xid::text").fetch_one(&mut *connection).await?;
    for _ in 0..LOOKS {
        let older: i64 = sqlx::query_scalar(OLDER).bind(&now).fetch_one(&mut *connection).await?;
        if older == 0 {
            return Ok(true);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(false)
}

/// How many there are who began to look before a transaction. `age` counts back from the newest one.
const OLDER: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
     AND backend_xmin IS NOT NULL AND age(backend_xmin) > age($1::xid)";

/// How often they are looked for, and how long to wait in between: as long as for a table.
const LOOKS: u32 = 40;
/// See [`LOOKS`].
const PAUSE: Duration = Duration::from_millis(50);

/// PostgreSQL's code for a lock that was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";
