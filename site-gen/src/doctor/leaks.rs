//! Whether anything published tells where a confidential place is: over every byte of the site.
//!
//! Start at [`search_everywhere`]. Three ways: the data of a confidential station has no place, its page says nothing
//! that sounds like one, and words that must never appear (from the content, or from a list the office keeps to itself)
//! are in no file. A word that was found is not repeated: the report may be read over a shoulder.

use search::bundle::{Bundle, FOLDER};
use serde_json::Value;

use super::Findings;
use super::release::Files;
use crate::check::stations::is_confidential;
use crate::load::Drafts;

/// What must appear nowhere: shorter than this it would be found by chance.
const SHORTEST: usize = 4;

const REMEDY: &str = "马上把网站撤下来，再改内容、清掉改动记录。见编辑手册第 6 节“已经写出去了怎么办”";

/// Words that say where a confidential station is: the content should have none.
pub fn words_of(drafts: &Drafts) -> Vec<String> {
    let confidential = drafts.stations.iter().filter(|draft| is_confidential(draft));
    let mut words = Vec::new();
    for draft in confidential {
        words.extend(draft.address.iter().map(|text| text.value.trim().to_owned()));
        if let Some(location) = &draft.location {
            words.extend([location.lat.value.trim().to_owned(), location.lon.value.trim().to_owned()]);
        }
    }
    words
}

/// Looks through everything published.
pub fn search_everywhere(files: &Files, bundle: &Bundle, never: &[String], findings: &mut Findings) {
    let mut leaks: Vec<String> = Vec::new();
    leaks.extend(records_with_a_place(files));
    leaks.extend(pages_with_a_place(files, bundle));
    let never: Vec<&str> =
        never.iter().map(|word| word.trim()).filter(|word| word.chars().count() >= SHORTEST).collect();
    for (path, bytes) in &files.0 {
        if never.iter().any(|word| contains(bytes, word))
            || never.iter().any(|word| contains(path.as_bytes(), word))
        {
            leaks.push(format!("{path} 里有绝不能出现的话"));
        }
    }
    let confidential = bundle.stations.iter().filter(|station| station.is_confidential()).count();
    match leaks.first() {
        None => findings.fine(
            "confidential",
            format!(
                "{confidential} 个保密站点，{} 个文件里都没有它们在哪里（另外比对了 {} 句话）",
                files.0.len(),
                never.len()
            ),
        ),
        Some(first) => {
            findings.wrong(
                "confidential",
                format!("保密的地方可能说出去了：{} 处，例如 {first}", leaks.len()),
                REMEDY,
            );
        }
    }
}

/// Objects in the data that are confidential and have a place all the same, whatever file they stand in.
fn records_with_a_place(files: &Files) -> Vec<String> {
    let data = files.0.iter().filter(|(path, _)| path.ends_with(".json") || path.ends_with(".geojson"));
    let mut leaks = Vec::new();
    for (path, bytes) in data {
        let Ok(value) = serde_json::from_slice::<Value>(bytes) else { continue };
        if has_placed_secret(&value) {
            leaks.push(format!("{path} 里有保密站点的位置"));
        }
    }
    leaks
}

fn has_placed_secret(value: &Value) -> bool {
    const WHERE: [&str; 6] = ["address", "location", "lat", "lon", "geometry", "coordinates"];
    match value {
        Value::Array(items) => items.iter().any(has_placed_secret),
        Value::Object(entries) => {
            let secret = entries.get("confidential") == Some(&Value::Bool(true));
            let placed = WHERE.iter().any(|name| entries.get(*name).is_some_and(|value| !value.is_null()));
            (secret && placed) || entries.values().any(has_placed_secret)
        }
        _ => false,
    }
}

/// Pages of confidential stations that link to a map or name an address for machines.
fn pages_with_a_place(files: &Files, bundle: &Bundle) -> Vec<String> {
    const SIGNS: [&str; 8] = [
        "geo:",
        "\"address\"",
        "\"geo\"",
        "\"latitude\"",
        "amap",
        "map.baidu",
        "itemprop=\"address\"",
        "data-lat",
    ];
    let mut leaks = Vec::new();
    for station in bundle.stations.iter().filter(|station| station.is_confidential()) {
        let path = format!("{}index.html", station.url.trim_start_matches('/'));
        let Some(bytes) = files.0.get(&path) else { continue };
        if let Some(sign) = SIGNS.iter().find(|sign| contains(bytes, sign)) {
            leaks.push(format!("{path} 里有地图或地址（{sign}）"));
        }
    }
    // The list of stations near somebody is made of those with a place: none of them may be confidential.
    let grid = files.0.iter().filter(|(path, _)| path.starts_with(FOLDER) && path.contains("near"));
    for (path, bytes) in grid {
        let secret = bundle.stations.iter().filter(|station| station.is_confidential());
        if secret.map(|station| format!("\"{}\"", station.id)).any(|id| contains(bytes, &id)) {
            leaks.push(format!("{path} 里有保密站点"));
        }
    }
    leaks
}

fn contains(bytes: &[u8], word: &str) -> bool {
    !word.is_empty() && memchr::memmem::find(bytes, word.as_bytes()).is_some()
}
