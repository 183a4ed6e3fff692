//! With scripts she seals in her own browser: shown in a real one, by every byte that leaves it and by what is on the disk.

use std::num::NonZeroU32;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::{hkdf, pbkdf2};
use tests::asker::Receipt;
use tests::browser::{Browser, Looks, NARROW, PHONE};
use tests::desk::{AtDesk, open_desk};
use tests::server::{Ground, Server, on_both_databases};
use tests::wire::Wire;
use tests::workspace;

use crate::traces::{all_traces, contains, spellings};

pub(crate) const LETTER: &str = "他昨晚又打了我，孩子在旁边哭。我想知道能不能让法院不许他靠近。";
const REACH: &str = "只在周三下午打，别说是妇联";
const ANSWER: &str = "你可以申请人身安全保护令，不收费。";
const FOLLOW_UP: &str = "我没有身份证，被他收走了，还能去吗？";

/// Her phone, before a gate that keeps all that leaves it.
pub(crate) struct Her {
    pub(crate) phone: Browser,
    wire: Wire,
}

impl Her {
    pub(crate) async fn at(server: &Server, looks: Looks, what: &str) -> Option<Self> {
        Self::behind(Wire::to(&server.base).unwrap(), looks, what).await
    }

    /// The same, before a gate that is there.
    pub(crate) async fn behind(wire: Wire, looks: Looks, what: &str) -> Option<Self> {
        let phone = Browser::open(looks, what).await.unwrap()?;
        phone.count_violations().await.unwrap();
        Some(Self { phone, wire })
    }

    /// Where she goes: the gate.
    pub(crate) fn base(&self) -> &str {
        &self.wire.base
    }

    pub(crate) async fn goto(&self, path: &str) {
        self.phone.goto(&format!("{}{path}", self.wire.base)).await.unwrap();
    }

    pub(crate) async fn is(&self, expression: &str) -> bool {
        self.phone.evaluate(expression).await.unwrap() == true
    }

    /// What has left the phone so far.
    pub(crate) fn sent(&self) -> Vec<u8> {
        self.wire.sent()
    }

    /// Nothing was tried that a page of ours may not do.
    pub(crate) async fn kept_to_the_policy(&self) {
        assert_eq!(self.phone.violations().await.unwrap(), "", "what a page may not do");
    }

    /// Writes and sends; the receipt on the screen.
    pub(crate) async fn ask(&self) -> Receipt {
        self.ask_about("").await
    }

    /// The same about a topic that she chooses.
    pub(crate) async fn ask_about(&self, topic: &str) -> Receipt {
        self.goto("/ask/").await;
        self.phone.wait_for_text("服务器从头到尾读不到").await.unwrap();
        self.phone.choose("#topic", topic).await.unwrap();
        self.phone.fill("#text", LETTER).await.unwrap();
        self.phone.fill("#reach", REACH).await.unwrap();
        self.phone.click("#danger").await.unwrap();
        self.phone.click("#write form button").await.unwrap();
        let page = self.phone.wait_for_text("先抄下回执码").await.unwrap();
        assert!(page.contains("别等回信，先打电话") && !page.contains(LETTER), "{page}");
        let shown = self.phone.text("#digits").await.unwrap();
        assert_eq!(shown.split_whitespace().map(str::len).collect::<Vec<_>>(), [4; 5], "{shown}");
        Receipt(shown.split_whitespace().collect())
    }

    async fn type_back(&self, receipt: &Receipt) {
        self.phone.fill("#receipt", &receipt.in_groups()).await.unwrap();
        self.phone.click("#typed button").await.unwrap();
        self.phone.wait_for_text("对上了").await.unwrap();
    }

    pub(crate) async fn open(&self, receipt: &Receipt) -> String {
        self.goto("/ask/reply/").await;
        self.phone.fill("#receipt", &receipt.in_groups()).await.unwrap();
        self.phone.click("#unlock button").await.unwrap();
        self.phone.wait_for_text("办到哪一步了").await.unwrap()
    }
}

