//! `site-gen export stations`: the stations as a sheet for Excel.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use search::region::RegionCode;
use site_gen::diag::Diagnostics;
use site_gen::roster::export::{self, Entry};
use site_gen::roster::fields::Values;
use site_gen::roster::import::divisions;
use site_gen::{check, files, load};

use super::busy::Busy;
use super::{Content, Done, Run, say};

/// 把站点导出成 Excel 表格，改好再导入。
#[derive(Args)]
pub(super) struct Export {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Stations(Stations),
}

/// 导出全部站点，或者一个地方的
///
/// 每一格都是文本，电话和代码不会被 Excel 改掉；类别、坐标系有下拉可选。
/// 改好以后用 import 导入，没改的不会变。人员和值班写成一句一句的话，改了也能导入；正文不在表里，导入时不动。
/// 表里没有庇护场所的地址：哪里都没有。
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
struct Stations {
    /// 存成什么：xlsx 或 csv
    #[arg(long, value_enum, default_value = "xlsx", value_name = "格式")]
    format: Format,
    /// 只要这个区划里的，写代码：县 6 位，乡镇 9 位
    #[arg(long, value_name = "代码")]
    region: Option<RegionCode>,
    /// 存成哪个文件。不写就是 站点.xlsx 或 站点.csv
    #[arg(long, value_name = "文件")]
    out: Option<PathBuf>,
    /// 有同名的文件，换成新的
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    content: Content,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Xlsx,
    Csv,
}

const EXAMPLES: &str = "例子：
  site-gen export stations                                     全部站点，存成 站点.xlsx
  site-gen export stations --region 990121 --out 示例县.xlsx    一个县的
  site-gen export stations --format csv
改好以后：
  site-gen import stations 站点.xlsx --into stations/shili-county

结束码：0 存好了；1 这个区划里没有站点；2 没法运行。";

impl Run for Export {
    fn run(self) -> anyhow::Result<Done> {
        let What::Stations(asked) = self.what;
        asked.run()
    }
}

impl Stations {
    fn run(self) -> anyhow::Result<Done> {
        let busy = Busy::new("正在导出");
        let entries = self.entries()?;
        if entries.is_empty() {
            drop(busy);
            say("这个区划里没有站点，没有导出。核对 --region 后面的代码。\n");
            return Ok(Done::ToMend);
        }
        let rows = export::rows(&entries);
        let (bytes, name) = match self.format {
            Format::Csv => (export::csv(&rows), "站点.csv"),
            Format::Xlsx => (export::xlsx(&rows)?, "站点.xlsx"),
        };
        let out = self.out.unwrap_or_else(|| PathBuf::from(name));
        match self.replace {
            true => files::replace(&out, &bytes)?,
            false => files::create(&out, &bytes)?,
        }
        drop(busy);
        say(&format!("导出了 {} 个站点，存在 {}\n", entries.len(), out.display()));
        Ok(Done::Well)
    }

    fn entries(&self) -> anyhow::Result<Vec<Entry>> {
        let sources = site_gen::read(&self.content.content)?;
        let mut ignored = Diagnostics::default();
        let drafts = load::drafts(&sources, &mut ignored);
        let divisions = divisions(&drafts);
        let mut entries: Vec<Entry> = Vec::new();
        for draft in &drafts.stations {
            let code: Option<RegionCode> = draft.region.value.trim().parse().ok();
            let within = |asked: &RegionCode| code.as_ref().is_some_and(|code| code.is_within(asked));
            if self.region.as_ref().is_some_and(|asked| !within(asked)) {
                continue;
            }
            entries.push(Entry {
                values: Values::of(draft),
                region_names: code.map_or_else(String::new, |code| divisions.names(&code)),
                confidential: check::stations::is_confidential(draft),
            });
        }
        Ok(entries)
    }
}
