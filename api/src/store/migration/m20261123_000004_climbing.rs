//! When an overdue thread climbs next, beside the deadline that was missed: the deadline stays where it was, so that what is
//! overdue stays on top of its desk's queue. And a place to look for what is closed.

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

const STATEMENTS: &[&str] = &[
    "ALTER TABLE thread ADD COLUMN climb_hour bigint",
    "UPDATE thread SET climb_hour = due_hour",
    "DROP INDEX thread_due",
    "CREATE INDEX thread_climb ON thread (climb_hour, id) WHERE climb_hour IS NOT NULL",
    "CREATE INDEX thread_closed ON thread (desk_id, closed_hour, id) WHERE state = 'closed'",
];
