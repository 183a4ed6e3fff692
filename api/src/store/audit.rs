//! The audit chains in the database: adding a line inside a transaction, and checking a whole chain.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseBackend, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    IsolationLevel, QueryFilter, QueryOrder, QuerySelect, Set, TransactionOptions, TransactionTrait,
};

use crate::audit::{Broken, Entry, Hash, Head, Line, Object, Verifier};
use crate::clock::Hour;
use crate::desk::member::{Auditor, Overseer};
use crate::store::entity::{audit, audit_head};
use crate::store::{Store, damaged};

/// Lines that are read at once.
const LINES_AT_ONCE: u64 = 1000;

/// Adds a line to the chain of `desk`. Whoever adds one after it waits until this transaction is over.
///
/// Locks are taken in one order everywhere, the thread before the chain, so that two transactions never wait for each
/// other.
pub(super) async fn append(
    txn: &DatabaseTransaction,
    desk: &str,
    (hour, actor): (Hour, Option<&str>),
    (act, object): (&str, Object<'_>),
) -> Result<(), DbErr> {
    let row = audit_head::Entity::find_by_id(desk).lock_exclusive().one(txn).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound(format!("the audit chain of {desk}")))?;
    let head = Head::read(&row)?;
    let entry = Entry { hour, actor: actor.map(str::to_owned), act: act.to_owned(), object: object.hash() };
    let line = head.next(desk, entry);
    let number = i64::try_from(line.number).map_err(damaged)?;
    let mut head = row.into_active_model();
    head.number = Set(number);
    head.hash = Set(line.hash.to_vec());
    let row = audit::ActiveModel {
        desk_id: Set(desk.to_owned()),
        number: Set(number),
        at_hour: Set(line.entry.hour.number()),
        actor: Set(line.entry.actor),
        act: Set(line.entry.act),
        object: Set(line.entry.object.to_vec()),
        previous: Set(line.previous.to_vec()),
        hash: Set(line.hash.to_vec()),
    };
    audit::Entity::insert(row).exec_without_returning(txn).await?;
    head.update(txn).await.map(|_| ())
}

/// Begins the chain of a new desk.
pub(super) async fn begin(txn: &DatabaseTransaction, desk: &str) -> Result<(), DbErr> {
    let row = audit_head::ActiveModel {
        desk_id: Set(desk.to_owned()),
        number: Set(0),
        hash: Set(Head::NONE.hash.to_vec()),
    };
    audit_head::Entity::insert(row).exec_without_returning(txn).await.map(|_| ())
}

/// Lines, and before which the next page begins.
pub type Lines = (Vec<ShownLine>, Option<u64>);

/// A line as it stands there, whether it holds or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLine {
    /// From 1.
    pub number: u64,
    /// The hour.
    pub hour: Hour,
    /// The id of the member.
    pub actor: Option<String>,
    /// What was done, as a code.
    pub act: String,
    /// The hash of what it was done to.
    pub object: Vec<u8>,
    /// The hash of the line.
    pub hash: Vec<u8>,
}

impl Store {
    /// At most `limit` lines of the chain of the desk of `auditor`, the newest first, from the one before `before` on; and before
    /// which the next page begins, if there is more.
    pub async fn audit_lines(&self, auditor: &Auditor, page: (Option<u64>, u32)) -> Result<Lines, DbErr> {
        self.lines_of(auditor.desk(), page).await
    }

    /// The same of a desk below; nothing where the desk is not below.
    pub async fn audit_lines_below(
        &self,
        overseer: &Overseer,
        desk: &str,
        page: (Option<u64>, u32),
    ) -> Result<Option<Lines>, DbErr> {
        if !self.is_under(desk, overseer.desk()).await? {
            return Ok(None);
        }
        self.lines_of(desk, page).await.map(Some)
    }

