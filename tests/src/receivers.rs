//! Whoever is told of a desk's news: a webhook's receiver and a real mail server, both on this machine, which keep what they hear.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::workspace;

/// How long something may take to arrive on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// Listens for webhooks, and takes each.
pub struct Hook {
    /// Where, with a key in it.
    pub url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Hook {
    /// On a free port.
    pub fn open() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/hook?key=73519", listener.local_addr()?);
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever breaks off has said nothing.
                if let Ok(request) = take(stream) {
                    kept.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                }
            }
        });
        Ok(Self { url, heard })
    }

    /// Whole requests as they came over the wire.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for the first one.
    pub fn wait(&self) -> anyhow::Result<Vec<String>> {
        wait_for("a webhook", || Ok(Some(self.heard()).filter(|heard| !heard.is_empty())))
    }
}

fn take(stream: TcpStream) -> anyhow::Result<String> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(&stream);
    let (mut request, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        request.push_str(&line);
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.push_str(&String::from_utf8(body)?);
    (&stream).write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")?;
    Ok(request)
}

/// A real mail server (`aiosmtpd`) that keeps what it takes in a folder. Killed when dropped.
pub struct MailServer {
    child: Child,
    folder: PathBuf,
    /// Where it listens.
    pub port: u16,
}

impl MailServer {
    /// Starts it on a free port, without encryption; `programs` are those of [`crate::python::tools`].
    pub fn start(programs: &Path, folder: &Path) -> anyhow::Result<Self> {
        Self::start_with(programs, folder, &[])
    }

    /// The same with what else the command of `aiosmtpd` takes.
    pub fn start_with(programs: &Path, folder: &Path, more: &[&str]) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = folder.join("mail");
        let child = Command::new(programs.join("python"))
            .args([
                "-m",
                "aiosmtpd",
                "-n",
                "-l",
                &format!("127.0.0.1:{port}"),
                "-c",
                "aiosmtpd.handlers.Mailbox",
            ])
            .arg(&folder)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("aiosmtpd starts")?;
        let server = Self { child, folder, port };
        wait_for("the mail server", || Ok(TcpStream::connect(("127.0.0.1", port)).ok()))?;
        Ok(server)
    }

    /// The mails it has taken, whole.
    pub fn taken(&self) -> anyhow::Result<Vec<String>> {
        let new = self.folder.join("new");
        if !new.is_dir() {
            return Ok(Vec::new());
        }
        workspace::files_under(&new).iter().map(|file| Ok(fs::read_to_string(file)?)).collect()
    }

    /// Waits for the first one.
    pub fn wait(&self) -> anyhow::Result<Vec<String>> {
        wait_for("a mail", || Ok(Some(self.taken()?).filter(|taken| !taken.is_empty())))
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for<T>(what: &str, look: impl Fn() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        ensure!(Instant::now() < deadline, "{what} did not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}
