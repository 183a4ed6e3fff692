//! `GET /stations`, `POST /stations/nearest`, `GET /stations/{id}`: finding help by place.
//!
//! Where somebody is, is private: it is never logged, and an answer that holds a distance is kept by nobody. When
//! nothing fits in a division, the divisions around it are tried, so that nobody is left without a place to go.

use axum::extract::State;
use search::coord::Coord;
use search::datum::Datum;
use search::record::Station;
use search::region::{Level, RegionCode};
use search::stations::{StationFilter, StationIndex};
use search::vocabulary::{Service, StationKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::error::{ApiError, ApiResult, FieldError};
use crate::extract::{Body, Fields, FromFields, Query, Segment};
use crate::published::Published;
use crate::search::region;

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;
/// The furthest station that can be asked for in pages. All of them at once are in the site's own data.
const MAX_OFFSET: usize = 100_000;

/// Which stations.
#[derive(Debug, Clone, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StationsIn {
    /// `lat,lon`: nearest first. A position in an address line can be seen by what lies between: prefer
    /// `POST /stations/nearest`.
    #[param(value_type = Option<String>, example = "30.5,110.2")]
    pub near: Option<Coord>,
    /// What datum `near` is in. `wgs84` unless told.
    #[param(value_type = Option<Datum>)]
    pub datum: Datum,
    /// Those of this division and of those in it.
    #[param(value_type = Option<String>, example = "990121")]
    pub region: Option<RegionCode>,
    /// Those of this sort.
    pub kind: Option<StationKind>,
    /// Those that do this.
    pub service: Option<Service>,
    /// Those of this level of the network.
    pub level: Option<Level>,
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

/// A position, and what is wanted near it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NearestIn {
    /// Where from.
    pub near: PointIn,
    /// What datum that is in.
    #[serde(default)]
    pub datum: Datum,
    /// Those of this sort.
    pub kind: Option<StationKind>,
    /// Those that do this.
    pub service: Option<Service>,
    /// Those of this division and of those in it.
    #[schema(value_type = Option<String>)]
    pub region: Option<RegionCode>,
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

/// A page of stations.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StationsOut {
    /// Nearest first where a position was given; else outermost level first, then by name.
    pub stations: Vec<StationOut>,
    /// How many fit in all. With a position, only those whose place is public can be in `stations`.
    pub total: usize,
    /// What to send as `cursor` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Nothing fitted in the division that was asked for: these are from this one around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub widened_to: Option<RegionCode>,
    /// With a position only: those that fit and whose place is not public. Call them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confidential: Vec<Station>,
}

/// A station, and how far it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StationOut {
    /// As published.
    #[serde(flatten)]
    pub station: Station,
    /// In metres as the crow flies. Only where a position was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<u64>,
}

/// Stations by place, division, sort, service, level or words; nearest first when `near` is given.
#[utoipa::path(get, path = "/stations", tag = "站点", params(StationsIn),
    responses((status = 200, body = StationsOut)))]
pub async fn list(
    State(published): State<Published>,
    Query(wanted): Query<StationsIn>,
) -> Answer<StationsOut> {
    let private = wanted.near.is_some() || wanted.q.is_some();
    let found = find(&published.current().stations, &wanted);
    if private { Answer::private(found) } else { Answer::public(found) }
}

/// The nearest stations, with the position where nobody on the way writes it down.
#[utoipa::path(post, path = "/stations/nearest", tag = "站点", request_body = NearestIn,
    responses((status = 200, body = StationsOut)))]
pub async fn nearest(
    State(published): State<Published>,
    Body(request): Body<NearestIn>,
) -> ApiResult<Answer<StationsOut>> {
    let wanted = request.checked()?;
    Ok(Answer::private(find(&published.current().stations, &wanted)))
}

/// One station.
#[utoipa::path(get, path = "/stations/{id}", tag = "站点",
    params(("id" = String, Path, description = "As in the list; opaque.")),
    responses((status = 200, body = Station), (status = 404, body = crate::error::Problem)))]
pub async fn one(
    State(published): State<Published>,
    Segment(id): Segment,
    Query(Nothing): Query<Nothing>,
) -> ApiResult<Answer<Station>> {
    let release = published.current();
    release.stations.get(&id).cloned().map(Answer::public).ok_or(ApiError::NotFound("这个站点"))
}

/// No parameters at all.
#[derive(Debug)]
pub struct Nothing;

impl FromFields for Nothing {
    fn from_fields(_: &mut Fields) -> Self {
        Self
    }
}

/// Looks in the division that was asked for, then in each one around it until something fits.
pub fn find(index: &StationIndex, wanted: &StationsIn) -> StationsOut {
    let mut filter = StationFilter {
        region: wanted.region.clone(),
        kind: wanted.kind,
        service: wanted.service,
        level: wanted.level,
        text: wanted.q.clone(),
    };
    let here = page(index, &filter, wanted);
    if here.total > 0 {
        return here;
    }
    for around in wanted.region.iter().flat_map(RegionCode::ancestry).skip(1) {
        filter.region = Some(around.clone());
        let wider = page(index, &filter, wanted);
        if wider.total > 0 {
            return StationsOut { widened_to: Some(around), ..wider };
        }
    }
    here
}

