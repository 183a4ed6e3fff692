//! A workshop that lives as long as its watcher, whatever happens to it.

use anyhow::Context as _;
use jiff::civil::Date;

use super::Touched;
use crate::history;
use crate::turn::{Hold, Turn};
use crate::workshop::{Made, Workshop};
use crate::{Options, Outcome, render};

/// Keeps one site in step. Where an update fails because of the machine, nobody knows what it had done: the next one makes
/// everything anew.
#[derive(Debug)]
pub struct Steady {
    /// Nobody else writes the site as long as this lives.
    _turn: Turn,
    options: Options,
    workshop: Option<Workshop>,
    /// Whether pages get days from the history of the folder.
    dated: bool,
    /// Whether there were changes that nobody could take in.
    missed: bool,
}

impl Steady {
    /// Takes up the work where the last process left it. `dated`: pages get days from git's history of the content.
    ///
    /// # Errors
    ///
    /// As [`Workshop::open`]; and when another process looks after the same site.
    pub fn open(mut options: Options, dated: bool) -> anyhow::Result<Self> {
        let turn = Turn::take(&options.out, Hold::Lasting)?;
        if dated {
            options.changed = history::of_folder(&options.content).0;
        }
        let workshop = Some(Workshop::open(options.clone())?);
        // A start that made nothing has not read it, and the first edit would wait for it.
        rayon::spawn(render::read_dictionary);
        Ok(Self { _turn: turn, options, workshop, dated, missed: false })
    }

    /// Brings the site up to date for `today`. `tell` hears of what is in its place before the rest is.
    ///
    /// # Errors
    ///
    /// Fails when the machine is at fault. The site is as it was, but for single pages that may be newer.
    pub fn update(
        &mut self,
        touched: &Touched,
        today: Date,
        tell: &mut dyn FnMut(&Made),
    ) -> anyhow::Result<Outcome> {
        let content = &self.options.content;
        if self.workshop.is_some() && !content.join("site.toml").is_file() {
            self.missed = true;
            // Renamed away, or about to be replaced: what is known of it is true again when it comes back.
            anyhow::bail!("{} 里没有 site.toml：内容文件夹挪走了，或者正在替换", content.display());
        }
        // Only what went well is put back.
        let (mut workshop, touched) = match self.workshop.take() {
            Some(workshop) => (workshop, touched.paths().filter(|_| !self.missed)),
            None => (Workshop::new(self.options.clone()), None),
        };
        workshop.know_today(today);
        let mut outcome = workshop.update_telling(touched, tell)?;
        if self.dated {
            let changed = history::of_folder(content).0;
            if changed != self.options.changed {
                workshop.know_days(&changed);
                self.options.changed = changed;
                outcome = join(outcome, workshop.update_telling(Some(&[]), tell)?);
            }
        }
        workshop.get_ready();
        // Later workshops begin with everything; this one has.
        workshop.leave_browsers();
        (self.workshop, self.missed) = (Some(workshop), false);
        Ok(outcome)
    }

    /// Makes what the last update left, because no edit should wait for it: what browsers search by themselves. Says nothing
    /// of content that has mistakes; it was told.
    ///
    /// # Errors
    ///
    /// As [`Steady::update`].
    pub fn catch_up(&mut self) -> anyhow::Result<()> {
        // Only what went well is put back.
        if let Some(mut workshop) = self.workshop.take() {
            workshop.catch_up()?;
            self.workshop = Some(workshop);
        }
        Ok(())
    }

    /// Keeps what is known for the next process.
    ///
    /// # Errors
    ///
    /// Fails when it can't be written; the next process then has more to do.
    pub fn keep(&mut self) -> anyhow::Result<()> {
        self.workshop
            .as_mut()
            .map_or(Ok(()), Workshop::keep)
            .context("没能记下做了什么，下一次会全部重新生成")
    }
}

/// What two updates did, one after the other.
fn join(first: Outcome, mut second: Outcome) -> Outcome {
    let (Outcome::Built(before) | Outcome::Rejected(before)) = first;
    let (Outcome::Built(report) | Outcome::Rejected(report)) = &mut second;
    let Made { documents, others, written, gone } = before.made;
    report.made.others |= others;
    for (path, reason) in documents {
        report.made.documents.entry(path).or_insert(reason);
    }
    report.made.written.extend(written);
    report.made.gone.extend(gone);
    second
}
