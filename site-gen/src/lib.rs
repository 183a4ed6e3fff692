//! Compiles `content/` into a public static site and the records that search opens.
//!
//! Start at [`workshop`]: it leads files through the stages, document by document, and knows what is up to date.
//!
//! ```text
//! content/ --load--> Drafts --check--> Site --render--> pages ----.
//!                                          \--index---> records --+-emit--> dist/
//! ```
//!
//! Only [`source`] reads content and only [`emit`] writes output; every stage between is a function from values to
//! values. ([`files`] alone writes content, and only when an editor asks for it: [`mend`], [`mod@format`], [`scaffold`] and
//! [`roster`] plan new texts in memory.) [`mod@check`] is the gate: past it a [`model::Site`] is valid by construction and
//! nothing later may fail because of what an editor wrote.

pub mod board;
pub mod cache;
pub mod check;
pub mod citation;
pub mod compress;
pub mod coverage;
pub mod csv_text;
pub mod data;
pub mod diag;
pub mod divisions;
pub mod doctor;
pub mod duty;
pub mod emit;
pub mod files;
pub mod format;
pub mod git;
pub mod held_back;
pub mod history;
pub mod hours;
pub mod html_text;
pub mod index;
pub mod load;
pub mod markdown;
pub mod mend;
pub mod model;
pub mod pictures;
pub mod publish;
pub mod render;
pub mod roster;
pub mod scaffold;
pub mod source;
pub mod statute;
pub mod turn;
pub mod watch;
pub mod workshop;

use std::path::{Path, PathBuf};

use anyhow::bail;
use jiff::civil::Date;

use crate::diag::Diagnostics;
use crate::diag::found::Found;
use crate::model::Site;
use crate::source::{FileId, SourceMap};
use crate::statute::gather;
use crate::statute::report::Row;
use crate::turn::{Hold, Turn};
use crate::workshop::{Made, Workshop};

/// What to build, and where to.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder that editors write.
    pub content: PathBuf,
    /// The folder that is replaced.
    pub out: PathBuf,
    /// The folder of full texts of statutes; goes before the one that `site.toml` names.
    pub statutes: Option<PathBuf>,
    /// For warnings about stale facts; no output depends on it.
    pub today: Date,
    /// Whether the records and the index are made that the API searches.
    pub search: bool,
    /// Whether compressed copies lie beside the files: for what is published.
    pub compress: bool,
    /// Where compressed copies and pictures are remembered; `None`: beside `out`. See [`mod@cache`].
    pub cache: Option<PathBuf>,
    /// When each file last changed, for pages that don't say it themselves: see [`history`]. Empty where nobody knows.
    pub changed: history::Changed,
    /// How many bytes of texts are held from their heads being read until their pages are made. Texts beyond that are read
    /// twice: once is cheaper, but a large site would need as much memory as it is large.
    pub held_bytes: usize,
}

/// What came of a build. One that succeeds may still have warnings.
#[derive(Debug)]
pub enum Outcome {
    /// `out` holds the new site.
    Built(Report),
    /// The content has faults; `out` is as it was.
    Rejected(Report),
}

/// What was found, with the sources it points into.
#[derive(Debug)]
pub struct Report {
    /// The files in which something was found.
    pub sources: SourceMap,
    /// What was found.
    pub diags: Diagnostics,
    /// How many pages the site has; 0 where it was not built.
    pub pages: usize,
    /// The paths of the drafts, which are not published.
    pub held_back: Vec<String>,
    /// What was made anew.
    pub made: Made,
    /// What went wrong without harm to the site.
    pub note: Option<String>,
    root: String,
}

impl Options {
    /// Builds `content` into `out`, with everything that belongs to a site.
    pub fn new(content: impl Into<PathBuf>, out: impl Into<PathBuf>, today: Date) -> Self {
        Self {
            content: content.into(),
            out: out.into(),
            today,
            statutes: None,
            search: true,
            compress: false,
            cache: None,
            changed: history::Changed::new(),
            held_bytes: 128 << 20,
        }
    }
}

