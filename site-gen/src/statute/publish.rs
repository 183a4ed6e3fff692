//! Statutes as data: what is written under `data/statutes/`, and what each article adds to its search record.
//!
//! One file after the other, so that nobody holds all of them.

use std::collections::BTreeMap;

use search::bundle::FOLDER;
use search::statute::{
    ArticleText, FORMAT, INDEX, LooseText, STATUTES, StatuteFile, StatuteIndex, StatuteSummary, StatuteText,
    VersionSummary,
};
use serde::Serialize;

use super::catalogue::version_url;
use super::text::{Article, Block, FullText, Volume};
use crate::model::{ArticleNo, Since, Statute, StatuteVersion};

/// Every file, by path from the site's root: the index, then one for each statute.
pub fn files(statutes: &[Statute]) -> impl Iterator<Item = (String, Vec<u8>)> {
    let mut summaries: Vec<StatuteSummary> = statutes.iter().map(summary).collect();
    summaries.sort_by(|a, b| (&a.title, &a.id).cmp(&(&b.title, &b.id)));
    let index = StatuteIndex { format: FORMAT, statutes: summaries };
    let path = |name: &str| format!("{FOLDER}/{STATUTES}/{name}");
    let index = (path(INDEX), json(&index));
    let each =
        statutes.iter().map(move |statute| (path(&format!("{}.json", statute.slug)), json(&file(statute))));
    std::iter::once(index).chain(each)
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    // The types hold only strings, numbers, dates and lists: nothing that serde_json refuses.
    serde_json::to_vec(value).expect("published statutes are plain data")
}

fn summary(statute: &Statute) -> StatuteSummary {
    StatuteSummary {
        id: statute.slug.clone(),
        title: statute.title.clone(),
        short_titles: statute.short_titles.clone(),
        rank: statute.rank.clone(),
        url: statute.url(),
        versions: statute.versions.iter().map(|version| version_summary(statute, version)).collect(),
    }
}

fn version_summary(statute: &Statute, version: &StatuteVersion) -> VersionSummary {
    let text = version.text.as_ref();
    let count = text.map(|text| u16::try_from(text.count()).unwrap_or(u16::MAX));
    VersionSummary {
        adopted: version.adopted,
        effective: (version.since != Since::Adopted).then_some(version.effective),
        repealed: version.repealed,
        articles: count.unwrap_or(version.articles),
        has_text: text.is_some(),
        url: text.map(|_| version_url(&statute.slug, version.adopted)),
    }
}

fn file(statute: &Statute) -> StatuteFile {
    let texts = statute.texts().map(|(version, text)| StatuteText {
        adopted: version.adopted,
        articles: text.articles().map(|(volume, article)| article_text(volume, article)).collect(),
        rest: rest(text),
    });
    StatuteFile { format: FORMAT, summary: summary(statute), texts: texts.collect() }
}

fn article_text(volume: &Volume, article: &Article) -> ArticleText {
    ArticleText {
        number: article.number.anchor().trim_start_matches("art-").to_owned(),
        title: article.number.to_string(),
        within: volume.headings_above(article.heading).into_iter().map(str::to_owned).collect(),
        text: volume.article_text(article),
    }
}

fn rest(text: &FullText) -> Vec<LooseText> {
    let mut rest = Vec::new();
    for volume in &text.volumes {
        let mut within = String::new();
        for block in &volume.blocks {
            match block {
                Block::Heading(at) => within.clone_from(&volume.headings[*at].name),
                Block::Article(_) => {}
                Block::Loose(at) => {
                    let text = volume.text(&volume.paragraphs[*at]).into_owned();
                    rest.push(LooseText { within: within.clone(), text });
                }
            }
        }
    }
    rest
}

/// What an article of the newest version says, and the headings it stands under.
pub type Said<'t> = BTreeMap<ArticleNo, (String, Vec<&'t str>)>;

/// The articles that go into search: those of the newest version, where there is its text. Of two with one number the
/// first: records have one name each.
pub fn said(statute: &Statute) -> Said<'_> {
    let mut said = Said::new();
    for (volume, article) in statute.latest().text.iter().flat_map(|text| text.articles()) {
        said.entry(article.number)
            .or_insert_with(|| (volume.article_text(article), volume.headings_above(article.heading)));
    }
    said
}
