//! A desk's keys in real browsers: founded by invitation, a second member let in, letters read, the first one removed, old
//! letters sealed anew.

use std::time::Duration;

use serde_json::Value;
use tests::asker::ask;
use tests::browser::{Browser, NARROW, PHONE};
use tests::nuanzhan;
use tests::server::{Ground, Server};
use tokio::time::{Instant, sleep};

use crate::desk::fits;

const PASSPHRASE: &str = "灯笼 溪水 麦子 二十三 石桥";
const LETTER: &str = "他昨晚又打了我，孩子在旁边哭。";
const LATER: &str = "他今天又来单位闹。";

#[tokio::test]
async fn a_desk_is_founded_shared_and_left_in_browsers() {
    // A browser that hangs must not hang the whole gate.
    tokio::time::timeout(Duration::from_mins(4), whole_way()).await.unwrap();
}

async fn whole_way() {
    let what = "founding a desk, letting somebody in, removing somebody";
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    let Some(first) = Browser::open(PHONE, what).await.unwrap() else { return };
    let Some(second) = Browser::open(NARROW, what).await.unwrap() else { return };
    let paper = found(&ground, &server, &first).await;
    let client = server.client();
    assert_eq!(ask(&client, LETTER, &[]).unwrap().status, 200);

    let_in(&first, &second).await;
    read(&second, LETTER).await;
    remove_first(&first, &second).await;
    assert_eq!(ask(&client, LATER, &[]).unwrap().status, 200);
    second.press("回到来信").await.unwrap();
    second.press("刷新").await.unwrap();
    second.wait_for_text("轮到我们（2）").await.unwrap();
    // In the queue the older letter comes first: both are read with what the second member holds now.
    for letter in [LETTER, LATER] {
        let read_any = async {
            for at in 1..=2 {
                second.click(&format!(".queue li:nth-child({at}) button")).await.unwrap();
                let text = second.wait_for_text("来信的人").await.unwrap();
                second.press("回到来信").await.unwrap();
                second.wait_for_text("轮到我们").await.unwrap();
                if text.contains(letter) {
                    return true;
                }
            }
            false
        };
        assert!(read_any.await, "{letter}");
    }
    let ask = "fetch('/api/v1/desk/reseal').then((answer) => answer.text()).then((text) => { window.old = text; }); 0";
    second.evaluate(ask).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let old = loop {
        match second.evaluate("window.old || ''").await.unwrap().as_str() {
            Some(old) if !old.is_empty() => break serde_json::from_str::<Value>(old).unwrap(),
            _ => assert!(Instant::now() < deadline, "the service answers"),
        }
        sleep(Duration::from_millis(50)).await;
    };
    assert_eq!((&old["left"], &old["older"]), (&Value::from(0), &Value::Array(Vec::new())), "{old}");
    assert!(!server.said().contains(&paper), "the paper is in no log");
}

/// The command makes the desk, the first browser its keys; the text of the sheet of paper.
async fn found(ground: &Ground, server: &Server, first: &Browser) -> String {
    let mut arguments =
        vec!["desk", "create", "--id", "shili-city", "--name", "示例市妇联", "--region", "990100"];
    let data = ground.data_arguments();
    arguments.extend(data.iter().map(String::as_str));
    let ran = nuanzhan::run(ground.folder(), &arguments).unwrap();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let (_, code) = ran.stdout.split_once("#join=").unwrap();
    let code = code.lines().next().unwrap();
    first.goto(&format!("{}/desk/#join={code}", server.base)).await.unwrap();
    first.wait_for_text("还没有钥匙").await.unwrap();
    fits(first, "desk-founding").await;
    assert!(!first.history().await.unwrap().0.contains("join"), "the code leaves the address at once");
    choose_passphrase(first, "王芳").await;
    first.press("建钥匙").await.unwrap();
    first.wait_for_text("只显示这一次").await.unwrap();
    let shown = first.text(".paper .secret").await.unwrap();
    let groups: Vec<&str> = shown.split_whitespace().collect();
    assert_eq!(groups.len(), 9, "{shown}");
    fits(first, "desk-paper-sheet").await;
    first.fill("#paper-end", "0000 0000").await.unwrap();
    first.press("抄好了").await.unwrap();
    first.wait_for_text("和最后两组不一样").await.unwrap();
    first.fill("#paper-end", &groups[7..].join(" ").to_lowercase()).await.unwrap();
    first.press("抄好了").await.unwrap();
    first.wait_for_text("加入好了").await.unwrap();
    sign_in(first, "轮到我们").await;
    groups.join("-")
}

