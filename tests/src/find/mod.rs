//! Searching without a server, as a browser does it: the site's own script over the files of a built site, under Node.
//!
//! Start at [`ask`]. The judged questions of `search/eval` are read by [`judged`]; nothing here prints a question.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::skip::skipped;
use crate::workspace;

/// How deep the reciprocal rank looks.
const DEEP: usize = 10;

/// From this grade on a page is an answer.
const RELEVANT: u8 = 2;

/// What the script gave, and what it fetched: bytes by address.
#[derive(Debug)]
pub struct Asked {
    /// In the shape of the API.
    pub answer: Value,
    /// The script among it.
    pub fetched: BTreeMap<String, u64>,
}

/// A judged question.
#[derive(Debug)]
pub struct Judged {
    /// As typed.
    pub text: String,
    /// Addresses and their grades.
    pub grades: BTreeMap<String, u8>,
}

/// Puts each of `questions` to a window of its own that has fetched nothing; `None` (and said so) where Node is not installed.
pub fn ask(site: &Path, questions: &[Value], what: &str) -> anyhow::Result<Option<Vec<Asked>>> {
    let folder = tempfile::tempdir()?;
    let (script, out) = (folder.path().join("ask.js"), folder.path().join("out.json"));
    File::create(&script)?.write_all(include_bytes!("ask.js"))?;
    let mut node = Command::new("node");
    node.arg(&script).arg(site).stdin(Stdio::piped()).stdout(File::create(&out)?);
    let Ok(mut child) = node.spawn() else {
        skipped(what, "Node is not installed");
        return Ok(None);
    };
    child.stdin.take().context("input is piped")?.write_all(&serde_json::to_vec(questions)?)?;
    ensure!(child.wait()?.success(), "the script failed; what it says is above");
    let answers: Vec<Value> = serde_json::from_slice(&fs::read(&out)?)?;
    let asked = |given: &Value| {
        let fetched = given["fetched"].as_object().context("what was fetched")?;
        let each = |(address, bytes): (&String, &Value)| Some((address.clone(), bytes.as_u64()?));
        Ok(Asked { answer: given["answer"].clone(), fetched: fetched.iter().filter_map(each).collect() })
    };
    answers.iter().map(asked).collect::<anyhow::Result<_>>().map(Some)
}

impl Asked {
    /// The addresses of the hits, best first.
    pub fn urls(&self) -> Vec<&str> {
        self.answer["hits"].as_array().into_iter().flatten().filter_map(|hit| hit["url"].as_str()).collect()
    }

    /// What it took, in bytes over the wire.
    pub fn bytes(&self) -> u64 {
        self.fetched.values().sum()
    }
}

/// The questions of a half of `search/eval` that have an answer.
pub fn judged(half: &str) -> anyhow::Result<Vec<Judged>> {
    let folder = workspace::root().join("search/eval").join(half);
    let read = |name: &str| fs::read_to_string(folder.join(name)).with_context(|| format!("{half}/{name}"));
    let mut grades: BTreeMap<String, BTreeMap<String, u8>> = BTreeMap::new();
    for line in read("judgements.tsv")?.lines() {
        if let [id, _, address, grade] = *line.split_whitespace().collect::<Vec<_>>() {
            grades.entry(id.to_owned()).or_default().insert(address.to_owned(), grade.parse()?);
        }
    }
    let questions = read("questions.tsv")?;
    let questions = questions.lines().filter_map(|line| {
        let (id, rest) = line.split_once('\t')?;
        let grades = grades.remove(id).filter(|grades| grades.values().any(|&grade| grade >= RELEVANT))?;
        Some(Judged { text: rest.rsplit('\t').next()?.to_owned(), grades })
    });
    Ok(questions.collect())
}

/// One divided by the place of the first answer among the best ten, as the mean over all questions.
pub fn mean_reciprocal_rank<'u>(judged: &[Judged], found: impl Iterator<Item = Vec<&'u str>>) -> f64 {
    let one = |(question, urls): (&Judged, Vec<&str>)| {
        let is_answer = |url: &&str| question.grades.get(*url).is_some_and(|&grade| grade >= RELEVANT);
        let place = (1_u8..).zip(urls.iter().take(DEEP)).find(|(_, url)| is_answer(url));
        place.map_or(0.0, |(place, _)| 1.0 / f64::from(place))
    };
    #[expect(clippy::cast_precision_loss, reason = "a number of questions")]
    let count = judged.len().max(1) as f64;
    judged.iter().zip(found).map(one).sum::<f64>() / count
}
