//! A county to begin with: its rows in `regions.csv`, a folder with an introduction to fill in and an empty list of stations.
//!
//! Start at [`plan`]: from a code or a name to the texts to write, or to a refusal that says what to type instead. What is
//! there already stays as it stands, byte for byte; planning again when all is there gives nothing to write.

use search::region::{Level, RegionCode};

use super::around::Around;
use super::{Refusal, refusal, slug};
use crate::csv_text;
use crate::diag::nearest;
use crate::divisions::{AS_OF, Division, SOURCE, national};
use crate::roster::fields::Field;

const HEADINGS: &str = "code,name,level,lat,lon,radius_km";

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// A code or a name, as typed.
    pub county: &'a str,
    /// The name of its folder, where the editor wants another than its sound.
    pub folder: Option<&'a str>,
    /// `regions.csv` as it stands, where there is one.
    pub regions: Option<&'a str>,
}

/// What is to be written.
#[derive(Debug)]
pub struct County {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its name with those above it.
    pub full_name: String,
    /// Its folder: `stations/jing-xian`.
    pub folder: String,
    /// The new `regions.csv`, where rows have to be added.
    pub regions: Option<String>,
    /// The divisions that are added.
    pub added: Vec<Division>,
    /// New files by path.
    pub files: Vec<(String, String)>,
    /// What the editor should know, one sentence each.
    pub said: Vec<String>,
}

/// What has to be written for a county to be there.
///
/// # Errors
///
/// Refuses what is no county, a name that several have, a folder that is another's, and a table that can't be read.
pub fn plan(asked: &Asked<'_>, around: &Around) -> Result<County, Refusal> {
    let county = find(asked.county)?;
    let code = county.region();
    let townships: Vec<Division> = match code.level() {
        Level::County => {
            national().children(&code).into_iter().filter(|township| !township.abolished).collect()
        }
        _ => Vec::new(),
    };
    let above = national().above(&code).next();
    let wanted: Vec<Division> = above.into_iter().chain([county]).chain(townships.iter().copied()).collect();
    let (regions, added) = with_rows(asked.regions, &wanted)?;
    let name = folder(asked, county, around)?;
    let path = |file: &str| format!("stations/{name}/{file}");
    let mut files =
        vec![(path("_index.md"), introduction(county)), (path("stations.csv"), headings_of_stations())];
    files.retain(|(path, _)| !around.paths.contains(path));
    let mut said = vec![format!("名字和代码取自{SOURCE}（{AS_OF}），这以后的变动要自己改")];
    if townships.is_empty() {
        said.push(format!("全国的表里没有{}的乡镇街道，要自己加进 regions.csv：9 位代码", county.name));
    }
    if let Some(site) = around.site_region.as_ref().filter(|site| !code.is_within(site)) {
        said.push(format!(
            "{}不在这个网站的区划里：site.toml 里写的 region 是 {site}。不打算分成两个网站的，把它改大",
            county.name
        ));
    }
    if !added.is_empty() {
        said.push("坐标和半径不知道，空着也行；填了 lat、lon、radius_km，能查出站点的坐标错没错".to_owned());
    }
    Ok(County {
        code: county.code,
        name: county.name,
        full_name: national().full_name(county),
        folder: format!("stations/{name}"),
        regions,
        added,
        files,
        said,
    })
}

/// The county that is meant, or a city without counties.
fn find(typed: &str) -> Result<Division, Refusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(refusal("没说是哪个县", "写代码或名字，例如 site-gen new county 341823"));
    }
    let division = match typed.bytes().all(|byte| byte.is_ascii_digit()) {
        true => by_code(typed)?,
        false => by_name(typed)?,
    };
    let code = division.region();
    let full = national().full_name(division);
    let children = national().children(&code);
    match code.level() {
        Level::County => Ok(division),
        Level::City if children.is_empty() => Ok(division),
        Level::City | Level::Province if !children.is_empty() => Err(refusal(
            format!("{} 是{full}，不是一个县", division.code),
            format!("一次建一个县，它下面有：{}", listed(&children)),
        )),
        Level::Province => Err(refusal(
            format!("全国的表里只有{full}这一行，没有它下面的"),
            "它的市、县、乡镇，自己一行一行加进 regions.csv",
        )),
        _ => {
            let county =
                national().above(&code).next().map_or_else(String::new, |county| county.code.to_owned());
            Err(refusal(
                format!("{} 是{full}，不是一个县", division.code),
                format!("建它的县，乡镇会一起加上：site-gen new county {county}"),
            ))
        }
    }
}

