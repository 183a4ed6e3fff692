//! One station: how to call it, when to go, what it does, what to show the driver.
//!
//! Of a confidential station the record holds no place, so none can be shown.

use ::search::record::{Person, Station};
use ::search::region::Level;
use ::search::vocabulary::{Audience, Profession, StationKind};
use rayon::prelude::*;
use serde::Serialize;

use super::{Day, Put, Row};
use crate::render::calendar::has_calendar;
use crate::render::html::html;
use crate::render::links::{Link, Maps, tel};
use crate::render::press::{Head, Html, Page, Press};
use crate::render::structured;

/// Other stations shown at most: the rest is one step up.
const OTHERS: usize = 6;

/// `/stations/<id>/`
#[derive(Debug, Serialize)]
pub(super) struct StationPage {
    head: Head,
    name: String,
    kind: &'static str,
    level: &'static str,
    confidential: bool,
    address: Option<String>,
    maps: Option<Maps>,
    phones: Vec<Link>,
    hours: Option<String>,
    /// The same for a script that says whether it is open now.
    rules: Option<String>,
    services: Vec<&'static str>,
    has: Vec<&'static str>,
    facilities: Vec<&'static str>,
    languages: Vec<String>,
    /// Whom it visits at home, in words.
    home_visits: Option<String>,
    duty: Vec<String>,
    /// Its duty days for a phone's calendar.
    calendar: Option<String>,
    serves: Option<String>,
    note: Option<String>,
    people: Vec<ShownPerson>,
    /// The station that takes over what this one can't do.
    parent: Option<Link>,
    verified: Option<Day>,
    body: Html,
    others_title: String,
    others: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct ShownPerson {
    role: String,
    duty: Option<String>,
    /// What she is by profession, where the name of the work does not say it.
    profession: Option<&'static str>,
    /// The topics she knows best.
    topics: Vec<String>,
}

impl ShownPerson {
    fn new(press: &Press<'_>, person: &Person) -> Self {
        let profession = person.profession.map(Profession::chinese);
        let topics = press.site.topics.iter().filter(|topic| person.topics.contains(&topic.slug));
        Self {
            role: person.role.clone(),
            duty: person.duty.clone(),
            profession: profession.filter(|profession| !person.role.contains(profession)),
            topics: topics.map(|topic| topic.title.clone()).collect(),
        }
    }
}

/// Puts the page of every station.
pub(super) fn put_all(press: &Press<'_>, put: Put<'_>) -> anyhow::Result<()> {
    let stations = press.site.stations.par_iter();
    stations.map(|station| press.print(&StationPage::new(press, station))).try_for_each(|sheet| put(sheet?))
}

impl StationPage {
    fn new(press: &Press<'_>, station: &Station) -> Self {
        let site = press.site;
        let (others_title, others) = others(press, station);
        Self {
            head: head(press, station),
            name: station.name.clone(),
            kind: station.kind.chinese(),
            level: station.level.name(),
            confidential: station.is_confidential(),
            address: station.address().map(str::to_owned),
            maps: station.location().map(Maps::new),
            phones: station.phones.iter().map(|phone| Link::new(phone, tel(phone))).collect(),
            hours: station.hours.as_ref().map(|hours| hours.text.clone()),
            rules: super::rules(station),
            services: station.services.iter().map(|service| service.chinese()).collect(),
            has: station.has.iter().map(|have| have.chinese()).collect(),
            facilities: station.facilities.iter().map(|facility| facility.chinese()).collect(),
            languages: station.languages.clone(),
            home_visits: home_visits(station),
            duty: station.duty.iter().map(|duty| duty.text.clone()).collect(),
            calendar: has_calendar(station).then(|| format!("{}calendar.ics", station.url)),
            serves: serves(station),
            note: station.note.clone(),
            people: station.people.iter().map(|person| ShownPerson::new(press, person)).collect(),
            parent: parent(press, station),
            verified: station.verified.map(Day::new),
            body: site
                .station_bodies
                .get(&station.id)
                .map(|body| html(body, &press.typesetter, &press.site.pictures))
                .unwrap_or_default(),
            others_title,
            others,
        }
    }
}

fn in_words(audience: &[Audience]) -> Option<String> {
    let words: Vec<&str> = audience.iter().map(|audience| audience.chinese()).collect();
    (!words.is_empty()).then(|| words.join("、"))
}

/// Whom it is for: as the station says it, or else by its list.
fn serves(station: &Station) -> Option<String> {
    station.serves.clone().or_else(|| in_words(&station.audience))
}

fn home_visits(station: &Station) -> Option<String> {
    in_words(&station.home_visits)
}

fn head(press: &Press<'_>, station: &Station) -> Head {
    let mut crumbs = vec![Link::new("站点", "/stations/")];
    let regions =
        press.library.regions_above(&station.region).into_iter().chain(press.library.region(&station.region));
    crumbs.extend(regions.map(|region| Link::new(&region.name, &region.url)));
    let place = station.region_names.concat();
    Head {
        url: station.url.clone(),
        title: (!tells_too_much(station.kind)).then(|| station.name.clone()),
        description: format!("{place}{}：电话、时间、能办的事。", station.kind.chinese()),
        section: "/stations/",
        listed: true,
        data: structured::block(press, structured::service(press, station), &crumbs),
        crumbs,
        scripts: if station.hours.is_some() { &["hours"] } else { &[] },
    }
}

fn parent(press: &Press<'_>, station: &Station) -> Option<Link> {
    let parent = press.library.station(station.parent.as_deref()?)?;
    Some(Link::new(&parent.name, &parent.url))
}

/// Whether the name in the window's title could put her in danger.
fn tells_too_much(kind: StationKind) -> bool {
    matches!(kind, StationKind::Shelter | StationKind::ComplaintCenter | StationKind::InjuryIdentification)
}

/// Its neighbours; where it has none, those of the division around it.
fn others(press: &Press<'_>, station: &Station) -> (String, Vec<Row>) {
    let found = station.region.ancestry().find_map(|code| {
        let others = press.library.stations_of(&code).iter().filter(|other| other.id != station.id);
        let rows: Vec<Row> = others.take(OTHERS).map(|other| Row::new(other)).collect();
        (!rows.is_empty()).then_some((code, rows))
    });
    let Some((code, rows)) = found else { return (String::new(), Vec::new()) };
    let name = press.library.region(&code).map_or("", |region| region.name.as_str());
    let title = if code == station.region && station.level != Level::Hamlet {
        format!("{name}还有")
    } else {
        format!("这里办不了，找{name}的")
    };
    (title, rows)
}

impl Page for StationPage {
    const TEMPLATE: &'static str = "station.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press, &press.site.stations[0])
    }
}
