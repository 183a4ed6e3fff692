//! `site-gen build`: checks, then puts the new site in the place of the old one.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use site_gen::{Options, Outcome};

use super::busy::Busy;
use super::{Content, Done, Run, say, today};

/// 检查内容；没有错误就生成网站，有错误时原来的网站不动。
#[derive(Args)]
pub(super) struct Build {
    #[command(flatten)]
    content: Content,
    /// 网站放在哪里。整个换成新的；里面有别的东西时不动它。
    #[arg(long, default_value = "dist", value_name = "DIR")]
    out: PathBuf,
}

impl Run for Build {
    fn run(self) -> anyhow::Result<Done> {
        let started = Instant::now();
        let options = Options { content: self.content.content, out: self.out.clone(), today: today() };
        let busy = Busy::new("正在生成网站");
        let outcome = site_gen::build(&options)?;
        drop(busy);
        match outcome {
            Outcome::Built(report) => {
                let (text, out, pages) = (report.text(), self.out.display(), report.pages);
                let took = started.elapsed().as_millis();
                say(&format!("{text}网站已生成到 {out}，{pages} 页，用时 {took} 毫秒。\n"));
                Ok(Done::Well)
            }
            Outcome::Rejected(report) => {
                say(&report.text());
                Ok(Done::ToMend)
            }
        }
    }
}
