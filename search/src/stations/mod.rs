//! Finding stations by place.
//!
//! Start at [`StationIndex`]. What it promises: the nearest are the nearest everywhere on earth, to the millimetre and then
//! by id; a filter makes it faster, not slower; thousands of stations on one point are no trouble; nothing looks at every
//! station but a filter with words or a moment. A station whose place is confidential has no position here and is never found by
//! distance; [`StationIndex::confidential_for`] gives its telephone to the people of its division.
//!
//! [`store`] keeps the stations in little room and is their file, [`tree`] finds the nearest, with [`few`] where few fit,
//! [`lists`] counts and pages,
//! [`traits`] turns filters into numbers that both can compare, [`words`] holds what is found by words, [`open`] knows who
//! is open when, [`spot`] finds the place that somebody describes.

mod few;
mod lists;
mod open;
mod spot;
mod store;
mod traits;
mod tree;
mod words;

use std::panic::resume_unwind;

use jiff::civil::DateTime;

use crate::coord::Coord;
use crate::hours::holidays::Holidays;
use crate::record::Station;
use crate::region::{Level, Region, RegionCode};
use crate::text::query::normalised;
use crate::vocabulary::{Audience, Facility, Profession, Service, StationKind};
use lists::{Lists, WhyApart};
use open::{Moment, Opening};
use spot::Names;
pub use spot::{Spot, SpotError};
pub use store::StoreError;
use store::{Row, RowPlace, Store};
use traits::{Rows, Terms, Wanted, key};
use tree::{Point, Source, Tree};
use words::Words;

/// The stations and divisions of a bundle, ready to be asked.
#[derive(Debug)]
pub struct StationIndex {
    /// By id, so that a smaller number means a smaller id.
    stations: Store,
    words: Words,
    opening: Opening,
    names: Names,
    terms: Terms,
    /// Outermost level first, then by name and id.
    lists: Lists,
    /// The public locations.
    tree: Tree,
    /// By code.
    regions: Vec<Region>,
    /// What timetables go by.
    holidays: Holidays,
}

/// Which stations are wanted. Nothing set means all; what is set must all be so.
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
    /// Those that have each of these.
    pub facilities: Vec<Facility>,
    /// Those that are for these people: they are named, or everyone is, or nobody is.
    pub audience: Option<Audience>,
    /// Those that visit these people at home: they are named, or everyone is.
    pub home_visit: Option<Audience>,
    /// Those where somebody is this by profession.
    pub profession: Option<Profession>,
    /// Those where somebody knows this topic best, by its slug. With a profession too, it has to be the same person.
    pub topic: Option<String>,
    /// Those where this is spoken besides 普通话, named as they name it.
    pub language: Option<String>,
    /// Those that are open then, by the clock on the wall there.
    pub open_at: Option<DateTime>,
    /// Those whose name, sort, divisions or address hold each of these words.
    pub text: Option<String>,
}

/// Which station of the index that gave it. [`StationIndex::station`] says the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StationRef(u32);

/// A station and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// The station.
    pub station: StationRef,
    /// Great-circle distance in metres.
    pub distance_m: f64,
}

impl StationIndex {
    /// Takes the stations and divisions of a bundle, in any order. Ids are unique; all stations take less than 4 GB.
    ///
    /// # Panics
    ///
    /// Only if this program can't read what it writes, which its tests rule out.
    pub fn new(stations: Vec<Station>, regions: Vec<Region>) -> Self {
        Self::from_bytes(Self::file_of(stations), regions).expect("what this program writes it can read")
    }

    /// The stations as a file, which [`StationIndex::from_bytes`] opens. The same stations make the same bytes on every
    /// machine, whatever order they are in.
    pub fn file_of(mut stations: Vec<Station>) -> Vec<u8> {
        stations.sort_by(|a, b| a.id.cmp(&b.id));
        store::file(&stations)
    }

    /// Opens what [`StationIndex::file_of`] gave, with the divisions of the same bundle. Fails unless it is sound from end
    /// to end.
    pub fn from_bytes(file: Vec<u8>, regions: Vec<Region>) -> Result<Self, StoreError> {
        Self::of(Store::open(file)?, regions)
    }

    /// The sum that such a file has of what follows it. It shows damage; it does not keep out a forger.
    pub fn sum(body: &[u8]) -> u64 {
        store::sum(body)
    }

