//! Questions, which texts answer them, and the floors that figures are held to: files of lines.
//!
//! A line that is not as it should be is an error that names the file and the line: half a set of judgements would give
//! figures that nobody could compare.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use search::text::QueryText;
use search::text::query::MAX_CHARACTERS;

use crate::figures::{Figures, Measure};

/// A question.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) id: String,
    /// What sort of question; empty where the file does not say.
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) query: QueryText,
}

/// Questions and their judgements.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) questions: Vec<Question>,
    /// By question: grades by document. Those of grade 0 are left out.
    pub(crate) grades: BTreeMap<String, BTreeMap<String, u8>>,
}

/// The least that a measure may be.
#[derive(Debug)]
pub(crate) struct Floor {
    split: String,
    measure: Measure,
    least: f64,
}

impl Judged {
    /// A half of `search/eval`. Its documents are addresses.
    pub(crate) fn of_split(root: &Path, split: &str) -> anyhow::Result<Self> {
        let folder = root.join("search").join("eval").join(split);
        Self::of_files(&folder.join("questions.tsv"), Some(&folder.join("judgements.tsv")))
    }

    pub(crate) fn of_files(questions: &Path, judgements: Option<&Path>) -> anyhow::Result<Self> {
        let questions = lines(questions, question)?;
        let mut grades: BTreeMap<String, BTreeMap<String, u8>> = BTreeMap::new();
        for (id, document, grade) in
            judgements.map(|path| lines(path, judgement)).transpose()?.unwrap_or_default()
        {
            if grade > 0 {
                grades.entry(id).or_default().insert(document, grade);
            }
        }
        Ok(Self { questions, grades })
    }
}

/// The floors of a half.
pub(crate) fn floors(root: &Path, split: &str) -> anyhow::Result<Vec<Floor>> {
    let floors = lines(&root.join("search").join("eval").join("floors.tsv"), floor)?;
    Ok(floors.into_iter().filter(|floor| floor.split == split).collect())
}

impl Floor {
    /// What to say when the figures are below.
    pub(crate) fn missed(&self, figures: &Figures) -> Option<String> {
        let found = figures.all.get(self.measure);
        (found < self.least).then(|| {
            format!(
                "{}: {} is {found:.3}, below its floor of {:.3}",
                self.split,
                self.measure.name(),
                self.least
            )
        })
    }
}

/// Reads a file line by line; empty lines and those that begin with # are passed over.
fn lines<T>(path: &Path, read: impl Fn(&str) -> anyhow::Result<T>) -> anyhow::Result<Vec<T>> {
    let bytes = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
    let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| read(line).with_context(|| format!("{}, line {number}", path.display())))
        .collect()
}

fn question(line: &str) -> anyhow::Result<Question> {
    let (id, kind, text) = match *line.split('\t').collect::<Vec<_>>() {
        [id, text] => (id, "", text),
        [id, kind, text] => (id, kind, text),
        _ => bail!("a question is “id <tab> text” or “id <tab> kind <tab> text”"),
    };
    let shortened: String = text.chars().take(MAX_CHARACTERS).collect();
    let query = QueryText::new(&shortened).context("the text of the question")?;
    Ok(Question { id: id.trim().to_owned(), kind: kind.trim().to_owned(), text: text.to_owned(), query })
}

fn judgement(line: &str) -> anyhow::Result<(String, String, u8)> {
    match *line.split_whitespace().collect::<Vec<_>>() {
        [id, _, document, grade] => {
            let grade: i32 = grade.parse().with_context(|| format!("“{grade}” is no grade"))?;
            Ok((id.to_owned(), document.to_owned(), u8::try_from(grade.clamp(0, 255)).unwrap_or(0)))
        }
        _ => bail!("a judgement is “id 0 document grade”, without blanks inside a document's id"),
    }
}

fn floor(line: &str) -> anyhow::Result<Floor> {
    match *line.split('\t').collect::<Vec<_>>() {
        [split, measure, least] => Ok(Floor {
            split: split.to_owned(),
            measure: Measure::parse(measure).with_context(|| format!("“{measure}” is no measure"))?,
            least: least.trim().parse().with_context(|| format!("“{least}” is no number"))?,
        }),
        _ => bail!("a floor is “split <tab> measure <tab> number”"),
    }
}
