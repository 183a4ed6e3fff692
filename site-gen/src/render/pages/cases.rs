//! Case digests: what happened to others, what they did, what came of it.

use std::collections::BTreeSet;

use ::search::vocabulary::Channel;
use serde::Serialize;

use super::paging::{self, Pager};
use super::{Group, home};
use crate::model::CaseDigest;
use crate::render::html::html;
use crate::render::library::case_link;
use crate::render::links::Link;
use crate::render::press::{Head, Html, Page, Press, Sheet};
use crate::render::{Edits, structured};

/// `/cases/`
#[derive(Debug, Serialize)]
pub(super) struct CasesPage {
    head: Head,
    years: Vec<Group>,
    pager: Option<Pager>,
}

/// `/cases/<slug>/`
#[derive(Debug, Serialize)]
pub(super) struct CasePage {
    head: Head,
    title: String,
    summary: String,
    year: i16,
    outcome: &'static str,
    channel: Option<&'static str>,
    body: Html,
    guides: Vec<Link>,
    applied: Vec<Link>,
}

/// Where the list is, and its later pages.
const LIST: (&str, &str) = ("/cases/", "/cases/page/");

/// The list of all digests.
pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    (1..=pages_of(press)).map(|number| press.print(&CasesPage::new(press, number))).collect()
}

/// The pages of the list that show one of `edits`.
pub(super) fn edited(press: &Press<'_>, edits: &Edits) -> anyhow::Result<Vec<Sheet>> {
    let cases = press.site.cases.iter().enumerate();
    let edited = cases.filter(|(_, case)| edits.cases.contains(&case.slug));
    let pages: BTreeSet<usize> = edited.map(|(place, _)| paging::page_of(place)).collect();
    pages.into_iter().map(|number| press.print(&CasesPage::new(press, number))).collect()
}

/// How many pages the list has.
pub(in crate::render) fn pages_of(press: &Press<'_>) -> usize {
    paging::pages(press.site.cases.len())
}

/// The address of the list's page `number`. A digest may be called `2`, but has no folder.
pub(in crate::render) fn address(number: usize) -> String {
    paging::address(LIST, number)
}

/// The page of one digest.
pub(super) fn sheet(press: &Press<'_>, case: &CaseDigest) -> anyhow::Result<Sheet> {
    press.print(&CasePage::new(press, case))
}

impl CasesPage {
    fn new(press: &Press<'_>, number: usize) -> Self {
        let mut crumbs = vec![home()];
        crumbs.extend((number > 1).then(|| Link::new("案例", LIST.0)));
        let cases = paging::part(&press.site.cases, number);
        let years = cases.chunk_by(|a, b| a.year == b.year).map(|cases| Group {
            title: format!("{} 年", cases[0].year),
            url: None,
            links: cases.iter().map(|case| case_link(case)).collect(),
            more: None,
        });
        let head = Head {
            url: LIST.0.to_owned(),
            title: Some("案例".to_owned()),
            description: "她们遇到了什么，怎么办的，结果怎样。".to_owned(),
            section: "/cases/",
            listed: true,
            data: structured::block(press, Vec::new(), &crumbs),
            crumbs,
            ..Head::default()
        };
        Self {
            head: paging::head_of(head, LIST, number),
            years: years.collect(),
            pager: Pager::new(LIST, number, pages_of(press)),
        }
    }
}

impl CasePage {
    fn new(press: &Press<'_>, digest: &CaseDigest) -> Self {
        let (case, library) = (digest.head.as_ref(), &press.library);
        let crumbs = vec![home(), Link::new("案例", "/cases/")];
        let article = structured::article(press, &case.title, &case.summary, &case.url());
        Self {
            head: Head {
                url: case.url(),
                title: (!library.is_sensitive(case)).then(|| case.title.clone()),
                description: case.summary.clone(),
                section: "/cases/",
                listed: true,
                data: structured::block(press, vec![article], &crumbs),
                crumbs,
                ..Head::default()
            },
            title: case.title.clone(),
            summary: case.summary.clone(),
            year: case.year,
            outcome: case.outcome.chinese(),
            channel: case.channel.map(Channel::chinese),
            body: html(&digest.body, &press.typesetter, press.pictures()),
            guides: library.guide_links(&case.guides),
            applied: digest.applied.iter().filter_map(|citation| library.citation(citation)).collect(),
        }
    }
}

impl Page for CasesPage {
    const TEMPLATE: &'static str = "cases.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press, 1)
    }
}

impl Page for CasePage {
    const TEMPLATE: &'static str = "case.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press, &crate::render::sample::case())
    }
}
