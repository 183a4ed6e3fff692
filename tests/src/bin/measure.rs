//! What the running system costs: start, latency of search and of the nearest station, many questions at once, bytes over
//! the wire.
//!
//! `cargo run --release -p tests --bin measure` prints the tables of `docs/performance.md`; `-- stations` only those of a country's
//! stations, `-- flood` what a flood of junk leaves of letters and the desk. Each latency stands beside that
//! of `/healthz` in the same run, which does nothing: the ratio is ours, the rest is the machine and the network stack.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use search::coord::Coord;
use serde_json::json;
use tests::browser::{Browser, PHONE};
use tests::desk::{AtDesk, open_desk};
use tests::flood::Flood;
use tests::load::{self, Ask, Load};
use tests::server::{Ground, Server};
use tests::tool::{self, at, say};
use tests::{large_site, workspace};

/// Requests of each kind.
const ROUNDS: usize = 2000;

/// Questions a second that two processors have to answer.
const RATE: u32 = 1000;

/// Callers that never rest.
const CALLERS: usize = 16;

/// How long the flood lasts.
const FLOOD: Duration = Duration::from_secs(30);

/// How long each load lasts.
const LENGTH: Duration = Duration::from_secs(5);

/// Records of a large site.
const MANY: usize = 58_000;

/// Stations of a country, and how many look-ups a second two processors have to answer there.
const STATIONS: usize = 650_000;
const LOOK_UPS: u32 = 5000;

fn main() -> ExitCode {
    tool::ended("measure", measure())
}

fn measure() -> anyhow::Result<()> {
    workspace::nuanzhan();
    let ground = Ground::new()?;
    if std::env::args().any(|arg| arg == "flood") {
        return flooded(&ground);
    }
    if std::env::args().any(|arg| arg == "stations") {
        // The site is built by the first start.
        start_time(&ground)?;
        return many_stations(&ground);
    }
    let starts = (0..5).map(|_| start_time(&ground)).collect::<anyhow::Result<Vec<_>>>()?;
    say(&format!("start to ready, {} starts: {:?}\n", starts.len(), starts));
    let server = ground.start()?;
    say(&format!("resident memory of the server after its start: {:.0} MB\n", resident_megabytes(&server)?));
    latencies(&server)?;
    say("\n| records | request | callers | answers a second | p50 | p99 | longest |");
    say("| --: | --- | --- | --: | --: | --: | --: |");
    let questions = questions(&server)?;
    loads(&server, ("real content", &questions))?;
    large_site(&ground, &questions)?;
    many_stations(&ground)?;
    say(&format!("\nresident memory after the requests: {:.0} MB\n", resident_megabytes(&server)?));
    say("| page | requests | bytes (br) | bytes (uncompressed) |\n| --- | --: | --: | --: |");
    for path in ["/", "/guides/domestic-violence/protection-order/", "/stations/", "/search/", "/ask/"] {
        say(&weigh(&server, path)?);
    }
    Ok(())
}

fn start_time(ground: &Ground) -> anyhow::Result<Duration> {
    let started = Instant::now();
    let server = ground.start()?;
    let took = started.elapsed();
    server.stop("INT")?;
    Ok(took)
}

fn latencies(server: &Server) -> anyhow::Result<()> {
    let agent = ureq::Agent::new_with_defaults();
    let questions = questions(server)?;
    let health = times(|_| read(&agent, &format!("{}/healthz", server.base)))?;
    let search = times(|round| {
        let question = percent(&questions[round % questions.len()]);
        read(&agent, &format!("{}/api/v1/search?q={question}", server.base))
    })?;
    let suggest = times(|round| {
        let typed: String = questions[round % questions.len()].chars().take(2).collect();
        read(&agent, &format!("{}/api/v1/search/suggest?q={}", server.base, percent(&typed)))
    })?;
    let nearest = times(|round| {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand rounds")]
        let step = round as f64 / ROUNDS as f64;
        let body = json!({ "near": { "lat": 40.2 + step * 0.4, "lon": 101.9 + step * 0.6 }, "limit": 10 });
        agent
            .post(format!("{}/api/v1/stations/nearest", server.base))
            .send_json(&body)?
            .body_mut()
            .read_to_string()?;
        Ok(())
    })?;
    say(&format!(
        "{ROUNDS} requests each, one after another, over loopback; {} different questions\n",
        questions.len()
    ));
    say("| request | p50 | p99 | p50 beside /healthz |\n| --- | --: | --: | --: |");
    for (name, times) in
        [("GET /healthz", &health), ("search", &search), ("suggest", &suggest), ("nearest 10", &nearest)]
    {
        let ratio = at(times, 50).as_secs_f64() / at(&health, 50).as_secs_f64();
        say(&format!("| {name} | {:?} | {:?} | {ratio:.1} |", at(times, 50), at(times, 99)));
    }
    Ok(())
}

