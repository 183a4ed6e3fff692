//! The documents that benches build sites from: real sentences in seeded disorder.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The real content, whose sentences they are.
pub(crate) fn real_content() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../content")
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

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
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

/// Every file under `folder`, by path.
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

/// How many Markdown files are under `folder`, and their bytes.
pub(crate) fn markdown_under(folder: &Path) -> anyhow::Result<(usize, u64)> {
    let paths = markdown_paths(folder)?;
    Ok((paths.len(), total_size(&paths)?))
}

/// How many pages are under `folder`, and the bytes of all files.
pub(crate) fn output_under(folder: &Path) -> anyhow::Result<(usize, u64)> {
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
