//! What the two reports on a directory cost for a whole province: `cargo bench -p site-gen --bench province`.
//!
//! Writes the content of a made-up province (13 cities, 100 counties, 1,400 townships, 17,000 villages, 35,000 stations in one
//! table for each county; names, codes and positions of nowhere), then runs the editors' command on it from its start to its
//! end, reading and checking the content included. `-- FOLDER` only writes that content there, to look at. Printed as a table;
//! not a test, because a time depends on the machine.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::ensure;
use nix::sys::resource::{UsageWho, getrusage};

const COUNTIES: usize = 100;
/// In a county.
const TOWNSHIPS: usize = 14;
const VILLAGES: usize = 170;
const STATIONS: usize = 350;
/// Each command is run so often. The middle one is told, with the least and the most.
const ROUNDS: usize = 5;

const SITE: &str = "name = \"暖站\"\ntitle = \"示例省妇女儿童维权服务\"\nbase_url = \"https://nuanzhan.example\"\nregion = \"990000\"\n\
    exit_url = \"https://www.example.com/\"\n\n[[hotlines]]\nnumber = \"110\"\nname = \"报警\"\nuse = \"有危险\"\nemergency = true\n";
const TOPICS: &str = "- slug: work\n  title: 劳动权益\n  summary: 一句话\n  order: 1\n  icon: shield\n";
const REGIONS: &str = "code,name,level,lat,lon,radius_km\n990000,示例省,province,,,\n";
const HEAD: &str =
    "slug,name,kind,region,level,lat,lon,datum,phones,hours,services,has,visibility,verified\n";
/// What a name begins with: with a number in Chinese digits behind it every name is another.
const KINDS: [(&str, &str); 5] = [
    ("rights_station", "妇女儿童维权服务站"),
    ("police", "派出所"),
    ("mediation", "调解室"),
    ("legal_aid", "法律援助工作站"),
    ("feedback_point", "妇情反馈站"),
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [folder] = arguments.as_slice() {
        return write(Path::new(folder));
    }
    let folder = tempfile::tempdir()?;
    let content = folder.path().join("content");
    write(&content)?;
    say("| command | time | processor time |\n| --- | --: | --: |");
    for task in ["coverage", "gaps"] {
        let mut costs = (0..ROUNDS).map(|_| run(task, &content)).collect::<anyhow::Result<Vec<_>>>()?;
        costs.sort_unstable();
        let (least, most) = (costs[0].0.as_millis(), costs[ROUNDS - 1].0.as_millis());
        let (wall, processor) = costs[ROUNDS / 2];
        say(&format!(
            "| site-gen {task} | {} ms ({least}–{most}) | {} ms |",
            wall.as_millis(),
            processor.as_millis()
        ));
    }
    say(&format!("\nmost memory of any: {} MB", getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() / 1000));
    Ok(())
}

/// The whole command: how long it took, and on the processors.
fn run(task: &str, content: &Path) -> anyhow::Result<(Duration, Duration)> {
    let (before, started) = (processor_time()?, Instant::now());
    let output =
        Command::new(env!("CARGO_BIN_EXE_site-gen")).arg(task).arg("--content").arg(content).output()?;
    let wall = started.elapsed();
    ensure!(output.status.success(), "{task}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    ensure!(text.contains("合计"), "{task} said nothing: {text}");
    Ok((wall, processor_time()?.saturating_sub(before)))
}

/// Of all commands that have ended.
fn processor_time() -> anyhow::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let microseconds = [usage.user_time(), usage.system_time()];
    let microseconds = microseconds.map(|time| time.tv_sec() * 1_000_000 + time.tv_usec());
    Ok(Duration::from_micros(microseconds.iter().sum::<i64>().unsigned_abs()))
}

