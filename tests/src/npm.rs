//! Tools from npm, in a folder under `target/`: installed when a test first wants them, kept for the next.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A parser of JavaScript that is told which year's language to take.
const PACKAGES: [&str; 1] = ["acorn@8.19.0"];

/// The folder in which `node` finds the packages; or why there is none. `target`: where builds go (`CARGO_TARGET_TMPDIR`).
pub fn packages(target: &Path) -> Result<PathBuf, String> {
    let folder = target.join(format!("npm-{}", PACKAGES.join("-").replace('@', "-")));
    let done = folder.join("installed");
    if done.exists() {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder).map_err(|err| err.to_string())?;
    let said = Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&folder)
        .args(PACKAGES)
        .output()
        .map_err(|err| format!("npm is wanted: {err}"))?;
    if !said.status.success() {
        let last = String::from_utf8_lossy(&said.stderr).lines().last().unwrap_or_default().to_owned();
        return Err(format!("the npm registry is wanted: {last}"));
    }
    std::fs::create_dir_all(&done).map_err(|err| err.to_string())?;
    Ok(folder)
}
