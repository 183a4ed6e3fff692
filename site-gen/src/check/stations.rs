//! Stations: a real place in the right region with a telephone that can ring; a shelter without any place at all.
//!
//! [`build`] is the gate that a shelter's address can't pass: a confidential station becomes [`Place::Confidential`],
//! which has no field for it, and any address that an editor wrote stops the build.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use search::coord::Coord;
use search::record::{Place, Station};
use search::region::{Level, RegionCode};
use search::vocabulary::StationKind;

use super::regions::Regions;
use crate::diag::{Diagnostic, Diagnostics, nearest, suggest};
use crate::load::Drafts;
use crate::load::station::{DutyDraft, LocationDraft, StationDraft};
use crate::load::tables;
use crate::model::Role;
use crate::source::{Located, Span};
use crate::{duty, hours};

/// What station checks ask of the rest of the site.
pub struct Surroundings<'s> {
    /// The divisions.
    pub regions: &'s Regions,
    /// For warnings about stale facts.
    pub today: Date,
    /// The level of each station and the code of its division, by slug.
    pub known: BTreeMap<&'s str, (Level, &'s str)>,
    /// Whether a station could not be read: then a parent that nobody knows may be it.
    pub incomplete: bool,
}

impl<'s> Surroundings<'s> {
    /// Reads the levels of all drafts first, so that parents can be checked in any order.
    pub fn new(drafts: &'s Drafts, regions: &'s Regions, today: Date) -> Self {
        let incomplete = drafts.unread.contains("stations");
        let known = drafts
            .stations
            .iter()
            .map(|draft| (draft.slug.value.as_str(), (level_of(draft), draft.region.value.as_str())));
        Self { regions, today, known: known.collect(), incomplete }
    }
}

/// The station that `draft` describes. Reports everything that is wrong with it; `None` where nothing can be published.
pub fn build(draft: &StationDraft, around: &Surroundings<'_>, diags: &mut Diagnostics) -> Option<Station> {
    let region = around.regions.find(&draft.region, diags);
    let level = level_of(draft);
    check_level(draft, region.as_ref(), diags);
    check_visibility(draft, diags);
    check_parent(draft, level, around, diags);
    check_kind(draft, level, diags);
    let place = place(draft, region.as_ref(), around.regions, diags);
    let hours = draft.hours.as_ref().and_then(|osm| {
        let read = hours::read(&osm.value);
        read.map_err(|reason| diags.push(hours_error(osm, reason))).ok()
    });
    check_phones(draft, diags);
    check_verified(draft, around.today, diags);
    let duty = draft.duty.iter().filter_map(|duty| duty_in_words(duty, diags)).collect();
    let region = region?;
    let text = |text: &Option<Located<String>>| text.as_ref().map(|text| text.value.clone());
    Some(Station {
        id: draft.slug.value.clone(),
        name: draft.name.value.clone(),
        kind: draft.kind,
        region_names: around.regions.names(&region),
        region,
        level,
        parent: text(&draft.parent),
        place,
        phones: draft.phones.iter().map(|phone| phone.value.clone()).collect(),
        hours,
        services: draft.services.clone(),
        has: draft.has.clone(),
        duty,
        serves: text(&draft.serves),
        note: text(&draft.note),
        desk: text(&draft.desk),
        verified: draft.verified.as_ref().map(|day| day.value),
        url: format!("/stations/{}/", draft.slug.value),
    })
}

/// Who does what at the station.
pub fn roles(draft: &StationDraft) -> Vec<Role> {
    let role = |(role, duty): &(Located<String>, Option<Located<String>>)| Role {
        role: role.value.clone(),
        duty: duty.as_ref().map(|duty| duty.value.clone()),
    };
    draft.roles.iter().map(role).collect()
}

/// Whether nobody may know where it is. A shelter always is, whatever its file says.
pub fn is_confidential(draft: &StationDraft) -> bool {
    let open = draft.visibility.as_ref().is_none_or(|text| is_public(&text.value));
    // A word that nobody knows keeps the place back; it is reported as well.
    !open || draft.kind == StationKind::Shelter
}

/// Whether it was meant to be: a misspelt word is reported by itself, not as a secret given away.
pub fn is_meant_confidential(draft: &StationDraft) -> bool {
    let said =
        draft.visibility.as_ref().is_some_and(|text| matches!(text.value.trim(), "confidential" | "保密"));
    said || draft.kind == StationKind::Shelter
}

