//! `/stations/?region=…&kind=…` with scripts off: the same list as the API's, as a page.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use search::record::{Hotline, Station};
use search::region::{Level, Region, RegionCode};
use search::vocabulary::{Service, StationKind};
use serde::Serialize;

use crate::error::ApiResult;
use crate::extract::{Fields, FromFields};
use crate::pages::{link, render};
use crate::published::{Published, Release};
use crate::shell::Page;
use crate::site;
use crate::stations::{StationOut, StationsIn, StationsOut, find};

/// What the page understands. Whatever else is in the address was added on its way.
const PARAMETERS: [&str; 7] = ["near", "datum", "region", "kind", "service", "level", "q"];

/// More divisions than this do not fit a list to choose from.
const MAX_CHOICES: usize = 400;

/// The list that was asked for; when nothing was, the published page.
pub async fn show(State(published): State<Published>, request: Request) -> Response {
    let fields = Fields::parse(request.uri().query().unwrap_or_default().as_bytes());
    if PARAMETERS.iter().all(|name| fields.peek(name).is_empty()) {
        return site::serve(State(published), request).await;
    }
    let release = published.current();
    match answer(&release, fields) {
        Ok(page) => page.dress(&release.bundle.shell),
        Err(err) => err.into_response(),
    }
}

fn answer(release: &Release, mut fields: Fields) -> ApiResult<Page> {
    let near = fields.peek("near").to_owned();
    let datum = fields.peek("datum").to_owned();
    let wanted = StationsIn::from_fields(&mut fields);
    let found = find(&release.stations, &wanted);
    let name = |code: &Option<RegionCode>| {
        let region = code.as_ref().and_then(|code| release.stations.region(code));
        region.map(|region| region.name.clone())
    };
    let shown = Shown {
        near: wanted.near.map_or("", |_| near.as_str()),
        datum: wanted.near.map_or("", |_| datum.as_str()),
        q: wanted.q.as_deref().unwrap_or_default(),
        complaints: fields.errors().iter().map(|error| error.message.clone()).collect(),
        region: name(&wanted.region),
        widened_to: name(&found.widened_to),
        total: found.total,
        stations: found.stations.iter().map(Card::new).collect(),
        confidential: found.confidential.iter().map(|station| Card::of(station, None)).collect(),
        next: next(&found, &wanted, &near, &datum),
        regions: regions(release, wanted.region.as_ref()),
        kinds: choices(StationKind::ALL, StationKind::code, StationKind::chinese, wanted.kind),
        services: choices(Service::ALL, Service::code, Service::chinese, wanted.service),
        hotlines: &release.bundle.hotlines,
    };
    Ok(Page { status: StatusCode::OK, title: "找站点".to_owned(), main: render("stations.html", shown)? })
}

/// What the fragment shows.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    near: &'a str,
    datum: &'a str,
    q: &'a str,
    /// What could not be understood of the address, in sentences.
    complaints: Vec<String>,
    region: Option<String>,
    widened_to: Option<String>,
    total: usize,
    stations: Vec<Card<'a>>,
    confidential: Vec<Card<'a>>,
    next: Option<String>,
    regions: Vec<Choice<'a>>,
    kinds: Vec<Choice<'a>>,
    services: Vec<Choice<'a>>,
    hotlines: &'a [Hotline],
}

/// A station in the list.
#[derive(Debug, Serialize)]
struct Card<'a> {
    name: &'a str,
    url: &'a str,
    /// How far, what sort, where, when.
    facts: Vec<String>,
    /// As it is read out, and as it is dialled.
    phone: Option<&'a str>,
    dial: String,
}

impl<'a> Card<'a> {
    fn new(found: &'a StationOut) -> Self {
        Self::of(&found.station, found.distance_m)
    }

    fn of(station: &'a Station, distance_m: Option<u64>) -> Self {
        let phone = station.phones.first().map(String::as_str);
        let place = if station.is_confidential() { Some("地址保密") } else { station.address() };
        let facts = [
            distance_m.map(distance),
            Some(station.kind.chinese().to_owned()),
            place.map(str::to_owned),
            station.hours.as_ref().map(|hours| hours.text.clone()),
        ];
        Self {
            name: &station.name,
            url: &station.url,
            facts: facts.into_iter().flatten().collect(),
            phone,
            dial: phone.unwrap_or_default().chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        }
    }
}

/// As one says it: nobody walks 1,274 metres. Distances are as the crow flies, so no more than two digits are true.
pub(super) fn distance(metres: u64) -> String {
    match metres {
        0..100 => "不到 100 米".to_owned(),
        100..1000 => format!("约 {} 米", (metres + 50) / 100 * 100),
        1000..10_000 => {
            let tenths = (metres + 50) / 100;
            format!("约 {}.{} 公里", tenths / 10, tenths % 10)
        }
        _ => format!("约 {} 公里", (metres + 500) / 1000),
    }
}

/// One entry of a list to choose from.
#[derive(Debug, Serialize)]
struct Choice<'a> {
    code: &'a str,
    name: String,
    chosen: bool,
}

fn choices<T: Copy + PartialEq>(
    all: &[T],
    code: fn(T) -> &'static str,
    name: fn(T) -> &'static str,
    chosen: Option<T>,
) -> Vec<Choice<'static>> {
    let choice = |&value: &T| Choice {
        code: code(value),
        name: name(value).to_owned(),
        chosen: chosen == Some(value),
    };
    all.iter().map(choice).collect()
}

/// Divisions down to the township, and the one that was chosen.
fn regions<'a>(release: &'a Release, chosen: Option<&RegionCode>) -> Vec<Choice<'a>> {
    let all = release.stations.regions();
    let worth = |region: &&Region| region.level <= Level::Township || Some(&region.code) == chosen;
    let wide = |region: &&Region| region.level <= Level::County || Some(&region.code) == chosen;
    let few: Vec<&Region> = all.iter().filter(worth).take(MAX_CHOICES + 1).collect();
    let few = if few.len() > MAX_CHOICES { all.iter().filter(wide).take(MAX_CHOICES).collect() } else { few };
    let choice = |region: &&'a Region| Choice {
        code: region.code.as_str(),
        name: format!("{}{}", "　".repeat(depth(region.level)), region.name),
        chosen: Some(&region.code) == chosen,
    };
    few.iter().map(choice).collect()
}

fn depth(level: Level) -> usize {
    match level {
        Level::Province | Level::City => 0,
        Level::County => 1,
        Level::Township => 2,
        Level::Village | Level::Hamlet => 3,
    }
}

fn next(found: &StationsOut, wanted: &StationsIn, near: &str, datum: &str) -> Option<String> {
    let cursor = found.next.as_deref()?;
    let near = if wanted.near.is_some() { near } else { "" };
    let datum = if wanted.near.is_some() { datum } else { "" };
    let region = wanted.region.as_ref().map_or("", |region| region.as_str());
    let kind = wanted.kind.map_or("", StationKind::code);
    let service = wanted.service.map_or("", Service::code);
    let q = wanted.q.as_deref().unwrap_or_default();
    let level = crate::stations::LEVELS.iter().find(|(level, _)| Some(*level) == wanted.level);
    let level = level.map_or("", |(_, name)| name);
    let parameters = [
        ("near", near),
        ("datum", datum),
        ("region", region),
        ("kind", kind),
        ("service", service),
        ("level", level),
        ("q", q),
        ("cursor", cursor),
    ];
    Some(link("/stations/", &parameters))
}
