//! The asker's questions.

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use crate::consultations::state::Event;
use crate::sealing::binding::{Purpose, ThreadId};
use crate::store::consultation::rows::{history, messages};
use crate::store::consultation::{Earlier, First, StoredMessage, Thread, Told};
use crate::store::desk::Reader;
use crate::store::entity::{request, thread};
use crate::store::{Store, damaged};

impl Store {
    /// The form with this hash, if it was sent before.
    pub async fn earlier(&self, request_hash: &[u8]) -> Result<Option<Earlier>, DbErr> {
        let form = request::Entity::find_by_id(request_hash.to_vec())
            .filter(request::Column::Event.eq(Event::Receive.code()));
        let Some(form) = form.one(&self.db).await? else { return Ok(None) };
        let thread: ThreadId = form.thread_id.parse().map_err(damaged)?;
        let row = thread::Entity::find_by_id(form.thread_id).one(&self.db).await?;
        Ok(row.map(|row| Earlier { thread, desk: row.desk_id, typed_back: row.typed_back }))
    }

    /// What a thread began with.
    pub async fn first_of(&self, thread: &ThreadId) -> Result<Option<First>, DbErr> {
        let letter = messages(&self.db, thread, Purpose::Letter, &Reader::Thread).await?.into_iter().next();
        let arrival = self.history(thread).await?.into_iter().find(|told| told.event == Event::Receive);
        Ok(letter.zip(arrival).and_then(|(letter, arrival)| {
            Some(First { desk: arrival.to?, hour: arrival.at, content: letter.content })
        }))
    }

    /// The thread of a receipt.
    pub async fn thread_by_locator(&self, locator_hash: &[u8]) -> Result<Option<Thread>, DbErr> {
        let row =
            thread::Entity::find().filter(thread::Column::LocatorHash.eq(locator_hash)).one(&self.db).await?;
        row.map(Thread::read).transpose()
    }

    /// The letters of a thread with the keys for its asker, in their order. What the desk notes for itself is not there.
    pub async fn messages_for_asker(&self, thread: &ThreadId) -> Result<Vec<StoredMessage>, DbErr> {
        messages(&self.db, thread, Purpose::Letter, &Reader::Thread).await
    }

    /// What happened to a thread, as far as its asker may read it, oldest first.
    pub async fn history(&self, thread: &ThreadId) -> Result<Vec<Told>, DbErr> {
        history(&self.db, thread).await
    }

    /// Remembers that the receipt was typed back: it is not shown again.
    pub async fn mark_typed_back(&self, thread: &ThreadId) -> Result<(), DbErr> {
        thread::Entity::update_many()
            .col_expr(thread::Column::TypedBack, true.into())
            .filter(thread::Column::Id.eq(thread.to_string()))
            .exec(&self.writer)
            .await
            .map(|_| ())
    }

    /// The thread of a pass.
    pub async fn thread_of_pass(&self, thread: &ThreadId) -> Result<Option<Thread>, DbErr> {
        let row = thread::Entity::find_by_id(thread.to_string()).one(&self.db).await?;
        row.map(Thread::read).transpose()
    }
}
