//! Members: how they sign in, and the keys that only their browsers open.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, Select,
    Set,
};

use super::{Desk, is_text};
use crate::audit::{ADMIT, Object};
use crate::clock::Hour;
use crate::desk::keys::{SealedShare, WrappedKey};
use crate::desk::member::SignedIn;
use crate::desk::role::Role;
use crate::sealing::suite::PublicKey;
use crate::store::entity::{desk_key, desk_key_share, member};
use crate::store::{Store, audit, damaged};

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

impl Store {
    /// Stores another member of a desk.
    pub async fn admit_member(
        &self,
        desk: (&str, u32),
        new: NewMember,
        role: Role,
        hour: Hour,
    ) -> Result<(), DbErr> {
        let txn = self.begin().await?;
        add_member(&txn, desk, new, role, hour).await?;
        txn.commit().await
    }

    /// The members of a desk by name, without those who have left.
    pub async fn members_of(&self, desk: &str) -> Result<Vec<String>, DbErr> {
        let rows = here(desk).order_by_asc(member::Column::Name);
        Ok(rows.all(&self.db).await?.into_iter().map(|row| row.name).collect())
    }

    /// What a name signs in with. Who has left signs in no more.
    pub async fn credentials(&self, name: &str) -> Result<Option<Credentials>, DbErr> {
        if !is_text(name) {
            return Ok(None);
        }
        let named = member::Entity::find().filter(member::Column::Name.eq(name));
        let row = named.filter(member::Column::RemovedHour.is_null()).one(&self.db).await?;
        row.map(|row| {
            let rounds = u32::try_from(row.rounds).map_err(damaged)?;
            Ok(Credentials { member: row.id, salt: row.salt, rounds, login_hash: row.login_hash })
        })
        .transpose()
    }

    /// The keys of `member`, each sealed or wrapped. Who opens no letter gets no key of the desk, even where there is one.
    pub async fn keyring_of(&self, member: &SignedIn) -> Result<Keyring, DbErr> {
        let gone = || DbErr::RecordNotFound("member".to_owned());
        let row = member::Entity::find_by_id(member.id()).one(&self.db).await?.ok_or_else(gone)?;
        let shares = desk_key_share::Entity::find()
            .filter(desk_key_share::Column::DeskId.eq(member.desk()))
            .filter(desk_key_share::Column::Holder.eq(member.id()))
            .order_by_asc(desk_key_share::Column::Generation)
            .all(&self.db)
            .await?;
        let mut ring = Vec::with_capacity(shares.len());
        for share in shares.into_iter().filter(|_| member.role().works()) {
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

pub(super) async fn add_share(
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

/// Those of a desk who have not left.
fn here(desk: &str) -> Select<member::Entity> {
    let of = member::Entity::find().filter(member::Column::DeskId.eq(desk));
    of.filter(member::Column::RemovedHour.is_null())
}

/// Adds a member of a desk, who holds that generation of its key where the role opens letters.
pub(super) async fn add_member(
    txn: &DatabaseTransaction,
    (desk, generation): (&str, u32),
    new: NewMember,
    role: Role,
    hour: Hour,
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
        role: Set(role.code().to_owned()),
        ..Default::default()
    };
    member::Entity::insert(row).exec_without_returning(txn).await?;
    // Who opens no letter holds no key.
    if role.works() {
        add_share(txn, desk, generation, (&new.id, &new.share)).await?;
    }
    audit::append(txn, desk, (hour, None), (ADMIT, Object::Member(&new.id))).await
}

#[cfg(test)]
mod tests {
    use crate::store::testing;

    #[tokio::test]
    async fn a_name_that_no_text_of_the_database_can_be_is_nobodys() {
        for fresh in testing::each().await {
            assert_eq!(fresh.store.desk("county\0").await, Ok(None));
            assert_eq!(fresh.store.credentials("王芳\0").await, Ok(None));
        }
    }
}
