//! `nuanzhan search stats`: which words many people looked for.

use clap::Args;
use jiff::civil::Date;

use super::Operator;
use crate::words::{LEAST_PEOPLE, month_of};

const HELP: &str = "\
例子：
  nuanzhan search stats                      这个月的
  nuanzhan search stats --month 2026-10      十月的

只有一个月里至少 20 个人查过的词才记得下来，人数按十取整，只少不多。整句话、谁在查，都没有记。
要不要数，由设置 search.count_words 定；不写就不数。";

/// Which month.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct WordStats {
    /// 哪个月，例如 2026-10。不写就是这个月
    #[arg(long, value_name = "年-月", value_parser = month)]
    month: Option<String>,
}

impl WordStats {
    /// Lists them, those of most people first. `today` says which month it is.
    pub async fn run(self, operator: Operator<'_>, today: Date) -> anyhow::Result<()> {
        let month = self.month.unwrap_or_else(|| month_of(today));
        let words = operator.store.search_words(&month).await?;
        if words.is_empty() {
            writeln!(
                operator.out,
                "{month}：没有哪个词有 {LEAST_PEOPLE} 个人查过，或者没有打开 search.count_words。"
            )?;
            return Ok(());
        }
        writeln!(operator.out, "{month}，至少这么多人查过：")?;
        for word in words {
            writeln!(operator.out, "{:>6}  {}", word.people, word.word)?;
        }
        Ok(())
    }
}

fn month(text: &str) -> Result<String, String> {
    let day: Result<Date, _> = format!("{text}-01").parse();
    day.map(month_of).map_err(|_| "应为“年-月”，例如 2026-10".to_owned())
}
