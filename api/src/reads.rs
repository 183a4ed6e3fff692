//! The published records that are small enough to give whole: divisions, topics, hotlines.

use axum::extract::State;
use search::record::{Hotline, Topic};
use search::region::{Region, RegionCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Query, Segment};
use crate::published::Published;
use crate::stations::Nothing;

/// A division among its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegionOut {
    /// The division.
    #[serde(flatten)]
    pub region: Region,
    /// The published divisions it lies in, outermost first.
    pub within: Vec<Region>,
    /// The published divisions right in it, by code.
    pub holds: Vec<Region>,
}

/// Every published division, by code, with how many stations lie in it.
#[utoipa::path(get, path = "/regions", tag = "站点", responses((status = 200, body = Vec<Region>)))]
pub async fn regions(
    State(published): State<Published>,
    Query(Nothing): Query<Nothing>,
) -> Answer<Vec<Region>> {
    Answer::public(published.current().stations.regions().to_vec())
}

/// One division, the ones around it and the ones in it.
#[utoipa::path(get, path = "/regions/{code}", tag = "站点",
    params(("code" = String, Path, description = "6, 9 or 12 digits.", example = "990121")),
    responses((status = 200, body = RegionOut), (status = 404, body = crate::error::Problem)))]
pub async fn region(
    State(published): State<Published>,
    Segment(code): Segment,
    Query(Nothing): Query<Nothing>,
) -> ApiResult<Answer<RegionOut>> {
    let absent = ApiError::NotFound("这个区划");
    let Ok(code) = code.parse::<RegionCode>() else { return Err(absent) };
    let release = published.current();
    let index = &release.stations;
    let region = index.region(&code).cloned().ok_or(absent)?;
    let mut within: Vec<Region> =
        code.ancestry().skip(1).filter_map(|around| index.region(&around).cloned()).collect();
    within.reverse();
    let holds = index.regions().iter().filter(|one| one.parent.as_ref() == Some(&code)).cloned().collect();
    Ok(Answer::public(RegionOut { region, within, holds }))
}

/// The shelves, in the order of the site.
#[utoipa::path(get, path = "/topics", tag = "内容", responses((status = 200, body = Vec<Topic>)))]
pub async fn topics(
    State(published): State<Published>,
    Query(Nothing): Query<Nothing>,
) -> Answer<Vec<Topic>> {
    Answer::public(published.current().bundle.topics.clone())
}

/// The numbers to dial, in the order of the site.
#[utoipa::path(get, path = "/hotlines", tag = "内容", responses((status = 200, body = Vec<Hotline>)))]
pub async fn hotlines(
    State(published): State<Published>,
    Query(Nothing): Query<Nothing>,
) -> Answer<Vec<Hotline>> {
    Answer::public(published.current().bundle.hotlines.clone())
}
