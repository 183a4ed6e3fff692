//! Publishing through git: a push is checked, built, and switched to in one step; or answered with what to mend.
//!
//! Start at [`Publisher`]: [`Publisher::before_push`] and [`Publisher::after_push`] are the two hooks,
//! [`Publisher::revision`] is for CI. The words said are for the editor who pushed: she reads them in the answer to her
//! `git push`. Whatever fails, the site stays what it was, and she is told so.

mod checkout;
mod disk;
pub mod hook;
pub mod preview;
pub mod push;
pub mod releases;
mod share;
pub mod status;

use std::path::Path;

use anyhow::bail;
use jiff::civil::DateTime;

use crate::git::{CommitId, Repository};
use crate::{Options, Outcome, history};
use preview::Address;
use push::{Meaning, Update};
use releases::{About, Locked, Release, Releases, Stage};

pub use share::Shared;

/// How a repository is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The branch that is the site.
    pub branch: String,
    /// The content's folder in the repository; empty for its root.
    pub path: String,
    /// How many releases to keep.
    pub keep: usize,
    /// Whether git takes a push with faults, which is then not published.
    pub accept_faults: bool,
    /// Where previews are shown, as given.
    pub preview_address: Option<String>,
}

/// Publishes one repository.
pub struct Publisher<'a> {
    /// What is published.
    pub repository: Repository,
    /// Where to.
    pub releases: Releases,
    /// How.
    pub settings: Settings,
    /// The time in China.
    pub now: DateTime,
    /// Says a line to whoever pushed.
    pub say: &'a dyn Fn(&str),
}

/// How it ended, where the machine did its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Done.
    Well,
    /// The content has to be mended first.
    ToMend,
}

/// Previews at most: each is a whole site on the disk.
const PREVIEWS_AT_MOST: usize = 20;

/// What a commit became.
enum Built {
    Site { stage: Stage, about: About, shared: Shared, advice: String },
    Faulty(String),
}

const UNTOUCHED: &str = "网站没有动，还是原来的样子。";

