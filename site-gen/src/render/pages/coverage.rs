//! 一小时服务圈: how far villages are from the nearest station, for the whole site and for each county.

use ::search::region::{Level, Region};
use rayon::prelude::*;
use serde::Serialize;

use super::{Put, home};
use crate::coverage::{Area, Coverage, Start, Tally, Village, gaps, table};
use crate::render::links::Link;
use crate::render::press::{Head, Page, Press};
use crate::render::schematic::{self, Sketch};
use crate::render::structured;

/// Where the page of the whole site is.
pub(in crate::render) const URL: &str = "/coverage/";
/// Villages that the page of the whole site lists.
const MOST: usize = 30;
/// Villages further than so many minutes are listed.
const LISTED_FROM: u32 = 30;

/// `/coverage/` and `/coverage/<county>/`
#[derive(Debug, Serialize)]
pub(super) struct CoveragePage {
    head: Head,
    title: String,
    rows: Vec<Row>,
    total: Row,
    sketch: Option<Sketch>,
    /// The worst first.
    far: Vec<Far>,
    /// How many more there are.
    more_far: usize,
    /// Villages of which nobody knows where they are.
    unknown: Vec<String>,
    /// Townships of which no village is listed.
    without_villages: Vec<String>,
    /// What has to be known to read the numbers.
    notes: Vec<String>,
    csv: &'static str,
}

/// A county or township and its numbers.
#[derive(Debug, Serialize)]
struct Row {
    place: Link,
    villages: usize,
    half_hour: String,
    hour: String,
    beyond: usize,
    unknown: usize,
}

/// A village from which it takes long.
#[derive(Debug, Serialize)]
struct Far {
    place: Link,
    minutes: u32,
    km: String,
    nearest: Option<Link>,
    beyond: bool,
    by_township: bool,
}

/// The address of the page of a county.
pub(in crate::render) fn address(county: &Region) -> String {
    format!("{URL}{}/", county.code)
}

/// Whether a division has such a page: townships lie right in it.
pub(in crate::render) fn has_page(press: &Press<'_>, region: &Region) -> bool {
    region.level <= Level::County
        && press.library.regions_in(&region.code).iter().any(|child| child.level == Level::Township)
}

/// Puts the page of the site and that of every county.
pub(super) fn put_all(press: &Press<'_>, put: Put<'_>) -> anyhow::Result<()> {
    let coverage = of(press);
    put(press.print(&CoveragePage::whole(press, &coverage))?)?;
    let villages = coverage.by_area();
    coverage.areas.par_iter().try_for_each(|area| {
        let here = villages.get(&area.region.code).map_or(&[][..], Vec::as_slice);
        put(press.print(&CoveragePage::of(press, &coverage, (area, here)))?)
    })
}

fn of<'a>(press: &Press<'a>) -> Coverage<'a> {
    let site = press.site;
    Coverage::of(&site.regions, &site.stations, &site.settings.circle, None)
}

impl CoveragePage {
    fn whole(press: &Press<'_>, coverage: &Coverage<'_>) -> Self {
        let far = gaps(&coverage.villages, LISTED_FROM);
        let rows =
            coverage.areas.iter().map(|area| Row::new(&area.region.name, address(area.region), &area.tally));
        let crumbs = vec![home(), Link::new("站点", "/stations/")];
        Self {
            head: head(press, URL.to_owned(), "一小时服务圈", crumbs),
            title: "一小时服务圈".to_owned(),
            rows: rows.collect(),
            total: Row::new("合计", URL.to_owned(), &coverage.total),
            sketch: None,
            more_far: far.len().saturating_sub(MOST),
            far: far.into_iter().take(MOST).map(Far::new).collect(),
            unknown: Vec::new(),
            without_villages: Vec::new(),
            notes: notes(coverage),
            csv: CSV,
        }
    }

