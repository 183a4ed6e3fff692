//! What a head does with members: who there is, letting in, roles, removing.
//!
//! Everything locks the desk first and looks once more whether whoever asks is still its head: two heads who act at once act
//! one after the other. Whoever held a key of the desk and is to hold none any more costs it a new one ([`Rotation`]).

use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set,
};

use super::members::{add_shares, forget_second_factor, in_use};
use super::rotation::rotate;
use super::sessions::end_sessions;
use super::{NotDone, RECOVERY, Rotation};
use crate::audit::{ADMIT, Object, RECOVER, REMOVE, change_of_role};
use crate::clock::Hour;
use crate::desk::keys::SealedShare;
use crate::desk::member::{Head, SignedIn};
use crate::desk::role::Role;
use crate::sealing::suite::PublicKey;
use crate::store::entity::{desk, desk_key_share, invitation, member};
use crate::store::{Store, audit, damaged};

/// Everybody at a desk, and what it takes to let somebody in or to remove them.
pub struct People {
    /// Its members, by name; also those who wait.
    pub members: Vec<Person>,
    /// Invitations that nobody has taken.
    pub invitations: Vec<Invited>,
    /// Which key of the desk is in use for what is written now.
    pub generation: u32,
    /// The generations that something is sealed to.
    pub in_use: Vec<u32>,
    /// The public half of the key on paper.
    pub recovery_public_key: PublicKey,
}

/// A member as a head sees them.
pub struct Person {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Whether they were let in.
    pub admitted: bool,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// What shares are sealed to.
    pub public_key: PublicKey,
    /// Who invited them, as long as they wait; nobody: the operator.
    pub invited_by: Option<String>,
}

/// An invitation that nobody has taken.
pub struct Invited {
    /// The hash of its code, which names it.
    pub hash: Vec<u8>,
    /// The role that comes with it.
    pub role: Role,
    /// The proposed name.
    pub name: Option<String>,
    /// Who invites; nobody: the operator.
    pub by: Option<String>,
    /// From this hour on it is worth nothing.
    pub expires: Hour,
}

/// Another role, and what goes with it.
pub struct RoleChange {
    /// The new one.
    pub role: Role,
    /// The desk's keys, for who begins to open letters.
    pub shares: Vec<(u32, SealedShare)>,
    /// The desk's next key, where somebody ceases to open letters.
    pub rotation: Option<Rotation>,
}

const OVERTAKEN: &str = "要换钥匙：请刷新，再做一次";
const NO_KEYS: &str = "这一步不用钥匙。请刷新，再做一次";

impl Store {
    /// Everybody at the desk of `head`.
    pub async fn people_of(&self, head: &Head, hour: Hour) -> Result<People, DbErr> {
        let gone = || DbErr::RecordNotFound(format!("desk {}", head.desk()));
        let desk = desk::Entity::find_by_id(head.desk()).one(&self.db).await?.ok_or_else(gone)?;
        let invitations = invitation::Entity::find()
            .filter(invitation::Column::DeskId.eq(head.desk()))
            .order_by_asc(invitation::Column::ExpiresHour)
            .all(&self.db)
            .await?;
        let (taken, open): (Vec<_>, Vec<_>) =
            invitations.into_iter().partition(|row| row.member_id.is_some());
        let members = here(head.desk()).order_by_asc(member::Column::Name).all(&self.db).await?.into_iter();
        let open = open.into_iter().filter(|row| hour.number() < row.expires_hour);
        Ok(People {
            members: members.map(|row| Person::read(row, &taken)).collect::<Result<_, _>>()?,
            invitations: open.map(Invited::read).collect::<Result<_, _>>()?,
            generation: u32::try_from(desk.generation).map_err(damaged)?,
            in_use: in_use(&self.db, &desk.id).await?,
            recovery_public_key: PublicKey::from_bytes(&desk.recovery_public_key).map_err(damaged)?,
        })
    }

