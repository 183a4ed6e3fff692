//! Reads `statistics.csv`: what `nuanzhan statistics` wrote for a site that another host serves.

use search::statistics::{LEAST, is_quarter};

use super::Reading;
use super::fields::{Fields, Key};
use super::tables::rows;
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;

/// The smallest number that may stand there, and the largest.
const RANGE: std::ops::RangeInclusive<u32> = LEAST..=100_000_000;

/// A row of `statistics.csv`.
#[derive(Debug, Clone)]
pub struct StatisticDraft {
    /// `2026-Q3`
    pub quarter: String,
    /// The table.
    pub about: String,
    /// The row of it.
    pub what: String,
    /// The number.
    pub count: u32,
}

/// Reads `statistics.csv`.
pub fn table(reading: &Reading<'_>, diags: &mut Diagnostics) -> Vec<StatisticDraft> {
    let rows = rows(reading, diags).into_iter().filter_map(|row| {
        let span = row.span;
        let mut fields = Fields::of_row(row, Span::start_of(span.file), diags);
        let quarter = fields.required(Key("quarter", "季度"));
        let about = fields.required(Key("about", "哪张表"));
        let what = fields.required(Key("what", "哪一项"));
        let count = fields.whole(Key("count", "多少"), RANGE);
        if count.is_none() && !fields.is_written(Key("count", "多少")) {
            fields.missing(Key("count", "多少"));
        }
        fields.finish();
        let quarter = quarter?;
        if !is_quarter(&quarter.value) {
            let message = format!("“{}”不是一个季度", quarter.value);
            let hint = "写成 2026-Q3 这样；这个文件由 nuanzhan statistics 写，再运行一次就好";
            diags.push(Diagnostic::error("date", quarter.span, message).hint(hint));
            return None;
        }
        Some(StatisticDraft {
            quarter: quarter.value,
            about: about?.value,
            what: what?.value,
            count: count?.value,
        })
    });
    rows.collect()
}
