//! The content key of a message, sealed once for each reader.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_key")]
pub struct Model {
    /// The thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub thread_id: String,
    /// `letter` or `note`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub purpose: String,
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// `thread`, or `desk/` and the id of a desk.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reader: String,
    /// Which key of the desk; 0 for the key of the thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i32,
    /// HPKE to the public key of the reader.
    pub sealed_key: Vec<u8>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