    /// Lets somebody in who waits, with the keys that `head` has sealed to them. Done twice, it is done once.
    pub async fn admit(
        &self,
        head: &Head,
        id: &str,
        shares: &[(u32, SealedShare)],
        hour: Hour,
    ) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        let desk = in_charge(&txn, head).await?;
        let row = present(&txn, &desk, id).await?;
        if row.admitted {
            return Ok(());
        }
        let_in(&txn, &desk, row, shares).await?;
        audit::append(&txn, &desk.id, (hour, Some(head.id())), (ADMIT, Object::Member(id))).await?;
        Ok(txn.commit().await?)
    }

    /// Lets `waiting` in with the keys that they have sealed to themselves: they have shown that they hold the key on paper.
    pub async fn recover(
        &self,
        waiting: &SignedIn,
        shares: &[(u32, SealedShare)],
        hour: Hour,
    ) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        let desk = locked(&txn, waiting.desk()).await?;
        let row = present(&txn, &desk, waiting.id()).await?;
        if row.admitted {
            return Ok(());
        }
        let_in(&txn, &desk, row, shares).await?;
        let by = (hour, Some(waiting.id()));
        audit::append(&txn, &desk.id, by, (RECOVER, Object::Member(waiting.id()))).await?;
        Ok(txn.commit().await?)
    }

    /// Gives somebody another role.
    pub async fn change_role(
        &self,
        head: &Head,
        id: &str,
        change: RoleChange,
        hour: Hour,
    ) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        let desk = in_charge(&txn, head).await?;
        let row = present(&txn, &desk, id).await?;
        let (before, role) = (role_of(&row)?, change.role);
        if before == role {
            return Ok(());
        }
        if id == head.id() {
            may_step_down(&txn, &desk, (id, role)).await?;
        }
        let needs = (
            row.admitted && role.works() && !before.works(),
            row.admitted && before.works() && !role.works(),
        );
        if needs.0 {
            add_shares(&txn, &desk, id, &change.shares).await?;
        } else if !change.shares.is_empty() {
            return Err(NotDone::Conflict(NO_KEYS));
        }
        let mut changed = row.into_active_model();
        changed.role = Set(role.code().to_owned());
        changed.update(&txn).await?;
        if before == Role::Head {
            take_back_invitations(&txn, id).await?;
        }
        let by = (hour, Some(head.id()));
        audit::append(&txn, &desk.id, by, (&change_of_role(role), Object::Member(id))).await?;
        match (needs.1, change.rotation) {
            (true, Some(rotation)) => {
                take_shares(&txn, &desk, id).await?;
                rotate(&txn, &desk, rotation, by).await?;
            }
            (false, None) => {}
            (true, None) => return Err(NotDone::Conflict(OVERTAKEN)),
            (false, Some(_)) => return Err(NotDone::Conflict(NO_KEYS)),
        }
        Ok(txn.commit().await?)
    }

    /// Removes somebody: their sessions, their copies of keys, their invitations and whoever came with these and still waits.
    /// Who held a key leaves the desk with another one. Done twice, it is done once.
    pub async fn remove_member(
        &self,
        head: &Head,
        id: &str,
        rotation: Option<Rotation>,
        hour: Hour,
    ) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        let desk = in_charge(&txn, head).await?;
        let of = member::Entity::find_by_id(id).filter(member::Column::DeskId.eq(&desk.id));
        let row = of.one(&txn).await?.ok_or(NotDone::Gone)?;
        if row.removed_hour.is_some() {
            return Ok(());
        }
        if id == head.id() {
            return Err(NotDone::Conflict("自己不能移除自己：新钥匙要由留下的人来做。请另一位负责人移除你"));
        }
        let by = (hour, Some(head.id()));
        for brought in brought_by(&txn, id).await? {
            remove(&txn, brought, by).await?;
        }
        take_back_invitations(&txn, id).await?;
        remove(&txn, row, by).await?;
        match (take_shares(&txn, &desk, id).await?, rotation) {
            (true, Some(rotation)) => rotate(&txn, &desk, rotation, by).await?,
            (false, None) => {}
            (true, None) => return Err(NotDone::Conflict(OVERTAKEN)),
            (false, Some(_)) => return Err(NotDone::Conflict(NO_KEYS)),
        }
        Ok(txn.commit().await?)
    }

    /// Takes a member's second factor away, so that they can set another: for who has lost the phone.
    pub async fn forget_second_factor(&self, head: &Head, id: &str, hour: Hour) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        let desk = in_charge(&txn, head).await?;
        let row = present(&txn, &desk, id).await?;
        if id == head.id() {
            return Err(NotDone::Conflict("自己的验证码请自己换；手机丢了，请另一位负责人来取消"));
        }
        if row.totp_secret.is_none() {
            return Ok(());
        }
        forget_second_factor(&txn, &row, (hour, Some(head.id()))).await?;
        Ok(txn.commit().await?)
    }
}

