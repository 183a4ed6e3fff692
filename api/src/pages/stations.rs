//! `/stations/?region=…&kind=…` with scripts off: the same list as the API's, as a page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use search::record::Hotline;
use search::region::{Level, Region, RegionCode};
use search::vocabulary::{Audience, Facility, Profession, Service, StationKind};
use serde::Serialize;

use crate::clock::Clock;
use crate::error::{ApiError, ApiResult, FieldError};
use crate::extract::{Fields, FromFields};
use crate::pages::{link, render};
use crate::published::{Published, Release};
use crate::shell::Page;
use crate::site;
use crate::stations::asked::{StationsIn, When};
use crate::stations::find;
use crate::stations::found::{PlaceOut, StationOut, StationsOut};
use crate::stations::why::distance;

/// What the page understands. Whatever else is in the address was added on its way.
const PARAMETERS: [&str; 15] = [
    "near",
    "datum",
    "place",
    "region",
    "kind",
    "service",
    "level",
    "open_at",
    "access",
    "audience",
    "home_visit",
    "profession",
    "topic",
    "language",
    "q",
];

/// What was chosen elsewhere and has no field in the form: it stays.
const KEPT: [&str; 1] = ["level"];

/// More divisions than this do not fit a list to choose from.
const MAX_CHOICES: usize = 400;

/// The list that was asked for; when nothing was, the published page.
pub async fn show(
    State(published): State<Published>,
    State(clock): State<Arc<dyn Clock>>,
    request: Request,
) -> Response {
    let fields = Fields::parse(request.uri().query().unwrap_or_default().as_bytes());
    if PARAMETERS.iter().all(|name| fields.peek(name).is_empty()) {
        return site::serve(State(published), request).await;
    }
    let release = published.current();
    match answer(&release, fields, &*clock) {
        Ok(page) => page.dress(&release.bundle.shell),
        Err(err) => err.into_response(),
    }
}

fn answer(release: &Release, mut fields: Fields, clock: &dyn Clock) -> ApiResult<Page> {
    let position = Position { near: fields.peek("near").to_owned(), datum: fields.peek("datum").to_owned() };
    let mut wanted = StationsIn::from_fields(&mut fields);
    let mut complaints: Vec<String> = fields.errors().iter().map(complaint).collect();
    let place = wanted.place.clone();
    let found = match find(release, &wanted, clock) {
        // A place that nobody knows is left out, and said to be.
        Err(ApiError::Invalid(errors)) => {
            complaints.extend(errors.iter().map(complaint));
            (wanted.place, wanted.topic, wanted.language) = (None, None, None);
            find(release, &wanted, clock)?
        }
        found => found?,
    };
    complaints.dedup();
    let position = if wanted.near.is_some() { position } else { Position::default() };
    let name = |code: &Option<RegionCode>| {
        let region = code.as_ref().and_then(|code| release.stations.region(code));
        region.map(|region| region.name.clone())
    };
    let asked = wanted.fields();
    let shown = Shown {
        kept: kept(&wanted, &asked),
        place: place.as_deref().unwrap_or_default(),
        understood: found.place.as_ref(),
        open_at: wanted.open_at.map(|when| if when == When::Now { "now" } else { "then" }),
        q: wanted.q.as_deref().unwrap_or_default(),
        complaints,
        region: name(&wanted.region),
        widened_to: name(&found.widened_to),
        is_nearest: wanted.near.is_some() || wanted.place.is_some(),
        total: found.total,
        stations: found.stations.iter().map(Card::new).collect(),
        unplaced: found.unplaced.iter().map(Card::new).collect(),
        confidential: found.confidential.iter().map(Card::new).collect(),
        next: next(&found, &asked, &position),
        regions: regions(release, wanted.region.as_ref()),
        kinds: choices(StationKind::ALL, StationKind::code, StationKind::chinese, wanted.kind),
        services: choices(Service::ALL, Service::code, Service::chinese, wanted.service),
        facilities: choices(Facility::ALL, Facility::code, Facility::chinese, wanted.access.first().copied()),
        audiences: choices(Audience::ALL, Audience::code, Audience::chinese, wanted.audience),
        visits: choices(Audience::ALL, Audience::code, Audience::chinese, wanted.home_visit),
        professions: choices(Profession::ALL, Profession::code, Profession::chinese, wanted.profession),
        topics: topics(release, wanted.topic.as_deref()),
        languages: languages(release, wanted.language.as_deref()),
        narrowed: is_narrowed(&wanted),
        hotlines: &release.bundle.hotlines,
        position: &position,
    };
    Ok(Page { status: StatusCode::OK, title: "找站点".to_owned(), main: render("stations.html", shown)? })
}

/// What is wrong with a field, to whoever filled in the form. What it may be in an address is no business of hers.
fn complaint(error: &FieldError) -> String {
    const UNREAD: &str = "地址里有一处读不懂，没有用上";
    match error.pointer.as_str() {
        "place" | "topic" | "language" => error.message.clone(),
        "near" => format!("{UNREAD}：{}", error.message),
        _ => UNREAD.to_owned(),
    }
}

