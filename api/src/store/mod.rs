//! The database, one function for each thing we ask of it.
//!
//! Start at [`Store`]. Handlers call its functions and never build queries. A function that gives out what belongs to
//! a desk takes a [`Member`](crate::desk::member::Member) and looks only at that member's desk: there is no unscoped
//! question to misuse. What changes more than one row is one function with its own transaction.
//!
//! SQLite and PostgreSQL hold the same tables; the tests at the end of each file run on both. No statement is logged,
//! here or by the database: writes that could meet an existing row say what to do then, because an error in the log of
//! PostgreSQL carries the values and the second.

pub mod ailment;
pub mod announce;
mod audit;
pub mod bell;
pub mod budget;
mod connect;
pub mod consultation;
mod copy;
pub mod desk;
#[expect(unreachable_pub, reason = "sea-orm's derives make public items; the module is the store's own")]
mod entity;
pub mod figures;
mod hour_share;
mod job;
mod migration;
mod spent;
mod sweep;
#[cfg(test)]
pub(crate) mod testing;
pub mod words;

pub use self::audit::{Lines, ShownLine};
pub use self::copy::{CannotRestore, Restored};
pub use self::hour_share::SHARE_LEN;
pub use self::sweep::Swept;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, Set,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

use crate::store::bell::Bell;
use crate::store::entity::site_parameter;
use crate::store::migration::Migrator;

/// A cheap handle; every clone shares one pool.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    /// For whatever writes; see [`connect::writer`].
    writer: DatabaseConnection,
    retention: Retention,
    bell: Bell,
}

/// How long what is over stays (`docs/decisions/0028-retention.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days from the closing of a thread to its destruction.
    pub closed_days: u32,
    /// Days that a thread waits for its asker before it closes by itself.
    pub waiting_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { closed_days: 180, waiting_days: 60 }
    }
}

/// What all processes of one site share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteParameters {
    /// Public: stretches receipts.
    pub stretch_salt: Vec<u8>,
    /// Rounds of PBKDF2 for receipts.
    pub stretch_rounds: u32,
    /// Recognises the secrets that belong to this database.
    pub secrets_check: Vec<u8>,
}

/// So that two processes that start at once do not both migrate. Any number nobody else uses.
const MIGRATION_LOCK: i64 = 0x6e75_616e_7a68_616e;

impl Store {
    /// Connects to `sqlite:///path/to/file` or `postgres://user:password@host/database`.
    ///
    /// A new SQLite file is made, readable by its owner alone. Errors name host and database, never the password.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let db = connect::connect(url).await?;
        let writer = connect::writer(url, &db).await?;
        Ok(Self { db, writer, retention: Retention::default(), bell: Bell::default() })
    }

    /// The same database, with other times for what is over.
    #[must_use]
    pub fn keeping(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// Brings the tables to the shape this program knows. All steps or none.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        let txn = self.begin().await?;
        if txn.get_database_backend() == DatabaseBackend::Postgres {
            txn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
        }
        Migrator::up(&txn, None).await.map_err(|err| anyhow::Error::new(err).context("数据库升级失败"))?;
        txn.commit().await?;
        Ok(())
    }

    /// Closes the connections. On SQLite this folds the write-ahead log into the file.
    pub async fn close(&self) -> Result<(), DbErr> {
        self.writer.clone().close().await?;
        self.db.clone().close().await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.db.ping().await
    }

    /// What all processes share, if the database has been used before.
    pub async fn site_parameters(&self) -> Result<Option<SiteParameters>, DbErr> {
        let row = site_parameter::Entity::find_by_id(1).one(&self.db).await?;
        row.map(SiteParameters::read).transpose()
    }

    /// Settles what all processes share: the first to come decides, everybody else is told what it decided.
    pub async fn settle_site_parameters(&self, offered: SiteParameters) -> Result<SiteParameters, DbErr> {
        let row = site_parameter::ActiveModel {
            id: Set(1),
            stretch_salt: Set(offered.stretch_salt),
            stretch_rounds: Set(i32::try_from(offered.stretch_rounds).map_err(damaged)?),
            secrets_check: Set(offered.secrets_check),
        };
        let insert = site_parameter::Entity::insert(row);
        insert
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(&self.writer)
            .await?;
        self.site_parameters().await?.ok_or(DbErr::RecordNotInserted)
    }

    /// Begins a transaction that will write. On SQLite the lock is taken now, so that it can't fail half-way.
    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
        self.writer
            .begin_with_options(TransactionOptions { sqlite_transaction_mode, ..Default::default() })
            .await
    }
}

