//! The asker's side without scripts, by plain HTTP: the forms as a simple browser sends them.

use anyhow::{Context as _, ensure};

use crate::http::{Answer, Client, hidden_value, visible_text};

/// Damm's check digit: the quasigroup of order 10 in his thesis of 2004.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

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

    /// Another receipt with a right check digit, which leads nowhere: the same digits with one changed and the last one searched for.
    #[must_use]
    pub fn another(&self) -> Self {
        let changed = if self.0.starts_with('1') { '2' } else { '1' };
        let body: String = std::iter::once(changed).chain(self.0.chars().skip(1).take(18)).collect();
        let check = body.bytes().fold(0_u8, |row, digit| DAMM[usize::from(row)][usize::from(digit - b'0')]);
        Self(format!("{body}{check}"))
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
