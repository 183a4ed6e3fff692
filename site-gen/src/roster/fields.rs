//! What a table says of a station, field by field, each value in one canonical way of writing.
//!
//! [`Values::of`] is a station as the content has it; the importer makes the same of a row of a sheet. Two [`Values`]
//! that say the same are equal, however each was written: codes and Chinese words, lists with whatever between.

use std::collections::BTreeMap;

use search::region::Level;
use search::vocabulary::{Audience, Facility, Have, Service, StationKind};

use crate::hours;
use crate::load::cells;
use crate::load::station::StationDraft;
use crate::source::Located;

/// Between the values of one cell.
pub const SEPARATOR: &str = "；";

/// A column of `stations.csv`, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the handbook, section 3.5, says what each is")]
pub enum Field {
    Slug,
    Name,
    Kind,
    Region,
    Level,
    Parent,
    Address,
    Lat,
    Lon,
    Datum,
    Phones,
    Hours,
    Services,
    Has,
    Facilities,
    Languages,
    Audience,
    HomeVisits,
    Roles,
    Duty,
    Serves,
    Visibility,
    Desk,
    Verified,
    Note,
}

/// In which words a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// `kind`, `family_center`
    Code,
    /// `类别`, `妇女儿童之家`
    Chinese,
}

/// A station's fields. A field that says nothing is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<Field, String>);

impl Field {
    /// Every field.
    pub const ALL: [Self; 25] = [
        Self::Slug,
        Self::Name,
        Self::Kind,
        Self::Region,
        Self::Level,
        Self::Parent,
        Self::Address,
        Self::Lat,
        Self::Lon,
        Self::Datum,
        Self::Phones,
        Self::Hours,
        Self::Services,
        Self::Has,
        Self::Facilities,
        Self::Languages,
        Self::Audience,
        Self::HomeVisits,
        Self::Roles,
        Self::Duty,
        Self::Serves,
        Self::Visibility,
        Self::Desk,
        Self::Verified,
        Self::Note,
    ];

    /// Those that say where something is: a shelter has none of them.
    pub const WHERE: [Self; 4] = [Self::Address, Self::Lat, Self::Lon, Self::Datum];

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Slug => ("slug", "编号"),
            Self::Name => ("name", "名称"),
            Self::Kind => ("kind", "类别"),
            Self::Region => ("region", "区划"),
            Self::Level => ("level", "层级"),
            Self::Parent => ("parent", "上级"),
            Self::Address => ("address", "地址"),
            Self::Lat => ("lat", "纬度"),
            Self::Lon => ("lon", "经度"),
            Self::Datum => ("datum", "坐标系"),
            Self::Phones => ("phones", "电话"),
            Self::Hours => ("hours", "时间"),
            Self::Services => ("services", "服务"),
            Self::Has => ("has", "五有"),
            Self::Facilities => ("facilities", "设施"),
            Self::Languages => ("languages", "语言"),
            Self::Audience => ("audience", "面向"),
            Self::HomeVisits => ("home_visits", "上门"),
            Self::Roles => ("roles", "人员"),
            Self::Duty => ("duty", "值班"),
            Self::Serves => ("serves", "服务对象"),
            Self::Visibility => ("visibility", "公开"),
            Self::Desk => ("desk", "工作台"),
            Self::Verified => ("verified", "核实"),
            Self::Note => ("note", "备注"),
        }
    }

    /// The heading in code.
    pub fn code(self) -> &'static str {
        self.names().0
    }

    /// The heading in Chinese.
    pub fn chinese(self) -> &'static str {
        self.names().1
    }

    /// The heading in these words.
    pub fn heading(self, words: Words) -> &'static str {
        if words == Words::Code { self.code() } else { self.chinese() }
    }

    /// The field of a heading as `stations.csv` has it.
    pub fn of_heading(heading: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == heading || field.chinese() == heading)
    }

    /// A canonical value as it is written in these words.
    pub fn show(self, value: &str, words: Words) -> String {
        if words == Words::Code {
            return value.to_owned();
        }
        let chinese = |item: &str| -> String {
            let found = match self {
                Self::Kind => StationKind::parse(item).map(StationKind::chinese),
                Self::Services => Service::parse(item).map(Service::chinese),
                Self::Has => Have::parse(item).map(Have::chinese),
                Self::Facilities => Facility::parse(item).map(Facility::chinese),
                Self::Audience | Self::HomeVisits => Audience::parse(item).map(Audience::chinese),
                Self::Level => Level::parse(item).map(Level::chinese),
                Self::Visibility if item == "public" => Some("公开"),
                Self::Visibility if item == "confidential" => Some("保密"),
                _ => None,
            };
            found.unwrap_or(item).to_owned()
        };
        match self {
            Self::Kind
            | Self::Services
            | Self::Has
            | Self::Facilities
            | Self::Audience
            | Self::HomeVisits
            | Self::Level
            | Self::Visibility => value.split(SEPARATOR).map(chinese).collect::<Vec<_>>().join(SEPARATOR),
            // In a list 8:00-20:00 says no days, and is refused; that it is every day is said.
            Self::Hours if value != "24/7" && value.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("Mo-Su {value}")
            }
            _ => value.to_owned(),
        }
    }
}

