//! `site-gen check`: reads everything, writes nothing, tells what is to be mended.

use std::time::Instant;

use clap::Args;
use site_gen::Outcome;

use super::busy::Busy;
use super::{Content, Done, Run, say, today};

/// 检查内容，不写任何文件。
#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    content: Content,
}

impl Run for Check {
    fn run(self) -> anyhow::Result<Done> {
        let started = Instant::now();
        let busy = Busy::new("正在检查");
        let outcome = site_gen::check(&self.content.content, today())?;
        drop(busy);
        match outcome {
            Outcome::Built(report) => {
                let took = started.elapsed().as_millis();
                say(&format!("{}内容没有错误，用时 {took} 毫秒。\n", report.text()));
                Ok(Done::Well)
            }
            Outcome::Rejected(report) => {
                say(&report.text());
                Ok(Done::ToMend)
            }
        }
    }
}
