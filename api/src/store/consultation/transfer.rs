//! Handing a thread to another desk: who reads it from then on, and with which keys.
//!
//! The server has no key to give. The member's browser seals the content key of every letter and note once more, to each
//! desk that could not read it so far; here is counted that none is left out.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect, Set,
};

use crate::consultations::register::TransferReason;
use crate::desk::member::Member;
use crate::sealing::binding::{Purpose, ThreadId};
use crate::sealing::message::SealedKey;
use crate::store::consultation::{Actor, Refused};
use crate::store::desk::{Reader, ReaderKey, readers_for_writing, readers_of};
use crate::store::entity::{message, message_key, thread};
use crate::store::{Store, damaged};

/// A thread on its way to another desk.
pub struct Transfer {
    /// The desk that is to answer for it.
    pub to: String,
    /// Why.
    pub reason: TransferReason,
    /// What the member had seen of it. Who has not seen the last letter has not sealed it either.
    pub seen: Count,
    /// The content keys of all of it, for each desk that could not read it so far.
    pub keys: Vec<Resealed>,
}

/// How much is written in a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Letters.
    pub letters: u32,
    /// Notes.
    pub notes: u32,
}

/// The content keys of a whole thread for one reader.
pub struct Resealed {
    /// Whose.
    pub reader: Reader,
    /// Sealed to which key of the desk.
    pub generation: u32,
    /// Those of the letters, in the order of positions.
    pub letters: Vec<SealedKey>,
    /// Those of the notes, in the order of positions.
    pub notes: Vec<SealedKey>,
}

/// What a browser needs to know before it reseals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// How much there is to be resealed.
    pub count: Count,
    /// To whom: those of the other desk and all above it who can't read it yet.
    pub readers: Vec<ReaderKey>,
}

impl Store {
    /// What it takes to hand a thread that `member` may see to the desk `to`, which has to be there.
    pub async fn transfer_target(
        &self,
        member: &Member,
        thread: &ThreadId,
        to: &str,
    ) -> Result<Option<Target>, DbErr> {
        let row = thread::Entity::find_by_id(thread.to_string()).one(&self.db).await?;
        if !row.is_some_and(|row| Actor::Member(member).reaches(&row)) {
            return Ok(None);
        }
        let count = count(&self.db, thread).await?;
        let readers = readers_of(&self.db, to).await?;
        Ok(Some(Target { count, readers: new_readers(&self.db, thread, count, &readers).await? }))
    }
}

/// Gives those of the desk `to` and all above it their keys, and takes away those of everybody else but the asker.
pub(super) async fn reseal(
    txn: &DatabaseTransaction,
    thread: &ThreadId,
    transfer: Transfer,
) -> Result<(), Refused> {
    let there = count(txn, thread).await?;
    if there != transfer.seen {
        return Err(Refused::OutOfStep);
    }
    let readers = readers_for_writing(txn, &transfer.to).await?;
    let new = new_readers(txn, thread, there, &readers).await?;
    demand_all(&new, there, &transfer.keys)?;
    // What a new reader has of it, if anything, makes room for the whole.
    let stay = readers.iter().filter(|reader| !new.contains(reader)).map(|key| key.reader.to_string());
    let stay = stay.chain([Reader::Thread.to_string()]);
    message_key::Entity::delete_many()
        .filter(message_key::Column::ThreadId.eq(thread.to_string()))
        .filter(message_key::Column::Reader.is_not_in(stay))
        .exec(txn)
        .await?;
    let mut rows = Vec::new();
    for keys in transfer.keys {
        let Resealed { reader, generation, letters, notes } = keys;
        let reader = (reader.to_string(), i32::try_from(generation).map_err(damaged)?);
        for (purpose, keys) in [(Purpose::Letter, letters), (Purpose::Note, notes)] {
            for (key, position) in keys.into_iter().zip(1..) {
                rows.push(message_key::ActiveModel {
                    thread_id: Set(thread.to_string()),
                    purpose: Set(purpose.code().to_owned()),
                    position: Set(position),
                    reader: Set(reader.0.clone()),
                    generation: Set(reader.1),
                    sealed_key: Set(key.as_bytes().to_vec()),
                });
            }
        }
    }
    if !rows.is_empty() {
        message_key::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Refuses keys that are not exactly one for each letter and note and each new reader, and says how many that is off.
fn demand_all(new: &[ReaderKey], count: Count, given: &[Resealed]) -> Result<(), Refused> {
    let (letters, notes) = (count.letters as usize, count.notes as usize);
    let (mut lacking, mut surplus) = (0, 0);
    let mut wanted: Vec<(&Reader, u32)> = new.iter().map(|key| (&key.reader, key.generation)).collect();
    for keys in given {
        let place = wanted.iter().position(|wanted| *wanted == (&keys.reader, keys.generation));
        let expected = match place {
            Some(at) => {
                wanted.remove(at);
                (letters, notes)
            }
            None => (0, 0),
        };
        for (here, expected) in [(keys.letters.len(), expected.0), (keys.notes.len(), expected.1)] {
            lacking += expected.saturating_sub(here);
            surplus += here.saturating_sub(expected);
        }
    }
    lacking += wanted.len() * (letters + notes);
    if lacking + surplus == 0 {
        return Ok(());
    }
    let readers = new.iter().map(|key| format!("{} {}", key.reader, key.generation)).collect();
    Err(Refused::KeysOff { lacking, surplus, readers })
}

async fn count(db: &impl ConnectionTrait, thread: &ThreadId) -> Result<Count, DbErr> {
    let of = async |purpose: Purpose| {
        let there = message::Entity::find()
            .filter(message::Column::ThreadId.eq(thread.to_string()))
            .filter(message::Column::Purpose.eq(purpose.code()));
        u32::try_from(there.count(db).await?).map_err(damaged)
    };
    Ok(Count { letters: of(Purpose::Letter).await?, notes: of(Purpose::Note).await? })
}

/// Those of `readers` who can't read all of it.
async fn new_readers(
    db: &impl ConnectionTrait,
    thread: &ThreadId,
    count: Count,
    readers: &[ReaderKey],
) -> Result<Vec<ReaderKey>, DbErr> {
    let held = message_key::Entity::find()
        .select_only()
        .column(message_key::Column::Reader)
        .column(message_key::Column::Purpose)
        .column(message_key::Column::Position)
        .filter(message_key::Column::ThreadId.eq(thread.to_string()))
        // Of a message that was sealed to several keys of a desk, one is enough.
        .distinct()
        .into_tuple::<(String, String, i32)>();
    let mut has: BTreeMap<String, u32> = BTreeMap::new();
    for (reader, ..) in held.all(db).await? {
        *has.entry(reader).or_default() += 1;
    }
    let all = count.letters + count.notes;
    let new = readers.iter().filter(|key| has.get(&key.reader.to_string()) != Some(&all));
    Ok(new.cloned().collect())
}
