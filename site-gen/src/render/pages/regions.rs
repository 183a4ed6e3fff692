//! Directories: the stations of a division, of what lies in it, and of what it lies in.

use ::search::record::Station;
use ::search::region::{Level, Region};
use rayon::prelude::*;
use serde::Serialize;

use super::{Put, Row, coverage};
use crate::render::html::html;
use crate::render::links::Link;
use crate::render::press::{Head, Html, Page, Press};
use crate::render::schematic::{self, Sketch};
use crate::render::structured;

/// Stations whose duty days a division's page lists; the calendar has all of them.
const MOST_DUTIES: usize = 12;

/// `/regions/<code>/`
#[derive(Debug, Serialize)]
pub(super) struct RegionPage {
    head: Head,
    /// Of the division.
    name: String,
    title: String,
    intro: Html,
    /// Its own stations and those one level down, by level.
    groups: Vec<Stations>,
    /// Those of the levels above, the nearest first.
    above: Vec<Stations>,
    /// What the divisions in it are called.
    below: Option<&'static str>,
    regions: Vec<Link>,
    /// Who is where on which days, in it: the higher levels first, no more than [`MOST_DUTIES`].
    duties: Vec<OnDuty>,
    /// How many stations with duty days are not among them.
    more_duties: usize,
    /// Where they all are.
    sketch: Option<Sketch>,
    /// How far villages are from them.
    coverage: Option<String>,
    /// All of those days for a phone's calendar.
    calendar: Option<String>,
}

/// The duty days of a station.
#[derive(Debug, Serialize)]
pub(super) struct OnDuty {
    station: Link,
    days: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Stations {
    title: String,
    stations: Vec<Row>,
}

/// Puts the page of every division.
pub(super) fn put_all(press: &Press<'_>, put: Put<'_>) -> anyhow::Result<()> {
    let regions = press.site.regions.par_iter();
    regions.map(|region| press.print(&RegionPage::new(press, region))).try_for_each(|sheet| put(sheet?))
}

impl RegionPage {
    fn new(press: &Press<'_>, region: &Region) -> Self {
        let directory = press.site.directories.get(&region.code);
        let title = directory.and_then(|directory| directory.title.clone());
        let children = press.library.regions_in(&region.code);
        let on_duty = press.library.on_duty().get(&region.code).map_or(&[][..], Vec::as_slice);
        Self {
            head: head(press, region),
            name: region.name.clone(),
            title: title.unwrap_or_else(|| format!("{}的站点", region.name)),
            intro: directory
                .map(|directory| html(&directory.body, &press.typesetter, &press.site.pictures))
                .unwrap_or_default(),
            groups: groups(press, region),
            above: above(press, region),
            below: children.first().map(|child| sorts(child.level)),
            regions: children.iter().map(|child| child_link(child)).collect(),
            duties: duties(on_duty, MOST_DUTIES),
            more_duties: on_duty.len().saturating_sub(MOST_DUTIES),
            sketch: sketch(press, region),
            coverage: coverage::has_page(press, region).then(|| coverage::address(region)),
            calendar: (!on_duty.is_empty()).then(|| format!("{}calendar.ics", region.url)),
        }
    }
}

fn head(press: &Press<'_>, region: &Region) -> Head {
    let mut crumbs = vec![Link::new("站点", "/stations/")];
    let above = press.library.regions_above(&region.code);
    let place: String =
        above.iter().map(|region| region.name.as_str()).chain([region.name.as_str()]).collect();
    crumbs.extend(above.iter().map(|region| Link::new(&region.name, &region.url)));
    Head {
        url: region.url.clone(),
        title: Some(format!("{}的站点", region.name)),
        description: format!("{place}的妇女儿童维权服务站：地址、电话、时间。"),
        section: "/stations/",
        listed: true,
        data: structured::block(press, Vec::new(), &crumbs),
        crumbs,
        scripts: &["hours"],
    }
}

/// A county's townships or a township's villages, and every station in it.
fn sketch(press: &Press<'_>, region: &Region) -> Option<Sketch> {
    let within = press.library.regions_in(&region.code);
    let is_small = |region: &Region| matches!(region.level, Level::Township | Level::Village);
    let draws = within.iter().any(|child| is_small(child));
    draws.then(|| schematic::of_directory(region, &press.library.stations_within(region), within))?
}

/// The first of them by level and name, no more than `most`.
pub(super) fn duties(stations: &[&Station], most: usize) -> Vec<OnDuty> {
    let mut stations = stations.to_vec();
    stations.sort_by_key(|station| (station.level, &station.name));
    let on_duty = |station: &&Station| OnDuty {
        station: Link::new(&station.name, &station.url),
        days: station.duty.iter().map(|duty| duty.text.clone()).collect(),
    };
    stations.iter().take(most).map(on_duty).collect()
}

fn child_link(region: &Region) -> Link {
    let note = if region.stations == 0 { "还没有".to_owned() } else { format!("{} 个", region.stations) };
    Link::new(&region.name, &region.url).with_note(note)
}

fn groups(press: &Press<'_>, region: &Region) -> Vec<Stations> {
    let library = &press.library;
    let below = library.regions_in(&region.code).iter().flat_map(|child| library.stations_of(&child.code));
    let mut stations: Vec<&Station> =
        library.stations_of(&region.code).iter().chain(below).copied().collect();
    stations.sort_by_key(|station| station.level);
    let groups = stations.chunk_by(|a, b| a.level == b.level).map(|stations| Stations {
        title: match stations[0].level {
            level if level == region.level => format!("{}的站点", inside(region)),
            level => format!("{}的站点", sorts(level)),
        },
        stations: stations.iter().map(|station| Row::new(station)).collect(),
    });
    groups.collect()
}

fn above(press: &Press<'_>, region: &Region) -> Vec<Stations> {
    let mut here = region;
    let mut above = Vec::new();
    for wider in press.library.regions_above(&region.code).into_iter().rev() {
        let stations = press.library.stations_of(&wider.code);
        if !stations.is_empty() {
            above.push(Stations {
                title: format!("{}没有时，找{}的", inside(here), inside(wider)),
                stations: stations.iter().map(|station| Row::new(station)).collect(),
            });
            here = wider;
        }
    }
    above
}

/// What divisions of a level are called.
fn sorts(level: Level) -> &'static str {
    match level {
        Level::Province => "省",
        Level::City => "市、州",
        Level::County => "县、区",
        Level::Township => "乡镇、街道",
        Level::Village => "村、社区",
        Level::Hamlet => "屯、组",
    }
}