pub(crate) fn run(test: impl Future<Output = ()>) {
    // Built before the time runs: the first test of all may find no program yet.
    workspace::nuanzhan();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // A browser that hangs must not hang the whole gate.
    runtime.block_on(async { tokio::time::timeout(Duration::from_mins(3), test).await }).unwrap();
}

/// What is made of a receipt on the way to its keys: no byte of it may leave the phone, but for the locator.
fn stretched(server: &Server, receipt: &Receipt) -> Vec<u8> {
    let parameters = server.client().get("/api/v1/consultations/parameters").unwrap().json().unwrap();
    let salt = BASE64_STANDARD.decode(parameters["salt"].as_str().unwrap()).unwrap();
    let rounds = u32::try_from(parameters["rounds"].as_u64().unwrap()).unwrap();
    let mut stretched = [0; 32];
    let rounds = NonZeroU32::new(rounds).unwrap();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, receipt.0.as_bytes(), &mut stretched);
    stretched.to_vec()
}

fn expanded(stretched: &[u8], info: &[u8]) -> Vec<u8> {
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(stretched);
    let mut out = vec![0; 32];
    key.expand(&[info], hkdf::HKDF_SHA256).unwrap().fill(&mut out).unwrap();
    out
}

/// The bodies of what was posted.
fn bodies(sent: &[u8]) -> Vec<serde_json::Value> {
    let text = String::from_utf8_lossy(sent).into_owned();
    let parts = text.split("\r\n\r\n").skip(1);
    parts.filter_map(|part| serde_json::Deserializer::from_str(part).into_iter().next()?.ok()).collect()
}

#[test]
fn p2_p3_neither_words_nor_receipt_leave_her_browser_and_the_disk_has_none() {
    on_both_databases("sealed in her browser", |ground| run(the_whole_way(ground)));
}

