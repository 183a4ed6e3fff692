//! Days in statutes: the date in a file's name, the lines of history below the title, 自……起施行.

use jiff::civil::Date;

use super::text::{Event, EventKind, FullText, is_blank};
use crate::model::date;

/// What the words of a line of history mean; the first that occurs decides.
const EVENTS: [(&str, EventKind); 14] = [
    ("修订", EventKind::Revised),
    ("修正", EventKind::Amended),
    ("修改", EventKind::Amended),
    ("通过", EventKind::Adopted),
    ("公布", EventKind::Adopted),
    ("发布", EventKind::Adopted),
    ("颁布", EventKind::Adopted),
    ("批准", EventKind::Adopted),
    ("印发", EventKind::Adopted),
    ("施行", EventKind::Effective),
    ("实施", EventKind::Effective),
    ("生效", EventKind::Effective),
    ("废止", EventKind::Repealed),
    ("失效", EventKind::Repealed),
];

/// Most characters of a line of history.
const LONGEST_EVENT: usize = 300;

/// How far before 起施行 its date may stand, in bytes.
const REACH: usize = 90;

/// Title and date of `反家庭暴力法(2015-12-27)`; only the title where there is no date.
pub(super) fn of_name(stem: &str) -> (&str, Option<Date>) {
    let dated = stem.strip_suffix([')', '）']).and_then(|rest| {
        let at = rest.rfind(['(', '（'])?;
        let day = date::date(rest[at..].trim_start_matches(['(', '（']))?;
        Some((rest[..at].trim_end_matches(is_blank), day))
    });
    dated.map_or((stem, None), |(title, day)| (title, Some(day)))
}

/// A line of history: 2018年12月29日 第十三届……修正.
pub(super) fn event(line: &str) -> Option<Event> {
    let line = line.trim_start_matches(['（', '(', '-', '*', ' ']);
    let (on, rest) = leading_date(line)?;
    if rest.chars().nth(LONGEST_EVENT).is_some() {
        return None;
    }
    // A change is named at the end; the decision's own title may say 修改 before that.
    let end: String = rest.chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
    let of = |text: &str| EVENTS.iter().find(|(word, _)| text.contains(word)).map(|(_, what)| *what);
    Some(Event { on, what: of(&end).or_else(|| of(rest))? })
}

/// A date at the very beginning, and what follows it.
pub(super) fn leading_date(text: &str) -> Option<(Date, &str)> {
    let (year, rest) = part(text, '年')?;
    let (month, rest) = part(rest, '月')?;
    let (day, rest) = part(rest, '日')?;
    let on = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (1900..=2200).contains(&year).then_some((on, rest))
}

/// A number before `unit`: 2018, 一九九二, 十二.
fn part(text: &str, unit: char) -> Option<(i16, &str)> {
    let text = text.trim_start_matches(is_blank);
    let (number, rest) = text.split_once(unit)?;
    let number = number.trim_matches(is_blank);
    if number.chars().count() > 6 {
        return None;
    }
    let digits: Option<String> = number.chars().map(digit).collect();
    let value = match digits.filter(|digits| !digits.is_empty()) {
        Some(digits) => digits.parse().ok()?,
        None => crate::model::article::parse_number(number).and_then(|number| i16::try_from(number).ok())?,
    };
    Some((value, rest))
}

/// One digit of a year, in any writing.
fn digit(c: char) -> Option<char> {
    let at = match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '０'..='９' => u32::from(c) - u32::from('０'),
        '〇' | '○' | 'Ｏ' | '零' => 0,
        _ => u32::try_from("一二三四五六七八九".chars().position(|known| known == c)?).ok()? + 1,
    };
    char::from_digit(at, 10)
}

/// The day from which a text says that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clause {
    /// 自2016年3月1日起施行
    On(Date),
    /// 自公布之日起施行
    WhenPublished,
}

