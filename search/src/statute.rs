//! Statutes as published data: an index of all of them, and one file for each with what every version says.
//!
//! Written by a build under `data/statutes/`, read by the API one file at a time: thousands of statutes are tens of
//! megabytes and need not be in memory. [`StatuteFile::open`] reads one, [`StatuteIndex::open`] the index;
//! [`StatuteSummary::on`] answers which version holds on a day. The schema is this file and `docs/api.md`.

use std::path::Path;

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bundle::{BundleError, FOLDER};

/// The folder under [`FOLDER`].
pub const STATUTES: &str = "statutes";

/// The name of the index. No statute is called so: names have no dot.
pub const INDEX: &str = "index.json";

/// Raised when the files change shape.
pub const FORMAT: u32 = 1;

/// `data/statutes/index.json`: every statute of the site, by title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatuteIndex {
    /// [`FORMAT`].
    pub format: u32,
    /// By title.
    pub statutes: Vec<StatuteSummary>,
}

/// What is known of a statute besides what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatuteSummary {
    /// Its name in URLs.
    pub id: String,
    /// The full title.
    pub title: String,
    /// What people call it, the one to show first.
    pub short_titles: Vec<String>,
    /// 法律, 行政法规, 司法解释 …
    pub rank: String,
    /// Its page.
    pub url: String,
    /// Oldest first.
    pub versions: Vec<VersionSummary>,
}

/// What is known of a version besides what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionSummary {
    /// The day it was passed.
    #[schema(value_type = String, format = Date)]
    pub adopted: Date,
    /// From when it holds; absent where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub effective: Option<Date>,
    /// The first day on which it no longer holds, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub repealed: Option<Date>,
    /// How many articles it has.
    pub articles: u16,
    /// Whether its text is published.
    pub has_text: bool,
    /// Its page, where its text is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// `data/statutes/<id>.json`: a statute with what every version says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatuteFile {
    /// [`FORMAT`].
    pub format: u32,
    /// As in the index.
    #[serde(flatten)]
    pub summary: StatuteSummary,
    /// The texts of the versions that have one, oldest first.
    pub texts: Vec<StatuteText>,
}

/// What one version says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatuteText {
    /// Which version: the day it was passed.
    pub adopted: Date,
    /// Every article in the order of the text.
    pub articles: Vec<ArticleText>,
    /// What belongs to no article, in the order of the text: forewords, annexes, decisions without articles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rest: Vec<LooseText>,
}

/// A paragraph that belongs to no article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LooseText {
    /// The heading it stands under; empty for a foreword.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub within: String,
    /// What it says; a table as rows of Markdown.
    pub text: String,
}

/// What one article says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArticleText {
    /// `33`, `33-1` for 第三十三条之一.
    pub number: String,
    /// As the law writes it: 第三十三条之一.
    pub title: String,
    /// The headings it stands under, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
    /// What it says, paragraphs and items on lines.
    pub text: String,
}

impl VersionSummary {
    /// From when it holds, or was passed where nobody says from when it holds.
    pub fn begins(&self) -> Date {
        self.effective.unwrap_or(self.adopted)
    }
}

impl StatuteSummary {
    /// The version that holds on `day`.
    pub fn on(&self, day: Date) -> Option<&VersionSummary> {
        let holds = |version: &&VersionSummary| {
            version.begins() <= day && version.repealed.is_none_or(|end| day < end)
        };
        self.versions.iter().rev().find(holds)
    }
}

impl StatuteFile {
    /// Opens the file of the statute `id` of the site at `dist`; `None` where there is none of that name.
    pub fn open(dist: &Path, id: &str) -> Result<Option<Self>, BundleError> {
        // A name that is no name must not become a path.
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if id.is_empty() || id.len() > 200 || !id.bytes().all(plain) {
            return Ok(None);
        }
        open(dist, &format!("{id}.json"))
    }

    /// What the version passed on `adopted` says.
    pub fn text(&self, adopted: Date) -> Option<&StatuteText> {
        self.texts.iter().find(|text| text.adopted == adopted)
    }
}

impl StatuteIndex {
    /// Opens the index of the site at `dist`; empty where the site was built without one.
    pub fn open(dist: &Path) -> Result<Self, BundleError> {
        Ok(open(dist, INDEX)?.unwrap_or(Self { format: FORMAT, statutes: Vec::new() }))
    }
}

/// What a file of any version says of itself.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

fn open<T: DeserializeOwned>(dist: &Path, name: &str) -> Result<Option<T>, BundleError> {
    let path = dist.join(FOLDER).join(STATUTES).join(name);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(BundleError::Read { path, source }),
    };
    let malformed =
        |err: serde_json::Error| BundleError::Malformed { path: path.clone(), reason: err.to_string() };
    let Version { format } = serde_json::from_slice(&bytes).map_err(malformed)?;
    if format != FORMAT {
        return Err(BundleError::Version { path, found: format });
    }
    serde_json::from_slice(&bytes).map(Some).map_err(malformed)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn version(adopted: Date, effective: Option<Date>, repealed: Option<Date>) -> VersionSummary {
        VersionSummary { adopted, effective, repealed, articles: 3, has_text: true, url: None }
    }

    #[test]
    fn the_version_of_a_day_is_the_newest_that_holds() {
        let summary = StatuteSummary {
            id: "measures".into(),
            title: "示例市办法".into(),
            short_titles: Vec::new(),
            rank: "法律".into(),
            url: "/laws/measures/".into(),
            versions: vec![
                version(date(2019, 3, 28), Some(date(2019, 5, 1)), Some(date(2025, 7, 1))),
                version(date(2025, 5, 20), Some(date(2025, 7, 1)), None),
                version(date(2026, 2, 2), None, None),
            ],
        };
        let on = |day: Date| summary.on(day).map(|version| version.adopted.year());
        assert_eq!(on(date(2019, 4, 30)), None);
        assert_eq!(on(date(2019, 5, 1)), Some(2019));
        assert_eq!(on(date(2025, 6, 30)), Some(2019));
        assert_eq!(on(date(2025, 7, 1)), Some(2025));
        assert_eq!(on(date(2026, 2, 2)), Some(2026));
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let dist = tempfile::tempdir().unwrap();
        for id in ["", "../manifest", "a/b", "A", "index.json", "法", ".", &"a".repeat(300)] {
            assert!(StatuteFile::open(dist.path(), id).unwrap().is_none(), "{id}");
        }
        assert_eq!(StatuteIndex::open(dist.path()).unwrap().statutes, []);
    }
}