async fn the_whole_way(ground: &Ground) {
    let what = "what leaves her browser";
    let server = ground.start().unwrap();
    open_desk(ground).unwrap();
    let Some(her) = Her::at(&server, PHONE, what).await else { return };
    let receipt = her.ask().await;
    her.phone.fill("#receipt", &receipt.in_groups()[..14]).await.unwrap();
    her.phone.click("#typed button").await.unwrap();
    her.phone.wait_for_text("少了 8 位").await.unwrap();
    her.phone.click("#copy").await.unwrap();
    her.phone.wait_for_text("按“清掉剪贴板”").await.unwrap();
    let other = if receipt.0.starts_with('1') { '2' } else { '1' };
    her.phone.fill("#receipt", &format!("{other}{}", &receipt.0[1..])).await.unwrap();
    her.phone.click("#typed button").await.unwrap();
    her.phone.wait_for_text("请看第 1 组").await.unwrap();
    let proof = her.phone.evaluate("document.getElementById('proof').value").await.unwrap();
    her.type_back(&receipt).await;
    assert!(!her.is(&format!("document.documentElement.outerHTML.includes('{}')", &receipt.0[..4])).await);
    her.phone.wait_for_text("剪贴板里还有回执码").await.unwrap();
    her.phone.click("#clear-later").await.unwrap();
    her.phone.wait_for_text("剪贴板清掉了").await.unwrap();
    her.phone.click("#proven summary").await.unwrap();
    her.phone.click("#copy-proof").await.unwrap();
    her.phone.wait_for_text("把它顶掉").await.unwrap();
    her.kept_to_the_policy().await;
    the_proof_holds(&her, proof.as_str().unwrap()).await;

    let Some(desk) = AtDesk::sign_in(&server, what).await.unwrap() else { return };
    let letter = desk.open_first().await.unwrap();
    assert!(letter.contains(LETTER) && letter.contains(REACH), "the desk reads it: {letter}");
    desk.answer(ANSWER).await.unwrap();

    let page = her.open(&receipt).await;
    for part in [LETTER, REACH, ANSWER, "已答复", "示例市妇联收到了你的信", "有人受理了"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    her.phone.fill("#text", FOLLOW_UP).await.unwrap();
    her.phone.click("#more button").await.unwrap();
    let page = her.phone.wait_for_text("补充已经寄到").await.unwrap();
    assert!(page.contains(FOLLOW_UP) && page.contains("你补充了几句"), "{page}");
    desk.back_to_queue().await.unwrap();
    assert!(desk.open_first().await.unwrap().contains(FOLLOW_UP));
    desk.answer(ANSWER).await.unwrap();
    her.phone.click("#again").await.unwrap();
    her.phone.click("#helped").await.unwrap();
    her.phone.wait_for_text("你说过：帮上了").await.unwrap();
    nothing_has_left(&her, &server, &receipt);
    nothing_is_kept(ground, &server, &receipt);

    her.phone.click("#taking-back summary").await.unwrap();
    her.phone.fill("#receipt-again", &receipt.in_groups()).await.unwrap();
    her.phone.click("#withdraw button").await.unwrap();
    her.phone.wait_for_text("全部删掉了").await.unwrap();
    her.kept_to_the_policy().await;
    her.goto("/ask/reply/").await;
    her.phone.fill("#receipt", &receipt.in_groups()).await.unwrap();
    her.phone.click("#unlock button").await.unwrap();
    her.phone.wait_for_text("没有用这个回执码的信").await.unwrap();
    nothing_has_left(&her, &server, &receipt);
    assert_eq!(server.stop("INT").unwrap(), 0);
}

/// She has it checked in the browser, and nothing of it leaves.
async fn the_proof_holds(her: &Her, proof: &str) {
    assert!(proof.starts_with("nuanzhan/proof/1\nsite: "), "{proof}");
    her.goto("/proof/").await;
    her.phone.fill("#proof", proof).await.unwrap();
    let key = "document.getElementById('key').value.length === 44";
    while !her.is(key).await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    her.phone.click("#check button").await.unwrap();
    let page = her.phone.wait_for_text("这份证明是真的").await.unwrap();
    assert!(page.contains("shili-city"), "{page}");
    her.phone.fill("#proof", &proof.replacen("shili-city", "shili-county", 1)).await.unwrap();
    her.phone.click("#check button").await.unwrap();
    let page = her.phone.wait_for_text("对不上").await.unwrap();
    assert!(!page.contains("这份证明是真的"), "{page}");
    her.kept_to_the_policy().await;
    let signature = proof.rsplit(' ').next().unwrap();
    assert!(!contains(&her.wire.sent(), signature.as_bytes()), "what is checked stays here");
}

fn nothing_has_left(her: &Her, server: &Server, receipt: &Receipt) {
    let sent = her.wire.sent();
    assert!(contains(&sent, b"POST /api/v1/consultations HTTP/1.1"), "the gate has seen the letter go");
    let secret = stretched(server, receipt);
    let locator = BASE64_STANDARD.encode(expanded(&secret, b"nuanzhan/locator/1"));
    assert!(
        contains(&sent, locator.as_bytes()),
        "what may leave is found: the search is able to find things"
    );
    let id = bodies(&sent).iter().find_map(|body| body["id"].as_str().map(str::to_owned)).unwrap();
    let thread: Vec<u8> =
        (0..16).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap()).collect();
    let seed = expanded(&secret, &[b"nuanzhan/thread-seed/1\0".as_slice(), &thread].concat());
    let words = [LETTER, &LETTER[..24], REACH, FOLLOW_UP, &FOLLOW_UP[..24]].map(str::as_bytes);
    let written = [receipt.0.as_bytes(), &secret, &seed];
    for secret in words.into_iter().chain(written) {
        for spelling in spellings(secret) {
            assert!(!contains(&sent, &spelling), "it left: {:?}", String::from_utf8_lossy(&spelling));
        }
    }
    for joint in [" ", "-", "+", "%20"] {
        let groups: Vec<&str> = (0..5).map(|at| &receipt.0[at * 4..at * 4 + 4]).collect();
        for pair in groups.windows(2) {
            assert!(!contains(&sent, pair.join(joint).as_bytes()), "digits left");
        }
    }
    for at in 0..=receipt.0.len() - 8 {
        assert!(!contains(&sent, &receipt.0.as_bytes()[at..at + 8]), "digits left");
    }
    let groups: Vec<&str> = (0..5).map(|at| &receipt.0[at * 4..at * 4 + 4]).collect();
    for body in bodies(&sent) {
        for (name, value) in body.as_object().unwrap() {
            // Ciphertext and random bytes may have any four characters.
            if !["content", "keys", "locator", "public_key", "request_key", "id"].contains(&name.as_str()) {
                assert!(groups.iter().all(|group| !value.to_string().contains(group)), "{name}: {value}");
            }
        }
    }
}

