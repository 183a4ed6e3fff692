//! That somebody is to be told of a desk's news: without what they are, how many, or when finer than the hour.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "announcement")]
pub struct Model {
    /// The desk.
    #[sea_orm(primary_key, auto_increment = false)]
    pub desk_id: String,
    /// Who is to be told, by the number in `announce_to`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// Somebody may be in danger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub urgent: bool,
    /// The hour in which they came.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at_hour: i64,
    /// How often they were told in vain.
    pub tries: i32,
    /// Chance, the same for every try; empty before the first.
    pub id: Option<Vec<u8>>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
