//! Putting a copy into a database: all of it or nothing, and nothing that somebody has taken back since.

use std::collections::BTreeSet;
use std::io::BufRead;

use anyhow::{Context, bail};
use sea_orm::sea_query::{Alias, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};
use sea_orm_migration::MigratorTrait;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::shape::columns;
use super::{COPIED, Column, Foot, Head, LEFT_OUT, TELL_EVERY, TableHead};
use crate::audit::Object;
use crate::consultations::state::Event;
use crate::store::Store;
use crate::store::entity::{audit, desk};
use crate::store::migration::Migrator;

/// Values in one statement: SQLite takes 32,766.
const MOST_VALUES: usize = 8_000;
/// Bytes in one statement, about: a letter may have a hundred thousand.
const MOST_BYTES: usize = 4_000_000;

/// What was put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Rows of all tables.
    pub rows: u64,
    /// Consultations that were in the copy and were destroyed since: they stay destroyed.
    pub destroyed_since: u64,
}

/// Why it was not.
#[derive(Debug, thiserror::Error)]
pub enum CannotRestore {
    /// Something is there.
    #[error("这个数据库里已经有工作台。要用备份换掉它，先停掉服务，再加上 --replace")]
    NotEmpty,
    /// A later version made it.
    #[error("这份备份是更新的版本做的（有 {0} 这一步）：请用那个版本或更新的 nuanzhan 恢复")]
    Newer(String),
}

impl Store {
    /// Puts what [`Store::copy_out`] wrote in the place of what is there: in one transaction. What is there may only be
    /// replaced where `replace` says so, and then no consultation comes back that was destroyed here since.
    pub async fn copy_in(
        &self,
        from: &mut (dyn BufRead + Send),
        replace: bool,
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> anyhow::Result<Restored> {
        let txn = self.begin().await?;
        if !replace && desk::Entity::find().count(&txn).await? > 0 {
            bail!(CannotRestore::NotEmpty);
        }
        let destroyed = destroyed(&txn).await?;
        let mut lines = Lines { from, number: 0 };
        let Head { steps } = lines.next()?;
        let known = Migrator::migrations();
        for (at, step) in steps.iter().enumerate() {
            if known.get(at).is_none_or(|known| known.name() != step) {
                bail!(CannotRestore::Newer(step.clone()));
            }
        }
        drop_all(&txn).await?;
        Migrator::up(&txn, Some(u32::try_from(steps.len())?)).await.context("建不了表")?;
        let mut back = Back { txn: &txn, destroyed, gone: BTreeSet::new(), rows: 0, kept: 0, tell };
        back.tables(&mut lines).await?;
        lines.end()?;
        let restored = Restored { rows: back.kept, destroyed_since: back.gone.len() as u64 };
        Migrator::up(&txn, None).await.context("数据库升级失败")?;
        txn.commit().await?;
        Ok(restored)
    }
}

/// The hashes of the consultations that were destroyed here, from the desks' chains.
async fn destroyed(txn: &DatabaseTransaction) -> anyhow::Result<BTreeSet<Vec<u8>>> {
    let acts = [Event::Withdraw.code(), Event::Purge.code()];
    let lines = audit::Entity::find().select_only().column(audit::Column::Object);
    let lines = lines.filter(audit::Column::Act.is_in(acts)).into_tuple::<Vec<u8>>().all(txn).await?;
    Ok(lines.into_iter().collect())
}

/// Takes away every table of ours, those first that refer to others.
async fn drop_all(txn: &DatabaseTransaction) -> anyhow::Result<()> {
    for table in LEFT_OUT.iter().chain(COPIED.iter().rev()).chain(&["seaql_migrations"]) {
        txn.execute_unprepared(&format!("DROP TABLE IF EXISTS {table}")).await?;
    }
    Ok(())
}

/// The lines of a copy, each named by its number when it can't be read.
struct Lines<'a> {
    from: &'a mut (dyn BufRead + Send),
    number: u64,
}

impl Lines<'_> {
    fn line(&mut self) -> anyhow::Result<Vec<u8>> {
        self.number += 1;
        let mut line = Vec::new();
        self.from.read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            bail!("备份不完整：在第 {} 行断了", self.number);
        }
        Ok(line)
    }

    fn next<T: DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        let line = self.line()?;
        // The parser's own words may quote what stands there.
        serde_json::from_slice(&line).map_err(|_| self.unreadable())
    }

    /// Demands the end: a backup's last sealed piece is only opened, and missed, by who reads as far as that.
    fn end(&mut self) -> anyhow::Result<()> {
        if !self.from.fill_buf()?.is_empty() {
            bail!("备份在第 {} 行就该完了，后面还有", self.number);
        }
        Ok(())
    }

    fn unreadable(&self) -> anyhow::Error {
        anyhow::anyhow!("备份的第 {} 行读不懂", self.number)
    }
}

/// Rows on their way back.
struct Back<'a> {
    txn: &'a DatabaseTransaction,
    /// By hash.
    destroyed: BTreeSet<Vec<u8>>,
    /// Those of the copy that are among them, by id.
    gone: BTreeSet<String>,
    /// Rows that were read.
    rows: u64,
    /// Rows that were written.
    kept: u64,
    tell: &'a mut (dyn FnMut(u64) + Send),
}

