//! A station as it stands in the file, without copies: opening looks at every one of a country, and most of that was once
//! spent on strings that nobody kept.
//!
//! [`Parts`] reads it and refuses what [`super::write`] can't have written; [`Row::station`] makes the record of it.

use std::ops::Range;

use jiff::civil::{Date, Time};

use super::{Read, Store, StoreError, usual_url};
use crate::coord::Coord;
use crate::record::{Duty, Person, Place, Station};
use crate::region::{Level, RegionCode};
use crate::text::embedded::bytes::Reader;
use crate::vocabulary::{Audience, Facility, Have, Profession, Service, StationKind};

/// A station; texts that many share are numbers ([`Store::text`]), and so are hours ([`Store::hours`]).
#[derive(Debug)]
pub(in super::super) struct Row<'s> {
    pub(in super::super) id: &'s str,
    pub(in super::super) name: &'s str,
    pub(in super::super) kind: StationKind,
    pub(in super::super) level: Level,
    /// The digits of its division.
    pub(in super::super) region: &'s str,
    pub(in super::super) region_names: Vec<u32>,
    parent: Option<u32>,
    pub(in super::super) place: RowPlace<'s>,
    phones: Vec<&'s str>,
    pub(in super::super) hours: Option<u32>,
    pub(in super::super) services: Vec<Service>,
    has: Vec<Have>,
    pub(in super::super) facilities: Vec<Facility>,
    pub(in super::super) languages: Vec<u32>,
    pub(in super::super) audience: Vec<Audience>,
    pub(in super::super) home_visits: Vec<Audience>,
    pub(in super::super) people: Vec<RowPerson>,
    /// Of all people, one after the other.
    topics: Vec<u32>,
    duty: Vec<RowDuty>,
    serves: Option<u32>,
    note: Option<u32>,
    desk: Option<u32>,
    verified: Option<Date>,
    url: Option<&'s str>,
}

/// Where it is.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum RowPlace<'s> {
    Public { address: Option<&'s str>, location: Option<Coord> },
    Confidential(bool),
}

/// Somebody there.
#[derive(Debug)]
pub(in super::super) struct RowPerson {
    role: u32,
    duty: Option<u32>,
    pub(in super::super) profession: Option<Profession>,
    /// Where in the row's topics those that they know best are.
    topics: Range<usize>,
}

#[derive(Debug)]
struct RowDuty {
    rule: u32,
    from: Option<Time>,
    to: Option<Time>,
    who: u32,
    text: u32,
}

impl Default for Row<'_> {
    fn default() -> Self {
        Self {
            id: "",
            name: "",
            kind: StationKind::ALL[0],
            level: Level::ALL[0],
            region: "",
            region_names: Vec::new(),
            parent: None,
            place: RowPlace::Confidential(true),
            phones: Vec::new(),
            hours: None,
            services: Vec::new(),
            has: Vec::new(),
            facilities: Vec::new(),
            languages: Vec::new(),
            audience: Vec::new(),
            home_visits: Vec::new(),
            people: Vec::new(),
            topics: Vec::new(),
            duty: Vec::new(),
            serves: None,
            note: None,
            desk: None,
            verified: None,
            url: None,
        }
    }
}

impl<'s> Row<'s> {
    /// The topics that somebody of this row knows best.
    pub(in super::super) fn topics(&self, person: &RowPerson) -> &[u32] {
        &self.topics[person.topics.clone()]
    }

    /// Its address, where it has a public one.
    pub(in super::super) fn address(&self) -> &'s str {
        match self.place {
            RowPlace::Public { address, .. } => address.unwrap_or_default(),
            RowPlace::Confidential(_) => "",
        }
    }

    /// The record of it.
    pub(super) fn station(self, store: &Store) -> Read<Station> {
        let text = |number: u32| store.text(number).to_owned();
        let texts = |numbers: &[u32]| numbers.iter().map(|&number| text(number)).collect::<Vec<_>>();
        let person = |person: &RowPerson| Person {
            role: text(person.role),
            duty: person.duty.map(text),
            profession: person.profession,
            topics: texts(self.topics(person)),
        };
        let duty = |duty: &RowDuty| Duty {
            rule: text(duty.rule),
            from: duty.from,
            to: duty.to,
            who: text(duty.who),
            text: text(duty.text),
        };
        Ok(Station {
            url: self.url.map_or_else(|| usual_url(self.id), str::to_owned),
            id: self.id.to_owned(),
            name: self.name.to_owned(),
            kind: self.kind,
            level: self.level,
            region: self.region.parse().map_err(|_| StoreError::Damaged)?,
            region_names: texts(&self.region_names),
            parent: self.parent.map(text),
            place: self.place.into(),
            phones: self.phones.iter().map(|&phone| phone.to_owned()).collect(),
            hours: self.hours.map(|number| store.hours[number as usize].clone()),
            languages: texts(&self.languages),
            people: self.people.iter().map(person).collect(),
            duty: self.duty.iter().map(duty).collect(),
            services: self.services,
            has: self.has,
            facilities: self.facilities,
            audience: self.audience,
            home_visits: self.home_visits,
            serves: self.serves.map(text),
            note: self.note.map(text),
            desk: self.desk.map(text),
            verified: self.verified,
        })
    }
}

