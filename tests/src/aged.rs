//! Letters that have waited: nobody can wait three days for a test, so the deadlines in the database are set back while no server runs.

use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::server::Ground;

/// Sets back what is due; whole hours. As many threads have to have a deadline.
const SET_BACK: &str = "
import sqlite3, sys
file, hours, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with sqlite3.connect(file) as database:
    set_back = 'UPDATE thread SET due_hour = due_hour - ?, climb_hour = climb_hour - ? WHERE due_hour IS NOT NULL'
    changed = database.execute(set_back, (hours, hours)).rowcount
sys.exit(f'{changed} deadlines' if changed != threads else None)
";

/// Makes the deadlines of all `threads` on a ground with `SQLite` come `hours` sooner. No server may run there.
pub fn set_back(ground: &Ground, hours: u32, threads: usize) -> anyhow::Result<()> {
    ensure!(ground.database.is_none(), "only where the database is a file");
    let mut command = Command::new("python3");
    command.arg("-c").arg(SET_BACK).arg(ground.var().join("nuanzhan.db"));
    let ran = command.arg(hours.to_string()).arg(threads.to_string()).output().context("python3 runs")?;
    ensure!(ran.status.success(), "the clocks are set back: {}", String::from_utf8_lossy(&ran.stderr));
    Ok(())
}
