//! Reads one row of a sheet into the fields of a station, and says of every cell what was done to it.
//!
//! Start at [`Reader::row`]. What is certain is repaired and told, what is not is refused and told; nothing is guessed
//! and nothing is dropped in silence. Of a confidential station nothing that says where it is gets past this file, not
//! even into a remark.

use std::collections::{BTreeMap, BTreeSet};

use search::region::{Level, RegionCode};
use search::vocabulary::StationKind;

use super::cell::{At, Cell, Sheet};
use super::divisions::{Divisions, Said};
use super::fields::{Field, SEPARATOR, Values, datum, visibility};
use super::headings::{Column, Headings, Meaning};
use super::position;
use super::row::{Incoming, Remark, Row};
use crate::check::regions::Regions;
use crate::check::stations::{might_tell_where, sounds_like_a_shelter};
use crate::diag::nearest;
use crate::scaffold::templates::kind_of;

/// What reading a row needs to know.
pub struct Reader<'r> {
    /// The divisions, by code and name.
    pub divisions: &'r Divisions,
    /// The same for `might_tell_where`.
    pub regions: &'r Regions,
    /// The datum that the editor gives for all rows.
    pub datum: Option<&'static str>,
    /// The kind that the editor gives for rows without one.
    pub kind: Option<StationKind>,
    /// The slugs of the stations of each name.
    pub named: &'r BTreeMap<String, Vec<String>>,
    /// Slugs and names of stations that are confidential.
    pub confidential: &'r BTreeSet<String>,
    /// What the content says, by slug: a cell that says just that is not interpreted.
    pub known: &'r BTreeMap<&'r str, &'r Values>,
}

/// A row and what stands around it.
pub struct Spot<'s> {
    /// Its sheet.
    pub sheet: &'s Sheet,
    /// Which row, from 0.
    pub number: u32,
    /// The sheet's headings.
    pub headings: &'s Headings,
    /// The division that the sheet, or this part of it, is about.
    pub home: Option<&'s RegionCode>,
}

impl<'s> Spot<'s> {
    fn row(&self) -> Row<'s> {
        let at = At {
            sheet: self.sheet.number,
            name: self.sheet.name.as_str().into(),
            row: self.number,
            column: None,
        };
        let cells: Vec<(&Column, &Cell)> = self
            .headings
            .columns
            .iter()
            .filter_map(|column| Some((column, self.sheet.cell(self.number, column.index)?)))
            .collect();
        let field = |(column, _): &(&Column, &Cell)| match column.meaning {
            Meaning::Field(field) => Some((field, column.index)),
            Meaning::Position => Some((Field::Lat, column.index)),
            _ => None,
        };
        // Of several columns of telephones the first one is named.
        let columns = cells.iter().rev().filter_map(field).collect();
        let incoming = Incoming {
            at: at.clone(),
            values: Values::default(),
            refused: BTreeSet::new(),
            assumed: BTreeSet::new(),
            columns,
            confidential: false,
            kept: Vec::new(),
        };
        Row { at, cells, incoming, remarks: Vec::new() }
    }
}

