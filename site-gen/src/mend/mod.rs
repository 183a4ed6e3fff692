//! Mends what can be mended without a person's judgement: the edits that findings carry.
//!
//! Start at [`plan`]. It works in memory: check, make the edits, check again, until nothing more can be mended. Only
//! [`Mending::write`] touches files, each as a whole.
//!
//! A file never gets worse: where edits leave it with more errors than before, that file stays as it was. (A file that
//! could not be read at all is an exception: once its syntax is mended, what is wrong in it can be said.)

mod apply;
mod diff;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use crate::diag::{Diagnostics, Severity};
use crate::source::{FileId, SourceMap};
use crate::{Outcome, Report, check_sources};

/// Mending one thing may bring another to light; nobody's content needs more rounds than this.
const ROUNDS: usize = 10;
/// Findings of a file whose syntax could not be read: what else is wrong in it nobody knows yet.
const UNREADABLE: [&str; 5] = ["encoding", "front-matter", "table", "toml", "yaml"];

/// What was mended, in memory.
#[derive(Debug)]
pub struct Mending {
    /// What is left, and the texts it points into: those after mending.
    pub outcome: Outcome,
    /// The files that changed, by path.
    pub files: Vec<MendedFile>,
}

/// A file that changed.
#[derive(Debug)]
pub struct MendedFile {
    /// From the content root.
    pub path: String,
    /// As it was read, without a byte-order mark.
    pub before: String,
    /// As it is to be.
    pub after: String,
    /// How many findings of each code were mended.
    pub mended: BTreeMap<&'static str, usize>,
    /// Bytes of a byte-order mark before the text.
    skipped: usize,
}

/// What became of one file that was to be written.
#[derive(Debug)]
pub enum Written {
    /// It has the new text.
    Whole,
    /// Somebody changed it since it was read: it is as they left it.
    ChangedMeanwhile,
    /// The system would not; the file is as it was.
    Failed(anyhow::Error),
}

/// Checks the content and mends it in memory. Nothing is written.
///
/// # Errors
///
/// Fails when the content can't be read at all.
pub fn plan(content: &Path, today: Date) -> anyhow::Result<Mending> {
    Ok(plan_sources(crate::read(content)?, content, today))
}

/// Mends what was read from the folder `content` already.
pub fn plan_sources(sources: SourceMap, content: &Path, today: Date) -> Mending {
    let check = |sources| check_sources(sources, content, today);
    let mut work = Work::default();
    let mut outcome = check(sources);
    for _ in 0..ROUNDS {
        let accepted = apply::accepted(&report(&outcome).diags, &work.given_up);
        if accepted.is_empty() {
            break;
        }
        outcome = work.round(accepted, outcome, &check);
    }
    let files = work.files(&report(&outcome).sources);
    Mending { outcome, files }
}

/// What has been done so far.
#[derive(Default)]
struct Work {
    /// Texts as they were read.
    originals: BTreeMap<FileId, String>,
    mended: BTreeMap<FileId, BTreeMap<&'static str, usize>>,
    /// Files that would get worse.
    given_up: BTreeSet<FileId>,
}

impl Work {
    /// Makes the edits, checks again, and takes back those of every file that got worse.
    fn round(
        &mut self,
        accepted: BTreeMap<FileId, apply::Edits>,
        outcome: Outcome,
        check: &dyn Fn(SourceMap) -> Outcome,
    ) -> Outcome {
        let Report { mut sources, diags, .. } = into_report(outcome);
        let mut before = BTreeMap::new();
        for (file, edits) in &accepted {
            let mended = apply::mended(sources.text(*file), edits);
            before.insert(*file, sources.replace_text(*file, mended));
        }
        let mut outcome = check(sources);
        let after = &report(&outcome).diags;
        let worse: Vec<FileId> =
            accepted.keys().copied().filter(|file| is_worse(&diags, after, *file)).collect();
        if !worse.is_empty() {
            let mut sources = into_report(outcome).sources;
            for file in &worse {
                if let Some(text) = before.remove(file) {
                    sources.replace_text(*file, text);
                }
                self.given_up.insert(*file);
            }
            outcome = check(sources);
        }
        for (file, text) in before {
            self.originals.entry(file).or_insert(text);
            for (code, count) in &accepted[&file].codes {
                *self.mended.entry(file).or_default().entry(code).or_default() += count;
            }
        }
        outcome
    }

    fn files(self, sources: &SourceMap) -> Vec<MendedFile> {
        let mut mended = self.mended;
        self.originals
            .into_iter()
            .map(|(file, before)| MendedFile {
                path: sources.path(file).to_owned(),
                before,
                after: sources.text(file).to_owned(),
                mended: mended.remove(&file).unwrap_or_default(),
                skipped: sources.skipped(file),
            })
            .filter(|file| file.before != file.after)
            .collect()
    }
}

fn is_worse(before: &Diagnostics, after: &Diagnostics, file: FileId) -> bool {
    let errors = |diags: &Diagnostics| {
        let of_file = diags.sorted().into_iter().filter(|found| found.span.file == file);
        let errors: Vec<&'static str> =
            of_file.filter(|found| found.severity == Severity::Error).map(|found| found.code).collect();
        errors
    };
    let (before, after) = (errors(before), errors(after));
    let unreadable = |codes: &[&str]| codes.iter().filter(|code| UNREADABLE.contains(code)).count();
    unreadable(&after) >= unreadable(&before) && after.len() > before.len()
}

fn report(outcome: &Outcome) -> &Report {
    match outcome {
        Outcome::Built(report) | Outcome::Rejected(report) => report,
    }
}

fn into_report(outcome: Outcome) -> Report {
    match outcome {
        Outcome::Built(report) | Outcome::Rejected(report) => report,
    }
}

impl Mending {
    /// What is left.
    pub fn report(&self) -> &Report {
        report(&self.outcome)
    }

    /// Writes each file that changed below the folder `content`: the whole new text, or nothing.
    pub fn write<'m>(
        &'m self,
        content: &'m Path,
    ) -> impl Iterator<Item = (&'m MendedFile, Written)> + use<'m> {
        self.files.iter().map(|file| (file, write::whole(&content.join(&file.path), file)))
    }

    /// What would change, as a patch. `folder`: the content folder from where the patch is to be applied.
    pub fn diff(&self, folder: &str) -> String {
        self.files.iter().map(|file| diff::unified(file, folder)).collect()
    }
}
