//! What the public may know: finished quarters of the whole site, each split in several ways, so that no count under
//! [`LEAST`] can be reckoned back from totals, from other tables or from other quarters.
//!
//! [`split`] is the rule. Cells under [`LEAST`], empty ones too, are put together with *all* cells that have the smallest
//! count from [`LEAST`] up, so that nobody can tell which of them was small: whatever is published stays the same when a
//! small one and one of those change places. Each table is a split of one property alone, quarters share no event, and
//! nothing is published by month or year, so there is nothing to subtract. `docs/decisions/0040-published-statistics.md`
//! has the proof, and what it does not cover.

use std::collections::BTreeMap;

use search::statistics::{Quarter, Row, Statistics, Table};

use crate::consultations::register::{Channel, Ending};
use crate::figures::period::Period;
use crate::figures::report::{NO_REGION, NO_TOPIC, Names, channel_name, class_name, ending_name};
use crate::store::figures::{CLASSES, Figure, Measure};

/// Numbers below this are never published.
const LEAST: u64 = search::statistics::LEAST as u64;

/// What small cells are together called.
pub const REST: &str = "其他";

/// How many quarters are published.
pub const QUARTERS: usize = 8;

/// The finished quarters that are published on a day, the newest first.
pub fn quarters(today: jiff::civil::Date) -> Vec<Period> {
    let now = Period::quarter_of(today);
    std::iter::successors(Some(now.before()), |quarter| Some(quarter.before())).take(QUARTERS).collect()
}

/// What is published of quarters with these figures.
pub fn publish(quarters: &[(Period, Vec<Figure>)], names: &Names) -> Statistics {
    let quarters = quarters.iter().map(|(period, figures)| Quarter {
        quarter: period.to_string(),
        tables: tables(*period, figures, names),
    });
    Statistics { quarters: quarters.filter(|quarter| !quarter.tables.is_empty()).collect() }
}

fn tables(period: Period, figures: &[Figure], names: &Names) -> Vec<Table> {
    let month_name = |month: &str| month.parse().map_or_else(|_| month.to_owned(), Period::chinese);
    let months = period.months().iter().map(|month| month_name(month)).collect();
    let with = |names: &BTreeMap<String, String>, none: &str| {
        names.values().cloned().chain([none.to_owned()]).collect()
    };
    let channels = Channel::ALL.iter().map(|channel| channel.chinese().to_owned()).collect();
    let endings = Ending::all().map(|ending| ending.chinese().to_owned()).collect();
    let times = || (0..=CLASSES.len()).map(class_name).collect();

    let mut tables = vec![total(figures)];
    let mut add = |about: &str, measure, all: Vec<String>, label: &dyn Fn(&Figure) -> String| {
        tables.push(Table { about: about.to_owned(), rows: split(counted(figures, measure, all, label)) });
    };
    add("收到的，逐月", Measure::Received, months, &|figure| month_name(&figure.month));
    add("收到的，按主题", Measure::Received, with(&names.topics, NO_TOPIC), &|figure| {
        names.topic(figure)
    });
    add("收到的，按地方", Measure::Received, with(&names.regions, NO_REGION), &|figure| {
        names.region(figure)
    });
    add("收到的，按来的方式", Measure::Received, channels, &channel_name);
    add("首次答复用了多久", Measure::Answered, times(), &|figure| class_name(figure.class));
    add("办结用了多久", Measure::Closed, times(), &|figure| class_name(figure.class));
    add("办结的结果", Measure::Closed, endings, &ending_name);
    tables.retain(|table| !table.rows.is_empty());
    tables
}

/// How many there were of each measure: those of which there were enough.
fn total(figures: &[Figure]) -> Table {
    let measures = [("收到", Measure::Received), ("答复", Measure::Answered), ("办结", Measure::Closed)];
    let rows = measures.map(|(what, measure)| {
        let counts = figures.iter().filter(|figure| figure.measure == measure).map(|figure| figure.count);
        Row { what: what.to_owned(), count: counts.sum() }
    });
    let rows = rows.into_iter().filter(|row| row.count >= LEAST).collect();
    Table { about: "总数".to_owned(), rows }
}

/// How many of a measure there are with each label, those with none included.
fn counted(
    figures: &[Figure],
    measure: Measure,
    all: Vec<String>,
    label: &dyn Fn(&Figure) -> String,
) -> Vec<(String, u64)> {
    let mut cells: Vec<(String, u64)> = all.into_iter().map(|label| (label, 0)).collect();
    for figure in figures.iter().filter(|figure| figure.measure == measure) {
        let label = label(figure);
        match cells.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += figure.count,
            None => cells.push((label, figure.count)),
        }
    }
    cells
}

