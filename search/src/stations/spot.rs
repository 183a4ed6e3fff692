//! The place that somebody describes in words: a division (暖溪镇), an address, a landmark that stands in a station's
//! address (第一小学旁).
//!
//! Start at [`StationIndex::spot`]. It knows what the site knows, and asks nobody else: an address of which it knows only
//! the town is that town.

use std::ops::Range;

use super::{StationFilter, StationIndex, StationRef};
use crate::coord::Coord;
use crate::region::{Level, Region, RegionCode};
use crate::text::query::normalised;

/// What a division's name may lack as people say it: 暖溪 for 暖溪镇. Villages share such names with too many words.
const ENDINGS: [&str; 7] = ["镇", "乡", "街道", "县", "区", "市", "省"];

/// What stands around a place's name in speech.
const BEFORE: [&str; 6] = ["我在", "我住", "住在", "就在", "在", "离"];
const AFTER: [&str; 16] = [
    "旁边", "附近", "周边", "对面", "门口", "隔壁", "后面", "前面", "这里", "那里", "这边", "那边", "旁",
    "边", "里", "的",
];

/// The most that is read of what somebody types, in characters.
const READ: usize = 100;

/// Among so many stations one with a position is looked for.
const LOOKED: usize = 32;

/// A place, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// The smallest division that is known to hold it.
    pub region: RegionCode,
    /// Where to measure from: the station's place, or the middle of the division or of one around it. `None` where none of them has one.
    pub at: Option<Coord>,
    /// The station by whose name or address the place was found.
    pub station: Option<StationRef>,
    /// The words that meant nothing here. May be empty.
    pub unknown: String,
}

/// Why a place can't be told from words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpotError {
    /// Nothing in it is known.
    Unknown,
    /// Several divisions have this name: the first of them by code.
    Several(Vec<RegionCode>),
}

/// The names of divisions, in order.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    /// Where each name ends in the text, and the number of its division.
    all: Vec<(u32, u32)>,
}

/// A name that stands in a text.
struct Named {
    bytes: Range<usize>,
    /// Numbers of the divisions that have it.
    regions: Vec<u32>,
}

impl Names {
    pub(super) fn new(regions: &[Region]) -> Self {
        let mut sorted: Vec<(String, u32)> =
            (0..).zip(regions).map(|(number, region)| (normalised(&region.name), number)).collect();
        sorted.retain(|(name, _)| name.chars().nth(1).is_some());
        sorted.sort();
        let mut names = Self::default();
        for (name, number) in sorted {
            names.text.push_str(&name);
            names.all.push((u32::try_from(names.text.len()).unwrap_or(u32::MAX), number));
        }
        names
    }

    fn name(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.all[before].0);
        &self.text[start as usize..self.all[at].0 as usize]
    }

    /// Of names within a range of places, those that sort before.
    fn before(&self, range: &Range<usize>, is_before: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = usize::midpoint(low, high);
            if is_before(self.name(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn called(&self, range: &Range<usize>, name: &str) -> Range<usize> {
        self.before(range, |other| other < name)..self.before(range, |other| other <= name)
    }

    /// The longest name that `text` begins with: its length, and who has it. With `short`, names may lack their ending.
    fn longest(&self, text: &str, short: bool, regions: &[Region]) -> Option<(usize, Vec<u32>)> {
        let mut range = 0..self.all.len();
        let mut longest = None;
        for (start, c) in text.char_indices() {
            let beginning = &text[..start + c.len_utf8()];
            range.start = self.before(&range, |name| name < beginning);
            range.end = self.before(&range, |name| name < beginning || name.starts_with(beginning));
            if range.is_empty() {
                break;
            }
            let mut found: Vec<u32> = self.numbers(&self.called(&range, beginning)).collect();
            if found.is_empty() && short && start > 0 {
                let with = |ending| self.called(&range, &format!("{beginning}{ending}"));
                found = ENDINGS.into_iter().flat_map(|ending| self.numbers(&with(ending))).collect();
                found.retain(|&number| regions[number as usize].level < Level::Village);
            }
            if !found.is_empty() {
                longest = Some((beginning.len(), found));
            }
        }
        longest
    }

    fn numbers(&self, range: &Range<usize>) -> impl Iterator<Item = u32> + use<'_> {
        self.all[range.clone()].iter().map(|&(_, number)| number)
    }

    /// The names in a text, from its start on, none over another.
    fn within(&self, text: &str, short: bool, regions: &[Region]) -> Vec<Named> {
        let mut named = Vec::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            match self.longest(&text[at..], short, regions) {
                Some((length, regions)) => {
                    named.push(Named { bytes: at..at + length, regions });
                    at += length;
                }
                None => at += c.len_utf8(),
            }
        }
        named
    }
}

