//! Case digests: they refer to what exists, and nobody can be found through them (rule 7 of the domain).

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::citations::Spoken;
use super::pages::topic_slugs;
use super::resolver::{Notes, PageContext, References};
use super::{World, check_slugs, stations};
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Drafts;
use crate::load::kinds::CaseDraft;
use crate::model::{CaseDigest, CaseHead};
use crate::source::Span;

/// The heads of the digests; reports topics and guides that don't exist.
pub fn cases(drafts: &Drafts, known: &BTreeSet<&str>, diags: &mut Diagnostics) -> Vec<Arc<CaseHead>> {
    let topics = topic_slugs(drafts);
    for draft in &drafts.cases {
        if let Some(topics) = &topics {
            check_slugs(std::slice::from_ref(&draft.topic), "主题", topics, diags);
        }
        check_slugs(&draft.guides, "指南", known, diags);
    }
    drafts.cases.iter().map(|draft| draft.head()).collect()
}

/// Reads the text of a digest; reports what could identify somebody.
pub fn case(draft: &CaseDraft, world: &World<'_>) -> (CaseDigest, Notes) {
    let head = draft.head();
    // What held in the case's year may be cited, whatever came later.
    let spoken = Date::new(draft.year, 12, 31).map_or(Spoken::Today, Spoken::Then);
    let url = head.url();
    let page = PageContext { file: draft.slug.span.file, url: &url, spoken };
    let mut references = References::new(world, page);
    check_anonymous(draft, world, &mut references.notes.diags);
    let applied = draft.applied.iter().flat_map(|text| references.cite(text)).collect();
    let body = references.body(draft.body);
    (CaseDigest { head, applied, body }, references.notes)
}

fn check_anonymous(draft: &CaseDraft, world: &World<'_>, diags: &mut Diagnostics) {
    let file = draft.slug.span.file;
    let text = world.sources.text(file);
    let body = draft.body.0;
    let head = [draft.title.span, draft.summary.span];
    for span in head.into_iter().chain(std::iter::once(body)) {
        let written = &text[span.start..span.end];
        let places = world.regions.names_below_county().flat_map(|name| written.match_indices(name));
        let places = places.map(|(at, name)| Finding {
            start: at,
            end: at + name.len(),
            what: "县以下的地名",
            hint: "最细写到县",
        });
        for finding in findings(written).into_iter().chain(places) {
            let at = Span::new(file, span.start + finding.start, span.start + finding.end);
            let message =
                format!("“{}”像是{}，可能让人认出当事人", &written[finding.start..finding.end], finding.what);
            diags.push(Diagnostic::error("digest-identity", at, message).hint(finding.hint));
        }
    }
}

/// 张某, 王女士: a surname with a mark behind it. Words that only look so (某天, 付某笔钱) are left alone.
fn names(text: &str) -> Vec<Finding> {
    const NOT_A_NAME: &str = "公单天年月日次个些种人笔家地县市区村镇乡校厂店处项段时晚";
    let mut found = Vec::new();
    for mark in ["某", "女士", "先生", "小姐", "大姐", "阿姨", "奶奶"] {
        for (at, _) in text.match_indices(mark) {
            let surname = text[..at]
                .chars()
                .next_back()
                .filter(|c| SURNAMES.contains(*c) || (mark == "某" && *c == '某'));
            let next = text[at + mark.len()..].chars().next();
            let Some(surname) =
                surname.filter(|_| mark != "某" || !next.is_some_and(|c| NOT_A_NAME.contains(c)))
            else {
                continue;
            };
            let (start, end) = (at - surname.len_utf8(), at + mark.len());
            found.push(Finding {
                start,
                end,
                what: "姓名",
                hint: "写“她”“丈夫”“一位妇女”；如果不是姓名，换个说法",
            });
        }
    }
    found
}

/// 京A·12345: a province, a letter, five letters or digits.
fn plates(text: &str) -> Vec<Finding> {
    const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
    let mut found = Vec::new();
    for (start, province) in text.char_indices().filter(|(_, c)| PROVINCES.contains(*c)) {
        let rest = &text[start + province.len_utf8()..];
        let letter = rest.chars().next().is_some_and(|c| c.is_ascii_uppercase());
        let number: String = rest
            .chars()
            .skip(1)
            .skip_while(|c| matches!(c, '·' | ' '))
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if letter && (5..=6).contains(&number.len()) {
            let end = start + text[start..].find(number.as_str()).unwrap_or(0) + number.len();
            found.push(Finding { start, end, what: "车牌号", hint: "删掉号码" });
        }
    }
    found
}

