//! `site-gen gaps`: what each station lacks.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use site_gen::board::{Board, table};

use super::busy::Busy;
use super::report::Extent;
use super::{Done, Run, today};

/// 站点缺什么：五有、电话、核实、时间、值班、坐标
///
/// 一个站一个站地看：五有缺哪一样，有没有电话、时间、坐标和接信的咨询台，
/// 多久没有核实，这个月有没有人值班。按县数一遍，缺得多的列在前面。
///
/// 给自己人看的，网站上没有这一页：公开说哪个站缺什么，只会让人不敢去。
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Gaps {
    #[command(flatten)]
    extent: Extent,
    /// 多少天没核实，算很久
    #[arg(long, default_value = "365", value_name = "天", value_parser = clap::value_parser!(i32).range(1..))]
    days: i32,
    /// 当作这一天来算。不写就是今天
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = super::check::day)]
    today: Option<Date>,
    /// 另外存成网页，可以打印。只给自己人看，不要放到网上
    #[arg(long, value_name = "文件")]
    html: Option<PathBuf>,
}

const EXAMPLES: &str = "例子：
  site-gen gaps                              全部站点
  site-gen gaps --county 990121              一个县的
  site-gen gaps --days 180                   半年没核实就算很久
  site-gen gaps --csv 缺什么.csv             每个站一行，用 Excel 打开
  site-gen gaps --html 缺什么.html           存成网页，双击打开，可以打印

结束码：0 算好了；1 内容要先改好，或者没有这个区划；2 没法运行。";

impl Run for Gaps {
    fn run(self) -> anyhow::Result<Done> {
        let busy = Busy::new("正在看站点缺什么");
        let Some(site) = self.extent.site()? else { return Ok(Done::ToMend) };
        let day = self.today.unwrap_or_else(today);
        let board = Board::of(
            (&site.regions, &site.stations),
            self.extent.county(),
            (day, &site.settings.holidays),
            self.days,
        );
        drop(busy);
        self.extent.store_table(|| table::csv(&board))?;
        if let Some(path) = &self.html {
            self.extent.store(path, &table::html(&board))?;
        }
        self.extent.tell(&table::text(&board, self.extent.limit()), &table::json(&board))?;
        Ok(Done::Well)
    }
}
