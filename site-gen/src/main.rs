//! The editors' command. What it can do is in [`commands`].
//!
//! Exit codes: 0 all is well, 1 content to mend (see the findings), 2 could not run.

mod commands;

use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::arguments() {
        Ok(arguments) => arguments.run(),
        Err(code) => ExitCode::from(code),
    }
}
