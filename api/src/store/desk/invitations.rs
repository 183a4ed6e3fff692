//! Invitations: how somebody becomes a member without anybody else ever having their key.
//!
//! Only the hash of a code is kept, so the database invites nobody. An invitation is good for [`INVITATION_HOURS`] and for
//! one; who takes it waits until a head lets them in, unless the desk has no key yet: then they found it. A row that was
//! taken stays until its member is admitted or removed, because it says who brought them.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, Set,
};

use super::desks::add_key;
use super::members::{Joining, add_share, insert_member};
use super::people::{here, in_charge, locked};
use super::{Desk, NotDone, RECOVERY};
use crate::audit::{ADMIT, FOUND, INVITE, JOIN, Object, REVOKE};
use crate::clock::Hour;
use crate::desk::keys::SealedShare;
use crate::desk::member::Head;
use crate::desk::role::Role;
use crate::sealing::suite::PublicKey;
use crate::store::entity::{desk, invitation, member};
use crate::store::{Store, audit, damaged};

/// How many hours an invitation is good for.
pub const INVITATION_HOURS: i64 = 72;

/// The most invitations of a desk that nobody has taken.
const MOST_OPEN: u64 = 20;

/// The most members of a desk.
const MOST_MEMBERS: u64 = 100;

/// An invitation that is not stored yet.
pub struct Inviting {
    /// SHA-256 of its code.
    pub hash: Vec<u8>,
    /// The role that comes with it.
    pub role: Role,
    /// A name to sign in with, as a proposal.
    pub name: Option<String>,
}

/// An invitation as its holder sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// To which desk.
    pub desk: Desk,
    /// As what.
    pub role: Role,
    /// The proposed name.
    pub name: Option<String>,
    /// The desk has no key yet: who takes this makes it.
    pub founds: bool,
}

/// Somebody who takes an invitation.
pub struct Acceptance {
    /// SHA-256 of the code.
    pub hash: Vec<u8>,
    /// The member to be.
    pub member: Joining,
    /// The keys of the desk, where they found it.
    pub founding: Option<Founding>,
}

/// The first key of a desk, made in the browser of its first member.
pub struct Founding {
    /// What letters are sealed to.
    pub public_key: PublicKey,
    /// The public half of the key on paper.
    pub recovery_public_key: PublicKey,
    /// The desk's private key for its first member.
    pub share: SealedShare,
    /// The desk's private key for the key on paper.
    pub recovery_share: SealedShare,
}

impl Store {
    /// Invites somebody to the desk of `head`. The same one sent again changes nothing.
    pub async fn invite(&self, head: &Head, new: Inviting, hour: Hour) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        in_charge(&txn, head).await?;
        invite(&txn, head.desk(), new, (hour, Some(head.id()))).await?;
        Ok(txn.commit().await?)
    }

    /// Invites somebody to a desk, by the operator. To a desk without a key only a head can be.
    pub async fn invite_by_operator(&self, desk: &str, new: Inviting, hour: Hour) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        let desk = locked(&txn, desk).await?;
        if desk.generation == 0 && new.role != Role::Head {
            return Err(NotDone::Conflict("这个工作台还没有人建钥匙，先邀请负责人"));
        }
        invite(&txn, &desk.id, new, (hour, None)).await?;
        Ok(txn.commit().await?)
    }

    /// Takes back an invitation that nobody has taken.
    pub async fn revoke_invitation(&self, head: &Head, hash: &[u8], hour: Hour) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        in_charge(&txn, head).await?;
        let row = invitation::Entity::find_by_id(hash.to_vec())
            .filter(invitation::Column::DeskId.eq(head.desk()))
            .filter(invitation::Column::TakenHour.is_null());
        let row = row.one(&txn).await?.ok_or(NotDone::Gone)?;
        invitation::Entity::delete_by_id(row.token_hash).exec(&txn).await?;
        audit::append(&txn, head.desk(), (hour, Some(head.id())), (REVOKE, Object::Invitation(hash))).await?;
        Ok(txn.commit().await?)
    }

    /// What an invitation is for, whether it was taken or not; nothing where it is worth nothing.
    pub async fn invitation(&self, hash: &[u8], hour: Hour) -> Result<Option<Invitation>, DbErr> {
        let Some(row) = invitation::Entity::find_by_id(hash.to_vec()).one(&self.db).await? else {
            return Ok(None);
        };
        if row.taken_hour.is_some() || hour.number() >= row.expires_hour {
            return Ok(None);
        }
        let desk = desk::Entity::find_by_id(&row.desk_id).one(&self.db).await?;
        Invitation::read(row, desk.ok_or_else(|| damaged("an invitation to no desk"))?).map(Some)
    }

    /// Whether there is an invitation with that hash, be it taken.
    pub async fn is_invitation(&self, hash: &[u8]) -> Result<bool, DbErr> {
        Ok(invitation::Entity::find_by_id(hash.to_vec()).one(&self.db).await?.is_some())
    }

    /// Makes whoever holds the code a member. The same one sent again changes nothing.
    pub async fn accept_invitation(&self, acceptance: Acceptance, hour: Hour) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        accept(&txn, acceptance, hour).await?;
        Ok(txn.commit().await?)
    }

    /// Forgets invitations that nobody took in time.
    pub async fn forget_invitations(&self, hour: Hour) -> Result<(), DbErr> {
        let over = Condition::all()
            .add(invitation::Column::ExpiresHour.lte(hour.number()))
            .add(invitation::Column::TakenHour.is_null());
        invitation::Entity::delete_many().filter(over).exec(&self.writer).await.map(|_| ())
    }
}

