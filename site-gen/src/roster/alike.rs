//! Finds stations that are, or may be, the one that a row means: by name, by a name written otherwise, by telephone, by spot.
//!
//! Start at [`Alike::named`] (the same for certain) and [`Alike::twin`] (what else might be). Everything is looked up by key
//! and division, so a list of twenty thousand rows against twenty thousand stations takes seconds.

use std::collections::BTreeMap;

use search::coord::Coord;
use search::datum::Datum;
use search::region::{Level, RegionCode};

use super::cell::At;
use super::divisions::{Divisions, stem};
use super::fields::{Field, SEPARATOR, Values};
use super::plain_text::half_width;

/// Two places within so many metres are one spot: maps and phones are no better.
const ONE_SPOT_M: f64 = 30.0;
/// Side of the squares by which spots are looked up, in degrees: at no place in China under 30 metres.
const SQUARE: f64 = 0.0006;
/// So many digits make a number that is somebody's own, not 12338 or 110.
const OWN_NUMBER: usize = 7;
/// No more than so many stations are compared for one key.
const MOST: usize = 20;

/// Where a station is written.
#[derive(Debug, Clone)]
pub enum Whence {
    /// In the content: which of the existing stations.
    Content(usize),
    /// In a row before this one.
    Sheet(At),
}

/// What is compared.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its id.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Where it is written.
    pub whence: Whence,
    region: Option<RegionCode>,
    kind: Option<String>,
    phones: Vec<String>,
    spot: Option<Coord>,
}

