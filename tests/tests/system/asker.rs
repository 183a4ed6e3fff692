//! Her side on a phone with scripts, where something is not as it should be: nobody takes her letter, nobody answers in time, the phone
//! lies open, the network is gone.

use tests::browser::PHONE;
use tests::desk::open_desk;
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
        assert!(her.is("document.querySelectorAll('#write [role=alert] a[href^=\"tel:\"]').length > 2").await);
        assert!(her.is(&format!("document.getElementById('text').value === '{LETTER}'")).await);
        her.kept_to_the_policy().await;
        her.phone.follow("现在开着的站点").await.unwrap();
        her.phone.wait_for_path("/stations/").await.unwrap();
        assert!(her.is("location.search === '?region=990121&open_at=now' && location.hash === '#list'").await);
        her.phone.wait_for_text("只看现在开着的").await.unwrap();
    });
}
