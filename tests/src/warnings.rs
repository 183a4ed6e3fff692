//! What the desk warns of while a digest is drafted, as its script says it, under Node. Start at [`ask`].

use std::fs::{self, File};
use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::skip::skipped;
use crate::workspace;

/// Puts each of `questions` to the script; what may be asked stands at the top of `warnings.js`. `None` (and said so) where Node is not
/// installed.
pub fn ask(questions: &[Value], what: &str) -> anyhow::Result<Option<Vec<Value>>> {
    let own = tempfile::tempdir()?;
    let (script, out) = (own.path().join("ask.js"), own.path().join("out.json"));
    fs::write(&script, include_bytes!("warnings.js"))?;
    let mut node = Command::new("node");
    node.arg(&script).arg(workspace::root().join("site-gen/assets/desk"));
    let Ok(mut child) = node.stdin(Stdio::piped()).stdout(File::create(&out)?).spawn() else {
        skipped(what, "Node is not installed");
        return Ok(None);
    };
    child.stdin.take().context("input is piped")?.write_all(&serde_json::to_vec(questions)?)?;
    ensure!(child.wait()?.success(), "the script failed; what it says is above");
    Ok(Some(serde_json::from_slice(&fs::read(&out)?)?))
}
