//! `/search/?q=…` with scripts off: the same answer as the API's, as a page.

use std::cmp::Reverse;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use search::record::{Hotline, Kind, Topic};
use search::text::{Hit, Results};
use serde::Serialize;

use crate::error::ApiResult;
use crate::extract::{Fields, FromFields};
use crate::finder::AnsweredBy;
use crate::pages::{link, render};
use crate::published::{Published, Release};
use crate::search::{DEFAULT_LIMIT, KINDS, MAX_OFFSET, SearchIn, SearchOut, find};
use crate::shell::Page;
use crate::site;
use crate::stations::why::distance;
use crate::words::Words;

/// The page for a question; without one, the published page.
pub async fn show(
    State(published): State<Published>,
    State(words): State<Words>,
    request: Request,
) -> Response {
    let fields = Fields::parse(request.uri().query().unwrap_or_default().as_bytes());
    if fields.peek("q").is_empty() {
        return site::serve(State(published), request).await;
    }
    let release = published.current();
    let asked = Asked::read(fields, &release);
    if let Some(text) = asked.wanted.q.as_ref().filter(|_| asked.page == 1) {
        words.note(&release, text, (request.extensions(), request.headers()));
    }
    match answer(&release, asked).await {
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

    /// As it is narrowed now.
    fn narrow(&self) -> Narrow<'_> {
        Narrow {
            typed: &self.typed,
            kind: self.wanted.kind,
            topic: self.wanted.topic.as_deref().unwrap_or_default(),
            region: self.wanted.region.as_ref().map_or("", |region| region.as_str()),
        }
    }
}

/// A question and its filters; empty for none.
#[derive(Clone)]
struct Narrow<'a> {
    typed: &'a str,
    kind: Option<Kind>,
    topic: &'a str,
    region: &'a str,
}

impl Narrow<'_> {
    /// The address of the question's page, so narrowed.
    fn link(&self, page: usize) -> String {
        let page = if page == 1 { String::new() } else { page.to_string() };
        let kind = KINDS.iter().find(|(known, ..)| Some(*known) == self.kind).map_or("", |(_, code, _)| code);
        let values = [("q", self.typed), ("type", kind), ("topic", self.topic), ("region", self.region)];
        link("/search/", &[&values[..], &[("page", page.as_str())]].concat())
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
    narrow: Vec<Choices<'a>>,
    /// Whether the question is narrowed now.
    narrowed: bool,
    did_you_mean: Option<Choice<'a>>,
    before: Option<String>,
    after: Option<String>,
    /// Where to go when nothing was found.
    topics: &'a [Topic],
    /// Whether these are the topics that come nearest, rather than all.
    near: bool,
    hotlines: &'a [Hotline],
}

/// Ways to narrow the question by one thing.
#[derive(Debug, Serialize)]
struct Choices<'a> {
    label: &'static str,
    list: Vec<Choice<'a>>,
}

#[derive(Debug, Serialize)]
struct ShownHit<'a> {
    #[serde(flatten)]
    hit: &'a Hit,
    label: &'static str,
    /// How far away it is, in words.
    far: Option<String>,
    /// Its number, as a telephone dials it.
    dial: String,
    /// Where the rest of the same statute is.
    more_url: Option<String>,
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
            narrow: Vec::new(),
            narrowed: false,
            did_you_mean: None,
            before: None,
            after: None,
            topics: &release.bundle.topics,
            near: false,
            hotlines: &release.bundle.hotlines,
        };
        if let Some(found) = found {
            shown.take(asked, found, release);
        }
        shown
    }

    fn take(&mut self, asked: &'a Asked, found: &'a SearchOut, release: &'a Release) {
        let results = &found.results;
        let last = (asked.page - 1) * DEFAULT_LIMIT + results.hits.len();
        let narrow = asked.narrow();
        self.emergency = &found.emergency;
        self.total = results.total;
        self.hits = results.hits.iter().map(|hit| ShownHit::new(hit, results, asked)).collect();
        self.narrow =
            vec![kinds(asked, found), topics(asked, found, release), regions(asked, found, release)];
        // One way leads nowhere else.
        self.narrow
            .retain(|choices| choices.list.len() > 2 || choices.list.iter().skip(1).any(|way| way.chosen));
        self.narrowed = narrow.kind.is_some() || !narrow.topic.is_empty() || !narrow.region.is_empty();
        self.did_you_mean = results.did_you_mean.as_deref().map(|text| {
            let meant = Narrow { typed: text, kind: None, ..narrow.clone() };
            Choice { text, url: meant.link(1), count: 0, chosen: false }
        });
        self.before = (asked.page > 1).then(|| narrow.link(asked.page - 1));
        self.after = (last < results.total && last < MAX_OFFSET && !results.hits.is_empty())
            .then(|| narrow.link(asked.page + 1));
        if let Some(instead) = &found.instead {
            self.near = instead.topics.len() < self.topics.len();
            self.topics = &instead.topics;
        }
    }
}