impl Publisher<'_> {
    /// Before git takes a push (`pre-receive`): checks and builds what it would make of the site. [`Ending::ToMend`]
    /// makes git refuse the whole push.
    ///
    /// # Errors
    ///
    /// Fails when the machine does; the push is then to be refused too.
    pub fn before_push(&self, updates: &[Update]) -> anyhow::Result<Ending> {
        for update in updates {
            match update.meaning(&self.settings.branch) {
                Meaning::SiteGone => {
                    self.tell(&format!(
                        "{} 是网站用的分支，不能删。这次推送没有收下。{UNTOUCHED}",
                        self.settings.branch
                    ));
                    return Ok(Ending::ToMend);
                }
                Meaning::Site(commit)
                    if !self.settings.accept_faults && self.prepare(commit)? == Ending::ToMend =>
                {
                    return Ok(Ending::ToMend);
                }
                _ => {}
            }
        }
        Ok(Ending::Well)
    }

    /// After git took a push (`post-receive`): publishes what its branches are now.
    ///
    /// # Errors
    ///
    /// Fails when the machine does.
    pub fn after_push(&self, updates: &[Update]) -> anyhow::Result<Ending> {
        let mut ending = Ending::Well;
        for update in updates {
            let done = match update.meaning(&self.settings.branch) {
                Meaning::Site(commit) => self.publish_tip(commit)?,
                Meaning::SiteGone => {
                    self.tell(&format!("分支 {} 已删除。{UNTOUCHED}", self.settings.branch));
                    Ending::Well
                }
                Meaning::Preview(branch, commit) => self.preview(branch, commit)?,
                Meaning::PreviewGone(branch) => self.remove_preview(branch)?,
                Meaning::Nothing => Ending::Well,
            };
            if done == Ending::ToMend {
                ending = done;
            }
        }
        Ok(ending)
    }

    /// Publishes the commit that `revision` names, unless the site is already further on.
    ///
    /// # Errors
    ///
    /// Fails when there is no such commit, or the machine fails.
    pub fn revision(&self, revision: &str) -> anyhow::Result<Ending> {
        let Some(commit) = self.repository.commit(revision)? else {
            bail!("仓库里没有 {revision}：写分支名（例如 main）或提交号");
        };
        let locked = self.lock()?;
        let current = self.releases.current()?.and_then(|release| CommitId::parse(&release.about.commit));
        if let Some(current) = current.filter(|current| *current != commit)
            && self.repository.contains(&current, &commit)?
        {
            self.tell(&format!(
                "{commit} 比网站上的 {current} 旧，没有换：后来的已经发布了。要退回去，用 --rollback。"
            ));
            return Ok(Ending::Well);
        }
        self.publish(&locked, &commit)
    }

    fn prepare(&self, commit: &CommitId) -> anyhow::Result<Ending> {
        let locked = self.lock()?;
        if locked.is_ready(&self.ready_name(commit)) {
            return Ok(Ending::Well);
        }
        match self.build(&locked, commit, None)? {
            Built::Site { stage, about, advice, shared } => {
                self.tell(&format!("{advice}检查过了，没有错误：{}。", difference(about.pages, shared)));
                locked.keep_ready(stage, &about, &self.ready_name(commit))?;
                Ok(Ending::Well)
            }
            Built::Faulty(findings) => {
                self.tell(&format!(
                    "{findings}\n这次推送没有收下。{UNTOUCHED}\n照上面改好，再提交、再推送一次。"
                ));
                Ok(Ending::ToMend)
            }
        }
    }

    /// What the branch names now rules: of two pushes at once, the later one is published, by whoever comes first.
    fn publish_tip(&self, pushed: &CommitId) -> anyhow::Result<Ending> {
        let locked = self.lock()?;
        let branch = &self.settings.branch;
        let Some(tip) = self.repository.commit(&format!("refs/heads/{branch}"))? else {
            self.tell(&format!("分支 {branch} 已经不在了。{UNTOUCHED}"));
            return Ok(Ending::Well);
        };
        if tip != *pushed {
            self.tell(&format!("你推送的 {pushed} 收下了；紧接着又有人推送了 {tip}，网站发布后来的这一次。"));
        }
        let current = self.releases.current()?;
        if let Some(release) = current.filter(|current| current.about.commit == tip.as_str()) {
            self.tell(&format!("网站已经是 {tip}（第 {} 版）。", release.number));
            return Ok(Ending::Well);
        }
        self.publish(&locked, &tip)
    }

    fn publish(&self, locked: &Locked, commit: &CommitId) -> anyhow::Result<Ending> {
        if let Some(stage) = locked.ready(&self.ready_name(commit))
            && let Some(about) = stage.about()
        {
            return self.switch(locked, stage, about).map(|()| Ending::Well);
        }
        match self.build(locked, commit, None)? {
            Built::Site { stage, about, advice, shared } => {
                self.tell(&format!("{advice}检查过了，没有错误：{}。", difference(about.pages, shared)));
                self.switch(locked, stage, about)?;
                Ok(Ending::Well)
            }
            Built::Faulty(findings) => {
                self.tell(&format!(
                    "{findings}\n{commit} 收下了，但没有发布。{UNTOUCHED}\n照上面改好，再提交、再推送一次。"
                ));
                Ok(Ending::ToMend)
            }
        }
    }

    fn switch(&self, locked: &Locked, stage: Stage, about: About) -> anyhow::Result<()> {
        let previous = self.releases.current()?;
        let release = locked.publish(stage, About { published: self.now, ..about })?;
        let Release { number, about, .. } = &release;
        self.tell(&format!("已发布：第 {number} 版，{} 页。读者现在看到的就是它。", about.pages));
        // The site is new already: what can't be tidied up now is tried again next time.
        if let Err(err) = locked.prune(self.settings.keep, previous.as_ref()) {
            self.tell(&format!("旧的版本没有清理完：{err:#}"));
        }
        Ok(())
    }

    fn preview(&self, branch: &str, commit: &CommitId) -> anyhow::Result<Ending> {
        let locked = self.lock()?;
        let name = preview::name(branch);
        let others = std::fs::read_dir(self.releases.previews())?.count();
        if !self.releases.previews().join(&name).exists() && others >= PREVIEWS_AT_MOST {
            self.tell(&format!(
                "已经有 {others} 个预览，没有再做。先删掉不用的分支：git push origin --delete 分支名"
            ));
            return Ok(Ending::Well);
        }
        let address = self.settings.preview_address.as_deref().map(Address::parse).transpose()?;
        match self.build(&locked, commit, Some((branch, address.as_ref())))? {
            Built::Site { stage, about, advice, .. } => {
                let place = locked.put_preview(&stage, &name)?;
                let at = address.map_or_else(
                    || format!("在服务器的 {}（还没有设网址：--preview-address）", place.display()),
                    |address| address.of(&name),
                );
                self.tell(&format!(
                    "{advice}预览做好了，{} 页：{at}\n网站没有动：合并到 {} 才会发布。",
                    about.pages, self.settings.branch
                ));
                Ok(Ending::Well)
            }
            Built::Faulty(findings) => {
                self.tell(&format!("{findings}\n分支 {branch} 收下了，但没有做新的预览。{UNTOUCHED}"));
                Ok(Ending::ToMend)
            }
        }
    }

    fn remove_preview(&self, branch: &str) -> anyhow::Result<Ending> {
        if self.lock()?.remove_preview(&preview::name(branch))? {
            self.tell(&format!("分支 {branch} 的预览撤掉了。"));
        }
        Ok(Ending::Well)
    }

    /// Takes a commit out of the repository, checks and builds it in a stage.
    fn build(
        &self,
        locked: &Locked,
        commit: &CommitId,
        preview: Option<(&str, Option<&Address>)>,
    ) -> anyhow::Result<Built> {
        let path = self.settings.path.as_str();
        let what = preview.map_or(self.settings.branch.as_str(), |(branch, _)| branch);
        self.tell(&format!("正在检查 {what}（{commit}）……"));
        let stage = locked.stage()?;
        let content = stage.beside("content");
        if let Err(faults) = checkout::write(&self.repository, commit, path, &content)? {
            return Ok(Built::Faulty(faults.join("\n") + "\n"));
        }
        let changed = history::changed(&self.repository, commit, path)?;
        let mut advice = String::new();
        if changed.is_none() {
            advice.push_str("git 历史不全（浅克隆），页面上没有修改日期。在 CI 里请取全部历史。\n");
        }
        let options = Options {
            changed: changed.unwrap_or_default(),
            // A preview is dressed after it is built, and nobody's phone loads it twice.
            compress: preview.is_none(),
            cache: Some(self.releases.cache().join(if preview.is_none() { "site" } else { "previews" })),
            ..Options::new(&content, stage.site(), self.now.date())
        };
        let report = match crate::workshop::Workshop::new(options).update(None)? {
            Outcome::Built(report) => report,
            Outcome::Rejected(report) => return Ok(Built::Faulty(report.under(path).text())),
        };
        let pages = report.pages;
        advice.push_str(&report.under(path).text());
        disk::remove(&content)?;
        let base = match preview {
            None => self.releases.current()?.map(|current| self.releases.site(&current)),
            Some((branch, address)) => {
                preview::dress(&stage.site(), branch, address)?;
                Some(self.releases.previews().join(preview::name(branch)))
            }
        };
        let shared = stage.share(base.as_deref())?;
        let about = self.about(commit, pages)?;
        Ok(Built::Site { stage, about, shared, advice })
    }

    fn about(&self, commit: &CommitId, pages: usize) -> anyhow::Result<About> {
        let subject = self.repository.subject(commit)?;
        Ok(About { commit: commit.as_str().to_owned(), subject, published: self.now, pages })
    }

    fn lock(&self) -> anyhow::Result<Locked> {
        self.releases.lock(|| self.tell("另一次发布还没有完，排队等它……"))
    }

    /// A check of yesterday is none: laws lose force.
    fn ready_name(&self, commit: &CommitId) -> String {
        format!("{}-{}", commit.as_str(), self.now.date())
    }

    fn tell(&self, text: &str) {
        (self.say)(text);
    }
}

