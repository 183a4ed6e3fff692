//! Time that has passed: nobody can wait three days or a quarter for a test, so deadlines and counts in the database are set back
//! while no server runs.

use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::postgres;
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

/// The same months of the quarter before, for each kind of database.
const QUARTER_BEFORE: [&str; 2] = [
    "UPDATE figure SET month = strftime('%Y-%m', month || '-01', '-3 months')",
    "UPDATE figure SET month = to_char(to_date(month || '-01', 'YYYY-MM-DD') - interval '3 months', 'YYYY-MM')",
];

const ON_SQLITE: &str = "
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    counted = database.execute(sys.argv[2]).rowcount
sys.exit(None if counted else 'nothing was counted')
";

/// Makes everything that was counted on a ground have happened a quarter before. No server may run there.
pub fn a_quarter_ago(ground: &Ground) -> anyhow::Result<()> {
    let [sqlite, other] = QUARTER_BEFORE;
    let mut command = match &ground.database {
        None => {
            let mut command = Command::new("python3");
            command.arg("-c").arg(ON_SQLITE).arg(ground.var().join("nuanzhan.db")).arg(sqlite);
            command
        }
        Some(url) => {
            let mut command = Command::new(postgres::program("psql").context("psql is installed")?);
            command.args(["-X", "-v", "ON_ERROR_STOP=1", url, "-c", other]);
            command
        }
    };
    let ran = command.output().context("the database is changed")?;
    ensure!(ran.status.success(), "the counts are set back: {}", String::from_utf8_lossy(&ran.stderr));
    Ok(())
}
