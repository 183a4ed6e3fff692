//! Members: how they sign in, and the keys that only their browsers open.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, Set, TryInsertResult,
};

use super::people::{here, locked};
use super::sessions::end_sessions;
use super::{Desk, NotDone, RECOVERY, is_text};
use crate::audit::{ADMIT, NO_SECOND_FACTOR, Object, PASSPHRASE, SECOND_FACTOR};
use crate::clock::Hour;
use crate::desk::keys::{SealedShare, WrappedKey};
use crate::desk::member::SignedIn;
use crate::desk::role::Role;
use crate::sealing::suite::PublicKey;
use crate::store::entity::{desk, desk_key, desk_key_share, member};
use crate::store::{Store, audit, damaged};

/// A member who is not stored yet, and holds no key of the desk.
pub struct Joining {
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
}

/// A member who is not stored yet, with a copy of the desk's key.
pub struct NewMember {
    /// Who.
    pub joining: Joining,
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
    /// The secret of the second factor, sealed, where there is one.
    pub second_factor: Option<Vec<u8>>,
}

/// What a passphrase is kept as.
pub struct Passphrase {
    /// Stretches it.
    pub salt: Vec<u8>,
    /// Rounds of PBKDF2.
    pub rounds: u32,
    /// Argon2id of the login value.
    pub login_hash: String,
    /// The private key under it.
    pub wrapped_key: WrappedKey,
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
    /// Stores another member of a desk, who holds these generations of its key where the role opens letters. They must be
    /// all that are in use.
    pub async fn admit_with_shares(
        &self,
        desk: &str,
        (new, shares): (Joining, &[(u32, SealedShare)]),
        role: Role,
        hour: Hour,
    ) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        let locked = locked(&txn, desk).await?;
        let id = new.id.clone();
        insert_member(&txn, desk, new, (role, true)).await?;
        if role.works() {
            add_shares(&txn, &locked, &id, shares).await?;
        }
        audit::append(&txn, desk, (hour, None), (ADMIT, Object::Member(&id))).await?;
        Ok(txn.commit().await?)
    }

    /// Whether somebody has the name to sign in with, or had it before they left.
    pub async fn is_name_taken(&self, name: &str) -> Result<bool, DbErr> {
        is_name_taken(&self.db, name).await
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
            Ok(Credentials {
                member: row.id,
                salt: row.salt,
                rounds,
                login_hash: row.login_hash,
                second_factor: row.totp_secret,
            })
        })
        .transpose()
    }

    /// Gives a member another passphrase in place of the one whose login hash is `before`, and ends their other sessions;
    /// false where the passphrase is another one by now.
    pub async fn change_passphrase(
        &self,
        (member, before): (&SignedIn, &str),
        new: Passphrase,
        hour: Hour,
    ) -> Result<bool, DbErr> {
        let txn = self.begin().await?;
        let changed = member::Entity::update_many()
            .col_expr(member::Column::Salt, new.salt.into())
            .col_expr(member::Column::Rounds, i32::try_from(new.rounds).map_err(damaged)?.into())
            .col_expr(member::Column::LoginHash, new.login_hash.into())
            .col_expr(member::Column::WrappedKey, new.wrapped_key.as_bytes().to_vec().into())
            .filter(member::Column::Id.eq(member.id()))
            .filter(member::Column::LoginHash.eq(before))
            .filter(member::Column::RemovedHour.is_null())
            .exec(&txn)
            .await?;
        if changed.rows_affected == 0 {
            return Ok(false);
        }
        end_sessions(&txn, member.id(), Some(member.session())).await?;
        let by = (hour, Some(member.id()));
        audit::append(&txn, member.desk(), by, (PASSPHRASE, Object::Member(member.id()))).await?;
        txn.commit().await?;
        Ok(true)
    }

    /// Gives a member a second factor in place of `before`, and ends their other sessions; false where it is another one by
    /// now.
    pub async fn set_second_factor(
        &self,
        (member, before): (&SignedIn, Option<&[u8]>),
        sealed: Vec<u8>,
        hour: Hour,
    ) -> Result<bool, DbErr> {
        let txn = self.begin().await?;
        let known = match before {
            Some(before) => member::Column::TotpSecret.eq(before),
            None => member::Column::TotpSecret.is_null(),
        };
        let changed = member::Entity::update_many()
            .col_expr(member::Column::TotpSecret, sealed.into())
            .filter(member::Column::Id.eq(member.id()))
            .filter(known)
            .filter(member::Column::RemovedHour.is_null())
            .exec(&txn)
            .await?;
        if changed.rows_affected == 0 {
            return Ok(false);
        }
        end_sessions(&txn, member.id(), Some(member.session())).await?;
        let by = (hour, Some(member.id()));
        audit::append(&txn, member.desk(), by, (SECOND_FACTOR, Object::Member(member.id()))).await?;
        txn.commit().await?;
        Ok(true)
    }

    /// Takes the second factor of the member with that name away, by the operator; false where nobody has the name.
    pub async fn forget_second_factor_of(&self, name: &str, hour: Hour) -> Result<bool, DbErr> {
        let txn = self.begin().await?;
        let named = member::Entity::find().filter(member::Column::Name.eq(name));
        let row = named.filter(member::Column::RemovedHour.is_null()).one(&txn).await?;
        let Some(row) = row else { return Ok(false) };
        forget_second_factor(&txn, &row, (hour, None)).await?;
        txn.commit().await?;
        Ok(true)
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

/// Takes a member's second factor away and ends their sessions.
pub(super) async fn forget_second_factor(
    txn: &DatabaseTransaction,
    row: &member::Model,
    by: (Hour, Option<&str>),
) -> Result<(), DbErr> {
    let changed = member::ActiveModel { totp_secret: Set(None), ..row.clone().into_active_model() };
    changed.update(txn).await?;
    end_sessions(txn, &row.id, None).await?;
    audit::append(txn, &row.desk_id, by, (NO_SECOND_FACTOR, Object::Member(&row.id))).await
}

pub(super) async fn is_name_taken(db: &impl ConnectionTrait, name: &str) -> Result<bool, DbErr> {
    Ok(is_text(name) && member::Entity::find().filter(member::Column::Name.eq(name)).one(db).await?.is_some())
}

/// Gives a holder the generations of the desk's key that are in use: exactly these.
pub(super) async fn add_shares(
    txn: &DatabaseTransaction,
    desk: &desk::Model,
    holder: &str,
    shares: &[(u32, SealedShare)],
) -> Result<(), NotDone> {
    let mut given: Vec<u32> = shares.iter().map(|(generation, _)| *generation).collect();
    given.sort_unstable();
    let wanted = in_use(txn, &desk.id).await?;
    if given != wanted {
        return Err(NotDone::WrongShares(wanted.iter().map(u32::to_string).collect()));
    }
    for (generation, share) in shares {
        add_share(txn, &desk.id, *generation, (holder, share)).await?;
    }
    Ok(())
}

/// The generations of a desk's key that something is still sealed to, from the oldest on.
pub(super) async fn in_use(db: &impl ConnectionTrait, desk: &str) -> Result<Vec<u32>, DbErr> {
    let rows = desk_key_share::Entity::find()
        .filter(desk_key_share::Column::DeskId.eq(desk))
        .filter(desk_key_share::Column::Holder.eq(RECOVERY))
        .order_by_asc(desk_key_share::Column::Generation);
    let rows = rows.all(db).await?.into_iter();
    rows.map(|row| u32::try_from(row.generation).map_err(damaged)).collect()
}

/// Adds a member of a desk; whether they are let in at once.
pub(super) async fn insert_member(
    txn: &DatabaseTransaction,
    desk: &str,
    new: Joining,
    (role, admitted): (Role, bool),
) -> Result<(), NotDone> {
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
        admitted: Set(admitted),
        ..Default::default()
    };
    let insert = member::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
    match insert.try_insert().exec_without_returning(txn).await? {
        TryInsertResult::Inserted(1..) => Ok(()),
        _ => Err(NotDone::NameTaken),
    }
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
