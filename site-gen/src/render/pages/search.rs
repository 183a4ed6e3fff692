//! The search page as it is without a server, and the titles that it then searches.

use ::search::record::Kind;
use serde::Serialize;

use super::home;
use super::topics::Shelf;
use crate::model::Statute;
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
    /// Questions, keywords and other names.
    words: String,
}

/// What the phone searches by itself.
#[derive(Debug, Serialize)]
struct Titles<'a> {
    entries: Vec<Findable<'a>>,
    /// How many pages are not among them.
    left_out: usize,
}

/// Up to so many pages can be found on the phone alone: about 100 KB over the wire. Of more the first of each topic, the newest
/// digests and the laws are among them.
const MOST: usize = 1000;
/// Of so many topics, digests and laws each get a share.
const SHARES: usize = 4;

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![press.print(&SearchPage::new(press))?, titles_sheet(press)?])
}

/// The titles.
pub(super) fn titles_sheet(press: &Press<'_>) -> anyhow::Result<Sheet> {
    Ok(("search/titles.json".to_owned(), serde_json::to_vec(&titles(press))?))
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

/// The titles to search, as many as a phone can take.
fn titles<'a>(press: &Press<'a>) -> Titles<'a> {
    let site = press.site;
    let laws: Vec<&Statute> = site.statutes.iter().filter(|statute| statute.own_words).collect();
    let all = site.guides.len() + site.cases.len() + laws.len();
    let share = |of: usize| if all > MOST { MOST / of } else { MOST };
    let of_topic = share(2) / if all > MOST { site.topics.len().max(1) } else { 1 };
    let guides =
        site.topics.iter().flat_map(|topic| press.library.guides_on(&topic.slug).iter().take(of_topic));
    let guides = guides.map(|guide| Findable {
        title: &guide.title,
        url: guide.url(),
        kind: Kind::Guide,
        summary: &guide.summary,
        words: [guide.asked.join(" "), guide.keywords.join(" ")].join(" "),
    });
    let cases = site.cases.iter().take(share(SHARES)).map(|case| Findable {
        title: &case.title,
        url: case.url(),
        kind: Kind::CaseDigest,
        summary: &case.summary,
        words: case.asked.join(" "),
    });
    let laws = laws.into_iter().take(share(SHARES)).map(|statute| Findable {
        title: statute.short_title(),
        url: statute.url(),
        kind: Kind::Statute,
        summary: &statute.title,
        words: [statute.short_titles.join(" "), statute.asked.join(" ")].join(" "),
    });
    let entries: Vec<_> = guides.chain(cases).chain(laws).collect();
    Titles { left_out: all - entries.len(), entries }
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
