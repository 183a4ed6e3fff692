//! The editors' command. What it can do is in [`commands`].
//!
//! Exit codes: 0 all is well, 1 content to mend (see the findings), 2 could not run.

mod commands;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Pages are made of many small texts by many threads: the system's allocator takes a fifth of a build.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match commands::arguments() {
        Ok(arguments) => arguments.run(),
        Err(code) => ExitCode::from(code),
    }
}
