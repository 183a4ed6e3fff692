//! Desks, their members, keys and sessions.

use std::fmt;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, Set,
};
use search::region::RegionCode;

use crate::clock::Hour;
use crate::desk::keys::{SealedShare, WrappedKey};
use crate::desk::member::Member;
use crate::sealing::message::SealedKey;
use crate::sealing::suite::PublicKey;
use crate::store::consultation::KeyFor;
use crate::store::entity::{desk, desk_key, desk_key_share, member, member_session};
use crate::store::{Store, damaged};

/// A session ends when nothing was asked for in this many whole hours besides the running one.
const IDLE_HOURS: i64 = 1;
/// A session ends this many hours after it began.
const LONGEST_HOURS: i64 = 12;

/// Who holds the copy of a desk's key that is on paper.
const RECOVERY: &str = "recovery";

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

/// A desk as anybody may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The division it answers for.
    pub region: RegionCode,
    /// The desk above it.
    pub parent: Option<String>,
}

/// A desk that is not stored yet.
pub struct NewDesk {
    /// What anybody may know.
    pub desk: Desk,
    /// Its first key.
    pub public_key: PublicKey,
    /// The public half of the key on paper.
    pub recovery_public_key: PublicKey,
    /// The desk's private key sealed to the key on paper.
    pub recovery_share: SealedShare,
    /// Its first member.
    pub member: NewMember,
}

/// A member who is not stored yet.
pub struct NewMember {
    /// The id.
    pub id: String,
    /// The name to sign in with.
    pub name: String,
    /// Stretches the passphrase.
    pub salt: Vec<u8>,
    /// Rounds of PBKDF2.
    pub rounds: u32,
    /// Argon2id of the login value.
    pub login_hash: String,
    /// The public key.
    pub public_key: PublicKey,
    /// The private key under the passphrase.
    pub wrapped_key: WrappedKey,
    /// The desk's private key sealed to the public key.
    pub share: SealedShare,
}

/// What signing in is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The member's id.
    pub member: String,
    /// Stretches the passphrase.
    pub salt: Vec<u8>,
    /// Rounds of PBKDF2.
    pub rounds: u32,
    /// Argon2id of the login value.
    pub login_hash: String,
}

/// Where a desk's key can be had back from paper.
pub struct Recovery {
    /// Which key of the desk.
    pub generation: u32,
    /// The desk's private key sealed to the key on paper.
    pub share: SealedShare,
}

/// The keys a member's browser opens after signing in.
pub struct Keyring {
    /// The member's desk.
    pub desk: Desk,
    /// The member's private key under the passphrase.
    pub wrapped_key: WrappedKey,
    /// The member's public key.
    pub public_key: PublicKey,
    /// The desk's keys: generation, public key, private key sealed to the member.
    pub shares: Vec<(u32, PublicKey, SealedShare)>,
}

/// A session that has not ended, and whose.
pub struct LiveSession {
    /// The member's id.
    pub member: String,
    /// The member's name.
    pub name: String,
    /// The member's desk.
    pub desk: String,
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
    /// Every desk, by region and id.
    pub async fn desks(&self) -> Result<Vec<Desk>, DbErr> {
        let rows = desk::Entity::find().order_by_asc(desk::Column::Region).order_by_asc(desk::Column::Id);
        rows.all(&self.db).await?.into_iter().map(Desk::read).collect()
    }

    /// A desk.
    pub async fn desk(&self, id: &str) -> Result<Option<Desk>, DbErr> {
        if !is_text(id) {
            return Ok(None);
        }
        desk::Entity::find_by_id(id).one(&self.db).await?.map(Desk::read).transpose()
    }

    /// Those who must be able to read what is sent to a desk: it, and the one above it where there is one.
    pub async fn readers_of(&self, desk: &str) -> Result<Vec<ReaderKey>, DbErr> {
        readers_of(&self.db, desk).await
    }

    /// Stores a desk with its key and its first member, or nothing.
    pub async fn found_desk(&self, new: NewDesk) -> Result<(), DbErr> {
        let txn = self.begin().await?;
        let id = new.desk.id.clone();
        let row = desk::ActiveModel {
            id: Set(id.clone()),
            name: Set(new.desk.name),
            region: Set(new.desk.region.to_string()),
            parent: Set(new.desk.parent),
            generation: Set(1),
            recovery_public_key: Set(new.recovery_public_key.to_bytes()),
        };
        desk::Entity::insert(row).exec_without_returning(&txn).await?;
        let key = desk_key::ActiveModel {
            desk_id: Set(id.clone()),
            generation: Set(1),
            public_key: Set(new.public_key.to_bytes()),
        };
        desk_key::Entity::insert(key).exec_without_returning(&txn).await?;
        add_share(&txn, &id, 1, (RECOVERY, &new.recovery_share)).await?;
        add_member(&txn, &id, 1, new.member).await?;
        txn.commit().await
    }

    /// Stores another member of a desk.
    pub async fn admit_member(&self, desk: &str, generation: u32, new: NewMember) -> Result<(), DbErr> {
        let txn = self.begin().await?;
        add_member(&txn, desk, generation, new).await?;
        txn.commit().await
    }

