//! What somebody who can't see the page hears: whatever is said comes into a place that is read out and was there before, or the
//! focus goes to it. Start at [`Heard`]. It is asked of the browser's own tree for such readers.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tests::asker::{Receipt, ask};
use tests::browser::{Browser, DESK, PHONE};
use tests::desk::{AtDesk, MEMBER, PASSPHRASE, open_desk};
use tests::server::{Ground, Server};
use tokio::time::{Instant, sleep};

use crate::desk::{in_time, unfold};
use crate::sealed::{Her, run};

const PATIENCE: Duration = Duration::from_secs(30);
const LETTER: &str = "他不给生活费，我能要吗？";

/// What a reader is told there is.
struct Tree(Vec<Value>);

impl Tree {
    async fn of(browser: &Browser) -> Self {
        let tree = browser.command("Accessibility.getFullAXTree", json!({})).await.unwrap();
        Self(tree["nodes"].as_array().unwrap().clone())
    }

    /// Places of which is read out what comes into them, by the number of their element.
    fn places(&self) -> BTreeSet<i64> {
        self.0.iter().filter_map(place).collect()
    }

    /// The places in which these words stand.
    fn where_said(&self, words: &str) -> BTreeSet<i64> {
        let says = |node: &&Value| {
            node["ignored"] == false
                && node["name"]["value"].as_str().is_some_and(|name| name.contains(words))
        };
        self.0.iter().filter(says).filter_map(|node| self.around(node)).collect()
    }

    /// The place around a node.
    fn around(&self, node: &Value) -> Option<i64> {
        let mut node = node;
        loop {
            if let Some(found) = place(node) {
                return Some(found);
            }
            let parent = node["parentId"].as_str()?;
            node = self.0.iter().find(|other| other["nodeId"] == parent)?;
        }
    }

    /// Role and name of what has the focus.
    fn focused(&self) -> Option<(&str, &str)> {
        let has = |node: &&Value| property(node, "focused").is_some_and(|focused| focused["value"] == true);
        // The page itself says so too.
        let node = self.0.iter().filter(|node| node["role"]["value"] != "RootWebArea").find(has)?;
        Some((node["role"]["value"].as_str()?, node["name"]["value"].as_str()?))
    }
}

fn property<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    node["properties"]
        .as_array()?
        .iter()
        .find(|property| property["name"] == name)
        .map(|found| &found["value"])
}

/// The number of an element that is read out itself, and not because of what is around it.
fn place(node: &Value) -> Option<i64> {
    let live = property(node, "live")?["value"].as_str()?;
    let own = node["ignored"] == false && property(node, "root").is_none();
    let own = own && ["polite", "assertive"].contains(&live);
    node["backendDOMNodeId"].as_i64().filter(|_| own)
}

/// A page as it was before something is done.
struct Heard<'a> {
    browser: &'a Browser,
    before: BTreeSet<i64>,
}

impl<'a> Heard<'a> {
    async fn before(browser: &'a Browser) -> Self {
        Self { browser, before: Tree::of(browser).await.places() }
    }

    /// The words are read out: they come into a place that was there.
    async fn is(&self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let said = Tree::of(self.browser).await.where_said(words);
            if !said.is_empty() {
                assert!(
                    !said.is_disjoint(&self.before),
                    "“{words}” comes together with its place: nobody is told"
                );
                return;
            }
            assert!(Instant::now() < deadline, "“{words}” is in no place that is read out");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The focus goes to the heading of something new, which is read out then.
    async fn leads_to(&self, heading: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let tree = Tree::of(self.browser).await;
            if tree.focused().is_some_and(|(role, name)| role == "heading" && name.contains(heading)) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the focus is not at “{heading}”, but at {:?}",
                tree.focused()
            );
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Presses what `css` finds; before it is pressed the page is listened to.
async fn pressed<'a>(browser: &'a Browser, css: &str) -> Heard<'a> {
    let heard = Heard::before(browser).await;
    browser.click(css).await.unwrap();
    heard
}

#[test]
fn what_an_asker_is_told_is_read_out() {
    run(async {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "what an asker hears").await else { return };
        let receipt = asking(&her).await;
        reading(&her, &receipt).await;
        her.goto("/proof/").await;
        her.phone.fill("#proof", "不是证明").await.unwrap();
        her.phone.fill("#key", "不是公钥").await.unwrap();
        pressed(&her.phone, "#check button").await.is("六行").await;
        nothing_is_heard_by_chance(&her.phone).await;
    });
}

async fn asking(her: &Her) -> Receipt {
    let phone = &her.phone;
    her.goto("/ask/").await;
    phone.fill("#text", "  ").await.unwrap();
    pressed(phone, "#write form button").await.is("请写下你想问的事").await;
    phone.fill("#text", LETTER).await.unwrap();
    slowly(phone, true).await;
    let sending = pressed(phone, "#write form button").await;
    sending.is("正在这部手机上封信").await;
    slowly(phone, false).await;
    sending.leads_to("信寄到了，先抄下回执码").await;
    let shown = phone.text("#digits").await.unwrap();
    let receipt = Receipt(shown.split_whitespace().collect());
    pressed(phone, "#copy").await.is("复制好了").await;
    phone.fill("#receipt", &receipt.0[..8]).await.unwrap();
    pressed(phone, "#typed button").await.is("少了 12 位").await;
    pressed(phone, "header nav a[href='/guides/']").await.is("走了就再也看不到它").await;
    phone.fill("#receipt", &receipt.0).await.unwrap();
    pressed(phone, "#typed button").await.leads_to("对上了").await;
    pressed(phone, "#clear-later").await.is("剪贴板清掉了").await;
    receipt
}