impl Invitation {
    fn read(row: invitation::Model, desk: desk::Model) -> Result<Self, DbErr> {
        let role = Role::parse(&row.role).ok_or_else(|| damaged("an unknown role"))?;
        let founds = desk.generation == 0;
        Ok(Self { desk: Desk::read(desk)?, role, name: row.name, founds })
    }
}

/// Adds an invitation; the desk is locked, or new.
pub(super) async fn invite(
    txn: &DatabaseTransaction,
    desk: &str,
    new: Inviting,
    (hour, by): (Hour, Option<&str>),
) -> Result<(), NotDone> {
    if let Some(there) = invitation::Entity::find_by_id(new.hash.clone()).one(txn).await? {
        let same =
            there.desk_id == desk && there.invited_by.as_deref() == by && there.role == new.role.code();
        return if same {
            Ok(())
        } else {
            Err(NotDone::Conflict("这份邀请已经发过，请另发一份"))
        };
    }
    let open = invitation::Entity::find()
        .filter(invitation::Column::DeskId.eq(desk))
        .filter(invitation::Column::TakenHour.is_null());
    if open.count(txn).await? >= MOST_OPEN {
        return Err(NotDone::Conflict("没有用掉的邀请太多了，先收回几份"));
    }
    let row = invitation::ActiveModel {
        token_hash: Set(new.hash.clone()),
        desk_id: Set(desk.to_owned()),
        role: Set(new.role.code().to_owned()),
        name: Set(new.name),
        invited_by: Set(by.map(str::to_owned)),
        created_hour: Set(hour.number()),
        expires_hour: Set(hour.number() + INVITATION_HOURS),
        ..Default::default()
    };
    let insert = invitation::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
    insert.try_insert().exec_without_returning(txn).await?;
    Ok(audit::append(txn, desk, (hour, by), (INVITE, Object::Invitation(&new.hash))).await?)
}

async fn accept(txn: &DatabaseTransaction, new: Acceptance, hour: Hour) -> Result<(), NotDone> {
    let found = async || invitation::Entity::find_by_id(new.hash.clone()).one(txn).await;
    // The desk is locked before the invitation is looked at: of two who take it at once the second one sees the first.
    let desk = found().await?.ok_or(NotDone::Gone)?.desk_id;
    let desk = locked(txn, &desk).await?;
    let row = found().await?.ok_or(NotDone::Gone)?;
    if let Some(first) = &row.member_id {
        return taken_by(txn, first, &new.member).await;
    }
    if hour.number() >= row.expires_hour {
        return Err(NotDone::Gone);
    }
    let role = Role::parse(&row.role).ok_or_else(|| damaged("an unknown role"))?;
    let id = new.member.id.clone();
    match (desk.generation, new.founding) {
        (0, Some(founding)) if role == Role::Head => {
            insert_member(txn, &desk.id, new.member, (role, true)).await?;
            found_with(txn, &desk, &id, founding, hour).await?;
        }
        (0, _) => return Err(NotDone::Conflict("这个工作台还没有人建钥匙，要由第一位负责人先建")),
        (_, Some(_)) => return Err(NotDone::Conflict("这个工作台刚刚有人建好了，请把邀请重新打开一次")),
        (_, None) => {
            if here(&desk.id).count(txn).await? >= MOST_MEMBERS {
                return Err(NotDone::Conflict("这个工作台的成员已经满了"));
            }
            insert_member(txn, &desk.id, new.member, (role, false)).await?;
            audit::append(txn, &desk.id, (hour, Some(&id)), (JOIN, Object::Member(&id))).await?;
        }
    }
    let mut row = row.into_active_model();
    row.taken_hour = Set(Some(hour.number()));
    row.member_id = Set(Some(id));
    row.update(txn).await?;
    Ok(())
}

/// Whoever took it and lost the answer sends the same again; anybody else comes too late.
async fn taken_by(txn: &DatabaseTransaction, first: &str, again: &Joining) -> Result<(), NotDone> {
    let row = member::Entity::find_by_id(first).one(txn).await?;
    let same = row.is_some_and(|row| {
        row.removed_hour.is_none() && row.name == again.name && row.public_key == again.public_key.to_bytes()
    });
    if same { Ok(()) } else { Err(NotDone::Gone) }
}

async fn found_with(
    txn: &DatabaseTransaction,
    desk: &desk::Model,
    first: &str,
    founding: Founding,
    hour: Hour,
) -> Result<(), DbErr> {
    let mut row = desk.clone().into_active_model();
    row.generation = Set(1);
    row.recovery_public_key = Set(founding.recovery_public_key.to_bytes());
    row.update(txn).await?;
    add_key(txn, &desk.id, 1, &founding.public_key).await?;
    add_share(txn, &desk.id, 1, (RECOVERY, &founding.recovery_share)).await?;
    add_share(txn, &desk.id, 1, (first, &founding.share)).await?;
    let by = (hour, Some(first));
    audit::append(txn, &desk.id, by, (FOUND, Object::Desk(&desk.id))).await?;
    audit::append(txn, &desk.id, by, (ADMIT, Object::Member(first))).await
}