/// 2025-03-08, 2025/3/8, 2025.3.8.
fn iso_dates(text: &str) -> Vec<(usize, usize)> {
    let runs = digit_runs(text);
    let joined = |a: &(usize, usize), b: &(usize, usize)| matches!(&text[a.1..b.0], "-" | "/" | ".");
    let dates = runs
        .windows(3)
        .filter(|run| run[0].1 - run[0].0 == 4 && joined(&run[0], &run[1]) && joined(&run[1], &run[2]));
    dates.map(|run| (run[0].0, run[2].1)).collect()
}

/// The surnames of most people: a name in a digest is written as one of them and 某.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常";

struct Finding {
    start: usize,
    end: usize,
    what: &'static str,
    hint: &'static str,
}

/// What in `text` could identify somebody: long numbers, full dates, masked names, addresses.
fn findings(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (start, end) in digit_runs(text) {
        let len = end - start;
        if len >= 15 {
            found.push(Finding { start, end, what: "身份证号", hint: "删掉号码" });
        } else if len >= 7 && !text[end..].trim_start().starts_with(['元', '万', '条', '人', '次']) {
            found.push(Finding { start, end, what: "电话号码", hint: "删掉号码" });
        }
    }
    found.extend(names(text));
    found.extend(plates(text));
    for (start, end) in iso_dates(text) {
        found.push(Finding {
            start, end, what: "具体到日的日期", hint: "最细写到月：2025 年 3 月"
        });
    }
    for (at, mark) in text.match_indices('日') {
        if let Some(start) = full_date_before(&text[..at]) {
            found.push(Finding {
                start,
                end: at + mark.len(),
                what: "具体到日的日期",
                hint: "最细写到月：2025 年 3 月",
            });
        }
    }
    let mut start = 0;
    for sentence in text.split_inclusive(['。', '\n', '，', '；']) {
        if stations::has_house_number(sentence) {
            found.push(Finding {
                start,
                end: start + sentence.trim_end().len(),
                what: "地址",
                hint: "最细写到县",
            });
        }
        start += sentence.len();
    }
    found
}

fn digit_runs(text: &str) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = None;
    for (at, byte) in text.bytes().enumerate() {
        match (byte.is_ascii_digit(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                runs.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    runs.extend(start.map(|from| (from, text.len())));
    runs
}

/// Where “3 月 8” begins at the end of `text`.
fn full_date_before(text: &str) -> Option<usize> {
    let number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let day = text.trim_end();
    let before_day = day.trim_end_matches(number);
    let month = before_day.trim_end().strip_suffix('月')?.trim_end();
    let before_month = month.trim_end_matches(number);
    (before_day.len() < day.len() && before_month.len() < month.len()).then_some(before_month.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(text: &str) -> Vec<&'static str> {
        findings(text).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn what_could_identify_somebody_is_found() {
        assert_eq!(what("打电话 13900000000"), ["电话号码"]);
        assert_eq!(what("号码是 110101199003070000"), ["身份证号"]);
        assert_eq!(what("张某到法院"), ["姓名"]);
        assert_eq!(what("王女士来了"), ["姓名"]);
        assert_eq!(what("车是皖P12345"), ["车牌号"]);
        assert_eq!(what("2025-03-08 那天"), ["具体到日的日期"]);
        assert_eq!(what("2025 年 3 月 8 日晚上"), ["具体到日的日期"]);
        assert_eq!(what("三月八日"), ["具体到日的日期"]);
        assert_eq!(what("住在人民路 18 号"), ["地址"]);
    }

    #[test]
    fn what_every_story_says_is_left_alone() {
        for harmless in [
            "某天晚上，某公司的人来了",
            "她向某公司借了钱，于某天还了",
            "付某笔 1200000 元",
            "楼上的卧室",
            "对面的账号",
            "一位女士",
            "2025 年 3 月，她打了 110",
            "72 小时内作出裁定",
            "三个月后的一日",
            "每月 25 日",
            "赔了 12000 元",
        ] {
            assert!(what(harmless).is_empty(), "{harmless}: {:?}", what(harmless));
        }
    }
}
