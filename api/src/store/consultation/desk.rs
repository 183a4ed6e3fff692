//! The desk's questions about one thread. Each takes a [`Member`] and looks only at what that member's desk may see.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use crate::audit::{Object, READ};
use crate::clock::Hour;
use crate::desk::member::Member;
use crate::sealing::binding::ThreadId;
use crate::store::consultation::rows::{letters, readers_of_thread};
use crate::store::consultation::{Actor, StoredMessage, Thread};
use crate::store::desk::{Reader, ReaderKey};
use crate::store::entity::{member, thread};
use crate::store::{Store, audit};

impl Store {
    /// The names of the members of the desk of `member`, by id; those who have left too.
    pub async fn colleagues_of(&self, member: &Member) -> Result<BTreeMap<String, String>, DbErr> {
        let rows =
            member::Entity::find().filter(member::Column::DeskId.eq(member.desk())).all(&self.db).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }

    /// A thread that `member` may see, its letters with the keys for their desk, and who must be able to read an answer.
    /// That it was read is a line in the audit chain of the desk that answers for it.
    pub async fn thread_for(
        &self,
        member: &Member,
        thread: &ThreadId,
        hour: Hour,
    ) -> Result<Option<(Thread, Vec<StoredMessage>, Vec<ReaderKey>)>, DbErr> {
        let txn = self.begin().await?;
        let row = thread::Entity::find_by_id(thread.to_string()).one(&txn).await?;
        let Some(row) = row.filter(|row| Actor::Member(member).reaches(row)) else { return Ok(None) };
        let found = Thread::read(row)?;
        let by = (hour, Some(member.id()));
        audit::append(&txn, &found.desk, by, (READ, Object::Thread(thread))).await?;
        let letters = letters(&txn, thread, &Reader::Desk(member.desk().to_owned())).await?;
        let readers = readers_of_thread(&txn, &found).await?;
        // Nobody reads what nobody could write down.
        txn.commit().await?;
        Ok(Some((found, letters, readers)))
    }
}
