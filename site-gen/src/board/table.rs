//! [`Board`] written down: for a terminal ([`text`]), as CSV ([`csv`]), as JSON ([`json()`]), as a page of its own ([`html`]).

use std::fmt::Write as _;

use pulldown_cmark_escape::{FmtWriter, escape_html};
use serde_json::{Value, json};

use super::{Area, Board, Lack, Row, Tally};
use crate::coverage::table::aligned;
use crate::data;
use crate::model::date::chinese_date;

/// The look of [`html`]: it lies on somebody's own machine, so nothing else says how it looks.
const LOOK: &str = "body{font:16px/1.6 sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1d2729;background:#fff}\
table{border-collapse:collapse;width:100%}th,td{padding:.3em .6em .3em 0;border-bottom:1px solid #ccc;text-align:left;vertical-align:top}\
td.n,th.n{text-align:right}@media print{body{margin:0;font-size:10pt}tr{break-inside:avoid}}";

/// For people: a row for each county, how many lack what, then the stations that lack most, no more than `limit` of them.
pub fn text(board: &Board<'_>, limit: usize) -> String {
    let mut rows = vec![["地方", "站点", "五有齐全", "什么都不缺"].map(str::to_owned)];
    rows.extend(board.areas.iter().map(|area| row(&format!("{} {}", area.code, name(area)), &area.tally)));
    rows.push(row("合计", &board.total));
    let mut out = aligned(&rows);
    let mut lacking = vec![["缺什么", "站点"].map(str::to_owned)];
    lacking.extend(lacks(board).map(|(words, count)| [words, count]));
    let _ = write!(out, "\n{}\n{}", aligned(&lacking), notes(board));
    let worst = worst(board);
    if worst.is_empty() {
        return out;
    }
    let _ = writeln!(out, "\n缺得多的在前：");
    for row in worst.iter().take(limit) {
        let _ = writeln!(out, "  {}（{}）：{}", row.station.name, row.station.id, missing(board, row));
    }
    if worst.len() > limit {
        let _ = writeln!(
            out,
            "  还有 {} 个，加上 --limit all 全部列出，或者用 --csv 存成表格。",
            worst.len() - limit
        );
    }
    out
}

/// The stations as a table that Excel opens without asking: one column for each thing that may lack.
pub fn csv(board: &Board<'_>) -> String {
    let mut text = "\u{feff}".to_owned();
    let head = ["编号", "名称", "类别", "区划", "在哪里", "电话", "核实", "缺几样"];
    let head = head.into_iter().chain(Lack::all().map(Lack::chinese));
    data::csv_line(&mut text, head.map(str::to_owned));
    for row in &board.rows {
        let station = row.station;
        let cells = [
            station.id.clone(),
            station.name.clone(),
            station.kind.chinese().to_owned(),
            station.region.to_string(),
            station.region_names.join(" "),
            station.phones.join(";"),
            station.verified.map_or(String::new(), |day| day.to_string()),
            row.lacks.len().to_string(),
        ];
        let marks = Lack::all().map(|lack| if row.lacks.contains(&lack) { "缺" } else { "" }.to_owned());
        data::csv_line(&mut text, cells.into_iter().chain(marks));
    }
    text
}