impl SiteParameters {
    fn read(row: site_parameter::Model) -> Result<Self, DbErr> {
        Ok(Self {
            stretch_salt: row.stretch_salt,
            stretch_rounds: u32::try_from(row.stretch_rounds).map_err(damaged)?,
            secrets_check: row.secrets_check,
        })
    }
}

/// A value in a row that this program never wrote there.
fn damaged(err: impl std::fmt::Display) -> DbErr {
    DbErr::Custom(format!("a row holds what was never written there: {err}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P1, P3 and P4 as a list of every column of every table: whoever adds one has to change this test, and think.
    ///
    /// Nothing here names an asker. Codes, counts, hours, hashes and sealed bytes are all there is of a thread; words in
    /// the clear are the names of desks, members and agencies, addresses to which operators have news sent, and words of the
    /// site's own lists.
    const COLUMNS: &[(&str, &str)] = &[
        ("announce_to", "desk_id number kind target secret told_hour failed_hour failure"),
        ("announcement", "desk_id number urgent at_hour tries id"),
        ("audit", "desk_id number at_hour actor act object previous hash"),
        ("audit_head", "desk_id number hash"),
        ("desk", "id name region parent generation recovery_public_key"),
        ("desk_hour", "desk_id at_hour forms sealed"),
        ("desk_key", "desk_id generation public_key"),
        ("desk_key_share", "desk_id generation holder sealed_key"),
        ("event", "thread_id number kind at_hour from_desk to_desk reason"),
        ("figure", "month desk_id measure topic region channel detail class count"),
        ("handover", "thread_id number agency handed_hour confirmed_hour result_hour result"),
        ("hour_share", "at_hour share"),
        (
            "invitation",
            "token_hash desk_id role name invited_by created_hour expires_hour taken_hour member_id",
        ),
        ("job", "name ran_hour"),
        (
            "member",
            "id desk_id name salt rounds login_hash public_key wrapped_key role totp_secret removed_hour \
             admitted",
        ),
        ("member_session", "token_hash member_id created_hour seen_hour"),
        ("message", "thread_id purpose position sender sent_hour content"),
        ("message_key", "thread_id purpose position reader generation sealed_key"),
        ("request", "hash thread_id event state number by_desk at_hour"),
        ("search_word", "month word people"),
        ("site_parameter", "id stretch_salt stretch_rounds secrets_check"),
        ("spent", "hash at_hour"),
        (
            "thread",
            "id desk_id escalated_to channel state danger child vulnerable topic region received_hour accepted_hour \
             answered_hour closed_hour due_hour lapse_hour purge_hour due_stage first_responder outcome mediation \
             legal_aid psychological consent helped typed_back locator_hash public_key urgency queue_hour \
             climb_hour extended",
        ),
    ];

    #[tokio::test]
    async fn no_table_has_room_for_who_somebody_is_what_they_wrote_or_when() {
        for fresh in testing::each().await {
            let known: Vec<&str> = COLUMNS.iter().map(|(table, _)| *table).collect();
            assert_eq!(fresh.store.tables().await, known);
            for (table, columns) in COLUMNS {
                assert_eq!(fresh.store.columns(table).await.join(" "), *columns, "{table}");
            }
        }
    }

    #[tokio::test]
    async fn migrating_twice_changes_nothing_and_the_first_parameters_stay() {
        for fresh in testing::each().await {
            fresh.store.migrate().await.unwrap();
            let offered = |salt: u8| SiteParameters {
                stretch_salt: vec![salt; 16],
                stretch_rounds: 600_000,
                secrets_check: vec![salt; 32],
            };
            assert_eq!(fresh.store.site_parameters().await.unwrap(), None);
            assert_eq!(fresh.store.settle_site_parameters(offered(1)).await.unwrap(), offered(1));
            assert_eq!(fresh.store.settle_site_parameters(offered(2)).await.unwrap(), offered(1));
        }
    }

    #[tokio::test]
    async fn two_processes_that_start_at_once_both_start() {
        let Some(url) = testing::postgres_url() else { return };
        let schema = testing::new_schema(&url).await;
        let (one, other) = (Store::open(&schema).await.unwrap(), Store::open(&schema).await.unwrap());
        let (one, other) = tokio::join!(one.migrate(), other.migrate());
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    }
}
