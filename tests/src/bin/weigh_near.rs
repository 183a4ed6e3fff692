//! What finding the nearest station on the phone costs: `cargo run --release -p tests --bin weigh_near -- [STATIONS]`.
//!
//! Makes stations as dense as in a whole country (650,000 unless told otherwise), writes their cells, and tells how long that takes and
//! how large they are; what a look-up fetches where people are and in the empty west, plain and compressed; and how long
//! a browser slowed down to a quarter takes for it. Prints figures only.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use search::near::Near;
use search::record::Station;
use serde_json::{Value, json};
use tests::browser::{Browser, PHONE};
use tests::files::Files;
use tests::phone::nation::{self, Draws};
use tests::tool::{self, at, say};
use tests::{phone, workspace};

/// Look-ups of each sort.
const ROUNDS: usize = 300;

fn main() -> ExitCode {
    tool::ended("weigh_near", weigh())
}

fn weigh() -> anyhow::Result<()> {
    let count = std::env::args().nth(1).map_or(Ok(650_000), |count| count.parse())?;
    let stations = nation::stations(count);
    let folder = tempfile::tempdir()?;
    let start = Instant::now();
    let near = Near::of(&stations);
    let cut = start.elapsed();
    let files: Vec<(String, Vec<u8>)> = near.files().collect();
    let made = start.elapsed();
    let mut sizes: Vec<u64> = near.sizes().map(|size| size as u64).collect();
    sizes.sort_unstable();
    say(&format!(
        "{} stations: cut into {} cells in {cut:.2?}, with their files {made:.2?}; stations in a cell: least {}, p50 {}, most {}",
        stations.len(),
        sizes.len(),
        at(&sizes, 0),
        at(&sizes, 50),
        at(&sizes, 100)
    ));
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
        fs::write(path, bytes)?;
    }
    drop(near);
    let all = phone::ask(
        folder.path(),
        &[json!({ "weigh": "data/near" }), json!({ "weigh": "data/near/cells" })],
        "weighing",
    )?;
    let Some(all) = all else { return Ok(()) };
    say(&format!(
        "{} files; bytes plain, gzip, Brotli: {}, cells {}",
        all[0]["files"], all[0]["bytes"], all[1]["bytes"]
    ));
    say(
        "\n| look-ups | requests p50 | most | Brotli p50 bytes | p99 | most | gzip most | plain most | fewer than five certain |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    );
    let people = where_people_are(&stations);
    let west = in_the_west();
    for (name, places, kind, rings) in [
        ("where people are", &people, Value::Null, 0),
        ("the same, police stations (3 in 100)", &people, json!("police"), 0),
        ("the same, having gone on once", &people, json!("police"), 1),
        ("anywhere in the west", &west, Value::Null, 0),
    ] {
        let question = |place| json!({ "near": place, "kind": kind, "rings": rings, "weighed": true });
        let questions: Vec<Value> = places.iter().map(question).collect();
        let Some(answers) = phone::ask(folder.path(), &questions, "weighing")? else { return Ok(()) };
        say(&row(name, &answers));
    }
    in_a_browser(folder.path(), &people)
}

fn where_people_are(stations: &[Station]) -> Vec<Value> {
    let mut draws = Draws::new(17);
    let some = (0..ROUNDS).filter_map(|_| {
        let around = stations[draws.below(stations.len())].location()?;
        Some(json!({ "lat": around.lat() + draws.between(-0.03, 0.03), "lon": around.lon() + draws.between(-0.03, 0.03) }))
    });
    some.collect()
}

fn in_the_west() -> Vec<Value> {
    let mut draws = Draws::new(19);
    (0..ROUNDS)
        .map(|_| json!({ "lat": draws.between(30.0, 46.0), "lon": draws.between(79.0, 101.0) }))
        .collect()
}

fn row(name: &str, answers: &[Value]) -> String {
    let sorted = |of: &dyn Fn(&Value) -> Option<u64>| {
        let mut all: Vec<u64> = answers.iter().filter_map(of).collect();
        all.sort_unstable();
        all
    };
    let requests = sorted(&|answer| Some(answer["fetched"].as_array()?.len() as u64));
    let [plain, gzip, brotli] = [0, 1, 2].map(|way| sorted(&|answer| answer["bytes"][way].as_u64()));
    let few = |answer: &&Value| answer["stations"].as_array().is_some_and(|found| found.len() < 5);
    let few = answers.iter().filter(few).count();
    format!(
        "| {name}, {} | {} | {} | {} | {} | {} | {} | {} | {few} |",
        answers.len(),
        at(&requests, 50),
        at(&requests, 100),
        at(&brotli, 50),
        at(&brotli, 99),
        at(&brotli, 100),
        at(&gzip, 100),
        at(&plain, 100)
    )
}

/// Keeps the texts that were fetched, so that reading them can be timed without the fetching.
const PAGE: &str = "<!doctype html><title>near</title><script src=near.js></script><script>
const texts = {}, real = window.fetch, read = (text) => ({ ok: true, status: 200, json: async () => JSON.parse(text) });
window.fetch = async (address, options) => read(texts[address] || (texts[address] = await (await real(address, options)).text()));
async function time(place, afresh) {
  if (afresh) new Function(await (await real('/near.js')).text())();
  const start = performance.now(), found = await nuanzhanNear.find(place, () => true);
  return found.stations.length ? performance.now() - start : -1;
}
</script>";

/// A first look-up in a window that has fetched nothing; and the same in a script that has nothing yet, of texts that are there: read,
/// measured, sorted.
fn in_a_browser(folder: &Path, places: &[Value]) -> anyhow::Result<()> {
    fs::copy(workspace::root().join("site-gen/assets/near.js"), folder.join("near.js"))?;
    fs::write(folder.join("index.html"), PAGE)?;
    let files = Files::serve(folder)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let Some(phone) = Browser::open(PHONE, "weighing in a browser").await? else { return Ok(()) };
        phone.command("Emulation.setCPUThrottlingRate", json!({ "rate": 4 })).await?;
        let (mut first, mut again) = (Vec::new(), Vec::new());
        for place in places.iter().take(20) {
            phone.goto(&format!("{}/", files.base)).await?;
            for (times, afresh) in [(&mut first, false), (&mut again, true)] {
                times.push(one(&phone, place, afresh).await?);
            }
        }
        for times in [&mut first, &mut again] {
            times.sort_unstable();
        }
        say(&format!(
            "\nbrowser at a quarter of its speed, milliseconds: first look-up with fetching p50 {}, most {}; without p50 {}, most {}",
            at(&first, 50),
            at(&first, 100),
            at(&again, 50),
            at(&again, 100)
        ));
        Ok(())
    })
}

async fn one(phone: &Browser, place: &Value, afresh: bool) -> anyhow::Result<u64> {
    let question = format!(
        "window.took = null;
         time({place}, {afresh}).then(function (took) {{ window.took = took; }}, function () {{ window.took = -1; }}); 0"
    );
    phone.evaluate(&question).await?;
    loop {
        if let Some(took) = phone.evaluate("window.took").await?.as_f64() {
            ensure!(took >= 0.0, "nothing was found near {place}");
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds")]
            return Ok(took.ceil() as u64);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
