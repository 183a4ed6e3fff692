//! Matches rows of a sheet with the stations there are, and says what would be added and changed.
//!
//! Start at [`merge`]. A row is the station with its id; without an id, the one with its name in its division. A field
//! that the sheet does not have stays as it is, and so does one whose cell is empty, unless the editor says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use search::region::{Level, RegionCode};
use search::vocabulary::StationKind;

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

/// What becomes of each row. Rows that can't be taken in are told in `remarks` and left out.
pub fn merge(rows: Vec<Incoming>, rules: &Rules<'_>, remarks: &mut Vec<Remark>) -> Vec<Planned> {
    let mut planned = Vec::new();
    let mut taken: BTreeSet<String> = rules
        .existing
        .iter()
        .filter_map(|station| station.values.get(Field::Slug).map(str::to_owned))
        .collect();
    let mut used: BTreeMap<String, u32> = BTreeMap::new();
    for row in rows {
        let at = row.at.clone();
        let mut refuse = |what: String| remarks.push(Remark { at: at.clone(), what, refused: true });
        let found = match matching(&row, rules) {
            Ok(found) => found,
            Err(why) => {
                refuse(why);
                continue;
            }
        };
        let result = match found {
            Some(existing) => Ok(changed(row, existing, rules)),
            None => added(row, rules, &mut taken),
        };
        match result {
            Ok(plan) => {
                let slug = plan.incoming.values.get(Field::Slug).unwrap_or_default().to_owned();
                match used.get(&slug) {
                    Some(first) => {
                        refuse(format!("和第 {} 行是同一个站（{slug}），这一行没有导入", first + 1));
                    }
                    None => {
                        used.insert(slug, at.row);
                        planned.push(plan);
                    }
                }
            }
            Err(why) => refuse(why),
        }
    }
    planned
}

/// The station that a row means; `None` where it is a new one.
fn matching<'m>(row: &Incoming, rules: &Rules<'m>) -> Result<Option<&'m Existing>, String> {
    if let Some(slug) = row.values.get(Field::Slug) {
        let found = rules.existing.iter().find(|station| station.values.get(Field::Slug) == Some(slug));
        if found.is_none() && !slug::is_slug(slug) {
            return Err(format!("编号“{slug}”不能用：只用小写英文字母、数字和短横；空着，程序会取一个"));
        }
        return Ok(found);
    }
    let name = row.values.get(Field::Name).map(squeezed);
    let named: Vec<&Existing> = rules
        .existing
        .iter()
        .filter(|station| station.values.get(Field::Name).map(squeezed) == name)
        .collect();
    let region = |values: &Values| values.get(Field::Region).and_then(|code| code.parse::<RegionCode>().ok());
    let here = region(&row.values);
    let fits = |station: &&&Existing| match (&here, region(&station.values)) {
        // A sheet may give the county alone, or a shelter's township that we keep to ourselves.
        (Some(here), Some(there)) => there.is_within(here) || here.is_within(&there),
        _ => true,
    };
    let exact: Vec<&&Existing> = named.iter().filter(|station| region(&station.values) == here).collect();
    let candidates: Vec<&&Existing> =
        if exact.is_empty() { named.iter().filter(fits).collect() } else { exact };
    match candidates.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => {
            let slugs: Vec<&str> =
                several.iter().filter_map(|station| station.values.get(Field::Slug)).collect();
            Err(format!("叫这个名字的站有几个：{}。加一列“编号”写清楚是哪个", slugs.join("、")))
        }
    }
}

/// A name without the spaces that people put into it.
fn squeezed(name: &str) -> String {
    name.split_whitespace().collect()
}

fn changed(mut row: Incoming, existing: &Existing, rules: &Rules<'_>) -> Planned {
    if existing.confidential {
        row.confidential = true;
    }
    let mut after = existing.values.clone();
    let mut changes = Vec::new();
    for field in Field::ALL.into_iter().filter(|field| *field != Field::Slug) {
        let hidden = row.confidential && Field::WHERE.contains(&field);
        if hidden || row.refused.contains(&field) || is_coarser(field, &row.values, &existing.values) {
            continue;
        }
        let new = row.values.get(field);
        let cleared = new.is_none() && rules.clear && rules.columns.contains(&field) && !is_required(field);
        if (new.is_none() && !cleared) || existing.values.same(&row.values, field) {
            continue;
        }
        // The same name with other spaces is no news.
        if field == Field::Name && new.map(squeezed) == existing.values.get(field).map(squeezed) {
            continue;
        }
        changes.push(Change {
            field,
            old: existing.values.get(field).map(str::to_owned),
            new: new.map(str::to_owned),
        });
        after.put(field, new.map(str::to_owned));
    }
    row.values = after;
    let fate = if changes.is_empty() { Fate::Same } else { Fate::Changed(changes) };
    Planned { incoming: row, fate, path: existing.path.clone() }
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

fn added(mut row: Incoming, rules: &Rules<'_>, taken: &mut BTreeSet<String>) -> Result<Planned, String> {
    let missing: Vec<&str> = [Field::Name, Field::Kind, Field::Region]
        .into_iter()
        .filter(|field| row.values.get(*field).is_none())
        .map(Field::chinese)
        .collect();
    if !missing.is_empty() {
        return Err(format!("新的站点，缺少{}，没有导入", missing.join("、")));
    }
    if row.values.get(Field::Slug).is_none() {
        let slug = slug_for(&row.values, rules.divisions, taken);
        row.values.put(Field::Slug, Some(slug));
    }
    if row.confidential {
        row.values.put(Field::Visibility, Some("confidential".to_owned()));
        for field in Field::WHERE {
            row.values.put(field, None);
        }
    }
    taken.insert(row.values.get(Field::Slug).unwrap_or_default().to_owned());
    Ok(Planned { incoming: row, fate: Fate::New, path: rules.table.clone() })
}

/// `nuanxi-police`: the division and the kind. Says nothing of where a shelter is that its county does not.
fn slug_for(values: &Values, divisions: &Divisions, taken: &BTreeSet<String>) -> String {
    let code = values.get(Field::Region).unwrap_or_default();
    let region = divisions.0.iter().find(|(known, _)| known.as_str() == code);
    let place = region.and_then(|(_, name)| slug::from_title(stem(name))).map(|name| name.replace('-', ""));
    let level = region.map(|(code, _)| code.level());
    let place = match (place, level) {
        (Some(place), Some(Level::City)) => format!("{place}-city"),
        (Some(place), Some(Level::County)) => format!("{place}-county"),
        (Some(place), _) => place,
        (None, _) => format!("r{code}"),
    };
    let kind = values.get(Field::Kind).and_then(StationKind::parse).map_or("station", short);
    slug::free(&format!("{place}-{kind}"), |name| taken.contains(name))
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
