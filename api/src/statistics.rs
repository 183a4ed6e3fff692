//! What the public may know of the consultations of the whole site: as JSON, and on the page `/statistics/`, which the
//! build made and which shows the newest quarters here.

use std::sync::{Arc, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use search::statistics::Statistics;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::compiler;
use crate::error::ApiResult;
use crate::extract::Query;
use crate::figures::published;
use crate::figures::report::Names;
use crate::site;
use crate::state::AppState;
use crate::stations::Nothing;
use crate::store::Store;

/// Between these the published page has the figures of the build.
const BEGIN: &str = "<!--figures-->";
/// See [`BEGIN`].
const END: &str = "<!--/figures-->";

/// What is published of the consultations.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsOut {
    /// Finished quarters, the newest first, eight at most; those with fewer than five are missing.
    pub quarters: Vec<QuarterOut>,
}

/// A quarter.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarterOut {
    /// `2026-Q3`
    pub quarter: String,
    /// Splits of one property each. Small counts are together in `其他`; one that stands alone is not under five.
    pub tables: Vec<TableOut>,
}

/// A split.
#[derive(Debug, Serialize, ToSchema)]
pub struct TableOut {
    /// What is counted, and by what.
    pub about: String,
    /// The numbers.
    pub rows: Vec<RowOut>,
}

/// A number.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowOut {
    /// What is counted.
    pub what: String,
    /// How many.
    pub count: u64,
}

/// Finished quarters of the whole site, with small counts put together.
#[utoipa::path(get, path = "/statistics", tag = "统计", responses((status = OK, body = StatisticsOut)))]
pub async fn json(
    State(app): State<AppState>,
    Query(Nothing): Query<Nothing>,
) -> ApiResult<Answer<StatisticsOut>> {
    Ok(Answer::public(StatisticsOut::new(&*current(&app).await?)))
}

/// `GET /statistics/`: the published page with the figures of this database.
pub async fn show(State(app): State<AppState>, request: Request) -> Response {
    let path = app.published.current().dist.join("statistics").join("index.html");
    let page = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    let page = page.ok().and_then(Result::ok).and_then(|bytes| String::from_utf8(bytes).ok());
    // A database that does not answer is no reason to show nothing: the page of the build is true as well.
    let figures = current(&app).await.ok().filter(|statistics| !statistics.quarters.is_empty());
    match page.zip(figures).and_then(|(page, figures)| filled(&page, &figures)) {
        Some(html) => {
            let kept = HeaderValue::from_static("public, max-age=60");
            ([(header::CACHE_CONTROL, kept)], Html(html)).into_response()
        }
        None => site::serve(State(app.published), request).await,
    }
}

fn filled(page: &str, statistics: &Statistics) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    let figures = compiler::figures_html(statistics).ok()?;
    Some(format!("{before}{BEGIN}{figures}{END}{after}"))
}

/// Reckoned once an hour.
async fn current(app: &AppState) -> ApiResult<Arc<Statistics>> {
    let (last, hour) = (&app.consultations.statistics, app.clock.hour());
    let known = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, statistics)) = known.filter(|(reckoned, _)| *reckoned == hour) {
        return Ok(statistics);
    }
    let names = Names::of(&app.published.current());
    let statistics = Arc::new(of_site(&app.store, hour.date(), &names).await?);
    *last.lock().unwrap_or_else(PoisonError::into_inner) = Some((hour, statistics.clone()));
    Ok(statistics)
}

/// What the whole site publishes on a day.
pub async fn of_site(
    store: &Store,
    today: jiff::civil::Date,
    names: &Names,
) -> Result<Statistics, sea_orm::DbErr> {
    let mut quarters = Vec::with_capacity(published::QUARTERS);
    for quarter in published::quarters(today) {
        quarters.push((quarter, store.figures(None, &quarter.months()).await?));
    }
    Ok(published::publish(&quarters, names))
}

impl StatisticsOut {
    fn new(statistics: &Statistics) -> Self {
        let quarters = statistics.quarters.iter().map(|quarter| QuarterOut {
            quarter: quarter.quarter.clone(),
            tables: quarter.tables.iter().map(TableOut::new).collect(),
        });
        Self { quarters: quarters.collect() }
    }
}

impl TableOut {
    fn new(table: &search::statistics::Table) -> Self {
        let rows = table.rows.iter().map(|row| RowOut { what: row.what.clone(), count: row.count });
        Self { about: table.about.clone(), rows: rows.collect() }
    }
}