impl Values {
    /// What the content says of a station.
    pub fn of(draft: &StationDraft) -> Self {
        let mut values = Self::default();
        let text = |text: &Option<Located<String>>| text.as_ref().map(|text| text.value.trim().to_owned());
        let joined = |items: Vec<&str>| Some(items.join(SEPARATOR));
        let location = draft.location.as_ref();
        values.put(Field::Slug, Some(draft.slug.value.trim().to_owned()));
        values.put(Field::Name, Some(draft.name.value.trim().to_owned()));
        values.put(Field::Kind, Some(draft.kind.code().to_owned()));
        values.put(Field::Region, Some(draft.region.value.trim().to_owned()));
        values.put(
            Field::Level,
            text(&draft.level).map(|word| Level::parse(&word).map_or(word, |level| level.code().to_owned())),
        );
        values.put(Field::Parent, text(&draft.parent));
        values.put(Field::Address, text(&draft.address));
        values.put(Field::Lat, location.map(|at| at.lat.value.trim().to_owned()));
        values.put(Field::Lon, location.map(|at| at.lon.value.trim().to_owned()));
        values.put(
            Field::Datum,
            location.and_then(|at| text(&at.datum)).map(|word| datum(&word).map_or(word, str::to_owned)),
        );
        values.put(Field::Phones, joined(draft.phones.iter().map(|phone| phone.value.as_str()).collect()));
        values.put(Field::Hours, text(&draft.hours));
        values.put(Field::Services, joined(draft.offer.services.iter().map(|word| word.code()).collect()));
        values.put(Field::Has, joined(draft.offer.has.iter().map(|word| word.code()).collect()));
        values
            .put(Field::Facilities, joined(draft.offer.facilities.iter().map(|word| word.code()).collect()));
        values.put(
            Field::Languages,
            joined(draft.offer.languages.iter().map(|word| word.value.as_str()).collect()),
        );
        values.put(Field::Audience, joined(draft.offer.audience.iter().map(|word| word.code()).collect()));
        values
            .put(Field::HomeVisits, joined(draft.offer.home_visits.iter().map(|word| word.code()).collect()));
        values.put(Field::Roles, Some(cells::people_text(&draft.people)));
        values.put(Field::Duty, Some(cells::duties_text(&draft.duty)));
        values.put(Field::Serves, text(&draft.serves));
        values.put(
            Field::Visibility,
            text(&draft.visibility).map(|word| visibility(&word).map_or(word, str::to_owned)),
        );
        values.put(Field::Desk, text(&draft.desk));
        values.put(Field::Verified, draft.verified.as_ref().map(|day| day.value.to_string()));
        values.put(Field::Note, text(&draft.note));
        values
    }

    /// Sets a field; a value that says nothing takes it away.
    pub fn put(&mut self, field: Field, value: Option<String>) {
        match value.filter(|value| !value.trim().is_empty()) {
            Some(value) => self.0.insert(field, value),
            None => self.0.remove(&field),
        };
    }

    /// What a field says.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// The fields that say something, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, value)| (*field, value.as_str()))
    }

    /// Whether a field says the same here and there.
    pub fn same(&self, other: &Self, field: Field) -> bool {
        let (Some(a), Some(b)) = (self.get(field), other.get(field)) else {
            return self.get(field) == other.get(field);
        };
        a == b
            || match field {
                Field::Hours => normal_hours(a).is_some_and(|hours| Some(hours) == normal_hours(b)),
                Field::Lat | Field::Lon => {
                    let (a, b) = (a.parse::<f64>(), b.parse::<f64>());
                    matches!((a, b), (Ok(a), Ok(b)) if (a - b).abs() < 1e-9)
                }
                _ => false,
            }
    }
}

/// Opening hours that say the same are the same text after this.
fn normal_hours(osm: &str) -> Option<String> {
    hours::read(osm).ok().map(|hours| hours.osm)
}

/// A datum's code, from whatever it is called: GCJ-02, 高德, 百度地图坐标, 手机定位.
pub fn datum(word: &str) -> Option<&'static str> {
    let word: String = word.trim().to_lowercase().chars().filter(|c| !matches!(c, '-' | ' ' | '_')).collect();
    let mut bare = word.as_str();
    for ending in ["坐标系", "经纬度", "坐标", "定位"] {
        bare = bare.strip_suffix(ending).unwrap_or(bare);
    }
    match bare {
        "wgs84" | "gps" | "cgcs2000" | "国家2000" | "天地图" | "手机" | "手机gps" => Some("wgs84"),
        "gcj02" | "高德" | "高德地图" | "腾讯" | "腾讯地图" | "火星" => Some("gcj02"),
        "bd09" | "bd09ll" | "百度" | "百度地图" => Some("bd09"),
        _ => None,
    }
}

/// Whether a place is public, from whatever it is called.
pub fn visibility(word: &str) -> Option<&'static str> {
    match word.trim() {
        "public" | "公开" | "是" => Some("public"),
        "confidential" | "保密" | "不公开" | "否" => Some("confidential"),
        _ => None,
    }
}
