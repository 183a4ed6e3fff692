//! The running server and the site that is published beside it: no request is lost, no answer is of two releases.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tests::git::Remote;
use tests::server::Ground;

const PATIENCE: Duration = Duration::from_secs(30);
const SWITCHES: usize = 20;

/// Publishes `releases` releases; the bytes of each, by number from 1.
fn published(releases: usize) -> (Remote, Vec<BTreeMap<String, Vec<u8>>>) {
    let remote = Remote::empty().unwrap();
    let li = remote.editor("li").unwrap();
    let mut bytes = vec![BTreeMap::new()];
    for time in 1..=releases {
        li.mark(time).unwrap();
        li.push().unwrap().well().unwrap();
        remote.publish(&["--rev", "main"]).unwrap().well().unwrap();
        bytes.push(remote.bytes());
    }
    (remote, bytes)
}

/// One connection that is kept open: the next answer's status and body.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn new(base: &str) -> Self {
        let stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    fn get(&mut self, path: &str) -> (u16, Vec<u8>) {
        // In one piece: the system would hold back the second of two small ones.
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let mut status = String::new();
        self.0.read_line(&mut status).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            assert_ne!(line, "connection: close", "the connection is kept");
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        (status.split(' ').nth(1).unwrap().parse().unwrap(), body)
    }
}

#[test]
fn twenty_switches_and_a_way_back_lose_no_request_and_mix_no_release() {
    let (remote, releases) = published(3);
    let ground = Ground::new().unwrap();
    let server = ground.start_on(&remote.served()).unwrap();
    let pages = ["index.html", "guides/work/leave/index.html", "about/index.html", "sitemap.xml"];
    let over = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let reader = |_| {
            scope.spawn(|| {
                let (mut connection, mut seen) = (Connection::new(&server.base), [0_usize; 4]);
                while !over.load(Ordering::Relaxed) {
                    for page in pages {
                        let (status, body) =
                            connection.get(&format!("/{}", page.trim_end_matches("index.html")));
                        assert_eq!(status, 200, "{page}");
                        let of = releases.iter().rposition(|release| release.get(page) == Some(&body));
                        seen[of.unwrap_or_else(|| panic!("{page} is of no release"))] += 1;
                    }
                }
                seen
            })
        };
        let readers: Vec<_> = (0..3).map(reader).collect();
        for switch in 0..=SWITCHES {
            let to = ["1", "2", "3"][switch % 3];
            remote.publish(&["--rollback", to]).unwrap().well().unwrap();
            server.wait_for_line("换上了新发布的网站", PATIENCE).unwrap();
        }
        over.store(true, Ordering::Relaxed);
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .reduce(|a, b| std::array::from_fn(|at| a[at] + b[at]))
    });
    let seen = seen.unwrap();
    assert!(seen[1..].iter().all(|&count| count > 20), "every release was read: {seen:?}");
    assert_eq!(server.said().matches("换上了新发布的网站").count(), SWITCHES + 1, "each is said once");
}

#[test]
fn a_push_is_on_the_running_server_a_moment_later_and_search_knows_it() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    let ground = Ground::new().unwrap();
    let server = ground.start_on(&remote.served()).unwrap();
    server.wait_for_line("由别处发布", PATIENCE).unwrap();
    li.say("晚上也能请假。").unwrap();
    li.push().unwrap().well().unwrap();
    server.wait_for_line("换上了新发布的网站：000002-", PATIENCE).unwrap();
    assert!(server.client().get("/guides/work/leave/").unwrap().body.contains("晚上也能请假。"));
    let found = server.client().get("/api/v1/search?q=%E6%99%9A%E4%B8%8A").unwrap();
    assert!(found.body.contains("leave"), "{}", found.body);
    assert!(!ground.var().join("site").exists(), "nothing is built here");
}

#[test]
fn a_broken_release_is_named_once_and_the_one_before_served_on_and_never_cleared_away() {
    let (remote, releases) = published(1);
    let ground = Ground::new().unwrap();
    let server = ground.start_on(&remote.served()).unwrap();
    // Somebody copied a site there by hand, and not all of it.
    let broken = remote.site().join("releases/000002-0123456789/site");
    fs::create_dir_all(broken.join("data")).unwrap();
    fs::write(broken.join("data/manifest.json"), "{}").unwrap();
    let link = remote.site().join("link");
    std::os::unix::fs::symlink(&broken, &link).unwrap();
    fs::rename(&link, remote.served()).unwrap();
    server.wait_for_line("新发布的网站打不开，还用原来的", PATIENCE).unwrap();
    let home = |server: &tests::server::Server| server.client().get("/").unwrap();
    assert_eq!(home(&server).body.as_bytes(), releases[1]["index.html"]);
    assert_eq!(server.client().get("/readyz").unwrap().status, 200);
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(server.said().matches("打不开").count(), 1, "{}", server.said());
    fs::rename(broken.join("data"), broken.join("gone")).unwrap();
    let li = remote.editor("li2").unwrap();
    for time in 2..=4 {
        li.mark(time).unwrap();
        li.push().unwrap().well().unwrap();
        remote.publish(&["--rev", "main", "--keep=2"]).unwrap().well().unwrap();
    }
    server.wait_for_line("换上了新发布的网站", PATIENCE).unwrap();
}

#[test]
fn a_page_loaded_before_a_switch_finds_its_style_after_it() {
    let (remote, _) = published(1);
    // An asset of an earlier program: its name is in no later release.
    let old = remote.served().join("assets/site-0ld0ld0l.css");
    fs::write(&old, "body{}").unwrap();
    let ground = Ground::new().unwrap();
    let server = ground.start_on(&remote.served()).unwrap();
    assert_eq!(server.client().get("/assets/site-0ld0ld0l.css").unwrap().status, 200);
    let li = remote.editor("li2").unwrap();
    for time in 2..=3 {
        li.mark(time).unwrap();
        li.push().unwrap().well().unwrap();
        remote.publish(&["--rev", "main", "--keep=2"]).unwrap().well().unwrap();
        server.wait_for_line("换上了新发布的网站", PATIENCE).unwrap();
    }
    assert!(!old.exists());
    let found = server.client().get("/assets/site-0ld0ld0l.css").unwrap();
    assert_eq!((found.status, found.body.as_str()), (200, "body{}"));
    assert!(found.header("content-type").unwrap().starts_with("text/css"));
    assert!(found.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(server.client().get("/assets/site-nothing.css").unwrap().status, 404);
}

#[test]
fn a_site_that_was_never_published_is_named_with_what_to_do() {
    let remote = Remote::new().unwrap();
    let served = remote.served().display().to_string();
    let ran = tests::nuanzhan::run(remote.folder(), &["serve", "--listen", "127.0.0.1:0", "--site", &served])
        .unwrap();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("site-gen publish") && ran.stderr.contains(&served), "{}", ran.stderr);
}
