//! `site-gen statutes`: what content rests on which law, and what changed since somebody last looked.

use std::io::Write as _;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use site_gen::statute::report::{self, Row};

use super::{Content, Done, Run, say, today};

/// 法规：哪一页用到了哪一条，核对以后变了没有。
#[derive(Args)]
pub(super) struct Statutes {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Report(Report),
}

/// 列出每一页用到的法条；核对那天以后改过的，列在最后。
#[derive(Args)]
struct Report {
    #[command(flatten)]
    content: Content,
    /// 写成什么样：table 给人看，csv 用 Excel 打开，json 给别的程序。
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// 只列核对以后变了的。
    #[arg(long)]
    changed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
}

impl Run for Statutes {
    fn run(self) -> anyhow::Result<Done> {
        let Task::Report(task) = self.task;
        let statutes = task.content.statutes.as_deref();
        let (found, rows) = site_gen::statutes_report(&task.content.content, statutes, today())?;
        let Some(rows) = rows else {
            say(&found.text());
            return Ok(Done::ToMend);
        };
        let rows: Vec<Row> = rows.into_iter().filter(|row| !task.changed || row.state.is_due()).collect();
        let text = match task.format {
            Format::Table => report::table(&rows),
            // Excel takes a table for GB18030 unless it begins with this mark.
            Format::Csv => format!("\u{feff}{}", report::csv(&rows)),
            Format::Json => serde_json::to_string_pretty(&rows)? + "\n",
        };
        std::io::stdout().write_all(text.as_bytes()).context("写不到标准输出")?;
        Ok(Done::Well)
    }
}
