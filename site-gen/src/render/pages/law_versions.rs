//! A page for each version of a law of which there is a full text.

use serde::Serialize;

use super::law_text::{Beside, Of, Reading};
use super::laws::Around;
use super::{Put, home};
use crate::model::date::chinese_date;
use crate::model::{Since, Statute, StatuteVersion};
use crate::render::links::Link;
use crate::render::press::{Head, Page, Press};
use crate::render::structured;
use crate::statute::catalogue::{changes_url, version_url};
use crate::statute::text::FullText;

/// `/laws/<slug>/<day>/`
#[derive(Debug, Serialize)]
pub(super) struct VersionPage {
    head: Head,
    title: String,
    full_title: String,
    rank: String,
    adopted: String,
    /// From when it holds, in words.
    held: String,
    articles: usize,
    /// The page of the statute, where this is not the newest version.
    outdated: Option<Link>,
    older: Option<Link>,
    newer: Option<Link>,
    /// What changed to this version, and from it.
    changes: Vec<Link>,
    text: Reading,
}

/// Puts the pages of `statute`'s versions.
pub(super) fn put_all(
    press: &Press<'_>,
    statute: &Statute,
    around: Around<'_>,
    put: Put<'_>,
) -> anyhow::Result<()> {
    let texts = statute.versions.iter().enumerate();
    let mut texts = texts.filter_map(|(at, version)| Some((at, version.text.as_deref()?)));
    texts.try_for_each(|text| put(press.print(&VersionPage::new(press, statute, text, around))?))
}

/// From when a version holds, in words.
pub(super) fn held(version: &StatuteVersion) -> String {
    match version.since {
        Since::Entry | Since::Text => format!("{}起施行", chinese_date(version.effective)),
        Since::Adopted => format!("{}通过", chinese_date(version.adopted)),
    }
}

/// From when a version holds, in words, beside the day it was passed.
pub(super) fn from_when(version: &StatuteVersion) -> String {
    match version.since {
        Since::Adopted => "从哪天起施行，文本里没有写".to_owned(),
        Since::Entry | Since::Text => held(version),
    }
}

impl VersionPage {
    fn new(
        press: &Press<'_>,
        statute: &Statute,
        (at, text): (usize, &FullText),
        (cited, statutes): Around<'_>,
    ) -> Self {
        let version = &statute.versions[at];
        let is_newest = at + 1 == statute.versions.len();
        let cited = cited.filter(|_| is_newest);
        let neighbour = |at: Option<usize>| {
            let version = statute.versions.get(at?).filter(|version| version.text.is_some())?;
            let link = Link::new(
                format!("{}通过的版本", chinese_date(version.adopted)),
                version_url(&statute.slug, version.adopted),
            );
            Some((version, link))
        };
        let (older, newer) = (neighbour(at.checked_sub(1)), neighbour(Some(at + 1)));
        let change = |from: &StatuteVersion, to: &StatuteVersion, words: &str| {
            Link::new(words, changes_url(&statute.slug, from.adopted, to.adopted))
        };
        let before = older.as_ref().map(|(older, _)| change(older, version, "这一版改了什么"));
        let after = newer.as_ref().map(|(newer, _)| change(version, newer, "后来改了什么"));
        let changes = before.into_iter().chain(after).collect();
        Self {
            head: head(press, statute, version),
            title: statute.short_title().to_owned(),
            full_title: statute.title.clone(),
            rank: statute.rank.clone(),
            adopted: chinese_date(version.adopted),
            held: from_when(version),
            articles: text.count(),
            outdated: (!is_newest || version.repealed.is_some())
                .then(|| Link::new(format!("《{}》现在的样子", statute.short_title()), statute.url())),
            older: older.map(|(_, link)| link),
            newer: newer.map(|(_, link)| link),
            changes,
            text: Reading::new(
                press,
                (Of { statute, version }, text),
                statutes,
                Beside { notes: None, cited },
            ),
        }
    }
}

fn head(press: &Press<'_>, statute: &Statute, version: &StatuteVersion) -> Head {
    let crumbs = vec![home(), Link::new("法规", "/laws/"), Link::new(statute.short_title(), statute.url())];
    let day = chinese_date(version.adopted);
    Head {
        url: version_url(&statute.slug, version.adopted),
        title: Some(format!("{}（{day}）", statute.short_title())),
        description: format!("{}，{day}通过的全文", statute.title),
        section: "/laws/",
        // Search engines should bring people to what holds now.
        listed: false,
        data: structured::block(press, Vec::new(), &crumbs),
        crumbs,
        ..Head::default()
    }
}

impl Page for VersionPage {
    const TEMPLATE: &'static str = "law-version.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        let statute = &press.site.statutes[0];
        let text = statute.versions[0].text.as_deref().unwrap();
        let book = crate::render::sample::book(press.site);
        Self::new(press, statute, (0, text), (None, &book))
    }
}
