//! What in a text could lead to a person: numbers, names, plates, days, addresses.
//!
//! Start at [`findings`]. A finding says what sort of thing it takes the words for, because what to write instead differs.
//! It errs on the side of asking, except where every story has such words: sums, areas, flats, laws that take effect.

use std::ops::Range;

use super::stations;

/// Words that could lead to somebody.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where in the text.
    pub at: Range<usize>,
    /// What they look like, in Chinese.
    pub what: &'static str,
    /// What to write instead.
    pub hint: &'static str,
}

/// Everything in `text` that could lead to a person, in order.
pub fn findings(text: &str) -> Vec<Finding> {
    let mut found = dates(text);
    found.extend(papers(text));
    found.extend(plates(text));
    let taken: Vec<Range<usize>> = found.iter().map(|finding| finding.at.clone()).collect();
    let free = |at: &Range<usize>| taken.iter().all(|taken| at.end <= taken.start || taken.end <= at.start);
    found.extend(numbers(text).into_iter().filter(|finding| free(&finding.at)));
    found.extend(names(text));
    found.extend(addresses(text));
    found.sort_by_key(|finding| (finding.at.start, finding.at.end));
    found
}

const NO_NUMBER: &str = "删掉号码";
const NO_DAY: &str = "最细写到月：2025 年 3 月";

/// Long numbers, by what they look like.
fn numbers(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for at in number_runs(text) {
        let digits: String = text[at.clone()].chars().filter(char::is_ascii_alphanumeric).collect();
        let unit = text[at.end..].trim_start();
        let what = match digits.len() {
            18 if is_birthday(&digits[6..14]) => "身份证号",
            15 if is_birthday(&format!("19{}", &digits[6..12])) => "身份证号",
            16..=19 if passes_luhn(&digits) => "银行卡号",
            15.. => "证件号或者卡号",
            11 if is_mobile(&digits) => "手机号",
            7..=12 if is_landline(&digits) => "电话号码",
            7.. if !is_measured(unit) => {
                if said_to_dial(&text[..at.start]) {
                    "电话号码"
                } else {
                    "一串号码"
                }
            }
            _ => continue,
        };
        found.push(Finding { at, what, hint: NO_NUMBER });
    }
    found
}

/// Runs of digits, with single dashes and spaces between groups of three and more, and the X that ends some identity
/// numbers.
fn number_runs(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let first = digits(at);
        if first == 0 {
            at += 1;
            continue;
        }
        let (start, mut group) = (at, first);
        at += first;
        while group >= 3
            && matches!(bytes.get(at), Some(b'-' | b' '))
            && at + 1 < bytes.len()
            && digits(at + 1) >= 3
        {
            group = digits(at + 1);
            at += 1 + group;
        }
        if at - start == 17 && matches!(bytes.get(at), Some(b'X' | b'x')) {
            at += 1;
        }
        found.push(start..at);
    }
    found
}

/// Whether eight digits are a day on which a living person was born.
fn is_birthday(digits: &str) -> bool {
    let part = |range: Range<usize>| digits.get(range).and_then(|text| text.parse::<u16>().ok()).unwrap_or(0);
    (1900..=2100).contains(&part(0..4)) && (1..=12).contains(&part(4..6)) && (1..=31).contains(&part(6..8))
}

/// The check digit of bank cards (ISO/IEC 7812).
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            let doubled = if place % 2 == 1 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    digits.bytes().all(|byte| byte.is_ascii_digit()) && sum.is_multiple_of(10)
}

fn is_mobile(digits: &str) -> bool {
    digits.starts_with('1') && digits[1..].starts_with(|c: char| ('3'..='9').contains(&c))
}

