//! 一小时服务圈: how long people of each village need to the nearest station that takes them in person.
//!
//! Start at [`Coverage::of`]. It is arithmetic on published records: the straight line to the nearest station, made longer by
//! a stated factor and gone at a stated speed ([`Circle`]), which is an estimate and says so wherever it is shown. A village
//! of which nobody knows where it is is never counted as reached. A confidential station has no position, so it can neither
//! count nor appear. [`table`] writes the numbers down.

pub mod table;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use search::record::{Place, Station};
use search::region::{Level, Region, RegionCode};
use search::stations::{StationFilter, StationIndex};
use search::vocabulary::StationKind;

/// How far an hour reaches, and which stations count.
#[derive(Debug, Clone, PartialEq)]
pub struct Circle {
    /// On the way, waiting left out. 20 is what the lowest class of public road is laid out for and a little less than an
    /// electric bicycle may go.
    pub speed_km_h: f64,
    /// How much longer the way is than the straight line.
    pub detour: f64,
    /// Which kinds of station count, in the order of the vocabulary.
    pub kinds: Vec<StationKind>,
}

/// The numbers of a site.
#[derive(Debug)]
pub struct Coverage<'a> {
    /// What they rest on.
    pub circle: Circle,
    /// How many stations count.
    pub stations: usize,
    /// How many would, if anybody knew where they are; confidential ones are not among them.
    pub unplaced: usize,
    /// By code.
    pub villages: Vec<Village<'a>>,
    /// The counties that villages and townships lie in, by code. A city without counties stands for itself.
    pub areas: Vec<Area<'a>>,
    /// All of it.
    pub total: Tally,
}

/// A village and the way to its nearest station.
#[derive(Debug, Clone)]
pub struct Village<'a> {
    /// The village.
    pub region: &'a Region,
    /// What it lies in.
    pub township: Option<&'a Region>,
    /// The code of its county.
    pub area: RegionCode,
    /// Where the way begins.
    pub from: Start,
    /// `None`: nobody knows where it is, or there is no station at all.
    pub nearest: Option<Nearest<'a>>,
}

/// Where the way begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the village.
    Village,
    /// At the seat of its township, because the village has no position.
    Township,
    /// Neither has one.
    Unknown,
}

/// The nearest station, and how far it is.
#[derive(Debug, Clone, Copy)]
pub struct Nearest<'a> {
    /// The station.
    pub station: &'a Station,
    /// The straight line in metres.
    pub metres: u32,
    /// On the way, to the whole minute: what is shown is what is counted.
    pub minutes: u32,
}

/// How well a village is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// No more than half an hour.
    HalfHour,
    /// No more than an hour.
    Hour,
    /// More, or there is no station.
    Beyond,
    /// Nobody knows where the village is.
    Unknown,
}

/// A county.
#[derive(Debug)]
pub struct Area<'a> {
    /// It.
    pub region: &'a Region,
    /// All its villages.
    pub tally: Tally,
    /// Its townships with villages, by code.
    pub townships: Vec<(&'a Region, Tally)>,
    /// Its townships of which no village is listed: nothing is known of the people there.
    pub without_villages: Vec<&'a Region>,
}

/// Counts of villages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those whose way begins at the village.
    pub own: Counts,
    /// Those whose way begins at the seat of the township.
    pub by_township: Counts,
    /// Those of which nobody knows where they are.
    pub unknown: usize,
}

/// Counts of villages of which it is known where people start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub villages: usize,
    /// Half an hour or less.
    pub half_hour: usize,
    /// An hour or less; those of half an hour are among them.
    pub hour: usize,
}

impl Default for Circle {
    fn default() -> Self {
        // Who goes to a forensic examiner is sent by the police; a feedback point hears and passes on.
        let is_sent_there = |kind: StationKind| {
            matches!(kind, StationKind::InjuryIdentification | StationKind::FeedbackPoint)
        };
        // A shelter's place is never published.
        let kinds = StationKind::ALL.iter().copied();
        let kinds = kinds.filter(|kind| !is_sent_there(*kind) && *kind != StationKind::Shelter).collect();
        Self { speed_km_h: 20.0, detour: 1.4, kinds }
    }
}

impl Circle {
    /// Speeds that make sense: a slow walk to a fast car.
    pub const SPEEDS: RangeInclusive<f64> = 2.0..=120.0;
    /// Factors that make sense: no way is shorter than the straight line.
    pub const DETOURS: RangeInclusive<f64> = 1.0..=5.0;

