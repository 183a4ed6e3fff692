//! Letters without scripts that come in while the server is killed: whoever saw a receipt has it, and each letter is there once.
//!
//! A browser that got no answer sends the same form again, with the key that its page came with.

use tests::asker::{Receipt, open};
use tests::http::{Client, hidden_value, visible_text};

/// Forms that one woman sends after the other, if she gets so far.
const FORMS: usize = 3;

/// Forms, those that were answered with the receipt they got.
#[derive(Default)]
pub(crate) struct Forms(Vec<Sent>);

struct Sent {
    key: String,
    text: String,
    receipt: Option<Receipt>,
    /// Whether that receipt was seen before anything happened.
    at_once: bool,
}

impl Forms {
    /// Her next forms, as their pages came.
    pub(crate) fn filled_in(client: &Client, round: usize) -> Self {
        let form = |number| {
            let page = client.get("/ask/").unwrap().body;
            let key = hidden_value(&page, "request_key").expect("a form has a key");
            Sent { key, text: format!("第{round}轮的第{number}封信。"), receipt: None, at_once: false }
        };
        Self((0..FORMS).map(form).collect())
    }

    /// Sends them until one is not answered.
    pub(crate) fn send(&mut self, client: &Client) {
        for form in &mut self.0 {
            let Ok(answer) = client.post_form("/ask/", &form.fields()) else { return };
            let receipt = Receipt::on(&answer.body).unwrap();
            (form.receipt, form.at_once) = (Some(receipt), true);
        }
    }

    /// Sends all of them again. Who has seen a receipt sees the same, the others see one now.
    pub(crate) fn send_again(&mut self, client: &Client) {
        for form in &mut self.0 {
            let answer = client.post_form("/ask/", &form.fields()).unwrap();
            let now = Receipt::on(&answer.body).unwrap();
            let before = form.receipt.get_or_insert(Receipt(now.0.clone()));
            assert_eq!(before.0, now.0, "one letter, one receipt: {}", visible_text(&answer.body));
        }
    }

    /// Each opens one thread with one letter.
    pub(crate) fn check(&self, client: &Client) {
        for form in &self.0 {
            let receipt = form.receipt.as_ref().expect("it was sent again");
            let page = open(client, &receipt.0).unwrap().body;
            assert_eq!(page.matches(&form.text).count(), 1, "{}", visible_text(&page));
        }
    }

    /// How many were answered at once.
    pub(crate) fn answered(&self) -> usize {
        self.0.iter().filter(|form| form.at_once).count()
    }
}

impl Sent {
    fn fields(&self) -> [(&str, &str); 2] {
        [("request_key", &self.key), ("text", &self.text)]
    }
}
