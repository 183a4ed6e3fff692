//! Runs a command beside a fresh PostgreSQL of its own: `cargo run -p tests --bin with-postgres -- cargo test --workspace`.
//!
//! The command finds the database's address in `NUANZHAN_TEST_POSTGRES`. Where PostgreSQL is not installed the command runs
//! without it, and the tests that want it say that they skip.

use std::process::{Command, ExitCode};

use tests::postgres;
use tests::tool::complain;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        complain("with-postgres: which command? For example: with-postgres cargo test");
        return ExitCode::from(2);
    };
    let mut command = Command::new(&program);
    command.args(arguments);
    if let Some(url) = postgres::fresh_database("the stores on PostgreSQL") {
        command.env("NUANZHAN_TEST_POSTGRES", url);
    }
    match command.status() {
        Ok(status) => ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)),
        Err(err) => {
            complain(&format!("with-postgres: can't run {}: {err}", program.display()));
            ExitCode::from(2)
        }
    }
}
