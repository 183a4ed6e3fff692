//! The figures of a desk for a period, as tables: what is shown, drawn and exported.
//!
//! Start at [`Report::of`]; `split` makes the tables by topic, county, way and ending. Every table is made from the counts
//! alone, so a report of a month from years ago is the same as on its last day, whatever was purged since.

use std::collections::BTreeMap;

use search::record::Topic;
use search::region::{Level, Region, RegionCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::consultations::register::{Channel, Ending, Stage};
use crate::figures::period::Period;
use crate::figures::split;
use crate::figures::table::{Column, ColumnKind, Row, Table};
use crate::published::Release;
use crate::store::figures::{CLASSES, Figure, Measure};

/// Where no topic was chosen.
pub const NO_TOPIC: &str = "没有选主题";
/// Where nobody said where they are.
pub const NO_REGION: &str = "没有说在哪里";

/// What codes are called.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// By slug.
    pub topics: BTreeMap<String, String>,
    /// By code.
    pub regions: BTreeMap<String, String>,
}

impl Names {
    /// Those of a site. Villages and townships are counted with their county.
    pub fn new(topics: &[Topic], regions: &[Region]) -> Self {
        let counties: Vec<&Region> = regions.iter().filter(|region| region.level <= Level::County).collect();
        let by_code: BTreeMap<&RegionCode, &str> =
            counties.iter().map(|region| (&region.code, region.name.as_str())).collect();
        let mut alike: BTreeMap<&str, usize> = BTreeMap::new();
        for region in &counties {
            *alike.entry(&region.name).or_default() += 1;
        }
        // Many cities have a district of the same name, and one row must not count for two.
        let name = |region: &Region| {
            let around = region.parent.as_ref().and_then(|around| by_code.get(around));
            let around = around.filter(|_| alike.get(region.name.as_str()).is_some_and(|count| *count > 1));
            format!("{}{}", around.copied().unwrap_or_default(), region.name)
        };
        Self {
            topics: topics.iter().map(|topic| (topic.slug.clone(), topic.title.clone())).collect(),
            regions: counties.iter().map(|region| (region.code.to_string(), name(region))).collect(),
        }
    }

    /// What the topic of a figure is called.
    pub fn topic(&self, figure: &Figure) -> String {
        called(&self.topics, &figure.topic, NO_TOPIC)
    }

    /// What the county of a figure is called.
    pub fn region(&self, figure: &Figure) -> String {
        called(&self.regions, &figure.region, NO_REGION)
    }

    /// Those of the site that is served.
    pub fn of(release: &Release) -> Self {
        Self::new(&release.bundle.topics, release.stations.regions())
    }
}

fn called(names: &BTreeMap<String, String>, code: &str, none: &str) -> String {
    match code {
        "" => none.to_owned(),
        code => names.get(code).map_or(code, String::as_str).to_owned(),
    }
}

/// What the way of coming of a figure is called.
pub fn channel_name(figure: &Figure) -> String {
    Channel::parse(&figure.channel).map_or(figure.channel.as_str(), |channel| channel.chinese()).to_owned()
}

/// What the ending of a figure is called.
pub fn ending_name(figure: &Figure) -> String {
    Ending::parse(&figure.detail).map_or_else(|| figure.detail.clone(), |ending| ending.chinese().to_owned())
}

/// What a desk reports.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Report {
    /// The period: `2026`, `2026-Q4`, `2026-11`.
    pub period: String,
    /// The period, for readers.
    pub title: String,
    /// Whose figures.
    pub desk: String,
    /// Whether those of the desks below are in them.
    pub below: bool,
    /// Whether the period goes on.
    pub unfinished: bool,
    /// The tables, the most general first.
    pub tables: Vec<Table>,
}

/// Whose report, and of when.
pub struct About<'a> {
    /// The period.
    pub period: Period,
    /// The name of the desk.
    pub desk: &'a str,
    /// Whether the desks below are in it.
    pub below: bool,
    /// How many of its months are over, from the first.
    pub over: usize,
}

