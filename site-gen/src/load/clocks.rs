//! Reads how soon desks act (`[clocks]` in `site.toml`) and which days the country has off (`holidays.csv`).

use std::ops::RangeInclusive;

use jiff::civil::Date;
use search::clocks::{Clocks, TopicClocks};

use super::Reading;
use super::fields::{Fields, Key, Vocabulary};
use super::node::Node;
use super::tables::rows;
use crate::diag::Diagnostics;
use crate::source::{Located, Span};

/// `[clocks]` as written.
#[derive(Debug, Default)]
pub struct ClocksDraft {
    /// For all topics.
    pub all: Clocks,
    /// `[[clocks.topics]]`: a topic's slug and its own times.
    pub topics: Vec<(Located<String>, TopicClocks)>,
}

/// A row of `holidays.csv`.
#[derive(Debug, Clone)]
pub struct HolidayDraft {
    /// The day.
    pub day: Located<Date>,
    /// Whether it is off; else it is a weekend day that is worked.
    pub off: bool,
}

/// Reads `[clocks]`.
pub fn load(node: Node, diags: &mut Diagnostics) -> ClocksDraft {
    let (span, usual) = (node.span, Clocks::default());
    let mut fields = Fields::of(node, span, diags);
    let all = Clocks {
        accept_hours: whole(&mut fields, ACCEPT, Clocks::HOURS).unwrap_or(usual.accept_hours),
        danger_hours: whole(&mut fields, Key("danger_hours", "有危险时受理小时"), Clocks::HOURS)
            .unwrap_or(usual.danger_hours),
        answer_days: whole(&mut fields, ANSWER, Clocks::DAYS).unwrap_or(usual.answer_days),
        close_days: whole(&mut fields, CLOSE, Clocks::DAYS).unwrap_or(usual.close_days),
        extended_days: whole(&mut fields, Key("extended_days", "延期后办结工作日"), Clocks::DAYS)
            .unwrap_or(usual.extended_days),
        climb_days: whole(&mut fields, Key("climb_days", "上一级工作日"), Clocks::DAYS)
            .unwrap_or(usual.climb_days),
        office_ends: whole(&mut fields, Key("office_ends", "下班钟点"), Clocks::ENDS)
            .unwrap_or(usual.office_ends),
        ..usual
    };
    let topics = fields.maps(Key("topics", "主题"));
    fields.finish();
    let topics = topics.into_iter().filter_map(|node| topic(node, diags)).collect();
    ClocksDraft { all, topics }
}

const ACCEPT: Key = Key("accept_hours", "受理小时");
const ANSWER: Key = Key("answer_days", "答复工作日");
const CLOSE: Key = Key("close_days", "办结工作日");

fn topic(node: Node, diags: &mut Diagnostics) -> Option<(Located<String>, TopicClocks)> {
    let span = node.span;
    let mut fields = Fields::of(node, span, diags);
    let topic = fields.required(Key("topic", "主题"));
    let own = TopicClocks {
        accept_hours: whole(&mut fields, ACCEPT, Clocks::HOURS),
        answer_days: whole(&mut fields, ANSWER, Clocks::DAYS),
        close_days: whole(&mut fields, CLOSE, Clocks::DAYS),
    };
    fields.finish();
    Some((topic?, own))
}

fn whole(fields: &mut Fields<'_>, key: Key, range: RangeInclusive<u32>) -> Option<u32> {
    fields.whole(key, range).map(|number| number.value)
}

/// Reads `holidays.csv`.
pub fn holidays(reading: &Reading<'_>, diags: &mut Diagnostics) -> Vec<HolidayDraft> {
    let rows = rows(reading, diags).into_iter().filter_map(|row| {
        let span = row.span;
        let mut fields = Fields::of_row(row, Span::start_of(span.file), diags);
        let day = fields.date(Key("day", "日期"));
        let off = fields.one_of(Key("is", "放假或上班"), kinds_of_day());
        if day.is_none() && !fields.is_written(Key("day", "日期")) {
            fields.missing(Key("day", "日期"));
        }
        if off.is_none() && !fields.is_written(Key("is", "放假或上班")) {
            fields.missing(Key("is", "放假或上班"));
        }
        fields.finish();
        Some(HolidayDraft { day: day?, off: off? })
    });
    rows.collect()
}

fn kinds_of_day() -> Vocabulary<bool> {
    Vocabulary {
        what: "放假或上班",
        parse: |word| match word {
            "off" | "休" | "放假" => Some(true),
            "work" | "班" | "上班" => Some(false),
            _ => None,
        },
        all: vec![("off", "放假"), ("work", "上班")],
    }
}
