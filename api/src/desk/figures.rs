//! The figures of a desk: as JSON for its page, and as files to take away, which the audit chain notes.
//!
//! They are counts without threads: whoever is signed in at the desk sees them, in whatever role.

use axum::extract::State as Part;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::IntoParams;

use crate::answer::Answer as Reply;
use crate::desk::member::SignedIn;
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::{Fields, FromFields, Query};
use crate::figures::period::Period;
use crate::figures::report::{About, Counts, Names, Report};
use crate::figures::{draft, sheet};
use crate::state::AppState;
use crate::store::figures::Figure;

/// Which figures.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FiguresIn {
    /// A year, a quarter or a month: `2026`, `2026-Q4`, `2026-11`; the month that it is unless given.
    #[param(value_type = Option<String>)]
    pub period: Option<Period>,
    /// Whether those of the desks below are in them; no unless given.
    #[param(value_type = Option<bool>)]
    pub below: bool,
}

/// Which figures, and as what.
#[derive(Debug, Clone, Copy)]
pub struct FileIn {
    figures: FiguresIn,
    kind: Kind,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Xlsx,
    Csv,
    Markdown,
}

/// What a desk received, answered and closed in a period, in several ways, and a year before.
#[utoipa::path(
    get, path = "/desk/figures", tag = "工作台", params(FiguresIn),
    responses(
        (status = OK, body = Report, description = "统计表"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "没有这样的时间"),
    ),
)]
pub async fn show(
    somebody: SignedIn,
    Part(app): Part<AppState>,
    Query(wanted): Query<FiguresIn>,
) -> ApiResult<Response> {
    Ok(Reply::private(report(&app, &somebody, wanted).await?.0).into_response())
}

/// The same as a file: Excel, CSV, or the draft of a work report in Markdown.
#[utoipa::path(
    get, path = "/desk/figures/file", tag = "工作台",
    params(FiguresIn, ("format" = String, Query, description = "`xlsx`、`csv` 或 `md`")),
    responses(
        (status = OK, content_type = "application/octet-stream", description = "文件"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "没有这样的时间，或没有说要哪种文件"),
    ),
)]
pub async fn file(
    somebody: SignedIn,
    Part(app): Part<AppState>,
    Query(FileIn { figures: wanted, kind }): Query<FileIn>,
) -> ApiResult<Response> {
    let (report, figures) = report(&app, &somebody, wanted).await?;
    let name = format!("nuanzhan-{}-{}.{}", somebody.desk(), report.period, kind.ending());
    // A workbook is pressed: that is work for another thread.
    let made = tokio::task::spawn_blocking(move || match kind {
        Kind::Xlsx => sheet::xlsx(&report),
        Kind::Csv => sheet::csv(&report),
        Kind::Markdown => Ok(draft::markdown(&report, &figures).into_bytes()),
    });
    let bytes = made.await.map_err(anyhow::Error::from).and_then(|made| made).map_err(ApiError::Internal)?;
    app.store.note_export(&somebody, app.clock.hour()).await?;
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::CONTENT_DISPOSITION, disposition.map_err(anyhow::Error::from).map_err(ApiError::Internal)?),
    ];
    Ok((headers, bytes).into_response())
}

async fn report(app: &AppState, somebody: &SignedIn, wanted: FiguresIn) -> ApiResult<(Report, Vec<Figure>)> {
    let today = app.clock.hour().date();
    let period = wanted.period.unwrap_or_else(|| Period::month_of(today));
    let desk = app.store.any_desk(somebody.desk()).await?.ok_or(ApiError::NotFound("这个工作台"))?;
    let mut desks = vec![desk.id];
    if wanted.below {
        desks.extend(app.store.desks_under(somebody.desk()).await?.into_iter().map(|desk| desk.id));
    }
    let now = app.store.figures(Some(&desks), &period.months()).await?;
    let over = period.months_over(today);
    let before: Vec<String> = period.a_year_before().months().into_iter().take(over).collect();
    let before = app.store.figures(Some(&desks), &before).await?;
    let about = About { period, desk: &desk.name, below: wanted.below, over };
    let names = Names::of(&app.published.current());
    Ok((Report::of(&about, &Counts { now: &now, before: &before }, &names), now))
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        [Self::Xlsx, Self::Csv, Self::Markdown].into_iter().find(|kind| kind.ending() == text)
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Markdown => "md",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
        }
    }
}

impl FromFields for FiguresIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let yes = |text: &str| text.parse().ok();
        Self {
            period: fields.parsed(
                "period",
                "一年、一季或一月，例如 2026、2026-Q4、2026-11",
                |text| text.parse().ok(),
            ),
            below: fields.parsed("below", " true 或 false", yes).unwrap_or_default(),
        }
    }
}

impl FromFields for FileIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let kind = fields.parsed("format", " xlsx、csv 或 md", Kind::parse);
        if kind.is_none() && fields.errors().iter().all(|error| error.pointer != "format") {
            fields.reject("format", "要哪一种文件：xlsx、csv 或 md");
        }
        Self { figures: FiguresIn::from_fields(fields), kind: kind.unwrap_or(Kind::Csv) }
    }
}
