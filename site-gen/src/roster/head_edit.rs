//! Changes single settings in the head of a station's own Markdown file; every other line stays as it is.
//!
//! A setting is the line with its name and the deeper lines below it. What can't be changed safely (a comment among the
//! lines, a head that is written in another way) is refused: the importer names the file, and the editor does it.

use std::collections::BTreeMap;

use super::fields::{Field, SEPARATOR};
use super::merge::Change;
use crate::duty::spoken::Spoken;
use crate::load::cells;
use crate::scaffold::templates::{quoted, yaml};

/// The text of the file with the changes made.
///
/// # Errors
///
/// Names the setting that has to be changed by hand.
pub fn edited(text: &str, changes: &[Change]) -> Result<String, String> {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    for (names, new) in settings(changes, text)? {
        let last = lines.iter().skip(1).position(|line| line.trim_end() == "---").map(|at| at + 1);
        let last = last.ok_or("设置部分没有结束")?;
        // A list of several lines begins behind the colon.
        let gap = |value: &str| if value.starts_with('\n') { "" } else { " " };
        let new = new.map(|value| format!("{}:{}{}{end}", names.0, gap(&value), value.replace('\n', end)));
        match block(&lines[..last], names) {
            Some(range) => {
                if lines[range.clone()].iter().any(|line| line.contains('#')) {
                    return Err(format!("{} 那里有说明文字", names.0));
                }
                // The name stays as the editor wrote it.
                let name =
                    lines[range.start].split([':', '：']).next().unwrap_or(names.0).trim_end().to_owned();
                let new = new.map(|line| line.replacen(names.0, &name, 1));
                lines.splice(range, new);
            }
            None => {
                lines.splice(last..last, new);
            }
        }
    }
    Ok(lines.concat())
}

type Names = (&'static str, &'static str);

/// What is written for each setting; `None` takes it away. Three fields are one setting: `location`.
fn settings(changes: &[Change], text: &str) -> Result<Vec<(Names, Option<String>)>, String> {
    let mut settings: Vec<(Names, Option<String>)> = Vec::new();
    let mut place: BTreeMap<Field, String> = BTreeMap::new();
    for change in changes {
        let new = change.new.as_deref();
        match change.field {
            Field::Lat | Field::Lon | Field::Datum => {
                place.insert(change.field, new.unwrap_or_default().to_owned());
            }
            field => {
                let shown = new.map(|value| shown(field, value)).transpose()?;
                settings.push(((field.code(), field.chinese()), shown));
            }
        }
    }
    if !place.is_empty() {
        let now = |key: &str| inside_location(text, key);
        let part = |field: Field, key: &str| {
            place.get(&field).cloned().or_else(|| now(key)).filter(|value| !value.is_empty())
        };
        let parts = (part(Field::Lat, "lat"), part(Field::Lon, "lon"), part(Field::Datum, "datum"));
        let value = match parts {
            (Some(lat), Some(lon), Some(datum)) => {
                Some(format!("{{lat: {lat}, lon: {lon}, datum: {datum}}}"))
            }
            (None, None, _) => None,
            _ => return Err("location 要手工改".to_owned()),
        };
        settings.push((("location", "位置"), value));
    }
    Ok(settings)
}

/// A part of `location: {lat: …, lon: …, datum: …}` as it stands.
fn inside_location(text: &str, key: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with("location:") || line.starts_with("位置:"))?;
    let inside = line.split_once('{')?.1.split_once('}')?.0;
    let part = inside.split(',').find_map(|part| part.trim().strip_prefix(key)?.trim().strip_prefix(':'))?;
    Some(part.trim().trim_matches(['"', '\'']).to_owned())
}

fn shown(field: Field, value: &str) -> Result<String, String> {
    Ok(match field {
        Field::Roles => people(value)?,
        Field::Duty => duties(value)?,
        Field::Region | Field::Hours => quoted(value),
        Field::Phones | Field::Languages => {
            format!("[{}]", value.split(SEPARATOR).map(quoted).collect::<Vec<_>>().join(", "))
        }
        Field::Services | Field::Has | Field::Facilities | Field::Audience | Field::HomeVisits => {
            format!("[{}]", value.replace(SEPARATOR, ", "))
        }
        _ => yaml(value),
    })
}

/// A list of maps, below its name.
fn people(value: &str) -> Result<String, String> {
    let one = |person: cells::Person| {
        let mut lines = vec![format!("role: {}", yaml(&person.role))];
        lines.extend(person.duty.map(|duty| format!("duty: {}", yaml(&duty))));
        lines.extend(person.profession.map(|known| format!("profession: {}", known.code())));
        if !person.topics.is_empty() {
            lines.push(format!("topics: [{}]", person.topics.join(", ")));
        }
        item(&lines)
    };
    Ok(cells::people(value)?.into_iter().map(one).collect())
}

/// See [`people`].
fn duties(value: &str) -> Result<String, String> {
    let one = |duty: Spoken| {
        let mut lines = vec![format!("rule: {}", quoted(&duty.rule))];
        lines.extend(duty.time.map(|time| format!("time: {}", quoted(&time))));
        lines.push(format!("who: {}", yaml(&duty.who)));
        item(&lines)
    };
    Ok(cells::duties(value)?.into_iter().map(one).collect())
}

fn item(lines: &[String]) -> String {
    format!("\n  - {}", lines.join("\n    "))
}

/// The lines of a setting: its own, and those that are indented or begin a list below it.
fn block(head: &[String], names: Names) -> Option<std::ops::Range<usize>> {
    let is_named = |line: &String| {
        let name = line.split([':', '：']).next().unwrap_or_default().trim_end();
        line.contains([':', '：']) && (name == names.0 || name == names.1)
    };
    let start = head.iter().position(is_named)?;
    let deeper = |line: &&String| line.starts_with([' ', '\t', '-']) || line.trim().is_empty();
    let mut end = start + 1 + head[start + 1..].iter().take_while(deeper).count();
    while end > start + 1 && head[end - 1].trim().is_empty() {
        end -= 1;
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "---\n名称: 暖溪镇维权站\nkind: rights_station\nphones:\n  - \"1\"\n  - \"2\"\n\
                        location: {lat: 40.5, lon: 102.5, datum: gcj02}\n# 打过电话\nnote: 有坡道\n---\n正文 name: 不动\n";

    fn change(field: Field, new: Option<&str>) -> Change {
        Change { field, old: None, new: new.map(str::to_owned) }
    }

    #[test]
    fn a_setting_is_changed_where_it_stands_and_a_new_one_goes_below() {
        let changes = [
            change(Field::Name, Some("暖溪: 站")),
            change(Field::Phones, Some("3；4")),
            change(Field::Lat, Some("40.6")),
            change(Field::Hours, Some("24/7")),
            change(Field::Note, None),
        ];
        assert_eq!(
            edited(FILE, &changes).unwrap(),
            "---\n名称: \"暖溪: 站\"\nkind: rights_station\nphones: [\"3\", \"4\"]\n# 打过电话\nhours: \"24/7\"\n---\n正文 name: 不动\n"
                .replace("# 打过电话\n", "location: {lat: 40.6, lon: 102.5, datum: gcj02}\n# 打过电话\n")
        );
    }

    #[test]
    fn a_setting_with_a_comment_in_it_is_left_to_the_editor() {
        let file = "---\nphones: [\"1\"] # 旧的\n---\n";
        assert!(edited(file, &[change(Field::Phones, Some("3"))]).is_err());
    }
}
