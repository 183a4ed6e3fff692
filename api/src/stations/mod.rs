//! `GET /stations`, `POST /stations/nearest`, `GET /stations/{id}`: finding help by place.
//!
//! [`asked`] reads what is wanted, [`found`] finds it, [`why`] says in what way it fits. Where somebody is, is private: it
//! is never logged, and an answer that holds a distance is kept by nobody.

use std::sync::Arc;

use axum::extract::State;

use crate::answer::Answer;
use crate::clock::Clock;
use crate::error::{ApiError, ApiResult, FieldError};
use crate::extract::{Body, Fields, FromFields, Query, Segment};
use crate::published::{Published, Release};

pub mod asked;
pub mod found;
pub mod why;

use asked::{NearestIn, StationsIn, When};
use found::{StationOut, StationsOut};

/// Stations by place, division, sort, service, hours, access, people or words; nearest first when `near` or `place` is
/// given.
#[utoipa::path(get, path = "/stations", tag = "站点", params(StationsIn),
    responses((status = 200, body = StationsOut), (status = 400, body = crate::error::Problem)))]
pub async fn list(
    State(published): State<Published>,
    State(clock): State<Arc<dyn Clock>>,
    Query(wanted): Query<StationsIn>,
) -> ApiResult<Answer<StationsOut>> {
    let found = find(&published.current(), &wanted, &*clock)?;
    Ok(if wanted.is_private() { Answer::private(found) } else { Answer::public(found) })
}

/// The nearest stations, with the position where nobody on the way writes it down.
#[utoipa::path(post, path = "/stations/nearest", tag = "站点", request_body = NearestIn,
    responses((status = 200, body = StationsOut), (status = 400, body = crate::error::Problem)))]
pub async fn nearest(
    State(published): State<Published>,
    State(clock): State<Arc<dyn Clock>>,
    Body(request): Body<NearestIn>,
) -> ApiResult<Answer<StationsOut>> {
    let wanted = request.checked()?;
    let found = find(&published.current(), &wanted, &*clock).map_err(in_body)?;
    Ok(Answer::private(found))
}

/// One station.
#[utoipa::path(get, path = "/stations/{id}", tag = "站点",
    params(("id" = String, Path, description = "As in the list; opaque.")),
    responses((status = 200, body = StationOut), (status = 404, body = crate::error::Problem)))]
pub async fn one(
    State(published): State<Published>,
    State(clock): State<Arc<dyn Clock>>,
    Segment(id): Segment,
    Query(Nothing): Query<Nothing>,
) -> ApiResult<Answer<StationOut>> {
    let release = published.current();
    let station = release.stations.get(&id).ok_or(ApiError::NotFound("这个站点"))?;
    Ok(Answer::public(found::one(station, When::Now.moment(&*clock), release.stations.holidays())))
}

/// What a release has of what is wanted.
pub fn find(release: &Release, wanted: &StationsIn, clock: &dyn Clock) -> ApiResult<StationsOut> {
    let topics = release.bundle.topics.iter().map(|topic| topic.slug.as_str());
    one_of(wanted.topic.as_deref(), topics, |topic| ("topic", format!("没有“{topic}”这个主题")))?;
    let languages = release.stations.languages();
    one_of(wanted.language.as_deref(), languages, |language| {
        ("language", format!("没有站点写了会说“{language}”"))
    })?;
    found::find(&release.stations, wanted, When::Now.moment(clock))
}

/// How many of the values that there are a refusal names.
const NAMED: usize = 30;

/// Refuses a value that no station can have, and names those that there are.
fn one_of<'a>(
    value: Option<&str>,
    known: impl Iterator<Item = &'a str> + Clone,
    refusal: impl FnOnce(&str) -> (&'static str, String),
) -> ApiResult<()> {
    let Some(value) = value.filter(|&value| known.clone().all(|known| known != value)) else { return Ok(()) };
    let (pointer, message) = refusal(value);
    let (some, count) = (known.clone().take(NAMED).collect::<Vec<_>>().join("、"), known.count());
    let rest = if count > NAMED { format!("等 {count} 种") } else { String::new() };
    let message = if count == 0 { message } else { format!("{message}。有的是：{some}{rest}") };
    Err(ApiError::Invalid(vec![FieldError { pointer: pointer.to_owned(), message }]))
}

/// The same refusal where the fields came in a body.
fn in_body(err: ApiError) -> ApiError {
    let ApiError::Invalid(fields) = err else { return err };
    let pointer = |field: FieldError| FieldError { pointer: format!("/{}", field.pointer), ..field };
    ApiError::Invalid(fields.into_iter().map(pointer).collect())
}

/// No parameters at all.
#[derive(Debug)]
pub struct Nothing;

impl FromFields for Nothing {
    fn from_fields(_: &mut Fields) -> Self {
        Self
    }
}
