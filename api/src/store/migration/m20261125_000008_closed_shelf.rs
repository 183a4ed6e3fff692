//! What a desk has closed is read in the order of an index, like what it is still working on.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DeriveMigrationName;

/// The step.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The condition in the very words of the question: `store::consultation::queue::CLOSED`.
        let index =
            "CREATE INDEX thread_shelf ON thread (desk_id, urgency, queue_hour, id) WHERE state = 'closed'";
        manager.get_connection().execute_unprepared(index).await.map(|_| ())
    }
}
