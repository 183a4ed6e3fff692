//! What the benches share: generated content, and tasks in processes of their own.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail};

/// What a task cost.
pub(crate) struct Cost {
    /// From outside, milliseconds.
    pub(crate) wall_ms: u128,
    /// Of all threads, milliseconds.
    pub(crate) cpu_ms: u64,
    /// Resident memory, bytes.
    pub(crate) peak: u64,
    /// What it said before, line by line.
    pub(crate) said: String,
}

/// Runs a task in a process of its own; it reports its processor time and peak memory itself.
pub(crate) fn measure(task: &str, content: &Path, out: &Path) -> anyhow::Result<Cost> {
    let started = Instant::now();
    let output = Command::new(std::env::current_exe()?).arg(task).arg(content).arg(out).output()?;
    let wall_ms = started.elapsed().as_millis();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{task} failed: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    let (said, last) = said.trim_end().rsplit_once('\n').unwrap_or(("", said.trim_end()));
    let mut numbers = last.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
    let (cpu_ms, peak) = (numbers.next().context("processor time")?, numbers.next().context("peak memory")?);
    Ok(Cost { wall_ms, cpu_ms, peak, said: said.to_owned() })
}

/// Processor time in milliseconds and peak resident memory in bytes, from Linux's own books.
pub(crate) fn report_cost() -> anyhow::Result<()> {
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
pub(crate) fn generate(real: &Path, to: &Path, documents: usize) -> anyhow::Result<()> {
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

/// The Markdown files under `folder`, the handbook apart.
pub(crate) fn markdown_paths(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = files_under(folder)?;
    paths
        .retain(|path| path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("README.md"));
    Ok(paths)
}

/// Every file under `folder`, in order.
pub(crate) fn files_under(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
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

/// For people.
#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// A line of the table.
#[expect(clippy::print_stdout, reason = "a bench prints its table")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
