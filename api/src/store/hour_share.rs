//! What the keys of an hour are made of, besides the secrets of `secrets.toml`: chance that all processes share, destroyed with the
//! hour after. Whoever has the secrets, and the database of a later day, does not get those keys back.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, Set};

use crate::clock::Hour;
use crate::store::Store;
use crate::store::entity::hour_share;

/// Bytes of chance.
pub const SHARE_LEN: usize = 32;

impl Store {
    /// What the keys of `hour` are made of, and those of the hour before, if any were made then. The first process to come in an
    /// hour settles it with what it has drawn.
    pub async fn shares_of(
        &self,
        hour: Hour,
        drawn: [u8; SHARE_LEN],
    ) -> Result<(Vec<u8>, Option<Vec<u8>>), DbErr> {
        let row = hour_share::ActiveModel { at_hour: Set(hour.number()), share: Set(drawn.to_vec()) };
        let insert = hour_share::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
        insert.try_insert().exec_without_returning(&self.writer).await?;
        let of = async |number| hour_share::Entity::find_by_id(number).one(&self.db).await;
        let settled = of(hour.number()).await?.ok_or(DbErr::RecordNotInserted)?.share;
        Ok((settled, of(hour.number() - 1).await?.map(|row| row.share)))
    }

    /// Destroys what nobody needs any more: whatever lies before the last hour.
    pub async fn forget_shares(&self, hour: Hour) -> Result<(), DbErr> {
        let old = hour_share::Column::AtHour.lt(hour.number() - 1);
        hour_share::Entity::delete_many().filter(old).exec(&self.writer).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{self, NOW};

    #[tokio::test]
    async fn all_who_ask_in_an_hour_get_the_same_and_it_is_gone_after_the_next() {
        for fresh in testing::each().await {
            let store = &fresh.store;
            let at = |later| Hour::from_number(NOW.number() + later);
            let (one, other) = tokio::join!(store.shares_of(NOW, [1; 32]), store.shares_of(NOW, [2; 32]));
            let (one, other) = (one.unwrap(), other.unwrap());
            assert_eq!(one, other);
            assert_eq!(one.1, None);
            let next = store.shares_of(at(1), [3; 32]).await.unwrap();
            assert_eq!(next, (vec![3; 32], Some(one.0)));
            store.forget_shares(at(1)).await.unwrap();
            assert_eq!(store.shares_of(at(1), [4; 32]).await.unwrap(), next);
            store.forget_shares(at(2)).await.unwrap();
            assert_eq!(store.shares_of(at(1), [4; 32]).await.unwrap().1, None);
        }
    }
}
