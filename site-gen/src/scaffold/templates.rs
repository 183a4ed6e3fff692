//! The templates: what is to be filled in, explained where it stands.
//!
//! Each passes `check` as it comes and is a draft. A line that begins with `#` in the head, and `<!-- -->` in the text,
//! is for the editor and never published. The words are those of the handbook, section 3.

use search::vocabulary::{Channel, Outcome, StationKind};

use super::around::Around;
use super::{Request, Sort};

const DRAFT: &str = "# 这是草稿：检查时照样会看，但不会发布。写好以后删掉下面这一行。\ndraft: true\n";

/// The text of a new file; adds what was derived.
pub(super) fn fill(request: &Request, folder: &str, around: &Around, derived: &mut Vec<String>) -> String {
    let title = request.title.clone().unwrap_or_else(|| "（在这里写标题）".to_owned());
    match request.sort {
        Sort::Guide => guide(&title, around),
        Sort::Case => case(&title, request, around, derived),
        Sort::Station => station(&title, folder, around, derived),
        Sort::Law => law(&title, request),
        Sort::Campaign => campaign(&title, request),
        Sort::Page => page(&title),
    }
}

fn guide(title: &str, around: &Around) -> String {
    let related = around.guides.first().map_or("maternity-leave", String::as_str);
    format!(
        "---
# 标题最好不超过 20 个字。
title: {title}
# 一两句话，说清读者能得到什么。
summary: （在这里写一两句话）

# 下面这些，用得上的去掉开头的“# ”再填；用不上的整行删掉。
# 对照法律看过全文的日子，引用的法条按这一天查：
# reviewed: 2026-11-12
# 写给谁：
# audience: [妇女, 老人]
# 要打的热线，号码先写在 site.toml 里：
# hotlines: [\"12338\"]
# 哪类站点能帮她：
# help_at: [rights_station, legal_aid]
# 别的指南的文件名，不带 .md：
# related: [{related}]
# 搜索用的词：
# keywords: [关键词一, 关键词二]
# 大家会怎么问，三到六句，用口语：
# asked:
#   - 上班能回家喂奶吗
# 要带的东西，一行一样：
# bring:
#   - 身份证

# 先做什么，两到四步。动词开头；怎么做里可以引法条、放链接。
steps:
  - do: （第一步做什么）
    how: （怎么做）

# 被人看见会有危险的（家暴、骚扰、离婚都算）写 true：标题不出现在浏览器标签和历史里。
sensitive: false
{DRAFT}---

<!-- 写给读者看：用“你”，一句话只说一件事，不超过 60 个字。这样括起来的话不会发布，写完删掉。 -->

## 你能得到什么

（先说意思，再另起一行写依据，写法见编辑手册第 4 节。）

## 去哪里

（去哪里、带什么、要不要钱、多久有结果。）
",
        title = yaml(title),
    )
}

fn case(title: &str, request: &Request, around: &Around, derived: &mut Vec<String>) -> String {
    let known = |topic: &String| around.topics.iter().any(|(slug, _)| slug == topic);
    let topic = request.topic.clone().filter(known);
    if topic.is_none() {
        derived.push(format!("主题先写了 {}，改成合适的那个", around.first_topic()));
    }
    let topic = topic.unwrap_or_else(|| around.first_topic().to_owned());
    let topics: Vec<&str> = around.topics.iter().map(|(slug, _)| slug.as_str()).collect();
    let words =
        |all: Vec<(&str, &str)>| all.iter().map(|(_, chinese)| *chinese).collect::<Vec<_>>().join("、");
    let outcomes = words(Outcome::ALL.iter().map(|word| (word.code(), word.chinese())).collect());
    let channels = words(Channel::ALL.iter().map(|word| (word.code(), word.chinese())).collect());
    format!(
        "---
# 不写姓名、县以下的地名、具体的日子、单位名字：认识她的人读了也认不出是她，才能发。见编辑手册第 7 节。
title: {title}
# 一两句话说完。
summary: （在这里写一两句话）
# 主题，从这里选一个：{topics}
topic: {topic}
# 结果，从这里选一个：{outcomes}
outcome: 咨询解答
# 途径，从这里选一个：{channels}
# channel: 调解
# 用到的法条，一行一处：
# applied:
#   - 《反家庭暴力法》第二十三条
# 对应的指南，文件名不带 .md：
# guides: [protection-order]
# 大家会怎么问，用口语，一句一行。只给搜索用，页面上不显示：
# asked:
#   - 有没有人办成过
{DRAFT}---

## 事情经过

（一位妇女……。日子只写到月，地方不写县以下。）

## 怎么办的

（先去了哪里，谁帮了她，用了什么法条。）

## 结果

（用了多久，花没花钱。）

## 给你的提醒

- （遇到一样的事，先做什么。）
",
        title = yaml(title),
        topics = topics.join("、"),
    )
}

