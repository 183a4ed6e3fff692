//! How many new letters a desk has taken in an hour.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "desk_hour")]
pub struct Model {
    /// The desk.
    #[sea_orm(primary_key, auto_increment = false)]
    pub desk_id: String,
    /// The hour.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at_hour: i64,
    /// Those that came as a form and were sealed here.
    pub forms: i32,
    /// Those that a browser had sealed.
    pub sealed: i32,
}

/// Rows go with their desk.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
