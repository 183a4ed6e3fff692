//! The list of every law of which there is a full text, with or without an entry.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Group, home, law_versions};
use crate::model::Statute;
use crate::render::links::Link;
use crate::render::press::{Head, Page, Press, Sheet};
use crate::render::structured;

/// `/laws/all/`
#[derive(Debug, Serialize)]
pub(super) struct AllLawsPage {
    head: Head,
    count: usize,
    groups: Vec<Group>,
}

/// The list, where there are full texts.
pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    let any = press.site.statutes.iter().any(|statute| statute.texts().next().is_some());
    any.then(|| press.print(&AllLawsPage::new(press))).into_iter().collect()
}

impl AllLawsPage {
    fn new(press: &Press<'_>) -> Self {
        let with_text = press.site.statutes.iter().filter(|statute| statute.texts().next().is_some());
        let mut ranks: BTreeMap<(usize, &str), Vec<&Statute>> = BTreeMap::new();
        for statute in with_text {
            ranks.entry((order_of(&statute.rank), &statute.rank)).or_default().push(statute);
        }
        let count = ranks.values().map(Vec::len).sum();
        let crumbs = vec![home(), Link::new("法规", "/laws/")];
        Self {
            head: Head {
                url: "/laws/all/".to_owned(),
                title: Some("全部法规".to_owned()),
                description: format!("{count} 部法规的全文"),
                section: "/laws/",
                listed: true,
                data: structured::block(press, Vec::new(), &crumbs),
                crumbs,
                ..Head::default()
            },
            count,
            groups: ranks.into_iter().map(|((_, rank), statutes)| group(rank, statutes)).collect(),
        }
    }
}

fn order_of(rank: &str) -> usize {
    const RANKS: [&str; 6] = ["宪法", "法律", "行政法规", "司法解释", "部门规章", "地方性法规"];
    RANKS.iter().position(|known| *known == rank).unwrap_or(RANKS.len())
}

fn group(rank: &str, mut statutes: Vec<&Statute>) -> Group {
    statutes.sort_by(|a, b| a.short_title().cmp(b.short_title()));
    let link = |statute: &Statute| {
        let note = law_versions::held(statute.latest());
        Link::new(statute.short_title(), statute.url()).with_note(note)
    };
    Group { title: rank.to_owned(), url: None, links: statutes.into_iter().map(link).collect(), more: None }
}

impl Page for AllLawsPage {
    const TEMPLATE: &'static str = "laws-all.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}
