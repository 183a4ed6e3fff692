//! `site-gen import stations`: a list from Excel into the content, tried first and written only when told.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use search::vocabulary::StationKind;
use site_gen::files;
use site_gen::roster::headings::{self, Meaning};
use site_gen::roster::import::{self, Ask, Plan};
use site_gen::roster::merge::Fate;
use site_gen::roster::{fields, report, workbook};
use site_gen::source::SourceMap;

use super::busy::Busy;
use super::{Content, Done, Run, say, today};

/// 把 Excel 名单读进来：先试读给你看，核对以后再写。
#[derive(Args)]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Stations(Stations),
}

/// 导入站点名单（.xlsx、.xls 或 .csv）
///
/// 不加 --write 只是试读：列出每一列怎么读、哪些格子要改、会新增和更新哪些站，什么都不写。
/// 表里没有的列，原来的内容不动；空着的格子也不动。同一张表导入两次，第二次什么都不会变。
/// 读不准的一律不猜：说出是“表 1 第 7 行 D 列”，等你改好再导入。
/// 人名从不公布。庇护场所在哪里，不导入也不留存。不认识的列另存一份，放在名单旁边。
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
struct Stations {
    /// 名单文件
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 放进哪个文件夹，一般一个县一个，例如 stations/shili-county
    #[arg(long, value_name = "文件夹")]
    into: String,
    /// 核对过了，写进去
    #[arg(long)]
    write: bool,
    /// 名单里的坐标是从哪张地图上取的：gcj02（高德、腾讯）、bd09（百度）、wgs84（手机定位、天地图）
    #[arg(long, value_name = "坐标系", value_parser = datum)]
    datum: Option<&'static str>,
    /// 没写类别的，都是哪一类，例如 维权服务站
    #[arg(long, value_name = "类别", value_parser = kind)]
    kind: Option<StationKind>,
    /// 某一列是什么：表头=名称，例如 "联络处=电话"；不要的写 "备用=不导入"。可以写几次
    #[arg(long, value_name = "表头=名称", value_parser = headings::said)]
    column: Vec<(String, Meaning)>,
    /// 只读哪张表：名字，或者第几张
    #[arg(long, value_name = "表")]
    sheet: Option<String>,
    /// 猜的列都对
    #[arg(long)]
    yes: bool,
    /// 名单里空着的格子，把原来的内容也清掉
    #[arg(long)]
    clear_blank: bool,
    #[command(flatten)]
    content: Content,
}

const EXAMPLES: &str = "例子：
  site-gen import stations 名单.xlsx --into stations/shili-county
      试读。什么都不写
  site-gen import stations 名单.xlsx --into stations/shili-county --datum gcj02 --write
      坐标是高德地图的；核对过了，写进去
  site-gen import stations 名单.csv --into stations/shili-county --kind 维权服务站 --column \"联络处=电话\"

接着做：site-gen check，再看看 stations.csv。

结束码：0 都读进来了；1 有要改的格子，或者要先回答的问题（上面说了怎么改）；2 没法运行。";

fn datum(word: &str) -> Result<&'static str, String> {
    fields::datum(word)
        .ok_or_else(|| "写 gcj02（高德、腾讯）、bd09（百度）或 wgs84（手机定位、天地图）".to_owned())
}

fn kind(word: &str) -> Result<StationKind, String> {
    let all = StationKind::ALL.iter().map(|kind| kind.chinese()).collect::<Vec<_>>().join("、");
    StationKind::parse(word).ok_or_else(|| format!("类别有：{all}"))
}

impl Run for Import {
    fn run(self) -> anyhow::Result<Done> {
        let What::Stations(asked) = self.what;
        asked.run()
    }
}

impl Stations {
    fn run(self) -> anyhow::Result<Done> {
        let content = &self.content.content;
        let bytes = read_within_limits(&self.file)?;
        let sources = site_gen::read(content)?;
        let busy = Busy::new("正在读名单");
        let planned = import::plan(&bytes, &self.ask(), &sources);
        drop(busy);
        let plan = match planned {
            Ok(plan) => plan,
            Err(why) => {
                say(&format!("{} 没有导入：{why}\n", self.file.display()));
                return Ok(Done::ToMend);
            }
        };
        say(&format!("读了 {}\n{}", self.file.display(), report::text(&plan)));
        self.finish(&plan, &sources)
    }

