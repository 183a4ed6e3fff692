//! The published records: what a build says in data, and what the API repeats.
//!
//! Everything here is public by construction. A confidential station has no field for where it is
//! ([`Place::Confidential`]), so no later stage can leak it.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clocks::Clocks;
use crate::coord::Coord;
use crate::hours::Timetable;
use crate::hours::holidays::Holidays;
use crate::region::{Level, RegionCode};
use crate::vocabulary::{Audience, Facility, Have, Profession, Service, StationKind};

/// What a record is about; also the facet of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 法律指南
    Guide,
    /// 案例摘编
    CaseDigest,
    /// 法规
    Statute,
    /// 条文
    Article,
    /// 维权服务站
    Station,
    /// 站点名录. One of its keywords is the division's name alone (暖溪镇), so that questions can name the place.
    Region,
    /// 主题
    Topic,
    /// 宣传节点
    Campaign,
    /// 其他页面
    Page,
}

/// One thing that can be found by words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Unique over the bundle, `kind/slug`: `guide/protection-order`, `article/civil-code/1079`.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The heading of its page.
    pub title: String,
    /// Where it is on the site, from the root, with anchor where it has one.
    pub url: String,
    /// Where it stands in what it is a part of: the book, chapter and section of an article. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub heading: String,
    /// One or two sentences for the list of hits. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// What to do first, in a guide that says what to do. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub first_step: String,
    /// The number to dial, as it is dialled. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// Plain text of the body, no markup, paragraphs on lines.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The id of the record that it is a part of: the statute of an article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
    /// The ids of the articles that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<String>,
    /// The topic's slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The division it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
    /// Where it is, if that is public: a station, or the middle of a division.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Coord>,
    /// Questions as people type them that this answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// Words an editor wants it found by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
}

impl Record {
    /// A record with nothing but its name and address.
    pub fn new(kind: Kind, id: impl Into<String>, title: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind,
            title: title.into(),
            url: url.into(),
            heading: String::new(),
            summary: String::new(),
            first_step: String::new(),
            phone: String::new(),
            text: String::new(),
            part_of: None,
            rests_on: Vec::new(),
            topic: None,
            region: None,
            location: None,
            asked: Vec::new(),
            keywords: Vec::new(),
        }
    }
}

/// What people say, and what the law calls it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThesaurusEntry {
    /// Lay phrases: 打老婆.
    pub say: Vec<String>,
    /// Terms of the law and of the guides: 家庭暴力.
    pub law: Vec<String>,
    /// The topic's slug, where the phrase points at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// How sure, from 0.1 to 1.
    pub weight: f32,
}

/// A short number to dial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hotline {
    /// As it is dialled.
    pub number: String,
    /// What it is called: 报警.
    pub name: String,
    /// When to dial it.
    #[serde(rename = "use")]
    pub usage: String,
    /// Whether it stands in the red bar of every page.
    pub emergency: bool,
}

/// A shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Topic {
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What stands on it.
    pub summary: String,
    /// Its page.
    pub url: String,
    /// Whether people who come here may be in danger now.
    pub emergency: bool,
}

/// Where a station is.
///
/// On the wire the two are told apart by the field `confidential`, so [`Place::Confidential`] has to come first: read
/// the other way round, a shelter would come back as a public station without an address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Place {
    /// Where it is is nobody's business; only its telephone is published.
    Confidential {
        /// Always `true`.
        confidential: bool,
    },
    /// Anyone may come.
    Public {
        /// As one would tell a driver.
        address: Option<String>,
        /// WGS 84.
        location: Option<Coord>,
    },
}

/// A place or desk that helps, as published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Station {
    /// Stable, unique, opaque to clients.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What sort of station.
    pub kind: StationKind,
    /// The division it serves.
    pub region: RegionCode,
    /// Its level in the network.
    pub level: Level,
    /// Names of the divisions from the outermost to its own: 示例市, 示例县, 暖溪镇.
    pub region_names: Vec<String>,
    /// The station above it.
    pub parent: Option<String>,
    /// Where it is, if that is public.
    #[serde(flatten)]
    pub place: Place,
    /// As they are dialled.
    pub phones: Vec<String>,
    /// When it is open.
    pub hours: Option<Hours>,
    /// What it does.
    pub services: Vec<Service>,
    /// Which of the five haves it has.
    pub has: Vec<Have>,
    /// What makes a visit possible, or easier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facilities: Vec<Facility>,
    /// Languages and dialects spoken there besides 普通话, by their usual names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Whom it is for; empty where nobody said so, which means everyone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<Audience>,
    /// Whom it visits at home; empty where it visits nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub home_visits: Vec<Audience>,
    /// Who is there. Never a name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// Recurring duty and reception days.
    pub duty: Vec<Duty>,
    /// Whom it is for, in words.
    pub serves: Option<String>,
    /// Anything else worth knowing before going: ramp, home visits, dialects.
    pub note: Option<String>,
    /// The consultation desk that answers for it.
    pub desk: Option<String>,
    /// The day somebody last checked that all this is true.
    #[schema(value_type = Option<String>, format = Date)]
    pub verified: Option<Date>,
    /// Its page.
    pub url: String,
}

