//! A content folder to begin with: settings, topics, divisions, thesaurus, and the pages that every site has.
//!
//! Everything an office has to change is said in a comment where it stands. What comes passes `check` as it is.

use search::region::RegionCode;

use super::templates::quoted;
use crate::source::SourceMap;

/// What a new site has to be told.
#[derive(Debug, Clone)]
pub struct NewSite {
    /// The outermost division: 示例市.
    pub name: String,
    /// Its code.
    pub region: RegionCode,
}

/// The files of a new content folder, by path.
pub fn files(new: &NewSite) -> Vec<(&'static str, String)> {
    let level = new.region.level().code();
    let place = new.name.replace([',', '"', '\n', '\r'], "");
    let settings = include_str!("../../skeleton/site.toml");
    let settings = settings
        .replace("{{title}}", &quoted(&format!("{place}妇女儿童维权服务")))
        .replace("{{operator}}", &quoted(&format!("{place}妇女联合会主办")))
        .replace("{{region}}", new.region.as_str());
    let regions = format!("code,name,level,lat,lon,radius_km\n{},{place},{level},,,\n", new.region);
    vec![
        ("site.toml", settings),
        ("regions.csv", regions),
        ("topics.yaml", include_str!("../../skeleton/topics.yaml").to_owned()),
        ("thesaurus.yaml", include_str!("../../skeleton/thesaurus.yaml").to_owned()),
        ("pages/about.md", include_str!("../../skeleton/about.md").to_owned()),
        ("pages/safety.md", include_str!("../../skeleton/safety.md").to_owned()),
    ]
}

/// The same as content that was read, for a look before it is written.
pub fn sources(new: &NewSite) -> SourceMap {
    let mut files = files(new);
    files.sort_by_key(|(path, _)| *path);
    let mut sources = SourceMap::default();
    for (path, text) in files {
        sources.add(path, text);
    }
    sources
}
