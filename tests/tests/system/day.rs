//! A desk's whole day in a real browser, from signing in to signing out: nothing is tried that its policy forbids.

use tests::browser::{Browser, DESK, PHONE};
use tests::desk::PASSPHRASE;

use crate::desk::{
    at_county, close_and_ask_afterwards, hand_over, in_time, letter, note_and_mark, open_first, two_desks,
    unfold,
};
use crate::people::taken_back;
use crate::second_factor;

const ANSWER: &str = "民警会陪你去拿身份证。";
const VISIT: &str = "她来问怎样申请低保。";

#[tokio::test]
async fn a_desks_whole_day_keeps_to_the_policy_of_its_page() {
    in_time(whole_day()).await;
}

async fn whole_day() {
    let what = "a desk's whole day";
    let (_ground, server) = two_desks();
    letter(&server, &[("danger", "1"), ("child", "1")]);
    let Some(at) = at_county(&server, DESK, what).await else { return };
    let Some(guest) = Browser::open(PHONE, what).await.unwrap() else { return };
    guest.count_violations().await.unwrap();
    open_first(&at).await;
    at.press("受理").await.unwrap();
    at.wait_for_text("首次答复最晚").await.unwrap();
    note_and_mark(&at).await;
    hand_over(&at).await;
    at.fill("#answer", ANSWER).await.unwrap();
    at.press("封好寄出").await.unwrap();
    at.wait_for_text("答复已经寄出").await.unwrap();
    close_and_ask_afterwards(&at).await;
    at.press("回到来信").await.unwrap();
    visit(&at).await;
    figures(&at).await;
    taken_back(&at, &guest).await;
    at.press("回到来信").await.unwrap();
    at.press("操作记录").await.unwrap();
    at.wait_for_text("从头查过").await.unwrap();
    at.press("回去").await.unwrap();
    second_factor_set(&at).await;
    at.press("退出").await.unwrap();
    at.wait_for_text("已经退出").await.unwrap();
    for browser in [&at, &guest] {
        assert_eq!(browser.violations().await.unwrap(), "", "what the desk's page may not do");
        // The same count has what is forbidden.
        let markup = "document.body.insertAdjacentHTML('beforeend', '<b></b>')";
        assert!(browser.evaluate(markup).await.is_err(), "text becomes no markup");
        let style = "void document.body.setAttribute('style', 'color: red')";
        browser.evaluate(style).await.unwrap();
        // It is told of a little later than it is refused.
        let counted = "/require-trusted-types-for.*style-src/.test(window.violations.join())";
        browser.wait_for(counted).await.unwrap();
    }
}

async fn visit(at: &Browser) {
    at.press("登记来访").await.unwrap();
    at.wait_for_text("怎样来的").await.unwrap();
    at.choose("#channel", "visit").await.unwrap();
    at.fill("#told", VISIT).await.unwrap();
    at.press("封好登记").await.unwrap();
    at.wait_for_text("登记好了").await.unwrap();
    unfold(at, "taking-back").await;
    at.press("全部销毁").await.unwrap();
    at.press("销毁以后谁也找不回").await.unwrap();
    at.wait_for_text("都销毁了").await.unwrap();
}

async fn figures(at: &Browser) {
    at.press("统计").await.unwrap();
    at.wait_for_text("总的情况").await.unwrap();
    assert_ne!(
        at.evaluate("document.querySelectorAll('#desk svg rect').length").await.unwrap(),
        0,
        "bars are drawn"
    );
    at.press("回去").await.unwrap();
    at.wait_for_text("筛选").await.unwrap();
}

/// Sets it, with the picture that an authenticator reads.
async fn second_factor_set(at: &Browser) {
    for round in 0..2 {
        at.press("我的").await.unwrap();
        at.wait_for_text("还没有设").await.unwrap();
        at.press("设验证码").await.unwrap();
        at.wait_for_text("或者把密钥打进去").await.unwrap();
        if round == 0 {
            // Whoever thinks better of it is not held.
            at.press("回去").await.unwrap();
            at.wait_for_text("筛选").await.unwrap();
        }
    }
    assert_eq!(at.evaluate("document.querySelectorAll('svg.qr path').length").await.unwrap(), 1);
    let secret: String = at.text(".secret").await.unwrap().split_whitespace().collect();
    at.fill("#passphrase-again", PASSPHRASE).await.unwrap();
    at.fill("#code", &second_factor::code(&secret, second_factor::now())).await.unwrap();
    at.press("设好").await.unwrap();
    at.wait_for_text("验证码设好了").await.unwrap();
}
