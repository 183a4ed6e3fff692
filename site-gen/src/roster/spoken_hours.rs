//! Opening hours as people write them: 周一至周五 8:30-12:00，14:00-17:30；节假日休息 is
//! `Mo-Fr 08:30-12:00,14:00-17:30; PH off`.
//!
//! Start at [`read`]. It takes in every character or refuses the whole: hours that are half understood send somebody to
//! a closed door. What it makes is read by [`crate::hours`] again before it is believed.

use super::plain_text::half_width;
use crate::hours;

/// The hours in `opening_hours` syntax; the error says in Chinese what is not clear.
pub fn read(words: &str) -> Result<String, String> {
    let written = words.trim();
    // In the syntax 8:30-12:00 is every day; whoever writes it in a list has not said which.
    let says_days = !written.starts_with(|c: char| c.is_ascii_digit()) || written == "24/7";
    if says_days && hours::read(written).is_ok() {
        return Ok(written.to_owned());
    }
    let plain = half_width(written).replace(['\n', '\r', '。'], ";");
    let plain = HOLIDAYS.iter().fold(plain, |plain, day| plain.replace(&format!("{day}除外"), ";PH休息"));
    let mut rules: Vec<String> = Vec::new();
    let mut days = String::new();
    for part in plain.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let rule = rule(part, &mut days).map_err(|why| format!("开放时间“{written}”读不准：{why}"))?;
        rules.extend(rule);
    }
    let osm = rules.join("; ");
    match hours::read(&osm) {
        Ok(_) => Ok(osm),
        Err(_) => Err(format!("开放时间“{written}”读不准：照手册第 5 节的样子写")),
    }
}

/// The rules of one part between semicolons; a part without days goes on with those of the part before.
fn rule(part: &str, days_before: &mut String) -> Result<Vec<String>, String> {
    let mut rest = Rest(part);
    rest.skip();
    if rest.take_any(&["24小时", "全天24小时", "全天候", "每天24小时", "全年无休24小时"]).is_some()
    {
        rest.skip_words(&["开放", "值班", "接听", "服务", "在线", "有人"]);
        return if rest.is_done() { Ok(vec!["24/7".to_owned()]) } else { Err(rest.unread()) };
    }
    let (days, with_holidays_off) = days(&mut rest)?;
    if rest.take_any(&["休息", "不开放", "不上班", "闭馆", "不办公", "关闭", "不接待"]).is_some()
    {
        rest.skip();
        return match (days.is_empty(), rest.is_done()) {
            (false, true) => Ok(vec![format!("{days} off")]),
            _ => Err("没说哪几天休息".to_owned()),
        };
    }
    let days = if days.is_empty() { days_before.clone() } else { days };
    if days.is_empty() {
        return Err("没写星期几，每天都开就写“每天”".to_owned());
    }
    days_before.clone_from(&days);
    let times = times(&mut rest)?;
    let mut rules = vec![format!("{days} {times}")];
    // 周一至周五 8:30-12:00，周六 9:00-12:00: other days after a comma begin another rule.
    if !rest.is_done() {
        rules.extend(rule(rest.0, days_before)?);
    }
    if with_holidays_off {
        rules.push("PH off".to_owned());
    }
    Ok(rules)
}

/// What is left to read.
struct Rest<'t>(&'t str);

impl Rest<'_> {
    /// Skips spaces, commas and colons, which part nothing here.
    fn skip(&mut self) {
        self.0 = self.0.trim_start_matches([' ', ',', ':', '、', '(', ')', '的']);
    }

    fn is_done(&self) -> bool {
        self.0.trim_matches([' ', ',', '(', ')', '、']).is_empty()
    }

    fn unread(&self) -> String {
        format!("“{}”不认识", self.0.trim())
    }

    /// Takes one of `words`, the longest that fits.
    fn take_any<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        self.skip();
        let found = words.iter().filter(|word| self.0.starts_with(**word)).max_by_key(|word| word.len())?;
        self.0 = &self.0[found.len()..];
        Some(found)
    }

    fn skip_words(&mut self, words: &[&str]) {
        while self.take_any(words).is_some() {}
    }

    fn digits(&mut self) -> Option<u16> {
        let len = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let number = self.0[..len].parse().ok().filter(|_| (1..=2).contains(&len));
        if number.is_some() {
            self.0 = &self.0[len..];
        }
        number
    }
}

const WEEK: [(&str, &str); 8] = [
    ("一", "Mo"),
    ("二", "Tu"),
    ("三", "We"),
    ("四", "Th"),
    ("五", "Fr"),
    ("六", "Sa"),
    ("日", "Su"),
    ("天", "Su"),
];
/// Longest first: each holds the next.
const HOLIDAYS: [&str; 5] = ["国家法定节假日", "法定节假日", "法定假日", "法定假期", "节假日"];
const NAMES: [&str; 8] = ["一", "二", "三", "四", "五", "六", "日", "天"];
const DAY: [&str; 3] = ["周", "星期", "礼拜"];
const TO: [&str; 8] = ["至", "到", "-", "--", "—", "——", "~", "–"];