impl StationIndex {
    /// The place that `words` describe, looked for in a division where one is given.
    ///
    /// Names of divisions may lack their last word above villages (暖溪 for 暖溪镇) and stand one after the other, wider
    /// ones first. What is left is looked for in the names and addresses of public stations.
    pub fn spot(&self, words: &str, within: Option<&RegionCode>) -> Result<Spot, SpotError> {
        let text: String = normalised(words).chars().filter(|c| !c.is_whitespace()).take(READ).collect();
        let mut error = SpotError::Unknown;
        let mut best: Option<Spot> = None;
        for short in [false, true] {
            let (regions, rest) = self.divisions_named(&text, short, within);
            let region = match regions.as_slice() {
                [] => within.cloned(),
                [one] => Some(one.clone()),
                [_, ..] => {
                    error = SpotError::Several(regions.into_iter().take(8).collect());
                    continue;
                }
            };
            if let Some((station, left)) = self.landmark(&rest, region.as_ref()) {
                let found = self.station(station);
                return Ok(Spot {
                    region: found.region.clone(),
                    at: found.location(),
                    station: Some(station),
                    unknown: left,
                });
            }
            let is_named = region.is_some() && region.as_ref() != within;
            if let Some(region) = region.filter(|_| is_named) {
                let spot = Spot { at: self.middle(&region), region, station: None, unknown: rest };
                best = best.filter(|best| best.unknown.len() <= spot.unknown.len()).or(Some(spot));
            }
        }
        best.ok_or(error)
    }

    /// The innermost divisions that a text names, and what else it says.
    fn divisions_named(
        &self,
        text: &str,
        short: bool,
        within: Option<&RegionCode>,
    ) -> (Vec<RegionCode>, String) {
        let mut innermost: Vec<RegionCode> = within.into_iter().cloned().collect();
        let mut rest = String::new();
        let (mut at, mut is_named) = (0, false);
        for named in self.names.within(text, short, &self.regions) {
            let codes = named.regions.iter().map(|&number| &self.regions[number as usize].code);
            let fits = |code: &&RegionCode| {
                innermost.is_empty() || innermost.iter().any(|outer| code.is_within(outer))
            };
            let inner: Vec<RegionCode> = codes.filter(fits).cloned().collect();
            if inner.is_empty() {
                continue;
            }
            (innermost, is_named) = (inner, true);
            rest.push_str(&text[at..named.bytes.start]);
            at = named.bytes.end;
        }
        rest.push_str(&text[at..]);
        (if is_named { innermost } else { Vec::new() }, bare(&rest).to_owned())
    }

    /// A public station whose name or address holds the words, or all but the number, and the words it lacks.
    fn landmark(&self, words: &str, region: Option<&RegionCode>) -> Option<(StationRef, String)> {
        let number = |c: char| c.is_ascii_digit();
        let without_number = bare(words.split(number).next().unwrap_or_default());
        let tries = [words, without_number];
        // A number by itself is on every road.
        let is_name = |words: &&str| words.chars().filter(|&c| !number(c) && c != '号').nth(1).is_some();
        tries.into_iter().filter(is_name).find_map(|tried| {
            let (station, _) = self.at_landmark(tried, region)?;
            Some((station, words.replacen(tried, "", 1)))
        })
    }

    fn at_landmark(&self, words: &str, region: Option<&RegionCode>) -> Option<(StationRef, Coord)> {
        let text = Some(words.to_owned());
        let filter = StationFilter { region: region.cloned(), text, ..StationFilter::default() };
        let (stations, _) = self.list(&filter, 0, LOOKED);
        stations.into_iter().find_map(|station| Some((station, self.station(station).location()?)))
    }

    /// The middle of a division, or else a station in it, or else the middle of one around it.
    fn middle(&self, region: &RegionCode) -> Option<Coord> {
        let own = |code: &RegionCode| self.region(code).and_then(|region| region.location);
        let of_station = || {
            let filter = StationFilter { region: Some(region.clone()), ..StationFilter::default() };
            let (stations, _) = self.list(&filter, 0, LOOKED);
            stations.into_iter().find_map(|station| self.station(station).location())
        };
        own(region).or_else(of_station).or_else(|| region.ancestry().find_map(|around| own(&around)))
    }
}

/// Without the words that stand around a place's name.
fn bare(mut words: &str) -> &str {
    loop {
        let before = words;
        words = words.trim_matches(|c: char| !c.is_alphanumeric());
        words = BEFORE.into_iter().find_map(|word| words.strip_prefix(word)).unwrap_or(words);
        words = AFTER.into_iter().find_map(|word| words.strip_suffix(word)).unwrap_or(words);
        if words.len() == before.len() {
            return words;
        }
    }
}
