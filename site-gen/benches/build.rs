//! What a build costs: `cargo bench -p site-gen`.
//!
//! Builds the real content and generated sites, each in a process of its own so that its peak memory is its own, and
//! beside them the floor: the same Markdown through pulldown-cmark into bare HTML files, nothing else done. Printed as a
//! table; not a test, because a time depends on the machine.

mod corpus;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail};
use corpus::{generate, markdown_paths, markdown_under, output_under};
use site_gen::{Options, Outcome};

/// Documents in the generated sites.
const SIZES: [usize; 2] = [350, 3500];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo bench` passes `--bench`; a child is called with a task and its folders.
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "task-build", content, out] => return task_build(Path::new(content), Path::new(out)),
        [_, "task-floor", content, out] => return task_floor(Path::new(content), Path::new(out)),
        _ => {}
    }
    let folder = tempfile::tempdir()?;
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
    say(
        "| content | Markdown files | Markdown | pages | output | build | CPU | peak memory | floor CPU | ratio |",
    );
    say("| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
    row("content/", &real, folder.path())?;
    for size in SIZES {
        let content = folder.path().join(format!("content-{size}"));
        generate(&real, &content, size)?;
        row(&format!("generated, {size}"), &content, folder.path())?;
    }
    Ok(())
}

/// Measures one content folder and prints its line.
fn row(name: &str, content: &Path, folder: &Path) -> anyhow::Result<()> {
    let (files, bytes) = markdown_under(content)?;
    // The second run: the first one pays for the disk's cold cache.
    let (out, floor_out) = (folder.join("site"), folder.join("floor"));
    measure("task-build", content, &out)?;
    let build = measure("task-build", content, &out)?;
    measure("task-floor", content, &floor_out)?;
    let floor = measure("task-floor", content, &floor_out)?;
    let (pages, written) = output_under(&out)?;
    say(&format!(
        "| {name} | {files} | {:.1} MB | {pages} | {:.1} MB | {} ms | {} ms | {:.0} MB | {} ms | {:.1} |",
        megabytes(bytes),
        megabytes(written),
        build.wall_ms,
        build.cpu_ms,
        megabytes(build.peak),
        floor.cpu_ms,
        ratio(build.cpu_ms, floor.cpu_ms),
    ));
    Ok(())
}

struct Cost {
    wall_ms: u128,
    cpu_ms: u64,
    peak: u64,
}

/// Runs a task in a process of its own; it reports its processor time and peak memory itself.
fn measure(task: &str, content: &Path, out: &Path) -> anyhow::Result<Cost> {
    let started = Instant::now();
    let output = Command::new(std::env::current_exe()?).arg(task).arg(content).arg(out).output()?;
    let wall_ms = started.elapsed().as_millis();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{task} failed: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    let mut numbers = said.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
    let (cpu_ms, peak) = (numbers.next().context("processor time")?, numbers.next().context("peak memory")?);
    Ok(Cost { wall_ms, cpu_ms, peak })
}

fn task_build(content: &Path, out: &Path) -> anyhow::Result<()> {
    let options = Options::new(content, out, jiff::civil::date(2026, 11, 21));
    match site_gen::build(&options)? {
        Outcome::Built(_) => report_cost(),
        Outcome::Rejected(report) => bail!("{}", report.text()),
    }
}

/// The least that any generator does: Markdown to HTML, written to disk.
fn task_floor(content: &Path, out: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(out)?;
    for (number, path) in markdown_paths(content)?.into_iter().enumerate() {
        let text = String::from_utf8(fs::read(path)?)?;
        let body = text.splitn(3, "---\n").nth(2).unwrap_or_default();
        let mut html = String::new();
        pulldown_cmark::html::push_html(
            &mut html,
            pulldown_cmark::Parser::new_ext(body, pulldown_cmark::Options::ENABLE_TABLES),
        );
        fs::File::create(out.join(format!("{number}.html")))?.write_all(html.as_bytes())?;
    }
    report_cost()
}

/// Processor time in milliseconds and peak resident memory in bytes, from Linux's own books.
fn report_cost() -> anyhow::Result<()> {
    let stat = String::from_utf8(
        fs::read("/proc/self/stat").context("this bench reads /proc, which only Linux has")?,
    )?;
    let after_name = stat.rsplit_once(')').context("the format of proc(5)")?.1;
    // Fields 14 and 15 of the line are user and system time; two fields stand before the closing bracket.
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    let status = String::from_utf8(fs::read("/proc/self/status")?)?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
    let peak_kib: u64 = peak.trim().trim_end_matches("kB").trim().parse()?;
    // Linux counts in hundredths of a second on every platform Rust supports.
    say(&format!("{} {}", ticks * 10, peak_kib * 1024));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn ratio(ours: u64, floor: u64) -> f64 {
    ours as f64 / floor.max(1) as f64
}

#[expect(clippy::print_stdout, reason = "a bench prints its table")]
fn say(line: &str) {
    println!("{line}");
}
