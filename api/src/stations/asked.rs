//! What is asked of the stations: the fields of an address, or of a body, checked.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use search::coord::Coord;
use search::datum::Datum;
use search::region::{Level, RegionCode};
use search::vocabulary::{Audience, Facility, Profession, Service, StationKind};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::clock::{CHINA, Clock};
use crate::error::{ApiError, ApiResult, FieldError};
use crate::extract::{Fields, FromFields};
use crate::search::region;

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;
/// The furthest station that can be asked for in pages. All of them at once are in the site's own data.
const MAX_OFFSET: usize = 10_000;
/// The most of a place's name, or of words, in characters.
const MAX_WORDS: usize = 100;

const POINT: &str = "不是地球上的一点：纬度在前（-90 到 90），经度在后（-180 到 180）";

/// Which stations.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StationsIn {
    /// `lat,lon`: nearest first. A position in an address line can be seen by what lies between: prefer
    /// `POST /stations/nearest`.
    #[param(value_type = Option<String>, example = "30.5,110.2")]
    pub near: Option<Coord>,
    /// What datum `near` is in. `wgs84` unless told.
    #[param(value_type = Option<Datum>)]
    pub datum: Datum,
    /// Says each station's `position` in this datum too. Positions called `location` are always WGS 84.
    pub datum_out: Option<Datum>,
    /// Nearest to this place first, where there is no `near`: a division, a landmark or an address, in words.
    #[param(max_length = 100, example = "示例县暖溪镇")]
    pub place: Option<String>,
    /// Those of this division and of those in it.
    #[param(value_type = Option<String>, example = "990121")]
    pub region: Option<RegionCode>,
    /// Those of this sort.
    pub kind: Option<StationKind>,
    /// Those that do this.
    pub service: Option<Service>,
    /// Those of this level of the network.
    pub level: Option<Level>,
    /// Those that are open then: `now`, or a time in China (`2026-11-23T09:00`).
    #[param(value_type = Option<String>, example = "now")]
    pub open_at: Option<When>,
    /// Those that have each of these, with commas between them.
    #[param(value_type = Option<String>, example = "step_free,private_room")]
    pub access: Vec<Facility>,
    /// Those that are for these people: they are named, or everyone is, or nobody is.
    pub audience: Option<Audience>,
    /// Those that visit these people at home.
    pub home_visit: Option<Audience>,
    /// Those where somebody is this by profession.
    pub profession: Option<Profession>,
    /// Those where somebody knows this topic best, by its slug; with `profession`, the same person.
    pub topic: Option<String>,
    /// Those where this language or dialect is spoken besides 普通话, as the stations call it.
    #[param(max_length = 100, example = "客家话")]
    pub language: Option<String>,
    /// Those whose name, sort, divisions or address hold these words.
    #[param(max_length = 100)]
    pub q: Option<String>,
    /// Stations at most. 20 unless told.
    #[param(minimum = 1, maximum = 100, value_type = Option<usize>)]
    pub limit: usize,
    /// Where to go on: `next` of the page before.
    #[param(value_type = Option<String>)]
    pub cursor: usize,
}

/// A moment that somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// When the answer is given.
    Now,
    /// By the clock on the wall in China.
    Then(DateTime),
}

/// A place, and what is wanted near it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NearestIn {
    /// Where from. Either this or `place`.
    pub near: Option<PointIn>,
    /// What datum `near` is in.
    #[serde(default)]
    pub datum: Datum,
    /// Says each station's `position` in this datum too.
    pub datum_out: Option<Datum>,
    /// Where from, in words: a division, a landmark or an address.
    #[schema(max_length = 100)]
    pub place: Option<String>,
    /// Those of this sort.
    pub kind: Option<StationKind>,
    /// Those that do this.
    pub service: Option<Service>,
    /// Those of this level of the network.
    pub level: Option<Level>,
    /// Those that are open then: `now`, or a time in China.
    pub open_at: Option<String>,
    /// Those that have each of these.
    #[serde(default)]
    pub access: Vec<Facility>,
    /// Those that are for these people.
    pub audience: Option<Audience>,
    /// Those that visit these people at home.
    pub home_visit: Option<Audience>,
    /// Those where somebody is this by profession.
    pub profession: Option<Profession>,
    /// Those where somebody knows this topic best, by its slug.
    pub topic: Option<String>,
    /// Those where this language or dialect is spoken besides 普通话, as the stations call it.
    #[schema(max_length = 100)]
    pub language: Option<String>,
    /// Those of this division and of those in it.
    #[schema(value_type = Option<String>)]
    pub region: Option<RegionCode>,
    /// Those whose name, sort, divisions or address hold these words.
    #[schema(max_length = 100)]
    pub q: Option<String>,
    /// Stations at most. 20 unless told.
    #[schema(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