/// An area code of three or four digits, beginning with 0, and a number of seven or eight; or 400 and 800 numbers.
fn is_landline(digits: &str) -> bool {
    let area = digits.starts_with('0') && (10..=12).contains(&digits.len());
    area || (digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800")))
}

/// Whether what follows says that the number counts something.
fn is_measured(unit: &str) -> bool {
    const UNITS: [&str; 22] = [
        "元", "万", "亿", "平方", "公里", "千米", "米", "亩", "公顷", "斤", "公斤", "吨", "条", "人", "次",
        "户", "件", "株", "棵", "只", "%", "步",
    ];
    UNITS.iter().any(|word| unit.starts_with(word))
}

fn said_to_dial(before: &str) -> bool {
    let near: Vec<char> = before.chars().rev().take(8).collect();
    ['打', '拨', '话', '机', '信', '号', 'Q'].iter().any(|c| near.contains(c))
}

/// （2025）示 0121 民初 88 号, 公家告字〔2025〕12 号: numbers of cases and papers.
fn papers(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (start, open) in text.char_indices().filter(|(_, c)| matches!(c, '（' | '(' | '〔' | '[' | '【')) {
        let inside = start + open.len_utf8();
        let year = text.get(inside..inside + 4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
        let close = text.get(inside + 4..).and_then(|rest| rest.chars().next());
        let (Some(_), Some(close @ ('）' | ')' | '〕' | ']' | '】'))) = (year, close) else { continue };
        let behind = inside + 4 + close.len_utf8();
        let reach = text[behind..].char_indices().nth(24).map_or(text.len(), |(len, _)| behind + len);
        let rest = &text[behind..reach];
        let rest = &rest[..rest.find(['，', '。', '；', '\n']).unwrap_or(rest.len())];
        let Some(end) = rest.find('号') else { continue };
        if rest[..end]
            .trim_end()
            .ends_with(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c))
        {
            let at = start..behind + end + '号'.len_utf8();
            found.push(Finding { at, what: "案号或者文书的编号", hint: "删掉编号" });
        }
    }
    found
}

/// 京A·12345: a province, a letter, five or six letters and digits, or four and a last character.
fn plates(text: &str) -> Vec<Finding> {
    const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使";
    let mut found = Vec::new();
    for (start, province) in text.char_indices().filter(|(_, c)| PROVINCES.contains(*c)) {
        let rest = &text[start + province.len_utf8()..];
        let spaced = rest.trim_start_matches(' ');
        if !spaced.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let number = spaced[1..].trim_start_matches(['·', '•', ' ', '-', '.']);
        let len = number.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let last = number[len..].chars().next().filter(|c| "警学挂领港澳".contains(*c));
        let digits = number[..len].bytes().filter(u8::is_ascii_digit).count();
        if digits >= 2 && ((5..=6).contains(&len) || (len == 4 && last.is_some())) {
            let end = text.len() - number.len() + len + last.map_or(0, char::len_utf8);
            found.push(Finding { at: start..end, what: "车牌号", hint: NO_NUMBER });
        }
    }
    found
}

/// The surnames of most people: a name in a digest is written as one of them and 某.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常";

/// 张某, 张某某, 张某甲, 王女士: a surname with a mark behind it. Words that only look so (某天, 向某律师) are left alone.
fn names(text: &str) -> Vec<Finding> {
    const NOT_A_NAME: &str = "公单天年月日次个些种人笔家地县市区村镇乡校厂店处项段时晚";
    let mut found = Vec::new();
    for mark in ["某", "女士", "先生", "小姐", "大姐", "阿姨", "奶奶"] {
        for (at, _) in text.match_indices(mark) {
            let Some(surname) = text[..at].chars().next_back() else { continue };
            let rest = &text[at + mark.len()..];
            // The second 某 of 张某某 belongs to the first.
            let named =
                SURNAMES.contains(surname) || (mark == "某" && rest.starts_with('某') && surname != '某');
            let thing =
                mark == "某" && (rest.starts_with(|c| NOT_A_NAME.contains(c)) || is_somebody(surname, rest));
            if !named || thing {
                continue;
            }
            let start = if SURNAMES.contains(surname) { at - surname.len_utf8() } else { at };
            let more = if mark == "某" {
                rest.chars().take_while(|c| "某甲乙丙丁戊".contains(*c)).map(char::len_utf8).sum()
            } else {
                0
            };
            found.push(Finding {
                at: start..at + mark.len() + more,
                what: "姓名",
                hint: "写“她”“丈夫”“一位妇女”；如果不是姓名，换个说法",
            });
        }
    }
    found
}

/// 向某律师问过, 于某法院: “of” or “to” a certain somebody, in words that are surnames too.
fn is_somebody(surname: char, rest: &str) -> bool {
    const SOMEBODY: [&str; 20] = [
        "律师",
        "法官",
        "法院",
        "法庭",
        "民警",
        "警官",
        "派出所",
        "医生",
        "医院",
        "老师",
        "学校",
        "干部",
        "领导",
        "工作人员",
        "部门",
        "机构",
        "平台",
        "银行",
        "网站",
        "中介",
    ];
    "向于付任常方万".contains(surname) && SOMEBODY.iter().any(|word| rest.starts_with(word))
}

/// Days: 2025-03-08, 2025.3.8, 3 月 8 日, 三月八号. Holidays and days on which laws take effect tell nothing.
fn dates(text: &str) -> Vec<Finding> {
    const KNOWN: [&str; 12] = [
        "起施行",
        "起实施",
        "起生效",
        "施行",
        "妇女节",
        "劳动节",
        "儿童节",
        "国庆",
        "元旦",
        "青年节",
        "教师节",
        "国际",
    ];
    let mut found: Vec<Finding> =
        iso_dates(text).into_iter().map(|at| Finding { at, what: "具体到日的日期", hint: NO_DAY }).collect();
    for (at, mark) in text.char_indices().filter(|(_, c)| matches!(c, '日' | '号')) {
        let behind = at + mark.len_utf8();
        let Some(start) = full_date_before(&text[..at]) else { continue };
        let rest = text[behind..].trim_start_matches(['（', '“', ' ']);
        if !KNOWN.iter().any(|word| rest.starts_with(word)) {
            found.push(Finding { at: start..behind, what: "具体到日的日期", hint: NO_DAY });
        }
    }
    found
}

fn iso_dates(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        match runs.last_mut().filter(|run| run.end == at && byte.is_ascii_digit()) {
            Some(run) => run.end += 1,
            None => runs.push(at..at + 1),
        }
    }
    let joined =
        |a: &Range<usize>, b: &Range<usize>| matches!(text.get(a.end..b.start), Some("-" | "/" | "."));
    let part = |run: &Range<usize>| text[run.clone()].parse::<u32>().unwrap_or(0);
    let is_date = |run: &&[Range<usize>]| {
        run[0].len() == 4
            && joined(&run[0], &run[1])
            && joined(&run[1], &run[2])
            && (1..=12).contains(&part(&run[1]))
            && (1..=31).contains(&part(&run[2]))
    };
    runs.windows(3).filter(is_date).map(|run| run[0].start..run[2].end).collect()
}

