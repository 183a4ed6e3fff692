//! Her side on a phone with scripts, where something is not as it should be: nobody takes her letter, nobody answers in time, the phone
//! lies open, the network is gone.

use serde_json::json;
use tests::aged;
use tests::asker::{Receipt, ask, open};
use tests::browser::PHONE;
use tests::desk::{open_county_desk, open_desk};
use tests::server::Ground;

use crate::sealed::{Her, LETTER, run};

#[test]
fn refused_under_a_flood_she_has_the_numbers_and_who_is_open_now() {
    run(async {
        let mut ground = Ground::new().unwrap();
        ground.environment.push(("NUANZHAN_LIMITS_LETTERS_PER_HOUR", "1".to_owned()));
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "refused under a flood").await else { return };
        her.ask().await;
        her.goto("/ask/").await;
        her.phone.fill("#text", LETTER).await.unwrap();
        her.phone.choose("#region", "990121").await.unwrap();
        her.phone.click("#write form button").await.unwrap();
        her.phone.wait_for_text("这一小时的来信太多").await.unwrap();
        her.phone.keep_picture("refused").await.unwrap();
        let alert = her.phone.text("#write [role=alert]").await.unwrap();
        for part in ["急的话先打电话", "110", "120", "12338", "现在开着的站点"] {
            assert!(alert.contains(part), "{part}: {alert}");
        }
        assert!(
            her.is("document.querySelectorAll('#write [role=alert] a[href^=\"tel:\"]').length > 2").await
        );
        assert!(her.is(&format!("document.getElementById('text').value === '{LETTER}'")).await);
        her.kept_to_the_policy().await;
        her.phone.follow("现在开着的站点").await.unwrap();
        her.phone.wait_for_path("/stations/").await.unwrap();
        assert!(
            her.is("location.search === '?region=990121&open_at=now' && location.hash === '#list'").await
        );
        her.phone.wait_for_text("只看现在开着的").await.unwrap();
    });
}

#[test]
fn p6_a_missed_deadline_stands_beside_where_her_thread_is_on_both_ways() {
    run(async {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        open_county_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "a missed deadline").await else { return };
        let client = server.client();
        let receipt = Receipt::on(&ask(&client, LETTER, &[("region", "990121")]).unwrap().body).unwrap();
        let facts = |page: &str| page.split("</dl>").next().unwrap().split("<dl").nth(1).unwrap().to_owned();
        let before = facts(&open(&client, &receipt.0).unwrap().body);
        assert!(before.contains("最晚 ") && before.contains("前有人受理。"), "{before}");
        her.open(&receipt).await;
        let before = her.phone.text("#thread .facts").await.unwrap();
        assert!(before.contains("下一步") && before.contains("前有人受理。"), "{before}");
        assert!(!before.contains("过了时限") && !before.contains("晚了"), "{before}");

        // Nobody looked for a day and an hour. Not longer, whatever the time of day: it climbs once and not a second time.
        let listen = server.base.trim_start_matches("http://").to_owned();
        assert_eq!(server.stop("INT").unwrap(), 0);
        aged::set_back(&ground, 26, 1).unwrap();
        let server = ground.start_at(&listen).unwrap();
        let missed = "过了时限还没有人受理，已经报到上一级：示例市妇联。";
        let late = facts(&open(&server.client(), &receipt.0).unwrap().body);
        assert!(late.contains(missed) && late.contains("前有人受理，已经晚了"), "{late}");
        her.open(&receipt).await;
        her.phone.keep_picture("overdue").await.unwrap();
        let late = her.phone.text("#thread .facts").await.unwrap();
        assert!(late.contains(missed) && late.contains("前有人受理，已经晚了"), "{late}");
        her.kept_to_the_policy().await;
        assert_eq!(server.stop("INT").unwrap(), 0);
    });
}

#[test]
fn half_an_hour_without_a_touch_forgets_the_open_thread() {
    run(async {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "half an hour without a touch").await else { return };
        // The page's own clock goes on; nothing else does.
        let clock = "(() => { const real = Date.now; window.later = 0; Date.now = () => real() + window.later * 60000; })()";
        her.phone.before_each_page(clock).await.unwrap();
        let receipt = her.ask().await;
        her.open(&receipt).await;
        let look = async |minutes: u32| {
            let later = format!(
                "void (window.later = {minutes}, document.dispatchEvent(new Event('visibilitychange')))"
            );
            her.phone.evaluate(&later).await.unwrap();
            her.is("!document.getElementById('thread').hidden").await
        };
        assert!(look(29).await, "she may read for as long as this");
        // A key pressed is a touch.
        her.phone.key("Tab").await.unwrap();
        assert!(look(58).await, "the half hour begins again with each touch");
        assert!(!look(60).await, "nobody was there");
        assert!(her.is("!document.getElementById('unlock').hidden").await);
        let shown = her.phone.evaluate("document.documentElement.outerHTML").await.unwrap();
        let shown = shown.as_str().unwrap();
        for part in [LETTER, "收到了你的信", "等人受理", &receipt.0, &receipt.in_groups()] {
            assert!(!shown.contains(part), "{part} is there yet: {shown}");
        }
        // A late touch brings nothing back, and the receipt opens it anew.
        her.phone.key("Tab").await.unwrap();
        assert!(her.is("document.getElementById('thread').hidden").await);
        assert!(her.open(&receipt).await.contains(LETTER));
    });
}

#[test]
fn a_proof_is_checked_without_a_network_and_with_a_key_from_elsewhere() {
    run(async {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "a proof without a network").await else { return };
        her.ask().await;
        let proof = her.phone.evaluate("document.getElementById('proof').value").await.unwrap();
        let proof = proof.as_str().unwrap();
        let parameters = server.client().get("/api/v1/consultations/parameters").unwrap().json().unwrap();
        let key = parameters["proof_key"].as_str().unwrap();

        // The page leads there. Its own key does not come: all that is used is what is pasted.
        let blocked = json!({ "urls": ["*/api/*"] });
        her.phone.command("Network.enable", json!({})).await.unwrap();
        her.phone.command("Network.setBlockedURLs", blocked).await.unwrap();
        her.goto("/ask/reply/").await;
        her.phone.click("#unlock a[href='/proof/']").await.unwrap();
        her.phone.wait_for_path("/proof/").await.unwrap();
        her.phone.wait_for_text("核对收信证明").await.unwrap();
        her.phone.set_offline(true).await.unwrap();
        assert!(her.is("!navigator.onLine && document.getElementById('key').value === ''").await);
        let other = format!("{}{}", if key.starts_with('A') { 'B' } else { 'A' }, &key[1..]);
        for (key, verdict) in [(key, "这份证明是真的"), (other.as_str(), "对不上"), (key, "这份证明是真的")]
        {
            her.phone.fill("#proof", proof).await.unwrap();
            her.phone.fill("#key", key).await.unwrap();
            her.phone.click("#check button").await.unwrap();
            let page = her.phone.wait_for_text(verdict).await.unwrap();
            assert_eq!(page.contains("这份证明是真的"), verdict == "这份证明是真的", "{page}");
        }
        her.kept_to_the_policy().await;
    });
}
