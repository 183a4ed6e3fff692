//! A table of whole numbers, whose columns say what they hold, so that the page, the workbook and the draft write and draw
//! the same.
//!
//! Start at [`Table::numbers`]. Nothing is counted here: `report` and `split` do that.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

/// A table of whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Table {
    /// Its name in JSON: `totals`, `months`, `topics`, `regions`, `channels`, `endings`, `topic_endings`, `region_endings`,
    /// `channel_endings`, `times`, `ending_times`, `overdue`.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What the labels of the rows are.
    pub heading: String,
    /// The columns of numbers.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What has to be known to read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A column of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its numbers are.
    pub kind: ColumnKind,
}

/// What the numbers of a column are, and so whether a chart may draw them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// How many: a bar beside those of the other columns.
    Count,
    /// How many of a whole, which the shares of a row make up: a bar that others may be put on.
    Share,
    /// Not drawn: how many of those that another column counts too, or rows that can't be compared with each other.
    Undrawn,
    /// Per cent: not drawn.
    Percent,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Row {
    /// What the numbers are of.
    pub label: String,
    /// A number for each column; missing where there is none.
    pub values: Vec<Option<i64>>,
    /// Where rows and not columns are measures: the numbers are per cent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub percent: bool,
}

/// A number of a table, as people read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// How many.
    Count(i64),
    /// Per cent.
    Percent(i64),
}

impl Table {
    /// A table with its id, title and heading.
    pub fn new((id, title, heading): (&str, &str, &str), columns: Vec<Column>, rows: Vec<Row>) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            heading: heading.to_owned(),
            columns,
            rows,
            note: None,
        }
    }

    /// With what has to be known to read it.
    #[must_use]
    pub fn noting(self, note: &str) -> Self {
        Self { note: Some(note.to_owned()), ..self }
    }

    /// The numbers of one of its rows, one for each column.
    pub fn numbers<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = Option<Number>> + 'a {
        self.columns.iter().zip(&row.values).map(|(column, value)| {
            let percent = row.percent || column.kind == ColumnKind::Percent;
            value.map(if percent { Number::Percent } else { Number::Count })
        })
    }
}

impl Column {
    /// A column.
    pub fn new(name: impl Into<String>, kind: ColumnKind) -> Self {
        Self { name: name.into(), kind }
    }

    /// Columns of the same kind.
    pub fn all(names: &[&str], kind: ColumnKind) -> Vec<Self> {
        names.iter().map(|&name| Self::new(name, kind)).collect()
    }
}

impl ColumnKind {
    /// Whether a chart may draw its numbers.
    pub fn is_drawn(self) -> bool {
        matches!(self, Self::Count | Self::Share)
    }
}

impl Row {
    /// A row with a number for each column.
    pub fn new(label: impl Into<String>, values: impl IntoIterator<Item = i64>) -> Self {
        Self { label: label.into(), values: values.into_iter().map(Some).collect(), percent: false }
    }
}

/// `7`, `29%`
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}
