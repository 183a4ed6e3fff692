//! Finding the stations that are wanted: where from, in which division, and why each of them is an answer.
//!
//! Start at [`find`]. Where nothing fits in a division, those around it are tried one after the other, so that nobody is
//! left without a place to go, and the answer says so.

use std::cell::RefCell;

use jiff::civil::DateTime;
use search::coord::Coord;
use search::datum::{Bd09, Datum, Gcj02};
use search::hours::holidays::Holidays;
use search::hours::{State, Timetable, Unsure};
use search::record::Station;
use search::region::RegionCode;
use search::stations::{Spot, SpotError, StationFilter, StationIndex, StationRef};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{StationsIn, When};
use super::why::{self, Why};
use crate::error::{ApiError, ApiResult, FieldError};

/// A page of stations.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StationsOut {
    /// Nearest first where a position or a place was given; else outermost level first, then by name.
    pub stations: Vec<StationOut>,
    /// How many fit in all. With a position, only those whose place is public can be in `stations`.
    pub total: usize,
    /// What to send as `cursor` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What was understood of `place`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceOut>,
    /// Nothing fitted in the division that was asked for, or in the one that the position lies in: the first of these is
    /// from this one around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub widened_to: Option<RegionCode>,
    /// With a position only: those that fit, of the division asked for or of the one the position lies in, and that nobody
    /// has placed on the map. They may be nearer than the others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unplaced: Vec<StationOut>,
    /// With a position only: those that fit and whose place is not public. Call them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confidential: Vec<StationOut>,
}

/// A station, how far it is, whether it is open, and why it is here.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StationOut {
    /// As published.
    #[serde(flatten)]
    pub station: Station,
    /// In metres as the crow flies. Only where a position was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<u64>,
    /// Its position in the datum that was asked for, if it has a public one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionOut>,
    /// Whether it is open at the moment that was asked for, or now. Absent where it has no hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<OpeningOut>,
    /// For each thing that was asked for, in what way this station has it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<Why>,
}

/// A position, and what its degrees are in.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct PositionOut {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// What datum that is in.
    pub datum: Datum,
}

/// Whether a station is open. Times are those of China, without an offset.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpeningOut {
    /// What it is.
    pub state: State,
    /// Until when; absent where that never changes or is weeks away.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "2026-11-23T17:30:00")]
    pub until: Option<DateTime>,
    /// Where it is not open: when it opens next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "2026-11-24T08:30:00")]
    pub opens: Option<DateTime>,
    /// Why it may be otherwise: call first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsure: Option<Unsure>,
    /// The same in words.
    #[schema(example = "现在开着，17:30 关门")]
    pub text: String,
}

/// What was understood of a place's name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlaceOut {
    /// The smallest division that is known to hold it.
    #[schema(value_type = String)]
    pub region: RegionCode,
    /// That division with those around it, or the station whose name or address has the words.
    pub text: String,
    /// The id of that station.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub station: Option<String>,
    /// Words that mean nothing here. May be empty.
    pub unknown: String,
}

/// Where from: a position, and the division it is known to lie in.
struct From {
    at: Option<Coord>,
    region: Option<RegionCode>,
    place: Option<PlaceOut>,
}

/// What is being looked for, in the words of the index.
pub(super) struct Looking<'a> {
    pub(super) index: &'a StationIndex,
    pub(super) wanted: &'a StationsIn,
    pub(super) now: DateTime,
    /// What was said of timetables: neighbours keep the same hours.
    said: RefCell<Vec<(Timetable, OpeningOut)>>,
}

/// What fits. `now` is the time on a wall in China.
pub fn find(index: &StationIndex, wanted: &StationsIn, now: DateTime) -> ApiResult<StationsOut> {
    let from = from(index, wanted)?;
    let looking = Looking { index, wanted, now, said: RefCell::default() };
    let mut filter = looking.filter();
    if from.at.is_none() && filter.region.is_none() {
        filter.region.clone_from(&from.region);
    }
    let mut found = match (&filter.region, from.at) {
        (Some(region), at) => looking.climb(&filter, region, at),
        (None, None) => looking.page(&filter, None, None),
        (None, Some(at)) => {
            let here = from.region.or_else(|| looking.division_of(at));
            let found = looking.page(&filter, Some(at), here.as_ref());
            let widened_to = here.and_then(|here| looking.beyond(&here, &found));
            StationsOut { widened_to, ..found }
        }
    };
    found.place = from.place;
    Ok(found)
}