async fn let_in(first: &Browser, second: &Browser) {
    first.press("成员").await.unwrap();
    first.wait_for_text("发一份邀请").await.unwrap();
    first.fill("#invite-name", "李梅").await.unwrap();
    first.evaluate("document.getElementById('invite-role').value = 'head'").await.unwrap();
    first.press("发一份邀请").await.unwrap();
    first.wait_for_text("把这个地址交给本人").await.unwrap();
    fits(first, "desk-invited").await;
    let address = first.text(".address").await.unwrap();
    second.goto(address.trim()).await.unwrap();
    second.wait_for_text("请你做负责人").await.unwrap();
    choose_passphrase(second, "李梅").await;
    second.press("加入").await.unwrap();
    second.wait_for_text("加入好了").await.unwrap();
    sign_in(second, "请等负责人放行").await;
    let theirs = second.text(".mark").await.unwrap();
    first.press("回到成员").await.unwrap();
    first.wait_for_text("等着放行（1）").await.unwrap();
    assert_eq!(
        first.text(".mark").await.unwrap().split_whitespace().collect::<String>(),
        theirs.split_whitespace().collect::<String>()
    );
    first.press("放行").await.unwrap();
    first.wait_for_text("先核对指纹码").await.unwrap();
    fits(first, "desk-letting-in").await;
    first.click(".people .check input").await.unwrap();
    first.press("放行").await.unwrap();
    first.wait_for_text("李梅可以工作了").await.unwrap();
    second.press("放行了，再看看").await.unwrap();
    second.wait_for_text("轮到我们（1）").await.unwrap();
    let wide = second.evaluate("document.documentElement.scrollWidth").await.unwrap();
    assert!(wide.as_u64().unwrap() <= 320, "{wide}");
}

async fn read(at: &Browser, letter: &str) {
    at.click(".queue li button").await.unwrap();
    let text = at.wait_for_text("来信的人").await.unwrap();
    assert!(text.contains(letter), "{text}");
    at.press("回到来信").await.unwrap();
    at.wait_for_text("轮到我们").await.unwrap();
}

async fn remove_first(first: &Browser, second: &Browser) {
    second.press("成员").await.unwrap();
    second.wait_for_text("成员（2）").await.unwrap();
    let of_first = "//li[.//b[text()='王芳']]";
    second.click_soon(&format!("{of_first}//summary")).await.unwrap();
    let wide = second.evaluate("document.documentElement.scrollWidth").await.unwrap();
    assert!(wide.as_u64().unwrap() <= 320, "{wide}");
    second.click_soon(&format!("{of_first}//button[text()='移除']")).await.unwrap();
    second.click_soon(&format!("{of_first}//button[contains(., '确定')]")).await.unwrap();
    second.wait_for_text("王芳已经移除，钥匙也换了").await.unwrap();
    first.press("回到来信").await.unwrap();
    first.wait_for_text("登录已经到时").await.unwrap();
    first.fill("#member", "王芳").await.unwrap();
    first.fill("#passphrase", PASSPHRASE).await.unwrap();
    first.press("登录").await.unwrap();
    first.wait_for_text("名字、口令或验证码不对").await.unwrap();
}

async fn choose_passphrase(at: &Browser, name: &str) {
    at.fill("#name", name).await.unwrap();
    at.fill("#new-passphrase", PASSPHRASE).await.unwrap();
    at.fill("#again", PASSPHRASE).await.unwrap();
}

/// Signs in with the name that is filled in already.
async fn sign_in(at: &Browser, then: &str) {
    at.fill("#passphrase", PASSPHRASE).await.unwrap();
    at.press("登录").await.unwrap();
    at.wait_for_text(then).await.unwrap();
}
