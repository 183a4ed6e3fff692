//! Where the news of desks go, and which of them are still to be told.
//!
//! `announcement` refers to nothing: news must be written down whatever an operator does to the list at the same moment, and what is
//! nobody's is forgotten when it is to be told.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DeriveMigrationName;

use super::table;

/// The step.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let text = |name| ColumnDef::new(Alias::new(name)).text().not_null().to_owned();
        let number = || ColumnDef::new(Alias::new("number")).integer().not_null().to_owned();
        let maybe_hour = |name| ColumnDef::new(Alias::new(name)).big_integer().to_owned();
        let mut to = table(manager, "announce_to");
        to.col(text("desk_id"))
            .col(number())
            .col(text("kind"))
            .col(text("target"))
            .col(ColumnDef::new(Alias::new("secret")).blob())
            .col(maybe_hour("told_hour"))
            .col(maybe_hour("failed_hour"))
            .col(ColumnDef::new(Alias::new("failure")).text())
            .primary_key(Index::create().col(Alias::new("desk_id")).col(Alias::new("number")))
            .foreign_key(
                ForeignKey::create()
                    .from_col(Alias::new("desk_id"))
                    .to(Alias::new("desk"), Alias::new("id"))
                    .on_delete(ForeignKeyAction::Cascade),
            );
        manager.create_table(to).await?;
        let mut announcement = table(manager, "announcement");
        announcement
            .col(text("desk_id"))
            .col(number())
            .col(ColumnDef::new(Alias::new("urgent")).boolean().not_null())
            .col(ColumnDef::new(Alias::new("at_hour")).big_integer().not_null())
            .col(ColumnDef::new(Alias::new("tries")).integer().not_null())
            .col(ColumnDef::new(Alias::new("id")).blob())
            .primary_key(
                Index::create()
                    .col(Alias::new("desk_id"))
                    .col(Alias::new("number"))
                    .col(Alias::new("urgent"))
                    .col(Alias::new("at_hour")),
            );
        manager.create_table(announcement).await
    }
}
