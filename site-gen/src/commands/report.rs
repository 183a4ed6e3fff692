//! What the reports on the directory have in common: which part of it, how much of it, and into which file.

use std::path::{Path, PathBuf};

use clap::Args;
use search::region::RegionCode;
use site_gen::model::Site;
use site_gen::{diag, files};

use super::telling::{Limit, give, limit};
use super::{Content, say, today};

/// Which part, how much, and where to.
#[derive(Args)]
pub(super) struct Extent {
    #[command(flatten)]
    content: Content,
    /// 只看这个地方，写区划代码：市和县 6 位，乡镇 9 位。不写就是全部
    #[arg(long, value_name = "代码")]
    county: Option<RegionCode>,
    /// 最多列出几个，其余只说有几个。写 all 全部列出
    #[arg(long, default_value = "20", value_name = "N|all", value_parser = limit)]
    limit: Limit,
    /// 写成 JSON，给别的程序
    #[arg(long)]
    json: bool,
    /// 另外存成表格，用 Excel 打开
    #[arg(long, value_name = "文件")]
    csv: Option<PathBuf>,
    /// 有同名的文件，换成新的
    #[arg(long)]
    replace: bool,
}

impl Extent {
    /// The site to report on; `None` where its content has to be mended first or has no such division, which has been said.
    pub(super) fn site(&self) -> anyhow::Result<Option<Site>> {
        let Content { content, statutes } = &self.content;
        let (report, site) = site_gen::site(content, statutes.as_deref(), today())?;
        let Some(site) = site else {
            // Warnings are for `check`: here they would hide what stops the report.
            let found: Vec<_> = report
                .found()
                .into_iter()
                .filter(|found| found.diagnostic.severity == diag::Severity::Error)
                .collect();
            super::telling::show(&found, report.root(), self.limit.0);
            say("内容有错误，先改好再算。只要有一处读不懂，数字就会错。\n");
            return Ok(None);
        };
        if let Some(code) =
            self.county().filter(|code| !site.regions.iter().any(|region| region.code == **code))
        {
            say(&format!("regions.csv 里没有 {code}。核对 --county 后面的代码。\n"));
            return Ok(None);
        }
        Ok(Some(site))
    }

    /// The division that was asked for.
    pub(super) fn county(&self) -> Option<&RegionCode> {
        self.county.as_ref()
    }

    /// How many to list.
    pub(super) fn limit(&self) -> usize {
        self.limit.0.unwrap_or(usize::MAX)
    }

    /// Gives the report to whoever asked: in words, or as JSON.
    pub(super) fn tell(&self, text: &str, json: &serde_json::Value) -> anyhow::Result<()> {
        if self.json { give(&format!("{json:#}\n")) } else { give(text) }
    }

    /// Stores the table where one was asked for.
    pub(super) fn store_table(&self, csv: impl FnOnce() -> String) -> anyhow::Result<()> {
        self.csv.as_deref().map_or(Ok(()), |path| self.store(path, &csv()))
    }

    /// Stores a file that was asked for.
    pub(super) fn store(&self, path: &Path, text: &str) -> anyhow::Result<()> {
        match self.replace {
            true => files::replace(path, text.as_bytes())?,
            false => files::create(path, text.as_bytes())?,
        }
        say(&format!("存在 {}\n", path.display()));
        Ok(())
    }
}
