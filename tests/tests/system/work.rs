//! What a letter costs her phone, in a real browser: done while she writes, done again where it does not count, and her words stay.

use tests::browser::PHONE;
use tests::desk::{AtDesk, open_desk};
use tests::server::Ground;

use crate::sealed::{Her, run};
use crate::traces::contains;

const LETTER: &str = "他把我的身份证拿走了，我想知道能不能补办。";

/// What the page says and when, and work that does not count the first time.
const WATCHED: &str = "(() => { const real = nuanzhan.work.begin; window.begun = 0; window.said = []; \
     const status = document.querySelector('#write form [role=status]'); \
     new MutationObserver(() => window.said.push(status.textContent)).observe(status, { childList: true }); \
     nuanzhan.work.begin = () => { const work = real(); window.begun += 1; \
     if (window.begun === 1) work.done = work.done.then((paid) => \
     Object.assign({}, paid, { solution: { counter: 0, derivedKey: '00' } })); return work; }; return true; })()";

#[test]
fn work_that_does_not_count_is_done_again_and_no_word_is_lost() {
    run(async {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, PHONE, "work that does not count").await else { return };
        her.goto("/ask/").await;
        assert!(her.is("document.getElementById('sealed').hidden === false").await);
        assert!(!contains(&her.sent(), b"/api/v1/consultations/challenge"), "who only looks does no work");
        assert!(her.is(WATCHED).await);
        her.phone.fill("#text", LETTER).await.unwrap();
        assert!(her.is("window.begun === 1").await, "it begins with the first word");
        her.phone.click("#write form button").await.unwrap();
        her.phone.wait_for_text("先抄下回执码").await.unwrap();
        assert!(her.is("window.begun === 2").await, "once wrong, once right");
        assert!(her.is("window.said.some((words) => words.includes('还在算一道题'))").await, "she is told");
        let sent = her.sent();
        let posted =
            sent.windows(33).filter(|part| part.starts_with(b"POST /api/v1/consultations HTTP/1")).count();
        assert_eq!(posted, 2);
        her.kept_to_the_policy().await;
        let Some(desk) = AtDesk::sign_in(&server, "work that does not count").await.unwrap() else { return };
        assert!(desk.open_first().await.unwrap().contains(LETTER));
        assert_eq!(server.stop("INT").unwrap(), 0);
    });
}
