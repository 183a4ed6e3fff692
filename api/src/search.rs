//! `GET /search` and `GET /search/suggest`: finding records by words.
//!
//! A question is private: it is never logged, and its answer is kept by nobody. [`SearchIn`] is also what the HTML
//! page of `/search/` reads.

use axum::extract::State;
use axum::http::{Extensions, HeaderMap};
use search::record::{Hotline, Kind, Topic};
use search::region::RegionCode;
use search::text::{EngineError, Query as Question, QueryText, Results, Suggestion};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Fields, FromFields, Query};
use crate::finder::AnsweredBy;
use crate::published::{Published, Release};
use crate::words::Words;

/// Hits on one page when nobody says how many.
pub const DEFAULT_LIMIT: usize = 10;

/// The furthest hit that can be asked for. Nobody reads that far; a script can take the site's own data.
pub const MAX_OFFSET: usize = 1000;

/// Every kind of record: its name in code and the one that readers see.
pub const KINDS: [(Kind, &str, &str); 9] = [
    (Kind::Guide, "guide", "指南"),
    (Kind::CaseDigest, "case_digest", "案例"),
    (Kind::Statute, "statute", "法规"),
    (Kind::Article, "article", "条文"),
    (Kind::Station, "station", "站点"),
    (Kind::Region, "region", "名录"),
    (Kind::Topic, "topic", "主题"),
    (Kind::Campaign, "campaign", "日历"),
    (Kind::Page, "page", "关于本站"),
];

/// What to look for.
#[derive(Debug, Clone, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchIn {
    /// The question as typed: words, a sentence, pinyin, an article number. Up to 400 characters.
    #[param(value_type = String, example = "他打我怎么办")]
    pub q: Option<QueryText>,
    /// Only this kind of record.
    #[param(rename = "type")]
    pub kind: Option<Kind>,
    /// Only this topic, by its slug.
    #[param(example = "domestic-violence")]
    pub topic: Option<String>,
    /// Only this division and those in it, and what belongs to none.
    #[param(value_type = Option<String>, example = "990121")]
    pub region: Option<RegionCode>,
    /// Hits at most. 10 unless told.
    #[param(minimum = 1, maximum = 50, value_type = Option<usize>)]
    pub limit: usize,
    /// How many of the best hits to pass over.
    #[param(minimum = 0, maximum = 1000, value_type = Option<usize>)]
    pub offset: usize,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchOut {
    /// The hits and how many there are.
    #[serde(flatten)]
    pub results: Results,
    /// What to dial first. Only where the question speaks of danger.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emergency: Vec<Hotline>,
    /// Which engine found them: told in a header.
    #[serde(skip)]
    pub by: AnsweredBy,
    /// Where to go on. Only where nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<Instead>,
}

/// Nothing was found: where to go on. No question ends here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Instead {
    /// The topics that come nearest; all of them where none does.
    pub topics: Vec<Topic>,
    /// Whom to call.
    pub hotlines: Vec<Hotline>,
    /// Where to ask without giving a name.
    pub ask: &'static str,
}

/// What has been typed so far.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestIn {
    /// Chinese, pinyin, initials or a mixture.
    #[param(value_type = String, example = "jtbl")]
    pub q: Option<String>,
    /// Completions at most. 8 unless told.
    #[param(minimum = 1, maximum = 20, value_type = Option<usize>)]
    pub limit: usize,
}

/// Completions, best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestOut {
    /// What could be meant.
    pub suggestions: Vec<Suggestion>,
}

/// Finds records by words, best first, with how many there are of each kind.
#[utoipa::path(get, path = "/search", tag = "检索", params(SearchIn),
    responses((status = 200, body = SearchOut, headers(("search-engine" = Option<String>,
        description = "Which engine answered, where there are two: `meilisearch`, or `embedded; reason=…`.")))))]
