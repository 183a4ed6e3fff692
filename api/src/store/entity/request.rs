//! A request that changed something, so that the same one sent again gets the same answer.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request")]
pub struct Model {
    /// The key of the request is never written down, only this.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// What it was about. The row goes when the thread goes.
    pub thread_id: String,
    /// What it asked for.
    pub event: String,
    /// Where the thread stood after it: the answer.
    pub state: String,
    /// The position of the message or the number of the handover that it made.
    pub number: Option<i32>,
    /// The desk of the member who sent it; nothing for the asker.
    pub by_desk: Option<String>,
    /// Hour of the request.
    pub at_hour: i64,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
