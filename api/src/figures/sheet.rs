//! A report as a file for a spreadsheet: CSV, one row for each number, or Excel, one sheet with a chart for each table.

use anyhow::Context;
use rust_xlsxwriter::{Chart, ChartType, Format, Workbook, Worksheet};

use crate::figures::report::{Report, Row, Table};

/// The report as CSV in UTF-8, with the mark by which Excel knows it: table, what, which number, how many.
pub fn csv(report: &Report) -> anyhow::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    out.write_record(["时间", "工作台", "表", "项目", "指标", "数"])?;
    let desk = harmless(&report.desk);
    for table in &report.tables {
        for row in &table.rows {
            for (column, value) in table.columns.iter().zip(&row.values) {
                let value = value.map_or_else(String::new, |value| written(row, value));
                let label = harmless(&row.label);
                out.write_record([&report.title, &desk, &table.title, &label, column, &value])?;
            }
        }
    }
    out.into_inner().map_err(csv::IntoInnerError::into_error).context("CSV")
}

/// A number as people read it.
pub fn written(row: &Row, value: i64) -> String {
    if row.percent { format!("{value}%") } else { value.to_string() }
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

fn put(sheet: &mut Worksheet, report: &Report, table: &Table) -> anyhow::Result<()> {
    let (bold, percent) = (Format::new().set_bold(), Format::new().set_num_format("0%"));
    sheet.set_name(&table.title)?.set_column_width(0, 24)?;
    sheet.write_with_format(0, 0, &table.title, &bold)?;
    sheet.write(1, 0, format!("{}　{}", report.desk, report.title))?;
    for (at, name) in (0u16..).zip(std::iter::once(&table.heading).chain(&table.columns)) {
        sheet.write_with_format(FIRST_ROW - 1, at, name, &bold)?;
    }
    let mut at = FIRST_ROW;
    for row in &table.rows {
        sheet.write(at, 0, &row.label)?;
        for (column, value) in (1u16..).zip(&row.values) {
            let Some(value) = value else { continue };
            // Counts and per cents are far below where whole numbers end in Excel.
            let number = f64::from(i32::try_from(*value).unwrap_or(i32::MAX));
            match row.percent {
                true => sheet.write_with_format(at, column, number / 100.0, &percent)?,
                false => sheet.write(at, column, number)?,
            };
        }
        at += 1;
    }
    if let Some(note) = &table.note {
        sheet.write(at + 1, 0, note)?;
    }
    // Bars of counts beside per cents would say nothing.
    if at > FIRST_ROW && table.rows.iter().all(|row| !row.percent) {
        sheet.insert_chart(FIRST_ROW, u16::try_from(table.columns.len())? + 2, &chart(table, at - 1))?;
    }
    Ok(())
}

fn chart(table: &Table, last: u32) -> Chart {
    let mut chart = Chart::new(ChartType::Bar);
    chart.title().set_name(&table.title);
    for column in 1..=u16::try_from(table.columns.len()).unwrap_or(u16::MAX) {
        let series = chart.add_series();
        series.set_name((table.title.as_str(), FIRST_ROW - 1, column));
        series.set_categories((table.title.as_str(), FIRST_ROW, 0, last, 0));
        series.set_values((table.title.as_str(), FIRST_ROW, column, last, column));
    }
    // The first row on top, as in the table.
    chart.x_axis().set_reverse();
    chart
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};

    use super::*;
    use crate::figures::report::{About, Counts};
    use crate::figures::testing::{figure, names};
    use crate::store::figures::Measure;

    fn report(desk: &str) -> Report {
        let now =
            [figure("2026-11", Measure::Received, "work", 7), figure("2026-11", Measure::Closed, "work", 2)];
        let about = About { period: "2026-11".parse().unwrap(), desk, below: true, over: 1 };
        Report::of(&about, &Counts { now: &now, before: &[] }, &names())
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
        assert_eq!(cell(3, 1), Data::Float(7.0));
        assert_eq!(cell(7, 1), Data::Float(0.29));
        let topics = read.worksheet_range("按主题").unwrap();
        assert_eq!(topics.get_value((3, 0)), Some(&Data::String("上班的事".to_owned())));
    }

    #[test]
    fn the_csv_opens_in_excel_and_no_name_is_a_formula() {
        let bytes = csv(&report("=1+1")).unwrap();
        assert!(bytes.starts_with(b"\xef\xbb\xbf"));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("2026 年 11 月,'=1+1,总的情况,收到,本期,7\n"), "{text}");
        assert!(text.contains("总的情况,办结率,本期,29%\n") && text.contains("办结率,上年同期,\n"), "{text}");
    }
}
