//! A day for tests and benches that build or check the repository's own content: start at [`newest_day`].
//!
//! No day of it is yet to come then, whatever editors add; and no test is broken by the calendar, as the clock is not asked.
//! Tests over made-up content keep the days that they were made up with.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use jiff::civil::Date;

/// The settings of a page that say when somebody looked at it.
const KEYS: [&str; 3] = ["reviewed:", "updated:", "verified:"];

/// The newest day on which anything in this folder of content was reviewed, updated or verified.
pub(crate) fn newest_day(content: &Path) -> anyhow::Result<Date> {
    let mut newest = None;
    let mut folders = vec![content.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let is_of_stations = path.strip_prefix(content)?.starts_with("stations");
                newest = newest.max(newest_in(&path, is_of_stations)?);
            }
        }
    }
    newest.with_context(|| format!("{} says no day", content.display()))
}

/// In the head of a page, or anywhere in a table of stations.
fn newest_in(path: &Path, is_of_stations: bool) -> anyhow::Result<Option<Date>> {
    let ending = path.extension().unwrap_or_default();
    let is_table = is_of_stations && ending == "csv";
    if !is_table && ending != "md" {
        return Ok(None);
    }
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    let text = String::from_utf8(bytes).with_context(|| path.display().to_string())?;
    let head = text.strip_prefix("---\n").and_then(|rest| rest.split("\n---\n").next()).unwrap_or_default();
    let lines = if is_table { &text } else { head }.lines();
    let lines = lines.filter(|line| is_table || KEYS.iter().any(|key| line.starts_with(key)));
    let words = lines.flat_map(|line| line.split(|c: char| !(c.is_ascii_digit() || c == '-')));
    Ok(words.filter(|word| word.len() == 10).filter_map(|word| word.parse().ok()).max())
}
