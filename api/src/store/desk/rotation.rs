//! The next key of a desk, and how what was sealed to the older ones follows.
//!
//! Whoever is removed may have kept the desk's key, so the desk gets another one in the same transaction: what is written
//! from then on is sealed to that. What was written before stays sealed to the old one until members' browsers have sealed
//! its content keys anew, a batch at a time. A row is changed where it stands and only while it still is of the old
//! generation: two browsers that do the same do no harm, and what was deleted meanwhile does not come back. When nothing
//! needs the old generations their last copies are deleted, the one on paper's too.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set,
};

use super::desks::add_key;
use super::members::{add_share, in_use};
use super::people::{holders, locked, present, role_of};
use super::{NotDone, RECOVERY, Reader};
use crate::audit::{Object, RESEAL, RETIRE, ROTATE};
use crate::clock::Hour;
use crate::desk::keys::SealedShare;
use crate::desk::member::Member;
use crate::sealing::binding::{Binding, Purpose, Sender, ThreadId};
use crate::sealing::message::SealedKey;
use crate::sealing::suite::PublicKey;
use crate::store::entity::{desk, desk_key, desk_key_share, message, message_key, thread};
use crate::store::{Store, audit, damaged};

/// The next key of a desk, made in the browser of whoever removes somebody.
pub struct Rotation {
    /// Which one: one more than the one in use.
    pub generation: u32,
    /// What letters are sealed to from now on.
    pub public_key: PublicKey,
    /// Its private half for each member who stays and holds keys.
    pub shares: Vec<(String, SealedShare)>,
    /// Its private half for the key on paper.
    pub recovery_share: SealedShare,
}

/// Content keys that are sealed to older keys of a desk.
pub struct OldKeys {
    /// The key to seal them to.
    pub generation: u32,
    /// The older ones of which there are copies yet.
    pub older: Vec<u32>,
    /// Some of them.
    pub keys: Vec<OldKey>,
    /// How many there are in all.
    pub left: u64,
}

/// A content key that is sealed to an older key of a desk.
pub struct OldKey {
    /// The message that it opens.
    pub place: Binding,
    /// Which key of the desk.
    pub generation: u32,
    /// The content key.
    pub key: SealedKey,
}

/// A content key that was sealed anew.
pub struct Moved {
    /// The thread.
    pub thread: ThreadId,
    /// Whether of a letter or of a note.
    pub purpose: Purpose,
    /// Which letter or note.
    pub position: u32,
    /// The key of the desk it was sealed to.
    pub from: u32,
    /// Sealed to the one in use.
    pub key: SealedKey,
}

impl Store {
    /// At most `limit` content keys that are sealed to older keys of the member's desk.
    pub async fn old_keys(&self, member: &Member, limit: u64) -> Result<OldKeys, DbErr> {
        let gone = || DbErr::RecordNotFound(format!("desk {}", member.desk()));
        let desk = desk::Entity::find_by_id(member.desk()).one(&self.db).await?.ok_or_else(gone)?;
        let generation = u32::try_from(desk.generation).map_err(damaged)?;
        let rows = of_older(&desk)
            .order_by_asc(message_key::Column::ThreadId)
            .order_by_asc(message_key::Column::Purpose)
            .order_by_asc(message_key::Column::Position)
            .limit(limit);
        let rows = rows.all(&self.db).await?;
        let older = in_use(&self.db, &desk.id).await?;
        Ok(OldKeys {
            older: older.into_iter().filter(|older| *older < generation).collect(),
            keys: with_places(&self.db, rows).await?,
            left: of_older(&desk).count(&self.db).await?,
            generation,
        })
    }

    /// Puts content keys in the place of those of older generations; how many of these are left.
    pub async fn reseal(
        &self,
        member: &Member,
        (generation, moved): (u32, Vec<Moved>),
        hour: Hour,
    ) -> Result<u64, NotDone> {
        let txn = self.begin().await?;
        keep(&txn, &moved).await?;
        let desk = locked(&txn, member.desk()).await?;
        let row = present(&txn, &desk, member.id()).await?;
        if !row.admitted || !role_of(&row)?.works() {
            return Err(NotDone::Gone);
        }
        if i32::try_from(generation).ok() != Some(desk.generation) {
            return Err(NotDone::Conflict("钥匙刚刚又换过，请重新登录"));
        }
        let mut changed = 0;
        for one in moved {
            changed += put(&txn, &desk, one).await?;
        }
        let by = (hour, Some(member.id()));
        if changed > 0 {
            audit::append(&txn, &desk.id, by, (RESEAL, Object::Desk(&desk.id))).await?;
        }
        let left = of_older(&desk).count(&txn).await?;
        if left == 0 {
            retire(&txn, &desk, by).await?;
        }
        txn.commit().await?;
        Ok(left)
    }
}

