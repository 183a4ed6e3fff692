//! The stations as HSDS 3.1 has them, as files: every service with all that belongs to it, and the words it is described by.
//!
//! What an object says is decided in `search::hsds`, which the API answers from too.

use std::io::Write;

use search::hsds::{Detail, Mapping, Vocabulary, terms};
use search::record;

use super::lists::Each;
use crate::index;
use crate::model::Site;

/// Where the services are.
pub const SERVICES: &str = "data/hsds/services.json";

/// Writes [`SERVICES`], one by one: they are the largest of the data. Attributes name their words by identifier; the words
/// are in a file of their own.
///
/// # Errors
///
/// As `file`.
pub fn write_services(site: &Site, file: &mut dyn Write) -> anyhow::Result<()> {
    let (about, topics) = (index::about(site), index::topics(site));
    let mapping = Mapping { site: &about, regions: &site.regions, topics: &topics, with_terms: false };
    let services = Each(|| site.stations.iter().map(|station| mapping.service(station, Detail::Full)));
    Ok(serde_json::to_writer(file, &services)?)
}

/// The vocabularies.
pub(super) fn taxonomies() -> Vec<u8> {
    json(&Vocabulary::ALL.map(Vocabulary::taxonomy))
}

/// Their words.
pub(super) fn taxonomy_terms(site: &Site) -> Vec<u8> {
    json(&terms(&index::topics(site)))
}

/// How many words there are.
pub(super) fn count_terms(site: &Site) -> usize {
    let topics: Vec<record::Topic> = index::topics(site);
    terms(&topics).len()
}

fn json(objects: &impl serde::Serialize) -> Vec<u8> {
    // Objects of HSDS are plain data.
    serde_json::to_vec(objects).unwrap_or_default()
}