/// A station that a row may mean.
#[derive(Debug)]
pub enum Twin<'a> {
    /// Its name is written otherwise, and telephone or spot are the same.
    Certain(&'a Known, String),
    /// Something is the same; in which field, and what, in Chinese.
    Perhaps(&'a Known, Field, String),
    /// One telephone for two signs at the same door: told, not doubted.
    Neighbour(&'a Known, String),
}

/// All stations, by what may be the same.
pub struct Alike<'d> {
    divisions: &'d Divisions,
    all: Vec<Known>,
    slugs: BTreeMap<String, usize>,
    names: Shelf,
    forms: Shelf,
    phones: Shelf,
    spots: Shelf,
}

impl<'d> Alike<'d> {
    /// No station yet.
    pub fn new(divisions: &'d Divisions) -> Self {
        let shelf = Shelf::default;
        let (names, forms, phones, spots) = (shelf(), shelf(), shelf(), shelf());
        Self { divisions, all: Vec::new(), slugs: BTreeMap::new(), names, forms, phones, spots }
    }

    /// Puts a station in. Of two with one id the first is found by it.
    pub fn add(&mut self, values: &Values, whence: Whence) {
        let known = Known::new(values, whence);
        let (at, region) = (self.all.len(), known.region.as_ref());
        self.slugs.entry(known.slug.clone()).or_insert(at);
        self.names.put(&squeezed(&known.name), region, at);
        self.forms.put(&self.form(&known), region, at);
        for phone in known.own_numbers() {
            self.phones.put(phone, region, at);
        }
        for square in known.squares(false) {
            self.spots.put(&square, region, at);
        }
        self.all.push(known);
    }

    /// The station of an id.
    pub fn of_slug(&self, slug: &str) -> Option<&Known> {
        self.slugs.get(slug).map(|at| &self.all[*at])
    }

    /// Those of the row's name: in its division if there are any, else in one above or below it. A sheet may give the
    /// county alone, or a shelter's township that we keep to ourselves.
    pub fn named(&self, values: &Values) -> Vec<&Known> {
        let Some(name) = values.get(Field::Name).map(squeezed) else { return Vec::new() };
        let region = region(values);
        let found = self.found(&self.names, &name, region.as_ref());
        let here: Vec<&Known> = found.iter().copied().filter(|known| known.region == region).collect();
        if here.is_empty() { found } else { here }
    }

    /// What else may be the station of a row that no station has the name of.
    pub fn twin(&self, values: &Values) -> Option<Twin<'_>> {
        let row = Known::new(values, Whence::Content(0));
        let region = row.region.as_ref();
        let form = self.form(&row);
        let alike = self.found(&self.forms, &form, region);
        let alike: Vec<&Known> = alike
            .into_iter()
            .filter(|known| !form.is_empty() && known.region == row.region && known.may_be_kind(&row))
            .collect();
        let (sure, unsure): (Vec<&Known>, Vec<&Known>) =
            alike.into_iter().partition(|known| known.shares_phone(&row).is_some() || known.is_at(&row));
        if let [one] = sure.as_slice() {
            let by = if one.shares_phone(&row).is_some() { "电话" } else { "位置" };
            return Some(Twin::Certain(one, format!("名称写法不同，{by}一样，认作 {}", one.slug)));
        }
        if let Some(one) = sure.first().or_else(|| unsure.first()) {
            let what = format!("名称“{}”和“{}”只差写法", row.name, one.name);
            return Some(Twin::Perhaps(one, Field::Name, what));
        }
        self.by_spot(&row).or_else(|| self.by_phone(&row))
    }

    fn by_spot(&self, row: &Known) -> Option<Twin<'_>> {
        let squares = row.squares(true);
        let near = squares.iter().flat_map(|square| self.found(&self.spots, square, row.region.as_ref()));
        let mut there = near.filter(|known| known.is_at(row));
        let what = format!("类别一样，又在同一个地方（{ONE_SPOT_M} 米以内）");
        there.next().map(|known| Twin::Perhaps(known, Field::Lat, what))
    }

    fn by_phone(&self, row: &Known) -> Option<Twin<'_>> {
        let region = row.region.as_ref();
        let sharing: Vec<(&Known, &str)> = row
            .own_numbers()
            .flat_map(|phone| {
                self.found(&self.phones, phone, region).into_iter().map(move |one| (one, phone))
            })
            .collect();
        // The township's number is often that of its villages too. A row that says less exactly where it is may be any of them.
        let within = |known: &Known| match (&known.region, region) {
            (Some(there), Some(here)) => there.is_within(here),
            _ => true,
        };
        let township =
            |known: &Known| known.region.as_ref().is_none_or(|code| code.level() >= Level::Township);
        let doubtful = sharing.iter().find(|(known, _)| known.may_be_kind(row) && within(known));
        if let Some((known, phone)) = doubtful {
            return Some(Twin::Perhaps(
                known,
                Field::Phones,
                format!("同一个地方，类别和电话 {phone} 都一样"),
            ));
        }
        let (known, phone) = sharing.into_iter().find(|(known, _)| township(known))?;
        Some(Twin::Neighbour(
            known,
            format!("电话 {phone} 和 {}（{}）一样，当成两个站，核对一下", known.slug, known.name),
        ))
    }

    fn found(&self, by: &Shelf, key: &str, region: Option<&RegionCode>) -> Vec<&Known> {
        by.near(key, region).map(|at| &self.all[at]).take(MOST).collect()
    }

    /// A name without what people leave out or put in: the divisions above it, 服务, brackets, widths.
    fn form(&self, known: &Known) -> String {
        let mut form = squeezed(&known.name);
        let above: Vec<&str> = known
            .region
            .iter()
            .flat_map(RegionCode::ancestry)
            .filter_map(|code| self.divisions.name(&code))
            .collect();
        let fronts = |name: &str| [squeezed(name), squeezed(stem(name))];
        let mut fronts: Vec<String> = above.into_iter().flat_map(fronts).collect();
        fronts.extend(["县", "市", "区", "镇", "乡", "街道", "村"].map(str::to_owned));
        while let Some(rest) = fronts.iter().find_map(|front| {
            form.strip_prefix(front.as_str()).filter(|rest| !front.is_empty() && rest.chars().count() > 2)
        }) {
            form = rest.to_owned();
        }
        form.replace("服务", "").replace("妇女儿童维权", "维权").replace("工作站", "站")
    }
}

