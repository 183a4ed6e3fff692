//! Her whole way: her own words → the guide → the station → the question → the receipt → the answer, and back again.
//!
//! In a real browser, once with scripts and once without, on SQLite and on PostgreSQL; the desk answers in a browser of its
//! own with keys that the server never had.

use std::time::Duration;

use tests::asker::Receipt;
use tests::browser::{Browser, Looks, PHONE, PHONE_WITHOUT_SCRIPTS};
use tests::desk::{AtDesk, open_desk};
use tests::postgres;
use tests::server::Ground;

const LETTER: &str = "他昨晚又打了我，孩子在旁边哭。我想知道能不能让法院不许他靠近。";
const ANSWER: &str = "你可以申请人身安全保护令，不收费。明天上午来县法院窗口，我们陪你写申请。";
const FOLLOW_UP: &str = "我没有身份证，被他收走了，还能去吗？";

#[tokio::test]
async fn with_scripts_on_sqlite() {
    her_whole_way(PHONE, Ground::new().unwrap(), "the whole way with scripts, SQLite").await;
}

#[tokio::test]
async fn without_scripts_on_sqlite() {
    her_whole_way(PHONE_WITHOUT_SCRIPTS, Ground::new().unwrap(), "the whole way without scripts, SQLite")
        .await;
}

#[tokio::test]
async fn without_scripts_on_postgres() {
    let what = "the whole way without scripts, PostgreSQL";
    let Some(database) = postgres::fresh_database(what) else { return };
    let mut ground = Ground::new().unwrap();
    ground.database = Some(database);
    her_whole_way(PHONE_WITHOUT_SCRIPTS, ground, what).await;
}

async fn her_whole_way(looks: Looks, ground: Ground, what: &str) {
    // A browser that hangs must not hang the whole gate.
    tokio::time::timeout(Duration::from_mins(3), whole_way(looks, ground, what)).await.unwrap();
}

async fn whole_way(looks: Looks, ground: Ground, what: &str) {
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let Some(phone) = Browser::open(looks, what).await.unwrap() else { return };

    from_her_words_to_a_station(&phone, &server.base).await;
    let receipt = ask_and_type_back(&phone, &server.base, looks.scripts).await;
    let Some(desk) = AtDesk::sign_in(&server, what).await.unwrap() else { return };
    let letter = desk.open_first().await.unwrap();
    assert!(letter.contains(LETTER), "the desk reads it: {letter}");
    desk.answer(ANSWER).await.unwrap();

    read_and_ask_again(&phone, &server.base, &receipt, looks.scripts).await;
    desk.back_to_queue().await.unwrap();
    let thread = desk.open_first().await.unwrap();
    assert!(thread.contains(FOLLOW_UP) && thread.contains(ANSWER), "the desk reads on: {thread}");
    assert_eq!(server.stop("INT").unwrap(), 0);
}

async fn from_her_words_to_a_station(phone: &Browser, base: &str) {
    phone.goto(&format!("{base}/")).await.unwrap();
    phone.fill("form.ask input[name=q]", "老公打我还不让我出门").await.unwrap();
    phone.click("form.ask button").await.unwrap();
    phone.wait_for_text("正在挨打，现在怎么办").await.unwrap();
    phone.follow("正在挨打，现在怎么办").await.unwrap();
    phone.wait_for_text("110").await.unwrap();
    phone.click("a[href^='/stations/?']").await.unwrap();
    phone.wait_for_path("/stations/").await.unwrap();
    phone.click("main a[href^='/stations/'][href$='/']:not([href='/stations/'])").await.unwrap();
    let station = phone.wait_for_text("打电话").await.unwrap();
    assert!(station.contains("0000-"), "{station}");
}

async fn ask_and_type_back(phone: &Browser, base: &str, scripts: bool) -> String {
    phone.goto(&format!("{base}/ask/")).await.unwrap();
    phone.fill("#text", LETTER).await.unwrap();
    phone.click("#danger").await.unwrap();
    phone.click("#child").await.unwrap();
    phone.click("form[action='/ask/'] button").await.unwrap();
    phone.wait_for_text("先抄下回执码").await.unwrap();
    let shown = phone.text(".receipt").await.unwrap();
    let urgent = phone.text("main section[aria-label='先打电话']").await.unwrap();
    for part in ["你说现在有危险", "110 报警", "120", "12338", "必须向公安报告"] {
        assert!(urgent.contains(part), "danger and a child bring {part} to the top: {urgent}");
    }
    let follows = "document.querySelector(\"section[aria-label='先打电话']\")\
                   .compareDocumentPosition(document.querySelector('.receipt')) === Node.DOCUMENT_POSITION_FOLLOWING";
    assert!(phone.evaluate(follows).await.unwrap() == true, "it stands before the receipt");
    let receipt: String = shown.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(receipt.len(), 20, "{shown}");
    phone.fill("#receipt", &Receipt(receipt.clone()).in_groups()).await.unwrap();
    if scripts {
        phone.click("#typed button").await.unwrap();
        phone.wait_for_text("对上了").await.unwrap();
    } else {
        phone.click("form[action='/ask/reply/'] button").await.unwrap();
        let page = phone.wait_for_text("你的咨询").await.unwrap();
        assert!(page.contains(LETTER), "she reads her own letter: {page}");
    }
    receipt
}

async fn read_and_ask_again(phone: &Browser, base: &str, receipt: &str, scripts: bool) {
    phone.goto(&format!("{base}/ask/reply/")).await.unwrap();
    let said = if scripts { "信在这部手机上拆开" } else { "信由服务器在内存里拆开" };
    phone.wait_for_text(said).await.unwrap();
    phone.fill("#receipt", receipt).await.unwrap();
    phone.click("form[action='/ask/reply/'] button").await.unwrap();
    let page = phone.wait_for_text("再补充几句").await.unwrap();
    assert!(page.contains(ANSWER) && page.contains(LETTER), "she reads the answer: {page}");
    phone.fill("#text", FOLLOW_UP).await.unwrap();
    let (form, sent) = if scripts {
        ("#more", "补充已经寄到")
    } else {
        ("form[action='/ask/reply/message']", "补充已经收到")
    };
    phone.click(&format!("{form} button")).await.unwrap();
    phone.wait_for_text(sent).await.unwrap();
}
