//! Those who look over a desk's shoulder: supervisors see what waits below, auditors hold the chain against what they noted, a
//! desk above reads on in a long list of what has climbed to it.

use tests::asker::ask;
use tests::browser::{Browser, PHONE};
use tests::desk::{AtDesk, MEMBER, PASSPHRASE, open_county_desk, open_desk};
use tests::nuanzhan;
use tests::server::Ground;
use tests::skip::skipped;

use crate::desk::{add_member, fits, in_time, letter, two_days_later, two_desks};

#[tokio::test]
async fn a_supervisor_sees_the_desks_below_and_an_auditor_the_record() {
    in_time(over_the_shoulder()).await;
}

async fn over_the_shoulder() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    let said = open_desk(&ground).unwrap();
    open_county_desk(&ground).unwrap();
    letter(&server, &[("danger", "1")]);
    add_member(&ground, &said, "督办的人");
    let what = "supervising and auditing";
    let Some(head) = AtDesk::sign_in(&server, what).await.unwrap() else { return };
    give_role(&head.browser, "supervisor").await;
    let first = ("督办的人", "督办只看列表");
    let Some(phone) = AtDesk::sign_in_as(&server, first, PHONE, what).await.unwrap() else { return };
    let phone = phone.browser;
    let below = phone.wait_for_text("现在有危险").await.unwrap();
    assert!(below.contains("示例县妇联") && below.contains("受理最晚"), "{below}");
    assert!(phone.text(".queue").await.unwrap().contains("还没有人受理"));
    assert_eq!(phone.evaluate("document.querySelectorAll('.queue button').length").await.unwrap(), 0);
    fits(&phone, "desk-below").await;
    only(&phone).await;
    check_below(&phone).await;
    phone.press("回去").await.unwrap();
    phone.wait_for_text("在办的（1）").await.unwrap();
    letter(&server, &[]);
    // Heard, before the minute after which the page asks by itself.
    phone.wait_for_text("在办的（2）").await.unwrap();
    give_role(&head.browser, "auditor").await;
    phone.goto(&format!("{}/desk/", server.base)).await.unwrap();
    phone.fill("#member", "督办的人").await.unwrap();
    phone.fill("#passphrase", PASSPHRASE).await.unwrap();
    phone.press("登录").await.unwrap();
    let record = phone.wait_for_text("从头查过").await.unwrap();
    assert!(record.contains(MEMBER), "{record}");
    fits(&phone, "desk-record").await;
    hold_against(&phone).await;
    choose_below(&phone).await;
}

/// The supervisor chooses what is shown.
async fn only(phone: &Browser) {
    phone.click(".filters summary").await.unwrap();
    for (field, none, some) in [
        ("#only-channel", "visit", "online"),
        ("#only-state", "answered", "received"),
        ("#only-topic", "work", ""),
    ] {
        phone.choose(field, none).await.unwrap();
        let shown = phone.wait_for_text("没有等着的来信").await.unwrap();
        assert!(shown.contains("只看："), "{field}: {shown}");
        phone.choose(field, some).await.unwrap();
        phone.wait_for_text("在办的（1）").await.unwrap();
    }
    fits(phone, "desk-below-filtered").await;
    for field in ["#only-channel", "#only-state"] {
        phone.choose(field, "").await.unwrap();
    }
}

/// The auditor holds the end of the chain against what was noted, and against what was not.
async fn hold_against(phone: &Browser) {
    let noted = phone.text(".address").await.unwrap().trim().to_owned();
    let (number, hash) = noted.split_once(':').unwrap();
    let other = if hash.starts_with('0') { hash.replacen('0', "1", 1) } else { format!("0{}", &hash[1..]) };
    phone.click_soon("//summary[.='和以前抄下的对一对']").await.unwrap();
    for (end, told) in [
        (hash.to_owned(), "链尾写成"),
        (format!("{number}:{other}"), "和抄下的不一样"),
        (format!("99999:{hash}"), "现在没有第 99999 条"),
        (format!("{number}:{hash}"), "和抄下的一样，到这一条为止没有人换过"),
    ] {
        phone.fill("#noted", &end).await.unwrap();
        phone.press("对一对").await.unwrap();
        phone.wait_for_text(told).await.unwrap();
    }
    fits(phone, "desk-record-noted").await;
}

