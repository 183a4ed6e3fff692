//! `GET /statutes`, `GET /statutes/{id}`, `GET /statutes/{id}/articles/{n}`: what the law says, and what it said on a day.
//!
//! Nothing is held in memory: a request reads the one file it needs. Whoever asks for what does not exist is told what
//! was wrong with it: the nearest name, the last article, the day from which it holds.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use jiff::civil::Date;
use search::bundle::BundleError;
use search::statute::{ArticleText, StatuteFile, StatuteIndex, StatuteSummary, StatuteText, VersionSummary};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::clock::Clock;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Fields, FromFields, Query, Segment};
use crate::published::Published;
use crate::state::AppState;
use crate::stations::Nothing;

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 500;
/// The furthest statute that can be asked for in pages.
const MAX_OFFSET: usize = 100_000;

/// Which statutes.
#[derive(Debug, Clone, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatutesIn {
    /// Those whose title or short title holds these words.
    #[param(max_length = 100, example = "妇女权益")]
    pub q: Option<String>,
    /// Statutes at most. 100 unless told.
    #[param(minimum = 1, maximum = 500, value_type = Option<usize>)]
    pub limit: usize,
    /// Where to go on: `next` of the page before.
    #[param(value_type = Option<String>)]
    pub cursor: usize,
}

/// A page of statutes.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatutesOut {
    /// By title.
    pub statutes: Vec<StatuteSummary>,
    /// How many fit in all.
    pub total: usize,
    /// What to send as `cursor` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A statute without its texts.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatuteOut {
    /// What is known of it.
    #[serde(flatten)]
    pub statute: StatuteSummary,
    /// The headings of the newest text, with the first article under each.
    pub contents: Vec<ContentsOut>,
    /// Where all its texts are, as one file.
    pub data: String,
}

/// A line of a table of contents.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContentsOut {
    /// The headings, outermost first.
    pub within: Vec<String>,
    /// The first article under them.
    pub first: String,
}

/// On which day.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OnIn {
    /// The text that held on this day. Today unless told.
    #[param(value_type = Option<String>, format = Date, example = "2024-10-12")]
    pub on: Option<Date>,
}

/// What an article said on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleOut {
    /// The statute's id.
    pub statute: String,
    /// Its full title.
    pub statute_title: String,
    /// The version that holds on that day.
    pub version: VersionSummary,
    /// The article.
    #[serde(flatten)]
    pub article: ArticleText,
    /// Where it is on the site.
    pub url: String,
}

/// The two variable parts of an article's address, decoded.
#[derive(Debug)]
pub struct ArticleAt {
    id: String,
    number: String,
}

/// The statutes of the site, by title.
#[utoipa::path(get, path = "/statutes", tag = "法规", params(StatutesIn),
    responses((status = 200, body = StatutesOut)))]
pub async fn list(
    State(published): State<Published>,
    Query(wanted): Query<StatutesIn>,
) -> ApiResult<Answer<StatutesOut>> {
    let private = wanted.q.is_some();
    let index = read(&published, StatuteIndex::open).await?;
    let fits = |statute: &StatuteSummary| {
        wanted.q.as_ref().is_none_or(|words| {
            std::iter::once(&statute.title).chain(&statute.short_titles).any(|title| title.contains(words))
        })
    };
    let fitting: Vec<StatuteSummary> = index.statutes.into_iter().filter(fits).collect();
    let (total, end) = (fitting.len(), wanted.cursor + wanted.limit);
    let statutes = fitting.into_iter().skip(wanted.cursor).take(wanted.limit).collect();
    let found = StatutesOut { statutes, total, next: (end < total).then(|| end.to_string()) };
    Ok(if private { Answer::private(found) } else { Answer::public(found) })
}

/// One statute: its versions and the headings of its newest text.
#[utoipa::path(get, path = "/statutes/{id}", tag = "法规",
    params(("id" = String, Path, description = "As in the list; opaque.", example = "civil-code")),
    responses((status = 200, body = StatuteOut), (status = 404, body = crate::error::Problem)))]
pub async fn one(
    State(published): State<Published>,
    Segment(id): Segment,
    Query(Nothing): Query<Nothing>,
) -> ApiResult<Answer<StatuteOut>> {
    let file = statute(&published, id).await?;
    let contents = file.texts.last().map(contents).unwrap_or_default();
    let data = format!("/data/statutes/{}.json", file.summary.id);
    Ok(Answer::public(StatuteOut { statute: file.summary, contents, data }))
}

