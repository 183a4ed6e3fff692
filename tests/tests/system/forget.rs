//! What the desk's page forgets: after half an hour without a touch, and when the page is left, nothing of a letter is on the
//! screen or in memory, and no key is anywhere. Start at [`AtTheScreen::nothing_is_left`].
//!
//! Memory is asked through the browser's own tools, which collect what nobody holds any more before they look.

use std::time::Duration;

use serde_json::{Value, json};
use tests::asker::ask;
use tests::browser::Browser;
use tests::desk::{AtDesk, MEMBER, PASSPHRASE, open_desk};
use tests::server::{Ground, Server};
use tokio::time::sleep;

use crate::desk::{in_time, unfold};

const LETTER: &str = "他昨晚又打了我，孩子在旁边哭。";
const NOTE: &str = "她只能在上午接电话，邻居王姨知情。";
const ANSWER: &str = "先到安全的地方，我们派人陪你去。";

/// The group of what the tools hold for a moment.
const HELD: &str = "held";

/// Of all objects how many hold one of the words, in a property or as a map does.
const HOLDING: &str = "function (words) {
  const has = (value) => typeof value === 'string' && words.some((word) => value.includes(word));
  const of = (object) => {
    if (object instanceof Map) return Array.from(object).some(([key, value]) => has(key) || has(value));
    if (object instanceof Node || object instanceof Window) return false;
    const all = Object.getOwnPropertyDescriptors(object);
    return Reflect.ownKeys(all).some((key) => has(all[key].value));
  };
  return this.filter((object) => { try { return of(object); } catch (err) { return false; } }).length;
}";

/// What is on the page, and what is typed into it.
const SHOWN: &str = "document.documentElement.outerHTML + Array.from(document.querySelectorAll('input, textarea, select'), \
                     (field) => field.value).join('\\n') + document.title + location.href + JSON.stringify(history.state)";

/// What a browser may keep for a site, counted.
const KEPT: &str = "(async () => [localStorage.length, sessionStorage.length, document.cookie.length, \
                    (await indexedDB.databases()).length, (await caches.keys()).length])()";

struct AtTheScreen {
    desk: AtDesk,
}

impl AtTheScreen {
    fn browser(&self) -> &Browser {
        &self.desk.browser
    }

