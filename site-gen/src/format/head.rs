//! The settings of a Markdown file in the order of the handbook, one space after each colon.

use super::{Said, said, some_file, yaml};

/// A setting with the comments above it and the lines that belong to it.
struct Item {
    /// Comments and empty lines above.
    above: Vec<String>,
    /// The line with the name, then deeper ones.
    lines: Vec<String>,
    /// Its place in the handbook.
    order: usize,
}

type Names = (&'static str, &'static str);

/// Every setting of each kind, in the order of the handbook; `draft` last.
const GUIDE: [Names; 13] = [
    ("title", "标题"),
    ("summary", "摘要"),
    ("updated", "更新"),
    ("reviewed", "核对"),
    ("audience", "对象"),
    ("steps", "步骤"),
    ("bring", "带上"),
    ("hotlines", "热线"),
    ("help_at", "去哪里"),
    ("related", "相关"),
    ("keywords", "关键词"),
    ("asked", "常问"),
    ("sensitive", "敏感"),
];
const CASE: [Names; 8] = [
    ("title", "标题"),
    ("summary", "摘要"),
    ("topic", "主题"),
    ("outcome", "结果"),
    ("channel", "途径"),
    ("applied", "依据"),
    ("guides", "指南"),
    ("asked", "常问"),
];
const LAW: [Names; 6] = [
    ("title", "标题"),
    ("short_titles", "简称"),
    ("rank", "效力级别"),
    ("versions", "版本"),
    ("replaced_by", "被取代"),
    ("asked", "常问"),
];
const STATION: [Names; 17] = [
    ("name", "名称"),
    ("kind", "类别"),
    ("region", "区划"),
    ("level", "层级"),
    ("parent", "上级"),
    ("address", "地址"),
    ("location", "位置"),
    ("phones", "电话"),
    ("hours", "时间"),
    ("services", "服务"),
    ("has", "五有"),
    ("roles", "人员"),
    ("duty", "值班"),
    ("serves", "服务对象"),
    ("visibility", "公开"),
    ("desk", "工作台"),
    ("verified", "核实"),
];
const STATION_END: [Names; 1] = [("note", "备注")];
const DIRECTORY: [Names; 2] = [("region", "区划"), ("title", "标题")];
const CAMPAIGN: [Names; 5] =
    [("title", "标题"), ("dates", "日期"), ("guides", "指南"), ("topics", "主题"), ("asked", "常问")];
const PAGE: [Names; 3] = [("title", "标题"), ("summary", "摘要"), ("asked", "常问")];
const DRAFT: [Names; 1] = [("draft", "草稿")];

/// The head in order; `None` where it is better left alone.
pub(super) fn formatted(path: &str, head: &str) -> Option<String> {
    let names = names(path)?;
    let (mut items, below) = items(head, &names)?;
    items.sort_by_key(|item| item.order);
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        let above = if index == 0 { without_leading_gap(&item.above) } else { &item.above };
        above.iter().chain(&item.lines).for_each(|line| {
            out.push_str(line);
            out.push('\n');
        });
    }
    for line in &below {
        out.push_str(line);
        out.push('\n');
    }
    let same = reads(head)? == reads(&out)?;
    same.then_some(out)
}

/// The settings by name, in any order.
fn reads(head: &str) -> Option<Vec<(Said, Said)>> {
    let Said::Map(mut entries) = said(&yaml(some_file(), head)?) else { return None };
    entries.sort_by(|a, b| format!("{:?}", a.0).cmp(&format!("{:?}", b.0)));
    Some(entries)
}

fn names(path: &str) -> Option<Vec<Names>> {
    let parts: Vec<&str> = path.split('/').collect();
    let own: Vec<Names> = match parts.as_slice() {
        ["guides", _, _] => GUIDE.to_vec(),
        ["cases", _, _] => CASE.to_vec(),
        ["laws", _] => LAW.to_vec(),
        ["stations", _, "_index.md"] => DIRECTORY.to_vec(),
        ["stations", _, _] => STATION.into_iter().chain(STATION_END).collect(),
        ["campaigns", _] => CAMPAIGN.to_vec(),
        ["pages", _] => PAGE.to_vec(),
        _ => return None,
    };
    Some(own.into_iter().chain(DRAFT).collect())
}

/// The settings and the comments below the last one; `None` where a line is none of what is known.
fn items(head: &str, names: &[Names]) -> Option<(Vec<Item>, Vec<String>)> {
    let mut items: Vec<Item> = Vec::new();
    let mut above: Vec<String> = Vec::new();
    for line in head.lines() {
        if line.contains('\t') {
            return None;
        }
        let is_comment = line.starts_with('#');
        let deeper = line.starts_with(' ') || line.starts_with("- ") || line == "-";
        match items.last_mut() {
            // What is deeper belongs to the setting above it, and so does whatever stands between its lines.
            Some(item) if deeper && !line.trim().is_empty() => {
                item.lines.append(&mut above);
                item.lines.push(line.to_owned());
            }
            _ if line.trim().is_empty() => {
                if above.last().is_none_or(|last| !last.is_empty()) {
                    above.push(String::new());
                }
            }
            _ if is_comment => above.push(line.trim_end().to_owned()),
            _ => {
                let (name, value) = named(line)?;
                let order = names.iter().position(|known| known.0 == name || known.1 == name)?;
                let line = if value.is_empty() { format!("{name}:") } else { format!("{name}: {value}") };
                items.push(Item { above: std::mem::take(&mut above), lines: vec![line], order });
            }
        }
    }
    // Empty lines just above the fence say nothing.
    while above.last().is_some_and(String::is_empty) {
        above.pop();
    }
    Some((items, above))
}

/// Name and value of a line, with whichever colon.
fn named(line: &str) -> Option<(&str, &str)> {
    let at = line.find([':', '：'])?;
    let (name, rest) = line.split_at(at);
    let colon = rest.chars().next()?;
    let value = &rest[colon.len_utf8()..];
    let name = name.trim_end();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    // `a:b` is no setting in YAML; with a full-width colon it is read as one.
    let spaced = colon == '：' || value.is_empty() || value.starts_with(' ');
    (plain && spaced).then(|| (name, value.trim()))
}

fn without_leading_gap(above: &[String]) -> &[String] {
    let gap = above.iter().take_while(|line| line.is_empty()).count();
    &above[gap..]
}
