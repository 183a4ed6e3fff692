//! What counts once: codes of the second factor, and whatever else must not be shown twice.
//!
//! A thing is known by a hash under a key that is not in the database ([`crate::secrets::Secrets::spent_hash`]): codes and
//! the like are tied to half a minute, and nothing here may tell more than the hour.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set, TryInsertResult};

use crate::clock::Hour;
use crate::store::Store;
use crate::store::entity::spent;

/// Whole hours for which it is known that something was spent, besides the running one. Nothing that counts once may be
/// good for longer.
const KEPT_HOURS: i64 = 2;

impl Store {
    /// Spends what `hash` stands for: true for the first who asks, false for everybody after.
    pub async fn spend_once(&self, hash: &[u8], hour: Hour) -> Result<bool, DbErr> {
        spend(&self.writer, hash, hour).await
    }

    /// Whether this was spent lately.
    pub async fn is_spent(&self, hash: &[u8]) -> Result<bool, DbErr> {
        Ok(spent::Entity::find_by_id(hash.to_vec()).one(&self.db).await?.is_some())
    }

    /// Forgets what was spent so long ago that it would be refused anyway.
    pub async fn forget_spent(&self, hour: Hour) -> Result<(), DbErr> {
        let old = spent::Column::AtHour.lt(hour.number() - KEPT_HOURS);
        spent::Entity::delete_many().filter(old).exec(&self.writer).await.map(|_| ())
    }
}

/// The same within a transaction: with what else it does, or not at all.
pub(super) async fn spend(db: &impl ConnectionTrait, hash: &[u8], hour: Hour) -> Result<bool, DbErr> {
    let row = spent::ActiveModel { hash: Set(hash.to_vec()), at_hour: Set(hour.number()) };
    let insert = spent::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
    let inserted = insert.try_insert().exec_without_returning(db).await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{self, NOW};

    #[tokio::test]
    async fn of_two_who_show_the_same_at_once_it_counts_for_one() {
        for fresh in testing::each().await {
            let later = |hours| Hour::from_number(NOW.number() + hours);
            let (one, other) =
                tokio::join!(fresh.store.spend_once(b"code", NOW), fresh.store.spend_once(b"code", NOW));
            assert!(one.unwrap() != other.unwrap());
            assert!(fresh.store.is_spent(b"code").await.unwrap());
            assert!(!fresh.store.is_spent(b"another").await.unwrap());
            fresh.store.forget_spent(later(2)).await.unwrap();
            assert!(!fresh.store.spend_once(b"code", later(2)).await.unwrap());
            assert!(fresh.store.spend_once(b"another", later(2)).await.unwrap());
            fresh.store.forget_spent(later(3)).await.unwrap();
            let rows = fresh.store.everything().await;
            assert_eq!(rows.lines().filter(|row| row.starts_with("spent: ")).count(), 1, "{rows}");
        }
    }
}
