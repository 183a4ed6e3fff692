//! `site-gen doctor`: asks the machine, the folder and the server, and tells what is not as it should be.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use search::bundle::Bundle;
use site_gen::diag::Diagnostics;
use site_gen::doctor::answers::{self, Answer};
use site_gen::doctor::release::{self, Files};
use site_gen::doctor::{Findings, leaks, machine};
use site_gen::{held_back, load};

use super::busy::Busy;
use super::{Done, Run, say};

/// 看看网站放得好不好：文件全不全，有没有泄露，服务器的回答对不对。
///
/// 每一条都说怎么办。什么都不改。不写 --url，就不上网。
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Doctor {
    /// 生成好的网站在哪个文件夹
    #[arg(long, default_value = "dist", value_name = "文件夹")]
    site: PathBuf,
    /// 网站的网址。写了就去看服务器的回答
    #[arg(long, value_name = "网址")]
    url: Option<String>,
    /// 内容文件夹。写了就多比对一遍
    #[arg(long, value_name = "文件夹")]
    content: Option<PathBuf>,
    /// 一行一句，网站里绝不能出现的话，例如庇护场所真正的地址。只在这台机器上比对，不显示、不留存
    #[arg(long, value_name = "文件")]
    never: Option<PathBuf>,
    /// 给人看（text）还是给程序看（json）
    #[arg(long, value_enum, default_value = "text", value_name = "格式")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

const EXAMPLES: &str = "例子：
  site-gen doctor --site dist --content content
  site-gen doctor --site /var/lib/nuanzhan/site --url https://你们的网址
  site-gen doctor --never ~/保密地址.txt --format json

结束码：0 没有不对的（可能有建议）；1 有不对的；2 没法运行。";

/// The longest page that is read over the network.
const LONGEST: u64 = 4 << 20;

impl Run for Doctor {
    fn run(self) -> anyhow::Result<Done> {
        let busy = Busy::new("正在看");
        let mut findings = Findings::default();
        let folder = release::served(&self.site);
        self.look_at_site(&folder, &mut findings)?;
        look_at_machine(&folder, &mut findings);
        look_at_git(self.content.as_deref(), &mut findings);
        if let Some(url) = &self.url {
            look_at_server(url.trim_end_matches('/'), &mut findings);
        }
        drop(busy);
        match self.format {
            Format::Text => say(&findings.text()),
            Format::Json => std::io::stdout().write_all(findings.json().as_bytes()).context("打印不出来")?,
        }
        Ok(if findings.has_wrong() { Done::ToMend } else { Done::Well })
    }
}

impl Doctor {
    fn look_at_site(&self, folder: &Path, findings: &mut Findings) -> anyhow::Result<()> {
        let files = Files::read(folder)
            .with_context(|| "先运行 site-gen build，或者用 --site 指给我网站在哪里".to_owned())?;
        let never = self.never()?;
        release::whole(&files, findings);
        if let Some(bundle) = release::bundle(folder, findings) {
            release::emergency(&files, &bundle, findings);
            release::third_parties(&files, &bundle, findings);
            release::verified(&bundle, super::today(), findings);
            release::base_url(&bundle, self.url.as_deref(), findings);
            leaks::search_everywhere(&files, &bundle, &never, findings);
            self.compare_with_content(&bundle, findings)?;
        }
        Ok(())
    }

    /// Sentences that may not appear, from the office's list and from the content.
    fn never(&self) -> anyhow::Result<Vec<String>> {
        let mut never = Vec::new();
        if let Some(list) = &self.never {
            let bytes = fs::read(list).with_context(|| format!("读不了 {}", list.display()))?;
            never.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_owned));
        }
        if let Some(content) = &self.content {
            let sources = site_gen::read(content)?;
            never.extend(leaks::words_of(&load::drafts(&sources, &mut Diagnostics::default())));
        }
        Ok(never)
    }

    fn compare_with_content(&self, bundle: &Bundle, findings: &mut Findings) -> anyhow::Result<()> {
        let Some(content) = &self.content else {
            findings.skipped("content", "没写 --content，没有和内容比对");
            return Ok(());
        };
        let mut sources = site_gen::read(content)?;
        held_back::leave_out(&mut sources);
        let drafts = load::drafts(&sources, &mut Diagnostics::default());
        let same = drafts.settings.as_ref().is_some_and(|settings| settings.base_url == bundle.site.base_url);
        let stations = drafts
            .stations
            .iter()
            .all(|draft| bundle.stations.iter().any(|station| station.id == draft.slug.value));
        match same && stations {
            true => findings.fine("content", "网站和内容对得上"),
            false => findings.advice(
                "content",
                "内容改过，网站还是以前的",
                "运行 site-gen check，没有错误再 site-gen build",
            ),
        }
        Ok(())
    }
}

