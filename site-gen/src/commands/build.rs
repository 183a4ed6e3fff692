//! `site-gen build`: checks, then puts the new site in the place of the old one.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use site_gen::{Options, Outcome};

use super::{Content, Done, Run, say, today};

/// 检查内容；没有错误就生成网站，有错误时原来的网站不动。
#[derive(Args)]
pub(super) struct Build {
    #[command(flatten)]
    content: Content,
    /// 网站放在哪里。整个换成新的；里面有别的东西时不动它。
    #[arg(long, default_value = "dist", value_name = "DIR")]
    out: PathBuf,
    /// 给每个文件备好压缩好的副本，网页打开更快。发布时用；第一次要多等一会儿，以后只压缩变了的。
    #[arg(long)]
    compress: bool,
}

impl Run for Build {
    fn run(self) -> anyhow::Result<Done> {
        let started = Instant::now();
        if self.compress {
            say("正在生成、压缩……\n");
        }
        let options = Options {
            content: self.content.content,
            out: self.out.clone(),
            today: today(),
            compress: self.compress,
        };
        match site_gen::build(&options)? {
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
