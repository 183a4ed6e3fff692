//! Whether her story may be told: said with a pass, on the page that needs no script. With scripts it is
//! [`super::sealed::acts::consent`].
//!
//! It may be said many times, and what was said last holds. Pages stay open and browsers send forms again, so the two wishes are
//! not alike: agreeing counts once for each page, taking back counts always. An old page can only ever take back.

use crate::consultations::page::Trouble;
use crate::consultations::pass::Pass;
use crate::consultations::reply::taken;
use crate::dice;
use crate::state::AppState;
use crate::store::consultation::{Act, Actor, Request, Thread};

/// What is said when it was taken in.
const AGREED: &str = "记下了：你同意写成案例。登出来以前随时可以收回。";
const TAKEN_BACK: &str = "记下了：不写成案例，已经写的草稿也不登。给你的帮助不变。";

/// Says it; gives what to say of it, or why it was not taken.
pub(super) async fn say(
    app: &AppState,
    pass: &Pass,
    thread: &Thread,
    wanted: bool,
) -> Result<Result<&'static str, String>, Trouble> {
    let hash = if wanted {
        pass.request_hash("consent", "").to_vec()
    } else {
        dice::draw::<32>(&*app.dice).to_vec()
    };
    let schedule = app.published.current().schedule.clone();
    let request = Request { hour: app.clock.hour(), hash, schedule };
    let act = Act::Consent(wanted);
    if let Err(complaint) = taken(app.store.transition(Actor::Asker, &thread.id, act, &request).await)? {
        return Ok(Err(complaint));
    }
    let now = app.store.thread_of_pass(&thread.id).await?;
    Ok(match now.filter(|now| now.consent == wanted) {
        Some(_) => Ok(if wanted { AGREED } else { TAKEN_BACK }),
        None => Err("这一页旧了，你说的没有记下。请再输一次回执码看看。".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use crate::consultations::testing::Office;
    use crate::desk::testing::AtDesk;
    use crate::store::testing::{self, PASSPHRASE, founded};

    const ASKED: &str = "可以写成案例吗";
    const AGREES: &str = "你同意了写成案例";

    /// An office with a letter that was answered; the receipt, and the consultation.
    async fn answered(office: &Office) -> (String, AtDesk<'_>, String) {
        founded(&office.app.store, "county", None).await;
        let receipt = office.post("/ask/", &[("text", "他打我")]).await.receipt();
        let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
        assert!(!opened.text.contains(ASKED), "nothing is answered yet");
        let member = AtDesk::sign_in(office, "county 的成员", PASSPHRASE).await;
        let id = member.queue().await.remove(0);
        member.accept(&id).await;
        member.answer(&id, "先到安全的地方。").await;
        (receipt, member, id)
    }

    #[tokio::test]
    async fn it_is_asked_given_and_taken_back_without_any_script() {
        for fresh in testing::each().await {
            let office = Office::open(fresh).await;
            let (receipt, member, id) = answered(&office).await;
            let read = async || member.get(&format!("/consultations/{id}")).await.json();
            let page = async || office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            let say = async |pass: &str, consent: &str| {
                office.post("/ask/reply/message", &[("pass", pass), ("consent", consent)]).await
            };
            let first = page().await;
            assert!(first.text.contains(ASKED) && !first.text.contains(AGREES), "{}", first.text);
            assert_eq!(read().await["consent"], json!(false), "off unless she says so");
            let old = first.hidden("pass");
            for _ in 0..2 {
                let agreed = say(&old, "yes").await;
                assert!(agreed.text.contains("记下了") && agreed.text.contains(AGREES), "{}", agreed.text);
            }
            let thread = read().await;
            assert_eq!((&thread["consent"], &thread["drafted"]), (&json!(true), &json!(false)));
            let told = thread["history"].as_array().unwrap();
            let told: Vec<&str> = told.iter().filter_map(|told| told["text"].as_str()).collect();
            assert_eq!(told.iter().filter(|told| told.contains("同意写成案例")).count(), 1, "{told:?}");
            assert!(page().await.text.contains("你同意把这件事写成案例"), "it stands in her history too");

            // The letter goes on: she can take it back all the same.
            office.post("/ask/reply/message", &[("pass", &old), ("text", "还有一句")]).await;
            let later = page().await;
            assert!(later.text.contains(AGREES), "{}", later.text);
            let back = say(&later.hidden("pass"), "no").await;
            assert!(back.text.contains("不写成案例") && !back.text.contains(AGREES), "{}", back.text);
            assert_eq!(read().await["consent"], json!(false));
        }
    }

    #[tokio::test]
    async fn an_old_page_that_is_sent_again_only_ever_takes_back() {
        for fresh in testing::each().await {
            let office = Office::open(fresh).await;
            let (receipt, member, id) = answered(&office).await;
            let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            let pass = opened.hidden("pass");
            let say = async |consent: &str| {
                office.post("/ask/reply/message", &[("pass", &pass), ("consent", consent)]).await
            };
            let consents =
                async || member.get(&format!("/consultations/{id}")).await.json()["consent"].clone();
            say("yes").await;
            say("no").await;
            let again = say("yes").await;
            assert!(again.text.contains("这一页旧了"), "{}", again.text);
            assert_eq!(consents().await, json!(false));
            let anew = office.post("/ask/reply/", &[("receipt", &receipt)]).await.hidden("pass");
            office.post("/ask/reply/message", &[("pass", &anew), ("consent", "yes")]).await;
            assert_eq!(consents().await, json!(true));
            let back = say("no").await;
            assert!(back.text.contains("不写成案例"), "{}", back.text);
            assert_eq!(consents().await, json!(false));
            let early = office.post("/ask/", &[("text", "他打我")]).await.receipt();
            let pass = office.post("/ask/reply/", &[("receipt", &early)]).await.hidden("pass");
            let refused = office.post("/ask/reply/message", &[("pass", &pass), ("consent", "yes")]).await;
            assert_eq!(refused.status, StatusCode::OK);
            assert!(refused.text.contains("现在不能同意写成案例"), "{}", refused.text);
        }
    }
}
