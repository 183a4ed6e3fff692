//! A disk of a few megabytes that can be filled up, for a program that runs in it and nobody else.
//!
//! Start at [`SmallDisk::under`]. It is a file system in memory, mounted in a name space of its own; only the program that is started
//! with [`SmallDisk::command`] sees it, and the test through that process ([`SmallDisk::fill`]). What lay in the folder before is on
//! it, and is left alone. Linux only, and only where mounting in a name space is allowed.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::postgres;

/// What it takes to become the root of a name space: nothing for anybody, or to be root already.
const WAYS: [&[&str]; 2] = [&["--user", "--map-root-user", "--mount"], &["--mount"]];

/// A folder over which a small file system is mounted.
#[derive(Debug, Clone)]
pub struct SmallDisk {
    folder: PathBuf,
    megabytes: u32,
    way: &'static [&'static str],
}

impl SmallDisk {
    /// One that is mounted over `folder`, which is made; `None` where this machine does not allow it.
    pub fn under(folder: &Path, megabytes: u32) -> anyhow::Result<Option<Self>> {
        fs::create_dir_all(folder)?;
        let allowed = |way: &&&[&str]| {
            let mut probe = Command::new("unshare");
            probe.args(**way).args(["mount", "-t", "tmpfs", "none"]).arg(folder);
            probe.output().is_ok_and(|tried| tried.status.success())
        };
        let way = WAYS.iter().find(allowed);
        Ok(way.map(|way| Self { folder: folder.to_owned(), megabytes, way }))
    }

    /// Starts `program` where the disk is. Arguments are added by the caller. Its process is the program's own.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        self.command_in(&[], program)
    }

    fn command_in(&self, more: &[&str], program: impl AsRef<OsStr>) -> Command {
        // What lies in the folder is on the disk.
        let script = "kept=$(mktemp -d); cp -a \"$1/.\" \"$kept\"; mount -t tmpfs -o \"size=$0m\" none \"$1\"; chmod 777 \"$1\"; \
                      cp -a \"$kept/.\" \"$1\"; rm -rf \"$kept\"; shift; exec \"$@\"";
        let mut command = Command::new("unshare");
        command.args(self.way).args(more).args(["sh", "-euc", script, &self.megabytes.to_string()]);
        command.arg(&self.folder).arg(program);
        command
    }

    /// The folder, as that process sees it.
    fn seen_by(&self, pid: u32) -> PathBuf {
        let within = self.folder.strip_prefix("/").unwrap_or(&self.folder);
        Path::new("/proc").join(pid.to_string()).join("root").join(within)
    }

    /// Fills it up to the last byte with a file, which makes room again when it is removed.
    pub fn fill(&self, pid: u32) -> anyhow::Result<PathBuf> {
        let path = self.seen_by(pid).join("filler");
        let mut file = fs::File::create(&path)?;
        for piece in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![7; piece]).is_ok() {}
        }
        Ok(path)
    }
}

/// A PostgreSQL whose data is on a small disk. Killed when dropped.
pub struct SmallPostgres {
    server: Child,
    /// Where its data is.
    pub disk: SmallDisk,
    /// The address of an empty database.
    pub url: String,
}

impl SmallPostgres {
    /// Starts it, with its data under `folder`; `None` where that can't be.
    pub fn start(folder: &Path, megabytes: u32) -> anyhow::Result<Option<Self>> {
        let Some(bin) = postgres::find_bin() else { return Ok(None) };
        let Some(disk) = SmallDisk::under(folder, megabytes)? else { return Ok(None) };
        let port = postgres::free_port()?;
        // It refuses to run as root, and starts again by itself after a crash, as a service manager would have it.
        let script = "\"$0/initdb\" -D \"$1/data\" -U nuanzhan -A trust -E UTF8 --locale=C --no-sync && while :; do \
                      \"$0/postgres\" -D \"$1/data\" -p \"$2\" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
                      -c max_wal_size=48MB -c min_wal_size=32MB; sleep 0.2; done";
        // With a name space of processes too, all of them end with the first.
        let mut command = disk.command_in(&["--pid", "--fork", "--kill-child"], "unshare");
        command.args(["--user", "--map-user=1000", "sh", "-euc", script]).arg(&bin).arg(folder);
        command.arg(port.to_string()).stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
        let server = command.spawn().context("PostgreSQL starts on a small disk")?;
        let url = format!("postgres://nuanzhan@127.0.0.1:{port}/postgres");
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(began.elapsed() < Duration::from_mins(1), "PostgreSQL does not start on a small disk");
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(Some(Self { server, disk, url }))
    }

    /// The process that sees its disk.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }
}

impl Drop for SmallPostgres {
    fn drop(&mut self) {
        // It may have ended by itself; nobody needs its data any more.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