/// A station by itself.
pub fn one(station: Station, now: DateTime, holidays: &Holidays) -> StationOut {
    let opening = opening(&station, now, holidays);
    StationOut { station, distance_m: None, position: None, opening, why: Vec::new() }
}

fn from(index: &StationIndex, wanted: &StationsIn) -> ApiResult<From> {
    let Some(words) = wanted.place.as_deref().filter(|_| wanted.near.is_none()) else {
        return Ok(From { at: wanted.near, region: None, place: None });
    };
    let spot = index.spot(words, wanted.region.as_ref()).map_err(|err| refusal(index, err))?;
    let place = place(index, &spot);
    Ok(From { at: spot.at, region: Some(spot.region), place: Some(place) })
}

fn refusal(index: &StationIndex, err: SpotError) -> ApiError {
    let message = match err {
        SpotError::Unknown => {
            "没有认出这个地方。写镇或村的名字，或者附近的学校、路名，前面加上县名。也可以空着，直接选地方"
                .to_owned()
        }
        SpotError::Several(regions) => {
            let names: Vec<String> = regions.iter().map(|region| full_name(index, region)).collect();
            format!("有几个地方叫这个名字：{}。前面加上县或者镇的名字", names.join("、"))
        }
    };
    ApiError::Invalid(vec![FieldError { pointer: "place".to_owned(), message }])
}