    /// The copy of a desk's key for which the key is on paper.
    pub async fn recovery_of(&self, desk: &str) -> Result<Option<Recovery>, DbErr> {
        let Some(row) = desk::Entity::find_by_id(desk).one(&self.db).await? else { return Ok(None) };
        let share =
            desk_key_share::Entity::find_by_id((desk.to_owned(), row.generation, RECOVERY.to_owned()));
        let Some(share) = share.one(&self.db).await? else { return Ok(None) };
        let generation = u32::try_from(row.generation).map_err(damaged)?;
        Ok(Some(Recovery { generation, share: share.sealed_key.try_into().map_err(damaged)? }))
    }

    /// The members of a desk by name.
    pub async fn members_of(&self, desk: &str) -> Result<Vec<String>, DbErr> {
        let rows =
            member::Entity::find().filter(member::Column::DeskId.eq(desk)).order_by_asc(member::Column::Name);
        Ok(rows.all(&self.db).await?.into_iter().map(|row| row.name).collect())
    }

    /// What a name signs in with.
    pub async fn credentials(&self, name: &str) -> Result<Option<Credentials>, DbErr> {
        if !is_text(name) {
            return Ok(None);
        }
        let row = member::Entity::find().filter(member::Column::Name.eq(name)).one(&self.db).await?;
        row.map(|row| {
            let rounds = u32::try_from(row.rounds).map_err(damaged)?;
            Ok(Credentials { member: row.id, salt: row.salt, rounds, login_hash: row.login_hash })
        })
        .transpose()
    }

    /// Begins a session, and forgets those that have ended.
    pub async fn begin_session(&self, member: &str, token_hash: &[u8], hour: Hour) -> Result<(), DbErr> {
        let txn = self.begin().await?;
        let ended = Condition::any()
            .add(member_session::Column::CreatedHour.lte(hour.number() - LONGEST_HOURS))
            .add(member_session::Column::SeenHour.lt(hour.number() - IDLE_HOURS));
        member_session::Entity::delete_many().filter(ended).exec(&txn).await?;
        let row = member_session::ActiveModel {
            token_hash: Set(token_hash.to_vec()),
            member_id: Set(member.to_owned()),
            created_hour: Set(hour.number()),
            seen_hour: Set(hour.number()),
        };
        member_session::Entity::insert(row).exec_without_returning(&txn).await?;
        txn.commit().await
    }

    /// The session of a cookie, if it has not ended. Its last hour becomes `hour`.
    pub async fn live_session(&self, token_hash: &[u8], hour: Hour) -> Result<Option<LiveSession>, DbErr> {
        let Some(session) = member_session::Entity::find_by_id(token_hash.to_vec()).one(&self.db).await?
        else {
            return Ok(None);
        };
        let (age, idle) = (hour.number() - session.created_hour, hour.number() - session.seen_hour);
        if age >= LONGEST_HOURS || idle > IDLE_HOURS {
            return Ok(None);
        }
        let Some(member) = member::Entity::find_by_id(&session.member_id).one(&self.db).await? else {
            return Ok(None);
        };
        if idle > 0 {
            let mut session = session.into_active_model();
            session.seen_hour = Set(hour.number());
            session.update(&self.db).await?;
        }
        Ok(Some(LiveSession { member: member.id, name: member.name, desk: member.desk_id }))
    }

    /// Ends the session of a cookie.
    pub async fn end_session(&self, token_hash: &[u8]) -> Result<(), DbErr> {
        member_session::Entity::delete_by_id(token_hash.to_vec()).exec(&self.db).await.map(|_| ())
    }

    /// The keys of `member`, each sealed or wrapped.
    pub async fn keyring_of(&self, member: &Member) -> Result<Keyring, DbErr> {
        let gone = || DbErr::RecordNotFound("member".to_owned());
        let row = member::Entity::find_by_id(member.id()).one(&self.db).await?.ok_or_else(gone)?;
        let shares = desk_key_share::Entity::find()
            .filter(desk_key_share::Column::DeskId.eq(member.desk()))
            .filter(desk_key_share::Column::Holder.eq(member.id()))
            .order_by_asc(desk_key_share::Column::Generation)
            .all(&self.db)
            .await?;
        let mut ring = Vec::with_capacity(shares.len());
        for share in shares {
            let key = desk_key::Entity::find_by_id((share.desk_id, share.generation)).one(&self.db).await?;
            let public = PublicKey::from_bytes(&key.ok_or_else(gone)?.public_key).map_err(damaged)?;
            let generation = u32::try_from(share.generation).map_err(damaged)?;
            ring.push((generation, public, share.sealed_key.try_into().map_err(damaged)?));
        }
        Ok(Keyring {
            desk: self.desk(member.desk()).await?.ok_or_else(gone)?,
            wrapped_key: row.wrapped_key.try_into().map_err(damaged)?,
            public_key: PublicKey::from_bytes(&row.public_key).map_err(damaged)?,
            shares: ring,
        })
    }
}

