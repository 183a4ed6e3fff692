//! What members do about themselves and each other, pressed in real browsers: another passphrase, an invitation taken back,
//! somebody who is not let in, the key on paper; what somebody leaves behind is taken on, junk is put away, a visit is destroyed.

use serde_json::json;
use tests::asker::{Receipt, ask, open};
use tests::browser::{Browser, Looks, PHONE};
use tests::desk::{AtDesk, MEMBER, PASSPHRASE, open_desk};
use tests::http::visible_text;
use tests::server::{Ground, Server};

use crate::desk::{fits, in_time, unfold};

const LETTER: &str = "本店新到一批被子，欢迎选购。";
const VISIT: &str = "她说丈夫扣着她的身份证。";
const ANOTHER: &str = "灯笼 溪水 麦子 二十四 木桥";
const COMES: &str = "李梅";
const STRANGER: &str = "没人认识的人";

#[tokio::test]
async fn people_come_are_turned_away_let_themselves_in_and_leave_their_work_to_others() {
    in_time(whole_way()).await;
}

async fn whole_way() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    let said = open_desk(&ground).unwrap();
    let paper = said.split_once("抄在纸上").unwrap().1.lines().nth(1).unwrap().trim();
    let page = ask(&server.client(), LETTER, &[]).unwrap();
    let receipt = Receipt::on(&page.body).unwrap().0;
    let what = "who belongs to a desk";
    let head = AtDesk::sign_in_as(&server, (MEMBER, "轮到我们"), PHONE, what).await.unwrap();
    let Some(AtDesk { browser: head }) = head else { return };
    let Some(guest) = Browser::open(PHONE, what).await.unwrap() else { return };
    another_passphrase(&head).await;
    taken_back(&head, &guest).await;
    turned_away(&head, &guest).await;
    by_paper(&head, &guest, paper).await;
    head.press("回到来信").await.unwrap();
    AtDesk { browser: head }.open_first().await.unwrap();
    taken_on(&guest).await;
    put_away(&guest).await;
    let hers = visible_text(&open(&server.client(), &receipt).unwrap().body);
    assert!(hers.contains("收起来了，没有答复") && hers.contains("换了一位工作人员接着办"), "{hers}");
    seen_by_her(&server, &receipt).await;
    destroyed(&guest).await;
    for never in [paper, ANOTHER, VISIT] {
        assert!(!server.said().contains(never), "{never} is in no log");
    }
}

async fn another_passphrase(head: &Browser) {
    head.press("我的").await.unwrap();
    head.wait_for_text("换口令").await.unwrap();
    fits(head, "desk-self").await;
    for (old, told) in [(ANOTHER, "现在的口令不对"), (PASSPHRASE, "口令换好了")] {
        head.fill("#old-passphrase", old).await.unwrap();
        head.fill("#new-passphrase", ANOTHER).await.unwrap();
        head.fill("#again", ANOTHER).await.unwrap();
        head.press("换口令").await.unwrap();
        head.wait_for_text(told).await.unwrap();
    }
    head.press("退出").await.unwrap();
    head.wait_for_text("已经退出").await.unwrap();
    for (passphrase, told) in [(PASSPHRASE, "名字、口令或验证码不对"), (ANOTHER, "轮到我们（1）")]
    {
        head.fill("#member", MEMBER).await.unwrap();
        sign_in(head, passphrase, told).await;
    }
}

pub(crate) async fn taken_back(head: &Browser, guest: &Browser) {
    head.press("成员").await.unwrap();
    let address = invite(head, "member").await;
    head.press("回到成员").await.unwrap();
    head.wait_for_text("没写名字").await.unwrap();
    fits(head, "desk-invitations").await;
    head.press("收回").await.unwrap();
    let gone = "//*[@id='desk'][not(.//button[.='收回'])]//button[.='发一份邀请']";
    head.click_soon(gone).await.unwrap();
    head.wait_for_text("把这个地址交给本人").await.unwrap();
    head.press("回到成员").await.unwrap();
    guest.goto(&address).await.unwrap();
    guest.wait_for_text("去登录").await.unwrap();
    assert!(!guest.text("#desk").await.unwrap().contains("请你做"));
    fits(guest, "desk-no-invitation").await;
}

/// Sends an invitation; its address, which is shown then.
async fn invite(head: &Browser, role: &str) -> String {
    head.wait_for_text("发一份邀请").await.unwrap();
    head.choose("#invite-role", role).await.unwrap();
    head.press("发一份邀请").await.unwrap();
    head.wait_for_text("把这个地址交给本人").await.unwrap();
    head.text(".address").await.unwrap().trim().to_owned()
}

async fn turned_away(head: &Browser, guest: &Browser) {
    accept(head, guest, "member", STRANGER).await;
    head.press("回到成员").await.unwrap();
    head.wait_for_text("等着放行（1）").await.unwrap();
    fits(head, "desk-waiting").await;
    head.press("不放行").await.unwrap();
    head.wait_for_text("没人认识的人已经移除").await.unwrap();
    guest.press("放行了，再看看").await.unwrap();
    guest.wait_for_text("登录已经到时").await.unwrap();
}

/// Takes an invitation in the guest's browser, who waits then.
async fn accept(head: &Browser, guest: &Browser, role: &str, name: &str) {
    let address = invite(head, role).await;
    guest.goto("about:blank").await.unwrap();
    guest.goto(&address).await.unwrap();
    guest.wait_for_text("请你做").await.unwrap();
    guest.fill("#name", name).await.unwrap();
    guest.fill("#new-passphrase", PASSPHRASE).await.unwrap();
    guest.fill("#again", PASSPHRASE).await.unwrap();
    guest.press("加入").await.unwrap();
    guest.wait_for_text("加入好了").await.unwrap();
    sign_in(guest, PASSPHRASE, "请等负责人放行").await;
}

