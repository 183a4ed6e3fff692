//! Finding the stations of a release by what HSDS calls them: identifiers, terms, taxonomies, days.
//!
//! Every station is looked at once: [`Catalogue::new`] puts their identifiers in order (8 bytes a station) and lays out a column
//! of bits for each term (some 14 bytes). After that a list is made 64 stations at a time, and an identifier is found by
//! halving.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::terms::{Labels, Vocabulary};
use super::{Entity, Uuid, has_place, station_id};
use crate::record::{Site, Topic};
use crate::stations::{StationFilter, StationIndex, StationRef};

/// Of which stations a catalogue is.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// The site that they are on.
    pub site: &'a Site,
    /// Its shelves.
    pub topics: &'a [Topic],
    /// The stations.
    pub index: &'a StationIndex,
}

/// The stations of an index, by identifier and by label. Every call has to be given what [`Catalogue::new`] was.
#[derive(Debug)]
pub struct Catalogue {
    /// In the order of lists.
    listed: Vec<StationRef>,
    /// Places in `listed`, in the order of their stations' identifiers.
    by_id: Vec<u32>,
    columns: Columns,
}

/// Which stations are wanted. Nothing set means all; what is set must all be so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those whose name, sort, divisions or address hold each of these words.
    pub text: Option<String>,
    /// Those of which this term is said.
    pub term: Option<Uuid>,
    /// Those of which some term of this taxonomy is said.
    pub taxonomy: Option<Uuid>,
    /// The one that is this as an organization.
    pub organization: Option<Uuid>,
    /// Those that somebody checked on this day or later, and those of which nobody knows when.
    pub since: Option<Date>,
    /// Those whose place is public.
    pub has_place: bool,
}

/// A bit for each station, in the order of lists.
type Bits = Vec<u64>;

#[derive(Debug)]
struct Columns {
    terms: Vec<(Vocabulary, Uuid, Bits)>,
    has_place: Bits,
    /// The day on which each was checked; [`NOBODY_KNOWS`] is later than any.
    checked: Vec<i32>,
}

const NOBODY_KNOWS: i32 = i32::MAX;

impl Catalogue {
    /// Puts the stations in order and lays out what is said of them. It takes a second where there are those of a country.
    pub fn new(of: Of<'_>) -> Self {
        let (listed, _) = of.index.list(&StationFilter::default(), 0, usize::MAX);
        let mut by_id: Vec<u32> = (0..).take(listed.len()).collect();
        by_id.sort_by_cached_key(|&place| station_id(of.site, of.index.id(listed[place as usize])));
        let columns = Columns::new(of, &listed);
        Self { listed, by_id, columns }
    }

    /// The station that has this identifier as that.
    pub fn find(&self, of: Of<'_>, id: Uuid, entity: Entity) -> Option<StationRef> {
        if !id.is_entity(entity) {
            return None;
        }
        let own = |place: u32| {
            let station = self.listed[place as usize];
            (station_id(of.site, of.index.id(station)).as_entity(entity), station)
        };
        let at = self.by_id.partition_point(|&place| own(place).0 < id);
        self.by_id
            .get(at)
            .map(|&place| own(place))
            .filter(|&(found, _)| found == id)
            .map(|(_, station)| station)
    }

    /// A page of the wanted stations in the order of lists; and how many there are in all.
    pub fn page(&self, of: Of<'_>, wanted: &Wanted, offset: usize, limit: usize) -> (Vec<StationRef>, usize) {
        let text = StationFilter { text: wanted.text.clone(), ..StationFilter::default() };
        let Wanted { term, taxonomy, organization, since, has_place, .. } = wanted;
        if term.is_none() && taxonomy.is_none() && organization.is_none() && since.is_none() && !has_place {
            return of.index.list(&text, offset, limit);
        }
        let mut set = self.columns.chosen(wanted);
        if let Some(id) = organization {
            self.keep_only(&mut set, self.find(of, *id, Entity::Organization));
        }
        if wanted.text.is_some() {
            self.keep(&mut set, of.index.list(&text, 0, usize::MAX).0);
        }
        let total = set.iter().map(|bits| bits.count_ones() as usize).sum();
        (places(&set).skip(offset).take(limit).map(|place| self.listed[place]).collect(), total)
    }