/// The counts of a period, and of a year before.
pub struct Counts<'a> {
    /// Of the period.
    pub now: &'a [Figure],
    /// Of a year before, those months that are over this time.
    pub before: &'a [Figure],
}

impl About<'_> {
    /// Whether the period goes on.
    pub fn is_unfinished(&self) -> bool {
        self.over < self.period.months().len()
    }
}

impl Report {
    /// Makes the tables.
    pub fn of(about: &About<'_>, counts: &Counts<'_>, names: &Names) -> Self {
        let figures = counts.now;
        // What goes on is compared in the totals alone, where the months that are over stand in a column of their own.
        let before = (!about.is_unfinished()).then_some(counts.before);
        let mut tables = vec![totals(about, counts), months(about.period, figures)];
        tables.extend(split::tables(figures, before, names));
        tables.extend([times(figures, before), split::ending_times(figures), overdue(figures)]);
        Self {
            period: about.period.to_string(),
            title: about.period.chinese(),
            desk: about.desk.to_owned(),
            below: about.below,
            unfinished: about.is_unfinished(),
            tables,
        }
    }

    /// A table by its name.
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }
}

/// How many there are in some figures.
pub(super) fn added<'a>(figures: impl IntoIterator<Item = &'a Figure>) -> i64 {
    let all: u64 = figures.into_iter().map(|figure| figure.count).sum();
    i64::try_from(all).unwrap_or(i64::MAX)
}

/// How many there are of a measure.
pub fn sum(figures: &[Figure], measure: Measure) -> i64 {
    added(figures.iter().filter(|figure| figure.measure == measure))
}

/// How many a desk had to see to: what came in, and what other desks gave it less what it gave them.
pub(super) fn seen_to(figures: &[Figure]) -> i64 {
    sum(figures, Measure::Received) + sum(figures, Measure::TransferredIn)
        - sum(figures, Measure::TransferredOut)
}

/// Whole per cent of `part` in `whole`, rounded half up; none where there is nothing to divide by.
pub(super) fn percent(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| (part * 200 + whole) / (whole * 2))
}

/// What counts of a row.
type OfRow = fn(&[Figure]) -> Option<i64>;

/// The rows of the totals, and whether they are per cents.
const TOTALS: [(&str, OfRow, bool); 11] = [
    ("收到", |figures| Some(sum(figures, Measure::Received)), false),
    ("转来", |figures| Some(sum(figures, Measure::TransferredIn)), false),
    ("转走", |figures| Some(sum(figures, Measure::TransferredOut)), false),
    ("受理", |figures| Some(sum(figures, Measure::Accepted)), false),
    ("答复", |figures| Some(sum(figures, Measure::Answered)), false),
    ("办结", |figures| Some(sum(figures, Measure::Closed)), false),
    ("办结率", |figures| percent(sum(figures, Measure::Closed), seen_to(figures)), true),
    ("超时上报", |figures| Some(sum(figures, Measure::Overdue)), false),
    ("说帮上了", |figures| Some(sum(figures, Measure::Helped)), false),
    ("说没帮上", |figures| Some(sum(figures, Measure::DidNotHelp)), false),
    ("收起来的（不是咨询）", |figures| Some(put_away(figures)), false),
];

/// What has to be known to read the totals.
const OF_TOTALS: &str = "办结率是本期办结的除以本期收到的，加上别的工作台转来的，减去转走的；办的可能是以前收到的，所以会超过 100%。\
    同一件事到每一步只算一次，超时几次、转几次都算几次；转走以前受理过、答复过的，算在转走的工作台。收起来的也算收到和办结，没有答复。";

