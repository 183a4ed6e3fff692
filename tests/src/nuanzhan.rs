//! Runs the operators' command to its end.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::Context as _;

use crate::workspace;

/// What a command said and how it ended.
pub struct Ran {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs `nuanzhan` with `arguments` in `folder`, with nothing on its standard input.
pub fn run(folder: &Path, arguments: &[&str]) -> anyhow::Result<Ran> {
    let output = Command::new(workspace::nuanzhan())
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .context("nuanzhan runs")?;
    Ok(ran(&output))
}

fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
