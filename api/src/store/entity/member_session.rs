//! A member who is signed in.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member_session")]
pub struct Model {
    /// SHA-256 of the cookie.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    /// Who.
    pub member_id: String,
    /// Hour of signing in.
    pub created_hour: i64,
    /// Hour of the last request.
    pub seen_hour: i64,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
