//! `site-gen format`: files put in order, without a change to what they say.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use site_gen::{files, format};

use super::busy::Busy;
use super::{Content, Done, Run, say};

/// 把文件整理成一个样子：设置按手册的顺序，表格对齐，行尾统一。
///
/// 只动排版，不动意思：正文排出来和原来一样，说明文字留着，中文名、英文名照你写的。
/// 拿不准的地方不动。整理过的再整理一次，什么都不会变。
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Format {
    /// 要整理的文件或文件夹。不写就是全部内容
    #[arg(value_name = "文件")]
    paths: Vec<PathBuf>,
    /// 只看哪些要整理，不动文件
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    content: Content,
}

const EXAMPLES: &str = "例子：
  site-gen format                                       全部内容
  site-gen format content/guides/work/maternity-leave.md
  site-gen format --check                               只看，不动

结束码：0 整理好了，或者不用整理；1 用了 --check，有要整理的；2 没法运行。";

impl Run for Format {
    fn run(self) -> anyhow::Result<Done> {
        let busy = Busy::new("正在整理");
        let root = &self.content.content;
        let wanted = self.wanted()?;
        let sources = site_gen::read(root)?;
        let mut changed = Vec::new();
        for (_, source) in sources.texts() {
            if !wanted.is_empty() && !wanted.iter().any(|wanted| Path::new(&source.path).starts_with(wanted))
            {
                continue;
            }
            let path = root.join(&source.path);
            let bytes = fs::read(&path).with_context(|| format!("读不了 {}", path.display()))?;
            // A file in another encoding is told by `check`.
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let formatted = format::text(&source.path, &text);
            if formatted != text {
                if !self.check {
                    files::replace(&path, formatted.as_bytes())?;
                }
                changed.push(path);
            }
        }
        drop(busy);
        Ok(self.tell(&changed))
    }
}

impl Format {
    fn tell(&self, changed: &[PathBuf]) -> Done {
        let mut list = String::new();
        list.extend(changed.iter().map(|path| format!("  {}\n", path.display())));
        match (changed.len(), self.check) {
            (0, _) => {
                say("都是整齐的，没有动文件。\n");
                Done::Well
            }
            (count, true) => {
                say(&format!("{count} 个文件要整理，还没有动：\n{list}运行 site-gen format 就会整理好。\n"));
                Done::ToMend
            }
            (count, false) => {
                say(&format!("整理了 {count} 个文件：\n{list}"));
                Done::Well
            }
        }
    }

    /// The paths asked for, from the content root.
    fn wanted(&self) -> anyhow::Result<Vec<PathBuf>> {
        let root = fs::canonicalize(&self.content.content)
            .with_context(|| format!("找不到内容文件夹 {}", self.content.content.display()))?;
        let mut wanted = Vec::new();
        for path in &self.paths {
            // Written from here, or from the content folder.
            let found = fs::canonicalize(path).or_else(|_| fs::canonicalize(self.content.content.join(path)));
            let found = found.with_context(|| format!("找不到 {}：看看名字对不对", path.display()))?;
            match found.strip_prefix(&root) {
                Ok(inside) => wanted.push(inside.to_owned()),
                Err(_) => {
                    bail!("{} 不在内容文件夹 {} 里，没有动它", path.display(), self.content.content.display())
                }
            }
        }
        // The content folder itself is everything.
        Ok(if wanted.iter().any(|path| path.as_os_str().is_empty()) { Vec::new() } else { wanted })
    }
}
