//! `site-gen check`: reads everything, tells what is to be mended, and mends what it can when asked.

use std::time::Instant;

use anyhow::anyhow;
use clap::Args;
use jiff::civil::Date;
use site_gen::Outcome;
use site_gen::mend::{self, MendedFile, Mending, Written};

use super::busy::Busy;
use super::telling::{Repository, Telling, give};
use super::{Content, Done, Run, say, today};

/// 检查内容，不生成网站。
#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    content: Content,
    #[command(flatten)]
    telling: Telling,
    /// 把能自动改的改好，写回文件，再说还剩什么。
    #[arg(long)]
    fix: bool,
    /// 和 --fix 一起用：只列出会改成什么样，不动文件。
    #[arg(long, requires = "fix", conflicts_with = "format")]
    dry_run: bool,
    /// 当作这一天来检查，例如看看新法施行以后哪里要改。不写就是今天。
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    today: Option<Date>,
}

/// Reads a day.
pub(super) fn day(text: &str) -> Result<Date, String> {
    site_gen::model::date::date(text).ok_or_else(|| "写成 2027-01-01 这样".to_owned())
}

impl Run for Check {
    fn run(self) -> anyhow::Result<Done> {
        let started = Instant::now();
        let (content, today) = (&self.content.content, self.today.unwrap_or_else(today));
        let statutes = self.content.statutes.as_deref();
        let busy = Busy::new("正在检查");
        let (outcome, all_written) = if self.fix {
            let mending = mend::plan(content, statutes, today)?;
            drop(busy);
            if self.dry_run {
                return self.rehearse(&mending);
            }
            let all_written = self.write(&mending)?;
            (mending.outcome, all_written)
        } else {
            let outcome = site_gen::check_with(content, statutes, today)?;
            drop(busy);
            (outcome, true)
        };
        let (Outcome::Built(report) | Outcome::Rejected(report)) = &outcome;
        self.telling.tell(report, content, today)?;
        let mendable = report.found().iter().filter(|found| !found.edits.is_empty()).count();
        if mendable > 0 && !self.fix {
            say(&format!("其中 {mendable} 处能自动改：加上 --fix 再运行一次。\n"));
        }
        match outcome {
            Outcome::Built(_) if all_written => {
                let took = started.elapsed().as_millis();
                say(&format!("内容没有错误，用时 {took} 毫秒。\n"));
                Ok(Done::Well)
            }
            Outcome::Built(_) | Outcome::Rejected(_) => Ok(Done::ToMend),
        }
    }
}

impl Check {
    /// Writes what was mended and says so. Gives whether every file could be written.
    fn write(&self, mending: &Mending) -> anyhow::Result<bool> {
        let root = mending.report().root();
        let (mut written, mut left) = (Vec::new(), 0);
        for (file, result) in mending.write(&self.content.content) {
            match result {
                Written::Whole => written.push(file),
                Written::ChangedMeanwhile => {
                    left += 1;
                    say(&format!("没有动 {root}/{}：检查的时候有人改了它。再运行一次。\n", file.path));
                }
                // The others are as whole as they were; what is left can be mended in another run.
                Written::Failed(err) => {
                    say(&listed("改好了", &written, root));
                    return Err(anyhow!(err));
                }
            }
        }
        say(&listed("改好了", &written, root));
        Ok(left == 0)
    }

    /// Shows what would be written. Nothing has been mended, so the exit code speaks of the content as it is.
    fn rehearse(&self, mending: &Mending) -> anyhow::Result<Done> {
        let content = &self.content.content;
        give(&mending.diff(&Repository::around(content).folder))?;
        let files: Vec<&MendedFile> = mending.files.iter().collect();
        say(&listed("会改", &files, mending.report().root()));
        let fine = mending.files.is_empty() && matches!(mending.outcome, Outcome::Built(_));
        Ok(if fine { Done::Well } else { Done::ToMend })
    }
}

/// How many findings were mended, and in which files.
fn listed(what: &str, files: &[&MendedFile], root: &str) -> String {
    if files.is_empty() {
        return "没有能自动改的。\n\n".to_owned();
    }
    let count: usize = files.iter().flat_map(|file| file.mended.values()).sum();
    let of_file = |file: &&MendedFile| {
        let codes: Vec<String> =
            file.mended.iter().map(|(code, count)| format!("{code} {count} 处")).collect();
        format!("  {root}/{}：{}\n", file.path, codes.join("，"))
    };
    let lines: String = files.iter().map(of_file).collect();
    format!("{what} {count} 处，在 {} 个文件里：\n{lines}\n", files.len())
}
