//! Something that counts once and was used.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "spent")]
pub struct Model {
    /// Hash of it, under a key that is not in the database: the thing itself may tell a finer time than the hour.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// Hour in which it was used.
    pub at_hour: i64,
}

/// Rows stand alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
