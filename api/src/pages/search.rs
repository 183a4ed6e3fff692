//! `/search/?q=…` with scripts off: the same answer as the API's, as a page.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use search::record::{Hotline, Kind, Topic};
use search::text::Hit;
use serde::Serialize;

use crate::error::ApiResult;
use crate::extract::{Fields, FromFields};
use crate::finder::AnsweredBy;
use crate::pages::{link, render};
use crate::published::{Published, Release};
use crate::search::{DEFAULT_LIMIT, KINDS, MAX_OFFSET, SearchIn, SearchOut, find};
use crate::shell::Page;
use crate::site;

/// The page for a question; without one, the published page.
pub async fn show(State(published): State<Published>, request: Request) -> Response {
    let fields = Fields::parse(request.uri().query().unwrap_or_default().as_bytes());
    if fields.peek("q").is_empty() {
        return site::serve(State(published), request).await;
    }
    let release = published.current();
    match answer(&release, Asked::read(fields, &release)).await {
        Ok((by, page)) => (by.headers(), page.dress(&release.bundle.shell)).into_response(),
        Err(err) => err.into_response(),
    }
}

async fn answer(release: &Release, asked: Asked) -> ApiResult<(AnsweredBy, Page)> {
    let found = match &asked.wanted.q {
        Some(_) => Some(find(release, asked.wanted.clone()).await?),
        None => None,
    };
    let main = render("search.html", Shown::new(&asked, found.as_ref(), release))?;
    let by = found.map(|found| found.by).unwrap_or_default();
    Ok((by, Page { status: StatusCode::OK, title: format!("{} 的查找结果", asked.typed), main }))
}

/// What was asked for, as far as it can be understood.
struct Asked {
    typed: String,
    page: usize,
    wanted: SearchIn,
    complaints: Vec<String>,
}

impl Asked {
    /// Parameters that mean nothing here are passed over: a link that is shared comes back with more than it had.
    fn read(mut fields: Fields, release: &Release) -> Self {
        let typed = fields.peek("q").to_owned();
        let page = fields.number("page", 1..=MAX_OFFSET / DEFAULT_LIMIT).unwrap_or(1);
        let wanted = SearchIn::from_fields(&mut fields);
        let topic = wanted.topic.filter(|slug| release.bundle.topics.iter().any(|topic| topic.slug == *slug));
        let wanted = SearchIn { topic, limit: DEFAULT_LIMIT, offset: (page - 1) * DEFAULT_LIMIT, ..wanted };
        let complaints = fields.errors().iter().map(|error| error.message.clone()).collect();
        Self { typed, page, wanted, complaints }
    }

    fn link(&self, typed: &str, kind: Option<Kind>, page: usize) -> String {
        let page = if page == 1 { String::new() } else { page.to_string() };
        let kind = KINDS.iter().find(|(known, ..)| Some(*known) == kind).map_or("", |(_, code, _)| code);
        let topic = self.wanted.topic.as_deref().unwrap_or_default();
        let region = self.wanted.region.as_ref().map_or("", |region| region.as_str());
        link(
            "/search/",
            &[("q", typed), ("type", kind), ("topic", topic), ("region", region), ("page", &page)],
        )
    }
}

/// What the fragment shows.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    q: &'a str,
    /// What could not be understood of the address, in sentences.
    complaints: &'a [String],
    /// What to dial first, where the question speaks of danger.
    emergency: &'a [Hotline],
    total: usize,
    hits: Vec<ShownHit<'a>>,
    facets: Vec<Choice<'a>>,
    did_you_mean: Option<Choice<'a>>,
    before: Option<String>,
    after: Option<String>,
    /// Where to go when nothing was found.
    topics: &'a [Topic],
    hotlines: &'a [Hotline],
}

#[derive(Debug, Serialize)]
struct ShownHit<'a> {
    #[serde(flatten)]
    hit: &'a Hit,
    label: &'static str,
}

/// A way to narrow or to change the question.
#[derive(Debug, Serialize)]
struct Choice<'a> {
    text: &'a str,
    url: String,
    count: usize,
    chosen: bool,
}

impl<'a> Shown<'a> {
    fn new(asked: &'a Asked, found: Option<&'a SearchOut>, release: &'a Release) -> Self {
        let mut shown = Self {
            q: &asked.typed,
            complaints: &asked.complaints,
            emergency: &[],
            total: 0,
            hits: Vec::new(),
            facets: Vec::new(),
            did_you_mean: None,
            before: None,
            after: None,
            topics: &release.bundle.topics,
            hotlines: &release.bundle.hotlines,
        };
        if let Some(found) = found {
            shown.take(asked, found);
        }
        shown
    }

    fn take(&mut self, asked: &Asked, found: &'a SearchOut) {
        let results = &found.results;
        let last = (asked.page - 1) * DEFAULT_LIMIT + results.hits.len();
        self.emergency = &found.emergency;
        self.total = results.total;
        self.hits = results.hits.iter().map(|hit| ShownHit { hit, label: label(hit.kind) }).collect();
        self.facets = facets(asked, found);
        self.did_you_mean = results.did_you_mean.as_deref().map(|text| Choice {
            text,
            url: asked.link(text, None, 1),
            count: 0,
            chosen: false,
        });
        self.before = (asked.page > 1).then(|| asked.link(&asked.typed, asked.wanted.kind, asked.page - 1));
        self.after = (last < results.total && last < MAX_OFFSET && !results.hits.is_empty())
            .then(|| asked.link(&asked.typed, asked.wanted.kind, asked.page + 1));
    }
}

/// One way per kind that has hits, and one back to all of them.
fn facets<'a>(asked: &Asked, found: &SearchOut) -> Vec<Choice<'a>> {
    let counts = &found.results.facets;
    let all = Choice {
        text: "全部",
        url: asked.link(&asked.typed, None, 1),
        count: counts.values().sum(),
        chosen: asked.wanted.kind.is_none(),
    };
    let each = KINDS.iter().filter_map(|&(kind, _, text)| {
        let count = *counts.get(&kind)?;
        let url = asked.link(&asked.typed, Some(kind), 1);
        Some(Choice { text, url, count, chosen: asked.wanted.kind == Some(kind) })
    });
    std::iter::once(all).chain(each).collect()
}

/// What readers call a kind.
fn label(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, ..)| *known == kind).map_or("", |&(.., label)| label)
}