/// A position as given, in degrees.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointIn {
    /// North of the equator.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// East of Greenwich.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
}

impl When {
    /// Reads `now`, `2026-11-23T09:00`, `2026-11-23 09:00`, or an instant with its offset.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("now") {
            return Some(Self::Now);
        }
        // In an address a plus sign is a blank.
        let instant = text.parse::<jiff::Timestamp>().or_else(|_| text.replace(' ', "+").parse());
        let china = |instant| TimeZone::fixed(CHINA).to_datetime(instant);
        instant.map(china).or_else(|_| text.parse()).ok().map(Self::Then)
    }

    /// The moment, on a wall in China.
    pub fn moment(self, clock: &dyn Clock) -> DateTime {
        match self {
            Self::Now => TimeZone::fixed(CHINA).to_datetime(clock.now()),
            Self::Then(moment) => moment,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Now => "now".to_owned(),
            Self::Then(moment) => moment.to_string(),
        }
    }
}

impl StationsIn {
    /// Whether the answer tells where somebody is, or what they looked for.
    pub fn is_private(&self) -> bool {
        self.near.is_some() || self.place.is_some() || self.q.is_some()
    }

    /// The fields that ask for the same in an address, but for the position and where to go on. Some may be empty.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let code = |code: Option<&str>| code.unwrap_or_default().to_owned();
        let access: Vec<&str> = self.access.iter().map(|&facility| facility.code()).collect();
        vec![
            ("place", code(self.place.as_deref())),
            ("region", code(self.region.as_ref().map(RegionCode::as_str))),
            ("kind", code(self.kind.map(StationKind::code))),
            ("service", code(self.service.map(Service::code))),
            ("level", code(self.level.map(Level::code))),
            ("open_at", self.open_at.map(When::text).unwrap_or_default()),
            ("access", access.join(",")),
            ("audience", code(self.audience.map(Audience::code))),
            ("home_visit", code(self.home_visit.map(Audience::code))),
            ("profession", code(self.profession.map(Profession::code))),
            ("topic", code(self.topic.as_deref())),
            ("language", code(self.language.as_deref())),
            ("q", code(self.q.as_deref())),
        ]
    }
}

impl FromFields for StationsIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let datum = datum(fields, "datum").unwrap_or_default();
        Self {
            near: near(fields, datum),
            datum,
            datum_out: self::datum(fields, "datum_out"),
            place: words(fields, "place"),
            region: region(fields),
            kind: fields.parsed("kind", &codes(StationKind::ALL, StationKind::code), StationKind::parse),
            service: fields.parsed("service", &codes(Service::ALL, Service::code), Service::parse),
            level: level(fields),
            open_at: fields.parsed("open_at", WHEN, When::parse),
            access: access(fields),
            audience: audience(fields, "audience"),
            home_visit: audience(fields, "home_visit"),
            profession: fields.parsed(
                "profession",
                &codes(Profession::ALL, Profession::code),
                Profession::parse,
            ),
            topic: words(fields, "topic"),
            language: words(fields, "language"),
            q: words(fields, "q"),
            limit: fields.number("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_LIMIT),
            cursor: fields.number("cursor", 0..=MAX_OFFSET).unwrap_or(0),
        }
    }
}

const WHEN: &str = " now，或者北京时间，写成 2026-11-23T09:00";

