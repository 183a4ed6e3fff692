//! That a desk has asked for more time stands on the row: what it writes afterwards must not take the time away again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DeriveMigrationName;

/// The step.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in STATEMENTS {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// Of what is there the history knows: time was asked for, and neither did she write after that nor did it go elsewhere.
const STATEMENTS: &[&str] = &[
    "ALTER TABLE thread ADD COLUMN extended boolean NOT NULL DEFAULT FALSE",
    "UPDATE thread SET extended = TRUE WHERE EXISTS (SELECT 1 FROM event WHERE event.thread_id = thread.id \
     AND event.kind = 'extend' AND event.number > (SELECT coalesce(max(later.number), 0) FROM event later \
     WHERE later.thread_id = thread.id AND later.kind IN ('asker_writes', 'transfer')))",
];
