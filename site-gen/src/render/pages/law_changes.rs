//! What changed from one version of a law to the next, article by article, the two side by side.

use serde::Serialize;

use super::{Put, home};
use crate::html_text::escaped;
use crate::model::date::chinese_date;
use crate::model::{ArticleNo, Statute, StatuteVersion};
use crate::render::links::Link;
use crate::render::press::{Head, Html, Page, Press};
use crate::render::structured;
use crate::statute::catalogue::{changes_url, version_url};
use crate::statute::compare::{Fate, Pair, compare};
use crate::statute::marks::{Run, marks};
use crate::statute::text::{Article, FullText, Volume};

/// `/laws/<slug>/<day>-to-<day>/`
#[derive(Debug, Serialize)]
pub(super) struct ChangesPage {
    head: Head,
    title: String,
    older: Link,
    newer: Link,
    held: String,
    added: usize,
    removed: usize,
    changed: usize,
    /// 第十条至第十五条 → 第十二条至第十七条
    moved: Vec<String>,
    /// 第一条至第五条
    same: Vec<String>,
    changes: Vec<Change>,
}

/// An article that is not what it was.
#[derive(Debug, Serialize)]
struct Change {
    anchor: String,
    /// 改动, 新增, 删去
    what: &'static str,
    old: Option<Side>,
    new: Option<Side>,
}

#[derive(Debug, Serialize)]
struct Side {
    number: String,
    paragraphs: Vec<Html>,
}

type Placed<'t> = (&'t Volume, &'t Article);

/// Puts the pages of what changed between neighbouring versions of `statute`.
pub(super) fn put_all(press: &Press<'_>, statute: &Statute, put: Put<'_>) -> anyhow::Result<()> {
    for pair in statute.versions.windows(2) {
        if let (Some(_), Some(_)) = (&pair[0].text, &pair[1].text) {
            put(press.print(&ChangesPage::new(press, statute, (&pair[0], &pair[1])))?)?;
        }
    }
    Ok(())
}

impl ChangesPage {
    fn new(press: &Press<'_>, statute: &Statute, (older, newer): (&StatuteVersion, &StatuteVersion)) -> Self {
        let pairs = match (older.text.as_deref(), newer.text.as_deref()) {
            (Some(old), Some(new)) => pairs(old, new),
            _ => Vec::new(),
        };
        let count = |fate: Fate| pairs.iter().filter(|pair| pair.fate == fate).count();
        let link = |version: &StatuteVersion| {
            Link::new(chinese_date(version.adopted), version_url(&statute.slug, version.adopted))
        };
        let (moved, same) = unchanged(&pairs);
        let differs =
            pairs.iter().filter(|pair| matches!(pair.fate, Fate::Changed | Fate::Added | Fate::Removed));
        Self {
            head: head(press, statute, (older, newer)),
            title: statute.short_title().to_owned(),
            older: link(older),
            newer: link(newer),
            held: super::law_versions::from_when(newer),
            added: count(Fate::Added),
            removed: count(Fate::Removed),
            changed: count(Fate::Changed),
            moved,
            same,
            changes: differs.enumerate().map(|(at, pair)| Change::new(at, pair)).collect(),
        }
    }
}

fn pairs<'t>(old: &'t FullText, new: &'t FullText) -> Vec<Pair<'t>> {
    compare(old, new).pairs
}

impl Change {
    fn new(at: usize, pair: &Pair<'_>) -> Self {
        let words = |side: Option<Placed<'_>>| side.map(|(volume, article)| volume.article_text(article));
        let (old, new) = match (words(pair.old), words(pair.new)) {
            (Some(old), Some(new)) => marks(&old, &new),
            (old, new) => (whole(old), whole(new)),
        };
        let side = |placed: Option<Placed<'_>>, runs: &[Run], tag: &'static str| {
            let (_, article) = placed?;
            Some(Side { number: article.number.to_string(), paragraphs: paragraphs(runs, tag) })
        };
        Self {
            anchor: format!("change-{}", at + 1),
            what: match pair.fate {
                Fate::Added => "新增",
                Fate::Removed => "删去",
                _ => "改动",
            },
            old: side(pair.old, &old, "del"),
            new: side(pair.new, &new, "ins"),
        }
    }
}

/// An article that has no counterpart: its heading says so, so nothing in it is marked.
fn whole(text: Option<String>) -> Vec<Run> {
    text.into_iter().map(|text| Run { text, marked: false }).collect()
}

/// Runs as paragraphs of HTML, what is marked in the element `tag`.
fn paragraphs(runs: &[Run], tag: &str) -> Vec<Html> {
    let mut paragraphs = vec![String::new()];
    for run in runs {
        for (at, line) in run.text.split('\n').enumerate() {
            if at > 0 {
                paragraphs.push(String::new());
            }
            let Some(last) = paragraphs.last_mut().filter(|_| !line.is_empty()) else { continue };
            let line = escaped(line);
            if run.marked {
                last.extend(["<", tag, ">", &line, "</", tag, ">"]);
            } else {
                last.push_str(&line);
            }
        }
    }
    paragraphs.into_iter().filter(|text| !text.is_empty()).map(Html).collect()
}

/// Which articles say the same, in ranges: those at other numbers with both numbers, and those at the same.
fn unchanged(pairs: &[Pair<'_>]) -> (Vec<String>, Vec<String>) {
    let numbers = |pair: &Pair<'_>| Some((pair.old?.1.number, pair.new?.1.number));
    let mut stretches: Vec<(Fate, [ArticleNo; 2], [ArticleNo; 2])> = Vec::new();
    for pair in pairs.iter().filter(|pair| matches!(pair.fate, Fate::Same | Fate::Moved)) {
        let Some((old, new)) = numbers(pair) else { continue };
        let follows = |before: ArticleNo, next: ArticleNo| {
            before.sub == 0 && next.sub == 0 && next.number == before.number + 1
        };
        match stretches.last_mut() {
            Some((fate, olds, news))
                if *fate == pair.fate && follows(olds[1], old) && follows(news[1], new) =>
            {
                (olds[1], news[1]) = (old, new);
            }
            _ => stretches.push((pair.fate, [old, old], [new, new])),
        }
    }
    let range = |[from, to]: [ArticleNo; 2]| {
        if from == to { from.to_string() } else { format!("{from}至{to}") }
    };
    let moved = stretches.iter().filter(|(fate, ..)| *fate == Fate::Moved);
    let same = stretches.iter().filter(|(fate, ..)| *fate == Fate::Same);
    (
        moved.map(|(_, old, new)| format!("{} → {}", range(*old), range(*new))).collect(),
        same.map(|(_, old, _)| range(*old)).collect(),
    )
}

fn head(press: &Press<'_>, statute: &Statute, (older, newer): (&StatuteVersion, &StatuteVersion)) -> Head {
    let crumbs = vec![home(), Link::new("法规", "/laws/"), Link::new(statute.short_title(), statute.url())];
    let (from, to) = (chinese_date(older.adopted), chinese_date(newer.adopted));
    Head {
        url: changes_url(&statute.slug, older.adopted, newer.adopted),
        title: Some(format!("{}改了什么", statute.short_title())),
        description: format!("《{}》从 {from}的版本到 {to}的版本，一条一条对照", statute.short_title()),
        section: "/laws/",
        listed: false,
        data: structured::block(press, Vec::new(), &crumbs),
        crumbs,
        ..Head::default()
    }
}

impl Page for ChangesPage {
    const TEMPLATE: &'static str = "law-changes.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        let statute = &press.site.statutes[0];
        Self::new(press, statute, (&statute.versions[0], statute.latest()))
    }
}
