//! One machine, from start to stop, over real sockets.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::clock::SystemClock;
use api::compiler::{Compiled, Compiler, Order};
use api::config::{Settings, Sources};
use api::dice::SystemDice;
use api::serve::{Failure, Service, serve};
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::bench::write_site;

/// Publishes the small site with `content/page.html` as `/page/`; a page that says `mistake` is a mistake.
struct Copyist {
    content: PathBuf,
    out: PathBuf,
}

impl Compiler for Copyist {
    fn compile(&self, _: Order<'_>) -> anyhow::Result<Compiled> {
        let page = std::fs::read(self.content.join("page.html"))?;
        if page.starts_with(b"mistake") {
            let findings = "content/page.html:1:1: 写错了\n".to_owned();
            return Ok(compiled(false, findings));
        }
        write_site(&self.out);
        write(&self.out.join("page/index.html"), &page);
        Ok(compiled(true, String::new()))
    }

    fn catch_up(&self) -> anyhow::Result<()> {
        Ok(())
    }
}

fn compiled(published: bool, findings: String) -> Compiled {
    let line = published.then(|| "一页".to_owned());
    Compiled { published, findings, document: "{}".to_owned(), line, data: true, pages: 9 }
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the editor and the compiler of this test")]
    std::fs::write(path, bytes).unwrap();
}

struct Machine {
    folder: TempDir,
    said: Arc<Mutex<Vec<String>>>,
}

