//! What a filter can ask of a station, as numbers: one column of bits for each trait, and the traits of many folded into one.
//!
//! A trait is a value of a vocabulary (it is a police station; somebody there is a lawyer) or the slug of a topic.

use std::collections::BTreeMap;
use std::ops::Range;

use super::StationFilter;
use super::store::{Row, Store};
use crate::region::{Level, RegionCode};
use crate::vocabulary::{Audience, Facility, Profession, Service, StationKind};

/// The first number of each vocabulary; topics come last, because their number is open.
const SERVICES: usize = StationKind::ALL.len();
const LEVELS: usize = SERVICES + Service::ALL.len();
const FACILITIES: usize = LEVELS + 6;
const AUDIENCES: usize = FACILITIES + Facility::ALL.len();
const HOME_VISITS: usize = AUDIENCES + Audience::ALL.len();
const PROFESSIONS: usize = HOME_VISITS + Audience::ALL.len();
const TOPICS: usize = PROFESSIONS + Profession::ALL.len();

/// Columns that topics share. A site has a dozen; where one has more, those that share a column are told apart by
/// [`Terms::have_listed`].
const TOPIC_COLUMNS: usize = 64;

/// Where the columns that languages share begin, and how many there are.
const LANGUAGES: usize = TOPICS + TOPIC_COLUMNS;
const LANGUAGE_COLUMNS: usize = 32;

/// Words of columns that are looked at together.
const LANES: usize = 8;

/// What stations have in common, named in ways that are quick to compare.
#[derive(Debug, Default)]
pub(super) struct Terms {
    /// The divisions that stations serve, in order ([`key`]): a division's own and those within it lie side by side.
    regions: Vec<u64>,
    /// A bit for the province of each; few sites have stations in more than one.
    provinces: Vec<u64>,
    /// The topics that people at stations know best, numbered as they come.
    topics: BTreeMap<String, u32>,
    /// Which stations have a person who is the one (if that is asked) and knows the other, in order.
    experts: BTreeMap<Expert, Vec<u32>>,
    /// The languages spoken at stations besides 普通话, in order of their names, with the stations in order.
    languages: BTreeMap<String, Spoken>,
}

/// Where a language is spoken.
#[derive(Debug)]
struct Spoken {
    /// As they come.
    number: u32,
    stations: Vec<u32>,
}

/// Who knows a topic best: somebody of this profession, or anybody.
pub(super) type Expert = (Option<Profession>, u32);

/// The traits of stations, one row each.
#[derive(Debug, Default)]
pub(super) struct Rows {
    all: Vec<u16>,
    ends: Vec<usize>,
}

/// Traits folded into 128 bits: what is missing here is nowhere among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fold(u128);

/// For each trait, which of a row of stations have it.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Words of a column that say something.
    words: usize,
    /// Lines of a column.
    lines: usize,
    /// One column after the other.
    bits: Vec<Line>,
}

/// Eight words of a column: what is near in a tree is told by one line of memory.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Line([u64; LANES]);

/// A filter in numbers.
#[derive(Debug)]
pub(super) struct Wanted {
    traits: Vec<u16>,
    fold: Fold,
    /// Numbers of divisions; `None`: any.
    region: Option<Range<u32>>,
    /// The bit of the province they are in.
    province: u64,
    /// Who is wanted in one person.
    expert: Option<Expert>,
    language: Option<String>,
    /// No station can be meant.
    nothing: bool,
}

impl Rows {
    /// The row that is being written, after all others.
    fn next(&mut self) -> &mut Vec<u16> {
        &mut self.all
    }

    /// Ends it: its traits in order, each once.
    fn end(&mut self) {
        let from = self.ends.last().copied().unwrap_or(0);
        self.all[from..].sort_unstable();
        let mut kept = from;
        for at in from..self.all.len() {
            if kept == from || self.all[kept - 1] != self.all[at] {
                self.all[kept] = self.all[at];
                kept += 1;
            }
        }
        self.all.truncate(kept);
        self.ends.push(kept);
    }

