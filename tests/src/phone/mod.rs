//! The scripts of the station pages as a phone runs them, under Node. Start at [`ask`].

pub mod nation;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::skip::skipped;
use crate::workspace;

/// Puts each of `questions` to the scripts, over the files of `folder`; what may be asked stands at the top of `ask.js`. `None` (and
/// said so) where Node is not installed.
pub fn ask(folder: &Path, questions: &[Value], what: &str) -> anyhow::Result<Option<Vec<Value>>> {
    ask_scripts(&workspace::root().join("site-gen/assets"), folder, questions, what)
}

/// The same with the scripts in `assets`.
pub fn ask_scripts(
    assets: &Path,
    folder: &Path,
    questions: &[Value],
    what: &str,
) -> anyhow::Result<Option<Vec<Value>>> {
    let own = tempfile::tempdir()?;
    let (script, out) = (own.path().join("ask.js"), own.path().join("out.json"));
    File::create(&script)?.write_all(include_bytes!("ask.js"))?;
    let mut node = Command::new("node");
    node.arg(&script).args([assets, folder]).stdin(Stdio::piped()).stdout(File::create(&out)?);
    let Ok(mut child) = node.spawn() else {
        skipped(what, "Node is not installed");
        return Ok(None);
    };
    child.stdin.take().context("input is piped")?.write_all(&serde_json::to_vec(questions)?)?;
    ensure!(child.wait()?.success(), "the script failed; what it says is above");
    Ok(Some(serde_json::from_slice(&fs::read(&out)?)?))
}
