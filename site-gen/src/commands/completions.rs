//! `site-gen completions`: what a shell needs to finish words after the Tab key. Prints it, installs nothing.

use std::io::Write as _;

use anyhow::Context as _;
use clap::Args;
use clap_complete::Shell;

use super::{Done, Run, chinese};

/// 打印补全脚本：打半个词按 Tab，终端替你补完。
///
/// 只打印，不安装。放到哪里看下面的例子，放好以后重开终端。
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Completions {
    /// 你用的终端：bash、zsh、fish 或 powershell。不知道就是 bash
    #[arg(value_enum, value_name = "终端")]
    shell: Shell,
}

const EXAMPLES: &str = "例子：
  site-gen completions bash > ~/.local/share/bash-completion/completions/site-gen
  site-gen completions zsh > ~/.zfunc/_site-gen
  site-gen completions fish > ~/.config/fish/completions/site-gen.fish
  site-gen completions powershell >> $PROFILE

结束码：0 打印好了；2 没法运行。";

impl Run for Completions {
    fn run(self) -> anyhow::Result<Done> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut chinese::command(), "site-gen", &mut script);
        std::io::stdout().write_all(&script).context("打印不出来")?;
        Ok(Done::Well)
    }
}
