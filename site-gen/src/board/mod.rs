//! The completeness board: what each station lacks, for the people who keep the directory.
//!
//! Start at [`Board::of`]. It is theirs alone: no page of the site shows it, because a list of what single stations lack would
//! send nobody to them and shame who works there. It needs a day, which a build does not know. [`table`] writes it down.

pub mod table;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use search::hours::holidays::{DayKind, Holidays};
use search::record::Station;
use search::region::{Level, Region, RegionCode};
use search::vocabulary::Have;

use crate::duty;

/// What stations lack, on a day.
#[derive(Debug)]
pub struct Board<'a> {
    /// The day.
    pub today: Date,
    /// After how many days a station has to be verified again.
    pub days: i32,
    /// Every station that was asked for, by county and id.
    pub rows: Vec<Row<'a>>,
    /// By county, in the order of its code.
    pub areas: Vec<Area<'a>>,
    /// All of it.
    pub total: Tally,
}

/// A station and what it lacks.
#[derive(Debug)]
pub struct Row<'a> {
    /// It.
    pub station: &'a Station,
    /// The division it is counted in: its county, or what is above counties.
    pub area: RegionCode,
    /// What it lacks.
    pub lacks: BTreeSet<Lack>,
}

/// Something that a station may lack, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// One of the five haves.
    Have(Have),
    /// A number to call.
    Phone,
    /// Nobody ever said when all this was checked.
    NeverVerified,
    /// It was checked too long ago.
    LongAgo,
    /// Times when it is open.
    Hours,
    /// No day of this month has somebody on duty: no rule, or none that falls on a day that is no holiday.
    Duty,
    /// Where it is; a confidential one lacks nothing there.
    Position,
    /// The consultation desk that answers letters for it: neither it nor a station above it has one.
    Desk,
}

/// A county, or what is above counties.
#[derive(Debug)]
pub struct Area<'a> {
    /// Its code.
    pub code: RegionCode,
    /// As published, where it is.
    pub region: Option<&'a Region>,
    /// Of its stations.
    pub tally: Tally,
}

/// Counts of stations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub stations: usize,
    /// Those that have all five haves.
    pub five: usize,
    /// Those that lack nothing at all.
    pub whole: usize,
    /// How many lack each thing.
    pub lacking: BTreeMap<Lack, usize>,
}

impl Lack {
    /// Everything that a station may lack, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        let haves = Have::ALL.iter().copied().map(Self::Have);
        let rest = [
            Self::Phone,
            Self::NeverVerified,
            Self::LongAgo,
            Self::Hours,
            Self::Duty,
            Self::Position,
            Self::Desk,
        ];
        haves.chain(rest)
    }

    /// In data.
    pub fn code(self) -> &'static str {
        match self {
            Self::Have(have) => have.code(),
            Self::Phone => "phone",
            Self::NeverVerified => "never_verified",
            Self::LongAgo => "verified_long_ago",
            Self::Hours => "hours",
            Self::Duty => "duty",
            Self::Position => "position",
            Self::Desk => "desk",
        }
    }

    /// For editors.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Have(Have::People) => "没有人员",
            Self::Have(Have::Organisation) => "没有机构",
            Self::Have(Have::Sign) => "没有牌子",
            Self::Have(Have::Premises) => "没有固定场所",
            Self::Have(Have::Rules) => "没有制度",
            Self::Phone => "没写电话",
            Self::NeverVerified => "没有核实过",
            Self::LongAgo => "很久没核实",
            Self::Hours => "没写时间",
            Self::Duty => "本月没有值班",
            Self::Position => "没写坐标",
            Self::Desk => "没有接信的咨询台",
        }
    }
}

