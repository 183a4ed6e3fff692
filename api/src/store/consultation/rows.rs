//! Reading and writing rows, shared by both sides.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::clock::Hour;
use crate::consultations::register::{Channel, Ending, Stage};
use crate::consultations::state::{Event, State};
use crate::sealing::binding::{Binding, Purpose, Sender, ThreadId};
use crate::sealing::message::SealedContent;
use crate::sealing::suite::PublicKey;
use crate::store::consultation::{
    Due, KeyFor, MOST_MESSAGES, Marks, Priority, Refused, StoredMessage, Thread, Told,
};
use crate::store::damaged;
use crate::store::desk::{Reader, ReaderKey, readers_for_writing, readers_of};
use crate::store::entity::{event, handover, member, message, message_key, thread};

/// A message on its way into its thread.
pub(super) struct NewMessage {
    pub(super) binding: Binding,
    pub(super) hour: Hour,
    pub(super) content: SealedContent,
    pub(super) keys: Vec<KeyFor>,
}

impl Thread {
    pub(super) fn read(row: thread::Model) -> Result<Self, DbErr> {
        let hour = |number: Option<i64>| number.map(Hour::from_number);
        let stage = row.due_stage.as_deref().map(|stage| Stage::parse(stage).ok_or(stage));
        let outcome = row.outcome.as_deref().map(|ending| Ending::parse(ending).ok_or(ending));
        let key = row.public_key.as_deref().map(PublicKey::from_bytes);
        Ok(Self {
            id: row.id.parse().map_err(damaged)?,
            channel: Channel::parse(&row.channel).ok_or_else(|| damaged("an unknown channel"))?,
            state: State::parse(&row.state).ok_or_else(|| damaged("an unknown state"))?,
            priority: Priority { danger: row.danger, child: row.child, vulnerable: row.vulnerable },
            received: Hour::from_number(row.received_hour),
            accepted: hour(row.accepted_hour),
            answered: hour(row.answered_hour),
            closed: hour(row.closed_hour),
            due: hour(row.due_hour).zip(stage.transpose().map_err(damaged)?).map(Due::new),
            climb: hour(row.climb_hour),
            lapse: hour(row.lapse_hour),
            purge: hour(row.purge_hour),
            outcome: outcome.transpose().map_err(damaged)?,
            marks: Marks {
                mediation: row.mediation,
                legal_aid: row.legal_aid,
                psychological: row.psychological,
            },
            public_key: key.transpose().map_err(damaged)?,
            extended: row.extended,
            consent: row.consent,
            helped: row.helped,
            typed_back: row.typed_back,
            desk: row.desk_id,
            escalated_to: row.escalated_to,
            topic: row.topic,
            region: row.region,
            first_responder: row.first_responder,
        })
    }
}

/// Those who must be able to read what is written in `thread`: its desk, all above, and the asker if there is a receipt.
pub(super) async fn readers_of_thread(
    db: &impl ConnectionTrait,
    thread: &Thread,
) -> Result<Vec<ReaderKey>, DbErr> {
    Ok(with_asker(readers_of(db, &thread.desk).await?, thread))
}

/// The same for what is written in this transaction: no desk gets another key before it is over.
pub(super) async fn readers_for_writing_in(
    txn: &DatabaseTransaction,
    thread: &Thread,
) -> Result<Vec<ReaderKey>, DbErr> {
    Ok(with_asker(readers_for_writing(txn, &thread.desk).await?, thread))
}