/// The days that come next, in `opening_hours` syntax, and whether holidays are off by what they are called.
fn days(rest: &mut Rest<'_>) -> Result<(String, bool), String> {
    if rest.take_any(&["每天", "每日", "天天", "全周", "全年无休", "全年"]).is_some() {
        return Ok(("Mo-Su".to_owned(), false));
    }
    if rest.take_any(&["工作日", "法定工作日"]).is_some() {
        return Ok(("Mo-Fr".to_owned(), true));
    }
    let mut list: Vec<String> = Vec::new();
    loop {
        let before = rest.0;
        let found = one_day(rest, !list.is_empty())?;
        let Some(found) = found else {
            rest.0 = before;
            break;
        };
        list.push(found);
    }
    rest.skip();
    Ok((list.join(","), false))
}

/// 周一, 周一至周五, 双休日, 节假日, 每月第一个周一; 、三 after another day.
fn one_day(rest: &mut Rest<'_>, follows: bool) -> Result<Option<String>, String> {
    if rest.take_any(&["周末", "双休日"]).is_some() {
        return Ok(Some("Sa,Su".to_owned()));
    }
    if rest.take_any(&HOLIDAYS).is_some() || rest.take_any(&["PH"]).is_some() {
        return Ok(Some("PH".to_owned()));
    }
    let nth = nth(rest);
    let named = rest.take_any(&DAY).is_some();
    // 周一、三、五: the later ones have no 周, so only right after a comma and before no time.
    if !named && (!follows || nth.is_some()) {
        return nth.map_or(Ok(None), |_| Err("没说每月第几个星期几".to_owned()));
    }
    let Some(first) = weekday(rest) else {
        return if named { Err(rest.unread()) } else { Ok(None) };
    };
    if let Some(nth) = nth {
        return Ok(Some(format!("{first}[{nth}]")));
    }
    let before = rest.0;
    if rest.take_any(&TO).is_some() {
        let _named = rest.take_any(&DAY);
        if let Some(last) = weekday(rest) {
            return Ok(Some(format!("{first}-{last}")));
        }
        rest.0 = before;
    }
    Ok(Some(first.to_owned()))
}

