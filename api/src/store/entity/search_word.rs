//! How many people looked for a word in a month.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_word")]
pub struct Model {
    /// `2026-11`
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: String,
    /// A word of the site's thesaurus or a topic.
    #[sea_orm(primary_key, auto_increment = false)]
    pub word: String,
    /// At least twenty, in tens.
    pub people: i32,
}

/// Rows stand alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
