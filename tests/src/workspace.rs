//! Where things are: the checkout, the built program, the content and copies of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, ensure};
use jiff::civil::Date;

use crate::real;

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/")).to_owned()
}

/// The `nuanzhan` program, built if need be.
///
/// # Panics
///
/// When it does not build: no test of the system means anything then.
pub fn nuanzhan() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("api", "nuanzhan").expect("the program builds"))
}

/// The editors' command `site-gen`, built if need be.
///
/// # Panics
///
/// When it does not build: no test of publishing means anything then.
pub fn site_gen() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("site-gen", "site-gen").expect("the program builds"))
}

/// The program that measures search, `eval`, built if need be.
///
/// # Panics
///
/// When it does not build.
pub fn eval() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("search", "eval").expect("the program builds"))
}

/// Builds a binary with the profile these tests were built with, and says where it is.
fn build(package: &str, binary: &str) -> anyhow::Result<PathBuf> {
    // Our own path is <target>/<profile>/deps/<test>, or <target>/<profile>/<bin>.
    let own = std::env::current_exe().context("a program knows its own path")?;
    let folder = own
        .ancestors()
        .skip(1)
        .find(|folder| !folder.ends_with("deps"))
        .context("a test lies in a folder")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(["build", "--quiet", "--package", package, "--bin", binary]);
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    // What cargo told this test about itself is not to be taken for a change: build scripts that look at it (ring's
    // does) would run again, and half of everything be built again, each time a test follows a build by hand.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    ensure!(cargo.status().context("cargo runs")?.success(), "cargo could not build {binary}");
    Ok(folder.join(binary))
}

/// The content of the checkout.
pub fn content() -> PathBuf {
    root().join("content")
}

/// Where the way out of that content leads, as its settings say.
pub fn way_out() -> anyhow::Result<String> {
    let settings = fs::read_to_string(content().join("site.toml"))?;
    let line = settings.lines().find_map(|line| line.strip_prefix("exit_url = "));
    Ok(line.context("the settings have an exit_url")?.trim_matches('"').to_owned())
}

/// The day to build or check the content of the checkout on, or a copy of it: the newest that it says itself.
///
/// # Panics
///
/// When it can't be read or says no day.
pub fn newest_day(content: &Path) -> Date {
    real::newest_day(content).expect("the content says when it was looked at")
}

/// A copy of the content that a test may break.
pub fn copy_of_content(to: &Path) -> anyhow::Result<PathBuf> {
    let copy = to.join("content");
    copy_folder(&content(), &copy)?;
    Ok(copy)
}

/// Copies what is in `from` into `to`.
pub fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Every file under `folder`, in order of path.
pub fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(next) else { continue };
        for entry in entries.flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}
