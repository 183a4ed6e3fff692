//! What an import costs: `cargo bench -p site-gen --bench roster`, or with `-- 2000` for fewer rows than 20,000.
//!
//! As many rows as there are stations, and as many divisions: nine rows of ten are stations there are (their ids left out, one
//! telephone in ten another one), one is new. Printed, not asserted: a time depends on the machine.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use jiff::civil::date;
use site_gen::roster::import::{Ask, plan};
use site_gen::roster::merge::Fate;
use site_gen::roster::report;
use site_gen::scaffold::site::{NewSite, files};
use site_gen::source::SourceMap;

/// Rows where nothing is said.
const ROWS: usize = 20_000;
/// Villages of a made township.
const VILLAGES: usize = 20;

fn main() -> anyhow::Result<()> {
    let rows = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(ROWS);
    let sources = content(rows)?;
    let list = list(rows)?;
    let started = Instant::now();
    let plan = plan(list.as_bytes(), &Ask::into_folder("made", date(2026, 11, 12)), &sources)
        .map_err(anyhow::Error::msg)?;
    let planned = started.elapsed();
    let report = report::text(&plan);
    let count = |is: fn(&Fate) -> bool| plan.stations.iter().filter(|station| is(&station.fate)).count();
    let (new, same) = (count(|fate| *fate == Fate::New), count(|fate| *fate == Fate::Same));
    writeln!(
        std::io::stdout(),
        "{rows} rows against {rows} stations in {} divisions: {new} new, {} changed, {same} the same, {} remarks, \
         planned and checked in {planned:.1?}; report of {} bytes",
        rows + rows / VILLAGES + 2,
        plan.stations.len() - new - same,
        plan.remarks.len(),
        report.len()
    )?;
    Ok(())
}

fn village(number: usize) -> (String, String) {
    let (township, village) = (number / VILLAGES, number % VILLAGES);
    // 999 townships a county, which is more than any has and less than a code can hold.
    let county = 990_101 + township / 900;
    (format!("{county}{:03}{:03}", township % 900 + 100, village + 200), format!("第{number}村"))
}

fn content(rows: usize) -> anyhow::Result<SourceMap> {
    let new = NewSite { name: "示例市".to_owned(), region: "990100".parse().map_err(anyhow::Error::msg)? };
    let mut content: BTreeMap<String, String> =
        files(&new).into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
    let mut regions = String::from("code,name\n990100,示例市\n");
    let mut seen = std::collections::BTreeSet::new();
    let mut table = String::from("slug,name,kind,region,phones,lat,lon,datum\n");
    for number in 0..rows {
        let (code, name) = village(number);
        for (digits, above) in [(6, "县"), (9, "镇")] {
            if seen.insert(code[..digits].to_owned()) {
                writeln!(regions, "{},第{}{above}", &code[..digits], seen.len())?;
            }
        }
        writeln!(regions, "{code},{name}")?;
        writeln!(
            table,
            "s{number},{name}维权服务站,rights_station,{code},0000-{number:07},{}",
            place(number)
        )?;
    }
    content.insert("regions.csv".to_owned(), regions);
    content.insert("stations/made/stations.csv".to_owned(), table);
    Ok(SourceMap::default().with(&content))
}

#[expect(clippy::cast_precision_loss, reason = "row numbers are small")]
fn place(number: usize) -> String {
    let (row, column) = ((number / 200) as f64, (number % 200) as f64);
    format!("{:.5},{:.5},gcj02", 30.0 + row / 50.0, 100.0 + column / 50.0)
}

fn list(rows: usize) -> anyhow::Result<String> {
    let mut list = String::from("名称,类别,区划,电话,纬度,经度,坐标系\n");
    for number in 0..rows {
        let (code, name) = village(number);
        let name = if number % 10 == 0 {
            format!("{name}新设维权岗")
        } else {
            format!("{name}维权服务站")
        };
        let phone = if number % 10 < 2 { number + 5_000_000 } else { number };
        let place = if number % 10 == 0 { ",,".to_owned() } else { place(number) };
        writeln!(list, "{name},维权服务站,{code},0000-{phone:07},{place}")?;
    }
    Ok(list)
}
