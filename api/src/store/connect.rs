//! Connecting, and what must be true of a database before anybody's letter goes into it.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{Connection as _, Database as Driver};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DbErr, SqlxError,
    Statement,
};
use sqlx_core::transaction::TransactionManager as _;

/// How long a connection may take. Longer than this the database is down, and the operator should read so.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections of one process to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;
/// Connections to the SQLite file that read; one more writes.
const SQLITE_READERS: u32 = 3;

/// Settings of PostgreSQL that would break a promise, what they must not be, and the promise.
const POSTGRES_DEMANDS: &[(&str, &[&str], &str)] = &[
    ("synchronous_commit", &["off"], "断电会丢掉已经确认收到的信"),
    ("fsync", &["off"], "断电会丢掉已经确认收到的信"),
    ("full_page_writes", &["off"], "断电会丢掉已经确认收到的信"),
    ("track_commit_timestamp", &["on"], "会记下每封信到达的秒数"),
    ("log_statement", &["mod", "all"], "数据库的日志会记下每封信到达的秒数"),
    ("log_duration", &["on"], "数据库的日志会记下每封信到达的秒数"),
    ("log_statement_stats", &["on"], "数据库的日志会记下每封信到达的秒数"),
    ("log_parser_stats", &["on"], "数据库的日志会记下每封信到达的秒数"),
    ("log_planner_stats", &["on"], "数据库的日志会记下每封信到达的秒数"),
    ("log_executor_stats", &["on"], "数据库的日志会记下每封信到达的秒数"),
];

/// Settings of PostgreSQL that log some of the statements, the slow ones or a sample, and the value that logs none.
const POSTGRES_LOG_SOME: &[(&str, &str)] = &[
    ("log_min_duration_statement", "-1"),
    ("log_min_duration_sample", "-1"),
    ("log_transaction_sample_rate", "0"),
];

pub(super) async fn connect(url: &str) -> anyhow::Result<DatabaseConnection> {
    if url.starts_with("sqlite:") {
        sqlite(url, SQLITE_READERS).await
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        postgres(url).await
    } else {
        let scheme = url.split(':').next().unwrap_or_default();
        bail!("数据库地址应以 sqlite:// 或 postgres:// 开头，这里是“{scheme}:”")
    }
}

/// The connection that writes. Of SQLite there is one for the whole process, so that writers stand in line: left to itself SQLite
/// lets each sleep for up to a tenth of a second and try again, while it keeps a connection from those who only read.
/// PostgreSQL needs no such thing.
pub(super) async fn writer(url: &str, db: &DatabaseConnection) -> anyhow::Result<DatabaseConnection> {
    match db.get_database_backend() {
        DatabaseBackend::Sqlite => sqlite(url, 1).await,
        _ => Ok(db.clone()),
    }
}

async fn sqlite(url: &str, connections: u32) -> anyhow::Result<DatabaseConnection> {
    let parsed: SqliteConnectOptions =
        url.parse().context("数据库地址写法不对，应像 sqlite:///var/lib/nuanzhan/nuanzhan.db")?;
    let file = parsed.get_filename().to_owned();
    ensure!(
        !url.contains(":memory:") && !url.contains("mode=memory"),
        "内存里的数据库一断电就没有了，请写一个文件"
    );
    make_private(&file).with_context(|| format!("建不了数据库文件 {}", file.display()))?;
    let mut options = patient(url, connections);
    options.map_sqlx_sqlite_opts(|options| {
        options
            .busy_timeout(PATIENCE)
            .foreign_keys(true)
            .pragma("journal_mode", "WAL")
            // A commit is on the disk before anybody is told so.
            .pragma("synchronous", "FULL")
            // What is deleted is overwritten.
            .pragma("secure_delete", "ON")
            .pragma("temp_store", "MEMORY")
    });
    Database::connect(options).await.with_context(|| format!("打不开数据库文件 {}", file.display()))
}

