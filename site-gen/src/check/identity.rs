//! What in a text could lead to a person: numbers, names, plates, days, addresses.
//!
//! Start at [`findings`]. A finding says what sort of thing it takes the words for, because what to write instead differs.
//! It errs on the side of asking, except where every story has such words: sums, areas, flats, laws that take effect.
//!
//! The desk warns of the same while a draft is written (`assets/desk/warnings.js`). Both have their words from
//! [`Words`], and `tests/tests/warnings.rs` holds them side by side.

use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;

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

/// What the rules know by heart. What each list is for stands where it is used.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    surnames: String,
    titles: Vec<String>,
    more: String,
    no_name: String,
    to_or_of: String,
    somebody: Vec<String>,
    units: Vec<String>,
    dial: String,
    provinces: String,
    plate_ends: String,
    known_days: Vec<String>,
    pub(super) roads: Vec<String>,
}

/// The lists, as the published script has them too.
pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../assets/desk/identity.json")).expect("the lists are ours")
});

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
    WORDS.units.iter().any(|word| unit.starts_with(word.as_str()))
}

fn said_to_dial(before: &str) -> bool {
    let near: Vec<char> = before.chars().rev().take(8).collect();
    WORDS.dial.chars().any(|c| near.contains(&c))
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
    let mut found = Vec::new();
    for (start, province) in text.char_indices().filter(|(_, c)| WORDS.provinces.contains(*c)) {
        let rest = &text[start + province.len_utf8()..];
        let spaced = rest.trim_start_matches(' ');
        if !spaced.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let number = spaced[1..].trim_start_matches(['·', '•', ' ', '-', '.']);
        let len = number.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let last = number[len..].chars().next().filter(|c| WORDS.plate_ends.contains(*c));
        let digits = number[..len].bytes().filter(u8::is_ascii_digit).count();
        if digits >= 2 && ((5..=6).contains(&len) || (len == 4 && last.is_some())) {
            let end = text.len() - number.len() + len + last.map_or(0, char::len_utf8);
            found.push(Finding { at: start..end, what: "车牌号", hint: NO_NUMBER });
        }
    }
    found
}

/// 张某, 张某某, 张某甲, 王女士: a surname of most people with a mark behind it. Words that only look so (某天, 向某律师) are left alone.
fn names(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for mark in WORDS.titles.iter().map(String::as_str) {
        for (at, _) in text.match_indices(mark) {
            let Some(surname) = text[..at].chars().next_back() else { continue };
            let rest = &text[at + mark.len()..];
            // The second 某 of 张某某 belongs to the first.
            let named = WORDS.surnames.contains(surname)
                || (mark == "某" && rest.starts_with('某') && surname != '某');
            let thing = mark == "某"
                && (rest.starts_with(|c| WORDS.no_name.contains(c)) || is_somebody(surname, rest));
            if !named || thing {
                continue;
            }
            let start = if WORDS.surnames.contains(surname) { at - surname.len_utf8() } else { at };
            let more = if mark == "某" {
                rest.chars().take_while(|c| WORDS.more.contains(*c)).map(char::len_utf8).sum()
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
    WORDS.to_or_of.contains(surname) && WORDS.somebody.iter().any(|word| rest.starts_with(word.as_str()))
}

/// Days: 2025-03-08, 2025.3.8, 3 月 8 日, 三月八号. Holidays and days on which laws take effect tell nothing.
fn dates(text: &str) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        iso_dates(text).into_iter().map(|at| Finding { at, what: "具体到日的日期", hint: NO_DAY }).collect();
    for (at, mark) in text.char_indices().filter(|(_, c)| matches!(c, '日' | '号')) {
        let behind = at + mark.len_utf8();
        let Some(start) = full_date_before(&text[..at]) else { continue };
        let rest = text[behind..].trim_start_matches(['（', '“', ' ']);
        if !WORDS.known_days.iter().any(|word| rest.starts_with(word.as_str())) {
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

    /// The desk's script is held to the same.
    #[derive(Deserialize)]
    struct Examples {
        found: Vec<(String, String)>,
        harmless: Vec<String>,
    }

    fn examples() -> Examples {
        serde_json::from_str(include_str!("identity_examples.json")).unwrap()
    }

    fn what(text: &str) -> Vec<&'static str> {
        findings(text).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn what_could_identify_somebody_is_found_once_and_called_by_its_name() {
        for (text, expected) in examples().found {
            assert_eq!(what(&text), [expected], "{text}");
        }
    }

    #[test]
    fn what_every_story_says_is_left_alone() {
        for harmless in examples().harmless {
            assert!(what(&harmless).is_empty(), "{harmless}: {:?}", what(&harmless));
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