    fn of(stations: Store, mut regions: Vec<Region>) -> Result<Self, StoreError> {
        regions.sort_by(|a, b| a.code.cmp(&b.code));
        // Two walks over the same stations, each for half of what is wanted, and then what needs both: a country's server
        // starts on two cores.
        let (placed, written) = both(|| Placed::of(&stations), || Written::of(&stations));
        let Placed { terms, rows, divisions, points, apart } = placed?;
        let Written { words, mut opening, listed } = written?;
        let order = stations.order(points.len())?;
        let source = Source {
            points: &points,
            order: &order,
            regions: &divisions,
            provinces: terms.provinces(),
            traits: &rows,
        };
        let why_apart =
            |at: u32| Some(apart[apart.binary_search_by_key(&at, |&(station, _)| station).ok()?].1);
        let (tree, lists) =
            both(|| Tree::new(&source), || Lists::new(in_order(listed), &divisions, &rows, why_apart));
        opening.set_points(tree.stations());
        let names = Names::new(&regions);
        let holidays = Holidays::known().clone();
        Ok(Self { stations, words, opening, names, terms, lists, tree, regions, holidays })
    }

    /// The same stations with the holidays of their site; before, those that this program knows.
    #[must_use]
    pub fn with_holidays(mut self, holidays: Holidays) -> Self {
        self.opening.forget();
        self.holidays = holidays;
        self
    }

    /// What timetables go by.
    pub fn holidays(&self) -> &Holidays {
        &self.holidays
    }

    /// The station of this id.
    pub fn get(&self, id: &str) -> Option<Station> {
        Some(self.station(StationRef(u32::try_from(self.stations.find(id)?).ok()?)))
    }

    /// The id of the station that this index gave; nothing else of it is read.
    pub fn id(&self, station: StationRef) -> &str {
        self.stations.names(station.0 as usize).map_or("", |(id, _)| id)
    }

    /// The station that this index gave.
    ///
    /// # Panics
    ///
    /// Where it is of an index with more stations.
    pub fn station(&self, station: StationRef) -> Station {
        // Each was read once when the index was opened.
        self.stations.read(station.0 as usize).expect("a station of this index")
    }

    /// How many stations there are.
    pub fn len(&self) -> usize {
        self.stations.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
    pub fn nearest(&self, from: Coord, filter: &StationFilter, limit: usize) -> Vec<Near> {
        let asked = self.asked(filter);
        if asked.wanted.is_nothing() {
            return Vec::new();
        }
        let found = self.tree.nearest(&tree::Asked {
            from: from.on_unit_sphere(),
            limit,
            wanted: &asked.wanted,
            moment: asked.moment.as_ref(),
            accepts: |at| asked.accepts_whenever(at),
        });
        let near =
            |found: tree::Found| Near { station: StationRef(found.station), distance_m: found.distance_m() };
        found.into_iter().map(near).collect()
    }

    /// A page of the wanted stations, outermost level first, then by name; and how many there are in all.
    pub fn list(&self, filter: &StationFilter, offset: usize, limit: usize) -> (Vec<StationRef>, usize) {
        let asked = self.asked(filter);
        if asked.wanted.is_nothing() {
            return (Vec::new(), 0);
        }
        let chosen = self.lists.chosen(&asked.wanted, asked.is_picky().then_some(|at| asked.accepts(at)));
        (chosen.page(offset, limit).into_iter().map(StationRef).collect(), chosen.count())
    }

    /// How many stations are wanted.
    pub fn count(&self, filter: &StationFilter) -> usize {
        let asked = self.asked(filter);
        match &asked.moment {
            // What is open alone is known without looking at each.
            Some(moment) if asked.is_only_moment() => moment.count(),
            None if asked.is_everything() => self.len(),
            _ => self.list(filter, 0, 0).1,
        }
    }

    /// The confidential stations that people of `region` can call: those of the smallest division around it that has
    /// any, or all of them when no division is given; in both cases such as `filter` takes, whatever region and words it
    /// has. The first `most` of them in the order of [`list`](Self::list).
    pub fn confidential_for(
        &self,
        region: Option<&RegionCode>,
        filter: &StationFilter,
        most: usize,
    ) -> Vec<StationRef> {
        let asked = self.asked(&StationFilter { region: None, text: None, ..filter.clone() });
        if asked.wanted.is_nothing() {
            return Vec::new();
        }
        let within = |regions| {
            self.lists.apart(WhyApart::Confidential, regions, &asked.wanted, |at| asked.accepts(at), most)
        };
        let found = match region {
            None => within(None),
            Some(region) => {
                let around = region.ancestry().map(|division| within(Some(self.terms.within(&division))));
                around.into_iter().find(|stations| !stations.is_empty()).unwrap_or_default()
            }
        };
        found.into_iter().map(StationRef).collect()
    }

    /// The stations of `region` that anybody may come to but that nobody has placed on the map, such as `filter` takes,
    /// whatever region it has: they are near nobody by [`nearest`](Self::nearest). The first `most` in the order of
    /// [`list`](Self::list).
    pub fn unplaced_in(&self, region: &RegionCode, filter: &StationFilter, most: usize) -> Vec<StationRef> {
        let asked = self.asked(&StationFilter { region: None, ..filter.clone() });
        if asked.wanted.is_nothing() {
            return Vec::new();
        }
        let within = Some(self.terms.within(region));
        let found = self.lists.apart(WhyApart::Unplaced, within, &asked.wanted, |at| asked.accepts(at), most);
        found.into_iter().map(StationRef).collect()
    }

    /// The languages that are spoken anywhere besides 普通话, in order of their names.
    pub fn languages(&self) -> impl Iterator<Item = &str> + Clone {
        self.terms.languages()
    }

    fn asked(&self, filter: &StationFilter) -> Asked<'_> {
        let text = filter.text.as_deref().map(normalised).unwrap_or_default();
        let words = text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let moment = filter.open_at.map(|at| self.opening.at(at, self.stations.hours(), &self.holidays));
        Asked { index: self, wanted: self.terms.wanted(filter), words, moment }
    }
}

