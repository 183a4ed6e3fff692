//! An invitation to become a member of a desk.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    /// SHA-256 of the code that the invited one has.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    /// The desk.
    pub desk_id: String,
    /// The role that comes with it.
    pub role: String,
    /// The name that whoever invites has proposed.
    pub name: Option<String>,
    /// Who invites; nobody: the operator.
    pub invited_by: Option<String>,
    /// Hour of inviting.
    pub created_hour: i64,
    /// From this hour on it is worth nothing.
    pub expires_hour: i64,
    /// Hour in which it was taken. The row stays until the member is admitted or removed.
    pub taken_hour: Option<i64>,
    /// Who took it.
    pub member_id: Option<String>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
