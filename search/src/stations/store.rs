//! All stations of a country in little room, as a file: `data/stations.index`.
//!
//! A [`Store`] is its bytes; a station is made of them when it is asked for. Opening makes each one once, so a file that is
//! cut off, damaged or made up is refused there and not met later.
//!
//! ```text
//! magic, version        8 bytes
//! sum of all that follows      8 bytes, the lowest byte first
//! texts                 those that many stations share: names of divisions, notes
//! hours                 those that stations share, each as its record in JSON
//! stations              by id, each with its length before it
//! ```
//!
//! Numbers take as many bytes as they need. A station's id, name, address and telephones stand in it; other texts and its
//! hours are numbers of shared ones. Every list of vocabulary values keeps the order it was written in.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};

use crate::coord::Coord;
use crate::record::{Duty, Hours, Person, Place, Station};
use crate::region::{Level, RegionCode};
use crate::text::embedded::IndexError;
use crate::text::embedded::bytes::{Reader, Sum, put_number, put_text};
use crate::vocabulary::{Audience, Facility, Have, Profession, Service, StationKind};

const MAGIC: &[u8; 7] = b"NZPLACE";
const VERSION: u8 = 1;
const HEAD: usize = 16;
const LEVELS: [Level; 6] =
    [Level::Province, Level::City, Level::County, Level::Township, Level::Village, Level::Hamlet];

/// Why a file of stations can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It is some other file.
    #[error("不是站点索引文件")]
    NotStations,
    /// It was written by another version.
    #[error("站点索引是第 {0} 版，本程序只认第 {VERSION} 版：请用同一版本的 site-gen 重新生成")]
    Version(u8),
    /// It is not as it was written.
    #[error("站点索引已损坏：请重新生成")]
    Damaged,
}

impl From<IndexError> for StoreError {
    fn from(_: IndexError) -> Self {
        Self::Damaged
    }
}

type Read<T> = Result<T, StoreError>;

/// Stations by id.
#[derive(Debug)]
pub(super) struct Store {
    file: Vec<u8>,
    texts: Vec<Box<str>>,
    hours: Vec<Hours>,
    /// Where in the file each station begins.
    starts: Vec<u32>,
}

