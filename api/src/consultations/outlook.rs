//! What she has to see of her thread without looking for it: where it was passed on to, which deadline was missed, by when the next
//! step comes, and when everything is destroyed.
//!
//! Start at [`Outlook::of`]. Both ways of reading a thread show the same; the whole history stands below it.

use std::collections::BTreeMap;

use crate::clock::Hour;
use crate::consultations::history;
use crate::consultations::register::Stage;
use crate::consultations::state::Event;
use crate::store::consultation::{Due, Thread, Told};

/// What stands beside where it is now.
#[derive(Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The last transfer, and the last time it climbed for what is still not done; the hour of each, and words. Oldest first.
    pub news: Vec<(Hour, String)>,
    /// By when the desk takes the next step, or that it is late, in words; nothing where it is not the desk's turn.
    pub due: Option<String>,
    /// From this hour on everything is destroyed.
    pub destroyed: Option<Hour>,
}

impl Outlook {
    /// That of a thread with this history at `now`; desks by their names.
    pub fn of(thread: &Thread, (history, desks): (&[Told], &BTreeMap<String, String>), now: Hour) -> Self {
        let last = |is_it: &dyn Fn(&Told) -> bool| history.iter().rposition(is_it);
        let missed = thread.due.filter(|due| due.hour <= now).map(|due| due.stage.code());
        // What was made up for since is told in the history only.
        let climbed = |told: &Told| told.event == Event::Climb && told.reason.as_deref() == missed;
        let mut shown = [last(&|told| told.event == Event::Transfer), missed.and_then(|_| last(&climbed))];
        shown.sort_unstable();
        let news = shown.into_iter().flatten().filter_map(|at| history.get(at));
        Self {
            news: news.map(|told| (told.at, history::words(told, desks))).collect(),
            due: thread.due.map(|due| words(due, now)),
            destroyed: thread.purge,
        }
    }
}

fn words(due: Due, now: Hour) -> String {
    let (step, days) = match due.stage {
        Stage::Accept => ("有人受理", ""),
        Stage::Answer => ("答复", "，只算工作日"),
        Stage::Close => ("办结", "，只算工作日"),
    };
    let hour = due.hour.chinese();
    if due.hour > now {
        format!("最晚 {hour}前{step}{days}。")
    } else {
        format!("本该在 {hour}前{step}，已经晚了。")
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use crate::consultations::keeper;
    use crate::consultations::testing::Office;
    use crate::desk::testing::AtDesk;
    use crate::store::testing::{self, PASSPHRASE, founded};

    const MISSED: &str = "过了时限还没有人受理，已经报到上一级：city 妇联。";

    /// An office with three desks and a letter to one of them; its receipt.
    async fn asked(office: &Office) -> String {
        founded(&office.app.store, "city", None).await;
        founded(&office.app.store, "county", Some("city")).await;
        founded(&office.app.store, "west", Some("city")).await;
        office.post("/ask/", &[("text", "他打我"), ("region", "990121")]).await.receipt()
    }

    /// What stands above the letters, and the page.
    async fn facts(office: &Office, receipt: &str) -> String {
        let page = office.post("/ask/reply/", &[("receipt", receipt)]).await;
        page.between("<dl class=\"facts\">", "</dl>").to_owned()
    }

    #[tokio::test]
    async fn by_when_the_next_step_comes_is_said_and_that_it_is_late() {
        for fresh in testing::each().await {
            let office = Office::open(fresh).await;
            let receipt = asked(&office).await;
            let hours = async |hours: i64| {
                office.clock.advance(SignedDuration::from_hours(hours));
                keeper::look(&office.app).await.unwrap();
                facts(&office, &receipt).await
            };
            let on_time = hours(1).await;
            assert!(on_time.contains("最晚 2026 年 11 月 22 日 16 时前有人受理。"), "{on_time}");
            assert!(!on_time.contains(MISSED) && !on_time.contains("晚了"), "{on_time}");
            let late = hours(24).await;
            assert!(late.contains(MISSED) && late.contains("16 时前有人受理，已经晚了"), "{late}");

            // After writing once more, with the pass alone, it is said as well.
            let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            let more = [("pass", opened.hidden("pass")), ("text", "还在等".to_owned())];
            let more = more.each_ref().map(|(name, value)| (*name, value.as_str()));
            let added = office.post("/ask/reply/message", &more).await;
            assert!(added.text.contains(MISSED) && added.text.contains("已经晚了"), "{}", added.text);

            // What was made up for is history.
            let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
            let id = member.queue().await.remove(0);
            member.accept(&id).await;
            let accepted = hours(0).await;
            assert!(!accepted.contains(MISSED), "{accepted}");
            assert!(accepted.contains("最晚 2026 年 11 月 25 日 17 时前答复，只算工作日。"), "{accepted}");
            member.answer(&id, "先到安全的地方。").await;
            assert!(hours(0).await.contains("前办结，只算工作日。"));
            let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            assert!(opened.text.contains(MISSED), "the whole history keeps it: {}", opened.text);
        }
    }

    #[tokio::test]
    async fn where_it_was_passed_on_to_is_said_beside_where_it_stands() {
        for fresh in testing::each().await {
            let office = Office::open(fresh).await;
            let receipt = asked(&office).await;
            let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
            let id = member.queue().await.remove(0);
            let moved = member.act(&id, "transfer", member.resealed(&id, "west").await).await;
            assert!(moved.status.is_success(), "{}", moved.text);
            let shown = facts(&office, &receipt).await;
            assert!(shown.contains("county 妇联把信转给了west 妇联：归那边管。"), "{shown}");
            assert!(shown.contains("<dd>west 妇联</dd>") && shown.contains("前有人受理。"), "{shown}");
        }
    }

    #[tokio::test]
    async fn a_closed_letter_says_when_all_is_destroyed_and_how_to_go_on() {
        for fresh in testing::each().await {
            let office = Office::open(fresh).await;
            let receipt = asked(&office).await;
            let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
            let id = member.queue().await.remove(0);
            member.accept(&id).await;
            member.answer(&id, "先到安全的地方。").await;
            let open = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            assert!(!open.text.contains("都会销毁。") && !open.text.contains("另写一封"), "{}", open.text);
            let closed = member.act(&id, "close", json!({ "outcome": "advised" })).await;
            assert!(closed.status.is_success(), "{}", closed.text);
            let page = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            assert!(
                page.text.contains("2027 年 5 月 20 日 16 时以后，这里的一切都会销毁。"),
                "{}",
                page.text
            );
            assert!(page.text.contains("另写一封") && !page.text.contains("下一步"), "{}", page.text);
            let pass = [("pass", page.hidden("pass")), ("helped", "yes".to_owned())];
            let pass = pass.each_ref().map(|(name, value)| (*name, value.as_str()));
            let told = office.post("/ask/reply/message", &pass).await;
            assert!(told.text.contains("都会销毁。") && told.text.contains("另写一封"), "{}", told.text);
        }
    }
}