/// What two threads give.
fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        (one(), other.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// Where stations are, and what they have in common.
struct Placed {
    terms: Terms,
    rows: Rows,
    /// The number of each one's division.
    divisions: Vec<u32>,
    points: Vec<Point>,
    /// Those that are nowhere on the map, in order.
    apart: Vec<(u32, WhyApart)>,
}

impl Placed {
    /// Fails unless every station can be read and their ids go up.
    fn of(stations: &Store) -> Result<Self, StoreError> {
        let (mut terms, mut rows, mut apart) = (Terms::default(), Rows::default(), Vec::new());
        let (mut keys, mut points) = (Vec::with_capacity(stations.len()), Vec::with_capacity(stations.len()));
        let (mut row, mut before) = (Row::default(), None);
        for at in (0..).take(stations.len()) {
            stations.fill(&mut row, at as usize)?;
            if before >= Some(row.id) {
                return Err(StoreError::Damaged);
            }
            before = Some(row.id);
            terms.add(at, &row, stations, &mut rows);
            keys.push(key(row.region));
            match row.place {
                RowPlace::Public { location: Some(place), .. } => {
                    points.push(Point { at: place.on_unit_sphere(), station: at });
                }
                RowPlace::Public { location: None, .. } => apart.push((at, WhyApart::Unplaced)),
                RowPlace::Confidential(_) => apart.push((at, WhyApart::Confidential)),
            }
        }
        let divisions = terms.set_regions(&keys);
        Ok(Self { terms, rows, divisions, points, apart })
    }
}

/// What is written about stations, and when they are open.
struct Written<'s> {
    words: Words,
    opening: Opening,
    /// What lists go by.
    listed: Vec<Listed<'s>>,
}

/// Level, name and number of a station.
type Listed<'s> = (Level, &'s str, u32);

/// Outermost level first, then by name and id.
fn in_order(mut listed: Vec<Listed<'_>>) -> Vec<u32> {
    listed.sort_unstable();
    listed.into_iter().map(|(_, _, at)| at).collect()
}

impl<'s> Written<'s> {
    fn of(stations: &'s Store) -> Result<Self, StoreError> {
        let mut words = Words::new(stations.len());
        let mut opening = Opening::new(stations.len(), stations.hours().len());
        let mut listed = Vec::with_capacity(stations.len());
        let mut row = Row::default();
        for at in (0..).take(stations.len()) {
            stations.fill(&mut row, at as usize)?;
            words.add(&row, stations);
            opening.add(row.hours);
            listed.push((row.level, row.name, at));
        }
        Ok(Self { words: words.finished(), opening, listed })
    }
}

/// A filter with all of it put in order once.
struct Asked<'a> {
    index: &'a StationIndex,
    wanted: Wanted,
    words: Vec<String>,
    moment: Option<Moment<'a>>,
}

impl Asked<'_> {
    /// Whether stations have to be looked at one by one.
    fn is_picky(&self) -> bool {
        !self.words.is_empty() || self.moment.is_some() || self.wanted.asks_lists()
    }

    /// Whether every station is wanted.
    fn is_everything(&self) -> bool {
        self.wanted.is_all() && !self.wanted.is_nothing() && !self.is_picky()
    }

    /// Whether nothing else is asked for than to be open.
    fn is_only_moment(&self) -> bool {
        self.words.is_empty()
            && self.wanted.is_all()
            && !self.wanted.is_nothing()
            && !self.wanted.asks_lists()
    }

    /// Whether a station fits that has what else is wanted.
    #[inline]
    fn accepts(&self, station: u32) -> bool {
        self.moment.as_ref().is_none_or(|moment| moment.is_open(station)) && self.accepts_whenever(station)
    }

    /// The same, whatever the hour.
    #[inline]
    fn accepts_whenever(&self, station: u32) -> bool {
        (self.words.is_empty() || self.index.words.have(station, &self.words))
            && (!self.wanted.asks_lists() || self.index.terms.have_listed(&self.wanted, station))
    }
}