#[test]
fn the_command_holds_a_chain_against_the_end_that_was_noted_of_it() {
    let ground = Ground::new().unwrap();
    open_desk(&ground).unwrap();
    let data = ground.data_arguments();
    let verify = |more: &[&str]| {
        let arguments: Vec<&str> =
            ["audit", "verify"].iter().chain(more).copied().chain(data.iter().map(String::as_str)).collect();
        nuanzhan::run(ground.folder(), &arguments).unwrap()
    };
    let (_, end) =
        verify(&[]).stdout.split_once("链尾 ").map(|(a, b)| (a.to_owned(), b.trim().to_owned())).unwrap();
    let (number, hash) = end.split_once(':').unwrap();
    let server = ground.start().unwrap();
    ask(&server.client(), "他把我的证件都收走了。", &[]).unwrap();
    let other = if hash.starts_with('0') { hash.replacen('0', "1", 1) } else { format!("0{}", &hash[1..]) };
    for (noted, code, told) in [
        (end.clone(), 0, format!("第 {number} 行和抄下的一样")),
        (format!("{number}:{other}"), 1, "和抄下的不一样".to_owned()),
        (format!("99:{hash}"), 1, "现在没有第 99 行".to_owned()),
        (hash.to_owned(), 2, "行号:校验值".to_owned()),
        (format!("0:{hash}"), 2, "行号从 1 起".to_owned()),
    ] {
        let ran = verify(&["--desk", "shili-city", "--noted", &noted]);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(ran.code == code && said.contains(&told), "{noted}: {} {said}", ran.code);
    }
    let ran = verify(&["--noted", &end]);
    assert!(ran.code == 2 && ran.stderr.contains("--desk"), "{}", ran.stderr);
}

#[tokio::test]
async fn a_long_list_of_what_has_climbed_is_read_in_parts() {
    in_time(long_list()).await;
}

async fn long_list() {
    let (ground, server) = two_desks();
    for _ in 0..21 {
        letter(&server, &[]);
    }
    assert_eq!(server.stop("INT").unwrap(), 0);
    if !two_days_later(&ground) {
        return skipped("a long list of what has climbed", "python3 with sqlite3 is not installed");
    }
    let server = ground.start().unwrap();
    let city = (MEMBER, "下级报上来的（20，还有）");
    let Some(phone) = AtDesk::sign_in_as(&server, city, PHONE, "what has climbed").await.unwrap() else {
        return;
    };
    phone.browser.press("再看下级报上来的").await.unwrap();
    phone.browser.wait_for_text("下级报上来的（21）").await.unwrap();
    fits(&phone.browser, "desk-climbed-more").await;
    phone.open_first().await.unwrap();
}

/// The supervisor looks whether the chain of the desk below holds.
async fn check_below(phone: &Browser) {
    phone.press("操作记录").await.unwrap();
    let own = phone.wait_for_text("从头查过").await.unwrap();
    assert!(own.contains("改为上级督办"), "{own}");
    choose_below(phone).await;
    fits(phone, "desk-record-below").await;
}

async fn choose_below(phone: &Browser) {
    phone.choose("#chain-of", "shili-county").await.unwrap();
    let below = phone.wait_for_text("收信").await.unwrap();
    assert!(below.contains("从头查过") && !below.contains("改为"), "{below}");
    assert_eq!(phone.evaluate("document.getElementById('chain-of').value").await.unwrap(), "shili-county");
}

async fn give_role(head: &Browser, role: &str) {
    if !head.click_if_there("//button[.='成员']").await.unwrap() {
        head.press("回到来信").await.unwrap();
        head.press("成员").await.unwrap();
    }
    head.wait_for_text("成员（2）").await.unwrap();
    let theirs = "//li[.//b[text()='督办的人']]";
    head.click_soon(&format!("{theirs}//summary")).await.unwrap();
    let id = format!("document.evaluate(\"{theirs}//select\", document, null, 9).singleNodeValue.id");
    let id = head.evaluate(&id).await.unwrap();
    head.choose(&format!("#{}", id.as_str().unwrap()), role).await.unwrap();
    head.click_soon(&format!("{theirs}//button[text()='改角色']")).await.unwrap();
    head.wait_for_text("角色改好了").await.unwrap();
}
