//! What members do at the desk, in real browsers, on the narrowest windows that are promised: every act from registering to
//! asking afterwards, transfer with keys, referral on paper, news without asking, what breaks off in the middle.

use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tests::asker::{Receipt, ask, open};
use tests::browser::{Browser, Looks, NARROW, PHONE};
use tests::desk::{AtDesk, COUNTY_MEMBER, MEMBER, PASSPHRASE, open_county_desk, open_desk};
use tests::http::visible_text;
use tests::nuanzhan;
use tests::server::{Ground, Server};
use tests::skip::skipped;
use tests::workspace;

const LETTER: &str = "他昨晚又打了我，孩子在旁边哭。";
const NOTE: &str = "她只能在上午接电话，邻居王姨知情。";
const PAPER: &str = "请派民警陪她回去拿身份证和孩子的书包。";
const AGENCY: &str = "示例县公安局";

/// A browser that hangs must not hang the whole gate.
pub(crate) async fn in_time(journey: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_mins(5), journey).await.unwrap();
}

/// The desk of the county and that of the city above it.
pub(crate) fn two_desks() -> (Ground, Server) {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    open_county_desk(&ground).unwrap();
    (ground, server)
}

/// A letter to the county; its receipt.
pub(crate) fn letter(server: &Server, more: &[(&str, &str)]) -> String {
    let mut fields = vec![("region", "990121")];
    fields.extend(more);
    let page = ask(&server.client(), LETTER, &fields).unwrap();
    assert_eq!(page.status, 200, "{}", page.body);
    Receipt::on(&page.body).unwrap().0
}

pub(crate) async fn at_county(server: &Server, looks: Looks, what: &str) -> Option<Browser> {
    let signed_in = AtDesk::sign_in_as(server, (COUNTY_MEMBER, "轮到我们"), looks, what).await.unwrap();
    signed_in.map(|desk| desk.browser)
}

/// Nothing is wider than the window, and every field and button has a name.
pub(crate) async fn fits(at: &Browser, picture: &str) {
    at.keep_picture(picture).await.unwrap();
    let wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(at.evaluate(wide).await.unwrap(), 0, "{picture} fits");
    for (role, name) in at.told().await.unwrap() {
        let named = ["button", "textbox", "combobox", "checkbox", "progressbar"].contains(&role.as_str());
        assert!(!named || !name.trim().is_empty(), "a {role} without a name on {picture}");
    }
}

pub(crate) async fn unfold(at: &Browser, part: &str) {
    at.click_soon(&format!("//details[@data-part='{part}' and not(@open)]/summary")).await.unwrap();
}

pub(crate) async fn open_first(at: &Browser) {
    at.click(".queue li button").await.unwrap();
    at.wait_for_text("办理经过").await.unwrap();
}

#[tokio::test]
async fn a_consultation_is_worked_on_at_a_phone_from_accepting_to_asking_afterwards() {
    in_time(from_accepting_to_asking_afterwards()).await;
}

async fn from_accepting_to_asking_afterwards() {
    let (ground, server) = two_desks();
    let receipt = letter(&server, &[("danger", "1"), ("child", "1")]);
    let Some(phone) = at_county(&server, PHONE, "a desk's work at a phone").await else { return };
    let queue = phone.wait_for_text("受理最晚").await.unwrap();
    assert!(queue.contains("现在有危险") && queue.contains("牵涉孩子"), "in words: {queue}");
    fits(&phone, "desk-queue").await;
    open_first(&phone).await;
    let closing = phone.text("[data-part=closing]").await.unwrap();
    assert!(closing.contains("办结"), "{closing}");
    phone.press("受理").await.unwrap();
    phone.wait_for_text("首次答复最晚").await.unwrap();
    note_and_mark(&phone).await;
    hand_over(&phone).await;
    phone.fill("#answer", "民警会陪你去。明天上午我们给你打电话。").await.unwrap();
    phone.press("封好寄出").await.unwrap();
    phone.wait_for_text("答复已经寄出").await.unwrap();
    close_and_ask_afterwards(&phone).await;
    let hers = visible_text(&open(&server.client(), &receipt).unwrap().body);
    assert!(hers.contains("民警会陪你去") && hers.contains("外面的机构回话：办好了"), "{hers}");
    for never in [NOTE, PAPER, AGENCY] {
        assert!(!hers.contains(never), "she does not read {never}");
    }
    for never in [NOTE, PAPER] {
        assert!(!server.said().contains(never));
        for path in workspace::files_under(&ground.var()) {
            let bytes = std::fs::read(&path).unwrap();
            let held = bytes.windows(never.len()).any(|window| window == never.as_bytes());
            assert!(!held, "{} holds {never}", path.display());
        }
    }
}

