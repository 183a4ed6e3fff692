//! `site-gen new county`: a county's rows in `regions.csv`, its folder, an introduction to fill in, an empty list.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::Args;
use site_gen::files;
use site_gen::scaffold::around::Around;
use site_gen::scaffold::county::{self, Asked};

use super::new::folders_in;
use super::{Content, Done, Run, say};

/// 一个县：市、县、乡镇写进区划表，建好放站点的文件夹
///
/// 写县的代码，或者名字。名字可以连上级一起写：泾县、安徽泾县、宣城市泾县都行。
/// 几个地方叫一个名字的，会列出来让你挑。
///
/// 会做这几件事：
///   · regions.csv 里加上市、县、乡镇和街道的代码和名字，已经有的行不动；
///   · stations/文件夹/_index.md，名录开头的那段话，是草稿，等你来写；
///   · stations/文件夹/stations.csv，只有表头，等你填站点。
/// 再运行一次，只补上缺的，什么都不会重复。
///
/// 名字和代码取自民政部国家地名信息库，全国都有：34 个省、333 个市、2847 个县、38749 个乡镇。
/// 村和社区的代码里面没有，坐标也没有，要自己填。
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct County {
    /// 县、区、县级市的代码或名字。没有县的市（例如东莞）写市
    #[arg(value_name = "代码或名字")]
    place: String,
    /// 文件夹叫什么。不写就按名字的拼音取，网址里没有它
    #[arg(long, value_name = "名字")]
    folder: Option<String>,
    #[command(flatten)]
    content: Content,
}

const EXAMPLES: &str = "例子：
  site-gen new county 341823
  site-gen new county 泾县
  site-gen new county 南京市鼓楼区 --folder gulou
  site-gen new county 341823 --content ../content

结束码：0 建好了，或者早就齐了；1 没有建（代码不对、几个县同名……，上面说了怎么改）；2 没法运行。";

impl Run for County {
    fn run(self) -> anyhow::Result<Done> {
        let content = self.content.content;
        if !content.join("site.toml").is_file() {
            bail!("{} 里没有 site.toml，不是内容文件夹：先运行 site-gen new site", content.display());
        }
        let regions = read(&content.join("regions.csv"))?;
        let mut around = Around::new(&site_gen::read(&content)?);
        around.station_folders.extend(folders_in(&content.join("stations")));
        let asked =
            Asked { county: &self.place, folder: self.folder.as_deref(), regions: regions.as_deref() };
        match county::plan(&asked, &around) {
            Ok(plan) => {
                write(&content, &plan)?;
                say(&what_next(&content, &plan));
                Ok(Done::Well)
            }
            Err(refusal) => {
                say(&format!("没有新建：{}。\n改法：{}\n", refusal.message, refusal.hint));
                Ok(Done::ToMend)
            }
        }
    }
}

/// Byte for byte: what is there is written back as it was.
fn read(path: &Path) -> anyhow::Result<Option<String>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(err) if err.kind() == ErrorKind::NotFound => return Ok(None),
        Err(err) => return Err(err).with_context(|| format!("打不开 {}", path.display())),
    };
    let text = String::from_utf8(bytes).ok().with_context(|| {
        format!("{} 不是 UTF-8 的，没有动它：在 Excel 里另存为“CSV UTF-8（逗号分隔）”", path.display())
    })?;
    Ok(Some(text))
}

/// The table last: where writing stops on the way, running it again finishes.
fn write(content: &Path, plan: &county::County) -> anyhow::Result<()> {
    for (path, text) in &plan.files {
        files::create(&content.join(path), text.as_bytes())?;
    }
    match &plan.regions {
        Some(text) => files::replace(&content.join("regions.csv"), text.as_bytes()),
        None => Ok(()),
    }
}

fn what_next(content: &Path, plan: &county::County) -> String {
    let folder = content.join(&plan.folder);
    if plan.regions.is_none() && plan.files.is_empty() {
        return format!("{}（{}）早就齐了，没有要加的：{}\n", plan.full_name, plan.code, folder.display());
    }
    let mut text = format!("建好了{}（{}）：\n", plan.full_name, plan.code);
    if plan.regions.is_some() {
        let path = content.join("regions.csv");
        text.extend([format!("  {}，加了 {} 行\n", path.display(), plan.added.len())]);
    }
    text.extend(plan.files.iter().map(|(path, _)| format!("  {}\n", content.join(path).display())));
    text.extend(plan.said.iter().map(|said| format!("  · {said}\n")));
    text.extend([format!(
        "接着做：
  1. 打开 {introduction}，写开头那段话，写好了删掉 draft: true 那一行。
  2. 有现成的站点名单：site-gen import stations 名单.xlsx --into {into}。没有就用 Excel 打开 stations.csv 填。
  3. 村和社区用得上的，一行一个加进 regions.csv：12 位代码，前 9 位是乡镇的。
  4. 运行 site-gen check，看有没有要改的。\n",
        introduction = folder.join("_index.md").display(),
        into = plan.folder,
    )]);
    text
}
