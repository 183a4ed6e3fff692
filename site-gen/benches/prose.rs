//! What the rules of prose cost: `cargo bench -p site-gen --bench prose`.
//!
//! Reads the real content's Markdown again and again until it has read 58 MB (3,500 documents of 16 KB), first only cut
//! into events, then held against the rules, in processor time. Printed, not tested: a time depends on the
//! machine.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use site_gen::check::prose::{Place, Rules};
use site_gen::diag::Diagnostics;
use site_gen::load::Drafts;
use site_gen::markdown;
use site_gen::source::{SourceMap, Span};

/// As much Markdown as the largest site that is planned for.
const BYTES: usize = 58_000_000;

fn main() -> anyhow::Result<()> {
    let mut files = Vec::new();
    markdown_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../content"), &mut files)?;
    let mut out = std::io::stdout().lock();
    let clean: String = files.join("\n\n");
    // As somebody types who never heard of any rule: everything is taken apart.
    let sloppy = clean.replace('，', ",").replace('。', ".").replace(" **", "**");
    for (name, text) in [("content/", clean.as_str()), ("content/ with half-width marks", sloppy.as_str())] {
        let (parsing, checking, found) = measure(text)?;
        writeln!(out, "{name}: events alone {parsing} ms, rules {checking} ms for 58 MB, {found} findings")?;
    }
    Ok(())
}

/// Processor time to cut 58 MB into events, and of the rules; and what they found in one reading.
fn measure(text: &str) -> anyhow::Result<(u64, u64, usize)> {
    let mut sources = SourceMap::default();
    sources.add("pages/all.md", text);
    let (file, _) = sources.texts().next().context("one file was added")?;
    let rules = Rules::new(&Drafts::default());
    let at = Span::new(file, 0, text.len());
    let times = BYTES / text.len();
    let started = cpu_ms()?;
    for _ in 1..times {
        std::hint::black_box(markdown::events(text));
    }
    let events = markdown::events(text);
    let parsed = cpu_ms()?;
    let mut found = Diagnostics::default();
    for _ in 0..times {
        found = Diagnostics::default();
        rules.body(&events, Place { file: text, at, exact: true }, &mut found);
    }
    let (errors, warnings) = found.counts();
    Ok((parsed - started, cpu_ms()? - parsed, errors + warnings))
}

/// Processor time of this process so far. Linux counts it in hundredths of a second.
fn cpu_ms() -> anyhow::Result<u64> {
    let stat = String::from_utf8(fs::read("/proc/self/stat")?)?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|ticks| ticks.parse::<u64>().ok());
    Ok((ticks(11).context("utime")? + ticks(12).context("stime")?) * 10)
}

fn markdown_under(folder: &Path, files: &mut Vec<String>) -> anyhow::Result<()> {
    let entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    for path in entries {
        if path.is_dir() {
            markdown_under(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("README.md") {
            let text = String::from_utf8(fs::read(&path)?)?;
            let body = text.splitn(3, "---\n").nth(2).unwrap_or_default();
            files.push(body.to_owned());
        }
    }
    Ok(())
}