impl<'a> Board<'a> {
    /// What the stations in `only`, or all of them, lack on `today`. `days`: after how many days
    /// one has to be verified again. `regions` are as published, by code.
    pub fn of(
        (regions, stations): (&'a [Region], &'a [Station]),
        only: Option<&RegionCode>,
        (today, holidays): (Date, &Holidays),
        days: i32,
    ) -> Self {
        let asked = |station: &&Station| only.is_none_or(|only| station.region.is_within(only));
        let view = View::new(stations, holidays, today, days);
        let row = |station: &'a Station| Row {
            station,
            area: area_of(&station.region),
            lacks: Lack::all().filter(|lack| view.is_lacking(station, *lack)).collect(),
        };
        let mut rows: Vec<Row<'a>> = stations.iter().filter(asked).map(row).collect();
        rows.sort_by(|a, b| (&a.area, &a.station.id).cmp(&(&b.area, &b.station.id)));
        let mut total = Tally::default();
        for row in &rows {
            total.add(row);
        }
        let areas = rows.chunk_by(|a, b| a.area == b.area).map(|rows| {
            let mut tally = Tally::default();
            for row in rows {
                tally.add(row);
            }
            let code = rows[0].area.clone();
            let region =
                regions.binary_search_by(|region| region.code.cmp(&code)).ok().map(|at| &regions[at]);
            Area { code, region, tally }
        });
        let areas = areas.collect();
        Self { today, days, rows, areas, total }
    }
}

impl Tally {
    /// How many lack `lack`.
    pub fn lacking(&self, lack: Lack) -> usize {
        self.lacking.get(&lack).copied().unwrap_or(0)
    }

    /// What share so many stations are of all, in whole percent, never rounded up.
    pub fn percent(&self, stations: usize) -> usize {
        (stations * 100).checked_div(self.stations).unwrap_or(0)
    }

    fn add(&mut self, row: &Row<'_>) {
        self.stations += 1;
        self.five += usize::from(!row.lacks.iter().any(|lack| matches!(lack, Lack::Have(_))));
        self.whole += usize::from(row.lacks.is_empty());
        for lack in &row.lacks {
            *self.lacking.entry(*lack).or_default() += 1;
        }
    }
}

/// What stations are held against.
struct View<'a> {
    today: Date,
    /// After how many days one has to be verified again.
    days: i32,
    /// The days of the month that are no holidays.
    worked: Vec<Date>,
    by_id: BTreeMap<&'a str, &'a Station>,
}

impl<'a> View<'a> {
    fn new(stations: &'a [Station], holidays: &Holidays, today: Date, days: i32) -> Self {
        let month = (1..=today.days_in_month()).map(|day| today.first_of_month().with().day(day).build());
        let is_worked = |day: &Date| holidays.kind(*day) != DayKind::Off;
        let by_id = stations.iter().map(|station| (station.id.as_str(), station)).collect();
        Self { today, days, worked: month.flatten().filter(is_worked).collect(), by_id }
    }

    fn is_lacking(&self, station: &Station, lack: Lack) -> bool {
        match lack {
            Lack::Have(have) => !station.has.contains(&have),
            Lack::Phone => station.phones.is_empty(),
            Lack::NeverVerified => station.verified.is_none(),
            Lack::LongAgo => station.verified.is_some_and(|day| self.age(day) > self.days),
            Lack::Hours => station.hours.is_none(),
            Lack::Duty => !is_always_open(station) && !self.anybody(station),
            Lack::Position => !station.is_confidential() && station.location().is_none(),
            Lack::Desk => !self.has_desk(station),
        }
    }

    fn age(&self, day: Date) -> i32 {
        self.today.since(day).map_or(0, |span| span.get_days())
    }

    fn anybody(&self, station: &Station) -> bool {
        let falls = |rule: &str| self.worked.iter().any(|day| duty::falls_on(rule, *day));
        station.duty.iter().any(|duty| falls(&duty.rule))
    }

    fn has_desk(&self, station: &Station) -> bool {
        let above = |station: &&Station| self.by_id.get(station.parent.as_deref()?).copied();
        // Levels rise along parents, so there are no more than there are levels.
        std::iter::successors(Some(station), above).take(6).any(|station| station.desk.is_some())
    }
}

/// Somebody is there at any hour: nobody needs a roster to know.
fn is_always_open(station: &Station) -> bool {
    station.hours.as_ref().is_some_and(|hours| hours.osm.trim() == "24/7")
}

fn area_of(region: &RegionCode) -> RegionCode {
    let county = region.ancestry().find(|code| code.level() <= Level::County);
    county.unwrap_or_else(|| region.clone())
}

#[cfg(test)]
mod tests;
