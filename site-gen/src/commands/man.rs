//! `site-gen man`: the manual page of the command or of a subcommand. Prints it, installs nothing.

use std::io::Write as _;

use anyhow::Context as _;
use clap::{Args, CommandFactory as _};
use clap_mangen::Man as Page;

use super::{Arguments, Done, Run, chinese, say};

/// 打印手册页，用 man 看。
///
/// 只打印，不安装。
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Man {
    /// 哪个命令，例如 import。不写就是总的一页
    #[arg(value_name = "命令")]
    command: Option<String>,
}

const EXAMPLES: &str = "例子：
  site-gen man | man -l -
  site-gen man import > site-gen-import.1

结束码：0 打印好了；1 没有这个命令；2 没法运行。";

impl Run for Man {
    fn run(self) -> anyhow::Result<Done> {
        let whole = chinese::command();
        let command = match &self.command {
            None => whole,
            Some(name) => match whole.find_subcommand(name) {
                Some(found) => found.clone(),
                None => {
                    let names = Arguments::command();
                    let names: Vec<&str> = names.get_subcommands().map(clap::Command::get_name).collect();
                    say(&format!("没有叫“{name}”的命令。有：{}\n", names.join("、")));
                    return Ok(Done::ToMend);
                }
            },
        };
        let mut page = Vec::new();
        let title = self.command.map_or_else(|| "site-gen".to_owned(), |name| format!("site-gen-{name}"));
        Page::new(command).title(title).render(&mut page).context("写不出手册页")?;
        std::io::stdout().write_all(&page).context("打印不出来")?;
        Ok(Done::Well)
    }
}