    fn keep_only(&self, set: &mut Bits, station: Option<StationRef>) {
        self.keep(set, station.into_iter().collect());
    }

    /// Takes all others out of a set. `stations` are in the order of lists.
    fn keep(&self, set: &mut Bits, stations: Vec<StationRef>) {
        let mut kept = vec![0; set.len()];
        let mut next = stations.into_iter().peekable();
        for (place, station) in self.listed.iter().enumerate() {
            if next.next_if_eq(station).is_some() {
                put(&mut kept, place);
            }
        }
        set.iter_mut().zip(kept).for_each(|(bits, kept)| *bits &= kept);
    }
}

impl Columns {
    fn new(of: Of<'_>, listed: &[StationRef]) -> Self {
        let words = listed.len().div_ceil(64);
        let mut terms: Vec<(Vocabulary, Uuid, Bits)> = Vec::new();
        // The numbers of the columns, in the order of vocabularies and codes.
        let mut numbers = BTreeMap::new();
        for vocabulary in Vocabulary::ALL {
            for term in vocabulary.terms(of.topics) {
                numbers.insert((vocabulary, term.code), terms.len());
                terms.push((vocabulary, term.id, vec![0; words]));
            }
        }
        let mut with_place = vec![0; words];
        let mut checked = Vec::with_capacity(listed.len());
        for (place, &station) in listed.iter().enumerate() {
            let station = of.index.station(station);
            for (vocabulary, code) in Labels::of(&station).all() {
                if let Some(&number) = numbers.get(&(vocabulary, code.to_owned())) {
                    put(&mut terms[number].2, place);
                }
            }
            if has_place(&station) {
                put(&mut with_place, place);
            }
            checked.push(station.verified.map_or(NOBODY_KNOWS, day_number));
        }
        Self { terms, has_place: with_place, checked }
    }

    fn chosen(&self, wanted: &Wanted) -> Bits {
        let mut set = every(self.checked.len());
        if let Some(term) = wanted.term {
            self.keep(&mut set, |_, id| id == term);
        }
        if let Some(taxonomy) = wanted.taxonomy {
            self.keep(&mut set, |vocabulary, _| vocabulary.id() == taxonomy);
        }
        if wanted.has_place {
            set.iter_mut().zip(&self.has_place).for_each(|(bits, with)| *bits &= with);
        }
        if let Some(since) = wanted.since.map(day_number) {
            for (bits, days) in set.iter_mut().zip(self.checked.chunks(64)) {
                let later = days
                    .iter()
                    .enumerate()
                    .fold(0, |later, (at, &day)| later | u64::from(day >= since) << at);
                *bits &= later;
            }
        }
        set
    }

    /// Keeps those of which one of these terms is said.
    fn keep(&self, set: &mut Bits, is_meant: impl Fn(Vocabulary, Uuid) -> bool) {
        let mut any = vec![0; set.len()];
        for (_, _, bits) in self.terms.iter().filter(|(vocabulary, id, _)| is_meant(*vocabulary, *id)) {
            any.iter_mut().zip(bits).for_each(|(any, bits): (&mut u64, _)| *any |= bits);
        }
        set.iter_mut().zip(any).for_each(|(bits, any)| *bits &= any);
    }
}

fn put(bits: &mut Bits, place: usize) {
    bits[place / 64] |= 1 << (place % 64);
}

/// All of so many.
fn every(count: usize) -> Bits {
    (0..count.div_ceil(64)).map(|word| u64::MAX >> (64_usize.saturating_sub(count - word * 64))).collect()
}

/// The places of the ones, lowest first.
fn places(bits: &Bits) -> impl Iterator<Item = usize> + '_ {
    let of_word = |(word, &bits): (usize, &u64)| {
        (0..64).filter(move |at| bits >> at & 1 == 1).map(move |at| word * 64 + at)
    };
    bits.iter().enumerate().filter(|(_, bits)| **bits != 0).flat_map(of_word)
}

/// A number that grows with the days.
fn day_number(day: Date) -> i32 {
    i32::from(day.year()) * 512 + i32::from(day.day_of_year())
}
