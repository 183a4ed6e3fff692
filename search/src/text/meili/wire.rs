//! What a question looks like on its way to Meilisearch and back: `POST /multi-search`, federated.
//!
//! The SDK's own types for it know neither `distinct` over all parts nor that an id is all we want back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::Facets;
use crate::region::RegionCode;

/// Where questions go.
pub(super) const PATH: &str = "/multi-search";

/// Parts of one question, answered as one.
#[derive(Debug, Serialize)]
pub(super) struct Federated<'a> {
    pub(super) federation: Federation<'a>,
    pub(super) queries: Vec<Part<'a>>,
}

/// How parts are put together.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Federation<'a> {
    pub(super) limit: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) distinct: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) facets_by_index: BTreeMap<&'a str, &'a [&'a str]>,
}

/// A part of a question.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part<'a> {
    pub(super) index_uid: &'a str,
    pub(super) q: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) filter: Option<String>,
    pub(super) matching_strategy: &'static str,
    pub(super) locales: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) federation_options: Option<PartOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<usize>,
    pub(super) show_ranking_score: bool,
}

/// Questions that are answered one by one.
#[derive(Debug, Serialize)]
pub(super) struct Several<'a> {
    pub(super) queries: Vec<Part<'a>>,
}

impl Part<'_> {
    /// The same as a question of its own, for at most so many documents.
    pub(super) fn alone(self, limit: usize) -> Self {
        Self { federation_options: None, limit: Some(limit), show_ranking_score: true, ..self }
    }
}

/// What a part counts for.
#[derive(Debug, Serialize)]
pub(super) struct PartOptions {
    pub(super) weight: f32,
}

/// What was found.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answered {
    pub(super) hits: Vec<HitIn>,
    pub(super) estimated_total_hits: usize,
    #[serde(default)]
    pub(super) facets_by_index: BTreeMap<String, FacetsIn>,
}

/// What was found, question by question.
#[derive(Debug, Deserialize)]
pub(super) struct Separately {
    pub(super) results: Vec<SeparatelyIn>,
}

/// What was found for one of them.
#[derive(Debug, Deserialize)]
pub(super) struct SeparatelyIn {
    pub(super) hits: Vec<ScoredIn>,
}

/// A document and how well it fits.
#[derive(Debug, Deserialize)]
pub(super) struct ScoredIn {
    pub(super) id: String,
    #[serde(rename = "_rankingScore")]
    pub(super) ranking_score: f32,
}

/// A document.
#[derive(Debug, Deserialize)]
pub(super) struct HitIn {
    pub(super) id: String,
    #[serde(rename = "_federation")]
    pub(super) of: OfPart,
}

/// How well it fits the part that it fits best.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfPart {
    pub(super) weighted_ranking_score: f32,
}

/// What was counted in an index.
#[derive(Debug, Default, Deserialize)]
pub(super) struct FacetsIn {
    pub(super) distribution: Distribution,
}

/// How many documents there are of each value.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Distribution {
    pub(super) kind: Facets,
    pub(super) topic: BTreeMap<String, usize>,
    pub(super) counted_in: BTreeMap<RegionCode, usize>,
    pub(super) part_of: BTreeMap<String, usize>,
    pub(super) release: BTreeMap<String, usize>,
}
