//! Finding a station: by where she is, by place and kind, or down the tree of divisions.

use ::search::record::{Person, Station};
use ::search::region::{Level, Region};
use ::search::vocabulary::{Audience, Profession, Service, StationKind};
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
    /// What else can be asked for, as far as some station has it.
    fields: Vec<Field>,
    /// The kinds that there are, and what each does.
    kinds: Vec<Link>,
    tree: Vec<Branch>,
}

/// Something to choose, named as the API names it.
#[derive(Debug, Serialize)]
struct Field {
    name: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
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
            choices: kinds.iter().map(|kind| choice(kind.code(), kind.chinese())).collect(),
            fields: fields(press),
            kinds: kinds.into_iter().map(kind_link).collect(),
            tree,
        }
    }
}

fn fields(press: &Press<'_>) -> Vec<Field> {
    let people = |has: &dyn Fn(&Person) -> bool| some(press, |station| station.people.iter().any(has));
    let whom = |named: &dyn Fn(&Station) -> &[Audience]| {
        // Whoever is there for everyone is found whatever is chosen.
        let all = Audience::ALL.iter().filter(|whom| **whom != Audience::Everyone);
        let all = all.filter(|whom| some(press, |station| named(station).contains(whom)));
        all.map(|whom| choice(whom.code(), whom.chinese())).collect()
    };
    let services =
        Service::ALL.iter().filter(|service| some(press, |station| station.services.contains(service)));
    let professions = Profession::ALL.iter().filter(|one| people(&|person| person.profession == Some(**one)));
    let topics =
        press.site.topics.iter().filter(|topic| people(&|person| person.topics.contains(&topic.slug)));
    let fields = [
        ("service", "要办什么", services.map(|service| choice(service.code(), service.chinese())).collect()),
        ("audience", "帮谁", whom(&|station| &station.audience)),
        ("home_visit", "能上门看谁", whom(&|station| &station.home_visits)),
        ("profession", "有什么人", professions.map(|one| choice(one.code(), one.chinese())).collect()),
        ("topic", "这个人懂哪一类事", topics.map(|topic| choice(&topic.slug, &topic.title)).collect()),
    ];
    let fields = fields.into_iter().map(|(name, label, choices)| Field { name, label, choices });
    fields.filter(|field: &Field| !field.choices.is_empty()).collect()
}

fn some(press: &Press<'_>, fits: impl Fn(&Station) -> bool) -> bool {
    press.site.stations.iter().any(fits)
}

fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned() }
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
