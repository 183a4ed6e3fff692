//! Chance that the keys of an hour are made of, with a secret that is not in the database.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hour_share")]
pub struct Model {
    /// The hour.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at_hour: i64,
    /// 32 random bytes.
    pub share: Vec<u8>,
}

/// Rows stand alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
