//! Finding records by words.
//!
//! Start at [`Engine`]: the questions that can be put to a text engine and the rules its answers keep. [`query`]
//! holds what was asked, [`embedded`] is the engine that needs nothing but the bundle, `meili` (a feature) the one that asks a
//! Meilisearch server. Engines never see what a
//! reader typed before [`QueryText`] has put it in order, and nothing here writes a question down anywhere.

mod danger;
pub mod embedded;
#[cfg(feature = "meilisearch")]
pub mod meili;
pub mod query;
mod script;
mod sound;
pub mod web;

use std::collections::BTreeMap;
use std::pin::Pin;

use serde::Serialize;
use utoipa::ToSchema;

pub use self::query::{InvalidQuery, Query, QueryText};
use crate::record::{Facets, Kind};
use crate::region::RegionCode;

/// How many parts of a whole are named below the best of them.
pub const MOST_ALSO: usize = 3;

/// A text engine. All engines pass the same suite, `tests/conformance.rs`.
///
/// Contract:
///
/// - Hits come best first, ties by record id; the same question over the same bundle has the same answer.
/// - Totals and counts do not depend on `offset` and `limit`.
/// - Where hits are grouped, no two of them are parts of the same whole, and the best part stands for it.
/// - Every hit can be had; an engine outside this process may stop at the ten-thousandth.
/// - A filter only takes away: what is found with one is found without it.
/// - Titles and snippets are plain text. Joined, the parts of a snippet are a piece of the record's own words.
pub trait Engine: Send + Sync {
    /// The records that answer `query`.
    fn search<'a>(&'a self, query: &'a Query) -> Answer<'a, Results>;

    /// At most `limit` completions of what has been typed so far, best first: Chinese, pinyin, initials or a mixture.
    /// Nothing typed, or more than anyone types before looking up, has none.
    fn suggest<'a>(&'a self, typed: &'a str, limit: usize) -> Answer<'a, Vec<Suggestion>>;
}

/// An answer on its way: at once from the embedded engine, over HTTP from one beside it.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, EngineError>> + Send + 'a>>;

/// Why there is no answer. The embedded engine always has one.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// An engine outside this process could not be asked, or did not answer as agreed.
    #[error("检索服务暂时不可用")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It did not answer in time.
    #[error("检索服务没有及时答复")]
    Slow,
    /// It has the records of another release than the one it was asked about.
    #[error("检索服务里是另一次发布的内容")]
    OtherRelease,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Results {
    /// The hits from `offset` on, best first.
    pub hits: Vec<Hit>,
    /// How many hits there are in all, filters applied.
    pub total: usize,
    /// How many records there are of each kind, all filters applied but that of the kind. Kinds without any are left out.
    #[schema(value_type = std::collections::BTreeMap<String, usize>)]
    pub facets: Facets,
    /// How many there are on each shelf, by the topic's slug, all filters applied but that of the topic. Empty shelves are
    /// left out.
    pub topics: BTreeMap<String, usize>,
    /// How many there are in each division, all filters applied but that of the region. What lies in a village counts for
    /// its township. Divisions without any are left out.
    #[schema(value_type = BTreeMap<String, usize>)]
    pub regions: BTreeMap<RegionCode, usize>,
    /// Where nothing was found: the topics that come nearest, by slug, at most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<String>,
    /// The place that distances are told from: the division asked for, or else the first that the question names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What may have been meant, when a part of the question is unknown here and sounds like something known.
    pub did_you_mean: Option<String>,
    /// Whether the question speaks of danger now: pages put the emergency numbers before the hits.
    pub danger: bool,
}

/// One record found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Hit {
    /// The record's id, `kind/slug`.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The heading of its page.
    pub title: String,
    /// Where it is on the site, from the root.
    pub url: String,
    /// The topic's slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The division it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub region: Option<RegionCode>,
    /// Where it stands in what it is a part of: the book, chapter and section of an article.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub heading: String,
    /// What it is a part of: the statute of an article.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<Named>,
    /// The next best parts of the same whole that were found, at most [`MOST_ALSO`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Named>,
    /// How many more parts of the same whole were found, beside those named.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: usize,
    /// What to do first, where it says what to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub first_step: String,
    /// The number to dial there, where it is a station that has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// How far it is from the middle of [`Results::place`], in metres as the crow flies. Only where its place is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<u32>,
    /// The piece of it that answers best, at most 90 characters.
    pub snippet: Vec<SnippetPart>,
    /// How well it fits. Comparable within one answer only.
    pub score: f32,
}

/// A record, as far as it takes to lead there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Named {
    /// The record's id.
    pub id: String,
    /// The heading of its page.
    pub title: String,
    /// Where it is.
    pub url: String,
}

/// A division that an answer is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Place {
    /// Its code.
    #[schema(value_type = String)]
    pub region: RegionCode,
    /// Its name.
    pub name: String,
}

/// A run of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SnippetPart {
    /// Plain text, not escaped.
    pub text: String,
    /// Whether the question asked for it.
    pub marked: bool,
}

/// A completion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    /// What to search for, or the title of the page.
    pub text: String,
    /// What the page is, where the completion is a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Where that page is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
