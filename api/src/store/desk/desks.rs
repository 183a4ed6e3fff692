//! Desks: founding, finding, and the copy of a desk's key that is on paper.

use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, Select, Set};
use search::region::RegionCode;

use super::invitations::{Inviting, invite};
use super::members::{NewMember, add_share, insert_member};
use super::readers::lineage_of;
use super::{NotDone, RECOVERY, is_text};
use crate::audit::{ADMIT, FOUND, Object};
use crate::clock::Hour;
use crate::desk::keys::SealedShare;
use crate::desk::member::Overseer;
use crate::desk::role::Role;
use crate::sealing::suite::PublicKey;
use crate::store::entity::{desk, desk_key, desk_key_share};
use crate::store::{Store, audit, damaged};

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

/// Where a desk's key can be had back from paper.
pub struct Recovery {
    /// Which key of the desk.
    pub generation: u32,
    /// The desk's private key sealed to the key on paper.
    pub share: SealedShare,
}

impl Store {
    /// Every desk that has a key and so can be written to, by region and id.
    pub async fn desks(&self) -> Result<Vec<Desk>, DbErr> {
        let rows = ordered().filter(desk::Column::Generation.gt(0)).all(&self.db).await?;
        rows.into_iter().map(Desk::read).collect()
    }

    /// Every desk, also those that wait for their first head, by region and id.
    pub async fn every_desk(&self) -> Result<Vec<Desk>, DbErr> {
        ordered().all(&self.db).await?.into_iter().map(Desk::read).collect()
    }

    /// The desks below that of `overseer`, however far, by region and id.
    pub async fn desks_below(&self, overseer: &Overseer) -> Result<Vec<Desk>, DbErr> {
        self.desks_under(overseer.desk()).await
    }

    /// Whether a desk is below another, however far.
    pub async fn is_under(&self, desk: &str, above: &str) -> Result<bool, DbErr> {
        Ok(self.desks_under(above).await?.iter().any(|below| below.id == desk))
    }

    /// The desks below one, however far, by region and id: that they are there is no secret.
    pub async fn desks_under(&self, desk: &str) -> Result<Vec<Desk>, DbErr> {
        let mut rest = self.desks().await?;
        let mut below = Vec::new();
        let mut above = vec![desk.to_owned()];
        while let Some(upper) = above.pop() {
            let (under, other) = rest.into_iter().partition(|desk| desk.parent.as_ref() == Some(&upper));
            let under: Vec<Desk> = under;
            above.extend(under.iter().map(|desk| desk.id.clone()));
            below.extend(under);
            rest = other;
        }
        below.sort_by(|a, b| (&a.region, &a.id).cmp(&(&b.region, &b.id)));
        Ok(below)
    }

    /// A desk, whether it has a key or not.
    pub async fn any_desk(&self, id: &str) -> Result<Option<Desk>, DbErr> {
        if !is_text(id) {
            return Ok(None);
        }
        desk::Entity::find_by_id(id).one(&self.db).await?.map(Desk::read).transpose()
    }

    /// A desk that has a key: what is not sealed to anybody must not be sent.
    pub async fn desk(&self, id: &str) -> Result<Option<Desk>, DbErr> {
        if !is_text(id) {
            return Ok(None);
        }
        let with_key = desk::Entity::find_by_id(id).filter(desk::Column::Generation.gt(0));
        with_key.one(&self.db).await?.map(Desk::read).transpose()
    }