    /// How long the way is whose straight line is so long, to the whole minute.
    pub fn minutes(&self, metres: f64) -> u32 {
        let minutes = metres * self.detour * 60.0 / (self.speed_km_h * 1000.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "half of the earth at a crawl"
        )]
        let minutes = minutes.round() as u32;
        minutes
    }

    /// How long the straight line may be for a way of so many minutes, in kilometres.
    pub fn reach_km(&self, minutes: u32) -> f64 {
        f64::from(minutes) / 60.0 * self.speed_km_h / self.detour
    }

    /// Whether a station is one of those that count, wherever it is.
    pub fn takes(&self, station: &Station) -> bool {
        !station.is_confidential() && self.kinds.contains(&station.kind)
    }
}

impl<'a> Coverage<'a> {
    /// The numbers of the villages of `regions` that lie in `only`, or of all of them. Stations count wherever they are.
    /// `regions` are as published, by code.
    pub fn of(
        regions: &'a [Region],
        stations: &'a [Station],
        circle: &Circle,
        only: Option<&RegionCode>,
    ) -> Self {
        let counting: Vec<&Station> = stations.iter().filter(|station| circle.takes(station)).collect();
        let near = Stations::new(&counting);
        let by_code: BTreeMap<&RegionCode, &Region> =
            regions.iter().map(|region| (&region.code, region)).collect();
        let asked = |region: &&Region| only.is_none_or(|only| region.code.is_within(only));
        let villages = regions.iter().filter(|region| region.level == Level::Village).filter(asked);
        let village = |region: &'a Region| {
            let township = region.parent.as_ref().and_then(|code| by_code.get(code).copied());
            let township = township.filter(|above| above.level == Level::Township);
            let (from, at) = match (region.location, township.and_then(|township| township.location)) {
                (Some(at), _) => (Start::Village, Some(at)),
                (None, Some(at)) => (Start::Township, Some(at)),
                (None, None) => (Start::Unknown, None),
            };
            let nearest = at.and_then(|at| near.nearest(at)).map(|(station, metres)| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "half of the earth"
                )]
                let whole = metres.round() as u32;
                Nearest { station, metres: whole, minutes: circle.minutes(metres) }
            });
            Village { region, township, area: area_of(region, &by_code), from, nearest }
        };
        let villages: Vec<Village<'a>> = villages.map(village).collect();
        let mut total = Tally::default();
        for village in &villages {
            total.add(village);
        }
        let stations = counting.iter().filter(|station| station.location().is_some()).count();
        let townships = regions.iter().filter(|region| region.level == Level::Township).filter(asked);
        let areas = areas(&villages, townships, &by_code);
        Self { circle: circle.clone(), stations, unplaced: counting.len() - stations, villages, areas, total }
    }

    /// The villages of each county, by its code.
    pub fn by_area(&self) -> BTreeMap<&RegionCode, Vec<&Village<'a>>> {
        let mut areas: BTreeMap<&RegionCode, Vec<&Village<'a>>> = BTreeMap::new();
        for village in &self.villages {
            areas.entry(&village.area).or_default().push(village);
        }
        areas
    }
}

/// Those of `villages` that are further than `minutes`, or without any station: the worst first. Those of which nobody knows where
/// they are, are not among them.
pub fn gaps<'v, 'a: 'v>(
    villages: impl IntoIterator<Item = &'v Village<'a>>,
    minutes: u32,
) -> Vec<&'v Village<'a>> {
    let is_gap = |village: &&Village<'_>| {
        village.from != Start::Unknown && village.nearest.is_none_or(|nearest| nearest.minutes > minutes)
    };
    let mut gaps: Vec<&Village<'a>> = villages.into_iter().filter(is_gap).collect();
    let far = |village: &Village<'_>| village.nearest.map_or(u32::MAX, |nearest| nearest.metres);
    gaps.sort_by(|a, b| far(b).cmp(&far(a)).then_with(|| a.region.code.cmp(&b.region.code)));
    gaps
}

