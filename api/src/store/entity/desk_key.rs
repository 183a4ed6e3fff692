//! The public keys of a desk, one for each generation.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "desk_key")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub desk_id: String,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i32,
    /// An uncompressed point.
    pub public_key: Vec<u8>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
