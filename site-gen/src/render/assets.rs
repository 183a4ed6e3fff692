//! Stylesheets and scripts, made small and published under names that change with their content, so that they can be
//! cached for good.
//!
//! Scripts that seal or open are classic scripts in one file each, [`BUNDLES`]: only of those does the digest in the page cover
//! all that runs (`docs/decisions/0032-classic-bundles.md`).

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::digest;
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
    ("figures", "css", include_str!("../../assets/figures.css")),
    ("letters", "css", include_str!("../../assets/letters.css")),
    ("leave", "js", include_str!("../../assets/leave.js")),
    ("search", "js", include_str!("../../assets/search.js")),
    ("hours", "js", include_str!("../../assets/hours.js")),
    ("near", "js", include_str!("../../assets/near.js")),
    ("stations", "js", include_str!("../../assets/stations.js")),
    ("print", "js", include_str!("../../assets/print.js")),
];

const HPKE: &str = include_str!("../../assets/hpke.js");
const SEALING: &str = include_str!("../../assets/sealing.js");
const KEYS: &str = include_str!("../../assets/desk/keys.js");
const WARNINGS: &str = include_str!("../../assets/desk/warnings.js");
const RECEIPT: &str = include_str!("../../assets/ask/receipt.js");
const COMMON: &str = include_str!("../../assets/ask/common.js");
const WORK: &str = include_str!("../../assets/ask/work.js");

/// What the parts of the desk stand in, so that each sees what the others declare and the page sees nothing.
const DESK_OPENS: &str = r#"(function (nuanzhan) {
"use strict";
if (typeof document === "undefined" || !document.getElementById("desk")) return;
"#;
const DESK_CLOSES: &str = "})(self.nuanzhan);\n";

/// Classic scripts that are one file, their parts in the order in which they need each other.
const BUNDLES: &[(&str, &[&str])] = &[
    ("ask", &[HPKE, SEALING, RECEIPT, COMMON, WORK, include_str!("../../assets/ask/ask.js")]),
    ("reply", &[HPKE, SEALING, RECEIPT, COMMON, include_str!("../../assets/ask/reply.js")]),
    ("proof", &[include_str!("../../assets/proof.js")]),
    (
        "desk",
        &[
            HPKE,
            SEALING,
            KEYS,
            WORK,
            WARNINGS,
            DESK_OPENS,
            include_str!("../../assets/desk/page.js"),
            include_str!("../../assets/desk/service.js"),
            include_str!("../../assets/desk/session.js"),
            include_str!("../../assets/desk/queue.js"),
            include_str!("../../assets/desk/thread.js"),
            include_str!("../../assets/desk/acts.js"),
            include_str!("../../assets/desk/transfer.js"),
            include_str!("../../assets/desk/referral.js"),
            include_str!("../../assets/desk/digest.js"),
            include_str!("../../assets/desk/walk_in.js"),
            include_str!("../../assets/desk/oversee.js"),
            include_str!("../../assets/desk/figures.js"),
            include_str!("../../assets/desk/live.js"),
            include_str!("../../assets/desk/join.js"),
            include_str!("../../assets/desk/members.js"),
            include_str!("../../assets/desk/self.js"),
            include_str!("../../assets/desk/reseal.js"),
            include_str!("../../assets/desk.js"),
            DESK_CLOSES,
        ],
    ),
];

/// Scripts that load each other by relative name, only where they are needed: searching without a server.
const FIND: &[(&str, &str)] = &[
    ("find.js", include_str!("../../assets/find/find.js")),
    ("spell.js", include_str!("../../assets/find/spell.js")),
];

/// Stands in a script where the holidays go.
const HOLIDAYS: &str = "\"@holidays\"";

/// Stands in a script where the lists go that `check` looks for persons with.
const IDENTITY: &str = "\"@identity\"";
const IDENTITY_LISTS: &str = include_str!("../../assets/desk/identity.json");

/// They are the same for every site, and made once.
static USUAL: LazyLock<Arc<Assets>> = LazyLock::new(|| Arc::new(Assets::make(Holidays::known())));

/// The assets and their names.
#[derive(Debug)]
pub(super) struct Assets {
    /// Address from the root, by the name that templates use.
    urls: BTreeMap<String, String>,
    /// Of each script, by the same name.
    digests: BTreeMap<String, String>,
    files: Vec<Sheet>,
}

/// A script as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// What we call it: `ask.js`.
    pub name: String,
    /// Address from the root.
    pub url: String,
    /// `sha384-` and the digest in base64, as Subresource Integrity wants it.
    pub integrity: String,
    /// How long it is.
    pub bytes: usize,
}

/// Every script of a site that keeps these holidays, by name.
pub fn scripts(holidays: &Holidays) -> Vec<Script> {
    let assets = Assets::of(holidays);
    let script = |(name, integrity): (&String, &String)| {
        let url = assets.urls[name].clone();
        let file = assets.files.iter().find(|(path, _)| *path == url[1..]);
        let bytes = file.map_or(0, |(_, bytes)| bytes.len());
        Script { name: name.clone(), url, integrity: integrity.clone(), bytes }
    };
    assets.digests.iter().map(script).collect()
}

impl Assets {
    /// Every asset, for a site that keeps these holidays.
    pub(super) fn of(holidays: &Holidays) -> Arc<Self> {
        if holidays == Holidays::known() { Arc::clone(&USUAL) } else { Arc::new(Self::make(holidays)) }
    }