fn page(index: &StationIndex, filter: &StationFilter, wanted: &StationsIn) -> StationsOut {
    let (from, to) = (wanted.cursor, wanted.cursor + wanted.limit);
    let (listed, total) = index.list(filter, from, wanted.limit);
    let (stations, more) = match wanted.near {
        None => {
            let stations =
                listed.into_iter().map(|station| StationOut { station: station.clone(), distance_m: None });
            (stations.collect::<Vec<_>>(), to < total)
        }
        Some(near) => {
            // One more than asked for tells whether there is another page.
            let mut nearest = index.nearest(near, filter, to + 1);
            let more = nearest.len() > to;
            nearest.truncate(to);
            let stations = nearest.iter().skip(from).map(|near| StationOut {
                station: near.station.clone(),
                distance_m: Some(whole_metres(near.distance_m)),
            });
            (stations.collect(), more)
        }
    };
    let confidential =
        if wanted.near.is_some() && from == 0 { confidential(index, filter, &stations) } else { vec![] };
    StationsOut { stations, total, next: more.then(|| to.to_string()), widened_to: None, confidential }
}

/// A confidential station is near nobody, but somebody near may need it: those of the division asked for, or of the
/// one the nearest station serves.
fn confidential(index: &StationIndex, filter: &StationFilter, nearest: &[StationOut]) -> Vec<Station> {
    let region = filter.region.as_ref().or_else(|| nearest.first().map(|near| &near.station.region));
    let fits = |station: &&Station| {
        filter.kind.is_none_or(|kind| station.kind == kind)
            && filter.service.is_none_or(|service| station.services.contains(&service))
            && filter.level.is_none_or(|level| station.level == level)
    };
    index.confidential_for(region).into_iter().filter(fits).cloned().collect()
}

fn whole_metres(distance_m: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2.1e7 metres")]
    let metres = distance_m.round() as u64;
    metres
}

impl NearestIn {
    fn checked(self) -> ApiResult<StationsIn> {
        let mut errors = Vec::new();
        let near = self.datum.to_wgs84(self.near.lat, self.near.lon);
        if near.is_none() {
            errors.push(FieldError { pointer: "/near".to_owned(), message: POINT.to_owned() });
        }
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let message = format!("应为 1 到 {MAX_LIMIT} 之间的整数");
            errors.push(FieldError { pointer: "/limit".to_owned(), message });
        }
        if !errors.is_empty() {
            return Err(ApiError::Invalid(errors));
        }
        let Self { datum, kind, service, region, .. } = self;
        Ok(StationsIn { near, datum, region, kind, service, level: None, q: None, limit, cursor: 0 })
    }
}

const POINT: &str = "不是地球上的一点：纬度在前（-90 到 90），经度在后（-180 到 180）";

impl FromFields for StationsIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let datums = format!(" {} 之一", Datum::ALL.map(Datum::code).join("、"));
        let datum = fields.parsed("datum", &datums, Datum::parse);
        let datum = datum.unwrap_or_default();
        Self {
            near: near(fields, datum),
            datum,
            region: region(fields),
            kind: fields.parsed("kind", &codes(StationKind::ALL, StationKind::code), StationKind::parse),
            service: fields.parsed("service", &codes(Service::ALL, Service::code), Service::parse),
            level: level(fields),
            q: words(fields),
            limit: fields.number("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_LIMIT),
            cursor: fields.number("cursor", 0..=MAX_OFFSET).unwrap_or(0),
        }
    }
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

fn words(fields: &mut Fields) -> Option<String> {
    let text = fields.text("q")?;
    if text.chars().count() > 100 {
        fields.reject("q", "最多 100 个字");
        return None;
    }
    Some(text)
}

/// The levels of the network, each with its name in code. Stations stand on the lower five.
pub const LEVELS: [(Level, &str); 6] = [
    (Level::Province, "province"),
    (Level::City, "city"),
    (Level::County, "county"),
    (Level::Township, "township"),
    (Level::Village, "village"),
    (Level::Hamlet, "hamlet"),
];

fn level(fields: &mut Fields) -> Option<Level> {
    let names = format!(" {} 之一", LEVELS.map(|(_, name)| name).join("、"));
    let find = |text: &str| LEVELS.iter().find(|(_, name)| *name == text).map(|&(level, _)| level);
    fields.parsed("level", &names, find)
}

fn codes<T: Copy>(all: &[T], code: fn(T) -> &'static str) -> String {
    format!(" {} 之一", all.iter().map(|&value| code(value)).collect::<Vec<_>>().join("、"))
}
