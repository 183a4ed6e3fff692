//! The desk's questions about one thread. Each takes a [`Member`] and looks only at what that member's desk may see.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::audit::{Object, READ};
use crate::clock::Hour;
use crate::consultations::register::AgencyResult;
use crate::desk::member::Member;
use crate::sealing::binding::{Purpose, ThreadId};
use crate::store::consultation::rows::{history, locked, messages, readers_of_thread};
use crate::store::consultation::{Actor, StoredMessage, Thread, Told};
use crate::store::desk::{Reader, ReaderKey};
use crate::store::entity::{handover, member};
use crate::store::{Store, audit, damaged};

/// A thread as a member opens it, all of it from one moment.
pub struct Opened {
    /// What is known in the clear.
    pub thread: Thread,
    /// Its letters, with the keys for the member's desk.
    pub letters: Vec<StoredMessage>,
    /// What desks noted for themselves, with the keys for the member's desk.
    pub notes: Vec<StoredMessage>,
    /// What was handed over to agencies, in its order.
    pub handovers: Vec<Handover>,
    /// What happened to it, as far as it is told, oldest first.
    pub history: Vec<Told>,
    /// Who must be able to read the next letter. The next note is for the same, but never for the asker.
    pub readers: Vec<ReaderKey>,
}

/// Somebody at a desk, or who was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// They have left.
    pub left: bool,
}

/// Something that was handed over to an agency outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// From 1.
    pub number: u32,
    /// The agency's name.
    pub agency: String,
    /// The hour of handing over.
    pub handed: Hour,
    /// The hour in which the agency said that it has it.
    pub confirmed: Option<Hour>,
    /// The hour of the result, and what came of it.
    pub result: Option<(Hour, AgencyResult)>,
}

impl Store {
    /// The members of a desk, by id; those who have left too.
    pub async fn names_at(&self, desk: &str) -> Result<BTreeMap<String, Named>, DbErr> {
        let rows = member::Entity::find().filter(member::Column::DeskId.eq(desk)).all(&self.db).await?;
        let named = |row: member::Model| (row.id, Named { name: row.name, left: row.removed_hour.is_some() });
        Ok(rows.into_iter().map(named).collect())
    }

    /// The names of members of any desk, by id; those who have left too.
    pub async fn names_of(&self, ids: impl Iterator<Item = &str>) -> Result<BTreeMap<String, String>, DbErr> {
        let ids: BTreeSet<&str> = ids.collect();
        let rows = member::Entity::find().filter(member::Column::Id.is_in(ids)).all(&self.db).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }

    /// Opens a thread that `member` may see. That it was read is a line in the audit chain of the desk that answers for it.
    pub async fn open_thread(
        &self,
        member: &Member,
        thread: &ThreadId,
        hour: Hour,
    ) -> Result<Option<Opened>, DbErr> {
        let txn = self.begin().await?;
        // Locked, so that it can't go to another desk between being found and being read.
        let row = locked(&txn, thread).await?;
        let Some(row) = row.filter(|row| Actor::Member(member).reaches(row)) else { return Ok(None) };
        let found = Thread::read(row)?;
        let by = (hour, Some(member.id()));
        audit::append(&txn, &found.desk, by, (READ, Object::Thread(thread))).await?;
        let reader = Reader::Desk(member.desk().to_owned());
        let opened = Opened {
            letters: messages(&txn, thread, Purpose::Letter, &reader).await?,
            notes: messages(&txn, thread, Purpose::Note, &reader).await?,
            handovers: handovers(&txn, thread).await?,
            history: history(&txn, thread).await?,
            readers: readers_of_thread(&txn, &found).await?,
            thread: found,
        };
        // Nobody reads what nobody could write down.
        txn.commit().await?;
        Ok(Some(opened))
    }
}

async fn handovers(txn: &DatabaseTransaction, thread: &ThreadId) -> Result<Vec<Handover>, DbErr> {
    let rows = handover::Entity::find()
        .filter(handover::Column::ThreadId.eq(thread.to_string()))
        .order_by_asc(handover::Column::Number);
    rows.all(txn).await?.into_iter().map(Handover::read).collect()
}

impl Handover {
    fn read(row: handover::Model) -> Result<Self, DbErr> {
        let result = row.result.as_deref().map(|code| AgencyResult::parse(code).ok_or(code));
        Ok(Self {
            number: u32::try_from(row.number).map_err(damaged)?,
            handed: Hour::from_number(row.handed_hour),
            confirmed: row.confirmed_hour.map(Hour::from_number),
            result: row.result_hour.map(Hour::from_number).zip(result.transpose().map_err(damaged)?),
            agency: row.agency,
        })
    }
}
