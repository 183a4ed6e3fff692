//! The tables of a report by one property, and by ending: what was received, answered and closed of each topic, county and
//! way of coming, how soon, and what came of it.
//!
//! Start at [`tables`]. Whatever is counted stands in one row of each split, those without a topic or a place too, so every
//! split adds up to the whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::consultations::register::Ending;
use crate::figures::report::{
    Names, added, channel_name, class_name, ending_name, percent, seen_to, sum, time_name,
};
use crate::figures::table::{Column, ColumnKind, Row, Table};
use crate::store::figures::{CLASSES, Figure, Measure};

/// What was soon: a measure, within how many hours (one of [`CLASSES`]), and the verb.
const SOON: [(Measure, i64, &str); 3] =
    [(Measure::Accepted, 24, "受理"), (Measure::Answered, 72, "答复"), (Measure::Closed, 360, "办结")];

/// What has to be known to read a split.
const OF_SPLITS: &str = "办结率是本期办结的除以本期收到的，加上转来的，减去转走的，会超过 100%。“几天内”都从收到算起，节假日也在内。";

/// What has to be known to read how long each ending took.
const OF_TIMES: &str = "每一列只算比前一列久的，从收到算起。按钟点算，节假日也在内。";

/// One property.
struct Property<'a> {
    /// The id and title of what was done by it, and of what came of that.
    done: (&'static str, &'static str),
    came: (&'static str, &'static str),
    heading: &'static str,
    label: Label<'a>,
}

/// What a figure is called by one of its properties.
type Label<'a> = &'a dyn Fn(&Figure) -> String;

/// By topic, county and way, in two tables each: what was done, and what came of it. Between them what came of all.
/// `before` are the figures of a year before, where they can be compared.
pub(super) fn tables(figures: &[Figure], before: Option<&[Figure]>, names: &Names) -> Vec<Table> {
    let properties = [
        Property {
            done: ("topics", "按主题"),
            came: ("topic_endings", "办结的结果，按主题"),
            heading: "主题",
            label: &|figure| names.topic(figure),
        },
        Property {
            done: ("regions", "按地方"),
            came: ("region_endings", "办结的结果，按地方"),
            heading: "县、市、区",
            label: &|figure| names.region(figure),
        },
        Property {
            done: ("channels", "按来的方式"),
            came: ("channel_endings", "办结的结果，按来的方式"),
            heading: "方式",
            label: &channel_name,
        },
    ];
    let done =
        properties.iter().map(|by| done((by.done.0, by.done.1, by.heading), (figures, before), by.label));
    let came = properties.iter().map(|by| {
        let ending = |figure: &Figure| (place(figure), ending_name(figure));
        closed((by.came.0, by.came.1, by.heading), figures, by.label, &ending)
    });
    done.chain([endings(figures, before)]).chain(came).collect()
}

/// How long closing took, for each ending.
pub(super) fn ending_times(figures: &[Figure]) -> Table {
    let about = ("ending_times", "办结用了多久，按结果", "结果");
    closed(about, figures, &ending_name, &|figure| (figure.class, class_name(figure.class))).noting(OF_TIMES)
}

/// What was received, answered and closed, and how soon; the most received first.
fn done(
    about: (&str, &str, &str),
    (figures, before): (&[Figure], Option<&[Figure]>),
    label: Label<'_>,
) -> Table {
    let mut columns = Column::all(&["收到", "答复", "办结"], ColumnKind::Count);
    columns.push(Column::new("办结率", ColumnKind::Percent));
    // Whoever was answered within three days is among the answered: two bars would count her twice.
    columns.extend(
        SOON.map(|(_, hours, verb)| Column::new(format!("{}{verb}", time_name(hours)), ColumnKind::Undrawn)),
    );
    if before.is_some() {
        columns.extend(Column::all(&["上年收到", "上年办结"], ColumnKind::Undrawn));
    }
    let mut groups: BTreeMap<String, (Vec<Figure>, Vec<Figure>)> = BTreeMap::new();
    for figure in figures {
        groups.entry(label(figure)).or_default().0.push(figure.clone());
    }
    for figure in before.unwrap_or_default() {
        groups.entry(label(figure)).or_default().1.push(figure.clone());
    }
    let row = |(label, (of, earlier)): (String, (Vec<Figure>, Vec<Figure>))| {
        let [received, answered, closed] =
            [Measure::Received, Measure::Answered, Measure::Closed].map(|measure| sum(&of, measure));
        let mut values = vec![Some(received), Some(answered), Some(closed), percent(closed, seen_to(&of))];
        values.extend(SOON.map(|(measure, hours, _)| Some(soon(&of, measure, hours))));
        if before.is_some() {
            values.extend([Measure::Received, Measure::Closed].map(|measure| Some(sum(&earlier, measure))));
        }
        Row { label, values, percent: false }
    };
    Table::new(about, columns, sorted(groups.into_iter().map(row).collect())).noting(OF_SPLITS)
}

