//! What letters cost on both databases: how many a second are kept and read, beside how many rows a second the database alone keeps
//! with the same settings; and the pages of a desk's queue where a great many are.
//!
//! `cargo run --release -p tests --bin measure_letters` prints the tables of `docs/performance.md`; `-- queue`, `-- rates` and
//! `-- upkeep` one of them. The peers are `SQLite` from Python and `pgbench`: one row of a letter's size in each transaction, as durable as ours.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tests::desk::{MEMBER, PASSPHRASE, open_desk};
use tests::http::Client;
use tests::member::Member;
use tests::sealed::{Letter, Sealing};
use tests::server::Ground;
use tests::tool::{self, at, say};
use tests::{nuanzhan, postgres, workspace};

/// Letters that are sent.
const LETTERS: usize = 600;
/// Who sends at the same time, and who asks the database alone.
const CALLERS: usize = 16;
/// Who reads answers at the same time: each waits for its half second.
const READERS: usize = 256;
/// How long the database alone is asked.
const SECONDS: u32 = 5;
/// Bytes of the row that the database alone keeps: about what a letter and its keys are.
const ROW: usize = 1600;
/// Pages of a queue that are asked for.
const PAGES: usize = 200;
/// What is looked at: whole shelves, what is rare on them, and what is rarest: something that is nowhere, for which a shelf is looked
/// through from end to end.
const SHELVES: [&str; 11] = [
    "own",
    "climbed",
    "closed",
    "own&topic=marriage",
    "own&topic=marriage&state=received",
    "own&channel=visit",
    "own&topic=work&channel=call",
    "climbed&topic=marriage",
    "closed&topic=marriage",
    "closed&channel=visit",
    "closed&topic=marriage&channel=visit",
];

mod filled;
mod upkeep;

fn main() -> ExitCode {
    tool::ended("measure_letters", measure())
}

fn measure() -> anyhow::Result<()> {
    workspace::nuanzhan();
    let only = |part: &str| !std::env::args().skip(1).any(|arg| arg != part && !arg.starts_with('-'));
    let databases = || -> anyhow::Result<Vec<(&str, Ground)>> {
        let mut all = vec![("SQLite", Ground::new()?)];
        if let Some(url) = postgres::fresh_database("letters on PostgreSQL") {
            let mut ground = Ground::new()?;
            ground.database = Some(url);
            all.push(("PostgreSQL", ground));
        }
        Ok(all)
    };
    if only("rates") {
        say("| database | what | callers | a second | p50 | p99 | beside the database alone |");
        say("| --- | --- | --: | --: | --: | --: | --: |");
        for (name, ground) in databases()? {
            rates(name, ground)?;
        }
    }
    if only("queue") {
        say("\n| database | shelf | first page, p50 | p95 | longest | page after page, p95 |");
        say("| --- | --- | --: | --: | --: | --: |");
        for (name, ground) in databases()? {
            queue(name, &ground)?;
        }
    }
    if only("upkeep") {
        say("\n| database | what | how many | took | a second |");
        say("| --- | --- | --: | --: | --: |");
        for (name, ground) in databases()? {
            upkeep::measure(name, &ground)?;
        }
    }
    Ok(())
}

/// How long each took, and all of them together.
struct Times {
    each: Vec<Duration>,
    all: Duration,
}

impl Times {
    fn a_second(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let many = self.each.len() as f64;
        many / self.all.as_secs_f64()
    }
}