/// Goes back to an earlier release, and says so.
///
/// # Errors
///
/// Fails when there is none, or the disk does.
pub fn rollback(
    releases: &Releases,
    to: Option<u32>,
    now: DateTime,
    say: &dyn Fn(&str),
) -> anyhow::Result<()> {
    let locked = releases.lock(|| say("另一次发布还没有完，排队等它……"))?;
    let release = locked.rollback(to, now)?;
    let About { commit, subject, .. } = &release.about;
    let short = commit.get(..10).unwrap_or(commit);
    say(&format!(
        "网站退回到第 {} 版（{short} {subject}）。读者现在看到的就是它；下一次推送会照常发布新的。",
        release.number
    ));
    Ok(())
}

/// Adds to an error of the machine what it means to whoever pushed.
pub fn explained(err: anyhow::Error) -> anyhow::Error {
    let context = match disk::in_plain_words(&err) {
        Some(words) => format!("{words}。{UNTOUCHED}请告诉管服务器的同事"),
        None => format!("发布出了问题。{UNTOUCHED}请告诉管服务器的同事"),
    };
    err.context(context)
}

/// Whether a branch's name and a folder's are what git and this program can work with.
///
/// # Errors
///
/// Fails when one is not, with what to write instead.
pub fn check_names(branch: &str, path: &str) -> anyhow::Result<()> {
    if branch.is_empty() || branch.starts_with(['-', '/']) || branch.contains([' ', '~', '^', ':', '\\']) {
        bail!("“{branch}”不是分支的名字：--branch 写 main 这样的名字，不带 refs/heads/");
    }
    let odd = |name: &str| name.is_empty() || name.starts_with('.');
    if !path.is_empty() && (Path::new(path).is_absolute() || path.split('/').any(odd)) {
        bail!("“{path}”不是仓库里的文件夹：--path 写 content 这样的名字，前后不带斜杠");
    }
    Ok(())
}

fn difference(pages: usize, shared: Shared) -> String {
    let Shared { same, changed, new } = shared;
    if same == 0 {
        return format!("{pages} 页");
    }
    format!("{pages} 页，比现在的网站改了 {changed} 个文件，多了 {new} 个")
}
