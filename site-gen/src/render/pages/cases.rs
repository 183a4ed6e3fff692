//! Case digests: what happened to others, what they did, what came of it.

use ::search::vocabulary::Channel;
use serde::Serialize;

use super::{Group, home};
use crate::model::CaseDigest;
use crate::render::html::html;
use crate::render::library::case_link;
use crate::render::links::Link;
use crate::render::press::{Head, Html, Page, Press, Sheet};
use crate::render::structured;

/// `/cases/`
#[derive(Debug, Serialize)]
pub(super) struct CasesPage {
    head: Head,
    years: Vec<Group>,
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

/// The list of all digests.
pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![press.print(&CasesPage::new(press))?])
}

/// The page of one digest.
pub(super) fn sheet(press: &Press<'_>, case: &CaseDigest) -> anyhow::Result<Sheet> {
    press.print(&CasePage::new(press, case))
}

impl CasesPage {
    fn new(press: &Press<'_>) -> Self {
        let crumbs = vec![home()];
        let years = press.site.cases.chunk_by(|a, b| a.year == b.year).map(|cases| Group {
            title: format!("{} 年", cases[0].year),
            url: None,
            links: cases.iter().map(|case| case_link(case)).collect(),
        });
        Self {
            head: Head {
                url: "/cases/".to_owned(),
                title: Some("案例".to_owned()),
                description: "她们遇到了什么，怎么办的，结果怎样。".to_owned(),
                section: "/cases/",
                listed: true,
                data: structured::block(press, Vec::new(), &crumbs),
                crumbs,
                ..Head::default()
            },
            years: years.collect(),
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
        Self::new(press)
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
