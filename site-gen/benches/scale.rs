//! What an edit costs in a large site: `cargo bench -p site-gen --bench scale -- 3500 35000`.
//!
//! Builds generated sites of so many documents (3,500 where nothing is said), each task in a process of its own so that its
//! peak memory is its own: everything from nothing; a new process after one edit; and one process that is kept, told which file
//! was edited. Printed as a table; not a test, because a time depends on the machine. Without search data. Memory is taken
//! from the allocator of the editors' command.

mod corpus;
#[path = "../tests/real/mod.rs"]
mod real;
mod support;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use corpus::{generate, markdown_under, output_under, real_content};
use real::newest_day;
use site_gen::workshop::Workshop;
use site_gen::{Options, Outcome};
use support::{Cost, measure, megabytes, report_cost, say};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often each edit is made. The middle one is told, with the least and the most.
const ROUNDS: usize = 5;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "task-build", content, out] => return task_build(Path::new(content), Path::new(out)),
        [_, "task-kept", content, out] => return task_kept(Path::new(content), Path::new(out)),
        _ => {}
    }
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes.push(3500);
    }
    say("| documents | what | time | CPU | peak memory |");
    say("| --: | --- | --: | --: | --: |");
    sizes.into_iter().try_for_each(rows)
}

fn rows(size: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (content, out) = (folder.path().join("content"), folder.path().join("site"));
    let real = real_content();
    generate(&real, &content, size)?;
    let (files, bytes) = markdown_under(&content)?;
    let edited = edited(&content)?;
    let build = || Ok(measure("task-build", &content, &out)?.0);
    let row = |what: &str, costs: &mut [Cost]| {
        costs.sort_unstable_by_key(|cost| cost.wall_ms);
        let Cost { wall_ms, cpu_ms, peak } = costs[costs.len() / 2];
        let (least, most) = (costs[0].wall_ms, costs[costs.len() - 1].wall_ms);
        let span = if costs.len() > 1 { format!(" ({least}–{most})") } else { String::new() };
        say(&format!("| {size} | {what} | {wall_ms} ms{span} | {cpu_ms} ms | {:.0} MB |", megabytes(peak)));
    };
    row("everything, from nothing", &mut [build()?]);
    // What it wrote is still on its way to the disk, and nobody edits a site in the seconds after all of it was written.
    rustix::fs::sync();
    let (pages, written) = output_under(&out)?;
    let (bytes, written) = (megabytes(bytes), megabytes(written));
    say(&format!(
        "| {size} | ({files} files, {bytes:.0} MB of Markdown; {pages} pages, {written:.0} MB) | | | |"
    ));
    row("a new process, nothing changed", &mut [build()?, build()?, build()?]);
    for (what, edit) in [("body", edit_body as Edit), ("title", edit_title)] {
        let costs: anyhow::Result<Vec<Cost>> = (0..ROUNDS)
            .map(|round| {
                edit(&edited, round)?;
                build()
            })
            .collect();
        row(&format!("a new process, one {what} edited"), &mut costs?);
    }
    let (kept, lines) = measure("task-kept", &content, &out)?;
    for line in lines.lines() {
        say(&format!("| {size} | kept process, {line} | | {:.0} MB |", megabytes(kept.peak)));
    }
    Ok(())
}

/// One of the generated guides.
fn edited(content: &Path) -> anyhow::Result<PathBuf> {
    let mut guides = corpus::markdown_paths(&content.join("guides"))?;
    guides.retain(|path| path.to_string_lossy().contains("generated-"));
    let middle = guides.len() / 2;
    guides.get(middle).cloned().context("a generated guide")
}

fn options(content: &Path, out: &Path) -> anyhow::Result<Options> {
    Ok(Options { search: false, ..Options::new(content, out, newest_day(&real_content())?) })
}

fn task_build(content: &Path, out: &Path) -> anyhow::Result<()> {
    match site_gen::build(&options(content, out)?)? {
        Outcome::Built(_) => report_cost(),
        Outcome::Rejected(report) => bail!("{}", report.text()),
    }
}

fn task_kept(content: &Path, out: &Path) -> anyhow::Result<()> {
    let mut workshop = Workshop::open(options(content, out)?)?;
    workshop.update(None)?;
    let edited = edited(content)?;
    let path = edited.strip_prefix(content)?.to_str().context("a name")?.to_owned();
    let beside = edited.with_file_name("somebody-still-writes-this.md");
    for (what, edit) in [
        ("one body edited", edit_body as Edit),
        ("one title edited", edit_title),
        ("one body edited beside a draft", edit_body),
    ] {
        if what.ends_with("a draft") {
            write(&beside, "---\ntitle: 没写完\nsummary: 还没有。\ndraft: true\n---\n还没有。\n")?;
            workshop.update(None)?;
        }
        let mut rounds: Vec<(u128, u128)> = Vec::new();
        for round in 1..=ROUNDS {
            edit(&edited, round)?;
            rounds.push(update(&mut workshop, &path)?);
        }
        rounds.sort_unstable();
        let (first, all) = rounds[ROUNDS / 2];
        let least = rounds.iter().map(|round| round.1).min().unwrap_or_default();
        let most = rounds.iter().map(|round| round.1).max().unwrap_or_default();
        say(&format!("{what} | page after {first} ms, all after {all} ms ({least}–{most})"));
    }
    report_cost()
}

type Edit = fn(&Path, usize) -> anyhow::Result<()>;

/// Milliseconds until the first page is in its place, and until all is.
fn update(workshop: &mut Workshop, path: &str) -> anyhow::Result<(u128, u128)> {
    let (started, mut first) = (Instant::now(), None);
    let told = [path.to_owned()];
    let outcome = workshop.update_telling(Some(&told), &mut |_| {
        first.get_or_insert_with(|| started.elapsed().as_millis());
    })?;
    let all = started.elapsed().as_millis();
    match outcome {
        Outcome::Built(report) if report.made.documents.is_empty() => bail!("nothing was made"),
        Outcome::Built(_) => Ok((first.unwrap_or(all), all)),
        Outcome::Rejected(report) => bail!("{}", report.text()),
    }
}

fn edit_body(path: &Path, round: usize) -> anyhow::Result<()> {
    let text = String::from_utf8(fs::read(path)?)?;
    write(path, &format!("{text}\n第 {round} 次改动。\n"))
}

fn edit_title(path: &Path, round: usize) -> anyhow::Result<()> {
    let text = String::from_utf8(fs::read(path)?)?;
    write(path, &text.replacen("\ntitle: ", &format!("\ntitle: {round} "), 1))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    Ok(fs::File::create(path)?.write_all(text.as_bytes())?)
}