    /// How many columns these traits take.
    pub(super) fn columns(&self) -> usize {
        self.all.iter().max().map_or(0, |&last| usize::from(last) + 1)
    }

    pub(super) fn of(&self, station: u32) -> &[u16] {
        let at = station as usize;
        &self.all[at.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[at]]
    }
}

impl Terms {
    /// The divisions that stations serve, each by its [`key`]; gives each one's number too.
    pub(super) fn set_regions(&mut self, keys: &[u64]) -> Vec<u32> {
        self.regions = keys.to_vec();
        self.regions.sort_unstable();
        self.regions.dedup();
        let mut seen = Vec::with_capacity(34);
        self.provinces = self.regions.iter().map(|&key| province_bit(key, &mut seen)).collect();
        keys.iter().map(|&key| number(self.regions.partition_point(|&other| other < key))).collect()
    }

    /// The bit of each division's province.
    pub(super) fn provinces(&self) -> &[u64] {
        &self.provinces
    }

    /// The numbers of a division and of those within it.
    pub(super) fn within(&self, code: &RegionCode) -> Range<u32> {
        let digits = match code.level() {
            Level::Province => 2,
            Level::City => 4,
            _ => code.as_str().len(),
        };
        let (first, next) = beginning_with(&code.as_str()[..digits]);
        let before = |key: u64| number(self.regions.partition_point(|&other| other < key));
        before(first)..before(next)
    }

    /// Adds the traits of the next station.
    pub(super) fn add(&mut self, at: u32, station: &Row<'_>, store: &Store, rows: &mut Rows) {
        let own = [station.kind as usize, LEVELS + station.level as usize];
        let services = station.services.iter().map(|&service| SERVICES + service as usize);
        let facilities = station.facilities.iter().map(|&facility| FACILITIES + facility as usize);
        let for_whom = meant(&station.audience, true).map(|audience| AUDIENCES + audience as usize);
        let visits = meant(&station.home_visits, false).map(|audience| HOME_VISITS + audience as usize);
        let professions = station.people.iter().filter_map(|person| person.profession);
        let professions = professions.map(|profession| PROFESSIONS + profession as usize);
        let traits = own.into_iter().chain(services).chain(facilities).chain(for_whom).chain(visits);
        rows.next().extend(traits.chain(professions).map(narrow));
        for (profession, topic) in station.people.iter().flat_map(|person| {
            station.topics(person).iter().map(|&topic| (person.profession, store.text(topic)))
        }) {
            let next = number(self.topics.len());
            let topic = self.topics.get(topic).copied().unwrap_or_else(|| {
                self.topics.insert(topic.to_owned(), next);
                next
            });
            rows.next().push(topic_column(topic));
            for expert in
                [Some((None, topic)), profession.map(|one| (Some(one), topic))].into_iter().flatten()
            {
                let stations = self.experts.entry(expert).or_default();
                if stations.last() != Some(&at) {
                    stations.push(at);
                }
            }
        }
        for &language in &station.languages {
            rows.next().push(self.add_language(at, store.text(language)));
        }
        rows.end();
    }

    /// Gives the column of a language that is spoken at a station.
    fn add_language(&mut self, at: u32, language: &str) -> u16 {
        if !self.languages.contains_key(language) {
            let number = number(self.languages.len());
            self.languages.insert(language.to_owned(), Spoken { number, stations: Vec::new() });
        }
        let Some(spoken) = self.languages.get_mut(language) else { return 0 };
        if spoken.stations.last() != Some(&at) {
            spoken.stations.push(at);
        }
        language_column(spoken.number)
    }

    /// The languages that are spoken anywhere besides 普通话.
    pub(super) fn languages(&self) -> impl Iterator<Item = &str> + Clone {
        self.languages.keys().map(String::as_str)
    }