    fn of(press: &Press<'_>, coverage: &Coverage<'_>, (area, here): (&Area<'_>, &[&Village<'_>])) -> Self {
        let region = area.region;
        let title = format!("{}的一小时服务圈", region.name);
        let crumbs = vec![home(), Link::new("站点", "/stations/"), Link::new("一小时服务圈", URL)];
        let rows = area.townships.iter();
        let rows = rows.map(|(township, tally)| Row::new(&township.name, township.url.clone(), tally));
        let unknown = here.iter().filter(|village| village.from == Start::Unknown);
        let name = |village: &&Village<'_>| {
            format!(
                "{}{}",
                village.township.map_or("", |township| township.name.as_str()),
                village.region.name
            )
        };
        Self {
            head: head(press, address(region), &title, crumbs),
            title,
            rows: rows.collect(),
            total: Row::new("合计", address(region), &area.tally),
            sketch: sketch(press, coverage, (area, here)),
            far: gaps(here.iter().copied(), LISTED_FROM).into_iter().map(Far::new).collect(),
            more_far: 0,
            unknown: unknown.map(name).collect(),
            without_villages: area.without_villages.iter().map(|region| region.name.clone()).collect(),
            notes: notes_of(coverage),
            csv: CSV,
        }
    }
}

/// Where each village is as a row.
const CSV: &str = "/data/coverage.csv";

fn head(press: &Press<'_>, url: String, title: &str, crumbs: Vec<Link>) -> Head {
    Head {
        url,
        title: Some(title.to_owned()),
        description: "每个村到最近的维权服务站要多久：按直线距离和说明的时速估算。".to_owned(),
        section: "/stations/",
        listed: true,
        data: structured::block(press, Vec::new(), &crumbs),
        crumbs,
        ..Head::default()
    }
}

/// The sketch of a county: its villages, and the stations in it that count.
fn sketch(
    press: &Press<'_>,
    coverage: &Coverage<'_>,
    (area, villages): (&Area<'_>, &[&Village<'_>]),
) -> Option<Sketch> {
    let stations = press.library.stations_within(area.region);
    let counting: Vec<_> = stations.into_iter().filter(|station| coverage.circle.takes(station)).collect();
    let seats: Vec<&Region> = area.townships.iter().map(|(township, _)| *township).collect();
    schematic::of_coverage(area.region, villages, &seats, &counting)
}

fn notes(coverage: &Coverage<'_>) -> Vec<String> {
    table::notes(coverage).lines().map(str::to_owned).collect()
}

/// What holds for every county.
fn notes_of(coverage: &Coverage<'_>) -> Vec<String> {
    let circle = &coverage.circle;
    vec![
        format!("{}。等车、翻山、过河没有算。", circle.in_words()),
        format!("算进去的站点：{}。在邻县的也算。", circle.kinds_in_words()),
    ]
}

impl Row {
    fn new(name: &str, url: String, tally: &Tally) -> Self {
        let share = |villages| format!("{villages} ({}%)", tally.percent(villages));
        Self {
            place: Link::new(name, url),
            villages: tally.villages(),
            half_hour: share(tally.half_hour()),
            hour: share(tally.hour()),
            beyond: tally.beyond(),
            unknown: tally.unknown,
        }
    }
}

impl Far {
    fn new(village: &Village<'_>) -> Self {
        let township = village.township.map_or("", |township| township.name.as_str());
        let (region, nearest) = (village.region, village.nearest);
        Self {
            place: Link::new(format!("{township}{}", region.name), &region.url),
            minutes: nearest.map_or(0, |nearest| nearest.minutes),
            km: nearest.map_or(String::new(), |nearest| format!("{:.1}", f64::from(nearest.metres) / 1000.0)),
            nearest: nearest.map(|nearest| Link::new(&nearest.station.name, &nearest.station.url)),
            beyond: village.reach() > crate::coverage::Reach::Hour,
            by_township: village.from == Start::Township,
        }
    }
}

impl Page for CoveragePage {
    const TEMPLATE: &'static str = "coverage.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        let coverage = of(press);
        let villages: Vec<&Village<'_>> = coverage.villages.iter().collect();
        Self::of(press, &coverage, (&coverage.areas[0], &villages))
    }
}