    fn make(holidays: &Holidays) -> Self {
        let days = days_of(holidays);
        let mut assets = Self { urls: BTreeMap::new(), digests: BTreeMap::new(), files: Vec::new() };
        for (name, ending, source) in FILES {
            let small = small(ending, source).replacen(HOLIDAYS, &days, 1);
            let path = format!("assets/{name}-{}.{ending}", hash([small.as_bytes()]));
            assets.add(&format!("{name}.{ending}"), path, small);
        }
        for (name, parts) in BUNDLES {
            let whole: String = parts.iter().map(|source| small("js", source)).collect();
            let whole = whole.replacen(IDENTITY, &small("js", IDENTITY_LISTS), 1);
            let path = format!("assets/{name}-{}.js", hash([whole.as_bytes()]));
            assets.add(&format!("{name}.js"), path, whole);
        }
        assets.add_folder("find", FIND);
        assets.files.push(("favicon.svg".to_owned(), icons::favicon()));
        assets
    }

    /// Addresses by the name that templates use: `site.css`, `desk.js`.
    pub(super) fn urls(&self) -> BTreeMap<String, String> {
        self.urls.clone()
    }

    /// Digests of the scripts by the name that templates use, as the attribute `integrity` wants them.
    pub(super) fn digests(&self) -> BTreeMap<String, String> {
        self.digests.clone()
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
        if name.ends_with(".js") {
            self.digests.insert(name.to_owned(), integrity(small.as_bytes()));
        }
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

fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(digest::digest(&digest::SHA384, bytes)))
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
    use std::collections::BTreeSet;

    use super::*;

    fn size(name: &str) -> usize {
        FILES.iter().find(|(known, _, _)| *known == name).unwrap().2.len()
    }

    #[test]
    fn what_every_page_loads_is_small() {
        assert!(size("site") <= 16 * 1024, "site.css: {} bytes", size("site"));
        let leave = USUAL.urls["leave.js"].trim_start_matches('/');
        let leave = USUAL.files.iter().find(|(path, _)| path == leave).unwrap().1.len();
        assert!(leave <= 1280, "leave.js: {leave} bytes");
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
        for (name, source) in FIND {
            assert!(published(name) < source.len(), "{name}");
        }
        for (name, parts) in BUNDLES {
            let written: usize = parts.iter().map(|part| part.len()).sum();
            let published = published(&format!("{name}.js"));
            assert!(published < written, "{name}");
            // On a phone with little credit: with compression about a third of this. The desk is opened from its cache.
            assert!(*name == "desk" || published <= 32 * 1024, "{name}.js: {published} bytes");
        }
    }

    #[test]
    fn a_digest_is_that_of_the_bytes_that_are_published() {
        // Known from the specification: the digest of this script.
        assert_eq!(
            integrity(b"alert('Hello, world.');"),
            "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"
        );
        let all = scripts(Holidays::known());
        for name in ["ask.js", "reply.js", "leave.js", "desk.js", "spell.js"] {
            let script = all.iter().find(|script| script.name == name).unwrap();
            let (_, bytes) = USUAL.files.iter().find(|(path, _)| *path == script.url[1..]).unwrap();
            assert_eq!((integrity(bytes), bytes.len()), (script.integrity.clone(), script.bytes), "{name}");
        }
    }

    /// Two declarations of one name would be one, the later one.
    #[test]
    fn the_parts_of_the_desk_declare_each_name_once() {
        let (_, parts) = BUNDLES.iter().find(|(name, _)| *name == "desk").unwrap();
        let declared = |line: &&str| {
            ["function ", "async function ", "const ", "let "].iter().any(|word| line.starts_with(word))
        };
        let mut names: Vec<&str> = Vec::new();
        for line in parts.iter().flat_map(|part| part.lines()).filter(declared) {
            let words = line.trim_start_matches("async ").split_once(' ').unwrap().1;
            let end = words.find(['(', '=']).unwrap_or(words.len());
            names.extend(words[..end].split(['{', '}', ',', ' ']).filter(|name| !name.is_empty()));
        }
        let once: BTreeSet<&&str> = names.iter().collect();
        assert!(names.contains(&"showThread") && names.contains(&"openMessage"), "{names:?}");
        assert_eq!(once.len(), names.len(), "{names:?}");
    }

    /// Chromium 60 reads them; the whole grammar is checked with a parser in `tests`.
    #[test]
    fn bundles_use_nothing_that_old_browsers_lack() {
        for (name, parts) in BUNDLES {
            let whole = parts.concat();
            for never in [
                "globalThis",
                "import ",
                "export ",
                "?.",
                "??",
                "catch {",
                "replaceChildren",
                ".flat(",
                ".flatMap(",
                ".matchAll(",
                ".replaceAll(",
                "AbortController",
                "queueMicrotask",
                "fromEntries",
                ".finally(",
                ".at(",
                "toggleAttribute",
                "allSettled",
                "BigInt",
                "trimStart",
                "trimEnd",
                "structuredClone",
            ] {
                assert!(!whole.contains(never), "{name}.js uses {never}");
            }
        }
    }

    #[test]
    fn a_name_changes_with_the_content() {
        assert_ne!(hash([b"a".as_slice()]), hash([b"b".as_slice()]));
        assert_eq!(hash([b"a".as_slice()]).len(), DIGITS);
    }
}
