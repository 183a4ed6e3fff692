//! Who is told that a desk has work is told that, and nothing else: by real requests and real mails, after a crash, once.

use std::fs;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use tests::asker::{Receipt, ask};
use tests::desk::open_desk;
use tests::receivers::{Hook, MailServer};
use tests::server::{Ground, Server, on_both_databases};
use tests::skip::skipped;
use tests::{nuanzhan, python};

use crate::traces::contains;

const LETTER: &str = "他把门反锁了，说今晚回来要打死我。";
const BODY: &str = "{\"event\":\"work\",\"urgent\":true,\"text\":\"暖站：有紧急的工作，可能有人正处在危险中，请马上登录工作台查看。\",\
                    \"url\":\"https://nuanzhan.example/desk/\"}";

/// The service tells danger at full five minutes. What is shown here must not be disturbed by one.
fn away_from_the_full_five_minutes() {
    let left = 300 - Timestamp::now().as_second().rem_euclid(300);
    if left < 60 {
        std::thread::sleep(Duration::from_secs(left.unsigned_abs() + 1));
    }
}

fn announce(ground: &Ground, arguments: &[&str]) -> String {
    let data = ground.data_arguments();
    let mut all = vec!["desk", "announce", "shili-city"];
    all.extend(arguments);
    all.extend(data.iter().map(String::as_str));
    let ran = nuanzhan::run(ground.folder(), &all).unwrap();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    ran.stdout
}

/// The part after the empty line, as it was before it was encoded.
fn text_of(mail: &str) -> String {
    let (_, body) = mail.split_once("\n\n").unwrap();
    let body: String = body.split_whitespace().collect();
    String::from_utf8(BASE64_STANDARD.decode(body).unwrap()).unwrap()
}

/// A desk whose news go to both.
fn tell(ground: &Ground, hook: &Hook, post: &MailServer) {
    open_desk(ground).unwrap();
    announce(ground, &["--webhook", &hook.url]);
    announce(ground, &["--mail", "zhiban@fulian.example"]);
    assert!(hook.heard().is_empty() && post.taken().unwrap().is_empty());
}

/// Three letters of somebody in danger; what must never be heard of them.
fn letters(server: &Server) -> Vec<String> {
    let mut secrets = [LETTER, "shili", "990121", "violence"].map(str::to_owned).to_vec();
    for _ in 0..3 {
        let more = [("danger", "1"), ("topic", "domestic-violence"), ("region", "990121")];
        let page = ask(&server.client(), LETTER, &more).unwrap();
        let receipt = Receipt::on(&page.body).unwrap();
        secrets.extend([receipt.in_groups(), receipt.0]);
    }
    secrets
}

/// Both are what they always are.
fn are_constant(request: &str, mail: &str, secrets: &[String]) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook?key=73519 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("webhook-id: msg_"), "{head}");
    assert_eq!(body, BODY);
    let text = text_of(mail);
    assert!(text.contains("有紧急的工作") && text.contains("https://nuanzhan.example/desk/"), "{text}");
    for line in
        ["Auto-Submitted: auto-generated", "Message-ID: <", "Date: ", "From: tongzhi@nuanzhan.example"]
    {
        assert!(mail.contains(line), "{line} in {mail}");
    }
    for said in [request, mail, &text] {
        for secret in secrets {
            assert!(!contains(said.as_bytes(), secret.as_bytes()), "{secret} in {said}");
        }
    }
}

#[test]
fn danger_is_announced_after_a_crash_once_and_without_a_word_of_the_letter() {
    let tools = match python::tools(Path::new(env!("CARGO_TARGET_TMPDIR"))) {
        Ok(tools) => tools,
        Err(why) => return skipped("announcing by mail", why),
    };
    on_both_databases("announcing", |ground| {
        let (hook, post) = (Hook::open().unwrap(), MailServer::start(tools, ground.folder()).unwrap());
        let settings = format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nfrom = \"tongzhi@nuanzhan.example\"\n",
            post.port
        );
        fs::write(ground.folder().join("nuanzhan.toml"), settings).unwrap();
        let server = ground.start().unwrap();
        tell(ground, &hook, &post);
        away_from_the_full_five_minutes();
        let secrets = letters(&server);
        assert!(hook.heard().is_empty() && post.taken().unwrap().is_empty(), "not at the moment it came");
        server.kill().unwrap();

        let one = ground.start().unwrap();
        let other = ground.database.is_some().then(|| ground.start_on(&ground.var().join("site")).unwrap());
        let (requests, mails) = (hook.wait().unwrap(), post.wait().unwrap());
        are_constant(&requests[0], &mails[0], &secrets);
        // Written down right after it was taken.
        let mut lists = (0..40).map(|_| announce(ground, &["--list"]));
        let listed = lists.find(|listed| listed.matches("上一次送到").count() == 2).unwrap();
        assert!(!listed.contains("73519"), "{listed}");
        assert_eq!((hook.heard().len(), post.taken().unwrap().len()), (1, 1), "once, whoever tells it");
        assert_eq!(announce(ground, &["--test"]).matches("收下了").count(), 2);
        for server in std::iter::once(one).chain(other) {
            let said = server.said();
            let said = said.split("Ctrl-C").nth(1).unwrap_or_default();
            assert_eq!(said.trim(), "", "the log has nothing of it");
        }
    });
}
