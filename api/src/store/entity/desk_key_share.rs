//! The private key of a desk, sealed once for each holder.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "desk_key_share")]
pub struct Model {
    /// Whose key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub desk_id: String,
    /// Which one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i32,
    /// The id of a member, or `recovery`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub holder: String,
    /// HPKE to the public key of the holder.
    pub sealed_key: Vec<u8>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
