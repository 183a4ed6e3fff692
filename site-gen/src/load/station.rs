//! Reads a station, whether it is a Markdown file of its own or a row of a table: the same fields.

use jiff::civil::Date;
use search::vocabulary::{Have, Service, StationKind};

use super::Reading;
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
    /// What it does.
    pub services: Vec<Service>,
    /// Which of the five haves.
    pub has: Vec<Have>,
    /// Who does what.
    pub roles: Vec<(Located<String>, Option<Located<String>>)>,
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
    let services = fields.vocabulary(Key("services", "服务"), vocabulary_of!("服务", Service));
    let has = fields.vocabulary(Key("has", "五有"), vocabulary_of!("“五有”", Have));
    let roles = fields.maps(Key("roles", "人员"));
    let duty = fields.maps(Key("duty", "值班"));
    let serves = fields.text(Key("serves", "服务对象"));
    let visibility = fields.text(Key("visibility", "公开"));
    let desk = fields.text(Key("desk", "工作台"));
    let verified = fields.date(Key("verified", "核实"));
    let note = fields.text(Key("note", "备注"));
    let aliases = redirects::aliases(&mut fields);
    let span = fields.span;
    let roles = roles.into_iter().filter_map(|node| role(node, fields.diags)).collect();
    let duty = duty.into_iter().filter_map(|node| duty_of(node, fields.diags)).collect();
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
        services,
        has,
        roles,
        duty,
        serves,
        visibility,
        desk,
        verified,
        note,
        aliases,
        body,
    })
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

fn role(node: Node, diags: &mut Diagnostics) -> Option<(Located<String>, Option<Located<String>>)> {
    if let Value::Scalar(text) = node.value {
        return Some((Located { value: text, span: node.span }, None));
    }
    let span = node.span;
    let mut fields = Fields::of(node, span, diags);
    let role = fields.required(Key("role", "职务"));
    let duty = fields.text(Key("duty", "做什么"));
    fields.finish();
    Some((role?, duty))
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