/// Whether a text of the database can be this. PostgreSQL takes no zero byte: asked for one it fails, and logs the
/// question with its second.
fn is_text(typed: &str) -> bool {
    !typed.contains('\0')
}

impl Desk {
    fn read(row: desk::Model) -> Result<Self, DbErr> {
        let region = row.region.parse().map_err(damaged)?;
        Ok(Self { id: row.id, name: row.name, region, parent: row.parent })
    }
}

/// See [`Store::readers_of`]. Every desk has a key: it is founded with one.
pub(super) async fn readers_of(db: &impl ConnectionTrait, desk: &str) -> Result<Vec<ReaderKey>, DbErr> {
    let gone = || DbErr::RecordNotFound(format!("desk {desk}"));
    let own = desk::Entity::find_by_id(desk).one(db).await?.ok_or_else(gone)?;
    let above = match &own.parent {
        Some(parent) => desk::Entity::find_by_id(parent).one(db).await?,
        None => None,
    };
    let mut readers = Vec::with_capacity(3);
    for row in std::iter::once(own).chain(above) {
        let key = desk_key::Entity::find_by_id((row.id.clone(), row.generation)).one(db).await?;
        if let Some(key) = key {
            let public_key = PublicKey::from_bytes(&key.public_key).map_err(damaged)?;
            let generation = u32::try_from(row.generation).map_err(damaged)?;
            readers.push(ReaderKey { reader: Reader::Desk(row.id), generation, public_key });
        }
    }
    Ok(readers)
}

async fn add_share(
    db: &impl ConnectionTrait,
    desk: &str,
    generation: u32,
    (holder, share): (&str, &SealedShare),
) -> Result<(), DbErr> {
    let row = desk_key_share::ActiveModel {
        desk_id: Set(desk.to_owned()),
        generation: Set(i32::try_from(generation).map_err(damaged)?),
        holder: Set(holder.to_owned()),
        sealed_key: Set(share.as_bytes().to_vec()),
    };
    desk_key_share::Entity::insert(row).exec_without_returning(db).await.map(|_| ())
}

async fn add_member(
    db: &impl ConnectionTrait,
    desk: &str,
    generation: u32,
    new: NewMember,
) -> Result<(), DbErr> {
    let row = member::ActiveModel {
        id: Set(new.id.clone()),
        desk_id: Set(desk.to_owned()),
        name: Set(new.name),
        salt: Set(new.salt),
        rounds: Set(i32::try_from(new.rounds).map_err(damaged)?),
        login_hash: Set(new.login_hash),
        public_key: Set(new.public_key.to_bytes()),
        wrapped_key: Set(new.wrapped_key.as_bytes().to_vec()),
    };
    member::Entity::insert(row).exec_without_returning(db).await?;
    add_share(db, desk, generation, (&new.id, &new.share)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{self, founded};

    const NOW: Hour = Hour::from_number(500_000);

    fn later(hours: i64) -> Hour {
        Hour::from_number(NOW.number() + hours)
    }

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

    #[tokio::test]
    async fn a_session_ends_when_idle_when_old_and_when_told_to() {
        for fresh in testing::each().await {
            founded(&fresh.store, "county", None).await;
            let alive =
                async |token: &[u8], hour| fresh.store.live_session(token, hour).await.unwrap().is_some();
            let member = fresh.store.credentials("county 的成员").await.unwrap().unwrap().member;
            for token in [b"idle".as_slice(), b"busy", b"told"] {
                fresh.store.begin_session(&member, token, NOW).await.unwrap();
            }
            fresh.store.end_session(b"told").await.unwrap();
            assert!(!alive(b"told", NOW).await && !alive(b"never", NOW).await);
            for hours in 1..12 {
                assert!(alive(b"busy", later(hours)).await, "{hours}");
            }
            assert!(!alive(b"idle", later(2)).await);
            assert!(!alive(b"busy", later(12)).await);
            fresh.store.begin_session(&member, b"next", later(20)).await.unwrap();
            assert!(
                !fresh.store.everything().await.contains(&crate::sealing::binding::hex(b"busy")),
                "ended sessions are forgotten"
            );
        }
    }

    #[tokio::test]
    async fn a_name_that_no_text_of_the_database_can_be_is_nobodys() {
        for fresh in testing::each().await {
            assert_eq!(fresh.store.desk("county\0").await, Ok(None));
            assert_eq!(fresh.store.credentials("王芳\0").await, Ok(None));
        }
    }

    #[tokio::test]
    async fn a_desk_is_founded_whole_or_not_at_all() {
        for fresh in testing::each().await {
            founded(&fresh.store, "county", None).await;
            let mut twin = testing::new_desk("twin", None);
            twin.member.name = "county 的成员".to_owned();
            assert!(fresh.store.found_desk(twin).await.is_err());
            assert_eq!(fresh.store.desks().await.unwrap().len(), 1);
            assert!(fresh.store.recovery_of("twin").await.unwrap().is_none());
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
