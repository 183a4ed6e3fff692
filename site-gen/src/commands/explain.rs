//! `site-gen explain`: what a code means, from the pages that are built in.

use anyhow::bail;
use clap::Args;
use site_gen::diag::pages;

use super::telling::give;
use super::{Done, Run};

/// 说明一个代号：什么意思，怎么改。
#[derive(Args)]
pub(super) struct Explain {
    /// 检查结果里方括号中的代号，例如 missing-field。不写就列出全部代号。
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

impl Run for Explain {
    fn run(self) -> anyhow::Result<Done> {
        let Some(typed) = &self.code else {
            let widest = pages::all().iter().map(|page| page.code.len()).max().unwrap_or(0);
            let line = |page: &pages::CodePage| format!("{:widest$}  {}\n", page.code, page.title());
            give(&pages::all().iter().map(line).collect::<String>())?;
            return Ok(Done::Well);
        };
        // Copied with its brackets out of a finding.
        let code = typed.trim().trim_matches(['[', ']', '`']);
        let Some(page) = pages::find(code) else {
            let hint = pages::meant(code).map_or_else(
                || "运行 site-gen explain 看全部代号".to_owned(),
                |near| format!("是不是想看 {near}"),
            );
            bail!("没有叫“{code}”的代号：{hint}");
        };
        give(page.markdown)?;
        Ok(Done::Well)
    }
}