fn nothing_is_kept(ground: &Ground, server: &Server, receipt: &Receipt) {
    let secret = stretched(server, receipt);
    let mut secrets: Vec<Vec<u8>> = vec![secret.clone(), expanded(&secret, b"nuanzhan/locator/1")];
    let grouped = receipt.in_groups();
    let texts =
        [LETTER, &LETTER[..24], REACH, ANSWER, FOLLOW_UP, &receipt.0, &grouped, &grouped.replace(' ', "-")];
    secrets.extend(texts.iter().map(|text| text.as_bytes().to_vec()));
    for (place, bytes) in all_traces(ground, &server.said()) {
        for secret in &secrets {
            assert!(
                !contains(&bytes, secret),
                "{} holds {:?}",
                place.display(),
                String::from_utf8_lossy(secret)
            );
        }
    }
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.pid())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("1"), "a crash writes no memory down: {core}");
}

#[test]
fn nothing_comes_back_to_the_screen_once_the_page_is_left() {
    run(async {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "what Back brings").await else { return };
        her.goto("/ask/").await;
        her.phone.fill("#text", LETTER).await.unwrap();
        her.phone.fill("#reach", REACH).await.unwrap();
        her.goto("/guides/").await;
        back(&her, "/ask/").await;
        assert!(
            her.is("document.getElementById('text').value + document.getElementById('reach').value === ''")
                .await
        );

        let receipt = her.ask().await;
        // One question of ours before the receipt is gone; none stands in the way out.
        her.phone.click("header nav a[href='/guides/']").await.unwrap();
        her.phone.wait_for_text("走了就再也看不到它").await.unwrap();
        her.phone.click("header nav a[href='/guides/']").await.unwrap();
        her.phone.wait_for_path("/guides/").await.unwrap();
        back(&her, "/ask/").await;
        let shown = "document.documentElement.outerHTML";
        assert!(!her.is(&format!("{shown}.includes('{}')", &receipt.0[..4])).await);
        assert!(her.is("document.getElementById('kept').hidden").await);

        her.open(&receipt).await;
        her.goto("/guides/").await;
        back(&her, "/ask/reply/").await;
        assert!(!her.is(&format!("{shown}.includes('{LETTER}')")).await);
        assert!(her.is("document.getElementById('receipt').value === ''").await);

        her.ask().await;
        her.phone.click("a.leave").await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(
            !her.phone.text("body").await.unwrap_or_default().contains("回执码"),
            "the way out is not held up"
        );
        let (_, history) = her.phone.history().await.unwrap();
        let telling = |url: &String| url.contains('?') || url.contains('#') || url.contains(&receipt.0[..4]);
        assert!(!history.iter().any(telling), "{history:?}");
        for store in ["localStorage", "sessionStorage"] {
            her.goto("/ask/").await;
            assert!(her.is(&format!("{store}.length === 0 && document.cookie === ''")).await);
        }
    });
}

