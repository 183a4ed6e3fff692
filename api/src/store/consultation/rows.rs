//! Reading and writing rows, shared by both sides.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::clock::Hour;
use crate::consultations::state::State;
use crate::sealing::binding::{Binding, Sender, ThreadId};
use crate::sealing::message::SealedContent;
use crate::sealing::suite::PublicKey;
use crate::store::consultation::{KeyFor, MOST_MESSAGES, Priority, Refused, StoredMessage, Thread};
use crate::store::damaged;
use crate::store::desk::{Reader, ReaderKey, readers_of};
use crate::store::entity::{member, message, message_key, thread};

/// A message on its way into its thread.
pub(super) struct NewMessage {
    pub(super) binding: Binding,
    pub(super) hour: Hour,
    pub(super) request_hash: Option<Vec<u8>>,
    pub(super) content: SealedContent,
    pub(super) keys: Vec<KeyFor>,
}

impl Thread {
    pub(super) fn read(row: thread::Model) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.id.parse().map_err(damaged)?,
            desk: row.desk_id,
            state: State::parse(&row.state).ok_or_else(|| damaged("an unknown state"))?,
            priority: Priority { danger: row.danger, child: row.child },
            topic: row.topic,
            region: row.region,
            received: Hour::from_number(row.received_hour),
            first_responder: row.first_responder,
            typed_back: row.typed_back,
            public_key: PublicKey::from_bytes(&row.public_key).map_err(damaged)?,
        })
    }
}

/// Those who must be able to read what is written in `thread`: its desk, the one above, and the asker.
pub(super) async fn readers_of_thread(
    db: &impl ConnectionTrait,
    thread: &Thread,
) -> Result<Vec<ReaderKey>, DbErr> {
    let mut readers = readers_of(db, &thread.desk).await?;
    readers.push(ReaderKey { reader: Reader::Thread, generation: 0, public_key: thread.public_key.clone() });
    Ok(readers)
}

pub(super) fn demand_readers(readers: &[ReaderKey], keys: &[KeyFor]) -> Result<(), Refused> {
    let sorted = |mut codes: Vec<String>| {
        codes.sort();
        codes
    };
    let wanted = sorted(readers.iter().map(|key| format!("{} {}", key.reader, key.generation)).collect());
    let given = sorted(keys.iter().map(|key| format!("{} {}", key.reader, key.generation)).collect());
    if wanted == given { Ok(()) } else { Err(Refused::WrongReaders(wanted)) }
}

/// The row of a thread, kept for this transaction: on SQLite the transaction has the only lock there is.
pub(super) async fn locked(
    txn: &DatabaseTransaction,
    thread: &ThreadId,
) -> Result<Option<thread::Model>, DbErr> {
    thread::Entity::find_by_id(thread.to_string()).lock_exclusive().one(txn).await
}

pub(super) async fn set_state(
    txn: &DatabaseTransaction,
    row: thread::Model,
    state: State,
) -> Result<(), DbErr> {
    if row.state != state.code() {
        let mut row = row.into_active_model();
        row.state = Set(state.code().to_owned());
        row.update(txn).await?;
    }
    Ok(())
}

pub(super) async fn is_there(
    txn: &DatabaseTransaction,
    thread: &ThreadId,
    request_hash: &[u8],
) -> Result<bool, DbErr> {
    let same = message::Entity::find()
        .filter(message::Column::ThreadId.eq(thread.to_string()))
        .filter(message::Column::RequestHash.eq(request_hash));
    Ok(same.count(txn).await? > 0)
}

pub(super) async fn next_position(txn: &DatabaseTransaction, thread: &ThreadId) -> Result<u32, Refused> {
    let there =
        message::Entity::find().filter(message::Column::ThreadId.eq(thread.to_string())).count(txn).await?;
    let there = u32::try_from(there).map_err(damaged)?;
    if there < MOST_MESSAGES { Ok(there + 1) } else { Err(Refused::Full) }
}

pub(super) async fn add_message(txn: &DatabaseTransaction, new: NewMessage) -> Result<(), DbErr> {
    let thread_id = new.binding.thread.to_string();
    let position = i32::try_from(new.binding.position).map_err(damaged)?;
    let row = message::ActiveModel {
        thread_id: Set(thread_id.clone()),
        position: Set(position),
        sender: Set(new.binding.sender.code().to_owned()),
        sent_hour: Set(new.hour.number()),
        content: Set(new.content.as_bytes().to_vec()),
        request_hash: Set(new.request_hash),
    };
    message::Entity::insert(row).exec_without_returning(txn).await?;
    let keys = new.keys.into_iter().map(|key| {
        Ok(message_key::ActiveModel {
            thread_id: Set(thread_id.clone()),
            position: Set(position),
            reader: Set(key.reader.to_string()),
            generation: Set(i32::try_from(key.generation).map_err(damaged)?),
            sealed_key: Set(key.key.as_bytes().to_vec()),
        })
    });
    let keys = keys.collect::<Result<Vec<_>, DbErr>>()?;
    message_key::Entity::insert_many(keys).exec_without_returning(txn).await?;
    Ok(())
}

pub(super) async fn messages(
    db: &impl ConnectionTrait,
    thread: &ThreadId,
    reader: &Reader,
) -> Result<Vec<StoredMessage>, DbErr> {
    let rows = message::Entity::find()
        .filter(message::Column::ThreadId.eq(thread.to_string()))
        .order_by_asc(message::Column::Position)
        .all(db)
        .await?;
    let keys = message_key::Entity::find()
        .filter(message_key::Column::ThreadId.eq(thread.to_string()))
        .filter(message_key::Column::Reader.eq(reader.to_string()))
        // The newest key comes last and is the one that is kept below.
        .order_by_asc(message_key::Column::Generation)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let key = keys.iter().rfind(|key| key.position == row.position);
            let key = key.map(|key| KeyFor::read(reader, key)).transpose()?;
            StoredMessage::read(thread, row, key)
        })
        .collect()
}

impl KeyFor {
    fn read(reader: &Reader, row: &message_key::Model) -> Result<Self, DbErr> {
        Ok(Self {
            reader: reader.clone(),
            generation: u32::try_from(row.generation).map_err(damaged)?,
            key: row.sealed_key.clone().try_into().map_err(damaged)?,
        })
    }
}

impl StoredMessage {
    fn read(thread: &ThreadId, row: message::Model, key: Option<KeyFor>) -> Result<Self, DbErr> {
        let position = u32::try_from(row.position).map_err(damaged)?;
        let sender = Sender::parse(&row.sender).ok_or_else(|| damaged("an unknown sender"))?;
        Ok(Self {
            binding: Binding { thread: *thread, position, sender },
            sent: Hour::from_number(row.sent_hour),
            content: row.content.try_into().map_err(damaged)?,
            key,
        })
    }
}

pub(super) async fn name_of(db: &impl ConnectionTrait, member: &str) -> Result<String, DbErr> {
    let row = member::Entity::find_by_id(member).one(db).await?;
    Ok(row.map_or_else(|| "已离开的成员".to_owned(), |row| row.name))
}
