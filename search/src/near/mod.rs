//! The files in which a phone finds the nearest stations by itself, so that no server learns where she is.
//!
//! Start at [`Near::of`]. The stations that show where they are lie in cells: pieces of the map with about as many stations each, so that
//! a cell is a street in a city and a prefecture in the desert. A phone reads the index, the cell that it is in and those around
//! it, and measures there. `site-gen/assets/near.js` reads the files; nothing here knows of pages or of scripts. Why they
//! are as they are, and what fetching one tells: `docs/decisions/0023-nearest-on-the-phone.md`.
//!
//! ```text
//! data/near/index.json          the tree of cells, how many stations there are, what numbers in cells stand for
//! data/near/cells/<cell>.json   the stations of a cell, column by column
//! data/by-phone/<city>.json     those of a city whose address nobody is told: names and telephones
//! ```
//!
//! A cell has the number that it has in a heap (the whole is 1, the halves of n are 2n and 2n + 1), in base 36. A file
//! changes only when a station in it does, or the cell itself; whoever has an old index finds that out from `box`.

mod columns;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::columns::Columns;
use self::tree::{Cell, Point, Tree};
use crate::record::Station;
use crate::vocabulary::{Audience, Facility, Service, StationKind};

/// The folder of the cells and their index, from the site's root.
pub const FOLDER: &str = "data/near";

/// The folder of the stations whose address nobody is told, from the site's root.
pub const BY_PHONE: &str = "data/by-phone";

/// Raised when the files change shape, so that a page that stayed open does not misread them.
const FORMAT: u32 = 1;

/// The stations of a site, in cells.
pub struct Near<'a> {
    stations: &'a [Station],
    tree: Tree,
    /// Those whose address nobody is told, by the digits of their city or province.
    by_phone: BTreeMap<&'a str, Vec<&'a Station>>,
}

/// `index.json`
#[derive(Serialize)]
struct Index<'a> {
    format: u32,
    /// How many stations lie in cells.
    count: usize,
    /// West, south, east and north edge, in hundred-thousandths of a degree; east and north are just outside.
    #[serde(rename = "box")]
    edges: [i32; 4],
    /// Cell by cell, each before its halves. A point: it is not cut. One of 31 letters `A` to `e`: into west and east, after so many
    /// 32nds of its side; one of 31 `f` to `9`: into south and north. After `+` (west and east) and `-` stand four
    /// hexadecimal digits, in 65,536ths.
    tree: &'a str,
    kinds: Vec<[&'static str; 2]>,
    services: Vec<&'static str>,
    facilities: Vec<&'static str>,
    audience: Vec<&'static str>,
    /// The files of those who are only to be called.
    by_phone: Vec<&'a str>,
}

/// `cells/<cell>.json`
#[derive(Serialize)]
struct CellFile<'a> {
    #[serde(rename = "box")]
    edges: [i32; 4],
    /// The files of those who are only to be called, in the cities of these stations.
    by_phone: BTreeSet<&'a str>,
    /// North of the south edge and east of the west one, in hundred-thousandths of a degree.
    lat: Vec<i32>,
    lon: Vec<i32>,
    /// As one would tell a driver; empty where nobody said so.
    address: Vec<&'a str>,
    #[serde(flatten)]
    columns: Columns<'a>,
}

impl<'a> Near<'a> {
    /// Puts stations into cells.
    pub fn of(stations: &'a [Station]) -> Self {
        let points = stations.iter().enumerate();
        let points =
            points.filter_map(|(number, station)| Some(Point::new(station.location()?, number))).collect();
        let mut by_phone: BTreeMap<&str, Vec<&Station>> = BTreeMap::new();
        for station in stations.iter().filter(|station| station.is_confidential()) {
            by_phone.entry(city(station)).or_default().push(station);
        }
        Self { stations, tree: Tree::of(points), by_phone }
    }

    /// Every file, by path from the site's root, made when it is asked for.
    pub fn files(&self) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
        let index = (format!("{FOLDER}/index.json"), json(&self.index()));
        let cells =
            self.tree.cells.iter().map(|cell| {
                (format!("{FOLDER}/cells/{}.json", base_36(cell.number)), json(&self.cell(cell)))
            });
        let by_phone = self.by_phone.iter().map(|(city, stations)| {
            (format!("{BY_PHONE}/{city}.json"), json(&Columns::of(stations.iter().copied())))
        });
        std::iter::once(index).chain(cells).chain(by_phone)
    }

    /// How many stations lie in each cell.
    pub fn sizes(&self) -> impl Iterator<Item = usize> + '_ {
        self.tree.cells.iter().map(|cell| cell.points.len())
    }

    fn index(&self) -> Index<'_> {
        Index {
            format: FORMAT,
            count: self.sizes().sum(),
            edges: self.tree.edges,
            tree: &self.tree.cuts,
            kinds: StationKind::ALL.iter().map(|kind| [kind.code(), kind.chinese()]).collect(),
            services: Service::ALL.iter().map(|service| service.code()).collect(),
            facilities: Facility::ALL.iter().map(|facility| facility.code()).collect(),
            audience: Audience::ALL.iter().map(|audience| audience.code()).collect(),
            by_phone: self.by_phone.keys().copied().collect(),
        }
    }

    fn cell(&self, cell: &Cell) -> CellFile<'_> {
        let [west, south, ..] = cell.edges;
        let stations = || cell.points.iter().map(|point| &self.stations[point.number]);
        let known = |city: &str| self.by_phone.get_key_value(city).map(|(city, _)| *city);
        let cities = stations().flat_map(|station| {
            let city = city(station);
            [known(city), known(&city[..2])]
        });
        CellFile {
            edges: cell.edges,
            by_phone: cities.flatten().collect(),
            lat: cell.points.iter().map(|point| point.lat - south).collect(),
            lon: cell.points.iter().map(|point| point.lon - west).collect(),
            address: stations().map(|station| station.address().unwrap_or_default()).collect(),
            columns: Columns::of(stations()),
        }
    }
}

/// The digits of the city that a station belongs to; of its province, where it belongs to all of it.
fn city(station: &Station) -> &str {
    let city = &station.region.as_str()[..4];
    city.strip_suffix("00").unwrap_or(city)
}

fn base_36(mut number: u64) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.is_empty() {
        let digit = u32::try_from(number % 36).unwrap_or_default();
        digits.extend(char::from_digit(digit, 36));
        number /= 36;
    }
    digits.iter().rev().collect()
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    // Strings, numbers, lists and string-keyed maps: nothing that serde_json refuses.
    serde_json::to_vec(value).expect("what is put into files is plain data")
}
