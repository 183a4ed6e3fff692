//! Asking the engine, and the run that TREC's tools read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use search::text::{Engine, Hit, Query};

use crate::judged::Question;

/// How many documents a run holds for each question.
const DEPTH: usize = 100;

/// How many hits a page shows: what is timed.
const PAGE: usize = 10;

/// What was found for a question.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) id: String,
    pub(crate) hits: Vec<Hit>,
}

/// How long questions took, one after another.
#[derive(Debug)]
pub(crate) struct Times {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

impl Answered {
    /// The names of what was found, in whichever way the judgements name it: by address or by id.
    pub(crate) fn documents(&self, judged: &BTreeMap<String, u8>) -> Vec<&str> {
        let by_address = judged.keys().next().is_some_and(|name| name.starts_with('/'));
        self.hits.iter().map(|hit| if by_address { hit.url.as_str() } else { hit.id.as_str() }).collect()
    }
}

/// Asks every question.
pub(crate) fn ask(engine: &dyn Engine, questions: &[Question]) -> Vec<Answered> {
    let answer = |question: &Question| {
        let query = Query { grouped: false, ..Query::new(question.query.clone(), DEPTH) };
        Answered {
            id: question.id.clone(),
            hits: at_once(engine.search(&query)).map(|found| found.hits).unwrap_or_default(),
        }
    };
    questions.iter().map(answer).collect()
}

/// Asks every question again for one page of hits, and looks at the clock.
pub(crate) fn times(engine: &dyn Engine, questions: &[Question]) -> Times {
    let mut times: Vec<Duration> = questions
        .iter()
        .map(|question| {
            let query = Query::new(question.query.clone(), PAGE);
            let start = Instant::now();
            std::hint::black_box(at_once(engine.search(&query)).ok());
            start.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    Times { p50: at(50), p99: at(99) }
}

/// Writes what was found.
pub(crate) fn write(out: &Path, answers: &[Answered]) -> anyhow::Result<()> {
    let line = |answer: &Answered, rank: usize, hit: &Hit| {
        format!("{} Q0 {} {rank} {} nuanzhan\n", answer.id, hit.id, hit.score)
    };
    let lines =
        answers.iter().flat_map(|answer| (1..).zip(&answer.hits).map(move |(rank, hit)| (answer, rank, hit)));
    let run: String = lines.map(|(answer, rank, hit)| line(answer, rank, hit)).collect();
    let mut file = File::create(out).with_context(|| format!("{} can't be written", out.display()))?;
    file.write_all(run.as_bytes()).with_context(|| format!("{} can't be written", out.display()))
}

/// The answer of an engine that never waits.
pub(crate) fn at_once<T>(answer: impl Future<Output = T>) -> T {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("the embedded engine answers at once"),
    }
}
