//! A real PostgreSQL of our own: a fresh cluster in a temporary folder, a fresh database for each test.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, ensure};

use crate::skip::skipped;

/// A cluster that lives as long as the test program.
struct Cluster {
    data: PathBuf,
    bin: PathBuf,
    port: u16,
    durable: bool,
}

/// A fresh, empty database's address; `None` (and said so) where PostgreSQL is not installed.
///
/// # Panics
///
/// When an installed PostgreSQL does not start: that is a failure, not a skip.
pub fn fresh_database(what: &str) -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let cluster = CLUSTER.get_or_init(|| {
        let bin = find_bin()?;
        Some(Cluster::start(bin).expect("an installed PostgreSQL starts"))
    });
    let Some(cluster) = cluster else {
        skipped(what, "PostgreSQL is not installed: no initdb in the PATH or under /usr/lib/postgresql");
        return None;
    };
    let name = format!("nuanzhan_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    Some(cluster.create(&name).expect("a running cluster makes a database"))
}

/// The folder and address of the cluster's data, for searching its bytes; only after [`fresh_database`].
pub fn data_folder_of(url: &str) -> Option<PathBuf> {
    let port = url.rsplit(':').next()?.split('/').next()?;
    Some(std::env::temp_dir().join(format!("nuanzhan-postgres-{}-{port}", std::process::id())))
}

/// One of its programs, of the newest server that is installed.
pub fn program(name: &str) -> Option<PathBuf> {
    Some(find_bin()?.join(name))
}

/// Runs one statement in the database at `url`; what `psql` says: bare values, or how many rows were changed.
pub fn ask(url: &str, statement: &str) -> anyhow::Result<String> {
    let mut command = Command::new(program("psql").context("psql is installed")?);
    command.args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", url, "-c", statement]);
    let ran = command.output().context("psql runs")?;
    ensure!(ran.status.success(), "{statement}: {}", String::from_utf8_lossy(&ran.stderr));
    Ok(String::from_utf8(ran.stdout)?.trim().to_owned())
}

/// The newest installed server.
pub(crate) fn find_bin() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    let mut found: Vec<PathBuf> = debian.filter(|bin| bin.join("initdb").is_file()).collect();
    found.sort();
    let in_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    found.pop().or_else(|| {
        in_path.into_iter().find(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
    })
}

impl Cluster {
    fn start(bin: PathBuf) -> anyhow::Result<Self> {
        let port = free_port()?;
        let data = std::env::temp_dir().join(format!("nuanzhan-postgres-{}-{port}", std::process::id()));
        fs::create_dir_all(&data)?;
        let cluster = Self { data, bin, port, durable: true };
        if is_root() {
            fs::set_permissions(&cluster.data, fs::Permissions::from_mode(0o700))?;
            let owned = Command::new("chown").arg("postgres").arg(&cluster.data).status()?;
            ensure!(owned.success(), "the postgres user owns its data");
        }
        let data = cluster.data.display().to_string();
        cluster.run(
            "initdb",
            &["-D", &data, "-U", "nuanzhan", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        )?;
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync={}",
            if cluster.durable { "on" } else { "off" }
        );
        let log = cluster.data.join("server.log").display().to_string();
        cluster.run("pg_ctl", &["-D", &data, "-o", &options, "-l", &log, "-w", "-t", "60", "start"])?;
        watch_over(&cluster);
        Ok(cluster)
    }

    fn create(&self, name: &str) -> anyhow::Result<String> {
        let port = self.port.to_string();
        self.run("createdb", &["-h", "127.0.0.1", "-p", &port, "-U", "nuanzhan", name])?;
        Ok(format!("postgres://nuanzhan@127.0.0.1:{port}/{name}"))
    }

    /// Runs a program of PostgreSQL, as the user `postgres` where we are root: it refuses to run as root.
    fn run(&self, program: &str, arguments: &[&str]) -> anyhow::Result<()> {
        let path = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&path);
            command
        } else {
            Command::new(&path)
        };
        command
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit());
        ensure!(command.status().with_context(|| format!("{program} runs"))?.success(), "{program} failed");
        Ok(())
    }
}

/// Stops the cluster and removes its data once the test program is gone, however it ended.
fn watch_over(cluster: &Cluster) {
    let script = "while kill -0 \"$0\" 2>/dev/null; do sleep 1; done; pid=$(head -n 1 \"$1/postmaster.pid\"); \
                  kill -QUIT \"$pid\"; while kill -0 \"$pid\" 2>/dev/null; do sleep 0.2; done; rm -rf \"$1\"";
    let mut watcher = Command::new("sh");
    watcher.args(["-c", script, &std::process::id().to_string()]).arg(&cluster.data);
    watcher.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Without it the cluster would stay behind; the tests themselves are none the worse.
    let _ = watcher.spawn();
}

pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn is_root() -> bool {
    Path::new("/root").metadata().is_ok()
        && Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}
