//! The staff side of a station or agency.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "desk")]
pub struct Model {
    /// Stable, in URLs: `shili-county`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// As readers see it.
    pub name: String,
    /// The division it answers for.
    pub region: String,
    /// The desk above it.
    pub parent: Option<String>,
    /// Which of its keys is in use; 0 before it has one.
    pub generation: i32,
    /// A copy of each private key is sealed to this: its other half is on paper. Empty before the desk has a key.
    pub recovery_public_key: Vec<u8>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