impl Back<'_> {
    async fn tables(&mut self, lines: &mut Lines<'_>) -> anyhow::Result<()> {
        let mut line = lines.line()?;
        while let Ok(head) = serde_json::from_slice::<TableHead>(&line) {
            if !COPIED.contains(&head.table.as_str()) {
                bail!("备份里有 {} 这张表，没有见过", head.table);
            }
            let head = self.here(head).await?;
            line = self.table(&head, lines).await?;
        }
        let Foot { rows } = serde_json::from_slice(&line).map_err(|_| lines.unreadable())?;
        if rows != self.rows {
            bail!("备份不完整：应有 {rows} 行，这里有 {} 行", self.rows);
        }
        Ok(())
    }

    /// The columns as they are in this database, in the order of the copy.
    async fn here(&self, head: TableHead) -> anyhow::Result<TableHead> {
        let here = columns(self.txn, &head.table).await?;
        let stray = |name: &str| anyhow::anyhow!("备份里 {} 的列和这个版本的不合：{name}", head.table);
        if let Some(missing) = here.iter().find(|one| !head.columns.iter().any(|other| other.is_like(one))) {
            return Err(stray(&missing.name));
        }
        let found = head.columns.iter().map(|column| {
            let found = here.iter().find(|one| one.is_like(column)).cloned();
            found.ok_or_else(|| stray(&column.name))
        });
        Ok(TableHead { columns: found.collect::<anyhow::Result<_>>()?, table: head.table })
    }

    /// Reads the rows of a table and gives the line after them.
    async fn table(&mut self, head: &TableHead, lines: &mut Lines<'_>) -> anyhow::Result<Vec<u8>> {
        let thread = match head.table.as_str() {
            "thread" => Some("id"),
            _ => Some("thread_id"),
        };
        let thread = head.columns.iter().position(|column| Some(column.name.as_str()) == thread);
        let mut batch = Batch::new(head);
        loop {
            let line = lines.line()?;
            if line.first() != Some(&b'[') {
                self.write(&mut batch).await?;
                return Ok(line);
            }
            let row: Vec<Value> = serde_json::from_slice(&line).map_err(|_| lines.unreadable())?;
            let wrong = || format!("备份的第 {} 行和 {} 的列不合", lines.number, head.table);
            self.rows += 1;
            if self.rows.is_multiple_of(TELL_EVERY) {
                (self.tell)(self.rows);
            }
            if let Some(id) = thread.and_then(|at| row.get(at)).and_then(Value::as_str)
                && self.is_destroyed(id)
            {
                continue;
            }
            batch.push(&row, line.len()).with_context(wrong)?;
            if batch.is_full() {
                self.write(&mut batch).await?;
            }
        }
    }

    fn is_destroyed(&mut self, id: &str) -> bool {
        if self.destroyed.is_empty() {
            return false;
        }
        let hash = id.parse().map(|thread| Object::Thread(&thread).hash());
        let destroyed = hash.is_ok_and(|hash| self.destroyed.contains(hash.as_slice()));
        if destroyed {
            self.gone.insert(id.to_owned());
        }
        destroyed
    }

    async fn write(&mut self, batch: &mut Batch<'_>) -> anyhow::Result<()> {
        for rows in batch.take() {
            if rows.is_empty() {
                continue;
            }
            self.kept += rows.len() as u64;
            let mut insert = Query::insert();
            let columns = batch.head.columns.iter().map(|column| Alias::new(&column.name));
            insert.into_table(Alias::new(&batch.head.table)).columns(columns);
            for row in rows {
                insert.values(row.into_iter().map(Into::into)).context("列数不合")?;
            }
            // The database's own words may quote the row.
            let written = self.txn.execute(&insert).await.map(|_| ());
            written.map_err(|_| anyhow::anyhow!("{} 的行写不进数据库", batch.head.table))?;
        }
        Ok(())
    }
}

/// Rows of one table that are written together.
struct Batch<'a> {
    head: &'a TableHead,
    rows: Vec<Vec<sea_orm::Value>>,
    bytes: usize,
    /// Where a desk names the one above it: that one goes first.
    parent: Option<usize>,
}

impl<'a> Batch<'a> {
    fn new(head: &'a TableHead) -> Self {
        let parent = head.columns.iter().position(|column| head.table == "desk" && column.name == "parent");
        Self { head, rows: Vec::new(), bytes: 0, parent }
    }

    fn push(&mut self, row: &[Value], bytes: usize) -> anyhow::Result<()> {
        if row.len() != self.head.columns.len() {
            bail!("列数不合");
        }
        let read = |(column, value): (&Column, &Value)| column.read(value);
        self.rows.push(self.head.columns.iter().zip(row).map(read).collect::<anyhow::Result<_>>()?);
        self.bytes += bytes;
        Ok(())
    }

    fn is_full(&self) -> bool {
        // There are some thousand desks at most, and they are put in order together.
        let full = self.rows.len() * self.head.columns.len() >= MOST_VALUES || self.bytes >= MOST_BYTES;
        full && self.parent.is_none()
    }

    /// What is there, in groups of which each refers only to those before it.
    fn take(&mut self) -> Vec<Vec<Vec<sea_orm::Value>>> {
        self.bytes = 0;
        let mut rest = std::mem::take(&mut self.rows);
        let Some(parent) = self.parent else { return vec![rest] };
        let id = self.head.columns.iter().position(|column| column.name == "id").unwrap_or_default();
        let (mut groups, mut there) = (Vec::new(), Vec::new());
        while !rest.is_empty() {
            let none = sea_orm::Value::String(None);
            let (ready, waiting): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|row| row[parent] == none || there.contains(&row[parent]));
            there.extend(ready.iter().map(|row| row[id].clone()));
            // Who refers to nobody that is there goes last, for the database to refuse.
            let stuck = ready.is_empty();
            groups.push(if stuck { waiting.clone() } else { ready });
            rest = if stuck { Vec::new() } else { waiting };
        }
        groups
    }
}
