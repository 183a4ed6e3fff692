//! `site-gen publish`: a push becomes the site; and what goes with it: status, going back, setting it up.

use std::io::{IsTerminal as _, Write as _, stdin, stdout};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use jiff::civil::DateTime;
use site_gen::git::Repository;
use site_gen::publish::hook::Installed;
use site_gen::publish::releases::Releases;
use site_gen::publish::{self, Ending, Publisher, Settings, hook, preview, push, status};

use super::{Done, Run, now, say};

/// 通过 git 发布：推送上来的内容，检查、生成、一步换上；有错误时网站不动。
///
/// 装一次，以后每次 git push 自动发布：
///
///   site-gen publish --install-hook --repo /srv/nuanzhan.git --site /srv/nuanzhan-site
///
/// 网页服务器或 nuanzhan 用的文件夹是 /srv/nuanzhan-site/current。
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Publish {
    /// 仓库的文件夹，一般是服务器上的裸仓库（名字以 .git 结尾）。
    #[arg(long, default_value = ".", value_name = "DIR")]
    repo: PathBuf,
    /// 网站放在哪里：里面有 current（现在的网站）、releases（各个版本）、previews（预览）。
    #[arg(long, value_name = "DIR")]
    site: PathBuf,
    /// 网站用哪个分支。推送到别的分支只做预览。
    #[arg(long, default_value = "main", value_name = "NAME")]
    branch: String,
    /// 内容在仓库的哪个文件夹里；就在最上层时写成 --path=
    #[arg(long, default_value = "content", value_name = "DIR")]
    path: String,
    /// 留几个版本，至少 2 个。
    #[arg(long, default_value_t = 5, value_name = "N")]
    keep: usize,
    /// 有错误的推送也收下，只是不发布。不写这一项，有错误的推送不收。
    #[arg(long)]
    accept_faults: bool,
    /// 预览的网址，{branch} 代表分支，例如 <https://{branch}.preview.example.org/>
    #[arg(long, value_name = "URL")]
    preview_address: Option<String>,
    #[command(flatten)]
    what: What,
}

/// What to do; without any of these, what the hook's standard input says.
#[derive(Args)]
#[group(multiple = false)]
struct What {
    /// 发布这个提交（分支名或提交号）。给 CI 用，也可以自己运行。
    #[arg(long, value_name = "REV")]
    rev: Option<String>,
    /// 退回上一版，或者退到第 N 版。
    #[arg(long, value_name = "N", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "the flag may be given with and without a number")]
    rollback: Option<Option<u32>>,
    /// 看有哪些版本，现在是哪一版。
    #[arg(long)]
    status: bool,
    /// 把自动发布装进仓库。再运行一次，就换成新的设置。
    #[arg(long)]
    install_hook: bool,
    /// 由 git 的钩子运行时，是哪一个钩子。
    #[arg(long, value_name = "HOOK")]
    hook: Option<Hook>,
}

/// When git asks.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Hook {
    /// 收下推送以前
    PreReceive,
    /// 收下推送以后
    PostReceive,
}

impl Run for Publish {
    fn run(self) -> anyhow::Result<Done> {
        publish::check_names(&self.branch, &self.path)?;
        self.preview_address.as_deref().map(preview::Address::parse).transpose()?;
        if self.what.status {
            let text = status::text(&Releases::open(&self.site)?)?;
            // Whoever reads may stop reading (`| head`).
            let _gone = stdout().write_all(text.as_bytes());
            return Ok(Done::Well);
        }
        if let Some(to) = self.what.rollback {
            let releases = Releases::open(&self.site)?;
            publish::rollback(&releases, to, now(), &line).map_err(publish::explained)?;
            return Ok(Done::Well);
        }
        let repository = Repository::open(&self.repo)?;
        if self.what.install_hook {
            return self.install(&repository).map(|()| Done::Well);
        }
        let ending = self.publish(repository, now()).map_err(publish::explained)?;
        Ok(match ending {
            Ending::Well => Done::Well,
            Ending::ToMend => Done::ToMend,
        })
    }
}

impl Publish {
    fn publish(self, repository: Repository, now: DateTime) -> anyhow::Result<Ending> {
        let settings = self.settings();
        let by_hand = self.what.rev.is_none() && self.what.hook.is_none() && stdin().is_terminal();
        if by_hand {
            bail!("要发布哪一次提交？写 --rev {}；要每次推送自动发布，写 --install-hook", settings.branch);
        }
        // Git shows a push to its hooks before it takes it, and only then from a quarantine.
        let quarantined = std::env::var_os("GIT_QUARANTINE_PATH").is_some();
        let hook = self.what.hook.unwrap_or(match quarantined {
            true => Hook::PreReceive,
            false => Hook::PostReceive,
        });
        let before = self.what.rev.is_none() && hook == Hook::PreReceive;
        let repository = if before { repository.in_push() } else { repository };
        let releases = Releases::set_up(&self.site)?;
        let publisher = Publisher { repository, releases, settings, now, say: &line };
        match self.what.rev {
            Some(revision) => publisher.revision(&revision),
            None if before => publisher.before_push(&push::read(stdin())?),
            None => publisher.after_push(&push::read(stdin())?),
        }
    }

    fn install(&self, repository: &Repository) -> anyhow::Result<()> {
        let program = std::env::current_exe().context("找不到本程序自己在哪里")?;
        let releases = Releases::set_up(&self.site)?;
        let site = std::fs::canonicalize(&self.site)?;
        for done in hook::install(repository, &site, &self.settings(), &program)? {
            line(&match done {
                Installed::Written(path) => format!("写好了钩子 {}", path.display()),
                Installed::Already(path) => format!("钩子已经是这样 {}", path.display()),
            });
        }
        let branch = &self.branch;
        line(&format!("以后推送到 {branch} 就会发布。网站在 {}", releases.served().display()));
        if repository.commit(&format!("refs/heads/{branch}"))?.is_some() && releases.current()?.is_none() {
            line(&format!(
                "仓库里已经有内容。现在就发布一次：把刚才命令里的 --install-hook 换成 --rev {branch}"
            ));
        }
        Ok(())
    }

    fn settings(&self) -> Settings {
        Settings {
            branch: self.branch.clone(),
            path: self.path.clone(),
            keep: self.keep,
            accept_faults: self.accept_faults,
            preview_address: self.preview_address.clone(),
        }
    }
}

fn line(text: &str) {
    say(&format!("{}\n", text.trim_end()));
}