fn is_public(visibility: &str) -> bool {
    matches!(visibility.trim(), "public" | "公开")
}

fn check_visibility(draft: &StationDraft, diags: &mut Diagnostics) {
    let Some(written) = &draft.visibility else { return };
    if !matches!(written.value.trim(), "public" | "公开" | "confidential" | "保密") {
        let message = format!("“{}”不是公开的程度", written.value);
        diags.push(
            Diagnostic::error("visibility", written.span, message)
                .hint("写 public（公开）或 confidential（保密）"),
        );
    }
}

/// Reports slugs, names and telephones that two stations share.
pub fn check_unique(drafts: &[Arc<StationDraft>], diags: &mut Diagnostics) {
    let (mut slugs, mut names, mut phones) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for draft in drafts {
        if let Some(earlier) = slugs.insert(&draft.slug.value, &draft.name.value) {
            let message = format!("编号“{}”已经给了{earlier}", draft.slug.value);
            diags.push(
                Diagnostic::error("duplicate-station", draft.slug.span, message)
                    .hint("每个站点一个自己的编号"),
            );
        }
        if let Some(earlier) = names.insert((&draft.region.value, &draft.name.value), &draft.slug.value) {
            let message = format!("同一个地方已经有一个“{}”（编号 {earlier}）", draft.name.value);
            diags.push(
                Diagnostic::error("duplicate-station", draft.name.span, message)
                    .hint("删掉重复的一个，或把名字写清楚"),
            );
        }
        for phone in &draft.phones {
            if let Some(earlier) =
                phones.insert(&phone.value, &draft.name.value).filter(|earlier| **earlier != draft.name.value)
            {
                let message = format!("电话 {} 和{earlier}一样", phone.value);
                diags.push(
                    Diagnostic::warning("duplicate-phone", phone.span, message).hint("核对一下是不是抄错了"),
                );
            }
        }
    }
}

fn level_of(draft: &StationDraft) -> Level {
    let written = draft.level.as_ref().and_then(|level| tables::level(level.value.trim()));
    let of_region = || draft.region.value.trim().parse::<RegionCode>().map(|code| code.level());
    written.or_else(|| of_region().ok()).unwrap_or(Level::Village)
}

fn check_level(draft: &StationDraft, region: Option<&RegionCode>, diags: &mut Diagnostics) {
    let Some(written) = &draft.level else { return };
    let Some(level) = tables::level(written.value.trim()) else {
        let message = format!("没有叫“{}”的层级", written.value);
        let hint = nearest(&written.value, ["city", "county", "township", "village", "hamlet"]);
        let hint = hint.map(|near| format!("是不是想写 {near}"));
        let hint =
            hint.unwrap_or_else(|| "可以写：市、县、乡镇、村、屯（街道写“乡镇”，社区写“村”）".to_owned());
        diags.push(Diagnostic::error("station-level", written.span, message).hint(hint));
        return;
    };
    let Some(region) = region else { return };
    // A hamlet has no code of its own: its station lies in a village.
    let fits = level == region.level() || (level == Level::Hamlet && region.level() == Level::Village);
    if !fits {
        let message = format!("层级写的是{}，区划 {region} 却是{}", level.name(), region.level().name());
        diags.push(Diagnostic::error("station-level", written.span, message).hint("改层级，或改区划代码"));
    }
}

fn check_parent(draft: &StationDraft, level: Level, around: &Surroundings<'_>, diags: &mut Diagnostics) {
    let Some(parent) = &draft.parent else { return };
    if parent.value == draft.slug.value {
        let message = "上级写的是这个站自己";
        diags.push(
            Diagnostic::error("station-parent", parent.span, message).hint("写上一级站的编号，没有就删掉"),
        );
        return;
    }
    let Some((above, region)) = around.known.get(parent.value.as_str()) else {
        if around.incomplete {
            return;
        }
        let near = nearest(&parent.value, around.known.keys().copied());
        let hint = near.map(|near| format!("是不是想写 {near}"));
        let message = format!("没有编号是“{}”的上级站点", parent.value);
        diags.push(Diagnostic::error("station-parent", parent.span, message).maybe_hint(hint));
        return;
    };
    // Levels strictly rise along parents, so a loop can't exist either.
    if *above >= level {
        let message = format!("上级“{}”是{}的站点，没有比这里高一级", parent.value, above.name());
        let hint = match level {
            Level::Province | Level::City => "市的站点不写上级",
            Level::County => "县的站点，上级写市的站点",
            Level::Township => "乡镇的站点，上级写县或市的站点",
            Level::Village | Level::Hamlet => "村和屯的站点，上级写乡镇、县或市的站点",
        };
        diags.push(Diagnostic::error("station-parent", parent.span, message).hint(hint));
        return;
    }
    let parsed = |code: &str| {
        code.trim().parse::<RegionCode>().ok().filter(|code| around.regions.name(code).is_some())
    };
    let (Some(own), Some(of_parent)) = (parsed(&draft.region.value), parsed(region)) else { return };
    if !own.is_within(&of_parent) {
        let name = around.regions.name(&of_parent).unwrap_or_default();
        let message = format!("上级“{}”在{name}，这个站不在那里", parent.value);
        diags.push(
            Diagnostic::warning("station-parent", parent.span, message)
                .hint("核对上级的编号和这个站的区划代码"),
        );
    }
}

