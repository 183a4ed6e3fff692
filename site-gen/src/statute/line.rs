//! What a single line of a statute's text is, told by how it begins.
//!
//! The rules are those of official texts as collections keep them, with and without Markdown's number signs. What
//! depends on the lines around it is [`super::parse`]'s.

use super::text::{ParagraphKind, is_blank};
use crate::citation;
use crate::model::ArticleNo;
use crate::model::article::parse_number;

/// The beginning of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Its number.
    pub number: ArticleNo,
    /// Where its words begin in the line.
    pub end: usize,
    /// Whether a blank, a colon or the end of the line follows the number. Without one it may be a reference to another
    /// article at the beginning of a sentence.
    pub set_off: bool,
}

/// How a text numbers its articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// 第一条
    Articles,
    /// 一、
    Listed,
    /// 1. or 1、
    Arabic,
    /// Not at all.
    None,
}

/// Parts of a statute, outermost first, with their rank.
const UNITS: [(&str, u8); 7] =
    [("分编", 2), ("编", 1), ("篇", 1), ("部分", 1), ("章", 3), ("节", 4), ("目", 5)];

/// Headings that carry no number.
const NAMED: [&str; 6] = ["序言", "前言", "总则", "附则", "目录", "引言"];

/// How annexes begin.
const ANNEXES: [&str; 5] = ["附件", "附录", "附表", "附图", "附"];

/// Most characters of a heading without a number sign: more is a sentence.
const LONGEST_HEADING: usize = 40;

/// The head of an article of a text in `style`, if `line` begins with one.
pub(super) fn article_head(line: &str, style: Style) -> Option<Head> {
    match style {
        Style::Articles => numbered_article(line),
        Style::Listed => listed(line),
        Style::Arabic => arabic(line),
        Style::None => None,
    }
}

/// 第三十三条之一.
fn numbered_article(line: &str) -> Option<Head> {
    let bare = line.trim_start_matches('*');
    if !bare.starts_with('第') {
        return None;
    }
    let (number, end) = citation::leading_article(bare)?;
    let end = line.len() - bare.len() + end;
    let rest = line[end..].trim_start_matches('*');
    let set_off = rest.chars().next().is_none_or(|c| is_blank(c) || matches!(c, '：' | ':' | '【' | '［'));
    let words = rest.trim_start_matches(|c: char| is_blank(c) || matches!(c, '：' | ':'));
    (number.number > 0).then_some(Head { number, end: line.len() - words.len(), set_off })
}

/// Words that follow 第三条 where it is a reference in a sentence and not a head.
pub(super) fn reads_on(rest: &str) -> bool {
    const ON: [&str; 14] =
        ["第", "规定", "至", "到", "、", "，", "和", "及", "与", "或", "的", "之", "中", "所"];
    ON.iter().any(|word| rest.starts_with(word))
}

/// 一、
fn listed(line: &str) -> Option<Head> {
    let (number, rest) = line.split_once('、')?;
    let shaped = number.chars().count() <= 4 && !number.chars().any(|c| c.is_ascii_digit());
    let number = parse_number(number).filter(|_| shaped)?;
    Some(Head { number: ArticleNo::plain(number), end: line.len() - rest.len(), set_off: true })
}

/// 1. or 1、
fn arabic(line: &str) -> Option<Head> {
    let (number, rest) = arabic_number(line)?;
    Some(Head { number: ArticleNo::plain(number), end: line.len() - rest.len(), set_off: true })
}

fn arabic_number(line: &str) -> Option<(u16, &str)> {
    let len = line.find(|c: char| !matches!(c, '0'..='9' | '０'..='９'))?;
    let rest = line[len..].strip_prefix(['.', '．', '、'])?;
    // 2.5 is a measure.
    let number = parse_number(&line[..len]).filter(|_| !rest.starts_with(|c: char| c.is_ascii_digit()))?;
    Some((number, rest))
}

/// The rank of the part that `line` names (第一章 总则), 0 where it has a name only; `None` where it is no heading. Blanks
/// inside count for nothing.
pub(super) fn unit(line: &str) -> Option<u8> {
    let named: String = line.chars().filter(|c| !is_blank(*c)).take(8).collect();
    if NAMED.contains(&named.as_str()) {
        return Some(0);
    }
    counted_unit(line).map(|(rank, _)| rank)
}

/// The rank and the numeral of the part that `line` names: 第一章 总则.
fn counted_unit(line: &str) -> Option<(u8, &str)> {
    let rest = line.strip_prefix('第')?;
    let len = rest
        .find(|c: char| !is_blank(c) && parse_number(&c.to_string()).is_none() && !"零〇百千".contains(c))?;
    let (numeral, rest) = rest.split_at(len);
    if numeral.trim_matches(is_blank).is_empty() {
        return None;
    }
    let (name, rank) = UNITS.iter().find(|(name, _)| rest.starts_with(name))?;
    rest[name.len()..].chars().next().is_none_or(is_blank).then_some((*rank, numeral))
}

