//! The desk's questions. Each takes a [`Member`] and looks only at that member's desk.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, Set,
};

use crate::clock::Hour;
use crate::consultations::state::{Event, State};
use crate::desk::member::Member;
use crate::sealing::binding::{Binding, Sender, ThreadId};
use crate::store::Store;
use crate::store::consultation::rows::{
    NewMessage, add_message, demand_readers, is_there, locked, messages, name_of, next_position,
    readers_of_thread, set_state,
};
use crate::store::consultation::{Answer, Queued, Refused, StoredMessage, Thread};
use crate::store::desk::{Reader, ReaderKey};
use crate::store::entity::{member, message, thread};

impl Store {
    /// What waits at the desk of `member`: danger first, then children, then the oldest. What is over is left out.
    pub async fn queue_of(&self, member: &Member) -> Result<Vec<Queued>, DbErr> {
        let rows = running_at(member)
            .order_by_desc(thread::Column::Danger)
            .order_by_desc(thread::Column::Child)
            .order_by_asc(thread::Column::ReceivedHour)
            .order_by_asc(thread::Column::Id)
            .all(&self.db)
            .await?;
        let ids = running_at(member).select_only().column(thread::Column::Id).into_query();
        let last: BTreeMap<String, i64> = message::Entity::find()
            .select_only()
            .column(message::Column::ThreadId)
            .column_as(message::Column::SentHour.max(), "last")
            .filter(message::Column::ThreadId.in_subquery(ids))
            .group_by(message::Column::ThreadId)
            .into_tuple::<(String, i64)>()
            .all(&self.db)
            .await?
            .into_iter()
            .collect();
        let queued = |row: thread::Model| {
            let last = last.get(&row.id).copied().unwrap_or(row.received_hour);
            Ok(Queued { thread: Thread::read(row)?, last: Hour::from_number(last) })
        };
        rows.into_iter().map(queued).collect()
    }

    /// The names of the members of the desk of `member`, by id.
    pub async fn colleagues_of(&self, member: &Member) -> Result<BTreeMap<String, String>, DbErr> {
        let rows =
            member::Entity::find().filter(member::Column::DeskId.eq(member.desk())).all(&self.db).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }

    /// A thread of the desk of `member`, its messages with the keys for that desk, and who must be able to read an answer.
    pub async fn thread_for(
        &self,
        member: &Member,
        thread: &ThreadId,
    ) -> Result<Option<(Thread, Vec<StoredMessage>, Vec<ReaderKey>)>, DbErr> {
        let row = thread::Entity::find_by_id(thread.to_string())
            .filter(thread::Column::DeskId.eq(member.desk()))
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let found = Thread::read(row)?;
        let messages = messages(&self.db, thread, &Reader::Desk(member.desk().to_owned())).await?;
        let readers = readers_of_thread(&self.db, &found).await?;
        Ok(Some((found, messages, readers)))
    }

    /// Makes `member` the first responder. Done twice by the same member, it is done once.
    pub async fn accept(&self, member: &Member, thread: &ThreadId) -> Result<Thread, Refused> {
        let txn = self.begin().await?;
        let found =
            locked(&txn, thread).await?.filter(|row| row.desk_id == member.desk()).ok_or(Refused::Gone)?;
        let now = Thread::read(found.clone())?;
        match &now.first_responder {
            Some(other) if other == member.id() => return Ok(now),
            Some(other) => return Err(Refused::Accepted(name_of(&txn, other).await?)),
            None => {}
        }
        let state = now.state.next(Event::Accept)?;
        let mut row = found.into_active_model();
        row.state = Set(state.code().to_owned());
        row.first_responder = Set(Some(member.id().to_owned()));
        row.update(&txn).await?;
        txn.commit().await?;
        Ok(Thread { state, first_responder: Some(member.id().to_owned()), ..now })
    }

    /// Adds an answer of the desk of `member`. Sent twice, it is there once. When this returns, it is on the disk.
    pub async fn answer(&self, member: &Member, answer: Answer) -> Result<Thread, Refused> {
        let txn = self.begin().await?;
        let found = locked(&txn, &answer.thread).await?;
        let found = found.filter(|row| row.desk_id == member.desk()).ok_or(Refused::Gone)?;
        let now = Thread::read(found.clone())?;
        if is_there(&txn, &answer.thread, &answer.request_hash).await? {
            return Ok(now);
        }
        let state = now.state.next(answer.event)?;
        if answer.position != next_position(&txn, &answer.thread).await? {
            return Err(Refused::OutOfStep);
        }
        demand_readers(&readers_of_thread(&txn, &now).await?, &answer.keys)?;
        let binding = Binding { thread: answer.thread, position: answer.position, sender: Sender::Desk };
        let (request_hash, content, keys) = (Some(answer.request_hash), answer.content, answer.keys);
        add_message(&txn, NewMessage { binding, hour: answer.hour, request_hash, content, keys }).await?;
        set_state(&txn, found, state).await?;
        txn.commit().await?;
        Ok(Thread { state, ..now })
    }
}

/// The threads of a desk that are not over.
fn running_at(member: &Member) -> Select<thread::Entity> {
    let over = [State::Closed.code(), State::Withdrawn.code()];
    thread::Entity::find()
        .filter(thread::Column::DeskId.eq(member.desk()))
        .filter(thread::Column::State.is_not_in(over))
}
