//! The register: clocks, outcomes and marks of a thread, its history, requests, the audit chains, roles, figures.
//!
//! `thread`, `message` and `message_key` are made anew and copied, because keys change and columns may be empty now, which
//! SQLite can't alter. The old tables are renamed first, so that the new ones have their names from the start, and dropped
//! children first: dropping a table that another one refers to would take the other's rows along.
//!
//! Nothing is lost, and what was never written down is not made up: nobody knows when an old thread was accepted. Its
//! history begins with its arrival, it waits for its asker from the last message on, and arrivals are counted, so that the figures are whole from the first letter on.
//! Everybody who is a member by now could do everything, and still can: they become heads of their desks.

mod tables;

use sea_orm::DatabaseBackend;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DeriveMigrationName;

/// The step.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// Made anew, those that refer to others last.
const REBUILT: [&str; 3] = ["thread", "message", "message_key"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for name in REBUILT {
            db.execute_unprepared(&format!("ALTER TABLE {name} RENAME TO {name}_before")).await?;
        }
        for table in tables::new(manager) {
            manager.create_table(table).await?;
        }
        for statement in COPIES.iter().chain(count_arrivals(manager)) {
            db.execute_unprepared(statement).await?;
        }
        for name in REBUILT.iter().rev() {
            db.execute_unprepared(&format!("DROP TABLE {name}_before")).await?;
        }
        for column in tables::of_member() {
            let mut change = Table::alter();
            manager.alter_table(change.table(Alias::new("member")).add_column(column).to_owned()).await?;
        }
        db.execute_unprepared("UPDATE member SET role = 'head'").await?;
        for index in INDEXES {
            db.execute_unprepared(index).await?;
        }
        Ok(())
    }
}

const COPIES: &[&str] = &[
    "INSERT INTO thread (id, desk_id, channel, state, danger, child, vulnerable, topic, region, received_hour, \
     answered_hour, lapse_hour, first_responder, mediation, legal_aid, psychological, consent, typed_back, locator_hash, public_key) \
     SELECT id, desk_id, 'online', state, danger, child, FALSE, topic, region, received_hour, \
     (SELECT min(sent_hour) FROM message_before WHERE thread_id = thread_before.id AND sender = 'desk'), \
     CASE WHEN state = 'waiting_for_asker' \
     THEN (SELECT max(sent_hour) FROM message_before WHERE thread_id = thread_before.id) + 60 * 24 + 1 END, \
     first_responder, FALSE, FALSE, FALSE, FALSE, typed_back, locator_hash, public_key FROM thread_before",
    "INSERT INTO message (thread_id, purpose, position, sender, sent_hour, content) \
     SELECT thread_id, 'letter', position, sender, sent_hour, content FROM message_before",
    "INSERT INTO message_key (thread_id, purpose, position, reader, generation, sealed_key) \
     SELECT thread_id, 'letter', position, reader, generation, sealed_key FROM message_key_before",
    // The first message was sent with the form that made the thread, under the same hash.
    "INSERT INTO request (hash, thread_id, event, state, number, at_hour) \
     SELECT request_hash, id, 'receive', 'received', 1, received_hour FROM thread_before \
     WHERE request_hash IS NOT NULL",
    "INSERT INTO request (hash, thread_id, event, state, number, by_desk, at_hour) \
     SELECT message_before.request_hash, thread_id, CASE WHEN sender = 'asker' THEN 'asker_writes' ELSE 'answer' END, state, position, \
     CASE WHEN sender = 'asker' THEN NULL ELSE desk_id END, sent_hour \
     FROM message_before JOIN thread_before ON thread_before.id = thread_id \
     WHERE message_before.request_hash IS NOT NULL AND position > 1 ON CONFLICT DO NOTHING",
    "INSERT INTO event (thread_id, number, kind, at_hour, to_desk) \
     SELECT id, 1, 'receive', received_hour, desk_id FROM thread_before",
];

/// Heads of chains without a line; arrivals by month in China and by county.
fn count_arrivals(manager: &SchemaManager<'_>) -> &'static [&'static str] {
    match manager.get_database_backend() {
        DatabaseBackend::Postgres => &[
            "INSERT INTO audit_head (desk_id, number, hash) SELECT id, 0, decode(repeat('00', 32), 'hex') FROM desk",
            "INSERT INTO figure (month, desk_id, measure, topic, region, channel, detail, class, count) \
             SELECT to_char(to_timestamp((received_hour + 8) * 3600) AT TIME ZONE 'UTC', 'YYYY-MM'), desk_id, 'received', \
             coalesce(topic, ''), coalesce(substr(region, 1, 6), ''), 'online', '', 0, count(*) \
             FROM thread_before GROUP BY 1, 2, 4, 5",
        ],
        _ => &[
            "INSERT INTO audit_head (desk_id, number, hash) SELECT id, 0, zeroblob(32) FROM desk",
            "INSERT INTO figure (month, desk_id, measure, topic, region, channel, detail, class, count) \
             SELECT strftime('%Y-%m', (received_hour + 8) * 3600, 'unixepoch'), desk_id, 'received', \
             coalesce(topic, ''), coalesce(substr(region, 1, 6), ''), 'online', '', 0, count(*) \
             FROM thread_before GROUP BY 1, 2, 4, 5",
        ],
    }
}

/// Raw, because a part of the rows is in each. A queue is read in the order of its index and nothing is sorted.
const INDEXES: &[&str] = &[
    "CREATE INDEX thread_queue ON thread (desk_id, urgency, queue_hour, id) \
     WHERE state NOT IN ('closed', 'withdrawn')",
    "CREATE INDEX thread_climbed ON thread (escalated_to, urgency, queue_hour, id) \
     WHERE state NOT IN ('closed', 'withdrawn')",
    "CREATE INDEX thread_due ON thread (due_hour, id) WHERE due_hour IS NOT NULL",
    "CREATE INDEX thread_lapse ON thread (lapse_hour, id) WHERE lapse_hour IS NOT NULL",
    "CREATE INDEX thread_purge ON thread (purge_hour, id) WHERE purge_hour IS NOT NULL",
    "CREATE INDEX request_thread ON request (thread_id)",
    "CREATE INDEX invitation_desk ON invitation (desk_id)",
];