    /// A filter in numbers. Its text is not among them.
    pub(super) fn wanted(&self, filter: &StationFilter) -> Wanted {
        let topic = filter.topic.as_ref().map(|topic| self.topics.get(topic).copied());
        let language = filter.language.as_ref().map(|language| self.languages.get(language));
        let facilities = filter.facilities.iter().map(|&facility| FACILITIES + facility as usize);
        let one_each = [
            filter.kind.map(|kind| kind as usize),
            filter.service.map(|service| SERVICES + service as usize),
            filter.level.map(|level| LEVELS + level as usize),
            filter.audience.map(|audience| AUDIENCES + audience as usize),
            filter.home_visit.map(|audience| HOME_VISITS + audience as usize),
            filter.profession.map(|profession| PROFESSIONS + profession as usize),
        ];
        let numbers = one_each.into_iter().flatten().chain(facilities).map(narrow);
        let spoken = language.flatten().map(|spoken| language_column(spoken.number));
        let traits: Vec<u16> = numbers.chain(topic.flatten().map(topic_column)).chain(spoken).collect();
        let region = filter.region.as_ref().map(|code| self.within(code));
        let column_says_it = filter.profession.is_none() && self.topics.len() <= TOPIC_COLUMNS;
        Wanted {
            fold: Fold::of(&traits),
            traits,
            nothing: topic == Some(None)
                || language.is_some_and(|known| known.is_none())
                || region.as_ref().is_some_and(Range::is_empty),
            province: region
                .as_ref()
                .and_then(|within| self.provinces.get(within.start as usize))
                .copied()
                .unwrap_or(0),
            region,
            expert: topic.flatten().filter(|_| !column_says_it).map(|topic| (filter.profession, topic)),
            language: filter.language.clone().filter(|_| self.languages.len() > LANGUAGE_COLUMNS),
        }
    }

    /// Whether a station has what the columns can't tell: one person who is the one and knows the other, and the language.
    pub(super) fn have_listed(&self, wanted: &Wanted, station: u32) -> bool {
        let is_in =
            |stations: Option<&Vec<u32>>| stations.is_some_and(|all| all.binary_search(&station).is_ok());
        wanted.expert.is_none_or(|expert| is_in(self.experts.get(&expert)))
            && wanted
                .language
                .as_ref()
                .is_none_or(|language| is_in(self.languages.get(language).map(|spoken| &spoken.stations)))
    }
}

/// For whom something is: those that are named, everyone where everyone is, or where nobody is and that means the same.
fn meant(named: &[Audience], nobody_means_everyone: bool) -> impl Iterator<Item = Audience> {
    let everyone = named.contains(&Audience::Everyone) || (named.is_empty() && nobody_means_everyone);
    Audience::ALL.iter().copied().filter(move |audience| everyone || named.contains(audience))
}

/// The digits of a code as a number: twelve places of eleven digits, so that numbers stand in the order of codes.
pub(super) fn key(code: &str) -> u64 {
    beginning_with(code).0
}

/// The least key of a code that begins so, and the least one after all that do.
fn beginning_with(digits: &str) -> (u64, u64) {
    let places = digits.bytes().fold(0, |key, digit| key * 11 + u64::from(digit.saturating_sub(b'0')) + 1);
    let rest = (digits.len()..12).fold(1, |rest, _| rest * 11);
    (places * rest, (places + 1) * rest)
}

/// The bit of the province of a key. Keys come in order; `seen` are the provinces so far.
fn province_bit(key: u64, seen: &mut Vec<u64>) -> u64 {
    // Codes of provinces are told apart by two digits.
    let province = key / 11_u64.pow(10);
    if seen.last() != Some(&province) {
        seen.push(province);
    }
    1 << ((seen.len() - 1) % 64)
}

fn topic_column(topic: u32) -> u16 {
    narrow(TOPICS + topic as usize % TOPIC_COLUMNS)
}

fn language_column(language: u32) -> u16 {
    narrow(LANGUAGES + language as usize % LANGUAGE_COLUMNS)
}

