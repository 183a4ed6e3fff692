//! What machines read: feeds, search description, robots.
//!
//! Dates come from the content: a build knows no today.

use jiff::civil::Date;
use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::Edits;
use super::press::{Press, Sheet};
use crate::model::{GuideHead, Site, Topic};

/// Guides in a feed at most.
const NEWEST: usize = 30;

#[derive(Debug, Serialize)]
struct Entry {
    url: String,
    title: String,
    summary: String,
    updated: String,
}

/// What a feed says of itself.
#[derive(Debug, Serialize)]
struct Feed {
    title: String,
    /// The page that it is the feed of; with the site's address before it, its id.
    url: String,
    /// Its own address.
    own: String,
    updated: String,
}

/// Every feed of the site: one of all guides, one for each topic that has a dated guide.
pub(super) fn all(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    let base_url = &press.site.settings.base_url;
    // The desk and replies are nobody's business; the API answers machines in its own way.
    let robots = format!(
        "User-agent: *\nDisallow: /api/\nDisallow: /ask/reply/\nDisallow: /desk/\n\nSitemap: {base_url}/sitemap.xml\n"
    );
    let mut sheets = vec![
        ("robots.txt".to_owned(), robots.into_bytes()),
        ("opensearch.xml".to_owned(), press.fill("opensearch.xml", context! {})?.into_bytes()),
        of_all(press)?,
    ];
    for topic in &press.site.topics {
        sheets.extend(one(press, topic)?);
    }
    Ok(sheets)
}

/// The feeds that may be others after `edits`.
pub(super) fn edited(press: &Press<'_>, edits: &Edits) -> anyhow::Result<Vec<Sheet>> {
    if edits.guides.is_empty() {
        return Ok(Vec::new());
    }
    let mut sheets = vec![of_all(press)?];
    for topic in &press.site.topics {
        if press.library.guides_on(&topic.slug).iter().any(|guide| edits.guides.contains(&guide.slug)) {
            sheets.extend(one(press, topic)?);
        }
    }
    Ok(sheets)
}

fn of_all(press: &Press<'_>) -> anyhow::Result<Sheet> {
    let guides = press.site.guides.iter().map(AsRef::as_ref);
    atom(press, &press.site.settings.title, ("/", "/atom.xml"), guides)
}

/// The feed of a topic, where it has one.
fn one(press: &Press<'_>, topic: &Topic) -> anyhow::Result<Option<Sheet>> {
    let Some(own) = of_topic(press, topic) else { return Ok(None) };
    let title = format!("{} · {}", topic.title, press.site.settings.name);
    let guides = press.library.guides_on(&topic.slug).iter().copied();
    atom(press, &title, (&topic.url(), &own), guides).map(Some)
}

/// The address of a topic's feed, where it has one.
pub(super) fn of_topic(press: &Press<'_>, topic: &Topic) -> Option<String> {
    let dated = press.library.guides_on(&topic.slug).iter().any(|guide| day_of(press.site, guide).is_some());
    dated.then(|| format!("{}feed.xml", topic.url()))
}

fn atom<'g>(
    press: &Press<'_>,
    title: &str,
    (url, own): (&str, &str),
    guides: impl Iterator<Item = &'g GuideHead>,
) -> anyhow::Result<Sheet> {
    let mut dated: Vec<_> = guides.filter_map(|guide| Some((day_of(press.site, guide)?, guide))).collect();
    dated.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.slug.cmp(&other.slug)));
    // A feed must say when it changed; one without entries has never changed.
    let updated = dated.first().map_or_else(|| moment(Date::constant(1970, 1, 1)), |(date, _)| moment(*date));
    let entry = |(date, guide): (Date, &GuideHead)| Entry {
        url: guide.url(),
        title: guide.title.clone(),
        summary: guide.summary.clone(),
        updated: moment(date),
    };
    let entries: Vec<Entry> = dated.into_iter().take(NEWEST).map(entry).collect();
    let feed = Feed { title: title.to_owned(), url: url.to_owned(), own: own.to_owned(), updated };
    let values = context! { feed => Value::from(Serde(&feed)), entries => Value::from(Serde(&entries)) };
    Ok((own.trim_start_matches('/').to_owned(), press.fill("atom.xml", values)?.into_bytes()))
}

/// When its words changed, or when they were last found still to be true.
pub(super) fn day_of(site: &Site, guide: &GuideHead) -> Option<Date> {
    site.changed_on(&guide.url(), guide.updated).or(guide.reviewed)
}

/// The first moment of a day in China (RFC 3339).
fn moment(date: Date) -> String {
    format!("{date}T00:00:00+08:00")
}
