//! The nearest station on a phone: the place is asked for on a tap and not before, and declining costs nothing.

use serde_json::json;
use tests::browser::{Browser, PHONE, PHONE_WITHOUT_SCRIPTS};
use tests::server::Ground;

/// In the middle of the invented 暖溪镇.
const HERE: (f64, f64) = (40.5203, 102.5529);

#[tokio::test]
async fn a_tap_finds_the_nearest_and_only_a_tap_asks() {
    let server = Ground::new().unwrap().start().unwrap();
    let Some(phone) = Browser::open(PHONE, "the nearest station").await.unwrap() else { return };
    phone.command("Browser.grantPermissions", json!({ "permissions": ["geolocation"] })).await.unwrap();
    let here = json!({ "latitude": HERE.0, "longitude": HERE.1, "accuracy": 20 });
    phone.command("Emulation.setGeolocationOverride", here).await.unwrap();
    phone.goto(&format!("{}/stations/", server.base)).await.unwrap();
    let before = phone.wait_for_text("用我现在的位置找").await.unwrap();
    assert!(!before.contains("公里"), "nothing is measured before the tap");
    phone.click("#near button").await.unwrap();
    let found = phone.wait_for_text("约 ").await.unwrap();
    assert!(found.contains("暖溪镇"), "{found}");
    let kept =
        phone.evaluate("localStorage.length + sessionStorage.length + document.cookie.length").await.unwrap();
    assert_eq!(kept, 0, "nothing stays on the phone");
    let (address, _) = phone.history().await.unwrap();
    assert!(!address.contains("40.5"), "the place is not in the address: {address}");
    let asked = "performance.getEntriesByType('resource').map((entry) => entry.name).join(' ')";
    let asked = phone.evaluate(asked).await.unwrap();
    let asked = asked.as_str().unwrap();
    assert!(
        asked.contains("/data/near/cells/") && !asked.contains("/api/v1/stations"),
        "the server is not asked: {asked}"
    );
}

#[tokio::test]
async fn who_declines_gets_the_tree_of_regions() {
    let server = Ground::new().unwrap().start().unwrap();
    let Some(phone) = Browser::open(PHONE, "the nearest station, declined").await.unwrap() else { return };
    phone.goto(&format!("{}/stations/", server.base)).await.unwrap();
    let denied =
        json!({ "permission": { "name": "geolocation" }, "setting": "denied", "origin": server.base });
    phone.command("Browser.setPermission", denied).await.unwrap();
    phone.click("#near button").await.unwrap();
    phone.wait_for_text("没有给位置，没关系").await.unwrap();
    phone.goto(&format!("{}/regions/990100/", server.base)).await.unwrap();
    for (code, inside) in [("990121", "暖溪镇"), ("990121100", "暖井村"), ("990121100201", "0000-")] {
        phone.click(&format!("main a[href='/regions/{code}/']")).await.unwrap();
        phone.wait_for_text(inside).await.unwrap();
    }
}

#[tokio::test]
async fn without_scripts_a_place_and_a_kind_are_chosen_from_lists() {
    let server = Ground::new().unwrap().start().unwrap();
    let what = "stations without scripts";
    let Some(phone) = Browser::open(PHONE_WITHOUT_SCRIPTS, what).await.unwrap() else { return };
    phone.goto(&format!("{}/stations/?region=990121100&kind=police", server.base)).await.unwrap();
    let found = phone.wait_for_text("暖溪镇派出所").await.unwrap();
    assert!(!found.contains("用我现在的位置找"), "what needs scripts is not offered");
}

/// Every kind of page at the narrowest phone, in both schemes: nothing sticks out to the side.
#[tokio::test]
async fn no_page_has_to_be_pushed_sideways() {
    let server = Ground::new().unwrap().start().unwrap();
    let pages = [
        "/",
        "/topics/",
        "/topics/domestic-violence/",
        "/guides/",
        "/guides/work/maternity-leave/",
        "/cases/",
        "/laws/",
        "/laws/civil-code/",
        "/laws/marriage-law/",
        "/regions/990121/",
        "/regions/990121100/",
        "/coverage/",
        "/coverage/990121/",
        "/stations/",
        "/stations/?region=990121100&service=legal_advice",
        "/stations/nuanxi-rights/",
        "/search/?q=%E7%A6%BB%E5%A9%9A",
        "/ask/",
        "/ask/reply/",
        "/desk/",
        "/about/",
        "/privacy/",
        "/safety/",
        "/accessibility/",
        "/campaigns/",
        "/nowhere/",
    ];
    for dark in [false, true] {
        let looks = tests::browser::Looks { width: 320, dark, ..PHONE };
        let Some(phone) = Browser::open(looks, "pages at 320 pixels").await.unwrap() else { return };
        for page in pages {
            phone.goto(&format!("{}{page}", server.base)).await.unwrap();
            let width = phone.evaluate("document.documentElement.scrollWidth").await.unwrap();
            assert_eq!(width, 320, "{page} is wider than the phone");
        }
    }
}