/// An article as it stands on a day. `n` is `33`, `33-1` or `第三十三条之一`.
#[utoipa::path(get, path = "/statutes/{id}/articles/{n}", tag = "法规",
    params(
        ("id" = String, Path, description = "As in the list; opaque.", example = "civil-code"),
        ("n" = String, Path, description = "`33`, `33-1`, `第三十三条之一`.", example = "1079"),
        OnIn,
    ),
    responses((status = 200, body = ArticleOut), (status = 404, body = crate::error::Problem)))]
pub async fn article(
    State(published): State<Published>,
    State(clock): State<Arc<dyn Clock>>,
    ArticleAt { id, number }: ArticleAt,
    Query(OnIn { on }): Query<OnIn>,
) -> ApiResult<Answer<ArticleOut>> {
    let number = plain_number(&number)
        .ok_or_else(|| ApiError::field("n", "不是条号：写 33、33-1 或 第三十三条之一"))?;
    let file = statute(&published, id).await?;
    let on = on.unwrap_or_else(|| clock.hour().date());
    let version = version_on(&file.summary, on)?;
    let absent = |detail: String| ApiError::Absent(format!("《{}》{detail}", file.summary.title));
    let text = file.text(version.adopted).ok_or_else(|| {
        absent(format!("在 {on} 有效的是 {} 通过的版本，它的全文这里没有", version.adopted))
    })?;
    let article =
        text.articles.iter().find(|article| is_number_of(&number, article)).cloned().ok_or_else(|| {
            let last = text.articles.last().map_or("没有条文", |last| last.title.as_str());
            absent(format!("{} 通过的版本里没有这一条，最后一条是{last}", version.adopted))
        })?;
    let page = version.url.as_deref().unwrap_or(&file.summary.url);
    let url = format!("{page}#art-{}", article.number);
    Ok(Answer::public(ArticleOut {
        statute: file.summary.id.clone(),
        statute_title: file.summary.title.clone(),
        version: version.clone(),
        article,
        url,
    }))
}

/// Reads from the release. Reading a file blocks; the runtime has threads for that.
async fn read<T: Send + 'static>(
    published: &Published,
    open: impl FnOnce(&std::path::Path) -> Result<T, BundleError> + Send + 'static,
) -> ApiResult<T> {
    let dist = published.current().dist.clone();
    let read = tokio::task::spawn_blocking(move || open(&dist)).await;
    let internal = |err: anyhow::Error| ApiError::Internal(err.context("a published statute can't be read"));
    read.map_err(|err| internal(err.into()))?.map_err(|err| internal(err.into()))
}

async fn statute(published: &Published, id: String) -> ApiResult<StatuteFile> {
    let wanted = id.clone();
    if let Some(file) = read(published, move |dist| StatuteFile::open(dist, &wanted)).await? {
        return Ok(file);
    }
    let index = read(published, StatuteIndex::open).await?;
    let hint = nearest(&index, &id).map_or_else(
        || "全部法规见 /api/v1/statutes".to_owned(),
        |near| format!("是不是 {}（{}）", near.id, near.title),
    );
    Err(ApiError::Absent(format!("没有这部法规；{hint}")))
}

/// The statute whose name or title is nearest to what was asked for.
fn nearest<'i>(index: &'i StatuteIndex, asked: &str) -> Option<&'i StatuteSummary> {
    // A long question costs its length for each of thousands of titles.
    let asked: String = asked.chars().take(100).collect();
    let likeness = |statute: &StatuteSummary| {
        let names = [&statute.id, &statute.title].into_iter().chain(&statute.short_titles);
        names.map(|name| strsim::normalized_damerau_levenshtein(&asked, name)).fold(0.0, f64::max)
    };
    let best = index.statutes.iter().map(|statute| (likeness(statute), statute));
    let best = best.fold(None, |best: Option<(f64, &StatuteSummary)>, next| match best {
        Some(best) if best.0 >= next.0 => Some(best),
        _ => Some(next),
    });
    best.filter(|(likeness, _)| *likeness >= 0.5).map(|(_, statute)| statute)
}

