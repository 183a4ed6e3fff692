//! What a phone shows of a station and filters by, column by column: alike things stand side by side and pack well.

use serde::Serialize;

use crate::hours::Timetable;
use crate::record::{Hours, Station};
use crate::vocabulary::{Audience, Facility, Service, StationKind};

/// Stations, a list for each of their members.
#[derive(Serialize)]
pub(super) struct Columns<'a> {
    /// Its page is `/stations/<id>/`.
    id: Vec<&'a str>,
    name: Vec<&'a str>,
    /// Its number in `kinds` of the index.
    kind: Vec<usize>,
    /// The number of its county in `counties`.
    county: Vec<usize>,
    /// Six digits; those of a city or province for what is theirs.
    counties: Vec<&'a str>,
    /// The first one, as it is dialled; may be empty.
    phone: Vec<&'a str>,
    /// Its number in `timetables`; -1 where nobody said.
    hours: Vec<i32>,
    /// For each of the index's `services`, from the lowest bit up.
    services: Vec<u32>,
    facilities: Vec<u32>,
    /// 0 where nobody said, which means everyone.
    audience: Vec<u32>,
    timetables: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    text: &'a str,
    rules: &'a Timetable,
}

impl<'a> Columns<'a> {
    pub(super) fn of(stations: impl Iterator<Item = &'a Station>) -> Self {
        let mut columns = Self {
            id: Vec::new(),
            name: Vec::new(),
            kind: Vec::new(),
            county: Vec::new(),
            counties: Vec::new(),
            phone: Vec::new(),
            hours: Vec::new(),
            services: Vec::new(),
            facilities: Vec::new(),
            audience: Vec::new(),
            timetables: Vec::new(),
        };
        stations.for_each(|station| columns.add(station));
        columns
    }

    fn add(&mut self, station: &'a Station) {
        self.id.push(&station.id);
        self.name.push(&station.name);
        self.kind.push(place_in(StationKind::ALL, station.kind));
        let county = self.county(&station.region.as_str()[..6]);
        self.county.push(county);
        self.phone.push(station.phones.first().map_or("", String::as_str));
        let hours = station.hours.as_ref().and_then(|hours| i32::try_from(self.timetable(hours)).ok());
        self.hours.push(hours.unwrap_or(-1));
        self.services.push(bits(Service::ALL, &station.services));
        self.facilities.push(bits(Facility::ALL, &station.facilities));
        self.audience.push(bits(Audience::ALL, &station.audience));
    }

    fn county(&mut self, code: &'a str) -> usize {
        self.counties.iter().position(|known| *known == code).unwrap_or_else(|| {
            self.counties.push(code);
            self.counties.len() - 1
        })
    }

    fn timetable(&mut self, hours: &'a Hours) -> usize {
        let same = |shown: &Shown<'_>| shown.text == hours.text && *shown.rules == hours.rules;
        self.timetables.iter().position(same).unwrap_or_else(|| {
            self.timetables.push(Shown { text: &hours.text, rules: &hours.rules });
            self.timetables.len() - 1
        })
    }
}

fn place_in<T: PartialEq>(all: &[T], value: T) -> usize {
    all.iter().position(|known| *known == value).unwrap_or_default()
}

fn bits<T: Copy + PartialEq>(all: &[T], given: &[T]) -> u32 {
    given.iter().map(|value| 1 << place_in(all, *value)).sum()
}