/// Somebody who works at a station, as the work is called: the person's name is nobody's business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// What the work is called: 站长, 坐班律师.
    pub role: String,
    /// What is done, in words.
    pub duty: Option<String>,
    /// What she is by profession.
    pub profession: Option<Profession>,
    /// Slugs of the topics she knows best.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
}

/// A recurring duty or reception day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Duty {
    /// Recurrence rule (RFC 5545): weekly or monthly, by day.
    pub rule: String,
    /// From when, on the clock there; `None`: all day.
    #[schema(value_type = Option<String>)]
    pub from: Option<Time>,
    /// Until when. Midnight is the end of the day.
    #[schema(value_type = Option<String>)]
    pub to: Option<Time>,
    /// Who is there.
    pub who: String,
    /// The whole in words: 每月 25 日 9:00–11:30 律师坐班.
    pub text: String,
}

impl Duty {
    /// From when to when, in minutes after midnight; `None`: all day.
    pub fn minutes(&self) -> Option<(u16, u16)> {
        let minutes =
            |time: Time| u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
        let (from, to) = (minutes(self.from?), minutes(self.to?));
        Some((from, if to == 0 { 24 * 60 } else { to }))
    }
}

/// Opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hours {
    /// OpenStreetMap `opening_hours` syntax.
    pub osm: String,
    /// In words: 周一至周五 8:30–12:00.
    pub text: String,
    /// The same for machines.
    pub rules: Timetable,
}

impl Station {
    /// A station of which nothing more is known, at the level of its division.
    pub fn new(id: impl Into<String>, kind: StationKind, region: RegionCode, place: Place) -> Self {
        let id = id.into();
        Self {
            url: format!("/stations/{id}/"),
            name: id.clone(),
            id,
            kind,
            level: region.level(),
            region,
            region_names: Vec::new(),
            parent: None,
            place,
            phones: Vec::new(),
            hours: None,
            services: Vec::new(),
            has: Vec::new(),
            facilities: Vec::new(),
            languages: Vec::new(),
            audience: Vec::new(),
            home_visits: Vec::new(),
            people: Vec::new(),
            duty: Vec::new(),
            serves: None,
            note: None,
            desk: None,
            verified: None,
        }
    }

    /// Whether there is a way to show to it: its address or its position is known and public.
    pub fn has_way(&self) -> bool {
        self.location().is_some() || self.address().is_some()
    }

    /// Its position; `None` where there is none or where it is confidential.
    pub fn location(&self) -> Option<Coord> {
        match &self.place {
            Place::Public { location, .. } => *location,
            Place::Confidential { .. } => None,
        }
    }

    /// Its address; `None` where there is none or where it is confidential.
    pub fn address(&self) -> Option<&str> {
        match &self.place {
            Place::Public { address, .. } => address.as_deref(),
            Place::Confidential { .. } => None,
        }
    }

    /// Whether only its telephone is published.
    pub fn is_confidential(&self) -> bool {
        matches!(self.place, Place::Confidential { .. })
    }
}

/// What the site says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// 暖站
    pub name: String,
    /// 示例市妇女儿童维权服务
    pub title: String,
    /// Public address without a trailing slash.
    pub base_url: String,
    /// The outermost division served.
    pub region: RegionCode,
    /// Where “leave at once” goes.
    pub exit_url: String,
    /// How soon desks act.
    #[serde(default)]
    pub clocks: Clocks,
    /// Which days the country has off.
    #[serde(default = "known_holidays")]
    pub holidays: Holidays,
}

fn known_holidays() -> Holidays {
    Holidays::known().clone()
}

/// Counts by kind.
pub type Facets = BTreeMap<Kind, usize>;
