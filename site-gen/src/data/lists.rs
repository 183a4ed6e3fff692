//! The lists that grow with the site: guides, and who rests on which article. They are written as they are read, without a
//! tree of values in between, which would be larger than everything else that a build holds. Fields come by name, as they do in
//! the other files.

use std::io::Write;
use std::sync::Arc;

use jiff::civil::Date;
use search::vocabulary::StationKind;
use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use super::Resting;
use crate::model::{ArticleNo, Backlink, Cited, GuideHead, Site, Statute};

/// Where the list of guides is.
pub const GUIDES: &str = "data/guides.json";
/// Where the list of statutes is, with who rests on them.
pub const STATUTES: &str = "data/statutes.json";

/// Writes [`GUIDES`].
///
/// # Errors
///
/// As `file`.
pub fn write_guides(site: &Site, resting: &Resting<'_>, file: &mut dyn Write) -> anyhow::Result<()> {
    let guides = Each(|| site.guides.iter().map(|head| Guide::new(head, resting)));
    Ok(serde_json::to_writer(file, &guides)?)
}

/// Writes [`STATUTES`]: of the thousands in a library those that the site speaks of. `cited`: who rests on which article.
///
/// # Errors
///
/// As `file`.
pub fn write_statutes(site: &Site, cited: &Cited, file: &mut dyn Write) -> anyhow::Result<()> {
    let spoken_of = |statute: &&Statute| statute.own_words || cited.contains_key(&statute.slug);
    let statutes = Each(|| {
        site.statutes.iter().filter(spoken_of).map(|statute| OneStatute {
            slug: &statute.slug,
            title: &statute.title,
            short_titles: &statute.short_titles,
            rank: &statute.rank,
            url: statute.url(),
            versions: statute.versions.iter().map(Version::new).collect(),
            cited: Each(|| {
                let articles = cited.get(&statute.slug).into_iter().flatten();
                articles.map(|(number, pages)| Article { statute, number: *number, pages })
            }),
        })
    });
    Ok(serde_json::to_writer(file, &statutes)?)
}

#[derive(Serialize)]
struct Guide<'a> {
    asked: &'a [String],
    audience: &'a [String],
    help_at: &'a [StationKind],
    hotlines: &'a [String],
    keywords: &'a [String],
    reviewed: Option<Date>,
    slug: &'a str,
    statutes: Vec<&'a str>,
    summary: &'a str,
    takes: Option<&'a str>,
    title: &'a str,
    topic: &'a str,
    updated: Option<Date>,
    url: String,
}

#[derive(Serialize)]
struct OneStatute<'a, C: Serialize> {
    cited: C,
    rank: &'a str,
    short_titles: &'a [String],
    slug: &'a str,
    title: &'a str,
    url: String,
    versions: Vec<Version>,
}

#[derive(Serialize)]
struct Version {
    adopted: Date,
    articles: u16,
    effective: Date,
    repealed: Option<Date>,
}

struct Article<'a> {
    statute: &'a Statute,
    number: ArticleNo,
    pages: &'a [Backlink],
}

#[derive(Serialize)]
struct By<'a> {
    title: &'a str,
    url: &'a str,
}

impl<'a> Guide<'a> {
    fn new(guide: &'a Arc<GuideHead>, resting: &Resting<'a>) -> Self {
        let url = guide.url();
        // In the order of their statutes.
        let citations = resting.get(url.as_str()).copied().unwrap_or_default();
        let mut statutes: Vec<&str> = citations.iter().map(|citation| citation.statute.as_str()).collect();
        statutes.dedup();
        Self {
            slug: &guide.slug,
            title: &guide.title,
            summary: &guide.summary,
            topic: &guide.topic,
            url,
            updated: guide.updated,
            reviewed: guide.reviewed,
            takes: guide.takes.as_ref().map(|takes| takes.iso.as_str()),
            audience: &guide.audience,
            asked: &guide.asked,
            keywords: &guide.keywords,
            hotlines: &guide.hotlines,
            help_at: &guide.help_at,
            statutes,
        }
    }
}

impl Version {
    fn new(version: &crate::model::StatuteVersion) -> Self {
        let crate::model::StatuteVersion { adopted, articles, effective, repealed, .. } = *version;
        Self { adopted, articles, effective, repealed }
    }
}

impl Serialize for Article<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { statute, number, pages } = self;
        let by = |page| {
            let Backlink { title, url, .. }: &Backlink = page;
            By { title, url }
        };
        let mut article = serializer.serialize_struct("Article", 3)?;
        article.serialize_field("article", &number.to_string())?;
        article.serialize_field("by", &Each(|| pages.iter().map(by)))?;
        article.serialize_field("url", &format!("{}#{}", statute.url(), number.anchor()))?;
        article.end()
    }
}

/// A list whose entries are made one by one while they are written.
pub(super) struct Each<F>(pub(super) F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        (self.0)().try_for_each(|entry| list.serialize_element(&entry))?;
        list.end()
    }
}