impl From<RowPlace<'_>> for Place {
    fn from(place: RowPlace<'_>) -> Self {
        match place {
            RowPlace::Public { address, location } => {
                Self::Public { address: address.map(str::to_owned), location }
            }
            RowPlace::Confidential(confidential) => Self::Confidential { confidential },
        }
    }
}

/// Reads what [`super::write`] wrote, in the same order.
pub(super) struct Parts<'s> {
    pub(super) reader: Reader<'s>,
    /// How many shared texts there are.
    pub(super) texts: usize,
    /// How many shared hours there are.
    pub(super) hours: usize,
}

impl<'s> Parts<'s> {
    pub(super) fn fill(&mut self, row: &mut Row<'s>) -> Read<()> {
        row.id = self.reader.text_here()?;
        row.name = self.reader.text_here()?;
        row.kind = self.value(StationKind::ALL)?;
        row.level = self.value(Level::ALL)?;
        row.region = self.region()?;
        self.list(&mut row.region_names, Self::shared)?;
        row.parent = self.maybe(Self::shared)?;
        row.place = self.place()?;
        self.list(&mut row.phones, |parts| Ok(parts.reader.text_here()?))?;
        row.hours = self.maybe(|parts| parts.number_below(parts.hours))?;
        self.list(&mut row.services, |parts| parts.value(Service::ALL))?;
        self.list(&mut row.has, |parts| parts.value(Have::ALL))?;
        self.list(&mut row.facilities, |parts| parts.value(Facility::ALL))?;
        self.list(&mut row.languages, Self::shared)?;
        self.list(&mut row.audience, |parts| parts.value(Audience::ALL))?;
        self.list(&mut row.home_visits, |parts| parts.value(Audience::ALL))?;
        let topics = &mut row.topics;
        topics.clear();
        self.list(&mut row.people, |parts| parts.person(topics))?;
        self.list(&mut row.duty, Self::duty)?;
        row.serves = self.maybe(Self::shared)?;
        row.note = self.maybe(Self::shared)?;
        row.desk = self.maybe(Self::shared)?;
        row.verified = self.maybe(Self::date)?;
        row.url = self.maybe(|parts| Ok(parts.reader.text_here()?))?;
        Ok(())
    }

    fn place(&mut self) -> Read<RowPlace<'s>> {
        match self.reader.byte()? {
            1 => Ok(RowPlace::Public {
                address: self.maybe(|parts| Ok(parts.reader.text_here()?))?,
                location: self.maybe(Self::location)?,
            }),
            kind @ 2..=3 => Ok(RowPlace::Confidential(kind == 3)),
            _ => Err(StoreError::Damaged),
        }
    }

    fn location(&mut self) -> Read<Coord> {
        let (lat, lon) = (f64::from_bits(self.reader.fixed()?), f64::from_bits(self.reader.fixed()?));
        Coord::new(lat, lon).ok_or(StoreError::Damaged)
    }

    fn region(&mut self) -> Read<&'s str> {
        let digits = self.reader.text_here()?;
        RegionCode::is_one(digits).then_some(digits).ok_or(StoreError::Damaged)
    }

    fn person(&mut self, topics: &mut Vec<u32>) -> Read<RowPerson> {
        let (role, duty) = (self.shared()?, self.maybe(Self::shared)?);
        let profession = self.maybe(|parts| parts.value(Profession::ALL))?;
        let from = topics.len();
        self.append(topics, Self::shared)?;
        Ok(RowPerson { role, duty, profession, topics: from..topics.len() })
    }

    fn duty(&mut self) -> Read<RowDuty> {
        Ok(RowDuty {
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

    fn shared(&mut self) -> Read<u32> {
        self.number_below(self.texts)
    }

    fn number_below(&mut self, count: usize) -> Read<u32> {
        let number = self.reader.small()?;
        ((number as usize) < count).then_some(number).ok_or(StoreError::Damaged)
    }

    fn list<T>(&mut self, into: &mut Vec<T>, read: impl FnMut(&mut Self) -> Read<T>) -> Read<()> {
        into.clear();
        self.append(into, read)
    }

    fn append<T>(&mut self, into: &mut Vec<T>, mut read: impl FnMut(&mut Self) -> Read<T>) -> Read<()> {
        // Everything that is listed takes a byte at least.
        for _ in 0..self.reader.count(1)? {
            into.push(read(self)?);
        }
        Ok(())
    }

    fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<Option<T>> {
        match self.reader.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(StoreError::Damaged),
        }
    }
}
