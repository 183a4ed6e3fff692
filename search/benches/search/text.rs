//! The text engine: how long building, opening, searching and completing take, and whether two builds give the same bytes.
//!
//! Start at [`measure`]. An index is opened twice: here, where all is warm, and in a new process, as a server does it. The
//! last column is a sum over all answers: as long as it stays, a change has changed no answer.

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use search::record::{Record, ThesaurusEntry};
use search::text::embedded::{Embedded, Index};
use search::text::{Engine, Query, QueryText};

use crate::made::{self, Language};
use crate::{Spread, at_once, spread, timed};

/// Hits on a page.
pub(crate) const HITS: usize = 10;

/// The number of records that limits are given for, and a small site.
const COUNTS: [usize; 2] = [3_500, 58_000];

/// Tells a new process of this program to open the index in this file, of so many records, and to print how long it took.
const OPEN: (&str, &str) = ("NUANZHAN_BENCH_INDEX", "NUANZHAN_BENCH_RECORDS");

/// What every engine indexes and is asked.
pub(crate) struct Trial {
    pub(crate) records: Vec<Record>,
    thesaurus: Vec<ThesaurusEntry>,
    pub(crate) questions: Vec<String>,
}

impl Trial {
    fn new(language: &Language, count: usize) -> Self {
        Self {
            records: made::records(language, count),
            thesaurus: made::thesaurus(language),
            questions: made::questions(language, 2_000),
        }
    }
}

/// A row of the table: what every engine is measured by.
pub(crate) struct Row {
    pub(crate) engine: &'static str,
    pub(crate) built: Duration,
    pub(crate) bytes: u64,
    pub(crate) opened: Duration,
    pub(crate) search: Spread,
}

impl Row {
    pub(crate) fn print(&self, count: usize) {
        let Self { engine, built, bytes, opened, search } = self;
        #[expect(clippy::cast_precision_loss, reason = "a size to read")]
        let megabytes = *bytes as f64 / 1e6;
        println!("| {count} | {engine} | {built:.2?} | {megabytes:.1} MB | {opened:.2?} | {search} |");
    }
}

/// Prints the tables.
pub(crate) fn measure() {
    let language = Language::new();
    println!("| records | engine | index built | on disk | opened | search p50 / p99 |");
    println!("| --: | --- | --: | --: | --: | --: |");
    let mut engine = None;
    for count in COUNTS {
        let trial = Trial::new(&language, count);
        engine = Some(embedded(&trial));
        #[cfg(feature = "peers")]
        crate::peers::rows(&trial);
    }
    if cfg!(not(feature = "peers")) {
        println!("\ntantivy is not built in: cargo bench -p search --features peers");
    }
    println!("\n58000 records | p50 / p99 | sum of the answers");
    if let Some(engine) = engine {
        kinds(&engine, &language);
    }
}

/// Opens the index that the process which started this one wrote; `false` where none did.
pub(crate) fn open_for_parent() -> bool {
    let (Ok(path), Ok(count)) = (std::env::var(OPEN.0), std::env::var(OPEN.1)) else { return false };
    let records = made::records(&Language::new(), count.parse().expect("a number"));
    let file = std::fs::read(path).expect("the index is there");
    let (engine, took) = timed(|| open(file, records));
    black_box(engine);
    println!("{}", took.as_micros());
    true
}

fn open(file: Vec<u8>, records: Vec<Record>) -> Embedded {
    Embedded::new(Index::from_bytes(file).expect("just written"), records).expect("its own records")
}

fn embedded(trial: &Trial) -> Embedded {
    let Trial { records, thesaurus, questions } = trial;
    let (file, built) = timed(|| Index::build(records, thesaurus).to_bytes());
    let same = Index::build(records, thesaurus).to_bytes() == file;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("search.index");
    File::create(&path).and_then(|mut out| out.write_all(&file)).expect("a file");
    let cold = middle((0..5).map(|_| opened_anew(&path, records.len())).collect());
    let bytes = file.len() as u64;
    let copies: Vec<_> = (0..5).map(|_| (file.clone(), records.clone())).collect();
    let (mut engine, mut warm) = (None, Vec::new());
    for (file, records) in copies {
        let (opened, took) = timed(|| open(file, records));
        warm.push(took);
        engine = Some(opened);
    }
    let engine = engine.expect("opened five times");
    let search = spread(questions, |question| search(&engine, question));
    let count = records.len();
    Row { engine: "embedded", built, bytes, opened: cold, search }.print(count);
    let same = if same { "the same bytes" } else { "OTHER BYTES" };
    println!("| | | {same} when built again | | {:.2?} where all is warm | |", middle(warm));
    engine
}

/// How long a new process takes to open an index.
fn opened_anew(path: &Path, count: usize) -> Duration {
    let mut child = Command::new(std::env::current_exe().expect("this program"));
    let output = child.arg("--bench").env(OPEN.0, path).env(OPEN.1, count.to_string()).output();
    let output = output.expect("this program starts");
    let micros = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number of microseconds");
    Duration::from_micros(micros)
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn search(engine: &Embedded, question: &str) {
    black_box(results(engine, question));
}

fn results(engine: &Embedded, question: &str) -> search::text::Results {
    let text = QueryText::new(question).expect("not empty, not long");
    at_once(engine.search(&Query::new(text, HITS))).expect("it has every answer")
}

/// Questions of every kind, and completions.
fn kinds(engine: &Embedded, language: &Language) {
    let lay = made::questions(language, 2_000);
    let mistyped = lay.iter().map(|question| mistyped(question)).collect();
    for (kind, questions) in [
        ("10 to 60 characters", lay),
        ("the same, with two characters changed", mistyped),
        ("400 characters", made::long_questions(language, 500, 400)),
        ("a sentence in pinyin", made::spelled_questions(language, 1_000)),
        ("400 letters of pinyin", spelled_out(language)),
    ] {
        let times = spread(&questions, |question| search(engine, question));
        let sum = sum(questions.iter().map(|question| results(engine, question)));
        println!("{kind} | {times} | {sum:016x}");
    }
    let typed = made::typed(language, 400);
    let complete = |typed: &String| at_once(engine.suggest(typed, 8)).expect("it has every answer");
    let times = spread(&typed, |typed| {
        black_box(complete(typed));
    });
    println!("completions | {times} | {:016x}", sum(typed.iter().map(complete)));
}

/// The first and the last character changed for others: neighbours that stand in no record.
fn mistyped(question: &str) -> String {
    let count = question.chars().count();
    let other = |c: char| char::from_u32(u32::from(c) + 8).unwrap_or(c);
    question
        .chars()
        .enumerate()
        .map(|(at, c)| if at == 2 || at == count - 3 { other(c) } else { c })
        .collect()
}

fn spelled_out(language: &Language) -> Vec<String> {
    let sentences =
        made::spelled_questions(language, 4_000).chunks(40).map(<[String]>::concat).collect::<Vec<_>>();
    sentences.iter().map(|sentence| sentence.chars().take(400).collect()).collect()
}

/// FNV-1a over the answers as JSON.
fn sum<T: serde::Serialize>(answers: impl Iterator<Item = T>) -> u64 {
    answers.fold(0xcbf2_9ce4_8422_2325, |sum, answer| {
        let json = serde_json::to_vec(&answer).expect("plain data");
        json.iter().fold(sum, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    })
}
