//! The way out (P10): one tap, and neither Back nor Forward nor the window's history shows what was on screen.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::json;
use tests::asker::ask;
use tests::browser::{Browser, Looks, PHONE};
use tests::desk::{AtDesk, open_desk};
use tests::server::{Ground, Server};

use crate::sealed::{Her, LETTER, run};
use crate::unable::UNABLE;

/// A site that has nothing to do with ours. Gives its address.
pub(crate) fn outside() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            // Browsers open connections that they may need and leave them silent: nobody waits for another one's.
            std::thread::spawn(move || show(stream));
        }
    });
    address
}

fn show(mut stream: TcpStream) {
    // Who leaves again before the end is no fault of this site.
    let _asked = stream.read(&mut [0; 4096]);
    let page = "<!doctype html><meta charset=utf-8><title>outside</title><p>今天多云</p>";
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
    let _told = write!(stream, "{head}Content-Length: {}\r\n\r\n{page}", page.len());
}

/// A server of the real content that leads to `outside`.
pub(crate) fn server_to(outside: &str) -> (Ground, Server) {
    let ground = Ground::with_own_content().unwrap();
    let settings = ground.content().join("site.toml");
    let text = String::from_utf8(fs::read(&settings).unwrap()).unwrap();
    let line = text.lines().find(|line| line.starts_with("exit_url")).unwrap().to_owned();
    let text = text.replace(&line, &format!("exit_url = \"{outside}\""));
    fs::File::create(&settings).unwrap().write_all(text.as_bytes()).unwrap();
    let server = ground.start().unwrap();
    (ground, server)
}

/// Waits until a page is there, and its scripts with it.
async fn arrived(window: &Browser, address: &str) {
    let there = format!("location.href === '{address}' && document.readyState === 'complete'");
    for _ in 0..200 {
        // Between two pages there is none to ask.
        if window.evaluate(&there).await.is_ok_and(|there| there == true) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{address} did not come");
}

/// How she leaves.
#[derive(Clone, Copy)]
enum Way {
    Tap,
    Escapes,
}

impl Way {
    async fn out(self, window: &Browser) {
        // The way out has its own script once all scripts of the page have run.
        window.wait_for("document.readyState === 'complete'").await.unwrap();
        match self {
            Self::Tap => window.click("a.leave").await.unwrap(),
            Self::Escapes => {
                for _ in 0..3 {
                    window.key("Escape").await.unwrap();
                }
            }
        }
    }
}

struct Left<'a> {
    window: &'a Browser,
    base: &'a str,
    outside: &'a str,
}

impl Left<'_> {
    /// What the window's history lists: addresses and titles.
    async fn entries(&self) -> (i64, Vec<(String, String)>) {
        let history = self.window.command("Page.getNavigationHistory", json!({})).await.unwrap();
        let entries = history["entries"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let entries = entries.map(|entry| (text(&entry["url"]), text(&entry["title"])));
        (history["currentIndex"].as_i64().unwrap(), entries.collect())
    }

    /// Nothing of ours is in the history but the page that leads out by itself, under the name of the site outside.
    async fn shows_nothing(&self, what: &str) {
        let came = self.window.wait_for_text("今天多云").await;
        assert!(came.is_ok(), "{what}: {came:?}, {:?}", self.entries().await);
        let (at, entries) = self.entries().await;
        assert_eq!(i64::try_from(entries.len()).unwrap(), at + 1, "{what}: nothing lies ahead: {entries:?}");
        for (url, title) in &entries {
            let ours = url.starts_with(self.base);
            assert!(!ours || url.ends_with("/leave/") && title == "localhost", "{what}: {entries:?}");
        }
        // Back, as far as it goes, and Forward again.
        for step in [-1, -1, 1] {
            self.window.evaluate(&format!("void setTimeout(() => history.go({step}), 50)")).await.unwrap();
            let address = self.rest(what).await;
            assert!(address.starts_with(self.outside) || address == "about:blank", "{what}: {address}");
        }
    }

    /// Where the window comes to rest; on the way nothing of ours may be read.
    async fn rest(&self, what: &str) -> String {
        let (mut last, mut same) = (String::new(), 0);
        while same < 3 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let seen = "[location.href, document.body ? document.body.innerText.trim() : '']";
            // Between two pages there is none to ask.
            let Ok(seen) = self.window.evaluate(seen).await else { continue };
            let [address, shown] = [&seen[0], &seen[1]].map(|seen| seen.as_str().unwrap().to_owned());
            assert!(["", "今天多云"].contains(&shown.as_str()), "{what}: {shown}");
            same = if address == last { same + 1 } else { 0 };
            last = address;
        }
        last
    }
}

