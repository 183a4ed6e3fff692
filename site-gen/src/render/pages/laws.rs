//! Laws in plain words: what they are for, the articles that matter, who rests on them, which versions there were.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use super::law_text::{Beside, Of, Reading, UsedBy};
use super::{Group, Put, home, law_changes, law_list, law_versions};
use crate::check::citations::StatuteBook;
use crate::model::date::chinese_date;
use crate::model::{ArticleNo, Backlink, Since, Statute, StatuteVersion};
use crate::render::html::html;
use crate::render::links::Link;
use crate::render::press::{Head, Html, Page, Press};
use crate::render::{self, Edits, structured};
use crate::statute::catalogue::{changes_url, version_url};

/// Who rests on which article of one statute.
type CitedArticles = BTreeMap<ArticleNo, Vec<Backlink>>;

/// Who rests on a statute, and where what it cites leads.
pub(super) type Around<'a> = (Option<&'a CitedArticles>, &'a StatuteBook<'a>);

/// `/laws/`
#[derive(Debug, Serialize)]
pub(super) struct LawsPage {
    head: Head,
    groups: Vec<Group>,
    /// How many laws have a full text.
    all: usize,
}

/// `/laws/<slug>/`
#[derive(Debug, Serialize)]
pub(super) struct LawPage {
    head: Head,
    title: String,
    full_title: String,
    rank: String,
    /// From when it holds, in words.
    held: String,
    /// Whether editors wrote about it.
    own_words: bool,
    repealed: Option<String>,
    /// What took the place of the whole.
    successor: Option<Link>,
    /// What took the place of single articles.
    replaced: Vec<Replaced>,
    intro: Html,
    contents: Vec<Link>,
    /// Those that have a note and that the text does not show.
    articles: Vec<Article>,
    /// Those that something rests on, that have none, and that the text does not show.
    others: Vec<Article>,
    /// The newest version, where there is its text: then notes and backlinks stand with its articles.
    text: Option<Reading>,
    /// The newest version has no text, but an older one has.
    text_is_old: bool,
    versions: Vec<Version>,
}

#[derive(Debug, Serialize)]
struct Replaced {
    what: String,
    by: Link,
}

#[derive(Debug, Serialize)]
struct Article {
    anchor: String,
    number: String,
    title: String,
    body: Html,
    used_by: UsedBy,
}

#[derive(Debug, Serialize)]
struct Version {
    adopted: String,
    effective: String,
    articles: u16,
    state: String,
    /// Its page, where there is its text.
    url: Option<String>,
    /// What changed from the version before.
    changes: Option<String>,
}

/// Puts every page about laws, one by one: with full texts there are thousands.
pub(super) fn put_all(press: &Press<'_>, around: &render::Around<'_>, put: Put<'_>) -> anyhow::Result<()> {
    let mut sheets = vec![press.print(&LawsPage::new(press))?];
    sheets.extend(law_list::sheets(press)?);
    sheets.into_iter().try_for_each(put)?;
    press.site.statutes.par_iter().try_for_each(|statute| {
        put_cited(press, statute, around, put)?;
        law_changes::put_all(press, statute, put)
    })
}

