//! Whether anything published tells where a confidential place is: over every byte of the site.
//!
//! Start at [`search_everywhere`]. Three ways: the data of a confidential station has no place, its page says nothing
//! that sounds like one, and words that must never appear (from the content, or from a list the office keeps to itself)
//! are in no file, the compressed copies unpacked. A word that was found is not repeated: the report may be read over a shoulder.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read as _;

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
    leaks.extend(records_with_a_place(files, bundle));
    leaks.extend(pages_with_a_place(files, bundle));
    let never: Vec<&str> =
        never.iter().map(|word| word.trim()).filter(|word| word.chars().count() >= SHORTEST).collect();
    let spellings: Vec<String> = never.iter().flat_map(|word| spellings(word)).collect();
    for (path, bytes) in files.0.iter().filter(|_| !never.is_empty()) {
        let Some(bytes) = unpacked(path, bytes) else {
            leaks.push(format!("{path} 解不开，看不出里面有什么"));
            continue;
        };
        let is_told = |word: &String| contains(&bytes, word) || contains(path.as_bytes(), word);
        if spellings.iter().any(is_told) {
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

/// A word as it may stand in a file: as it is, without blanks, and as addresses have it.
fn spellings(word: &str) -> Vec<String> {
    let squeezed: String = word.split_whitespace().collect();
    let escape = |byte: u8| match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    let in_address = squeezed.bytes().map(escape).collect();
    BTreeSet::from([word.to_owned(), squeezed, in_address]).into_iter().collect()
}

/// What a file says: a compressed copy unpacked, any other as it is. `None` where it can't be unpacked.
fn unpacked<'b>(path: &str, bytes: &'b [u8]) -> Option<Cow<'b, [u8]>> {
    /// No file of a site is larger than this when it is unpacked.
    const MOST: u64 = 1 << 30;
    let mut out = Vec::new();
    let read = match path.rsplit('.').next().unwrap_or_default() {
        "gz" => flate2::read::MultiGzDecoder::new(bytes).take(MOST).read_to_end(&mut out),
        "br" => brotli::Decompressor::new(bytes, 4096).take(MOST).read_to_end(&mut out),
        "zst" => zstd::stream::read::Decoder::new(bytes).ok()?.take(MOST).read_to_end(&mut out),
        _ => return Some(Cow::Borrowed(bytes)),
    };
    read.ok().map(|_| Cow::Owned(out))
}

/// Objects in the data that are confidential and have a place all the same, whatever file they stand in.
fn records_with_a_place(files: &Files, bundle: &Bundle) -> Vec<String> {
    let secret = bundle.stations.iter().filter(|station| station.is_confidential());
    let names: BTreeSet<&str> = secret.map(|station| station.name.as_str()).collect();
    let data = files.0.iter().filter(|(path, _)| path.ends_with(".json") || path.ends_with(".geojson"));
    let mut leaks = Vec::new();
    for (path, bytes) in data {
        let Ok(value) = serde_json::from_slice::<Value>(bytes) else { continue };
        if has_placed_secret(&value, &names) {
            leaks.push(format!("{path} 里有保密站点的位置"));
        }
    }
    leaks
}

/// By our own mark, or by the name of a confidential station, as data of other forms (HSDS) have it.
fn has_placed_secret(value: &Value, names: &BTreeSet<&str>) -> bool {
    const WHERE: [&str; 13] = [
        "address",
        "location",
        "lat",
        "lon",
        "geometry",
        "coordinates",
        "latitude",
        "longitude",
        "address_1",
        "address_2",
        "addresses",
        "locations",
        "physical_addresses",
    ];
    match value {
        Value::Array(items) => items.iter().any(|item| has_placed_secret(item, names)),
        Value::Object(entries) => {
            let called = entries.get("name").and_then(Value::as_str);
            let secret = called.is_some_and(|name| names.contains(name))
                || entries.get("confidential") == Some(&Value::Bool(true));
            let placed = WHERE.iter().any(|name| entries.get(*name).is_some_and(says_something));
            (secret && placed) || entries.values().any(|value| has_placed_secret(value, names))
        }
        _ => false,
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
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
