//! Members who wait to be admitted, codes that count once, and old keys of desks that are looked for.
//!
//! Whoever is a member already was admitted by the operators' command. Codes that were used are told from a table of their
//! own now, so that a second process knows them too.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DeriveMigrationName;

use super::table;

/// The step.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut spent = table(manager, "spent");
        spent.col(ColumnDef::new(Alias::new("hash")).not_null().blob().primary_key());
        spent.col(ColumnDef::new(Alias::new("at_hour")).not_null().big_integer());
        manager.create_table(spent).await?;
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const STATEMENTS: &[&str] = &[
    "CREATE INDEX spent_hour ON spent (at_hour)",
    "ALTER TABLE member DROP COLUMN totp_used",
    // Who is added without a word is not let in.
    "ALTER TABLE member ADD COLUMN admitted boolean NOT NULL DEFAULT FALSE",
    "UPDATE member SET admitted = TRUE",
    "CREATE INDEX message_key_reader ON message_key (reader, generation)",
];
