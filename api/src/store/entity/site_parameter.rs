//! What all processes of one site share: one row.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "site_parameter")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Public: stretches receipts.
    pub stretch_salt: Vec<u8>,
    /// Rounds of PBKDF2 for receipts.
    pub stretch_rounds: i32,
    /// Recognises the secrets file that belongs to this database.
    pub secrets_check: Vec<u8>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
