//! Stations: a real place in the right region with a telephone that can ring; a shelter without any place at all.
//!
//! Start at [`build`]. [`confidential`] is the gate that a shelter's address can't pass, [`place`] reads positions, [`spread`]
//! holds them against their neighbours', [`people`] has who is there and when.

mod confidential;
mod people;
mod place;
mod spread;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use search::record::Station;
use search::region::{Level, RegionCode};
use search::vocabulary::StationKind;

use super::pages::topic_slugs;
use super::regions::Regions;
pub use confidential::{
    check_body, has_house_number, has_mobile, has_web_address, is_confidential, is_meant_confidential,
    might_tell_where, sounds_like_a_shelter,
};
pub(super) use place::in_china;

use crate::diag::{Diagnostic, Diagnostics, nearest, suggest};
use crate::hours;
use crate::load::Drafts;
use crate::load::station::StationDraft;
use crate::source::Located;

/// What station checks ask of the rest of the site.
pub struct Surroundings<'s> {
    /// The divisions.
    pub regions: &'s Regions,
    /// For warnings about stale facts.
    pub today: Date,
    /// The level of each station and the code of its division, by slug.
    pub known: BTreeMap<&'s str, (Level, &'s str)>,
    /// The slug of the station above each one that has one, by its own.
    pub above: BTreeMap<&'s str, &'s str>,
    /// The slugs of topics; `None` where their list could not be read.
    pub topics: Option<BTreeSet<&'s str>>,
    /// Where the stations of each county are.
    pub spreads: BTreeMap<RegionCode, spread::Spread>,
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
        let above = drafts
            .stations
            .iter()
            .filter_map(|draft| Some((draft.slug.value.as_str(), draft.parent.as_ref()?.value.as_str())));
        let topics = topic_slugs(drafts);
        let spreads = spread::spreads(drafts);
        Self { regions, today, known: known.collect(), above: above.collect(), topics, spreads, incomplete }
    }
}

/// The station that `draft` describes. Reports everything that is wrong with it; `None` where nothing can be published.
pub fn build(draft: &StationDraft, around: &Surroundings<'_>, diags: &mut Diagnostics) -> Option<Station> {
    let region = around.regions.find(&draft.region, diags);
    let level = level_of(draft);
    check_level(draft, region.as_ref(), diags);
    confidential::check_visibility(draft, diags);
    check_parent(draft, level, around, diags);
    check_kind(draft, level, diags);
    let place = place::place(draft, region.as_ref(), around, diags);
    let hours = draft.hours.as_ref().and_then(|osm| {
        let read = hours::read(&osm.value);
        read.map_err(|reason| diags.push(hours_error(osm, reason))).ok()
    });
    check_phones(draft, diags);
    check_verified(draft, around.today, diags);
    let duty = draft.duty.iter().filter_map(|duty| people::duty(duty, diags)).collect();
    let people = people::people(draft, around.topics.as_ref(), diags);
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
        services: draft.offer.services.clone(),
        has: draft.offer.has.clone(),
        facilities: draft.offer.facilities.clone(),
        languages: draft.offer.languages.iter().map(|language| language.value.clone()).collect(),
        audience: draft.offer.audience.clone(),
        home_visits: draft.offer.home_visits.clone(),
        people,
        duty,
        serves: text(&draft.serves),
        note: text(&draft.note),
        desk: text(&draft.desk),
        verified: draft.verified.as_ref().map(|day| day.value),
        url: format!("/stations/{}/", draft.slug.value),
    })
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
    let written = draft.level.as_ref().and_then(|level| Level::parse(level.value.trim()));
    let of_region = || draft.region.value.trim().parse::<RegionCode>().map(|code| code.level());
    written.or_else(|| of_region().ok()).unwrap_or(Level::Village)
}

fn check_level(draft: &StationDraft, region: Option<&RegionCode>, diags: &mut Diagnostics) {
    let Some(written) = &draft.level else { return };
    let Some(level) = Level::parse(written.value.trim()) else {
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
    // Levels strictly rise along parents, so no loop passes; but who made one is told that it is one.
    if let Some(round) = round_trip(&draft.slug.value, &around.above) {
        let message = format!("上级绕成了一圈：{round}");
        let hint = "从最低的站往上写，最高的站不写上级";
        diags.push(Diagnostic::error("station-parent", parent.span, message).hint(hint));
        return;
    }
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

/// a → b → a, where the stations above `slug` lead back to it.
fn round_trip(slug: &str, above: &BTreeMap<&str, &str>) -> Option<String> {
    /// More levels than there are: a longer way is a loop that `slug` does not lie on.
    const LONGEST: usize = 8;
    let mut way = vec![slug];
    while let Some(next) = above.get(way.last()?).filter(|_| way.len() <= LONGEST) {
        way.push(next);
        if *next == slug {
            return Some(way.join(" → "));
        }
    }
    None
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
