//! `site-gen watch`: builds, then keeps the site in step with what editors save, until Ctrl-C.

use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use site_gen::watch::words::{self, Memory};
use site_gen::watch::{self, Steady, Stopper, Touched};
use site_gen::{Options, Outcome};

use super::telling::show;
use super::{Content, Done, Run, say, today};

/// 生成网站，然后守着内容文件夹：存一次盘，网站就跟着更新。按 Ctrl-C 停下。
///
/// 有错误时网站还是改动以前的样子，错误在这里说；改好了会说“都改好了”。
#[derive(Args)]
pub(super) struct Watch {
    #[command(flatten)]
    content: Content,
    /// 网站放在哪里。里面有别的东西时不动它。
    #[arg(long, default_value = "dist", value_name = "DIR")]
    out: PathBuf,
    /// 不做搜索用的数据：只看页面时快一些。这样的网站不能交给 nuanzhan 服务器。
    #[arg(long)]
    no_search: bool,
    /// 不用 git 历史里的修改日期。
    #[arg(long)]
    no_git: bool,
}

impl Run for Watch {
    fn run(self) -> anyhow::Result<Done> {
        let content = self.content.content;
        // A folder that goes later may come back; one that never was is a slip.
        if !content.join("site.toml").is_file() {
            anyhow::bail!("{} 里没有 site.toml：--content 要指向内容文件夹的最上层", content.display());
        }
        // What is saved while the first site is being built is built after it.
        let mut changes = watch::watch(content.clone()).context("不能留意内容文件夹的改动")?;
        stop_on_signals(changes.stopper())?;
        let mut options = Options::new(content.clone(), self.out.clone(), today());
        options.search = !self.no_search;
        let mut steady = Steady::open(options, !self.no_git)?;
        let mut memory = Memory::default();
        say(&format!("正在生成网站到 {}。\n", self.out.display()));
        update(&mut steady, &Touched::Anything, &mut memory);
        say(&format!("守着 {}，存一次盘就更新一次。停下：按 Ctrl-C\n", content.display()));
        if changes.is_blind() {
            say("系统不让留意这么多文件夹，改成每秒看一次。\n");
        }
        while let Some(touched) = changes.next() {
            if touched != Touched::Nothing {
                update(&mut steady, &touched, &mut memory);
            } else if let Err(err) = steady.catch_up() {
                say(&format!("搜索用的文件没有更新：{err:#}\n"));
            }
        }
        steady.keep()?;
        say("已停下。\n");
        Ok(Done::Well)
    }
}

/// Brings the site up to date and tells what came of it. The machine's faults don't end the watch: a folder comes back, a
/// disk gets room again.
fn update(steady: &mut Steady, touched: &Touched, memory: &mut Memory) {
    let started = Instant::now();
    match steady.update(touched, today(), &mut |_| {}) {
        Ok(outcome) => {
            let took = started.elapsed().as_millis();
            let (Outcome::Built(report) | Outcome::Rejected(report)) = &outcome;
            let news = memory.news(report);
            show(&news.show, report.root(), Some(20));
            say(&news.rest);
            if let Some(line) = words::line(&outcome) {
                say(&format!("{line}，用时 {took} 毫秒。\n"));
            }
        }
        Err(err) => say(&format!("没有更新：{err:#}\n")),
    }
}

/// The first signal ends the watch once what is under way is done; the second one doesn't wait.
fn stop_on_signals(stopper: Stopper) -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("接不到 Ctrl-C")?;
    let listen = move || {
        for (count, _) in signals.forever().enumerate() {
            if count > 0 {
                std::process::exit(130);
            }
            say("正在停下。\n");
            stopper.stop();
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
    Ok(())
}