/// How many of a measure took so many hours at most.
fn soon(figures: &[Figure], measure: Measure, hours: i64) -> i64 {
    let in_time = |figure: &&Figure| CLASSES.get(figure.class).is_some_and(|most| *most <= hours);
    added(figures.iter().filter(|figure| figure.measure == measure).filter(in_time))
}

fn endings(figures: &[Figure], before: Option<&[Figure]>) -> Table {
    let mut counts: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for figure in closings(figures) {
        counts.entry(ending_name(figure)).or_default().0 += added([figure]);
    }
    for figure in closings(before.unwrap_or_default()) {
        counts.entry(ending_name(figure)).or_default().1 += added([figure]);
    }
    let earlier = |count| before.map(|_| count);
    let rows = counts
        .into_iter()
        .map(|(ending, (now, then))| Row::new(ending, [now].into_iter().chain(earlier(then))));
    let mut columns = Column::all(&["办结"], ColumnKind::Count);
    columns.extend(before.map(|_| Column::new("上年办结", ColumnKind::Undrawn)));
    Table::new(("endings", "办结的结果", "结果"), columns, sorted(rows.collect()))
}

/// What was closed by two properties: a row for each of one, and after the sum a column for each of the other, both as far
/// as they occur. The number says in which order the columns stand.
fn closed(
    about: (&str, &str, &str),
    figures: &[Figure],
    row: Label<'_>,
    column: &dyn Fn(&Figure) -> (usize, String),
) -> Table {
    let occurring: BTreeSet<(usize, String)> = closings(figures).map(column).collect();
    let mut rows: BTreeMap<String, Vec<&Figure>> = BTreeMap::new();
    for figure in closings(figures) {
        rows.entry(row(figure)).or_default().push(figure);
    }
    let rows = rows.into_iter().map(|(label, of)| {
        let all = added(of.iter().copied());
        let each =
            occurring.iter().map(|one| added(of.iter().copied().filter(|figure| column(figure) == *one)));
        Row::new(label, std::iter::once(all).chain(each))
    });
    let rows = sorted(rows.collect());
    let shares = occurring.into_iter().map(|(_, name)| Column::new(name, ColumnKind::Share));
    // All of them are no bar beside their shares.
    let all = Column::new("办结", ColumnKind::Undrawn);
    Table::new(about, std::iter::once(all).chain(shares).collect(), rows)
}

fn closings(figures: &[Figure]) -> impl Iterator<Item = &Figure> {
    figures.iter().filter(|figure| figure.measure == Measure::Closed)
}

/// Where an ending stands among all; one that is not known any more stands last.
fn place(figure: &Figure) -> usize {
    Ending::all().position(|ending| ending.code() == figure.detail).unwrap_or(usize::MAX)
}

