//! What a build costs: `cargo bench -p site-gen`.
//!
//! Builds the real content and generated sites, each in a process of its own so that its peak memory is its own, and
//! beside them the floor: the same Markdown through pulldown-cmark into bare HTML files, nothing else done. Printed as a
//! table; not a test, because a time depends on the machine.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail};
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
    let options = Options {
        content: content.to_owned(),
        out: out.to_owned(),
        today: jiff::civil::date(2026, 11, 21),
        compress: false,
    };
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

/// Copies the real content and adds guides until there are `documents` of them: real sentences in seeded disorder.
fn generate(real: &Path, to: &Path, documents: usize) -> anyhow::Result<()> {
    copy(real, to)?;
    let guides = markdown_paths(&real.join("guides"))?;
    let texts: Result<Vec<String>, _> = guides
        .iter()
        .map(|path| fs::read(path).map(String::from_utf8))
        .map(|read| read?.map_err(std::io::Error::other))
        .collect();
    let texts = texts?;
    let mut seed = 20_261_121_u64;
    let written = markdown_paths(to)?.len();
    for number in written..documents {
        let model = &texts[number % texts.len()];
        let topic = guides[number % guides.len()]
            .parent()
            .and_then(Path::file_name)
            .context("a guide lies in a topic")?;
        let folder = to.join("guides").join(topic);
        let text = shuffled(model, number, &mut seed);
        fs::File::create(folder.join(format!("generated-{number}.md")))?.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// The same front matter with another title, the same sections in another order, five times over: about 16 KB a file, as a
/// long guide has.
fn shuffled(model: &str, number: usize, seed: &mut u64) -> String {
    let mut parts = model.splitn(3, "---\n");
    let (_, head, body) = (parts.next(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let head: String =
        head.lines()
            .map(|line| {
                if line.starts_with("title:") {
                    format!("{line}（{number}）\n")
                } else {
                    format!("{line}\n")
                }
            })
            .collect();
    let sections: Vec<&str> = body.split("\n## ").filter(|section| !section.trim().is_empty()).collect();
    let mut text = format!("---\n{head}---\n");
    for round in 0..5 {
        let start = next(seed) % sections.len();
        for offset in 0..sections.len() {
            let section = sections[(start + offset) % sections.len()].trim_start_matches("## ");
            let (title, rest) = section.split_once('\n').unwrap_or((section, ""));
            text.extend(["\n## ", title.trim(), "（", &round.to_string(), "）\n", rest, "\n"]);
        }
    }
    text
}

/// A linear congruential generator (constants of Knuth's MMIX): the same corpus on every machine.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap_or(0)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn markdown_paths(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = files_under(folder)?;
    paths
        .retain(|path| path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("README.md"));
    Ok(paths)
}

fn files_under(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_under(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn markdown_under(folder: &Path) -> anyhow::Result<(usize, u64)> {
    let paths = markdown_paths(folder)?;
    Ok((paths.len(), total_size(&paths)?))
}

fn output_under(folder: &Path) -> anyhow::Result<(usize, u64)> {
    let paths = files_under(folder)?;
    let pages = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "html")).count();
    Ok((pages, total_size(&paths)?))
}

fn total_size(paths: &[PathBuf]) -> anyhow::Result<u64> {
    let mut total = 0;
    for path in paths {
        total += fs::metadata(path)?.len();
    }
    Ok(total)
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
