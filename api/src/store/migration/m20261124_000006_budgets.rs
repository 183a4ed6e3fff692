//! Budgets of desks by the way in which letters come, and what the keys of an hour are made of.
//!
//! `desk_hour` was there before anybody counted in it: its one number was meant for letters without a script.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DeriveMigrationName;

use super::table;

/// The step.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        let mut share = table(manager, "hour_share");
        share.col(ColumnDef::new(Alias::new("at_hour")).not_null().big_integer().primary_key());
        share.col(ColumnDef::new(Alias::new("share")).not_null().blob());
        manager.create_table(share).await
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE desk_hour RENAME COLUMN letters TO forms",
    "ALTER TABLE desk_hour ADD COLUMN sealed integer NOT NULL DEFAULT 0",
];