/// Without the rows of nothing, the greatest first.
fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.retain(|row| row.values.iter().any(|value| value.is_some_and(|value| value != 0)));
    rows.sort_by(|a, b| b.values.cmp(&a.values).then_with(|| a.label.cmp(&b.label)));
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::figures::report::{About, Counts, Report};
    use crate::figures::testing::{figure, names};

    const SPLITS: [(&str, &str); 3] =
        [("topics", "topic_endings"), ("regions", "region_endings"), ("channels", "channel_endings")];

    fn report(now: &[Figure]) -> Report {
        let about =
            About { period: "2026-Q4".parse().unwrap(), desk: "示例县妇联", below: false, over: 3 };
        Report::of(&about, &Counts { now, before: &[] }, &names())
    }

    fn written(report: &Report, id: &str) -> Vec<String> {
        let table = report.table(id).unwrap();
        let line = |row: &Row| {
            let numbers =
                table.numbers(row).map(|number| number.map_or("—".to_owned(), |number| number.to_string()));
            std::iter::once(row.label.clone()).chain(numbers).collect::<Vec<_>>().join(" ")
        };
        table.rows.iter().map(line).collect()
    }

    fn columns(report: &Report, id: &str) -> Vec<(String, ColumnKind)> {
        let columns = &report.table(id).unwrap().columns;
        columns.iter().map(|column| (column.name.clone(), column.kind)).collect()
    }

    fn took(class: usize, figure: Figure) -> Figure {
        Figure { class, ..figure }
    }

    fn ended(ending: &str, class: usize, topic: &str, count: u64) -> Figure {
        Figure { detail: ending.to_owned(), class, ..figure("2026-11", Measure::Closed, topic, count) }
    }

    #[test]
    fn a_split_tells_how_many_how_soon_and_the_rate() {
        let now = [
            figure("2026-10", Measure::Received, "work", 8),
            figure("2026-11", Measure::Received, "", 2),
            took(1, figure("2026-11", Measure::Accepted, "work", 4)),
            took(2, figure("2026-11", Measure::Accepted, "work", 3)),
            took(0, figure("2026-11", Measure::Answered, "work", 1)),
            took(2, figure("2026-11", Measure::Answered, "work", 2)),
            took(3, figure("2026-11", Measure::Answered, "work", 1)),
            ended("advised", 4, "work", 2),
            ended("advised", 5, "work", 1),
            ended("lapsed", 7, "marriage", 1),
        ];
        let report = report(&now);
        let names: Vec<String> = columns(&report, "topics").into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "收到",
                "答复",
                "办结",
                "办结率",
                "1 天内受理",
                "3 天内答复",
                "15 天内办结",
                "上年收到",
                "上年办结"
            ]
        );
        assert_eq!(
            written(&report, "topics"),
            ["上班的事 8 4 3 38% 4 3 2 0 0", "没有选主题 2 0 0 0% 0 0 0 0 0", "婚姻家事 0 0 1 — 0 0 0 0 0"]
        );
        assert_eq!(written(&report, "regions"), ["示例县 10 4 4 40% 4 3 2 0 0"]);
        assert_eq!(written(&report, "channels"), ["网上 10 4 4 40% 4 3 2 0 0"]);
    }

    #[test]
    fn what_came_of_it_stands_by_topic_place_way_and_time_as_far_as_it_occurs() {
        let now = [
            figure("2026-10", Measure::Received, "work", 8),
            ended("lapsed", 6, "work", 1),
            ended("advised", 1, "work", 2),
            ended("advised", 4, "marriage", 4),
            ended("lost", 0, "", 1),
        ];
        let report = report(&now);
        let share = |name: &str| (name.to_owned(), ColumnKind::Share);
        let all = ("办结".to_owned(), ColumnKind::Undrawn);
        assert_eq!(
            columns(&report, "topic_endings"),
            [all.clone(), share("咨询解答"), share("一直没有等到补充，自行办结"), share("lost")],
            "in the order of the vocabulary, and none that does not occur"
        );
        assert_eq!(
            written(&report, "topic_endings"),
            ["婚姻家事 4 4 0 0", "上班的事 3 2 1 0", "没有选主题 1 0 0 1"]
        );
        assert_eq!(written(&report, "region_endings"), ["示例县 8 6 1 1"]);
        assert_eq!(written(&report, "channel_endings"), ["网上 8 6 1 1"]);
        assert_eq!(
            columns(&report, "ending_times"),
            [all, share("2 小时内"), share("1 天内"), share("15 天内"), share("60 天内")]
        );
        assert_eq!(
            written(&report, "ending_times"),
            ["咨询解答 6 0 2 4 0", "lost 1 1 0 0 0", "一直没有等到补充，自行办结 1 0 0 0 1"]
        );
    }

    #[test]
    fn of_nothing_there_are_no_rows_and_no_endings() {
        let report = report(&[]);
        for (done, came) in SPLITS {
            assert!(report.table(done).unwrap().rows.is_empty());
            assert!(report.table(came).unwrap().rows.is_empty());
            assert_eq!(report.table(came).unwrap().columns.len(), 1);
        }
    }

    /// Per cents and what is counted in another column too would be taken for more of the same.
    #[test]
    fn a_chart_draws_counts_of_a_whole_and_nothing_else() {
        let report =
            report(&[figure("2026-10", Measure::Received, "work", 8), ended("lapsed", 6, "work", 1)]);
        let drawn = |id: &str| -> Vec<String> {
            let columns = report.table(id).unwrap().columns.iter();
            columns.filter(|column| column.kind.is_drawn()).map(|column| column.name.clone()).collect()
        };
        for (done, came) in SPLITS {
            assert_eq!(drawn(done), ["收到", "答复", "办结"]);
            assert_eq!(drawn(came), ["一直没有等到补充，自行办结"]);
        }
        assert_eq!(drawn("totals"), [""; 0], "a year before is no part of a whole");
    }

    fn any_figure() -> impl Strategy<Value = Figure> {
        let endings = ["advised", "withdrawn", "not_a_request", "lapsed", "lost"];
        let coarse = (
            prop::sample::select(vec!["2026-10", "2026-11", "2026-12"]),
            prop::sample::select(Measure::ALL.to_vec()),
            prop::sample::select(vec!["work", "marriage", "unknown", ""]),
            prop::sample::select(vec!["990121", "9901", ""]),
        );
        let rest =
            (prop::sample::select(vec!["online", "visit", "fax"]), prop::sample::select(endings.to_vec()));
        (coarse, rest, 0..=CLASSES.len(), 0u64..50).prop_map(|(coarse, (channel, ending), class, count)| {
            let (month, measure, topic, region) = coarse;
            let detail = if measure == Measure::Closed { ending } else { "" };
            Figure {
                month: month.to_owned(),
                measure,
                topic: topic.to_owned(),
                region: region.to_owned(),
                channel: channel.to_owned(),
                detail: detail.to_owned(),
                class,
                count,
            }
        })
    }

    /// What a column adds up to.
    fn down(report: &Report, id: &str, column: &str) -> i64 {
        let table = report.table(id).unwrap();
        let at = table.columns.iter().position(|one| one.name == column);
        at.map_or(0, |at| table.rows.iter().filter_map(|row| row.values[at]).sum())
    }

    /// The rows of a table by their labels.
    fn across(report: &Report, id: &str) -> BTreeMap<String, Vec<i64>> {
        let rows = report.table(id).unwrap().rows.iter();
        rows.map(|row| (row.label.clone(), row.values.iter().map(|value| value.unwrap_or(0)).collect()))
            .collect()
    }

    proptest! {
        #[test]
        fn every_split_adds_up_to_the_whole(now in prop::collection::vec(any_figure(), 0..40)) {
            let report = report(&now);
            let totals = across(&report, "totals");
            let times = &report.table("times").unwrap().rows;
            let until = |class: usize, measure: usize| -> i64 {
                times[..=class].iter().filter_map(|row| row.values[measure]).sum()
            };
            for (done, came) in SPLITS {
                for what in ["收到", "答复", "办结"] {
                    prop_assert_eq!(down(&report, done, what), totals[what][0]);
                    prop_assert_eq!(down(&report, "months", what), totals[what][0]);
                }
                prop_assert_eq!(down(&report, done, "1 天内受理"), until(1, 0));
                prop_assert_eq!(down(&report, done, "3 天内答复"), until(2, 1));
                prop_assert_eq!(down(&report, done, "15 天内办结"), until(4, 2));
                let done = across(&report, done);
                for (label, values) in across(&report, came) {
                    prop_assert_eq!(values[0], values[1..].iter().sum::<i64>());
                    prop_assert_eq!(values[0], done[&label][2]);
                }
                prop_assert_eq!(down(&report, came, "办结"), totals["办结"][0]);
                for (ending, values) in across(&report, "endings") {
                    prop_assert_eq!(down(&report, came, &ending), values[0]);
                }
            }
            prop_assert_eq!(down(&report, "endings", "办结"), totals["办结"][0]);
            for (ending, values) in across(&report, "ending_times") {
                prop_assert_eq!(values[0], values[1..].iter().sum::<i64>());
                prop_assert_eq!(values[0], across(&report, "endings")[&ending][0]);
            }
        }
    }
}