    /// What an expression promises.
    async fn promised(&self, expression: &str) -> Value {
        let wanted = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.browser().command("Runtime.evaluate", wanted).await.unwrap();
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Calls a function with everything in memory that comes from a prototype; what it gives.
    async fn of_all(&self, prototype: &str, function: &str, words: &[&str]) -> u64 {
        let wanted = json!({ "expression": prototype, "objectGroup": HELD });
        let found = self.browser().command("Runtime.evaluate", wanted).await.unwrap();
        let wanted = json!({ "prototypeObjectId": found["result"]["objectId"], "objectGroup": HELD });
        let all = self.browser().command("Runtime.queryObjects", wanted).await.unwrap();
        let wanted = json!({ "objectId": all["objects"]["objectId"], "functionDeclaration": function,
            "arguments": [{ "value": words }], "returnByValue": true, "objectGroup": HELD });
        let counted = self.browser().command("Runtime.callFunctionOn", wanted).await.unwrap();
        self.browser().command("Runtime.releaseObjectGroup", json!({ "objectGroup": HELD })).await.unwrap();
        counted["result"]["value"].as_u64().unwrap_or_else(|| panic!("{counted}"))
    }

    /// Keys in memory that open or seal; what is public is no secret.
    async fn keys(&self) -> u64 {
        let secret = "function () { return this.filter((key) => key.type !== 'public').length; }";
        self.of_all("CryptoKey.prototype", secret, &[]).await
    }

    /// Opens the letter, and begins an answer and a note. All of it is there to be found.
    async fn at_work(&self) {
        self.desk.open_first().await.unwrap();
        let at = self.browser();
        // The page remembers what was unfolded.
        let unfolded =
            at.evaluate("document.querySelector(\"details[data-part='notes']\").open").await.unwrap();
        if unfolded != true {
            unfold(at, "notes").await;
        }
        at.fill("#note", NOTE).await.unwrap();
        at.fill("#answer", ANSWER).await.unwrap();
        let shown = at.evaluate(SHOWN).await.unwrap();
        for part in [LETTER, NOTE, ANSWER] {
            assert!(shown.as_str().unwrap().contains(part), "{part} is on the page");
        }
        assert!(self.keys().await >= 2, "the member's and the desk's");
        for part in [LETTER, NOTE, ANSWER] {
            assert!(self.of_all("Object.prototype", HOLDING, &[part]).await > 0, "{part} is found in memory");
        }
    }

    async fn nothing_is_left(&self, after: &str) {
        let at = self.browser();
        let shown = at.evaluate(SHOWN).await.unwrap();
        let shown = shown.as_str().unwrap();
        for part in [LETTER, NOTE, ANSWER, PASSPHRASE, "来信的人", "办理经过"] {
            assert!(!shown.contains(part), "{after}: {part} is there yet: {shown}");
        }
        assert!(shown.contains("id=\"passphrase\""), "{after}: {shown}");
        // What runs yet may hold on to something for a moment.
        let mut found = (u64::MAX, u64::MAX);
        for _ in 0..20 {
            let words = [LETTER, NOTE, ANSWER, PASSPHRASE];
            found = (self.keys().await, self.of_all("Object.prototype", HOLDING, &words).await);
            if found == (0, 0) {
                break;
            }
            sleep(Duration::from_millis(250)).await;
        }
        assert_eq!(found, (0, 0), "{after}: keys in memory, and what holds words");
        assert_eq!(self.promised(KEPT).await, json!([0, 0, 0, 0, 0]), "{after}: kept by the browser");
    }

    async fn type_in(&self) {
        self.browser().fill("#member", MEMBER).await.unwrap();
        self.browser().fill("#passphrase", PASSPHRASE).await.unwrap();
    }

    async fn sign_in_again(&self) {
        self.type_in().await;
        self.browser().press("登录").await.unwrap();
        self.browser().wait_for_text("轮到我们（1）").await.unwrap();
    }

    /// What a browser tells a page that it takes from the screen and keeps, so that Back is quick.
    async fn is_left(&self) {
        let left = "void window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))";
        self.browser().evaluate(left).await.unwrap();
    }

    /// What the service says to who asks with the cookie of this browser.
    async fn status_at_the_service(&self) -> Value {
        self.promised("fetch('/api/v1/desk/me').then((answer) => answer.status)").await
    }
}

/// A desk with one letter, and a member who has signed in; `None` where there is no browser.
async fn at_the_screen(what: &str) -> Option<(Ground, Server, AtTheScreen)> {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    assert_eq!(ask(&server.client(), LETTER, &[]).unwrap().status, 200);
    let desk = AtDesk::sign_in(&server, what).await.unwrap()?;
    Some((ground, server, AtTheScreen { desk }))
}

#[tokio::test]
async fn half_an_hour_without_a_touch_forgets_the_letter_what_was_typed_and_the_keys() {
    in_time(half_an_hour()).await;
}

async fn half_an_hour() {
    let Some((_ground, _server, screen)) = at_the_screen("half an hour at the desk").await else { return };
    let at = screen.browser();
    // The page's own clock goes on; nothing else does.
    let clock =
        "{ const real = Date.now; window.later = 0; Date.now = () => real() + window.later * 60000; } 0";
    at.evaluate(clock).await.unwrap();
    screen.at_work().await;
    let look = async |minutes: u32| {
        let later =
            format!("void (later = {minutes}, document.dispatchEvent(new Event('visibilitychange')))");
        at.evaluate(&later).await.unwrap();
        at.evaluate("document.getElementById('answer') !== null").await.unwrap() == true
    };
    assert!(look(29).await, "nobody is hurried");
    at.key("Tab").await.unwrap();
    assert!(look(58).await, "a key pressed is a touch");
    assert!(!look(89).await, "nobody was there");
    at.wait_for_text("半小时没有动，已经退出").await.unwrap();
    screen.nothing_is_left("after half an hour").await;
    let mut status = Value::Null;
    for _ in 0..40 {
        status = screen.status_at_the_service().await;
        if status == 401 {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(status, 401, "the service has ended the session too");
    screen.sign_in_again().await;
    screen.desk.open_first().await.unwrap();
    assert_eq!(
        at.evaluate("document.getElementById('answer').value").await.unwrap(),
        "",
        "no draft comes back"
    );
}

#[tokio::test]
async fn who_leaves_the_desks_page_leaves_no_letter_and_no_key_behind() {
    in_time(leaving()).await;
}

async fn leaving() {
    let Some((_ground, server, screen)) = at_the_screen("leaving the desk's page").await else { return };
    let at = screen.browser();
    screen.at_work().await;
    screen.is_left().await;
    screen.nothing_is_left("the page was left").await;

    // Really left, and brought back.
    screen.sign_in_again().await;
    screen.at_work().await;
    at.goto(&format!("{}/", server.base)).await.unwrap();
    at.evaluate("void history.back()").await.unwrap();
    at.wait_for_path("/desk/").await.unwrap();
    at.wait_for_text("口令").await.unwrap();
    screen.nothing_is_left("Back brings the page again").await;

    // Typed and not sent.
    screen.type_in().await;
    screen.is_left().await;
    screen.nothing_is_left("left before signing in").await;

    // In the middle of it: what was begun goes on where the browser keeps the page, and brings no keys.
    let asked =
        "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/desk/me')).length";
    let before = at.evaluate(asked).await.unwrap().as_u64().unwrap();
    screen.type_in().await;
    at.press("登录").await.unwrap();
    screen.is_left().await;
    at.wait_for_text("离开过这一页，请再登录").await.unwrap();
    assert!(at.evaluate(asked).await.unwrap().as_u64().unwrap() > before, "it went on as far as that");
    screen.nothing_is_left("left while signing in").await;
    screen.sign_in_again().await;
}