pub(crate) async fn note_and_mark(phone: &Browser) {
    unfold(phone, "notes").await;
    phone.fill("#note", NOTE).await.unwrap();
    phone.press("封好记下").await.unwrap();
    phone.wait_for_text("记下了").await.unwrap();
    let notes = phone.text("[data-part=notes]").await.unwrap();
    assert!(notes.contains(NOTE) && notes.contains(COUNTY_MEMBER), "{notes}");
    let at = phone.evaluate("document.activeElement.closest('[data-part]').dataset.part").await.unwrap();
    assert_eq!(at, "notes", "the keyboard stays where something was done");
    unfold(phone, "marks").await;
    phone.press("法律援助").await.unwrap();
    phone.wait_for_text("标上了“法律援助”").await.unwrap();
    fits(phone, "desk-thread").await;
    phone.press("法律援助").await.unwrap();
    phone.wait_for_text("去掉了“法律援助”").await.unwrap();
}

pub(crate) async fn hand_over(phone: &Browser) {
    unfold(phone, "handovers").await;
    phone.press("写转介信").await.unwrap();
    phone.wait_for_text("哪类机构").await.unwrap();
    phone.choose("#agency-kind", "police").await.unwrap();
    phone.click_soon("//select[@id='agency-listed' and not(@disabled)]").await.unwrap();
    phone.choose("#agency-listed", "0").await.unwrap();
    let listed = phone.evaluate("document.getElementById('agency').value").await.unwrap();
    assert!(listed.as_str().unwrap().contains("公安"), "{listed}");
    phone.fill("#agency", AGENCY).await.unwrap();
    phone.choose("#grounds", "consent").await.unwrap();
    phone.fill("#wanted", PAPER).await.unwrap();
    fits(phone, "desk-referral-form").await;
    phone.press("看看转介信").await.unwrap();
    let letter = phone.wait_for_text("单位（盖章）").await.unwrap();
    assert!(letter.contains(PAPER) && letter.contains(AGENCY) && !letter.contains(LETTER), "{letter}");
    fits(phone, "desk-referral").await;
    printed(phone).await;
    phone.press("存进内部记录").await.unwrap();
    phone.wait_for_text("存进内部记录了").await.unwrap();
    phone.press("登记转出").await.unwrap();
    phone.wait_for_text("1 件等结果").await.unwrap();
    unfold(phone, "closing").await;
    phone.press("对方收到了").await.unwrap();
    phone.wait_for_text("回执登记好了").await.unwrap();
    phone.press("登记结果").await.unwrap();
    phone.wait_for_text("请选机构说的结果").await.unwrap();
    fits(phone, "desk-handovers").await;
    phone.choose("#result-1", "settled").await.unwrap();
    phone.press("登记结果").await.unwrap();
    phone.wait_for_text("都有结果了").await.unwrap();
}

/// On paper there is the letter, and nothing of the page around it.
async fn printed(phone: &Browser) {
    phone.command("Emulation.setEmulatedMedia", json!({ "media": "print" })).await.unwrap();
    let paper = phone.text("body").await.unwrap();
    phone.keep_picture("desk-printed").await.unwrap();
    assert!(paper.contains(PAPER) && paper.contains("回执"), "{paper}");
    for never in ["登记转出", "改一改", "快速离开", "工作台\n", LETTER] {
        assert!(!paper.contains(never), "{never} is on paper: {paper}");
    }
    assert!(phone.pdf().await.unwrap().starts_with(b"%PDF"));
    phone.command("Emulation.setEmulatedMedia", json!({ "media": "" })).await.unwrap();
    phone.evaluate("void (print = () => { window.printed = true; })").await.unwrap();
    phone.press("打印").await.unwrap();
    assert_eq!(phone.evaluate("window.printed").await.unwrap(), true);
}