fn narrow(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Fold {
    pub(super) const NOTHING: Self = Self(0);

    pub(super) fn of(traits: &[u16]) -> Self {
        Self(traits.iter().fold(0, |fold, number| fold | 1 << (number % 128)))
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Columns {
    /// The traits of so many stations, in their order, none of which is `columns` or more.
    pub(super) fn new<'a>(count: usize, columns: usize, traits: impl Iterator<Item = &'a [u16]>) -> Self {
        let words = count.div_ceil(64);
        let lines = words.div_ceil(LANES);
        let mut bits = vec![Line([0; LANES]); lines * columns];
        for (at, traits) in traits.enumerate() {
            let (line, word) = (at / 64 / LANES, at / 64 % LANES);
            for &column in traits {
                bits[usize::from(column) * lines + line].0[word] |= 1 << (at % 64);
            }
        }
        Self { words, lines, bits }
    }

    /// A column; `None` where nobody has that trait.
    #[inline]
    fn column(&self, number: u16) -> Option<&[Line]> {
        let from = usize::from(number) * self.lines;
        self.bits.get(from..from + self.lines)
    }

    /// How many have each trait.
    pub(super) fn counts(&self) -> Vec<u32> {
        let count = |line: &Line| line.0.iter().map(|word| word.count_ones()).sum::<u32>();
        self.bits.chunks(self.lines.max(1)).map(|column| column.iter().map(count).sum()).collect()
    }

    /// Which of the 64 stations of a word have all these traits.
    #[inline]
    pub(super) fn word(&self, word: usize, traits: &[u16]) -> u64 {
        let of = |column: &[Line]| column[word / LANES].0[word % LANES];
        traits.iter().fold(u64::MAX, |all, &number| all & self.column(number).map_or(0, of))
    }

    /// Those of the stations that have all these traits, in order, until `take` has had enough and says so by `false`.
    pub(super) fn each_with(&self, traits: &[u16], mut take: impl FnMut(u32) -> bool) {
        let columns = traits.iter().map(|&number| self.column(number));
        let Some(columns) = columns.collect::<Option<Vec<_>>>() else { return };
        for line in 0..self.lines {
            let mut all = [u64::MAX; LANES];
            for column in &columns {
                all.iter_mut().zip(column[line].0).for_each(|(all, lane)| *all &= lane);
            }
            if all.iter().all(|&word| word == 0) {
                continue;
            }
            for (word, mut bits) in (line * LANES..self.words).zip(all) {
                while bits != 0 {
                    if !take(number(word * 64) + bits.trailing_zeros()) {
                        return;
                    }
                    bits &= bits - 1;
                }
            }
        }
    }

    /// Takes those out of a set that lack one of these traits.
    pub(super) fn keep(&self, set: &mut [u64], traits: &[u16]) {
        for &number in traits {
            match self.column(number) {
                Some(column) => {
                    let words = column.iter().flat_map(|line| line.0);
                    set.iter_mut().zip(words).for_each(|(set, word)| *set &= word);
                }
                None => set.fill(0),
            }
        }
    }
}

impl Wanted {
    /// Whether nothing is asked for that this knows of.
    #[inline]
    pub(super) fn is_all(&self) -> bool {
        self.traits.is_empty() && self.region.is_none()
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.nothing
    }

    /// Whether [`Terms::have_listed`] has to be asked.
    #[inline]
    pub(super) fn asks_lists(&self) -> bool {
        self.expert.is_some() || self.language.is_some()
    }

    #[inline]
    pub(super) fn traits(&self) -> &[u16] {
        &self.traits
    }

    pub(super) fn region(&self) -> Option<Range<u32>> {
        self.region.clone()
    }

    #[inline]
    pub(super) fn may_be_among(&self, fold: Fold) -> bool {
        self.fold.0 & !fold.0 == 0
    }

    /// Whether one of the divisions from the first of these to the last, in these provinces, may be wanted.
    #[inline]
    pub(super) fn region_may_be_among(&self, (first, last): (u32, u32), provinces: u64) -> bool {
        self.region
            .as_ref()
            .is_none_or(|region| first < region.end && region.start <= last && self.province & provinces != 0)
    }

    #[inline]
    pub(super) fn takes_region(&self, region: impl FnOnce() -> u32) -> bool {
        self.region.as_ref().is_none_or(|wanted| wanted.contains(&region()))
    }
}
