//! Divisions: codes that fit their names' levels, parents that exist, and what lies where.

use std::collections::BTreeMap;
use std::sync::Arc;

use search::coord::Coord;
use search::datum::Datum;
use search::record::Station;
use search::region::{Level, Region, RegionCode};

use super::stations::in_china;
use super::{mainland, national};
use crate::diag::{Diagnostic, Diagnostics, nearest, suggest};
use crate::load::Drafts;
use crate::load::tables::RegionDraft;
use crate::source::{Located, Span};

/// The divisions served, by code.
#[derive(Debug, Default)]
pub struct Regions {
    by_code: BTreeMap<RegionCode, Known>,
    /// Whether a row could not be read: then a code that nobody knows may be its.
    incomplete: bool,
}

#[derive(Debug)]
struct Known {
    name: String,
    location: Option<Coord>,
    radius_km: Option<f64>,
}

impl Regions {
    /// Takes in what `regions.csv` says; reports what is wrong with it.
    pub fn new(all: &Drafts, diags: &mut Diagnostics) -> Self {
        let drafts = all.regions.as_slice();
        let incomplete = all.unread.contains("regions.csv");
        let mut regions = Self { incomplete, ..Self::default() };
        for draft in drafts {
            let code = match draft.code.value.parse::<RegionCode>() {
                Ok(code) => code,
                Err(err) => {
                    diags.push(
                        Diagnostic::error("region-code", draft.code.span, err.to_string())
                            .hint("县 6 位，乡镇 9 位，村 12 位"),
                    );
                    continue;
                }
            };
            check_level(draft, &code, diags);
            check_centre(draft, &code, diags);
            if let Some(odd) = national::odd_row(draft, &code) {
                diags.push(odd);
            }
            let location = draft.centre.as_ref().and_then(|(lat, lon)| Coord::new(lat.value, lon.value));
            let known = Known { name: draft.name.clone(), location, radius_km: draft.radius_km };
            if let Some(earlier) = regions.by_code.insert(code, known) {
                let message = format!("代码 {} 已经给了{}", draft.code.value, earlier.name);
                diags.push(
                    Diagnostic::error("region-code", draft.code.span, message).hint("每个区划一个代码"),
                );
            }
        }
        regions.check_parents(drafts, diags);
        regions
    }

    /// The division an editor means; reports a code that is malformed or unknown.
    pub fn find(&self, code: &Located<String>, diags: &mut Diagnostics) -> Option<RegionCode> {
        let parsed = code.value.trim().parse::<RegionCode>();
        match parsed {
            Ok(parsed) if self.by_code.contains_key(&parsed) => Some(parsed),
            Ok(_) if self.incomplete => None,
            Ok(parsed) => {
                let near = nearest(parsed.as_str(), self.by_code.keys().map(RegionCode::as_str));
                let near = near.and_then(|near| Some((near, self.name(&near.parse().ok()?)?)));
                let hint = national::hint_for_unknown(&parsed, near).unwrap_or_else(|| match near {
                    Some((near, name)) => format!("是不是想写 {near}（{name}）；新的区划先加进 regions.csv"),
                    None => "新的区划先加进 regions.csv".to_owned(),
                });
                diags.push(
                    Diagnostic::error("unknown-region", code.span, format!("没有代码是 {parsed} 的区划"))
                        .hint(hint),
                );
                None
            }
            Err(err) => {
                let hint = if code.value.contains("E+") || code.value.contains("e+") {
                    "Excel 把代码改成了科学记数：把这一列设成“文本”，再重新填"
                } else {
                    "县 6 位，乡镇 9 位，村 12 位"
                };
                let half = suggest::half_width(&code.value).replace([' ', '-'], "");
                let mend = suggest::instead(code, Some(half), |half| half.parse::<RegionCode>().is_ok());
                let finding = Diagnostic::error("region-code", code.span, err.to_string());
                diags.push(finding.hint(hint).maybe_edit(mend));
                None
            }
        }
    }

    /// The name of a division.
    pub fn name(&self, code: &RegionCode) -> Option<&str> {
        self.by_code.get(code).map(|known| known.name.as_str())
    }

    /// Names from the outermost division to `code`'s own.
    pub fn names(&self, code: &RegionCode) -> Vec<String> {
        let mut names: Vec<String> =
            code.ancestry().filter_map(|code| self.name(&code).map(str::to_owned)).collect();
        names.reverse();
        names
    }

    /// The names of all divisions.
    pub fn all_names(&self) -> impl Iterator<Item = &str> {
        self.by_code.values().map(|known| known.name.as_str())
    }

    /// Names of townships and villages: what would tell where something is.
    pub fn names_below_county(&self) -> impl Iterator<Item = &str> {
        let below = self.by_code.iter().filter(|(code, _)| code.level() > Level::County);
        below.map(|(_, known)| known.name.as_str())
    }