/// Where “3 月 8” begins at the end of `text`, with its year if it has one.
fn full_date_before(text: &str) -> Option<usize> {
    let number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let day = text.trim_end();
    let before_day = day.trim_end_matches(number);
    let month = before_day.trim_end().strip_suffix('月')?.trim_end();
    let before_month = month.trim_end_matches(number);
    (before_day.len() < day.len() && before_month.len() < month.len()).then_some(before_month.len())
}

/// Sentences that give an address.
fn addresses(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut start = 0;
    for sentence in text.split_inclusive(['。', '\n', '，', '；']) {
        if stations::has_house_number(sentence) {
            let lead = sentence.len() - sentence.trim_start().len();
            let end = start + sentence.trim_end_matches(['。', '，', '；', '\n', ' ']).len();
            found.push(Finding { at: start + lead..end, what: "地址", hint: "最细写到县" });
        }
        start += sentence.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn what(text: &str) -> Vec<&'static str> {
        findings(text).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn what_could_identify_somebody_is_found_once_and_called_by_its_name() {
        for (text, expected) in [
            ("打电话 13900000000", "手机号"),
            ("打 139 0000 0000 找她", "手机号"),
            ("打 0000-5551234 找她", "电话号码"),
            ("打 5551234 找她", "电话号码"),
            ("400-123-4567", "电话号码"),
            ("编了 20250117345 这个", "一串号码"),
            ("号码是 110101199003070000", "身份证号"),
            ("号码是 11010119900307001X", "身份证号"),
            ("号码是 110101900307001", "身份证号"),
            ("卡号 6222 0200 0000 0000 005", "证件号或者卡号"),
            ("卡号 4111111111111111", "银行卡号"),
            ("（2025）示 0121 民初 88 号", "案号或者文书的编号"),
            ("示公家告字〔2025〕12 号", "案号或者文书的编号"),
            ("张某到法院", "姓名"),
            ("张某某到法院", "姓名"),
            ("张某甲到法院", "姓名"),
            ("张某律师来了", "姓名"),
            ("王女士来了", "姓名"),
            ("车是皖P12345", "车牌号"),
            ("车是皖 P·D12345", "车牌号"),
            ("车是京A1234警", "车牌号"),
            ("2025-03-08 那天", "具体到日的日期"),
            ("2025.3.8 那天", "具体到日的日期"),
            ("2025 年 3 月 8 日晚上", "具体到日的日期"),
            ("3月8号晚上", "具体到日的日期"),
            ("三月八日", "具体到日的日期"),
            ("住在人民路 18 号", "地址"),
            ("在 3 栋 201 室", "地址"),
        ] {
            assert_eq!(what(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_every_story_says_is_left_alone() {
        for harmless in [
            "某天晚上，某公司的人来了",
            "她向某公司借了钱，于某天还了",
            "她向某律师问过，于某法院立案",
            "付某笔 1200000 元",
            "种了 1200000 平方米",
            "租了一室一厅，后来换了三室两厅",
            "楼上的卧室",
            "对面的账号",
            "一位女士",
            "2025 年 3 月，她打了 110",
            "打 110、120 或者 12338",
            "72 小时内作出裁定",
            "三个月后的一日",
            "每月 25 日",
            "3 月 8 日妇女节那天",
            "2026 年 1 月 1 日起施行的规定",
            "赔了 12000 元",
            "工号 123456",
            "解释（一）和（2025）年",
        ] {
            assert!(what(harmless).is_empty(), "{harmless}: {:?}", what(harmless));
        }
    }

    proptest! {
        #[test]
        fn places_lie_on_characters(text in "[0-9张某京A号日月年室栋路（）〔〕。 -]{0,30}") {
            for finding in findings(&text) {
                prop_assert!(text.get(finding.at.clone()).is_some_and(|words| !words.is_empty()), "{finding:?}");
            }
        }
    }
}
