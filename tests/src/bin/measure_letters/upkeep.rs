//! What looking after a great many letters costs: deadlines missed while nothing ran, destroying, saving and putting back, the chain.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tests::desk::{open_county_desk, open_desk};
use tests::nuanzhan;
use tests::postgres;
use tests::server::Ground;
use tests::tool::say;

use crate::filled;

/// Letters that nobody has accepted in a week in which nothing ran, and letters that are over on one day.
const LATE: u32 = 10_000;
const OVER: u32 = 10_000;

/// A week, in hours.
const WEEK: i64 = 7 * 24;

pub(crate) fn measure(name: &str, ground: &Ground) -> anyhow::Result<()> {
    let server = ground.start()?;
    open_desk(ground)?;
    open_county_desk(ground)?;
    server.stop("INT")?;
    filled::fill(ground)?;
    catch_up(name, ground)?;
    destroy(name, ground)?;
    save_and_put_back(name, ground)?;
    let began = Instant::now();
    let verified = command(ground, &["audit", "verify"])?;
    // “示例市妇联：12 行，都接得上。……”
    let lines = |said: &str| said.split('：').nth(1)?.split(' ').next()?.parse::<u64>().ok();
    let lines = verified.lines().filter_map(lines).sum();
    tell(name, "the chains are verified (`nuanzhan audit verify`), lines", lines, began.elapsed());
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "some millions")]
fn tell(name: &str, what: &str, many: u64, took: Duration) {
    say(&format!("| {name} | {what} | {many} | {took:.1?} | {:.0} |", many as f64 / took.as_secs_f64()));
}

/// The time until a server answers that was down for a week, and until every letter that became overdue then has climbed.
fn catch_up(name: &str, ground: &Ground) -> anyhow::Result<()> {
    let missed = filled::this_hour() - WEEK;
    filled::change(
        ground,
        &format!(
            "UPDATE thread SET desk_id = 'shili-county', escalated_to = NULL, due_hour = {missed}, climb_hour = {missed}, \
             due_stage = 'accept' WHERE id IN (SELECT id FROM thread WHERE state = 'received' LIMIT {LATE})"
        ),
    )?;
    let late = format!("climb_hour <= {}", filled::this_hour());
    let waiting = filled::threads(ground, &late)?;
    ensure!(waiting >= u64::from(LATE), "{waiting} letters are late");
    let began = Instant::now();
    let server = ground.start()?;
    tell(name, "a server starts after a week in which nothing ran", 1, began.elapsed());
    while filled::threads(ground, &late)? > 0 {
        ensure!(began.elapsed() < Duration::from_mins(20), "the clocks are caught up");
        std::thread::sleep(Duration::from_millis(500));
    }
    tell(name, "letters that became overdue then have climbed", waiting, began.elapsed());
    server.stop("INT")?;
    Ok(())
}

fn destroy(name: &str, ground: &Ground) -> anyhow::Result<()> {
    let over = format!(
        "UPDATE thread SET purge_hour = {} WHERE id IN (SELECT id FROM thread WHERE state = 'closed' LIMIT {OVER})",
        filled::this_hour() - 1
    );
    filled::change(ground, &over)?;
    let due = filled::threads(ground, &format!("purge_hour <= {}", filled::this_hour()))?;
    let began = Instant::now();
    command(ground, &["purge"])?;
    tell(name, "letters that are over are destroyed, and their traces", due, began.elapsed());
    Ok(())
}

/// Saves the database sealed, and puts it into an empty one of the same kind.
fn save_and_put_back(name: &str, ground: &Ground) -> anyhow::Result<()> {
    let letters = filled::threads(ground, "1 = 1")?;
    let keys = command(ground, &["backup", "key"])?;
    let mut keys = keys.lines().skip(1).step_by(2).map(str::trim);
    let (paper, public) = keys.next().zip(keys.next()).context("two keys are shown")?;
    let saved = ground.folder().join("saved").display().to_string();
    let began = Instant::now();
    command(ground, &["backup", "--to", public, "--out", &saved])?;
    tell(name, "letters are saved, sealed (`nuanzhan backup`)", letters, began.elapsed());
    let megabytes = fs::metadata(&saved)?.len() / 1_000_000;
    let mut empty = Ground::new()?;
    if ground.database.is_some() {
        empty.database = Some(postgres::fresh_database("letters put back").context("a database is there")?);
    }
    fs::create_dir_all(empty.var())?;
    fs::copy(ground.var().join("secrets.toml"), empty.var().join("secrets.toml"))?;
    let paper_file = empty.folder().join("paper");
    fs::write(&paper_file, paper)?;
    let began = Instant::now();
    command(&empty, &["restore", &saved, "--key-file", &paper_file.display().to_string()])?;
    tell(
        name,
        &format!("letters of a backup of {megabytes} MB are put back (`nuanzhan restore`)"),
        letters,
        began.elapsed(),
    );
    ensure!(filled::threads(&empty, "1 = 1")? == letters, "every letter is there again");
    Ok(())
}

/// Runs a command of the program on the data of a ground; what it said.
fn command(ground: &Ground, arguments: &[&str]) -> anyhow::Result<String> {
    let data = ground.data_arguments();
    let of_data = !arguments.ends_with(&["key"]);
    let mut all = arguments.to_vec();
    all.extend(data.iter().map(String::as_str).filter(|_| of_data));
    let ran = nuanzhan::run(ground.folder(), &all)?;
    ensure!(ran.code == 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    Ok(ran.stdout)
}
