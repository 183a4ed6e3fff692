//! The editors' command, one file for each thing it does.
//!
//! A subcommand is a struct that clap fills and whose [`Run::run`] does the work; to add one, write its file and name
//! it in [`Command`]. What is for people goes to standard error ([`say`]), what is for other programs to standard
//! output. Nothing here reads content or writes a site by itself: that is the library's.

mod build;
mod busy;
mod check;
mod chinese;
mod completions;
mod county;
mod coverage;
mod doctor;
mod explain;
mod export;
mod format;
mod gaps;
mod import;
mod man;
mod new;
mod publish;
mod report;
mod statutes;
mod telling;
mod watch;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

/// 检查内容，生成网站。
#[derive(Parser)]
#[command(name = "site-gen", version, about = "检查内容，生成网站", after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Check),
    Build(build::Build),
    Statutes(statutes::Statutes),
    New(new::New),
    Import(import::Import),
    Export(export::Export),
    Coverage(coverage::CoverageReport),
    Gaps(gaps::Gaps),
    Format(format::Format),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    Man(man::Man),
    Explain(explain::Explain),
    Publish(publish::Publish),
    Watch(watch::Watch),
}

/// Where the content is: the same for every subcommand.
#[derive(Args)]
struct Content {
    /// 内容文件夹，里面有 site.toml。
    #[arg(long, default_value = "content", value_name = "DIR")]
    content: PathBuf,
    /// 法规全文的文件夹（LawRefBook 那样的排法）。不写就用 site.toml 里的 statutes。
    #[arg(long, value_name = "DIR")]
    statutes: Option<PathBuf>,
}

/// What a subcommand does.
trait Run {
    /// Does it. An error means that it could not run at all: exit code 2.
    fn run(self) -> anyhow::Result<Done>;
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    /// Exit code 0.
    Well,
    /// Exit code 1: the content has to be mended first.
    ToMend,
}

const EXAMPLES: &str = "例子：
  site-gen check                              检查 content/ 里的内容
  site-gen check --fix                        顺手把能自动改的改好
  site-gen explain missing-field              这个代号是什么意思
  site-gen build --out dist                   生成网站到 dist/
  site-gen build --content ../content --out /srv/www
  site-gen watch                              守着 content/，存一次盘就更新 dist/
  site-gen new guide work --title 产假怎么休   新建一篇指南
  site-gen publish --help                     每次 git push 自动发布
  site-gen statutes report --changed          哪些页核对以后法律变了
  site-gen coverage                           每个村到最近的站点要多久
  site-gen gaps                               哪个站缺什么

每一个命令后面加 --help，有它自己的说明和例子。

结束码：0 没有问题；1 内容要改（见上面的说明）；2 没法运行。
怎么写内容见 content/README.md。";

/// Reads the command line; the error is an exit code.
pub(crate) use chinese::arguments;

impl Arguments {
    /// Does what the arguments say.
    pub(crate) fn run(self) -> ExitCode {
        let done = match self.command {
            Command::Check(check) => check.run(),
            Command::Build(build) => build.run(),
            Command::Statutes(statutes) => statutes.run(),
            Command::New(new) => new.run(),
            Command::Import(import) => import.run(),
            Command::Export(export) => export.run(),
            Command::Coverage(coverage) => coverage.run(),
            Command::Gaps(gaps) => gaps.run(),
            Command::Format(format) => format.run(),
            Command::Doctor(doctor) => doctor.run(),
            Command::Completions(completions) => completions.run(),
            Command::Man(man) => man.run(),
            Command::Explain(explain) => explain.run(),
            Command::Publish(publish) => publish.run(),
            Command::Watch(watch) => watch.run(),
        };
        match done {
            Ok(Done::Well) => ExitCode::SUCCESS,
            Ok(Done::ToMend) => ExitCode::from(1),
            Err(err) => {
                say(&format!("site-gen 没法运行：{err:#}\n"));
                ExitCode::from(2)
            }
        }
    }
}

/// Tells the person at the terminal.
fn say(text: &str) {
    // Nobody is left to tell when the terminal is gone.
    let _gone = std::io::stderr().write_all(text.as_bytes());
}

/// The day, for warnings about stale facts.
fn today() -> Date {
    now().date()
}

/// The time in China, which has had one time all year since 1991, to the minute.
fn now() -> DateTime {
    #[expect(clippy::disallowed_methods, reason = "the command is where the clock comes in")]
    let now = jiff::Timestamp::now();
    let now = now.to_zoned(TimeZone::fixed(Offset::constant(8))).datetime();
    now.date().at(now.hour(), now.minute(), 0, 0)
}
