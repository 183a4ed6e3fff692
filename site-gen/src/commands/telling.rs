//! How findings are told: `--format` and `--limit`, the same for every subcommand that checks.
//!
//! What a program reads goes to standard output, what a person reads to standard error. With a format for programs, people
//! are told the counts only; in a CI job they get everything, because its log is what they have. Without `--format` a job
//! of GitHub Actions gets the notes beside the lines as well; GitLab takes a report as a file, so there the text is all.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use site_gen::Report;
use site_gen::diag::found::Found;
use site_gen::diag::text::{self, Look};
use site_gen::diag::{github, gitlab, json, sarif};

use super::say;

/// How findings are told.
#[derive(Args)]
pub(super) struct Telling {
    /// 检查结果用什么格式。text 说给人看，其余给程序读，写到标准输出。
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// 同一种问题最多列出几处，其余只说有几处。写 all 全部列出。
    #[arg(long, default_value = "20", value_name = "N|all", value_parser = limit)]
    limit: Limit,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// 给人看的文字
    Text,
    /// JSON，给自己写的程序
    Json,
    /// SARIF 2.1.0，给 GitHub 的代码扫描和编辑软件
    Sarif,
    /// GitHub Actions 的注解
    Github,
    /// GitLab 的代码质量报告
    Gitlab,
}

/// How many to list; `None`: all.
#[derive(Clone, Copy)]
pub(super) struct Limit(pub(super) Option<usize>);

/// Reads how many to list.
pub(super) fn limit(text: &str) -> Result<Limit, String> {
    match text {
        "all" => Ok(Limit(None)),
        number => {
            let number = number.parse().map_err(|_| "写一个数字，或者 all".to_owned())?;
            Ok(Limit(Some(number)))
        }
    }
}

/// The CI system whose job this is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    GitHub,
    GitLab,
}

impl Telling {
    /// Tells what was found in `content` for `today`.
    pub(super) fn tell(&self, report: &Report, content: &Path, today: Date) -> anyhow::Result<()> {
        let (found, host) = (report.found(), Host::from_environment());
        let format = self.format.unwrap_or(Format::Text);
        if format == Format::Text || host.is_some() {
            show(&found, report.root(), self.limit.0);
        } else {
            say(&text::summary(&found));
        }
        say(&report.drafts());
        let repository = Repository::around(content);
        let folder = repository.folder.as_str();
        match format {
            Format::Text if self.format.is_none() && host == Some(Host::GitHub) && !found.is_empty() => {
                // Folded in the log, which has said it all already.
                let notes = github::render(&found, folder);
                give(&format!("::group::注解\n{notes}::endgroup::\n"))
            }
            Format::Text => Ok(()),
            Format::Json => give(&json::render(&found, folder, today)),
            Format::Sarif => give(&sarif::render(&found, folder, repository.pages(host).as_deref())),
            Format::Github => give(&github::render(&found, folder)),
            Format::Gitlab => give(&gitlab::render(&found, folder)),
        }
    }
}

/// Shows findings to the person at the terminal, at most `limit` of each kind.
pub(super) fn show(found: &[Found<'_>], folder: &str, limit: Option<usize>) {
    let stderr = io::stderr();
    let colour = AutoStream::choice(&stderr) != ColorChoice::Never;
    let width = terminal_size::terminal_size_of(&stderr).map(|(width, _)| usize::from(width.0));
    let width = width.map_or(Look::default().width, |width| width.max(40));
    let shown = text::render(found, folder, &Look { colour, width, limit });
    // Nobody is left to tell when the terminal is gone.
    let _gone = AutoStream::auto(stderr).write_all(shown.as_bytes());
}

/// Gives another program what it reads.
pub(super) fn give(text: &str) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // `… | head` has what it wanted.
        Err(err) if err.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("结果写不出去：磁盘满了，或没有权限"),
    }
}

impl Host {
    fn from_environment() -> Option<Self> {
        let is = |name: &str| std::env::var_os(name).is_some_and(|value| value == OsStr::new("true"));
        if is("GITHUB_ACTIONS") {
            Some(Self::GitHub)
        } else if is("GITLAB_CI") {
            Some(Self::GitLab)
        } else {
            None
        }
    }
}

/// The repository that the content is in. Hosts name files from its root.
pub(super) struct Repository {
    root: Option<PathBuf>,
    /// The content folder from the root, with `/`; as it was named where there is no repository.
    pub(super) folder: String,
}

impl Repository {
    /// The nearest folder above `content` that git keeps; without git the folder where the command runs.
    pub(super) fn around(content: &Path) -> Self {
        let real = content.canonicalize().unwrap_or_else(|_| content.to_owned());
        let by_git = real.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
        let here = || std::env::current_dir().and_then(|folder| folder.canonicalize()).ok();
        let root = by_git.or_else(here).filter(|root| real.starts_with(root));
        let inside = root.as_ref().and_then(|root| real.strip_prefix(root).ok());
        let folder = inside.unwrap_or(content).components().map(|part| part.as_os_str().to_string_lossy());
        Self { folder: folder.collect::<Vec<_>>().join("/"), root }
    }

    /// The folder of the codes' pages on the host, where this repository has them.
    fn pages(&self, host: Option<Host>) -> Option<String> {
        const PAGES: &str = "tests/spec";
        let has_pages = self.root.as_ref()?.join(PAGES).is_dir();
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        // `HEAD` is the default branch on both hosts.
        let folder = match host.filter(|_| has_pages)? {
            Host::GitHub => {
                format!("{}/{}/blob/HEAD", variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?)
            }
            Host::GitLab => format!("{}/-/blob/HEAD", variable("CI_PROJECT_URL")?),
        };
        Some(format!("{folder}/{PAGES}"))
    }
}
