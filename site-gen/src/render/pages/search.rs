//! The search page as it is without a server, and the titles that it then searches.

use ::search::record::Kind;
use serde::Serialize;

use super::home;
use super::topics::Shelf;
use crate::render::press::{Head, Page, Press, Sheet};

/// `/search/`
#[derive(Debug, Serialize)]
pub(super) struct SearchPage {
    head: Head,
    topics: Vec<Shelf>,
}

/// A page that can be found on the phone alone.
#[derive(Debug, Serialize)]
struct Findable<'a> {
    title: &'a str,
    url: String,
    kind: Kind,
    summary: &'a str,
    /// Questions and keywords.
    words: String,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    let titles = ("search/titles.json".to_owned(), serde_json::to_vec(&titles(press))?);
    Ok(vec![press.print(&SearchPage::new(press))?, titles])
}

impl SearchPage {
    fn new(press: &Press<'_>) -> Self {
        Self {
            head: Head {
                url: "/search/".to_owned(),
                title: Some("查找".to_owned()),
                section: "/search/",
                crumbs: vec![home()],
                scripts: &["search"],
                ..Head::default()
            },
            topics: press.site.topics.iter().map(Shelf::new).collect(),
        }
    }
}

fn titles<'a>(press: &Press<'a>) -> Vec<Findable<'a>> {
    let guides = press.site.guides.iter().map(|guide| Findable {
        title: &guide.title,
        url: guide.url(),
        kind: Kind::Guide,
        summary: &guide.summary,
        words: [guide.asked.join(" "), guide.keywords.join(" ")].join(" "),
    });
    let cases = press.site.cases.iter().map(|case| Findable {
        title: &case.title,
        url: case.url(),
        kind: Kind::CaseDigest,
        summary: &case.summary,
        words: String::new(),
    });
    let statutes = press.site.statutes.iter().filter(|statute| statute.own_words).map(|statute| Findable {
        title: statute.short_title(),
        url: statute.url(),
        kind: Kind::Statute,
        summary: &statute.title,
        words: statute.short_titles.join(" "),
    });
    guides.chain(cases).chain(statutes).collect()
}

impl Page for SearchPage {
    const TEMPLATE: &'static str = "search.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}