impl Store {
    pub(super) fn open(file: Vec<u8>) -> Read<Self> {
        let mut reader = Reader::new(&file, 0);
        let head = reader.take(8)?;
        if head[..7] != *MAGIC {
            return Err(StoreError::NotStations);
        }
        if head[7] != VERSION {
            return Err(StoreError::Version(head[7]));
        }
        if reader.fixed()? != sum(&file[HEAD..]) || u32::try_from(file.len()).is_err() {
            return Err(StoreError::Damaged);
        }
        let texts =
            (0..reader.count(1)?).map(|_| Ok(reader.text()?.into_boxed_str())).collect::<Read<Vec<_>>>()?;
        let hours = (0..reader.count(1)?).map(|_| hours(reader.text_here()?)).collect::<Read<Vec<_>>>()?;
        let mut starts = Vec::with_capacity(reader.count(2).map_err(StoreError::from)?);
        for _ in 0..starts.capacity() {
            let length = reader.count(1)?;
            starts.push(u32::try_from(reader.at()).map_err(|_| StoreError::Damaged)?);
            reader.take(length)?;
        }
        if reader.left() > 0 {
            return Err(StoreError::Damaged);
        }
        Ok(Self { file, texts, hours, starts })
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// A station; [`StoreError`] where the file is not one that [`file()`] made.
    pub(super) fn read(&self, at: usize) -> Read<Station> {
        let start = *self.starts.get(at).ok_or(StoreError::Damaged)?;
        Parts { reader: Reader::new(&self.file, start as usize), texts: &self.texts, hours: &self.hours }
            .station()
    }

    /// The hours that stations have, each once.
    pub(super) fn hours(&self) -> &[Hours] {
        &self.hours
    }

    /// Its id and its name.
    pub(super) fn names(&self, at: usize) -> Option<(&str, &str)> {
        let mut reader = Reader::new(&self.file, *self.starts.get(at)? as usize);
        Some((reader.text_here().ok()?, reader.text_here().ok()?))
    }

    /// Where the station of this id is.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.names(middle)?.0.cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

/// The file of stations that are in the order of their ids.
pub(super) fn file(stations: &[Station]) -> Vec<u8> {
    let mut writer = Writer::default();
    let mut ends = Vec::with_capacity(stations.len());
    for station in stations {
        writer.station(station);
        ends.push(writer.out.len());
    }
    let mut file = [MAGIC.as_slice(), &[VERSION], &[0; 8]].concat();
    file.reserve_exact(writer.out.len() + stations.len() * 2 + 1024);
    for shared in [&writer.texts, &writer.hours] {
        let mut texts: Vec<(&String, &u64)> = shared.iter().collect();
        texts.sort_by_key(|&(_, number)| *number);
        put_number(&mut file, texts.len() as u64);
        for (text, _) in texts {
            put_text(&mut file, text);
        }
    }
    put_number(&mut file, stations.len() as u64);
    let mut start = 0;
    for end in ends {
        put_number(&mut file, (end - start) as u64);
        file.extend_from_slice(&writer.out[start..end]);
        start = end;
    }
    let sum = sum(&file[HEAD..]);
    file[8..HEAD].copy_from_slice(&sum.to_le_bytes());
    file
}

/// Writes stations, and numbers texts as they come.
#[derive(Default)]
struct Writer {
    out: Vec<u8>,
    texts: BTreeMap<String, u64>,
    hours: BTreeMap<String, u64>,
}

fn hours(json: &str) -> Read<Hours> {
    serde_json::from_str(json).map_err(|_| StoreError::Damaged)
}

impl Writer {
    fn station(&mut self, station: &Station) {
        put_text(&mut self.out, &station.id);
        put_text(&mut self.out, &station.name);
        self.out.push(station.kind as u8);
        self.out.push(station.level as u8);
        put_text(&mut self.out, station.region.as_str());
        self.list(&station.region_names, |writer, name| writer.shared(name));
        self.maybe(station.parent.as_ref(), |writer, parent| writer.shared(parent));
        self.place(&station.place);
        self.list(&station.phones, |writer, phone| put_text(&mut writer.out, phone));
        self.maybe(station.hours.as_ref(), Self::hours);
        self.list(&station.services, |writer, value| writer.out.push(*value as u8));
        self.list(&station.has, |writer, value| writer.out.push(*value as u8));
        self.list(&station.facilities, |writer, value| writer.out.push(*value as u8));
        self.list(&station.languages, |writer, language| writer.shared(language));
        self.list(&station.audience, |writer, value| writer.out.push(*value as u8));
        self.list(&station.home_visits, |writer, value| writer.out.push(*value as u8));
        self.list(&station.people, Self::person);
        self.list(&station.duty, Self::duty);
        for text in [&station.serves, &station.note, &station.desk] {
            self.maybe(text.as_ref(), |writer, text| writer.shared(text));
        }
        self.maybe(station.verified.as_ref(), |writer, date| {
            writer.out.extend(date.year().to_le_bytes());
            writer.out.extend([date.month().unsigned_abs(), date.day().unsigned_abs()]);
        });
        let own = (station.url != usual_url(&station.id)).then_some(&station.url);
        self.maybe(own, |writer, url| put_text(&mut writer.out, url));
    }

    fn place(&mut self, place: &Place) {
        match place {
            Place::Confidential { confidential } => self.out.push(2 + u8::from(*confidential)),
            Place::Public { address, location } => {
                self.out.push(1);
                self.maybe(address.as_ref(), |writer, address| put_text(&mut writer.out, address));
                self.maybe(location.as_ref(), |writer, location| {
                    writer.out.extend(location.lat().to_le_bytes());
                    writer.out.extend(location.lon().to_le_bytes());
                });
            }
        }
    }

    fn person(&mut self, person: &Person) {
        self.shared(&person.role);
        self.maybe(person.duty.as_ref(), |writer, duty| writer.shared(duty));
        self.maybe(person.profession.as_ref(), |writer, profession| writer.out.push(*profession as u8));
        self.list(&person.topics, |writer, topic| writer.shared(topic));
    }

    fn duty(&mut self, duty: &Duty) {
        self.shared(&duty.rule);
        for time in [duty.from, duty.to] {
            self.maybe(time.as_ref(), |writer, time| {
                let [hour, minute, second] =
                    [time.hour(), time.minute(), time.second()].map(i8::unsigned_abs);
                writer.out.extend([hour, minute, second]);
                put_number(&mut writer.out, u64::from(time.subsec_nanosecond().unsigned_abs()));
            });
        }
        self.shared(&duty.who);
        self.shared(&duty.text);
    }

    fn hours(&mut self, hours: &Hours) {
        let json = serde_json::to_string(hours).expect("hours are plain data");
        let number = number_of(&mut self.hours, &json);
        put_number(&mut self.out, number);
    }

    fn shared(&mut self, text: &str) {
        let number = number_of(&mut self.texts, text);
        put_number(&mut self.out, number);
    }

    fn list<T>(&mut self, values: &[T], mut put: impl FnMut(&mut Self, &T)) {
        put_number(&mut self.out, values.len() as u64);
        for value in values {
            put(self, value);
        }
    }

    fn maybe<T: ?Sized>(&mut self, value: Option<&T>, put: impl FnOnce(&mut Self, &T)) {
        self.out.push(u8::from(value.is_some()));
        if let Some(value) = value {
            put(self, value);
        }
    }
}

/// The number of a text that is shared; a new one has the next.
fn number_of(shared: &mut BTreeMap<String, u64>, text: &str) -> u64 {
    if let Some(&number) = shared.get(text) {
        return number;
    }
    let number = shared.len() as u64;
    shared.insert(text.to_owned(), number);
    number
}

/// The sum of what follows the head of a file.
pub(super) fn sum(body: &[u8]) -> u64 {
    Sum::new().add(body).value()
}

fn usual_url(id: &str) -> String {
    format!("/stations/{id}/")
}

/// Reads what [`Writer`] wrote, in the same order.
struct Parts<'a> {
    reader: Reader<'a>,
    texts: &'a [Box<str>],
    hours: &'a [Hours],
}

impl Parts<'_> {
    fn station(&mut self) -> Read<Station> {
        let id = self.reader.text()?;
        Ok(Station {
            name: self.reader.text()?,
            kind: self.value(StationKind::ALL)?,
            level: self.value(&LEVELS)?,
            region: self.region()?,
            region_names: self.list(Self::shared)?,
            parent: self.maybe(Self::shared)?,
            place: self.place()?,
            phones: self.list(|parts| Ok(parts.reader.text()?))?,
            hours: self.maybe(Self::hours)?,
            services: self.list(|parts| parts.value(Service::ALL))?,
            has: self.list(|parts| parts.value(Have::ALL))?,
            facilities: self.list(|parts| parts.value(Facility::ALL))?,
            languages: self.list(Self::shared)?,
            audience: self.list(|parts| parts.value(Audience::ALL))?,
            home_visits: self.list(|parts| parts.value(Audience::ALL))?,
            people: self.list(Self::person)?,
            duty: self.list(Self::duty)?,
            serves: self.maybe(Self::shared)?,
            note: self.maybe(Self::shared)?,
            desk: self.maybe(Self::shared)?,
            verified: self.maybe(Self::date)?,
            url: self.maybe(|parts| Ok(parts.reader.text()?))?.unwrap_or_else(|| usual_url(&id)),
            id,
        })
    }