pub async fn search(
    State(published): State<Published>,
    State(words): State<Words>,
    asker: (Extensions, HeaderMap),
    Query(wanted): Query<SearchIn>,
) -> ApiResult<(HeaderMap, Answer<SearchOut>)> {
    let release = published.current();
    if let Some(text) = wanted.q.as_ref().filter(|_| wanted.offset == 0) {
        words.note(&release, text, (&asker.0, &asker.1));
    }
    let found = find(&release, wanted).await?;
    Ok((found.by.headers(), Answer::private(found)))
}

/// Completes what somebody is typing.
#[utoipa::path(get, path = "/search/suggest", tag = "检索", params(SuggestIn),
    responses((status = 200, body = SuggestOut)))]
pub async fn suggest(
    State(published): State<Published>,
    Query(wanted): Query<SuggestIn>,
) -> ApiResult<Answer<SuggestOut>> {
    let release = published.current();
    let typed = wanted.q.ok_or_else(|| ApiError::field("q", "缺少这一项"))?;
    let suggestions = release.finder.suggest(&typed, wanted.limit).await.map_err(unavailable)?;
    Ok(Answer::private(SuggestOut { suggestions }))
}

/// Asks the engine. Danger brings the emergency numbers.
pub async fn find(release: &Release, wanted: SearchIn) -> ApiResult<SearchOut> {
    let text = wanted.q.ok_or_else(|| ApiError::field("q", "缺少这一项"))?;
    if let Some(topic) = &wanted.topic {
        let known = &release.bundle.topics;
        if !known.iter().any(|known| known.slug == *topic) {
            let known = known.iter().map(|topic| topic.slug.as_str()).collect::<Vec<_>>().join("、");
            return Err(ApiError::field("topic", format!("没有这个主题。现有：{known}")));
        }
    }
    let SearchIn { kind, topic, region, limit, offset, .. } = wanted;
    let question = Question { kind, topic, region, offset, ..Question::new(text, limit) };
    let (results, by) = release.finder.search(&question).await.map_err(unavailable)?;
    let emergency = if results.danger { emergency(release) } else { Vec::new() };
    let instead = (results.total == 0).then(|| instead(release, &results.nearest));
    Ok(SearchOut { results, emergency, by, instead })
}

fn instead(release: &Release, nearest: &[String]) -> Instead {
    let topics = &release.bundle.topics;
    let near = nearest.iter().filter_map(|slug| topics.iter().find(|topic| topic.slug == *slug));
    let near: Vec<Topic> = near.cloned().collect();
    let topics = if near.is_empty() { topics.clone() } else { near };
    Instead { topics, hotlines: release.bundle.hotlines.clone(), ask: "/ask/" }
}

/// The numbers to dial when in danger.
pub fn emergency(release: &Release) -> Vec<Hotline> {
    release.bundle.hotlines.iter().filter(|hotline| hotline.emergency).cloned().collect()
}

fn unavailable(err: EngineError) -> ApiError {
    ApiError::Internal(anyhow::Error::new(err).context("text engine"))
}

impl FromFields for SearchIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let q = fields
            .text("q")
            .and_then(|typed| QueryText::new(&typed).map_err(|err| fields.reject("q", err.to_string())).ok());
        Self {
            q,
            kind: fields.parsed("type", &kind_names(), kind),
            topic: fields.text("topic"),
            region: region(fields),
            limit: fields.number("limit", 1..=50).unwrap_or(DEFAULT_LIMIT),
            offset: fields.number("offset", 0..=MAX_OFFSET).unwrap_or(0),
        }
    }
}

impl FromFields for SuggestIn {
    fn from_fields(fields: &mut Fields) -> Self {
        Self { q: fields.text("q"), limit: fields.number("limit", 1..=20).unwrap_or(8) }
    }
}

/// The division a field names.
pub fn region(fields: &mut Fields) -> Option<RegionCode> {
    fields.parsed("region", " 6、9 或 12 位数字的区划代码", |text| text.parse().ok())
}

/// A kind by its name in code.
pub fn kind(code: &str) -> Option<Kind> {
    KINDS.iter().find(|(_, name, _)| *name == code).map(|&(kind, ..)| kind)
}

fn kind_names() -> String {
    format!(" {} 之一", KINDS.map(|(_, name, _)| name).join("、"))
}
