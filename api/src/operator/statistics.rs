//! `nuanzhan statistics`: what the public may know, as the file that a build of the site shows.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use search::statistics::COLUMNS;

use crate::operator::Operator;
use crate::statistics::of_site;

const HELP: &str = "\
例子：
  nuanzhan statistics                                看看会公布什么
  nuanzhan statistics --out content/statistics.csv   写进内容文件夹，下次生成网站就登出来

网站由本程序自己提供时不用它：/statistics/ 这一页直接用数据库里的数。网站放在别处时，
每季度过完运行一次，再发布。只有过完的季度；少于 5 件的和别的合在一起，谁也算不出来
（见 docs/decisions/0040-published-statistics.md）。

退出码：0 办好了；2 没能办。";

/// `nuanzhan statistics`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Publish {
    /// 写到这个文件，原来的会被换掉；不写就显示出来
    #[arg(long, value_name = "文件")]
    out: Option<PathBuf>,
}

impl Publish {
    /// Does it.
    pub async fn run(self, operator: Operator<'_>) -> anyhow::Result<()> {
        let statistics = of_site(operator.store, operator.hour.date(), operator.names).await?;
        let mut file = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
        file.write_record(COLUMNS)?;
        for (quarter, about, what, count) in statistics.rows() {
            file.write_record([quarter, about, what, &count.to_string()])?;
        }
        let bytes = file.into_inner().map_err(csv::IntoInnerError::into_error)?;
        match self.out {
            None => operator.out.write_all(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))?,
            Some(path) => {
                replace(&path, &bytes).with_context(|| format!("写不了 {}", path.display()))?;
                let quarters = statistics.quarters.len();
                writeln!(operator.out, "写好了：{}，{quarters} 个季度。", path.display())?;
            }
        }
        Ok(())
    }
}

/// Puts a file in the place of what is there: whole, or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push("~");
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)
}
