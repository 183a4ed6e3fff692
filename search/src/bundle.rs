//! Everything a build publishes as data: written under `dist/data/`, opened by the API.
//!
//! [`Bundle::files`] says what the files are, [`Bundle::open`] reads them back. This module writes nothing:
//! only `site-gen`'s `emit` writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::record::{Hotline, Record, Site, Station, ThesaurusEntry, Topic};
use crate::region::Region;
use crate::stations::StationIndex;
use crate::text::embedded::Index;

/// Raised when the files change shape, so that an API never misreads an older or newer build.
pub const FORMAT: u32 = 3;

/// The folder under the site's root that holds the bundle.
pub const FOLDER: &str = "data";

/// The file of old addresses, from the site's root.
pub const REDIRECTS: &str = "data/redirects.json";

/// An address that a page had before, and the one it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// Without a final slash; may have a query: `/show.asp?id=12`.
    pub old: String,
    /// An address of the site, from the root.
    pub new: String,
}

/// The published records.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// What the site says about itself.
    pub site: Site,
    /// The shelves, in their order.
    pub topics: Vec<Topic>,
    /// The numbers to dial, in their order.
    pub hotlines: Vec<Hotline>,
    /// Divisions by code.
    pub regions: Vec<Region>,
    /// Stations by id.
    pub stations: Vec<Station>,
    /// What can be found by words, by id.
    pub records: Vec<Record>,
    /// Lay speech and the law's.
    pub thesaurus: Vec<ThesaurusEntry>,
    /// A page of the site with empty slots: the API's own answers wear the same clothes. See [`crate::bundle::SLOT_TITLE`].
    pub shell: String,
}

/// Stands in [`Bundle::shell`] where the title goes (already escaped text).
pub const SLOT_TITLE: &str = "<!--slot:title-->";
/// Stands in [`Bundle::shell`] where the main part goes (HTML).
pub const SLOT_MAIN: &str = "<!--slot:main-->";

/// Why a bundle can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file is missing or unreadable.
    #[error("读不了 {path}：{source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what this program writes.
    #[error("{path} 不是本程序写的数据：{reason}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The bundle was written by another version.
    #[error("{path} 的数据格式是第 {found} 版，本程序只认第 {FORMAT} 版：请用同一版本的 site-gen 重新生成")]
    Version {
        /// The manifest.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    site: Site,
}

/// What a manifest of any version says of itself.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Bundle {
    /// The files of the bundle by their path under [`FOLDER`], the text index among them.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.files_without_search();
        files.insert("records.json".to_owned(), json(&self.records));
        let index = Index::build(&self.records, &self.thesaurus);
        files.insert("search.index".to_owned(), index.to_bytes());
        files
    }

    /// As [`Bundle::files`], without what is searched. Such a bundle can't be opened: it is for looking at pages.
    pub fn files_without_search(&self) -> BTreeMap<String, Vec<u8>> {
        let manifest = Manifest { format: FORMAT, site: self.site.clone() };
        BTreeMap::from([
            ("manifest.json".to_owned(), json(&manifest)),
            ("topics.json".to_owned(), json(&self.topics)),
            ("hotlines.json".to_owned(), json(&self.hotlines)),
            ("regions.json".to_owned(), json(&self.regions)),
            ("stations.json".to_owned(), json(&self.stations)),
            ("stations.index".to_owned(), StationIndex::file_of(self.stations.clone())),
            ("thesaurus.json".to_owned(), json(&self.thesaurus)),
            ("shell.html".to_owned(), self.shell.clone().into_bytes()),
        ])
    }

    /// Opens the bundle of the site at `dist`.
    pub fn open(dist: &Path) -> Result<Self, BundleError> {
        let opened = Self::open_without_stations(dist)?;
        Ok(Self { stations: read_json(&dist.join(FOLDER).join("stations.json"))?, ..opened })
    }

    /// As [`Bundle::open`], without the stations: those of a country take less room and time by
    /// [`Bundle::open_stations`].
    pub fn open_without_stations(dist: &Path) -> Result<Self, BundleError> {
        let folder = dist.join(FOLDER);
        let manifest = folder.join("manifest.json");
        match read_json(&manifest)? {
            Version { format: FORMAT } => {}
            Version { format: found } => return Err(BundleError::Version { path: manifest, found }),
        }
        let manifest: Manifest = read_json(&manifest)?;
        let shell = read(&folder.join("shell.html"))?;
        Ok(Self {
            site: manifest.site,
            topics: read_json(&folder.join("topics.json"))?,
            hotlines: read_json(&folder.join("hotlines.json"))?,
            regions: read_json(&folder.join("regions.json"))?,
            stations: Vec::new(),
            records: read_json(&folder.join("records.json"))?,
            thesaurus: read_json(&folder.join("thesaurus.json"))?,
            shell: String::from_utf8(shell).map_err(|err| BundleError::Malformed {
                path: folder.join("shell.html"),
                reason: err.to_string(),
            })?,
        })
    }

    /// The old addresses of the site at `dist`, by themselves; none where the build is older than they are.
    pub fn open_redirects(dist: &Path) -> Result<BTreeMap<String, String>, BundleError> {
        let path = dist.join(REDIRECTS);
        if !path.exists() {
            return Ok(BTreeMap::new());
        }
        let redirects: Vec<Redirect> = read_json(&path)?;
        Ok(redirects.into_iter().map(|redirect| (redirect.old, redirect.new)).collect())
    }

    /// Opens the station index of the site at `dist`, with the divisions of its bundle.
    pub fn open_stations(dist: &Path, regions: Vec<Region>) -> Result<StationIndex, BundleError> {
        let path = dist.join(FOLDER).join("stations.index");
        StationIndex::from_bytes(read(&path)?, regions)
            .map_err(|err| BundleError::Malformed { path, reason: err.to_string() })
    }

    /// Opens the text index of the site at `dist`.
    pub fn open_index(dist: &Path) -> Result<Index, BundleError> {
        let path = dist.join(FOLDER).join("search.index");
        Index::from_bytes(read(&path)?)
            .map_err(|err| BundleError::Malformed { path, reason: err.to_string() })
    }
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    // The types above hold only strings, numbers, lists and string-keyed maps: nothing that serde_json refuses.
    serde_json::to_vec(value).expect("published records are plain data")
}

fn read(path: &Path) -> Result<Vec<u8>, BundleError> {
    fs::read(path).map_err(|source| BundleError::Read { path: path.to_owned(), source })
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, BundleError> {
    serde_json::from_slice(&read(path)?)
        .map_err(|err| BundleError::Malformed { path: path.to_owned(), reason: err.to_string() })
}
