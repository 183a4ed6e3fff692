//! What a build costs: `cargo bench -p site-gen`.
//!
//! Builds the real content and generated sites, each in a process of its own so that its peak memory is its own, and
//! beside them the floor: the same Markdown through pulldown-cmark into bare HTML files, nothing else done. Printed as a
//! table; not a test, because a time depends on the machine.

mod corpus;
#[path = "../tests/real/mod.rs"]
mod real;
mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::bail;
use corpus::{generate, markdown_paths, markdown_under, output_under, real_content};
use real::newest_day;
use site_gen::{Options, Outcome};
use support::{measure, megabytes, report_cost, say};

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
    let real = real_content();
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
    let (build, _) = measure("task-build", content, &out)?;
    measure("task-floor", content, &floor_out)?;
    let (floor, _) = measure("task-floor", content, &floor_out)?;
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

fn task_build(content: &Path, out: &Path) -> anyhow::Result<()> {
    let options = Options::new(content, out, newest_day(&real_content())?);
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

#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn ratio(ours: u64, floor: u64) -> f64 {
    ours as f64 / floor.max(1) as f64
}
