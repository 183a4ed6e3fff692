//! Many requests at once: as many as the server answers ([`closed`]), or so many a second whatever it does ([`open`]); and
//! [`flood`], so many a second of junk.
//!
//! The callers are threads of this process with one connection each, on the same processors as the server. A browser's
//! `Accept-Encoding` is sent, so compression is measured too.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

/// What browsers say they understand.
const CODINGS: &str = "gzip, deflate, br, zstd";

/// How many answer at once in [`open`]: more than are ever under way where the server keeps up.
const CALLERS: usize = 64;

/// What is asked, and of whom.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// `http://127.0.0.1:PORT`
    pub base: &'a str,
    /// Paths with their queries, asked in turns.
    pub paths: &'a [String],
}

/// What came of it.
#[derive(Debug)]
pub struct Load {
    /// Answers a second.
    pub rate: f64,
    /// Half of the answers took at most this long.
    pub p50: Duration,
    /// All but one in a hundred.
    pub p99: Duration,
    /// The longest.
    pub worst: Duration,
}

/// Each of some callers asks again as soon as it has its answer.
///
/// # Errors
///
/// When an answer is not 200: then nothing was measured.
pub fn closed(ask: Ask<'_>, callers: usize, length: Duration) -> anyhow::Result<Load> {
    let began = Instant::now();
    let due = |_| {
        let now = Instant::now();
        (now - began < length).then_some(now)
    };
    run(ask.base, (callers, began), due, |caller, turn| ask.send(caller, turn))
}

/// So many requests a second, each at its time, whether the ones before are answered or not. Times count from when a request
/// was due, so that a server that falls behind shows it.
///
/// # Errors
///
/// When an answer is not 200.
pub fn open(ask: Ask<'_>, rate: u32, length: Duration) -> anyhow::Result<Load> {
    let step = Duration::from_secs(1) / rate;
    let began = Instant::now() + Duration::from_millis(50);
    let due = |turn| {
        let after = step * u32::try_from(turn).unwrap_or(u32::MAX);
        let due = (after < length).then_some(began + after)?;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        Some(due)
    };
    run(ask.base, (CALLERS, began), due, |caller, turn| ask.send(caller, turn))
}

impl Ask<'_> {
    fn send(&self, caller: &mut Caller, turn: usize) -> anyhow::Result<()> {
        caller.get(&self.paths[turn % self.paths.len()])
    }
}

/// Something that nobody wants.
#[derive(Debug, Clone)]
pub enum Junk {
    /// Asked for, again and again.
    Get(&'static str),
    /// Posted.
    Post {
        /// Where.
        path: &'static str,
        /// Its media type.
        media_type: &'static str,
        /// What is posted.
        body: String,
    },
}

/// So many a second of junk over so many connections, sent in turns until `over`, whatever is answered.
///
/// # Errors
///
/// When the server hangs up.
pub fn flood(
    base: &str,
    junk: &[Junk],
    (rate, callers): (u32, usize),
    over: &AtomicBool,
) -> anyhow::Result<Load> {
    let step = Duration::from_secs(1) / rate;
    let began = Instant::now();
    let due = |turn: usize| {
        let due = began + step * u32::try_from(turn).unwrap_or(u32::MAX);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        (!over.load(Ordering::Relaxed)).then_some(due)
    };
    let send = |caller: &mut Caller, turn: usize| caller.send(&junk[turn % junk.len()]);
    run(base, (callers, began), due, send)
}

/// Lets so many callers do what `send` does, from `began` on, until `due` gives no more times from which the next answer counts.
fn run(
    base: &str,
    (callers, began): (usize, Instant),
    due: impl Fn(usize) -> Option<Instant> + Sync,
    send: impl Fn(&mut Caller, usize) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<Load> {
    let turn = AtomicUsize::new(0);
    let times = Mutex::new(Vec::new());
    let call = || -> anyhow::Result<()> {
        let mut caller = Caller::new(base)?;
        let mut own = Vec::new();
        loop {
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            let Some(from) = due(turn) else { break };
            send(&mut caller, turn)?;
            own.push(from.elapsed());
        }
        times.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own);
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..callers).map(|_| scope.spawn(call)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let took = began.elapsed();
    let mut times = times.into_inner().unwrap_or_else(PoisonError::into_inner);
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied();
    #[expect(clippy::cast_precision_loss, reason = "some thousand answers")]
    let rate = times.len() as f64 / took.as_secs_f64();
    let worst = *times.last().context("nothing was answered")?;
    Ok(Load { rate, p50: at(50).unwrap_or(worst), p99: at(99).unwrap_or(worst), worst })
}

/// A connection that is kept. Reads no more of HTTP than our server writes.
struct Caller {
    stream: BufReader<TcpStream>,
    host: String,
    line: String,
    body: Vec<u8>,
}

impl Caller {
    fn new(base: &str) -> anyhow::Result<Self> {
        let host = base.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        Ok(Self { stream: BufReader::new(stream), host, line: String::new(), body: Vec::new() })
    }

    fn get(&mut self, path: &str) -> anyhow::Result<()> {
        let status = self.answered(&self.asking(path))?;
        ensure!(status.starts_with("HTTP/1.1 200 "), "{path}: {status}");
        Ok(())
    }

    /// Whatever is answered.
    fn send(&mut self, junk: &Junk) -> anyhow::Result<()> {
        let request = match junk {
            Junk::Get(path) => self.asking(path),
            Junk::Post { path, media_type, body } => format!(
                "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n{body}",
                self.host,
                body.len()
            ),
        };
        self.answered(&request).map(|_| ())
    }

    fn asking(&self, path: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nhost: {}\r\naccept-encoding: {CODINGS}\r\n\r\n", self.host)
    }

    /// Sends a request and takes the whole answer in; its first line.
    fn answered(&mut self, request: &str) -> anyhow::Result<String> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?.to_owned();
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            match line.split_once(':') {
                Some(("content-length", value)) => length = value.trim().parse()?,
                Some(("transfer-encoding", _)) => chunked = true,
                Some(_) => {}
                None => break,
            }
        }
        if !chunked {
            return self.skip(length).map(|()| status);
        }
        loop {
            let size = usize::from_str_radix(self.line()?, 16)?;
            self.skip(size)?;
            self.line()?;
            if size == 0 {
                return Ok(status);
            }
        }
    }

    /// The next line, without its end.
    fn line(&mut self) -> anyhow::Result<&str> {
        self.line.clear();
        ensure!(self.stream.read_line(&mut self.line)? > 0, "the server hung up");
        Ok(self.line.trim_end())
    }

    fn skip(&mut self, length: usize) -> anyhow::Result<()> {
        self.body.resize(length, 0);
        Ok(self.stream.read_exact(&mut self.body)?)
    }
}