/// Beside a year before. Months that go on would be compared with whole ones: of a period that goes on, those that are over
/// stand beside the same of a year before.
fn totals(about: &About<'_>, counts: &Counts<'_>) -> Table {
    let months = about.period.months();
    let over = months.get(..about.over).unwrap_or_default();
    let ended: Vec<Figure> =
        counts.now.iter().filter(|figure| over.contains(&figure.month)).cloned().collect();
    let (parts, columns, note): (Vec<&[Figure]>, &[&str], &str) = if !about.is_unfinished() {
        (vec![counts.now, counts.before], &["本期", "上年同期", "增减"], "")
    } else if over.is_empty() {
        (vec![counts.now], &["本期"], "这段时间还没有一个月过完，不和上年比。")
    } else {
        let columns = &["本期", "其中过完的月", "上年同样的月", "增减"];
        (
            vec![counts.now, &ended, counts.before],
            columns,
            "这段时间还没有过完，增减只拿过完的月和上年同样的月比。",
        )
    };
    let rows = TOTALS.map(|(label, of, percent)| {
        let mut values: Vec<Option<i64>> = parts.iter().map(|figures| of(figures)).collect();
        if let [.., now, before] = values[..]
            && parts.len() > 1
        {
            values.push(now.zip(before).map(|(now, before)| now - before));
        }
        Row { label: label.to_owned(), values, percent }
    });
    // What is beside a year before is no part of a whole, and the rows are of different things: nothing to draw.
    let columns = Column::all(columns, ColumnKind::Undrawn);
    Table::new(("totals", "总的情况", "项目"), columns, rows.to_vec()).noting(&format!("{OF_TOTALS}{note}"))
}

/// How many were put away, because nobody asked anything.
pub fn put_away(figures: &[Figure]) -> i64 {
    let of = figures.iter().filter(|figure| figure.measure == Measure::Closed);
    added(of.filter(|figure| figure.detail == Ending::NotARequest.code()))
}

fn months(period: Period, figures: &[Figure]) -> Table {
    let rows = period.months().into_iter().map(|month| {
        let of = figures.iter().filter(|figure| figure.month == month).cloned().collect::<Vec<_>>();
        let label = month.parse().map_or(month, Period::chinese);
        Row::new(label, [Measure::Received, Measure::Answered, Measure::Closed].map(|what| sum(&of, what)))
    });
    let columns = Column::all(&["收到", "答复", "办结"], ColumnKind::Count);
    Table::new(("months", "逐月", "月"), columns, rows.collect())
}

/// What a class of time is called.
pub fn class_name(class: usize) -> String {
    match CLASSES.get(class) {
        Some(most) => time_name(*most),
        None => format!("超过 {}", length(CLASSES[CLASSES.len() - 1])),
    }
}

/// What so many hours at most are called.
pub(super) fn time_name(hours: i64) -> String {
    format!("{}内", length(hours))
}

fn length(hours: i64) -> String {
    if hours < 24 { format!("{hours} 小时") } else { format!("{} 天", hours / 24) }
}

fn times(figures: &[Figure], before: Option<&[Figure]>) -> Table {
    let of = |figures: &[Figure], measure, class| {
        added(figures.iter().filter(|figure| figure.measure == measure && figure.class == class))
    };
    let measures = [Measure::Accepted, Measure::Answered, Measure::Closed];
    let years: Vec<&[Figure]> = [figures].into_iter().chain(before).collect();
    let rows = (0..=CLASSES.len()).map(|class| {
        let of_year = |year: &&[Figure]| measures.map(|measure| of(year, measure, class));
        Row::new(class_name(class), years.iter().flat_map(of_year))
    });
    let mut columns = Column::all(&["受理", "首次答复", "办结"], ColumnKind::Count);
    if before.is_some() {
        columns.extend(Column::all(&["上年受理", "上年首次答复", "上年办结"], ColumnKind::Undrawn));
    }
    Table::new(("times", "用了多久", "从收到算起"), columns, rows.collect())
        .noting("每一行只算比上一行久的。按钟点算，节假日也在内。")
}