impl Village<'_> {
    /// How well it is served.
    pub fn reach(&self) -> Reach {
        match (self.from, self.nearest) {
            (Start::Unknown, _) => Reach::Unknown,
            (_, Some(Nearest { minutes: 0..=30, .. })) => Reach::HalfHour,
            (_, Some(Nearest { minutes: 31..=60, .. })) => Reach::Hour,
            _ => Reach::Beyond,
        }
    }
}

impl Tally {
    /// Every village.
    pub fn villages(&self) -> usize {
        self.own.villages + self.by_township.villages + self.unknown
    }

    /// Those within half an hour.
    pub fn half_hour(&self) -> usize {
        self.own.half_hour + self.by_township.half_hour
    }

    /// Those within an hour.
    pub fn hour(&self) -> usize {
        self.own.hour + self.by_township.hour
    }

    /// Those beyond an hour.
    pub fn beyond(&self) -> usize {
        self.villages() - self.hour() - self.unknown
    }

    /// What share so many villages are of all, those that nobody knows the place of included, in whole percent. Never rounded
    /// up: 100 is said only of all.
    pub fn percent(&self, villages: usize) -> usize {
        (villages * 100).checked_div(self.villages()).unwrap_or(0)
    }

    fn add(&mut self, village: &Village<'_>) {
        let counts = match village.from {
            Start::Village => &mut self.own,
            Start::Township => &mut self.by_township,
            Start::Unknown => {
                self.unknown += 1;
                return;
            }
        };
        let reach = village.reach();
        counts.villages += 1;
        counts.half_hour += usize::from(reach <= Reach::HalfHour);
        counts.hour += usize::from(reach <= Reach::Hour);
    }
}

/// The stations that count, ready to be asked which is nearest.
struct Stations<'a> {
    index: StationIndex,
    by_id: BTreeMap<&'a str, &'a Station>,
}

impl<'a> Stations<'a> {
    fn new(counting: &[&'a Station]) -> Self {
        // Nothing but where they are is asked for.
        let bare = |station: &&Station| {
            let place = Place::Public { address: None, location: station.location() };
            Station::new(&station.id, station.kind, station.region.clone(), place)
        };
        let index = StationIndex::new(counting.iter().map(bare).collect(), Vec::new());
        Self { index, by_id: counting.iter().map(|station| (station.id.as_str(), *station)).collect() }
    }

    fn nearest(&self, from: search::coord::Coord) -> Option<(&'a Station, f64)> {
        let near = *self.index.nearest(from, &StationFilter::default(), 1).first()?;
        let id = self.index.station(near.station).id;
        Some((self.by_id.get(id.as_str()).copied()?, near.distance_m))
    }
}

/// The code of the county that a division lies in: the nearest one above it that is no township.
fn area_of(region: &Region, by_code: &BTreeMap<&RegionCode, &Region>) -> RegionCode {
    let above = std::iter::successors(Some(region), |region| by_code.get(region.parent.as_ref()?).copied());
    let mut wide = above.filter(|region| region.level <= Level::County);
    wide.next().map_or_else(|| region.code.clone(), |region| region.code.clone())
}

fn areas<'a>(
    villages: &[Village<'a>],
    townships: impl Iterator<Item = &'a Region>,
    by_code: &BTreeMap<&'a RegionCode, &'a Region>,
) -> Vec<Area<'a>> {
    let mut areas: BTreeMap<RegionCode, Area<'a>> = BTreeMap::new();
    let new = |region| Area {
        region,
        tally: Tally::default(),
        townships: Vec::new(),
        without_villages: Vec::new(),
    };
    for village in villages {
        let Some(region) = by_code.get(&village.area).copied() else { continue };
        let area = areas.entry(village.area.clone()).or_insert_with(|| new(region));
        area.tally.add(village);
        let Some(township) = village.township else { continue };
        // By code, the villages of a township follow each other.
        match area.townships.last_mut().filter(|(last, _)| last.code == township.code) {
            Some((_, tally)) => tally.add(village),
            None => {
                let mut tally = Tally::default();
                tally.add(village);
                area.townships.push((township, tally));
            }
        }
    }
    for township in townships {
        let code = area_of(township, by_code);
        let Some(region) = by_code.get(&code).copied() else { continue };
        let area = areas.entry(code).or_insert_with(|| new(region));
        if area.townships.binary_search_by(|(known, _)| known.code.cmp(&township.code)).is_err() {
            area.without_villages.push(township);
        }
    }
    areas.into_values().collect()
}

#[cfg(test)]
mod tests;
