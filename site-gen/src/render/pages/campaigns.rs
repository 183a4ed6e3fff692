//! Dates with content: the year's list, and each of them.

use serde::Serialize;

use super::home;
use crate::model::Campaign;
use crate::render::html::html;
use crate::render::links::Link;
use crate::render::press::{Head, Html, Page, Press, Sheet};
use crate::render::{Edits, structured};

/// `/campaigns/`
#[derive(Debug, Serialize)]
pub(super) struct CampaignsPage {
    head: Head,
    campaigns: Vec<Link>,
}

/// `/campaigns/<slug>/`
#[derive(Debug, Serialize)]
pub(super) struct CampaignPage {
    head: Head,
    title: String,
    when: String,
    body: Html,
    guides: Vec<Link>,
    topics: Vec<Link>,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    let mut sheets = vec![press.print(&CampaignsPage::new(press))?];
    for campaign in &press.site.campaigns {
        sheets.push(press.print(&CampaignPage::new(press, campaign))?);
    }
    Ok(sheets)
}

/// The pages that mention one of `edits`.
pub(super) fn edited(press: &Press<'_>, edits: &Edits) -> anyhow::Result<Vec<Sheet>> {
    let mentions = |campaign: &&Campaign| campaign.guides.iter().any(|slug| edits.guides.contains(slug));
    let campaigns = press.site.campaigns.iter().filter(mentions);
    campaigns.map(|campaign| press.print(&CampaignPage::new(press, campaign))).collect()
}

impl CampaignsPage {
    fn new(press: &Press<'_>) -> Self {
        let crumbs = vec![home()];
        let campaigns = press.site.campaigns.iter();
        let link = |campaign: &Campaign| {
            Link::new(&campaign.title, campaign.url()).with_note(campaign.dates.chinese())
        };
        Self {
            head: Head {
                url: "/campaigns/".to_owned(),
                title: Some("日历".to_owned()),
                description: "一年里的这些日子，各站会有人讲法、有人接待。".to_owned(),
                listed: true,
                data: structured::block(press, Vec::new(), &crumbs),
                crumbs,
                ..Head::default()
            },
            campaigns: campaigns.map(link).collect(),
        }
    }
}

impl CampaignPage {
    fn new(press: &Press<'_>, campaign: &Campaign) -> Self {
        let library = &press.library;
        let crumbs = vec![home(), Link::new("日历", "/campaigns/")];
        let about =
            campaign.body.text.lines().find(|line| !line.trim().is_empty()).unwrap_or(&campaign.title);
        let article = structured::article(press, &campaign.title, about, &campaign.url());
        let topics = campaign.topics.iter().filter_map(|slug| library.topic(slug));
        Self {
            head: Head {
                url: campaign.url(),
                title: Some(campaign.title.clone()),
                description: about.trim().to_owned(),
                listed: true,
                data: structured::block(press, vec![article], &crumbs),
                crumbs,
                ..Head::default()
            },
            title: campaign.title.clone(),
            when: campaign.dates.chinese(),
            body: html(&campaign.body, &press.typesetter, &press.site.pictures),
            guides: library.guide_links(&campaign.guides),
            topics: topics.map(|topic| Link::new(&topic.title, topic.url())).collect(),
        }
    }
}

impl Page for CampaignsPage {
    const TEMPLATE: &'static str = "campaigns.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}

impl Page for CampaignPage {
    const TEMPLATE: &'static str = "campaign.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press, &press.site.campaigns[0])
    }
}
