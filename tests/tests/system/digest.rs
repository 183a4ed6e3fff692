//! From case to digest, in real browsers on small phones: she agrees, with scripts and without; the desk writes, is warned, and takes a
//! file that `check` accepts; she takes it back, and the desk sees it. No word of the draft leaves the desk's browser.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tests::asker::{Receipt, ask};
use tests::browser::{Browser, DESK, Looks, PHONE, PHONE_WITHOUT_SCRIPTS};
use tests::desk::{AtDesk, MEMBER, PASSPHRASE, open_desk};
use tests::server::{Ground, Server};
use tests::wire::Wire;
use tests::workspace;

use crate::sealed::Her;

const LETTER: &str = "我叫李秀英，他上个月打了我。我住在暖溪镇。";
const TOLD: &str = "丈夫第一次动手，她当天报了警，派出所开了告诫书（公安机关开的书面警告）。";
const NAME: &str = "王小芳";
const PHONE_NUMBER: &str = "13900001234";

/// A browser that hangs must not hang the whole gate.
async fn in_time(journey: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_mins(5), journey).await.unwrap();
}

/// The desk in a browser, before a gate that keeps all that leaves it.
struct AtTheDesk {
    browser: Browser,
    wire: Wire,
}

impl AtTheDesk {
    async fn sign_in(server: &Server, looks: Looks) -> Option<Self> {
        let browser = Browser::open(looks, "a digest at the desk").await.unwrap()?;
        let wire = Wire::to(&server.base).unwrap();
        browser.goto(&format!("{}/desk/", wire.base)).await.unwrap();
        browser.fill("#member", MEMBER).await.unwrap();
        browser.fill("#passphrase", PASSPHRASE).await.unwrap();
        browser.press("登录").await.unwrap();
        browser.wait_for_text("轮到我们").await.unwrap();
        Some(Self { browser, wire })
    }

    async fn open_first(&self) {
        self.browser.click(".queue li button").await.unwrap();
        self.browser.wait_for_text("办理经过").await.unwrap();
    }

    async fn unfold(&self, part: &str) {
        let summary = format!("//details[@data-part='{part}' and not(@open)]/summary");
        self.browser.click_soon(&summary).await.unwrap();
    }

    async fn answer(&self) {
        self.browser.press("受理").await.unwrap();
        self.browser.wait_for_text("已受理").await.unwrap();
        self.browser.fill("#answer", "可以请派出所出具告诫书。").await.unwrap();
        self.browser.press("封好寄出").await.unwrap();
        self.browser.wait_for_text("答复已经寄出").await.unwrap();
    }

    async fn close(&self) {
        self.unfold("closing").await;
        self.browser.choose("#outcome", "warning_letter").await.unwrap();
        self.browser.press("办结").await.unwrap();
        self.browser.press("办结以后不能再答复").await.unwrap();
        self.browser.wait_for_text("办结：出具告诫书").await.unwrap();
    }

    /// Nothing is wider than the window, and every field and button has a name.
    async fn fits(&self, picture: &str) {
        self.browser.keep_picture(picture).await.unwrap();
        let wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(self.browser.evaluate(wide).await.unwrap(), 0, "{picture} fits");
        for (role, name) in self.browser.told().await.unwrap() {
            let named = ["button", "textbox", "combobox", "checkbox"].contains(&role.as_str());
            assert!(!named || !name.trim().is_empty(), "a {role} without a name on {picture}");
        }
    }