#[test]
fn p10_after_the_way_out_neither_back_nor_forward_nor_the_history_show_a_page_of_ours() {
    run(async {
        let outside = outside();
        let (_ground, server) = server_to(&outside);
        let base = server.base.as_str();
        let guide = "/guides/domestic-violence/protection-order/";
        for (what, pages, back, way) in [
            ("from the first page", &["/"][..], false, Way::Tap),
            ("from a guide", &["/", "/guides/", guide], false, Way::Tap),
            ("from a guide by three Escapes", &["/", "/guides/", guide], false, Way::Escapes),
            ("from a letter that is being written", &["/", "/topics/", "/ask/"], false, Way::Tap),
            ("from a letter by three Escapes", &["/", "/topics/", "/ask/"], false, Way::Escapes),
            ("from the middle of the way", &["/", "/stations/", "/search/"], true, Way::Tap),
            ("from a part of a page", &["/ask/", "/ask/#main", "/ask/#more"], false, Way::Tap),
        ] {
            let Some(window) = Browser::open(PHONE, what).await.unwrap() else { return };
            for page in pages {
                // As a tap does: a step of its own in the history.
                let address = format!("{base}{page}");
                if window.evaluate("location.protocol").await.unwrap() == "http:" {
                    window.evaluate(&format!("void (location.href = '{address}')")).await.unwrap();
                    arrived(&window, &address).await;
                } else {
                    window.goto(&address).await.unwrap();
                }
            }
            if pages.contains(&"/topics/") {
                window.fill("#text", "他打我，孩子看见了").await.unwrap();
            }
            if back {
                window.evaluate("void setTimeout(() => history.back(), 50)").await.unwrap();
                arrived(&window, &format!("{base}{}", pages[pages.len() - 2])).await;
            }
            way.out(&window).await;
            Left { window: &window, base, outside: &outside }.shows_nothing(what).await;
        }
    });
}

#[test]
fn p10_a_receipt_an_open_thread_and_pages_that_answer_a_form_leave_nothing_behind() {
    run(async {
        let outside = outside();
        let (ground, server) = server_to(&outside);
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "the way out of what is hers").await else { return };
        let left = async |way: Way, what: &str| {
            way.out(&her.phone).await;
            Left { window: &her.phone, base: her.base(), outside: &outside }.shows_nothing(what).await;
        };
        her.goto("/guides/").await;
        her.ask().await;
        left(Way::Tap, "from a receipt").await;
        let receipt = her.ask().await;
        left(Way::Escapes, "from a receipt by three Escapes").await;
        her.goto("/guides/").await;
        her.open(&receipt).await;
        left(Way::Tap, "from an open thread").await;
        her.open(&receipt).await;
        left(Way::Escapes, "from an open thread by three Escapes").await;

        // A browser that can't seal: the form goes to the server, and a page answers it.
        her.phone.before_each_page(UNABLE).await.unwrap();
        her.goto("/guides/").await;
        her.goto("/ask/").await;
        her.phone.fill("#text", LETTER).await.unwrap();
        her.phone.click("#write form button").await.unwrap();
        her.phone.wait_for_text("我们没有留底").await.unwrap();
        left(Way::Tap, "from a receipt that the server made").await;
        for (way, what) in [
            (Way::Tap, "from a thread that the server opened"),
            (Way::Escapes, "from a thread that the server opened, by three Escapes"),
        ] {
            her.goto("/ask/reply/").await;
            her.phone.fill("#receipt", &receipt.0).await.unwrap();
            her.phone.click("#unlock form button").await.unwrap();
            assert!(her.phone.wait_for_text("你的咨询").await.unwrap().contains(LETTER));
            left(way, what).await;
        }
    });
}