fn look_at_machine(folder: &Path, findings: &mut Findings) {
    machine::permissions(folder, findings);
    machine::disk(folder, findings);
    #[expect(clippy::disallowed_methods, reason = "the command is where the clock comes in")]
    let now = jiff::Zoned::now();
    let newest = fs::metadata(folder).and_then(|about| about.modified()).ok();
    let newest = newest.and_then(|newest| Timestamp::try_from(newest).ok());
    machine::clock(now.timestamp(), now.offset(), newest, findings);
}

fn look_at_git(content: Option<&Path>, findings: &mut Findings) {
    let ask = |arguments: &[&str], folder: &Path| {
        let asked = Command::new("git").args(arguments).current_dir(folder).output().ok()?;
        asked.status.success().then(|| String::from_utf8_lossy(&asked.stdout).trim().to_owned())
    };
    let here = content.unwrap_or(Path::new("."));
    let version = ask(&["--version"], Path::new("."));
    let hooks = ask(&["rev-parse", "--git-path", "hooks"], here).map(|hooks| here.join(hooks));
    machine::git(version.as_deref(), hooks.as_deref(), findings);
}

fn look_at_server(url: &str, findings: &mut Findings) {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(15)))
        .http_status_as_error(false)
        .max_redirects(0)
        .build();
    let agent = ureq::Agent::new_with_config(agent);
    let home = match ask(&agent, url, "/") {
        Ok(home) => home,
        Err(err) => {
            let todo = "看看程序开着没有、网址对不对、证书过期没有";
            findings.wrong("answers", format!("{url} 没有回答：{err}"), todo);
            return;
        }
    };
    // Compressed, its links can't be read: once more as it is. The headers are those that a browser gets.
    let plain = ask_plain(&agent, url, "/").unwrap_or_default();
    let (page, asset) = answers::next_questions(&plain);
    let asset = asset.and_then(|path| ask(&agent, url, &path).ok());
    let mut pages = vec![Answer { body: plain.body, ..home }];
    let others = page.into_iter().chain(std::iter::once("/ask/".to_owned()));
    pages.extend(others.filter_map(|path| ask_plain(&agent, url, &path).ok()));
    answers::look(url, &pages, asset.as_ref(), findings);
}

fn ask(agent: &ureq::Agent, url: &str, path: &str) -> anyhow::Result<Answer> {
    let request = agent.get(format!("{url}{path}")).header("accept-encoding", "br, gzip");
    read(path, request.call()?)
}

fn ask_plain(agent: &ureq::Agent, url: &str, path: &str) -> anyhow::Result<Answer> {
    read(path, agent.get(format!("{url}{path}")).header("accept-encoding", "identity").call()?)
}

fn read(path: &str, response: ureq::http::Response<ureq::Body>) -> anyhow::Result<Answer> {
    let status = response.status().as_u16();
    let mut headers = std::collections::BTreeMap::new();
    for (name, value) in response.headers() {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.insert(name.as_str().to_owned(), value);
    }
    let mut bytes = Vec::new();
    response.into_body().into_reader().take(LONGEST).read_to_end(&mut bytes)?;
    Ok(Answer { path: path.to_owned(), status, headers, body: String::from_utf8_lossy(&bytes).into_owned() })
}
