//! What was handed over to an agency outside. The letter itself is printed at the desk and stored nowhere.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "handover")]
pub struct Model {
    /// The thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub thread_id: String,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The name of the agency.
    pub agency: String,
    /// Hour of handing over.
    pub handed_hour: i64,
    /// Hour in which the agency said that it has it.
    pub confirmed_hour: Option<i64>,
    /// Hour in which the result came. Nothing is closed before.
    pub result_hour: Option<i64>,
    /// What came of it, as a code.
    pub result: Option<String>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