fn place(index: &StationIndex, spot: &Spot) -> PlaceOut {
    let station = spot.station.map(|station| index.station(station));
    let text = match &station {
        Some(station) => [Some(station.name.as_str()), station.address()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("，"),
        None => full_name(index, &spot.region),
    };
    PlaceOut {
        region: spot.region.clone(),
        text,
        station: station.map(|station| station.id),
        unknown: spot.unknown.clone(),
    }
}

/// 示例市示例县暖溪镇
fn full_name(index: &StationIndex, region: &RegionCode) -> String {
    let around: Vec<RegionCode> = region.ancestry().collect();
    around.iter().rev().filter_map(|code| index.region(code)).map(|region| region.name.as_str()).collect()
}

impl StationsOut {
    fn of(stations: Vec<StationOut>, total: usize) -> Self {
        let (unplaced, confidential) = (Vec::new(), Vec::new());
        Self { stations, total, next: None, place: None, widened_to: None, unplaced, confidential }
    }

    /// Whether there is nothing in it to go to or to call.
    fn is_empty(&self) -> bool {
        self.stations.is_empty() && self.unplaced.is_empty() && self.confidential.is_empty()
    }
}

impl Looking<'_> {
    fn filter(&self) -> StationFilter {
        let wanted = self.wanted;
        StationFilter {
            region: wanted.region.clone(),
            kind: wanted.kind,
            service: wanted.service,
            level: wanted.level,
            facilities: wanted.access.clone(),
            audience: wanted.audience,
            home_visit: wanted.home_visit,
            profession: wanted.profession,
            topic: wanted.topic.clone(),
            language: wanted.language.clone(),
            open_at: wanted.open_at.map(|_| self.moment()),
            text: wanted.q.clone(),
        }
    }

    /// The moment that was asked for, or now.
    pub(super) fn moment(&self) -> DateTime {
        match self.wanted.open_at {
            Some(When::Then(moment)) => moment,
            Some(When::Now) | None => self.now,
        }
    }

    /// Whether a division has a name here. No 110100 stands between 东城区 and 北京市.
    pub(super) fn is_published(&self, region: &RegionCode) -> bool {
        self.index.region(region).is_some()
    }

    /// Looks in a division, then in each one around it until there is something to show.
    fn climb(&self, filter: &StationFilter, region: &RegionCode, at: Option<Coord>) -> StationsOut {
        let within = |region: RegionCode| {
            let filter = StationFilter { region: Some(region.clone()), ..filter.clone() };
            self.page(&filter, at, Some(&region))
        };
        let is_something = |found: &StationsOut| {
            found.total > 0 && (at.is_none() || !found.is_empty() || self.wanted.cursor > 0)
        };
        let here = within(region.clone());
        if is_something(&here) {
            return here;
        }
        let around = region.ancestry().skip(1).filter(|around| self.is_published(around));
        let mut around = around.map(|around| (around.clone(), within(around)));
        match around.find(|(_, wider)| is_something(wider)) {
            Some((around, wider)) => StationsOut { widened_to: Some(around), ..wider },
            None => here,
        }
    }

    /// The division that a position lies in, as far as stations tell: the one that the nearest of any sort serves.
    fn division_of(&self, at: Coord) -> Option<RegionCode> {
        let nearest = self.index.nearest(at, &StationFilter::default(), 1);
        Some(self.index.station(nearest.first()?.station).region)
    }

    /// The division around a position that has to be gone to for the nearest station that fits: `None` where that is in
    /// the one the position lies in, or in none around it.
    fn beyond(&self, here: &RegionCode, found: &StationsOut) -> Option<RegionCode> {
        if self.wanted.cursor > 0 || !found.unplaced.is_empty() {
            return None;
        }
        let nearest = &found.stations.first()?.station.region;
        let mut around = here.ancestry().filter(|around| self.is_published(around));
        let smallest = around.find(|around| nearest.is_within(around))?;
        (smallest != *here).then_some(smallest)
    }

    /// `here`: where a position lies, for those that can't be near it.
    fn page(&self, filter: &StationFilter, at: Option<Coord>, here: Option<&RegionCode>) -> StationsOut {
        let (from, to) = (self.wanted.cursor, self.wanted.cursor + self.wanted.limit);
        let Some(at) = at else {
            let (listed, total) = self.index.list(filter, from, self.wanted.limit);
            let stations = listed.into_iter().map(|station| self.station(station, None)).collect();
            return StationsOut {
                next: (to < total).then(|| to.to_string()),
                ..StationsOut::of(stations, total)
            };
        };
        // One more than asked for tells whether there is another page.
        let mut nearest = self.index.nearest(at, filter, to + 1);
        let more = nearest.len() > to;
        nearest.truncate(to);
        let stations = nearest.iter().skip(from);
        let stations = stations.map(|near| self.station(near.station, Some(whole_metres(near.distance_m))));
        let found = StationsOut::of(stations.collect(), self.index.count(filter));
        // A confidential station is near nobody, but somebody near may need it.
        let apart = |apart: Vec<StationRef>| {
            apart.into_iter().map(|station| self.station(station, None)).collect::<Vec<_>>()
        };
        let first = here.filter(|_| from == 0);
        StationsOut {
            next: more.then(|| to.to_string()),
            unplaced: first
                .map(|here| apart(self.index.unplaced_in(here, filter, self.wanted.limit)))
                .unwrap_or_default(),
            confidential: first
                .map(|here| apart(self.index.confidential_for(Some(here), filter, self.wanted.limit)))
                .unwrap_or_default(),
            ..found
        }
    }

    fn opening(&self, station: &Station) -> Option<OpeningOut> {
        let rules = &station.hours.as_ref()?.rules;
        let mut said = self.said.borrow_mut();
        if let Some((_, opening)) = said.iter().find(|(known, _)| known == rules) {
            return Some(opening.clone());
        }
        let opening = opening(station, self.moment(), self.index.holidays())?;
        said.push((rules.clone(), opening.clone()));
        Some(opening)
    }

    fn station(&self, station: StationRef, distance_m: Option<u64>) -> StationOut {
        let station = self.index.station(station);
        let opening = self.opening(&station);
        let why = why::all(self, &station, distance_m, opening.as_ref());
        let position = self.wanted.datum_out.and_then(|datum| Some(position(station.location()?, datum)));
        StationOut { station, distance_m, position, opening, why }
    }
}

fn opening(station: &Station, moment: DateTime, holidays: &Holidays) -> Option<OpeningOut> {
    let answer = station.hours.as_ref()?.rules.at(moment, holidays);
    Some(OpeningOut {
        state: answer.state,
        until: answer.until,
        opens: answer.opens,
        unsure: answer.unsure,
        text: answer.words(moment),
    })
}

fn position(at: Coord, datum: Datum) -> PositionOut {
    let (lat, lon) = match datum {
        Datum::Wgs84 => (at.lat(), at.lon()),
        Datum::Gcj02 => {
            let Gcj02 { lat, lon } = at.into();
            (lat, lon)
        }
        Datum::Bd09 => {
            let Bd09 { lat, lon } = at.into();
            (lat, lon)
        }
    };
    PositionOut { lat, lon, datum }
}

fn whole_metres(distance_m: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2.1e7 metres")]
    let metres = distance_m.round() as u64;
    metres
}