async fn by_paper(head: &Browser, guest: &Browser, paper: &str) {
    accept(head, guest, "head", COMES).await;
    guest.click_soon("//summary[contains(., '恢复密钥')]").await.unwrap();
    fits(guest, "desk-paper").await;
    let wrong =
        if paper.starts_with('0') { paper.replacen('0', "1", 1) } else { format!("0{}", &paper[1..]) };
    guest.fill("#paper", &wrong).await.unwrap();
    guest.press("用它取得钥匙").await.unwrap();
    guest.click_soon("//*[@role='alert'][string-length(.) > 3]").await.unwrap();
    guest.fill("#paper", &paper.to_lowercase()).await.unwrap();
    guest.press("用它取得钥匙").await.unwrap();
    guest.wait_for_text("轮到我们（1）").await.unwrap();
    head.press("回到成员").await.unwrap();
    head.wait_for_text("成员（2）").await.unwrap();
}

async fn taken_on(at: &Browser) {
    at.press("成员").await.unwrap();
    at.wait_for_text("成员（2）").await.unwrap();
    let other = format!("//li[.//b[text()='{MEMBER}']]");
    at.click_soon(&format!("{other}//summary")).await.unwrap();
    at.click_soon(&format!("{other}//button[text()='移除']")).await.unwrap();
    at.click_soon(&format!("{other}//button[contains(., '确定')]")).await.unwrap();
    at.wait_for_text("已经移除，钥匙也换了").await.unwrap();
    at.press("回到来信").await.unwrap();
    at.wait_for_text("值班员（已离开）受理").await.unwrap();
    fits(at, "desk-left-behind").await;
    at.click(".queue li button").await.unwrap();
    at.wait_for_text("这件现在没有人负责").await.unwrap();
    fits(at, "desk-to-take-on").await;
    at.press("由我接办").await.unwrap();
    at.press("现在由值班员负责").await.unwrap();
    at.wait_for_text("接办了，以后由你负责").await.unwrap();
    assert!(at.text("#desk").await.unwrap().contains("我受理"));
    assert!(!at.click_if_there("//button[contains(., '接办')]").await.unwrap(), "it is theirs now");
    unfold(at, "history").await;
    at.wait_for_text("换了人接办").await.unwrap();
}

async fn put_away(at: &Browser) {
    unfold(at, "closing").await;
    fits(at, "desk-to-put-away").await;
    at.press("不是咨询，收起来").await.unwrap();
    at.press("收起来以后不能再答复").await.unwrap();
    at.wait_for_text("办结：不是咨询").await.unwrap();
    let shown = at.text("#desk").await.unwrap();
    assert!(!shown.contains("回访") && shown.contains("收起来了：不是咨询"), "{shown}");
    fits(at, "desk-put-away").await;
    at.press("回到来信").await.unwrap();
    at.wait_for_text("没有等着的来信").await.unwrap();
}

/// What she sees of it with scripts.
async fn seen_by_her(server: &Server, receipt: &str) {
    let looks = Looks { dark: true, ..PHONE };
    let Some(phone) = Browser::open(looks, "a letter that was put away").await.unwrap() else { return };
    phone.goto(&format!("{}/ask/reply/", server.base)).await.unwrap();
    phone.fill("#receipt", receipt).await.unwrap();
    phone.click("#unlock form button").await.unwrap();
    let shown = phone.wait_for_text("写不全也没关系").await.unwrap();
    assert!(shown.contains("再写一封") && !shown.contains("帮上你了吗"), "{shown}");
    fits(&phone, "ask-put-away").await;
    phone.follow("再写一封").await.unwrap();
    phone.wait_for_path("/ask/").await.unwrap();
}

async fn destroyed(at: &Browser) {
    at.press("登记来访").await.unwrap();
    at.wait_for_text("怎样来的").await.unwrap();
    // Eleven minutes later they still write: the service hears of it, and the session does not end.
    let asked =
        "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/desk/me')).length";
    let before = at.evaluate(asked).await.unwrap();
    at.evaluate("{ const now = Date.now; Date.now = () => now() + 11 * 60 * 1000; 0 }").await.unwrap();
    at.fill("#told", VISIT).await.unwrap();
    at.press("封好登记").await.unwrap();
    at.wait_for_text("登记好了").await.unwrap();
    let after = at.evaluate(asked).await.unwrap();
    assert_eq!(after, json!(before.as_u64().unwrap() + 1), "once, and not with every key");
    unfold(at, "taking-back").await;
    fits(at, "desk-taking-back").await;
    at.press("全部销毁").await.unwrap();
    at.press("销毁以后谁也找不回").await.unwrap();
    at.wait_for_text("都销毁了").await.unwrap();
    at.wait_for_text("没有等着的来信").await.unwrap();
    at.press("操作记录").await.unwrap();
    let record = at.wait_for_text("从头查过").await.unwrap();
    assert!(
        record.contains("李梅：撤回") && record.contains("李梅：接办") && record.contains("李梅：收起来"),
        "{record}"
    );
}

async fn sign_in(at: &Browser, passphrase: &str, then: &str) {
    at.fill("#passphrase", passphrase).await.unwrap();
    at.press("登录").await.unwrap();
    at.wait_for_text(then).await.unwrap();
}