    fn place(&mut self) -> Read<Place> {
        match self.reader.byte()? {
            1 => Ok(Place::Public {
                address: self.maybe(|parts| Ok(parts.reader.text()?))?,
                location: self.maybe(Self::location)?,
            }),
            kind @ 2..=3 => Ok(Place::Confidential { confidential: kind == 3 }),
            _ => Err(StoreError::Damaged),
        }
    }

    fn location(&mut self) -> Read<Coord> {
        let (lat, lon) = (f64::from_bits(self.reader.fixed()?), f64::from_bits(self.reader.fixed()?));
        Coord::new(lat, lon).ok_or(StoreError::Damaged)
    }

    fn region(&mut self) -> Read<RegionCode> {
        self.reader.text_here()?.parse().map_err(|_| StoreError::Damaged)
    }

    fn person(&mut self) -> Read<Person> {
        Ok(Person {
            role: self.shared()?,
            duty: self.maybe(Self::shared)?,
            profession: self.maybe(|parts| parts.value(Profession::ALL))?,
            topics: self.list(Self::shared)?,
        })
    }

    fn duty(&mut self) -> Read<Duty> {
        Ok(Duty {
            rule: self.shared()?,
            from: self.maybe(Self::time)?,
            to: self.maybe(Self::time)?,
            who: self.shared()?,
            text: self.shared()?,
        })
    }

    fn time(&mut self) -> Read<Time> {
        let [hour, minute, second] = [self.small()?, self.small()?, self.small()?];
        let nanosecond = i32::try_from(self.reader.number()?).map_err(|_| StoreError::Damaged)?;
        Time::new(hour, minute, second, nanosecond).map_err(|_| StoreError::Damaged)
    }

    fn date(&mut self) -> Read<Date> {
        let year = i16::from_le_bytes([self.reader.byte()?, self.reader.byte()?]);
        Date::new(year, self.small()?, self.small()?).map_err(|_| StoreError::Damaged)
    }

    fn small(&mut self) -> Read<i8> {
        i8::try_from(self.reader.byte()?).map_err(|_| StoreError::Damaged)
    }

    fn value<T: Copy>(&mut self, all: &[T]) -> Read<T> {
        all.get(usize::from(self.reader.byte()?)).copied().ok_or(StoreError::Damaged)
    }

    fn shared(&mut self) -> Read<String> {
        let text = self.texts.get(self.reader.small()? as usize).ok_or(StoreError::Damaged)?;
        Ok(text.to_string())
    }

    fn hours(&mut self) -> Read<Hours> {
        self.hours.get(self.reader.small()? as usize).cloned().ok_or(StoreError::Damaged)
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        // Everything that is listed takes a byte at least.
        (0..self.reader.count(1)?).map(|_| read(self)).collect()
    }

    fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<Option<T>> {
        match self.reader.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(StoreError::Damaged),
        }
    }
}
