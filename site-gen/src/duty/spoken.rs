//! Duty days as people write them: `每月 25 日 9:00–11:30 律师坐班` as rule, time and who.
//!
//! Start at [`read`]; [`write()`] is the way back. Which days there can be is what [`super::days_in_words`] can say: every day,
//! every week by day, every month by date or by nth weekday.

/// A recurring duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// `FREQ=MONTHLY;BYMONTHDAY=25`
    pub rule: String,
    /// `09:00-11:30`
    pub time: Option<String>,
    /// 律师坐班
    pub who: String,
}

/// As [`read`] reads it; `None` where rule or time can't be put into words.
pub fn write(rule: &str, time: Option<&str>, who: &str) -> Option<String> {
    let days = super::days_in_words(rule).ok()?;
    let time = match time {
        Some(time) => format!(" {}", super::time_in_words(time).ok()?),
        None => String::new(),
    };
    Some(format!("{days}{time} {}", who.trim()))
}

/// Reads one duty.
///
/// # Errors
///
/// Says in Chinese what can't be read.
pub fn read(words: &str) -> Result<Spoken, String> {
    let wrong = || format!("值班“{}”读不懂", words.trim());
    let mut text = Cursor(words.trim());
    let rule = text.days().ok_or_else(wrong)?;
    text.blanks();
    let time = text.time().map_err(|()| wrong())?;
    text.blanks();
    let who = text.0.trim_start_matches(['，', ',', '：', ':', '、']).trim().to_owned();
    if who.is_empty() {
        return Err(format!("值班“{}”没写是什么人，例如律师坐班（不写人名）", words.trim()));
    }
    super::days_in_words(&rule)?;
    if let Some(time) = &time {
        super::time_in_words(time)?;
    }
    Ok(Spoken { rule, time, who })
}

/// What is left to read.
struct Cursor<'t>(&'t str);

const WEEKDAYS: [(&str, &str); 8] = [
    ("一", "MO"),
    ("二", "TU"),
    ("三", "WE"),
    ("四", "TH"),
    ("五", "FR"),
    ("六", "SA"),
    ("日", "SU"),
    ("天", "SU"),
];
const CODES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

