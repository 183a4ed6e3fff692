//! Turning content into a site, as the server sees it.
//!
//! A [`Compiler`] is a value, so that the rest of this crate knows nothing of Markdown and templates. [`SiteGen`] is the
//! one place in this crate that may call `site_gen`.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use search::statistics::Statistics;
pub use site_gen::watch::{Touched, Watcher, watch};

use site_gen::diag::{json, text};
use site_gen::watch::Steady;
use site_gen::watch::words::{self, Memory};
use site_gen::workshop::Made;
use site_gen::{Options, Outcome, Report};

/// The tables and charts of published statistics, as the site shows them.
pub fn figures_html(statistics: &Statistics) -> anyhow::Result<String> {
    site_gen::render::figures(statistics)
}

/// Turns the content folder into the site folder.
pub trait Compiler: Send + Sync {
    /// Builds. Where that fails, the published site is as it was. Fails where the machine is at fault.
    fn compile(&self, order: Order<'_>) -> anyhow::Result<Compiled>;

    /// Makes what no edit should wait for, once it is quiet. Fails where the machine is at fault.
    fn catch_up(&self) -> anyhow::Result<()>;
}

/// What to build.
pub struct Order<'a> {
    /// The day, for warnings about stale facts.
    pub today: Date,
    /// What may have changed since the last time.
    pub touched: &'a Touched,
    /// Hears of pages that are in their place before the rest is.
    pub tell: &'a mut dyn FnMut(Fresh),
}

/// What is new of the site, by address from the root.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Fresh {
    /// Pages and other files that readers see.
    pub changed: Vec<String>,
    /// Stylesheets and scripts.
    pub assets: Vec<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// Whether the site was published. If not, the content has mistakes.
    pub published: bool,
    /// The findings, for the editor. Empty where there is nothing to say.
    pub findings: String,
    /// The same for programs: the document of `docs/decisions/0009-findings-formats.md`.
    pub document: String,
    /// What was made and why, in a line. `None` where nothing was.
    pub line: Option<String>,
    /// Whether the records, the index or the assets are others now, so that the release has to be opened again.
    pub data: bool,
    /// How many pages the site has.
    pub pages: usize,
}

/// The compiler of this project. Keeps what it knows from one time to the next, and for the next process.
#[derive(Debug)]
pub struct SiteGen {
    content: PathBuf,
    out: PathBuf,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    steady: Option<Steady>,
    memory: Memory,
}

impl SiteGen {
    /// From what editors write in `content` to the site in `out`.
    pub fn new(content: impl Into<PathBuf>, out: impl Into<PathBuf>) -> Self {
        Self { content: content.into(), out: out.into(), kept: Mutex::default() }
    }
}

impl Compiler for SiteGen {
    fn compile(&self, Order { today, touched, tell }: Order<'_>) -> anyhow::Result<Compiled> {
        // Whoever panicked while building left no workshop behind.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let first = kept.steady.is_none();
        let mut steady = match kept.steady.take() {
            Some(steady) => steady,
            // Days from the history are for dates on pages only: content that lies in no repository has none.
            None => Steady::open(Options::new(&self.content, &self.out, today), true)?,
        };
        let outcome = steady.update(touched, today, &mut |made| tell(fresh(made)));
        if first && outcome.is_ok() {
            // A process that is killed leaves this at least. Without it the next one has more to do.
            let _not_kept = steady.keep();
        }
        kept.steady = Some(steady);
        let outcome = outcome?;
        let line = words::line(&outcome);
        let (Outcome::Built(report) | Outcome::Rejected(report)) = &outcome;
        Ok(Compiled {
            published: matches!(outcome, Outcome::Built(_)),
            findings: said(&mut kept.memory, report),
            document: json::render(&report.found(), report.root(), today),
            line,
            data: files(&report.made).any(|path| !is_for_readers(path) || path.starts_with("assets/")),
            pages: report.pages,
        })
    }

    fn catch_up(&self) -> anyhow::Result<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.steady.as_mut().map_or(Ok(()), Steady::catch_up)
    }
}

fn said(memory: &mut Memory, report: &Report) -> String {
    let news = memory.news(report);
    text::render(&news.show, report.root(), &text::Look::default()) + &news.rest
}

fn files(made: &Made) -> impl Iterator<Item = &String> {
    made.written.iter().chain(&made.gone)
}

fn is_for_readers(path: &str) -> bool {
    !path.starts_with("data/")
}

fn fresh(made: &Made) -> Fresh {
    let seen = files(made).filter(|path| is_for_readers(path));
    let (assets, changed) = seen.map(|path| address(path)).partition(|url| url.starts_with("/assets/"));
    Fresh { changed, assets }
}

/// `guides/index.html` is `/guides/`.
fn address(path: &str) -> String {
    format!("/{}", path.strip_suffix("index.html").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_its_address_and_data_is_not_for_readers() {
        let written =
            ["index.html", "guides/a/index.html", "404.html", "assets/site-1.css", "data/topics.json"];
        let written = written.map(str::to_owned).into();
        let gone = vec!["laws/b/index.html".to_owned()];
        let Fresh { changed, assets } = fresh(&Made { written, gone, ..Made::default() });
        assert_eq!(changed, ["/404.html", "/guides/a/", "/", "/laws/b/"]);
        assert_eq!(assets, ["/assets/site-1.css"]);
    }
}
