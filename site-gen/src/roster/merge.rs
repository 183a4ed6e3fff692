//! Matches rows of a sheet with the stations there are, and says what would be added and changed.
//!
//! Start at [`merge`]. A row is the station with its id; without an id, the one with its name in its division; without such
//! a one, the one whose name is only written otherwise and whose telephone or spot is the same. A row that may be a station
//! by less than that stops: it is neither doubled nor merged until the editor says which, with an id. A field that the
//! sheet does not have stays as it is, and so does one whose cell is empty, unless the editor says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use search::datum::Datum;
use search::region::{Level, RegionCode};
use search::vocabulary::StationKind;

use super::alike::{Alike, Twin, Whence, spot, spot_in, squeezed};
use super::cell::At;
use super::divisions::{Divisions, stem};
use super::fields::{Field, Values};
use super::row::{Incoming, Remark};
use crate::scaffold::slug;

/// A station as the content has it.
#[derive(Debug, Clone)]
pub struct Existing {
    /// What it says.
    pub values: Values,
    /// The file it stands in, from the content root.
    pub path: String,
    /// Whether nobody may know where it is.
    pub confidential: bool,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A station that was not there.
    New,
    /// What changes: the field, what it says now, what it will say.
    Changed(Vec<Change>),
    /// All of it is there already.
    Same,
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub field: Field,
    /// Before; `None` where it said nothing.
    pub old: Option<String>,
    /// After; `None` takes it away.
    pub new: Option<String>,
}

/// A row and what becomes of it.
#[derive(Debug, Clone)]
pub struct Planned {
    /// As read; `values` are those the station will have.
    pub incoming: Incoming,
    /// Added, changed or the same.
    pub fate: Fate,
    /// The file it goes to.
    pub path: String,
}

/// How rows are taken in.
pub struct Rules<'m> {
    /// The stations there are.
    pub existing: &'m [Existing],
    /// For ids of new stations.
    pub divisions: &'m Divisions,
    /// The table that new stations go to.
    pub table: String,
    /// Fields that have a column: with `clear`, an empty cell takes away what was there.
    pub columns: BTreeSet<Field>,
    /// Whether empty cells count.
    pub clear: bool,
}

/// What becomes of a list.
#[derive(Debug, Default)]
pub struct Merged {
    /// The stations, in the order of the sheet.
    pub stations: Vec<Planned>,
    /// Ids of stations that some row means, or may mean.
    pub seen: BTreeSet<String>,
}

/// What becomes of each row. Rows that can't be taken in are told in `remarks` and left out.
pub fn merge(rows: Vec<Incoming>, rules: &Rules<'_>, remarks: &mut Vec<Remark>) -> Merged {
    let mut desk = Desk::new(rules);
    for row in rows {
        desk.take(row);
    }
    remarks.append(&mut desk.remarks);
    desk.merged
}

/// Where rows meet stations, one after the other.
struct Desk<'r, 'm> {
    rules: &'r Rules<'m>,
    alike: Alike<'m>,
    /// Ids that are taken, and the next number that is likely to be free behind each.
    taken: BTreeSet<String>,
    next: BTreeMap<String, u32>,
    used: BTreeMap<String, At>,
    merged: Merged,
    remarks: Vec<Remark>,
}

/// Which station a row means.
enum Meant {
    Existing(usize),
    New,
    /// None that is certain; why, and in which field.
    Unsure(Field, String),
}

impl<'r, 'm> Desk<'r, 'm> {
    fn new(rules: &'r Rules<'m>) -> Self {
        let mut alike = Alike::new(rules.divisions);
        for (index, station) in rules.existing.iter().enumerate() {
            alike.add(&station.values, Whence::Content(index));
        }
        let slugs = rules.existing.iter().filter_map(|station| station.values.get(Field::Slug));
        let (next, used) = (BTreeMap::new(), BTreeMap::new());
        let taken = slugs.map(str::to_owned).collect();
        Self { rules, alike, taken, next, used, merged: Merged::default(), remarks: Vec::new() }
    }

    fn take(&mut self, row: Incoming) {
        let (at, columns) = (row.at.clone(), row.columns.clone());
        let result = match self.meant(&row) {
            Meant::Existing(index) => Ok(self.changed(row, &self.rules.existing[index])),
            Meant::New => self.added(row),
            Meant::Unsure(field, why) => Err((Some(field), why)),
        };
        let result = result.and_then(|(planned, notes)| {
            let slug = planned.incoming.values.get(Field::Slug).unwrap_or_default().to_owned();
            if let Some(first) = self.used.get(&slug) {
                return Err((None, format!("和{first}是同一个站（{slug}），这一行没有导入")));
            }
            Ok((slug, planned, notes))
        });
        match result {
            Ok((slug, planned, notes)) => {
                if planned.fate == Fate::New {
                    self.alike.add(&planned.incoming.values, Whence::Sheet(at.clone()));
                }
                self.merged.seen.insert(slug.clone());
                self.used.insert(slug, at);
                self.remarks.extend(notes);
                self.merged.stations.push(planned);
            }
            Err((field, what)) => {
                let column = field.and_then(|field| columns.get(&field).copied());
                self.remarks.push(Remark { at: At { column, ..at }, what, refused: true });
            }
        }
    }

