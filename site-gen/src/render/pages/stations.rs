//! Finding a station: by where she is, by place and kind, or down the tree of divisions.

use ::search::region::{Level, Region};
use ::search::vocabulary::{Audience, Service, StationKind};
use serde::Serialize;

use super::{Choice, home, kind_link};
use crate::render::links::Link;
use crate::render::press::{Head, Page, Press, Sheet};
use crate::render::structured;

/// `/stations/`
#[derive(Debug, Serialize)]
pub(super) struct StationsPage {
    head: Head,
    regions: Vec<Choice>,
    choices: Vec<Choice>,
    /// What stations do, as far as some station does it.
    services: Vec<Choice>,
    /// For whom stations are, as far as they say so.
    audience: Vec<Choice>,
    /// The kinds that there are, and what each does.
    kinds: Vec<Link>,
    tree: Vec<Branch>,
}

/// A division down to the township, with what lies in it: villages are on the township's page.
#[derive(Debug, Serialize)]
struct Branch {
    code: String,
    title: String,
    url: String,
    count: usize,
    children: Vec<Branch>,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![press.print(&StationsPage::new(press))?])
}

impl StationsPage {
    fn new(press: &Press<'_>) -> Self {
        let crumbs = vec![home()];
        let tree: Vec<Branch> = press.library.outermost().map(|region| Branch::new(press, region)).collect();
        let mut regions = Vec::new();
        for branch in &tree {
            branch.choices(0, &mut regions);
        }
        let in_use = |kind: &StationKind| press.site.stations.iter().any(|station| station.kind == *kind);
        let kinds: Vec<StationKind> = StationKind::ALL.iter().copied().filter(in_use).collect();
        let choice =
            |kind: &StationKind| Choice { value: kind.code().to_owned(), label: kind.chinese().to_owned() };
        Self {
            head: Head {
                url: "/stations/".to_owned(),
                title: Some("找站点".to_owned()),
                description: "从市里到村里，离你最近的帮助在哪里。来问、来求助都不收费。".to_owned(),
                section: "/stations/",
                listed: true,
                data: structured::block(press, Vec::new(), &crumbs),
                crumbs,
                scripts: &["hours", "near", "stations"],
            },
            regions,
            choices: kinds.iter().map(choice).collect(),
            services: services(press),
            audience: audience(press),
            kinds: kinds.into_iter().map(kind_link).collect(),
            tree,
        }
    }
}

fn services(press: &Press<'_>) -> Vec<Choice> {
    let done =
        |service: &&Service| press.site.stations.iter().any(|station| station.services.contains(service));
    let choice =
        |service: &Service| Choice { value: service.code().to_owned(), label: service.chinese().to_owned() };
    Service::ALL.iter().filter(done).map(choice).collect()
}

/// Whom some station is for; whoever is there for everyone is found whatever is chosen.
fn audience(press: &Press<'_>) -> Vec<Choice> {
    let named =
        |audience: &&Audience| press.site.stations.iter().any(|station| station.audience.contains(audience));
    let all = Audience::ALL.iter().filter(|audience| **audience != Audience::Everyone).filter(named);
    all.map(|audience| Choice { value: audience.code().to_owned(), label: audience.chinese().to_owned() })
        .collect()
}

impl Branch {
    fn new(press: &Press<'_>, region: &Region) -> Self {
        let children = press.library.regions_in(&region.code).iter();
        let children = children.filter(|child| child.level <= Level::Township);
        Self {
            code: region.code.to_string(),
            title: region.name.clone(),
            url: region.url.clone(),
            count: region.stations,
            children: children.map(|child| Self::new(press, child)).collect(),
        }
    }

    /// This division and those in it, set in by their depth.
    fn choices(&self, depth: usize, choices: &mut Vec<Choice>) {
        choices.push(Choice {
            value: self.code.clone(),
            label: format!("{}{}", "　".repeat(depth), self.title),
        });
        for child in &self.children {
            child.choices(depth + 1, choices);
        }
    }
}

impl Page for StationsPage {
    const TEMPLATE: &'static str = "stations.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}