/// So many callers take from `0..turns` what they do next, until it is done or `over`.
fn by(
    callers: usize,
    turns: usize,
    over: Duration,
    work: impl Fn(usize) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<Times> {
    let (turn, times, began) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Instant::now());
    std::thread::scope(|scope| {
        let call = || -> anyhow::Result<()> {
            loop {
                let turn = turn.fetch_add(1, Ordering::Relaxed);
                if turn >= turns || began.elapsed() > over {
                    return Ok(());
                }
                let from = Instant::now();
                work(turn)?;
                times.lock().expect("nobody panics here").push(from.elapsed());
            }
        };
        let callers: Vec<_> = (0..callers).map(|_| scope.spawn(call)).collect();
        callers.into_iter().try_for_each(|caller| caller.join().expect("nobody panics here"))
    })?;
    let all = began.elapsed();
    let mut each = times.into_inner()?;
    each.sort_unstable();
    Ok(Times { each, all })
}

fn rates(name: &str, mut ground: Ground) -> anyhow::Result<()> {
    ground.environment.push(("NUANZHAN_LIMITS_LETTERS_PER_HOUR", "1000000".to_owned()));
    let server = ground.start()?;
    open_desk(&ground)?;
    let client = server.client();
    let sealing = Sealing::at(client.clone())?;
    let letters = Mutex::new(Vec::new());
    // The work is the senders', and is done before.
    by(2, LETTERS, Duration::MAX, |_| {
        let letter = sealing.letter()?;
        letters.lock().expect("nobody panics here").push(letter);
        Ok(())
    })?;
    let letters: Vec<Letter> = letters.into_inner()?;
    let (callers, alone) = match &ground.database {
        Some(url) => (CALLERS, postgres_alone(url, ground.folder())?),
        None => (1, sqlite_alone(ground.folder())?),
    };
    say(&format!(
        "| {name} | the database alone, one row of {ROW} bytes a transaction | {callers} | {alone:.0} | | | 1 |"
    ));
    sent_and_read(name, alone, &server.client(), &letters)
}

fn sent_and_read(name: &str, alone: f64, client: &Client, letters: &[Letter]) -> anyhow::Result<()> {
    let tell = |what: &str, callers: usize, times: &Times| {
        let rate = times.a_second();
        say(&format!(
            "| {name} | {what} | {callers} | {rate:.0} | {:.1?} | {:.1?} | {:.2} |",
            at(&times.each, 50),
            at(&times.each, 99),
            rate / alone
        ));
    };
    let sent = by(CALLERS, letters.len(), Duration::MAX, |turn| {
        let answer = letters[turn].send(client)?;
        ensure!(answer.status == 201, "{}: {}", answer.status, answer.body.trim());
        Ok(())
    })?;
    tell("a letter is sent and kept", CALLERS, &sent);
    let member = Member::sign_in(client, MEMBER, PASSPHRASE)?;
    let seconds = Duration::from_secs(u64::from(SECONDS));
    let ids: Vec<&str> = letters.iter().filter_map(|letter| letter.body["id"].as_str()).collect();
    let looked = by(CALLERS, usize::MAX, seconds, |turn| {
        member.get(&format!("/consultations/{}", ids[turn % ids.len()])).map(|_| ())
    })?;
    tell("a member opens a letter (which is a line in the chain)", CALLERS, &looked);
    let read = by(READERS, usize::MAX, seconds, |turn| {
        let from = format!("10.{}.{}.1", turn / 250 % 250, turn % 250);
        let thread = letters[turn % letters.len()].open(&client.clone().calling_from(&from))?;
        ensure!(thread.is_object(), "a letter that was kept is there");
        Ok(())
    })?;
    tell("an asker opens her letter (answers leave on a grid of half seconds)", READERS, &read);
    Ok(())
}

