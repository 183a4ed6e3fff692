//! `site-gen build`: checks, then puts the new site in the place of the old one.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use site_gen::workshop::Made;
use site_gen::{Options, Outcome};

use super::busy::Busy;
use super::telling::Telling;
use super::{Content, Done, Run, say, today};

/// 检查内容；没有错误就生成网站，有错误时原来的网站不动。
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(super) struct Build {
    #[command(flatten)]
    content: Content,
    #[command(flatten)]
    telling: Telling,
    /// 网站放在哪里。整个换成新的；里面有别的东西时不动它。
    #[arg(long, default_value = "dist", value_name = "DIR")]
    out: PathBuf,
    /// 不做搜索用的数据：只看页面时快一些。这样的网站不能交给 nuanzhan 服务器。
    #[arg(long)]
    no_search: bool,
    /// 给每个文件备好压缩好的副本，网页打开更快。要多花几倍的时间，以后只压缩变了的；publish 总是这样做。
    #[arg(long)]
    compress: bool,
    /// 一个个说出重新生成了哪些文件，为什么。
    #[arg(long)]
    why: bool,
    /// 不用 git 历史里的修改日期。
    #[arg(long)]
    no_git: bool,
}

impl Run for Build {
    fn run(self) -> anyhow::Result<Done> {
        let started = Instant::now();
        let (Content { content, statutes }, today) = (self.content, today());
        if self.compress {
            say("正在生成、压缩……\n");
        }
        let mut options = Options::new(content.clone(), self.out.clone(), today);
        options.statutes = statutes;
        options.search = !self.no_search;
        options.compress = self.compress;
        if !self.no_git {
            let (changed, advice) = site_gen::history::of_folder(&content);
            options.changed = changed;
            if let Some(advice) = advice {
                say(&format!("{advice}。\n"));
            }
        }
        let busy = Busy::new("正在生成网站");
        let outcome = site_gen::build(&options)?;
        drop(busy);
        let (Outcome::Built(report) | Outcome::Rejected(report)) = &outcome;
        self.telling.tell(report, &content, today)?;
        match outcome {
            Outcome::Built(report) => {
                if self.why {
                    say(&why(&report.made));
                }
                let (out, pages) = (self.out.display(), report.pages);
                let took = started.elapsed().as_millis();
                say(&format!("网站已生成到 {out}，{pages} 页，用时 {took} 毫秒。\n"));
                Ok(Done::Well)
            }
            Outcome::Rejected(_) => Ok(Done::ToMend),
        }
    }
}

/// What was made again and why, one file on each line.
fn why(made: &Made) -> String {
    let documents =
        made.documents.iter().map(|(path, reason)| format!("重新生成 {path}：{}\n", reason.chinese()));
    let others = made.others.then(|| "重新生成各个列表、站点、法规和首页\n".to_owned());
    let written = made.written.iter().map(|path| format!("写了 {path}\n"));
    let gone = made.gone.iter().map(|path| format!("删了 {path}\n"));
    let text: String = documents.chain(others).chain(written).chain(gone).collect();
    if text.is_empty() { "没有要重新生成的\n".to_owned() } else { text }
}
