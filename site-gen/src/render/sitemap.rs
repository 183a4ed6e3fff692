//! The list of all pages for search engines: an index and its parts (sitemaps.org, protocol 0.9).
//!
//! The parts lie at the root, because a part may only name what lies at or below it.

use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::feeds::day_of;
use super::pages::{cases, coverage, topics};
use super::press::{Press, Sheet};

/// Addresses in a part, and bytes of it: what the protocol allows.
const MOST_URLS: usize = 50_000;
const MOST_BYTES: usize = 50 * 1024 * 1024;
/// Bytes of an entry besides its address and day, and of a part besides its entries, rounded up.
const AROUND_ENTRY: usize = 64;
const AROUND_PART: usize = 256;

#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
struct Entry {
    url: String,
    /// When it last changed or was checked, where the content says so.
    updated: Option<String>,
}

/// The index and its parts.
pub(super) fn all(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    let entries = entries(press);
    let (mut sheets, mut index) = (Vec::new(), Vec::new());
    for (at, part) in parts(&entries, press.site.settings.base_url.len()).into_iter().enumerate() {
        let url = format!("/sitemap-{}.xml", at + 1);
        let updated = part.iter().filter_map(|entry| entry.updated.clone()).max();
        let text = press.fill("sitemap.xml", context! { entries => Value::from(Serde(part)) })?;
        sheets.push((url.trim_start_matches('/').to_owned(), text.into_bytes()));
        index.push(Entry { url, updated });
    }
    let text = press.fill("sitemaps.xml", context! { entries => Value::from(Serde(&index)) })?;
    sheets.push(("sitemap.xml".to_owned(), text.into_bytes()));
    Ok(sheets)
}

fn entries(press: &Press<'_>) -> Vec<Entry> {
    let site = press.site;
    let changed = |url: &str| site.changed.get(url).map(ToString::to_string);
    let plain = |url: String| Entry { updated: changed(&url), url };
    let shelves = [
        "/",
        "/topics/",
        "/guides/",
        "/cases/",
        "/laws/",
        "/stations/",
        "/campaigns/",
        "/data/",
        "/statistics/",
        coverage::URL,
    ];
    let mut entries: Vec<Entry> = shelves.into_iter().map(|url| plain(url.to_owned())).collect();
    for topic in &site.topics {
        let days = press.library.guides_on(&topic.slug).iter().filter_map(|guide| day_of(site, guide));
        let updated = days.max().map(|date| date.to_string());
        let pages = 1..=topics::pages_of(press, topic);
        entries.extend(
            pages.map(|number| Entry { url: topics::address(topic, number), updated: updated.clone() }),
        );
    }
    entries.extend((2..=cases::pages_of(press)).map(|number| plain(cases::address(number))));
    entries.extend(
        site.guides.iter().map(|guide| Entry {
            url: guide.url(),
            updated: day_of(site, guide).map(|date| date.to_string()),
        }),
    );
    entries.extend(site.cases.iter().map(|case| plain(case.url())));
    entries.extend(site.statutes.iter().map(|statute| plain(statute.url())));
    entries.extend(site.regions.iter().map(|region| plain(region.url.clone())));
    let counties = site.regions.iter().filter(|region| coverage::has_page(press, region));
    entries.extend(counties.map(|county| plain(coverage::address(county))));
    entries.extend(site.stations.iter().map(|station| Entry {
        url: station.url.clone(),
        updated: station.verified.map(|date| date.to_string()).or_else(|| changed(&station.url)),
    }));
    entries.extend(site.campaigns.iter().map(|campaign| plain(campaign.url())));
    entries.extend(site.pages.iter().map(|page| plain(page.url())));
    entries
}

/// As few parts as the protocol allows, in order.
fn parts(entries: &[Entry], base: usize) -> Vec<&[Entry]> {
    let (mut parts, mut start, mut bytes) = (Vec::new(), 0, AROUND_PART);
    for (at, entry) in entries.iter().enumerate() {
        // Escaping can make an address longer, at most by the five characters of each `&amp;`.
        let more = base + entry.url.len() * 6 + AROUND_ENTRY;
        if at - start == MOST_URLS || bytes + more > MOST_BYTES {
            parts.push(&entries[start..at]);
            (start, bytes) = (at, AROUND_PART);
        }
        bytes += more;
    }
    parts.push(&entries[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(count: usize, length: usize) -> Vec<Entry> {
        (0..count).map(|at| Entry { url: format!("/{at:0length$}/"), updated: None }).collect()
    }

    #[test]
    fn a_part_is_as_long_as_may_be_and_not_longer() {
        for (count, length, expected) in
            [(1, 5, 1), (50_000, 5, 1), (50_001, 5, 2), (120_000, 5, 3), (50_000, 400, 3)]
        {
            let entries = many(count, length);
            let parts = parts(&entries, 25);
            assert_eq!(parts.len(), expected, "{count} of {length}");
            assert_eq!(parts.concat(), entries);
            assert!(parts.iter().all(|part| part.len() <= MOST_URLS));
        }
    }
}