/// Builds the site. Every problem with the content is collected, so one run shows the editor all of them; the output
/// is replaced only when there are no errors. Waits while another process builds there.
///
/// # Errors
///
/// Fails when the machine is at fault: unreadable files, a broken template, a full disk; or when another process watches the
/// same folder (see [`turn`]). Content at fault is not an
/// error but an [`Outcome::Rejected`].
pub fn build(options: &Options) -> anyhow::Result<Outcome> {
    let turn = Turn::take(&options.out, Hold::Once)?;
    let mut workshop = Workshop::open(options.clone())?;
    let mut outcome = workshop.update(None)?;
    if let (Outcome::Built(report), Err(why)) = (&mut outcome, workshop.keep()) {
        // The site is there; the next run will take longer.
        report.note = Some(format!("没能记下这一次做了什么，下一次会全部重新生成：{why:#}"));
    }
    drop(turn);
    // Letting go of tens of thousands of documents takes a while, and nobody has to wait for it.
    std::thread::spawn(move || drop(workshop));
    Ok(outcome)
}

/// Checks the content and writes nothing. [`Outcome::Built`] means: it could be published.
///
/// # Errors
///
/// Fails when the content can't be read at all.
pub fn check(content: &Path, today: Date) -> anyhow::Result<Outcome> {
    check_with(content, None, today)
}

/// [`check()`] with the full texts in the folder `statutes`.
///
/// # Errors
///
/// Fails when the content or that folder can't be read at all.
pub fn check_with(content: &Path, statutes: Option<&Path>, today: Date) -> anyhow::Result<Outcome> {
    Workshop::check(read(content)?, checking(content, statutes, today))
}

/// Which page rests on which article, and what changed since: nothing where the content has errors, which are in the
/// report.
///
/// # Errors
///
/// Fails when the content or the folder of full texts can't be read at all.
pub fn statutes_report(
    content: &Path,
    statutes: Option<&Path>,
    today: Date,
) -> anyhow::Result<(Report, Option<Vec<Row>>)> {
    Workshop::statutes_report(read(content)?, checking(content, statutes, today))
}

/// What the content says of everything but the texts of guides and digests: nothing where that has errors, which are in the
/// report.
///
/// # Errors
///
/// Fails when the content or the folder of full texts can't be read at all.
pub fn site(content: &Path, statutes: Option<&Path>, today: Date) -> anyhow::Result<(Report, Option<Site>)> {
    Workshop::only_site(read(content)?, checking(content, statutes, today))
}

fn checking(content: &Path, statutes: Option<&Path>, today: Date) -> Options {
    Options { statutes: statutes.map(Path::to_owned), ..Options::new(content, "", today) }
}

/// Checks what was read from the folder `content` already. The report holds all of it.
///
/// # Panics
///
/// Never: only a folder of full texts that the command line names can fail.
pub fn check_sources(sources: SourceMap, content: &Path, today: Date) -> Outcome {
    Workshop::check(sources, checking(content, None, today)).expect("no folder is named")
}

/// Reads the content folder, but not a library of full texts inside it.
///
/// # Errors
///
/// Fails when it can't be read, or is not one.
pub fn read(content: &Path) -> anyhow::Result<SourceMap> {
    let sources = SourceMap::read_but(content, gather::folder_inside(content))?;
    let files: Vec<FileId> = sources.texts().map(|(file, _)| file).collect();
    sources.load(&files)?;
    if sources.file("site.toml").is_none() {
        bail!("{} 里没有 site.toml：--content 要指向内容文件夹的最上层", content.display());
    }
    Ok(sources)
}

impl Report {
    fn new(sources: SourceMap, diags: Diagnostics, pages: usize, content: &Path, made: Made) -> Self {
        let root = content.to_string_lossy().trim_end_matches('/').to_owned();
        Self { sources, diags, pages, held_back: Vec::new(), made, note: None, root }
    }

    /// The same, with the files named under `root`: what was checked in a temporary folder is known by another name.
    #[must_use]
    pub fn under(self, root: &str) -> Self {
        Self { root: root.to_owned(), ..self }
    }

    /// Everything found, as an editor reads it. Empty when nothing was found.
    pub fn text(&self) -> String {
        let note = self.note.as_ref().map_or(String::new(), |note| format!("{note}\n"));
        diag::text::render(&self.found(), &self.root, &diag::text::Look::default()) + &self.drafts() + &note
    }

    /// The drafts, one on each line; empty where there are none.
    pub fn drafts(&self) -> String {
        let list = self.held_back.iter().map(|path| format!("  {}\n", diag::found::below(&self.root, path)));
        match self.held_back.len() {
            0 => String::new(),
            count => format!("{count} 篇草稿，没有发布：\n") + &list.collect::<String>(),
        }
    }

    /// Everything found, with its places, in file order.
    pub fn found(&self) -> Vec<Found<'_>> {
        diag::found::all(&self.diags, &self.sources)
    }

    /// The content folder as it was named, without a slash at its end.
    pub fn root(&self) -> &str {
        &self.root
    }
}
