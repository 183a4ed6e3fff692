//! `nuanzhan search …`: putting the site into Meilisearch, and the key that the service needs.
//!
//! These talk to Meilisearch and read the built site; they need no database and no running service.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use search::bundle::Bundle;
use search::text::meili::{Connection, Published, Release, Step, publish, search_key};

use crate::finder::{ADMIN_KEY, Meilisearch, administrator};

const PUBLISH_HELP: &str = "\
例子：
  export NUANZHAN_MEILI_ADMIN_KEY=…          管理用的钥匙，不要写进文件
  nuanzhan search publish
  nuanzhan search publish --site /srv/nuanzhan-site/current

新的索引在旁边建好、核对过，才一下子换上；已经是最新的就什么也不做。随时可以按 Ctrl-C，线上的不受影响，
剩下的半截下次运行时清掉。地址和索引名在设置 search.meili_url、search.meili_index 里。";

const KEYS_HELP: &str = "\
例子：
  nuanzhan search keys                       开一把只能检索本站的钥匙，显示一次
  nuanzhan search keys --revoke              另开一把，以前开的都作废

把它写进 nuanzhan.toml 的 [search] 里：meili_key = \"…\"。这把钥匙只能检索，改不了、删不了任何东西，也看不到别的索引。";

/// `nuanzhan search …`
#[derive(Debug, Subcommand)]
pub enum SearchCommand {
    /// 把生成好的站点放进 Meilisearch：在旁边建好，核对过再换上
    #[command(after_help = PUBLISH_HELP)]
    Publish(Publish),
    /// 开一把只能检索本站的钥匙，给 nuanzhan serve 用
    #[command(after_help = KEYS_HELP)]
    Keys(Keys),
}

/// What to publish.
#[derive(Debug, Args)]
pub struct Publish {
    /// 生成好的网站文件夹。不写就用设置里正在用的那一个
    #[arg(long, value_name = "文件夹")]
    site: Option<PathBuf>,
}

/// Which keys.
#[derive(Debug, Args)]
pub struct Keys {
    /// 以前给本站开的检索钥匙都作废（先把新的写进设置、重启，再作废旧的更稳妥）
    #[arg(long)]
    revoke: bool,
}

/// What these commands work with.
pub struct Searching<'a> {
    /// Where Meilisearch is.
    pub meilisearch: &'a Meilisearch,
    /// The built site that is served.
    pub served: &'a Path,
    /// The key with the rights to publish, from the environment.
    pub admin_key: Option<String>,
    /// Where to write what the operator reads.
    pub out: &'a mut (dyn Write + Send),
}

impl SearchCommand {
    /// The variable that holds the key that these need.
    pub const ADMIN_KEY: &str = ADMIN_KEY;

    /// Does it.
    pub async fn run(self, searching: Searching<'_>) -> anyhow::Result<()> {
        let Searching { meilisearch, served, admin_key, out } = searching;
        let connection = administrator(meilisearch, admin_key)?;
        match self {
            Self::Publish(command) => command.run(&connection, meilisearch, (served, out)).await,
            Self::Keys(command) => command.run(&connection, meilisearch, out).await,
        }
    }
}

impl Publish {
    async fn run(
        self,
        connection: &Connection,
        meilisearch: &Meilisearch,
        (served, out): (&Path, &mut (dyn Write + Send)),
    ) -> anyhow::Result<()> {
        let site = self.site.as_deref().unwrap_or(served);
        let bundle = Bundle::open_without_stations(site).with_context(|| {
            format!(
                "打不开网站 {}：先生成它（nuanzhan serve 或 site-gen publish），或者用 --site 指出在哪里",
                site.display()
            )
        })?;
        let release = Release::new(&bundle.records, &bundle.thesaurus);
        let (index, digest) = (&meilisearch.index, release.digest().as_str());
        let mut progress = Progress { out, told: 0 };
        let published = publish(connection, index, &release, &mut |step| progress.tell(&step)).await?;
        let told = match published {
            Published::Already => {
                format!("Meilisearch 的索引 {index} 已经是这次发布（{digest}），什么也没有做。")
            }
            Published::Now(count) => format!("换上了：索引 {index} 现在有 {count} 条（{digest}）。"),
        };
        writeln!(out, "{told}")?;
        Ok(())
    }
}

impl Keys {
    async fn run(
        self,
        connection: &Connection,
        meilisearch: &Meilisearch,
        out: &mut (dyn Write + Send),
    ) -> anyhow::Result<()> {
        let made = search_key(connection, &meilisearch.index, self.revoke).await?;
        writeln!(out, "只能检索索引 {} 的钥匙，只显示这一次：\n  {}", meilisearch.index, made.key)?;
        writeln!(out, "写进 nuanzhan.toml 的 [search] 里：meili_key = \"…\"，再重启 nuanzhan serve。")?;
        if made.revoked > 0 {
            writeln!(out, "以前开的 {} 把已经作废。", made.revoked)?;
        }
        if made.others > 0 {
            writeln!(out, "以前还开过 {} 把，仍然能用；不用了就加 --revoke 另开一把。", made.others)?;
        }
        Ok(())
    }
}

/// Says how far it is: every step once, long ones at each tenth.
struct Progress<'a> {
    out: &'a mut (dyn Write + Send),
    /// Tenths that have been told of the step before.
    told: usize,
}

impl Progress<'_> {
    fn tell(&mut self, step: &Step) {
        let line = match step {
            Step::Clearing(name) => format!("清掉上次没有做完的 {name} ……"),
            Step::SettingUp(name) => {
                self.told = 0;
                format!("在旁边建索引 {name} ……")
            }
            Step::Sent(done, all) => return self.tell_share("送出", *done, *all),
            Step::Indexed(done, all) => return self.tell_share("建好", *done, *all),
            Step::Swapping => "核对无误，换上 ……".to_owned(),
        };
        self.say(&line);
    }

    fn tell_share(&mut self, what: &str, done: usize, all: usize) {
        let tenths = done * 10 / all.max(1);
        if tenths > self.told {
            self.told = tenths % 10;
            self.say(&format!("  {what} {done} / {all}"));
        }
    }

    /// Whoever reads may stop reading: that is no reason to stop.
    fn say(&mut self, line: &str) {
        let _nobody_reads = writeln!(self.out, "{line}").and_then(|()| self.out.flush());
    }
}