async fn reading(her: &Her, receipt: &Receipt) {
    let phone = &her.phone;
    her.goto("/ask/reply/").await;
    phone.fill("#receipt", &receipt.0[..4]).await.unwrap();
    pressed(phone, "#unlock button").await.is("少了 16 位").await;
    phone.fill("#receipt", &receipt.another().0).await.unwrap();
    pressed(phone, "#unlock button").await.is("没有用这个回执码的信").await;
    phone.fill("#receipt", &receipt.0).await.unwrap();
    slowly(phone, true).await;
    let opening = pressed(phone, "#unlock button").await;
    opening.is("正在打开").await;
    slowly(phone, false).await;
    opening.leads_to("你的咨询").await;
    pressed(phone, "#more button").await.is("请写下你想说的").await;
    phone.fill("#text", "还有一件事。").await.unwrap();
    pressed(phone, "#more button").await.is("补充已经寄到").await;
    pressed(phone, "#taking-back summary").await;
    phone.fill("#receipt-again", &receipt.another().0).await.unwrap();
    pressed(phone, "#withdraw button").await.is("没有删").await;
    phone.fill("#receipt-again", &receipt.0).await.unwrap();
    pressed(phone, "#withdraw button").await.leads_to("全部删掉了").await;
}

/// The network of a phone far away: what is said meanwhile stands long enough to be looked at.
async fn slowly(browser: &Browser, slow: bool) {
    let latency = if slow { 1500 } else { 0 };
    let conditions =
        json!({ "offline": false, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.command("Network.enable", json!({})).await.unwrap();
    browser.command("Network.emulateNetworkConditions", conditions).await.unwrap();
}

/// Words that come with their place, or into none, are told from those that are read out.
async fn nothing_is_heard_by_chance(browser: &Browser) {
    let before = Tree::of(browser).await.places();
    let add = "{ const late = document.createElement('p'); late.textContent = '谁也听不到'; document.body.append(late); 0 }";
    browser.evaluate(add).await.unwrap();
    assert!(Tree::of(browser).await.where_said("谁也听不到").is_empty());
    let live = "{ const late = document.body.lastElementChild; late.setAttribute('role', 'alert'); 0 }";
    browser.evaluate(live).await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = Tree::of(browser).await.where_said("谁也听不到");
        if !said.is_empty() {
            assert!(said.is_disjoint(&before), "it was not there before");
            return;
        }
        assert!(Instant::now() < deadline, "an alert is a place that is read out");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn what_a_member_is_told_is_read_out() {
    in_time(at_the_desk()).await;
}

async fn at_the_desk() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let Some(at) = Browser::open(DESK, "what a member hears").await.unwrap() else { return };
    at.goto(&format!("{}/desk/", server.base)).await.unwrap();
    for (passphrase, told) in [("不是这一句口令，也够长", "名字、口令或验证码不对"), (PASSPHRASE, "")]
    {
        at.fill("#member", MEMBER).await.unwrap();
        at.fill("#passphrase", passphrase).await.unwrap();
        let heard = pressed(&at, "#desk form button").await;
        if told.is_empty() {
            heard.leads_to("示例市妇联的来信").await;
        } else {
            heard.is(told).await;
        }
    }
    let heard = Heard::before(&at).await;
    let receipt = letter(&server);
    heard.is("轮到我们 1 件，现在有危险的 1 件").await;
    pressed(&at, ".queue li button").await.leads_to("来信").await;
    let desk = AtDesk { browser: at };
    one_letter(&desk, &server, &receipt).await;
}

/// Somebody in danger writes; the receipt.
fn letter(server: &Server) -> Receipt {
    Receipt::on(&ask(&server.client(), LETTER, &[("danger", "1")]).unwrap().body).unwrap()
}

async fn one_letter(desk: &AtDesk, server: &Server, receipt: &Receipt) {
    let at = &desk.browser;
    let heard = Heard::before(at).await;
    at.press("受理").await.unwrap();
    heard.is("已受理").await;
    unfold(at, "notes").await;
    at.fill("#note", "先打过电话。").await.unwrap();
    pressed(at, "[data-part=notes] form button").await.is("记下了。").await;
    at.fill("#answer", "可以要，我们帮你写。").await.unwrap();
    pressed(at, "#desk form button").await.is("答复已经寄出").await;
    let heard = Heard::before(at).await;
    let more = [("receipt", receipt.0.as_str()), ("delete", "yes")];
    assert!(server.client().post_form("/ask/reply/", &more).unwrap().body.contains("全部删掉了"));
    heard.is("这件刚有新的变动").await;
    let heard = Heard::before(at).await;
    at.press("回到来信").await.unwrap();
    heard.leads_to("示例市妇联的来信").await;
    let heard = Heard::before(at).await;
    at.press("退出").await.unwrap();
    heard.is("已经退出").await;
}