impl NearestIn {
    /// The same as an address says it. What is wrong is named field by field.
    pub fn checked(self) -> ApiResult<StationsIn> {
        let mut errors = Vec::new();
        let mut wrong = |pointer: &str, message: String| {
            errors.push(FieldError { pointer: pointer.to_owned(), message });
        };
        let near = self.near.and_then(|point| self.datum.to_wgs84(point.lat, point.lon));
        if self.near.is_some() && near.is_none() {
            wrong("/near", POINT.to_owned());
        }
        let (place, language, q) = (written(self.place), written(self.language), written(self.q));
        if self.near.is_none() && place.is_none() {
            wrong("/near", "要有 near（位置）或者 place（地名、地址）".to_owned());
        }
        for (pointer, words) in [("/place", &place), ("/language", &language), ("/q", &q)] {
            if words.as_ref().is_some_and(|words| words.chars().count() > MAX_WORDS) {
                wrong(pointer, format!("最多 {MAX_WORDS} 个字"));
            }
        }
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            wrong("/limit", format!("应为 1 到 {MAX_LIMIT} 之间的整数"));
        }
        let open_at = self.open_at.as_deref().map(When::parse);
        if open_at == Some(None) {
            wrong("/open_at", format!("应为{WHEN}"));
        }
        if !errors.is_empty() {
            return Err(ApiError::Invalid(errors));
        }
        let Self { datum, datum_out, region, kind, service, level, access, .. } = self;
        let Self { audience, home_visit, profession, topic, .. } = self;
        let open_at = open_at.flatten();
        Ok(StationsIn {
            near,
            datum,
            datum_out,
            place,
            region,
            kind,
            service,
            level,
            open_at,
            access,
            audience,
            home_visit,
            profession,
            topic,
            language,
            q,
            limit,
            cursor: 0,
        })
    }
}

fn written(words: Option<String>) -> Option<String> {
    words.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty())
}

fn datum(fields: &mut Fields, name: &'static str) -> Option<Datum> {
    fields.parsed(name, &codes(&Datum::ALL, Datum::code), Datum::parse)
}

fn near(fields: &mut Fields, datum: Datum) -> Option<Coord> {
    let text = fields.text("near")?;
    let pair = text
        .split_once([',', '，'])
        .and_then(|(lat, lon)| Some((lat.trim().parse::<f64>().ok()?, lon.trim().parse::<f64>().ok()?)));
    let near = pair.and_then(|(lat, lon)| datum.to_wgs84(lat, lon));
    if near.is_none() {
        let swapped = pair.and_then(|(lon, lat)| Coord::new(lat, lon));
        let hint = swapped.map(|at| format!("。是不是写反了：near={},{}", at.lat(), at.lon()));
        fields.reject("near", format!("{POINT}，中间用逗号{}", hint.unwrap_or_default()));
    }
    near
}

fn words(fields: &mut Fields, name: &'static str) -> Option<String> {
    let text = fields.text(name)?;
    if text.chars().count() > MAX_WORDS {
        fields.reject(name, format!("最多 {MAX_WORDS} 个字"));
        return None;
    }
    Some(text)
}

fn level(fields: &mut Fields) -> Option<Level> {
    // Not by its Chinese word, 市: that is what files have.
    let by_code = |text: &str| Level::parse(text).filter(|level| level.code() == text);
    fields.parsed("level", &codes(Level::ALL, Level::code), by_code)
}

fn access(fields: &mut Fields) -> Vec<Facility> {
    let expected = format!("{}，几个之间用逗号", codes(Facility::ALL, Facility::code));
    let all = |text: &str| text.split([',', '，']).map(|code| Facility::parse(code.trim())).collect();
    fields.parsed("access", &expected, all).unwrap_or_default()
}

fn audience(fields: &mut Fields, name: &'static str) -> Option<Audience> {
    fields.parsed(name, &codes(Audience::ALL, Audience::code), Audience::parse)
}

fn codes<T: Copy>(all: &[T], code: fn(T) -> &'static str) -> String {
    format!(" {} 之一", all.iter().map(|&value| code(value)).collect::<Vec<_>>().join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_it_is_said_in_china() {
        let nine = When::Then(jiff::civil::date(2026, 11, 23).at(9, 0, 0, 0));
        for text in [
            "2026-11-23T09:00",
            "2026-11-23 09:00",
            "2026-11-23T01:00Z",
            "2026-11-23T09:00:00+08:00",
            "2026-11-23T09:00:00 08:00",
        ] {
            assert_eq!(When::parse(text), Some(nine), "{text}");
        }
        assert_eq!(When::parse("Now"), Some(When::Now));
        for text in ["", "soon", "25:00", "2026-13-01T00:00"] {
            assert_eq!(When::parse(text), None, "{text}");
        }
    }
}
