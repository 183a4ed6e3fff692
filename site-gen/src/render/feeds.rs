//! What machines read: sitemap, feed, search description, robots.
//!
//! Dates come from the content: a build knows no today.

use jiff::civil::Date;
use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::press::{Press, Sheet};
use crate::model::{GuideHead, Site};

/// Guides in the feed at most.
const NEWEST: usize = 30;

#[derive(Debug, Serialize)]
struct Entry {
    url: String,
    title: String,
    summary: String,
    updated: Option<String>,
}

/// Every feed of the site.
///
/// No page links to the search description: browsers remember the sites whose description they meet, and list them in
/// their settings. Who wants it can be given its address.
pub(super) fn all(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    let base_url = &press.site.settings.base_url;
    // The desk and replies are nobody's business; the API answers machines in its own way.
    let robots = format!(
        "User-agent: *\nDisallow: /api/\nDisallow: /ask/reply/\nDisallow: /desk/\n\nSitemap: {base_url}/sitemap.xml\n"
    );
    Ok(vec![
        ("robots.txt".to_owned(), robots.into_bytes()),
        ("sitemap.xml".to_owned(), sitemap(press)?),
        ("atom.xml".to_owned(), atom(press)?),
        ("opensearch.xml".to_owned(), press.fill("opensearch.xml", context! {})?.into_bytes()),
    ])
}

fn sitemap(press: &Press<'_>) -> anyhow::Result<Vec<u8>> {
    let site = press.site;
    let changed = |url: &str| site.changed.get(url).map(ToString::to_string);
    let plain =
        |url: String| Entry { updated: changed(&url), url, title: String::new(), summary: String::new() };
    let shelves = ["/", "/topics/", "/guides/", "/cases/", "/laws/", "/stations/", "/campaigns/"];
    let mut entries: Vec<Entry> = shelves.into_iter().map(|url| plain(url.to_owned())).collect();
    entries.extend(site.topics.iter().map(|topic| plain(topic.url())));
    entries.extend(site.guides.iter().map(|guide| Entry {
        updated: day_of(site, guide).map(|date| date.to_string()),
        ..plain(guide.url())
    }));
    entries.extend(site.cases.iter().map(|case| plain(case.url())));
    entries.extend(site.statutes.iter().map(|statute| plain(statute.url())));
    entries.extend(site.regions.iter().map(|region| plain(region.url.clone())));
    entries.extend(site.stations.iter().map(|station| plain(station.url.clone())));
    entries.extend(site.campaigns.iter().map(|campaign| plain(campaign.url())));
    entries.extend(site.pages.iter().map(|page| plain(page.url())));
    Ok(press.fill("sitemap.xml", context! { entries => Value::from(Serde(&entries)) })?.into_bytes())
}

fn atom(press: &Press<'_>) -> anyhow::Result<Vec<u8>> {
    let dated = press.site.guides.iter().filter_map(|guide| Some((day_of(press.site, guide)?, guide)));
    let mut dated: Vec<_> = dated.collect();
    dated.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.slug.cmp(&other.slug)));
    // A feed must say when it changed; one without entries has never changed.
    let updated = dated.first().map_or_else(|| moment(Date::constant(1970, 1, 1)), |(date, _)| moment(*date));
    let entries: Vec<Entry> = dated
        .into_iter()
        .take(NEWEST)
        .map(|(date, guide)| Entry {
            url: guide.url(),
            title: guide.title.clone(),
            summary: guide.summary.clone(),
            updated: Some(moment(date)),
        })
        .collect();
    let values = context! { updated => updated, entries => Value::from(Serde(&entries)) };
    Ok(press.fill("atom.xml", values)?.into_bytes())
}

fn day_of(site: &Site, guide: &GuideHead) -> Option<Date> {
    site.changed_on(&guide.url(), guide.updated).or(guide.reviewed)
}

/// The first moment of a day in China (RFC 3339).
fn moment(date: Date) -> String {
    format!("{date}T00:00:00+08:00")
}
