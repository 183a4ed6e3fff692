//! The asker's side without scripts, by plain HTTP: the forms as a simple browser sends them.

use anyhow::{Context as _, ensure};

use crate::http::{Answer, Client, hidden_value, visible_text};

/// What the page of a receipt showed.
pub struct Receipt(
    /// Twenty digits.
    pub String,
);

impl Receipt {
    /// Reads the receipt off the page that shows it.
    pub fn on(page: &str) -> anyhow::Result<Self> {
        let shown = page.split("class=\"receipt\"").nth(1).context("the page shows a receipt")?;
        let shown = shown.split("</p>").next().unwrap_or_default();
        let digits: String =
            visible_text(&format!("<p{shown}")).chars().filter(char::is_ascii_digit).collect();
        ensure!(digits.len() == 20, "a receipt has twenty digits: {digits}");
        Ok(Self(digits))
    }

    /// In groups of four, as people write it down.
    pub fn in_groups(&self) -> String {
        let groups: Vec<&str> = (0..5).map(|group| &self.0[group * 4..group * 4 + 4]).collect();
        groups.join(" ")
    }
}

/// Sends a letter; the page that answers.
pub fn ask(client: &Client, text: &str, more: &[(&str, &str)]) -> anyhow::Result<Answer> {
    let form = client.get("/ask/")?;
    let key = hidden_value(&form.body, "request_key").context("the form has a key")?;
    let mut fields = vec![("request_key", key.as_str()), ("text", text)];
    fields.extend(more);
    client.post_form("/ask/", &fields)
}

/// Opens a thread with its receipt; the page that answers.
pub fn open(client: &Client, receipt: &str) -> anyhow::Result<Answer> {
    client.post_form("/ask/reply/", &[("receipt", receipt)])
}
