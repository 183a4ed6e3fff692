//! Who must be able to read what is written, and what to seal to so that they can.

use std::fmt;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QuerySelect};

use crate::sealing::message::SealedKey;
use crate::sealing::suite::PublicKey;
use crate::store::consultation::KeyFor;
use crate::store::entity::{desk, desk_key};
use crate::store::{Store, damaged};

/// Somebody who must be able to read a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// Whoever holds the receipt.
    Thread,
    /// The members of a desk.
    Desk(String),
}

/// What to seal to so that a reader can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderKey {
    /// Who.
    pub reader: Reader,
    /// Which key of the desk; 0 for the thread.
    pub generation: u32,
    /// The key.
    pub public_key: PublicKey,
}

impl Reader {
    /// Reads what `Display` writes.
    pub fn parse(code: &str) -> Option<Self> {
        match code.split_once('/') {
            None => (code == "thread").then_some(Self::Thread),
            Some(("desk", id)) if !id.is_empty() => Some(Self::Desk(id.to_owned())),
            Some(_) => None,
        }
    }
}

/// `thread`, or `desk/` and the id of the desk.
impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thread => f.write_str("thread"),
            Self::Desk(id) => write!(f, "desk/{id}"),
        }
    }
}

impl ReaderKey {
    /// This reader's copy of a content key.
    pub fn holds(self, key: SealedKey) -> KeyFor {
        KeyFor { reader: self.reader, generation: self.generation, key }
    }
}

impl Store {
    /// Those who must be able to read what is sent to a desk: it, and all above it.
    pub async fn readers_of(&self, desk: &str) -> Result<Vec<ReaderKey>, DbErr> {
        readers_of(&self.db, desk).await
    }
}

/// How many desks may stand above one another: hamlet or village, township, county, city, province.
pub const MOST_LEVELS: usize = 5;

/// The same inside a transaction that writes: until it is over none of these desks gets another key, so that nothing is
/// sealed to a key whose last copy is being destroyed.
pub(in crate::store) async fn readers_for_writing(
    txn: &DatabaseTransaction,
    desk: &str,
) -> Result<Vec<ReaderKey>, DbErr> {
    for row in lineage_of(txn, desk).await? {
        desk::Entity::find_by_id(row.id).lock_shared().one(txn).await?;
    }
    readers_of(txn, desk).await
}

/// See [`Store::readers_of`]. Who can be written to has a key, and so have all above: a desk is made under one that does.
pub(in crate::store) async fn readers_of(
    db: &impl ConnectionTrait,
    desk: &str,
) -> Result<Vec<ReaderKey>, DbErr> {
    let mut readers = Vec::with_capacity(MOST_LEVELS + 1);
    for row in lineage_of(db, desk).await? {
        let key = desk_key::Entity::find_by_id((row.id.clone(), row.generation)).one(db).await?;
        let key = key.ok_or_else(|| DbErr::RecordNotFound(format!("a key of the desk {}", row.id)))?;
        let public_key = PublicKey::from_bytes(&key.public_key).map_err(damaged)?;
        let generation = u32::try_from(row.generation).map_err(damaged)?;
        readers.push(ReaderKey { reader: Reader::Desk(row.id), generation, public_key });
    }
    Ok(readers)
}

/// A desk and all above it, from the bottom up.
pub(super) async fn lineage_of(db: &impl ConnectionTrait, desk: &str) -> Result<Vec<desk::Model>, DbErr> {
    let mut lineage: Vec<desk::Model> = Vec::with_capacity(MOST_LEVELS);
    let mut next = Some(desk.to_owned());
    while let Some(id) = next {
        if lineage.len() == MOST_LEVELS {
            return Err(damaged(format!("more than {MOST_LEVELS} desks above one another, from {desk} up")));
        }
        let gone = || DbErr::RecordNotFound(format!("desk {id}"));
        let row = desk::Entity::find_by_id(&id).one(db).await?.ok_or_else(gone)?;
        let above = row.parent.clone();
        lineage.push(row);
        next = above;
    }
    Ok(lineage)
}

/// The desk right above.
pub(in crate::store) async fn parent_of(
    db: &impl ConnectionTrait,
    desk: &str,
) -> Result<Option<String>, DbErr> {
    Ok(desk::Entity::find_by_id(desk).one(db).await?.and_then(|row| row.parent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{self, founded};

    #[tokio::test]
    async fn a_desk_reads_what_is_sent_to_it_and_so_does_the_one_above() {
        for fresh in testing::each().await {
            let city = founded(&fresh.store, "city", None).await;
            let county = founded(&fresh.store, "county", Some("city")).await;
            let readers = fresh.store.readers_of("county").await.unwrap();
            let names: Vec<String> =
                readers.iter().map(|key| format!("{} {}", key.reader, key.generation)).collect();
            assert_eq!(names, ["desk/county 1", "desk/city 1"]);
            assert_eq!(readers[0].public_key, county.public_key);
            assert_eq!(readers[1].public_key, city.public_key);
            assert_eq!(fresh.store.readers_of("city").await.unwrap().len(), 1);
            assert!(fresh.store.readers_of("nowhere").await.is_err());
        }
    }

    #[test]
    fn a_reader_has_one_spelling() {
        for reader in [Reader::Thread, Reader::Desk("shili-county".to_owned())] {
            assert_eq!(Reader::parse(&reader.to_string()), Some(reader));
        }
        for bad in ["", "desk", "desk/", "Thread", "station/x"] {
            assert_eq!(Reader::parse(bad), None);
        }
    }
}