/// The rank and the number of the part that `line` names: 1 for 编, 2 for 分编, 3 for 章, 4 for 节.
pub(super) fn numbered_unit(line: &str) -> Option<(u8, u16)> {
    let (rank, numeral) = counted_unit(line)?;
    let numeral: String = numeral.chars().filter(|c| !is_blank(*c)).collect();
    Some((rank, parse_number(&numeral)?))
}

/// Whether a line without a number sign is short and whole enough to be a heading.
pub(super) fn is_heading_like(line: &str) -> bool {
    !line.contains(['。', '；', '，', '：']) && line.chars().nth(LONGEST_HEADING).is_none()
}

/// Whether an annex begins here.
pub(super) fn is_annex(line: &str) -> bool {
    let Some(rest) = ANNEXES.iter().find_map(|name| line.strip_prefix(name)) else { return false };
    let counted = rest.trim_start_matches(|c: char| {
        is_blank(c) || c.is_ascii_digit() || "一二三四五六七八九十".contains(c)
    });
    let short = line.chars().nth(LONGEST_HEADING).is_none() && !line.contains('。');
    short
        && (counted.is_empty()
            || counted.starts_with(['：', ':', '.', '．', '、'])
            || counted.len() < rest.len())
}

/// How a paragraph is set.
pub(super) fn paragraph_kind(line: &str) -> ParagraphKind {
    let item = line.strip_prefix(['（', '(']).and_then(|rest| rest.split_once(['）', ')']));
    let is_item = item.is_some_and(|(number, _)| {
        number.chars().count() <= 4 && !number.is_empty() && parse_number(number).is_some()
    });
    match line.chars().next() {
        Some('|') => ParagraphKind::Table,
        Some('㈠'..='㈩') => ParagraphKind::Item,
        Some('⒈'..='⒛' | '①'..='⑳' | '⑴'..='⒇') => ParagraphKind::SubItem,
        // (1) is below （一）.
        _ if is_item
            && item.is_some_and(|(number, _)| !number.starts_with(|c: char| c.is_numeric() && c < '㐀')) =>
        {
            ParagraphKind::Item
        }
        _ if is_item || arabic_number(line).is_some() => ParagraphKind::SubItem,
        _ => ParagraphKind::Plain,
    }
}

/// A heading for readers: one blank after 第一章, none inside 总 则.
pub(super) fn heading_name(text: &str) -> String {
    let text = super::text::clean(text);
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let Some(first) = words.next() else { return String::new() };
    let rest: Vec<&str> = words.collect();
    // 肖 像 权 is one word spread out; 人身 自由 would be two.
    let spread = rest.iter().filter(|word| word.chars().count() == 1).count();
    let joined = if spread * 2 >= rest.len() { rest.concat() } else { rest.join(" ") };
    match (joined.is_empty(), unit(first)) {
        (true, _) => first.to_owned(),
        (false, None) if first.chars().count() == 1 => format!("{first}{joined}"),
        (false, _) => format!("{first} {joined}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_told_from_references() {
        let head =
            |line: &str| article_head(line, Style::Articles).map(|head| (head.number.anchor(), head.set_off));
        assert_eq!(head("第三十三条之一　为了"), Some(("art-33-1".to_owned(), true)));
        assert_eq!(head("**第三条** 为了"), Some(("art-3".to_owned(), true)));
        assert_eq!(head("第三条【目的】为了"), Some(("art-3".to_owned(), true)));
        assert_eq!(head("第三条规定的"), Some(("art-3".to_owned(), false)));
        assert_eq!(head("第三章 总则"), None);
        assert_eq!(article_head("二、将第三条修改为", Style::Listed).unwrap().number, ArticleNo::plain(2));
        assert_eq!(article_head("2.5 毫米", Style::Arabic), None);
    }

    #[test]
    fn headings_and_annexes() {
        assert_eq!(unit("第一章 总 则"), Some(3));
        assert_eq!(unit("第二分编"), Some(2));
        assert_eq!(unit("附 则"), Some(0));
        assert_eq!(unit("第一章规定的"), None);
        assert_eq!(heading_name("第四章  肖 像 权"), "第四章 肖像权");
        assert_eq!(heading_name("总 则"), "总则");
        assert_eq!(heading_name("一、一般规定"), "一、一般规定");
        for annex in ["附件", "附件1：收费表", "附录：", "附表一 名单", "附："] {
            assert!(is_annex(annex), "{annex}");
        }
        for other in ["附则", "附录由国务院规定。", "附条件的"] {
            assert!(!is_annex(other), "{other}");
        }
    }

    #[test]
    fn items_are_set_in() {
        for (line, kind) in [
            ("（一）身份证；", ParagraphKind::Item),
            ("(十二)其他。", ParagraphKind::Item),
            ("1.正本；", ParagraphKind::SubItem),
            ("（1）副本；", ParagraphKind::SubItem),
            ("（以下简称单位）", ParagraphKind::Plain),
            ("1998年以来", ParagraphKind::Plain),
            ("| 一 | 二 |", ParagraphKind::Table),
        ] {
            assert_eq!(paragraph_kind(line), kind, "{line}");
        }
    }
}
