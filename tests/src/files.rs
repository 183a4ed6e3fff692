//! A web server that keeps files and knows nothing else: what a site is served by where there is no program of ours.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Serves a folder until the test ends.
pub struct Files {
    /// `http://127.0.0.1:PORT`
    pub base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// What a browser asked for.
struct Asked {
    address: String,
    /// The first line and all headers.
    head: String,
}

impl Files {
    /// Begins to serve the folder `site`.
    pub fn serve(site: &Path) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let base = format!("http://{}", listener.local_addr()?);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (site, log) = (site.to_owned(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (site, log) = (site.clone(), log.clone());
                // A browser that goes away in the middle is no matter.
                std::thread::spawn(move || answer(stream, &site, &log).ok());
            }
        });
        Ok(Self { base, asked })
    }

    /// Every address asked for so far, queries and all: what a host would write into its log.
    pub fn asked(&self) -> Vec<String> {
        self.list(|asked| asked.address.clone())
    }

    /// Everything that was sent with every request so far: first lines and headers.
    pub fn heads(&self) -> Vec<String> {
        self.list(|asked| asked.head.clone())
    }

    fn list(&self, of: fn(&Asked) -> String) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).iter().map(of).collect()
    }
}

fn answer(mut stream: TcpStream, site: &Path, log: &Mutex<Vec<Asked>>) -> anyhow::Result<()> {
    let mut line = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    reader.read_line(&mut line)?;
    let address = line.split(' ').nth(1).unwrap_or("/").to_owned();
    let mut head = line;
    while reader.read_line(&mut head)? > 2 {}
    let path = file_of(site, address.split('?').next().unwrap_or_default());
    log.lock().unwrap_or_else(PoisonError::into_inner).push(Asked { address, head });
    let (status, bytes) = match fs::read(&path) {
        Ok(bytes) => ("200 OK", bytes),
        Err(_) => ("404 Not Found", b"<!doctype html>404".to_vec()),
    };
    let media_type = match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        bytes.len()
    )?;
    stream.write_all(&bytes)?;
    Ok(())
}

fn file_of(site: &Path, address: &str) -> PathBuf {
    let inside: PathBuf = address.split('/').filter(|name| !name.is_empty() && *name != "..").collect();
    let path = site.join(inside);
    if address.ends_with('/') { path.join("index.html") } else { path }
}
