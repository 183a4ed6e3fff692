//! Live reload: an editor saves, and the page in her browser follows; whoever is not on her machine hears nothing.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use tests::browser::{Browser, DESK, PHONE};
use tests::git::git;
use tests::http::visible_text;
use tests::server::{Ground, Server};
use tests::workspace;

const PATIENCE: Duration = Duration::from_secs(30);
const GUIDE: &str = "guides/work/maternity-leave.md";
const PAGE: &str = "/guides/work/maternity-leave/";
const SHOWN: &str =
    "(document.getElementById('live-findings')?.shadowRoot.textContent ?? '').includes('是不是想写 title')";

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn with_sentence(text: &str, sentence: &str) -> String {
    text.replacen("\n---\n", &format!("\n---\n\n{sentence}\n"), 1)
}

/// As most programs save: another file, renamed over the old one.
fn save_by_renaming(path: &Path, text: &str) {
    let draft = path.with_extension("md___jb_tmp___");
    fs::write(&draft, text).unwrap();
    fs::rename(draft, path).unwrap();
}

/// Waits until `expression` is true in the page.
async fn wait_until(browser: &Browser, expression: &str) {
    let deadline = Instant::now() + PATIENCE;
    // The page may just be changing under our hands: then there is no answer for a moment.
    while !browser.evaluate(expression).await.is_ok_and(|value| value == true) {
        assert!(Instant::now() < deadline, "never so: {expression}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_page_follows_what_is_saved_and_shows_what_is_wrong() {
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let Some(browser) = Browser::open(PHONE, "live reload").await.unwrap() else { return };
    let path = ground.content().join(GUIDE);
    let good = read(&path);
    browser.goto(&format!("{}{PAGE}", server.base)).await.unwrap();
    browser.evaluate("window.scrollTo(0, 400)").await.unwrap();

    fs::write(&path, with_sentence(&good, "这一句是刚才加的。")).unwrap();
    browser.wait_for_text("这一句是刚才加的。").await.unwrap();
    wait_until(&browser, "window.scrollY > 300").await;
    save_by_renaming(&path, &with_sentence(&good, "这一句换掉了那一句。"));
    browser.wait_for_text("这一句换掉了那一句。").await.unwrap();

    fs::write(&path, good.replacen("title:", "titel:", 1)).unwrap();
    wait_until(&browser, SHOWN).await;
    let page = browser.text("main").await.unwrap();
    assert!(page.contains("这一句换掉了那一句。"), "the page stays as it was: {page}");
    let box_fits = "document.getElementById('live-findings').shadowRoot.querySelector('section').scrollWidth <= innerWidth";
    wait_until(&browser, box_fits).await;
    // Somebody who comes now is shown it too, and may put it away.
    browser.goto(&format!("{}/", server.base)).await.unwrap();
    wait_until(&browser, SHOWN).await;
    browser
        .evaluate("document.getElementById('live-findings').shadowRoot.querySelector('button').click()")
        .await
        .unwrap();
    wait_until(&browser, "!document.getElementById('live-findings')").await;
    browser.goto(&format!("{}{PAGE}", server.base)).await.unwrap();
    wait_until(&browser, SHOWN).await;
    fs::write(&path, with_sentence(&good, "又好了。")).unwrap();
    browser.wait_for_text("又好了。").await.unwrap();
    wait_until(&browser, "!document.getElementById('live-findings')").await;
    assert_eq!(server.stop("INT").unwrap(), 0);
}

#[tokio::test]
async fn a_page_finds_out_what_it_missed_while_the_server_was_away() {
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let Some(browser) = Browser::open(DESK, "live reload over a restart").await.unwrap() else { return };
    browser.goto(&format!("{}{PAGE}", server.base)).await.unwrap();
    // A stream that is open does not hold the server up.
    let (port, stopping) = (server.base.rsplit(':').next().unwrap().to_owned(), Instant::now());
    assert_eq!(server.stop("INT").unwrap(), 0);
    assert!(stopping.elapsed() < Duration::from_secs(8), "it took {:?}", stopping.elapsed());
    let path = ground.content().join(GUIDE);
    fs::write(&path, with_sentence(&read(&path), "停着的时候写的。")).unwrap();
    let _server = ground.start_at(&format!("127.0.0.1:{port}")).unwrap();
    browser.wait_for_text("停着的时候写的。").await.unwrap();
}

#[test]
fn folders_that_move_files_that_go_and_a_checkout_are_followed() {
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let (client, content) = (server.client(), ground.content());
    // Away and back.
    let (folder, away) = (content.join("guides/work"), ground.folder().join("away"));
    fs::rename(&folder, &away).unwrap();
    server.wait_for_line("没有换上新的", PATIENCE).unwrap();
    assert_eq!(client.get(PAGE).unwrap().status, 200, "other pages point at it, so it stays");
    fs::rename(&away, &folder).unwrap();
    server.wait_for_line("已更新", PATIENCE).unwrap();
    // The whole content, replaced by another.
    let other = ground.folder().join("other");
    workspace::copy_folder(content, &other).unwrap();
    let text = read(&other.join(GUIDE));
    fs::write(other.join(GUIDE), with_sentence(&text, "换了一整个文件夹。")).unwrap();
    fs::rename(content, ground.folder().join("old")).unwrap();
    fs::rename(&other, content).unwrap();
    wait_for(&server, PAGE, "换了一整个文件夹。");
    // A file that comes is there, and goes.
    let (new, url) = (content.join("guides/work/new.md"), "/guides/work/new/");
    fs::write(&new, "---\ntitle: 新来的\nsummary: 一句。\n---\n新来的一篇。\n").unwrap();
    wait_for(&server, url, "新来的一篇。");
    fs::remove_file(&new).unwrap();
    // It says so when everything is done, lists and search too.
    server.wait_for_line("（删掉了）", PATIENCE).unwrap();
    assert_eq!(client.get(url).unwrap().status, 404, "a file that is gone has no page");
    // What editors' programs leave beside a file is nothing.
    let said = server.said().len();
    for beside in [".new.md.swp", "new.md~", "#new.md#", ".#new.md"] {
        fs::write(content.join("guides/work").join(beside), "x").unwrap();
    }
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(server.said().len(), said, "{}", server.said());
}

#[test]
fn a_checkout_of_two_hundred_files_is_followed() {
    let ground = Ground::with_own_content().unwrap();
    let content = ground.content().to_owned();
    let write = |word: &str| {
        for number in 0..200 {
            let text = format!("---\ntitle: 第 {number} 篇\nsummary: 一句。\n---\n这是{word}。\n");
            fs::write(content.join(format!("guides/work/many-{number}.md")), text).unwrap();
        }
    };
    write("一");
    let run = |arguments: &[&str]| git(&content, arguments).unwrap().well().unwrap();
    run(&["init", "--quiet", "-b", "main"]);
    for (word, message) in [("一", "one"), ("二", "two")] {
        write(word);
        run(&["add", "-A"]);
        run(&["commit", "--quiet", "-m", message]);
    }
    let server = ground.start().unwrap();
    wait_for(&server, "/guides/work/many-199/", "这是二。");
    run(&["checkout", "--quiet", "HEAD~1"]);
    for number in [0, 99, 199] {
        wait_for(&server, &format!("/guides/work/many-{number}/"), "这是一。");
    }
}

#[test]
fn the_stream_is_there_for_the_editors_own_machine_alone() {
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let page = answer(&server, PAGE);
    assert!(page.contains("src=\"/api/v1/live.js\"") && page.contains("</html>"), "{page}");
    assert!(!page.to_lowercase().contains("set-cookie"));
    // Through a proxy, it is not her own machine.
    assert!(!server.client().get(PAGE).unwrap().body.contains("live.js"));
    assert!(!answer(&server, "/ask/").contains("live.js"), "what is typed is not taken away");
    assert_eq!(status(&server, "/api/v1/live", "nuanzhan.example", ""), 404);
    assert_eq!(status(&server, "/api/v1/live", "127.0.0.1", "x-forwarded-for: 192.0.2.1\r\n"), 404);
    assert_eq!(status(&server, "/api/v1/live", "127.0.0.1", ""), 200);
    for file in workspace::files_under(&ground.var()) {
        let bytes = fs::read(&file).unwrap();
        assert!(memchr::memmem::find(&bytes, b"live.js").is_none(), "{} was published so", file.display());
    }
    // Published elsewhere, or for others to reach: nobody is told anything.
    let site = ground.var().join("site");
    let published = ground.start_on(&site).unwrap();
    for path in ["/api/v1/live", "/api/v1/live.js"] {
        assert_eq!(status(&published, path, "127.0.0.1", ""), 404);
    }
    assert!(!answer(&published, PAGE).contains("live.js"));
    drop(server);
    let open = ground.start_at("0.0.0.0:0").unwrap();
    assert_eq!(status(&open, "/api/v1/live", "127.0.0.1", ""), 404);
    assert!(!answer(&open, PAGE).contains("live.js"));
}

/// Waits until the page shows `text`.
fn wait_for(server: &Server, path: &str, text: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !visible_text(&server.client().get(path).unwrap().body).contains(text) {
        assert!(Instant::now() < deadline, "{path} never showed {text}: {}", server.said());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Asks as a browser on this machine does: no gateway adds anything.
fn ask(server: &Server, path: &str, host: &str, more: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(server.base.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}\r\n").unwrap();
    BufReader::new(stream)
}

/// An answer with its head.
fn answer(server: &Server, path: &str) -> String {
    let mut bytes = Vec::new();
    ask(server, path, "127.0.0.1", "").read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The status of an answer that may never end.
fn status(server: &Server, path: &str, host: &str, more: &str) -> u16 {
    let mut line = String::new();
    ask(server, path, host, more).read_line(&mut line).unwrap();
    line.split(' ').nth(1).unwrap().parse().unwrap()
}
