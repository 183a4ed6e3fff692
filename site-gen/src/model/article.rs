//! Articles of statutes and how they are cited.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of an article: 第三十三条 is `33`, 第三十三条之一 is `33` with `sub` 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ArticleNo {
    /// From 1.
    pub number: u16,
    /// 0 for a plain article, n for 之n.
    pub sub: u16,
}

/// A reference to an article of a statute that the site knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Citation {
    /// The statute's slug.
    pub statute: String,
    /// `None`: the statute as a whole.
    pub article: Option<ArticleNo>,
}

impl ArticleNo {
    /// A plain article.
    pub fn plain(number: u16) -> Self {
        Self { number, sub: 0 }
    }

    /// The anchor on the statute's page: `art-23`, `art-33-1`.
    pub fn anchor(self) -> String {
        match self.sub {
            0 => format!("art-{}", self.number),
            sub => format!("art-{}-{sub}", self.number),
        }
    }
}

impl Citation {
    /// The address from the site's root.
    pub fn url(&self) -> String {
        match self.article {
            None => format!("/laws/{}/", self.statute),
            Some(article) => format!("/laws/{}/#{}", self.statute, article.anchor()),
        }
    }
}

/// As statutes write it: 第三十三条之一.
impl fmt::Display for ArticleNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "第{}条", chinese_number(self.number))?;
        if self.sub > 0 {
            write!(f, "之{}", chinese_number(self.sub))?;
        }
        Ok(())
    }
}

/// A number up to 9,999 in Chinese numerals: 1260 is 一千二百六十. Above that, in Arabic ones.
pub fn chinese_number(number: u16) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    if number > 9999 {
        return number.to_string();
    }
    if number == 0 {
        return DIGITS[0].to_owned();
    }
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = usize::from(number / unit % 10);
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push_str(DIGITS[0]);
            gap = false;
        }
        // 十五, not 一十五, but 一百一十五.
        if !(unit == 10 && digit == 1 && out.is_empty()) {
            out.push_str(DIGITS[digit]);
        }
        out.push_str(name);
    }
    out
}

/// Reads Chinese numerals up to 9,999, or Arabic digits (half or full width). `None` where it is neither.
pub fn parse_number(text: &str) -> Option<u16> {
    let arabic: Option<String> = text.chars().map(arabic_digit).collect();
    if let Some(digits) = arabic.filter(|digits| !digits.is_empty()) {
        return digits.parse().ok();
    }
    let (mut total, mut digit, mut last_unit) = (0_u16, None, u16::MAX);
    for c in text.chars() {
        if let Some(unit) = unit_value(c) {
            if unit >= last_unit || (digit.is_none() && unit != 10) {
                return None;
            }
            total += digit.take().unwrap_or(1) * unit;
            last_unit = unit;
        } else {
            let value = digit_value(c)?;
            if digit.is_some_and(|seen| seen != 0) {
                return None;
            }
            digit = Some(value);
        }
    }
    let total = total + digit.unwrap_or(0);
    (total > 0).then_some(total)
}

fn arabic_digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        _ => None,
    }
}

fn unit_value(c: char) -> Option<u16> {
    match c {
        '千' => Some(1000),
        '百' => Some(100),
        '十' => Some(10),
        _ => None,
    }
}

fn digit_value(c: char) -> Option<u16> {
    let position = "零一二三四五六七八九".chars().position(|digit| digit == c);
    match c {
        '〇' => Some(0),
        '两' => Some(2),
        _ => position.and_then(|value| u16::try_from(value).ok()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numerals_read_as_statutes_write_them() {
        for (number, text) in
            [(1, "一"), (10, "十"), (15, "十五"), (20, "二十"), (105, "一百零五"), (110, "一百一十")]
        {
            assert_eq!(chinese_number(number), text);
            assert_eq!(parse_number(text), Some(number));
        }
        assert_eq!(chinese_number(1079), "一千零七十九");
        assert_eq!(parse_number("１０79"), Some(1079));
        assert_eq!(parse_number("一〇"), None);
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for bad in ["", "零", "十百", "三三", "百", "第三", "一千千", "99999"] {
            assert_eq!(parse_number(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_number_survives_the_round_trip(number in 1_u16..=9999) {
            prop_assert_eq!(parse_number(&chinese_number(number)), Some(number));
            prop_assert_eq!(parse_number(&number.to_string()), Some(number));
        }

        #[test]
        fn no_text_panics(text in "[零一二三四五六七八九十百千〇两0-9第]{0,12}") {
            parse_number(&text);
        }
    }
}