fn station(title: &str, folder: &str, around: &Around, derived: &mut Vec<String>) -> String {
    let kind = kind_of(title);
    match kind {
        Some(kind) => derived.push(format!("类别按名称写了“{}”", kind.chinese())),
        None => derived.push("看不出是哪类站点，类别先写了“维权服务站”，改成合适的".to_owned()),
    }
    let kind = kind.unwrap_or(StationKind::RightsStation);
    let region = around.region_of(title, folder);
    match region {
        Some((code, name)) => derived.push(format!("区划写了 {code}（{name}），核对一下")),
        None => derived.push("regions.csv 里还没有区划，先加一行，再填这里的 region".to_owned()),
    }
    let code = region.map_or_else(|| "990121".to_owned(), |(code, _)| code.to_string());
    let kinds: Vec<&str> = StationKind::ALL.iter().map(|kind| kind.chinese()).collect();
    let head = format!(
        "---
# 牌子上的名字。
name: {name}
# 类别，从这里选一个：{kinds}
kind: {kind}
# 区划代码，要先写在 regions.csv 里；加半角双引号。
region: \"{code}\"
",
        name = yaml(title),
        kinds = kinds.join("、"),
        kind = kind.chinese(),
    );
    let rest = if kind == StationKind::Shelter { SHELTER } else { STATION };
    head + &rest.replace("{{draft}}\n", DRAFT)
}

const STATION: &str = "
# 下面这些，用得上的去掉开头的“# ”再填；用不上的整行删掉。
# 像跟司机说的那样：
# address: 示例县暖溪镇溪口路 22 号
# 坐标从哪张地图上取的，datum 就写哪个：高德、腾讯 gcj02，百度 bd09，手机定位 wgs84。不知道就整行删掉，不要猜：
# location: {lat: 40.52260, lon: 102.55890, datum: gcj02}
# 电话，第一个最显眼：
# phones: [\"0000-5551204\"]
# 开放时间，写法见编辑手册第 5 节：
# hours: \"Mo-Fr 08:30-12:00,14:00-17:30; PH off\"
# 能办的事：
# services: [法律咨询, 调解, 转介]
# 五有，有的才写：
# has: [有人员, 有机构, 有牌子, 有固定场所, 有制度]
# 设施，有的才写：接待台有人、没有台阶、无障碍卫生间、单独谈话间、儿童角、手语、可以写字谈
# facilities: [没有台阶, 单独谈话间]
# 普通话以外能说的语言和方言：
# languages: [客家话]
# 可以上门去看谁：
# home_visits: [老人, 残疾人]
# 上级站的编号：
# parent: shili-county-center
# 职务和做什么，不写人名。擅长写主题的英文名：
# roles:
#   - role: 坐班律师
#     duty: 每周二上午在
#     profession: 律师
#     topics: [marriage-family, work]
# 打电话核实的日子：
# verified: 2026-11-10
# 去之前要知道的：
# note: 先打电话约时间
{{draft}}
---

（到了门口怎么走，谁接待，当场能办什么。没有要说的，这一段删掉。）
";