impl Known {
    fn new(values: &Values, whence: Whence) -> Self {
        let text = |field| values.get(field).unwrap_or_default().to_owned();
        let phones = text(Field::Phones).split(SEPARATOR).map(digits).collect();
        Self {
            slug: text(Field::Slug),
            name: text(Field::Name),
            whence,
            region: region(values),
            kind: values.get(Field::Kind).map(str::to_owned),
            phones,
            spot: spot(values),
        }
    }

    fn own_numbers(&self) -> impl Iterator<Item = &str> {
        self.phones.iter().map(String::as_str).filter(|phone| phone.len() >= OWN_NUMBER)
    }

    fn may_be_kind(&self, other: &Self) -> bool {
        self.kind.is_none() || other.kind.is_none() || self.kind == other.kind
    }

    fn shares_phone(&self, other: &Self) -> Option<&str> {
        self.own_numbers().find(|phone| other.own_numbers().any(|own| own == *phone))
    }

    fn is_at(&self, other: &Self) -> bool {
        let near = |(a, b): (Coord, Coord)| a.distance_m(b) <= ONE_SPOT_M;
        self.may_be_kind(other) && self.spot.zip(other.spot).is_some_and(near)
    }

    /// The square of its spot and kind; with `around`, those beside it too.
    fn squares(&self, around: bool) -> Vec<String> {
        let Some(spot) = self.spot else { return Vec::new() };
        let kind = self.kind.as_deref().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "degrees over a square are under a million")]
        let (row, column) = ((spot.lat() / SQUARE).floor() as i64, (spot.lon() / SQUARE).floor() as i64);
        let reach = if around { -1..=1 } else { 0..=0 };
        let columns = |down: i64| reach.clone().map(move |right| (row + down, column + right));
        reach.clone().flat_map(columns).map(|(row, column)| format!("{kind} {row} {column}")).collect()
    }
}

/// Stations by a key and their division.
#[derive(Debug, Default)]
struct Shelf(BTreeMap<(String, String), Vec<usize>>);

impl Shelf {
    fn put(&mut self, key: &str, region: Option<&RegionCode>, at: usize) {
        let code = region.map_or("", RegionCode::as_str);
        self.0.entry((key.to_owned(), code.to_owned())).or_default().push(at);
    }

    /// Those of a key in a division, in those above it and in those below it; without a division, all of the key.
    fn near(&self, key: &str, region: Option<&RegionCode>) -> impl Iterator<Item = usize> {
        let above: Vec<String> = region
            .map(|code| {
                code.ancestry().skip(1).map(|above| above.to_string()).chain([String::new()]).collect()
            })
            .unwrap_or_default();
        let above = above.into_iter().filter_map(|code| self.0.get(&(key.to_owned(), code)));
        let prefix = region.map_or("", |code| match code.level() {
            Level::Province => &code.as_str()[..2],
            Level::City => &code.as_str()[..4],
            _ => code.as_str(),
        });
        let from = (key.to_owned(), prefix.to_owned());
        let below = self.0.range(from.clone()..);
        let below = below.take_while(move |((key, code), _)| *key == from.0 && code.starts_with(&from.1));
        above.chain(below.map(|(_, found)| found)).flatten().copied()
    }
}

/// A name as people mean it: without spaces, brackets and widths.
pub fn squeezed(name: &str) -> String {
    let dropped = |c: &char| !c.is_whitespace() && !"()[]【】〔〕「」“”\"'·・-—－_.、".contains(*c);
    half_width(name).chars().filter(dropped).flat_map(char::to_lowercase).collect()
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

fn region(values: &Values) -> Option<RegionCode> {
    values.get(Field::Region)?.parse().ok()
}

/// Where the values say it is, in WGS 84, whatever map it was taken from.
pub fn spot(values: &Values) -> Option<Coord> {
    spot_in(values, Datum::parse(values.get(Field::Datum)?)?)
}

/// Where the numbers would be in another datum.
pub fn spot_in(values: &Values, datum: Datum) -> Option<Coord> {
    datum.to_wgs84(values.get(Field::Lat)?.parse().ok()?, values.get(Field::Lon)?.parse().ok()?)
}
