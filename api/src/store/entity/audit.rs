//! A line of a desk's audit chain. See `crate::audit`.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Whose chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub desk_id: String,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// Hour of it.
    pub at_hour: i64,
    /// The member; nobody for what the asker or the clock did.
    pub actor: Option<String>,
    /// What was done, as a code.
    pub act: String,
    /// Hash of the id of what it was done to.
    pub object: Vec<u8>,
    /// The hash of the line before; zeros for the first.
    pub previous: Vec<u8>,
    /// The hash of this line.
    pub hash: Vec<u8>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
