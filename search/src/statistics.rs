//! What a site publishes of its consultations: finished quarters, in tables in which no number is under five.
//!
//! The API makes them (`api::figures::published`), a build shows them. As a file they are rows of quarter, table, row and
//! number: [`Statistics::rows`] and [`Statistics::of_rows`] are each other's way back.

use serde::{Deserialize, Serialize};

/// Numbers below this are never published.
pub const LEAST: u32 = 5;

/// The file at the content root in which a build finds them.
pub const FILE: &str = "statistics.csv";

/// The columns of that file.
pub const COLUMNS: [&str; 4] = ["quarter", "about", "what", "count"];

/// What is published, the newest quarter first.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// The quarters.
    pub quarters: Vec<Quarter>,
}

/// A quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarter {
    /// `2026-Q3`
    pub quarter: String,
    /// The tables, in their order.
    pub tables: Vec<Table>,
}

/// A way to split what happened in a quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What is counted, and by what.
    pub about: String,
    /// The rows, in their order.
    pub rows: Vec<Row>,
}

/// A number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What is counted.
    pub what: String,
    /// How many, [`LEAST`] at least.
    pub count: u64,
}

impl Statistics {
    /// Quarter, table, row and number, in order.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &str, &str, u64)> {
        self.quarters.iter().flat_map(|quarter| {
            quarter.tables.iter().flat_map(|table| {
                table
                    .rows
                    .iter()
                    .map(|row| (quarter.quarter.as_str(), table.about.as_str(), row.what.as_str(), row.count))
            })
        })
    }

    /// From rows in any order: quarters are sorted, tables and their rows stay as they come.
    pub fn of_rows(rows: impl IntoIterator<Item = (String, String, String, u64)>) -> Self {
        let mut quarters: Vec<Quarter> = Vec::new();
        for (quarter, about, what, count) in rows {
            let quarter = found_or_new(
                &mut quarters,
                |known| known.quarter == quarter,
                || Quarter { quarter: quarter.clone(), tables: Vec::new() },
            );
            let table = found_or_new(
                &mut quarter.tables,
                |known| known.about == about,
                || Table { about: about.clone(), rows: Vec::new() },
            );
            table.rows.push(Row { what, count });
        }
        quarters.sort_by(|a, b| b.quarter.cmp(&a.quarter));
        Self { quarters }
    }
}

fn found_or_new<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> &mut T {
    let at = list.iter().position(is_it).unwrap_or_else(|| {
        list.push(new());
        list.len() - 1
    });
    &mut list[at]
}

/// Whether a text names a quarter: `2026-Q3`.
pub fn is_quarter(text: &str) -> bool {
    let Some((year, quarter)) = text.split_once("-Q") else { return false };
    year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(quarter, "1" | "2" | "3" | "4")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_give_back_what_they_were_made_of() {
        let table = |about: &str, counts: &[(&str, u64)]| Table {
            about: about.to_owned(),
            rows: counts.iter().map(|&(what, count)| Row { what: what.to_owned(), count }).collect(),
        };
        let quarter = |quarter: &str, tables| Quarter { quarter: quarter.to_owned(), tables };
        let statistics = Statistics {
            quarters: vec![
                quarter(
                    "2026-Q3",
                    vec![table("总数", &[("收到", 12)]), table("收到的，按主题", &[("a", 7), ("其他", 5)])],
                ),
                quarter("2026-Q2", vec![table("总数", &[("收到", 9)])]),
            ],
        };
        let owned = |(quarter, about, what, count): (&str, &str, &str, u64)| {
            (quarter.to_owned(), about.to_owned(), what.to_owned(), count)
        };
        let rows: Vec<_> = statistics.rows().map(owned).collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(Statistics::of_rows(rows.clone()), statistics);
        assert_eq!(Statistics::of_rows(rows.into_iter().rev()).quarters[0].quarter, "2026-Q3");
    }

    #[test]
    fn a_quarter_is_written_in_one_way() {
        assert!(is_quarter("2026-Q3"));
        for bad in ["", "2026", "2026-Q5", "2026-q3", "26-Q3", "2026-Q33", "２０２６-Q3"] {
            assert!(!is_quarter(bad), "{bad}");
        }
    }
}
