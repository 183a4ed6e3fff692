//! Tools from the Python package index, in a virtual environment under `target/`: installed when a test first wants them, kept for the next.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What is installed. Other people's tools: their verdicts are the point, so they are pinned and not bent.
const PACKAGES: [&str; 4] =
    ["schemathesis==4.32.5", "geojson-validator==0.7.0", "pyhpke==0.6.5", "aiosmtpd==1.4.6"];

/// The programs of the environment; or why there are none. `target`: where builds go (`CARGO_TARGET_TMPDIR`).
pub fn tools(target: &Path) -> Result<&'static Path, &'static str> {
    static TOOLS: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    TOOLS.get_or_init(|| install(target)).as_deref().map_err(String::as_str)
}

fn install(target: &Path) -> Result<PathBuf, String> {
    let folder = target.join(format!("python-{}", PACKAGES.join("-").replace("==", "-")));
    let (programs, done) = (folder.join("bin"), folder.join("installed"));
    if done.exists() {
        return Ok(programs);
    }
    let run = |program: &Path, arguments: &[&str], what: &str| {
        let said = Command::new(program).args(arguments).output().map_err(|err| format!("{what}: {err}"))?;
        let last = String::from_utf8_lossy(&said.stderr).lines().last().unwrap_or_default().to_owned();
        if said.status.success() { Ok(()) } else { Err(format!("{what}: {last}")) }
    };
    let place = folder.to_str().ok_or("the path of target/ is not text")?;
    run(Path::new("python3"), &["-m", "venv", "--clear", place], "python3 with venv is wanted")?;
    let packages = ["install", "--quiet", "--disable-pip-version-check"].into_iter().chain(PACKAGES);
    run(&programs.join("pip"), &packages.collect::<Vec<_>>(), "PyPI is wanted")?;
    std::fs::create_dir(&done).map_err(|err| err.to_string())?;
    Ok(programs)
}