/// From when this version holds, where the text says so. The closing article of an amended statute still names the day
/// of the first version: a day before the version was passed says nothing of it.
pub(super) fn effective(text: &FullText) -> Option<Date> {
    let of_events = text.volumes.iter().flat_map(|volume| &volume.events);
    let told = of_events.filter(|event| event.what == EventKind::Effective).map(|event| event.on).max();
    if let Some(day) = told.filter(|day| *day >= text.adopted) {
        return Some(day);
    }
    match clause(text)? {
        Clause::On(day) => (day >= text.adopted).then_some(day),
        Clause::WhenPublished => is_whole(text).then_some(text.adopted),
    }
}

/// Whether the newest thing that happened to it made the whole of it: then what it says of its publication is said of
/// this version.
fn is_whole(text: &FullText) -> bool {
    let events = text.volumes.iter().flat_map(|volume| &volume.events);
    let newest = events
        .filter(|event| !matches!(event.what, EventKind::Effective | EventKind::Repealed))
        .max_by_key(|event| event.on);
    newest.is_none_or(|event| event.on <= text.adopted && event.what != EventKind::Amended)
        && text.volumes.iter().all(|volume| {
            // Two passings and no word of what changed: a version that was made from an older one.
            let adopted =
                volume.events.iter().filter(|event| event.what == EventKind::Adopted).map(|event| event.on);
            adopted.max().is_none_or(|last| last.duration_until(text.adopted).as_hours().abs() < 24 * 90)
        })
}

/// What the last articles say, or the foreword.
fn clause(text: &FullText) -> Option<Clause> {
    let volume = text.volumes.last()?;
    let last = volume.articles.iter().rev().take(6).find_map(|article| {
        volume.paragraphs_of(article).iter().find_map(|paragraph| find_clause(&volume.text(paragraph)))
    });
    last.or_else(|| {
        volume.paragraphs.iter().take(8).find_map(|paragraph| find_clause(&volume.text(paragraph)))
    })
}

fn find_clause(text: &str) -> Option<Clause> {
    let end = ["起施行", "起实施", "起执行", "起生效"].iter().filter_map(|word| text.find(word)).min()?;
    let from = crate::source::floor_char_boundary(text, end.saturating_sub(REACH));
    let before = &text[from..end];
    let at = before.rfind('自').or_else(|| before.rfind('从'))?;
    let words = before[at..].trim_start_matches(['自', '从', ' ']);
    if let Some((day, _)) = leading_date(words) {
        return Some(Clause::On(day));
    }
    let published = ["公布之日", "发布之日", "颁布之日", "通过之日", "印发之日"];
    published.iter().any(|word| words.starts_with(word)).then_some(Clause::WhenPublished)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_name_carries_its_date_in_brackets_of_either_width() {
        assert_eq!(of_name("示例办法(2020-05-01)"), ("示例办法", Some(date(2020, 5, 1))));
        assert_eq!(of_name("示例解释（三）（2011-08-09）"), ("示例解释（三）", Some(date(2011, 8, 9))));
        assert_eq!(of_name("示例解释（三）"), ("示例解释（三）", None));
        assert_eq!(of_name("示例(2020-02-30)"), ("示例(2020-02-30)", None));
    }

    #[test]
    fn lines_of_history_say_what_happened() {
        for (line, what) in [
            ("2015年12月27日 第一次会议通过", EventKind::Adopted),
            ("2018年12月29日 《关于修改〈示例法〉的决定》第二次修正　", EventKind::Amended),
            ("（2022年10月30日 第三十七次会议修订）", EventKind::Revised),
            ("2024年2月1日 施行", EventKind::Effective),
            ("一九九二年十月一日 公布", EventKind::Adopted),
        ] {
            assert_eq!(event(line).unwrap().what, what, "{line}");
        }
        for other in ["第一条 为了", "2018年的事", "2018年13月1日 通过", ""] {
            assert_eq!(event(other), None, "{other}");
        }
    }

    #[test]
    fn the_closing_article_names_the_day() {
        assert_eq!(find_clause("本办法自2020年5月1日起施行。"), Some(Clause::On(date(2020, 5, 1))));
        assert_eq!(find_clause("本办法自公布之日起施行。"), Some(Clause::WhenPublished));
        assert_eq!(find_clause("自一九九二年十月一日起施行"), Some(Clause::On(date(1992, 10, 1))));
        assert_eq!(find_clause("自治区起施行"), None);
    }
}
