//! Where a desk's audit chain ends. Locked while a line is added; without it nobody would miss the last line.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    /// Whose chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub desk_id: String,
    /// The number of its last line; 0 where there is none.
    pub number: i64,
    /// The hash of its last line; zeros where there is none.
    pub hash: Vec<u8>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
