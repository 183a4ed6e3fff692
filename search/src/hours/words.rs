//! An answer as people say it: 现在开着，17:30 关门.

use jiff::civil::{Date, DateTime, Weekday};

use super::{Answer, State, Unsure};

impl Answer {
    /// The answer at `moment` in a sentence or two, without a stop at the end.
    pub fn words(&self, moment: DateTime) -> String {
        let now = match (self.state, self.until, self.opens) {
            (State::Open, None, _) => "一直开着".to_owned(),
            (State::Open, Some(until), _) => format!("现在开着，{} 关门", when(until, moment)),
            (State::Unknown, ..) => "时间不定，去之前先打电话".to_owned(),
            (State::Closed, _, Some(opens)) => format!("现在没开，{} 开门", when(opens, moment)),
            (State::Closed, _, None) => "最近都不开，先打电话".to_owned(),
        };
        match self.unsure.map(Unsure::words) {
            Some(unsure) => format!("{now}。{unsure}"),
            None => now,
        }
    }
}

impl Unsure {
    /// Why to call first, in a sentence without its stop.
    pub fn words(self) -> &'static str {
        match self {
            Self::Holiday => "今天放假，开不开先打电话问",
            Self::WorkedWeekend => "今天调休上班，开不开先打电话问",
            Self::NotAnnounced => "这几天可能放假，开不开先打电话问",
        }
    }
}

/// 17:30, 明天 8:30, 周四 8:30, 下周一 8:30, 12 月 3 日 8:30.
fn when(then: DateTime, now: DateTime) -> String {
    // What ends at midnight ends today.
    let (day, hour, minute) = match (then.hour(), then.minute(), then.date().yesterday()) {
        (0, 0, Ok(before)) if before == now.date() => (before, 24, 0),
        (hour, minute, _) => (then.date(), hour, minute),
    };
    let clock = format!("{hour}:{minute:02}");
    match day_in_words(day, now.date()) {
        Some(day) => format!("{day} {clock}"),
        None => clock,
    }
}

fn day_in_words(day: Date, today: Date) -> Option<String> {
    let monday = |day: Date| i64::from(day.weekday().to_monday_zero_offset());
    let days = i64::from((day - today).get_days());
    let this_week = 7 - monday(today);
    match days {
        ..=0 => None,
        1 => Some("明天".to_owned()),
        2 => Some("后天".to_owned()),
        days if days < this_week => Some(format!("这{}", weekday(day.weekday()))),
        days if days < this_week + 7 => Some(format!("下{}", weekday(day.weekday()))),
        _ => Some(format!("{} 月 {} 日", day.month(), day.day())),
    }
}

fn weekday(day: Weekday) -> &'static str {
    ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
        [usize::from(day.to_monday_zero_offset().unsigned_abs())]
}
