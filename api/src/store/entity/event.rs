//! What happened to a thread, as its asker may read it.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// The thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub thread_id: String,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// See `consultations::state::Event`.
    pub kind: String,
    /// Hour of it.
    pub at_hour: i64,
    /// The desk that it left.
    pub from_desk: Option<String>,
    /// The desk that it came to.
    pub to_desk: Option<String>,
    /// Why, as a code; never in words.
    pub reason: Option<String>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
