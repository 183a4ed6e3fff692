//! `site-gen new`: a file to fill in, in the right place, with everything that can be derived already there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use search::region::RegionCode;
use site_gen::scaffold::around::Around;
use site_gen::scaffold::site::NewSite;
use site_gen::scaffold::{self, Request, Sort};
use site_gen::{files, scaffold::NewFile};

use super::{Content, Done, Run, say, today};

/// 新建一篇：放到对的位置，写好模板，等你来填。
///
/// 能推出来的不用你写：文件名按标题的拼音取，案例放进今年，站点的类别和区划看名称。
/// 新建的是草稿，检查时会看，但不会发布。写好以后删掉文件里的 draft: true。
/// 已经有的文件，从不覆盖。
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct New {
    #[command(subcommand)]
    what: What,
}

const EXAMPLES: &str = "例子：
  site-gen new guide work --title \"产假怎么休\"        放进主题 work，文件名自动取
  site-gen new guide work/maternity-leave --title \"产假怎么休\"
  site-gen new case --topic work --title \"公司补发了工资\"
  site-gen new station shili-county --title \"暖溪镇妇女儿童之家\"
  site-gen new law example-law --title \"示例市妇女权益保障办法\"
  site-gen new campaign open-week --title \"维权开放周\"
  site-gen new page before-you-come --title \"来之前\"
  site-gen new county 341823                           一个县：区划表里的行、站点的文件夹
  site-gen new site --name 示例市 --region 990100      从空文件夹开始

结束码：0 建好了；1 没有建（重名、没有这个主题……，上面说了怎么改）；2 没法运行。";

#[derive(Subcommand)]
enum What {
    /// 指南：guides/主题/名字.md
    Guide(WithTopic),
    /// 案例：cases/年份/名字.md
    Case(WithTopic),
    /// 站点：stations/文件夹/名字.md。很多站点用表格，见 import
    Station(Plain),
    /// 法规条目：laws/名字.md
    Law(Plain),
    /// 宣传的日子：campaigns/名字.md
    Campaign(Plain),
    /// 别的页面：pages/名字.md
    Page(Plain),
    /// 一个新网站的内容文件夹：设置、主题、区划表
    Site(Site),
    County(super::county::County),
}

#[derive(Args)]
struct Plain {
    /// 放在哪里，叫什么：名字，或者 文件夹/名字。不写名字就按标题取
    place: Option<String>,
    /// 标题；站点写牌子上的名称
    #[arg(long, value_name = "标题", alias = "name")]
    title: Option<String>,
    #[command(flatten)]
    content: Content,
}

#[derive(Args)]
struct WithTopic {
    #[command(flatten)]
    plain: Plain,
    /// 主题：topics.yaml 里的 slug，或者它的标题
    #[arg(long, value_name = "主题")]
    topic: Option<String>,
}

#[derive(Args)]
struct Site {
    /// 服务的最大范围叫什么，例如 示例市
    #[arg(long, value_name = "名称")]
    name: String,
    /// 它的区划代码：市和县 6 位
    #[arg(long, value_name = "代码")]
    region: RegionCode,
    #[command(flatten)]
    content: Content,
}

impl Run for New {
    fn run(self) -> anyhow::Result<Done> {
        let (sort, asked) = match self.what {
            What::Guide(asked) => (Sort::Guide, asked),
            What::Case(asked) => (Sort::Case, asked),
            What::Station(plain) => (Sort::Station, WithTopic { plain, topic: None }),
            What::Law(plain) => (Sort::Law, WithTopic { plain, topic: None }),
            What::Campaign(plain) => (Sort::Campaign, WithTopic { plain, topic: None }),
            What::Page(plain) => (Sort::Page, WithTopic { plain, topic: None }),
            What::Site(site) => return site.run(),
            What::County(county) => return county.run(),
        };
        new_file(sort, asked)
    }
}

fn new_file(sort: Sort, asked: WithTopic) -> anyhow::Result<Done> {
    let content = asked.plain.content.content;
    let mut around = Around::new(&site_gen::read(&content)?);
    around.station_folders.extend(folders_in(&content.join("stations")));
    let request = Request {
        sort,
        place: asked.plain.place,
        title: asked.plain.title,
        topic: asked.topic,
        today: today(),
    };
    match scaffold::plan(&request, &around) {
        Ok(file) => {
            files::create(&content.join(&file.path), file.text.as_bytes())?;
            say(&what_next(&content, &file));
            Ok(Done::Well)
        }
        Err(refusal) => {
            say(&format!("没有新建：{}。\n改法：{}\n", refusal.message, refusal.hint));
            Ok(Done::ToMend)
        }
    }
}

/// Folders may be there before anything is in them.
pub(super) fn folders_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect()
}

fn what_next(content: &Path, file: &NewFile) -> String {
    let path = content.join(&file.path);
    let mut text = format!("新建了 {}\n", path.display());
    text.extend(file.derived.iter().map(|said| format!("  · {said}\n")));
    text.push_str(
        "接着做：
  1. 打开这个文件，把圆括号里的话换成你的。# 开头的行是说明，看完可以删。
  2. 运行 site-gen check，看有没有要改的。
  3. 写好了，删掉 draft: true 那一行。在那以前它不会发布。\n",
    );
    text
}

impl Site {
    fn run(self) -> anyhow::Result<Done> {
        let content = self.content.content;
        refuse_if_used(&content)?;
        let new = NewSite { name: self.name.trim().to_owned(), region: self.region };
        let files: Vec<(PathBuf, String)> =
            scaffold::site::files(&new).into_iter().map(|(path, text)| (content.join(path), text)).collect();
        let mut said = format!("新建了内容文件夹 {}：\n", content.display());
        for (path, text) in files {
            files::create(&path, text.as_bytes())?;
            said.extend([format!("  {}\n", path.display())]);
        }
        said.push_str(
            "接着做：
  1. 打开 site.toml，核对名字、网址和热线。
  2. 运行 site-gen new county 县的代码或名字，县和乡镇会加进 regions.csv；村自己加，一行一个。
  3. 运行 site-gen new guide 主题 --title \"标题\"，写第一篇。\n",
        );
        say(&said);
        Ok(Done::Well)
    }
}

fn refuse_if_used(content: &Path) -> anyhow::Result<()> {
    let used = match fs::read_dir(content) {
        Ok(mut entries) => entries.next().is_some(),
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => false,
        Err(err) => return Err(err).with_context(|| format!("打不开 {}", content.display())),
    };
    if used {
        bail!("{} 里已经有东西了，没有动它：换一个空文件夹，用 --content 指给我", content.display());
    }
    Ok(())
}
