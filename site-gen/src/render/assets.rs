//! Stylesheets and scripts, published under names that change with their content, so that they can be cached for good.

use std::collections::BTreeMap;

use super::icons;
use super::press::Sheet;

/// How many hexadecimal digits of the hash are in a name.
const DIGITS: usize = 8;

/// One file under a name of its own: the name that templates use, its ending, its bytes.
const FILES: &[(&str, &str, &[u8])] = &[
    ("site", "css", include_bytes!("../../assets/site.css")),
    ("desk", "css", include_bytes!("../../assets/desk.css")),
    ("law", "css", include_bytes!("../../assets/law.css")),
    ("letters", "css", include_bytes!("../../assets/letters.css")),
    ("leave", "js", include_bytes!("../../assets/leave.js")),
    ("search", "js", include_bytes!("../../assets/search.js")),
    ("stations", "js", include_bytes!("../../assets/stations.js")),
    ("print", "js", include_bytes!("../../assets/print.js")),
];

/// Modules that import each other by relative name: one folder, hashed as a whole, the entry first.
const DESK: &[(&str, &[u8])] = &[
    ("desk.js", include_bytes!("../../assets/desk.js")),
    ("sealing.js", include_bytes!("../../assets/sealing.js")),
    ("hpke.js", include_bytes!("../../assets/hpke.js")),
];

/// The assets and their names.
#[derive(Debug)]
pub(super) struct Assets {
    /// Address from the root, by the name that templates use.
    urls: BTreeMap<String, String>,
    files: Vec<Sheet>,
}

impl Assets {
    /// Names every asset.
    pub(super) fn new() -> Self {
        let mut assets = Self { urls: BTreeMap::new(), files: Vec::new() };
        for (name, ending, bytes) in FILES {
            let path = format!("assets/{name}-{}.{ending}", hash([*bytes]));
            assets.add(&format!("{name}.{ending}"), path, bytes);
        }
        let folder = format!("assets/desk-{}", hash(DESK.iter().map(|(_, bytes)| *bytes)));
        for (name, bytes) in DESK {
            assets.add(name, format!("{folder}/{name}"), bytes);
        }
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

    fn add(&mut self, name: &str, path: String, bytes: &[u8]) {
        self.urls.insert(name.to_owned(), format!("/{path}"));
        self.files.push((path, bytes.to_vec()));
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
    fn a_name_changes_with_the_content() {
        assert_ne!(hash([b"a".as_slice()]), hash([b"b".as_slice()]));
        assert_eq!(hash([b"a".as_slice()]).len(), DIGITS);
    }
}
