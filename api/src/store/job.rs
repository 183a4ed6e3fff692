//! What ran last, so that two processes do not run the same job twice.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, Set, TryInsertResult};

use crate::clock::Hour;
use crate::store::Store;
use crate::store::entity::job;

impl Store {
    /// Takes the job `name` of the hour: true for the first who asks in that hour or a later one, false for everybody else.
    ///
    /// Who takes it and dies leaves it undone until the next hour: a job must make up for what was left out.
    pub async fn take_job(&self, name: &str, hour: Hour) -> Result<bool, DbErr> {
        let row = job::ActiveModel { name: Set(name.to_owned()), ran_hour: Set(hour.number()) };
        let insert = job::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
        if matches!(
            insert.try_insert().exec_without_returning(&self.writer).await?,
            TryInsertResult::Inserted(1..)
        ) {
            return Ok(true);
        }
        let taken = job::Entity::update_many()
            .col_expr(job::Column::RanHour, hour.number().into())
            .filter(job::Column::Name.eq(name))
            .filter(job::Column::RanHour.lt(hour.number()))
            .exec(&self.writer)
            .await?;
        Ok(taken.rows_affected > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing;

    #[tokio::test]
    async fn of_two_who_ask_at_once_one_runs_it() {
        for fresh in testing::each().await {
            for number in [500_000, 500_001, 500_003] {
                let hour = Hour::from_number(number);
                let (one, other) =
                    tokio::join!(fresh.store.take_job("climb", hour), fresh.store.take_job("climb", hour));
                assert!(one.unwrap() != other.unwrap(), "{number}");
                assert!(!fresh.store.take_job("climb", hour).await.unwrap());
            }
            assert!(!fresh.store.take_job("climb", Hour::from_number(500_002)).await.unwrap());
            assert!(fresh.store.take_job("purge", Hour::from_number(500_002)).await.unwrap());
        }
    }
}