impl<'a> ShownHit<'a> {
    fn new(hit: &'a Hit, results: &Results, asked: &Asked) -> Self {
        let place = results.place.as_ref();
        let far = hit.distance_m.zip(place);
        let articles = Narrow { kind: Some(Kind::Article), ..asked.narrow() };
        Self {
            hit,
            label: label(hit.kind),
            far: far.map(|(metres, place)| format!("离{}{}", place.name, distance(metres.into()))),
            dial: hit.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
            more_url: (hit.more > 0).then(|| articles.link(1)),
        }
    }
}

/// One way per kind that has hits, and one back to all of them.
fn kinds<'a>(asked: &Asked, found: &SearchOut) -> Choices<'a> {
    let counts = &found.results.facets;
    let way = |kind: Option<Kind>, text: &'a str, count: usize| Choice {
        text,
        url: Narrow { kind, ..asked.narrow() }.link(1),
        count,
        chosen: asked.wanted.kind == kind,
    };
    let each = KINDS.iter().filter_map(|&(kind, _, text)| Some(way(Some(kind), text, *counts.get(&kind)?)));
    let all = way(None, "全部", counts.values().sum());
    Choices { label: "按种类看", list: std::iter::once(all).chain(each).collect() }
}

/// One way per topic that has hits, and one back to all of them.
fn topics<'a>(asked: &Asked, found: &SearchOut, release: &'a Release) -> Choices<'a> {
    let counts = &found.results.topics;
    let way = |topic: &str, text: &'a str, count: usize| Choice {
        text,
        url: Narrow { topic, ..asked.narrow() }.link(1),
        count,
        chosen: asked.narrow().topic == topic,
    };
    let known = release.bundle.topics.iter();
    let each = known.filter_map(|topic| Some(way(&topic.slug, &topic.title, *counts.get(&topic.slug)?)));
    let all = way("", "各种事情", counts.values().sum());
    Choices { label: "按事情看", list: std::iter::once(all).chain(each).collect() }
}

/// One way per division that has hits, the fullest first, and one back to all of them.
fn regions<'a>(asked: &Asked, found: &SearchOut, release: &'a Release) -> Choices<'a> {
    let way = |region: &str, text: &'a str, count: usize| Choice {
        text,
        url: Narrow { region, ..asked.narrow() }.link(1),
        count,
        chosen: asked.narrow().region == region,
    };
    let mut counts: Vec<_> = found.results.regions.iter().collect();
    counts.sort_by_key(|&(code, &count)| (Reverse(count), code));
    let named = counts
        .iter()
        .filter_map(|&(code, &count)| Some((code, &*release.stations.region(code)?.name, count)));
    let each = named.take(MOST_REGIONS).map(|(code, name, count)| way(code.as_str(), name, count));
    let all = way("", "各地", counts.iter().map(|&(_, &count)| count).sum());
    Choices { label: "按地方看", list: std::iter::once(all).chain(each).collect() }
}

/// How many divisions are offered to narrow a question by.
const MOST_REGIONS: usize = 8;

/// What readers call a kind.
fn label(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, ..)| *known == kind).map_or("", |&(.., label)| label)
}
