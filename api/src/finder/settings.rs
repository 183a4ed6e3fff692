//! What the settings say of Meilisearch.

use std::fmt;
use std::time::Duration;

/// A Meilisearch server, and how it is asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Meilisearch {
    /// Where it is, without a final slash; empty where there is none.
    pub url: String,
    /// The name of this site's index.
    pub index: String,
    /// A key that may search that index.
    pub key: String,
    /// How long a search waits for it.
    pub deadline: Duration,
}

/// The key is a secret, and an address may hold one.
impl fmt::Debug for Meilisearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meilisearch").field("index", &self.index).finish_non_exhaustive()
    }
}