fn weekday(rest: &mut Rest<'_>) -> Option<&'static str> {
    let word = rest.take_any(&NAMES)?;
    WEEK.iter().find(|(name, _)| *name == word).map(|(_, code)| *code)
}

fn nth(rest: &mut Rest<'_>) -> Option<&'static str> {
    const NTH: [(&str, &str); 7] = [
        ("每月第一个", "1"),
        ("每月第二个", "2"),
        ("每月第三个", "3"),
        ("每月第四个", "4"),
        ("每月第五个", "5"),
        ("每月最后一个", "-1"),
        ("每月末个", "-1"),
    ];
    let words: Vec<&str> = NTH.iter().map(|(word, _)| *word).collect();
    let word = rest.take_any(&words)?;
    NTH.iter().find(|(known, _)| *known == word).map(|(_, nth)| *nth)
}

/// The times that come next: 8:30-12:00,14:00-17:30.
fn times(rest: &mut Rest<'_>) -> Result<String, String> {
    let mut spans: Vec<(u16, u16)> = Vec::new();
    rest.skip();
    if rest.take_any(&["24小时", "全天"]).is_some() {
        rest.skip_words(&["开放", "值班", "服务"]);
        return Ok("00:00-24:00".to_owned());
    }
    loop {
        rest.skip_words(&["和", "及", "与", "开放", "上班", "办公", "接待"]);
        let half = rest.take_any(&HALVES);
        rest.skip();
        if half.is_none() && !rest.0.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        spans.push(span(rest, half)?);
    }
    if spans.is_empty() {
        return Err(if rest.is_done() { "没写几点到几点".to_owned() } else { rest.unread() });
    }
    // 8:30-12:00 2:30-5:30 without 下午 could be anything.
    if spans.windows(2).any(|two| two[1].0 < two[0].1) {
        return Err("几段时间的先后不对，下午用 14:30 这样的写法".to_owned());
    }
    let show = |(from, to): &(u16, u16)| format!("{}-{}", clock(*from), clock(*to));
    Ok(spans.iter().map(show).collect::<Vec<_>>().join(","))
}

const HALVES: [&str; 6] = ["上午", "早上", "早", "中午", "下午", "晚上"];

/// From when to when, in minutes from midnight.
fn span(rest: &mut Rest<'_>, half: Option<&str>) -> Result<(u16, u16), String> {
    let from = time(rest, half)?;
    if rest.take_any(&TO).is_none() {
        return Err("没写到几点为止".to_owned());
    }
    let second = rest.take_any(&HALVES);
    let next_day = rest.take_any(&["次日", "第二天", "翌日"]).is_some();
    let to = time(rest, second.or(half))?;
    if from == to || (to < from && !next_day) {
        return Err("结束的时间不在开始的后面".to_owned());
    }
    Ok((from, to))
}

/// 8:30, 8点半, 8点30分, 8时, with 下午 before it or not.
fn time(rest: &mut Rest<'_>, half: Option<&str>) -> Result<u16, String> {
    rest.skip();
    let hour = rest.digits().ok_or_else(|| rest.unread())?;
    let minute = if rest.0.starts_with([':', '.']) {
        rest.0 = &rest.0[1..];
        rest.digits().ok_or_else(|| rest.unread())?
    } else if rest.take_any(&["点半", "时半"]).is_some() {
        30
    } else if rest.take_any(&["点", "时"]).is_some() {
        let minute = rest.digits().unwrap_or(0);
        let _word = rest.take_any(&["分", "整"]);
        minute
    } else {
        return Err(rest.unread());
    };
    let later = matches!(half, Some("下午" | "晚上")) && hour < 12;
    let noon = half == Some("中午") && hour < 3;
    let hour = if later || noon { hour + 12 } else { hour };
    let minutes = hour * 60 + minute;
    if minute > 59 || minutes > 24 * 60 {
        Err(format!("没有 {hour}:{minute:02} 这个时间"))
    } else {
        Ok(minutes)
    }
}

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Hours from three cells: which days, when it opens, when it closes (minutes from midnight).
pub fn from_parts(days_in_words: &str, opens: u16, closes: u16) -> Result<String, String> {
    let to = if closes <= opens { "次日" } else { "" };
    read(&format!("{} {}-{to}{}", days_in_words.trim(), clock(opens), clock(closes)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        for (words, osm) in [
            ("周一至周五 8:30-12:00，14:00-17:30；节假日休息", "Mo-Fr 08:30-12:00,14:00-17:30; PH off"),
            ("星期一到星期五８：３０—１２：００、１４：００—１７：３０", "Mo-Fr 08:30-12:00,14:00-17:30"),
            ("工作日上午8:30-12:00，下午2:30-5:30", "Mo-Fr 08:30-12:00,14:30-17:30; PH off"),
            (
                "周一至周五：上午8点半至12点，下午2点半至5点半（法定节假日除外）",
                "Mo-Fr 08:30-12:00,14:30-17:30; PH off",
            ),
            ("每天 8:00～20:00", "Mo-Su 08:00-20:00"),
            ("周一、三、五 9:00-11:30", "Mo,We,Fr 09:00-11:30"),
            ("周二、周四下午 14:00-17:00", "Tu,Th 14:00-17:00"),
            ("周一至周五 8:30-17:30，周六 9:00-12:00", "Mo-Fr 08:30-17:30; Sa 09:00-12:00"),
            ("24小时值班", "24/7"),
            ("全天24小时", "24/7"),
            ("周末 9:00-17:00", "Sa,Su 09:00-17:00"),
            ("每月第一个周一 9:00-11:00", "Mo[1] 09:00-11:00"),
            ("每天 20:00-次日2:00", "Mo-Su 20:00-02:00"),
            ("Mo-Fr 08:30-12:00", "Mo-Fr 08:30-12:00"),
        ] {
            assert_eq!(read(words).as_deref(), Ok(osm), "{words}");
        }
    }

    #[test]
    fn what_is_not_certain_is_refused() {
        for words in [
            "",
            "8:30-12:00",
            "周一至周五",
            "周一至周五 8:30-12:00，2:30-5:30",
            "周一至周五 夏季8:00-12:00",
            "周一至周五 8:30-12:00 先打电话",
            "周一至周五 8:30起",
            "周八 8:00-9:00",
            "周一 17:00-9:00",
            "周一 25:00-26:00",
            "上班时间",
            "休息",
            "赶集日 9:00-12:00",
            "周一至周五 8：30-12：00（周三除外）",
        ] {
            assert!(read(words).is_err(), "{words}: {:?}", read(words));
        }
    }

    #[test]
    fn three_columns_make_hours() {
        assert_eq!(from_parts("周一至周五", 510, 1050).as_deref(), Ok("Mo-Fr 08:30-17:30"));
        assert!(from_parts("", 510, 1050).is_err());
    }

    proptest! {
        #[test]
        fn what_we_say_of_hours_is_read_back_as_the_same(
            first in 0usize..7, last in 0usize..7, morning in 0u16..12, afternoon in 13u16..24, off in any::<bool>(),
        ) {
            const CODES: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
            let days = if first < last { format!("{}-{}", CODES[first], CODES[last]) } else { CODES[first].to_owned() };
            let end = if off { "; PH off" } else { "" };
            let osm = format!("{days} {morning:02}:00-12:30,{afternoon:02}:00-24:00{end}");
            let said = hours::read(&osm).unwrap();
            let again = read(&said.text).unwrap();
            prop_assert_eq!(hours::read(&again).unwrap(), said);
        }

        #[test]
        fn no_words_panic_and_none_make_hours_that_check_refuses(words in "[周一二三五日至到、，；0-9:点半上下午休息每天节假日 -]{0,30}") {
            if let Ok(osm) = read(&words) {
                prop_assert!(hours::read(&osm).is_ok(), "{}", osm);
            }
        }
    }
}