/// Everything, for other programs.
pub fn json(board: &Board<'_>) -> Value {
    let counts = |tally: &Tally| {
        let lacking: serde_json::Map<String, Value> =
            Lack::all().map(|lack| (lack.code().to_owned(), json!(tally.lacking(lack)))).collect();
        json!({ "all": tally.stations, "five_haves": tally.five, "whole": tally.whole, "lacking": lacking })
    };
    let area =
        |area: &Area<'_>| json!({ "code": area.code, "name": name(area), "stations": counts(&area.tally) });
    let row = |row: &Row<'_>| {
        json!({
            "id": row.station.id,
            "name": row.station.name,
            "region": row.station.region,
            "verified": row.station.verified,
            "lacks": row.lacks.iter().map(|lack| lack.code()).collect::<Vec<_>>(),
        })
    };
    json!({
        "day": board.today,
        "verified_within_days": board.days,
        "stations": counts(&board.total),
        "counties": board.areas.iter().map(area).collect::<Vec<_>>(),
        "each": board.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

/// A page that needs nothing else, to be looked at and printed. It is not for publishing.
pub fn html(board: &Board<'_>) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>站点缺什么</title><style>{LOOK}</style></head><body>\n<h1>站点缺什么</h1>\n\
         <p>{}的情况，给自己人看，不要放到网上。</p>\n<table><tr><th>地方</th><th class=\"n\">站点</th><th class=\"n\">五有齐全</th><th class=\"n\">什么都不缺</th></tr>\n",
        chinese_date(board.today)
    );
    for (name, tally) in
        board.areas.iter().map(|area| (name(area), &area.tally)).chain([("合计", &board.total)])
    {
        let [name, rest @ ..] = row(name, tally);
        let _ = write!(out, "<tr><td>{}</td>", escaped(&name));
        for cell in rest {
            let _ = write!(out, "<td class=\"n\">{cell}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n<table><tr><th>缺什么</th><th class=\"n\">站点</th></tr>\n");
    for (words, count) in lacks(board) {
        let _ = writeln!(out, "<tr><td>{}</td><td class=\"n\">{count}</td></tr>", escaped(&words));
    }
    out.push_str("</table>\n");
    for line in notes(board).lines() {
        let _ = writeln!(out, "<p>{}</p>", escaped(line));
    }
    for (area, rows) in board.areas.iter().zip(board.rows.chunk_by(|a, b| a.area == b.area)) {
        let lacking: Vec<&Row<'_>> = rows.iter().filter(|row| !row.lacks.is_empty()).collect();
        if lacking.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "<h2>{}</h2>\n<table><tr><th>站点</th><th>电话</th><th>缺什么</th></tr>",
            escaped(name(area))
        );
        for row in lacking {
            let cells = [row.station.name.clone(), row.station.phones.join("，"), missing(board, row)];
            let cells = cells.map(|cell| format!("<td>{}</td>", escaped(&cell)));
            let _ = writeln!(out, "<tr>{}</tr>", cells.concat());
        }
        out.push_str("</table>\n");
    }
    out.push_str("</body></html>\n");
    out
}

fn name<'b>(area: &'b Area<'_>) -> &'b str {
    area.region.map_or(area.code.as_str(), |region| region.name.as_str())
}

fn row(name: &str, tally: &Tally) -> [String; 4] {
    let share = |stations| format!("{stations}（{}%）", tally.percent(stations));
    [name.to_owned(), tally.stations.to_string(), share(tally.five), share(tally.whole)]
}

/// What is lacking anywhere, and in how many stations.
fn lacks<'b>(board: &'b Board<'_>) -> impl Iterator<Item = (String, String)> + 'b {
    let share = |lack: Lack| {
        let count = board.total.lacking(lack);
        format!("{count}（{}%）", board.total.percent(count))
    };
    Lack::all().map(move |lack| (words(board, lack), share(lack)))
}

fn words(board: &Board<'_>, lack: Lack) -> String {
    match lack {
        Lack::LongAgo => format!("核实过，但超过 {} 天", board.days),
        lack => lack.chinese().to_owned(),
    }
}

/// What has to be known to read it.
fn notes(board: &Board<'_>) -> String {
    format!(
        "按 {}的情况算。本月值班：值班和接访日至少有一天在这个月，放假的日子不算；全天开放的站点不用写。\n\
         地址保密的站点不算缺坐标。自己或上级有咨询台的，不算缺咨询台。\n",
        chinese_date(board.today)
    )
}

fn worst<'b, 'a>(board: &'b Board<'a>) -> Vec<&'b Row<'a>> {
    let mut rows: Vec<&Row<'a>> = board.rows.iter().filter(|row| !row.lacks.is_empty()).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.lacks.len()));
    rows
}

fn missing(board: &Board<'_>, row: &Row<'_>) -> String {
    let lack = |lack: &Lack| match (lack, row.station.verified) {
        (Lack::LongAgo, Some(day)) => format!("{}核实，超过 {} 天", chinese_date(day), board.days),
        (lack, _) => lack.chinese().to_owned(),
    };
    row.lacks.iter().map(lack).collect::<Vec<_>>().join("、")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Writing to a string does not fail.
    let _ = escape_html(FmtWriter(&mut out), text);
    out
}
