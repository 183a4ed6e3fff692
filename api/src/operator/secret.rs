//! Getting secrets from whoever types them, without showing or keeping them.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use zeroize::Zeroizing;

use crate::desk::paper;
use crate::dice::Dice;

/// The shortest passphrase, in characters.
const SHORTEST: usize = 12;

/// Where a member's passphrase comes from; asked for twice when nothing is said.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct PassphraseFrom {
    /// 由程序编一个口令，显示一次
    #[arg(long)]
    generate: bool,
    /// 从文件读口令（第一行）；写 - 从标准输入读
    #[arg(long, value_name = "文件")]
    passphrase_file: Option<PathBuf>,
}

/// A member's passphrase.
pub(super) struct Passphrase {
    pub(super) text: Zeroizing<String>,
    /// The program made it up: nobody knows it yet.
    pub(super) made_up: bool,
}

impl PassphraseFrom {
    /// Whether anything was said about it.
    pub(super) fn is_given(&self) -> bool {
        self.generate || self.passphrase_file.is_some()
    }

    pub(super) fn take(&self, member: &str, dice: &dyn Dice) -> anyhow::Result<Passphrase> {
        if self.generate {
            return Ok(Passphrase { text: paper::passphrase(dice), made_up: true });
        }
        let text = match &self.passphrase_file {
            Some(path) => first_line(path)?,
            None => ask_twice(member)?,
        };
        if text.chars().count() < SHORTEST {
            bail!("口令至少 {SHORTEST} 个字符。想不出来就用 --generate");
        }
        Ok(Passphrase { text, made_up: false })
    }
}

/// The first line of a file, without blanks around it; `-` is standard input.
pub(super) fn first_line(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.with_context(|| format!("读不了 {}", path.display()))?;
    let text = std::str::from_utf8(&bytes).with_context(|| format!("{} 不是文字", path.display()))?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().trim().to_owned()))
}

/// Asks on the terminal, without showing what is typed.
pub(super) fn ask(question: &str) -> anyhow::Result<Zeroizing<String>> {
    let typed = rpassword::prompt_password(question).map(Zeroizing::new);
    let typed = typed.context(
        "这里没有终端可以输入。口令请加 --generate 或 --passphrase-file，恢复密钥请加 --recovery-key-file",
    )?;
    Ok(Zeroizing::new(typed.trim().to_owned()))
}

fn ask_twice(member: &str) -> anyhow::Result<Zeroizing<String>> {
    let first = ask(&format!("请 {member} 输入口令（看不见是正常的）："))?;
    if ask("再输一遍：")? != first {
        bail!("两遍不一样，什么都没有建");
    }
    Ok(first)
}