pub(crate) async fn close_and_ask_afterwards(phone: &Browser) {
    phone.choose("#extend", "court").await.unwrap();
    phone.press("延长办理时间").await.unwrap();
    phone.wait_for_text("时间延长了").await.unwrap();
    phone.press("办结").await.unwrap();
    phone.press("办结以后不能再答复").await.unwrap();
    phone.wait_for_text("请选结果").await.unwrap();
    phone.choose("#outcome", "police_handled").await.unwrap();
    phone.press("办结").await.unwrap();
    phone.wait_for_text("办结：公安处理").await.unwrap();
    phone.press("回到来信").await.unwrap();
    phone.wait_for_text("没有等着的来信").await.unwrap();
    phone.click(".filters summary").await.unwrap();
    phone.choose("#only-shelf", "closed").await.unwrap();
    phone.wait_for_text("没有回访").await.unwrap();
    fits(phone, "desk-closed").await;
    open_first(phone).await;
    unfold(phone, "follow-up").await;
    phone.press("帮上了").await.unwrap();
    phone.wait_for_text("回访：帮上了").await.unwrap();
    unfold(phone, "history").await;
    let told = phone.text("[data-part=history]").await.unwrap();
    assert!(
        told.contains("收到。") && told.contains("办得要久一些") && told.contains("回访：帮上了"),
        "{told}"
    );
    fits(phone, "desk-after").await;
}

#[tokio::test]
async fn a_letter_goes_to_another_desk_with_its_notes_and_a_broken_line_loses_nothing() {
    in_time(to_another_desk()).await;
}

async fn to_another_desk() {
    let (_ground, server) = two_desks();
    letter(&server, &[]);
    let what = "handing a letter to another desk";
    let Some(phone) = at_county(&server, PHONE, what).await else { return };
    let Some(city) = AtDesk::sign_in(&server, what).await.unwrap() else { return };
    city.browser.wait_for_text("没有等着的来信").await.unwrap();
    open_first(&phone).await;
    unfold(&phone, "notes").await;
    phone.set_offline(true).await.unwrap();
    phone.fill("#note", NOTE).await.unwrap();
    phone.press("封好记下").await.unwrap();
    phone.wait_for_text("网络不通").await.unwrap();
    fits(&phone, "desk-offline").await;
    phone.set_offline(false).await.unwrap();
    phone.press("封好记下").await.unwrap();
    phone.wait_for_text("内部记录（1）").await.unwrap();
    unfold(&phone, "transfer").await;
    phone.choose("#transfer-to", "shili-city").await.unwrap();
    phone.choose("#transfer-reason", "conflict").await.unwrap();
    fits(&phone, "desk-transfer").await;
    phone.press("转过去").await.unwrap();
    phone.set_offline(true).await.unwrap();
    phone.press("转过去以后").await.unwrap();
    phone.wait_for_text("网络不通").await.unwrap();
    phone.set_offline(false).await.unwrap();
    phone.press("转过去以后").await.unwrap();
    phone.wait_for_text("转给示例市妇联了").await.unwrap();
    assert!(phone.wait_for_text("没有等着的来信").await.is_ok());
    // Nobody pressed anything at the city: it was told.
    city.browser.wait_for_text("轮到我们（1）").await.unwrap();
    open_first(&city.browser).await;
    let read = city.browser.text("#desk").await.unwrap();
    assert!(read.contains(LETTER), "{read}");
    unfold(&city.browser, "notes").await;
    city.browser.wait_for_text(NOTE).await.unwrap();
    unfold(&city.browser, "history").await;
    city.browser.wait_for_text("示例县妇联把信转给了示例市妇联：这边要回避").await.unwrap();
}

#[tokio::test]
async fn who_comes_in_person_is_registered_and_everybody_at_the_desk_sees_it_at_once() {
    in_time(in_person()).await;
}