/// The same load where there is much more to find.
fn large_site(ground: &Ground, questions: &[String]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let site = folder.path().join("site");
    large_site::write(&ground.var().join("site"), &site, MANY)?;
    let ground = Ground::new()?;
    loads(&ground.start_on(&site)?, (&MANY.to_string(), questions))
}

/// The nearest ten where a country's stations are.
fn many_stations(ground: &Ground) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let site = folder.path().join("site");
    let towns = large_site::write_stations(&ground.var().join("site"), &site, STATIONS)?;
    let ground = Ground::new()?;
    let started = Instant::now();
    let server = ground.start_on(&site)?;
    let took = started.elapsed();
    let megabytes = resident_megabytes(&server)?;
    let near = |narrowed: &str| {
        let path =
            |town: &Coord| format!("/api/v1/stations?near={},{}&limit=10{narrowed}", town.lat(), town.lon());
        towns.iter().map(path).collect::<Vec<_>>()
    };
    for (name, paths) in [
        ("GET /healthz", vec!["/healthz".to_owned()]),
        ("nearest 10", near("")),
        ("nearest 10 of a kind", near("&kind=police")),
        ("nearest 10 that are open at night", near("&open_at=2026-11-23T02:00")),
    ] {
        let ask = Ask { base: &server.base, paths: &paths };
        load::closed(ask, CALLERS, Duration::from_secs(1))?;
        let records = format!("{STATIONS} stations");
        tell((&records, name), &format!("{CALLERS} without rest"), &load::closed(ask, CALLERS, LENGTH)?);
        tell((&records, name), &format!("{LOOK_UPS} a second"), &load::open(ask, LOOK_UPS, LENGTH)?);
    }
    say(&format!(
        "\n{STATIONS} stations: start to ready {took:.2?}, resident memory after it {megabytes:.0} MB\n"
    ));
    Ok(())
}

fn tell((records, name): (&str, &str), callers: &str, Load { rate, p50, p99, worst }: &Load) {
    say(&format!("| {records} | {name} | {callers} | {rate:.0} | {p50:.2?} | {p99:.2?} | {worst:.2?} |"));
}

fn loads(server: &Server, (records, questions): (&str, &[String])) -> anyhow::Result<()> {
    let asked = |question: &String| format!("/api/v1/search?q={}", percent(question));
    let typed = |question: &String| {
        let typed: String = question.chars().take(2).collect();
        format!("/api/v1/search/suggest?q={}", percent(&typed))
    };
    for (name, paths) in [
        ("GET /healthz", vec!["/healthz".to_owned()]),
        ("search", questions.iter().map(asked).collect()),
        ("suggest", questions.iter().map(typed).collect()),
    ] {
        let ask = Ask { base: &server.base, paths: &paths };
        load::closed(ask, CALLERS, Duration::from_secs(1))?;
        tell((records, name), &format!("{CALLERS} without rest"), &load::closed(ask, CALLERS, LENGTH)?);
        tell((records, name), &format!("{RATE} a second"), &load::open(ask, RATE, LENGTH)?);
    }
    Ok(())
}

/// Questions as people type them: those that the guides of the real content say they answer.
fn questions(server: &Server) -> anyhow::Result<Vec<String>> {
    let records = server.client().get("/data/records.json")?.json()?;
    let asked = records
        .as_array()
        .context("records are a list")?
        .iter()
        .filter_map(|record| record["asked"].as_array());
    Ok(asked.flatten().filter_map(|question| question.as_str().map(str::to_owned)).collect())
}

fn times(mut ask: impl FnMut(usize) -> anyhow::Result<()>) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        let started = Instant::now();
        ask(round)?;
        times.push(started.elapsed());
    }
    times.sort();
    Ok(times)
}

fn read(agent: &ureq::Agent, url: &str) -> anyhow::Result<()> {
    agent.get(url).call()?.body_mut().read_to_string()?;
    Ok(())
}

