//! Anybody's texts as records, and their index.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use search::knowledge;
use search::record::{Kind, Record};
use search::text::embedded::{Embedded, Index};
use serde::Deserialize;

/// A line of the file.
#[derive(Deserialize)]
struct Line {
    id: Id,
    title: String,
    #[serde(default)]
    heading: Option<String>,
    text: String,
}

/// Numbers are as good names as any.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Number(u64),
    Name(String),
}

/// Reads the texts.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Record>> {
    let file = File::open(path).with_context(|| format!("{} can't be read", path.display()))?;
    let mut records = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let place = || format!("{}, line {number}", path.display());
        let line = line.with_context(place)?;
        if !line.trim().is_empty() {
            records.push(record(serde_json::from_str(&line).with_context(place)?));
        }
    }
    ensure!(!records.is_empty(), "{} has no texts in it", path.display());
    records.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(pair) = records.windows(2).find(|pair| pair[0].id == pair[1].id) {
        bail!("{}: two texts have the id “{}”", path.display(), pair[0].id);
    }
    Ok(records)
}

fn record(line: Line) -> Record {
    let id = match line.id {
        Id::Number(number) => number.to_string(),
        Id::Name(name) => name,
    };
    let number =
        knowledge::article_number(&line.title).or_else(|| knowledge::article_number(&beginning(&line.text)));
    let asked = knowledge::questions(&line.title, number.as_deref(), &line.text);
    Record {
        heading: line.heading.unwrap_or_default(),
        asked: asked.iter().map(|&question| question.to_owned()).collect(),
        text: line.text,
        ..Record::new(Kind::Article, id, line.title, String::new())
    }
}

/// Builds and opens the index as a server would, from its bytes, and says what that took.
pub(crate) fn index(records: Vec<Record>) -> anyhow::Result<Embedded> {
    let start = Instant::now();
    let bytes = Index::build(&records, &[]).to_bytes();
    let built = start.elapsed();
    let size = bytes.len();
    let start = Instant::now();
    let engine = Embedded::new(Index::from_bytes(bytes)?, records)?;
    say!(
        "index time {:.2} s, {:.1} MB, opened in {:.0} ms",
        built.as_secs_f64(),
        as_mb(size),
        start.elapsed().as_secs_f64() * 1000.0
    );
    Ok(engine)
}

#[expect(clippy::cast_precision_loss, reason = "a size to read")]
fn as_mb(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// Numbers further inside are those of other articles.
fn beginning(text: &str) -> String {
    text.chars().take(12).collect()
}