async fn in_person() {
    let (_ground, server) = two_desks();
    let what = "registering a visit";
    let Some(phone) = at_county(&server, NARROW, what).await else { return };
    let Some(other) = at_county(&server, Looks { dark: true, ..PHONE }, what).await else { return };
    phone.press("登记来访").await.unwrap();
    phone.wait_for_text("怎样来的").await.unwrap();
    phone.choose("#channel", "call").await.unwrap();
    phone.choose("#topic", "domestic-violence").await.unwrap();
    phone.choose("#region", "990121100").await.unwrap();
    phone.click("#vulnerable").await.unwrap();
    phone.fill("#told", LETTER).await.unwrap();
    fits(&phone, "desk-walk-in").await;
    phone.press("封好登记").await.unwrap();
    phone.wait_for_text("登记好了").await.unwrap();
    let told = other.wait_for_text("轮到我们（1）").await.unwrap();
    assert!(told.contains("老、残、孕、重病") && told.contains("来电"), "{told}");
    fits(&other, "desk-queue-dark").await;
    phone.press("受理").await.unwrap();
    phone.wait_for_text("已受理").await.unwrap();
    open_first(&other).await;
    other.fill("#answer", "下周一").await.unwrap();
    phone.fill("#answer", "电话里说了怎样申请保护令。").await.unwrap();
    phone.press("封好记下").await.unwrap();
    phone.wait_for_text("答复已经记下").await.unwrap();
    fits(&phone, "desk-registered").await;
    // The other one is told, and keeps what was typed.
    other.wait_for_text("写着的字不会丢").await.unwrap();
    fits(&other, "desk-changed").await;
    other.press("看最新的").await.unwrap();
    other.wait_for_text("电话里说了怎样申请保护令").await.unwrap();
    assert_eq!(other.evaluate("document.getElementById('answer').value").await.unwrap(), "下周一");
}

#[tokio::test]
async fn a_long_queue_is_read_in_parts_and_filtered() {
    in_time(a_long_queue()).await;
}

async fn a_long_queue() {
    let (_ground, server) = two_desks();
    for number in 0..21 {
        let topic = if number == 7 { "work" } else { "domestic-violence" };
        letter(&server, &[("topic", topic)]);
    }
    let Some(phone) = at_county(&server, PHONE, "a long queue").await else { return };
    phone.wait_for_text("轮到我们（20）").await.unwrap();
    phone.press("更多").await.unwrap();
    phone.wait_for_text("轮到我们（21）").await.unwrap();
    phone.click(".filters summary").await.unwrap();
    phone.choose("#only-topic", "work").await.unwrap();
    phone.wait_for_text("轮到我们（1）").await.unwrap();
    fits(&phone, "desk-filtered").await;
    open_first(&phone).await;
    phone.press("回到来信").await.unwrap();
    let still = phone.wait_for_text("轮到我们（1）").await.unwrap();
    assert!(still.contains("只看："), "what is left out is said: {still}");
}

#[tokio::test]
async fn what_is_overdue_is_said_in_words_at_both_desks() {
    in_time(overdue()).await;
}

async fn overdue() {
    let (ground, server) = two_desks();
    letter(&server, &[]);
    assert_eq!(server.stop("INT").unwrap(), 0);
    if !two_days_later(&ground) {
        return skipped("what is overdue at the desk", "python3 with sqlite3 is not installed");
    }
    let server = ground.start().unwrap();
    let what = "what is overdue";
    let city = (MEMBER, "下级报上来的（1）");
    let Some(phone) = AtDesk::sign_in_as(&server, city, PHONE, what).await.unwrap() else { return };
    let queue = phone.browser.text("#desk").await.unwrap();
    for sign in ["超时了", "示例县妇联报上来的", "受理已超时：应在"] {
        assert!(queue.contains(sign), "{sign}: {queue}");
    }
    fits(&phone.browser, "desk-climbed").await;
    open_first(&phone.browser).await;
    let opened = phone.browser.text("#desk").await.unwrap();
    assert!(opened.contains(LETTER) && opened.contains("受理已超时"), "{opened}");
    let Some(county) = at_county(&server, NARROW, what).await else { return };
    county.wait_for_text("已经报到上一级").await.unwrap();
    fits(&county, "desk-late").await;
}

/// Moves what is due two days back in the database of a service that is stopped; `false` where nothing here can.
pub(crate) fn two_days_later(ground: &Ground) -> bool {
    let moved = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); \
                 db.execute('UPDATE thread SET due_hour = due_hour - 48, climb_hour = climb_hour - 48'); db.commit()";
    let database = ground.var().join("nuanzhan.db");
    let ran = Command::new("python3").args(["-c", moved]).arg(database).status();
    ran.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn figures_are_read_as_tables_and_bars_and_taken_away_as_files() {
    in_time(figures()).await;
}

