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

pub mod cache;
pub mod check;
pub mod citation;
pub mod compress;
pub mod data;
pub mod diag;
pub mod duty;
pub mod emit;
pub mod hours;
pub mod index;
pub mod load;
pub mod markdown;
pub mod model;
pub mod pictures;
pub mod render;
pub mod source;

use std::path::{Path, PathBuf};

use anyhow::bail;
use jiff::civil::Date;

use crate::diag::Diagnostics;
use crate::source::SourceMap;

/// What to build, and where to.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder that editors write.
    pub content: PathBuf,
    /// The folder that is replaced.
    pub out: PathBuf,
    /// For warnings about stale facts; no output depends on it.
    pub today: Date,
    /// Whether compressed copies lie beside the files: for publishing.
    pub compress: bool,
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

    let sources = read(&options.content)?;
    let drafts = load::drafts(&sources, &mut diags);
    let Some(site) = check::site(&sources, &drafts, options.today, &mut diags) else {
        return Ok(Outcome::Rejected(Report::new(sources, diags, 0, &options.content)));
    };
    let mut tree = render::tree(&site)?;
    let bundle = index::bundle(&site, render::shell(&site)?);
    tree.extend(
        bundle.files().into_iter().map(|(name, bytes)| (format!("{}/{name}", search::bundle::FOLDER), bytes)),
    );
    tree.extend(data::files(&site));
    tree.extend(pictures::of_site(&site, &options.out));
    if options.compress {
        compress::add_copies(&mut tree, &options.out);
    }
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
    let mut diags = Diagnostics::default();
    let sources = read(content)?;
    let drafts = load::drafts(&sources, &mut diags);
    let site = check::site(&sources, &drafts, today, &mut diags);
    let report = Report::new(sources, diags, 0, content);
    Ok(if site.is_some() { Outcome::Built(report) } else { Outcome::Rejected(report) })
}

fn read(content: &Path) -> anyhow::Result<SourceMap> {
    let sources = SourceMap::read(content)?;
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
