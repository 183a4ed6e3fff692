//! The editors' command: check the content, build the site.
//!
//! Exit codes: 0 all is well, 1 content to mend (see the findings), 2 could not run.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use site_gen::{Options, Outcome};

/// 检查内容，生成网站。
#[derive(Parser)]
#[command(name = "site-gen", version, about = "检查内容，生成网站", after_help = EXAMPLES, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 检查内容，不写任何文件。
    Check {
        /// 内容文件夹，里面有 site.toml。
        #[arg(long, default_value = "content", value_name = "DIR")]
        content: PathBuf,
    },
    /// 检查内容；没有错误就生成网站，有错误时原来的网站不动。
    Build {
        /// 内容文件夹，里面有 site.toml。
        #[arg(long, default_value = "content", value_name = "DIR")]
        content: PathBuf,
        /// 网站放在哪里。整个换成新的；里面有别的东西时不动它。
        #[arg(long, default_value = "dist", value_name = "DIR")]
        out: PathBuf,
    },
}

const EXAMPLES: &str = "例子：
  site-gen check                              检查 content/ 里的内容
  site-gen build --out dist                   生成网站到 dist/
  site-gen build --content ../content --out /srv/www

结束码：0 没有问题；1 内容要改（见上面的说明）；2 没法运行。
怎么写内容见 content/README.md。";

fn main() -> ExitCode {
    let started = Instant::now();
    #[expect(clippy::disallowed_methods, reason = "the command is where the clock comes in")]
    let today = jiff::Zoned::now().date();
    let (outcome, done) = match Arguments::parse().command {
        Command::Check { content } => (site_gen::check(&content, today), "内容没有错误".to_owned()),
        Command::Build { content, out } => {
            let done = format!("网站已生成到 {}", out.display());
            (site_gen::build(&Options { content, out, today }), done)
        }
    };
    let (text, code) = match outcome {
        Ok(Outcome::Built(report)) => {
            let pages = if report.pages > 0 { format!("，{} 页", report.pages) } else { String::new() };
            let took = started.elapsed().as_millis();
            (format!("{}{done}{pages}，用时 {took} 毫秒。\n", report.text()), ExitCode::SUCCESS)
        }
        Ok(Outcome::Rejected(report)) => (report.text(), ExitCode::from(1)),
        Err(err) => (format!("site-gen 没法运行：{err:#}\n"), ExitCode::from(2)),
    };
    // Nobody is left to tell when the terminal is gone.
    let _ = std::io::stderr().write_all(text.as_bytes());
    code
}