/// The class in which the middle one lies, of those that took a measured time.
pub fn middle(figures: &[Figure], measure: Measure) -> Option<usize> {
    let mut of: Vec<&Figure> = figures.iter().filter(|figure| figure.measure == measure).collect();
    of.sort_by_key(|figure| figure.class);
    let all: u64 = of.iter().map(|figure| figure.count).sum();
    let mut seen = 0;
    of.into_iter().find_map(|figure| {
        seen += figure.count;
        (seen * 2 >= all).then_some(figure.class)
    })
}

fn overdue(figures: &[Figure]) -> Table {
    let of = |stage: Stage| {
        let overdue = figures.iter().filter(|figure| figure.measure == Measure::Overdue);
        added(overdue.filter(|figure| figure.detail == stage.code()))
    };
    let rows = [Stage::Accept, Stage::Answer, Stage::Close];
    let rows = rows.map(|stage| Row::new(format!("没有按时{}", stage.chinese()), [of(stage)]));
    Table::new(("overdue", "超时上报", "哪一步"), Column::all(&["次数"], ColumnKind::Count), rows.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::testing::{figure, names};

    fn report(now: &[Figure], before: &[Figure]) -> Report {
        report_of(3, now, before)
    }

    /// When so many months of the quarter are over.
    fn report_of(over: usize, now: &[Figure], before: &[Figure]) -> Report {
        let period = "2026-Q4".parse().unwrap();
        let about = About { period, desk: "示例县妇联", below: false, over };
        Report::of(&about, &Counts { now, before }, &names())
    }

    fn rows<'a>(report: &'a Report, id: &str) -> Vec<(&'a str, Vec<i64>)> {
        let rows = report.table(id).unwrap().rows.iter();
        rows.map(|row| (row.label.as_str(), row.values.iter().map(|value| value.unwrap_or(-1)).collect()))
            .collect()
    }

    fn columns(table: &Table) -> Vec<&str> {
        table.columns.iter().map(|column| column.name.as_str()).collect()
    }

    #[test]
    fn a_report_adds_up_by_month_topic_place_way_and_result() {
        let now = [
            figure("2026-10", Measure::Received, "work", 7),
            figure("2026-11", Measure::Received, "work", 3),
            figure("2026-11", Measure::Received, "", 2),
            Figure { class: 0, ..figure("2026-11", Measure::Answered, "work", 5) },
            Figure { class: 3, ..figure("2026-11", Measure::Answered, "", 2) },
            Figure { detail: "lapsed".to_owned(), class: 6, ..figure("2026-11", Measure::Closed, "work", 3) },
            Figure { detail: "not_a_request".to_owned(), ..figure("2026-11", Measure::Closed, "work", 1) },
            Figure { detail: "answer".to_owned(), ..figure("2026-11", Measure::Overdue, "work", 1) },
        ];
        let report = report(&now, &[figure("2025-10", Measure::Received, "work", 20)]);
        let totals = rows(&report, "totals");
        assert_eq!(totals[0], ("收到", vec![12, 20, -8]));
        assert_eq!(totals[6], ("办结率", vec![33, 0, 33]));
        assert_eq!(rows(&report, "months")[1], ("2026 年 11 月", vec![5, 7, 4]));
        assert_eq!(
            rows(&report, "topics"),
            [
                ("上班的事", vec![10, 5, 4, 40, 0, 5, 1, 20, 0]),
                ("没有选主题", vec![2, 2, 0, 0, 0, 0, 0, 0, 0])
            ]
        );
        assert_eq!(rows(&report, "regions"), [("示例县", vec![12, 7, 4, 33, 0, 5, 1, 20, 0])]);
        assert_eq!(totals[10], ("收起来的（不是咨询）", vec![1, 0, 1]));
        let endings = [("一直没有等到补充，自行办结", vec![3, 0]), ("不是咨询", vec![1, 0])];
        assert_eq!(rows(&report, "endings"), endings);
        assert_eq!(rows(&report, "times")[3], ("7 天内", vec![0, 2, 0, 0, 0, 0]));
        assert_eq!(rows(&report, "overdue")[1], ("没有按时首次答复", vec![1]));
        assert_eq!(middle(&now, Measure::Answered), Some(0));
        assert_eq!(class_name(7), "超过 60 天");
    }

    #[test]
    fn a_month_that_goes_on_is_not_compared_with_a_whole_one() {
        let now = [
            figure("2026-10", Measure::Received, "work", 7),
            figure("2026-10", Measure::Closed, "work", 7),
            figure("2026-11", Measure::Received, "work", 3),
        ];
        let before = [figure("2025-10", Measure::Received, "work", 9)];
        let partly = report_of(1, &now, &before);
        let table = partly.table("totals").unwrap();
        assert_eq!(columns(table), ["本期", "其中过完的月", "上年同样的月", "增减"]);
        assert_eq!(rows(&partly, "totals")[0], ("收到", vec![10, 7, 9, -2]));
        assert_eq!(rows(&partly, "totals")[6], ("办结率", vec![70, 100, 0, 100]));
        assert!(table.note.as_ref().unwrap().contains("只拿过完的月"));
        assert_eq!(columns(partly.table("times").unwrap()), ["受理", "首次答复", "办结"]);
        assert_eq!(rows(&partly, "topics")[0].1.len(), 7, "no split is compared with whole months");
        let begun = report_of(0, &now, &[]);
        assert_eq!(columns(begun.table("totals").unwrap()), ["本期"]);
        assert_eq!((rows(&begun, "totals")[0].clone(), begun.unfinished), (("收到", vec![10]), true));
        assert!(!report(&now, &before).unfinished);
    }

    #[test]
    fn what_was_handed_on_is_seen_to_where_it_went() {
        let closed = Figure { detail: "advised".to_owned(), ..figure("2026-11", Measure::Closed, "work", 3) };
        let gave = [
            figure("2026-10", Measure::Received, "work", 4),
            figure("2026-10", Measure::TransferredOut, "work", 4),
        ];
        let took = [figure("2026-10", Measure::TransferredIn, "work", 4), closed];
        for (figures, received, rate) in [
            (&gave[..], vec![4, 0, 4], -1),
            (&took[..], vec![0, 4, 0], 75),
            (&[&gave[..], &took[..]].concat()[..], vec![4, 4, 4], 75),
        ] {
            let report = report(figures, &[]);
            let totals = rows(&report, "totals");
            assert_eq!(totals[..3].iter().map(|(_, values)| values[0]).collect::<Vec<_>>(), received);
            assert_eq!(totals[6].1[0], rate);
            assert_eq!(rows(&report, "topics")[0].1[3], rate);
        }
    }

    #[test]
    fn districts_of_the_same_name_are_told_apart_by_their_city() {
        let region = |code: &str, name: &str, level, parent: Option<&str>| Region {
            code: code.parse().unwrap(),
            name: name.to_owned(),
            level,
            parent: parent.map(|parent| parent.parse().unwrap()),
            location: None,
            stations: 0,
            url: String::new(),
        };
        let counties = Names::new(
            &[],
            &[
                region("990100", "甲市", Level::City, None),
                region("990102", "中区", Level::County, Some("990100")),
                region("990121", "示例县", Level::County, Some("990100")),
                region("990200", "乙市", Level::City, None),
                region("990202", "中区", Level::County, Some("990200")),
                region("990121100", "暖溪镇", Level::Township, Some("990121")),
            ],
        );
        let named: Vec<&str> = counties.regions.values().map(String::as_str).collect();
        assert_eq!(named, ["甲市", "甲市中区", "示例县", "乙市", "乙市中区"]);
    }

    #[test]
    fn a_report_of_nothing_has_no_rate() {
        let report = report(&[], &[]);
        assert_eq!(report.table("totals").unwrap().rows[6].values, [None, None, None]);
        assert_eq!(
            [percent(1, 3), percent(1, 2), percent(2, 1), percent(0, 0)],
            [Some(33), Some(50), Some(200), None]
        );
        assert_eq!(middle(&[], Measure::Closed), None);
    }
}
