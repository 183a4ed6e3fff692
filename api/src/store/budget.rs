//! How many new letters a desk takes in an hour, by the way in which they come.
//!
//! A letter is counted in the transaction that stores it, so the number is exact for any number of processes, and what was refused
//! has cost nothing. Without scripts nothing is paid: that way has a number of its own, and whoever uses it up has not used up the
//! other.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set, TryInsertResult};

use crate::clock::Hour;
use crate::store::Store;
use crate::store::entity::desk_hour;

/// How a new letter comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// As a form, to be sealed here.
    Form,
    /// Sealed in a browser, and paid for with work.
    Sealed,
}

/// What a letter is counted against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// How it comes.
    pub way: Way,
    /// How many come so in an hour at most.
    pub most: u32,
}

/// Whole hours for which is counted, besides the running one: a process whose clock is behind.
const KEPT_HOURS: i64 = 1;

impl Store {
    /// Whether a desk still takes a letter in this hour. Counts nothing: only storing one does.
    pub async fn has_room(&self, desk: &str, hour: Hour, budget: Budget) -> Result<bool, DbErr> {
        let row = desk_hour::Entity::find_by_id((desk.to_owned(), hour.number())).one(&self.db).await?;
        let counted = row.map_or(0, |row| match budget.way {
            Way::Form => row.forms,
            Way::Sealed => row.sealed,
        });
        Ok(i64::from(counted) < i64::from(budget.most))
    }

    /// Forgets the counts of hours that are over.
    pub async fn forget_budgets(&self, hour: Hour) -> Result<(), DbErr> {
        let old = desk_hour::Column::AtHour.lt(hour.number() - KEPT_HOURS);
        desk_hour::Entity::delete_many().filter(old).exec(&self.writer).await.map(|_| ())
    }
}

/// Counts a letter; false where the desk has had its letters for this hour.
pub(super) async fn count(
    db: &impl ConnectionTrait,
    desk: &str,
    hour: Hour,
    budget: Budget,
) -> Result<bool, DbErr> {
    let Budget { way, most } = budget;
    if most == 0 {
        return Ok(false);
    }
    let (column, forms, sealed) = match way {
        Way::Form => (desk_hour::Column::Forms, 1, 0),
        Way::Sealed => (desk_hour::Column::Sealed, 0, 1),
    };
    let row = desk_hour::ActiveModel {
        desk_id: Set(desk.to_owned()),
        at_hour: Set(hour.number()),
        forms: Set(forms),
        sealed: Set(sealed),
    };
    let counted = || Expr::col((desk_hour::Entity, column));
    let again = OnConflict::columns([desk_hour::Column::DeskId, desk_hour::Column::AtHour])
        .value(column, counted().add(1))
        .action_and_where(counted().lt(i64::from(most)))
        .to_owned();
    let insert = desk_hour::Entity::insert(row).on_conflict(again);
    let inserted = insert.try_insert().exec_without_returning(db).await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{self, NOW, founded};

    #[tokio::test]
    async fn each_way_has_a_number_of_its_own_which_is_exact_however_many_come_at_once() {
        for fresh in testing::each().await {
            let store = &fresh.store;
            founded(store, "county", None).await;
            founded(store, "city", None).await;
            let forms = Budget { way: Way::Form, most: 3 };
            let taken = async |desk: &str| count(&store.db, desk, NOW, forms).await.unwrap();
            let five = tokio::join!(
                taken("county"),
                taken("county"),
                taken("county"),
                taken("county"),
                taken("county")
            );
            let five = [five.0, five.1, five.2, five.3, five.4];
            assert_eq!(five.iter().filter(|taken| **taken).count(), 3, "{five:?}");
            assert!(!store.has_room("county", NOW, forms).await.unwrap());
            let sealed = Budget { way: Way::Sealed, most: 1 };
            assert!(store.has_room("county", NOW, sealed).await.unwrap());
            assert!(count(&store.db, "county", NOW, sealed).await.unwrap());
            assert!(!count(&store.db, "county", NOW, sealed).await.unwrap());
            assert!(taken("city").await, "another desk's number is its own");
            let next = Hour::from_number(NOW.number() + 1);
            assert!(store.has_room("county", next, forms).await.unwrap());
            assert!(!count(&store.db, "county", next, Budget { most: 0, ..forms }).await.unwrap());
            store.forget_budgets(next).await.unwrap();
            assert!(!taken("county").await, "the hour before is known for one more");
            store.forget_budgets(Hour::from_number(NOW.number() + 2)).await.unwrap();
            assert!(!store.everything().await.contains("desk_hour: "));
        }
    }
}