fn with_asker(mut readers: Vec<ReaderKey>, thread: &Thread) -> Vec<ReaderKey> {
    let asker = thread.public_key.clone();
    readers.extend(asker.map(|public_key| ReaderKey { reader: Reader::Thread, generation: 0, public_key }));
    readers
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

pub(super) async fn next_position(
    txn: &DatabaseTransaction,
    thread: &ThreadId,
    purpose: Purpose,
) -> Result<u32, Refused> {
    let there = message::Entity::find()
        .filter(message::Column::ThreadId.eq(thread.to_string()))
        .filter(message::Column::Purpose.eq(purpose.code()));
    let there = u32::try_from(there.count(txn).await?).map_err(damaged)?;
    if there < MOST_MESSAGES { Ok(there + 1) } else { Err(Refused::Full) }
}

/// Sets what is due next. It climbs when that is over, and never before the hour in which it became due: the history goes
/// forward, also where somebody acts on what was late already.
pub(super) fn wind(row: &mut thread::ActiveModel, due: Option<(Stage, Hour)>, since: Hour) {
    row.due_hour = Set(due.map(|(_, hour)| hour.number()));
    row.climb_hour = Set(due.map(|(_, hour)| hour.max(since).number()));
    row.due_stage = Set(due.map(|(stage, _)| stage.code().to_owned()));
}

/// Adds to the history: the desk it left, the one it came to, why.
pub(super) async fn tell(
    txn: &DatabaseTransaction,
    thread: &ThreadId,
    (kind, hour): (Event, Hour),
    (from, to, reason): (Option<&str>, Option<&str>, Option<&str>),
) -> Result<(), DbErr> {
    let told = event::Entity::find().filter(event::Column::ThreadId.eq(thread.to_string()));
    let row = event::ActiveModel {
        thread_id: Set(thread.to_string()),
        number: Set(i32::try_from(told.count(txn).await? + 1).map_err(damaged)?),
        kind: Set(kind.code().to_owned()),
        at_hour: Set(hour.number()),
        from_desk: Set(from.map(str::to_owned)),
        to_desk: Set(to.map(str::to_owned)),
        reason: Set(reason.map(str::to_owned)),
    };
    event::Entity::insert(row).exec_without_returning(txn).await.map(|_| ())
}

/// What happened to a thread, as far as it is told, oldest first.
pub(super) async fn history(db: &impl ConnectionTrait, thread: &ThreadId) -> Result<Vec<Told>, DbErr> {
    let rows = event::Entity::find()
        .filter(event::Column::ThreadId.eq(thread.to_string()))
        .order_by_asc(event::Column::Number)
        .all(db)
        .await?;
    let read = |row: event::Model| {
        Ok(Told {
            event: Event::parse(&row.kind).ok_or_else(|| damaged("an unknown event"))?,
            at: Hour::from_number(row.at_hour),
            from: row.from_desk,
            to: row.to_desk,
            reason: row.reason,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Handovers that have no result yet.
pub(super) async fn open_handovers(txn: &DatabaseTransaction, thread: &ThreadId) -> Result<u32, DbErr> {
    let open = handover::Entity::find()
        .filter(handover::Column::ThreadId.eq(thread.to_string()))
        .filter(handover::Column::ResultHour.is_null());
    u32::try_from(open.count(txn).await?).map_err(damaged)
}

/// Adds a handover and gives its number.
pub(super) async fn add_handover(
    txn: &DatabaseTransaction,
    thread: &ThreadId,
    agency: String,
    hour: Hour,
) -> Result<u32, Refused> {
    let there = handover::Entity::find().filter(handover::Column::ThreadId.eq(thread.to_string()));
    let number = u32::try_from(there.count(txn).await?).map_err(damaged)? + 1;
    if number > MOST_MESSAGES {
        return Err(Refused::Full);
    }
    let row = handover::ActiveModel {
        thread_id: Set(thread.to_string()),
        number: Set(i32::try_from(number).map_err(damaged)?),
        agency: Set(agency),
        handed_hour: Set(hour.number()),
        ..Default::default()
    };
    handover::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(number)
}

/// A handover without a result, to be changed.
pub(super) async fn handover(
    txn: &DatabaseTransaction,
    thread: &ThreadId,
    number: u32,
) -> Result<handover::ActiveModel, Refused> {
    let key = (thread.to_string(), i32::try_from(number).map_err(|_| Refused::NoHandover(number))?);
    let row = handover::Entity::find_by_id(key).one(txn).await?;
    let open = row.filter(|row| row.result_hour.is_none()).ok_or(Refused::NoHandover(number))?;
    Ok(open.into_active_model())
}

pub(super) async fn add_message(txn: &DatabaseTransaction, new: NewMessage) -> Result<(), DbErr> {
    let thread_id = new.binding.thread.to_string();
    let purpose = new.binding.purpose.code();
    let position = i32::try_from(new.binding.position).map_err(damaged)?;
    let row = message::ActiveModel {
        thread_id: Set(thread_id.clone()),
        purpose: Set(purpose.to_owned()),
        position: Set(position),
        sender: Set(new.binding.sender.code().to_owned()),
        sent_hour: Set(new.hour.number()),
        content: Set(new.content.as_bytes().to_vec()),
    };
    message::Entity::insert(row).exec_without_returning(txn).await?;
    let keys = new.keys.into_iter().map(|key| {
        Ok(message_key::ActiveModel {
            thread_id: Set(thread_id.clone()),
            purpose: Set(purpose.to_owned()),
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

/// The letters of a thread in their order, or its notes, each with its key for `reader`.
pub(super) async fn messages(
    db: &impl ConnectionTrait,
    thread: &ThreadId,
    purpose: Purpose,
    reader: &Reader,
) -> Result<Vec<StoredMessage>, DbErr> {
    let purpose = purpose.code();
    let rows = message::Entity::find()
        .filter(message::Column::ThreadId.eq(thread.to_string()))
        .filter(message::Column::Purpose.eq(purpose))
        .order_by_asc(message::Column::Position)
        .all(db)
        .await?;
    let keys = message_key::Entity::find()
        .filter(message_key::Column::ThreadId.eq(thread.to_string()))
        .filter(message_key::Column::Purpose.eq(purpose))
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
        let purpose = Purpose::parse(&row.purpose).ok_or_else(|| damaged("an unknown purpose"))?;
        Ok(Self {
            binding: Binding { thread: *thread, purpose, position, sender },
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