/// Gives the desk, whose row is locked, its next key. Exactly those who hold keys now get a copy.
pub(super) async fn rotate(
    txn: &DatabaseTransaction,
    desk: &desk::Model,
    next: Rotation,
    by: (Hour, Option<&str>),
) -> Result<(), NotDone> {
    let generation = desk.generation + 1;
    if u32::try_from(generation).ok() != Some(next.generation) {
        return Err(NotDone::Conflict("钥匙刚刚换过，请刷新，再做一次"));
    }
    let mut given: Vec<&String> = next.shares.iter().map(|(holder, _)| holder).collect();
    given.sort();
    let wanted = holders(txn, &desk.id).await?;
    if !given.into_iter().eq(&wanted) {
        return Err(NotDone::WrongShares(wanted));
    }
    let used = desk_key::Entity::find()
        .filter(desk_key::Column::DeskId.eq(&desk.id))
        .filter(desk_key::Column::PublicKey.eq(next.public_key.to_bytes()));
    if used.count(txn).await? > 0 {
        return Err(NotDone::Conflict("这把钥匙用过了，要换一把新的"));
    }
    add_key(txn, &desk.id, generation, &next.public_key).await?;
    for (holder, share) in &next.shares {
        add_share(txn, &desk.id, next.generation, (holder, share)).await?;
    }
    add_share(txn, &desk.id, next.generation, (RECOVERY, &next.recovery_share)).await?;
    let mut row = desk.clone().into_active_model();
    row.generation = Set(generation);
    let desk = row.update(txn).await?;
    audit::append(txn, &desk.id, by, (ROTATE, Object::Desk(&desk.id))).await?;
    if of_older(&desk).count(txn).await? == 0 {
        retire(txn, &desk, by).await?;
    }
    Ok(())
}

/// Deletes every copy of the older keys: nothing is sealed to them.
async fn retire(
    txn: &DatabaseTransaction,
    desk: &desk::Model,
    by: (Hour, Option<&str>),
) -> Result<(), DbErr> {
    let old = desk_key_share::Entity::delete_many()
        .filter(desk_key_share::Column::DeskId.eq(&desk.id))
        .filter(desk_key_share::Column::Generation.lt(desk.generation));
    if old.exec(txn).await?.rows_affected == 0 {
        return Ok(());
    }
    audit::append(txn, &desk.id, by, (RETIRE, Object::Desk(&desk.id))).await
}

/// Holds the threads as they are until the transaction is over. Whoever writes holds the thread before the desk: taken the
/// other way round, or in another order, this and a purge could wait for each other.
async fn keep(txn: &DatabaseTransaction, moved: &[Moved]) -> Result<(), DbErr> {
    let threads: BTreeSet<String> = moved.iter().map(|one| one.thread.to_string()).collect();
    let rows = thread::Entity::find().select_only().column(thread::Column::Id);
    let rows = rows.filter(thread::Column::Id.is_in(threads)).order_by_asc(thread::Column::Id);
    rows.lock_shared().into_tuple::<String>().all(txn).await?;
    Ok(())
}

/// What is sealed to older keys of a desk, wherever the threads are.
fn of_older(desk: &desk::Model) -> Select<message_key::Entity> {
    message_key::Entity::find()
        .filter(message_key::Column::Reader.eq(Reader::Desk(desk.id.clone()).to_string()))
        .filter(message_key::Column::Generation.lt(desk.generation))
}

async fn put(txn: &DatabaseTransaction, desk: &desk::Model, moved: Moved) -> Result<u64, DbErr> {
    let (Ok(position), Ok(from)) = (i32::try_from(moved.position), i32::try_from(moved.from)) else {
        return Ok(0);
    };
    if from >= desk.generation {
        return Ok(0);
    }
    let put = message_key::Entity::update_many()
        .col_expr(message_key::Column::Generation, desk.generation.into())
        .col_expr(message_key::Column::SealedKey, moved.key.as_bytes().to_vec().into())
        .filter(message_key::Column::ThreadId.eq(moved.thread.to_string()))
        .filter(message_key::Column::Purpose.eq(moved.purpose.code()))
        .filter(message_key::Column::Position.eq(position))
        .filter(message_key::Column::Reader.eq(Reader::Desk(desk.id.clone()).to_string()))
        .filter(message_key::Column::Generation.eq(from));
    Ok(put.exec(txn).await?.rows_affected)
}

/// Who wrote a message is part of what its content key is tied to.
async fn with_places(db: &impl ConnectionTrait, rows: Vec<message_key::Model>) -> Result<Vec<OldKey>, DbErr> {
    let mut threads: Vec<&String> = rows.iter().map(|row| &row.thread_id).collect();
    threads.dedup();
    let senders = message::Entity::find()
        .select_only()
        .columns([message::Column::ThreadId, message::Column::Purpose, message::Column::Position])
        .column(message::Column::Sender)
        .filter(message::Column::ThreadId.is_in(threads))
        .into_tuple::<(String, String, i32, String)>();
    let senders: BTreeMap<(String, String, i32), String> = senders
        .all(db)
        .await?
        .into_iter()
        .map(|(thread, purpose, position, sender)| ((thread, purpose, position), sender))
        .collect();
    let read = |row: message_key::Model| {
        let place = (row.thread_id, row.purpose, row.position);
        // What was deleted between the two questions needs no key.
        let sender = senders.get(&place)?;
        Some(OldKey::read(place, sender, row.generation, row.sealed_key))
    };
    rows.into_iter().filter_map(read).collect()
}

impl OldKey {
    fn read(
        (thread, purpose, position): (String, String, i32),
        sender: &str,
        generation: i32,
        key: Vec<u8>,
    ) -> Result<Self, DbErr> {
        Ok(Self {
            place: Binding {
                thread: thread.parse().map_err(damaged)?,
                purpose: Purpose::parse(&purpose).ok_or_else(|| damaged("an unknown purpose"))?,
                position: u32::try_from(position).map_err(damaged)?,
                sender: Sender::parse(sender).ok_or_else(|| damaged("an unknown sender"))?,
            },
            generation: u32::try_from(generation).map_err(damaged)?,
            key: key.try_into().map_err(damaged)?,
        })
    }
}
