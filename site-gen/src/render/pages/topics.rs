//! The shelves: all of them, and each with what stands on it.

use std::collections::BTreeSet;

use ::search::vocabulary::StationKind;
use serde::Serialize;

use super::paging::{self, Pager};
use super::{home, kind_link};
use crate::model::{GuideHead, Topic};
use crate::render::feeds;
use crate::render::library::{case_link, guide_link};
use crate::render::links::Link;
use crate::render::press::{Head, Page, Press, Sheet};
use crate::render::{Edits, structured};

/// `/topics/`
#[derive(Debug, Serialize)]
pub(super) struct TopicsPage {
    head: Head,
    topics: Vec<Shelf>,
}

/// `/topics/<slug>/`
#[derive(Debug, Serialize)]
pub(super) struct TopicPage {
    head: Head,
    title: String,
    summary: String,
    emergency: bool,
    /// Whether it is the first of its pages: what there is besides lists is on that one.
    first: bool,
    pager: Option<Pager>,
    guides: Vec<Link>,
    cases: Vec<Link>,
    campaigns: Vec<Link>,
    help: Vec<Link>,
    feed: Option<String>,
}

/// A shelf in a list.
#[derive(Debug, Serialize)]
pub(super) struct Shelf {
    title: String,
    url: String,
    summary: String,
    icon: String,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    let mut sheets = vec![press.print(&TopicsPage::new(press))?];
    for topic in &press.site.topics {
        for number in 1..=pages_of(press, topic) {
            sheets.push(press.print(&TopicPage::new(press, topic, number))?);
        }
    }
    Ok(sheets)
}

/// The pages that may be others after `edits`: those that list one of them, and the first ones, which say who helps.
pub(super) fn edited(press: &Press<'_>, edits: &Edits) -> anyhow::Result<Vec<Sheet>> {
    let mut sheets = Vec::new();
    for topic in &press.site.topics {
        let guides =
            press.library.guides_on(&topic.slug).iter().map(|guide| edits.guides.contains(&guide.slug));
        let cases = press.library.cases_on(&topic.slug).iter().map(|case| edits.cases.contains(&case.slug));
        let places = guides.enumerate().chain(cases.enumerate());
        let mut pages: BTreeSet<usize> =
            places.filter(|(_, edited)| *edited).map(|(place, _)| paging::page_of(place)).collect();
        if !pages.is_empty() {
            pages.insert(1);
        }
        for number in pages {
            sheets.push(press.print(&TopicPage::new(press, topic, number))?);
        }
    }
    Ok(sheets)
}

/// How many pages a topic has: guides and digests go on side by side.
pub(in crate::render) fn pages_of(press: &Press<'_>, topic: &Topic) -> usize {
    let (guides, cases) = (press.library.guides_on(&topic.slug), press.library.cases_on(&topic.slug));
    paging::pages(guides.len().max(cases.len()))
}

/// The address of a topic's page `number`.
pub(in crate::render) fn address(topic: &Topic, number: usize) -> String {
    paging::address((&topic.url(), &topic.url()), number)
}

impl Shelf {
    /// How `topic` stands in a list.
    pub(super) fn new(topic: &Topic) -> Self {
        Self {
            title: topic.title.clone(),
            url: topic.url(),
            summary: topic.summary.clone(),
            icon: topic.icon.clone(),
        }
    }
}

impl TopicsPage {
    fn new(press: &Press<'_>) -> Self {
        let crumbs = vec![home()];
        Self {
            head: Head {
                url: "/topics/".to_owned(),
                title: Some("主题".to_owned()),
                description: "遇到的是哪一类事，从这里找起。".to_owned(),
                listed: true,
                data: structured::block(press, Vec::new(), &crumbs),
                crumbs,
                scripts: &["search"],
                ..Head::default()
            },
            topics: press.site.topics.iter().map(Shelf::new).collect(),
        }
    }
}

impl TopicPage {
    fn new(press: &Press<'_>, topic: &Topic, number: usize) -> Self {
        let (library, url, first) = (&press.library, topic.url(), number == 1);
        let (guides, cases) = (library.guides_on(&topic.slug), library.cases_on(&topic.slug));
        let list = (url.as_str(), url.as_str());
        let mut crumbs = vec![home(), Link::new("主题", "/topics/")];
        crumbs.extend((!first).then(|| Link::new(&topic.title, &url)));
        let campaigns = press.site.campaigns.iter().filter(|campaign| campaign.topics.contains(&topic.slug));
        let head = Head {
            url: url.clone(),
            title: (!topic.emergency).then(|| topic.title.clone()),
            description: topic.summary.clone(),
            listed: true,
            data: structured::block(press, Vec::new(), &crumbs),
            crumbs,
            ..Head::default()
        };
        Self {
            head: paging::head_of(head, list, number),
            title: topic.title.clone(),
            summary: topic.summary.clone(),
            emergency: topic.emergency,
            first,
            pager: Pager::new(list, number, pages_of(press, topic)),
            guides: paging::part(guides, number).iter().copied().map(guide_link).collect(),
            cases: paging::part(cases, number).iter().copied().map(case_link).collect(),
            campaigns: campaigns.map(|campaign| Link::new(&campaign.title, campaign.url())).collect(),
            help: kinds(if first { guides } else { &[] }).into_iter().map(kind_link).collect(),
            feed: feeds::of_topic(press, topic).filter(|_| first),
        }
    }
}

/// Who helps with any of these.
fn kinds(guides: &[&GuideHead]) -> BTreeSet<StationKind> {
    guides.iter().flat_map(|guide| &guide.help_at).copied().collect()
}

impl Page for TopicsPage {
    const TEMPLATE: &'static str = "topics.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}

impl Page for TopicPage {
    const TEMPLATE: &'static str = "topic.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press, &press.site.topics[0], 1)
    }
}
