//! What belongs to what: lookups over the site that several pages need.

use std::collections::BTreeMap;

use search::record::Station;
use search::region::{Region, RegionCode};

use super::calendar::has_calendar;
use super::links::Link;
use crate::model::{CaseHead, Citation, GuideHead, Site, Statute, Topic};

/// What stands on a shelf.
#[derive(Default)]
struct Shelf<'a> {
    guides: Vec<&'a GuideHead>,
    cases: Vec<&'a CaseHead>,
}

/// Indexes over a [`Site`]. Order is always that of the site.
pub(super) struct Library<'a> {
    site: &'a Site,
    guides: BTreeMap<&'a str, &'a GuideHead>,
    on_shelf: BTreeMap<&'a str, Shelf<'a>>,
    cases_for: BTreeMap<&'a str, Vec<&'a CaseHead>>,
    topics: BTreeMap<&'a str, &'a Topic>,
    statutes: BTreeMap<&'a str, &'a Statute>,
    stations: BTreeMap<&'a str, &'a Station>,
    regions: BTreeMap<&'a RegionCode, &'a Region>,
    in_region: BTreeMap<&'a RegionCode, Vec<&'a Station>>,
    within: BTreeMap<&'a RegionCode, Vec<&'a Region>>,
    on_duty: BTreeMap<RegionCode, Vec<&'a Station>>,
}

impl<'a> Library<'a> {
    /// Puts `site` in order.
    pub(super) fn new(site: &'a Site) -> Self {
        let mut library = Self {
            site,
            guides: site.guides.iter().map(|guide| (guide.slug.as_str(), guide.as_ref())).collect(),
            on_shelf: BTreeMap::new(),
            cases_for: BTreeMap::new(),
            topics: site.topics.iter().map(|topic| (topic.slug.as_str(), topic)).collect(),
            statutes: site.statutes.iter().map(|statute| (statute.slug.as_str(), statute)).collect(),
            stations: site.stations.iter().map(|station| (station.id.as_str(), station)).collect(),
            regions: site.regions.iter().map(|region| (&region.code, region)).collect(),
            in_region: BTreeMap::new(),
            within: BTreeMap::new(),
            on_duty: BTreeMap::new(),
        };
        for station in site.stations.iter().filter(|station| has_calendar(station)) {
            for code in station.region.ancestry() {
                library.on_duty.entry(code).or_default().push(station);
            }
        }
        for guide in &site.guides {
            library.on_shelf.entry(&guide.topic).or_default().guides.push(guide);
        }
        for case in &site.cases {
            library.on_shelf.entry(&case.topic).or_default().cases.push(case);
            for guide in &case.guides {
                library.cases_for.entry(guide).or_default().push(case);
            }
        }
        for station in &site.stations {
            library.in_region.entry(&station.region).or_default().push(station);
        }
        for stations in library.in_region.values_mut() {
            stations.sort_by_key(|station| (station.level, station.kind, station.id.as_str()));
        }
        for region in &site.regions {
            if let Some(parent) = &region.parent {
                library.within.entry(parent).or_default().push(region);
            }
        }
        library
    }

    /// The guide of this slug.
    pub(super) fn guide(&self, slug: &str) -> Option<&'a GuideHead> {
        self.guides.get(slug).copied()
    }

    /// The topic of this slug.
    pub(super) fn topic(&self, slug: &str) -> Option<&'a Topic> {
        self.topics.get(slug).copied()
    }

    /// The statute of this slug.
    pub(super) fn statute(&self, slug: &str) -> Option<&'a Statute> {
        self.statutes.get(slug).copied()
    }

    /// The station of this id.
    pub(super) fn station(&self, id: &str) -> Option<&'a Station> {
        self.stations.get(id).copied()
    }

    /// The published division of this code.
    pub(super) fn region(&self, code: &RegionCode) -> Option<&'a Region> {
        self.regions.get(code).copied()
    }

    /// The published divisions that `code` lies in, outermost first, itself left out.
    pub(super) fn regions_above(&self, code: &RegionCode) -> Vec<&'a Region> {
        let mut above: Vec<_> = code.ancestry().skip(1).filter_map(|code| self.region(&code)).collect();
        above.reverse();
        above
    }

    /// The divisions directly in `code`.
    pub(super) fn regions_in(&self, code: &RegionCode) -> &[&'a Region] {
        self.within.get(code).map_or(&[], Vec::as_slice)
    }

    /// The outermost divisions.
    pub(super) fn outermost(&self) -> impl Iterator<Item = &'a Region> + use<'a> {
        self.site.regions.iter().filter(|region| region.parent.is_none())
    }

    /// The stations that serve exactly this division.
    pub(super) fn stations_of(&self, code: &RegionCode) -> &[&'a Station] {
        self.in_region.get(code).map_or(&[], Vec::as_slice)
    }

    /// The stations of this division and of all that lie in it.
    pub(super) fn stations_within(&self, region: &Region) -> Vec<&'a Station> {
        let below = self.regions_in(&region.code).iter().flat_map(|child| self.stations_within(child));
        self.stations_of(&region.code).iter().copied().chain(below).collect()
    }

    /// The stations that have duty days, by every division that they lie in.
    pub(super) fn on_duty(&self) -> &BTreeMap<RegionCode, Vec<&'a Station>> {
        &self.on_duty
    }

    /// The guides on a shelf.
    pub(super) fn guides_on(&self, topic: &str) -> &[&'a GuideHead] {
        self.on_shelf.get(topic).map_or(&[], |shelf| &shelf.guides)
    }

    /// The digests on a shelf.
    pub(super) fn cases_on(&self, topic: &str) -> &[&'a CaseHead] {
        self.on_shelf.get(topic).map_or(&[], |shelf| &shelf.cases)
    }

    /// The digests that point at a guide.
    pub(super) fn cases_for(&self, guide: &str) -> &[&'a CaseHead] {
        self.cases_for.get(guide).map_or(&[], Vec::as_slice)
    }

    /// Links to guides. A slug that is not known is passed over: `check` has reported it.
    pub(super) fn guide_links(&self, slugs: &[String]) -> Vec<Link> {
        let guides = slugs.iter().filter_map(|slug| self.guide(slug));
        guides.map(guide_link).collect()
    }

    /// What a citation says and where it leads.
    pub(super) fn citation(&self, citation: &Citation) -> Option<Link> {
        let statute = self.statute(&citation.statute)?;
        let article = citation.article.map(|article| article.to_string()).unwrap_or_default();
        Some(Link::new(format!("《{}》{article}", statute.short_title()), citation.url()))
    }

    /// Whether a look at this digest over her shoulder could put her in danger.
    pub(super) fn is_sensitive(&self, case: &CaseHead) -> bool {
        let in_danger = self.topic(&case.topic).is_some_and(|topic| topic.emergency);
        in_danger || case.guides.iter().filter_map(|slug| self.guide(slug)).any(|guide| guide.sensitive)
    }
}

/// A link to a guide with its summary.
pub(super) fn guide_link(guide: &GuideHead) -> Link {
    Link::new(&guide.title, guide.url()).with_note(guide.summary.clone())
}

/// A link to a digest with its summary.
pub(super) fn case_link(case: &CaseHead) -> Link {
    Link::new(&case.title, case.url()).with_note(case.summary.clone())
}
