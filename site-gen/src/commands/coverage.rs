//! `site-gen coverage`: how far each village is from the nearest station, in minutes.

use clap::Args;
use search::vocabulary::StationKind;
use site_gen::coverage::{Circle, Coverage, table};

use super::busy::Busy;
use super::report::Extent;
use super::{Done, Run};

/// 一小时服务圈：每个村到最近的站点要多久
///
/// 从村的坐标量到最近的站点，直线距离乘上绕路的倍数，再按时速算成分钟。
/// 这是估算，不是导航；等车、翻山、过河没有算。
///
/// 村的坐标写在 regions.csv 里。村没有坐标的，从乡镇驻地算，单独数；
/// 乡镇也没有的，列在“不知道位置”里，不算走得到。
/// 地址保密的站点不算，也不会出现。
///
/// 时速、绕路和算哪些类别，平时写在 site.toml 的 [coverage] 里，网站上的页面也按它算；
/// 这里写的只管这一次。
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct CoverageReport {
    #[command(flatten)]
    extent: Extent,
    /// 列出多少分钟以上的村
    #[arg(long, default_value = "60", value_name = "分钟")]
    minutes: u32,
    /// 路上每小时走几公里，这一次用
    #[arg(long, value_name = "公里", value_parser = speed)]
    speed: Option<f64>,
    /// 路比直线长到几倍，这一次用
    #[arg(long, value_name = "倍数", value_parser = detour)]
    detour: Option<f64>,
    /// 算哪一类站点，可以写几次：--kind 派出所 --kind 法律援助
    #[arg(long, value_name = "类别", value_parser = kind)]
    kind: Vec<StationKind>,
}

const EXAMPLES: &str = "例子：
  site-gen coverage                          全部的县和乡镇，和一小时走不到的村
  site-gen coverage --county 990121          一个县的
  site-gen coverage --minutes 30 --limit all 半小时走不到的村，全部列出
  site-gen coverage --speed 4 --detour 1.3   走路去
  site-gen coverage --csv 服务圈.csv         每个村一行，用 Excel 打开

结束码：0 算好了；1 内容要先改好，或者没有这个区划；2 没法运行。";

fn speed(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| Circle::SPEEDS.contains(number));
    number.ok_or_else(|| format!("写 {} 到 {} 的数字", Circle::SPEEDS.start(), Circle::SPEEDS.end()))
}

fn detour(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| Circle::DETOURS.contains(number));
    number.ok_or_else(|| format!("写 {} 到 {} 的数字", Circle::DETOURS.start(), Circle::DETOURS.end()))
}

fn kind(text: &str) -> Result<StationKind, String> {
    let all = || StationKind::ALL.iter().map(|kind| kind.chinese()).collect::<Vec<_>>().join("、");
    StationKind::parse(text).ok_or_else(|| format!("可以写：{}", all()))
}

impl Run for CoverageReport {
    fn run(self) -> anyhow::Result<Done> {
        let busy = Busy::new("正在算服务圈");
        let Some(site) = self.extent.site()? else { return Ok(Done::ToMend) };
        let usual = &site.settings.circle;
        let circle = Circle {
            speed_km_h: self.speed.unwrap_or(usual.speed_km_h),
            detour: self.detour.unwrap_or(usual.detour),
            kinds: if self.kind.is_empty() { usual.kinds.clone() } else { self.kind },
        };
        let coverage = Coverage::of(&site.regions, &site.stations, &circle, self.extent.county());
        drop(busy);
        self.extent.store_table(|| table::csv(&coverage, &site.settings.base_url))?;
        let text = table::text(&coverage, self.minutes, self.extent.limit());
        self.extent.tell(&text, &table::json(&coverage))?;
        Ok(Done::Well)
    }
}