fn by_code(typed: &str) -> Result<Division, Refusal> {
    // The Ministry writes every code with twelve digits.
    let short = match typed.len() {
        12 => typed.strip_suffix("000000").or_else(|| typed.strip_suffix("000")).unwrap_or(typed),
        _ => typed,
    };
    if let Some(division) = national().find(short) {
        return Ok(division);
    }
    let message = format!("全国的表里没有代码 {typed}");
    if short.starts_with("99") {
        let hint = "99 开头的是演示用的代码，自己一行一行加进 regions.csv；真的县写真的代码";
        return Err(refusal(message, hint));
    }
    if let Some(now) = national().successor(short) {
        let full = national().full_name(now);
        return Err(refusal(
            format!("{typed} 是以前的代码，现在不用了"),
            format!("它归了{full}：site-gen new county {}", now.code),
        ));
    }
    let county = |division: &Division| division.code.len() == 6;
    let near: Vec<Division> = national().near(short).into_iter().filter(county).collect();
    let hint = match near.as_slice() {
        [] => "市和县的代码 6 位；也可以写名字，例如 site-gen new county 泾县".to_owned(),
        near => format!("也可以写名字。像它的代码有：{}", listed(&near[..near.len().min(6)])),
    };
    Err(refusal(message, hint))
}

fn by_name(typed: &str) -> Result<Division, Refusal> {
    let found = national().meant(typed);
    // 吉林 is a province and a city, 鼓楼区 is in four cities.
    match found.as_slice() {
        [one] => Ok(*one),
        [] => {
            // Several townships of one name may lie in one county.
            let mut counties: Vec<Division> = national()
                .named(typed)
                .filter_map(|found| national().above(&found.region()).next())
                .collect();
            counties.dedup();
            let hint = match alike(typed).as_slice() {
                _ if !counties.is_empty() => {
                    format!("它是乡镇，写它的县：{}", listed(&counties[..counties.len().min(6)]))
                }
                [] => "写县、区、县级市的全名，或者 6 位代码，例如 site-gen new county 341823".to_owned(),
                alike => format!("是不是：{}", listed(&alike[..alike.len().min(6)])),
            };
            Err(refusal(format!("全国的表里没有叫“{typed}”的县"), hint))
        }
        several => Err(refusal(
            format!("叫“{typed}”的有 {} 个", several.len()),
            format!("写代码，或者连上级一起写：{}", listed(several)),
        )),
    }
}

/// Those that sound the same; where none does, those of the name that looks most like it.
fn alike(typed: &str) -> Vec<Division> {
    let all = || national().all().filter(|division| division.code.len() == 6);
    let sound = slug::from_title(typed);
    let same: Vec<Division> = all().filter(|found| slug::from_title(found.name) == sound).collect();
    // Of two characters half are the same in a hundred names.
    if sound.is_none() || !same.is_empty() || typed.chars().count() < 3 {
        return same;
    }
    let near = nearest(typed, all().map(|division| division.name));
    all().filter(|division| Some(division.name) == near).collect()
}

/// ` 341823 安徽省宣城市泾县`; several one a line. For the end of a sentence.
fn listed(divisions: &[Division]) -> String {
    let one = |division: &Division| format!("{} {}", division.code, national().full_name(*division));
    match divisions {
        [only] => format!(" {}", one(only)),
        several => several.iter().map(|division| "\n  ".to_owned() + &one(division)).collect(),
    }
}

/// The table with rows for those of `wanted` that it has not, and these.
fn with_rows(text: Option<&str>, wanted: &[Division]) -> Result<(Option<String>, Vec<Division>), Refusal> {
    let empty = format!("{HEADINGS}\n");
    let text = text.filter(|text| !text.trim().is_empty()).unwrap_or(&empty);
    let (mark, bare) = match text.strip_prefix('\u{feff}') {
        Some(bare) => ("\u{feff}", bare),
        None => ("", text),
    };
    let table = Table::read(bare)?;
    let missing = |division: &&Division| !table.rows.iter().any(|(code, _)| code == division.code);
    let added: Vec<Division> = wanted.iter().filter(missing).copied().collect();
    if added.is_empty() {
        return Ok((None, added));
    }
    Ok((Some(format!("{mark}{}", table.with(&added))), added))
}

/// `regions.csv`, as far as rows are put between its rows.
struct Table<'t> {
    text: &'t str,
    line_end: &'static str,
    columns: Vec<String>,
    /// The code of each row and where its line begins.
    rows: Vec<(String, usize)>,
}