/// A page with everything it loads, as a browser that takes Brotli gets it.
fn weigh(server: &Server, path: &str) -> anyhow::Result<String> {
    let plain = fetch(server, path, "identity")?;
    let html = String::from_utf8(plain.clone())?;
    let mut addresses: BTreeSet<&str> = BTreeSet::new();
    for attribute in ["src=\"", "rel=\"stylesheet\" href=\"", "rel=\"icon\" href=\""] {
        addresses.extend(html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()));
    }
    let (mut small, mut large) = (fetch(server, path, "br")?.len(), plain.len());
    for address in &addresses {
        small += fetch(server, address, "br")?.len();
        large += fetch(server, address, "identity")?.len();
    }
    Ok(format!("| {path} | {} | {small} | {large} |", addresses.len() + 1))
}

fn fetch(server: &Server, path: &str, encoding: &str) -> anyhow::Result<Vec<u8>> {
    let response = ureq::get(format!("{}{path}", server.base)).header("Accept-Encoding", encoding).call();
    Ok(response.with_context(|| format!("GET {path}"))?.into_body().read_to_vec()?)
}

fn resident_megabytes(server: &Server) -> anyhow::Result<f64> {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", server.pid())).context("Linux has /proc")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024.0 / 1e6)
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| out + &format!("%{byte:02X}"))
}

/// Real letters from a browser and a member at the desk in another, without and under a flood of [`RATE`] junk requests a second.
fn flooded(ground: &Ground) -> anyhow::Result<()> {
    let server = ground.start()?;
    open_desk(ground)?;
    say(
        "| connections | junk answered a second | letters that arrived | p50 of a letter | longest | the desk's queue answered | p50 | p95 | longest |",
    );
    say("| --: | --: | --: | --: | --: | --: | --: | --: | --: |");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let Some(phone) = Browser::open(PHONE, "a flood").await? else { return Ok(()) };
        let Some(desk) = AtDesk::sign_in(&server, "a flood").await? else { return Ok(()) };
        for callers in [0, 64, 256] {
            let flood = (callers > 0).then(|| Flood::begin(&server.base, RATE, callers)).transpose()?;
            let over = Instant::now() + FLOOD;
            let (letters, looks) =
                tokio::join!(sent(&phone, &server.base, over), looked(&desk.browser, over));
            let load = flood.map(Flood::end).transpose()?;
            let rate = load.map_or(0.0, |load| load.rate);
            let (letters, looks) = (Kept::of(letters), Kept::of(looks));
            say(&format!(
                "| {callers} | {rate:.0} | {} of {} | {} ms | {} ms | {} of {} | {} ms | {} ms | {} ms |",
                letters.times.len(),
                letters.tries,
                at(&letters.times, 50),
                at(&letters.times, 100),
                looks.times.len(),
                looks.tries,
                at(&looks.times, 50),
                at(&looks.times, 95),
                at(&looks.times, 100),
            ));
        }
        Ok(())
    })
}

/// How many were tried, and how long those took that went well, in milliseconds, sorted.
struct Kept {
    tries: usize,
    times: Vec<u128>,
}

impl Kept {
    fn of(all: Vec<anyhow::Result<Duration>>) -> Self {
        let tries = all.len();
        let mut times: Vec<u128> = all.into_iter().flatten().map(|took| took.as_millis()).collect();
        times.sort_unstable();
        Self { tries, times }
    }
}

/// Letters, one after the other, from opening the page to the receipt.
async fn sent(phone: &Browser, base: &str, over: Instant) -> Vec<anyhow::Result<Duration>> {
    let letter = async || -> anyhow::Result<Duration> {
        let began = Instant::now();
        phone.goto(&format!("{base}/ask/")).await?;
        phone.wait_for_text("服务器从头到尾读不到").await?;
        phone.fill("#text", "他不给生活费，我能不能去告？").await?;
        phone.click("#write form button").await?;
        phone.wait_for_text("先抄下回执码").await?;
        Ok(began.elapsed())
    };
    let mut tried = Vec::new();
    while Instant::now() < over {
        tried.push(letter().await);
    }
    tried
}

/// The desk's queue, looked at again and again from the desk's own page.
async fn looked(desk: &Browser, over: Instant) -> Vec<anyhow::Result<Duration>> {
    let script = "(async () => { const answer = await fetch('/api/v1/desk/consultations'); await answer.text(); \
                  return answer.status; })()";
    let wanted = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
    let look = async || -> anyhow::Result<Duration> {
        let began = Instant::now();
        let answer = desk.command("Runtime.evaluate", wanted.clone()).await?;
        ensure!(answer["result"]["value"] == 200, "{answer}");
        Ok(began.elapsed())
    };
    let mut tried = Vec::new();
    while Instant::now() < over {
        tried.push(look().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tried
}