    fn meant(&mut self, row: &Incoming) -> Meant {
        if let Some(slug) = row.values.get(Field::Slug) {
            return match self.alike.of_slug(slug).map(|known| &known.whence) {
                Some(Whence::Content(index)) => Meant::Existing(*index),
                None if !slug::is_slug(slug) => Meant::Unsure(
                    Field::Slug,
                    format!("编号“{slug}”不能用：只用小写英文字母、数字和短横；空着，程序会取一个"),
                ),
                // An id that is new says: this is another one, however much it is like those there are.
                _ => Meant::New,
            };
        }
        let named: Vec<(String, Whence)> = self
            .alike
            .named(&row.values)
            .into_iter()
            .map(|known| (known.slug.clone(), known.whence.clone()))
            .collect();
        match named.as_slice() {
            [] => self.twin(row),
            [(_, Whence::Content(index))] => Meant::Existing(*index),
            [(slug, Whence::Sheet(first))] => Meant::Unsure(
                Field::Name,
                format!(
                    "和{first}是同一个站（{slug}），这一行没有导入。不是同一个，名称写得不一样，或者加一列“编号”"
                ),
            ),
            several => {
                let slugs: Vec<&str> = several.iter().map(|(slug, _)| slug.as_str()).collect();
                self.merged.seen.extend(several.iter().map(|(slug, _)| slug.clone()));
                let slugs = slugs.join("、");
                Meant::Unsure(Field::Name, format!("叫这个名字的站有几个：{slugs}。加一列“编号”写清楚是哪个"))
            }
        }
    }

    /// A row whose name no station has: another one, or one there is by another name?
    fn twin(&mut self, row: &Incoming) -> Meant {
        let (known, field, why) = match self.alike.twin(&row.values) {
            None => return Meant::New,
            Some(Twin::Neighbour(_, what)) => {
                let at = At { column: row.columns.get(&Field::Phones).copied(), ..row.at.clone() };
                self.remarks.push(Remark { at, what, refused: false });
                return Meant::New;
            }
            Some(Twin::Certain(known, what)) => match known.whence {
                Whence::Content(index) => {
                    let at = At { column: row.columns.get(&Field::Name).copied(), ..row.at.clone() };
                    self.remarks.push(Remark { at, what, refused: false });
                    return Meant::Existing(index);
                }
                Whence::Sheet(_) => (known.clone(), Field::Name, "名称只差写法，电话或位置一样".to_owned()),
            },
            Some(Twin::Perhaps(known, field, what)) => (known.clone(), field, what),
        };
        self.merged.seen.insert(known.slug.clone());
        let other = self.slug_for(&row.values);
        let what = match &known.whence {
            Whence::Content(index) => format!(
                "可能和 {}（{}，{}）是同一个：{why}。加一列“编号”：是同一个，写 {}；不是，写一个新的，例如 {other}",
                known.slug, known.name, self.rules.existing[*index].path, known.slug
            ),
            Whence::Sheet(first) => format!(
                "可能和{first}的“{}”是同一个：{why}。是同一个，删掉一行；不是，加一列“编号”，给这一行写一个，例如 {other}",
                known.name
            ),
        };
        Meant::Unsure(field, what)
    }

    fn changed(&self, mut row: Incoming, existing: &Existing) -> (Planned, Vec<Remark>) {
        if existing.confidential {
            row.confidential = true;
        }
        let notes: Vec<Remark> = moved(&row, existing).into_iter().collect();
        if notes.iter().any(|note| note.refused) {
            row.refused.extend([Field::Lat, Field::Lon, Field::Datum]);
        }
        let mut after = existing.values.clone();
        let mut changes = Vec::new();
        for field in Field::ALL.into_iter().filter(|field| *field != Field::Slug) {
            let hidden = row.confidential && Field::WHERE.contains(&field);
            let guessed = row.assumed.contains(&field) && existing.values.get(field).is_some();
            let kept = hidden || guessed || row.refused.contains(&field);
            if kept || is_coarser(field, &row.values, &existing.values) {
                continue;
            }
            let new = row.values.get(field);
            let cleared = new.is_none()
                && self.rules.clear
                && self.rules.columns.contains(&field)
                && !is_required(field);
            if (new.is_none() && !cleared) || existing.values.same(&row.values, field) {
                continue;
            }
            // The same name with other spaces and brackets is no news.
            if field == Field::Name && new.map(squeezed) == existing.values.get(field).map(squeezed) {
                continue;
            }
            let old = existing.values.get(field).map(str::to_owned);
            changes.push(Change { field, old, new: new.map(str::to_owned) });
            after.put(field, new.map(str::to_owned));
        }
        row.values = after;
        let fate = if changes.is_empty() { Fate::Same } else { Fate::Changed(changes) };
        (Planned { incoming: row, fate, path: existing.path.clone() }, notes)
    }

