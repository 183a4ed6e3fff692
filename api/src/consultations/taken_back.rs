//! “Delete everything now”, and that it stays deleted.
//!
//! Everything goes in one transaction, at once. What could still bring a letter back is the browser it was sent from without
//! scripts: sending the very same form again makes the very same receipt for up to two hours, because its key is in memory
//! (`docs/decisions/0007-forms-sent-twice.md`). So for as long the receipt is remembered here, as its hash, in memory too.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Hour;
use crate::sealing::binding::ThreadId;
use crate::state::AppState;
use crate::store::consultation::{Act, Actor, Done, Refused, Request};

/// Receipts whose letters were taken back lately.
#[derive(Default)]
pub struct TakenBack(Mutex<BTreeMap<Vec<u8>, Hour>>);

impl TakenBack {
    /// Remembers the hash of a locator for this hour and the next.
    pub fn remember(&self, locator_hash: Vec<u8>, hour: Hour) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, then| then.number() + 1 >= hour.number());
        known.insert(locator_hash, hour);
    }

    /// Whether what it led to was taken back lately.
    pub fn holds(&self, locator_hash: &[u8]) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(locator_hash)
    }
}

/// Destroys a thread with everything that was written and done in it. Counts stay, and a line in the desk's chain that says
/// nothing but that it happened.
pub async fn take_back(
    app: &AppState,
    (thread, locator_hash): (&ThreadId, Vec<u8>),
    request: &Request,
) -> Result<Done, Refused> {
    // First, so that a form on its way does not come in between.
    app.consultations.taken_back.remember(locator_hash, request.hour);
    app.store.transition(Actor::Asker, thread, Act::Withdraw, request).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::consultations::testing::Office;
    use crate::desk::testing::AtDesk;
    use crate::store::testing::{self, PASSPHRASE, founded};

    const WORDS: &str = "他打我，孩子也在旁边看着";

    #[test]
    fn a_receipt_is_remembered_for_as_long_as_a_form_can_make_it_again() {
        let known = TakenBack::default();
        let at = Hour::from_number;
        known.remember(vec![1], at(10));
        known.remember(vec![2], at(11));
        assert!(known.holds(&[1]) && known.holds(&[2]) && !known.holds(&[3]));
        known.remember(vec![3], at(12));
        assert!(!known.holds(&[1]) && known.holds(&[2]) && known.holds(&[3]));
    }

    #[tokio::test]
    async fn everything_is_deleted_without_any_script_and_does_not_come_back() {
        for fresh in testing::each().await {
            let office = Office::open(fresh).await;
            founded(&office.app.store, "city", None).await;
            founded(&office.app.store, "county", Some("city")).await;
            let form = [("request_key", "AAAAAAAAAAAAAAAAAAAAAA"), ("text", WORDS), ("region", "990121")];
            let receipt = office.post("/ask/", &form).await.receipt();
            let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
            let id = member.queue().await.remove(0);
            member.accept(&id).await;
            member.answer(&id, "先到安全的地方。").await;

            let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            assert!(
                opened.text.contains("name=\"delete\"") && !opened.text.contains(&receipt),
                "{}",
                opened.text
            );
            let pass = opened.hidden("pass");
            let by_pass = office.post("/ask/reply/message", &[("pass", &pass), ("delete", "yes")]).await;
            assert!(!by_pass.text.contains("全部删掉了"), "a pass deletes nothing: {}", by_pass.text);
            let slip = if receipt.starts_with('1') { "2" } else { "1" }.to_owned() + &receipt[1..];
            let refused = office.post("/ask/reply/", &[("receipt", &slip), ("delete", "yes")]).await;
            assert!(
                refused.text.contains("还没有删") && refused.text.contains("现在全部删掉"),
                "{}",
                refused.text
            );
            assert!(office.post("/ask/reply/", &[("receipt", &receipt)]).await.text.contains(WORDS));

            let gone = office.post("/ask/reply/", &[("receipt", &receipt), ("delete", "yes")]).await;
            assert_eq!(gone.status, StatusCode::OK);
            assert!(gone.text.contains("全部删掉了"), "{}", gone.text);
            testing::nothing_of(&office.app.store, &id).await;
            assert!(member.queue().await.is_empty());
            for _ in 0..2 {
                let again = office.post("/ask/reply/", &[("receipt", &receipt), ("delete", "yes")]).await;
                assert!(again.text.contains("没有用这个回执码的信"), "{}", again.text);
            }
            let late = office.post("/ask/reply/message", &[("pass", &pass), ("text", WORDS)]).await;
            assert!(late.text.contains("这封信已经不在了"), "{}", late.text);

            // Back, and the browser sends the form of the letter again.
            let form_again = office.post("/ask/", &form).await;
            assert!(
                form_again.text.contains("已经寄到") && !form_again.text.contains("class=\"receipt\""),
                "{}",
                form_again.text
            );
            assert!(member.queue().await.is_empty());
            testing::nothing_of(&office.app.store, &id).await;
        }
    }
}