/// The row of a desk, locked against every other change of its members and keys until the transaction is over. Lines of
/// its chain can be written meanwhile, which look at the row too.
pub(super) async fn locked(txn: &DatabaseTransaction, desk: &str) -> Result<desk::Model, DbErr> {
    let row = desk::Entity::find_by_id(desk).lock(LockType::NoKeyUpdate).one(txn).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(format!("desk {desk}")))
}

/// Locks the desk of `head`, and makes sure that they are still its head.
pub(super) async fn in_charge(txn: &DatabaseTransaction, head: &Head) -> Result<desk::Model, NotDone> {
    let desk = locked(txn, head.desk()).await?;
    match present(txn, &desk, head.id()).await {
        Ok(row) if row.admitted && role_of(&row)? == Role::Head => Ok(desk),
        Ok(_) | Err(NotDone::Gone) => Err(NotDone::NoHead),
        Err(other) => Err(other),
    }
}

/// Those of a desk who have not left.
pub(super) fn here(desk: &str) -> Select<member::Entity> {
    let of = member::Entity::find().filter(member::Column::DeskId.eq(desk));
    of.filter(member::Column::RemovedHour.is_null())
}

/// Those of a desk who hold its key.
pub(super) async fn holders(db: &impl ConnectionTrait, desk: &str) -> Result<Vec<String>, DbErr> {
    let rows = here(desk).filter(member::Column::Admitted.eq(true)).all(db).await?;
    let mut ids = Vec::with_capacity(rows.len());
    for row in rows {
        if role_of(&row)?.works() {
            ids.push(row.id);
        }
    }
    ids.sort();
    Ok(ids)
}

pub(super) fn role_of(row: &member::Model) -> Result<Role, DbErr> {
    Role::parse(&row.role).ok_or_else(|| damaged("an unknown role"))
}

/// Somebody of the desk who has not left.
pub(super) async fn present(
    txn: &DatabaseTransaction,
    desk: &desk::Model,
    id: &str,
) -> Result<member::Model, NotDone> {
    here(&desk.id).filter(member::Column::Id.eq(id)).one(txn).await?.ok_or(NotDone::Gone)
}

async fn let_in(
    txn: &DatabaseTransaction,
    desk: &desk::Model,
    row: member::Model,
    shares: &[(u32, SealedShare)],
) -> Result<(), NotDone> {
    if role_of(&row)?.works() {
        add_shares(txn, desk, &row.id, shares).await?;
    } else if !shares.is_empty() {
        return Err(NotDone::Conflict(NO_KEYS));
    }
    let taken = invitation::Column::MemberId.eq(&row.id);
    invitation::Entity::delete_many().filter(taken).exec(txn).await?;
    let mut row = row.into_active_model();
    row.admitted = Set(true);
    row.update(txn).await?;
    Ok(())
}

