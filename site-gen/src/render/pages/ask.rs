//! Asking without a name, reading the reply, checking the proof of receipt: the forms as they are published. With scripts
//! they are sealed in the browser (`assets/ask/`); without, the server answers them.

use ::search::region::Level;
use serde::Serialize;

use super::{Choice, Line};
use crate::render::press::{Head, Page, Press, Sheet};

/// `/ask/`
#[derive(Debug, Serialize)]
pub(super) struct AskPage {
    head: Head,
    topics: Vec<Choice>,
    regions: Vec<Choice>,
    hotlines: Vec<Line>,
    danger_hours: u32,
    accept_hours: u32,
    answer_days: u32,
}

/// `/ask/reply/`
#[derive(Debug, Serialize)]
pub(super) struct ReplyPage {
    head: Head,
}

/// `/proof/`
#[derive(Debug, Serialize)]
pub(super) struct ProofPage {
    head: Head,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![
        press.print(&AskPage::new(press))?,
        press.print(&ReplyPage::new())?,
        press.print(&ProofPage::new())?,
    ])
}

impl AskPage {
    fn new(press: &Press<'_>) -> Self {
        let site = press.site;
        let topics =
            site.topics.iter().map(|topic| Choice { value: topic.slug.clone(), label: topic.title.clone() });
        // She may choose any topic, or none: what is promised before holds for the slowest.
        let clocks = &site.settings.clocks;
        let counties = site.regions.iter().filter(|region| region.level == Level::County);
        let regions =
            counties.map(|region| Choice { value: region.code.to_string(), label: region.name.clone() });
        Self {
            head: head("/ask/", "提问", &["ask"]),
            topics: topics.collect(),
            regions: regions.collect(),
            hotlines: site.hotlines.iter().map(Line::new).collect(),
            danger_hours: clocks.longest_accept(true),
            accept_hours: clocks.longest_accept(false),
            answer_days: clocks.longest_answer(),
        }
    }
}

impl ReplyPage {
    fn new() -> Self {
        Self { head: head("/ask/reply/", "看回复", &["reply"]) }
    }
}

impl ProofPage {
    fn new() -> Self {
        Self { head: head("/proof/", "核对收信证明", &["proof"]) }
    }
}

fn head(url: &str, title: &str, scripts: &'static [&'static str]) -> Head {
    Head { url: url.to_owned(), title: Some(title.to_owned()), section: "/ask/", scripts, ..Head::default() }
}

impl Page for AskPage {
    const TEMPLATE: &'static str = "ask.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}

impl Page for ProofPage {
    const TEMPLATE: &'static str = "proof.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(_: &Press<'_>) -> Self {
        Self::new()
    }
}

impl Page for ReplyPage {
    const TEMPLATE: &'static str = "reply.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(_: &Press<'_>) -> Self {
        Self::new()
    }
}
