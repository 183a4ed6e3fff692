//! A report as a file for a spreadsheet: CSV, one row for each number, or Excel, one sheet for each table, with a chart of
//! what may be drawn of it.

use anyhow::Context;
use rust_xlsxwriter::{Chart, ChartLegendPosition, ChartType, Format, Workbook, Worksheet};

use crate::figures::report::Report;
use crate::figures::table::{Column, ColumnKind, Number, Table};

/// The report as CSV in UTF-8, with the mark by which Excel knows it: table, what, which number, how many.
pub fn csv(report: &Report) -> anyhow::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    out.write_record(["时间", "工作台", "表", "项目", "指标", "数"])?;
    let desk = harmless(&report.desk);
    for table in &report.tables {
        for row in &table.rows {
            let label = harmless(&row.label);
            for (column, number) in table.columns.iter().zip(table.numbers(row)) {
                let number = number.map_or_else(String::new, |number| number.to_string());
                let name = harmless(&column.name);
                out.write_record([&report.title, &desk, &table.title, &label, &name, &number])?;
            }
        }
    }
    out.into_inner().map_err(csv::IntoInnerError::into_error).context("CSV")
}

/// Spreadsheets take a text that begins like this for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// The report as an Excel workbook.
pub fn xlsx(report: &Report) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    for table in &report.tables {
        put(workbook.add_worksheet(), report, table).with_context(|| table.id.clone())?;
    }
    workbook.save_to_buffer().context("Excel")
}

/// Where the rows of a table begin: after the title, the period and the headings.
const FIRST_ROW: u32 = 3;

/// How wide a chart is, in pixels.
const WIDTH: u32 = 640;
/// How high a chart is without bars.
const BARE: u32 = 180;
/// How much a bar adds.
const EACH: u32 = 18;
/// A chart is no higher than this, and its bars get thinner instead.
const HIGHEST: u32 = 1600;

fn put(sheet: &mut Worksheet, report: &Report, table: &Table) -> anyhow::Result<()> {
    let (bold, percent) = (Format::new().set_bold(), Format::new().set_num_format("0%"));
    sheet.set_name(&table.title)?;
    sheet.write_with_format(0, 0, &table.title, &bold)?;
    sheet.write(1, 0, format!("{}　{}", report.desk, report.title))?;
    let names = table.columns.iter().map(|column| &column.name);
    for (at, name) in (0u16..).zip(std::iter::once(&table.heading).chain(names)) {
        // A Chinese character is as wide as two digits, in which Excel measures.
        let wide = u32::try_from(name.chars().count() * 2 + 2)?.max(if at == 0 { 24 } else { 9 });
        sheet.set_column_width(at, wide)?.write_with_format(FIRST_ROW - 1, at, name, &bold)?;
    }
    let mut at = FIRST_ROW;
    for row in &table.rows {
        sheet.write(at, 0, &row.label)?;
        for (column, number) in (1u16..).zip(table.numbers(row)) {
            match number {
                Some(Number::Percent(value)) => {
                    sheet.write_with_format(at, column, exact(value) / 100.0, &percent)?;
                }
                Some(Number::Count(value)) => {
                    sheet.write(at, column, exact(value))?;
                }
                None => {}
            }
        }
        at += 1;
    }
    if let Some(note) = &table.note {
        sheet.write(at + 1, 0, note)?;
    }
    let drawn: Vec<(u16, &Column)> =
        (1u16..).zip(&table.columns).filter(|(_, column)| column.kind.is_drawn()).collect();
    if at > FIRST_ROW && !drawn.is_empty() {
        sheet.insert_chart(
            FIRST_ROW,
            u16::try_from(table.columns.len())? + 2,
            &chart(table, &drawn, at - 1),
        )?;
    }
    Ok(())
}

/// Counts and per cents are far below where whole numbers end in Excel.
fn exact(value: i64) -> f64 {
    f64::from(i32::try_from(value).unwrap_or(i32::MAX))
}

