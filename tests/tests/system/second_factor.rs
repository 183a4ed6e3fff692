//! The second factor where a site demands it, as a real one does: a member sets it in a browser and signs in with it.
//!
//! The codes are reckoned here as an authenticator does it, from the secret on the screen (RFC 6238), and not by the program.

use std::io::Cursor;
use std::time::Duration;

use jiff::Timestamp;
use ring::hmac;
use tests::browser::{Browser, PHONE};
use tests::desk::{MEMBER, PASSPHRASE, open_desk};
use tests::server::Ground;

use crate::desk::fits;

/// Seconds for which a code stands.
const STEP: i64 = 30;

#[tokio::test]
async fn who_has_to_have_a_second_factor_sets_it_and_signs_in_with_it() {
    // A browser that hangs must not hang the whole gate.
    tokio::time::timeout(Duration::from_mins(3), whole_way()).await.unwrap();
}

async fn whole_way() {
    let mut ground = Ground::new().unwrap();
    ground.second_factor = "required";
    open_desk(&ground).unwrap();
    let server = ground.start().unwrap();
    let Some(browser) = Browser::open(PHONE, "signing in with a second factor").await.unwrap() else {
        return;
    };
    browser.goto(&format!("{}/desk/", server.base)).await.unwrap();

    // The passphrase alone leads to nothing but setting it.
    sign_in(&browser, "").await;
    let shown = browser.wait_for_text("或者把密钥打进去").await.unwrap();
    assert!(!shown.contains("轮到我们"), "{shown}");
    fits(&browser, "desk-second-factor").await;
    let secret: String = browser.text(".secret").await.unwrap().split_whitespace().collect();
    let address = browser.evaluate("document.querySelector('.address').textContent").await.unwrap();
    assert!(address.as_str().unwrap().contains(&format!("secret={secret}&")), "{address}");
    let read = scanned(&browser).await;
    assert_eq!(read, address.as_str().unwrap(), "an authenticator reads the same from the picture");
    let opened =
        "document.querySelector('a.address').href === document.querySelector('.address').textContent";
    assert_eq!(browser.evaluate(opened).await.unwrap(), true, "the phone that shows it opens it by a tap");
    set(&browser, &code(&secret, now() - 3)).await;
    browser.wait_for_text("对不上").await.unwrap();
    let step = now();
    set(&browser, &code(&secret, step)).await;
    browser.wait_for_text("轮到我们").await.unwrap();

    browser.press("退出").await.unwrap();
    browser.wait_for_text("已经退出").await.unwrap();
    // Without a code, with one that was used, with another secret's: all are told alike.
    for wrong in [String::new(), code(&secret, step), code(&"A".repeat(32), step)] {
        sign_in(&browser, &wrong).await;
        browser.wait_for_text("名字、口令或验证码不对").await.unwrap();
    }
    // The next one is good already.
    sign_in(&browser, &code(&secret, now().max(step + 1))).await;
    browser.wait_for_text("轮到我们").await.unwrap();
    assert!(!server.said().contains(&secret), "the secret is in no log");
}

/// What the camera of a telephone reads from the screen.
async fn scanned(browser: &Browser) -> String {
    browser.evaluate("document.querySelector('.qr').scrollIntoView()").await.unwrap();
    let picture = browser.screenshot().await.unwrap();
    let mut reader = png::Decoder::new(Cursor::new(picture)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    let (width, samples) = (usize::try_from(frame.width).unwrap(), frame.color_type.samples());
    let height = usize::try_from(frame.height).unwrap();
    // Of red, green and blue, green is nearest to how light it is.
    let light = |x: usize, y: usize| pixels[(y * width + x) * samples + samples.min(2) - 1];
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, light);
    let grids = seen.detect_grids();
    assert_eq!(grids.len(), 1, "one code is on the screen");
    grids[0].decode().unwrap().1
}

async fn sign_in(browser: &Browser, code: &str) {
    for (field, text) in [("#member", MEMBER), ("#passphrase", PASSPHRASE), ("#factor", code)] {
        browser.fill(field, text).await.unwrap();
    }
    browser.press("登录").await.unwrap();
}

async fn set(browser: &Browser, code: &str) {
    browser.fill("#code", code).await.unwrap();
    browser.press("设好").await.unwrap();
}

/// The step that is running.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_second().div_euclid(STEP)
}

/// The code of a step.
pub(crate) fn code(secret: &str, step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &base32(secret));
    let mac = hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(mac.as_ref()[19] & 15);
    let number = u32::from_be_bytes(mac.as_ref()[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// The bytes of a text in base32 (RFC 4648).
fn base32(text: &str) -> Vec<u8> {
    let (mut bytes, mut waiting, mut bits) = (Vec::new(), 0_u32, 0);
    for c in text.chars() {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap();
        waiting = waiting << 5 | u32::try_from(value).unwrap();
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(waiting >> bits & 255).unwrap());
        }
    }
    bytes
}

#[test]
fn codes_are_those_of_the_rfc() {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    assert_eq!(base32(secret), b"12345678901234567890");
    assert_eq!([1, 37_037_036].map(|step| code(secret, step)), ["287082", "081804"]);
}