impl<'t> Table<'t> {
    fn read(text: &'t str) -> Result<Self, Refusal> {
        let records = csv_text::records(text, ',');
        let columns: Vec<String> =
            records.first().into_iter().flatten().map(|piece| piece.value.trim().to_owned()).collect();
        let column = |names: [&str; 2]| columns.iter().position(|column| names.contains(&column.as_str()));
        let (Some(code), Some(_)) = (column(["code", "代码"]), column(["name", "名称"])) else {
            return Err(unreadable("第一行要有 code 和 name"));
        };
        if records.iter().flatten().any(|piece| piece.slip.is_some()) {
            return Err(unreadable("有一格的双引号没有配对"));
        }
        let rows = records
            .iter()
            .skip(1)
            .filter_map(|row| Some((row.get(code)?.value.trim().to_owned(), row.first()?.raw.start)));
        let rows = rows.filter(|(code, _)| !code.is_empty()).collect();
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Ok(Self { text, line_end, columns, rows })
    }

    /// Each new row before the first one with a greater code; rows that are there don't move.
    fn with(&self, added: &[Division]) -> String {
        let mut text = String::with_capacity(self.text.len() + added.len() * 40);
        let mut copied = 0;
        let mut added = added.to_vec();
        added.sort();
        // Those that belong behind what stands last are put there together.
        for division in added {
            let before = self.rows.iter().find(|(code, _)| code.as_str() > division.code);
            let at = before.map_or(self.text.len(), |(_, at)| *at).max(copied);
            text.push_str(&self.text[copied..at]);
            copied = at;
            if !text.ends_with('\n') {
                text.push_str(self.line_end);
            }
            text.push_str(&self.row(division));
            text.push_str(self.line_end);
        }
        text.push_str(&self.text[copied..]);
        text
    }

    fn row(&self, division: Division) -> String {
        let cells = self.columns.iter().map(|column| match column.as_str() {
            "code" | "代码" => division.code,
            "name" | "名称" => division.name,
            "level" | "层级" => division.region().level().code(),
            _ => "",
        });
        csv_text::line(cells, ',')
    }
}

fn unreadable(why: &str) -> Refusal {
    refusal(format!("regions.csv 读不下去：{why}"), "先运行 site-gen check，照它说的改好")
}

/// The county's folder: the one that is its already, the one that was asked for, or one by its sound.
fn folder(asked: &Asked<'_>, county: Division, around: &Around) -> Result<String, Refusal> {
    let code: RegionCode = county.region();
    if let Some((own, _)) = around.folder_regions.iter().find(|(_, region)| **region == code) {
        return match asked.folder {
            Some(other) if other != own => Err(refusal(
                format!("{}已经有文件夹了：stations/{own}", county.name),
                format!("不要写 --folder {other}；想换名字，给文件夹改名就行，网址不会变"),
            )),
            _ => Ok(own.clone()),
        };
    }
    let is_others = |name: &str| around.folder_regions.contains_key(name);
    if let Some(name) = asked.folder {
        if !slug::is_slug(name) {
            let hint = "只用小写英文字母、数字和短横，例如 --folder jing-xian";
            return Err(refusal(format!("文件夹“{name}”不能用"), hint));
        }
        if is_others(name) {
            let hint = "换一个名字，例如前面加上市的名字";
            return Err(refusal(format!("stations/{name} 是别的地方的"), hint));
        }
        return Ok(name.to_owned());
    }
    let is_taken = |name: &str| around.station_folders.contains(name);
    let own = slug::from_title(county.name).unwrap_or_else(|| county.code.to_owned());
    if !is_taken(&own) {
        return Ok(own);
    }
    let above = national().above(&code).next().map_or("", |above| above.name);
    let with_city = slug::from_title(&format!("{above}{}", county.name)).unwrap_or(own);
    Ok(slug::free(&with_city, is_taken))
}

fn introduction(county: Division) -> String {
    let Division { code, name, .. } = county;
    format!(
        "---
region: \"{code}\"
title: {name}维权服务站
# 这是草稿：检查时照样会看，但不会发布。写好以后删掉下面这一行。
draft: true
---

<!-- 名录开头的一段话，三到五句，用“你”。这样括起来的话不会发布，写完删掉。 -->

（先去哪里，谁会听她说，办不了的怎么办。）

（夜里出事打哪个电话，要不要钱。）
"
    )
}

fn headings_of_stations() -> String {
    csv_text::line(Field::ALL.into_iter().map(Field::code), ',') + "\n"
}

#[cfg(test)]
mod tests;
