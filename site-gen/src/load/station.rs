//! Reads a station, whether it is a Markdown file of its own or a row of a table: the same fields.

use jiff::civil::Date;
use search::vocabulary::{Audience, Facility, Have, Profession, Service, StationKind};

use super::Reading;
use super::cells;
use super::fields::{Fields, Key, vocabulary_of};
use super::front_matter::{self, BodyDraft};
use super::kinds::{Slug, check_slug, slug_of};
use super::node::{Node, Value};
use super::redirects;
use crate::diag::Diagnostics;
use crate::source::{Located, Span};

/// A station as written.
#[derive(Debug)]
pub struct StationDraft {
    /// Its id.
    pub slug: Slug,
    /// Where its front matter or row stands.
    pub span: Span,
    /// Its name.
    pub name: Located<String>,
    /// What sort.
    pub kind: StationKind,
    /// The division's code.
    pub region: Located<String>,
    /// Its level, where it is not the division's.
    pub level: Option<Located<String>>,
    /// The slug of the station above it.
    pub parent: Option<Located<String>>,
    /// As one would tell a driver.
    pub address: Option<Located<String>>,
    /// Where on earth.
    pub location: Option<LocationDraft>,
    /// Numbers to dial.
    pub phones: Vec<Located<String>>,
    /// OpenStreetMap `opening_hours`.
    pub hours: Option<Located<String>>,
    /// What it does, with what and for whom.
    pub offer: Offer,
    /// Who is there.
    pub people: Vec<PersonDraft>,
    /// Recurring days.
    pub duty: Vec<DutyDraft>,
    /// Whom it is for.
    pub serves: Option<Located<String>>,
    /// Whether everyone may know where it is.
    pub visibility: Option<Located<String>>,
    /// The consultation desk.
    pub desk: Option<Located<String>>,
    /// When somebody last checked it.
    pub verified: Option<Located<Date>>,
    /// Anything else.
    pub note: Option<Located<String>>,
    /// Addresses it had before.
    pub aliases: Vec<Located<String>>,
    /// What happens when one goes there.
    pub body: Option<BodyDraft>,
}

/// What a station does, with what and for whom.
#[derive(Debug)]
pub struct Offer {
    /// What it does.
    pub services: Vec<Service>,
    /// Which of the five haves.
    pub has: Vec<Have>,
    /// What makes a visit possible.
    pub facilities: Vec<Facility>,
    /// What is spoken there.
    pub languages: Vec<Located<String>>,
    /// Whom it is for.
    pub audience: Vec<Audience>,
    /// Whom it visits at home.
    pub home_visits: Vec<Audience>,
}

/// A position as written, in whatever datum.
#[derive(Debug, Clone)]
pub struct LocationDraft {
    /// Where the pair stands.
    pub span: Span,
    /// Degrees north, as typed.
    pub lat: Located<String>,
    /// Degrees east, as typed.
    pub lon: Located<String>,
    /// `wgs84`, `gcj02` or `bd09`, if it is said.
    pub datum: Option<Located<String>>,
}

/// Somebody at a station as written.
#[derive(Debug)]
pub struct PersonDraft {
    /// What the work is called.
    pub role: Located<String>,
    /// What is done.
    pub duty: Option<Located<String>>,
    /// What she is by profession.
    pub profession: Option<Profession>,
    /// Slugs of topics.
    pub topics: Vec<Located<String>>,
}

/// A recurring duty as written.
#[derive(Debug)]
pub struct DutyDraft {
    /// RFC 5545 recurrence rule.
    pub rule: Located<String>,
    /// `09:00-11:30`
    pub time: Option<Located<String>>,
    /// Who is there.
    pub who: Located<String>,
}

/// Reads `stations/<folder>/<slug>.md`.
pub fn from_markdown(reading: &Reading<'_>, slug: &str, diags: &mut Diagnostics) -> Option<StationDraft> {
    let parts = front_matter::split(reading, diags)?;
    let slug = slug_of(reading, slug, diags);
    let fields = Fields::of(parts.head?, parts.head_span, diags);
    from_fields(fields, Some(slug), Some(parts.body))
}

/// Reads one row of a table, given as a map of its named cells.
pub fn from_row(row: Node, diags: &mut Diagnostics) -> Option<StationDraft> {
    let span = row.span;
    from_fields(Fields::of_row(row, span, diags), None, None)
}