/// Where one is there, as people say it: 镇上, 社区里. What they have no such word for goes by its name: a city of the rank of a
/// county is not 市里.
fn inside(region: &Region) -> &str {
    let words: &[(&str, &str)] = match region.level {
        Level::Province => &[("省", "省里"), ("市", "市里")],
        Level::City => &[("市", "市里"), ("州", "州里")],
        Level::County => &[("县", "县里"), ("区", "区里"), ("旗", "旗里")],
        Level::Township => &[("镇", "镇上"), ("乡", "乡里"), ("街道", "街道")],
        Level::Village | Level::Hamlet => &[
            ("村", "村里"),
            ("村委会", "村里"),
            ("村民委员会", "村里"),
            ("社区", "社区里"),
            ("居委会", "社区里"),
            ("居民委员会", "社区里"),
        ],
    };
    words.iter().find(|(ending, _)| region.name.ends_with(ending)).map_or(&region.name, |&(_, word)| word)
}

impl Page for RegionPage {
    const TEMPLATE: &'static str = "region.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press, &press.site.regions[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_called_what_people_there_call_it() {
        for (code, name, word) in [
            ("440000", "广东省", "省里"),
            ("110000", "北京市", "市里"),
            ("450000", "广西壮族自治区", "广西壮族自治区"),
            ("341800", "宣城市", "市里"),
            ("341823", "泾县", "县里"),
            ("110101", "东城区", "区里"),
            ("340181", "巢湖市", "巢湖市"),
            ("990121100", "暖溪镇", "镇上"),
            ("990121001", "灯火街道", "街道"),
            ("990121200", "麦晴乡", "乡里"),
            ("990121100201", "暖井村", "村里"),
            ("990121001001", "灯笼巷社区居委会", "社区里"),
        ] {
            let code: ::search::region::RegionCode = code.parse().unwrap();
            let region = Region {
                level: code.level(),
                parent: code.parent(),
                name: name.to_owned(),
                location: None,
                stations: 0,
                url: String::new(),
                code,
            };
            assert_eq!(inside(&region), word, "{name}");
        }
    }
}
