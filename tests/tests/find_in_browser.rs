//! Searching on a phone where nothing answers but files: her own words, danger, completions, and no dead end, under the rules that
//! every page sets for its scripts.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::time::Duration;

use site_gen::{Options, Outcome};
use tempfile::TempDir;
use tests::browser::{Browser, DESK, Looks, PHONE};
use tests::files::Files;
use tests::workspace;

async fn phone(what: &str) -> Option<(TempDir, Files, Browser)> {
    search_page(PHONE, what).await
}

async fn search_page(screen: Looks, what: &str) -> Option<(TempDir, Files, Browser)> {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    let options = Options::new(workspace::content(), &site, workspace::newest_day(&workspace::content()));
    assert!(matches!(site_gen::build(&options).unwrap(), Outcome::Built(_)));
    let files = Files::serve(&site).unwrap();
    let phone = Browser::open(screen, what).await.unwrap()?;
    phone.goto(&format!("{}/search/", files.base)).await.unwrap();
    Some((folder, files, phone))
}

async fn look_up(phone: &Browser, words: &str) {
    phone.fill("form.ask input[name=q]", words).await.unwrap();
    phone.click("form.ask button").await.unwrap();
}

#[tokio::test]
async fn her_own_words_lead_to_the_guide_and_leave_no_trace_in_addresses() {
    let Some((_folder, files, phone)) = phone("searching files, her own words").await else { return };
    look_up(&phone, "老公打我还不让我出门").await;
    phone.wait_for_text("找到 ").await.unwrap();
    let first = phone.text(".hits li").await.unwrap();
    assert!(first.contains("正在挨打，现在怎么办"), "{first}");
    let card = phone.text("#found .danger").await.unwrap();
    assert!(card.contains("110"), "the numbers come before the hits: {card}");
    assert!(
        phone.evaluate("document.querySelectorAll('.hits mark').length").await.unwrap().as_u64() > Some(0)
    );
    let (address, _) = phone.history().await.unwrap();
    assert!(address.ends_with("/search/"), "{address}");
    for asked in files.asked() {
        let is_probe = asked == "/api/v1/search/suggest?q=a";
        assert!(is_probe || !asked.contains('?') && !asked.contains('%'), "a host would write down {asked}");
    }
    phone.follow("正在挨打，现在怎么办").await.unwrap();
    phone.wait_for_path("/guides/domestic-violence/violence-now/").await.unwrap();
}

#[tokio::test]
async fn initials_are_completed_and_a_completion_is_looked_up() {
    let Some((_folder, _files, phone)) = phone("searching files, completions").await else { return };
    phone.fill("form.ask input[name=q]", "jtbl").await.unwrap();
    let first = phone.text("#options li").await.unwrap();
    assert!(first.contains("家庭暴力"), "{first}");
    phone.click("#options li").await.unwrap();
    phone.wait_for_text("找到 ").await.unwrap();
}

#[tokio::test]
async fn nothing_found_is_no_dead_end() {
    let Some((_folder, _files, phone)) = phone("searching files, nothing found").await else { return };
    look_up(&phone, "zzzzzzzz").await;
    phone.wait_for_text("没有找到").await.unwrap();
    for way in ["/ask/", "/topics/", "/stations/", "tel:12338"] {
        let there =
            phone.evaluate(&format!("!!document.querySelector(\"#found a[href='{way}']\")")).await.unwrap();
        assert_eq!(there, true, "{way}");
    }
}

#[tokio::test]
async fn hits_are_narrowed_on_any_screen() {
    for screen in [PHONE, DESK] {
        let Some((_folder, _files, page)) = search_page(screen, "searching files, narrowed").await else {
            return;
        };
        look_up(&page, "怀孕被辞退").await;
        page.wait_for_text("找到 ").await.unwrap();
        page.click("#found details summary").await.unwrap();
        page.click("#found details nav button:nth-of-type(2)").await.unwrap();
        // Hits are shown anew with the way that was chosen: guides only.
        let chosen = "(document.querySelector('#found nav .open') || {}).textContent";
        let mut tries = 0..100;
        while !page
            .evaluate(chosen)
            .await
            .unwrap_or_default()
            .as_str()
            .is_some_and(|way| way.contains("指南"))
        {
            assert!(tries.next().is_some(), "guides were not chosen");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let kinds =
            "[...new Set([...document.querySelectorAll('.hits .tag')].map((tag) => tag.textContent))].join()";
        assert_eq!(page.evaluate(kinds).await.unwrap(), "指南");
    }
}
