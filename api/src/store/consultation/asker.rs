//! The asker's questions.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, Set, TryInsertResult};

use crate::clock::Hour;
use crate::consultations::state::{Event, State};
use crate::sealing::binding::{Binding, Sender, ThreadId};
use crate::sealing::message::SealedMessage;
use crate::sealing::padding::TooLong;
use crate::store::Store;
use crate::store::consultation::rows::{
    NewMessage, add_message, is_there, locked, messages, next_position, readers_of_thread, set_state,
};
use crate::store::consultation::{Earlier, NewThread, Refused, StoredMessage, Taken, Thread};
use crate::store::desk::{Reader, ReaderKey};
use crate::store::entity::thread;

impl Store {
    /// The form with this hash, if it was sent before.
    pub async fn earlier(&self, request_hash: &[u8]) -> Result<Option<Earlier>, DbErr> {
        let rows = thread::Entity::find().filter(thread::Column::RequestHash.eq(request_hash));
        Ok(rows.one(&self.db).await?.map(|row| Earlier { desk: row.desk_id, typed_back: row.typed_back }))
    }

    /// Stores a thread with its first message. When this returns, it is on the disk.
    pub async fn add_thread(&self, new: NewThread) -> Result<Taken, DbErr> {
        let txn = self.begin().await?;
        let first = Binding { thread: new.id, position: 1, sender: Sender::Asker };
        let letter = NewMessage {
            binding: first,
            hour: new.hour,
            request_hash: Some(new.request_hash.clone()),
            content: new.content,
            keys: new.keys,
        };
        let row = thread::ActiveModel {
            id: Set(new.id.to_string()),
            desk_id: Set(new.desk),
            state: Set(State::Received.code().to_owned()),
            danger: Set(new.priority.danger),
            child: Set(new.priority.child),
            topic: Set(new.topic),
            region: Set(new.region),
            received_hour: Set(new.hour.number()),
            first_responder: Set(None),
            typed_back: Set(false),
            locator_hash: Set(new.locator_hash),
            request_hash: Set(Some(new.request_hash.clone())),
            public_key: Set(new.public_key.to_bytes()),
        };
        let insert = thread::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
        let inserted = insert.try_insert().exec_without_returning(&txn).await?;
        if !matches!(inserted, TryInsertResult::Inserted(1..)) {
            txn.rollback().await?;
            let earlier = self.earlier(&new.request_hash).await?;
            return earlier
                .map(Taken::Again)
                .ok_or_else(|| DbErr::Custom("a locator came up twice".to_owned()));
        }
        add_message(&txn, letter).await?;
        txn.commit().await?;
        Ok(Taken::New)
    }

    /// The thread of a receipt.
    pub async fn thread_by_locator(&self, locator_hash: &[u8]) -> Result<Option<Thread>, DbErr> {
        let row =
            thread::Entity::find().filter(thread::Column::LocatorHash.eq(locator_hash)).one(&self.db).await?;
        row.map(Thread::read).transpose()
    }

    /// The messages of a thread with the keys for its asker, in their order.
    pub async fn messages_for_asker(&self, thread: &ThreadId) -> Result<Vec<StoredMessage>, DbErr> {
        messages(&self.db, thread, &Reader::Thread).await
    }

    /// Remembers that the receipt was typed back: it is not shown again.
    pub async fn mark_typed_back(&self, thread: &ThreadId) -> Result<(), DbErr> {
        thread::Entity::update_many()
            .col_expr(thread::Column::TypedBack, true.into())
            .filter(thread::Column::Id.eq(thread.to_string()))
            .exec(&self.db)
            .await
            .map(|_| ())
    }

    /// The thread of a pass.
    pub async fn thread_of_pass(&self, thread: &ThreadId) -> Result<Option<Thread>, DbErr> {
        let row = thread::Entity::find_by_id(thread.to_string()).one(&self.db).await?;
        row.map(Thread::read).transpose()
    }

    /// Adds a message of the asker. `seal` is told its place and who must be able to read it. Sent twice, it is there
    /// once. When this returns, it is on the disk.
    pub async fn add_follow_up(
        &self,
        thread: &ThreadId,
        request_hash: &[u8],
        hour: Hour,
        seal: impl FnOnce(&Binding, &[ReaderKey]) -> Result<SealedMessage, TooLong> + Send,
    ) -> Result<Thread, Refused> {
        let txn = self.begin().await?;
        let found = locked(&txn, thread).await?.ok_or(Refused::Gone)?;
        let now = Thread::read(found.clone())?;
        if is_there(&txn, thread, request_hash).await? {
            return Ok(now);
        }
        let state = now.state.next(Event::FollowUp)?;
        let binding =
            Binding { thread: *thread, position: next_position(&txn, thread).await?, sender: Sender::Asker };
        let readers = readers_of_thread(&txn, &now).await?;
        let sealed = seal(&binding, &readers)?;
        let keys = readers.into_iter().zip(sealed.keys).map(|(reader, key)| reader.holds(key)).collect();
        let request_hash = Some(request_hash.to_vec());
        add_message(&txn, NewMessage { binding, hour, request_hash, content: sealed.content, keys }).await?;
        set_state(&txn, found, state).await?;
        txn.commit().await?;
        Ok(Thread { state, ..now })
    }
}