/// Bars beside each other; shares of a whole one behind the other.
fn chart(table: &Table, drawn: &[(u16, &Column)], last: u32) -> Chart {
    let stacked = drawn.iter().all(|(_, column)| column.kind == ColumnKind::Share);
    let mut chart = Chart::new(if stacked { ChartType::BarStacked } else { ChartType::Bar });
    chart.title().set_name(&table.title);
    chart.set_alt_text(format!("{}，数在左边的表里", table.title));
    for (column, _) in drawn {
        let series = chart.add_series();
        series.set_name((table.title.as_str(), FIRST_ROW - 1, *column));
        series.set_categories((table.title.as_str(), FIRST_ROW, 0, last, 0));
        series.set_values((table.title.as_str(), FIRST_ROW, *column, last, *column));
    }
    let bars = if stacked { 1 } else { u32::try_from(drawn.len()).unwrap_or(u32::MAX) };
    let rows = last - FIRST_ROW + 1;
    chart.set_height(rows.saturating_mul(bars.saturating_mul(EACH)).saturating_add(BARE).min(HIGHEST));
    chart.set_width(WIDTH);
    chart.legend().set_position(ChartLegendPosition::Bottom);
    // The first row on top, as in the table.
    chart.x_axis().set_reverse();
    chart
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{Cursor, Read as _};

    use calamine::{Data, Reader as _, Xlsx};
    use zip::ZipArchive;

    use super::*;
    use crate::figures::report::{About, Counts};
    use crate::figures::testing::{figure, names};
    use crate::store::figures::{Figure, Measure};

    fn report(desk: &str) -> Report {
        let now = [
            figure("2026-11", Measure::Received, "work", 7),
            figure("2026-11", Measure::Received, "marriage", 1),
            Figure { detail: "advised".to_owned(), ..figure("2026-11", Measure::Closed, "work", 2) },
            Figure { detail: "lapsed".to_owned(), ..figure("2026-11", Measure::Closed, "marriage", 1) },
        ];
        let about = About { period: "2026-11".parse().unwrap(), desk, below: true, over: 1 };
        Report::of(&about, &Counts { now: &now, before: &[] }, &names())
    }

    /// The charts of a workbook by their titles: how the bars stand, and which cells they are drawn from.
    fn charts(workbook: Vec<u8>) -> BTreeMap<String, (String, Vec<String>)> {
        let mut zip = ZipArchive::new(Cursor::new(workbook)).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        let mut chart = |name: &String| {
            let mut xml = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut xml).unwrap();
            let between = |from: &str, to: &str| -> Vec<String> {
                xml.split(from).skip(1).map(|rest| rest.split(to).next().unwrap().to_owned()).collect()
            };
            let grouping = between("<c:grouping val=\"", "\"").remove(0);
            (between("<a:t>", "</a:t>").remove(0), (grouping, between("<c:val><c:numRef><c:f>", "</c:f>")))
        };
        names.iter().filter(|name| name.starts_with("xl/charts/")).map(&mut chart).collect()
    }

    #[test]
    fn the_workbook_holds_every_table_with_its_numbers() {
        let report = report("示例县妇联");
        let mut read: Xlsx<_> = Xlsx::new(Cursor::new(xlsx(&report).unwrap())).unwrap();
        let titles: Vec<&str> = report.tables.iter().map(|table| table.title.as_str()).collect();
        assert_eq!(read.sheet_names(), titles);
        let totals = read.worksheet_range("总的情况").unwrap();
        let cell = |row, column| totals.get_value((row, column)).unwrap().clone();
        assert_eq!(cell(3, 0), Data::String("收到".to_owned()));
        assert_eq!(cell(3, 1), Data::Float(8.0));
        assert_eq!(cell(9, 1), Data::Float(0.38));
        let topics = read.worksheet_range("按主题").unwrap();
        let cell = |row, column| topics.get_value((row, column)).unwrap().clone();
        assert_eq!(cell(3, 0), Data::String("上班的事".to_owned()));
        assert_eq!(cell(2, 4), Data::String("办结率".to_owned()));
        assert_eq!(
            (cell(3, 3), cell(3, 4)),
            (Data::Float(2.0), Data::Float(0.29)),
            "per cent of what came in"
        );
    }

    #[test]
    fn a_chart_has_bars_of_counts_alone_and_shares_on_one_another() {
        let drawn = charts(xlsx(&report("示例县妇联")).unwrap());
        let of = |title: &str| {
            let (grouping, cells) = drawn.get(title)?;
            Some((grouping.as_str(), cells.iter().map(String::as_str).collect::<Vec<_>>()))
        };
        // Not E, the rate, nor F, G and H, who are among the others.
        let done = vec!["按主题!$B$4:$B$5", "按主题!$C$4:$C$5", "按主题!$D$4:$D$5"];
        assert_eq!(of("按主题"), Some(("clustered", done)));
        let came = vec!["'办结的结果，按主题'!$C$4:$C$5", "'办结的结果，按主题'!$D$4:$D$5"];
        assert_eq!(of("办结的结果，按主题"), Some(("stacked", came)), "all of them are no share");
        assert_eq!(of("总的情况"), None);
        let nothing = About { period: "2026-11".parse().unwrap(), desk: "", below: false, over: 1 };
        let nothing = Report::of(&nothing, &Counts { now: &[], before: &[] }, &names());
        let titles: Vec<String> = charts(xlsx(&nothing).unwrap()).into_keys().collect();
        assert_eq!(titles, ["用了多久", "超时上报", "逐月"], "rows of nothing are not there");
    }

    #[test]
    fn the_csv_opens_in_excel_and_no_name_is_a_formula() {
        let bytes = csv(&report("=1+1")).unwrap();
        assert!(bytes.starts_with(b"\xef\xbb\xbf"));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("2026 年 11 月,'=1+1,总的情况,收到,本期,8\n"), "{text}");
        assert!(text.contains("总的情况,办结率,本期,38%\n") && text.contains("办结率,上年同期,\n"), "{text}");
        for row in [
            "按主题,上班的事,办结率,29%\n",
            "按主题,上班的事,15 天内办结,2\n",
            "办结的结果，按主题,上班的事,咨询解答,2\n",
        ] {
            assert!(text.contains(row), "{row}{text}");
        }
    }
}
