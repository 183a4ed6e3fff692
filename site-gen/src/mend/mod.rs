//! Mends what can be mended without a person's judgement: the edits that findings carry.
//!
//! Start at [`plan`]. It works in memory: check, make the edits, check again, until nothing more can be mended. Only
//! [`Mending::write`] touches files, each as a whole.
//!
//! A file never gets worse: where edits leave it with more errors than before, that file stays as it was. (Mending a head
//! may bring to light what could not be looked at until then. That is no reason to leave the head as it was, so long as
//! the lines that changed are better than they were.)

mod apply;
mod diff;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use jiff::civil::Date;

use crate::diag::lines::Lines;
use crate::diag::{Diagnostic, Severity};
use crate::source::{FileId, SourceMap, floor_char_boundary};
use crate::workshop::Workshop;
use crate::{Options, Outcome, Report};

/// Mending one thing may bring another to light; nobody's content needs more rounds than this.
const ROUNDS: usize = 10;
/// What keeps a file from being read: what else is wrong in it nobody knows yet.
const SYNTAX: [&str; 5] = ["encoding", "front-matter", "table", "toml", "yaml"];

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

/// Checks the content and mends it in memory. Nothing is written. `statutes`: the folder of full texts, where the command
/// line names one.
///
/// # Errors
///
/// Fails when the content or that folder can't be read at all.
pub fn plan(content: &Path, statutes: Option<&Path>, today: Date) -> anyhow::Result<Mending> {
    plan_sources(crate::read(content)?, &crate::checking(content, statutes, today))
}

/// Mends what was read from the content folder already.
///
/// # Errors
///
/// Fails when the folder of full texts that `options` name can't be read.
pub fn plan_sources(sources: SourceMap, options: &Options) -> anyhow::Result<Mending> {
    let check = |sources| Workshop::check(sources, options.clone());
    let mut work = Work::default();
    let mut outcome = check(sources)?;
    for _ in 0..ROUNDS {
        let accepted = apply::accepted(&report(&outcome).diags, &work.given_up);
        if accepted.is_empty() {
            break;
        }
        outcome = work.round(accepted, outcome, &check)?;
    }
    let files = work.files(&report(&outcome).sources);
    Ok(Mending { outcome, files })
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
        check: &dyn Fn(SourceMap) -> anyhow::Result<Outcome>,
    ) -> anyhow::Result<Outcome> {
        let Report { mut sources, diags, .. } = into_report(outcome);
        let (found, mut before) = (diags.sorted(), BTreeMap::new());
        for (file, edits) in &accepted {
            let errors = Errors::of(*file, &found, sources.text(*file), &edits.places());
            let mended = apply::mended(sources.text(*file), edits);
            let text = sources.replace_text(*file, mended.text);
            before.insert(*file, Before { text, errors, changed: mended.changed });
        }
        let mut outcome = check(sources)?;
        let Report { sources, diags, .. } = report(&outcome);
        let found = diags.sorted();
        let is_worse = |(file, before): (&FileId, &Before)| {
            let after = Errors::of(*file, &found, sources.text(*file), &before.changed);
            after.is_worse_than(&before.errors).then_some(*file)
        };
        let worse: Vec<FileId> = before.iter().filter_map(is_worse).collect();
        if !worse.is_empty() {
            let mut sources = into_report(outcome).sources;
            for file in &worse {
                if let Some(before) = before.remove(file) {
                    sources.replace_text(*file, before.text);
                }
                self.given_up.insert(*file);
            }
            outcome = check(sources)?;
        }
        for (file, Before { text, .. }) in before {
            self.originals.entry(file).or_insert(text);
            for (code, count) in &accepted[&file].codes {
                *self.mended.entry(file).or_default().entry(code).or_default() += count;
            }
        }
        Ok(outcome)
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

/// A file before a round.
struct Before {
    text: String,
    errors: Errors,
    /// What changed, in the new text.
    changed: Vec<Range<usize>>,
}

/// How many errors a file has.
struct Errors {
    all: usize,
    /// On the lines that are changed.
    on_changed_lines: usize,
    /// That kept its syntax from being read.
    of_syntax: usize,
}

impl Errors {
    fn of(file: FileId, found: &[&Diagnostic], text: &str, changed: &[Range<usize>]) -> Self {
        let lines = Lines::new(text);
        let line = |byte: usize| lines.place(floor_char_boundary(text, byte), 0).line;
        let changed: BTreeSet<usize> =
            changed.iter().flat_map(|place| line(place.start)..=line(place.end)).collect();
        let errors =
            found.iter().filter(|found| found.span.file == file && found.severity == Severity::Error);
        let mut counts = Self { all: 0, on_changed_lines: 0, of_syntax: 0 };
        for found in errors {
            counts.all += 1;
            counts.on_changed_lines += usize::from(changed.contains(&line(found.span.start)));
            counts.of_syntax += usize::from(SYNTAX.contains(&found.code));
        }
        counts
    }

    fn is_worse_than(&self, before: &Self) -> bool {
        self.all > before.all
            && self.of_syntax >= before.of_syntax
            && self.on_changed_lines >= before.on_changed_lines
    }
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