async fn back(her: &Her, path: &str) {
    let history = her.phone.command("Page.getNavigationHistory", serde_json::json!({})).await.unwrap();
    let entries = history["entries"].as_array().unwrap();
    let entry = entries.iter().rfind(|entry| entry["url"].as_str().unwrap().ends_with(path)).unwrap();
    let to = serde_json::json!({ "entryId": entry["id"] });
    her.phone.command("Page.navigateToHistoryEntry", to).await.unwrap();
    her.phone.wait_for_path(path).await.unwrap();
}

#[test]
fn by_keyboard_alone_on_the_narrowest_phone_and_every_part_has_a_name() {
    run(async {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, NARROW, "by keyboard at 320 px").await else { return };
        her.goto("/ask/").await;
        fits_and_is_named(&her).await;
        tab_to(&her, "text").await;
        her.phone.type_text(LETTER).await.unwrap();
        tab_to(&her, "child").await;
        her.phone.key(" ").await.unwrap();
        tab_to_button(&her, "寄出去").await;
        her.phone.key("Enter").await.unwrap();
        her.phone.wait_for_text("先抄下回执码").await.unwrap();
        assert_eq!(
            her.phone.evaluate("document.activeElement.textContent").await.unwrap(),
            "信寄到了，先抄下回执码"
        );
        fits_and_is_named(&her).await;
        let receipt = Receipt(her.phone.text("#digits").await.unwrap().split_whitespace().collect());
        tab_to(&her, "receipt").await;
        her.phone.type_text(&receipt.0).await.unwrap();
        her.phone.key("Enter").await.unwrap();
        her.phone.wait_for_text("对上了").await.unwrap();
        fits_and_is_named(&her).await;

        her.goto("/ask/reply/").await;
        fits_and_is_named(&her).await;
        tab_to(&her, "receipt").await;
        her.phone.type_text(&receipt.0).await.unwrap();
        her.phone.key("Enter").await.unwrap();
        her.phone.wait_for_text("办到哪一步了").await.unwrap();
        fits_and_is_named(&her).await;
        tab_to(&her, "text").await;
        her.phone.type_text(FOLLOW_UP).await.unwrap();
        tab_to_button(&her, "封好寄出").await;
        her.phone.key(" ").await.unwrap();
        her.phone.wait_for_text("补充已经寄到").await.unwrap();
        tab_to_button(&her, "全部删掉").await;
        her.phone.key("Enter").await.unwrap();
        tab_to(&her, "receipt-again").await;
        her.phone.type_text(&receipt.0).await.unwrap();
        fits_and_is_named(&her).await;
        her.phone.key("Enter").await.unwrap();
        her.phone.wait_for_text("全部删掉了").await.unwrap();
        fits_and_is_named(&her).await;
        her.kept_to_the_policy().await;
    });
}

pub(crate) async fn fits_and_is_named(her: &Her) {
    let wide = her.phone.evaluate("document.documentElement.scrollWidth").await.unwrap();
    assert!(wide.as_u64().unwrap() <= 320, "{wide} px wide: {}", her.phone.text("main").await.unwrap());
    for (role, name) in her.phone.told().await.unwrap() {
        if ["button", "textbox", "checkbox", "combobox", "link", "DisclosureTriangle"]
            .contains(&role.as_str())
        {
            assert!(!name.trim().is_empty(), "a {role} without a name");
        }
    }
}

pub(crate) async fn tab_to(her: &Her, id: &str) {
    tab_until(her, &format!("document.activeElement.id === '{id}'")).await;
}

pub(crate) async fn tab_to_button(her: &Her, words: &str) {
    tab_until(her, &format!("document.activeElement.textContent === '{words}'")).await;
}

async fn tab_until(her: &Her, reached: &str) {
    for _ in 0..80 {
        if her.is(reached).await {
            return;
        }
        her.phone.key("Tab").await.unwrap();
    }
    panic!("the keyboard does not reach {reached}");
}
