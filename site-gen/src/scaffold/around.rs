//! What a new file has to fit in with: topics, names that are taken, divisions, station folders.

use std::collections::{BTreeMap, BTreeSet};

use search::region::{Level, RegionCode};

use crate::diag::Diagnostics;
use crate::load;
use crate::source::SourceMap;

/// The content, as far as a new file has to know it.
#[derive(Debug, Default)]
pub struct Around {
    /// Slug and title, in their order on the site.
    pub topics: Vec<(String, String)>,
    /// Every file's path.
    pub paths: BTreeSet<String>,
    /// By first folder and name: where it is. Names that may not be used again in another folder.
    pub names: BTreeMap<(&'static str, String), String>,
    /// Folders under `stations/`.
    pub station_folders: BTreeSet<String>,
    /// Code and name of each division.
    pub regions: Vec<(RegionCode, String)>,
    /// By station folder: the division its stations lie in.
    pub folder_regions: BTreeMap<String, RegionCode>,
    /// The division that the whole site is for.
    pub site_region: Option<RegionCode>,
    /// Guides' slugs, for examples.
    pub guides: Vec<String>,
}

impl Around {
    /// Looks around. What can't be read is not there: `check` reports it.
    pub fn new(sources: &SourceMap) -> Self {
        let mut ignored = Diagnostics::default();
        let drafts = load::drafts(sources, &mut ignored);
        let mut topics: Vec<_> = drafts.topics.iter().collect();
        topics.sort_by(|a, b| a.order.total_cmp(&b.order));
        let mut around = Self {
            topics: topics
                .iter()
                .map(|topic| (topic.slug.value.clone(), topic.title.value.clone()))
                .collect(),
            guides: drafts.guides.iter().map(|guide| guide.slug.value.clone()).collect(),
            site_region: drafts.settings.as_ref().and_then(|site| site.region.value.trim().parse().ok()),
            ..Self::default()
        };
        for (_, source) in sources.texts() {
            around.add_path(&source.path);
        }
        for station in &drafts.stations {
            let path = sources.path(station.slug.span.file).to_owned();
            around.names.entry(("stations", station.slug.value.clone())).or_insert(path);
        }
        for region in &drafts.regions {
            if let Ok(code) = region.code.value.trim().parse() {
                around.regions.push((code, region.name.clone()));
            }
        }
        for directory in &drafts.directories {
            let folder = sources.path(directory.region.span.file).split('/').nth(1).unwrap_or_default();
            if let Ok(code) = directory.region.value.trim().parse() {
                around.folder_regions.insert(folder.to_owned(), code);
            }
        }
        around
    }

    /// A topic to show in examples.
    pub fn first_topic(&self) -> &str {
        self.topics.first().map_or("topic", |(slug, _)| slug)
    }

    /// The division that a station's name begins with or names, the smallest one first; else the folder's.
    pub fn region_of(&self, name: &str, folder: &str) -> Option<&(RegionCode, String)> {
        let within = self.folder_regions.get(folder);
        let here = |code: &RegionCode| within.is_none_or(|region| code.is_within(region));
        let named = self.regions.iter().filter(|(code, own)| here(code) && name.contains(own.as_str()));
        let found = named.max_by_key(|(code, own)| (code.level(), own.len()));
        found.or_else(|| self.regions.iter().find(|(code, _)| Some(code) == within)).or_else(|| {
            self.regions
                .iter()
                .filter(|(code, _)| code.level() == Level::County)
                .min_by_key(|(code, _)| code.clone())
        })
    }

    fn add_path(&mut self, path: &str) {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["guides", _, name] => self.add_name("guides", name, path),
            ["cases", _, name] => self.add_name("cases", name, path),
            ["stations", folder, name] => {
                self.station_folders.insert((*folder).to_owned());
                if name.ends_with(".md") {
                    self.add_name("stations", name, path);
                }
            }
            _ => {}
        }
        self.paths.insert(path.to_owned());
    }

    fn add_name(&mut self, folder: &'static str, name: &str, path: &str) {
        let name = name.strip_suffix(".md").unwrap_or(name);
        self.names.insert((folder, name.to_owned()), path.to_owned());
    }
}