async fn figures() {
    let (_ground, server) = two_desks();
    letter(&server, &[("topic", "work")]);
    letter(&server, &[]);
    let Some(phone) = at_county(&server, NARROW, "a desk's figures at a narrow phone").await else { return };
    put_away_first(&phone).await;
    phone.press("统计").await.unwrap();
    phone.wait_for_text("总的情况").await.unwrap();
    let first = async |part: &str| {
        let row = phone.text(&format!("[data-part={part}] tbody tr:first-child")).await.unwrap();
        row.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(first("totals").await, ["收到", "2"], "a month that goes on stands alone");
    assert_eq!(first("regions").await, ["示例县", "2", "0", "1", "50%", "1", "0", "1"]);
    assert_eq!(first("region_endings").await, ["示例县", "1", "1"]);
    // Received, answered and closed of two topics; the rate and who is counted twice have no bar. No ending, no bar.
    for (part, bars) in [("totals", 0), ("topics", 6), ("topic_endings", 1), ("endings", 1)] {
        let count = format!("document.querySelectorAll('[data-part={part}] svg[role=img] rect').length");
        assert_eq!(phone.evaluate(&count).await.unwrap(), bars, "{part}");
    }
    let lists =
        "Array.from(document.querySelectorAll('#period optgroup'), (list) => list.children.length).join()";
    assert_eq!(phone.evaluate(lists).await.unwrap(), "24,8,6", "months, quarters, years");
    fits(&phone, "desk-figures").await;
    let last = phone.evaluate("document.querySelector('#period optgroup:last-child').lastChild.value").await;
    phone.choose("#period", last.unwrap().as_str().unwrap()).await.unwrap();
    phone.wait_for_text("没有。").await.unwrap();
    phone.evaluate("document.getElementById('below').click()").await.unwrap();
    phone.wait_for_text("总的情况").await.unwrap();
    for (format, begins) in [("xlsx", "PK"), ("csv", "时间,工作台"), ("md", "# ")] {
        let link = format!("document.querySelector('a[href*=\"format={format}\"]').href");
        let taken = "{ const got = new XMLHttpRequest(); got.open('GET', LINK, false); got.send(); got.responseText.slice(0, 20) }";
        let taken = phone.evaluate(&taken.replace("LINK", &link)).await.unwrap();
        assert!(
            taken.as_str().unwrap().trim_start_matches('\u{feff}').starts_with(begins),
            "{format}: {taken}"
        );
    }
    phone.press("回去").await.unwrap();
    phone.wait_for_text("轮到我们").await.unwrap();
    phone.press("操作记录").await.unwrap();
    let record = phone.wait_for_text("导出统计").await.unwrap();
    assert_eq!(record.matches("导出统计").count(), 3);
}

/// The letter that comes first asks nothing.
async fn put_away_first(phone: &Browser) {
    open_first(phone).await;
    phone.press("受理").await.unwrap();
    phone.wait_for_text("首次答复最晚").await.unwrap();
    unfold(phone, "closing").await;
    phone.press("不是咨询，收起来").await.unwrap();
    phone.press("收起来以后不能再答复").await.unwrap();
    phone.wait_for_text("办结：不是咨询").await.unwrap();
    phone.press("回到来信").await.unwrap();
    phone.wait_for_text("轮到我们（1）").await.unwrap();
}

/// Adds a member of the city with the key on paper, which the command showed.
pub(crate) fn add_member(ground: &Ground, said: &str, name: &str) {
    let (_, paper) = said.split_once("抄在纸上").unwrap();
    let paper = paper.lines().nth(1).unwrap().trim();
    let file = |name: &str, text: &str| {
        let path = ground.folder().join(name);
        std::fs::write(&path, format!("{text}\n")).unwrap();
        path.display().to_string()
    };
    let (paper, passphrase) = (file("paper.txt", paper), file("another.txt", PASSPHRASE));
    let mut arguments = vec!["member", "add", "--desk", "shili-city", "--name", name];
    arguments.extend(["--recovery-key-file", &paper, "--passphrase-file", &passphrase]);
    let data = ground.data_arguments();
    arguments.extend(data.iter().map(String::as_str));
    let ran = nuanzhan::run(ground.folder(), &arguments).unwrap();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}