/// Whether one of the fields that are folded away was used.
fn is_narrowed(wanted: &StationsIn) -> bool {
    let whom = wanted.audience.or(wanted.home_visit).is_some();
    let who = wanted.profession.is_some() || wanted.topic.is_some() || wanted.language.is_some();
    !wanted.access.is_empty() || whom || who || wanted.q.is_some()
}

/// What has no field in the form, or more than its field can say.
fn kept(wanted: &StationsIn, asked: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let of_another_time = matches!(wanted.open_at, Some(When::Then(_)));
    let stays = |name: &str| KEPT.contains(&name) || (name == "open_at" && of_another_time);
    asked.iter().filter(|(name, value)| stays(name) && !value.is_empty()).cloned().collect()
}

/// A position as it was typed.
#[derive(Debug, Default, Serialize)]
struct Position {
    near: String,
    datum: String,
}

/// What the fragment shows.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    position: &'a Position,
    kept: Vec<(&'static str, String)>,
    place: &'a str,
    understood: Option<&'a PlaceOut>,
    /// `now`, or `then` where what is open at another time is asked for.
    open_at: Option<&'static str>,
    q: &'a str,
    /// What could not be understood of the address, in sentences without their full stop.
    complaints: Vec<String>,
    region: Option<String>,
    widened_to: Option<String>,
    is_nearest: bool,
    total: usize,
    stations: Vec<Card<'a>>,
    unplaced: Vec<Card<'a>>,
    confidential: Vec<Card<'a>>,
    next: Option<String>,
    regions: Vec<Choice<'a>>,
    kinds: Vec<Choice<'a>>,
    services: Vec<Choice<'a>>,
    facilities: Vec<Choice<'a>>,
    audiences: Vec<Choice<'a>>,
    visits: Vec<Choice<'a>>,
    professions: Vec<Choice<'a>>,
    topics: Vec<Choice<'a>>,
    languages: Vec<Choice<'a>>,
    /// Whether one of the fields that are folded away was used.
    narrowed: bool,
    hotlines: &'a [Hotline],
}

/// A station in the list.
#[derive(Debug, Serialize)]
struct Card<'a> {
    name: &'a str,
    url: &'a str,
    /// How far, what sort, where, when.
    facts: String,
    /// Whether it is open.
    opening: Option<&'a str>,
    /// Why it is in the list, as far as the page does not say so anyhow.
    why: Vec<&'a str>,
    /// As it is read out, and as it is dialled.
    phone: Option<&'a str>,
    dial: String,
    /// Whether its page shows the way.
    has_way: bool,
}

impl<'a> Card<'a> {
    fn new(found: &'a StationOut) -> Self {
        let station = &found.station;
        let phone = station.phones.first().map(String::as_str);
        let place = if station.is_confidential() { Some("地址保密") } else { station.address() };
        let facts = [
            found.distance_m.map(distance),
            Some(station.kind.chinese().to_owned()),
            place.map(str::to_owned),
            station.hours.as_ref().map(|hours| unbroken(&hours.text)),
        ];
        let said = ["near", "place", "region", "kind", "open_at"];
        let why = found.why.iter().filter(|why| !said.contains(&why.asked)).map(|why| why.text.as_str());
        Self {
            name: &station.name,
            url: &station.url,
            // A line does not begin with a dot.
            facts: facts.into_iter().flatten().collect::<Vec<_>>().join("\u{a0}· "),
            opening: found.opening.as_ref().map(|opening| opening.text.as_str()),
            why: why.collect(),
            phone,
            dial: phone.unwrap_or_default().chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
            has_way: station.has_way(),
        }
    }
}

/// Hours of which no time stands on two lines.
fn unbroken(hours: &str) -> String {
    hours.replace('–', "\u{2060}–\u{2060}")
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

fn topics<'a>(release: &'a Release, chosen: Option<&str>) -> Vec<Choice<'a>> {
    let topics = release.bundle.topics.iter();
    let choice = |(slug, title): (&'a str, &str)| Choice {
        code: slug,
        name: title.to_owned(),
        chosen: chosen == Some(slug),
    };
    topics.map(|topic| choice((topic.slug.as_str(), topic.title.as_str()))).collect()
}

fn languages<'a>(release: &'a Release, chosen: Option<&str>) -> Vec<Choice<'a>> {
    let choice = |language: &'a str| Choice {
        code: language,
        name: language.to_owned(),
        chosen: chosen == Some(language),
    };
    release.stations.languages().take(MAX_CHOICES).map(choice).collect()
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

fn next(found: &StationsOut, asked: &[(&'static str, String)], position: &Position) -> Option<String> {
    let cursor = found.next.as_deref()?;
    let position = [("near", position.near.as_str()), ("datum", &position.datum)];
    let asked = asked.iter().map(|(name, value)| (*name, value.as_str()));
    let parameters: Vec<(&str, &str)> =
        position.into_iter().chain(asked).chain([("cursor", cursor)]).collect();
    Some(link("/stations/", &parameters))
}