/// Reports kinds where there are none as a rule: a court's window in a hamlet, a village's ear in a city hall.
fn check_kind(draft: &StationDraft, level: Level, diags: &mut Diagnostics) {
    let message = match (draft.kind, level) {
        (
            StationKind::InjuryIdentification | StationKind::Shelter | StationKind::CourtWindow,
            Level::Village | Level::Hamlet,
        ) => format!("{}一般不设在{}", draft.kind.chinese(), level.name()),
        (StationKind::FeedbackPoint, Level::Province | Level::City | Level::County) => {
            format!("{}一般设在村里，这里写的是{}", draft.kind.chinese(), level.name())
        }
        _ => return,
    };
    let at = draft.level.as_ref().map_or(draft.region.span, |level| level.span);
    diags.push(
        Diagnostic::warning("station-kind", at, message).hint("核对类别、层级和区划代码，是不是选错了"),
    );
}

fn place(
    draft: &StationDraft,
    region: Option<&RegionCode>,
    regions: &Regions,
    diags: &mut Diagnostics,
) -> Place {
    if is_confidential(draft) {
        if is_meant_confidential(draft) {
            check_confidential(draft, region, regions, diags);
        }
        return Place::Confidential { confidential: true };
    }
    let location = draft.location.as_ref().and_then(|location| coordinates(location, diags));
    if let (Some(coord), Some(region), Some(written)) = (location, region, &draft.location) {
        regions.check_inside(region, coord, written.span, diags);
    }
    Place::Public { address: draft.address.as_ref().map(|text| text.value.clone()), location }
}

fn check_confidential(
    draft: &StationDraft,
    region: Option<&RegionCode>,
    regions: &Regions,
    diags: &mut Diagnostics,
) {
    const HINT: &str = "删掉它。地址保密的站点只公布热线，怎么去由热线那头的人告诉她";
    let mut refuse = |span: Span, what: &str| {
        let message = format!("地址保密的站点不能公布{what}：会让找她的人找到她");
        diags.push(Diagnostic::error("shelter-address", span, message).hint(HINT));
    };
    if let Some(address) = &draft.address {
        refuse(address.span, "地址");
    }
    if let Some(location) = &draft.location {
        refuse(location.span, "位置");
    }
    let said = [&draft.note, &draft.serves].into_iter().flatten();
    let said = said.chain(std::iter::once(&draft.name)).chain(draft.duty.iter().map(|duty| &duty.who));
    for text in said.chain(draft.roles.iter().flat_map(|(role, duty)| std::iter::once(role).chain(duty))) {
        if might_tell_where(&text.value, regions) {
            refuse(text.span, "地址");
        }
    }
    if region.is_some_and(|region| region.level() > Level::County) {
        refuse(draft.region.span, "在哪个乡镇、哪个村");
    }
    let public = draft.visibility.as_ref().filter(|text| is_public(&text.value));
    if let Some(written) = public {
        let message = "庇护中心的地址总是保密的，不能写 public（公开）";
        diags.push(
            Diagnostic::error("shelter-address", written.span, message).hint("写 visibility: confidential"),
        );
    }
}

/// Whether a text about a confidential place might tell where it is. Rather one sentence too many than one too few.
pub fn might_tell_where(text: &str, regions: &Regions) -> bool {
    const BESIDE: [&str; 24] = [
        "对面", "旁边", "旁，", "旁。", "府旁", "站旁", "校旁", "院旁", "店旁", "附近", "隔壁", "东侧",
        "西侧", "南侧", "北侧", "楼上", "楼下", "院内", "路口", "后门", "门牌", "路上", "街上", "巷子",
    ];
    has_house_number(text)
        || text.ends_with('旁')
        || BESIDE.iter().any(|word| text.contains(word))
        || regions.names_below_county().any(|name| text.contains(name))
}