/// The version that holds on a day, or why none does.
fn version_on(summary: &StatuteSummary, on: Date) -> ApiResult<&VersionSummary> {
    if let Some(version) = summary.on(on) {
        return Ok(version);
    }
    let title = &summary.title;
    let first = summary.versions.first();
    let detail = match (first.filter(|first| on < first.begins()), summary.versions.last()) {
        (Some(first), _) => match first.effective {
            Some(day) => format!("《{title}》在 {on} 还没有施行，收到的最早的版本从 {day} 起施行"),
            None => format!("《{title}》在 {on} 还没有通过，收到的最早的版本是 {} 通过的", first.adopted),
        },
        (None, Some(VersionSummary { repealed: Some(end), .. })) if *end <= on => {
            format!("《{title}》从 {end} 起失效；要看失效以前的条文，加 on=日期")
        }
        _ => format!("《{title}》在 {on} 没有有效的版本"),
    };
    Err(ApiError::Absent(detail))
}

/// The first article under each heading.
fn contents(text: &StatuteText) -> Vec<ContentsOut> {
    let mut contents: Vec<ContentsOut> = Vec::new();
    for article in &text.articles {
        let known = contents.last().is_some_and(|last| last.within == article.within);
        if !known && !article.within.is_empty() {
            contents.push(ContentsOut { within: article.within.clone(), first: article.number.clone() });
        }
    }
    contents
}

/// An article's number without its dress: 第三十三条之一 is `三十三-一`, 第33条 is `33`. `None` where it is none.
fn plain_number(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !matches!(c, '第' | '条' | ' ')).collect();
    let bare = bare.replace('之', "-");
    let is_digit = |c: char| c.is_ascii_digit() || "零〇一二两三四五六七八九十百千".contains(c);
    let whole = |part: &str| !part.is_empty() && part.chars().all(is_digit);
    let shaped = bare.len() <= 40 && bare.split('-').count() <= 2 && bare.split('-').all(whole);
    shaped.then_some(bare)
}

/// Whether a plain number is this article's, part by part in either writing: 33-一 is 第三十三条之一 too.
fn is_number_of(number: &str, article: &ArticleText) -> bool {
    let title = plain_number(&article.title).unwrap_or_default();
    let known: Vec<(&str, &str)> = article.number.split('-').zip(title.split('-')).collect();
    let parts: Vec<&str> = number.split('-').collect();
    parts.len() == known.len()
        && parts.iter().zip(known).all(|(part, (arabic, chinese))| *part == arabic || *part == chinese)
}

impl FromFields for StatutesIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let q = fields.text("q").map(|text| text.chars().take(101).collect::<String>());
        if q.as_ref().is_some_and(|text| text.chars().count() > 100) {
            fields.reject("q", "最多 100 个字");
        }
        Self {
            q,
            limit: fields.number("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_LIMIT),
            cursor: fields.number("cursor", 0..=MAX_OFFSET).unwrap_or(0),
        }
    }
}

impl FromFields for OnIn {
    fn from_fields(fields: &mut Fields) -> Self {
        // jiff also takes other shapes; there is one here.
        let day = |text: &str| (text.len() == 10).then(|| text.parse().ok()).flatten();
        Self { on: fields.parsed("on", "一个日子，例如 2024-10-12", day) }
    }
}

impl FromRequestParts<AppState> for ArticleAt {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((id, number)) = path.map_err(|_| ApiError::Malformed("地址里有读不懂的字符".to_owned()))?;
        Ok(Self { id, number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_in_every_dress() {
        for (text, plain) in [
            ("33", "33"),
            ("33-1", "33-1"),
            ("第三十三条之一", "三十三-一"),
            ("第33条", "33"),
            ("第 33 条之1", "33-1"),
        ] {
            assert_eq!(plain_number(text).as_deref(), Some(plain), "{text}");
        }
        let article = ArticleText {
            number: "33-1".into(),
            title: "第三十三条之一".into(),
            within: Vec::new(),
            text: String::new(),
        };
        for same in ["33-1", "第三十三条之一", "第33条之一", "三十三之1"] {
            assert!(is_number_of(&plain_number(same).unwrap(), &article), "{same}");
        }
        assert!(!is_number_of("33", &article) && !is_number_of("33-2", &article));
        for bad in ["", "第条", "abc", "33-1-2", "33-", "-1", "三十三章", "../x"] {
            assert_eq!(plain_number(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_number_is_taken_or_refused_without_a_panic(text: String) {
            let _taken = plain_number(&text);
        }
    }
}
