//! One sealed message of a thread.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    /// The thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub thread_id: String,
    /// `letter` or `note`. Each counts for itself, so that nobody can tell from the letters that there are notes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub purpose: String,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// `asker` or `desk`.
    pub sender: String,
    /// Hour of arrival.
    pub sent_hour: i64,
    /// Nonce, ciphertext, tag.
    pub content: Vec<u8>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