/// Puts the pages that name others who rest on their articles after `edits`.
pub(super) fn put_edited(
    press: &Press<'_>,
    (edits, around): (&Edits, &render::Around<'_>),
    put: Put<'_>,
) -> anyhow::Result<()> {
    let statutes: Vec<_> = edits.statutes.iter().filter_map(|slug| press.library.statute(slug)).collect();
    statutes.par_iter().try_for_each(|statute| put_cited(press, statute, around, put))
}

/// Puts the pages that name who rests on the statute.
fn put_cited(
    press: &Press<'_>,
    statute: &Statute,
    around: &render::Around<'_>,
    put: Put<'_>,
) -> anyhow::Result<()> {
    let around = (around.cited.get(&statute.slug), around.statutes);
    put(press.print(&LawPage::new(press, statute, around))?)?;
    law_versions::put_all(press, statute, around, put)
}

impl LawsPage {
    fn new(press: &Press<'_>) -> Self {
        let crumbs = vec![home()];
        Self {
            head: Head {
                url: "/laws/".to_owned(),
                title: Some("法规".to_owned()),
                description: "和你有关的法律，用平常的话讲。".to_owned(),
                section: "/laws/",
                listed: true,
                data: structured::block(press, Vec::new(), &crumbs),
                crumbs,
                ..Head::default()
            },
            groups: groups(press),
            all: press.site.statutes.iter().filter(|statute| statute.texts().next().is_some()).count(),
        }
    }
}

/// Laws by rank in the order in which ranks are first met, then those that no longer hold.
fn groups(press: &Press<'_>) -> Vec<Group> {
    const RANKS: [&str; 4] = ["法律", "行政法规", "司法解释", "党内法规"];
    let own = press.site.statutes.iter().filter(|statute| statute.own_words);
    let (gone, holding): (Vec<&Statute>, Vec<&Statute>) =
        own.partition(|statute| statute.repealed().is_some());
    let mut ranks: Vec<&str> = RANKS.to_vec();
    for statute in &holding {
        if !ranks.contains(&statute.rank.as_str()) {
            ranks.push(&statute.rank);
        }
    }
    let group = |title: &str, statutes: Vec<&Statute>| Group {
        title: title.to_owned(),
        url: None,
        links: statutes.into_iter().map(link).collect(),
        more: None,
    };
    let of_rank = |rank: &str| holding.iter().copied().filter(|statute| statute.rank == rank).collect();
    let groups =
        ranks.iter().map(|rank| group(rank, of_rank(rank))).chain([group("已经失效的", gone.clone())]);
    groups.filter(|group| !group.links.is_empty()).collect()
}

fn link(statute: &Statute) -> Link {
    let latest = statute.latest();
    let note = match latest.repealed {
        Some(day) => format!("{}起失效", chinese_date(day)),
        None => law_versions::held(latest),
    };
    Link::new(statute.short_title(), statute.url()).with_note(note)
}

impl LawPage {
    fn new(press: &Press<'_>, statute: &Statute, around: Around<'_>) -> Self {
        let (cited, statutes) = around;
        let newest = statute.latest();
        let all = articles(press, statute, cited);
        let contents = all.iter().filter(|article| !article.title.is_empty()).map(contents_link).collect();
        // With a text, notes and backlinks stand with its articles; only what it lacks comes after it.
        let shown: BTreeSet<String> = newest
            .text
            .iter()
            .flat_map(|text| text.articles())
            .map(|(_, article)| article.anchor())
            .collect();
        let (articles, others): (Vec<Article>, Vec<Article>) = all
            .into_iter()
            .filter(|article| !shown.contains(&article.anchor))
            .partition(|article| !article.title.is_empty());
        let beside = Beside { notes: Some(statute), cited };
        let of = Of { statute, version: newest };
        let text = newest.text.as_ref().map(|text| Reading::new(press, (of, text), statutes, beside));
        let whole = statute.replaced_by.iter().find(|replacement| replacement.article.is_none());
        Self {
            head: head(press, statute),
            title: statute.short_title().to_owned(),
            full_title: statute.title.clone(),
            rank: statute.rank.clone(),
            held: law_versions::held(newest),
            own_words: statute.own_words,
            repealed: statute.repealed().map(chinese_date),
            successor: whole.and_then(|replacement| press.library.citation(&replacement.by)),
            replaced: replaced(press, statute),
            intro: html(&statute.intro, &press.typesetter, &press.site.pictures),
            contents,
            articles,
            others,
            text_is_old: newest.text.is_none() && statute.texts().next().is_some(),
            text,
            versions: versions(statute),
        }
    }
}

fn head(press: &Press<'_>, statute: &Statute) -> Head {
    let crumbs = vec![home(), Link::new("法规", "/laws/")];
    let about = statute.intro.text.lines().find(|line| !line.trim().is_empty()).unwrap_or(&statute.title);
    Head {
        url: statute.url(),
        title: Some(statute.short_title().to_owned()),
        description: about.trim().to_owned(),
        section: "/laws/",
        listed: true,
        data: structured::block(press, vec![structured::legislation(press, statute)], &crumbs),
        crumbs,
        ..Head::default()
    }
}

/// Every article that has a note or that something rests on.
fn articles(press: &Press<'_>, statute: &Statute, cited: Option<&CitedArticles>) -> Vec<Article> {
    let numbers: BTreeSet<ArticleNo> =
        statute.notes.keys().chain(cited.iter().flat_map(|cited| cited.keys())).copied().collect();
    let article = |number: ArticleNo| {
        let note = statute.notes.get(&number);
        let used_by = cited.and_then(|cited| cited.get(&number)).map_or(&[][..], Vec::as_slice);
        Article {
            anchor: number.anchor(),
            number: number.to_string(),
            title: note.map(|note| note.title.clone()).unwrap_or_default(),
            body: note
                .map(|note| html(&note.body, &press.typesetter, &press.site.pictures))
                .unwrap_or_default(),
            used_by: UsedBy::new(statute, number, used_by),
        }
    };
    numbers.into_iter().map(article).collect()
}

fn contents_link(article: &Article) -> Link {
    Link::new(format!("{} {}", article.number, article.title), format!("#{}", article.anchor))
}

fn replaced(press: &Press<'_>, statute: &Statute) -> Vec<Replaced> {
    let replaced = statute.replaced_by.iter().filter_map(|replacement| {
        Some(Replaced {
            what: replacement.article?.to_string(),
            by: press.library.citation(&replacement.by)?,
        })
    });
    replaced.collect()
}

/// Newest first.
fn versions(statute: &Statute) -> Vec<Version> {
    let before = std::iter::once(None).chain(statute.versions.iter().map(Some));
    let mut versions: Vec<Version> = statute
        .versions
        .iter()
        .zip(before)
        .enumerate()
        .map(|(at, (version, before))| {
            let next = statute.versions.get(at + 1);
            Version::new(statute, version, (before, next))
        })
        .collect();
    versions.reverse();
    versions
}

impl Version {
    fn new(
        statute: &Statute,
        version: &StatuteVersion,
        (before, next): (Option<&StatuteVersion>, Option<&StatuteVersion>),
    ) -> Self {
        let text = version.text.as_ref();
        let changed = before.filter(|before| before.text.is_some() && text.is_some());
        let until = version
            .repealed
            .or_else(|| next.filter(|next| next.since != Since::Adopted).map(|next| next.effective));
        Self {
            adopted: chinese_date(version.adopted),
            effective: match version.since {
                Since::Adopted => "文本里没有写".to_owned(),
                _ => chinese_date(version.effective),
            },
            articles: text.map_or(version.articles, |text| u16::try_from(text.count()).unwrap_or(u16::MAX)),
            state: match (until, next) {
                (Some(day), _) => format!("到 {}为止", chinese_date(day)),
                (None, Some(_)) => "有了新版本".to_owned(),
                // Nobody here knows whether a text that no editor looks after still holds.
                (None, None) if statute.own_words => "有效".to_owned(),
                (None, None) => "收到的最新版本".to_owned(),
            },
            url: text.map(|_| version_url(&statute.slug, version.adopted)),
            changes: changed.map(|before| changes_url(&statute.slug, before.adopted, version.adopted)),
        }
    }
}

impl Page for LawsPage {
    const TEMPLATE: &'static str = "laws.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}

impl Page for LawPage {
    const TEMPLATE: &'static str = "law.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        let book = crate::render::sample::book(press.site);
        Self::new(press, &press.site.statutes[0], (None, &book))
    }
}
