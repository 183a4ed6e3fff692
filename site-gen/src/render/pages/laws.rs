//! Laws in plain words: what they are for, the articles that matter, who rests on them, which versions there were.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Group, home};
use crate::model::date::chinese_date;
use crate::model::{ArticleNo, Statute, StatuteVersion};
use crate::render::html::html;
use crate::render::links::Link;
use crate::render::press::{Head, Html, Page, Press, Sheet};
use crate::render::structured;

/// `/laws/`
#[derive(Debug, Serialize)]
pub(super) struct LawsPage {
    head: Head,
    groups: Vec<Group>,
}

/// `/laws/<slug>/`
#[derive(Debug, Serialize)]
pub(super) struct LawPage {
    head: Head,
    title: String,
    full_title: String,
    rank: String,
    effective: String,
    repealed: Option<String>,
    /// What took the place of the whole.
    successor: Option<Link>,
    /// What took the place of single articles.
    replaced: Vec<Replaced>,
    intro: Html,
    contents: Vec<Link>,
    /// Those that have a note.
    articles: Vec<Article>,
    /// Those that something rests on and that have none.
    others: Vec<Article>,
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
    used_by: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct Version {
    adopted: String,
    effective: String,
    articles: u16,
    state: String,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    let mut sheets = vec![press.print(&LawsPage::new(press))?];
    for statute in &press.site.statutes {
        sheets.push(press.print(&LawPage::new(press, statute))?);
    }
    Ok(sheets)
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
        }
    }
}

/// Laws by rank in the order in which ranks are first met, then those that no longer hold.
fn groups(press: &Press<'_>) -> Vec<Group> {
    const RANKS: [&str; 4] = ["法律", "行政法规", "司法解释", "党内法规"];
    let (gone, holding): (Vec<&Statute>, Vec<&Statute>) =
        press.site.statutes.iter().partition(|statute| statute.repealed().is_some());
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
        None => format!("{}起施行", chinese_date(latest.effective)),
    };
    Link::new(statute.short_title(), statute.url()).with_note(note)
}

impl LawPage {
    fn new(press: &Press<'_>, statute: &Statute) -> Self {
        let (articles, others): (Vec<Article>, Vec<Article>) =
            articles(press, statute).into_iter().partition(|article| !article.title.is_empty());
        let whole = statute.replaced_by.iter().find(|replacement| replacement.article.is_none());
        Self {
            head: head(press, statute),
            title: statute.short_title().to_owned(),
            full_title: statute.title.clone(),
            rank: statute.rank.clone(),
            effective: chinese_date(statute.latest().effective),
            repealed: statute.repealed().map(chinese_date),
            successor: whole.and_then(|replacement| press.library.citation(&replacement.by)),
            replaced: replaced(press, statute),
            intro: html(&statute.intro, &press.typesetter, &press.site.pictures),
            contents: articles.iter().map(contents_link).collect(),
            articles,
            others,
            versions: statute.versions.iter().rev().map(Version::new).collect(),
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
fn articles(press: &Press<'_>, statute: &Statute) -> Vec<Article> {
    let cited = press.site.cited.get(&statute.slug);
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
            used_by: used_by.iter().map(|page| Link::new(&page.title, &page.url)).collect(),
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

impl Version {
    fn new(version: &StatuteVersion) -> Self {
        Self {
            adopted: chinese_date(version.adopted),
            effective: chinese_date(version.effective),
            articles: version.articles,
            state: match version.repealed {
                Some(day) => format!("到 {}为止", chinese_date(day)),
                None => "有效".to_owned(),
            },
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
        Self::new(press, &press.site.statutes[0])
    }
}
