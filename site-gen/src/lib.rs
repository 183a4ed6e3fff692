//! Compiles `content/` into a public static site and the records that search opens.
//!
//! Read [`build`]: it is the whole pipeline, one line per stage.
//!
//! ```text
//! content/ --load--> Drafts --check--> Site --render--> Tree ----.
//!                                          \--index---> Bundle --+-emit--> dist/
//! ```
//!
//! Only [`source`] reads content and only [`emit`] writes output; every stage between is a function from values to
//! values. [`mod@check`] is the gate: past it a [`model::Site`] is valid by construction and nothing later may fail
//! because of what an editor wrote.

pub mod check;
pub mod citation;
pub mod diag;
pub mod duty;
pub mod emit;
pub mod hours;
pub mod index;
pub mod load;
pub mod markdown;
pub mod model;
pub mod render;
pub mod source;
pub mod statute;

use std::path::{Path, PathBuf};

use anyhow::bail;
use jiff::civil::Date;

use crate::diag::Diagnostics;
use crate::source::SourceMap;
use crate::statute::gather;

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
    /// The files.
    pub sources: SourceMap,
    /// What was found.
    pub diags: Diagnostics,
    /// How many pages the site has; 0 where it was not built.
    pub pages: usize,
    root: String,
}

/// Builds the site. Every problem with the content is collected, so one run shows the editor all of them; the output
/// is replaced only when there are no errors.
///
/// # Errors
///
/// Fails when the machine is at fault: unreadable files, a broken template, a full disk. Content at fault is not an
/// error but an [`Outcome::Rejected`].
pub fn build(options: &Options) -> anyhow::Result<Outcome> {
    let mut diags = Diagnostics::default();

    let mut sources = read(&options.content)?;
    let drafts = drafts((&options.content, options.statutes.as_deref()), &mut sources, &mut diags)?;
    let Some(site) = check::site(&sources, &drafts, options.today, &mut diags) else {
        return Ok(Outcome::Rejected(Report::new(sources, diags, 0, &options.content)));
    };
    let mut tree = render::tree(&site)?;
    let bundle = index::bundle(&site, render::shell(&site)?);
    tree.extend(
        bundle.files().into_iter().map(|(name, bytes)| (format!("{}/{name}", search::bundle::FOLDER), bytes)),
    );
    tree.extend(statute::publish::files(&site.statutes));
    emit::replace(&options.out, &tree)?;

    let pages = tree.keys().filter(|path| path.ends_with(".html")).count();
    Ok(Outcome::Built(Report::new(sources, diags, pages, &options.content)))
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
    let mut diags = Diagnostics::default();
    let mut sources = read(content)?;
    let drafts = drafts((content, statutes), &mut sources, &mut diags)?;
    let site = check::site(&sources, &drafts, today, &mut diags);
    let report = Report::new(sources, diags, 0, content);
    Ok(if site.is_some() { Outcome::Built(report) } else { Outcome::Rejected(report) })
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
) -> anyhow::Result<(Report, Option<Vec<statute::report::Row>>)> {
    let mut diags = Diagnostics::default();
    let mut sources = read(content)?;
    let drafts = drafts((content, statutes), &mut sources, &mut diags)?;
    let rows = check::site(&sources, &drafts, today, &mut diags).map(|site| statute::report::rows(&site));
    Ok((Report::new(sources, diags, 0, content), rows))
}

/// Reads the drafts, and the full texts that `site.toml` or the command line names.
fn drafts(
    (content, statutes): (&Path, Option<&Path>),
    sources: &mut SourceMap,
    diags: &mut Diagnostics,
) -> anyhow::Result<load::Drafts> {
    let mut drafts = load::drafts(sources, diags);
    let setting = drafts.settings.as_ref().and_then(|settings| settings.statutes.as_ref());
    if let Some(place) = gather::Place::find(content, statutes, setting) {
        drafts.library = gather::library(place, sources, diags)?;
    }
    Ok(drafts)
}

fn read(content: &Path) -> anyhow::Result<SourceMap> {
    let sources = SourceMap::read_but(content, gather::folder_inside(content).as_deref())?;
    if !sources.texts().any(|(_, text)| text.path == "site.toml") {
        bail!("{} 里没有 site.toml：--content 要指向内容文件夹的最上层", content.display());
    }
    Ok(sources)
}

impl Report {
    fn new(sources: SourceMap, diags: Diagnostics, pages: usize, content: &Path) -> Self {
        let root = content.to_string_lossy().trim_end_matches('/').to_owned();
        Self { sources, diags, pages, root }
    }

    /// Everything found, as an editor reads it. Empty when nothing was found.
    pub fn text(&self) -> String {
        diag::text::render(&self.diags, &self.sources, &self.root)
    }
}
