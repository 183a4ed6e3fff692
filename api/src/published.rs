//! The published site as the API sees it, and how a new release takes the place of the old one.
//!
//! A [`Release`] is opened whole and swapped in whole: a request that began with one release ends with it. A page that
//! was loaded just before a swap still finds its style and scripts after it.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use search::bundle::{Bundle, BundleError};
use search::stations::StationIndex;
use search::text::embedded::Embedded;

use crate::consultations::clocks::Schedule;
use crate::finder::{Engines, Finder};
use crate::hsds::Directory;

/// Where files lie whose name changes with their content.
pub const HASHED: [&str; 2] = ["assets", "media"];

/// How many releases back a page may still be open on somebody's phone.
const EARLIER: usize = 4;

/// The most of one release's hashed files to keep once it is gone: many times what a site has.
const KEPT_BYTES: u64 = 4 << 20;

/// One release of the site, opened.
pub struct Release {
    /// Where it lies.
    pub dist: PathBuf,
    /// Its records. Stations, divisions and what is found by words are in the indexes.
    pub bundle: Bundle,
    /// Finds records by words.
    pub finder: Finder,
    /// Finds stations by place.
    pub stations: StationIndex,
    /// Finds stations by what HSDS calls them.
    pub hsds: Directory,
    /// When desks have to act.
    pub schedule: Arc<Schedule>,
    /// From old addresses, without a final slash, to those that pages have now.
    pub redirects: BTreeMap<String, String>,
}

/// The release being served. Cheap to clone; every clone sees a new release at once.
#[derive(Clone)]
pub struct Published(Arc<RwLock<Serving>>);

/// Bytes of hashed files, by path from the site's root.
type Assets = BTreeMap<PathBuf, Arc<[u8]>>;

struct Serving {
    release: Arc<Release>,
    /// Tells whoever clears away old releases that this one is in use.
    _in_use: Option<File>,
    assets: Assets,
    /// Those of releases before, the last one first.
    earlier: VecDeque<Assets>,
}

impl Release {
    /// Opens the release at `dist`. Where that is a link, the release is what it leads to now, and stays that.
    pub fn open(dist: &Path, engines: &Engines) -> Result<Self, BundleError> {
        let dist = &fs::canonicalize(dist).unwrap_or_else(|_| dist.to_owned());
        let mut bundle = Bundle::open_without_stations(dist)?;
        let index = Bundle::open_index(dist)?;
        let records = std::mem::take(&mut bundle.records);
        let engine = Embedded::new(index, records).map_err(|err| BundleError::Malformed {
            path: dist.join("data").join("search.index"),
            reason: err.to_string(),
        })?;
        let stations = Bundle::open_stations(dist, std::mem::take(&mut bundle.regions))?
            .with_holidays(bundle.site.holidays.clone());
        let redirects = Bundle::open_redirects(dist)?;
        let finder = engines.finder(engine);
        let schedule = Arc::new(Schedule::of(&bundle.site));
        let (dist, hsds) = (dist.to_owned(), Directory::default());
        Ok(Self { dist, bundle, finder, stations, hsds, schedule, redirects })
    }
}

impl Published {
    /// Begins with `release`.
    pub fn new(release: Release) -> Self {
        Self(Arc::new(RwLock::new(Serving::new(release))))
    }

    /// The release to answer this request from.
    pub fn current(&self) -> Arc<Release> {
        // A poisoned lock still holds a whole release: the swap below is one assignment.
        self.0.read().unwrap_or_else(PoisonError::into_inner).release.clone()
    }

    /// Serves `release` from now on.
    pub fn replace(&self, release: Release) {
        let mut next = Serving::new(release);
        let mut serving = self.0.write().unwrap_or_else(PoisonError::into_inner);
        next.earlier = std::mem::take(&mut serving.earlier);
        next.earlier.push_front(std::mem::take(&mut serving.assets));
        next.earlier.truncate(EARLIER);
        *serving = next;
    }

    /// A hashed file of a release before this one. Its name says what is in it, so that any release's is the right one.
    pub fn earlier_asset(&self, path: &Path) -> Option<Arc<[u8]>> {
        let serving = self.0.read().unwrap_or_else(PoisonError::into_inner);
        serving.earlier.iter().find_map(|assets| assets.get(path)).cloned()
    }
}

impl Serving {
    fn new(release: Release) -> Self {
        // A release that nobody clears away need not be held, nor one on a disk that knows no locks.
        let in_use = File::open(&release.dist).ok();
        let in_use = in_use.filter(|folder| folder.try_lock_shared().is_ok());
        let mut assets = Assets::new();
        let mut left = KEPT_BYTES;
        for folder in HASHED {
            gather(&release.dist, Path::new(folder), &mut left, &mut assets);
        }
        Self { release: Arc::new(release), _in_use: in_use, assets, earlier: VecDeque::new() }
    }
}

/// Reads the files under `folder` of `dist`. What can't be read, or is too much, is not kept: the release itself has it.
fn gather(dist: &Path, folder: &Path, left: &mut u64, assets: &mut Assets) {
    let Ok(entries) = fs::read_dir(dist.join(folder)) else { return };
    for entry in entries.flatten() {
        let path = folder.join(entry.file_name());
        let Ok(found) = entry.metadata() else { continue };
        if found.is_dir() {
            gather(dist, &path, left, assets);
        } else if found.is_file() && found.len() <= *left {
            *left -= found.len();
            assets.extend(fs::read(entry.path()).map(|bytes| (path, bytes.into())));
        }
    }
}
