//! What content rests on which article, and which of those articles changed since somebody last looked.
//!
//! Start at [`rows`]: one row for each page and article. The same rows are a table for people ([`table`]), CSV and JSON.
//! Unlike `check`, which looks at what holds today, this looks at the newest version, in force or not: editors read it
//! to get ready.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde::Serialize;

use super::catalogue::{Catalogue, Known};
use super::compare::{self, Fate};
use crate::model::date::chinese_date;
use crate::model::{ArticleNo, Citation};

/// A page that rests on an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The statute's name in URLs.
    pub statute: String,
    /// The title to show.
    pub statute_title: String,
    /// 第三十三条之一
    pub article: String,
    /// The heading of the page.
    pub page: String,
    /// Its address from the root.
    pub url: String,
    /// When the page was last checked against the law.
    pub reviewed: Option<Date>,
    /// What became of the article since.
    pub state: State,
    /// Where to look now, where that is another number.
    pub now_at: Option<String>,
    /// From when the newest version holds, where it is another one than on the day of the review.
    pub newest: Option<Date>,
    #[serde(skip)]
    number: Option<ArticleNo>,
}

/// What became of an article since a page was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It says the same, or the version is the same.
    Same,
    /// It says something else.
    Changed,
    /// It says the same at another number.
    Moved,
    /// It is gone, or not to be recognised.
    Removed,
    /// There is a newer version, and no text to compare.
    Unknown,
    /// The page does not say when it was checked; digests speak of their year and are not checked again.
    Undated,
}

impl State {
    /// For editors.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Same => "没变",
            Self::Changed => "改了内容",
            Self::Moved => "换了条号",
            Self::Removed => "没有了，或者改得认不出来",
            Self::Unknown => "有了新版本，没有全文可比",
            Self::Undated => "没写核对的日子",
        }
    }

    /// In JSON and CSV.
    fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Removed => "removed",
            Self::Unknown => "unknown",
            Self::Undated => "undated",
        }
    }

    /// Whether somebody should look.
    pub fn is_due(self) -> bool {
        matches!(self, Self::Changed | Self::Moved | Self::Removed | Self::Unknown)
    }
}

/// A page, what it rests on, and the day it was checked.
#[derive(Debug, Clone, Copy)]
pub struct Resting<'s> {
    /// Its heading.
    pub title: &'s str,
    /// Its address from the root.
    pub url: &'s str,
    /// When it was last checked; digests speak of their year and are not checked again.
    pub reviewed: Option<Date>,
    /// What it rests on.
    pub citations: &'s [Citation],
}

/// Every page that rests on an article, by statute, article and page.
pub fn rows<'s>(catalogue: &Catalogue, pages: impl Iterator<Item = Resting<'s>>) -> Vec<Row> {
    let mut rows = Vec::new();
    for page in pages {
        for citation in page.citations {
            if let (Some(known), Some(article)) = (catalogue.of_slug(&citation.statute), citation.article) {
                rows.extend(row(&page, known, article));
            }
        }
    }
    let key = |row: &Row| (row.statute.clone(), row.number, row.url.clone());
    rows.sort_by_key(key);
    rows.dedup_by_key(|row| key(row));
    rows
}

fn row(page: &Resting<'_>, statute: &Known, article: ArticleNo) -> Option<Row> {
    let newest = statute.versions.last()?;
    let then = page.reviewed.and_then(|day| statute.on(day));
    let (state, now_at) = match then {
        None => (State::Undated, None),
        Some(then) if then.adopted == newest.adopted => (State::Same, None),
        Some(then) => match (&then.text, &newest.text) {
            (Some(old), Some(new)) => became(&compare::since(old, new, article..=article)),
            _ => (State::Unknown, None),
        },
    };
    let other = then.is_some_and(|then| then.adopted != newest.adopted);
    Some(Row {
        statute: statute.slug.clone(),
        statute_title: statute.name.clone(),
        article: article.to_string(),
        page: page.title.to_owned(),
        url: page.url.to_owned(),
        reviewed: page.reviewed,
        state,
        now_at,
        newest: other.then_some(newest.effective),
        number: Some(article),
    })
}

fn became(changes: &[compare::Change]) -> (State, Option<String>) {
    let Some(change) = changes.first() else { return (State::Same, None) };
    let state = match change.fate {
        Fate::Moved => State::Moved,
        Fate::Removed => State::Removed,
        _ => State::Changed,
    };
    (state, change.now_at.map(|number| number.to_string()))
}

/// For people: what rests on what, then what should be looked at.
pub fn table(rows: &[Row]) -> String {
    let mut out = String::new();
    let mut last = (String::new(), String::new());
    for row in rows {
        if last.0 != row.statute {
            let _ = writeln!(
                out,
                "{}《{}》  /laws/{}/",
                if out.is_empty() { "" } else { "\n" },
                row.statute_title,
                row.statute
            );
            last = (row.statute.clone(), String::new());
        }
        let article = if last.1 == row.article { String::new() } else { row.article.clone() };
        last.1.clone_from(&row.article);
        // Chinese letters are two columns wide; fourteen hold 第一千二百六十条.
        let gap = 18_usize.saturating_sub(article.chars().count() * 2).max(2);
        let _ = writeln!(out, "  {article}{}{}  {}", " ".repeat(gap), row.page, row.url);
    }
    let due: Vec<&Row> = rows.iter().filter(|row| row.state.is_due()).collect();
    let _ = writeln!(out, "\n一共 {} 处引用，其中核对以后有变化的 {} 处。", rows.len(), due.len());
    for row in due {
        let now = row.now_at.as_ref().map_or(String::new(), |number| format!("，现在看{number}"));
        let reviewed = row.reviewed.map_or(String::new(), |day| format!("{}核对", chinese_date(day)));
        let newest = row.newest.map_or(String::new(), |day| format!("，新版本 {}起", chinese_date(day)));
        let _ = writeln!(
            out,
            "  {}  {}\n      《{}》{}：{}{now}（{reviewed}{newest}）",
            row.page,
            row.url,
            row.statute_title,
            row.article,
            row.state.chinese()
        );
    }
    out
}

/// One line for each row under a head, for tables and other programs.
pub fn csv(rows: &[Row]) -> String {
    let mut out = String::from("statute,statute_title,article,page,url,reviewed,state,now_at,newest\n");
    for row in rows {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let cells = [
            row.statute.clone(),
            row.statute_title.clone(),
            row.article.clone(),
            row.page.clone(),
            row.url.clone(),
            day(row.reviewed),
            row.state.code().to_owned(),
            row.now_at.clone().unwrap_or_default(),
            day(row.newest),
        ];
        out.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        out.push('\n');
    }
    out
}

/// A cell as RFC 4180 has it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