#[test]
fn p10_where_the_browser_tells_nothing_of_its_history_the_page_itself_is_gone() {
    run(async {
        let outside = outside();
        let (_ground, server) = server_to(&outside);
        for (way, what) in [(Way::Tap, "from an older browser"), (Way::Escapes, "the same by three Escapes")]
        {
            let Some(window) = Browser::open(PHONE, what).await.unwrap() else { return };
            let old = "Object.defineProperty(window, 'navigation', { value: undefined });";
            window.before_each_page(old).await.unwrap();
            window.goto(&format!("{}/topics/", server.base)).await.unwrap();
            assert_eq!(window.evaluate("typeof window.navigation").await.unwrap(), "undefined");
            let form = format!("{}/ask/", server.base);
            window.evaluate(&format!("void (location.href = '{form}')")).await.unwrap();
            arrived(&window, &form).await;
            window.fill("#text", "他打我，孩子看见了").await.unwrap();
            way.out(&window).await;
            window.wait_for_text("今天多云").await.unwrap();
            let left = Left { window: &window, base: &server.base, outside: &outside };
            let (_, entries) = left.entries().await;
            assert!(entries.iter().all(|(url, _)| !url.ends_with("/ask/")), "{what}: {entries:?}");
            window.evaluate("void setTimeout(() => history.back(), 50)").await.unwrap();
            assert_eq!(left.rest(what).await, outside, "{what}");
        }
    });
}

#[test]
fn p10_the_desk_with_an_open_letter_leaves_nothing_behind() {
    run(async {
        let outside = outside();
        let (ground, server) = server_to(&outside);
        open_desk(&ground).unwrap();
        ask(&server.client(), LETTER, &[]).unwrap();
        for (way, what) in [(Way::Tap, "from the desk"), (Way::Escapes, "from the desk by three Escapes")] {
            let Some(desk) = AtDesk::sign_in(&server, what).await.unwrap() else { return };
            assert!(desk.open_first().await.unwrap().contains(LETTER));
            way.out(&desk.browser).await;
            Left { window: &desk.browser, base: &server.base, outside: &outside }.shows_nothing(what).await;
        }
    });
}

#[test]
fn without_scripts_the_way_out_is_one_tap_and_nothing_is_sent_along() {
    run(async {
        let outside = outside();
        let (ground, server) = server_to(&outside);
        let looks = Looks { scripts: false, ..PHONE };
        let Some(window) = Browser::open(looks, "the way out without scripts").await.unwrap() else { return };
        window.goto(&format!("{}/ask/", server.base)).await.unwrap();
        window.click("a.leave").await.unwrap();
        window.wait_for_text("今天多云").await.unwrap();
        let (address, _) = window.history().await.unwrap();
        assert_eq!(address, outside);

        // From a page that answered a form: Back would send the form again, and the browser shows nothing of it by itself.
        open_desk(&ground).unwrap();
        window.goto(&format!("{}/ask/", server.base)).await.unwrap();
        window.fill("#text", LETTER).await.unwrap();
        window.click("#write form button").await.unwrap();
        window.wait_for_text("先抄下回执码").await.unwrap();
        window.click("a.leave").await.unwrap();
        window.wait_for_text("今天多云").await.unwrap();
        let history = window.command("Page.getNavigationHistory", json!({})).await.unwrap();
        let at = usize::try_from(history["currentIndex"].as_u64().unwrap()).unwrap();
        let before = &history["entries"][at - 1];
        assert!(before["url"].as_str().unwrap().ends_with("/ask/"), "{history}");
        let back = json!({ "entryId": before["id"] });
        window.command("Page.navigateToHistoryEntry", back).await.unwrap();
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            // Between two pages there is none to ask.
            let shown =
                window.evaluate("document.body ? document.body.innerText : ''").await.unwrap_or_default();
            let shown = shown.as_str().unwrap_or_default();
            assert!(!shown.contains("回执码，二十位数字") && !shown.contains(LETTER), "{shown}");
        }
    });
}