/// Whether a text gives an address: a road with a number, a building, a room. Flats of 一室一厅 are not one.
pub fn has_house_number(text: &str) -> bool {
    const ROADS: [&str; 9] = ["路", "街", "巷", "道", "弄", "胡同", "村", "小区", "大厦"];
    const NUMERALS: &str = "一二三四五六七八九十百两";
    let numeral = |c: char| c.is_numeric() || NUMERALS.contains(c);
    text.char_indices().any(|(at, c)| {
        let before = text[..at].trim_end();
        // 18 号 and 3 栋 and 2 单元, but not 1 号电话 after no road.
        matches!(c, '号' | '栋' | '幢' | '室' | '楼') && before.ends_with(numeral) && {
            let stem = before.trim_end_matches(|c: char| numeral(c) || c == ' ');
            let after = text[at + c.len_utf8()..].trim_start_matches(|c: char| numeral(c) || c == ' ');
            let flat = c == '室' && after.starts_with(['厅', '卫', '户']);
            !flat && (matches!(c, '栋' | '幢' | '室') || ROADS.iter().any(|road| stem.ends_with(road)))
        }
    })
}

/// The box around China is generous: it only tells swapped coordinates from real ones.
pub(super) fn in_china(lat: f64, lon: f64) -> bool {
    (3.0..=54.0).contains(&lat) && (73.0..=136.0).contains(&lon)
}

fn coordinates(location: &LocationDraft, diags: &mut Diagnostics) -> Option<Coord> {
    let (lat, lon) = (degrees(&location.lat, diags)?, degrees(&location.lon, diags)?);
    if Coord::new(lat, lon).is_none() {
        let swapped = Coord::new(lon, lat).is_some();
        let hint = if swapped {
            format!("纬度在前：lat: {lon}，lon: {lat}")
        } else {
            "纬度 -90 到 90，经度 -180 到 180".to_owned()
        };
        let message = format!("{lat}, {lon} 不是地球上的一点");
        diags.push(Diagnostic::error("coord-range", location.span, message).hint(hint));
        return None;
    }
    if !in_china(lat, lon) {
        let hint = if in_china(lon, lat) {
            format!("经纬度写反了：lat: {lon}，lon: {lat}")
        } else {
            "在地图上重新取一次坐标".to_owned()
        };
        let message = format!("{lat}, {lon} 不在中国境内");
        diags.push(Diagnostic::error("coord-range", location.span, message).hint(hint));
        return None;
    }
    let Some(datum) = &location.datum else {
        diags.push(
            Diagnostic::error("coord-datum", location.span, "没写坐标系，几种地图的同一个坐标能差出几百米")
                .hint("高德、腾讯地图取的写 datum: gcj02，百度地图写 bd09，手机定位和天地图写 wgs84"),
        );
        return None;
    };
    to_wgs84(lat, lon, datum, diags)
}

fn degrees(text: &Located<String>, diags: &mut Diagnostics) -> Option<f64> {
    let degrees = text.value.trim().parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    if degrees.is_none() {
        let message = format!("“{}”不是度数", text.value);
        diags.push(Diagnostic::error("coord-range", text.span, message).hint("写小数形式的度，例如 40.4083"));
    }
    degrees
}

fn to_wgs84(lat: f64, lon: f64, datum: &Located<String>, diags: &mut Diagnostics) -> Option<Coord> {
    let (lon, lat) = match datum.value.trim().to_ascii_lowercase().as_str() {
        "wgs84" | "wgs-84" => (lon, lat),
        "gcj02" | "gcj-02" => coordtransform::gcj02_to_wgs84(lon, lat),
        "bd09" | "bd-09" => coordtransform::bd09_to_wgs84(lon, lat),
        other => {
            let hint = nearest(other, ["wgs84", "gcj02", "bd09"]).map(|near| format!("是不是想写 {near}"));
            let hint = hint.unwrap_or_else(|| "可以写 wgs84、gcj02、bd09".to_owned());
            let meant = suggest::certain(&suggest::half_width(other), ["wgs84", "gcj02", "bd09"]);
            let mend = suggest::instead(datum, meant.map(str::to_owned), |_| true);
            let finding = Diagnostic::error("coord-datum", datum.span, format!("没有叫“{other}”的坐标系"));
            diags.push(finding.hint(hint).maybe_edit(mend));
            return None;
        }
    };
    // Seven decimals are a centimetre: more would only be noise of the conversion.
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    Coord::new(round(lat), round(lon))
}

