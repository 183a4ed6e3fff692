//! A database in which a great many letters lie.
//!
//! Start at [`fill`]: written with the database's own statements, since a million letters through the door would take a quarter of an
//! hour. What nobody reads in a measurement (the sealed bytes) is noise of the right length.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use tests::postgres;
use tests::server::Ground;

use crate::said;

/// Letters that wait, and letters that are closed.
const OPEN: u32 = 100_000;
const CLOSED: u32 = 1_000_000;
/// One letter in so many is of another topic, and one in so many came in another way.
const RARE: u32 = 5_000;

/// Letters, each with its keys for the asker and the desk, of the last half year; one in ten thousand of the closed ones is over.
pub(crate) fn fill(ground: &Ground) -> anyhow::Result<()> {
    let now = this_hour();
    let all = OPEN + CLOSED;
    let (numbers, id, content, key) = if ground.database.is_some() {
        (
            format!("SELECT i FROM generate_series(1, {all}) AS n(i)"),
            "md5(i::text)",
            "decode(repeat(md5(thread.id), 66), 'hex')",
            "decode(repeat(md5(message.thread_id), 7), 'hex')",
        )
    } else {
        let recursive =
            format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {all})");
        (
            format!("{recursive} SELECT i FROM n"),
            "lower(hex(randomblob(16)))",
            "randomblob(1056)",
            "randomblob(113)",
        )
    };
    let thread = format!(
        "INSERT INTO thread (id, desk_id, escalated_to, channel, state, danger, child, vulnerable, topic, received_hour, due_hour, \
         due_stage, closed_hour, purge_hour, outcome, mediation, legal_aid, psychological, consent, typed_back) \
         SELECT {id}, 'shili-city', CASE WHEN i % 5 = 0 THEN 'shili-city' END, CASE WHEN (i + 7) % {RARE} = 0 THEN 'visit' ELSE 'online' END, \
         CASE WHEN i > {OPEN} THEN 'closed' WHEN i % 2 = 0 THEN 'received' ELSE 'answered' END, \
         i % 97 = 0, i % 11 = 0, i % 7 = 0, CASE WHEN i % {RARE} = 0 THEN 'marriage' ELSE 'work' END, {now} - i % 4000, CASE WHEN i <= {OPEN} THEN {now} + i % 400 END, \
         CASE WHEN i <= {OPEN} THEN 'close' END, CASE WHEN i > {OPEN} THEN {now} - i % 3000 END, \
         CASE WHEN i > {OPEN} THEN {now} + (i % 10000) - 1 END, CASE WHEN i > {OPEN} THEN 'advised' END, \
         FALSE, FALSE, FALSE, FALSE, TRUE FROM ({numbers}) AS numbers"
    );
    let message = format!(
        "INSERT INTO message (thread_id, purpose, position, sender, sent_hour, content) \
         SELECT id, 'letter', 1, 'asker', received_hour, {content} FROM thread"
    );
    let keys = format!(
        "INSERT INTO message_key (thread_id, purpose, position, reader, generation, sealed_key) \
         SELECT thread_id, 'letter', 1, reader, generation, {key} FROM message \
         CROSS JOIN (SELECT 'thread' AS reader, 0 AS generation UNION ALL SELECT 'desk/shili-city', 1) AS readers"
    );
    [thread, message, keys, "ANALYZE".to_owned()].iter().try_for_each(|statement| change(ground, statement))
}

/// Runs a statement in the database of a ground where no server runs.
pub(crate) fn change(ground: &Ground, statement: &str) -> anyhow::Result<()> {
    match &ground.database {
        Some(url) => sql(url, statement),
        None => sqlite(&ground.var().join("nuanzhan.db"), statement),
    }
}

/// How many rows a condition on threads finds, also while a server runs.
pub(crate) fn threads(ground: &Ground, condition: &str) -> anyhow::Result<u64> {
    let count = format!("SELECT count(*) FROM thread WHERE {condition}");
    let counted = match &ground.database {
        Some(url) => {
            let psql = postgres::program("psql").context("psql is installed")?;
            said(Command::new(psql).args(["-X", "-t", "-A", "-c", &count]).arg(url))?
        }
        None => {
            let script = "import sqlite3, sys\nprint(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])\n";
            said(
                Command::new("python3")
                    .args(["-c", script])
                    .arg(ground.var().join("nuanzhan.db"))
                    .arg(&count),
            )?
        }
    };
    Ok(counted.trim().parse()?)
}

/// The hour that it is, as rows have it.
pub(crate) fn this_hour() -> i64 {
    jiff::Timestamp::now().as_second().div_euclid(3600)
}

pub(crate) fn sql(url: &str, statement: &str) -> anyhow::Result<()> {
    let psql = postgres::program("psql").context("psql is installed")?;
    said(Command::new(psql).args(["-q", "-v", "ON_ERROR_STOP=1", "-c", statement]).arg(url)).map(|_| ())
}

fn sqlite(file: &Path, statement: &str) -> anyhow::Result<()> {
    let script =
        "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\ndb.execute(sys.argv[2])\ndb.commit()\n";
    said(Command::new("python3").args(["-c", script]).arg(file).arg(statement)).map(|_| ())
}