    async fn lines_of(&self, desk: &str, (before, limit): (Option<u64>, u32)) -> Result<Lines, DbErr> {
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let mut rows = audit::Entity::find()
            .filter(audit::Column::DeskId.eq(desk))
            .filter(audit::Column::Number.lt(before))
            .order_by_desc(audit::Column::Number)
            .limit(u64::from(limit) + 1)
            .all(&self.db)
            .await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let lines: Vec<ShownLine> = rows.into_iter().map(ShownLine::of).collect();
        let next = lines.last().filter(|_| more).map(|line| line.number);
        Ok((lines, next))
    }

    /// The hash of line `number` of the chain of `desk`, to be held against one that was noted.
    pub async fn audit_hash(&self, desk: &str, number: u64) -> Result<Option<Hash>, DbErr> {
        let Ok(number) = i64::try_from(number) else { return Ok(None) };
        let row = audit::Entity::find_by_id((desk.to_owned(), number)).one(&self.db).await?;
        row.map(|row| hash(&row.hash)).transpose()
    }

    /// Checks the whole chain of `desk`, as it stood at one moment: where it ends, or the first line that does not hold.
    ///
    /// A line that can't be read at all counts as changed. Reads a thousand lines at a time.
    pub async fn verify_audit(&self, desk: &str) -> Result<Result<Head, Broken>, DbErr> {
        // One moment for head and lines: what is added meanwhile is not seen. SQLite's transactions are like that anyway.
        let isolation_level = (self.db.get_database_backend() == DatabaseBackend::Postgres)
            .then_some(IsolationLevel::RepeatableRead);
        let txn =
            self.db.begin_with_options(TransactionOptions { isolation_level, ..Default::default() }).await?;
        let head = audit_head::Entity::find_by_id(desk).one(&txn).await?;
        let checked = match head {
            Some(head) => check(&txn, desk, &Head::read(&head)?).await?,
            None => Err(Broken::Missing(0)),
        };
        txn.rollback().await?;
        Ok(checked)
    }
}

async fn check(txn: &DatabaseTransaction, desk: &str, head: &Head) -> Result<Result<Head, Broken>, DbErr> {
    let mut verifier = Verifier::new(desk);
    let mut last = i64::MIN;
    loop {
        let rows = audit::Entity::find()
            .filter(audit::Column::DeskId.eq(desk))
            .filter(audit::Column::Number.gt(last))
            .order_by_asc(audit::Column::Number)
            .limit(LINES_AT_ONCE)
            .all(txn)
            .await?;
        let Some(end) = rows.last().map(|row| row.number) else { break };
        last = end;
        for row in rows {
            let number = u64::try_from(row.number).unwrap_or(0);
            let checked = match Line::read(row) {
                Ok(line) => verifier.step(&line),
                Err(_) => Err(Broken::Changed(number)),
            };
            if let Err(broken) = checked {
                return Ok(Err(broken));
            }
        }
    }
    Ok(verifier.finish(head))
}

impl ShownLine {
    fn of(row: audit::Model) -> Self {
        Self {
            number: u64::try_from(row.number).unwrap_or(0),
            hour: Hour::from_number(row.at_hour),
            actor: row.actor,
            act: row.act,
            object: row.object,
            hash: row.hash,
        }
    }
}

impl Head {
    fn read(row: &audit_head::Model) -> Result<Self, DbErr> {
        Ok(Self { number: u64::try_from(row.number).map_err(damaged)?, hash: hash(&row.hash)? })
    }
}

impl Line {
    fn read(row: audit::Model) -> Result<Self, DbErr> {
        let entry = Entry {
            hour: Hour::from_number(row.at_hour),
            actor: row.actor,
            act: row.act,
            object: hash(&row.object)?,
        };
        let number = u64::try_from(row.number).map_err(damaged)?;
        Ok(Self { number, entry, previous: hash(&row.previous)?, hash: hash(&row.hash)? })
    }
}

fn hash(bytes: &[u8]) -> Result<Hash, DbErr> {
    bytes.try_into().map_err(damaged)
}
