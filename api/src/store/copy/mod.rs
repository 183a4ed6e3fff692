//! Everything in the database as text, row by row, and back: the same for SQLite and PostgreSQL, so that a county's file
//! becomes a province's server. What it looks like is told in `docs/message-format.md`, “Backups”.
//!
//! Start at [`Store::copy_out`] and [`Store::copy_in`]. It knows tables and columns from the database itself and nothing of
//! what they mean; it seals nothing: that is `crate::backup`.

mod back;
mod shape;
#[cfg(test)]
mod tests;

use std::io::Write;

use anyhow::Context;
use futures_util::TryStreamExt;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, IsolationLevel, Statement, StreamTrait,
    TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::back::{CannotRestore, Restored};
use self::shape::{Column, columns, value};
use crate::store::Store;
use crate::store::migration::Migrator;

/// What is copied, each table after those that it refers to.
const COPIED: &[&str] = &[
    "site_parameter",
    "desk",
    "desk_key",
    "desk_key_share",
    "announce_to",
    "member",
    "invitation",
    "thread",
    "message",
    "message_key",
    "event",
    "handover",
    "request",
    "audit",
    "audit_head",
    "figure",
    "search_word",
];

/// What is not: sessions end with the machine; counters, keys, jobs, codes and news of an hour mean nothing in another.
const LEFT_OUT: &[&str] = &["member_session", "desk_hour", "hour_share", "job", "spent", "announcement"];

/// Rows after which progress is told.
const TELL_EVERY: u64 = 100_000;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    /// The steps that brought the tables to their shape, by name.
    steps: Vec<String>,
}

/// The line before the rows of a table.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableHead {
    table: String,
    columns: Vec<Column>,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Foot {
    /// All rows of all tables.
    rows: u64,
}

impl Store {
    /// Writes everything as it stands at one moment, and gives the number of rows; `tell` hears it now and then. Rows come
    /// in the order of their keys, which tells nothing of the order in which they were written. Others go on reading and
    /// writing.
    pub async fn copy_out(
        &self,
        out: &mut (dyn Write + Send),
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> anyhow::Result<u64> {
        // Before the moment begins: asking makes the table of the steps where there is none.
        let steps = Migrator::get_applied_migrations(&self.db).await.context("数据库读不了")?;
        let moment = (Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly));
        let txn = self.db.begin_with_config(moment.0, moment.1).await.context("数据库读不了")?;
        let steps = steps.iter().map(|step| step.name().to_owned()).collect();
        line(out, &Head { steps })?;
        let mut rows = 0;
        for table in COPIED {
            rows = copy_table(&txn, table, (&mut *out, &mut *tell), rows).await?;
        }
        line(out, &Foot { rows })?;
        Ok(rows)
    }
}

async fn copy_table(
    txn: &DatabaseTransaction,
    table: &str,
    (out, tell): (&mut (dyn Write + Send), &mut (dyn FnMut(u64) + Send)),
    mut rows: u64,
) -> anyhow::Result<u64> {
    let columns = columns(txn, table).await?;
    let shown: Vec<String> = columns.iter().map(Column::shown).collect();
    let first: Vec<String> = (1..=columns.len().min(4)).map(|number| number.to_string()).collect();
    let sql = format!("SELECT {} FROM {table} ORDER BY {}", shown.join(", "), first.join(", "));
    line(out, &TableHead { table: table.to_owned(), columns: columns.clone() })?;
    let statement = Statement::from_string(ConnectionTrait::get_database_backend(txn), sql);
    let mut found = txn.stream_raw(statement).await.with_context(|| format!("{table} 读不了"))?;
    while let Some(row) = found.try_next().await.with_context(|| format!("{table} 读不了"))? {
        let values: Vec<Value> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| value(&row, at, column.kind))
            .collect::<Result<_, _>>()
            .with_context(|| format!("{table} 里有一行读不懂"))?;
        line(out, &values)?;
        rows += 1;
        if rows.is_multiple_of(TELL_EVERY) {
            tell(rows);
        }
    }
    Ok(rows)
}

fn line(out: &mut (dyn Write + Send), value: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from).context("写不下去")?;
    out.write_all(b"\n").context("写不下去")
}
