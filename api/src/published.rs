//! The published site as the API sees it, and how a new release takes the place of the old one.
//!
//! A [`Release`] is opened whole and swapped in whole: a request that began with one release ends with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use search::bundle::{Bundle, BundleError};
use search::stations::StationIndex;
use search::text::Engine;
use search::text::embedded::Embedded;

/// One release of the site, opened.
pub struct Release {
    /// Where it lies.
    pub dist: PathBuf,
    /// Its records. `stations`, `regions` and `records` have moved into the indexes.
    pub bundle: Bundle,
    /// Finds records by words.
    pub engine: Box<dyn Engine>,
    /// Finds stations by place.
    pub stations: StationIndex,
    /// From old addresses, without a final slash, to those that pages have now.
    pub redirects: BTreeMap<String, String>,
}

/// The release being served. Cheap to clone; every clone sees a new release at once.
#[derive(Clone)]
pub struct Published(Arc<RwLock<Arc<Release>>>);

impl Release {
    /// Opens the release at `dist`.
    pub fn open(dist: &Path) -> Result<Self, BundleError> {
        let mut bundle = Bundle::open(dist)?;
        let index = Bundle::open_index(dist)?;
        let records = std::mem::take(&mut bundle.records);
        let engine = Embedded::new(index, records).map_err(|err| BundleError::Malformed {
            path: dist.join("data").join("search.index"),
            reason: err.to_string(),
        })?;
        let stations =
            StationIndex::new(std::mem::take(&mut bundle.stations), std::mem::take(&mut bundle.regions));
        let redirects = Bundle::open_redirects(dist)?;
        Ok(Self { dist: dist.to_owned(), bundle, engine: Box::new(engine), stations, redirects })
    }
}

impl Published {
    /// Begins with `release`.
    pub fn new(release: Release) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(release))))
    }

    /// The release to answer this request from.
    pub fn current(&self) -> Arc<Release> {
        // A poisoned lock still holds a whole release: the swap below is one assignment.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves `release` from now on.
    pub fn replace(&self, release: Release) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(release);
    }
}