const SHELTER: &str = "
# 庇护场所在哪里，任何地方都不写：没有地址，没有坐标，没有“在什么旁边”。只写电话。见编辑手册第 6 节。
# 一定要有电话。把号码换成你们的：
phones: [\"0000-5550000\"]
# 开放时间，写法见编辑手册第 5 节：
# hours: \"24/7\"
# services: [庇护, 心理疏导, 转介]
# serves: 受家庭暴力、不能回家的妇女和孩子
visibility: confidential
# verified: 2026-11-10
{{draft}}
---

不能回家的时候，你和孩子可以先住下。

（怎么打电话，打通以后会怎样。地名、路名、楼名，一个都不写。）
";

fn law(title: &str, request: &Request) -> String {
    let today = request.today;
    format!(
        "---
# 全名，不带书名号。
title: {title}
# 大家怎么叫它，第一个用来显示；引用时写哪个都行。
short_titles: [{short}]
# 法律、行政法规、司法解释、地方政府规章……
# rank: 法律
# 从旧到新，一个版本一项。日子和条数照原文改：
versions:
    # 通过的日子
  - adopted: {today}
    # 开始有效的日子
    effective: {today}
    # 一共几条
    articles: 1
# 大家会怎么问，用口语，一句一行。只给搜索用，页面上不显示：
# asked:
#   - 这部法管什么
{DRAFT}---

（用自己的话说：这部法管什么，帮得上谁。不抄原文。）

### 第一条 平常的名字

（这一条给她什么。条号后面空一格写名字；不写哪条，就删掉哪条。）
",
        title = yaml(title),
        short = yaml_in_list(title),
    )
}

fn campaign(title: &str, request: &Request) -> String {
    let day = request.today.strftime("%m-%d");
    format!(
        "---
title: {title}
# 每年一天写 11-25；每年一段写 03-01/03-08；只一次写 2026-12-01/2026-12-07。
dates: {day}
# 这天推荐看的指南，文件名不带 .md：
# guides: [protection-order]
# 相关的主题：
# topics: [legal-aid]
# 大家会怎么问，用口语，一句一行。只给搜索用，页面上不显示：
# asked:
#   - 这一天去哪里问
{DRAFT}---

（这一天是什么日子，来了能得到什么，去哪里。）
",
        title = yaml(title),
    )
}

fn page(title: &str) -> String {
    format!(
        "---
title: {title}
# 搜索时显示的一句话。
# summary: （在这里写一句话）
# 大家会怎么问，用口语，一句一行。只给搜索用，页面上不显示：
# asked:
#   - 要不要登记名字
{DRAFT}---

（正文。小标题从两个井号开始。）
",
        title = yaml(title),
    )
}

/// The kind that a station's name says.
pub fn kind_of(name: &str) -> Option<StationKind> {
    use StationKind as K;
    const SIGNS: [(&str, StationKind); 20] = [
        ("庇护", K::Shelter),
        ("临时救助", K::Shelter),
        ("伤情鉴定", K::InjuryIdentification),
        ("家庭暴力投诉", K::ComplaintCenter),
        ("家暴投诉", K::ComplaintCenter),
        ("反家暴", K::ComplaintCenter),
        ("法律援助", K::LegalAid),
        ("妇情反馈", K::FeedbackPoint),
        ("反馈站", K::FeedbackPoint),
        ("妇女儿童之家", K::FamilyCenter),
        ("儿童之家", K::FamilyCenter),
        ("家庭辅导", K::FamilyCenter),
        ("派出所", K::Police),
        ("公安", K::Police),
        ("警务室", K::Police),
        ("法庭", K::CourtWindow),
        ("法院", K::CourtWindow),
        ("调解", K::Mediation),
        ("维权", K::RightsStation),
        ("妇女服务站", K::RightsStation),
    ];
    StationKind::parse(name)
        .or_else(|| SIGNS.iter().find(|(sign, _)| name.contains(sign)).map(|(_, kind)| *kind))
}

/// A text as a YAML value after `key: `; in quotes where it needs them.
pub fn yaml(text: &str) -> String {
    let first = text.chars().next().unwrap_or(' ');
    let odd_start = first.is_ascii_punctuation() || first.is_whitespace();
    let odd = text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
        || text.ends_with(char::is_whitespace);
    let control = text.chars().any(char::is_control);
    let word = matches!(text, "true" | "false" | "yes" | "no" | "null" | "~" | "on" | "off");
    let number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || ".-+eE_:xo".contains(c));
    if text.is_empty() || odd_start || odd || control || word || number {
        quoted(text)
    } else {
        text.to_owned()
    }
}

/// A text as an item of a YAML list in brackets.
fn yaml_in_list(text: &str) -> String {
    let plain = yaml(text);
    let odd = plain == text && text.contains([',', '[', ']', '{', '}']);
    if odd { quoted(text) } else { plain }
}

/// A text in double quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.extend([format!("\\u{:04X}", u32::from(c))]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