/// Makes the file, and the folder if there is none, before SQLite does, so that nobody else can ever read it. The
/// write-ahead log takes over the rights of the file.
fn make_private(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let opened = fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
    let rights = opened.metadata()?.permissions();
    if rights.mode() & 0o077 != 0 {
        opened.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

async fn postgres(url: &str) -> anyhow::Result<DatabaseConnection> {
    let url = url.replacen("postgresql://", "postgres://", 1);
    let parsed: PgConnectOptions =
        url.parse().context("数据库地址写法不对，应像 postgres://用户:密码@主机/数据库")?;
    let place = format!(
        "{}:{} 上的数据库 {}",
        parsed.get_host(),
        parsed.get_port(),
        parsed.get_database().unwrap_or("（默认）")
    );
    let db = Database::connect(patient(&url, POSTGRES_CONNECTIONS))
        .await
        .with_context(|| format!("连不上 {place}"))?;
    check_postgres(&db).await.with_context(|| format!("{place} 的设置不能用"))?;
    Ok(db)
}

fn patient(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .connect_timeout(PATIENCE)
        .acquire_timeout(PATIENCE)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        // Waiting for a connection is somebody's letter or receipt: a line in the log would tell its second.
        .map_sqlx_sqlite_pool_opts(|pool| {
            pool.acquire_slow_threshold(Duration::MAX)
                .before_acquire(|connection, _| Box::pin(out_of_any_transaction(connection)))
        })
        .map_sqlx_postgres_pool_opts(|pool| pool.acquire_slow_threshold(Duration::MAX));
    options
}

/// A full disk makes `SQLite` roll back by itself. The driver's own rollback fails then (sqlx 0.9.0), and it goes on believing that the
/// connection is within a transaction: the next one would be a savepoint, and what is written after that one was undone would
/// never be committed, though everybody was told so. Another connection would not do: on a full disk none can be opened.
async fn out_of_any_transaction(connection: &mut SqliteConnection) -> Result<bool, SqlxError> {
    if connection.is_in_transaction() {
        // Something to roll back, so that the driver counts again. Refused where there is a transaction after all: as well.
        let _begun = sea_orm::sqlx::raw_sql("BEGIN").execute(&mut *connection).await;
        let undone = <Sqlite as Driver>::TransactionManager::rollback(connection).await;
        return Ok(undone.is_ok() && !connection.is_in_transaction());
    }
    Ok(true)
}

async fn check_postgres(db: &DatabaseConnection) -> anyhow::Result<()> {
    for (setting, forbidden, why) in POSTGRES_DEMANDS {
        let value = show(db, setting).await?;
        if forbidden.contains(&value.as_str()) {
            bail!("{setting} 是 {value}：{why}。请改掉，再启动");
        }
    }
    for (setting, none) in POSTGRES_LOG_SOME {
        let value = show(db, setting).await?;
        if value != *none {
            bail!("{setting} 是 {value}：数据库的日志会记下信到达的秒数。请设为 {none}，再启动");
        }
    }
    Ok(())
}

async fn show(db: &DatabaseConnection, setting: &str) -> Result<String, DbErr> {
    let statement = Statement::from_string(db.get_database_backend(), format!("SHOW {setting}"));
    let row = db.query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(setting.to_owned()))?.try_get_by_index(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use sea_orm::TransactionTrait;

    #[tokio::test]
    async fn a_dead_database_is_named_without_its_password() {
        let refused = Store::open("postgres://nobody:geheim@127.0.0.1:1/letters").await.err().unwrap();
        let said = format!("{refused:#}");
        assert!(said.contains("127.0.0.1:1") && said.contains("letters"), "{said}");
        assert!(!said.contains("geheim"), "{said}");
    }

    #[tokio::test]
    async fn a_transaction_that_sqlite_undid_by_itself_does_not_swallow_what_is_written_later() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/letters.db", folder.path().display());
        let db = connect(&url).await.unwrap();
        db.execute_unprepared("CREATE TABLE note (text TEXT)").await.unwrap();
        for _ in 0..=SQLITE_READERS {
            // What a full disk does, without one.
            let undone = db.begin().await.unwrap();
            undone.execute_unprepared("ROLLBACK").await.unwrap();
            drop(undone);
            let given_up = db.begin().await.unwrap();
            given_up.execute_unprepared("INSERT INTO note VALUES ('no')").await.unwrap();
            given_up.rollback().await.unwrap();
            db.execute_unprepared("INSERT INTO note VALUES ('yes')").await.unwrap();
        }
        let elsewhere = connect(&url).await.unwrap();
        let count = "SELECT count(*), sum(text = 'yes') FROM note";
        let count = Statement::from_string(elsewhere.get_database_backend(), count);
        let row = elsewhere.query_one_raw(count).await.unwrap().unwrap();
        let (all, kept): (i64, i64) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        assert_eq!(
            (all, kept),
            (i64::from(SQLITE_READERS) + 1, i64::from(SQLITE_READERS) + 1),
            "what was acknowledged is there for everybody, what was given up for nobody"
        );
    }

    #[tokio::test]
    async fn writers_that_wait_keep_nobody_from_reading() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/letters.db", folder.path().display());
        let store = Store::open(&url).await.unwrap();
        let held = store.begin().await.unwrap();
        let write = |store: Store| async move { store.begin().await.unwrap().rollback().await.unwrap() };
        let waiting: Vec<_> = (0..8).map(|_| tokio::spawn(write(store.clone()))).collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let read = tokio::time::timeout(PATIENCE / 2, store.ping()).await;
        read.expect("there are connections for reading alone").unwrap();
        held.rollback().await.unwrap();
        for writer in waiting {
            writer.await.unwrap();
        }
    }

    #[tokio::test]
    async fn an_address_of_another_kind_is_refused() {
        for url in ["mysql://root:geheim@localhost/x", "nuanzhan.db", ""] {
            let said = format!("{:#}", Store::open(url).await.err().unwrap());
            assert!(said.contains("postgres://") && !said.contains("geheim"), "{said}");
        }
    }

    #[tokio::test]
    async fn a_database_that_a_power_cut_forgets_is_refused() {
        for url in ["sqlite::memory:", "sqlite://x.db?mode=memory"] {
            assert!(Store::open(url).await.err().unwrap().to_string().contains("断电"));
        }
    }

    #[tokio::test]
    async fn a_postgres_that_would_break_a_promise_is_refused() {
        let Some(url) = crate::store::testing::postgres_url() else { return };
        for (setting, value) in [
            ("synchronous_commit", "off"),
            ("log_min_duration_statement", "250"),
            ("log_statement", "all"),
            ("log_duration", "on"),
            ("log_transaction_sample_rate", "0.5"),
            ("log_executor_stats", "on"),
        ] {
            let joint = if url.contains('?') { '&' } else { '?' };
            let refused =
                Store::open(&format!("{url}{joint}options=-c{setting}%3D{value}")).await.err().unwrap();
            assert!(format!("{refused:#}").contains(setting), "{refused:#}");
        }
    }

    #[tokio::test]
    async fn waiting_for_the_database_is_not_logged() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&format!("sqlite://{}", folder.path().join("test.db").display())).await.unwrap();
        let log = folder.path().join("log");
        let file = std::sync::Mutex::new(fs::File::create(&log).unwrap());
        let logger = tracing_subscriber::fmt().with_writer(file).with_max_level(tracing::Level::WARN);
        let logging = tracing::subscriber::set_default(logger.finish());
        let mut held = Vec::new();
        for _ in 0..SQLITE_READERS {
            held.push(store.db.begin().await.unwrap());
        }
        let release = async {
            tokio::time::sleep(Duration::from_millis(2300)).await;
            held.clear();
        };
        let (waited, ()) = tokio::join!(store.ping(), release);
        drop(logging);
        waited.unwrap();
        assert_eq!(String::from_utf8(fs::read(&log).unwrap()).unwrap(), "");
    }

    #[tokio::test]
    async fn files_of_sqlite_are_for_their_owner_alone_and_deletion_overwrites() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("var/nuanzhan.db");
        let store = Store::open(&format!("sqlite://{}", file.display())).await.unwrap();
        store.migrate().await.unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(file.parent().unwrap()), 0o700);
        for name in ["nuanzhan.db", "nuanzhan.db-wal", "nuanzhan.db-shm"] {
            assert_eq!(mode(&file.with_file_name(name)), 0o600, "{name}");
        }
        let pragma = async |name: &str| {
            let sql = format!("PRAGMA {name}");
            let row =
                store.db.query_one_raw(Statement::from_string(store.db.get_database_backend(), sql)).await;
            row.unwrap().unwrap()
        };
        assert_eq!(pragma("journal_mode").await.try_get_by_index::<String>(0).unwrap(), "wal");
        for (name, expected) in [("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1)] {
            assert_eq!(pragma(name).await.try_get_by_index::<i32>(0).unwrap(), expected, "{name}");
        }
    }
}
