//! Says what an import would do, station by station and cell by cell, for a person to read before anything is written.

use std::collections::BTreeSet;

use super::cell::letters;
use super::fields::{Field, Words};
use super::headings::{Column, Meaning, Part};
use super::import::{Kept, Plan};
use super::merge::{Change, Fate, Planned};
use super::{export, width};

/// The most findings of `check` that are shown.
const MOST_FINDINGS: usize = 20;

/// The whole report without its last sentence, which depends on whether anything is written.
pub fn text(plan: &Plan) -> String {
    let mut out = String::new();
    out.extend(plan.sheets.iter().map(|sheet| format!("{sheet}\n")));
    out.push_str(&columns(plan));
    out.push_str(&remarks(plan));
    out.push_str(&stations(plan));
    out.push_str(&gone(plan));
    out.push_str(&findings(plan));
    out
}

fn columns(plan: &Plan) -> String {
    let mut out = String::from("\n各列怎么读：\n");
    let widest = plan.columns.iter().map(|(_, column)| width(&column.heading)).max().unwrap_or(0).min(30);
    let mut seen: BTreeSet<(u32, &str)> = BTreeSet::new();
    for (_, column) in &plan.columns {
        if !seen.insert((column.index, &column.heading)) {
            continue;
        }
        let gap = " ".repeat(widest.saturating_sub(width(&column.heading)));
        out.extend([format!(
            "  {:>2} {}{gap}  {}\n",
            letters(column.index),
            column.heading,
            meaning(column)
        )]);
    }
    if plan.columns.iter().any(|(_, column)| column.meaning == Meaning::Person) {
        out.push_str(
            "  人名和个人电话从不公布：看过名单的人会认出她们。职务写在“人员”一列，先导出看看怎么写。\n",
        );
    }
    out
}

fn meaning(column: &Column) -> String {
    let what = match column.meaning {
        Meaning::Field(field) => field.chinese().to_owned(),
        Meaning::Position => "经度和纬度".to_owned(),
        Meaning::Part(part) => match part {
            Part::City => "区划：市",
            Part::County => "区划：县",
            Part::Township => "区划：乡镇",
            Part::Village => "区划：村",
        }
        .to_owned(),
        Meaning::Opens => "时间：几点开".to_owned(),
        Meaning::Closes => "时间：几点关".to_owned(),
        Meaning::Days => "时间：哪几天".to_owned(),
        Meaning::Person => return "人名或个人电话，不导入，另存".to_owned(),
        Meaning::Ignored => return "不用".to_owned(),
        Meaning::Unknown => return "没有这一项，不导入，另存".to_owned(),
    };
    let guess = match column.guessed {
        true => format!("（猜的。对就加 --yes，不对就加 --column \"{}=……\"）", column.heading),
        false => String::new(),
    };
    let datum = column.datum.map_or(String::new(), |datum| format!("，坐标系 {datum}"));
    format!("{what}{datum}{guess}")
}

fn remarks(plan: &Plan) -> String {
    let mut out = String::new();
    for (refused, title) in [(true, "\n要改的格子，没有导入：\n"), (false, "\n修整过的格子，请核对：\n")]
    {
        let mut some = plan.remarks.iter().filter(|remark| remark.refused == refused).peekable();
        if some.peek().is_some() {
            out.push_str(title);
            out.extend(some.map(|remark| format!("  {}：{}\n", remark.at, remark.what)));
        }
    }
    out
}

fn stations(plan: &Plan) -> String {
    let count = |is: &dyn Fn(&Fate) -> bool| plan.stations.iter().filter(|station| is(&station.fate)).count();
    let (new, same) = (count(&|fate| *fate == Fate::New), count(&|fate| *fate == Fate::Same));
    let changed = plan.stations.len() - new - same;
    let mut out = format!("\n站点：新增 {new} 个，更新 {changed} 个，没有变化 {same} 个。\n");
    for station in &plan.stations {
        out.push_str(&shown(station));
    }
    out
}

/// A few are named one by one; where the list has less than half of what there is, it is a part of a list.
fn gone(plan: &Plan) -> String {
    let met = plan.stations.iter().filter(|station| station.fate != Fate::New).count();
    match plan.gone.len() {
        0 => String::new(),
        many if many > met => {
            format!("\n同一片同一类的站，网站上还有 {many} 个名单里没有，没有动。\n")
        }
        _ => {
            let mut out = String::from("\n网站上有、名单里没有的站，没有动。撤了的，自己删掉：\n");
            for station in plan.gone.iter().take(MOST_FINDINGS) {
                let [slug, name] =
                    [Field::Slug, Field::Name].map(|field| station.values.get(field).unwrap_or_default());
                out.extend([format!("  {slug}  {name}（{}）\n", station.path)]);
            }
            if plan.gone.len() > MOST_FINDINGS {
                out.extend([format!("  ……一共 {} 个\n", plan.gone.len())]);
            }
            out
        }
    }
}

fn shown(station: &Planned) -> String {
    let values = &station.incoming.values;
    let (slug, name) =
        (values.get(Field::Slug).unwrap_or_default(), values.get(Field::Name).unwrap_or_default());
    let line = |word: &str| format!("  {word} {slug}  {name}（{}）\n", station.incoming.at);
    match &station.fate {
        Fate::New => {
            let said = values.iter().filter(|(field, _)| !matches!(field, Field::Slug | Field::Name));
            let said: Vec<String> = said
                .map(|(field, value)| format!("{} {}", field.chinese(), field.show(value, Words::Chinese)))
                .collect();
            format!("{}         {}\n", line("新增"), said.join("，"))
        }
        Fate::Changed(changes) => {
            let lines = changes.iter().map(|change| format!("         {}\n", shown_change(change)));
            std::iter::once(line("更新")).chain(lines).collect()
        }
        Fate::Same => line("没变"),
    }
}

fn shown_change(change: &Change) -> String {
    let show = |value: &Option<String>| {
        value.as_ref().map_or("（空）".to_owned(), |value| change.field.show(value, Words::Chinese))
    };
    format!("{}：{} → {}", change.field.chinese(), show(&change.old), show(&change.new))
}

fn findings(plan: &Plan) -> String {
    if plan.findings.is_empty() {
        return String::new();
    }
    let mut out = String::from("\n写进去以后，检查会说：\n");
    out.extend(plan.findings.iter().take(MOST_FINDINGS).map(|finding| format!("  {finding}\n")));
    if plan.findings.len() > MOST_FINDINGS {
        out.extend([format!("  ……一共 {} 处\n", plan.findings.len())]);
    }
    out
}

/// What is kept beside the sheet, as a table of its own: one cell of the sheet a line.
pub fn kept(kept: &[Kept]) -> Vec<u8> {
    let head = ["位置", "编号", "名称", "列", "内容"].map(str::to_owned).to_vec();
    let row = |kept: &Kept| {
        vec![
            kept.at.to_string(),
            kept.slug.clone(),
            kept.name.clone(),
            kept.heading.clone(),
            kept.text.clone(),
        ]
    };
    export::csv(&std::iter::once(head).chain(kept.iter().map(row)).collect::<Vec<_>>())
}