    fn ask(&self) -> Ask {
        let folder = self.into.trim_end_matches('/');
        let folder = folder.strip_prefix("content/").unwrap_or(folder);
        Ask {
            datum: self.datum,
            kind: self.kind,
            said: self.column.iter().cloned().collect::<BTreeMap<_, _>>(),
            sheet: self.sheet.clone(),
            clear: self.clear_blank,
            ..Ask::into_folder(folder.strip_prefix("stations/").unwrap_or(folder), today())
        }
    }

    fn finish(&self, plan: &Plan, sources: &SourceMap) -> anyhow::Result<Done> {
        let done = if plan.has_refusals() { Done::ToMend } else { Done::Well };
        if plan.blocked {
            say("\n写进去会让网站发布不了，所以什么都没有写。改好名单里的这几处，再来一次。\n");
            return Ok(Done::ToMend);
        }
        let guesses: Vec<&str> = plan.guesses().map(|column| column.heading.as_str()).collect();
        if self.write && !guesses.is_empty() && !self.yes {
            say(&format!(
                "\n有几列是猜的：{}。什么都没有写。都对就加 --yes，不对就用 --column 说清楚。\n",
                guesses.join("、")
            ));
            return Ok(Done::ToMend);
        }
        let changes = plan.stations.iter().any(|station| station.fate != Fate::Same);
        if !self.write {
            let next = match (changes, plan.kept.is_empty()) {
                (true, _) => "这是试读，什么都没有写。核对以后，加上 --write 再运行一次。",
                (false, true) => "没有要写的。",
                (false, false) => "站点没有要写的。要把没有导入的格子另存一份，加上 --write。",
            };
            say(&format!("\n{next}\n"));
            return Ok(done);
        }
        self.write(plan, sources)?;
        Ok(done)
    }

    fn write(&self, plan: &Plan, sources: &SourceMap) -> anyhow::Result<()> {
        let mut said = String::from("\n");
        for (path, text) in &plan.files {
            let target = self.content.content.join(path);
            files::replace(&target, &with_mark(&target, path, text, sources)?)?;
            said.extend([format!("写好了 {}\n", target.display())]);
        }
        if plan.files.is_empty() {
            said.push_str("没有要改的文件。\n");
        }
        if !plan.kept.is_empty() {
            let beside = self.beside()?;
            files::replace(&beside, &report::kept(&plan.kept))?;
            said.extend([format!(
                "没有导入的 {} 格另存在 {}，它不发布\n",
                plan.kept.len(),
                beside.display()
            )]);
        }
        said.push_str("接着做：运行 site-gen check，再打开网站看看。\n");
        say(&said);
        Ok(())
    }

    /// Where the cells without a field go: beside the sheet, never into the content.
    fn beside(&self) -> anyhow::Result<PathBuf> {
        let name = self.file.file_stem().map_or_else(|| "名单".into(), |stem| stem.to_string_lossy());
        let name = format!("{name}.未导入.csv");
        let content = fs::canonicalize(&self.content.content).context("找不到内容文件夹")?;
        let file = fs::canonicalize(&self.file).context("找不到名单")?;
        match file.starts_with(&content) {
            true => Ok(content.with_file_name(name)),
            false => Ok(self.file.with_file_name(name)),
        }
    }
}

fn read_within_limits(file: &Path) -> anyhow::Result<Vec<u8>> {
    let opened = File::open(file).with_context(|| format!("打不开 {}：看看文件名对不对", file.display()))?;
    let mut bytes = Vec::new();
    let most = u64::try_from(workbook::LARGEST_FILE).unwrap_or(u64::MAX) + 1;
    opened.take(most).read_to_end(&mut bytes).with_context(|| format!("读不了 {}", file.display()))?;
    Ok(bytes)
}

/// The bytes to write: with a byte-order mark where the file had one. A file that changed meanwhile is left alone.
fn with_mark(target: &Path, path: &str, text: &str, sources: &SourceMap) -> anyhow::Result<Vec<u8>> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    let now = fs::read(target).unwrap_or_default();
    let planned = sources.file(path).map_or("", |file| sources.text(file));
    let bare = now.strip_prefix(MARK).unwrap_or(&now);
    if bare != planned.as_bytes() {
        bail!("{} 刚刚被别人改过，没有动它：再运行一次", target.display());
    }
    // A table that Excel is to open needs the mark.
    let marked = now.starts_with(MARK) || (now.is_empty() && path.ends_with(".csv"));
    Ok(if marked { [MARK, text.as_bytes()].concat() } else { text.as_bytes().to_vec() })
}