    /// Stores a desk that has no key yet, with an invitation for its first head; or nothing.
    pub async fn create_desk(&self, new: Desk, invitation: Inviting, hour: Hour) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        let id = new.id.clone();
        insert_desk(&txn, new, (0, Vec::new())).await?;
        invite(&txn, &id, invitation, (hour, None)).await?;
        Ok(txn.commit().await?)
    }

    /// Stores a desk with its key and its first member, who is its head; or nothing.
    pub async fn found_desk(&self, new: NewDesk, hour: Hour) -> Result<(), NotDone> {
        let txn = self.begin().await?;
        let NewMember { joining, share } = new.member;
        let (id, first) = (new.desk.id.clone(), joining.id.clone());
        insert_desk(&txn, new.desk, (1, new.recovery_public_key.to_bytes())).await?;
        add_key(&txn, &id, 1, &new.public_key).await?;
        add_share(&txn, &id, 1, (RECOVERY, &new.recovery_share)).await?;
        audit::append(&txn, &id, (hour, None), (FOUND, Object::Desk(&id))).await?;
        insert_member(&txn, &id, joining, (Role::Head, true)).await?;
        add_share(&txn, &id, 1, (&first, &share)).await?;
        audit::append(&txn, &id, (hour, None), (ADMIT, Object::Member(&first))).await?;
        Ok(txn.commit().await?)
    }

    /// The public half of the key on paper.
    pub async fn recovery_key_of(&self, desk: &str) -> Result<PublicKey, DbErr> {
        let gone = || DbErr::RecordNotFound(format!("desk {desk}"));
        let row = desk::Entity::find_by_id(desk).one(&self.db).await?.ok_or_else(gone)?;
        PublicKey::from_bytes(&row.recovery_public_key).map_err(damaged)
    }

    /// How many desks stand above one another from this one up, itself included.
    pub async fn levels_above(&self, id: &str) -> Result<usize, DbErr> {
        Ok(lineage_of(&self.db, id).await?.len())
    }

    /// The copies of a desk's keys for which the key is on paper, of every generation in use.
    pub async fn recovery_of(&self, desk: &str) -> Result<Vec<Recovery>, DbErr> {
        let shares = desk_key_share::Entity::find()
            .filter(desk_key_share::Column::DeskId.eq(desk))
            .filter(desk_key_share::Column::Holder.eq(RECOVERY))
            .order_by_asc(desk_key_share::Column::Generation);
        let read = |row: desk_key_share::Model| {
            let generation = u32::try_from(row.generation).map_err(damaged)?;
            Ok(Recovery { generation, share: row.sealed_key.try_into().map_err(damaged)? })
        };
        shares.all(&self.db).await?.into_iter().map(read).collect()
    }
}

fn ordered() -> Select<desk::Entity> {
    desk::Entity::find().order_by_asc(desk::Column::Region).order_by_asc(desk::Column::Id)
}

/// Adds a desk with an empty chain; the generation of its key and the public half of the key on paper.
async fn insert_desk(
    txn: &DatabaseTransaction,
    new: Desk,
    (generation, recovery_public_key): (i32, Vec<u8>),
) -> Result<(), DbErr> {
    let id = new.id.clone();
    let row = desk::ActiveModel {
        id: Set(new.id),
        name: Set(new.name),
        region: Set(new.region.to_string()),
        parent: Set(new.parent),
        generation: Set(generation),
        recovery_public_key: Set(recovery_public_key),
    };
    desk::Entity::insert(row).exec_without_returning(txn).await?;
    audit::begin(txn, &id).await
}

/// Adds a generation of a desk's key.
pub(super) async fn add_key(
    txn: &DatabaseTransaction,
    desk: &str,
    generation: i32,
    public_key: &PublicKey,
) -> Result<(), DbErr> {
    let (desk_id, generation) = (Set(desk.to_owned()), Set(generation));
    let key = desk_key::ActiveModel { desk_id, generation, public_key: Set(public_key.to_bytes()) };
    desk_key::Entity::insert(key).exec_without_returning(txn).await.map(|_| ())
}

impl Desk {
    pub(super) fn read(row: desk::Model) -> Result<Self, DbErr> {
        let region = row.region.parse().map_err(damaged)?;
        Ok(Self { id: row.id, name: row.name, region, parent: row.parent })
    }
}

#[cfg(test)]
mod tests {
    use crate::store::testing::{self, NOW, founded};

    #[tokio::test]
    async fn a_desk_is_founded_whole_or_not_at_all() {
        for fresh in testing::each().await {
            founded(&fresh.store, "county", None).await;
            let mut twin = testing::new_desk("twin", None);
            twin.member.joining.name = "county 的成员".to_owned();
            assert!(fresh.store.found_desk(twin, NOW).await.is_err());
            assert_eq!(fresh.store.desks().await.unwrap().len(), 1);
            assert!(fresh.store.recovery_of("twin").await.unwrap().is_empty());
        }
    }
}
