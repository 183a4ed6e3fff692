//! What a first question costs where there is no server: `cargo run --release -p tests --bin weigh_search -- CONTENT`.
//!
//! Builds the content with compressed copies, puts every judged question to the site's own script in a window that has fetched
//! nothing, and tells the bytes over the wire, script and all: p50, p95, the most; and how well
//! they are answered, which `eval` tells of the engine. Prints figures only.

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::json;
use tests::find::{self, Asked};
use tests::tool::{self, at, say};
use tests::workspace;

fn main() -> ExitCode {
    tool::ended("weigh_search", weigh())
}

fn weigh() -> anyhow::Result<()> {
    let content = std::env::args_os().nth(1).map_or_else(workspace::content, Into::into);
    let folder = tempfile::tempdir()?;
    let site = folder.path().join("site");
    let mut build = Command::new(workspace::site_gen());
    build.args(["build", "--compress", "--content"]).arg(&content).arg("--out").arg(&site);
    build.stdout(Stdio::null()).stderr(Stdio::null());
    ensure!(build.status().context("site-gen runs")?.success(), "{} has errors", content.display());
    let files = workspace::files_under(&site.join("search"));
    let is_copy = |ending: &str| ["br", "gz", "zst"].contains(&ending);
    let plain = files.iter().filter(|path| path.extension().is_some_and(|e| !is_copy(&e.to_string_lossy())));
    say(&format!("{} files to search, compressed copies not counted", plain.count()));
    say(
        "| questions | p50 bytes | p95 | most | p50 requests | most | MRR@10 |\n| --- | --: | --: | --: | --: | --: | --: |",
    );
    for half in ["tune", "test"] {
        let judged = find::judged(half)?;
        let put = |grouped: bool| {
            let one = |question: &find::Judged| json!({ "q": question.text, "grouped": grouped });
            find::ask(&site, &judged.iter().map(one).collect::<Vec<_>>(), "weighing")
        };
        let (Some(asked), Some(one_by_one)) = (put(true)?, put(false)?) else { return Ok(()) };
        let rank = find::mean_reciprocal_rank(&judged, one_by_one.iter().map(Asked::urls));
        let (mut bytes, mut requests): (Vec<u64>, Vec<u64>) =
            asked.iter().map(|asked| (asked.bytes(), asked.fetched.len() as u64)).unzip();
        bytes.sort_unstable();
        requests.sort_unstable();
        say(&format!(
            "| {half}, {} | {} | {} | {} | {} | {} | {rank:.3} |",
            asked.len(),
            at(&bytes, 50),
            at(&bytes, 95),
            at(&bytes, 100),
            at(&requests, 50),
            at(&requests, 100)
        ));
    }
    let typed = find::ask(&site, &[json!({ "typed": "jtbl" })], "weighing")?.unwrap_or_default();
    say(&format!("a first completion (jtbl): {} bytes", typed.iter().map(Asked::bytes).sum::<u64>()));
    Ok(())
}
