//! Words that many people look for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DeriveMigrationName;

use super::table;

/// The step.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut words = table(manager, "search_word");
        for name in ["month", "word"] {
            words.col(ColumnDef::new(Alias::new(name)).not_null().text());
        }
        words.col(ColumnDef::new(Alias::new("people")).not_null().integer());
        let key = Index::create().col(Alias::new("month")).col(Alias::new("word")).to_owned();
        words.primary_key(&mut key.clone());
        manager.create_table(words).await
    }
}