    /// Reports a place that lies outside its division, or outside the nearest one above whose bounds are known; `false` where no
    /// bounds are known. `others`: where the same numbers would be in the other datums.
    pub fn check_inside(
        &self,
        code: &RegionCode,
        (at, others): (Coord, &[(Datum, Coord)]),
        span: Span,
        diags: &mut Diagnostics,
    ) -> bool {
        for code in code.ancestry() {
            let Some(known) = self.by_code.get(&code) else { continue };
            let (Some(centre), Some(radius)) = (known.location, known.radius_km) else { continue };
            let away = centre.distance_m(at) / 1000.0;
            if away > radius {
                // 12 km is not outside of 12 km: near the edge a decimal more.
                let digits = usize::from(away.round() <= radius.round());
                let name = &known.name;
                let message =
                    format!("这一点离{name} {away:.digits$} 公里，不在它的范围里（{radius:.0} 公里以内）");
                let hint =
                    hint_of_datum(others, "范围里", |there| centre.distance_m(there) / 1000.0 <= radius)
                        .unwrap_or_else(|| {
                            "核对坐标和区划代码；是不是经纬度抄错了一位，或坐标系写错了".to_owned()
                        });
                diags.push(Diagnostic::error("coord-outside", span, message).hint(hint));
            }
            return true;
        }
        false
    }

    /// As published, with how many of `stations` lie in each.
    pub fn publish(&self, stations: &[Station]) -> Vec<Region> {
        let mut counts: BTreeMap<RegionCode, usize> = BTreeMap::new();
        for code in stations.iter().flat_map(|station| station.region.ancestry()) {
            *counts.entry(code).or_default() += 1;
        }
        self.by_code
            .iter()
            .map(|(code, known)| Region {
                code: code.clone(),
                name: known.name.clone(),
                level: code.level(),
                // 东城区 lies right in 北京市: no 110100 stands between them.
                parent: code.ancestry().skip(1).find(|above| self.by_code.contains_key(above)),
                location: known.location,
                stations: counts.get(code).copied().unwrap_or(0),
                url: format!("/regions/{code}/"),
            })
            .collect()
    }

    fn check_parents(&self, drafts: &[Arc<RegionDraft>], diags: &mut Diagnostics) {
        for draft in drafts {
            let Ok(code) = draft.code.value.parse::<RegionCode>() else { continue };
            let Some(parent) = code.parent() else { continue };
            let expected = !self.incomplete && matches!(code.level(), Level::Township | Level::Village);
            if expected && !self.by_code.contains_key(&parent) {
                let message = format!("{} 的上级 {parent} 不在表里", draft.name);
                let hint = national::hint_for_parent(&parent);
                let hint = hint.unwrap_or_else(|| "先加一行上级，或核对代码的前几位".to_owned());
                diags.push(Diagnostic::error("unknown-region", draft.code.span, message).hint(hint));
            }
        }
    }
}

/// What to say where the same numbers would fit in another datum: then the point would be in `place`.
pub(super) fn hint_of_datum(
    others: &[(Datum, Coord)],
    place: &str,
    fits: impl Fn(Coord) -> bool,
) -> Option<String> {
    let fitting = others.iter().filter(|(_, there)| fits(*there));
    let meant: Vec<&str> = fitting.map(|(datum, _)| datum.code()).collect();
    (!meant.is_empty())
        .then(|| format!("这组数字按 {} 算就在{place}：核对是从哪张地图上取的", meant.join(" 或 ")))
}

fn check_centre(draft: &RegionDraft, code: &RegionCode, diags: &mut Diagnostics) {
    let Some((lat, lon)) = &draft.centre else { return };
    let at = Span::new(lat.span.file, lat.span.start, lon.span.end.max(lat.span.end));
    if in_china(lat.value, lon.value) {
        let centre = Coord::new(lat.value, lon.value);
        let doubt = centre.and_then(|centre| mainland::doubt(code, (centre, &[]), at));
        if let Some(doubt) = doubt {
            diags.push(doubt);
        }
        return;
    }
    let hint = if in_china(lon.value, lat.value) {
        format!("经纬度写反了：lat 是 {}，lon 是 {}", lon.value, lat.value)
    } else {
        "在地图上重新取一次坐标".to_owned()
    };
    let message = format!("{}, {} 不在中国境内", lat.value, lon.value);
    diags.push(Diagnostic::error("coord-range", at, message).hint(hint));
}

fn check_level(draft: &RegionDraft, code: &RegionCode, diags: &mut Diagnostics) {
    let Some(written) = &draft.level else { return };
    let level = Level::parse(written.value.trim());
    if level != Some(code.level()) {
        let message = format!("层级写的是“{}”，代码 {code} 却是{}", written.value, code.level().name());
        diags.push(Diagnostic::error("region-code", written.span, message).hint("改层级，或改代码"));
    }
}
