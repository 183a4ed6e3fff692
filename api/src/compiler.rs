//! Turning content into a site, as the server sees it.
//!
//! A [`Compiler`] is a value, so that the rest of this crate knows nothing of Markdown and templates. [`SiteGen`] is the
//! one place in this crate that may call `site_gen`.

use std::path::PathBuf;

use jiff::civil::Date;
use site_gen::{Options, Outcome, Report};

/// Turns the content folder into the site folder.
pub trait Compiler: Send + Sync {
    /// Builds. Replaces the published site whole, or leaves it as it was. Fails where the machine is at fault.
    fn compile(&self, today: Date) -> anyhow::Result<Compiled>;
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// Whether the site was published. If not, the content has mistakes.
    pub published: bool,
    /// The findings, for the editor. Empty where there are none.
    pub findings: String,
    /// How many pages the site has.
    pub pages: usize,
}

/// The compiler of this project.
#[derive(Debug, Clone)]
pub struct SiteGen {
    /// What editors write.
    pub content: PathBuf,
    /// Where the site goes.
    pub out: PathBuf,
}

impl Compiler for SiteGen {
    fn compile(&self, today: Date) -> anyhow::Result<Compiled> {
        // Days from the history are for dates on pages only: content that lies in no repository has none.
        let (changed, _) = site_gen::history::of_folder(&self.content);
        let options = Options { changed, ..Options::new(&self.content, &self.out, today) };
        let compiled =
            |published, report: &Report| Compiled { published, findings: report.text(), pages: report.pages };
        Ok(match site_gen::build(&options)? {
            Outcome::Built(report) => compiled(true, &report),
            Outcome::Rejected(report) => compiled(false, &report),
        })
    }
}