    /// What is warned of, by kind, once `kind` is among it or not any more.
    async fn warned(&self, kind: &str, wanted: bool) -> String {
        let test = format!("!!document.querySelector('.found [data-kind={kind}]')");
        for _ in 0..100 {
            if self.browser.evaluate(&test).await.unwrap() == wanted {
                return self.browser.text(".found").await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{kind} is warned of: {}", !wanted);
    }

    /// Presses the button that keeps the file, and reads what was kept.
    async fn file(&self, folder: &Path, name: &str) -> String {
        let wanted = json!({ "behavior": "allow", "downloadPath": folder });
        self.browser.command("Page.setDownloadBehavior", wanted).await.unwrap();
        self.browser.press("存成文件").await.unwrap();
        self.browser.wait_for_text("接下来").await.unwrap();
        for _ in 0..200 {
            if let Ok(text) = std::fs::read_to_string(folder.join(name))
                && text.ends_with('\n')
            {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no file: {}", self.browser.text("#desk").await.unwrap());
    }
}

/// How `site-gen check` ends over a copy of the content with this file in it, and what it says.
fn checked(path: &str, text: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let content = workspace::copy_of_content(folder.path()).unwrap();
    let today = workspace::newest_day(&content).to_string();
    let file = content.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
    let mut check = Command::new(workspace::site_gen());
    check.current_dir(folder.path()).args(["check", "--today", &today, "--content"]).arg(&content);
    let ran = check.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
    (ran.status.code().unwrap(), said)
}

/// Opens her letter in a browser that runs no script, and says something about the case with a button.
async fn says(hers: &Browser, server: &Server, receipt: &str, words: &str) -> String {
    hers.goto(&format!("{}/ask/reply/", server.base)).await.unwrap();
    hers.fill("#receipt", receipt).await.unwrap();
    hers.click("#unlock button").await.unwrap();
    hers.wait_for_text("输一遍回执码").await.ok();
    hers.wait_for_text("案例").await.unwrap();
    hers.click_if_there("//summary[contains(., '可以写成案例吗')]").await.unwrap();
    hers.press(words).await.unwrap();
    hers.wait_for_text("记下了").await.unwrap()
}

#[tokio::test]
async fn what_she_allows_becomes_a_file_that_check_accepts_and_what_she_takes_back_is_seen() {
    in_time(from_letter_to_file()).await;
}

async fn from_letter_to_file() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let page =
        ask(&server.client(), LETTER, &[("topic", "domestic-violence"), ("region", "990121")]).unwrap();
    let receipt = Receipt::on(&page.body).unwrap().0;
    let Some(desk) = AtTheDesk::sign_in(&server, PHONE).await else { return };
    let Some(hers) = Browser::open(PHONE_WITHOUT_SCRIPTS, "agreeing without scripts").await.unwrap() else {
        return;
    };
    desk.open_first().await;
    desk.answer().await;
    let agreed = says(&hers, &server, &receipt, "同意写成案例").await;
    assert!(agreed.contains("随时可以收回") && agreed.contains("收回同意"), "{agreed}");
    hers.keep_picture("digest-agreed-plain").await.unwrap();
    // Nobody pressed anything at the desk: it was told.
    desk.browser.wait_for_text("这件刚有新的变动").await.unwrap();
    desk.browser.press("看最新的").await.unwrap();
    desk.browser.wait_for_text("写成案例：本人同意了").await.unwrap();
    desk.close().await;
    desk.unfold("digest").await;
    desk.fits("digest-part").await;
    desk.browser.press("整理成案例").await.unwrap();
    desk.browser.wait_for_text("再看一遍").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (path, file) = draft(&desk, folder.path()).await;

    let (code, said) = checked(&path, &file);
    assert_eq!(code, 0, "{said}\n{file}");
    assert!(!said.contains("taken-from-the-desk.md:"), "nothing is found in it: {said}");
    assert!(said.contains("1 篇草稿，没有发布"), "{said}");
    let (code, said) = checked(&path, &file.replace("丈夫第一次动手", "王某第一次动手"));
    assert!(code == 1 && said.contains("digest-identity"), "{said}");
    for word in [NAME, PHONE_NUMBER, TOLD, "taken-from-the-desk"] {
        let sent = desk.wire.sent();
        assert!(memchr::memmem::find(&sent, word.as_bytes()).is_none(), "{word} has left the desk");
        let coded = serde_json::to_string(word).unwrap();
        assert!(!server.said().contains(word) && !server.said().contains(&coded));
    }
    taken_back(&desk, &hers, &server, &receipt).await;
}

/// Writes the draft, with a name and a number that are warned of, mended, and looked at; the file and where it belongs.
async fn draft(desk: &AtTheDesk, folder: &Path) -> (String, String) {
    let at = &desk.browser;
    let empty = at.evaluate("document.getElementById('digest-facts').value").await.unwrap();
    assert_eq!(empty, "", "nothing of the letter is in it by itself");
    at.fill("#digest-title", "第一次报警，她要到了告诫书").await.unwrap();
    at.fill("#digest-summary", "丈夫第一次动手，她当天报警，派出所开了书面警告。").await.unwrap();
    at.fill("#digest-facts", &format!("{NAME}的电话是 {PHONE_NUMBER}。{TOLD}")).await.unwrap();
    let warned = desk.warned("number", true).await;
    assert!(
        warned.contains(NAME) && warned.contains(PHONE_NUMBER) && warned.contains("删掉号码"),
        "{warned}"
    );
    let beside = "document.getElementById('digest-facts').parentNode.textContent";
    let beside = at.evaluate(beside).await.unwrap();
    assert!(beside.as_str().unwrap().contains(&format!("“{NAME}”、“{PHONE_NUMBER}”")), "{beside}");
    desk.fits("digest-warned").await;
    at.press("存成文件").await.unwrap();
    at.wait_for_text("先改掉，或者看过以后打勾").await.unwrap();
    at.fill("#digest-facts", TOLD).await.unwrap();
    desk.warned("number", false).await;
    desk.warned("name", false).await;

    // A sentence of the letter is put into the draft on purpose, and warned of like the rest.
    desk.unfold("sources").await;
    at.press("抄到“事情经过”").await.unwrap();
    let warned = desk.warned("name", true).await;
    assert!(warned.contains("李秀英"), "{warned}");
    at.fill("#digest-facts", TOLD).await.unwrap();
    desk.warned("name", false).await;

    at.fill("#digest-done", "她存好病历和照片，当天去派出所报案，赔了 3680 元。").await.unwrap();
    desk.warned("sum", true).await;
    at.click("#seen-sum").await.unwrap();
    at.fill("#digest-applied", "《反家庭暴力法》第十六条").await.unwrap();
    at.choose("#digest-channel", "police").await.unwrap();
    at.choose("#digest-guide", "protection-order").await.unwrap();
    at.choose("#digest-age", "三十多岁的").await.unwrap();
    at.fill("#digest-slug", "taken-from-the-desk").await.unwrap();
    let file = desk.file(folder, "taken-from-the-desk.md").await;
    desk.fits("digest-taken").await;
    let shown = at.text("#desk").await.unwrap();
    let year = file.split_once(" 年").unwrap().0.rsplit(['\n', ' ']).next().unwrap().to_owned();
    let path = format!("cases/{year}/taken-from-the-desk.md");
    assert!(shown.contains(&path) && shown.contains("site-gen check"), "{shown}");
    assert!(file.contains("draft: true") && file.contains("guides:\n  - protection-order"), "{file}");
    let opening = format!("{year} 年");
    assert!(file.contains(&opening) && file.contains("半年，示例市，一位三十多岁的妇女来求助。"), "{file}");
    assert!(!file.contains("暖溪镇") && !file.contains("示例县") && file.contains("（结果怎样？"), "{file}");
    (path, file)
}

async fn taken_back(desk: &AtTheDesk, hers: &Browser, server: &Server, receipt: &str) {
    let said = says(hers, server, receipt, "收回同意").await;
    assert!(said.contains("不写成案例"), "{said}");
    desk.browser.wait_for_text("这件刚有新的变动").await.unwrap();
    desk.browser.press("存成文件").await.unwrap();
    let shown = desk.browser.wait_for_text("拿走的草稿不要登").await.unwrap();
    assert!(shown.contains("本人收回了写成案例的同意"), "{shown}");
    assert!(!shown.contains("写成案例：本人同意了"), "no way to a draft any more: {shown}");
    desk.unfold("notes").await;
    let notes = desk.browser.text("[data-part=notes]").await.unwrap();
    assert!(notes.contains("taken-from-the-desk.md"), "the file can be found: {notes}");
    desk.unfold("history").await;
    let told = desk.browser.text("[data-part=history]").await.unwrap();
    assert!(told.contains("拿走了一份案例草稿") && told.contains("本人同意写成案例"), "{told}");
    desk.fits("digest-taken-back").await;
    desk.browser.press("回到来信").await.unwrap();
    desk.browser.wait_for_text("没有等着的来信").await.unwrap();
    desk.browser.press("操作记录").await.unwrap();
    let record = desk.browser.wait_for_text("拿走案例草稿").await.unwrap();
    assert!(record.contains("收回写成案例的同意") && record.contains("同意写成案例"), "{record}");
}

#[tokio::test]
async fn with_scripts_she_is_asked_agrees_and_takes_it_back_and_without_her_nobody_can() {
    in_time(asked_with_scripts()).await;
}

async fn asked_with_scripts() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let Some(her) = Her::at(&server, PHONE, "agreeing with scripts").await else { return };
    let receipt = her.ask().await;
    let Some(desk) =
        AtDesk::sign_in_as(&server, (MEMBER, "轮到我们"), DESK, "no digest without her").await.unwrap()
    else {
        return;
    };
    desk.open_first().await.unwrap();
    let opened = her.open(&receipt).await;
    assert!(!opened.contains("可以写成案例吗"), "nothing is answered yet: {opened}");
    desk.answer("可以申请人身安全保护令。").await.unwrap();
    her.open(&receipt).await;
    her.phone.click_soon("//summary[contains(., '可以写成案例吗')]").await.unwrap();
    her.phone.keep_picture("digest-asked").await.unwrap();
    let asked = her.phone.text("#may-tell").await.unwrap();
    assert!(asked.contains("同意不同意都好") && asked.contains("没有名字"), "{asked}");
    let before = desk.browser.text("#desk").await.unwrap();
    assert!(!before.contains("写成案例"), "off unless she says so: {before}");
    let history = "//details[@data-part='history' and not(@open)]/summary";
    desk.browser.click_soon(history).await.unwrap();
    for _ in 0..2 {
        her.phone.press("同意写成案例").await.unwrap();
        her.phone.wait_for_text("记下了：你同意写成案例").await.unwrap();
        desk.browser.press("看最新的").await.unwrap();
        desk.browser.wait_for_text("写成案例：本人同意了").await.unwrap();
        her.phone.press("收回同意").await.unwrap();
        her.phone.wait_for_text("记下了：不写成案例").await.unwrap();
        desk.browser.press("看最新的").await.unwrap();
        let mut shown = desk.browser.text("#desk").await.unwrap();
        for _ in 0..200 {
            if !shown.contains("写成案例：本人同意了") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            shown = desk.browser.text("#desk").await.unwrap();
        }
        assert!(!shown.contains("写成案例：本人同意了") && !shown.contains("不要登"), "{shown}");
        assert!(shown.contains("本人收回了写成案例的同意。"), "{shown}");
    }
    her.kept_to_the_policy().await;
    let sent = her.sent();
    assert!(memchr::memmem::find(&sent, receipt.0.as_bytes()).is_none(), "her receipt stays with her");
}
