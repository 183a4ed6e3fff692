//! Browsers that can't seal, or turn out not to: the form goes the other way at its stated price, there and back, and never unasked (P8).

use tests::asker::Receipt;
use tests::browser::PHONE;
use tests::desk::open_desk;
use tests::server::Ground;

use crate::sealed::{Her, LETTER, run};
use crate::traces::{contains, spellings};

/// A browser that can't seal at all, as without a secure connection.
pub(crate) const UNABLE: &str =
    "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });";

#[test]
fn p8_a_browser_that_can_not_seal_sends_the_form_at_its_stated_price() {
    run(async {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "a browser without crypto.subtle").await else { return };
        her.phone.before_each_page(UNABLE).await.unwrap();
        her.goto("/ask/").await;
        let page = her.phone.wait_for_text("匿名问一问").await.unwrap();
        assert!(page.contains("在内存里见到你写的字") && !page.contains("服务器从头到尾读不到"), "{page}");
        her.phone.fill("#text", LETTER).await.unwrap();
        her.phone.click("#write form button").await.unwrap();
        her.phone.wait_for_text("先抄下回执码").await.unwrap();
        let shown = her.phone.text(".receipt").await.unwrap();
        let receipt = Receipt(shown.chars().filter(char::is_ascii_digit).collect());
        // What one way wrote the other way reads.
        let Some(other) = Her::at(&server, PHONE, "the other way").await else { return };
        assert!(other.open(&receipt).await.contains(LETTER));
    });
}

#[test]
fn a_browser_that_fails_at_sealing_asks_before_the_words_go_the_other_way() {
    run(async {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "a browser that fails at sealing").await else { return };
        her.phone
            .before_each_page("SubtleCrypto.prototype.deriveBits = () => Promise.reject(new Error('no'));")
            .await
            .unwrap();
        her.goto("/ask/").await;
        her.phone.fill("#text", LETTER).await.unwrap();
        her.phone.click("#write form button").await.unwrap();
        let page = her.phone.wait_for_text("封不了信").await.unwrap();
        assert!(page.contains("照旧寄"), "{page}");
        assert!(spellings(LETTER.as_bytes()).iter().all(|spelling| !contains(&her.sent(), spelling)));
        her.phone.click("#unsealed").await.unwrap();
        her.phone.wait_for_text("先抄下回执码").await.unwrap();
        let shown = her.phone.text(".receipt").await.unwrap();
        let receipt = Receipt(shown.chars().filter(char::is_ascii_digit).collect());

        // The same phone reads it too, and nothing of the receipt leaves before she says so.
        her.goto("/ask/reply/").await;
        her.phone.fill("#receipt", &receipt.in_groups()).await.unwrap();
        her.phone.click("#unlock form button").await.unwrap();
        let page = her.phone.wait_for_text("拆不了信").await.unwrap();
        assert!(page.contains("照旧打开") && page.contains("会见到里面的字"), "{page}");
        let posted = || contains(&her.sent(), b"POST /ask/reply/ ");
        assert!(!posted() && !contains(&her.sent(), &receipt.0.as_bytes()[..8]));
        her.phone.click("#unsealed").await.unwrap();
        let page = her.phone.wait_for_text("你的咨询").await.unwrap();
        assert!(posted() && page.contains(LETTER), "{page}");
    });
}

#[test]
fn a_browser_that_stretches_and_derives_no_keys_says_so_in_our_words() {
    run(async {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "a browser without the curve").await else { return };
        let receipt = her.ask().await;
        let unable = "(() => { const real = SubtleCrypto.prototype.importKey; SubtleCrypto.prototype.importKey = \
             function (format, key, how, ...more) { return /^ECD/.test(how.name || how) ? \
             Promise.reject(new Error('unknown curve')) : real.call(this, format, key, how, ...more); }; })()";
        her.phone.before_each_page(unable).await.unwrap();
        her.goto("/ask/reply/").await;
        her.phone.fill("#receipt", &receipt.in_groups()).await.unwrap();
        her.phone.click("#unlock form button").await.unwrap();
        let page = her.phone.wait_for_text("拆不了信").await.unwrap();
        assert!(!page.contains("unknown curve"), "{page}");
        her.phone.click("#unsealed").await.unwrap();
        assert!(her.phone.wait_for_text("你的咨询").await.unwrap().contains(LETTER));
    });
}
