//! Finding stations by place.
//!
//! Start at [`StationIndex`]. A station whose place is confidential has no position here and is never found by
//! distance; [`StationIndex::confidential_for`] gives its telephone to the people of its division.

use rstar::RTree;
use rstar::primitives::GeomWithData;

use crate::coord::{Coord, EARTH_RADIUS_M};
use crate::record::Station;
use crate::region::{Level, Region, RegionCode};
use crate::text::query::normalised;
use crate::vocabulary::{Service, StationKind};

/// The stations and divisions of a bundle, ready to be asked.
#[derive(Debug)]
pub struct StationIndex {
    /// By id, so that a smaller position means a smaller id.
    stations: Vec<Station>,
    /// What the text of a filter is looked for in, one per station.
    words: Vec<Box<str>>,
    /// Positions in `stations`, outermost level first, then by name and id.
    listed: Vec<usize>,
    /// The public locations on the unit sphere, each with its position in `stations`.
    places: RTree<GeomWithData<[f64; 3], usize>>,
    /// By code.
    regions: Vec<Region>,
}

/// Which stations are wanted. Nothing set means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StationFilter {
    /// Those of this division and the ones within it.
    pub region: Option<RegionCode>,
    /// Those of this sort.
    pub kind: Option<StationKind>,
    /// Those that do this.
    pub service: Option<Service>,
    /// Those of this level of the network.
    pub level: Option<Level>,
    /// Those whose name, sort, divisions or address hold each of these words.
    pub text: Option<String>,
}

/// A station and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near<'a> {
    /// The station.
    pub station: &'a Station,
    /// Great-circle distance in metres.
    pub distance_m: f64,
}

impl StationIndex {
    /// Takes the stations and divisions of a bundle, in any order.
    pub fn new(mut stations: Vec<Station>, mut regions: Vec<Region>) -> Self {
        stations.sort_by(|a, b| a.id.cmp(&b.id));
        regions.sort_by(|a, b| a.code.cmp(&b.code));
        let words = stations.iter().map(words_of).collect();
        let mut listed: Vec<usize> = (0..stations.len()).collect();
        listed.sort_by_key(|&at| (stations[at].level, &stations[at].name, at));
        let places = stations
            .iter()
            .enumerate()
            .filter_map(|(at, station)| Some(GeomWithData::new(station.location()?.on_unit_sphere(), at)));
        let places = RTree::bulk_load(places.collect());
        Self { stations, words, listed, places, regions }
    }

    /// The station of this id.
    pub fn get(&self, id: &str) -> Option<&Station> {
        let at = self.stations.binary_search_by(|station| station.id.as_str().cmp(id)).ok()?;
        Some(&self.stations[at])
    }

    /// Every station, by id.
    pub fn all(&self) -> &[Station] {
        &self.stations
    }

    /// Every division, by code.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The division of this code.
    pub fn region(&self, code: &RegionCode) -> Option<&Region> {
        let at = self.regions.binary_search_by(|region| region.code.cmp(code)).ok()?;
        Some(&self.regions[at])
    }

    /// The wanted stations nearest to `from`, nearest first; what is equally far to the millimetre goes by id.
    ///
    /// Only stations with a public location can be near. Exact at every latitude and across the antimeridian.
    pub fn nearest(&self, from: Coord, filter: &StationFilter, limit: usize) -> Vec<Near<'_>> {
        let wanted = Wanted::new(filter);
        let mut found: Vec<(u64, usize, f64)> = Vec::new();
        if limit == 0 {
            return Vec::new();
        }
        for (place, chord_2) in self.places.nearest_neighbor_iter_with_distance_2(from.on_unit_sphere()) {
            let distance_m = great_circle_m(chord_2);
            let millimetres = to_millimetres(distance_m);
            // Stations come in the order of their distance. Those as far as the last one are still to be ranked by id.
            if found.len() >= limit && millimetres > found[limit - 1].0 {
                break;
            }
            if wanted.takes(&self.stations[place.data], &self.words[place.data]) {
                found.push((millimetres, place.data, distance_m));
            }
        }
        found.sort_by_key(|&(millimetres, at, _)| (millimetres, at));
        found.truncate(limit);
        found.iter().map(|&(_, at, distance_m)| Near { station: &self.stations[at], distance_m }).collect()
    }

    /// A page of the wanted stations, outermost level first, then by name; and how many there are in all.
    pub fn list(&self, filter: &StationFilter, offset: usize, limit: usize) -> (Vec<&Station>, usize) {
        let wanted = Wanted::new(filter);
        let mut total = 0;
        let mut page = Vec::new();
        for &at in &self.listed {
            if wanted.takes(&self.stations[at], &self.words[at]) {
                if total >= offset && page.len() < limit {
                    page.push(&self.stations[at]);
                }
                total += 1;
            }
        }
        (page, total)
    }

    /// The confidential stations that people of `region` can call: those of the smallest division around it that has
    /// any, or all of them when no division is given. They are in the order of [`list`](Self::list).
    pub fn confidential_for(&self, region: Option<&RegionCode>) -> Vec<&Station> {
        let confidential: Vec<&Station> = self
            .listed
            .iter()
            .map(|&at| &self.stations[at])
            .filter(|station| station.is_confidential())
            .collect();
        let Some(region) = region else { return confidential };
        let within = |division: RegionCode| -> Vec<&Station> {
            confidential.iter().copied().filter(|station| station.region.is_within(&division)).collect()
        };
        region.ancestry().map(within).find(|stations| !stations.is_empty()).unwrap_or_default()
    }
}

/// A filter with its text put in order once.
struct Wanted<'a> {
    filter: &'a StationFilter,
    words: Vec<String>,
}

impl<'a> Wanted<'a> {
    fn new(filter: &'a StationFilter) -> Self {
        let text = normalised(filter.text.as_deref().unwrap_or_default());
        Self { filter, words: text.split(' ').map(str::to_owned).collect() }
    }

    fn takes(&self, station: &Station, words: &str) -> bool {
        let filter = self.filter;
        filter.region.as_ref().is_none_or(|region| station.region.is_within(region))
            && filter.kind.is_none_or(|kind| station.kind == kind)
            && filter.service.is_none_or(|service| station.services.contains(&service))
            && filter.level.is_none_or(|level| station.level == level)
            && self.words.iter().all(|word| words.contains(word.as_str()))
    }
}

/// What is public about a station in words. A confidential one has no address to hold.
fn words_of(station: &Station) -> Box<str> {
    let parts = [station.name.as_str(), station.kind.chinese(), station.address().unwrap_or_default()];
    let parts: Vec<&str> = parts.into_iter().chain(station.region_names.iter().map(String::as_str)).collect();
    // A line break can't be typed into a filter, so no word is found across two parts.
    parts.into_iter().map(normalised).collect::<Vec<_>>().join("\n").into_boxed_str()
}

/// The way over the ground between two points of the unit sphere whose straight-line distance, squared, is given.
fn great_circle_m(chord_2: f64) -> f64 {
    let half_chord = libm::sqrt(chord_2) / 2.0;
    2.0 * EARTH_RADIUS_M * libm::asin(half_chord.min(1.0))
}

fn to_millimetres(distance_m: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2.1e10 millimetres")]
    let millimetres = libm::round(distance_m * 1000.0) as u64;
    millimetres
}