impl Machine {
    fn new(page: &str) -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap(), said: Arc::default() };
        machine.edit(page);
        machine
    }

    fn edit(&self, page: &str) {
        write(&self.folder.path().join("content/page.html"), page.as_bytes());
    }

    fn service(&self, more: &[(&'static str, &str)]) -> Service {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let mut flags =
            vec![("listen", "127.0.0.1:0".to_owned()), ("content", at("content")), ("var", at("var"))];
        flags.extend(more.iter().map(|&(key, value)| (key, value.to_owned())));
        let (settings, _) = Settings::load(Sources { flags, ..Sources::default() }).unwrap();
        let said = self.said.clone();
        Service {
            program: "nuanzhan".to_owned(),
            compiler: Arc::new(Copyist { content: settings.content.clone(), out: settings.served() }),
            settings,
            clock: Arc::new(SystemClock),
            dice: Arc::new(SystemDice),
            say: Arc::new(move |line| said.lock().unwrap().push(line.to_owned())),
        }
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().join("\n")
    }

    /// Waits until something is said that holds `part`.
    async fn hear(&self, part: &str) {
        let since = Instant::now();
        while !self.said().contains(part) {
            assert!(since.elapsed() < Duration::from_secs(20), "never said {part}: {}", self.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Where the first address after `label` is.
    fn address(&self, label: &str) -> SocketAddr {
        let said = self.said();
        let rest = said.split(label).nth(1).unwrap_or_else(|| panic!("no {label} in {said}"));
        let address = rest.split("http://").nth(1).unwrap().split('/').next().unwrap();
        address.parse().unwrap()
    }
}

async fn get(at: SocketAddr, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(at).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn content_is_built_served_and_served_anew_when_it_changes() {
    let machine = Machine::new("first");
    let (stop, stopped) = oneshot::channel::<()>();
    let service = machine.service(&[]);
    let running = tokio::spawn(serve(service, async { drop(stopped.await) }));
    machine.hear("按 Ctrl-C").await;
    let at = machine.address("网站");
    assert!(get(at, "/page/").await.contains("first"));
    assert!(get(at, "/healthz").await.starts_with("HTTP/1.1 200"));
    assert!(get(at, "/metrics").await.starts_with("HTTP/1.1 404"));
    assert!(get(at, "/api/v1/topics").await.contains("domestic-violence"));

    machine.edit("second");
    machine.hear("已更新").await;
    assert!(get(at, "/page/").await.contains("second"));

    machine.edit("mistake");
    machine.hear("content/page.html:1:1").await;
    machine.hear("还是改动以前的样子").await;
    assert!(get(at, "/page/").await.contains("second"));

    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    assert!(machine.said().ends_with("已停止。"));
    assert!(TcpStream::connect(at).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_at_the_start_leave_the_last_good_site() {
    let machine = Machine::new("mistake");
    let refused = serve(machine.service(&[]), std::future::pending()).await;
    assert!(matches!(refused, Err(Failure::Content)));
    assert!(machine.said().contains("写错了"));

    machine.edit("good");
    let service = machine.service(&[]);
    let said = machine.said.clone();
    let ready = async move {
        while !said.lock().unwrap().iter().any(|line| line.contains("按 Ctrl-C")) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    serve(service, ready).await.unwrap();
    machine.edit("mistake");
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(serve(machine.service(&[]), async { drop(stopped.await) }));
    machine.hear("先用上一次生成的站点").await;
    machine.said.lock().unwrap().retain(|line| !line.contains("http"));
    machine.edit("mended");
    machine.hear("已更新").await;
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hinders_it_is_said_with_what_to_do() {
    let machine = Machine::new("page");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let err = serve(machine.service(&[("listen", &address)]), std::future::pending()).await.unwrap_err();
    let said = err.to_string();
    assert!(
        said.contains(&address) && said.contains("已经有程序在用") && said.contains("--listen"),
        "{said}"
    );

    write(&machine.folder.path().join("file"), b"not a folder");
    let var = machine.folder.path().join("file/var").display().to_string();
    let err = serve(machine.service(&[("var", &var)]), std::future::pending()).await.unwrap_err();
    assert!(err.to_string().contains("file/var") && err.to_string().contains("--var"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_can_have_its_own_door_and_the_data_folder_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = Machine::new("page");
    let (stop, stopped) = oneshot::channel::<()>();
    let service = machine.service(&[("operations", "127.0.0.1:0")]);
    let var = service.settings.var.clone();
    let running = tokio::spawn(serve(service, async { drop(stopped.await) }));
    machine.hear("按 Ctrl-C").await;
    let (main, apart) = (machine.address("网站"), machine.address("健康检查"));
    assert_ne!(main, apart);
    assert!(get(apart, "/readyz").await.starts_with("HTTP/1.1 200"));
    assert!(get(apart, "/about/").await.starts_with("HTTP/1.1 404"));
    assert!(get(main, "/readyz").await.starts_with("HTTP/1.1 404"));
    // Counts are told there and nowhere else.
    assert!(get(main, "/metrics").await.starts_with("HTTP/1.1 404"));
    assert!(get(main, "/api/v1/search?q=a").await.starts_with("HTTP/1.1 200"));
    let told = get(apart, "/metrics").await;
    assert!(
        told.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"),
        "{told}"
    );
    assert!(
        told.contains("nuanzhan_searches_total{engine=\"embedded\",reason=\"configured\"} 1\n"),
        "{told}"
    );
    assert!(told.ends_with("# EOF\n"));
    assert_eq!(std::fs::metadata(var).unwrap().permissions().mode() & 0o777, 0o700);
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}

/// A connection that never finishes its request is closed, and does not hold up the stop.
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_let_go() {
    let machine = Machine::new("page");
    let mut service = machine.service(&[]);
    service.settings.limits.head = Duration::from_millis(300);
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(serve(service, async { drop(stopped.await) }));
    machine.hear("按 Ctrl-C").await;
    let at = machine.address("网站");
    let closed = Arc::new(AtomicBool::new(false));
    let flag = closed.clone();
    let idle = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(at).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nx: ").unwrap();
        let mut rest = Vec::new();
        // Closed politely or not: either way it is over.
        drop(stream.read_to_end(&mut rest));
        flag.store(true, Ordering::SeqCst);
    });
    idle.await.unwrap();
    assert!(closed.load(Ordering::SeqCst));
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}
