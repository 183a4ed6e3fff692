//! The vectors of `docs/message-format.json` in a real browser: on the pages that are served, under their policy, with the scripts
//! that they load. (`formats` has the same scripts under Node, and a third implementation.)

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tests::browser::{Browser, PHONE};
use tests::server::{Ground, Server};
use tests::workspace;

use crate::desk::in_time;

/// What is done in a page: an object of functions.
const STEPS: &str = include_str!("../../src/vectors.js");

/// What is given to an asker's side, and must be noticed where one byte of it is another.
const OF_AN_ASKER: [&str; 11] = [
    "/receipt/digits",
    "/receipt/salt",
    "/place/thread",
    "/note_place/thread",
    "/message/json",
    "/message/content",
    "/message/keys/0/key",
    "/message/keys/0/private_key",
    "/message/keys/0/public_key",
    "/message/keys/1/key",
    "/place/sender",
];

/// The same of a desk's side.
const OF_A_DESK: [&str; 17] = [
    "/desk/id",
    "/desk/invitation/code",
    "/desk/member/id",
    "/desk/member/passphrase",
    "/desk/member/salt",
    "/desk/member/public_key",
    "/desk/member/wrapped_key",
    "/desk/changed/wrapped_key",
    "/desk/colleague/public_key",
    "/desk/paper/text",
    "/desk/keys/0/copies/0/sealed_key",
    "/desk/keys/0/copies/1/sealed_key",
    "/desk/keys/1/copies/0/sealed_key",
    "/desk/proof/challenge",
    "/desk/proof/member",
    "/desk/resealed/key",
    "/message/keys/0/key",
];

/// And of a proof.
const OF_A_PROOF: [&str; 2] = ["/proof/text", "/proof/public_key"];

/// A page that runs steps.
struct Page<'a> {
    browser: &'a Browser,
    steps: &'static str,
}

impl Page<'_> {
    async fn goto(&self, server: &Server, path: &str) {
        self.browser.goto(&format!("{}{path}", server.base)).await.unwrap();
    }

    /// Whether every step gives what the vectors say; else what does not.
    async fn does(&self, given: &Value, expected: &Value) -> Result<usize, String> {
        let asked = format!("({STEPS}).{}({given})", self.steps);
        let steps = self.browser.promised(&asked).await.map_err(|err| err.to_string())?;
        let steps = steps.as_array().unwrap();
        for step in steps {
            let place = step[0].as_str().unwrap();
            let wanted = expected.pointer(place).unwrap_or_else(|| panic!("the vectors have {place}"));
            if &step[1] != wanted {
                return Err(format!("{place} is {}", step[1]));
            }
        }
        Ok(steps.len())
    }

    /// All steps go as the vectors say, and not where a byte at one of `places` is another.
    async fn holds(&self, vectors: &Value, steps: usize, places: &[&str]) {
        assert_eq!(self.does(vectors, vectors).await, Ok(steps), "{}", self.steps);
        for place in places {
            for other in others(vectors, place) {
                let noticed = self.does(&other, vectors).await;
                assert!(noticed.is_err(), "{}: another byte at {place} is not noticed", self.steps);
            }
        }
        assert_eq!(self.browser.violations().await.unwrap(), "", "what a page may not do");
        self.is_under_its_policy().await;
    }

    /// Text becomes no script and no markup here, as in any script of the page.
    async fn is_under_its_policy(&self) {
        for forbidden in
            ["Function('return 1')()", "document.body.insertAdjacentHTML('beforeend', '<b></b>')"]
        {
            let wanted = json!({ "expression": forbidden, "allowUnsafeEvalBlockedByCSP": false });
            let answer = self.browser.command("Runtime.evaluate", wanted).await.unwrap();
            assert!(answer.get("exceptionDetails").is_some(), "{forbidden}: {answer}");
        }
        assert_ne!(self.browser.violations().await.unwrap(), "", "violations are counted");
    }
}

/// The vectors with one byte changed at a place: the first of it, one in the middle, the last.
fn others(vectors: &Value, place: &str) -> Vec<Value> {
    let text = vectors.pointer(place).and_then(Value::as_str).unwrap_or_else(|| panic!("{place} is a text"));
    let put = |other: String| {
        let mut changed = vectors.clone();
        *changed.pointer_mut(place).unwrap() = json!(other);
        changed
    };
    // What is written down as base64 is bytes; the rest is what it says.
    let is_base64 = text.len() >= 16
        && !place.ends_with("/id")
        && !place.ends_with("/thread")
        && !place.ends_with("/member");
    match BASE64_STANDARD.decode(text) {
        Ok(bytes) if is_base64 => [0, bytes.len() / 2, bytes.len() - 1]
            .map(|at| {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1;
                put(BASE64_STANDARD.encode(bytes))
            })
            .to_vec(),
        _ => vec![put(another(text))],
    }
}

/// The same text with one character of its middle changed, or another word.
fn another(text: &str) -> String {
    if text == "asker" {
        return "desk".to_owned();
    }
    let middle = text.chars().count() / 2;
    let change = |(at, c): (usize, char)| match c {
        _ if at != middle => c,
        '1' | 'a' => '2',
        _ => '1',
    };
    text.chars().enumerate().map(change).collect()
}

#[tokio::test]
async fn the_vectors_hold_in_a_browser_on_its_pages_and_one_changed_byte_is_noticed() {
    in_time(in_a_browser()).await;
}

async fn in_a_browser() {
    let server = Ground::new().unwrap().start().unwrap();
    let Some(browser) = Browser::open(PHONE, "vectors in a browser").await.unwrap() else { return };
    browser.count_violations().await.unwrap();
    let file = std::fs::read(workspace::root().join("docs/message-format.json")).unwrap();
    let vectors: Value = serde_json::from_slice(&file).unwrap();
    let pages: [(&str, &'static str, usize, &[&str]); 4] = [
        ("/ask/", "asker", 14, &OF_AN_ASKER),
        ("/ask/reply/", "asker", 14, &OF_AN_ASKER),
        ("/desk/", "desk", 34, &OF_A_DESK),
        ("/proof/", "proof", 1, &OF_A_PROOF),
    ];
    for (path, steps, count, places) in pages {
        let page = Page { browser: &browser, steps };
        page.goto(&server, path).await;
        page.holds(&vectors, count, places).await;
    }
}