fn hours_error(osm: &Located<String>, reason: String) -> Diagnostic {
    let half = Some(suggest::half_width(&osm.value));
    Diagnostic::error("hours", osm.span, reason)
        .hint("例如 Mo-Fr 08:30-12:00,14:00-17:30; PH off（周一到周五，法定节假日休息）或 24/7（全天）")
        .maybe_edit(suggest::instead(osm, half, |half| hours::read(half).is_ok()))
}

fn check_phones(draft: &StationDraft, diags: &mut Diagnostics) {
    for phone in &draft.phones {
        if !is_phone(&phone.value) {
            let message = format!("“{}”不是电话号码", phone.value);
            let hint = "写区号、短横、号码：0000-5550123；几个号码之间用分号；表格里把这一列设成“文本”，免得丢掉开头的 0";
            let half = suggest::half_width(&phone.value);
            let parts: Vec<&str> = half.split(',').map(str::trim).collect();
            let all_phones = parts.iter().all(|part| is_phone(part));
            let mend = suggest::instead(phone, Some(parts.join("；")), |_| all_phones);
            diags.push(Diagnostic::error("phone", phone.span, message).hint(hint).maybe_edit(mend));
        }
    }
    if draft.phones.is_empty() && is_meant_confidential(draft) {
        let message = "庇护场所没有热线，谁也联系不上";
        diags.push(Diagnostic::error("phone", draft.span, message).hint("加一行 phones: [\"0000-5550123\"]"));
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let shaped = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    shaped && (3..=16).contains(&digits)
}

fn check_verified(draft: &StationDraft, today: Date, diags: &mut Diagnostics) {
    let Some(verified) = &draft.verified else { return };
    if verified.value > today {
        diags.push(
            Diagnostic::error("verified", verified.span, "核实的日期在今天以后").hint("写真正核实的那一天"),
        );
    } else if today.since(verified.value).is_ok_and(|span| span.get_days() > 365) {
        let message = format!("“{}”上次核实已经超过一年", draft.name.value);
        diags.push(Diagnostic::warning("verified", verified.span, message).hint("打一次电话，核对后改日期"));
    }
}

pub(super) fn duty_in_words(duty: &DutyDraft, diags: &mut Diagnostics) -> Option<String> {
    let mut wrong = |text: &Located<String>, reason: String, reads: fn(&str) -> bool| {
        let hint = "例如 rule: \"FREQ=MONTHLY;BYMONTHDAY=25\"，time: \"09:00-11:30\"";
        let half = Some(suggest::half_width(&text.value).to_ascii_uppercase());
        let mend = suggest::instead(text, half, reads);
        diags.push(Diagnostic::error("duty", text.span, reason).hint(hint).maybe_edit(mend));
    };
    let is_rule = |text: &str| duty::days_in_words(text).is_ok();
    let is_time = |text: &str| duty::time_in_words(text).is_ok();
    let days =
        duty::days_in_words(&duty.rule.value).map_err(|reason| wrong(&duty.rule, reason, is_rule)).ok();
    let time = match &duty.time {
        None => Some(String::new()),
        Some(time) => match duty::time_in_words(&time.value) {
            Ok(words) => Some(format!(" {words}")),
            Err(reason) => {
                wrong(time, reason, is_time);
                None
            }
        },
    };
    Some(format!("{}{} {}", days?, time?, duty.who.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_a_place_is_told_from_what_does_not() {
        let regions = Regions::default();
        for address in [
            "人民路 18 号",
            "镇政府东侧一楼",
            "三栋二单元",
            "朝阳街二十号",
            "学校对面",
            "幸福小区 5 号楼",
            "镇政府旁",
            "老粮站附近",
            "灯笼路上",
            "门牌 18",
        ] {
            assert!(might_tell_where(address, &regions), "{address}");
        }
        for harmless in
            ["24 小时接听", "打 110 时可以说要去庇护场所", "法律援助 12348", "站长负责接待", "第 1 号文件"]
        {
            assert!(!might_tell_where(harmless, &regions), "{harmless}");
        }
    }
}
