//! What benches share: tasks in processes of their own, and what these cost.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail};

/// What a task cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// From outside, milliseconds.
    pub(crate) wall_ms: u128,
    /// Of all threads, milliseconds.
    pub(crate) cpu_ms: u64,
    /// Resident memory, bytes.
    pub(crate) peak: u64,
}

/// Runs a task in a process of its own; it reports its processor time and peak memory itself. Gives what else it said, too.
pub(crate) fn measure(task: &str, content: &Path, out: &Path) -> anyhow::Result<(Cost, String)> {
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
    Ok((Cost { wall_ms, cpu_ms, peak }, said.to_owned()))
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