/// Transactions a second of `SQLite` from Python, with the settings of `api/src/store/connect.rs`.
fn sqlite_alone(folder: &Path) -> anyhow::Result<f64> {
    let script = format!(
        "import os, sqlite3, time\n\
         db = sqlite3.connect('alone.db', isolation_level=None)\n\
         for setting in ('journal_mode=WAL', 'synchronous=FULL', 'secure_delete=ON'): db.execute('PRAGMA ' + setting)\n\
         db.execute('CREATE TABLE letter (id BLOB PRIMARY KEY, content BLOB) WITHOUT ROWID')\n\
         count, began = 0, time.monotonic()\n\
         while time.monotonic() - began < {SECONDS}:\n\
         \x20   db.execute('BEGIN IMMEDIATE')\n\
         \x20   db.execute('INSERT INTO letter VALUES (?, ?)', (os.urandom(16), os.urandom({ROW})))\n\
         \x20   db.execute('COMMIT')\n\
         \x20   count += 1\n\
         print(count / (time.monotonic() - began))\n"
    );
    let said = said(Command::new("python3").args(["-c", &script]).current_dir(folder))?;
    Ok(said.trim().parse()?)
}

/// Transactions a second of `pgbench`.
fn postgres_alone(url: &str, folder: &Path) -> anyhow::Result<f64> {
    let script = format!(
        "INSERT INTO alone VALUES (gen_random_uuid(), decode(repeat(md5(random()::text), {}), 'hex'));\n",
        ROW / 16
    );
    let file = folder.join("alone.sql");
    fs::write(&file, &script)?;
    filled::sql(url, "CREATE TABLE alone (id uuid PRIMARY KEY, content bytea)")?;
    let mut pgbench = Command::new(postgres::program("pgbench").context("pgbench is installed")?);
    pgbench.args(["-n", "-c", &CALLERS.to_string(), "-j", "2", "-T", &SECONDS.to_string(), "-f"]).arg(&file);
    let said = said(pgbench.arg(url))?;
    let line = said.lines().find(|line| line.starts_with("tps")).context("pgbench says its rate")?;
    let rate = line.split_whitespace().nth(2).context("tps = …")?.parse()?;
    filled::sql(url, "DROP TABLE alone")?;
    Ok(rate)
}

/// The pages of a queue among a great many, and the time that destroying what is over takes there.
fn queue(name: &str, ground: &Ground) -> anyhow::Result<()> {
    let server = ground.start()?;
    open_desk(ground)?;
    // So that parameters and keys are there.
    server.stop("INT")?;
    let filling = Instant::now();
    filled::fill(ground)?;
    let filled = filling.elapsed();
    let began = Instant::now();
    let destroyed = destroy(ground)?;
    let destroying = began.elapsed();
    let server = ground.start()?;
    let member = Member::sign_in(&server.client(), MEMBER, PASSPHRASE)?;
    for shelf in SHELVES {
        let first = by(1, PAGES, Duration::MAX, |_| {
            member.get(&format!("/consultations?shelf={shelf}&limit=50")).map(|_| ())
        })?;
        let (mut cursor, mut pages) = (String::new(), Vec::new());
        for _ in 0..PAGES {
            let from = Instant::now();
            let page = member.get(&format!("/consultations?shelf={shelf}&limit=50{cursor}"))?;
            pages.push(from.elapsed());
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        pages.sort_unstable();
        let (half, most, longest) = (at(&first.each, 50), at(&first.each, 95), at(&first.each, 100));
        say(&format!(
            "| {name} | {shelf} | {half:.1?} | {most:.1?} | {longest:.1?} | {:.1?} |",
            at(&pages, 95)
        ));
    }
    say(&format!(
        "\n{name}: filled in {filled:.0?}; destroying what is over took {destroying:.1?}: {}\n",
        destroyed.trim()
    ));
    Ok(())
}

/// Destroys what is over and clears its traces, before a server does it at its start; what the program says of it.
fn destroy(ground: &Ground) -> anyhow::Result<String> {
    let data = ground.data_arguments();
    let mut arguments = vec!["purge"];
    arguments.extend(data.iter().map(String::as_str));
    let purged = nuanzhan::run(ground.folder(), &arguments)?;
    ensure!(purged.code == 0, "{}{}", purged.stdout, purged.stderr);
    Ok(purged.stdout)
}

/// What a program said on its standard output.
pub(crate) fn said(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
