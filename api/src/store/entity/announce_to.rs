//! Where the news of a desk go: set by the operator, never by an asker.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "announce_to")]
pub struct Model {
    /// The desk.
    #[sea_orm(primary_key, auto_increment = false)]
    pub desk_id: String,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// How it is carried, as a code.
    pub kind: String,
    /// A mail address, or the address of a webhook with its key.
    pub target: String,
    /// What a webhook of one's own is signed with.
    pub secret: Option<Vec<u8>>,
    /// The last hour in which an announcement arrived.
    pub told_hour: Option<i64>,
    /// The last hour in which one did not.
    pub failed_hour: Option<i64>,
    /// Why not, in a few words of ours.
    pub failure: Option<String>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
