//! A running `nuanzhan serve` on a free port, with its own content and `var`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use tempfile::TempDir;

use crate::http::{ADDRESS_HEADER, Client};
use crate::small_disk::SmallDisk;
use crate::{postgres, workspace};

/// How long a start may take in a debug build on a busy machine.
const START: Duration = Duration::from_mins(1);

/// A running server. Killed when dropped.
pub struct Server {
    child: Child,
    lines: Receiver<String>,
    said: Arc<Mutex<String>>,
    /// The folder stays as long as anybody stands on it.
    _folder: Arc<TempDir>,
    /// `http://127.0.0.1:PORT`
    pub base: String,
}

/// What a server runs on; outlives any number of servers, so that they can be killed and started again.
#[derive(Clone)]
pub struct Ground {
    folder: Arc<TempDir>,
    /// The content, if a test has its own.
    content: PathBuf,
    /// The database, if not SQLite in `var`.
    pub database: Option<String>,
    /// The disk that its database is on, if it has one of its own.
    pub disk: Option<SmallDisk>,
    /// Whether members need a second factor: `offered`, or `required` as a real site has it.
    pub second_factor: &'static str,
    /// Other settings, by the names of their variables.
    pub environment: Vec<(&'static str, String)>,
}

impl Ground {
    /// A fresh `var`, the real content, SQLite.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            folder: Arc::new(tempfile::tempdir()?),
            content: workspace::content(),
            database: None,
            disk: None,
            second_factor: "offered",
            environment: Vec::new(),
        })
    }

    /// A copy of the content that may be changed.
    pub fn with_own_content() -> anyhow::Result<Self> {
        let mut ground = Self::new()?;
        ground.content = workspace::copy_of_content(ground.folder.path())?;
        Ok(ground)
    }

    /// The folder with everything a server writes.
    pub fn var(&self) -> PathBuf {
        self.folder.path().join("var")
    }

    /// Where its servers put temporary files.
    pub fn temporary(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// The content served.
    pub fn content(&self) -> &Path {
        &self.content
    }

    /// A folder to run commands in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `--var` and `--database`, for commands that look at the same data.
    pub fn data_arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--var".to_owned(), self.var().display().to_string()];
        if let Some(url) = &self.database {
            arguments.extend(["--database".to_owned(), url.clone()]);
        }
        arguments
    }

    /// Starts a server and waits until it says where it listens.
    pub fn start(&self) -> anyhow::Result<Server> {
        self.start_at("127.0.0.1:0")
    }

    /// The same, listening there.
    pub fn start_at(&self, listen: &str) -> anyhow::Result<Server> {
        self.start_with("--content", &self.content, listen)
    }

    /// Starts a server of the site at `site`, which is published by somebody else.
    pub fn start_on(&self, site: &Path) -> anyhow::Result<Server> {
        self.start_with("--site", site, "127.0.0.1:0")
    }

    fn start_with(&self, flag: &str, folder: &Path, at: &str) -> anyhow::Result<Server> {
        let program = workspace::nuanzhan();
        let mut command =
            self.disk.as_ref().map_or_else(|| Command::new(program), |disk| disk.command(program));
        command.arg("serve").args(["--listen", at]).arg(flag).arg(folder);
        command.args(self.data_arguments()).current_dir(self.folder.path());
        command.env("NUANZHAN_CLIENT_ADDRESS_HEADER", ADDRESS_HEADER);
        command.env("NUANZHAN_DESK_SECOND_FACTOR", self.second_factor);
        command.envs(self.environment.iter().cloned());
        std::fs::create_dir_all(self.temporary())?;
        command.env("TMPDIR", self.temporary());
        command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("nuanzhan starts")?;
        let (lines, said) = listen(&mut child)?;
        let mut server = Server { child, lines, said, _folder: self.folder.clone(), base: String::new() };
        server.base = server.wait_for_address()?;
        Ok(server)
    }
}

/// `SQLite` always, `PostgreSQL` where it is installed: the same claim on both.
///
/// # Panics
///
/// As the claim does, and where no folder can be made.
pub fn on_both_databases(what: &str, claim: impl Fn(&Ground)) {
    claim(&Ground::new().expect("a folder can be made"));
    if let Some(database) = postgres::fresh_database(&format!("{what}, PostgreSQL")) {
        let mut ground = Ground::new().expect("a folder can be made");
        ground.database = Some(database);
        claim(&ground);
    }
}

/// Reads both outputs line by line, and keeps everything that was said.
fn listen(child: &mut Child) -> anyhow::Result<(Receiver<String>, Arc<Mutex<String>>)> {
    let (sender, lines) = channel();
    let said = Arc::new(Mutex::new(String::new()));
    let stdout = child.stdout.take().context("output is piped")?;
    let stderr = child.stderr.take().context("output is piped")?;
    let outputs: [Box<dyn std::io::Read + Send>; 2] = [Box::new(stdout), Box::new(stderr)];
    for output in outputs {
        let (sender, said) = (sender.clone(), said.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(output.take(1 << 24)).lines().map_while(Result::ok) {
                let mut all = said.lock().unwrap_or_else(PoisonError::into_inner);
                all.push_str(&line);
                all.push('\n');
                // Nobody waits for lines any more: they are still kept.
                let _ = sender.send(line);
            }
        });
    }
    Ok((lines, said))
}

impl Server {
    /// A client without scripts.
    pub fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said on both outputs: its log.
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it says a line that contains `part`.
    pub fn wait_for_line(&self, part: &str, patience: Duration) -> anyhow::Result<String> {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if line.contains(part) => return Ok(line),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => bail!("nobody said “{part}”, only:\n{}", self.said()),
                Err(RecvTimeoutError::Disconnected) => bail!("it ended without “{part}”:\n{}", self.said()),
            }
        }
    }

    /// Kills it as a power cut would: no handler runs, nothing is flushed.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().context("a running process can be killed")?;
        self.child.wait()?;
        Ok(())
    }

    /// Stops it with a signal, as Ctrl-C (`INT`) or a service manager (`TERM`) does; its exit code.
    pub fn stop(mut self, signal: &str) -> anyhow::Result<i32> {
        let pid = self.child.id().to_string();
        Command::new("kill").args([&format!("-{signal}"), &pid]).status().context("kill runs")?;
        let status = self.child.wait()?;
        status.code().ok_or_else(|| anyhow!("a signal ended it: {status}"))
    }

    fn wait_for_address(&self) -> anyhow::Result<String> {
        let line = self.wait_for_line("http://127.0.0.1:", START)?;
        let address = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .context("the line has the address")?;
        Ok(address.trim_end_matches('/').to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already, by its own or by the test's hand.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
