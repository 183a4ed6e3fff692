//! The home page: what to dial, a search box, three doors, what people ask.

use std::collections::BTreeMap;

use serde::Serialize;

use super::regions::{OnDuty, duties};
use super::topics::Shelf;
use crate::render::links::Link;
use crate::render::press::{Head, Page, Press, Sheet};
use crate::render::structured;

/// Stations whose duty days stand on the page; those of a division are on its own page.
const MOST_DUTIES: usize = 4;

/// `/`
#[derive(Debug, Serialize)]
pub(super) struct HomePage {
    head: Head,
    guides: usize,
    stations: usize,
    /// One question of each topic, and the guide that answers it.
    asked: Vec<Link>,
    topics: Vec<Shelf>,
    /// The year's dates in the order of the calendar: a build knows no today.
    days: Vec<Date>,
    /// Who is where on which days, in the division that the site is for.
    duties: Vec<OnDuty>,
    /// Where all of those days are.
    more_duties: Option<String>,
}

#[derive(Debug, Serialize)]
struct Date {
    when: String,
    title: String,
    url: String,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![press.print(&HomePage::new(press))?])
}

impl HomePage {
    fn new(press: &Press<'_>) -> Self {
        let site = press.site;
        let days = site.campaigns.iter().map(|campaign| Date {
            when: short(campaign.dates.starts()),
            title: campaign.title.clone(),
            url: campaign.url(),
        });
        let here = press.library.region(&site.settings.region).or_else(|| press.library.outermost().next());
        let on_duty = here.and_then(|region| press.library.on_duty().get(&region.code));
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for slug in site.guides.iter().flat_map(|guide| &guide.related) {
            *named.entry(slug).or_default() += 1;
        }
        Self {
            head: Head {
                url: "/".to_owned(),
                description: site.settings.description.clone(),
                listed: true,
                data: structured::block(press, vec![structured::website(press)], &[]),
                scripts: &["search"],
                ..Head::default()
            },
            guides: site.guides.len(),
            stations: site.stations.len(),
            asked: site.topics.iter().filter_map(|topic| question(press, &topic.slug, &named)).collect(),
            topics: site.topics.iter().map(Shelf::new).collect(),
            days: days.collect(),
            duties: on_duty.map(|stations| duties(stations, MOST_DUTIES)).unwrap_or_default(),
            more_duties: on_duty.and(here).map(|region| region.url.clone()),
        }
    }
}

/// The first question of the guide on a shelf that most others lead on to, of equals the first: what many come for, not what
/// comes first in the alphabet. `named`: how many others lead on to a guide, by its slug.
fn question(press: &Press<'_>, topic: &str, named: &BTreeMap<&str, usize>) -> Option<Link> {
    let asked = press.library.guides_on(topic).iter().filter(|guide| !guide.asked.is_empty());
    let guide = asked.rev().max_by_key(|guide| named.get(guide.slug.as_str()))?;
    let question = guide.asked.first()?;
    Some(Link::new(question, guide.url()).with_note(guide.title.clone()))
}

fn short((month, day): (i8, i8)) -> String {
    format!("{month} 月 {day} 日")
}

impl Page for HomePage {
    const TEMPLATE: &'static str = "home.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}
