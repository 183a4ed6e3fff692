//! A shelf that is filtered is read from indexes alone, however rare what is looked for: they hold what it is filtered by.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{self, DeriveMigrationName};

/// The step.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for name in ["thread_queue", "thread_climbed", "thread_shelf"] {
            db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        let whole = match manager.get_database_backend() {
            sea_orm::DatabaseBackend::Sqlite => AN_EXPRESSION,
            _ => "",
        };
        for (name, columns, stands) in INDEXES {
            let index = format!("CREATE INDEX {name} ON thread ({columns}{whole}) WHERE {stands}");
            db.execute_unprepared(&index).await?;
        }
        Ok(())
    }
}

/// `SQLite` holds that whoever asks for a computed column, as urgency and hour are, needs every column of the row, and goes to the row;
/// only of an index with an expression in it does it look closer, and then sees that the index has all that was asked for
/// (`whereIsCoveringIndex` in its `where.c`, 3.51).
const AN_EXPRESSION: &str = ", (1)";

/// First the columns of the order, then those of the filters. What is closed grows for months: it is found by its topic and by how
/// somebody came, too. The conditions are in the very words of the questions: `store::consultation::queue`.
const INDEXES: &[(&str, &str, &str)] = &[
    ("thread_queue", "desk_id, urgency, queue_hour, id, topic, state, channel", RUNNING),
    ("thread_climbed", "escalated_to, urgency, queue_hour, id, topic, state, channel", RUNNING),
    ("thread_shelf", "desk_id, urgency, queue_hour, id, topic, state, channel", CLOSED),
    ("thread_shelf_topic", "desk_id, topic, urgency, queue_hour, id, state, channel", CLOSED),
    ("thread_shelf_channel", "desk_id, channel, urgency, queue_hour, id, topic, state", CLOSED),
];

const RUNNING: &str = "state NOT IN ('closed', 'withdrawn')";
const CLOSED: &str = "state = 'closed'";
