//! `nuanzhan purge`

use clap::Args;

use crate::clock::Hour;
use crate::operator::{Operator, days};
use crate::store::Swept;

const HELP: &str = "\
例子：
  nuanzhan purge --dry-run            看有多少件到期要销毁，什么也不动
  nuanzhan purge --dry-run --days 30  连今后 30 天到期的一起看
  nuanzhan purge                      现在就销毁到期的，清掉数据库里的残留

平时不用：程序开着的时候每小时自己销毁一次。办结多少天以后销毁，见设置 retention.closed_days；
写信的人自己要求删除的，当时就没有了。
销毁以后只剩统计数。备份里的还在，到备份过期为止（见 docs/operations.md）。

退出码：0 办好了；2 没能办。";

/// `nuanzhan purge`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Purge {
    /// 只看，不销毁
    #[arg(long)]
    dry_run: bool,
    /// 和 --dry-run 一起：连今后几天到期的也算上
    #[arg(long, value_name = "天", requires = "dry_run", default_value_t = 0, hide_default_value = true, value_parser = days)]
    days: u16,
}

impl Purge {
    /// Does it.
    pub async fn run(self, operator: Operator<'_>) -> anyhow::Result<()> {
        if self.dry_run { self.look(operator).await } else { destroy(operator).await }
    }

    async fn look(self, Operator { store, hour, out, .. }: Operator<'_>) -> anyhow::Result<()> {
        let until = Hour::from_number(hour.number() + i64::from(self.days) * 24);
        let found = store.to_purge(until).await?;
        let when = if self.days == 0 { "现在".to_owned() } else { format!("到 {} 为止", until.date()) };
        if found.is_empty() {
            writeln!(out, "{when}没有到期的咨询。")?;
        }
        for (desk, threads, first) in found {
            writeln!(out, "{desk}：{when}到期 {threads} 件，最早的 {} 到期", first.date())?;
        }
        writeln!(out, "只是看看，什么也没有销毁。")?;
        Ok(())
    }
}

async fn destroy(Operator { store, hour, out, .. }: Operator<'_>) -> anyhow::Result<()> {
    let threads = store.purge(hour).await?;
    writeln!(out, "销毁了 {threads} 件到期的咨询。")?;
    match store.sweep().await? {
        Swept::Clean => writeln!(out, "数据库里的残留也清掉了。")?,
        Swept::Busy => writeln!(out, "数据库正忙，残留还没有清完：过一会儿再运行一次。")?,
    }
    Ok(())
}
