//! Stylesheets and scripts, made small and published under names that change with their content, so that they can be
//! cached for good.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use search::hours::holidays::Holidays;

use super::press::Sheet;
use super::{icons, minify};

/// How many hexadecimal digits of the hash are in a name.
const DIGITS: usize = 8;

/// One file under a name of its own: the name that templates use, its ending, its source.
const FILES: &[(&str, &str, &str)] = &[
    ("site", "css", include_str!("../../assets/site.css")),
    ("desk", "css", include_str!("../../assets/desk.css")),
    ("law", "css", include_str!("../../assets/law.css")),
    ("map", "css", include_str!("../../assets/map.css")),
    ("letters", "css", include_str!("../../assets/letters.css")),
    ("leave", "js", include_str!("../../assets/leave.js")),
    ("search", "js", include_str!("../../assets/search.js")),
    ("hours", "js", include_str!("../../assets/hours.js")),
    ("near", "js", include_str!("../../assets/near.js")),
    ("stations", "js", include_str!("../../assets/stations.js")),
    ("print", "js", include_str!("../../assets/print.js")),
];

/// Modules that import each other by relative name: one folder, hashed as a whole, the entry first.
const DESK: &[(&str, &str)] = &[
    ("desk.js", include_str!("../../assets/desk.js")),
    ("desk/page.js", include_str!("../../assets/desk/page.js")),
    ("desk/queue.js", include_str!("../../assets/desk/queue.js")),
    ("desk/service.js", include_str!("../../assets/desk/service.js")),
    ("desk/session.js", include_str!("../../assets/desk/session.js")),
    ("desk/thread.js", include_str!("../../assets/desk/thread.js")),
    ("sealing.js", include_str!("../../assets/sealing.js")),
    ("hpke.js", include_str!("../../assets/hpke.js")),
];

/// Scripts that load each other by relative name, only where they are needed: searching without a server.
const FIND: &[(&str, &str)] = &[
    ("find.js", include_str!("../../assets/find/find.js")),
    ("spell.js", include_str!("../../assets/find/spell.js")),
];

/// Stands in a script where the holidays go.
const HOLIDAYS: &str = "\"@holidays\"";

/// They are the same for every site, and made once.
static USUAL: LazyLock<Arc<Assets>> = LazyLock::new(|| Arc::new(Assets::make(Holidays::known())));

/// The assets and their names.
#[derive(Debug)]
pub(super) struct Assets {
    /// Address from the root, by the name that templates use.
    urls: BTreeMap<String, String>,
    files: Vec<Sheet>,
}

impl Assets {
    /// Every asset, for a site that keeps these holidays.
    pub(super) fn of(holidays: &Holidays) -> Arc<Self> {
        if holidays == Holidays::known() { Arc::clone(&USUAL) } else { Arc::new(Self::make(holidays)) }
    }

    fn make(holidays: &Holidays) -> Self {
        let days = days_of(holidays);
        let mut assets = Self { urls: BTreeMap::new(), files: Vec::new() };
        for (name, ending, source) in FILES {
            let small = small(ending, source).replacen(HOLIDAYS, &days, 1);
            let path = format!("assets/{name}-{}.{ending}", hash([small.as_bytes()]));
            assets.add(&format!("{name}.{ending}"), path, small);
        }
        assets.add_folder("desk", DESK);
        assets.add_folder("find", FIND);
        assets.files.push(("favicon.svg".to_owned(), icons::favicon()));
        assets
    }

    /// Addresses by the name that templates use: `site.css`, `desk.js`.
    pub(super) fn urls(&self) -> BTreeMap<String, String> {
        self.urls.clone()
    }

    /// What is published.
    pub(super) fn files(&self) -> impl Iterator<Item = Sheet> + '_ {
        self.files.iter().cloned()
    }

    /// Adds scripts that know each other by name.
    fn add_folder(&mut self, folder: &str, scripts: &[(&str, &str)]) {
        let scripts: Vec<(&str, String)> =
            scripts.iter().map(|(name, source)| (*name, small("js", source))).collect();
        let folder = format!("assets/{folder}-{}", hash(scripts.iter().map(|(_, small)| small.as_bytes())));
        for (name, small) in scripts {
            self.add(name, format!("{folder}/{name}"), small);
        }
    }

    fn add(&mut self, name: &str, path: String, small: String) {
        self.urls.insert(name.to_owned(), format!("/{path}"));
        self.files.push((path, small.into_bytes()));
    }
}

/// The days off and the weekends that are worked, as `hours.js` wants them.
fn days_of(known: &Holidays) -> String {
    let days = |year: i16, off: bool| {
        let days = known.days().filter(|(day, is_off)| day.year() == year && *is_off == off);
        let days = days.map(|(day, _)| format!("{:02}{:02}", day.month(), day.day()));
        days.collect::<Vec<_>>().join(" ")
    };
    let year =
        |year: i16| format!(r#""{year}":{{"off":"{}","work":"{}"}}"#, days(year, true), days(year, false));
    format!("{{{}}}", known.years().map(year).collect::<Vec<_>>().join(","))
}

fn small(ending: &str, source: &str) -> String {
    match ending {
        "css" => minify::css(source),
        _ => minify::js(source),
    }
}

fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().to_hex()[..DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(name: &str) -> usize {
        FILES.iter().find(|(known, _, _)| *known == name).unwrap().2.len()
    }

    #[test]
    fn what_every_page_loads_is_small() {
        assert!(size("site") <= 16 * 1024, "site.css: {} bytes", size("site"));
        assert!(size("leave") <= 1024, "leave.js: {} bytes", size("leave"));
    }

    #[test]
    fn what_is_published_is_smaller_than_what_we_write() {
        let published = |name: &str| {
            let path = USUAL.urls[name].trim_start_matches('/').to_owned();
            USUAL.files.iter().find(|(known, _)| *known == path).unwrap().1.len()
        };
        for (name, ending, source) in FILES {
            assert!(published(&format!("{name}.{ending}")) < source.len(), "{name}.{ending}");
        }
        for (name, source) in DESK.iter().chain(FIND) {
            assert!(published(name) < source.len(), "{name}");
        }
    }

    #[test]
    fn a_name_changes_with_the_content() {
        assert_ne!(hash([b"a".as_slice()]), hash([b"b".as_slice()]));
        assert_eq!(hash([b"a".as_slice()]).len(), DIGITS);
    }
}