/// The content of the province.
fn write(content: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(content.join("stations"))?;
    put(&content.join("site.toml"), SITE)?;
    put(&content.join("topics.yaml"), TOPICS)?;
    let mut draws = Draws(0x9e37_79b9_7f4a_7c15);
    let mut regions = REGIONS.to_owned();
    for city in 1..=COUNTIES.div_ceil(8) {
        let _ = writeln!(regions, "99{city:02}00,{}市,city,,,", name(city));
    }
    for county in 0..COUNTIES {
        let code = format!("99{:02}{}", county / 8 + 1, 21 + county % 8);
        // On a grid of ten by ten, 60 km apart.
        let centre = (
            36.0 + f64::from(u8::try_from(county / 10)?) * 0.55,
            100.0 + f64::from(u8::try_from(county % 10)?) * 0.7,
        );
        let _ = writeln!(regions, "{code},{}县,county,{:.4},{:.4},80", name(county), centre.0, centre.1);
        let folder = content.join(format!("stations/county-{code}"));
        fs::create_dir(&folder)?;
        let table = county_of(&code, centre, &mut draws, &mut regions);
        put(&folder.join("stations.csv"), &table)?;
    }
    put(&content.join("regions.csv"), &regions)
}

#[expect(clippy::disallowed_methods, reason = "a bench plays the editor")]
fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    Ok(fs::write(path, text)?)
}

/// Writes a county's townships and villages into `regions` and gives the table of its stations. One village in twenty has no
/// position; half of the townships have one that stands for it.
fn county_of(code: &str, centre: (f64, f64), draws: &mut Draws, regions: &mut String) -> String {
    let mut places = Vec::new();
    for at in 0..TOWNSHIPS {
        let township = format!("{code}{}", 100 + at);
        let seat = draws.near(centre, 0.25);
        let written = if at % 2 == 0 { format!("{:.4},{:.4}", seat.0, seat.1) } else { ",".to_owned() };
        let _ = writeln!(regions, "{township},{}镇,township,{written},", name(at));
        for village in (at..VILLAGES).step_by(TOWNSHIPS) {
            let (place, code) = (draws.near(seat, 0.12), format!("{township}{}", 201 + village));
            let known = draws.below(20) > 0;
            let written = if known { format!("{:.4},{:.4}", place.0, place.1) } else { ",".to_owned() };
            let _ = writeln!(regions, "{code},{}村,village,{written},", name(village));
            places.push((code, place));
        }
    }
    let mut table = HEAD.to_owned();
    let _ = writeln!(
        table,
        "shelter-{code},庇护中心,shelter,{code},county,,,,0000-5550199,24/7,shelter,people,confidential,2026-05-01"
    );
    for at in 1..STATIONS {
        let (kind, sort) = KINDS[draws.below(KINDS.len())];
        // Most villages have none: stations come in clusters.
        let (region, place) = &places[draws.below(60) * 2 % places.len()];
        let (lat, lon) = draws.near(*place, 0.01);
        let has = ["people；organisation；sign；premises；rules", "people；sign", "people"][draws.below(3)];
        let year = 2024 + draws.below(3);
        let _ = writeln!(
            table,
            "s-{code}-{at},{}{sort},{kind},{region},village,{lat:.5},{lon:.5},wgs84,0000-555{:04},\
             \"Mo-Fr 08:30-12:00,14:00-17:30; PH off\",legal_advice；referral,{has},public,{year}-03-01",
            name(at),
            at,
        );
    }
    table
}

/// A name that no real place has: two syllables that say a number.
fn name(number: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "暖", "晴", "禾", "麦", "柳", "燕", "杏", "苇", "荷", "鹭", "灯", "炊", "糖", "笺", "榆", "蚕", "蒲",
        "檐", "渠", "垛",
    ];
    let digit = |at: usize| SYLLABLES[at % SYLLABLES.len()];
    format!("{}{}{}", digit(number), digit(number / 20 + 7), digit(number / 400 + 13))
}

/// A sequence of numbers that look drawn (xorshift*).
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap_or_default() % bound
    }

    /// A place within so many degrees.
    fn near(&mut self, (lat, lon): (f64, f64), degrees: f64) -> (f64, f64) {
        let mut step =
            || (f64::from(u16::try_from(self.below(2001)).unwrap_or(1000)) / 1000.0 - 1.0) * degrees;
        (lat + step(), lon + step())
    }
}

/// A line of the table.
#[expect(clippy::print_stdout, reason = "a bench prints its table")]
fn say(line: &str) {
    println!("{line}");
}