/// What may be shown of cells: see the module. Nothing where all of them together are under [`LEAST`].
pub fn split(cells: Vec<(String, u64)>) -> Vec<Row> {
    let is_small = |count: u64| count < LEAST;
    if is_small(cells.iter().map(|(_, count)| count).sum()) {
        return Vec::new();
    }
    let hides = cells.iter().any(|(_, count)| is_small(*count));
    let smallest = cells.iter().map(|(_, count)| *count).filter(|count| !is_small(*count)).min();
    let hidden = |count: u64| hides && (is_small(count) || Some(count) == smallest);
    let mut rest = 0;
    let mut rows = Vec::new();
    for (what, count) in cells {
        if hidden(count) {
            rest += count;
        } else {
            rows.push(Row { what, count });
        }
    }
    if rest > 0 {
        rows.push(Row { what: REST.to_owned(), count: rest });
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::figures::testing::{figure, names};

    fn cells(counts: &[u64]) -> Vec<(String, u64)> {
        counts.iter().enumerate().map(|(at, count)| (at.to_string(), *count)).collect()
    }

    fn shown(counts: &[u64]) -> Vec<(String, u64)> {
        split(cells(counts)).into_iter().map(|row| (row.what, row.count)).collect()
    }

    #[test]
    fn small_cells_are_put_together_with_the_smallest_of_the_others() {
        let pair = |what: &str, count| (what.to_owned(), count);
        assert_eq!(shown(&[20, 9, 7]), [pair("0", 20), pair("1", 9), pair("2", 7)]);
        assert_eq!(shown(&[20, 9, 7, 1]), [pair("0", 20), pair("1", 9), pair(REST, 8)]);
        assert_eq!(shown(&[20, 7, 7, 0]), [pair("0", 20), pair(REST, 14)]);
        assert_eq!(shown(&[4, 4]), [pair(REST, 8)]);
        assert_eq!(shown(&[3, 1, 0]), []);
        assert_eq!(shown(&[]), []);
    }

    /// Everything that an attacker may know who knows the rule, the labels and the table: all tables of four cells up to
    /// nine are tried, and for each small cell there is another one that looks the same from outside.
    #[test]
    fn whoever_knows_the_rule_and_the_table_can_not_tell_a_small_count() {
        let mut alike: BTreeMap<Vec<(String, u64)>, Vec<[u64; 4]>> = BTreeMap::new();
        for number in 0..10_000u64 {
            let table = [number / 1000, number / 100 % 10, number / 10 % 10, number % 10];
            alike.entry(shown(&table)).or_default().push(table);
        }
        for (published, tables) in &alike {
            for at in 0..4 {
                let values: BTreeSet<u64> = tables.iter().map(|table| table[at]).collect();
                let small = values.iter().any(|count| *count < LEAST);
                assert!(!small || values.len() > 1, "{published:?} tells cell {at}: {values:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_small_is_shown_and_everything_is_counted(counts in prop::collection::vec(0u64..40, 0..20)) {
            let total: u64 = counts.iter().sum();
            let rows = split(cells(&counts));
            prop_assert!(rows.iter().all(|row| row.count >= LEAST));
            let shown: u64 = rows.iter().map(|row| row.count).sum();
            prop_assert_eq!(shown, if total < LEAST { 0 } else { total });
        }

        /// The claim of the module: a small one and one of those it is hidden among may change places.
        #[test]
        fn a_small_cell_may_change_places_with_one_it_is_hidden_among(
            counts in prop::collection::vec(0u64..12, 2..10),
        ) {
            let small = counts.iter().position(|count| *count < LEAST);
            let among = counts.iter().copied().filter(|count| *count >= LEAST).min();
            let among = among.and_then(|least| counts.iter().position(|count| *count == least));
            if let (Some(small), Some(among)) = (small, among) {
                let mut other = counts.clone();
                other.swap(small, among);
                prop_assert_eq!(shown(&counts), shown(&other));
            }
        }
    }

    #[test]
    fn only_finished_quarters_are_published_and_months_add_up_to_no_more_than_they() {
        let quarters = quarters(date(2026, 11, 23));
        assert_eq!(quarters[0].to_string(), "2026-Q3");
        assert_eq!(quarters.len(), QUARTERS);
        assert!(quarters.iter().all(|quarter| quarter.is_over(date(2026, 11, 23))));
        let figures = vec![
            figure("2026-07", Measure::Received, "work", 30),
            figure("2026-08", Measure::Received, "marriage", 20),
            figure("2026-09", Measure::Received, "work", 2),
            figure("2026-09", Measure::Closed, "work", 4),
        ];
        let published = publish(&[(quarters[0], figures), (quarters[1], Vec::new())], &names());
        let [quarter] = published.quarters.as_slice() else { panic!("{published:?}") };
        let rows = |about: &str| -> Vec<(&str, u64)> {
            let table = quarter.tables.iter().find(|table| table.about == about);
            table
                .map(|table| table.rows.iter().map(|row| (row.what.as_str(), row.count)).collect())
                .unwrap_or_default()
        };
        assert_eq!(rows("总数"), [("收到", 52)]);
        assert_eq!(rows("收到的，逐月"), [("2026 年 7 月", 30), (REST, 22)]);
        assert_eq!(rows("收到的，按主题"), [("上班的事", 32), (REST, 20)]);
        assert_eq!(rows("办结的结果"), []);
    }
}