fn from_fields(mut fields: Fields<'_>, slug: Option<Slug>, body: Option<BodyDraft>) -> Option<StationDraft> {
    let slug = slug.or_else(|| fields.required(Key("slug", "编号")));
    let name = fields.required(Key("name", "名称"));
    let kind_key = Key("kind", "类别");
    if !fields.is_written(kind_key) {
        fields.missing(kind_key);
    }
    let kind = fields.one_of(kind_key, vocabulary_of!("站点类别", StationKind));
    let region = fields.required(Key("region", "区划"));
    let level = fields.text(Key("level", "层级"));
    let parent = fields.text(Key("parent", "上级"));
    let address = fields.text(Key("address", "地址"));
    let location = location(&mut fields);
    let phones = fields.words(Key("phones", "电话"));
    let hours = fields.text(Key("hours", "时间"));
    let offer = offer(&mut fields);
    let staff = staff(&mut fields, body.is_none());
    let serves = fields.text(Key("serves", "服务对象"));
    let visibility = fields.text(Key("visibility", "公开"));
    let desk = fields.text(Key("desk", "工作台"));
    let verified = fields.date(Key("verified", "核实"));
    let note = fields.text(Key("note", "备注"));
    let aliases = redirects::aliases(&mut fields);
    let span = fields.span;
    if let Some(slug) = slug.as_ref().filter(|_| body.is_none()) {
        check_slug(slug, fields.diags);
    }
    fields.finish();
    Some(StationDraft {
        slug: slug?,
        span,
        name: name?,
        kind: kind?,
        region: region?,
        level,
        parent,
        address,
        location,
        phones,
        hours,
        offer,
        people: staff.0,
        duty: staff.1,
        serves,
        visibility,
        desk,
        verified,
        note,
        aliases,
        body,
    })
}

fn offer(fields: &mut Fields<'_>) -> Offer {
    Offer {
        services: fields.vocabulary(Key("services", "服务"), vocabulary_of!("服务", Service)),
        has: fields.vocabulary(Key("has", "五有"), vocabulary_of!("“五有”", Have)),
        facilities: fields.vocabulary(Key("facilities", "设施"), vocabulary_of!("设施", Facility)),
        languages: fields.words(Key("languages", "语言")),
        audience: fields.vocabulary(Key("audience", "面向"), vocabulary_of!("面向的人", Audience)),
        home_visits: fields.vocabulary(Key("home_visits", "上门"), vocabulary_of!("上门的对象", Audience)),
    }
}

/// Who is there and when: lists of maps in Markdown, one cell each in a table.
fn staff(fields: &mut Fields<'_>, is_row: bool) -> (Vec<PersonDraft>, Vec<DutyDraft>) {
    const KEYS: [Key; 2] = [Key("roles", "人员"), Key("duty", "值班")];
    if is_row {
        let [people, duty] = KEYS.map(|key| fields.text(key));
        return (cells::people_of(people, fields.diags), cells::duties_of(duty, fields.diags));
    }
    let [people, duty] = KEYS.map(|key| fields.maps(key));
    let people = people.into_iter().filter_map(|node| person(node, fields.diags)).collect();
    (people, duty.into_iter().filter_map(|node| duty_of(node, fields.diags)).collect())
}

/// `location: {lat, lon, datum}` of Markdown, or the columns `lat`, `lon`, `datum` of a table.
fn location(fields: &mut Fields<'_>) -> Option<LocationDraft> {
    const PARTS: [Key; 3] = [Key("lat", "纬度"), Key("lon", "经度"), Key("datum", "坐标系")];
    if let Some(node) = fields.node(Key("location", "位置")) {
        let span = node.span;
        let mut inner = Fields::of(node, span, fields.diags);
        let [lat, lon, datum] = PARTS.map(|key| inner.text(key));
        for (key, value) in PARTS.iter().zip([&lat, &lon]) {
            if value.is_none() {
                inner.missing(*key);
            }
        }
        inner.finish();
        return Some(LocationDraft { span, lat: lat?, lon: lon?, datum });
    }
    let [lat, lon, datum] = PARTS.map(|key| fields.text(key));
    match (lat, lon) {
        (Some(lat), Some(lon)) => {
            let span = Span::new(lat.span.file, lat.span.start, lon.span.end.max(lat.span.end));
            Some(LocationDraft { span, lat, lon, datum })
        }
        (None, None) => None,
        (lat, lon) => {
            let written = lat.or(lon)?;
            fields.diags.push(
                crate::diag::Diagnostic::error("coord-range", written.span, "纬度和经度要一起写")
                    .hint("两个都填，或者都空着"),
            );
            None
        }
    }
}

fn person(node: Node, diags: &mut Diagnostics) -> Option<PersonDraft> {
    if let Value::Scalar(text) = node.value {
        let role = Located { value: text, span: node.span };
        return Some(PersonDraft { role, duty: None, profession: None, topics: Vec::new() });
    }
    let span = node.span;
    let mut fields = Fields::of(node, span, diags);
    let role = fields.required(Key("role", "职务"));
    let duty = fields.text(Key("duty", "做什么"));
    let profession = fields.one_of(Key("profession", "职业"), vocabulary_of!("职业", Profession));
    let topics = fields.words(Key("topics", "擅长"));
    fields.finish();
    Some(PersonDraft { role: role?, duty, profession, topics })
}

fn duty_of(node: Node, diags: &mut Diagnostics) -> Option<DutyDraft> {
    let span = node.span;
    let mut fields = Fields::of(node, span, diags);
    let rule = fields.required(Key("rule", "规则"));
    let time = fields.text(Key("time", "时间"));
    let who = fields.required(Key("who", "谁"));
    fields.finish();
    Some(DutyDraft { rule: rule?, time, who: who? })
}