impl Reader<'_> {
    /// Reads a row; `None` where it is no station. Remarks say why, and what else there is to say.
    pub fn row(&self, spot: &Spot<'_>) -> (Option<Incoming>, Vec<Remark>) {
        let mut row = spot.row();
        if !row.read_names() {
            return (None, row.remarks);
        }
        self.read_kind(&mut row);
        row.incoming.confidential = self.is_confidential(&row);
        self.read_region(&mut row, spot.home);
        self.read_place(&mut row);
        row.read_phones();
        row.read_hours();
        row.read_words();
        self.read_parent(&mut row);
        self.read_texts(&mut row);
        row.keep_the_rest();
        let slug = row.incoming.values.get(Field::Slug).unwrap_or_default();
        if let Some(known) = self.known.get(slug) {
            row.take_as_written(known);
        }
        if row.incoming.confidential {
            row.say_nothing_of_what_it_said();
        }
        (Some(row.incoming), row.remarks)
    }

    fn read_kind(&self, row: &mut Row<'_>) {
        let written = row.text(Field::Kind);
        let name = row.incoming.values.get(Field::Name).unwrap_or_default().to_owned();
        let kind = match written {
            Some(word) => match (StationKind::parse(&word), kind_of(&word)) {
                (Some(kind), _) => Some(kind),
                (None, Some(kind)) => {
                    row.note(Field::Kind, format!("类别“{word}”读成“{}”", kind.chinese()));
                    Some(kind)
                }
                (None, None) => {
                    let all: Vec<&str> = StationKind::ALL.iter().map(|kind| kind.chinese()).collect();
                    row.refuse(Field::Kind, format!("没有叫“{word}”的类别，可以写：{}", all.join("、")));
                    None
                }
            },
            None => self.kind,
        };
        let from_name = || kind_of(&name);
        if kind.is_none() && !row.incoming.refused.contains(&Field::Kind) && !self.is_known(row) {
            if let Some(kind) = from_name() {
                row.remark(None, &format!("没写类别，按名称读成“{}”", kind.chinese()), false);
                row.incoming.values.put(Field::Kind, Some(kind.code().to_owned()));
                row.incoming.assumed.insert(Field::Kind);
            }
            return;
        }
        row.incoming.values.put(Field::Kind, kind.map(|kind| kind.code().to_owned()));
    }

    fn is_known(&self, row: &Row<'_>) -> bool {
        let name = row.incoming.values.get(Field::Name);
        self.has_known_slug(row) || name.is_some_and(|name| self.named.contains_key(name))
    }

    fn has_known_slug(&self, row: &Row<'_>) -> bool {
        row.incoming.values.get(Field::Slug).is_some_and(|slug| self.known.contains_key(slug))
    }

    /// Rather one station too many than one too few: by kind, by its own word, by its name, by what is known of it.
    fn is_confidential(&self, row: &Row<'_>) -> bool {
        let values = &row.incoming.values;
        let said = row.text(Field::Visibility);
        let public = said.as_deref().is_none_or(|word| visibility(word) == Some("public"));
        let name = values.get(Field::Name).unwrap_or_default();
        let known = [Field::Slug, Field::Name]
            .iter()
            .any(|field| values.get(*field).is_some_and(|value| self.confidential.contains(value)));
        let words = row
            .cells
            .iter()
            .filter(|(column, _)| matches!(column.meaning, Meaning::Field(Field::Kind | Field::Services)));
        let sheltering = words
            .map(|(_, cell)| cell.shown())
            .any(|text| text.contains("庇护") && !text.contains('、') && !text.contains(SEPARATOR));
        !public
            || known
            || sheltering
            || values.get(Field::Kind) == Some(StationKind::Shelter.code())
            || sounds_like_a_shelter(name)
    }

    fn read_region(&self, row: &mut Row<'_>, home: Option<&RegionCode>) {
        let parts: Vec<_> = row
            .cells
            .iter()
            .filter_map(|(column, cell)| match column.meaning {
                Meaning::Part(part) => Some((part, cell.shown())),
                _ => None,
            })
            .collect();
        let written = row.cell(Field::Region).map(|(_, cell)| cell.clone());
        let nothing = written.is_none() && parts.is_empty();
        // By its id it is known for certain; of two of one name the sheet may tell which.
        let told_apart = home.is_some_and(|home| home.level() >= Level::Township);
        if nothing && (self.has_known_slug(row) || (self.is_known(row) && !told_apart)) {
            return;
        }
        let hints = match row.incoming.confidential {
            true => Vec::new(),
            false => [Field::Name, Field::Address].iter().filter_map(|field| row.text(*field)).collect(),
        };
        match self.divisions.find(&Said { region: written.as_ref(), parts, hints, home }) {
            Ok((code, note)) => {
                row.incoming.assumed.extend(nothing.then_some(Field::Region));
                let code = if row.incoming.confidential { row.county_of(code) } else { code };
                if let Some(note) = note.filter(|_| !row.incoming.confidential) {
                    row.note(Field::Region, note);
                }
                row.incoming.values.put(Field::Region, Some(code.to_string()));
            }
            Err(_) if row.incoming.confidential => {
                row.refuse(Field::Region, "保密站点的区划读不出来：写县的名字或代码".to_owned());
            }
            Err(why) => row.refuse(Field::Region, why),
        }
    }

    /// Address and coordinates; for a confidential station none of them, and no word of what they said.
    fn read_place(&self, row: &mut Row<'_>) {
        let is_where = |meaning: Meaning| {
            matches!(meaning, Meaning::Position)
                || matches!(meaning, Meaning::Field(field) if Field::WHERE.contains(&field))
        };
        if row.incoming.confidential {
            let cells: Vec<u32> = row
                .cells
                .iter()
                .filter(|(column, _)| is_where(column.meaning))
                .map(|(column, _)| column.index)
                .collect();
            for column in cells {
                let what = "地址保密的站点，在哪里一个字也不导入、不留存。请把表里的这一格也删掉";
                row.remark(Some(column), what, true);
            }
            row.incoming.refused.extend(Field::WHERE);
            return;
        }
        let address = row.text(Field::Address);
        row.incoming.values.put(Field::Address, address);
        let cell =
            |row: &Row<'_>, field| row.cell(field).map(|(column, cell)| (column.clone(), cell.clone()));
        let both = row.cells.iter().find(|(column, _)| column.meaning == Meaning::Position);
        let both = both.map(|(column, cell)| ((*column).clone(), (*cell).clone()));
        let (column, found) = match (both, cell(row, Field::Lat), cell(row, Field::Lon)) {
            (Some((column, both)), _, _) => (column, position::pair(&both)),
            (None, Some((column, lat)), Some((other, lon))) => {
                // What is wrong with the longitude alone is told in its own cell.
                let only_lon = position::degrees(&lat).is_ok() && position::degrees(&lon).is_err();
                (if only_lon { other } else { column }, position::two(&lat, &lon))
            }
            (None, Some((column, _)), None) | (None, None, Some((column, _))) => {
                (column, Err("纬度和经度要一起写".to_owned()))
            }
            (None, None, None) => return,
        };
        let datum = self.datum_of(row, &column);
        let read = found.and_then(|position| Ok((position, datum?)));
        match read {
            Ok((position, datum)) => {
                row.incoming.values.put(Field::Lat, Some(position.lat));
                row.incoming.values.put(Field::Lon, Some(position.lon));
                row.incoming.values.put(Field::Datum, Some(datum.to_owned()));
                if let Some(note) = position.note {
                    row.remark(Some(column.index), &note, false);
                }
            }
            Err(why) => {
                row.incoming.refused.extend([Field::Lat, Field::Lon, Field::Datum]);
                row.remark(Some(column.index), &why, true);
            }
        }
    }

    /// The datum of the row, of the heading, or of the command; never one that nobody named.
    fn datum_of(&self, row: &Row<'_>, column: &Column) -> Result<&'static str, String> {
        if let Some(word) = row.text(Field::Datum) {
            return datum(&word).ok_or_else(|| {
                format!(
                    "没有叫“{word}”的坐标系：写 gcj02（高德、腾讯）、bd09（百度）或 wgs84（手机定位、天地图）"
                )
            });
        }
        column.datum.or(self.datum).ok_or_else(|| {
            "有坐标，没写坐标系，没有导入：几种地图的同一个坐标能差出几百米。问清楚是从哪张地图上取的，\
             加上 --datum gcj02（高德、腾讯）、bd09（百度）或 wgs84（手机定位、天地图）"
                .to_owned()
        })
    }

    fn read_parent(&self, row: &mut Row<'_>) {
        let Some(word) = row.text(Field::Parent) else { return };
        if self.known.contains_key(word.as_str()) {
            row.incoming.values.put(Field::Parent, Some(word));
            return;
        }
        match self.named.get(&word).map_or(&[][..], Vec::as_slice) {
            [slug] => {
                row.note(Field::Parent, format!("上级“{word}”的编号是 {slug}"));
                row.incoming.values.put(Field::Parent, Some((*slug).clone()));
            }
            [] => {
                let names = self.known.keys().copied().chain(self.named.keys().map(String::as_str));
                let near = nearest(&word, names).map_or(String::new(), |near| format!("，是不是想写 {near}"));
                row.refuse(
                    Field::Parent,
                    format!("没有叫“{word}”的上级站点{near}。上级也在这张表里的，先导入一次，再导入一次"),
                );
            }
            several => {
                row.refuse(Field::Parent, format!("叫“{word}”的站有几个：{}，写编号", several.join("、")));
            }
        }
    }

    /// Free texts. Of a confidential station only those that say nothing of where it is.
    fn read_texts(&self, row: &mut Row<'_>) {
        for field in [Field::Roles, Field::Duty] {
            let said = row.incoming.values.get(field).unwrap_or_default();
            if row.incoming.confidential && might_tell_where(said, self.regions) {
                row.refuse(field, "像是在说保密的地方在哪里，没有导入".to_owned());
                row.incoming.values.put(field, None);
            }
        }
        for field in [Field::Serves, Field::Desk, Field::Note] {
            let texts: Vec<String> = row
                .cells
                .iter()
                .filter(|(column, _)| column.meaning == Meaning::Field(field))
                .map(|(_, cell)| cell.shown())
                .collect();
            let text = texts.join(SEPARATOR);
            if row.incoming.confidential && might_tell_where(&text, self.regions) {
                row.refuse(field, "像是在说保密的地方在哪里，没有导入".to_owned());
            } else {
                row.incoming.values.put(field, Some(text));
            }
        }
        let name = row.incoming.values.get(Field::Name).unwrap_or_default();
        if row.incoming.confidential && might_tell_where(name, self.regions) {
            row.refuse(Field::Name, "名称里像是说了保密的地方在哪里：换一个名称".to_owned());
            row.incoming.values.put(Field::Name, None);
        }
    }
}
