//! A count that stays when threads are purged. No row tells of a single thread more than that there was one.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "figure")]
pub struct Model {
    /// In China: `2026-11`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: String,
    /// The desk. Kept when the desk goes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub desk_id: String,
    /// See `store::figures::Measure`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub measure: String,
    /// The slug of a topic, or nothing.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic: String,
    /// The code of a county or something wider, or nothing: never a village.
    #[sea_orm(primary_key, auto_increment = false)]
    pub region: String,
    /// See `consultations::register::Channel`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel: String,
    /// With `closed` the outcome, with `overdue` the stage, else nothing.
    #[sea_orm(primary_key, auto_increment = false)]
    pub detail: String,
    /// How long it took, as a class; 0 where that means nothing.
    #[sea_orm(primary_key, auto_increment = false)]
    pub class: i32,
    /// How many.
    pub count: i64,
}

/// Rows stand alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
