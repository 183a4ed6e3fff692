//! The numbers of [`Coverage`] written down: for a terminal ([`text`]), as CSV ([`csv`]), as JSON ([`json()`]).

use std::fmt::Write as _;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::{Circle, Coverage, Reach, Start, Tally, Village, gaps};
use crate::data;

/// With more townships than this, counties are enough for a terminal.
const MOST_TOWNSHIPS: usize = 50;

/// The columns of the CSV, in order.
const COLUMNS: [&str; 11] = [
    "code",
    "name",
    "township",
    "county",
    "start",
    "nearest",
    "nearest_name",
    "metres",
    "minutes",
    "within",
    "url",
];

impl Start {
    /// In data.
    pub fn code(self) -> &'static str {
        match self {
            Self::Village => "village",
            Self::Township => "township",
            Self::Unknown => "unknown",
        }
    }
}

impl Reach {
    /// In data.
    pub fn code(self) -> &'static str {
        match self {
            Self::HalfHour => "30",
            Self::Hour => "60",
            Self::Beyond => "beyond",
            Self::Unknown => "unknown",
        }
    }
}

impl Circle {
    /// What the minutes rest on, in words.
    pub fn in_words(&self) -> String {
        format!(
            "路上每小时走 {} 公里，路比直线长到 {} 倍：直线 {:.1} 公里是 30 分钟，{:.1} 公里是 60 分钟",
            self.speed_km_h,
            self.detour,
            self.reach_km(30),
            self.reach_km(60),
        )
    }

    /// Which kinds of station count, in words.
    pub fn kinds_in_words(&self) -> String {
        self.kinds.iter().map(|kind| kind.chinese()).collect::<Vec<_>>().join("、")
    }
}

/// The villages as a table that Excel opens without asking. `base_url`: of the site, without a slash at its end.
pub fn csv(coverage: &Coverage<'_>, base_url: &str) -> String {
    let mut text = "\u{feff}".to_owned();
    data::csv_line(&mut text, COLUMNS.iter().map(|name| (*name).to_owned()));
    for village in &coverage.villages {
        data::csv_line(&mut text, cells(coverage, village, base_url).into_iter());
    }
    text
}

fn cells(coverage: &Coverage<'_>, village: &Village<'_>, base_url: &str) -> [String; 11] {
    let nearest = village.nearest;
    let text = |of: Option<String>| of.unwrap_or_default();
    [
        village.region.code.to_string(),
        village.region.name.clone(),
        text(village.township.map(|township| township.name.clone())),
        text(county(coverage, village).map(str::to_owned)),
        village.from.code().to_owned(),
        text(nearest.map(|nearest| nearest.station.id.clone())),
        text(nearest.map(|nearest| nearest.station.name.clone())),
        text(nearest.map(|nearest| nearest.metres.to_string())),
        text(nearest.map(|nearest| nearest.minutes.to_string())),
        village.reach().code().to_owned(),
        format!("{base_url}{}", village.region.url),
    ]
}

fn county<'c>(coverage: &'c Coverage<'_>, village: &Village<'_>) -> Option<&'c str> {
    let areas = &coverage.areas;
    let at = areas.binary_search_by(|area| area.region.code.cmp(&village.area)).ok()?;
    Some(areas[at].region.name.as_str())
}

/// Everything, for other programs.
pub fn json(coverage: &Coverage<'_>) -> Value {
    let area = |area: &super::Area<'_>| {
        let township = |(region, tally): &(&search::region::Region, Tally)| json!({ "code": region.code, "name": region.name, "villages": counts(tally) });
        json!({
            "code": area.region.code,
            "name": area.region.name,
            "villages": counts(&area.tally),
            "townships": area.townships.iter().map(township).collect::<Vec<_>>(),
            "townships_without_villages":
                area.without_villages.iter().map(|region| &region.code).collect::<Vec<_>>(),
        })
    };
    let village = |village: &Village<'_>| {
        json!({
            "code": village.region.code,
            "name": village.region.name,
            "start": village.from.code(),
            "within": village.reach().code(),
            "nearest": village.nearest.map(|nearest| json!({
                "id": nearest.station.id,
                "name": nearest.station.name,
                "metres": nearest.metres,
                "minutes": nearest.minutes,
            })),
        })
    };
    let circle = &coverage.circle;
    json!({
        "speed_km_h": circle.speed_km_h,
        "detour": circle.detour,
        "kinds": circle.kinds,
        "stations": coverage.stations,
        "stations_without_position": coverage.unplaced,
        "villages": counts(&coverage.total),
        "counties": coverage.areas.iter().map(area).collect::<Vec<_>>(),
        "each": coverage.villages.iter().map(village).collect::<Vec<_>>(),
    })
}

