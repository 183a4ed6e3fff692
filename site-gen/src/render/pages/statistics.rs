//! `/statistics/`: what is published of consultations, as tables and bars.
//!
//! The figures come from `statistics.csv`; a server with a database puts its own in their place, printed by [`figures`] too.

use ::search::statistics::{Quarter, Statistics, Table};
use anyhow::Context as _;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;

use super::home;
use crate::render::press::{Head, Page, Press, Sheet};

/// The tables and bars, without the page around them.
const FIGURES: &str = include_str!("../../../templates/figures.html");

/// The longest bar, in units of the drawing.
const WIDEST: u64 = 300;
/// From one bar to the next.
const STEP: usize = 40;

/// `/statistics/`
#[derive(Debug, Serialize)]
pub(super) struct StatisticsPage {
    head: Head,
    quarters: Vec<Shown>,
}

/// A quarter.
#[derive(Debug, Serialize)]
struct Shown {
    /// `2026-Q3`
    id: String,
    /// 2026 年第 3 季度
    title: String,
    charts: Vec<Chart>,
}

/// A table and its drawing.
#[derive(Debug, Serialize)]
struct Chart {
    about: String,
    height: usize,
    bars: Vec<Bar>,
}

/// A row and its bar.
#[derive(Debug, Serialize)]
struct Bar {
    what: String,
    count: u64,
    /// Where the words stand.
    words: usize,
    /// Where the bar is.
    top: usize,
    width: u64,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![press.print(&StatisticsPage::new(press))?])
}

/// What a page shows of statistics, as HTML. Another's page takes it in.
///
/// # Errors
///
/// Fails where the template does not fit the figures: a fault of this program.
pub fn figures(statistics: &Statistics) -> anyhow::Result<String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("figures.html", FIGURES)?;
    let quarters = Value::from(Serde(shown(statistics)));
    let template = "{% from \"figures.html\" import figures %}{{ figures(quarters) }}";
    environment.render_str(template, context! { quarters => quarters }).context("figures.html")
}

fn shown(statistics: &Statistics) -> Vec<Shown> {
    statistics.quarters.iter().map(Shown::new).collect()
}

impl StatisticsPage {
    fn new(press: &Press<'_>) -> Self {
        let head = Head {
            title: Some("咨询统计".to_owned()),
            description: "一季度收到多少咨询、问什么、多久答复。只有总数，认不出人。".to_owned(),
            url: "/statistics/".to_owned(),
            crumbs: vec![home()],
            listed: true,
            ..Head::default()
        };
        Self { head, quarters: shown(&press.site.statistics) }
    }
}

impl Shown {
    fn new(quarter: &Quarter) -> Self {
        let (year, number) = quarter.quarter.split_once("-Q").unwrap_or((&quarter.quarter, ""));
        Self {
            id: quarter.quarter.to_ascii_lowercase(),
            title: format!("{year} 年第 {number} 季度"),
            charts: quarter.tables.iter().map(Chart::new).collect(),
        }
    }
}

impl Chart {
    fn new(table: &Table) -> Self {
        let most = table.rows.iter().map(|row| row.count).max().unwrap_or_default().max(1);
        let bars = table.rows.iter().enumerate().map(|(at, row)| Bar {
            what: row.what.clone(),
            count: row.count,
            words: at * STEP + 14,
            top: at * STEP + 20,
            // A bar of nothing is none; any other can be seen.
            width: (row.count * WIDEST / most).max(u64::from(row.count > 0)),
        });
        Self { about: table.about.clone(), height: table.rows.len() * STEP, bars: bars.collect() }
    }
}

impl Page for StatisticsPage {
    const TEMPLATE: &'static str = "statistics.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        let row = ("2026-Q3".to_owned(), "收到的，按主题".to_owned(), "婚姻家事".to_owned(), 12);
        Self { quarters: shown(&Statistics::of_rows([row])), ..Self::new(press) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_stands_in_a_table_and_has_a_bar_and_names_are_escaped() {
        let row =
            |what: &str, count| ("2026-Q3".to_owned(), "收到的，按主题".to_owned(), what.to_owned(), count);
        let html = figures(&Statistics::of_rows([row("<b>婚姻</b>", 30), row("上班", 10)])).unwrap();
        assert!(html.contains("2026 年第 3 季度") && html.contains("&lt;b&gt;婚姻"), "{html}");
        assert!(html.contains("width=\"300\"") && html.contains("width=\"100\""), "{html}");
        assert!(
            html.contains("<table") && html.contains("role=\"img\"") && !html.contains("style="),
            "{html}"
        );
        assert_eq!(figures(&Statistics::default()).unwrap().trim(), "");
    }
}