/// A head who gives up being one leaves another one behind, and does not take away their own key: the next one would be
/// made in their browser.
async fn may_step_down(
    txn: &DatabaseTransaction,
    desk: &desk::Model,
    (id, role): (&str, Role),
) -> Result<(), NotDone> {
    let others = here(&desk.id)
        .filter(member::Column::Admitted.eq(true))
        .filter(member::Column::Role.eq(Role::Head.code()))
        .filter(member::Column::Id.ne(id));
    if others.count(txn).await? == 0 {
        return Err(NotDone::Conflict("你是唯一的负责人。先请一位负责人，再改自己的角色"));
    }
    if !role.works() {
        return Err(NotDone::Conflict("这样改要换钥匙，新钥匙要由留下的人来做。请另一位负责人来改"));
    }
    Ok(())
}

/// Who came with an invitation of that member and still waits.
async fn brought_by(txn: &DatabaseTransaction, id: &str) -> Result<Vec<member::Model>, DbErr> {
    let taken = invitation::Entity::find()
        .filter(invitation::Column::InvitedBy.eq(id))
        .filter(invitation::Column::MemberId.is_not_null());
    let ids: Vec<String> = taken.all(txn).await?.into_iter().filter_map(|row| row.member_id).collect();
    let waiting = member::Entity::find()
        .filter(member::Column::Id.is_in(ids))
        .filter(member::Column::Admitted.eq(false))
        .filter(member::Column::RemovedHour.is_null());
    waiting.all(txn).await
}

async fn take_back_invitations(txn: &DatabaseTransaction, by: &str) -> Result<(), DbErr> {
    let of = invitation::Column::InvitedBy.eq(by);
    let open = invitation::Column::TakenHour.is_null();
    invitation::Entity::delete_many().filter(of).filter(open).exec(txn).await.map(|_| ())
}

/// Nothing of it stays but the name and what they did.
async fn remove(
    txn: &DatabaseTransaction,
    row: member::Model,
    by: (Hour, Option<&str>),
) -> Result<(), DbErr> {
    let (id, desk) = (row.id.clone(), row.desk_id.clone());
    let mut row = row.into_active_model();
    row.removed_hour = Set(Some(by.0.number()));
    row.totp_secret = Set(None);
    row.login_hash = Set(String::new());
    row.wrapped_key = Set(Vec::new());
    row.update(txn).await?;
    end_sessions(txn, &id, None).await?;
    invitation::Entity::delete_many().filter(invitation::Column::MemberId.eq(&id)).exec(txn).await?;
    audit::append(txn, &desk, by, (REMOVE, Object::Member(&id))).await
}

/// Deletes the copies of the desk's keys that somebody holds; whether there were any.
async fn take_shares(txn: &DatabaseTransaction, desk: &desk::Model, holder: &str) -> Result<bool, DbErr> {
    debug_assert_ne!(holder, RECOVERY, "no member has this id");
    let held = desk_key_share::Entity::delete_many()
        .filter(desk_key_share::Column::DeskId.eq(&desk.id))
        .filter(desk_key_share::Column::Holder.eq(holder));
    Ok(held.exec(txn).await?.rows_affected > 0)
}

impl Person {
    fn read(row: member::Model, taken: &[invitation::Model]) -> Result<Self, DbErr> {
        let came = taken.iter().find(|taken| taken.member_id.as_ref() == Some(&row.id));
        Ok(Self {
            role: role_of(&row)?,
            admitted: row.admitted,
            second_factor: row.totp_secret.is_some(),
            public_key: PublicKey::from_bytes(&row.public_key).map_err(damaged)?,
            invited_by: came.and_then(|came| came.invited_by.clone()),
            id: row.id,
            name: row.name,
        })
    }
}

impl Invited {
    fn read(row: invitation::Model) -> Result<Self, DbErr> {
        Ok(Self {
            role: Role::parse(&row.role).ok_or_else(|| damaged("an unknown role"))?,
            hash: row.token_hash,
            name: row.name,
            by: row.invited_by,
            expires: Hour::from_number(row.expires_hour),
        })
    }
}