fn counts(tally: &Tally) -> Value {
    json!({
        "all": tally.villages(),
        "within_30": tally.half_hour(),
        "within_60": tally.hour(),
        "beyond_60": tally.beyond(),
        "unknown": tally.unknown,
        "started_at_the_township": tally.by_township.villages,
    })
}

/// For people: a row for each county and township, then the villages further than `minutes`, no more than `limit` of them.
pub fn text(coverage: &Coverage<'_>, minutes: u32, limit: usize) -> String {
    let mut rows = vec![["地方", "村", "30 分钟内", "60 分钟内", "更远", "不知道位置"].map(str::to_owned)];
    let townships: usize = coverage.areas.iter().map(|area| area.townships.len()).sum();
    let in_full = townships <= MOST_TOWNSHIPS;
    for area in &coverage.areas {
        rows.push(row(&format!("{} {}", area.region.code, area.region.name), &area.tally));
        let below = area.townships.iter().filter(|_| in_full);
        rows.extend(below.map(|(township, tally)| row(&format!("  {}", township.name), tally)));
    }
    rows.push(row("合计", &coverage.total));
    let mut out = aligned(&rows);
    if !in_full {
        out.push_str("看一个县的乡镇：加上 --county 和前面的代码。\n");
    }
    let _ = write!(out, "\n{}", notes(coverage));
    let gaps = gaps(&coverage.villages, minutes);
    if gaps.is_empty() {
        let _ = writeln!(out, "知道位置的村，都在 {minutes} 分钟以内。");
        return out;
    }
    let _ = writeln!(out, "超过 {minutes} 分钟的村，{} 个，远的在前：", gaps.len());
    for village in gaps.iter().take(limit) {
        let _ = writeln!(out, "  {}", gap(village));
    }
    if gaps.len() > limit {
        let _ = writeln!(
            out,
            "  还有 {} 个，加上 --limit all 全部列出，或者用 --csv 存成表格。",
            gaps.len() - limit
        );
    }
    out
}

/// What has to be known to read the numbers.
pub fn notes(coverage: &Coverage<'_>) -> String {
    let mut out = format!("{}。等车、翻山、过河没有算。\n", coverage.circle.in_words());
    let _ = writeln!(out, "算进去的站点 {} 个：{}。", coverage.stations, coverage.circle.kinds_in_words());
    if coverage.unplaced > 0 {
        let _ = writeln!(out, "另有 {} 个站点没写坐标，没有算。", coverage.unplaced);
    }
    let by_township = coverage.total.by_township;
    if by_township.villages > 0 {
        let _ = writeln!(
            out,
            "{} 个村没写坐标，从乡镇驻地算起（其中 60 分钟内 {} 个）。",
            by_township.villages, by_township.hour
        );
    }
    if coverage.total.unknown > 0 {
        let _ = writeln!(
            out,
            "{} 个村和它的乡镇都没写坐标，不知道位置，不算进 60 分钟内。",
            coverage.total.unknown
        );
    }
    let without: usize = coverage.areas.iter().map(|area| area.without_villages.len()).sum();
    if without > 0 {
        let _ = writeln!(out, "{without} 个乡镇、街道没有列出村，那里的人没有算。");
    }
    out
}

/// A village, where it lies, how far its nearest station is.
pub fn gap(village: &Village<'_>) -> String {
    let township = village.township.map_or("", |township| township.name.as_str());
    let start = if village.from == Start::Township { "（从乡镇驻地算）" } else { "" };
    let name = &village.region.name;
    match village.nearest {
        Some(nearest) => format!(
            "{township}{name}{start}：{} 分钟，最近的是{}（直线 {:.1} 公里）",
            nearest.minutes,
            nearest.station.name,
            f64::from(nearest.metres) / 1000.0
        ),
        None => format!("{township}{name}{start}：没有可以去的站点"),
    }
}

fn row(name: &str, tally: &Tally) -> [String; 6] {
    let share = |villages| format!("{villages}（{}%）", tally.percent(villages));
    [
        name.to_owned(),
        tally.villages().to_string(),
        share(tally.half_hour()),
        share(tally.hour()),
        tally.beyond().to_string(),
        tally.unknown.to_string(),
    ]
}

/// Rows with their cells below each other: the first column to the left, numbers to the right. A Chinese letter is as wide as
/// two others.
pub(crate) fn aligned<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let widths: [usize; COLUMNS] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0));
    let mut out = String::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            let gap = " ".repeat(widths[column] - cell.width());
            let _ = match column {
                0 => write!(out, "{cell}{gap}"),
                _ => write!(out, "  {gap}{cell}"),
            };
        }
        out.push('\n');
    }
    out
}
