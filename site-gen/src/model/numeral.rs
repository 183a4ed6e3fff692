//! The numerals of statutes: 第一千零七十九条, 第1079条, 第１０７９条, 第一〇七九条, 第廿三条.
//!
//! [`parse_number`] reads every way of writing one; [`chinese_number`] writes the one that statutes use. A numeral that
//! could mean two numbers (一百三: 103 or 130) is no numeral: whoever wrote it is asked.

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

/// Whether a numeral may contain `c`.
pub fn is_numeral(c: char) -> bool {
    arabic_digit(c).is_some() || unit(c).is_some() || tens(c).is_some() || digit(c).is_some() || c == '两'
}

/// Reads a numeral up to 65,535 in Arabic digits (half or full width), up to 9,999 in Chinese ones. `None` for what is no
/// numeral, for a slip (二十三三) and for what could be two numbers (一百三).
pub fn parse_number(text: &str) -> Option<u16> {
    let first = text.chars().next()?;
    if arabic_digit(first).is_some() {
        text.chars().try_fold(0_u16, |number, c| number.checked_mul(10)?.checked_add(arabic_digit(c)?))
    } else if text.chars().all(|c| digit(c).is_some()) {
        digits_in_a_row(text)
    } else {
        let mut reading = Reading { total: 0, last_unit: 10_000, digit: None, zero: false };
        text.chars().try_for_each(|c| reading.take(c))?;
        reading.finish()
    }
}

/// 一〇七九, 二〇; 三. Two digits without a zero (三三) are a slip more often than a way to write 33.
fn digits_in_a_row(text: &str) -> Option<u16> {
    let values = || text.chars().filter_map(digit);
    let count = values().count();
    let plain = count == 1 || count == 3 || count == 4 || (count == 2 && values().any(|value| value == 0));
    let number = values().fold(0, |number, value| if count > 4 { 0 } else { number * 10 + value });
    (plain && values().next() != Some(0)).then_some(number)
}

/// A numeral with units, read so far.
struct Reading {
    total: u16,
    /// The unit read last; 10,000 before the first.
    last_unit: u16,
    /// A digit that waits for its unit.
    digit: Option<u16>,
    /// A 零 just read.
    zero: bool,
}

impl Reading {
    fn take(&mut self, c: char) -> Option<()> {
        if c == '两' {
            return self.digit.replace(2).is_none().then_some(());
        }
        match (digit(c), unit(c), tens(c)) {
            (Some(0), ..) => {
                let may = !self.zero && self.digit.is_none() && matches!(self.last_unit, 100 | 1000);
                self.zero = true;
                may.then_some(())
            }
            (Some(value), ..) => self.digit.replace(value).is_none().then_some(()),
            (_, Some(unit), _) => self.unit(unit),
            (.., Some(value)) => {
                if self.digit.replace(value).is_some() {
                    return None;
                }
                self.unit(10)
            }
            _ => None,
        }
    }

    fn unit(&mut self, unit: u16) -> Option<()> {
        // 零 stands for a place that is skipped: 一千零七十, not 一百零七十.
        let in_order = if self.zero { unit < self.last_unit / 10 } else { unit < self.last_unit };
        // 十五 and 百零三 leave out the 一; 一千百 does not.
        let bare = self.digit.is_none() && unit != 10 && (self.total > 0 || self.zero);
        if !in_order || bare {
            return None;
        }
        self.total += self.digit.take().unwrap_or(1) * unit;
        self.last_unit = unit;
        self.zero = false;
        Some(())
    }

    fn finish(self) -> Option<u16> {
        match self.digit {
            None => (!self.zero).then_some(self.total),
            // 一百三 is 103 to some and 130 to others; 一百零三 is not.
            Some(digit) if self.zero || self.last_unit == 10 => Some(self.total + digit),
            Some(_) => None,
        }
    }
}

fn arabic_digit(c: char) -> Option<u16> {
    let value = match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '０'..='９' => u32::from(c) - u32::from('０'),
        _ => return None,
    };
    u16::try_from(value).ok()
}

fn unit(c: char) -> Option<u16> {
    match c {
        '千' => Some(1000),
        '百' => Some(100),
        '十' => Some(10),
        _ => None,
    }
}

/// One sign for two or more tens.
fn tens(c: char) -> Option<u16> {
    match c {
        '廿' => Some(2),
        '卅' => Some(3),
        _ => None,
    }
}

fn digit(c: char) -> Option<u16> {
    match c {
        '零' | '〇' => Some(0),
        '一' => Some(1),
        '二' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        '六' => Some(6),
        '七' => Some(7),
        '八' => Some(8),
        '九' => Some(9),
        _ => None,
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
    }

    #[test]
    fn other_ways_of_writing_a_numeral_are_read() {
        for (text, number) in [
            ("１０79", 1079),
            ("一〇七九", 1079),
            ("一二六〇", 1260),
            ("二〇", 20),
            ("廿三", 23),
            ("卅", 30),
            ("一百廿三", 123),
            ("百零三", 103),
            ("百", 100),
            ("一百十三", 113),
            ("一十三", 13),
            ("一千七十九", 1079),
            ("两百三十", 230),
            ("一千两百零一", 1201),
            ("一千〇七十九", 1079),
        ] {
            assert_eq!(parse_number(text), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for bad in [
            "",
            "零",
            "十百",
            "三三",
            "第三",
            "一千千",
            "99999",
            "二十三三",
            "一百三",
            "一百零三十",
            "一百零",
            "零三",
            "一零零零零",
            "1千",
            "三1",
            "两",
            "十零三",
            "一千百",
            "廿廿",
            "二廿",
            "一千零零三",
        ] {
            assert_eq!(parse_number(bad), None, "{bad}");
        }
    }

    /// `number` in every way of writing that is not refused.
    fn ways(number: u16) -> Vec<String> {
        let standard = chinese_number(number);
        let arabic = number.to_string();
        let wide = arabic.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        let row: String = arabic
            .chars()
            .map(|c| "〇一二三四五六七八九".chars().nth(c as usize - '0' as usize).unwrap())
            .collect();
        let mut ways = vec![
            standard.replace('零', "〇"),
            standard.replace("二百", "两百").replace("二千", "两千"),
            standard.replace("二十", "廿").replace("三十", "卅"),
            standard.replace("百一十", "百十"),
            arabic,
            wide,
        ];
        if row.chars().count() != 2 || row.contains('〇') {
            ways.push(row.replace('〇', "零"));
            ways.push(row);
        }
        if (10..20).contains(&number) {
            ways.push(format!("一{standard}"));
        }
        if standard.starts_with("一百") || standard.starts_with("一千") {
            ways.push(standard.trim_start_matches('一').to_owned());
        }
        ways.push(standard);
        ways
    }

    #[test]
    fn every_number_survives_the_round_trip_in_every_way_of_writing() {
        for number in 1..=9999 {
            for way in ways(number) {
                assert_eq!(parse_number(&way), Some(number), "{way}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_read_is_of_numerals(text in "[零一二三四五六七八九十百千〇两廿卅0-9０-９第]{0,12}") {
            if parse_number(&text).is_some() {
                prop_assert!(text.chars().all(is_numeral));
            }
        }
    }
}