impl Cursor<'_> {
    fn blanks(&mut self) {
        self.0 = self.0.trim_start();
    }

    fn eat(&mut self, any: &[&str]) -> bool {
        let after = any.iter().find_map(|word| self.0.strip_prefix(word));
        after.map(|after| self.0 = after).is_some()
    }

    /// What stands first and is one of these.
    fn one<T: Copy>(&mut self, table: &[(&str, T)]) -> Option<T> {
        let (after, value) =
            table.iter().find_map(|(word, value)| Some((self.0.strip_prefix(word)?, *value)))?;
        self.0 = after;
        Some(value)
    }

    fn number(&mut self) -> Option<u32> {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        let number = self.0[..end].parse().ok()?;
        self.0 = &self.0[end..];
        Some(number)
    }

    /// A separator and what `next` reads behind it; neither where `next` reads nothing.
    fn also<T>(&mut self, between: &[&str], next: impl Fn(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.0;
        self.blanks();
        let found = self.eat(between).then(|| {
            self.blanks();
            next(self)
        });
        if matches!(found, None | Some(None)) {
            self.0 = before;
        }
        found.flatten()
    }

    fn days(&mut self) -> Option<String> {
        if self.eat(&["每天", "每日"]) {
            return Some("FREQ=DAILY".to_owned());
        }
        if self.eat(&["每月", "每个月"]) {
            self.blanks();
            return self.month();
        }
        self.eat(&["每个", "每"]);
        let first = self.weekday(true)?;
        let mut days = vec![first];
        if let Some(last) = self.also(&["至", "到", "-", "–", "—"], |text| text.weekday(false)) {
            let at = |code: &str| CODES.iter().position(|known| *known == code);
            let (from, to) = (at(first)?, at(last)?);
            days = CODES.get(from..=to).filter(|_| from < to)?.to_vec();
        }
        while let Some(day) = self.also(&["、", "，", ",", "和", "及"], |text| text.weekday(false)) {
            days.push(day);
        }
        Some(format!("FREQ=WEEKLY;BYDAY={}", days.join(",")))
    }

    /// 周二; the word 周 may be left out where one has been said.
    fn weekday(&mut self, needs_word: bool) -> Option<&'static str> {
        let before = self.0;
        let worded = self.eat(&["星期", "礼拜", "周"]);
        let day = if worded || !needs_word { self.one(&WEEKDAYS) } else { None };
        if day.is_none() {
            self.0 = before;
        }
        day
    }

    fn month(&mut self) -> Option<String> {
        const BETWEEN: [&str; 6] = ["、", "，", ",", "和", "及", "；"];
        if let Some(first) = self.date() {
            let mut dates = vec![first];
            while let Some(date) = self.also(&BETWEEN, Self::date) {
                dates.push(date);
            }
            return Some(format!("FREQ=MONTHLY;BYMONTHDAY={}", dates.join(",")));
        }
        let mut days = vec![self.nth_weekday()?];
        while let Some(day) = self.also(&BETWEEN, Self::nth_weekday) {
            days.push(day);
        }
        Some(format!("FREQ=MONTHLY;BYDAY={}", days.join(",")))
    }

    /// 25 日, 最后一天
    fn date(&mut self) -> Option<String> {
        let before = self.0;
        if self.eat(&["最后一天", "最后一日"]) {
            return Some("-1".to_owned());
        }
        let number = self.number();
        self.blanks();
        match number.filter(|_| self.eat(&["日", "号"])) {
            Some(number) => Some(number.to_string()),
            None => {
                self.0 = before;
                None
            }
        }
    }

    /// 第一个周四, 最后一个周五
    fn nth_weekday(&mut self) -> Option<String> {
        const NTH: [(&str, &str); 12] = [
            ("第一个", "1"),
            ("第二个", "2"),
            ("第三个", "3"),
            ("第四个", "4"),
            ("第五个", "5"),
            ("第1个", "1"),
            ("第2个", "2"),
            ("第3个", "3"),
            ("第4个", "4"),
            ("第5个", "5"),
            ("最后一个", "-1"),
            ("最后1个", "-1"),
        ];
        let before = self.0;
        let nth = self.one(&NTH);
        match nth.and_then(|nth| Some((nth, self.weekday(true)?))) {
            Some((nth, day)) => Some(format!("{nth}{day}")),
            None => {
                self.0 = before;
                None
            }
        }
    }

    /// `9:00–11:30`, 下午2点半到5点. No time where no digit stands; an error where one does and can't be read.
    fn time(&mut self) -> Result<Option<String>, ()> {
        let starts = ["上午", "下午", "晚上"].iter().any(|part| self.0.starts_with(part))
            || self.0.starts_with(|c: char| c.is_ascii_digit());
        if !starts {
            return Ok(None);
        }
        let late = self.0.starts_with("下午") || self.0.starts_with("晚上");
        let from = self.clock().ok_or(())?;
        let to = self.also(&["–", "-", "—", "~", "～", "至", "到"], Self::clock).ok_or(())?;
        // 下午2点到5点: the end is of the afternoon too.
        let to = if late && to.0 < 12 { (to.0 + 12, to.1) } else { to };
        Ok(Some(format!("{:02}:{:02}-{:02}:{:02}", from.0, from.1, to.0, to.1)))
    }

    fn clock(&mut self) -> Option<(u32, u32)> {
        let late = self.one(&[("上午", false), ("下午", true), ("晚上", true)]);
        self.blanks();
        let hour = self.number()?;
        let minute = if self.eat(&[":", "："]) {
            self.number()?
        } else if self.eat(&["点半", "时半"]) {
            30
        } else if self.eat(&["点", "时"]) {
            let minute = self.number().unwrap_or(0);
            self.eat(&["分"]);
            minute
        } else {
            return None;
        };
        let noon = if late == Some(true) && hour < 12 { 12 } else { 0 };
        Some((hour + noon, minute))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn duties_are_read_as_people_write_them() {
        for (words, rule, time, who) in [
            (
                "每月 25 日 9:00–11:30 律师坐班接访",
                "FREQ=MONTHLY;BYMONTHDAY=25",
                Some("09:00-11:30"),
                "律师坐班接访",
            ),
            ("每月5日、15号、25 日：律师", "FREQ=MONTHLY;BYMONTHDAY=5,15,25", None, "律师"),
            (
                "每周二、周四 14:30-17:00 县妇联负责人接访",
                "FREQ=WEEKLY;BYDAY=TU,TH",
                Some("14:30-17:00"),
                "县妇联负责人接访",
            ),
            ("每周二、四下午2点半到5点，律师", "FREQ=WEEKLY;BYDAY=TU,TH", Some("14:30-17:00"), "律师"),
            (
                "星期一至星期五 上午8点—11点30分 社工",
                "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
                Some("08:00-11:30"),
                "社工",
            ),
            ("每月第一个周四、最后一个周五 心理咨询师", "FREQ=MONTHLY;BYDAY=1TH,-1FR", None, "心理咨询师"),
            ("每月最后一天 律师", "FREQ=MONTHLY;BYMONTHDAY=-1", None, "律师"),
            ("每天 社工", "FREQ=DAILY", None, "社工"),
        ] {
            let read = read(words).unwrap();
            assert_eq!(
                (read.rule.as_str(), read.time.as_deref(), read.who.as_str()),
                (rule, time, who),
                "{words}"
            );
        }
    }

    #[test]
    fn what_is_no_duty_is_refused() {
        for words in [
            "",
            "律师",
            "每周二",
            "每周二 9:00 律师",
            "每周八 律师",
            "每月 32 日 律师",
            "每月第六个周一 律师",
            "有时 律师",
            "每周五至周一 律师",
            "每周二 17:00-9:00 律师",
        ] {
            assert!(read(words).is_err(), "{words}: {:?}", read(words));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            days in prop::collection::btree_set(0usize..7, 1..7), dates in prop::collection::btree_set(1u32..32, 1..4),
            nth in prop::sample::select(vec!["1", "3", "-1"]), which in 0..3, hour in 0u32..12, who in "[律师社工妇联接访]{1,8}",
        ) {
            let codes: Vec<&str> = days.iter().map(|day| CODES[*day]).collect();
            let rule = match which {
                0 => format!("FREQ=WEEKLY;BYDAY={}", codes.join(",")),
                1 => format!("FREQ=MONTHLY;BYMONTHDAY={}", dates.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
                _ => format!("FREQ=MONTHLY;BYDAY={nth}{}", codes[0]),
            };
            let time = (hour > 5).then(|| format!("{hour:02}:30-{:02}:00", hour + 3));
            let words = write(&rule, time.as_deref(), &who).unwrap();
            prop_assert_eq!(read(&words).unwrap(), Spoken { rule, time, who });
        }

        #[test]
        fn no_words_panic(words in "[每周月天第个一二日号0-9:点半–至、 律师]{0,16}") {
            if let Ok(read) = read(&words) {
                prop_assert!(write(&read.rule, read.time.as_deref(), &read.who).is_some());
            }
        }
    }
}