    fn added(&mut self, mut row: Incoming) -> Result<(Planned, Vec<Remark>), (Option<Field>, String)> {
        let missing: Vec<&str> = [Field::Name, Field::Kind, Field::Region]
            .into_iter()
            .filter(|field| row.values.get(*field).is_none())
            .map(Field::chinese)
            .collect();
        if !missing.is_empty() {
            return Err((None, format!("新的站点，缺少{}，没有导入", missing.join("、"))));
        }
        if row.values.get(Field::Slug).is_none() {
            let slug = self.slug_for(&row.values);
            row.values.put(Field::Slug, Some(slug));
        }
        if row.confidential {
            row.values.put(Field::Visibility, Some("confidential".to_owned()));
            for field in Field::WHERE {
                row.values.put(field, None);
            }
        }
        self.taken.insert(row.values.get(Field::Slug).unwrap_or_default().to_owned());
        Ok((Planned { incoming: row, fate: Fate::New, path: self.rules.table.clone() }, Vec::new()))
    }

    /// `nuanxi-police`: the division and the kind. Says nothing of where a shelter is that its county does not.
    fn slug_for(&mut self, values: &Values) -> String {
        let base = slug_base(values, self.rules.divisions);
        if !self.taken.contains(&base) {
            return base;
        }
        let next = self.next.entry(base.clone()).or_insert(2);
        while self.taken.contains(&format!("{base}-{next}")) {
            *next += 1;
        }
        format!("{base}-{next}")
    }
}

/// What there is to say of a station that is elsewhere now: the same numbers in another datum would not have moved.
fn moved(row: &Incoming, existing: &Existing) -> Option<Remark> {
    /// Nearer than this no mixed-up datum shows.
    const MIXED_UP_M: f64 = 80.0;
    /// Farther than this a station has moved, or a digit is wrong.
    const FAR_M: f64 = 1000.0;
    if row.confidential || existing.confidential {
        return None;
    }
    let (new, old) = (spot(&row.values)?, spot(&existing.values)?);
    let away = new.distance_m(old);
    let at = At { column: row.columns.get(&Field::Lat).copied(), ..row.at.clone() };
    let mut others = Datum::ALL.into_iter().filter_map(|datum| Some((datum, spot_in(&row.values, datum)?)));
    let meant = others.find(|(_, there)| away > MIXED_UP_M && there.distance_m(old) <= 30.0);
    if let Some((datum, _)) = meant {
        let written = row.values.get(Field::Datum).unwrap_or_default();
        let what = format!(
            "坐标系多半写错了：按 {written} 算，离原来的位置 {away:.0} 米；同样的数字按 {} 算，正好是原来的位置。位置没有改",
            datum.code()
        );
        return Some(Remark { at, what, refused: true });
    }
    let what = format!("离原来的位置 {:.1} 公里，核对一下是不是搬了", away / 1000.0);
    (away > FAR_M).then_some(Remark { at, what, refused: false })
}

fn is_required(field: Field) -> bool {
    matches!(field, Field::Slug | Field::Name | Field::Kind | Field::Region | Field::Visibility)
}

/// A division that only holds the one the station has says less, not something else.
fn is_coarser(field: Field, new: &Values, old: &Values) -> bool {
    let code = |values: &Values| values.get(Field::Region).and_then(|code| code.parse::<RegionCode>().ok());
    field == Field::Region
        && matches!((code(new), code(old)), (Some(new), Some(old)) if new != old && old.is_within(&new))
}

fn slug_base(values: &Values, divisions: &Divisions) -> String {
    let code = values.get(Field::Region).unwrap_or_default();
    let region: Option<RegionCode> = code.parse().ok();
    let name = region.as_ref().and_then(|code| divisions.name(code));
    let place = name.and_then(|name| slug::from_title(stem(name))).map(|name| name.replace('-', ""));
    let place = match (place, region.map(|code| code.level())) {
        (Some(place), Some(Level::City)) => format!("{place}-city"),
        (Some(place), Some(Level::County)) => format!("{place}-county"),
        (Some(place), _) => place,
        (None, _) => format!("r{code}"),
    };
    let kind = values.get(Field::Kind).and_then(StationKind::parse).map_or("station", short);
    format!("{place}-{kind}")
}

fn short(kind: StationKind) -> &'static str {
    match kind {
        StationKind::RightsStation => "rights",
        StationKind::LegalAid => "legal-aid",
        StationKind::Mediation => "mediation",
        StationKind::ComplaintCenter => "complaint",
        StationKind::InjuryIdentification => "injury",
        StationKind::Shelter => "shelter",
        StationKind::FamilyCenter => "family",
        StationKind::CourtWindow => "court",
        StationKind::Police => "police",
        StationKind::FeedbackPoint => "feedback",
    }
}
