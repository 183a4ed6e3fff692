//! The shelves: all of them, and each with what stands on it.

use ::search::vocabulary::StationKind;
use serde::Serialize;

use super::{home, kind_link};
use crate::model::Topic;
use crate::render::feeds;
use crate::render::library::{case_link, guide_link};
use crate::render::links::Link;
use crate::render::press::{Head, Page, Press, Sheet};
use crate::render::structured;

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
        sheets.push(press.print(&TopicPage::new(press, topic))?);
    }
    Ok(sheets)
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
    fn new(press: &Press<'_>, topic: &Topic) -> Self {
        let library = &press.library;
        let crumbs = vec![home(), Link::new("主题", "/topics/")];
        let mut kinds: Vec<StationKind> =
            library.guides_on(&topic.slug).iter().flat_map(|guide| guide.help_at.clone()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let campaigns = press.site.campaigns.iter().filter(|campaign| campaign.topics.contains(&topic.slug));
        Self {
            head: Head {
                url: topic.url(),
                title: (!topic.emergency).then(|| topic.title.clone()),
                description: topic.summary.clone(),
                listed: true,
                data: structured::block(press, Vec::new(), &crumbs),
                crumbs,
                ..Head::default()
            },
            title: topic.title.clone(),
            summary: topic.summary.clone(),
            emergency: topic.emergency,
            guides: library.guides_on(&topic.slug).iter().copied().map(guide_link).collect(),
            cases: library.cases_on(&topic.slug).iter().copied().map(case_link).collect(),
            campaigns: campaigns.map(|campaign| Link::new(&campaign.title, campaign.url())).collect(),
            help: kinds.into_iter().map(kind_link).collect(),
            feed: feeds::of_topic(press, topic),
        }
    }
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
        Self::new(press, &press.site.topics[0])
    }
}
