//! Desks: founding, finding, and the copy of a desk's key that is on paper.

use sea_orm::{DbErr, EntityTrait, QueryOrder, Set};
use search::region::RegionCode;

use super::members::{NewMember, add_member, add_share};
use super::readers::lineage_of;
use super::{RECOVERY, is_text};
use crate::audit::{FOUND, Object};
use crate::clock::Hour;
use crate::desk::keys::SealedShare;
use crate::desk::member::Supervisor;
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
    /// Every desk, by region and id.
    pub async fn desks(&self) -> Result<Vec<Desk>, DbErr> {
        let rows = desk::Entity::find().order_by_asc(desk::Column::Region).order_by_asc(desk::Column::Id);
        rows.all(&self.db).await?.into_iter().map(Desk::read).collect()
    }

    /// The desks below that of `supervisor`, however far, by region and id.
    pub async fn desks_below(&self, supervisor: &Supervisor) -> Result<Vec<Desk>, DbErr> {
        let mut rest = self.desks().await?;
        let mut below = Vec::new();
        let mut above = vec![supervisor.desk().to_owned()];
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

    /// A desk.
    pub async fn desk(&self, id: &str) -> Result<Option<Desk>, DbErr> {
        if !is_text(id) {
            return Ok(None);
        }
        desk::Entity::find_by_id(id).one(&self.db).await?.map(Desk::read).transpose()
    }

    /// Stores a desk with its key and its first member, who is its head; or nothing.
    pub async fn found_desk(&self, new: NewDesk, hour: Hour) -> Result<(), DbErr> {
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
        audit::begin(&txn, &id).await?;
        audit::append(&txn, &id, (hour, None), (FOUND, Object::Desk(&id))).await?;
        add_member(&txn, (&id, 1), new.member, Role::Head, hour).await?;
        txn.commit().await
    }

    /// How many desks stand above one another from this one up, itself included.
    pub async fn levels_above(&self, id: &str) -> Result<usize, DbErr> {
        Ok(lineage_of(&self.db, id).await?.len())
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
}

impl Desk {
    fn read(row: desk::Model) -> Result<Self, DbErr> {
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
            twin.member.name = "county 的成员".to_owned();
            assert!(fresh.store.found_desk(twin, NOW).await.is_err());
            assert_eq!(fresh.store.desks().await.unwrap().len(), 1);
            assert!(fresh.store.recovery_of("twin").await.unwrap().is_none());
        }
    }
}
